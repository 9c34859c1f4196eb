"""Tables: a header, then a record a row; what CSV and Excel have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from faqsearch.errors import DocumentError
from faqsearch.sources.columns import Columns, remedy
from faqsearch.sources.record import Record
from faqsearch.sources.values import as_text, is_blank

_HEADER_WITHIN = 10  # rows; sheets often have a heading above their header


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: its row, the name of each column ("" where it has none), and which of them are fields."""

    row: int
    names: tuple[str, ...]
    fields: frozenset[str]

    @classmethod
    def find(cls, rows: Iterable[tuple[int, Sequence[object]]], columns: Columns) -> Header | None:
        """The first row that names the title's column, out of the first ten; None if none does.

        Takes the rows up to the header out of ``rows``. Raises DocumentError for a header in which two columns have one name
        or one field, or that lacks a column the caller chose.
        """
        for number, cells in rows:
            names = tuple(as_text(cell, "header").strip() if not is_blank(cell) else "" for cell in cells)
            try:
                assigned = columns.assign(name for name in names if name)
            except DocumentError as error:
                raise DocumentError(error.message, row=number, field=error.field) from None
            if "title" in assigned:
                _check(number, names, columns)
                return cls(number, names, frozenset(assigned.values()))
            if number >= _HEADER_WITHIN:
                break
        return None

    def records(self, rows: Iterable[tuple[int, Sequence[object]]]) -> Iterator[Record]:
        """The record of every row that is not empty; empty cells are None, and columns that are no field hold text.

        Raises DocumentError for a cell with a value under no header: it would be lost, and often tells of a broken row.
        """
        for number, cells in rows:
            values: dict[str, object] = {}
            for column, cell in enumerate(cells):
                name = self.names[column] if column < len(self.names) else ""
                if is_blank(cell):
                    if name:
                        values[name] = None
                    continue
                if not name:
                    raise DocumentError(
                        f"cell {column + 1} has a value but the header in row {self.row} has no name there: "
                        "name the column or empty the cell, and quote a text that holds the delimiter",
                        row=number,
                    )
                value = _tidy(cell)
                values[name] = value if name in self.fields else as_text(value, name)
            if any(value is not None for value in values.values()):
                yield number, values


def no_header(problem: str, seen: Sequence[object]) -> DocumentError:
    """The error for a table whose first rows name no title; ``seen`` are the cells of the first row."""
    cells = ", ".join(repr(str(cell)[:40]) for cell in seen[:10] if not is_blank(cell)) or "nothing"
    return DocumentError(f"{problem} that names a title, as 제목 does (it begins with {cells}): {remedy('title')}")


def _check(row: int, names: Sequence[str], columns: Columns) -> None:
    named = [name for name in names if name]
    for name in named:
        if named.count(name) > 1:
            raise DocumentError(f"the header has two columns {name!r}: rename one", row=row)
    for field, column in columns.missing(named).items():
        raise DocumentError(f"the header has no column {column!r}; it has {', '.join(map(repr, named))}", row=row, field=field)


def _tidy(cell: object) -> object:
    """A cell without what tables add to a text: blanks around it, and the line ends of Windows."""
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(cell, str) else cell
