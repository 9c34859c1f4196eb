"""Entries that their own words do not find, and titles that readers cannot tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faqsearch.analysis.grams import squeeze
from faqsearch.analysis.lexicon import Lexicon
from faqsearch.analysis.morphemes import Morpheme
from faqsearch.analysis.normalize import normalize
from faqsearch.analysis.terms import VERBS
from faqsearch.audit.collection import Collection
from faqsearch.audit.finding import Finding
from faqsearch.document import Document

_NEGATIONS = frozenset({("MAG", "안"), ("MAG", "못"), ("VX", "않"), ("VX", "못하"), ("VV", "못하"), ("VA", "없"), ("VX", "말")})
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ENDING = ("J", "EF", "SF", "SP", "SS", "SE", "SO", "SW", "SY")  # particles, final endings, signs
_NEAR = 0.95  # of the third hit's score: which of them comes first is chance, and changes with every edit
_LEAST_WORDS = 2  # of one word nobody expects one certain entry


def not_found(collection: Collection) -> Iterator[Finding]:
    """Entries that neither their title nor, where it does, an obvious paraphrase of it brings to the first three."""
    lexicon = collection.index.lexicon
    for document in collection.documents.values():
        if not document.title.strip():
            continue
        missed = collection.missed(document.title, document)
        if missed is not None:
            rank, others = missed
            yield Finding("title_not_found", (document.id,), document.title, others, {"rank": rank, "views": document.views})
            continue
        for paraphrase in paraphrases(collection, document.title, lexicon):
            missed = collection.missed(paraphrase, document, near=_NEAR)
            if missed is not None:
                rank, others = missed
                yield Finding(
                    "paraphrase_not_found", (document.id,), paraphrase, others, {"rank": rank, "views": document.views}
                )
                break


def paraphrases(collection: Collection, title: str, lexicon: Lexicon) -> list[str]:
    """What a reader types who wants the entry: the nouns of its title as they stand in it, and with synonyms for them.

    None where that would say something else: of a single noun, and of a title with a negation (노출되지 않아요).
    """
    text = _BRACKETS.sub(" ", normalize(title).text)
    morphemes = collection.morphemes(text)
    if any(map(_is_negation, morphemes)):
        return []
    suffixes = {one.start: one.start + one.len for one in morphemes if one.tag == "XSN"}
    words: list[str] = []
    start = 0
    tokens = collection.words(text)
    for word in text.split(" "):
        end = start + len(word)
        nouns = [token for token in tokens if start <= token.start < end and token.tag not in VERBS]
        if nouns:
            first = min(token.start for token in tokens if start <= token.start < end)
            last = nouns[-1].end
            found = squeeze(text[first : suffixes.get(last, last)])  # 승차 + 권
            words += [found] if found and found not in words else []
        start = end + 1
    if len(words) < _LEAST_WORDS:
        return []
    phrases = [" ".join(words)]
    for synonym in lexicon.synonyms:
        if not synonym.category:
            pairs = [(synonym.right, synonym.left)] + [(synonym.left, synonym.right)] * synonym.two_way
            phrases += [" ".join(new if one == old else one for one in words) for old, new in pairs if old in words]
    return [phrase for phrase in dict.fromkeys(phrases) if squeeze(phrase) != squeeze(title)]


def _is_negation(morpheme: Morpheme) -> bool:
    return (morpheme.tag, morpheme.form) in _NEGATIONS or morpheme.tag == "VCN"


def titles_alike(collection: Collection) -> Iterator[Finding]:
    """Titles of one service that differ in particles, final endings, blanks and signs only, or not at all."""
    groups: dict[tuple[str, ...], list[Document]] = {}
    for document in collection.documents.values():
        key = title_key(collection, document.title)
        if key:
            groups.setdefault((key, *document.category[:1]), []).append(document)
    for same in groups.values():
        if len(same) > 1:
            same.sort(key=lambda document: (-document.views, document.id))
            ids = tuple(document.id for document in same)
            yield Finding("titles_alike", ids, same[0].title, (), {"views": sum(document.views for document in same)})


def title_key(collection: Collection, title: str) -> str:
    """A title without particles, final endings, blanks and signs."""
    return "".join(one.form for one in collection.morphemes(title) if not one.tag.startswith(_ENDING)).lower()
