"""The loops that are compiled where there is a C compiler at installation; None where there was none.

``FAQSEARCH_PURE=1`` in the environment leaves them alone. Each has a twin in plain Python or NumPy that gives the same, to the
bit; the twin is the one to read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

__all__ = ["compiled", "filler", "how", "maker"]

_MODULES = ("values", "texts", "postings", "matches")

P = ParamSpec("P")
T = TypeVar("T")


def compiled(name: str) -> Any:
    """The compiled module ``name``, or None; ``postings`` and ``matches`` load NumPy, the others nothing."""
    if os.environ.get("FAQSEARCH_PURE", "0") not in ("", "0"):
        return None
    try:
        return import_module(f"faqsearch.native.{name}")
    except ImportError:
        return None


def how() -> str:
    """Which of both is in use, in words; names the modules that did not compile where others did."""
    missing = [name for name in _MODULES if compiled(name) is None]
    if len(missing) == len(_MODULES):
        return "plain Python"
    return f"compiled loops but {', '.join(missing)}" if missing else "compiled loops"


_values = compiled("values")


def maker(kind: Callable[P, T]) -> Callable[P, T]:
    """A frozen dataclass with slots, or what makes the same of all its fields in order, unchecked and four times as fast."""
    if _values is None:
        return kind
    made: Callable[P, T] = _values.Maker(kind)
    return made


def filler(kind: type[T]) -> Callable[[Sequence[Any]], T]:
    """What makes a frozen dataclass with slots from a sequence of all its fields, unchecked."""
    if _values is not None:
        made: Callable[[Sequence[Any]], T] = _values.Maker(kind).of
        return made
    setters = [vars(kind)[name].__set__ for name in kind.__dataclass_fields__]  # type: ignore[attr-defined]

    def filled(values: Sequence[Any]) -> T:
        value = object.__new__(kind)
        for set_slot, one in zip(setters, values, strict=True):
            set_slot(value, one)
        return value

    return filled
