"""Readers of judged queries: the queries of an evaluation, and which documents answer them.

Queries are JSON lines {"id", "text"}, or a spreadsheet's CSV or TSV with a query a row. Judgements (qrels) are a table of query
id, document id and grade, tab-, comma- or semicolon-separated, with or without a header; TREC's four columns are known too.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from faqsearch.errors import DocumentError
from faqsearch.sources.encoding import text_encoding

_QUERY_ID = ("id", "_id", "qid", "query_id", "query-id", "번호", "질의번호")
_TEXT = ("text", "query", "질의", "질문", "검색어", "문장")
_DOCUMENT_ID = ("document_id", "document-id", "doc_id", "docid", "corpus-id", "문서", "문서번호", "글번호")
_GRADE = ("grade", "score", "relevance", "rel", "점수", "등급")
_HIGHEST = 100


def read_queries(path: str | Path) -> dict[str, str]:
    """Query id → text, in the order of the file; a file without ids uses the texts as ids.

    Raises DocumentError with file and row for what is no query, and for an id that is there twice.
    """
    name = str(path)
    found: dict[str, str] = {}
    for row, id, text in _json_queries(name) if _is_json(name) else _table_queries(name):
        text = text.strip()
        if not text:
            raise DocumentError("a query is empty", file=name, row=row)
        if found.get(id, text) != text:
            raise DocumentError(f"query id {id!r} is there twice", file=name, row=row)
        found[id] = text
    if not found:
        raise DocumentError("holds no queries", file=name)
    return found


def read_qrels(path: str | Path) -> dict[str, dict[str, int]]:
    """Query id → {document id → grade}; of two grades for one pair the later counts.

    Raises DocumentError with file and row for what is no judgement.
    """
    name = str(path)
    found: dict[str, dict[str, int]] = {}
    for number, (row, query, document, grade) in enumerate(_judgements(name)):
        try:
            value = int(grade)
        except ValueError:
            if number == 0 and row == 1:  # a header in words of its own
                continue
            value = -1
        if not query or not document or not 0 <= value <= _HIGHEST:
            raise DocumentError(f"needs query id, document id and a grade from 0 to {_HIGHEST}", file=name, row=row)
        found.setdefault(query, {})[document] = value
    return found


def _is_json(name: str) -> bool:
    with open(name, encoding=text_encoding(name, None)) as file:
        return next((line.lstrip().startswith("{") for line in file if line.strip()), False)


def _json_queries(name: str) -> Iterator[tuple[int, str, str]]:
    with open(name, encoding=text_encoding(name, None)) as file:
        for row, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                values = json.loads(line)
                text = str(values["text"])
                yield row, str(values.get("id", values.get("_id", text))), text
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise DocumentError('needs {"id": …, "text": …}', file=name, row=row) from None


def _table_queries(name: str) -> Iterator[tuple[int, str, str]]:
    rows = _rows(name)
    if not rows:
        return
    head = [cell.lower() for cell in rows[0][1]]
    text, id = _column(head, _TEXT), _column(head, _QUERY_ID)
    if text is None and id is None:
        widest = max(len(cells) for _, cells in rows)
        id, text = (0, 1) if widest > 1 else (None, 0)
    else:
        rows = rows[1:]
    if text is None:
        raise DocumentError(f"has no column of queries; name it one of {', '.join(_TEXT)}", file=name, row=1)
    for row, cells in rows:
        if len(cells) <= text or (id is not None and len(cells) <= id):
            raise DocumentError("has fewer cells than the columns of queries and ids", file=name, row=row)
        yield row, " ".join(cells[text].split()) if id is None else cells[id], cells[text]


def _judgements(name: str) -> Iterator[tuple[int, str, str, str]]:
    rows = _rows(name)
    if not rows:
        return
    head = [cell.lower() for cell in rows[0][1]]
    grade, document = _column(head, _GRADE), _column(head, _DOCUMENT_ID)
    if grade is not None and document is not None:
        rest = [place for place in range(len(head)) if place not in (grade, document)]
        named = _column(head, _QUERY_ID)
        places = (named if named is not None else (rest or [0])[0], document, grade)
        rows = rows[1:]
    else:
        places = (0, 2, 3) if len(head) == 4 and head[1] in ("0", "q0") else (0, 1, 2)
    for row, cells in rows:
        if len(cells) <= max(places):
            raise DocumentError("needs query id, document id and grade", file=name, row=row)
        yield row, cells[places[0]], cells[places[1]], cells[places[2]]


def _rows(name: str) -> list[tuple[int, list[str]]]:
    """(line, cells) of the rows that hold anything."""
    with open(name, encoding=text_encoding(name, None), newline="") as file:
        text = file.read()
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max("\t,;", key=first.count) if any(one in first for one in "\t,;") else None
    if delimiter is None:  # TREC separates by blanks; a query a line has none to be separated
        trec = len(first.split()) == 4 and first.split()[1].upper() in ("0", "Q0")
        lines = [(row, line.split() if trec else [line]) for row, line in enumerate(text.splitlines(), 1)]
        return [(row, [cell.strip() for cell in cells]) for row, cells in lines if any(cell.strip() for cell in cells)]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    found = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise DocumentError(f"is no valid table: {error}", file=name, row=reader.line_num) from None
    return found


def _column(head: list[str], names: tuple[str, ...]) -> int | None:
    return next((head.index(name) for name in names if name in head), None)
