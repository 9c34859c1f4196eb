"""Whether an index holds what its texts say: a sample of its documents is analysed again and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from faqsearch.analysis.analyzer import AnalyzedDocument, Analyzer
from faqsearch.analysis.grams import bigrams
from faqsearch.index.base import Channel, PlanTerm, QueryPlan, Reader, StoredDocument
from faqsearch.index.segments.invert import TITLE_COPIES
from faqsearch.options import IndexOptions

SAMPLE = 20
"""Documents that one check analyses again; another generation's check takes others."""
CHARACTERS = 100_000
"""Characters of text that one check analyses again; a document that would go beyond is passed over."""
_COMPARED = 1_000  # terms of one document
_TERMS = 100
_MOST = 255  # a posting keeps no higher frequency

Frequencies = dict[tuple[str, str], int]
"""(list, term) → how often the document has it."""


def reanalysis_problems(reader: Reader, analyzer: Analyzer, *, postings: bool) -> tuple[int, tuple[str, ...]]:
    """(how many documents were analysed again, in words what is stored of them otherwise than the analyzer finds).

    Compared are tokens with their places and, with ``postings``, the frequencies of every term in every list that counts in
    ranking. Only meaningful where the index has the analyzer's fingerprint.
    """
    ids = sorted(reader.hashes())
    chosen = ids if len(ids) <= SAMPLE else Random(reader.generation).sample(ids, SAMPLE)
    stored, left = [], CHARACTERS
    for id in chosen:
        one = reader.stored(id)
        if one is not None and (size := len(one.document.title) + len(one.document.body)) <= left:
            stored.append(one)
            left -= size
    analyzed = analyzer.analyze_documents([one.document for one in stored])
    return len(stored), tuple(
        problem for one, again in zip(stored, analyzed, strict=True) for problem in _problems(reader, one, again, postings)
    )


def _problems(reader: Reader, stored: StoredDocument, again: AnalyzedDocument, postings: bool) -> Iterator[str]:
    id = stored.document.id
    for field, tokens, text in (("title", stored.title, again.title), ("body", stored.body, again.body)):
        if [*zip(tokens.terms, tokens.starts, tokens.ends, strict=True)] != [
            *zip(text.terms, text.starts, text.ends, strict=True)
        ]:
            yield f"the stored tokens of {id!r} are not those of its {field}"
    if not postings:
        return
    expected = _expected(reader, again)
    found = _found(reader, id, expected)
    for (name, term), count in expected.items():
        if found.get((name, term), 0) != count:
            yield f"{id!r} has {term!r} {found.get((name, term), 0)} times in {name}, not {count}"
            return


def _expected(reader: Reader, again: AnalyzedDocument) -> Frequencies:
    """What the lists that count must hold of a document."""
    ranking = IndexOptions.from_dict(reader.meta.options).ranking
    counts: dict[str, Counter[str]] = {}
    for channel, title, body in (
        ("m", Counter(again.title.terms), Counter(again.body.terms)),
        ("g", Counter(bigrams(again.title.squeezed)), Counter(bigrams(again.body.squeezed))),
    ):
        counts[f"{channel}.all"] = Counter({term: count * TITLE_COPIES for term, count in title.items()}) + body
        counts[f"{channel}.title"] = title if ranking.title else Counter()
    counts["m.category"] = Counter(again.category_terms if ranking.category else ())
    found = [((name, term), min(count, _MOST)) for name, some in counts.items() for term, count in some.items()]
    return dict(found if len(found) <= _COMPARED else Random(len(found)).sample(found, _COMPARED))


def _found(reader: Reader, id: str, expected: Frequencies) -> Frequencies:
    terms: list[tuple[Channel, str]] = sorted({("m" if name[0] == "m" else "g", term) for name, term in expected})
    found: Frequencies = {}
    for begin in range(0, len(terms), _TERMS):
        plan = QueryPlan(terms=tuple(PlanTerm(channel, term, 1.0) for channel, term in terms[begin : begin + _TERMS]))
        found |= {(part.list, part.term): min(round(part.frequency), _MOST) for part in reader.parts(plan, id)}
    return found
