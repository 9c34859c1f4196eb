"""The word lists that ship with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def stopwords() -> frozenset[str]:
    """Terms that a question is full of without naming a topic; they weigh less, and are never dropped."""
    return frozenset(row[0] for row in _rows("stopwords.tsv"))


@cache
def variants() -> dict[str, str]:
    """Spellings folded on both sides, index and query: variant → the form that is indexed."""
    return {row[0]: row[1] for row in _rows("variants.tsv")}


@cache
def loanwords() -> dict[str, str]:
    """Latin letters that are a part of Korean names → how they are said, in Hangul."""
    return {row[0]: row[1] for row in _rows("loanwords.tsv")}


@cache
def synonyms() -> tuple[tuple[str, str, str], ...]:
    """(left, "=" or ">", right): what people at help centres say, and what entries call it."""
    return tuple((row[0], row[1], row[2]) for row in _rows("synonyms.tsv"))


def _rows(name: str) -> list[list[str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
