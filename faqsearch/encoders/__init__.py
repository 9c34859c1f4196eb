"""Encoders for re-ranking by meaning (extra ``faqsearch[semantic]``); importing this loads no model."""

from __future__ import annotations

from faqsearch.encoders.e5 import E5Encoder
from faqsearch.encoders.sentence_transformers import SentenceTransformerEncoder
from faqsearch.encoders.universal import UniversalEncoder

__all__ = ["E5Encoder", "SentenceTransformerEncoder", "UniversalEncoder"]
