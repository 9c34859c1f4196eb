"""As-you-type completion over titles and queries of people, by keys, so that every state of the input method keeps offering.

환불 is typed ㅎ 호 화 환 환ㅂ 환부 환불: as keys (ㅎ ㅎㅗ ㅎㅗㅏ …) each is a prefix of the next; so is 캣 on the way to 캐시.
What was typed may begin at any word. Where that finds nothing, consonants are read as initials and keys of the other keyboard
mode as those of this one. ``docs/adr/0016-completion-by-keys.md`` says how the candidates are ranked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.grams import bigrams, squeeze_with_offsets
from faqsearch.analysis.hangul import INITIALS
from faqsearch.analysis.normalize import NormalizedText, normalize
from faqsearch.analysis.resources.load import stopwords
from faqsearch.document import CategoryPath, Document
from faqsearch.index.base import Reader, Scope
from faqsearch.query.keyboard import keys_in_other_mode, keystrokes
from faqsearch.query.options import micros
from faqsearch.query.prefixes import Letter, PrefixIndex, first_consonant, word_starts
from faqsearch.results import Completion

_ALIKE = 0.5  # share of the shorter text's bigrams from which on two texts are compared by their terms


@dataclass(frozen=True, slots=True)
class _Title:
    text: str
    audience: frozenset[str]
    category: CategoryPath
    visible_from: int | None
    visible_until: int | None


class Completer:
    """The titles of one generation and the queries of people, prepared for matching at the first use.

    ``before`` is the completer of an older generation: what its titles became is used again.
    """

    def __init__(
        self, reader: Reader, analyzer: Analyzer, queries: Sequence[tuple[str, int]], before: Completer | None = None
    ) -> None:
        documents = sorted(reader.titles(), key=lambda document: (-document.views, document.title, document.id))
        self._reader = reader
        self._analyzer = analyzer
        self._titles = [_title(document) for document in documents]
        titles = [title.text for title in self._titles]
        self._by_title: PrefixIndex = PrefixIndex(titles, before._by_title if before is not None else None)
        self._by_query = PrefixIndex([text for text, _ in sorted(queries, key=lambda query: (-query[1], query[0]))])
        self._ids = {document.title: document.id for document in documents}
        self._terms: dict[str, frozenset[str]] = {}

    def complete(self, prefix: str, scope: Scope, *, limit: int) -> tuple[Completion, ...]:
        """Up to ``limit`` texts: queries that lead to a document of the scope, at most half; then titles of the scope."""
        squeezed, _ = squeeze_with_offsets(normalize(prefix).text)
        if not squeezed:
            return ()
        for letter, wanted in _readings(squeezed):
            titles = self._offered(self._by_title, "title", self._title_visible, scope, wanted, letter)
            queries = self._offered(self._by_query, "query", self._query_answered, scope, wanted, letter)
            found = self._distinct(queries, titles, limit)
            if found:
                return tuple(found)
        return ()

    def words_by_initials(self, runs: Sequence[str], scope: Scope) -> Iterator[tuple[str, ...]]:
        """For each title of the scope with words that begin with these runs of initials, in their order, what stands there.

        The best titles first.
        """
        holding = [set(self._by_title.ranked(run, first_consonant)) for run in runs]
        for number in sorted(set.intersection(*holding)):
            if self._title_visible(number, scope) and (words := _in_order(self._by_title.texts[number], runs)):
                yield words

    def _offered(
        self, index: PrefixIndex, kind: str, fits: Callable[[int, Scope], bool], scope: Scope, wanted: str, letter: Letter
    ) -> Iterator[Completion]:
        for number in index.ranked(wanted, letter):
            if fits(number, scope) and (span := _span(index.texts[number], wanted, letter)) is not None:
                yield Completion(index.texts[number], (span,), kind)

    def _title_visible(self, number: int, scope: Scope) -> bool:
        return _visible(self._titles[number], scope)

    def _query_answered(self, number: int, scope: Scope) -> bool:
        """Whether a document of the scope holds all that a query of people asks for: hidden ones offer none."""
        return self._reader.together(sorted(self._meaning(self._by_query.texts[number])), scope)[1] > 0

    def _distinct(self, queries: Iterator[Completion], titles: Iterator[Completion], limit: int) -> list[Completion]:
        """Both, without two that say the same; titles give way to as many queries as fill half of the list."""
        found: list[Completion] = []

        def take(source: Iterator[Completion], most: int) -> None:
            for one in source:
                if not any(self._same(one.text, other.text) for other in found):
                    found.append(one)
                if len(found) >= most:
                    return

        if limit > 1:
            take(queries, limit // 2)
        if len(found) < limit:
            take(titles, limit)
        if len(found) < limit:
            take(queries, limit)
        return found

    def _same(self, one: str, other: str) -> bool:
        grams, others = _prepared(one)[3], _prepared(other)[3]
        if one == other or grams == others:
            return True
        if len(grams & others) < _ALIKE * min(len(grams), len(others)):
            return False
        return self._meaning(one) == self._meaning(other) != frozenset()

    def _meaning(self, text: str) -> frozenset[str]:
        """The content terms of a text, without words that only ask."""
        terms = self._terms.get(text)
        if terms is None:
            stored = self._reader.title_terms(self._ids[text]) if text in self._ids else None
            if stored is None:
                stored = [token.term for token in self._analyzer.query_tokens(normalize(text).text)]
            terms = self._terms[text] = frozenset(stored) - stopwords()
        return terms


def _readings(squeezed: str) -> Iterator[tuple[Letter, str]]:
    """(how a letter is compared, what to look for): as typed, as initials, in the other keyboard mode."""
    yield keystrokes, "".join(map(keystrokes, squeezed))
    if all(character in INITIALS for character in squeezed):
        yield first_consonant, squeezed
    other = keys_in_other_mode(squeezed)
    if other is not None:
        yield keystrokes, other


@lru_cache(maxsize=10_000)
def _prepared(text: str) -> tuple[NormalizedText, str, Sequence[int], frozenset[str]]:
    """(normalised, squeezed, where its letters stand in the normalised text, its bigrams)."""
    normalized = normalize(text)
    squeezed, places = squeeze_with_offsets(normalized.text)
    return normalized, squeezed, places, frozenset(bigrams(squeezed))


def _span(title: str, wanted: str, letter: Letter) -> tuple[int, int] | None:
    """(start, end) in ``title`` of the first occurrence that begins a word, or None."""
    normalized, squeezed, places, _ = _prepared(title)
    first = wanted[0]
    for start in word_starts(normalized.text, places):
        if letter(squeezed[start])[0] != first:
            continue
        rest = wanted
        end = start
        while rest and end < len(squeezed):
            own = letter(squeezed[end])
            if not (rest.startswith(own) or own.startswith(rest)):
                break
            rest = rest[len(own) :]
            end += 1
        if not rest:
            return normalized.span(places[start], places[end - 1] + 1)
    return None


def _in_order(title: str, runs: Sequence[str]) -> tuple[str, ...] | None:
    """The parts of ``title`` that begin a word and have these initials, one behind the other, or None."""
    normalized, squeezed, places, _ = _prepared(title)
    initials = "".join(map(first_consonant, squeezed))
    starts = word_starts(normalized.text, places)
    found: list[str] = []
    end = 0
    for run in runs:
        start = next((start for start in starts if start >= end and initials.startswith(run, start)), None)
        if start is None:
            return None
        end = start + len(run)
        found.append(normalized.text[places[start] : places[end - 1] + 1])
    return tuple(found)


def visible(document: Document, now: int, audience: frozenset[str], paths: Iterable[CategoryPath] | None) -> bool:
    """Whether a document may be shown at ``now`` (microseconds since 1970) to an audience, within the paths."""
    return _visible(_title(document), Scope(None if paths is None else tuple(paths), audience, now))


def _title(document: Document) -> _Title:
    begins, ends = document.visible_from, document.visible_until
    return _Title(
        document.title,
        document.audience,
        document.category,
        None if begins is None else micros(begins),
        None if ends is None else micros(ends),
    )


def _visible(title: _Title, scope: Scope) -> bool:
    if title.visible_from is not None and scope.now < title.visible_from:
        return False
    if title.visible_until is not None and scope.now >= title.visible_until:
        return False
    if title.audience and not title.audience & scope.audience:
        return False
    return scope.within is None or any(title.category[: len(path)] == tuple(path) for path in scope.within)
