"""read_documents: formats, encodings, headers, values, and errors that say the file, row, field and remedy."""

from __future__ import annotations

import csv
import gc
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faqsearch.document import Document
from faqsearch.errors import DocumentError
from faqsearch.sources import read_documents, record, xlsx

KOREA = timezone(timedelta(hours=9))
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of text, bytes, or (for .xlsx) rows, and gives its path."""

    def write(name: str, content: Any, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        if name.endswith(".xlsx") and isinstance(content, list):
            content = workbook(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def lines(*values: dict[str, Any]) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def one(path: Path, **options: Any) -> Document:
    [document] = read_documents(path, **options)
    return document


def error_of(path: Path | str, **options: Any) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        list(read_documents(path, **options))
    return caught.value


def error_at_call(path: Path | str, **options: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        read_documents(path, **options)
    return str(caught.value)


# --- formats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"id": "1", "제목": "환불", "내용": "가"}\n\n{"id": "2", "제목": "결제"}\n'),
        ("a.ndjson", '{"id": "1", "제목": "환불", "내용": "가"}\r\n{"id": "2", "제목": "결제"}'),
        ("a.json", '[{"id": "1", "제목": "환불", "내용": "가"},\n {"id": "2", "제목": "결제"}]'),
        ("a.CSV", "id,제목,내용\n1,환불,가\n2,결제,\n"),
        ("a.csv", "id;제목;내용\n1;환불;가\n2;결제;\n"),
        ("a.tsv", "id\t제목\t내용\n1\t환불\t가\n2\t결제\n"),
        ("a.xlsx", [["id", "제목", "내용"], [1, "환불", "가"], [2.0, "결제", None]]),
    ],
)
def test_every_format_gives_the_same_documents(write: Write, name: str, content: Any) -> None:
    documents = list(read_documents(write(name, content)))
    assert documents == [Document(id="1", title="환불", body="가"), Document(id="2", title="결제")]


def test_a_format_given_overrides_the_suffix(write: Write) -> None:
    assert one(write("a.json", lines({"id": "1", "title": "가"})), format="jsonl").id == "1"


def test_an_unknown_suffix_names_the_known_ones(write: Write) -> None:
    assert "the suffix '.txt' is unknown; known are .jsonl, .ndjson, .json, .csv, .tsv, .xlsx" in error_at_call(
        write("a.txt", "")
    )


def test_an_unknown_format_names_the_known_ones(write: Write) -> None:
    assert "format 'xml' is unknown; known are jsonl, json, csv, xlsx" in error_at_call(write("a.csv", ""), format="xml")


def test_a_missing_file_is_told_at_the_call_under_its_name_as_given() -> None:
    assert error_at_call("no/such.csv") == "no/such.csv: does not exist"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert error_at_call(tmp_path / "a.csv").endswith("is no file")


@pytest.mark.parametrize(("name", "content"), [("a.jsonl", ""), ("a.json", " [ ] \n"), ("a.csv", "id,title\n")])
def test_a_file_without_records_gives_no_documents(write: Write, name: str, content: str) -> None:
    assert list(read_documents(write(name, content))) == []


def test_closing_the_iterator_closes_the_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    real_open = open

    def remember(*args: Any, **options: Any) -> Any:
        opened.append(real_open(*args, **options))
        return opened[-1]

    monkeypatch.setattr("builtins.open", remember)
    documents = read_documents(write("a.jsonl", lines({"id": "1", "title": "가"}, {"id": "2", "title": "나"})))
    assert all(stream.closed for stream in opened)  # nothing is held before the first document
    next(documents)
    assert not opened[-1].closed
    documents.close()  # type: ignore[attr-defined]
    assert opened[-1].closed


def test_a_large_list_is_read_in_small_pieces(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.json", json.dumps([{"id": str(number), "title": "가" * 100} for number in range(5_000)]))
    documents = read_documents(path)
    next(documents)
    path.write_text("[]")  # what follows is not yet in memory, so that cutting the file shows
    with pytest.raises(DocumentError, match="is no valid JSON"):
        list(documents)


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize(
    ("name", "content"),
    [("a.jsonl", '{"id":"1","제목":"환불"}'), ("a.json", '[{"id":"1","제목":"환불"}]'), ("a.csv", "id,제목\n1,환불\n")],
)
def test_the_encoding_is_found(write: Write, name: str, content: str, encoding: str) -> None:
    assert one(write(name, content, encoding)).title == "환불"


def test_cp949_is_found_after_a_long_run_of_ascii(write: Write) -> None:
    content = "id,title\n" + "".join(f"{number},{'a' * 1000}\n" for number in range(1500)) + "x,똠방각하\n"
    assert list(read_documents(write("a.csv", content, "cp949")))[-1].title == "똠방각하"


def test_an_encoding_given_is_used(write: Write) -> None:
    assert one(write("a.csv", "id,제목\n1,환불\n", "utf-16"), encoding="utf-16").title == "환불"


def test_an_encoding_given_that_does_not_fit_is_told(write: Write) -> None:
    assert "is no utf-8 text at byte 3" in error_at_call(write("a.csv", "id,제목\n1,환불\n", "cp949"), encoding="utf-8")


def test_a_file_in_neither_encoding_names_the_remedy(write: Write) -> None:
    path = write("a.csv", "id,제목\n1,환불\n", "utf-16")
    assert "is neither UTF-8 nor CP949: save it as UTF-8, or name its encoding" in error_at_call(path)


@pytest.mark.parametrize("encoding", ["nope", "hex", "", "a\0b"])
def test_an_unknown_encoding_is_told_at_the_call(write: Write, encoding: str) -> None:
    assert "is no known text encoding" in error_at_call(write("a.csv", "id,title\n"), encoding=encoding)


# --- headers and fields ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "value", "field", "expected"),
    [
        ("질문", "가", "title", "가"),
        ("답변", "가", "body", "가"),
        ("본 문", "가", "body", "가"),
        ("본문(HTML)", "<p>가</p><p>나</p>", "body", "가\n나"),
        ("html", "가<br>나", "body", "가\n나"),
        ("카테고리*", "결제", "category", ("결제",)),
        ("분류", "결제", "category", ("결제",)),
        ("태그", "가, 나,", "tags", frozenset(("가", "나"))),
        ("대상", "판매자", "audience", frozenset(("판매자",))),
        ("대상", "전체", "audience", frozenset()),
        ("조회수", "1,234", "views", 1234),
        ("링크", "https://a.kr", "url", "https://a.kr"),
        ("Updated_At", "2024-01-31", "updated_at", datetime(2024, 1, 31, tzinfo=KOREA)),
    ],
)
def test_a_known_header(write: Write, header: str, value: str, field: str, expected: object) -> None:
    row = {"id": "1", "title": "제목", header: value} if field != "title" else {"id": "1", header: value}
    assert getattr(one(write("a.jsonl", lines(row))), field) == expected


def test_a_header_in_decomposed_hangul_is_known(write: Write) -> None:
    assert one(write("a.csv", "id,\u110c\u1166\u1106\u1169\u11a8\n1,가\n")).title == "가"


def test_the_category_may_lie_in_several_columns(write: Write) -> None:
    documents = read_documents(write("a.csv", "id,제목,대분류,중분류,소분류\n1,가,결제,환불,\n2,나,결제,,\n"))
    assert [document.category for document in documents] == [("결제", "환불"), ("결제",)]


def test_fields_names_other_columns(write: Write) -> None:
    document = one(write("a.jsonl", lines({"_id": 7, "title": "가", "text": "나"})), fields={"id": "_id", "body": "text"})
    assert (document.id, document.body, document.extra) == ("7", "나", {})


def test_fields_comes_before_a_known_header(write: Write) -> None:
    document = one(write("a.csv", "id,제목,내용,요약\n1,가,긴 글,짧은 글\n"), fields={"body": "요약"})
    assert (document.body, document.extra) == ("짧은 글", {"내용": "긴 글"})


def test_fields_may_name_html(write: Write) -> None:
    assert one(write("a.csv", "id,제목,글\n1,가,a<br>b\n"), fields={"html": "글"}).body == "a\nb"


def test_fields_with_an_unknown_field_is_told_at_the_call(write: Write) -> None:
    assert "fields names an unknown field 'titel'; known are id, title" in error_at_call(
        write("a.jsonl", ""), fields={"titel": "x"}
    )


def test_fields_for_two_columns_of_one_field_is_told_at_the_call(write: Write) -> None:
    message = error_at_call(write("a.jsonl", ""), fields={"body": "x", "html": "y"})
    assert "fields names both 'body' and 'html'" in message


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_column_that_the_header_lacks_is_told_at_the_call(write: Write, name: str) -> None:
    path = write(name, [["id", "제목"], [1, "가"]] if name == "a.xlsx" else "id,제목\n1,가\n")
    message = error_at_call(path, fields={"body": "본몬"})
    assert "row 1, field 'body': the header has no column '본몬'; it has 'id', '제목'" in message


def test_a_key_that_no_record_has_is_told_at_the_end(write: Write) -> None:
    error = error_of(write("a.jsonl", lines({"id": "1", "title": "가"})), fields={"body": "본몬"})
    assert error.message == "no record has a key '본몬', which fields names"


def test_a_key_that_some_records_have_is_enough(write: Write) -> None:
    path = write("a.jsonl", lines({"id": "1", "title": "가"}, {"id": "2", "title": "나", "글": "다"}))
    assert [document.body for document in read_documents(path, fields={"body": "글"})] == ["", "다"]


def test_two_columns_for_one_field_are_not_guessed(write: Write) -> None:
    message = error_at_call(write("a.csv", "id,제목,내용,답변\n1,가,나,다\n"))
    assert "row 1, field 'body': columns '내용' and '답변' can both be the body" in message
    assert "fields={'body': '내용'} (--field body=내용)" in message


def test_two_columns_of_one_name_are_told(write: Write) -> None:
    assert "row 1: the header has two columns '메모'" in error_at_call(write("a.csv", "id,제목,메모,메모\n"))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_missing_id_names_the_remedy(write: Write, name: str) -> None:
    error = error_of(write(name, "제목\n가\n" if name == "a.csv" else lines({"제목": "가"})))
    assert error.field == "id" and error.file is not None and error.file.endswith(name)
    assert "is missing: fill it in, or name its column with fields={'id': 'COLUMN'} (--field id=COLUMN)" in str(error)


def test_an_empty_id_names_row_and_column(write: Write) -> None:
    error = error_of(write("a.csv", "번호,제목\n1,가\n,나\n"))
    assert (error.row, error.field) == (3, "id")
    assert error.message.startswith("column '번호' is empty")


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("결제 > 환불", ("결제", "환불")),
        ("결제>환불", ("결제", "환불")),
        ("[결제][환불]", ("결제", "환불")),
        ("[공지] 안내", ("[공지] 안내",)),
        ("교환/환불", ("교환/환불",)),
        ('["A > B", "C"]', ("A > B", "C")),
        (["A > B", "C"], ("A > B", "C")),
        (["결제", 3], ("결제", "3")),
        (" ", ()),
        (None, ()),
    ],
)
def test_a_category(write: Write, value: object, path: tuple[str, ...]) -> None:
    assert one(write("a.jsonl", lines({"id": "1", "title": "가", "분류": value}))).category == path


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-01-31", datetime(2024, 1, 31, tzinfo=KOREA)),
        ("2024.01.31", datetime(2024, 1, 31, tzinfo=KOREA)),
        ("2024. 1. 31.", datetime(2024, 1, 31, tzinfo=KOREA)),
        ("2024년 1월 31일", datetime(2024, 1, 31, tzinfo=KOREA)),
        ("20240131", datetime(2024, 1, 31, tzinfo=KOREA)),
        ("2024/1/31 9:05", datetime(2024, 1, 31, 9, 5, tzinfo=KOREA)),
        ("2024-01-31 오후 3:05:09", datetime(2024, 1, 31, 15, 5, 9, tzinfo=KOREA)),
        ("2024-01-31 오전 12:05", datetime(2024, 1, 31, 0, 5, tzinfo=KOREA)),
        ("2024-01-31T09:00:00", datetime(2024, 1, 31, 9, tzinfo=KOREA)),
        ("2024-01-31T09:00:00Z", datetime(2024, 1, 31, 9, tzinfo=UTC)),
    ],
)
def test_a_time(write: Write, text: str, time: datetime) -> None:
    assert one(write("a.jsonl", lines({"id": "1", "title": "가", "수정일": text}))).updated_at == time


@pytest.mark.parametrize("text", ["어제", "2024-02-30", "24.1.31", "2024-01-31 25:00", 45322, True])
def test_a_text_that_is_no_time_is_refused(write: Write, text: object) -> None:
    error = error_of(write("a.jsonl", lines({"id": "1", "title": "가", "수정일": text})))
    assert (error.row, error.field) == (1, "updated_at")
    assert error.message.startswith(f"{text!r} is no time such as 2026-01-31")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-01-31", datetime(2024, 2, 1, tzinfo=KOREA)),
        ("2024-01-31 00:00", datetime(2024, 1, 31, tzinfo=KOREA)),
        ("9999-12-31", datetime(9999, 12, 31, tzinfo=KOREA)),
    ],
)
def test_visible_until_a_date_means_through_that_day(write: Write, text: str, time: datetime) -> None:
    assert one(write("a.jsonl", lines({"id": "1", "title": "가", "게시종료일": text}))).visible_until == time


@pytest.mark.parametrize("value", ["많음", "1,23", "-1", "1.5", 1.5, True, [1]])
def test_views_that_are_no_number_are_refused(write: Write, value: object) -> None:
    error = error_of(write("a.jsonl", lines({"id": "1", "title": "가", "조회수": value})))
    assert (error.field, error.message) == ("views", f"{value!r} is no whole number such as 1234 or '1,234'")


def test_numbers_become_the_text_that_people_see(write: Write) -> None:
    rows = [["아이디", "제목", "조회수"], [1001, 119, 12.0], [1002.0, "가", "1,234회"]]
    documents = list(read_documents(write("a.xlsx", rows)))
    assert [(d.id, d.title, d.views) for d in documents] == [("1001", "119", 12), ("1002", "가", 1234)]


def test_an_object_is_no_text(write: Write) -> None:
    error = error_of(write("a.jsonl", lines({"id": "1", "title": {"ko": "가"}})))
    assert str(error).endswith("row 1, field 'title': must be text, not an object")


def test_unknown_keys_of_json_go_into_extra_as_they_are(write: Write) -> None:
    row = {"id": "1", "title": "가", "담당": ["나", 1], "빈칸": None, "extra": {"x": 1}}
    assert one(write("a.jsonl", lines(row))).extra == {"담당": ["나", 1], "x": 1}


def test_unknown_columns_of_tables_go_into_extra_as_text(write: Write) -> None:
    rows = [["id", "제목", "점수", "날짜", "빈칸"], [1, "가", 3.0, datetime(2024, 1, 31, 9), None]]
    assert one(write("a.xlsx", rows)).extra == {"점수": "3", "날짜": "2024-01-31T09:00:00"}


def test_an_extra_that_is_too_large_names_its_largest_column(write: Write) -> None:
    error = error_of(write("a.csv", f"id,제목,짧음,원문\n1,가,나,{'다' * 30_000}\n"))
    assert error.field == "extra" and error.message.endswith("(the largest is column '원문')")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{}\n{"id": "", "title": null}\n{"id": "1", "title": "가"}\n'),
        ("a.csv", "id,title\n,\n\n1,가\n , \n"),
        ("a.xlsx", [["id", "title"], [None, " "], [1, "가"]]),
    ],
)
def test_empty_rows_are_skipped(write: Write, name: str, content: Any) -> None:
    assert one(write(name, content)).id == "1"


# --- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "row", "message"),
    [
        ('{"id": "1", "title": "가"}\n{"id": 2,}\n', 2, "is no valid JSON: "),
        ('\n{"id": "1", "title": "가"}\n\n["x"]\n', 4, "must be a JSON object"),
        ('[{"id": "1"},', 1, "is no valid JSON: .* \\(for one list of objects use format='json'"),
        ('{"id": ' + "9" * 5000 + "}", 1, "is JSON that cannot be read"),
        ('{"id": ' + "[" * 100_000 + "}", 1, "is JSON that cannot be read"),
        ('{"id": "' + "x" * record.CHARACTERS, 1, "is longer than 4,194,304 characters"),
    ],
    ids=["comma", "list", "array", "digits", "brackets", "long"],
)
def test_a_broken_line_is_told_with_its_number(write: Write, content: str, row: int, message: str) -> None:
    gc.collect()  # nothing of another test may be finalised where the brackets have used up the stack
    with pytest.raises(DocumentError, match=message) as caught:
        list(read_documents(write("a.jsonl", content)))
    assert caught.value.row == row


@pytest.mark.parametrize(
    ("content", "row", "message"),
    [
        ('{"id": "1"}', None, "must be one JSON list of objects; for one object a line use format='jsonl'"),
        ("", None, "must be one JSON list"),
        ('[{"id": "1", "title": "가"} {"id": "2"}]', 1, "a comma or \\] must follow, not '{'"),
        ('[{"id": "1", "title": "가"}', 1, "must follow, not the end of the file"),
        ('[{"id": "1", "title": "가"}, {"id": "2"', 2, "is no valid JSON: .* of the object"),
        ('[{"id": "1", "title": "가"}, 5]', 2, "must be a JSON object"),
        ('[{"id": "1", "title": "가"},]', 2, "must be a JSON object"),
        ('[{"id": "1", "title": "가"}] x', None, "goes on after the end of its list"),
        ('[{"id": "' + "x" * 3 * record.CHARACTERS + '"}]', 1, "is longer than 4,194,304 characters"),
        ('[{"id": ' + "[" * 100_000 + "}]", 1, "is JSON that cannot be read"),
    ],
    ids=["object", "nothing", "comma", "unclosed", "cut", "number", "last comma", "tail", "long", "brackets"],
)
def test_a_broken_list_is_told_with_its_place(write: Write, content: str, row: int | None, message: str) -> None:
    gc.collect()
    with pytest.raises(DocumentError, match=message) as caught:
        list(read_documents(write("a.json", content)))
    assert caught.value.row == row


@pytest.mark.parametrize("size", [1, 65_500, 65_530, 65_536, 200_000])
def test_a_list_is_read_across_the_edges_of_its_pieces(write: Write, size: int) -> None:
    rows = [{"id": str(number), "title": "가", "body": "나" * size} for number in range(4)]
    documents = list(read_documents(write("a.json", json.dumps(rows, ensure_ascii=False, indent=1))))
    assert [(document.id, len(document.body)) for document in documents] == [(str(number), size) for number in range(4)]


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_a_quoted_field_holds_line_breaks_quotes_and_delimiters(write: Write) -> None:
    assert one(write("a.csv", 'id,제목,내용\r\n1,가,"첫 줄\r\n둘째 ""줄"", 끝"\r\n')).body == '첫 줄\n둘째 "줄", 끝'


def test_the_row_of_an_error_is_the_line_it_begins_at(write: Write) -> None:
    assert error_of(write("a.csv", 'id,제목,조회수\n1,"가\n나",1\n2,다,x\n')).row == 4


def test_the_delimiter_is_the_one_that_gives_known_columns(write: Write) -> None:
    assert one(write("a.csv", "id;제목;메모,가,나,다,라\n1;환불, 취소;x\n")).title == "환불, 취소"


def test_a_heading_above_the_header_is_passed_over(write: Write) -> None:
    assert one(write("a.csv", "고객센터 도움말,,\n,,\nid,제목,내용\n1,가,나\n")).body == "나"


def test_a_table_without_a_title_shows_what_it_begins_with(write: Write) -> None:
    message = error_at_call(write("a.csv", "no,이름\n1,가\n"))
    assert (
        "has no header that names a title, as 제목 does (it begins with 'no', '이름'): name its column with fields=" in message
    )


def test_a_row_with_too_many_cells_is_told(write: Write) -> None:
    error = error_of(write("a.csv", "id,제목,내용\n1,가,나, 다\n"))
    assert error.row == 2 and error.message.startswith("cell 4 has a value but the header in row 1 has no name there")


def test_a_quote_that_is_never_closed_is_told(write: Write) -> None:
    error = error_of(write("a.csv", 'id,제목\n1,가\n2,"나\n3,다\n'))
    assert error.row == 3 and "look for a quote that is not doubled or not closed" in error.message


@pytest.mark.parametrize("break_", ["", "\n"], ids=["one line", "many lines"])
def test_a_row_without_end_is_cut_short(write: Write, break_: str) -> None:
    error = error_of(write("a.csv", 'id,제목\n1,가\n2,"' + ("x" * 99 + break_) * (record.CHARACTERS // 90)))
    assert error.row == 3 and error.message.startswith("is longer than 4,194,304 characters")


def test_a_body_larger_than_the_csv_modules_own_limit_is_read(write: Write) -> None:
    assert len(one(write("a.csv", f"id,제목,내용\n1,가,{'x' * 500_000}\n")).body) == 500_000


def test_a_limit_that_another_reader_raised_stays(write: Write) -> None:
    before = csv.field_size_limit(record.CHARACTERS * 10)
    try:
        list(read_documents(write("a.csv", "id,제목\n")))
        assert csv.field_size_limit() == record.CHARACTERS * 10
    finally:
        csv.field_size_limit(before)


def test_a_body_beyond_its_limit_is_told_with_its_row(write: Write) -> None:
    error = error_of(write("a.csv", f"id,제목,내용\n1,가,{'x' * (1 << 20)}x\n"))
    assert (error.row, error.field) == (2, "body")


# --- Excel -----------------------------------------------------------------------------------------------------------


def test_the_first_sheet_with_a_header_is_read(write: Write) -> None:
    content = workbook([["안내"], ["이 파일은…"]], [["도움말"], [], ["번호", "제목"], [1, "가"]], [["번호", "제목"], [2, "나"]])
    assert one(write("a.xlsx", content)).id == "1"


def test_a_workbook_without_a_header_is_told(write: Write) -> None:
    assert "no sheet has a header that names a title" in error_at_call(write("a.xlsx", [["안내"], ["가"]]))


def test_dates_of_excel_are_korean_days(write: Write) -> None:
    day = datetime(2024, 1, 31)
    document = one(write("a.xlsx", [["id", "제목", "수정일", "게시시작일", "게시종료일"], [1, "가", day, day, day]]))
    midnight = datetime(2024, 1, 31, tzinfo=KOREA)
    times = (document.updated_at, document.visible_from, document.visible_until)
    assert times == (midnight, midnight, midnight + timedelta(days=1))


def test_line_breaks_of_excel_are_line_breaks(write: Write) -> None:
    assert one(write("a.xlsx", [["id", "제목", "내용"], [1, "가", "나_x000D_\n다\r\n라"]])).body == "나\n다\n라"


def test_the_row_of_an_error_is_the_row_that_excel_shows(write: Write) -> None:
    assert error_of(write("a.xlsx", [["id", "제목", "조회수"], [1, "가", 1], [], [2, "나", "x"]])).row == 4


def damaged(content: bytes, part: str, text: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
    return stream.getvalue()


GOOD = workbook([["id", "제목"], [1, "가"]])
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        GOOD[: len(GOOD) // 2],
        damaged(GOOD, "xl/workbook.xml", b"<broken"),
        damaged(GOOD, SHEET, b"<worksheet><sheetData><row><c t='s'><v>9</v></c></row></sheetData></worksheet>"),
        damaged(GOOD, "[Content_Types].xml", b""),
    ],
    ids=["empty", "encrypted", "cut", "workbook", "sheet", "types"],
)
def test_a_damaged_workbook_is_a_document_error(write: Write, content: bytes) -> None:
    assert "a.xlsx: " in error_at_call(write("a.xlsx", content))


def test_a_damaged_workbook_names_the_remedy(write: Write) -> None:
    assert "it is damaged, has a password, or is an old .xls; open it and save it again as .xlsx" in error_at_call(
        write("a.xlsx", b"not a zip")
    )


def test_a_zip_bomb_is_refused_by_its_declared_size(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_UNPACKED_BYTES", 1 << 20)
    path = write("a.xlsx", damaged(GOOD, SHEET, b" " * (1 << 20)))
    assert path.stat().st_size < 10_000
    assert "at most 1,048,576 are allowed" in error_at_call(path)


def test_a_size_that_the_sheet_declares_wrongly_is_not_believed(write: Write) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        sheet = archive.read(SHEET).replace(b"<sheetData>", b'<dimension ref="A1"/><sheetData>')
    assert one(write("a.xlsx", damaged(GOOD, SHEET, sheet))).title == "가"


def test_a_row_number_beyond_excel_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_ROWS", 1000)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    title = '<row r="1"><c r="A1" t="inlineStr"><is><t>제목</t></is></c></row>'
    rows = title + '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'
    sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    assert "has a row beyond 1,000" in str(error_of(write("a.xlsx", damaged(GOOD, SHEET, sheet.encode()))))


# --- round trips -----------------------------------------------------------------------------------------------------

CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
TEXTS = st.text(CHARACTERS, min_size=1, max_size=20).map(str.strip).filter(bool)
BODIES = st.text(st.one_of(CHARACTERS, st.just("\n")), max_size=40).map(str.strip)
CELLS = TEXTS.filter(lambda text: "_x" not in text)  # in Excel "_x0041_" is a way to write "A"
DOCUMENTS = st.builds(
    Document,
    id=TEXTS,
    title=TEXTS,
    body=BODIES,
    category=st.lists(TEXTS, max_size=3).map(tuple),
    tags=st.frozensets(TEXTS, max_size=3),
    audience=st.frozensets(TEXTS, max_size=3),
    visible_until=st.none() | st.datetimes(timezones=st.sampled_from([UTC, KOREA]), min_value=datetime(1900, 1, 2)),
    views=st.integers(0, 1 << 53),
    url=st.none() | TEXTS,
    extra=st.dictionaries(TEXTS, st.none() | TEXTS | st.integers() | st.lists(TEXTS), max_size=2),
)
HYPOTHESIS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(documents=st.lists(DOCUMENTS, max_size=4))
@HYPOTHESIS
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_json_gives_back_what_to_dict_wrote(tmp_path: Path, name: str, documents: list[Document]) -> None:
    rows = [document.to_dict() for document in documents]
    path = tmp_path / name
    path.write_text(lines(*rows) if name == "a.jsonl" else json.dumps(rows), encoding="utf-8")
    assert [document.to_dict() for document in read_documents(path)] == rows


def cells(document: Document) -> list[object]:
    """The values of a document as cells: what is no text or number as JSON."""
    return [json.dumps(v, ensure_ascii=False) if isinstance(v, list | dict) else v for v in document.to_dict().values()]


@given(documents=st.lists(DOCUMENTS, max_size=4))
@HYPOTHESIS
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_gives_back_what_to_dict_wrote(tmp_path: Path, delimiter: str, documents: list[Document]) -> None:
    path = tmp_path / "a.csv"
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(Document.__dataclass_fields__)
        writer.writerows(cells(document) for document in documents)
    assert [document.to_dict() for document in read_documents(path)] == [document.to_dict() for document in documents]


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=4))
@HYPOTHESIS
def test_xlsx_gives_back_the_texts_of_its_cells(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for number, row in enumerate([("id", "제목", "내용"), *rows], start=1):
        for column, value in enumerate(row, start=1):
            cell = book.active.cell(number, column)
            cell.value, cell.data_type = value, "s"  # or "=x" would be a formula
    book.save(path)
    assert [(document.id, document.title, document.body) for document in read_documents(path)] == rows


@given(content=st.binary(max_size=200), name=st.sampled_from(["a.jsonl", "a.json", "a.csv", "a.xlsx"]))
@HYPOTHESIS
def test_any_bytes_give_documents_or_a_document_error(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    try:
        documents = list(read_documents(path))
    except DocumentError as error:
        assert error.file == str(path)
    else:
        assert all(isinstance(document, Document) for document in documents)
