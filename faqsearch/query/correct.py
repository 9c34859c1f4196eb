"""Another reading of a query whose words the index does not know.

Decided word by word: Latin letters in a Korean name (카카오page → 카카오페이지), keyboard mode (zotl → 캐시, ㅔㅁㄴㄴ → pass),
initial consonants (ㅎㅂ → 환불; others are offered), a misspelling one jamo away (환블 → 환불), and single syllables with
blanks between (캐 시 충 전 → 캐시충전). A word that the index knows is never replaced, nor one that has no better reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from faqsearch.analysis.analyzer import AnalyzedQuery, Analyzer
from faqsearch.analysis.grams import squeeze
from faqsearch.analysis.hangul import is_syllable
from faqsearch.analysis.morphemes import Morpheme
from faqsearch.analysis.terms import NOUNS, VERBS, content_tokens
from faqsearch.index.base import Reader, Scope
from faqsearch.query.complete import Completer
from faqsearch.query.initials import are_consonants, are_initials, by_initials, readings
from faqsearch.query.input_mode import in_other_mode
from faqsearch.query.loanwords import in_hangul
from faqsearch.query.misspelling import CONFUSED, corrections, sounding_alike, unknown_pairs
from faqsearch.query.synonyms import SynonymTable

KEYBOARD, INITIALS, TYPO, SPACING, LOANWORD = "한/영 자판", "초성", "오타", "띄어쓰기", "외래어 표기"

_APART = re.compile(r"(?<!\S)[가-힣](?: [가-힣]){2,}(?!\S)|\A[가-힣] [가-힣]\Z")
_TRIED = 5  # misspelling candidates that Kiwi is asked about
_OFFERED = 3  # other readings that are offered
_LEAST_SHARE = 0.004  # of all documents: a pair of syllables that fewer hold is no reason to change a word
_SURE_SHARE = 0.02  # the same, where Kiwi's dictionary holds the word
_FAR_MORE = 10  # times as many documents hold the word that is offered for a rare one
_TELLING = 4  # initials of which a title tells what they stand for
_COMBINED = 64  # readings of several words in initials that are compared


@dataclass(frozen=True, slots=True)
class Repair:
    """A better reading: the whole text, why, the words replaced, and other readings to offer.

    Without replacements the text is what was typed, and only the others are offered beside its results.
    """

    text: str
    reason: str
    replacements: tuple[tuple[str, str], ...]
    others: tuple[str, ...] = ()


class Corrector:
    """Finds better readings in one generation of an index; remembers its words by their initials."""

    def __init__(self, reader: Reader, analyzer: Analyzer, completer: Callable[[], Completer], synonyms: SynonymTable) -> None:
        self._reader = reader
        self._analyzer = analyzer
        self._completer = completer
        self._synonyms = synonyms
        self._initials: Mapping[str, Sequence[str]] | None = None
        self._frequent: tuple[int, Collection[str]] | None = None

    def _may_be_frequent(self, least: int) -> Callable[[str], bool]:
        """Whether a term may stand in ``least`` documents, without a look at the index for most that do not."""
        if self._frequent is None:
            many = max(2, round(_SURE_SHARE * len(self._reader)))
            self._frequent = many, self._reader.frequent(many)
        many, terms = self._frequent
        return terms.__contains__ if least >= many else lambda term: True

    def repair(self, query: AnalyzedQuery, scope: Scope) -> Repair | None:
        """A better reading of a normalised query, or None where it stands as it is."""
        lookup = _Lookup(self._reader, self._analyzer, scope)
        text = query.text
        sound = _sound_words(query, lookup)
        reasons: list[str] = []
        replaced: list[tuple[str, str]] = []
        if _APART.search(text):
            text = _APART.sub(lambda match: _note(_joined(match[0], lookup), match[0], SPACING, reasons, replaced), text)
        words = [_note(in_hangul(word, lookup), word, LOANWORD, reasons, replaced) for word in text.split(" ")]
        for place, found in in_other_mode(words, sound, lookup).items():
            words[place] = _note(found, words[place], KEYBOARD, reasons, replaced)
        nouns = [token.term for token in query.tokens if token.tag in NOUNS]
        for place, (word, typed) in enumerate(zip(words, text.split(" "), strict=True)):
            if word in sound or not _suspicious(word, lookup):
                continue
            beside = [noun for noun in nouns if noun not in typed]
            right = _misspelled(word, beside, self._synonyms.elsewhere(word), lookup)
            if right is not None:
                if (typed, word) in replaced:  # typed in the other mode, and not well
                    replaced.remove((typed, word))
                words[place] = _note(right, typed, TYPO, reasons, replaced)
        others: tuple[str, ...] = ()
        runs = [place for place, word in enumerate(words) if are_initials(word)]
        if runs:
            before = list(words)
            consonants = [place for place, word in enumerate(words) if are_consonants(word)]
            ranked = self._titles_that_read(consonants, words, scope, lookup)
            if ranked:
                runs = consonants
            else:
                ranked = self._words_that_read(runs, words, lookup)
            others = _read(words, runs, ranked)
            for place in runs:
                _note(words[place], before[place], INITIALS, reasons, replaced)
        if not replaced:
            offered = self._sounds_alike(query, lookup)
            return None if offered is None else Repair(text, "", (), (offered,))
        return Repair(" ".join(words), ", ".join(dict.fromkeys(reasons)), tuple(replaced), others)

    def _sounds_alike(self, query: AnalyzedQuery, lookup: _Lookup) -> str | None:
        """The query with a rare noun replaced by a far more frequent one that sounds alike (결재, 결제), or None."""
        text = query.text
        best: tuple[int, str] | None = None
        for token in query.tokens:
            surface = text[token.start : token.end]
            if token.tag not in NOUNS or len(surface) < 2 or not all(map(is_syllable, surface)):
                continue
            count = lookup.documents(token.term)
            if count > lookup.least() or (not count and self._synonyms.elsewhere(surface)):
                continue
            enough = max(lookup.least(_SURE_SHARE), _FAR_MORE * count)
            possible = self._may_be_frequent(enough)
            for place, syllable in enumerate(surface):
                for other in sounding_alike(syllable):
                    word = surface[:place] + other + surface[place + 1 :]
                    near = lookup.documents(word) if possible(word) else 0
                    if near >= enough and (best is None or near > best[0]) and lookup.reads_noun(word):
                        at = token.start + place
                        best = near, text[:at] + other + text[at + 1 :]
        return None if best is None else best[1]

    def _titles_that_read(
        self, runs: Sequence[int], words: Sequence[str], scope: Scope, lookup: _Lookup
    ) -> list[tuple[str, ...]]:
        """What enough initials stand for in titles that hold them all in this order (ㅎㅊ ㅇㄹㅈ: 회차, 열리지).

        Whole words of the index come first, then what most titles hold.
        """
        if sum(len(words[place]) for place in runs) < _TELLING:
            return []
        found = Counter(self._completer().words_by_initials([words[place] for place in runs], scope))
        usual = [reading for reading, _ in found.most_common()]
        return sorted(usual, key=lambda reading: not all(lookup.knows(part) for one in reading for part in one.split(" ")))

    def _words_that_read(self, runs: Sequence[int], words: Sequence[str], lookup: _Lookup) -> list[tuple[str, ...]]:
        """What the runs of initials stand for by the words of the index, those first that most titles hold together."""
        if self._initials is None:
            self._initials = by_initials(self._reader.vocabulary("m"))
        found = [readings(words[place], self._initials) for place in runs]
        choices = [tuple(filter(lookup.is_noun, some)) or (words[place],) for place, some in zip(runs, found, strict=True)]
        combinations = islice(product(*choices), _COMBINED)
        # The reading that most titles hold, then most documents; one that no document holds is none, nor are two words for one
        # run that no title holds together, for any two frequent words stand in some body (ㅁㄴㅇㄹ: 메뉴, 알리).
        held = {one: lookup.together(one) for one in combinations}
        meant = (
            one for one, (titles, documents) in held.items() if titles or (documents and not any(" " in words for words in one))
        )
        return sorted(meant, key=held.__getitem__, reverse=True)


def _read(words: list[str], runs: Sequence[int], ranked: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Puts the first reading of ``runs`` into ``words``; gives back the whole texts of the next ones."""
    texts = []
    for reading in ranked[: _OFFERED + 1]:
        text = list(words)
        for place, one in zip(runs, reading, strict=True):
            text[place] = one
        texts.append(text)
    words[:] = texts[0] if texts else words
    return tuple(" ".join(text) for text in texts[1:])


def _note(found: str | None, word: str, reason: str, reasons: list[str], replaced: list[tuple[str, str]]) -> str:
    """``found`` with a note that it stands for ``word``, or ``word`` where nothing was found."""
    if found is None or found == word:
        return word
    reasons.append(reason)
    replaced.append((word, found))
    return found


class _Lookup:
    """What the index knows within a scope."""

    def __init__(self, reader: Reader, analyzer: Analyzer, scope: Scope) -> None:
        self._reader = reader
        self._analyzer = analyzer
        self._scope = scope
        self._read: dict[str, list[Morpheme]] = {}

    def knows(self, term: str) -> bool:
        return self._reader.knows("m", term, self._scope)

    def documents(self, term: str) -> int:
        return self._reader.frequency("m", term, self._scope)

    def pair(self, gram: str) -> int:
        return self._reader.frequency("g", gram, self._scope)

    def morphemes(self, word: str) -> list[Morpheme]:
        """Those of a word alone, read once for a query."""
        if word not in self._read:
            self._read[word] = self._analyzer.query_morphemes(word)
        return self._read[word]

    def least(self, share: float = _LEAST_SHARE) -> int:
        """Documents that must hold a pair of syllables for it to be taken for right."""
        return max(2, round(share * self._reader.size(self._scope)))

    def reads(self, word: str) -> bool:
        """Whether ``word`` is a noun that the index knows, or several, each of two syllables at least."""
        if self.knows(word):
            return True
        tokens = [token for token in content_tokens(self.morphemes(word), word) if not token.part]
        return any(token.tag in NOUNS for token in tokens) and all(
            self.knows(token.term) and (len(token.term) > 1 or token.tag not in NOUNS) for token in tokens
        )

    def reads_noun(self, word: str) -> bool:
        """The same of what ends in a noun, not in a particle or an ending (전기로), and is no stem of a verb (빠지)."""
        morphemes = self.morphemes(word)
        last = morphemes[-1].tag
        noun = any(morpheme.tag in NOUNS for morpheme in morphemes) and (last[0] not in "JE" or last == "ETN")
        verb = self.morphemes(f"{word}다")[0]
        return noun and not (verb.tag[:2] in VERBS and verb.form == word) and self.reads(word)

    def beside(self, word: str, others: Sequence[str]) -> bool:
        """Whether a title holds the noun with one of the others."""
        terms = [token.term for token in content_tokens(self.morphemes(word), word) if not token.part]
        return any(self._reader.together([*terms, other], self._scope)[0] for other in others if self.knows(other))

    def is_noun(self, words: str) -> bool:
        """Whether each of the words ends in a noun."""
        return all(self.morphemes(word)[-1].tag in NOUNS for word in words.split(" "))

    def together(self, words: Iterable[str]) -> tuple[int, int]:
        """(titles, documents) that hold all the words."""
        terms = [word for one in words for word in one.split(" ")]
        return self._reader.together(terms, self._scope)


def _sound_words(query: AnalyzedQuery, lookup: _Lookup) -> frozenset[str]:
    """The words whose content terms are all known, of two syllables at least: they need no closer look."""
    sound = []
    start = 0
    tokens = [token for token in query.tokens if not token.part]
    for word in query.text.split(" "):
        end = start + len(word)
        inside = [token for token in tokens if start <= token.start < end]
        if inside and all(len(token.term) > 1 and lookup.knows(token.term) for token in inside if token.tag not in VERBS):
            sound.append(word)
        start = end + 1
    return frozenset(sound)


def _joined(apart: str, lookup: _Lookup) -> str | None:
    """Syllables with blanks between, as one word where the index reads that."""
    joined = apart.replace(" ", "")
    return joined if len(joined) > 1 and lookup.reads(joined) else None


def _suspicious(word: str, lookup: _Lookup) -> bool:
    """Whether two syllables of a word hardly ever stand together in the index."""
    return len(word) > 1 and any(map(is_syllable, word)) and bool(unknown_pairs(word, lookup.pair, lookup.least()))


def _misspelled(word: str, beside: Sequence[str], meant: Collection[str], lookup: _Lookup) -> str | None:
    """A suspicious ``word`` with one jamo changed in its noun, where the index holds that and not what was typed.

    ``beside`` are the nouns of the query's other words; ``meant`` is what synonyms say for the word.
    """
    morphemes = lookup.morphemes(word)
    end = _noun_end(morphemes)
    if end < 2 and all(map(is_syllable, word)):  # read as one syllable and an ending: 개임, 개 + 이 + ㅁ
        end = len(word)
    stem = word[:end]
    inside = [morpheme for morpheme in morphemes if morpheme.start < end]
    if len(stem) < 2 or squeeze(stem) != stem.lower() or not any(morpheme.tag in NOUNS for morpheme in inside):
        return None
    # What Kiwi's dictionary holds may be right, and just not in this index: only to what sounds alike and is frequent. Unless
    # it is a chain of syllables (환 + 블), a title has to hold that with another word of the query.
    damaged = any(morpheme.oov for morpheme in inside)
    whole = not damaged and all(morpheme.len > 1 for morpheme in inside if morpheme.tag in NOUNS)
    most, least = (1.0, lookup.least()) if damaged else (CONFUSED, lookup.least(_SURE_SHARE))
    for corrected in islice(corrections(stem, lookup.pair, most_cost=most, least=least), _TRIED):
        if not (lookup.reads(corrected) if damaged else lookup.reads_noun(corrected)):
            continue
        if meant and corrected not in meant:  # 아디 is 아이디, not 아이
            return None
        if whole and not meant and not lookup.beside(corrected, beside):
            continue
        return None if lookup.reads(stem) else corrected + word[end:]  # the stem itself is read last, for few get so far
    return None


def _noun_end(morphemes: Sequence[Morpheme]) -> int:
    """Where the particles, endings and light verbs at the end of a word begin."""
    end = 0
    for morpheme in morphemes:
        tag = morpheme.tag
        if tag in ("SL", "SN") or (tag[0] in "NXVMI" and tag[:2] not in ("XS", "VC")):
            end = max(end, morpheme.start + morpheme.len)
        elif end:
            break
    return end
