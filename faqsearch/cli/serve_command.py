"""``faqsearch serve``: the help centre page and its API, on this machine."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from faqsearch.cli import signals
from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import examples, index_argument
from faqsearch.errors import InvalidOptionError

host_option = click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="0.0.0.0 takes calls from other machines too."
)
port_option = click.option(
    "--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, metavar="N", help="0: a free one."
)
title_option = click.option("--title", default="도움말", show_default=True, metavar="TEXT", help="What the page is called.")
contact_option = click.option("--contact", metavar="ADDRESS", help="Offered where nothing fits: https://…, mailto:… or tel:….")


@click.command(
    short_help="Show the help centre page and its API in a browser.",
    epilog=examples(
        "faqsearch serve help.index",
        "faqsearch serve help.index --title '온새 고객센터' --port 9000",
        "faqsearch serve help.index --events events.jsonl",
        "faqsearch serve help.index --host 0.0.0.0 --workers 2 --contact https://example.com/contact",
    ),
)
@index_argument
@host_option
@port_option
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N", help="How many processes.")
@title_option
@contact_option
@click.option("--templates", metavar="FOLDER", help="Templates and static files that come before the built-in ones.")
@click.option(
    "--events",
    metavar="FILE",
    help="Write searches and feedback there for 'faqsearch report', personal numbers masked; asks readers whether it helped.",
)
@click.option("--log-queries", is_flag=True, help="Keep what people typed in the access log.")
def serve(
    location: str,
    host: str,
    port: int,
    workers: int,
    title: str,
    contact: str | None,
    templates: str | None,
    events: str | None,
    log_queries: bool,
) -> None:
    """Serve the index until Ctrl-C: pages at /, JSON at /api (needs: pip install 'faqsearch[web]').

    The index may be updated or rebuilt meanwhile: every request sees its present state.
    """
    from faqsearch.event_log import EventLog

    if events is not None:
        events = os.path.abspath(events)
        EventLog(events)  # a folder that is not there is an error here, not in a worker
    with open_index(location):
        pass  # an index that cannot be used is an error here, not in a worker
    serve_until_stopped(
        location,
        host=host,
        port=port,
        workers=workers,
        log_queries=log_queries,
        events=events,
        title=title,
        contact_url=contact,
        templates=templates,
    )


def serve_until_stopped(
    location: str, *, host: str, port: int, opened: Callable[[str], None] | None = None, **options: Any
) -> None:
    """Serves, saying where; ``opened`` is called with the page's address."""
    try:
        from faqsearch.web import serve as server
        from faqsearch.web.site import check_options
    except ModuleNotFoundError as error:
        raise InvalidOptionError(f"the page needs {error.name}: pip install 'faqsearch[web]'") from None
    check_options(contact_url=options["contact_url"], templates=options["templates"])
    try:
        port = server.free_port(host, port)
    except OSError as error:
        raise InvalidOptionError(f"{host} port {port}: {error.strerror or error}; give another --port") from None
    address = f"http://{host if ':' not in host else f'[{host}]'}:{port}/"
    click.echo(f"{options['title']}: {address} (Ctrl-C ends it)")
    sys.stdout.flush()
    if opened is not None:
        opened(address)
    with contextlib.suppress(signals.Interrupted):  # the usual end of a server
        server.run(location, host=host, port=port, **options)
    click.echo("stopped", err=True)
