"""What a query asks for: weighted terms of both channels, the content words, phrases and exclusions.

Weights are those of ``Ranking``: morphemes 1, verbs less, stop words less still; a bigram by how much of it is content. A
content word is a *group*: a document holds it when it has its term, or another reading of it: the same letters as one noun or
as several (비밀번호, 비밀 + 번호), which Kiwi decides by context, or a synonym.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from faqsearch import limits
from faqsearch.analysis.analyzer import AnalyzedQuery, Analyzer
from faqsearch.analysis.grams import bigrams, squeeze, squeeze_with_offsets
from faqsearch.analysis.lexicon import Lexicon, Notice, Pin
from faqsearch.analysis.morphemes import Morpheme
from faqsearch.analysis.normalize import normalize
from faqsearch.analysis.resources.load import stopwords, variants
from faqsearch.analysis.terms import NOUNS, VERBS, Token
from faqsearch.document import CategoryPath
from faqsearch.index.base import Clause, Group, PlanTerm, Reader, RelatedTerm, Scope
from faqsearch.options import Ranking
from faqsearch.query.initials import are_initials
from faqsearch.query.nearby import nearby
from faqsearch.query.operators import Knows, operators, split_readings
from faqsearch.query.synonyms import SynonymTable, Used
from faqsearch.query.syntax import Parsed, parse
from faqsearch.results import Span

_ALONE = 3
"""Words of a query among which Kiwi may miss a noun: more cost on queries that are not reported (ADR 11)."""
_LIGHT = frozenset({"하", "있", "되", "알", "싶", "주"})
_HALF_CONTENT = frozenset({"MAG", "NNB", "NP", "MM", "XPN", "XSN"})


@dataclass(frozen=True, slots=True)
class Understood:
    """A query understood; ``marks`` are the terms to mark in texts, with their weights, ``words`` whole words to mark."""

    text: str
    terms: tuple[PlanTerm, ...] = ()
    related: tuple[RelatedTerm, ...] = ()
    groups: tuple[Group, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[Clause, ...] = ()
    excluded_phrases: tuple[str, ...] = ()
    marks: dict[str, float] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    truncated: bool = False


@dataclass(slots=True)
class _Word:
    """A content word while its query is understood."""

    surface: str
    clauses: list[Clause]
    limited: list[tuple[CategoryPath, Clause]] = field(default_factory=list)

    def group(self) -> Group:
        return Group(self.surface, tuple(dict.fromkeys(self.clauses)), tuple(dict.fromkeys(self.limited)))


class QueryLanguage:
    """Understands queries with one analyzer, lexicon and set of weights; keeps the analysed lexicon."""

    def __init__(self, analyzer: Analyzer, lexicon: Lexicon, ranking: Ranking) -> None:
        self._analyzer = analyzer
        self.ranking = ranking
        self._stopwords = stopwords() | {_indexed(word) for word in lexicon.stopwords}
        self._lexicon = lexicon
        self.synonyms = SynonymTable(analyzer, lexicon)
        self._stop_phrases = tuple(squeeze(word) for word in lexicon.stopwords if " " in word)
        self._pins: dict[tuple[str, ...], list[Pin]] | None = None

    def analyzed(self, text: str) -> AnalyzedQuery:
        """A parsed query's text with its morphemes and content tokens."""
        return self._analyzer.analyze_query(text)

    def understand(
        self,
        parsed: Parsed,
        analyzed: AnalyzedQuery,
        reader: Reader,
        scope: Scope,
        *,
        substitute: bool = False,
    ) -> Understood:
        """A parsed query, its text analysed, over the vocabulary of the scope.

        ``substitute``: where no document holds a noun, its related words are searched in its place.
        """
        if not parsed.text:
            return Understood("", truncated=parsed.truncated)
        knows, idf = partial(_knows, reader, scope), partial(_idf, reader, scope)
        morphemes, tokens = analyzed.morphemes, analyzed.tokens
        words = _word_spans(parsed.text)
        typed = parsed.text.lower().split(" ")
        used = list(self.synonyms.used(parsed.text, morphemes, tokens))
        if not tokens and not (
            any(are_initials(word) or ((len(word) > 1 or len(typed) == 1) and knows(word)) for word in typed)
            or any(all(knows(token.term) for token in way) for one in used for way in one.right)
        ):
            # nothing to look for but function words and chat
            phrases, excluded, without = operators(parsed, self._analyzer, knows)
            return Understood("", (), (), (), phrases, excluded, without, truncated=parsed.truncated)
        asking = self._stop_phrase_places(parsed.text)
        terms = self._scored_terms(tokens, asking)
        weak = self._weak_places(parsed.text, words) | asking
        content = [token for token in tokens if not token.part and self._is_content(token) and token.start not in weak]
        held = content or [token for token in tokens if not token.part]
        groups = self._groups(held, tokens, parsed.text, knows)
        joined = self._joined(held, groups, parsed.text, knows)
        self._add_surfaces(parsed.text, words, tokens, groups, terms, knows)
        limited = self._add_synonyms(used, groups, terms, knows)
        found = tuple(word.group() for word in groups.values())
        marks = self._marks(found, terms, idf)
        related: dict[str, RelatedTerm] = {}
        instead: dict[str, float] = {}
        if share := self.ranking.related:
            near = [token for token in held if token.start not in asking]
            related, instead = nearby(near, terms, share, idf)
            for word in (*joined, *(term for _, term in limited)):  # counted as it is
                related.pop(word, None)
        if not substitute:
            instead = {}
        marks.update((term, weight * idf(term)) for term, weight in instead.items())
        plan = [PlanTerm("m", term, weight) for term, weight in terms.items()]
        plan += [PlanTerm("m", term, weight, path) for (path, term), weight in limited.items() if term not in terms]
        plan += [PlanTerm("m", term, self.ranking.joined) for term in dict.fromkeys(joined) if term not in terms]
        plan += [PlanTerm("m", term, weight) for term, weight in instead.items()]
        plan += self._gram_terms(parsed.text, morphemes, tokens)
        return Understood(
            parsed.text,
            tuple(plan[: limits.PLAN_TERMS]),
            tuple(related.values()),
            found,
            *operators(parsed, self._analyzer, knows),
            marks,
            tuple(dict.fromkeys(word for word in map(squeeze, self._words(parsed.text, words, content)) if len(word) > 1)),
            parsed.truncated,
        )

    def pinned(self, query: str, now: float) -> tuple[str, ...]:
        """Ids pinned to this query at ``now`` (seconds since 1970), without regard to spacing and particles."""
        if not self._lexicon.pins or not query.strip():
            return ()
        if self._pins is None:
            self._pins = {}
            for pin in self._lexicon.pins:
                self._pins.setdefault(self._pin_key(pin.query), []).append(pin)
        return tuple(pin.id for pin in self._pins.get(self._pin_key(query), ()) if _lasts(pin, now))

    def notices(self, now: float) -> tuple[str, ...]:
        """The texts that every search shows at ``now`` (seconds since 1970)."""
        return tuple(notice.text for notice in self._lexicon.notices if _lasts(notice, now))

    def _pin_key(self, query: str) -> tuple[str, ...]:
        text = parse(query).text
        tokens = [token for token in self._analyzer.query_tokens(text) if not token.part]
        return (squeeze("".join(token.term for token in tokens)) or squeeze(text),)

    def category_terms(self, path: CategoryPath) -> tuple[str, ...]:
        """The terms of a category's labels."""
        return self._analyzer.category_terms(path)

    # Terms

    def _weak_places(self, text: str, words: Sequence[Span]) -> frozenset[int]:
        """Places inside words that are stop words as they stand, however Kiwi reads them (안내: 안/MAG + 내/VV)."""
        return frozenset(
            place for start, end in words if _folded(text[start:end]) in self._stopwords for place in range(start, end)
        )

    def _stop_phrase_places(self, text: str) -> frozenset[int]:
        """Places inside the lexicon's stop phrases, however they are spaced."""
        if not self._stop_phrases:
            return frozenset()
        squeezed, places = squeeze_with_offsets(text)
        found: set[int] = set()
        for phrase in self._stop_phrases:
            at = squeezed.find(phrase)
            while at >= 0 and phrase:
                found.update(places[at : at + len(phrase)])
                at = squeezed.find(phrase, at + 1)
        return frozenset(found)

    def _is_content(self, token: Token) -> bool:
        return token.term not in self._stopwords and not (token.tag in VERBS and token.term in _LIGHT)

    def _weight(self, token: Token) -> float:
        weight = self.ranking.verb if token.tag in VERBS else 1.0
        return weight * self.ranking.stopword if token.term in self._stopwords else weight

    def _scored_terms(self, tokens: Sequence[Token], asking: frozenset[int]) -> dict[str, float]:
        """The query's morphemes with their weights; what is said twice counts once (ADR 11)."""
        terms: dict[str, float] = {}
        for token in tokens:
            weight = self._weight(token)
            if token.start in asking and token.term not in self._stopwords:
                weight *= self.ranking.stopword
            terms[token.term] = max(terms.get(token.term, 0.0), weight)
        return terms

    def _gram_terms(self, text: str, morphemes: Sequence[Morpheme], tokens: Sequence[Token]) -> list[PlanTerm]:
        """The query's bigrams; each weighs by how much of its two syllables is content, and counts once."""
        share = [0.0] * len(text)
        for morpheme in morphemes:
            if morpheme.tag in _HALF_CONTENT:
                share[morpheme.start : morpheme.start + morpheme.len] = [0.5] * morpheme.len
        for token in tokens:
            if self._is_content(token):
                share[token.start : token.end] = [1.0] * (token.end - token.start)
        squeezed, places = squeeze_with_offsets(text)
        weights: dict[str, float] = {}
        ranking = self.ranking
        for place, gram in enumerate(bigrams(squeezed)):
            x = share[places[place]] + share[places[place + len(gram) - 1]]
            weight = ranking.gram_base + ranking.gram_one * min(x, 1.0) + ranking.gram_both * max(x - 1.0, 0.0)
            weights[gram] = max(weights.get(gram, 0.0), weight * ranking.grams)
        return [PlanTerm("g", gram, weight) for gram, weight in weights.items()]

    # Content words

    def _groups(self, content: Sequence[Token], tokens: Sequence[Token], text: str, knows: Knows) -> dict[str, _Word]:
        """By term: the content words, each with the ways a document may hold it."""
        groups: dict[str, _Word] = {}
        for token in content:
            clauses: list[Clause] = [(("m", token.term),)]
            parts = [part for part in tokens if part.part and token.start <= part.start and part.end <= token.end]
            if parts:
                clauses.append(tuple(("m", part.term) for part in parts))
            elif token.tag in NOUNS:
                clauses += split_readings(token.term, knows)
            groups.setdefault(token.term, _Word(text[token.start : token.end], clauses))
        return groups

    def _joined(self, content: Sequence[Token], groups: dict[str, _Word], text: str, knows: Knows) -> list[str]:
        """The words that neighbours make where the index knows them as one (디지털 키: 디지털키): another way to hold both."""
        found = []
        for left, right in pairwise(content):
            word = left.term + right.term
            if not text[left.end : right.start].strip() and knows(word):
                found.append(word)
                for token in (left, right):
                    groups[token.term].clauses.append((("m", word),))
        return found

    def _add_surfaces(
        self,
        text: str,
        words: Sequence[Span],
        tokens: Sequence[Token],
        groups: dict[str, _Word],
        terms: dict[str, float],
        knows: Knows,
    ) -> None:
        """A word that Kiwi read as a verb or a lone syllable while the index knows it as a noun (캐시: 캐/VV + 시/EP).

        Only in a query of up to three words: beside more Kiwi is right, and every noun spelled as a verb form would count.
        """
        for start, end in words if len(words) <= _ALONE else ():
            inside = [token for token in tokens if start <= token.start and token.end <= end]
            word = text[start:end].lower()
            if (
                (len(word) < 2 and len(words) > 1)
                or any(token.tag not in VERBS and token.tag != "NNB" for token in inside)
                or word in terms
            ):
                continue
            if word in self._stopwords or not knows(word):
                continue
            terms[word] = 1.0
            alternative: Clause = (("m", word),)
            held = [token.term for token in inside if token.term in groups]
            for term in held:
                groups[term].clauses.append(alternative)
            if not held:
                groups[word] = _Word(word, [alternative])

    def _add_synonyms(
        self,
        used: Iterable[Used],
        groups: dict[str, _Word],
        terms: dict[str, float],
        knows: Knows,
    ) -> dict[tuple[CategoryPath, str], float]:
        """What the words of the query are called elsewhere: more terms, and another way to hold the words.

        Gives back the weights of terms that count in a category only.
        """
        typed = dict(terms)
        limited: dict[tuple[CategoryPath, str], float] = {}
        for left, ways, category, general, word in used:
            known = [way for way in ways if all(knows(token.term) for token in way)]
            if not known:
                continue
            right = known[0]
            weight = max((typed[term] for term in left if term in typed), default=1.0) * self.ranking.synonym
            if general and left and all(map(knows, [*left, "".join(left)] if word else left)):
                weight *= self.ranking.known_synonym
            for token in right:
                if token.term not in typed and category:
                    limited[category, token.term] = max(limited.get((category, token.term), 0.0), weight)
                elif token.term not in typed:
                    terms[token.term] = max(terms.get(token.term, 0.0), weight)
            clauses: list[Clause] = [tuple(("m", token.term) for token in way) for way in known]
            for group in [groups[term] for term in left if term in groups]:
                if category:
                    group.limited += [(category, clause) for clause in clauses]
                else:
                    group.clauses += clauses
            if not left and not category:  # a word in which Kiwi alone sees no content
                groups["".join(token.term for token in right)] = _Word(" ".join(token.term for token in right), clauses)
        return limited

    # Marks

    def _marks(self, groups: Sequence[Group], terms: dict[str, float], idf: Callable[[str], float]) -> dict[str, float]:
        """Term → what a mark of it is worth in a snippet: its weight times its idf."""
        marked = dict.fromkeys(
            term
            for group in groups
            for clause in (*group.clauses, *(clause for _, clause in group.limited))
            for channel, term in clause
            if channel == "m" and term not in self._stopwords
        )
        return {term: terms.get(term, self.ranking.verb) * tells for term in marked if (tells := idf(term))}

    def _words(self, text: str, words: Sequence[Span], content: Sequence[Token]) -> list[str]:
        """The words of the query without particles: from the first to the last content token in each."""
        found = []
        for start, end in words:
            inside = [token for token in content if start <= token.start and token.end <= end and token.tag not in VERBS]
            if inside:
                found.append(text[inside[0].start : max(token.end for token in inside)])
        return found


def _knows(reader: Reader, scope: Scope, term: str) -> bool:
    return reader.knows("m", term, scope)


def _idf(reader: Reader, scope: Scope, term: str) -> float:
    return reader.known_idf(term, scope)


def _indexed(word: str) -> str:
    """The term that a single word would be indexed by."""
    return _folded(normalize(word).text)


def _folded(word: str) -> str:
    """The term of a normalised word."""
    term = word.lower()
    return variants().get(term, term)


def _word_spans(text: str) -> list[Span]:
    """(start, end) of each run without blanks, without punctuation around it."""
    spans = []
    place = 0
    for word in text.split(" "):
        start, end = place, place + len(word)
        while start < end and not text[start].isalnum():
            start += 1
        while end > start and not text[end - 1].isalnum():
            end -= 1
        if start < end:
            spans.append((start, end))
        place += len(word) + 1
    return spans


def _lasts(one: Pin | Notice, now: float) -> bool:
    begun = one.visible_from is None or one.visible_from.timestamp() <= now
    return begun and (one.visible_until is None or now < one.visible_until.timestamp())
