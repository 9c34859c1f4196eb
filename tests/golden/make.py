"""Makes the index of the present format that every later version must open, or refuse with the remedy.

Run it once for each format: ``python tests/golden/make.py``. It never writes over a folder that is there.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from faqsearch import Document, FaqIndex, IndexOptions, Lexicon, Ranking, Synonym
from faqsearch.index.embedded.toc import FORMAT_VERSION
from faqsearch.index.storage import FolderStorage

DOCUMENTS = [
    Document(
        "a1",
        "캐시 환불",
        "충전한 캐시를 환불합니다.",
        category=("결제", "환불"),
        tags=frozenset({"인기"}),
        updated_at=datetime(2026, 1, 31, 9, tzinfo=UTC),
        views=7,
        url="https://example.com/a1",
        extra={"n": 1},
    ),
    Document("a2", "캐시 충전", "카드로 충전합니다.", category=("결제",), views=3),
    Document("b1", "선물 취소", "선물을 취소합니다.", category=("선물",), audience=frozenset({"vip"})),
    Document("b2", "Wi-Fi 연결 😀", "와이파이를 켜세요.", visible_from=datetime(2020, 1, 1, tzinfo=UTC)),
    Document("c/..\\1", "쿠폰 등록", "", visible_until=datetime(2021, 1, 1, tzinfo=UTC)),
    Document("gone", "지운 글"),
]
QUERIES = ["캐시", "환불", "선물", "쿠폰", ""]


def main() -> None:
    folder = Path(__file__).parent / f"format-{FORMAT_VERSION}"
    lexicon = Lexicon(words=frozenset({"톡 서랍"}), synonyms=(Synonym("환불", "반환"),), stopwords=frozenset({"안내"}))
    with FaqIndex.create(folder, lexicon=lexicon, options=IndexOptions(ranking=Ranking(title=0.4))) as index:
        index.sync([*DOCUMENTS[:1], *DOCUMENTS[2:]])
        index.upsert(DOCUMENTS[1])
        index.delete("gone")
        expected = {
            "documents": [index.get(document.id).to_dict() for document in DOCUMENTS[:-1]],  # type: ignore[union-attr]
            "totals": {query: index.search(query, audience="vip").total for query in QUERIES},
            "segments": index.stats().segments,
            "deleted": index.stats().deleted,
        }
    (folder / FolderStorage.LOCK_NAME).unlink()
    text = json.dumps(expected, ensure_ascii=False, indent=1)
    folder.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
