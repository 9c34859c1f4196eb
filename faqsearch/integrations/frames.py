"""Documents of a data frame: pandas, Polars, or anything else with named columns and rows as dicts.

Neither package is imported: a frame brings its own methods. Columns are named as in files (제목, 내용, 분류, …; ``fields`` maps
others), and a missing value, whatever the frame calls it, is none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from faqsearch.document import Document
from faqsearch.errors import DocumentError
from faqsearch.sources.columns import Columns
from faqsearch.sources.read import record_document


def documents_from_frame(frame: Any, *, fields: Mapping[str, str] | None = None) -> Iterator[Document]:
    """An iterator of the documents in a pandas or Polars data frame, one a row; rows count from 1 in errors.

    ``fields`` says which column holds a field, as ``{"body": "답변"}``. A time without a zone is Korean time.
    Raises DocumentError at the call for what is no frame, and with row and field for a row that cannot be used.
    """
    columns = Columns.from_fields(fields)
    return _documents(_rows(frame), columns)


def _documents(rows: Iterable[Mapping[str, Any]], columns: Columns) -> Iterator[Document]:
    for number, row in enumerate(rows, 1):
        values = {str(name): _value(value) for name, value in row.items()}
        if all(value is None for value in values.values()):
            continue
        try:
            document = record_document(values, columns)
        except DocumentError as error:
            raise DocumentError(error.message, row=number, field=error.field) from None
        yield document


def _rows(frame: Any) -> Iterable[Mapping[str, Any]]:
    if hasattr(frame, "collect") and not hasattr(frame, "iter_rows"):
        frame = frame.collect()  # a lazy frame of Polars
    if hasattr(frame, "iter_rows"):
        return frame.iter_rows(named=True)  # type: ignore[no-any-return]
    if hasattr(frame, "to_dict") and hasattr(frame, "columns"):
        return frame.to_dict("records")  # type: ignore[no-any-return]
    raise DocumentError(f"a pandas or Polars DataFrame is needed, not {type(frame).__name__}")


def _value(value: Any) -> Any:
    """A plain value of a cell: NaN, NaT and pandas' NA are None, NumPy scalars Python's."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if hasattr(value, "tolist") and not isinstance(value, (str, bytes)):
        value = value.tolist()
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime) or not isinstance(value, (list, tuple)):
        return value
    return [_value(one) for one in value]
