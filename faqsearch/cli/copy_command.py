"""``faqsearch copy``: any index to any other place, without analysing again."""

from __future__ import annotations

import time

import click

from faqsearch.cli.parameters import examples
from faqsearch.cli.progress import CopyingProgress
from faqsearch.index.locations import backend_class, copy_index, shown


@click.command(
    short_help="Copy an index to another place, a folder or a cluster.",
    epilog=examples(
        "faqsearch copy help.index backup.index",
        "faqsearch copy help.index 'opensearch://search.internal:9200/help?shards=3'",
        "faqsearch copy opensearch://search.internal:9200/help help.index",
    ),
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy(source: str, target: str) -> None:
    """Copy the index FROM into a new index TO, each a folder or opensearch://host:port/name.

    Nothing is analysed again. At the end every document of the copy is read and compared; a copy that differs is an error.
    """
    begun = time.perf_counter()
    backend = backend_class(source).open(source, read_only=True)
    try:
        with CopyingProgress() as progress:
            count = copy_index(backend, target, copied=progress)
    finally:
        backend.close()
    seconds = time.perf_counter() - begun
    click.echo(f"{shown(target)}: {count:,} documents copied from {shown(source)} and verified, in {seconds:.1f} s")
