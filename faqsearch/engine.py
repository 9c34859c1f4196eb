"""Engine: what searching and writing need beside a reader, each part made once for a generation and kept for the next."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.lexicon import Lexicon
from faqsearch.document import Document
from faqsearch.errors import AnalyzerMismatchError
from faqsearch.index.base import IndexMeta, Prepared, Reader
from faqsearch.index.vectors import encoder_fingerprint
from faqsearch.index_meta import words_of
from faqsearch.options import IndexOptions
from faqsearch.prepare import Progress, prepare
from faqsearch.query.complete import Completer
from faqsearch.query.correct import Corrector
from faqsearch.query.understand import QueryLanguage

if TYPE_CHECKING:
    from faqsearch.encoders.embedder import Embedder


class Engine:
    """Lexicon, query language, analyzer, corrector, completer and embedder of an index. ``given`` is the lexicon that stands
    in for the stored one; safe to share among threads, which at worst make a part twice."""

    def __init__(self, given: Lexicon | None, embedder: Embedder | None) -> None:
        self.given = given
        self.embedder = embedder
        self._language: tuple[IndexMeta, QueryLanguage, Analyzer] | None = None
        self._corrector: tuple[Reader, Corrector] | None = None
        self._completer: tuple[Reader, Completer] | None = None

    def use_stored(self) -> None:
        """From now on the stored lexicon is in force."""
        if self.given is not None:
            self.given = self._language = self._corrector = self._completer = None

    def lexicon(self, reader: Reader) -> Lexicon:
        """The lexicon in force."""
        return self.given if self.given is not None else Lexicon.from_dict(reader.meta.lexicon)

    def language(self, reader: Reader) -> QueryLanguage:
        return self._parts(reader)[0]

    def analyzer(self, reader: Reader) -> Analyzer:
        return self._parts(reader)[1]

    def _parts(self, reader: Reader) -> tuple[QueryLanguage, Analyzer]:
        cached = self._language
        if cached is not None and cached[0] is reader.meta:
            return cached[1], cached[2]
        if cached is not None and cached[0] == reader.meta:  # a new generation, made the same way
            self._language = reader.meta, cached[1], cached[2]
            return cached[1], cached[2]
        words = words_of(reader.meta)
        analyzer = Analyzer(words) if cached is None or words_of(cached[0]) != words else cached[2]
        ranking = IndexOptions.from_dict(reader.meta.options).ranking
        language = QueryLanguage(analyzer, self.lexicon(reader), ranking)
        self._language = reader.meta, language, analyzer
        return language, analyzer

    def corrector(self, reader: Reader) -> Corrector:
        cached = self._corrector
        if cached is None or cached[0] is not reader:
            # Without a cycle, so that an index that is dropped lets go of its files at once.
            completer = partial(Engine.completer, weakref.proxy(self), reader)
            cached = self._corrector = (
                reader,
                Corrector(reader, self.analyzer(reader), completer, self.language(reader).synonyms),
            )
        return cached[1]

    def completer(self, reader: Reader) -> Completer:
        cached = self._completer
        if cached is None or cached[0] is not reader:
            before = cached[1] if cached is not None else None
            made = Completer(reader, self.analyzer(reader), self.lexicon(reader).queries, before)
            cached = self._completer = reader, made
        return cached[1]

    def meaning(self, reader: Reader) -> Embedder | None:
        """The embedder where it is the one that the reader's vectors are of."""
        embedder = self.embedder
        if embedder is None or embedder.fingerprint != encoder_fingerprint(reader.meta.options.get("encoder")):
            return None
        return embedder

    def prepare(
        self, reader: Reader, name: str, documents: list[Document], progress: Progress | None = None
    ) -> Iterator[Prepared]:
        """Documents analysed as they are asked for, with their vectors; raises AnalyzerMismatchError now where the index's
        encoder is not at hand."""
        meaning = self.meaning(reader)
        if meaning is None and documents:
            require_encoder(reader, name, None)
        return prepare(self.analyzer(reader), documents, progress, meaning, reader.vectors)


def require_encoder(reader: Reader, name: str, embedder: Embedder | None) -> None:
    """Raises AnalyzerMismatchError where the index called ``name`` has an encoder and there is none at hand."""
    kept = reader.meta.options.get("encoder")
    if kept and embedder is None:
        raise AnalyzerMismatchError(
            f"{name} was indexed with the encoder {kept['name']!r}, which is not at hand: open it with "
            "encoder= (or install its package) to write, or make a new index"
        )
