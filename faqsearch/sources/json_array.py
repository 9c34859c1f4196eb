"""JSON: one list of objects, parsed an object at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

from faqsearch.errors import DocumentError
from faqsearch.sources import record
from faqsearch.sources.columns import Columns

_CHUNK = 1 << 16  # characters
_BLANKS = " \t\r\n"


def records(stream: TextIO, columns: Columns) -> Iterator[record.Record]:
    """Every object of the list with its place in it, from 1; only one object is in memory at a time.

    Raises DocumentError for what is no list of objects, for invalid JSON, and for an object that is too large.
    """
    window = _Window(stream)
    if window.next_character() != "[":
        raise DocumentError("must be one JSON list of objects; for one object a line use format='jsonl'")
    window.position += 1
    number = 1
    closed = window.next_character() == "]"
    while not closed:
        yield number, window.next_object(number)
        mark = window.next_character()
        if mark not in ("]", ","):
            found = repr(mark) if mark else "the end of the file"
            raise DocumentError(f"is no valid JSON: a comma or ] must follow, not {found}", row=number)
        closed = mark == "]"
        number += 1
        window.position += not closed
    window.position += 1
    if window.next_character():
        raise DocumentError("goes on after the end of its list; it must hold one JSON list and nothing else")


class _Window:
    """The part of the file that is in memory, from before ``position``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text = ""
        self.position = 0

    def next_character(self) -> str:
        """The next character that is not blank, which ``position`` then points to; "" at the end of the file."""
        while True:
            while self.position < len(self._text):
                if self._text[self.position] not in _BLANKS:
                    return self._text[self.position]
                self.position += 1
            if not self._read(_CHUNK):
                return ""

    def next_object(self, number: int) -> dict[str, object]:
        """The object that comes next; ``position`` then points behind it."""
        if self.next_character() != "{":
            raise DocumentError("must be a JSON object", row=number)
        while True:
            try:
                values, self.position = json.JSONDecoder().raw_decode(self._text, self.position)
            except json.JSONDecodeError as error:  # broken, or not yet read to its end: more text tells
                held = len(self._text) - self.position
                if held > record.CHARACTERS:
                    raise record.too_large(number) from None
                if not self._read(max(_CHUNK, held)):  # twice as much each time, so that trying again stays linear
                    where = f"at character {error.pos - self.position + 1} of the object"
                    raise DocumentError(f"is no valid JSON: {error.msg.removesuffix(' at')} {where}", row=number) from None
            except (ValueError, RecursionError) as error:  # a number of thousands of digits; a thousand brackets
                raise DocumentError(f"is JSON that cannot be read: {error}", row=number) from None
            else:
                assert isinstance(values, dict)
                return values

    def _read(self, size: int) -> bool:
        chunk = self._stream.read(size)
        self._text = self._text[self.position :] + chunk
        self.position = 0
        return bool(chunk)
