"""Words close in meaning, from a file that ships with the package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("resources") / "related_words.tsv"
"""A line a noun: the word, then its related words, each with its similarity in hundredths, the closest first."""


@lru_cache(maxsize=1 << 13)
def related_words(term: str) -> Mapping[str, float]:
    """By related term its similarity, from 0 to 1, of a noun, the closest first; none where it is not known."""
    line = _lines().get(term.encode("utf-8", "surrogatepass"), b"").decode("utf-8").split()
    return dict(zip(line[::2], [int(hundredths) / 100 for hundredths in line[1::2]], strict=True))


@cache
def _lines() -> dict[bytes, bytes]:
    """Lines by their word, parsed when they are asked for; bytes take less room than text."""
    return dict(line.split(b"\t", 1) for line in FILE.read_bytes().splitlines())
