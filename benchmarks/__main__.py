"""``python -m benchmarks NAME [options]``: runs one measurement; without a name, lists them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def names() -> list[str]:
    """The measurements there are: every file here that has a ``main``."""
    here = Path(__file__).parent
    return sorted(path.stem for path in here.glob("*.py") if "\ndef main(" in path.read_text(encoding="utf-8"))


def run(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in names():
        for name in names():
            module = importlib.import_module(f"benchmarks.{name}")
            print(f"{name:<12} {(module.__doc__ or '').splitlines()[0]}")
        return 0 if not arguments or arguments[0] in ("-h", "--help") else 2
    exit_code: int = importlib.import_module(f"benchmarks.{arguments[0]}").main(arguments[1:])
    return exit_code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
