"""Normalised text with a way back to the stored text.

NFKC by grapheme cluster, so that decomposed Hangul (NFD) and full-width forms become what people type, with three exceptions:

* compatibility jamo (U+3131-318E) stay: NFKC would turn ㅋ into a conjoining jamo, and initial consonants would be lost;
* format characters (zero-width space, byte order mark, soft hyphen, …) are dropped: they split words invisibly;
* a lone surrogate becomes U+FFFD: Kiwi refuses it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# What may follow a base character within one cluster. A run is cut at 30, the limit of the Unicode stream-safe text format
# (UAX #15 §13), because canonical ordering takes quadratic time in the length of a run of marks.
_EXTENDING = r"\u0300-\u036f\u0483-\u0489\u1160-\u11ff\ud7b0-\ud7ff\u3099\u309a\u20d0-\u20ff\ufe00-\ufe0f\uff9e\uff9f"
_CLUSTER = re.compile(rf"(?s)(?P<plain>[\n -~가-힣]+)(?![{_EXTENDING}])|.[{_EXTENDING}]{{0,30}}")
_FORMAT = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0001-\U000e007f]"
)
_SPECIAL = re.compile("[\u3131-\u318e\ud800-\udfff]")
_KEPT_JAMO = re.compile("[\u3131-\u318e]")


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """Normalised ``text``; character ``i`` of it came from ``stored[starts[i]:ends[i]]`` (both None: it is the stored text)."""

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The (start, end) in the stored text of a non-empty ``text[start:end]``."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalize(text: str) -> NormalizedText:
    """``text`` normalised, with its offset map."""
    if text.isascii():
        return NormalizedText(text)
    if unicodedata.is_normalized("NFKC", text) and not _SPECIAL.search(text) and not _FORMAT.search(text):
        return NormalizedText(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTER.finditer(text):
        start, end = match.span()
        if match["plain"]:
            pieces.append(match["plain"])
            starts += range(start, end)
            ends += range(start + 1, end + 1)
        elif piece := _normal_cluster(match.group()):
            pieces.append(piece)
            starts += [start] * len(piece)
            ends += [end] * len(piece)
    joined = "".join(pieces)
    if joined == text:
        return NormalizedText(text)
    return NormalizedText(joined, tuple(starts), tuple(ends))


@lru_cache(maxsize=8192)
def _normal_cluster(cluster: str) -> str:
    cluster = _FORMAT.sub("", cluster)
    if not cluster:
        return ""
    if "\ud800" <= cluster[0] <= "\udfff":
        return "\ufffd" + _normal_cluster(cluster[1:])
    if _KEPT_JAMO.match(cluster):
        return cluster[0] + unicodedata.normalize("NFKC", cluster[1:])
    return unicodedata.normalize("NFKC", cluster)
