"""The faqsearch command as a person runs it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys


def faqsearch(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What it printed and its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "faqsearch", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
