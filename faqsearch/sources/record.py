"""Records: what a reader of a format hands on, and how large one may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from faqsearch import limits
from faqsearch.errors import DocumentError

Record: TypeAlias = tuple[int, Mapping[str, object]]
"""The line or row it begins at (from 1), and the values by column name."""

CHARACTERS = 4 * limits.BODY_BYTES
"""The most that one record may take in a file: a body of full size with its JSON escapes or its markup.

Memory stays bounded by it, whatever a file holds.
"""


def too_large(row: int) -> DocumentError:
    """The error for a record that is beyond ``CHARACTERS``."""
    return DocumentError(
        f"is longer than {CHARACTERS:,} characters: shorten it, or look for a quote or bracket that is never closed", row=row
    )
