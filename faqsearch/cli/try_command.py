"""``faqsearch try``: a file of help entries as a page in the browser, leaving nothing behind."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
import webbrowser
from pathlib import Path
from urllib.request import urlopen

import click

from faqsearch.cli.index_command import field_columns, index
from faqsearch.cli.parameters import examples
from faqsearch.cli.serve_command import contact_option, host_option, port_option, serve_until_stopped, title_option

_TRIES = 300


@click.command(
    "try",
    short_help="Index FILE for the moment and show it in the browser.",
    epilog=examples(
        "faqsearch try help.xlsx",
        "faqsearch try faq.csv --field id=번호 --field body=답변 --port 9000",
    ),
)
@click.argument("file")
@click.option(
    "--field",
    "fields",
    callback=field_columns,
    multiple=True,
    metavar="NAME=COLUMN",
    help="Which column holds a field, as body=답변; repeatable.",
)
@click.option("--lexicon", "lexicon_folder", metavar="FOLDER", help="User words, synonyms, stop words and pins.")
@host_option
@port_option
@title_option
@contact_option
@click.option("--open/--no-open", "opens", default=None, help="Open the page in the browser. Default: on a terminal.")
@click.pass_context
def try_(
    context: click.Context,
    file: str,
    fields: dict[str, str],
    lexicon_folder: str | None,
    host: str,
    port: int,
    title: str,
    contact: str | None,
    opens: bool | None,
) -> None:
    """Index FILE (.jsonl, .json, .csv, .xlsx) in a temporary folder and serve it until Ctrl-C, which deletes the folder.

    Needs: pip install 'faqsearch[web]'.
    """
    with tempfile.TemporaryDirectory(prefix="faqsearch-") as folder:
        location = str(Path(folder) / "index")
        context.invoke(
            index,
            file=file,
            location=location,
            fields=fields,
            format=None,
            encoding=None,
            lexicon_folder=lexicon_folder,
            allow_empty=False,
        )
        serve_until_stopped(
            location,
            host=host,
            port=port,
            opened=_open if (sys.stdout.isatty() if opens is None else opens) else None,
            title=title,
            contact_url=contact,
            templates=None,
        )


def _open(address: str) -> None:
    """Opens the browser when the server answers."""

    def wait() -> None:
        for _ in range(_TRIES):
            try:
                urlopen(f"{address}healthz", timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                webbrowser.open(address)
                return

    threading.Thread(target=wait, daemon=True).start()
