"""The exceptions of faqsearch.

::

    FaqSearchError
    ├── DocumentError            a document or a file of documents cannot be used (file, row, field)
    ├── LexiconError             a line of a lexicon file cannot be used (file, line)
    ├── InvalidOptionError       an argument of a call cannot be used; never raised for what a user typed
    ├── BackendError             the place that holds the index does not answer as it should
    ├── EncoderError             an encoder does not give the vectors it should; a search goes on by words alone
    └── IndexStorageError        something is wrong with the index's place or files
        ├── IndexExistsError         create() found an index already there
        ├── IndexNotFoundError       open() found no index
        ├── IndexLockedError         another writer is at work (who it is)
        ├── IndexCorruptError        a file is damaged (which one, what to do)
        ├── IndexFormatError         the format version is not the one this version reads
        └── AnalyzerMismatchError    the index was analysed in another way than asked for

Every message says what is wrong and what to do about it.
"""

from __future__ import annotations


class FaqSearchError(Exception):
    """The root of everything that faqsearch raises by itself."""


class DocumentError(FaqSearchError):
    """A document, or a file of documents, cannot be used.

    ``file``, ``row`` (1 for the first line or row of the file) and ``field`` are None where they are not known.
    """

    def __init__(self, message: str, *, file: str | None = None, row: int | None = None, field: str | None = None) -> None:
        place = ", ".join(
            part
            for part in (file, f"row {row}" if row is not None else None, f"field {field!r}" if field is not None else None)
            if part
        )
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.file = file
        self.row = row
        self.field = field


class LexiconError(FaqSearchError):
    """A line of a lexicon file cannot be used; ``line`` counts from 1."""

    def __init__(self, message: str, *, file: str | None = None, line: int | None = None) -> None:
        place = ", ".join(part for part in (file, f"line {line}" if line is not None else None) if part)
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.file = file
        self.line = line


class InvalidOptionError(FaqSearchError, ValueError):
    """An argument of a call cannot be used (``per_page=0``); never raised for what a user typed as a query."""


class BackendError(FaqSearchError):
    """The place that holds the index does not answer as it should."""


class EncoderError(FaqSearchError):
    """An encoder does not give the vectors it should. Raised while documents are indexed; a search goes on by words alone."""


class IndexStorageError(FaqSearchError):
    """Something is wrong with the index's place or files."""


class IndexExistsError(IndexStorageError):
    """``create`` found an index already there."""


class IndexNotFoundError(IndexStorageError):
    """``open`` found no index."""


class IndexLockedError(IndexStorageError):
    """Another writer is at work; the message says who, as far as it is known."""


class IndexCorruptError(IndexStorageError):
    """A file of the index is damaged; the message names it and what to do."""


class IndexFormatError(IndexStorageError):
    """The index has another format version than this version of faqsearch reads."""


class AnalyzerMismatchError(IndexStorageError):
    """Kiwi, its model, the options, user words or the encoder differ from those the index was made with."""
