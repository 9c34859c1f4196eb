"""Does ``confidence`` tell a query without an answer from one that has one? On the judged queries of ``data/``.

A query is flagged where ``confidence`` is not "good". Bars: 80 % of the unanswerable ones flagged, 5 % of the answerable ones;
those in other words than the entry's (kind mismatch) are a row of their own, since their entry holds few of these words.
The rule was chosen on the tuning half, never on the held-back one.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable

from benchmarks.datasets import own_collection
from benchmarks.robustness import EVERYBODY
from faqsearch import FaqIndex

ROWS = {"unanswerable": "unanswerable", "mismatch": "answerable, in other words"}
BARS = {"unanswerable": (0.80, 1.0), "answerable": (0.0, 0.05)}
"""The least and the greatest share flagged."""


def main(arguments: list[str]) -> int:
    """Prints the shares of both halves; 1 where a bar is missed."""
    argparse.ArgumentParser(prog="python -m benchmarks confidence", description=(__doc__ or "").splitlines()[0]).parse_args(
        arguments
    )
    collection, judged = own_collection()
    flagged: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    with FaqIndex.in_memory() as index:
        index.sync(collection.documents)
        for query in judged:
            cell = query.split, ROWS.get(query.kind, "answerable")
            asked[cell] += 1
            flagged[cell] += index.search(query.text, audience=EVERYBODY, facets=False).confidence != "good"
    return int(sum(_show(half, flagged, asked) for half in ("tuning", "held-back")) > 0)


def _show(half: str, flagged: Counter[tuple[str, str]], asked: Counter[tuple[str, str]]) -> int:
    """Prints a half; how many bars it misses."""
    missed = 0
    for row in _rows(asked):
        share = flagged[half, row] / asked[half, row]
        line = f"{half:<10} {row:<27} {flagged[half, row]:>3} of {asked[half, row]:>3} flagged, {share:.1%}"
        if row in BARS:
            low, high = BARS[row]
            missed += not low <= share <= high
            line += f"; bar {f'{low:.0%} or more' if low else f'{high:.0%} or less'}"
            line += ": holds" if low <= share <= high else ": missed"
        print(line)
    return missed


def _rows(asked: Iterable[tuple[str, str]]) -> list[str]:
    return sorted({row for _, row in asked}, reverse=True)
