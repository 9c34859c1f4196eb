"""Documents of pandas and Polars frames are those of the same rows in a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas
import polars
import pytest

from faqsearch import Document, DocumentError, read_documents
from faqsearch.integrations.frames import documents_from_frame

ROWS: dict[str, list[Any]] = {
    "번호": [1, 2],
    "제목": ["캐시 환불", "해지"],
    "내용": ["일주일", None],
    "분류": ["결제 > 환불", "정기 결제"],
    "수정일": [datetime(2026, 1, 31, 9), None],
    "조회수": [12, None],
}


def frames() -> list[Any]:
    return [pandas.DataFrame(ROWS), polars.DataFrame(ROWS), polars.DataFrame(ROWS).lazy()]


@pytest.mark.parametrize("frame", frames(), ids=lambda frame: type(frame).__module__)
def test_a_row_is_a_document(frame: Any) -> None:
    one, other = documents_from_frame(frame, fields={"id": "번호"})
    assert (one.id, one.title, one.body, one.category, one.views) == ("1", "캐시 환불", "일주일", ("결제", "환불"), 12)
    assert one.updated_at is not None and one.updated_at.isoformat() == "2026-01-31T09:00:00+09:00"
    assert (other.body, other.updated_at, other.views) == ("", None, 0)


@pytest.mark.parametrize("kind", [pandas.DataFrame, polars.DataFrame])
def test_a_frame_and_a_file_give_the_same(kind: Any, tmp_path: Path) -> None:
    path = tmp_path / "faq.csv"
    path.write_text("id,제목,답변,기타\na,환불,일주일,x\nb,해지,바로,\n", encoding="utf-8")
    read = pandas.read_csv if kind is pandas.DataFrame else polars.read_csv
    assert list(documents_from_frame(read(path))) == list(read_documents(path))


def test_lists_in_cells_are_labels() -> None:
    frame = polars.DataFrame({"id": ["a"], "title": ["환불"], "category": [["결제", "환불"]], "tags": [["캐시"]]})
    assert list(documents_from_frame(frame)) == [Document("a", "환불", category=("결제", "환불"), tags=frozenset({"캐시"}))]


def test_a_row_that_cannot_be_used_is_named() -> None:
    frame = pandas.DataFrame({"id": ["a", "b"], "title": ["환불", None], "body": ["", "글"]})
    with pytest.raises(DocumentError) as error:
        list(documents_from_frame(frame))
    assert (error.value.row, error.value.field) == (2, "title")


def test_what_is_no_frame_is_refused_at_once() -> None:
    with pytest.raises(DocumentError, match="DataFrame"):
        documents_from_frame([1, 2])
