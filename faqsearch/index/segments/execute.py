"""A query plan carried out over a snapshot: visibility and within, matching, filters, counting, sorting, paging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faqsearch.analysis.grams import bigrams, squeeze
from faqsearch.analysis.normalize import normalize
from faqsearch.document import CategoryPath
from faqsearch.index.base import RELATED_LIST, Clause, Group, Matches, PlanTerm, QueryPlan, RelatedTerm, ScorePart
from faqsearch.index.segments.invert import FOR_EVER, NO_TIME
from faqsearch.index.segments.layout import CHANNEL_LISTS, LISTS
from faqsearch.index.segments.posting_lists import PostingSlice
from faqsearch.index.segments.score import Weighted, by_base, weighted_postings
from faqsearch.index.segments.snapshot import Snapshot, category_mask
from faqsearch.index.segments.stored import BODY, TITLE
from faqsearch.index.segments.view import Postings, View

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def execute(snapshot: Snapshot, plan: QueryPlan) -> Matches:
    """The page of documents that ``plan`` asks for, with total, best score and counts by category."""
    if not snapshot.size:
        return Matches((), (), 0, 0.0, {})
    allowed = snapshot.allowed(plan.scope)
    scores, hits, full, best = _matches(snapshot, plan, allowed)
    pins = _pins(snapshot, plan, allowed)
    if pins:
        hits = np.union1d(hits, np.array(pins, dtype=np.int64))
    if plan.tags:
        sets, column = snapshot.label_sets("tags")
        hits = hits[np.array([plan.tags <= labels for labels in sets], dtype=bool)[column[hits]]]
    paths, leaf = snapshot.categories
    counts: dict[CategoryPath, int] = {}
    if plan.facets:
        by_leaf = np.bincount(leaf[hits], minlength=len(paths))
        counts = {paths[i]: int(by_leaf[i]) for i in np.flatnonzero(by_leaf).tolist()}
    if plan.paths is not None or plan.labels:
        hits = hits[category_mask(paths, plan.paths, plan.labels)[leaf[hits]]]
    pinned = [number for number in pins if number in set(hits.tolist())] if pins else []
    page = _page(snapshot, plan, hits, scores, full, pinned)
    return Matches(
        snapshot.page(page, plan.marks),
        tuple(float(scores[number]) for number in page),
        len(hits),
        best,
        counts,
        frozenset(snapshot.place(number)[0].id_bytes(snapshot.place(number)[1]).decode() for number in pinned),
    )


def score_parts(snapshot: Snapshot, plan: QueryPlan, number: int) -> tuple[ScorePart, ...]:
    """The summands of one document's score, whether it matches or not."""
    view = snapshot.view(plan.scope)
    parts: list[ScorePart] = []
    for name in LISTS:
        for term in plan.terms:
            if term.channel != name[0] or not view.share(name):
                continue
            if term.category and not snapshot.below(term.category)[number]:
                continue
            parts += _parts(view, name, term, view.postings(name, term.term), number)
    for related in plan.related if parts else ():
        if not _clause(view, (("m", related.instead_of),), snapshot.size)[number]:
            parts += _parts(view, RELATED_LIST, related, view.postings(RELATED_LIST, related.term), number)
    return tuple(parts)


def _parts(view: View, name: str, term: PlanTerm | RelatedTerm, postings: Postings | None, number: int) -> Iterator[ScorePart]:
    """What a term counts in a document in one list, if it holds the term there."""
    if postings is None:
        return
    for docs, codes, base in postings.slices:
        place = int(np.searchsorted(docs, number - base)) if number >= base else len(docs)
        if place < len(docs) and int(docs[place]) == number - base:
            code = int(codes[place])
            value = term.weight * postings.factor * float(view.table(name)[code])
            other = term.instead_of if isinstance(term, RelatedTerm) else ""
            yield ScorePart(name, term.term, value, code >> 8, postings.idf, other)


# Matching


def _matches(snapshot: Snapshot, plan: QueryPlan, allowed: Mask | None) -> tuple[NDArray[np.float64], Numbers, Mask, float]:
    """(scores, matching numbers, which documents hold every content word, the best score of a match)."""
    size = snapshot.size
    browsing = not plan.terms and not plan.phrases
    view = snapshot.view(plan.scope)
    if browsing:
        scores = np.zeros(size)
        hit = np.ones(size, dtype=bool)
        full = hit
    else:
        scores, hit = _scores(snapshot, view, plan)
        full = _full(snapshot, view, plan.groups)
        hit |= full
        for phrase in plan.phrases:
            hit &= _phrase(snapshot, view, phrase)
    for clause in plan.excluded:
        hit = hit & ~_clause(view, clause, size)
    for phrase in plan.excluded_phrases:
        hit = hit & ~_phrase(snapshot, view, phrase)
    if allowed is not None:
        hit = hit & allowed
    numbers = np.flatnonzero(hit)
    found = scores[numbers]
    best = float(found.max(initial=0.0))
    if not browsing:
        if plan.matching == "all":
            numbers = numbers[full[numbers]]
            best = float(scores[numbers].max(initial=0.0))
        elif plan.matching == "most" and plan.terms:
            numbers = numbers[(found >= best * snapshot.ranking.floor) | full[numbers]]
    return scores, numbers, full, best


def _scores(snapshot: Snapshot, view: View, plan: QueryPlan) -> tuple[NDArray[np.float64], Mask]:
    """(``(size,) float64`` scores, ``(size,) bool`` which documents have one by the plan's terms).

    Lists and terms are added in a fixed order, then what related words count in documents that lack the typed one.
    """
    size = snapshot.size
    lists: list[tuple[NDArray[np.float64], list[Weighted]]] = []
    for channel, names in CHANNEL_LISTS.items():
        found = [(view.term(channel, term.term), term) for term in plan.terms if term.channel == channel]
        for place, name in enumerate(names):
            weighted: list[Weighted] = []
            for lists_of_term, term in found:
                postings = lists_of_term[place]
                if postings is not None and postings.factor:
                    factor = term.weight * postings.factor
                    slices = _in_category(postings.slices, snapshot, term.category) if term.category else postings.slices
                    weighted += [(one, factor) for one in slices]
            if weighted:
                lists.append((view.table(name), by_base(weighted)))
    rows = {typed: row for row, typed in enumerate(dict.fromkeys([term.instead_of for term in plan.related]))}
    near = by_base(_related(view, plan.related, rows))
    if near:
        lists.append((view.table(RELATED_LIST), [(one, weight) for one, (weight, _) in near]))
    docs, values = weighted_postings(lists)
    counts = [len(one[0]) for one, _ in near]
    own = len(docs) - sum(counts)
    scores: NDArray[np.float64] = np.bincount(docs[:own], values[:own], minlength=size)  # type: ignore[assignment]
    hit = scores > 0
    if near:
        lacking = np.empty((len(rows), size), dtype=bool)
        lacking[:] = hit
        for typed, row in rows.items():
            view.mark(lacking[row], "m", typed, value=False)
        some = docs[own:]
        places = np.repeat([row * size for _, (_, row) in near], counts)
        np.add.at(scores, some, values[own:] * lacking.take(some + places))
    return scores, hit


def _related(
    view: View, terms: Sequence[RelatedTerm], rows: Mapping[str, int]
) -> Iterator[tuple[PostingSlice, tuple[float, int]]]:
    """The postings of related words, with what an impact of each counts and the row of the word that it stands for."""
    for term in terms:
        postings = view.postings(RELATED_LIST, term.term)
        if postings is not None:
            for one in postings.slices:
                yield one, (term.weight * postings.factor, rows[term.instead_of])


def _in_category(slices: Sequence[PostingSlice], snapshot: Snapshot, path: CategoryPath) -> list[PostingSlice]:
    """The postings of documents in and below a category."""
    below = snapshot.below(path)
    kept = [(docs, codes, base, below[docs.astype(np.int64) + base]) for docs, codes, base in slices]
    return [(docs[keep], codes[keep], base) for docs, codes, base, keep in kept]


def _full(snapshot: Snapshot, view: View, groups: Sequence[Group]) -> Mask:
    """Documents that hold every group; without groups, none."""
    size = snapshot.size
    if not groups:
        return np.zeros(size, dtype=bool)
    full: Mask | None = None
    for group in groups:
        held = np.zeros(size, dtype=bool)
        for clause in group.clauses:
            if len(clause) == 1:
                view.mark(held, *clause[0])
            else:
                held |= _clause(view, clause, size)
        for path, clause in group.limited:
            held |= _clause(view, clause, size) & snapshot.below(path)
        full = held if full is None else full & held
        if not full.any():
            break
    assert full is not None
    return full


def _clause(view: View, clause: Clause, size: int) -> Mask:
    """Documents that hold all terms of a clause."""
    held: Mask | None = None
    for channel, term in clause:
        mask = np.zeros(size, dtype=bool)
        view.mark(mask, channel, term)
        held = mask if held is None else held & mask
        if not held.any():
            break
    return np.zeros(size, dtype=bool) if held is None else held


def _phrase(snapshot: Snapshot, view: View, phrase: str) -> Mask:
    """Documents whose squeezed title or body holds the squeezed phrase: those with all its bigrams, then read."""
    size = snapshot.size
    if len(phrase) > 1:
        candidates = _clause(view, tuple(("g", gram) for gram in bigrams(phrase)), size)
    else:
        candidates = np.ones(size, dtype=bool)
    if snapshot.live is not None:
        candidates &= snapshot.live
    for number in np.flatnonzero(candidates).tolist():
        segment, own = snapshot.place(number)
        values = segment.stored_values(own)
        candidates[number] = any(phrase in squeeze(normalize(values[field]).text) for field in (TITLE, BODY))
    return candidates


def _pins(snapshot: Snapshot, plan: QueryPlan, allowed: Mask | None) -> list[int]:
    if plan.sort != "relevance":
        return []
    numbers = [snapshot.find(id) for id in dict.fromkeys(plan.pins)]
    return [number for number in numbers if number >= 0 and (allowed is None or allowed[number])]


# Order


def _page(
    snapshot: Snapshot, plan: QueryPlan, hits: Numbers, scores: NDArray[np.float64], full: Mask, pinned: list[int]
) -> list[int]:
    """The global numbers on the page, in order."""
    if pinned:
        hits = np.setdiff1d(hits, np.array(pinned, dtype=np.int64))
    end = plan.offset + plan.limit - len(pinned)
    begin = plan.offset - len(pinned)
    rest: list[int] = []
    if end > 0 and begin < len(hits):
        rest = _ordered(snapshot, plan, hits, scores, full, min(end, len(hits)))[max(begin, 0) :]
    return [*pinned[plan.offset : plan.offset + plan.limit], *rest]


def _ordered(
    snapshot: Snapshot, plan: QueryPlan, hits: Numbers, scores: NDArray[np.float64], full: Mask, count: int
) -> list[int]:
    """The first ``count`` of ``hits`` in the order asked for; ties by falling views, then id."""
    browsing = not plan.terms and not plan.phrases
    keys = [_key(snapshot, plan.sort, hits, scores, browsing)]
    if plan.sort != "relevance" and not browsing:
        keys.insert(0, ~full[hits])
    if count < len(hits):  # only what can be on the page need be ordered
        near = keys[0] <= np.partition(keys[0], count - 1)[count - 1]
        hits = hits[near]
        keys = [key[near] for key in keys]
    if len(keys) == 1 and len(set(keys[0].tolist())) == len(hits):  # no ties, so no need of what breaks them
        order = np.argsort(keys[0])
    else:
        order = np.lexsort([snapshot.id_rank[hits], -snapshot.column("col.views")[hits], *reversed(keys)])
    found: list[int] = hits[order[:count]].tolist()
    return found


def _key(snapshot: Snapshot, sort: str, hits: Numbers, scores: NDArray[np.float64], browsing: bool) -> NDArray[Any]:
    """``(hits,)``: what the hits are ordered by, the least first."""
    if sort == "-views" or (sort == "relevance" and browsing):
        return -snapshot.column("col.views")[hits]
    if sort == "relevance":
        return -scores[hits]
    if sort == "title":
        return snapshot.title_rank[hits]
    updated = snapshot.column("col.updated")[hits]
    # Documents without a date are last, in either direction.
    return np.where(updated == NO_TIME, FOR_EVER, -updated if sort == "-updated_at" else updated)
