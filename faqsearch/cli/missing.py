"""An id that is not in the index: exit code 1."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from faqsearch.cli.terminal import one_line
from faqsearch.index.locations import shown


def not_there(location: str, id: str) -> NoReturn:
    """Says so and ends the command."""
    place = shown(location)
    click.echo(f"{place} holds no document with the id {one_line(id)!r}; see 'faqsearch search {place} --ids'", err=True)
    sys.exit(1)
