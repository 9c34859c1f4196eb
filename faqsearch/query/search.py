"""One search: understand the query, carry out its plan, present the page."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from faqsearch.index.base import Clause, Group, QueryPlan, Reader, RelatedTerm, StoredDocument
from faqsearch.query.correct import Corrector, Repair
from faqsearch.query.facets import facet_tree
from faqsearch.query.meaning import Meaning
from faqsearch.query.options import SearchOptions
from faqsearch.query.snippets import snippet, title_highlight
from faqsearch.query.syntax import parse
from faqsearch.query.understand import QueryLanguage, Understood
from faqsearch.results import Confidence, Correction, Hit, SearchResults

_GOOD, _GOOD_LESS, _GOOD_LEAST = 0.60, 0.06, 0.15
"""Share of the query's idf that the first hit holds, from which on it is taken for an answer, how much less for each content
word beyond two, and the least: a story told in many words is answered by an entry that holds few of them. Chosen on the tuning
half of ``data/`` (``python -m benchmarks confidence``)."""


def search(
    reader: Reader,
    language: QueryLanguage,
    query: str,
    options: SearchOptions,
    *,
    facets: bool,
    corrector: Corrector | None = None,
    meaning: Meaning | None = None,
) -> SearchResults:
    """The page that ``query`` and ``options`` ask for.

    With a ``corrector`` for another reading of unknown words; with a ``meaning`` its top is re-ranked.
    """
    begun = time.perf_counter()
    understood, repair, plan = prepare(reader, language, query, options, facets=facets, corrector=corrector)
    if meaning is None:
        matches = reader.execute(plan)
        best = matches.documents[0] if matches.documents and plan.offset == 0 else None
    else:
        from faqsearch.query.rerank import ranked

        matches, best = ranked(reader, plan, meaning, understood.text)
    first = plan.offset + 1
    hits = tuple(
        present(stored, score, first + place, understood, options.snippet_length, pinned=stored.document.id in matches.pinned)
        for place, (stored, score) in enumerate(zip(matches.documents, matches.scores, strict=True))
    )
    return SearchResults(
        query=query,
        hits=hits,
        total=matches.total,
        page=options.page,
        per_page=options.per_page,
        total_pages=-(-matches.total // options.per_page),
        sort=options.sort,
        facets=facet_tree(matches.category_counts, paths=options.paths or (), labels=options.labels) if facets else (),
        correction=Correction(repair.text, repair.reason, repair.replacements) if repair and repair.replacements else None,
        suggestions=repair.others if repair else (),
        confidence=_confidence(reader, language, plan, matches.total, best, understood),
        truncated=understood.truncated,
        generation=reader.generation,
        took_ms=(time.perf_counter() - begun) * 1000,
        notices=language.notices(options.scope.now / 1e6),
    )


def prepare(
    reader: Reader,
    language: QueryLanguage,
    query: str,
    options: SearchOptions,
    *,
    facets: bool,
    corrector: Corrector | None,
) -> tuple[Understood, Repair | None, QueryPlan]:
    """(what the query asks for, what was repaired in it, the plan): everything before the index is asked."""
    parsed = parse(query)
    analyzed = language.analyzed(parsed.text)
    quoted = parsed.phrases or parsed.excluded or parsed.excluded_phrases
    repair = corrector.repair(analyzed, options.scope) if corrector and parsed.text and not quoted else None
    if repair is not None and repair.replacements:
        parsed = replace(parsed, text=repair.text)
        analyzed = language.analyzed(parsed.text)
    understood = language.understand(parsed, analyzed, reader, options.scope, substitute=corrector is not None)
    pins = language.pinned(query, options.scope.now / 1e6)
    return understood, repair, make_plan(understood, options, pins=pins, facets=facets)


def make_plan(understood: Understood, options: SearchOptions, *, pins: tuple[str, ...] = (), facets: bool = True) -> QueryPlan:
    """What the backend is to carry out for an understood query."""
    return QueryPlan(
        terms=understood.terms,
        related=understood.related,
        groups=understood.groups,
        phrases=understood.phrases,
        excluded=understood.excluded,
        excluded_phrases=understood.excluded_phrases,
        matching=options.matching,
        scope=options.scope,
        paths=options.paths if options.paths is not None or options.labels else None,
        labels=options.labels,
        tags=options.tags,
        pins=pins,
        sort=options.sort,
        offset=(options.page - 1) * options.per_page,
        limit=options.per_page,
        facets=facets,
        marks=frozenset(understood.marks),
    )


def present(
    stored: StoredDocument, score: float, rank: int, understood: Understood, length: int, *, pinned: bool = False
) -> Hit:
    """The hit that a person sees: title and piece of the body with what matched marked."""
    document = stored.document
    marks = understood.marks
    words, phrases = understood.words, understood.phrases
    held = {*stored.title.terms, *stored.body.terms}
    return Hit(
        document=document,
        score=score,
        rank=rank,
        title=title_highlight(document.title, stored.title, marks, words, phrases),
        snippet=snippet(
            document.body,
            stored.body,
            marks,
            words,
            phrases,
            length=length,
            title=document.title,
            ends=stored.sentence_ends,
        ),
        matched_terms=tuple(term for term in marks if term in held),
        pinned=pinned,
    )


def _confidence(
    reader: Reader,
    language: QueryLanguage,
    plan: QueryPlan,
    total: int,
    best: StoredDocument | None,
    understood: Understood,
) -> Confidence:
    """How well the first hit of the lexical order, ``best`` where it is known, covers the query, by the idf of its words."""
    if not total:
        return "none"
    if not understood.groups:
        return "good"
    if best is None:
        top = reader.execute(_first(plan))
        best = top.documents[0] if top.documents else None
    if best is None:
        return "none"
    held = {*best.title.terms, *best.body.terms}
    category = best.document.category
    weights = {term.term: term.weight for term in understood.terms if term.channel == "m"}
    worth = every = 0.0
    missing: list[tuple[Group, float]] = []
    for group in understood.groups:
        # What a content word tells: its weight times the idf of the most usual way to say it (비번: that of 비밀번호).
        clauses = [*group.clauses, *(clause for _, clause in group.limited)]
        usual = min([max([reader.idf("m", term, plan.scope) for _, term in clause]) for clause in clauses])
        value = usual * max((weights[term] for clause in clauses for _, term in clause if term in weights), default=1.0)
        every += value
        if group.held_by(held, category):
            worth += value
        else:
            missing.append((group, value))
    enough = max(_GOOD_LEAST, _GOOD - _GOOD_LESS * max(0, len(understood.groups) - 2)) * every
    if worth < enough:  # only now the labels, which are analysed at their first use
        held.update(language.category_terms(category))
        near = _near(reader, best, understood.related, weights)
        for group, value in missing:
            found = 1.0 if group.held_by(held, category) else max((near.get(way, 0.0) for way in group.clauses), default=0.0)
            worth += value * found
    return "good" if worth >= enough else "weak"


def _near(
    reader: Reader, best: StoredDocument, related: Sequence[RelatedTerm], weights: Mapping[str, float]
) -> dict[Clause, float]:
    """By typed word, as a clause, what a related word that ``best`` holds tells of it: its similarity at most."""
    whole = reader.stored(best.document.id) if related else None  # with all its tokens, not the marked ones alone
    held = {*whole.title.terms, *whole.body.terms} if whole is not None else set()
    near: dict[Clause, float] = {}
    for one in related:
        if one.term in held:
            clause: Clause = (("m", one.instead_of),)
            near[clause] = max(near.get(clause, 0.0), one.weight / weights[one.instead_of])
    return near


def _first(plan: QueryPlan) -> QueryPlan:
    return replace(plan, offset=0, limit=1, facets=False)
