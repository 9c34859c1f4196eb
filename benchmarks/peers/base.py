"""What every engine answers in a measurement: one full request, whatever the engine calls its parts.

A full request: analyse the query (by the very call that faqsearch makes, not a public one, where the engine takes terms),
rank, count exactly, count by category, and give ten titles and ten pieces of bodies whose marks are offsets into the piece. A
peer that cannot do a part says so in ``limits``; the table prints it.

A module in this folder is a peer: it has ``available() -> str | None`` (None, or why it is skipped) and ``peers() ->
list[Peer]``, not yet built, or ``make() -> Peer``. A peer whose work another process does has ``pid``, to be put on the same
CPU, and ``clock``, which says what the last request took it; ``warm`` makes an engine ready that needs more than a few
requests for it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import Protocol

from faqsearch import Document, FaqIndex
from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.grams import bigrams, squeeze
from faqsearch.analysis.normalize import normalize

PER_PAGE = 10
SNIPPET_LENGTH = 160
TITLE_COPIES = 3
"""Field ``all`` of peers that take terms is, as in faqsearch, the title three times and then the body."""
TITLE_WEIGHT, GRAM_WEIGHT = 0.3, 0.5
"""Shares of the title alone and of bigrams in a score, faqsearch's defaults."""

Path = tuple[str, ...]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PeerPage:
    """One page of answers. ``facets`` holds every node of the category tree: path → documents at or under it.

    ``snippets`` are (piece of the stored body, [(start, end) in code points of that piece]); ``ids``, ``titles`` and
    ``snippets`` run in parallel.
    """

    ids: list[str]
    total: int
    facets: dict[Path, int]
    titles: list[str]
    snippets: list[tuple[str, list[Range]]]


class Peer(Protocol):
    """One engine."""

    name: str
    limits: str

    def build(self, documents: Iterable[Document]) -> None:
        """Indexes the documents, once, into a place of its own."""

    def search(self, query: str, *, category: Path | None = None, sort: str = "relevance", page: int = 1) -> PeerPage:
        """The page; ``category`` is a path from the root (it and all under it), ``sort`` is relevance or -updated_at."""

    def close(self) -> None:
        """Lets go of files and processes."""


# Terms, for engines that take them


@dataclass(frozen=True, slots=True)
class TextTerms:
    """Terms of both channels of a text; ``text[start:end]`` is the surface of a morpheme."""

    morphemes: list[str]
    starts: Sequence[int]
    ends: Sequence[int]
    grams: list[str]


@cache
def _analysis() -> FaqIndex:
    return FaqIndex.in_memory()


@cache
def _analyzer() -> Analyzer:
    return Analyzer()


_known: dict[str, TextTerms] = {}
_interned: dict[str, str] = {}
_KEPT_TEXTS = 250_000


def text_terms(text: str) -> TextTerms:
    """The terms of a stored text; kept, so that each text is analysed once for all peers."""
    terms = _known.get(text)
    if terms is None:
        found = _document_terms(text)
        terms = TextTerms(_same(found.morphemes), array("I", found.starts), array("I", found.ends), _same(found.grams))
        if len(_known) < _KEPT_TEXTS:
            _known[text] = terms
    return terms


def query_terms(query: str) -> TextTerms:
    """The terms of a query, analysed now: part of every request of an engine that takes terms."""
    text = normalize(query).text
    tokens = _analyzer().query_tokens(text)
    grams = bigrams(squeeze(text))
    return TextTerms([one.term for one in tokens], [one.start for one in tokens], [one.end for one in tokens], grams)


def _document_terms(text: str) -> TextTerms:
    terms = _analysis().analyze(text)
    morphemes = [one for one in terms if one.channel == "morphemes"]
    grams = [one.term for one in terms[len(morphemes) :]]  # the channels come one after the other
    return TextTerms([one.term for one in morphemes], [one.start for one in morphemes], [one.end for one in morphemes], grams)


def prepare(documents: Iterable[Document], *, processes: int = 2) -> None:
    """Analyses the texts of the documents ahead, in other processes; ``text_terms`` then knows them."""
    texts = list({text: None for document in documents for text in (document.title, document.body) if text not in _known})
    if len(texts) < 500 or len(_known) + len(texts) > _KEPT_TEXTS:
        return
    parts = [texts[place : place + 200] for place in range(0, len(texts), 200)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for part, analyzed in zip(parts, pool.map(_analyzed, parts), strict=True):
            for text, (morphemes, starts, ends, grams) in zip(part, analyzed, strict=True):
                _known[text] = TextTerms(_same(morphemes), starts, ends, _same(grams))


def _analyzed(texts: Sequence[str]) -> list[tuple[list[str], array[int], array[int], list[str]]]:
    terms = map(_document_terms, texts)
    return [(one.morphemes, array("I", one.starts), array("I", one.ends), one.grams) for one in terms]


def _same(terms: list[str]) -> list[str]:
    intern = _interned.setdefault
    return [intern(term, term) for term in terms]


# Parts that an engine may not have


class Categories:
    """Numbers for category paths, and their counts rolled up to the tree."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self._numbers: dict[Path, int] = {}

    def number(self, path: Path) -> int:
        if path not in self._numbers:
            self._numbers[path] = len(self.paths)
            self.paths.append(path)
        return self._numbers[path]

    def under(self, path: Path) -> list[int]:
        """The numbers of ``path`` and all below it."""
        return [number for number, one in enumerate(self.paths) if one[: len(path)] == path]

    def tree(self, counts: Mapping[int, int]) -> dict[Path, int]:
        """Counts by number as counts of every node."""
        totals: dict[Path, int] = {}
        for number, count in counts.items():
            path = self.paths[number]
            for depth in range(1, len(path) + 1):
                node = path[:depth]
                totals[node] = totals.get(node, 0) + count
        return totals


def plain_snippet(body: str, terms: Iterable[str]) -> tuple[str, list[Range]]:
    """The piece of ``body`` with the most distinct terms, for engines without a snippet generator, by ``str.find``."""
    lower = body.lower()
    found: list[tuple[int, int, str]] = []
    for term in set(terms):
        place = lower.find(term) if term else -1
        while place >= 0:
            found.append((place, place + len(term), term))
            place = lower.find(term, place + len(term))
    if not found:
        return body[:SNIPPET_LENGTH], []
    found.sort()
    best, place = 0, 0
    for number, (start, _, _) in enumerate(found[:64]):
        begin = max(0, start - 20)
        distinct = {term for _, end, term in found[number:] if end <= begin + SNIPPET_LENGTH}
        if len(distinct) > best:
            best, place = len(distinct), begin
    stop = place + SNIPPET_LENGTH
    return body[place:stop], [(start - place, end - place) for start, end, _ in found if place <= start and end <= stop]


OPEN, CLOSE = "\x01", "\x02"


def marked_ranges(marked: str) -> tuple[str, list[Range]]:
    """Text and ranges of a text in which an engine put OPEN and CLOSE around what matches."""
    pieces: list[str] = []
    ranges: list[Range] = []
    place = 0
    for number, piece in enumerate(re.split(f"[{OPEN}{CLOSE}]", marked)):
        if number % 2:
            ranges.append((place, place + len(piece)))
        pieces.append(piece)
        place += len(piece)
    return "".join(pieces), ranges


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Sorted ranges; those that touch or overlap as one."""
    result: list[Range] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
