"""Korean FAQ search for Python services: documents in, ranked pages out."""

from __future__ import annotations

from faqsearch.analysis.lexicon import Lexicon, Notice, Pin, Synonym
from faqsearch.changes import Batch
from faqsearch.document import CategoryPath, Document
from faqsearch.errors import (
    AnalyzerMismatchError,
    BackendError,
    DocumentError,
    EncoderError,
    FaqSearchError,
    IndexCorruptError,
    IndexExistsError,
    IndexFormatError,
    IndexLockedError,
    IndexNotFoundError,
    IndexStorageError,
    InvalidOptionError,
    LexiconError,
)
from faqsearch.evaluation import Evaluation, evaluate
from faqsearch.event_log import EventLog
from faqsearch.events import FeedbackEvent, SearchEvent, search_session
from faqsearch.faq_index import FaqIndex, warm_up
from faqsearch.options import Calibration, Encoder, IndexOptions, Ranking
from faqsearch.results import (
    AnalyzedTerm,
    CheckReport,
    Completion,
    Correction,
    Explanation,
    Facet,
    Highlight,
    Hit,
    IndexStats,
    SearchResults,
    SyncReport,
)
from faqsearch.sources import read_documents

__version__ = "0.1.0"

__all__ = [
    "AnalyzedTerm",
    "AnalyzerMismatchError",
    "BackendError",
    "Batch",
    "Calibration",
    "CategoryPath",
    "CheckReport",
    "Completion",
    "Correction",
    "Document",
    "DocumentError",
    "Encoder",
    "EncoderError",
    "Evaluation",
    "EventLog",
    "Explanation",
    "Facet",
    "FaqIndex",
    "FaqSearchError",
    "FeedbackEvent",
    "Highlight",
    "Hit",
    "IndexCorruptError",
    "IndexExistsError",
    "IndexFormatError",
    "IndexLockedError",
    "IndexNotFoundError",
    "IndexOptions",
    "IndexStats",
    "IndexStorageError",
    "InvalidOptionError",
    "Lexicon",
    "LexiconError",
    "Notice",
    "Pin",
    "Ranking",
    "SearchEvent",
    "SearchResults",
    "SyncReport",
    "Synonym",
    "evaluate",
    "read_documents",
    "search_session",
    "warm_up",
]
