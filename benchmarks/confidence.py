"""Does ``confidence`` tell a query without an answer from one that has one? On the queries of ``data/``.

A query is flagged where ``confidence`` is not "good". Bars: 80 % of the unanswerable ones flagged, 5 % of the answerable ones;
those in other words than the entry's (kind mismatch) are a row of their own, since their entry holds few of these words.
The rule was chosen on ``data/confidence.jsonl``, the development set, and checked on the tuning half, never on the held-back
one. The development set is the hardest: most of its unanswerable queries name a thing of the service and miss by little.
"""

from __future__ import annotations

import argparse
from collections import Counter

from benchmarks.datasets import confidence_queries, own_collection
from benchmarks.robustness import EVERYBODY
from faqsearch import FaqIndex

ROWS = {"unanswerable": "unanswerable", "mismatch": "answerable, in other words"}
BARS = {"unanswerable": (0.80, 1.0), "answerable": (0.0, 0.05)}
"""The least and the greatest share flagged."""


def main(arguments: list[str]) -> int:
    """Prints the shares of each set; 1 where a bar is missed."""
    argparse.ArgumentParser(prog="python -m benchmarks confidence", description=(__doc__ or "").splitlines()[0]).parse_args(
        arguments
    )
    collection, judged = own_collection()
    flagged: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    with FaqIndex.in_memory() as index:
        index.sync(collection.documents)
        for query in (*judged, *confidence_queries()):
            cell = query.split, ROWS.get(query.kind, "answerable")
            asked[cell] += 1
            flagged[cell] += index.search(query.text, audience=EVERYBODY, facets=False).confidence != "good"
    return int(sum(_show(half, flagged, asked) for half in ("development", "tuning", "held-back")) > 0)


def _show(half: str, flagged: Counter[tuple[str, str]], asked: Counter[tuple[str, str]]) -> int:
    """Prints a set of queries; how many bars it misses."""
    missed = 0
    for row in sorted((row for split, row in asked if split == half), reverse=True):
        share = flagged[half, row] / asked[half, row]
        line = f"{half:<11} {row:<27} {flagged[half, row]:>3} of {asked[half, row]:>3} flagged, {share:.1%}"
        if row in BARS:
            low, high = BARS[row]
            missed += not low <= share <= high
            line += f"; bar {f'{low:.0%} or more' if low else f'{high:.0%} or less'}"
            line += ": holds" if low <= share <= high else ": missed"
        print(line)
    return missed
