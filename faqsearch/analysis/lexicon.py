"""Lexicon: what a service adds to the analysis and to queries, kept in six TSV files.

| file | columns | effect |
|---|---|---|
| words.tsv | word, reason | Kiwi takes the word for one noun; with a blank its parts count too (needs a rebuild) |
| synonyms.tsv | left, ``=`` or ``>``, right, category, reason | a query with left also finds right (``=``: and the other way) |
| stopwords.tsv | word or phrase, reason | weighs less in a query, like the built-in ones |
| pins.tsv | query, id, from, until, reason | this document leads for this query, while it lasts |
| notices.tsv | text, from, until, reason | shown above the results of every query, while it lasts |
| queries.tsv | query, sessions | queries of people, for completion; ``faqsearch report --popular-queries`` writes it |

Columns behind the needed ones may be left out; a line that begins with # is a comment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from faqsearch.document import CategoryPath, parse_time
from faqsearch.errors import DocumentError, LexiconError

_FILES = ("words.tsv", "synonyms.tsv", "stopwords.tsv", "pins.tsv", "notices.tsv", "queries.tsv")


@dataclass(frozen=True, slots=True)
class Synonym:
    """A query with ``left`` also finds ``right``, and the other way where ``two_way``; only of ``category`` if given."""

    left: str
    right: str
    two_way: bool = True
    category: CategoryPath = ()

    def to_dict(self) -> dict[str, Any]:
        return {"left": self.left, "right": self.right, "two_way": self.two_way, "category": list(self.category)}


@dataclass(frozen=True, slots=True)
class Pin:
    """Document ``id`` leads for ``query``, from ``visible_from`` until ``visible_until`` (aware times, or None)."""

    query: str
    id: str
    visible_from: datetime | None = None
    visible_until: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "id": self.id,
            "visible_from": _iso(self.visible_from),
            "visible_until": _iso(self.visible_until),
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """A text that every search shows, from ``visible_from`` until ``visible_until`` (aware times, or None)."""

    text: str
    visible_from: datetime | None = None
    visible_until: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "visible_from": _iso(self.visible_from), "visible_until": _iso(self.visible_until)}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """User words, synonyms, stop words, pins, notices and queries of people of a service.

    Raises LexiconError for entries that cannot be used. Plain values are taken too: a synonym as a pair of words (two-way), a
    pin as a pair (query, id), a notice as its text. ``queries`` are (query, sessions that made it). ``general=False``
    leaves out the built-in synonyms of help centres (``analysis/resources/synonyms.tsv``).
    """

    words: frozenset[str] = field(default_factory=frozenset)
    synonyms: tuple[Synonym, ...] = ()
    stopwords: frozenset[str] = field(default_factory=frozenset)
    pins: tuple[Pin, ...] = ()
    notices: tuple[Notice, ...] = ()
    queries: tuple[tuple[str, int], ...] = ()
    general: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", _words("words", self.words))
        object.__setattr__(self, "stopwords", _words("stopwords", self.stopwords))
        object.__setattr__(self, "synonyms", tuple(_entry(Synonym, "a synonym", "two words", s) for s in self.synonyms))
        object.__setattr__(self, "pins", tuple(_entry(Pin, "a pin", "a query and a document id", p) for p in self.pins))
        for synonym in self.synonyms:
            if not _is_text(synonym.left, synonym.right) or not synonym.left.strip() or not synonym.right.strip():
                raise LexiconError(f"a synonym needs two words, not {synonym.left!r} and {synonym.right!r}")
            if not isinstance(synonym.category, tuple) or not _is_text(*synonym.category):
                raise LexiconError(f"the category of a synonym is a path such as ('결제', '환불'), not {synonym.category!r}")
        for pin in self.pins:
            if not _is_text(pin.query, pin.id) or not pin.query.strip() or not pin.id:
                raise LexiconError(f"a pin needs a query and a document id, not {pin.query!r} and {pin.id!r}")
            _require_times(f"pin {pin.query!r}", pin.visible_from, pin.visible_until)
        object.__setattr__(self, "notices", tuple(map(_notice, self.notices)))
        for notice in self.notices:
            if not _is_text(notice.text) or not notice.text.strip():
                raise LexiconError(f"a notice needs a text, not {notice!r}")
            _require_times(f"notice {notice.text!r}", notice.visible_from, notice.visible_until)
        object.__setattr__(self, "queries", tuple(map(_query, self.queries)))

    @classmethod
    def from_folder(cls, path: str | os.PathLike[str]) -> Lexicon:
        """The lexicon in a folder; a file that is not there is empty.

        Raises LexiconError with file and line, and for a file whose name is only nearly right.
        """
        folder = Path(path)
        if not folder.is_dir():
            raise LexiconError(
                f"is no folder; a lexicon is a folder with {', '.join(_FILES)}, or some of them",
                file=str(folder),
            )
        names = [file.removesuffix(".tsv") for file in _FILES]
        for path in sorted(one for one in folder.iterdir() if one.suffix.lower() == ".tsv" and one.name not in _FILES):
            if meant := get_close_matches(path.stem.lower(), names, n=1, cutoff=0.85):
                raise LexiconError(f"is no file of a lexicon; name it {meant[0]}.tsv", file=str(path))
        return cls(
            words=frozenset(_column(folder / "words.tsv")),
            synonyms=tuple(_synonyms(folder / "synonyms.tsv")),
            stopwords=frozenset(_column(folder / "stopwords.tsv")),
            pins=tuple(_pins(folder / "pins.tsv")),
            notices=tuple(_notices(folder / "notices.tsv")),
            queries=tuple(_queries(folder / "queries.tsv")),
        )

    def counts(self) -> dict[str, int]:
        """How many entries of each kind there are."""
        kinds = ("words", "synonyms", "stopwords", "pins", "notices", "queries")
        return {kind: len(getattr(self, kind)) for kind in kinds}

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values; ``Lexicon.from_dict`` reads them back."""
        return {
            "words": sorted(self.words),
            "synonyms": [synonym.to_dict() for synonym in self.synonyms],
            "stopwords": sorted(self.stopwords),
            "pins": [pin.to_dict() for pin in self.pins],
            "notices": [notice.to_dict() for notice in self.notices],
            "queries": [list(query) for query in self.queries],
            "general": self.general,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Lexicon:
        return cls(
            words=frozenset(values["words"]),
            synonyms=tuple(Synonym(**{**s, "category": tuple(s["category"])}) for s in values["synonyms"]),
            stopwords=frozenset(values["stopwords"]),
            pins=tuple(Pin(p["query"], p["id"], _time(p["visible_from"]), _time(p["visible_until"])) for p in values["pins"]),
            notices=tuple(
                Notice(n["text"], _time(n["visible_from"]), _time(n["visible_until"])) for n in values.get("notices", ())
            ),
            queries=tuple((query, sessions) for query, sessions in values.get("queries", ())),
            general=values.get("general", True),
        )


def _words(name: str, value: Iterable[str]) -> frozenset[str]:
    if isinstance(value, str):
        raise LexiconError(f"{name} must be several words, not one text {value!r}")
    given = list(value)
    if not all(isinstance(word, str) for word in given):
        raise LexiconError(f"{name} must be text, not {next(word for word in given if not isinstance(word, str))!r}")
    words = frozenset(" ".join(word.split()) for word in given)
    if "" in words:
        raise LexiconError(f"{name} holds an empty word")
    return words


def _require_times(name: str, *times: object) -> None:
    for time in times:
        if time is not None and (not isinstance(time, datetime) or time.tzinfo is None):
            raise LexiconError(f"the times of {name} must be datetimes with a time zone, not {time!r}")


def _notice(value: object) -> Notice:
    if isinstance(value, (Notice, str)):
        return Notice(value) if isinstance(value, str) else value
    raise LexiconError(f"a notice needs a text, not {value!r}")


def _query(value: object) -> tuple[str, int]:
    """A query of people and the number of sessions that made it."""
    if isinstance(value, (tuple, list)) and len(value) == 2:
        text, sessions = value
        if (
            isinstance(text, str)
            and text.strip()
            and isinstance(sessions, int)
            and not isinstance(sessions, bool)
            and sessions > 0
        ):
            return " ".join(text.split()), sessions
    raise LexiconError(f"a query of people needs its text and the number of sessions that made it, not {value!r}")


def _is_text(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _entry(kind: type[Any], name: str, needs: str, value: object) -> Any:
    """``value`` as a Synonym or Pin; a tuple of its fields is taken too."""
    if isinstance(value, kind):
        return value
    if isinstance(value, (tuple, list)) and 2 <= len(value) <= 4:
        return kind(*value)
    raise LexiconError(f"{name} needs {needs}, not {value!r}")


def _rows(path: Path, needed: int) -> Iterator[tuple[int, list[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return
    except UnicodeDecodeError as error:
        raise LexiconError(f"is not UTF-8 at byte {error.start}; save it as UTF-8", file=str(path)) from None
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) < needed or not all(cells[:needed]):
            raise LexiconError(f"needs {needed} columns with a tab between, has {line!r}", file=str(path), line=number)
        yield number, cells


def _column(path: Path) -> Iterator[str]:
    for _, cells in _rows(path, 1):
        yield cells[0]


def _synonyms(path: Path) -> Iterator[Synonym]:
    for number, cells in _rows(path, 3):
        if cells[1] not in ("=", ">"):
            raise LexiconError(
                f"the second column is = (both ways) or > (one way), not {cells[1]!r}", file=str(path), line=number
            )
        category = tuple(part.strip() for part in cells[3].split(">")) if len(cells) > 3 and cells[3] else ()
        yield Synonym(cells[0], cells[2], cells[1] == "=", category)


def _pins(path: Path) -> Iterator[Pin]:
    for number, cells in _rows(path, 2):
        yield Pin(cells[0], cells[1], *_times(cells[2:4], path, number))


def _notices(path: Path) -> Iterator[Notice]:
    for number, cells in _rows(path, 1):
        yield Notice(cells[0], *_times(cells[1:3], path, number))


def _queries(path: Path) -> Iterator[tuple[str, int]]:
    for number, cells in _rows(path, 2):
        if not cells[1].isdecimal() or int(cells[1]) < 1:
            raise LexiconError(f"the second column is the number of sessions, not {cells[1]!r}", file=str(path), line=number)
        yield cells[0], int(cells[1])


def _times(cells: list[str], path: Path, number: int) -> tuple[datetime | None, datetime | None]:
    """(from, until) of two cells, either of which may be empty or missing."""
    start, end = [*cells, "", ""][:2]
    try:
        return (
            parse_time(start, field="from") if start else None,
            parse_time(end, field="until") if end else None,
        )
    except DocumentError as error:
        raise LexiconError(str(error), file=str(path), line=number) from None


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
