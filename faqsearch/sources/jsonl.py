"""JSON lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

from faqsearch.errors import DocumentError
from faqsearch.sources import record
from faqsearch.sources.columns import Columns


def records(stream: TextIO, columns: Columns) -> Iterator[record.Record]:
    """The object of every line that is not blank, with its line number.

    Raises DocumentError for a line that is no JSON object or is too long.
    """
    number = 0
    while line := stream.readline(record.CHARACTERS + 1):
        number += 1
        if len(line) > record.CHARACTERS:
            raise record.too_large(number)
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except json.JSONDecodeError as error:
            hint = " (for one list of objects use format='json')" if number == 1 and line.lstrip().startswith("[") else ""
            raise DocumentError(
                f"is no valid JSON: {error.msg.removesuffix(' at')} at character {error.colno}{hint}", row=number
            ) from None
        except (ValueError, RecursionError) as error:  # a number of thousands of digits; a thousand brackets
            raise DocumentError(f"is JSON that cannot be read: {error}", row=number) from None
        if not isinstance(values, dict):
            raise DocumentError("must be a JSON object; for one list of objects use format='json'", row=number)
        yield number, values
