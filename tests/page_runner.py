"""Runs the code blocks of one page, given as JSON on standard input, each in a process of its own.

The processes are forked from one that has loaded Kiwi, so that a page of many blocks loads it once.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import traceback
from types import ModuleType

from faqsearch import warm_up
from faqsearch.cli import main


def run(language: str, text: str) -> None:
    """A block of Python as a program of its own, or a command line of faqsearch."""
    if language == "python":
        program = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(text, "<code block>", "exec"), program.__dict__)
    else:
        main(shlex.split(text)[1:])


def run_apart(language: str, text: str) -> int:
    """The exit code of a block in a process of its own."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        run(language, text)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    warm_up()
    for language, text in json.load(sys.stdin):
        if code := run_apart(language, text):
            sys.exit(f"exit code {code} of:\n{text}")
