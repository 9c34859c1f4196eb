"""``faqsearch mcp``: the index as tools of an assistant."""

from __future__ import annotations

import contextlib

import click

from faqsearch.cli import signals
from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import audience_option, examples, index_argument, within_option
from faqsearch.document import CategoryPath
from faqsearch.errors import InvalidOptionError


@click.command(
    short_help="Let an assistant search the index (Model Context Protocol).",
    epilog=examples("faqsearch mcp help.index", "faqsearch mcp help.index --within 온새페이 --name '온새페이 도움말'"),
)
@index_argument
@click.option("--name", default="faqsearch", show_default=True, metavar="TEXT", help="What the assistant calls it.")
@within_option
@audience_option
def mcp(location: str, name: str, within: tuple[CategoryPath, ...], audience: tuple[str, ...]) -> None:
    """Serve the tools search, get and related over standard input and output, as an assistant starts it
    (needs: pip install 'faqsearch[mcp]'). Entries of other audiences are not shown unless --audience names them.
    """
    try:
        from faqsearch.integrations.mcp_server import make_server
    except ModuleNotFoundError as error:
        raise InvalidOptionError(f"the server needs {error.name}: pip install 'faqsearch[mcp]'") from None
    with open_index(location) as opened, contextlib.suppress(signals.Interrupted):
        make_server(opened, name=name, within=within or None, audience=audience).run("stdio")
