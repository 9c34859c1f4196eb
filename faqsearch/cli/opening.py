"""Opening an index for a command that reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from faqsearch.index.locations import shown

if TYPE_CHECKING:
    from faqsearch import FaqIndex


def open_index(location: str, *, analyses: bool = True) -> FaqIndex:
    """The index, read-only. One analysed in another way is used as it is; a command that ``analyses`` texts says so."""
    from faqsearch import AnalyzerMismatchError, FaqIndex

    if not analyses:
        return FaqIndex.open(location, read_only=True, on_mismatch="search")
    try:
        return FaqIndex.open(location, read_only=True)
    except AnalyzerMismatchError:
        place = shown(location)
        click.echo(
            f"warning: {place} was analysed by another version; run 'faqsearch index FILE {place}' to analyse it again",
            err=True,
        )
        return FaqIndex.open(location, read_only=True, on_mismatch="search")
