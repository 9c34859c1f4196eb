"""Which loops over postings are in use: the compiled ones where the package was installed with them, else NumPy's.

Both give the same bits, and are documented in ``posting_lists.py`` and ``score.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from faqsearch.index.segments import posting_lists, score
from faqsearch.index.segments.channel import Channel, Listed, PlainChannel
from faqsearch.index.segments.dictionary import Dictionary
from faqsearch.index.segments.layout import LISTS, SegmentFile
from faqsearch.index.segments.posting_lists import Block, PostingBlocks, PostingSlices
from faqsearch.index.segments.score import Related, Weighted
from faqsearch.native import compiled

postings, matches = compiled("postings"), compiled("matches")

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Kernels(NamedTuple):
    """The loops over the postings of a snapshot."""

    blocks: Callable[[Sequence[Block]], PostingBlocks]
    channel: Callable[[Sequence[Dictionary], Sequence[Listed], Mask | None], Channel]
    added_up: Callable[
        [int, list[tuple[Scores, list[Weighted]]], list[Related], Scores, list[list[PostingSlices]]], tuple[Scores, Mask]
    ]
    selected: Callable[[Scores, Mask, Mask, Mask | None, float], tuple[NDArray[np.int64], float]]
    leading: Callable[[Scores, NDArray[np.int64], int], list[int] | None]


PLAIN = Kernels(posting_lists.Blocks, PlainChannel, score.added_up, score.selected, score.leading)
COMPILED = None
if postings is not None and matches is not None:
    COMPILED = Kernels(postings.Blocks, postings.Channel, postings.added_up, matches.selected, matches.leading)


def kernels(files: Sequence[SegmentFile]) -> Kernels:
    """Those for segments in these files; documents in four bytes, of older versions, are for NumPy."""
    if COMPILED is None or any((file.shape(f"{name}.docs") or ("<u2",))[0] != "<u2" for file in files for name in LISTS):
        return PLAIN
    return COMPILED
