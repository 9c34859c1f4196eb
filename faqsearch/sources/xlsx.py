"""Excel (.xlsx): the first sheet that has a header, read a row at a time."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from faqsearch.errors import DocumentError
from faqsearch.sources.columns import Columns
from faqsearch.sources.record import Record
from faqsearch.sources.table import Header, no_header

_UNPACKED_BYTES = 256 << 20  # openpyxl holds the texts of the whole workbook; a small file can unpack to gigabytes
_ROWS = 1 << 20  # the most that Excel knows; a damaged file can claim row 999,999,999,999


def records(stream: IO[bytes], columns: Columns) -> Iterator[Record]:
    """The record of every row below the header of the first sheet that has one; formulas give their last value.

    Of merged cells only the first has the value, as in the file. Raises DocumentError for a file that is damaged, encrypted
    or too large when unpacked, and for a workbook without a header.
    """
    try:
        _check_size(stream)
        workbook = _load(stream)
        try:
            first: tuple[object, ...] = ()
            for sheet in workbook.worksheets:
                rows = _rows(sheet)
                if header := Header.find(rows, columns):
                    yield from header.records(rows)
                    return
                first = first or next((cells for _, cells in _rows(sheet) if any(cells)), ())
            raise no_header("no sheet has a header", first)
        finally:
            workbook.close()
    except (DocumentError, MemoryError, OSError, Warning):
        raise
    except Exception as error:  # a damaged file makes zipfile, the XML parser and openpyxl raise nearly anything
        raise DocumentError(
            f"is no readable .xlsx file ({type(error).__name__}: {error}): it is damaged, has a password, or is an old .xls; "
            "open it and save it again as .xlsx"
        ) from error


def _check_size(stream: IO[bytes]) -> None:
    """Refuses a zip bomb by the declared sizes, which zipfile never reads beyond."""
    with zipfile.ZipFile(stream) as archive:
        size = sum(part.file_size for part in archive.infolist())
    if size > _UNPACKED_BYTES:
        raise DocumentError(f"unpacks to {size:,} bytes; at most {_UNPACKED_BYTES:,} are allowed: split it, or remove images")


def _load(stream: IO[bytes]) -> Any:
    import openpyxl  # here, since it takes 0.4 s that only readers of Excel should pay

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and printing set-ups, which mean nothing here
        return openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[object, ...]]]:
    from openpyxl.utils.escape import unescape

    sheet.reset_dimensions()  # many exporters declare a wrong size, and openpyxl would believe it
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > _ROWS:
            raise DocumentError(f"has a row beyond {_ROWS:,}, the most that Excel knows: save it again as .xlsx", row=number)
        yield number, tuple(unescape(cell) if isinstance(cell, str) else cell for cell in cells)  # "_x000D_" is a line end
