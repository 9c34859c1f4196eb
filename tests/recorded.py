"""What searches of data/ answer, recorded: ``python tests/recorded.py`` writes golden/answers.jsonl anew.

A change of ranking, marks, snippets, readings, completion or related entries shows in that file's difference, to be read by
whoever reviews it. test_recorded.py says where the present answers are others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faqsearch import FaqIndex, Hit, Lexicon, read_documents

DATA = Path(__file__).parent.parent / "data"
FILE = Path(__file__).parent / "golden" / "answers.jsonl"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
EVERY = 2
"""Of the queries of the tuning half, every second is recorded."""
PREFIXES = ("ㅎ", "호", "환", "환ㅂ", "캐", "캣", "결제 ", "ㅋㅅ", "zot", "비밀", "이모티", "온새페", "ㅊㅈ", "해ㅈ", "충전 금")
RELATED = ("story-005", "pay-014", "account-038", "talk-010", "drive-017", "taxi-003", "music-012")
OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("환불", {"category": "온새선물", "sort": "-updated_at"}),
    ("환불", {"matching": "all", "page": 2, "per_page": 7}),
    ("환불", {"matching": "any", "sort": "title", "per_page": 3}),
    ("결제 오류", {"within": ("온새페이",), "sort": "-views", "per_page": 5}),
    ("결제 오류", {"category": ("웹소설·웹툰", "오류/해결"), "snippet_length": 60}),
    ("정산", {"audience": "writer", "per_page": 5}),
    ('"자동 결제" 해지', {}),
    ("환불 -캐시", {"per_page": 5}),
    ('결제 -"현금 영수증"', {"per_page": 5}),
    ("", {"per_page": 3}),
    ("어떻게 하나요", {"per_page": 3}),
    ("기프티콘 구독", {"per_page": 5}),
)


def make_index() -> FaqIndex:
    """The entries of data/ with their lexicon."""
    index = FaqIndex.in_memory(lexicon=Lexicon.from_folder(DATA / "lexicon"))
    index.sync(read_documents(DATA / "faqs.jsonl"))
    return index


def questions() -> list[tuple[str, dict[str, Any]]]:
    """(query, options) of every search that is recorded."""
    rows = [json.loads(line) for line in (DATA / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    tuning = [row["text"] for row in rows if row["split"] == "tuning"]
    return [*((text, {"per_page": 3}) for text in tuning[::EVERY]), *OPTIONS]


def searched(index: FaqIndex, query: str, options: dict[str, Any]) -> dict[str, Any]:
    """What a search says, as JSON."""
    results = index.search(query, now=NOW, **options)
    return {
        "query": query,
        "options": options,
        "total": results.total,
        "correction": results.correction and [results.correction.query, results.correction.reason],
        "suggestions": list(results.suggestions),
        "confidence": results.confidence,
        "facets": [[facet.label, facet.count] for facet in results.facets],
        "hits": [shown(hit) for hit in results],
    }


def shown(hit: Hit) -> list[Any]:
    """Id, score, marks of the title, place and marks of the snippet, matched terms, whether it is pinned."""
    return [
        hit.document.id,
        round(hit.score, 6),
        [list(span) for span in hit.title.spans],
        [hit.snippet.start, len(hit.snippet.text), [list(span) for span in hit.snippet.spans]],
        list(hit.matched_terms),
        hit.pinned,
    ]


def answers(index: FaqIndex) -> Iterator[dict[str, Any]]:
    """All that is recorded, in order."""
    for query, options in questions():
        yield searched(index, query, options)
    for prefix in PREFIXES:
        found = index.complete(prefix)
        yield {"prefix": prefix, "completions": [[one.text, [list(span) for span in one.spans], one.kind] for one in found]}
    for id in RELATED:
        yield {"related": id, "hits": [[hit.document.id, round(hit.score, 6)] for hit in index.related(id)]}


def main() -> None:
    with make_index() as index:
        lines = [json.dumps(answer, ensure_ascii=False) for answer in answers(index)]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
