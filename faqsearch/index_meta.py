"""How an index is made: what is kept of its lexicon, options and encoder, and whether this version would make the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.lexicon import Lexicon
from faqsearch.errors import InvalidOptionError
from faqsearch.index.base import IndexMeta
from faqsearch.options import IndexOptions

if TYPE_CHECKING:
    from faqsearch.encoders.embedder import Embedder


def embedder_of(options: IndexOptions) -> Embedder | None:
    """The embedder of the options' encoder; loaded only now, and only where there is one."""
    if not isinstance(options, IndexOptions):
        raise InvalidOptionError(f"options must be IndexOptions, not {options!r}")
    if options.encoder is None:
        return None
    from faqsearch.encoders.known import embedder

    return embedder(options.encoder)


def make_meta(lexicon: Lexicon | None, options: IndexOptions, embedder: Embedder | None) -> IndexMeta:
    """What is kept with an index made with these."""
    kept = require_lexicon(lexicon) if lexicon is not None else Lexicon()
    values = {**options.to_dict(), "encoder": None if embedder is None else embedder.to_dict()}
    return IndexMeta(fingerprint_of(kept.words, embedder), tuple(sorted(kept.words)), values, kept.to_dict())


def require_lexicon(lexicon: object) -> Lexicon:
    """``lexicon`` where it is one; raises InvalidOptionError."""
    if not isinstance(lexicon, Lexicon):
        raise InvalidOptionError(f"a lexicon must be a Lexicon, not {lexicon!r}; Lexicon.from_folder reads one")
    return lexicon


def words_of(meta: IndexMeta) -> frozenset[str]:
    """The user words that an index was analysed with."""
    return frozenset(meta.words)


def fingerprint_of(words: frozenset[str], embedder: Embedder | None) -> str:
    """How this version analyses with these user words and this encoder."""
    return Analyzer(words).fingerprint + (embedder.fingerprint if embedder is not None else "")


def mismatch(name: str, meta: IndexMeta, lexicon: Lexicon | None, embedder: Embedder | None) -> str | None:
    """What to do where the index called ``name`` was analysed otherwise than these would; None where it was not."""
    wanted = fingerprint_of(lexicon.words if lexicon is not None else words_of(meta), embedder)
    if wanted == meta.fingerprint:
        return None
    kept = meta.options.get("encoder")
    return (
        f"{name} was analysed by [{meta.fingerprint}], now it would be by [{wanted}]; call rebuild, or open "
        "it with on_mismatch='rebuild', or with on_mismatch='search' to go on with the stored terms"
        + (f"; give its encoder {kept['name']!r} as encoder=, or install its package" if kept else "")
    )
