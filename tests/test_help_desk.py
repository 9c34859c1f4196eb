"""Exports of help desks, in the shapes that their APIs answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from faqsearch import DocumentError
from faqsearch.integrations.help_desk import read_salesforce, read_zendesk

ARTICLE = {
    "id": 360001,
    "title": "캐시 &amp; 환불",
    "body": "<h2>환불</h2><ol><li>7일 안</li><li>전액</li></ol>",
    "section_id": 10,
    "label_names": ["캐시"],
    "updated_at": "2026-01-31T00:00:00Z",
    "html_url": "https://help.example/360001",
    "vote_sum": 3,
}
ZENDESK = {
    "articles": [ARTICLE, {**ARTICLE, "id": 2, "draft": True}, {**ARTICLE, "id": 3, "section_id": 99, "body": None}],
    "sections": [{"id": 10, "name": "환불", "category_id": 1}],
    "categories": [{"id": 1, "name": "결제"}],
}
RECORD = {
    "attributes": {"type": "Knowledge__kav"},
    "Id": "ka0",
    "KnowledgeArticleId": "kA0",
    "ArticleNumber": "000001",
    "Title": "캐시 환불",
    "Summary": "요약",
    "Answer__c": "<p>7일 안에<br>됩니다.</p>",
    "LastPublishedDate": "2026-01-31T09:00:00.000+0900",
    "PublishStatus": "Online",
    "ArticleTotalViewCount": 12.0,
    "DataCategorySelections": {"records": [{"DataCategoryGroupName": "Topics", "DataCategoryName": "Refund"}]},
}


def written(tmp_path: Path, value: Any) -> Path:
    path = tmp_path / "export.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def test_zendesk_articles_keep_lists_sections_labels_and_times(tmp_path: Path) -> None:
    one, other = read_zendesk(written(tmp_path, ZENDESK))
    assert (one.id, one.title, one.category, one.tags) == ("360001", "캐시 & 환불", ("결제", "환불"), frozenset({"캐시"}))
    assert one.body.split("\n")[0] == "환불" and "7일 안" in one.body and "전액" in one.body.split("\n")[-1]
    assert one.updated_at is not None and one.updated_at.isoformat() == "2026-01-31T00:00:00+00:00"
    assert (one.url, one.extra["vote_sum"]) == ("https://help.example/360001", 3)
    assert (other.id, other.category, other.body) == ("3", (), "")


def test_a_list_of_zendesk_articles_is_taken_too(tmp_path: Path) -> None:
    assert [one.id for one in read_zendesk(written(tmp_path, ZENDESK["articles"]))] == ["360001", "3"]


def test_salesforce_records_keep_the_answer_the_time_and_the_views(tmp_path: Path) -> None:
    (one,) = read_salesforce(written(tmp_path, {"totalSize": 1, "records": [RECORD]}))
    assert (one.id, one.title, one.body, one.category, one.views) == ("kA0", "캐시 환불", "7일 안에\n됩니다.", ("Refund",), 12)
    assert one.updated_at is not None and one.updated_at.isoformat() == "2026-01-31T09:00:00+09:00"


@pytest.mark.parametrize("change", [{"PublishStatus": "Draft"}, {"PublishStatus": "Archived"}, {"IsLatestVersion": False}])
def test_what_is_not_published_is_left_out(tmp_path: Path, change: dict[str, Any]) -> None:
    assert list(read_salesforce(written(tmp_path, [{**RECORD, **change}]))) == []


def test_the_body_of_salesforce_may_be_named(tmp_path: Path) -> None:
    (one,) = read_salesforce(written(tmp_path, [RECORD]), body="Summary")
    assert one.body == "요약"
    with pytest.raises(DocumentError, match="no field 'Reply__c'"):
        list(read_salesforce(written(tmp_path, [RECORD]), body="Reply__c"))


@pytest.mark.parametrize(
    ("export", "says", "row"),
    [
        ("{", "is no JSON", None),
        ({"results": []}, "has no list 'articles'", None),
        ({"articles": ["x"]}, "is no object", 1),
        ({"articles": [ARTICLE, {"id": 5}]}, "is missing", 2),
        ({"articles": [{**ARTICLE, "updated_at": "soon"}]}, "no time", 1),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, export: Any, says: str, row: int | None) -> None:
    with pytest.raises(DocumentError, match=says) as error:
        list(read_zendesk(written(tmp_path, export)))
    assert error.value.row == row


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        list(read_zendesk(tmp_path / "none.json"))
