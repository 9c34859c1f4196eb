"""Documents like one document: those that share its most telling terms."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from faqsearch.index.base import PlanTerm, QueryPlan, Reader, StoredDocument
from faqsearch.query.search import present
from faqsearch.query.understand import Understood
from faqsearch.results import Hit

_TERMS = 25
_TITLE_COPIES = 3
_SAME = 0.8  # two documents that share this much of their terms say the same


def related(reader: Reader, id: str, plan: QueryPlan, *, limit: int, snippet_length: int) -> tuple[Hit, ...]:
    """Up to ``limit`` hits like document ``id``, without near-duplicates of each other; () where it is not there."""
    stored = reader.stored(id)
    if stored is None:
        return ()
    counts = Counter(stored.body.terms)
    for term in stored.title.terms:
        counts[term] += _TITLE_COPIES
    worth = {term: min(count, 5) * reader.idf("m", term, plan.scope) for term, count in counts.items()}
    chosen = sorted(worth, key=lambda term: (-worth[term], term))[:_TERMS]
    terms = tuple(PlanTerm("m", term, float(min(counts[term], 5))) for term in chosen)
    matches = reader.execute(replace(plan, terms=terms, matching="any", limit=4 * limit + 1, facets=False))
    understood = Understood("", terms=terms, marks={term: worth[term] for term in chosen})
    kept: list[tuple[StoredDocument, float]] = []
    for other, score in zip(matches.documents, matches.scores, strict=True):
        if other.document.id == id or any(_alike(other, before) for before, _ in kept):
            continue
        kept.append((other, score))
    return tuple(present(other, score, rank, understood, snippet_length) for rank, (other, score) in enumerate(kept[:limit], 1))


def _alike(one: StoredDocument, other: StoredDocument) -> bool:
    left, right = ({*some.title.terms, *some.body.terms} for some in (one, other))
    return bool(left) and len(left & right) >= _SAME * len(left | right)
