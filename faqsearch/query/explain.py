"""Why a document has its score, or why it is not among the results, in words and numbers."""

from __future__ import annotations

from dataclasses import replace

from faqsearch.analysis.hangul import particle
from faqsearch.index.base import QueryPlan, Reader, ScorePart, StoredDocument
from faqsearch.query.options import SearchOptions
from faqsearch.query.search import make_plan
from faqsearch.query.syntax import parse
from faqsearch.query.understand import QueryLanguage
from faqsearch.results import Explanation

_PLACES = {
    "m.all": "제목이나 본문에",
    "m.title": "제목에",
    "m.category": "분류에",
    "g.all": "제목이나 본문에 글자",
    "g.title": "제목에 글자",
}


def explain(reader: Reader, language: QueryLanguage, query: str, id: str, options: SearchOptions) -> Explanation:
    """The score of document ``id`` for ``query`` as a tree; 0 with the reason where it does not match."""
    stored = reader.stored(id)
    if stored is None:
        return Explanation(0.0, f"문서 '{id}'{particle(id, '이', '가')} 색인에 없습니다.")
    parsed = parse(query)
    understood = language.understand(parsed, language.morphemes(parsed.text), reader, options.scope)
    plan = make_plan(understood, options, facets=False)
    if not plan.terms and not plan.phrases:
        return Explanation(0.0, "찾을 낱말이 없는 질의입니다: 모든 글을 조회수 순으로 보여 줍니다.")
    details = [_part(part) for part in reader.parts(plan, id)]
    details += [_missing(group.surface) for group in plan.groups if not _holds(stored, group.clauses)]
    score = sum(detail.value for detail in details)
    total = reader.execute(plan)
    if not any(found.document.id == id for found in total.documents):
        rank = _rank(reader, plan, id)
        if rank is None:
            return Explanation(score, _why_not(stored, plan, score, total.best), tuple(details))
        return Explanation(score, f"'{stored.document.title}': {rank}번째 결과", tuple(details))
    place = next(i for i, found in enumerate(total.documents, 1) if found.document.id == id)
    return Explanation(score, f"'{stored.document.title}': {place}번째 결과", tuple(details))


def _part(part: ScorePart) -> Explanation:
    subject = particle(part.term, "이", "가")
    times = f" ({part.frequency}번, 제목은 세 번씩 셈)" if part.list.endswith("all") else f" ({part.frequency}번)"
    return Explanation(
        part.value,
        f"{_PLACES[part.list]} '{part.term}'{subject} 있음",
        (Explanation(part.idf, f"드문 낱말일수록 큰 값(idf){times}"),),
    )


def _missing(surface: str) -> Explanation:
    return Explanation(0.0, f"'{surface}'{particle(surface, '이', '가')} 제목과 본문에 없음")


def _holds(stored: StoredDocument, clauses: tuple[tuple[tuple[str, str], ...], ...]) -> bool:
    held = {*stored.title.terms, *stored.body.terms}
    return any(all(term in held for _, term in clause) for clause in clauses)


def _rank(reader: Reader, plan: QueryPlan, id: str) -> int | None:
    """The place of the document among all matches, or None."""
    offset = 0
    while True:
        page = reader.execute(replace(plan, offset=offset, limit=100))
        for place, found in enumerate(page.documents, offset + 1):
            if found.document.id == id:
                return place
        offset += 100
        if offset >= page.total:
            return None


def _why_not(stored: StoredDocument, plan: QueryPlan, score: float, best: float) -> str:
    title = stored.document.title
    if score == 0:
        return f"'{title}': 질의의 낱말이 하나도 없어 결과에 없습니다."
    if plan.phrases or plan.excluded or plan.excluded_phrases:
        return f"'{title}': 따옴표 안의 말이 없거나 빼라고 한 말이 있어 결과에 없습니다."
    if score < best:
        return f"'{title}': 점수가 가장 좋은 글({best:.2f})에 비해 너무 낮아 결과에 없습니다."
    return f"'{title}': 공개 기간이나 대상이 아니어서 결과에 없습니다."
