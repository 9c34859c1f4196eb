"""The command line: ``faqsearch``, or ``python -m faqsearch``.

One file a command; ``page.py`` lays out results, ``terminal.py`` knows widths and colours. Commands import the library when
they run, so that ``--help`` loads no model.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from faqsearch.cli import signals
from faqsearch.cli.terminal import one_line
from faqsearch.errors import FaqSearchError

__all__ = ["main"]

_ERROR = 3


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command named by ``arguments`` (None: those of the process) and exits with its code."""
    try:
        signals.install()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # a sign that the terminal's encoding lacks is no reason to fail
                stream.reconfigure(errors="replace")
        from faqsearch.cli.commands import cli  # here, so that Ctrl-C is heard from the first moment

        cli.main(arguments, prog_name="faqsearch")
    except signals.Interrupted as stop:
        signals.ignore()
        click.echo(f"interrupted{stop.note}", err=True)
        sys.exit(stop.exit_code)
    except FaqSearchError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error))
    raise AssertionError("unreachable: click exits by itself")


def _fail(message: str) -> NoReturn:
    click.echo(f"error: {one_line(message)}", err=True)
    sys.exit(_ERROR)
