"""One search: understand the query, carry out its plan, present the page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from faqsearch.index.base import Group, QueryPlan, Reader, Scope, StoredDocument
from faqsearch.native import maker
from faqsearch.query.correct import Corrector, Repair
from faqsearch.query.facets import facet_tree
from faqsearch.query.meaning import Meaning
from faqsearch.query.options import SearchOptions
from faqsearch.query.snippets import highlights
from faqsearch.query.syntax import parse
from faqsearch.query.understand import QueryLanguage, Understood
from faqsearch.results import Confidence, Correction, Hit, SearchResults

_hit = maker(Hit)

_GOOD, _GOOD_LESS, _GOOD_LEAST = 1.026, 0.072, 0.256
"""Score of the first hit over that of a title that says every content word, from which on it is taken for an answer, how much
less for each word beyond two, and the least: a story told in many words is answered by an entry that holds few of them. Chosen
on ``data/confidence.jsonl``, checked on the tuning half of ``data/`` (``python -m benchmarks confidence``)."""


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
        leading = matches.leading(plan)
    else:
        from faqsearch.query.rerank import ranked

        matches, leading = ranked(reader, plan, meaning, understood.text)
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
        confidence=_confidence(reader, language, query, plan, matches.total, leading, understood),
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
    now = options.scope.now / 1e6
    pins = language.pinned(query, now) or (language.pinned(repair.text, now) if repair and repair.replacements else ())
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
    title, piece = highlights(
        document.title,
        stored.title,
        document.body,
        stored.body,
        marks,
        understood.words,
        understood.phrases,
        length=length,
        ends=stored.sentence_ends,
    )
    held = {*stored.title.terms, *stored.body.terms}
    return _hit(document, score, rank, title, piece, tuple([term for term in marks if term in held]), pinned)


def _confidence(
    reader: Reader,
    language: QueryLanguage,
    query: str,
    plan: QueryPlan,
    total: int,
    leading: tuple[StoredDocument, float] | None,
    understood: Understood,
) -> Confidence:
    """How well the first hit of the lexical order, ``leading`` where it is known, answers the query.

    Its score tells more than the words that it holds: where they stand, beside which others, and how often.
    """
    if not total:
        return "none"
    groups = understood.groups
    if not groups:  # everything is right for a blank query, and nothing for one that says nothing (ㅋㅋㅋ, 네, ???)
        meant = plan.phrases or plan.excluded or plan.excluded_phrases or plan.pins
        return "good" if meant or not query.strip() else "weak"
    if leading is None:
        first = replace(plan, offset=0, limit=1, sort="relevance", facets=False)
        leading = reader.execute(first).leading(first)
    if leading is None:
        return "none"
    best, score = leading
    weights = {term.term: term.weight for term in understood.terms if term.channel == "m"}
    worth = language.ranking.in_title * sum(_worth(reader, plan.scope, group, weights) for group in groups)
    if score >= max(_GOOD_LEAST, _GOOD - _GOOD_LESS * max(0, len(groups) - 2)) * worth:
        return "good"
    category = best.document.category
    held = {*best.title.terms, *best.body.terms, *language.category_terms(category)}
    return "good" if understood.marks and all(group.held_by(held, category) for group in groups) else "weak"


def _worth(reader: Reader, scope: Scope, group: Group, weights: Mapping[str, float]) -> float:
    """What a content word tells: its weight times the idf of the most usual way to say it (비번: that of 비밀번호)."""
    clauses = [*group.clauses, *(clause for _, clause in group.limited)]
    usual = min(max(reader.idf("m", term, scope) for _, term in clause) for clause in clauses)
    return usual * max((weights[term] for clause in clauses for _, term in clause if term in weights), default=1.0)
