"""A query plan carried out over a snapshot: visibility and within, matching, filters, counting, sorting, paging."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from unicodedata import is_normalized

import numpy as np
from numpy.typing import NDArray

from faqsearch.analysis.grams import bigrams, squeeze
from faqsearch.analysis.normalize import normalize
from faqsearch.document import CategoryPath
from faqsearch.index.base import RELATED_LIST, Clause, Group, Matches, PlanTerm, QueryPlan, RelatedTerm, ScorePart
from faqsearch.index.segments.channel import Postings
from faqsearch.index.segments.invert import FOR_EVER, NO_TIME
from faqsearch.index.segments.layout import CHANNEL_LISTS, LISTS
from faqsearch.index.segments.posting_lists import PostingSlice
from faqsearch.index.segments.score import Related, Weighted
from faqsearch.index.segments.snapshot import Snapshot, category_mask
from faqsearch.index.segments.stored import BODY, TITLE
from faqsearch.index.segments.view import View

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
    view = snapshot.view(plan.scope)
    if plan.terms:
        scores, hit = _scores(snapshot, view, plan)
        full = _full(snapshot, view, plan.groups)
        hit |= full
    else:
        scores = np.zeros(size)
        hit = np.ones(size, dtype=bool)
        full = hit
    if plan.phrases:  # what holds them is meant, however little it scores
        hit = np.ones(size, dtype=bool)
    for clause in plan.excluded:
        hit = hit & ~_clause(view, clause, size)
    if plan.phrases:
        hit = _saying(snapshot, view, plan.phrases, hit, all)
    if plan.excluded_phrases:
        hit = hit & ~_saying(snapshot, view, plan.excluded_phrases, hit, any)
    if plan.matching == "all" and plan.terms:
        hit = hit & full
    floor = snapshot.ranking.floor if plan.matching == "most" and plan.terms and not plan.phrases else 0.0
    numbers, best = snapshot.kernels.selected(scores, hit, full, allowed, floor)
    return scores, numbers, full, best


def _scores(snapshot: Snapshot, view: View, plan: QueryPlan) -> tuple[NDArray[np.float64], Mask]:
    """(``(size,) float64`` scores, ``(size,) bool`` which documents have one by the plan's terms).

    Lists and terms are added in a fixed order, then what related words count in documents that lack the typed one.
    """
    lists: list[tuple[NDArray[np.float64], list[Weighted]]] = []
    for channel, names in CHANNEL_LISTS.items():
        found = [(view.term(channel, term.term), term) for term in plan.terms if term.channel == channel]
        for place, name in enumerate(names):
            weighted: list[Weighted] = []
            for lists_of_term, term in found:
                postings = lists_of_term[place]
                if postings is not None and postings.factor:
                    slices = _in_category(postings.slices, snapshot, term.category) if term.category else postings.slices
                    weighted.append((slices, term.weight * postings.factor))
            if weighted:
                lists.append((view.table(name), weighted))
    rows = {typed: row for row, typed in enumerate(dict.fromkeys([term.instead_of for term in plan.related]))}
    related: list[Related] = []
    for near in plan.related:
        postings = view.postings(RELATED_LIST, near.term)
        if postings is not None:
            related.append((postings.slices, near.weight * postings.factor, rows[near.instead_of]))
    typed = [view.holding("m", word) for word in rows] if related else []
    return snapshot.kernels.added_up(snapshot.size, lists, related, view.table(RELATED_LIST), typed)


def _in_category(slices: Iterable[PostingSlice], snapshot: Snapshot, path: CategoryPath) -> list[PostingSlice]:
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
        if not np.count_nonzero(full):  # several times as fast as any() here
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
        if not np.count_nonzero(held):
            break
    return np.zeros(size, dtype=bool) if held is None else held


def _saying(
    snapshot: Snapshot, view: View, phrases: Sequence[str], within: Mask, quantifier: Callable[[Iterable[bool]], bool]
) -> Mask:
    """Documents ``within`` whose squeezed title or body holds all, or any, of the squeezed phrases.

    Those with all bigrams of a phrase are read, each once; a phrase of two letters is a bigram, which says enough.
    """
    candidates = within if quantifier is all else np.zeros_like(within)
    for phrase in phrases:
        held = _clause(view, tuple(("g", gram) for gram in bigrams(phrase)), len(within)) if len(phrase) > 1 else within
        candidates = candidates & held if quantifier is all else candidates | held
    candidates = candidates & within if snapshot.live is None else candidates & within & snapshot.live
    for number in np.flatnonzero(candidates).tolist() if any(len(phrase) != 2 for phrase in phrases) else ():
        segment, own = snapshot.place(number)
        values = segment.stored_values(own)
        candidates[number] = quantifier(_said((values[TITLE], values[BODY]), phrases))
    return candidates


def _said(texts: Sequence[str], phrases: Sequence[str]) -> Iterator[bool]:
    """Of each squeezed phrase whether one of the texts, squeezed, holds it; a text does that holds it as it stands."""
    plain = [text for text in texts if is_normalized("NFC", text)]
    squeezed: list[str] = []
    for phrase in phrases:
        if any(phrase in text for text in plain):
            yield True
            continue
        squeezed = squeezed or [squeeze(normalize(text).text) for text in texts]
        yield any(phrase in text for text in squeezed)


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
    browsing = not plan.terms
    if plan.sort == "relevance" and not browsing:
        leading = snapshot.kernels.leading(scores, hits, count)
        if leading is not None:
            return leading
    keys = [_key(snapshot, plan.sort, hits, scores, browsing)]
    if plan.sort != "relevance" and not browsing:
        keys.insert(0, ~full[hits])
    if count < len(hits):  # only what can be on the page need be ordered
        near = keys[0] <= np.partition(keys[0], count - 1)[count - 1]
        hits = hits[near]
        keys = [key[near] for key in keys]
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
