"""Kiwi, the Korean morphological analyser: the only file that imports kiwipiepy.

The model is loaded at the first use, once for each set of user words, and shared by all threads.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

LINE_LIMIT = 1_000
"""Code points given to Kiwi at once: its time grows faster than the length of a text."""

_BLANK = re.compile(r"(?s).*\s")
_SENTENCE = re.compile(r"(?s).*[가-힣)\]}][.,!?。·]")


class Morpheme(Protocol):
    """What is read of a Kiwi token: ``len`` code points from ``start``; the tag may carry a suffix (``VV-R``)."""

    form: str
    tag: str
    start: int
    len: int
    oov: bool


class Morphemes:
    """Kiwi with the user words given."""

    def __init__(self, words: frozenset[str] = frozenset()) -> None:
        self._words = words
        self._kiwi: Any = None
        self._options = 0
        self._lock = threading.Lock()
        self._owner = 0

    def load(self) -> None:
        """Loads the model now; it takes about a second."""
        if self._kiwi is not None:
            return
        with self._lock:
            self._load_once()

    def _load_once(self) -> None:
        if self._kiwi is None:
            from kiwipiepy import Kiwi, Match

            # Without the multi-word dictionary the model loads in half the time and memory and no FAQ text changes.
            kiwi = Kiwi(load_multi_dict=False, num_workers=min(os.cpu_count() or 1, 4))
            for word in sorted(self._words):
                kiwi.add_user_word(word, "NNG", 0.0)
            kiwi.tokenize("")
            self._options = int(Match.URL | Match.EMAIL | Match.SERIAL | Match.EMOJI | Match.Z_CODA | Match.JOIN_NOUN_PREFIX)
            self._owner = os.getpid()
            self._kiwi = kiwi

    def tokenize(self, text: str) -> list[Morpheme]:
        """The morphemes of a short text, as a query."""
        self.load()
        tokens: list[Morpheme] = self._kiwi.tokenize(text, match_options=self._options)
        return tokens

    def tokenize_all(self, texts: Iterable[str]) -> Iterator[list[Morpheme]]:
        """The morphemes of each text in order, over all cores."""
        self.load()
        if os.getpid() != self._owner:
            # Kiwi's threads do not live on in a forked child: a batch would wait for them for ever.
            return (self.tokenize(text) for text in texts)
        tokens: Iterator[list[Morpheme]] = self._kiwi.tokenize(texts, match_options=self._options)
        return tokens


_shared: dict[frozenset[str], Morphemes] = {}
_shared_lock = threading.Lock()


def _renew_lock() -> None:
    global _shared_lock
    _shared_lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # a lock held by another thread at the fork would never be released in the child
    os.register_at_fork(after_in_child=_renew_lock)


def shared_morphemes(words: frozenset[str] = frozenset()) -> Morphemes:
    """The Morphemes for these user words; the same one for the same words."""
    with _shared_lock:
        return _shared.setdefault(words, Morphemes(words))


def kiwi_version() -> str:
    """Versions of Kiwi and its model, as the fingerprint of an index names them; loads neither."""
    from importlib.metadata import version

    return f"kiwipiepy {version('kiwipiepy')}, model {version('kiwipiepy_model')}"


def lines(text: str) -> list[tuple[int, str]]:
    """``text`` by lines of at most LINE_LIMIT code points, each with its start; blank lines are left out."""
    result = []
    start = 0
    for line in text.split("\n"):
        place = 0
        while len(line) - place > LINE_LIMIT:
            bounds = place, place + LINE_LIMIT
            cut = _BLANK.match(line, *bounds) or _SENTENCE.match(line, *bounds)
            end = cut.end() if cut else place + LINE_LIMIT
            result.append((start + place, line[place:end]))
            place = end
        if rest := line[place:]:
            result.append((start + place, rest))
        start += len(line) + 1
    return [(place, line) for place, line in result if not line.isspace()]
