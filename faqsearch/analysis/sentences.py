"""Where the sentences and lines of a text end: cut once when a document is indexed, for snippets."""

from __future__ import annotations

import re

# A line break, or a sign that ends a sentence: a blank or the end follows it, or Hangul stands before it and a new word behind.
# A point behind a digit ends none: it is that of a list item, a date or a decimal.
_BREAK = re.compile(r"\n|(?:(?<!\d)\.|[!?。…])[.!?。…]*(?:[ \t]+|(?=\n)|\Z)|(?<=[가-힣])[.!?](?=[^\s\d.!?…)\]}」』\"'”’,])")


def sentence_ends(text: str) -> list[int]:
    """Where each sentence or line ends, with the blanks behind it; each begins where the one before ends."""
    ends = [match.end() for match in _BREAK.finditer(text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    return ends
