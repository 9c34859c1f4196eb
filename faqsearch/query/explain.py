"""Why a document has its score, or why it is not among the results, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from faqsearch import limits
from faqsearch.analysis.hangul import particle
from faqsearch.index.base import Matches, QueryPlan, Reader, ScorePart, StoredDocument
from faqsearch.query.correct import Corrector, Repair
from faqsearch.query.meaning import Meaning
from faqsearch.query.options import SearchOptions
from faqsearch.query.search import prepare
from faqsearch.query.understand import QueryLanguage
from faqsearch.results import Explanation

_PLACES = {
    "m.all": "제목이나 본문에",
    "m.title": "제목에",
    "m.category": "분류에",
    "g.all": "제목이나 본문에 글자",
    "g.title": "제목에 글자",
}


Pages = Callable[[QueryPlan], Matches]
"""What ``search`` shows for a plan."""


def explain(
    reader: Reader,
    language: QueryLanguage,
    query: str,
    id: str,
    options: SearchOptions,
    corrector: Corrector | None,
    meaning: Meaning | None = None,
) -> Explanation:
    """The score that ``search`` gives document ``id`` for ``query`` as a tree, with its place or why it has none."""
    stored = reader.stored(id)
    if stored is None:
        return Explanation(0.0, f"문서 '{id}'{particle(id, '이', '가')} 색인에 없습니다.")
    understood, repair, plan = prepare(reader, language, query, options, facets=False, corrector=corrector)
    plan = replace(plan, offset=0, limit=limits.PER_PAGE)
    title = stored.document.title
    if not plan.terms and not plan.phrases:
        return Explanation(0.0, f"'{title}': 찾을 낱말이 없는 질의여서 모든 글을 조회수 순으로 보여 줍니다.")
    details = [*_repaired(repair), *map(_part, reader.parts(plan, id))]
    held = {*stored.title.terms, *stored.body.terms, *language.category_terms(stored.document.category)}
    details += [_missing(group.surface) for group in plan.groups if not group.held_by(held, stored.document.category)]
    pages: Pages = reader.execute
    if meaning is not None:
        details += _meant(reader, plan, meaning, understood.text, id)
        pages = _reranked(reader, meaning, understood.text)
    score = sum(detail.value for detail in details)
    place, pinned = _place(pages, plan, id)
    if place is not None:
        return Explanation(score, f"'{title}': {place}번째 결과{' (이 질의에 고정된 글)' if pinned else ''}", tuple(details))
    return Explanation(score, f"'{title}': {_why_not(reader, plan, stored, score)}", tuple(details))


def _repaired(repair: Repair | None) -> list[Explanation]:
    if repair is None or not repair.replacements:
        return []
    replaced = ", ".join(f"'{typed}' 대신 '{searched}'" for typed, searched in repair.replacements)
    return [Explanation(0.0, f"{replaced}(으)로 검색함 ({repair.reason})")]


def _part(part: ScorePart) -> Explanation:
    subject = particle(part.term, "이", "가")
    counted = f"{part.frequency}번, 제목은 세 번씩 셈" if part.list.endswith("all") else f"{part.frequency}번"
    rarity = Explanation(part.idf, "드문 낱말일수록 큰 값(idf)")
    if part.instead_of:
        counted = f"'{part.instead_of}'{particle(part.instead_of, '과', '와')} 가까운 말; {counted}"
    return Explanation(part.value, f"{_PLACES[part.list]} '{part.term}'{subject} 있음 ({counted})", (rarity,))


def _missing(surface: str) -> Explanation:
    return Explanation(0.0, f"'{surface}'{particle(surface, '이', '가')} 제목과 본문에 없음")


def _meant(reader: Reader, plan: QueryPlan, meaning: Meaning, text: str, id: str) -> list[Explanation]:
    from faqsearch.query.rerank import DEPTH, gain

    found = gain(reader, plan, meaning, text, id)
    if found is None:
        return [Explanation(0.0, f"뜻은 견주지 않음 (낱말 점수로 앞선 {DEPTH}개 글만 견줌)")]
    value, cosine = found
    return [Explanation(value, f"질의와 뜻이 {'가까움' if value > 0 else '가깝지 않음'} (유사도 {cosine:.2f})")]


def _reranked(reader: Reader, meaning: Meaning, text: str) -> Pages:
    from faqsearch.query.rerank import ranked

    return lambda plan: ranked(reader, plan, meaning, text)[0]


def _place(pages: Pages, plan: QueryPlan, id: str) -> tuple[int | None, bool]:
    """(the place of the document among all hits or None, whether it is pinned)."""
    offset = 0
    while True:
        page = pages(replace(plan, offset=offset))
        for place, found in enumerate(page.documents, offset + 1):
            if found.document.id == id:
                return place, id in page.pinned
        offset += plan.limit
        if offset >= page.total:
            return None, False


def _why_not(reader: Reader, plan: QueryPlan, stored: StoredDocument, score: float) -> str:
    """The first step of a search that the document does not pass."""
    id = stored.document.id
    everything = QueryPlan(scope=plan.scope, limit=plan.limit)
    if _place(reader.execute, everything, id)[0] is None:
        return "지금 공개되지 않았거나 대상이 정해진 글이어서 결과에 없습니다."
    if score == 0:
        return "질의의 낱말이 하나도 없어 결과에 없습니다."
    operators = plan.phrases or plan.excluded or plan.excluded_phrases
    if operators and _place(reader.execute, replace(plan, matching="any"), id)[0] is None:
        return "따옴표 안의 말이 없거나 빼라고 한 말이 있어 결과에 없습니다."
    best = reader.execute(replace(plan, limit=1)).best
    return f"점수가 가장 좋은 글({best:.2f})에 비해 너무 낮아 결과에 없습니다."
