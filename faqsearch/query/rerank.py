"""The second stage, for an index with an encoder: the top of the lexical list in another order, by meaning too.

The lexical stage decides what matches, so totals, facets and confidence are its own. Its first ``DEPTH`` documents after all
filters, pinned ones aside, are ordered by

    lexical score + weight · best lexical score before filters · max(0, cosine - floor)

which is never below the lexical score, so the order beyond goes on with the lexical one: no document comes twice or is left
out, whatever the size of a page. The scale does not depend on filters, so neither does the order of two documents.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from faqsearch.index.base import Matches, QueryPlan, Reader, StoredDocument
from faqsearch.index.cosines import cosines
from faqsearch.options import Calibration
from faqsearch.query.meaning import Meaning

DEPTH = 60
"""Documents re-ranked: the list of a query holds the answer so far up, or the encoder does not find it either."""


def ranked(
    reader: Reader, plan: QueryPlan, meaning: Meaning | None, text: str
) -> tuple[Matches, tuple[StoredDocument, float] | None]:
    """(the page of ``plan``, re-ranked by what ``text`` means; the first lexical hit with its score, where it is known)."""
    depth = DEPTH + len(plan.pins)
    wanted = meaning is not None and plan.sort == "relevance" and plan.terms and plan.offset < depth
    vector = meaning.query(text) if meaning is not None and wanted else None
    if meaning is None or vector is None:
        matches = reader.execute(plan)
        return matches, matches.leading(plan)
    first = replace(plan, offset=0, limit=depth)
    top = reader.execute(first)
    documents, scores = _reordered(reader, top, meaning.calibration, vector)
    end = plan.offset + plan.limit
    rest = Matches((), (), 0, 0.0, {})
    if end > depth and top.total > depth:
        rest = reader.execute(replace(plan, offset=depth, limit=end - depth, facets=False))
    page = replace(
        top,
        documents=(*documents[plan.offset : end], *rest.documents),
        scores=(*scores[plan.offset : end], *rest.scores),
    )
    return page, top.leading(first)


def gain(reader: Reader, plan: QueryPlan, meaning: Meaning, text: str, id: str) -> tuple[float, float] | None:
    """(what document ``id`` gains by its meaning, its cosine); None where it is not re-ranked."""
    vector = meaning.query(text) if plan.sort == "relevance" and plan.terms else None
    if vector is None:
        return None
    top = reader.execute(replace(plan, offset=0, limit=DEPTH + len(plan.pins), facets=False))
    if id not in [one.document.id for one in _candidates(top)]:
        return None
    (cosine,) = cosines(vector, reader.vectors([id]))
    return (float(_gains(np.array([cosine]), meaning.calibration, top.best)[0]), float(cosine)) if cosine == cosine else None


def _candidates(top: Matches) -> tuple[StoredDocument, ...]:
    """The documents to be re-ranked: those that are not pinned, up to DEPTH."""
    return top.documents[len(top.pinned) :][:DEPTH]


def _gains(similar: NDArray[np.float64], calibration: Calibration, best: float) -> NDArray[np.float64]:
    """``(documents,)``: what each gains; one without vectors nothing."""
    gains = calibration.weight * best * np.maximum(similar - calibration.floor, 0.0)
    return np.nan_to_num(gains, nan=0.0)


def _reordered(
    reader: Reader, top: Matches, calibration: Calibration, vector: NDArray[np.float32]
) -> tuple[tuple[StoredDocument, ...], tuple[float, ...]]:
    """(documents, scores) of the top: pinned ones, the re-ranked part, what is left of the lexical order."""
    lead, some = len(top.pinned), _candidates(top)
    similar = cosines(vector, reader.vectors([one.document.id for one in some]))
    fused = np.array(top.scores[lead : lead + DEPTH]) + _gains(similar, calibration, top.best)
    order = np.argsort(-fused, kind="stable").tolist()  # equal scores keep the lexical order
    documents = (*top.documents[:lead], *(some[place] for place in order), *top.documents[lead + DEPTH :])
    scores = (*top.scores[:lead], *(float(fused[place]) for place in order), *top.scores[lead + DEPTH :])
    return documents, scores
