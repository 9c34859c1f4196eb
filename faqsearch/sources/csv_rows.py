"""CSV: rows separated by comma, semicolon or tab; a quoted field may hold line breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from typing import TextIO

from faqsearch.errors import DocumentError
from faqsearch.sources import record
from faqsearch.sources.columns import Columns
from faqsearch.sources.table import Header, no_header

_DELIMITERS = (",", ";", "\t")
_SAMPLE = 1 << 16  # characters


def records(stream: TextIO, columns: Columns) -> Iterator[record.Record]:
    """The record of every row below the header, with the line it begins at.

    ``stream`` must be open with ``newline=""`` and be seekable. Raises DocumentError for a missing header, broken quoting, or
    a row that is too long.
    """
    # The csv module has one limit for the whole process. It is only ever raised, so that no other reader suffers; what
    # bounds a row here is _Lines.
    csv.field_size_limit(max(csv.field_size_limit(), record.CHARACTERS + 1))
    sample = stream.read(_SAMPLE)
    stream.seek(0)
    rows = _rows(stream, _delimiter(sample, columns))
    header = Header.find(rows, columns)
    if header is None:
        raise no_header("the file has no header", sample.strip().split("\n", 1)[0].split(","))
    yield from header.records(rows)


def _rows(stream: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first = lines.begin_row()
        try:
            row = next(reader, None)
        except csv.Error as error:
            message = f"is no valid CSV: {error}; look for a quote that is not doubled or not closed"
            raise DocumentError(message, row=first) from None
        if row is None:
            return
        yield first, row


class _Lines:
    """The lines of a file, bounded in how much one row may take of them."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._read = 0  # lines so far
        self._first = 1  # the line that the row begins at
        self._left = 0  # characters that the row may still take

    def begin_row(self) -> int:
        """The number of the line that the next row begins at."""
        self._first = self._read + 1
        self._left = record.CHARACTERS
        return self._first

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._left + 1)
        if not line:
            raise StopIteration
        self._read += 1
        self._left -= len(line)
        if self._left < 0:
            raise record.too_large(self._first)
        return line


def _delimiter(sample: str, columns: Columns) -> str:
    """The delimiter that makes the most known columns out of one of the first rows, then the most columns."""

    def columns_made(delimiter: str) -> tuple[int, int]:
        rows = islice(csv.reader(StringIO(sample, newline=""), delimiter=delimiter), 10)
        return max(((_known(row, columns), len(row)) for row in rows), default=(0, 0))

    return max(_DELIMITERS, key=columns_made)


def _known(row: list[str], columns: Columns) -> int:
    names = [name.strip() for name in row if name.strip()]
    try:
        return len(columns.assign(names))
    except DocumentError:  # two columns for one field: a header for certain, and told with its row when it is read
        return len(names)
