"""Normalised text with a way back to the stored text.

NFKC by grapheme cluster, so that decomposed Hangul (NFD) and full-width forms become what people type, with three exceptions:

* jamo that stand alone become, or stay, compatibility jamo (U+3131-318E), as people type ㅋㅋ and ㅎㅂ: NFKC would turn them
  into conjoining jamo, and initial consonants would be lost;
* format characters (zero-width space, byte order mark, soft hyphen, …) are dropped: they split words invisibly;
* a lone surrogate becomes U+FFFD: Kiwi refuses it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_PLAIN = re.compile(r"[\n -~가-힣]+")
_SPECIAL = re.compile("[\u1100-\u11ff\u3131-\u318e\ud800-\udfff]")
_FORMAT = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0001-\U000e007f]"
)
# A cluster is cut at 30 marks, the limit of the Unicode stream-safe text format (UAX #15 §13): canonical ordering takes
# quadratic time in the length of a run of marks.
_MARKS = 30
_ALONE = {
    ord(unicodedata.normalize("NFKC", chr(point))): chr(point)
    for point in range(0x3131, 0x318F)
    if len(unicodedata.normalize("NFKC", chr(point))) == 1
}


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
    place = 0
    while place < len(text):
        plain = _PLAIN.match(text, place)
        end = plain.end() if plain else place + 1
        if end < len(text) and _extends(text[end]):
            if plain and end - place > 1:
                end -= 1  # the last character of the run takes a mark: it is a cluster of its own
            else:
                plain = None
                end = _cluster_end(text, place)
        piece = text[place:end] if plain else _normal_cluster(text[place:end])
        pieces.append(piece)
        starts += range(place, end) if plain else [place] * len(piece)
        ends += range(place + 1, end + 1) if plain else [_without_format(text, place, end)] * len(piece)
        place = end
    joined = "".join(pieces)
    if joined == text:
        return NormalizedText(text)
    return NormalizedText(joined, tuple(starts), tuple(ends))


def cluster_start(text: str, place: int) -> int:
    """The beginning of the cluster that ``place`` lies in; a cut there takes no syllable apart."""
    while 0 < place < len(text) and _extends(text[place]):
        place -= 1
    return place


def _without_format(text: str, place: int, end: int) -> int:
    """The end of a cluster without the format characters at its end, which belong to no word."""
    while end - place > 1 and _FORMAT.match(text[end - 1]):
        end -= 1
    return end


def _cluster_end(text: str, place: int) -> int:
    end = place + 1
    while end < len(text) and end - place <= _MARKS and _extends(text[end]):
        end += 1
    return end


@lru_cache(maxsize=8192)
def _extends(character: str) -> bool:
    """Whether a character belongs to the cluster before it: marks, medial and final jamo, format characters."""
    point = ord(character)
    return (
        unicodedata.category(character)[0] == "M"
        or 0x1160 <= point <= 0x11FF
        or 0xD7B0 <= point <= 0xD7FF
        or character in "\uff9e\uff9f"
        or _FORMAT.match(character) is not None
    )


@lru_cache(maxsize=8192)
def _normal_cluster(cluster: str) -> str:
    cluster = "".join(map(_typed_jamo, _FORMAT.sub("", cluster)))
    if not cluster:
        return ""
    if _SPECIAL.match(cluster) and not 0x1100 <= ord(cluster[0]) <= 0x11FF:
        first = "\ufffd" if "\ud800" <= cluster[0] <= "\udfff" else cluster[0]
        return first + _normal_cluster(cluster[1:])
    return unicodedata.normalize("NFKC", cluster).translate(_ALONE)


def _typed_jamo(character: str) -> str:
    """A half-width jamo as the compatibility jamo that it is a narrow form of."""
    if "\uffa0" <= character <= "\uffdc":
        return chr(int(unicodedata.decomposition(character).split()[1], 16)) if unicodedata.decomposition(character) else ""
    return character
