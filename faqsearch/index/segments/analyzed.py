"""A stored document with all that a writer needs to store it again: its tokens, squeezed texts and category terms."""

from __future__ import annotations

from faqsearch.analysis.analyzer import AnalyzedDocument, AnalyzedText
from faqsearch.analysis.grams import squeeze
from faqsearch.analysis.normalize import normalize
from faqsearch.index.base import Tokens
from faqsearch.index.segments.snapshot import Snapshot


def analyzed(snapshot: Snapshot, number: int) -> AnalyzedDocument:
    """The document with this global number as it was analysed, without analysing it again."""
    segment, own = snapshot.place(number)
    document = segment.document(own)
    title, body = segment.tokens(own)
    labels = segment.file.meta["categories"][int(segment.file["col.category"][own])][1]
    return AnalyzedDocument(document, _text(title, document.title), _text(body, document.body), tuple(labels))


def _text(tokens: Tokens, text: str) -> AnalyzedText:
    return AnalyzedText(tokens.terms, tokens.starts, tokens.ends, squeeze(normalize(text).text))
