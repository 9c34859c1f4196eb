"""Synonyms: what the words of a query are called elsewhere, from the service's lexicon and the built-in one of help centres.

Both sides are compared as terms, so that 튕겨요, 튕기는데 and 튕김 are one. A verb is another unit than a noun (차다, 차); a
negation (안, 못, 지 않다, 지 못하다) or an adverb of a left side (꽉 차다) is one unit more. A single word is also found as it
stands, with a particle or without, since Kiwi reads a short word alone otherwise than beside others (네비: 네 + 비).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.lexicon import Lexicon, Synonym
from faqsearch.analysis.morphemes import Morpheme
from faqsearch.analysis.normalize import normalize
from faqsearch.analysis.resources.load import synonyms, variants
from faqsearch.analysis.terms import VERBS, Token, content_tokens
from faqsearch.document import CategoryPath
from faqsearch.query.syntax import parse

NOT = "!"
"""The unit of a negation."""

_PARTICLES = frozenset(
    {
        "",
        *"은는이가을를에도만의로과와랑요",
        "으로",
        "에서",
        "에게",
        "한테",
        "이랑",
        "까지",
        "부터",
        "인데",
        "이요",
        "은요",
        "들",
    }
)
_WORD = re.compile(r"[^\W_]+")


class Used(NamedTuple):
    """A synonym that a query holds: the terms it stands for, the ways to say it elsewhere, its category, if it is built in.

    ``word``: what it stands for is a single word.
    """

    left: tuple[str, ...]
    right: tuple[tuple[Token, ...], ...]
    category: CategoryPath
    general: bool
    word: bool


class _Side(NamedTuple):
    text: str
    units: tuple[str, ...]
    tokens: tuple[Token, ...]


class _Rule(NamedTuple):
    units: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[tuple[Token, ...], ...]
    category: CategoryPath
    word: bool


class SynonymTable:
    """The synonyms of a lexicon, analysed at the first query; found by the first unit of what is typed, or by the word."""

    def __init__(self, analyzer: Analyzer, lexicon: Lexicon) -> None:
        self._analyzer = analyzer
        self._lexicon = lexicon
        self._rules: tuple[_Rules, ...] | None = None

    def used(self, text: str, morphemes: Sequence[Morpheme], tokens: Sequence[Token]) -> Iterator[Used]:
        """The synonyms of what a query with these morphemes and content tokens holds, the service's own first."""
        for rules in self._rules if self._rules is not None else self._analyzed():
            found: set[int] = set()
            sequence = units(morphemes, tokens, rules.adverbs)
            for place, unit in enumerate(sequence):
                for rule in rules.by_unit.get(unit, ()):
                    if sequence[place : place + len(rule.units)] == rule.units and id(rule) not in found:
                        found.add(id(rule))
                        yield Used(rule.left, rule.right, rule.category, rules.general, rule.word)
            for match in _WORD.finditer(text):
                word = match[0].lower()
                for end in range(len(word), 1, -1):
                    if word[:end] not in rules.words or word[end:] not in _PARTICLES:
                        continue
                    begin, stop = match.start(), match.start() + end
                    left = tuple(token.term for token in tokens if begin <= token.start < stop)
                    for rule in rules.words[word[:end]]:
                        if id(rule) not in found:
                            found.add(id(rule))
                            yield Used(left, rule.right, rule.category, rules.general, word=True)

    def elsewhere(self, word: str) -> frozenset[str]:
        """What a single word, with a particle or without, is called elsewhere, as one word each."""
        word = word.lower()
        return frozenset(
            "".join(token.term for token in way)
            for rules in (self._rules if self._rules is not None else self._analyzed())
            for end in range(len(word), 1, -1)
            if word[end:] in _PARTICLES
            for rule in rules.words.get(word[:end], ())
            for way in rule.right
        )

    def _analyzed(self) -> tuple[_Rules, ...]:
        own = self._lexicon.synonyms
        rules = (_rules(self._analyzer, own, general=False),) if own else ()
        self._rules = (*rules, _built_in(self._analyzer.words)) if self._lexicon.general else rules
        return self._rules


class _Rules(NamedTuple):
    """Rules by their first unit, by the word that stands alone on their left side, and the adverbs of left sides."""

    by_unit: dict[str, list[_Rule]]
    words: dict[str, list[_Rule]]
    adverbs: frozenset[str]
    general: bool


@lru_cache(maxsize=4)
def _built_in(words: frozenset[str]) -> _Rules:
    """The built-in rules, analysed once for all indexes with the same user words: they are some thousand texts for Kiwi."""
    return _rules(Analyzer(words), [Synonym(left, right, sign == "=") for left, sign, right in synonyms()], general=True)


def _rules(analyzer: Analyzer, every: Sequence[Synonym], *, general: bool) -> _Rules:
    texts = {text: parse(text).text for synonym in every for text in (synonym.left, synonym.right)}
    morphemes = {text: analyzer.query_morphemes(parsed) for text, parsed in texts.items() if parsed}
    left_sides = {text for synonym in every for text in (synonym.left, synonym.right if synonym.two_way else "")}
    adverbs = frozenset(
        morpheme.form for text in left_sides & morphemes.keys() for morpheme in morphemes[text] if morpheme.tag == "MAG"
    )
    sides = {text: _side(texts[text], some, adverbs) for text, some in morphemes.items()}
    found = _Rules({}, {}, adverbs, general)
    for synonym in every:
        if synonym.left not in sides or synonym.right not in sides:
            continue
        one, other = sides[synonym.left], sides[synonym.right]
        for left, right in [(one, other), (other, one)] if synonym.two_way else [(one, other)]:
            word = _WORD.fullmatch(left.text) is not None
            rule = _Rule(left.units, tuple(token.term for token in left.tokens), _ways(right), synonym.category, word)
            if left.units and left.tokens and not (word and _loses_a_part(left.text, left.tokens)):
                found.by_unit.setdefault(left.units[0], []).append(rule)
            if word and len(left.text) > 1:
                found.words.setdefault(left.text.lower(), []).append(rule)
    return found


def _side(text: str, morphemes: Sequence[Morpheme], adverbs: Collection[str]) -> _Side:
    tokens = content_tokens(morphemes, text)
    return _Side(text, units(morphemes, tokens, adverbs), tuple(token for token in tokens if not token.part))


def covers(word: str, tokens: Sequence[Token]) -> bool:
    """Whether the content tokens of a single word say it all: a verb in its dictionary form, or nouns, and no part left out."""
    if any(token.tag in VERBS for token in tokens):
        return word.endswith("다")
    return bool(tokens) and not _loses_a_part(word, tokens)


def _loses_a_part(word: str, tokens: Sequence[Token]) -> bool:
    """Whether the tokens of a noun leave some of it out (할인권: 할인): it is found only as it stands."""
    if word.endswith("다") or any(token.tag in VERBS for token in tokens):
        return False
    end = tokens[-1].end
    return sum(token.end - token.start for token in tokens) < end or word[end:] not in _PARTICLES


def _ways(side: _Side) -> tuple[tuple[Token, ...], ...]:
    """A single word as the index may hold it, then the terms that Kiwi makes of it alone."""
    ways = (side.tokens,) if side.tokens else ()
    if not _WORD.fullmatch(side.text) or any(token.tag in VERBS for token in side.tokens):
        return ways
    term = normalize(side.text).text.lower()
    return (Token(variants().get(term, term), 0, len(side.text), "NNG"),), *ways


def units(morphemes: Sequence[Morpheme], tokens: Sequence[Token], adverbs: Collection[str]) -> tuple[str, ...]:
    """The terms of a text in order, verbs marked as such, with ``adverbs`` and with NOT before each term that is negated."""
    found = [(token.start, 1, f"{token.term}/V" if token.tag in VERBS else token.term) for token in tokens if not token.part]
    for morpheme in morphemes:
        tag, form = morpheme.tag, morpheme.form
        if tag == "MAG":
            if form in ("안", "못"):
                found.append((morpheme.start, 0, NOT))
            elif form in adverbs:
                found.append((morpheme.start, 0, form))
        elif tag[:2] == "VX" and form in ("않", "못하"):
            before = [start for start, kind, _ in found if kind == 1 and start < morpheme.start]
            if before:
                found.append((max(before), 0, NOT))
    return tuple(unit for _, _, unit in sorted(found))
