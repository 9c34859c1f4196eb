"""An export of Zendesk Guide, as its API answers, searched: HTML bodies, sections and categories, drafts left out."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from faqsearch import FaqIndex
from faqsearch.integrations.help_desk import read_zendesk

EXPORT = {
    "categories": [{"id": 1, "name": "결제"}],
    "sections": [{"id": 10, "name": "환불", "category_id": 1}],
    "articles": [
        {
            "id": 100,
            "title": "캐시를 환불받고 싶어요.",
            "body": "<p>쓰지 않은 캐시는 환불됩니다.</p><ul><li>7일 안</li><li>전액</li></ul>",
            "section_id": 10,
            "label_names": ["캐시"],
            "edited_at": "2026-01-31T00:00:00Z",
            "html_url": "https://help.onsae.example/100",
        },
        {"id": 101, "title": "쓰는 중", "body": "", "section_id": 10, "draft": True},
    ],
}

with TemporaryDirectory() as folder:
    path = Path(folder) / "articles.json"
    path.write_text(json.dumps(EXPORT), encoding="utf-8")
    index = FaqIndex.in_memory()
    print(index.sync(read_zendesk(path)))
    hit = index.search("캐시환불").hits[0]
    print(hit.document.category, hit.title.text, hit.snippet.text)
