"""read_documents: the documents of a file, whatever its format."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from faqsearch.document import Document
from faqsearch.errors import DocumentError
from faqsearch.sources import csv_rows, json_array, jsonl, xlsx
from faqsearch.sources.columns import LEVELS, Columns, remedy
from faqsearch.sources.encoding import text_encoding
from faqsearch.sources.record import Record
from faqsearch.sources.values import CONVERSIONS, is_blank

_TEXT_FORMATS = {"jsonl": jsonl.records, "json": json_array.records, "csv": csv_rows.records}
_FORMATS = (*_TEXT_FORMATS, "xlsx")
_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "csv", ".xlsx": "xlsx"}


def read_documents(
    path: str | os.PathLike[str],
    *,
    fields: Mapping[str, str] | None = None,
    format: str | None = None,
    encoding: str | None = None,
) -> Iterator[Document]:
    """An iterator of the documents in a file, read one at a time; the file is closed when it ends or is closed.

    ``fields`` says which column holds a field, as ``{"id": "_id", "body": "text"}``; ``html`` is a field too, whose text
    becomes the body. Columns with a usual name (제목, 내용, 답변, 분류, 대분류, 수정일, 조회수, title, …) need no saying.
    Other columns go into ``extra`` under their own name, where they have a value; a key "extra" is merged into them.
    How categories, labels, times and numbers are read is told in ``faqsearch.sources.values``.

    ``format`` is jsonl, json, csv or xlsx; None: by the file's suffix. ``encoding`` forces one for text files; None: UTF-8
    (with or without a byte order mark), else CP949.

    Raises DocumentError, with file, row and field: at the call for a path, format, encoding, ``fields``, header or first
    record that cannot be used, and while iterating for any other record.
    """
    name = os.fspath(path)
    with _located(name):
        file = _open(name, Columns.from_fields(fields), format, encoding)
        with closing(file.records()) as records:
            next(records, None)  # a wrong header is told now, not at the first document
    return _documents(file)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    format: str
    encoding: str | None  # None for a format that is no text
    columns: Columns

    def records(self) -> Generator[Record, None, None]:
        if self.format == "xlsx":
            with open(self.name, "rb") as stream:
                yield from xlsx.records(stream, self.columns)
        else:
            with open(self.name, encoding=self.encoding, newline="") as stream:
                yield from _TEXT_FORMATS[self.format](stream, self.columns)


def _open(name: str, columns: Columns, format: str | None, encoding: str | None) -> _File:
    if format is None:
        format = _SUFFIXES.get(suffix := PurePath(name).suffix.lower())
        if format is None:
            raise DocumentError(
                f"the suffix {suffix!r} is unknown; known are {', '.join(_SUFFIXES)}: or name the format (format=, --format)"
            )
    elif format not in _FORMATS:
        raise DocumentError(f"format {format!r} is unknown; known are {', '.join(_FORMATS)}")
    if not os.path.exists(name):
        raise DocumentError("does not exist")
    if not os.path.isfile(name):
        raise DocumentError("is no file")
    return _File(name, format, None if format == "xlsx" else text_encoding(name, encoding), columns)


def _documents(file: _File) -> Iterator[Document]:
    unseen = dict(file.columns.chosen)
    row: int | None = None
    with _located(file.name), closing(file.records()) as records:
        for row, values in records:
            if unseen:
                unseen = {field: unseen[field] for field in file.columns.missing(values) if field in unseen}
            if all(is_blank(value) for value in values.values()):
                continue
            try:
                document = record_document(values, file.columns)
            except DocumentError as error:
                raise DocumentError(error.message, row=row, field=error.field) from None
            yield document
        if row is not None and file.format in ("json", "jsonl"):  # a table's header was asked already
            for field, column in unseen.items():
                raise DocumentError(f"no record has a key {column!r}, which fields names", field=field)


def record_document(values: Mapping[str, object], columns: Columns) -> Document:
    """The document of one record, whose columns are assigned to fields; raises DocumentError with the field."""
    assigned = columns.assign(values)
    given: dict[str, Any] = {
        field: CONVERSIONS[field](values[column], field) for field, column in assigned.items() if not is_blank(values[column])
    }
    for field in ("id", "title"):
        if field not in given:
            problem = f"column {assigned[field]!r} is empty" if field in assigned else "is missing"
            raise DocumentError(f"{problem}: fill it in, or {remedy(field)}", field=field)
    if "html" in given:
        given["body"] = given.pop("html")
    if levels := tuple(given.pop(level) for level in LEVELS if level in given):
        given["category"] = levels
    named = set(assigned.values())
    others = {name: value for name, value in values.items() if name not in named and not is_blank(value)}
    given["extra"] = {**given.get("extra", {}), **others}
    try:
        return Document(**given)
    except DocumentError as error:
        if error.field != "extra":
            raise
        raise DocumentError(f"{error.message} (the largest is column {_largest(given['extra'])!r})", field="extra") from None


def _largest(extra: Mapping[str, object]) -> str:
    return max(extra, key=lambda name: len(json.dumps(extra[name], default=str, ensure_ascii=False)))


@contextmanager
def _located(name: str) -> Iterator[None]:
    """Gives every error the file's name, and makes errors of the system and of decoding DocumentErrors too."""
    try:
        yield
    except DocumentError as error:
        if error.file is not None:
            raise
        raise DocumentError(error.message, file=name, row=error.row, field=error.field) from error.__cause__
    except UnicodeDecodeError as error:
        message = f"is no {error.encoding} text at byte {error.start:,}: leave encoding out to have it found"
        raise DocumentError(message, file=name) from error
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror or error}", file=name) from error
