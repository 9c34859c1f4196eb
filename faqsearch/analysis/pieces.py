"""The pieces of a document that an encoder reads: its title, the body as a whole, and windows of whole sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from faqsearch.analysis.normalize import normalize

Kind: TypeAlias = Literal[0, 1, 2]
TITLE: Kind = 0
BODY: Kind = 1
WINDOW: Kind = 2

MOST_WINDOWS = 64
"""Windows of one body; what lies behind is read by the lexical ranking alone."""

_SENTENCE = re.compile(r"(?:[^.!?。\n]|\.(?=\d))+[.!?。]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Clean ``text`` to be encoded, and which part of the document it is."""

    kind: Kind
    text: str


def pieces(title: str, body: str, *, whole: int, window: int) -> list[Piece]:
    """The pieces of a document that hold text: title, the first ``whole`` code points of the body, windows of the body.

    Sentences are packed into windows of up to ``window`` code points (0: none); a sentence longer than that is a window.
    """
    found = [Piece(TITLE, clean(title)[: max(whole, window)])]
    text = normalize(body).text
    if whole:
        found.append(Piece(BODY, clean(text)[:whole].rstrip()))
    if window:
        for number, packed in enumerate(_packed(text, window)):
            if number == MOST_WINDOWS:
                break
            found.append(Piece(WINDOW, packed[: max(whole, window)]))
    return [piece for piece in found if piece.text]


def clean(text: str) -> str:
    """``text`` normalised (NFKC), without control characters, blanks folded: what is safe to give to an encoder."""
    return " ".join(normalize(text).text.replace("\0", " ").split())


def _packed(text: str, size: int) -> Iterator[str]:
    window = ""
    for match in _SENTENCE.finditer(text):
        sentence = " ".join(match[0].replace("\0", " ").split())
        if not sentence:
            continue
        if window and len(window) + 1 + len(sentence) > size:
            yield window
            window = sentence
        else:
            window = f"{window} {sentence}" if window else sentence
    if window:
        yield window
