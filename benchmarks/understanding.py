"""What do correction and completion cost? By size of the index, on queries of data/'s kind, right and damaged.

- correction: a search with ``correct=True`` paired with ``correct=False`` on the same distinct queries that need no repair
  (those where both find the same and nothing was replaced); the bar is 1.10 for the ratio of the medians
- repaired: a search whose query was damaged by one jamo, and which was searched on another reading; bar: p99 of 5 ms at 10,000
- completion: every state of the input method on the way to the first three syllables of a title's word, distinct; bars: p99 of
  1 ms at 10,000 titles and 5 ms at 100,000. The first completion of a generation, which makes its array, is a row of its own.

CPU time of the process, pinned to one CPU, after a warm-up with other queries.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tqdm import tqdm

from benchmarks.corpora import Request, corpus, requests, sample
from benchmarks.damage import one_typo
from benchmarks.datasets import public_folder
from benchmarks.measure import describe, environment, milliseconds, one_thread, pairs, pinned, ratio, turns, write
from faqsearch import Document, FaqIndex

WARM_UP = 20
BARS = {10_000: 1.0, 100_000: 5.0}
"""Milliseconds of a completion, p99, by titles."""
UNREPAIRED, REPAIRED_MS = 1.10, 5.0
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"


def main(arguments: list[str]) -> int:
    """Prints the figures; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks understanding", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000], help="sizes (10000)")
    parser.add_argument("--titles-only", action="store_true", help="completion alone, over entries without bodies")
    parser.add_argument("--queries", type=int, default=300, help="distinct queries of each kind (300)")
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--json", help="write the figures to this file; one size only")
    options = parser.parse_args(arguments)
    one_thread()
    missed = 0
    for size in options.documents:
        documents = sample(corpus(size, public_folder(options.data)), size)
        if options.titles_only:
            documents = [replace(document, body="") for document in documents]
        before = environment()
        with FaqIndex.in_memory() as index:
            with tqdm(total=len(documents), desc="faqsearch", unit="doc") as bar:
                index.sync(documents, progress=lambda done, _: bar.update(done - bar.n))
            figures = {} if options.titles_only else measure(index, documents, options.queries)
            figures["completion"] = completion(index, documents, options.queries)
        figures["corpus"] = describe(documents, f"generated from data/{' and ' + options.data if options.data else ''}")
        missed += show(size, figures)
        write(f"understanding-{size}", figures, options.json, before)
    return int(missed > 0)


def measure(index: FaqIndex, documents: Sequence[Document], count: int) -> dict[str, Any]:
    """What correction costs."""
    asked = requests("short", documents, 2 * count + WARM_UP)
    right = [one for one in asked if index.search(one.query).correction is None][: count + WARM_UP]
    chance = random.Random(3)
    damaged = [Request(one_typo(one.query, chance)) for one in asked]
    damaged = [one for one in damaged if index.search(one.query).correction is not None]
    with pinned():
        with_it, without = pairs(
            lambda request: index.search(request.query),
            lambda request: index.search(request.query, correct=False),
            right[WARM_UP:],
            warm_up=right[:WARM_UP],
        )
        (repaired,) = turns([(lambda request: index.search(request.query), None)], damaged)
    return {
        "correction": {"queries": len(with_it.cpu), "ratio p50": ratio(with_it.cpu, without.cpu, 50)},
        "repaired": {"queries": len(repaired.cpu), **milliseconds(repaired.cpu)},
    }


def completion(index: FaqIndex, documents: Sequence[Document], count: int) -> dict[str, float]:
    """Milliseconds of a completion, the first of the generation apart."""
    typed = states(documents, count + WARM_UP)
    begun = time.process_time()
    index.complete(typed[0])
    first = time.process_time() - begun
    with pinned():
        (completed,) = turns([(lambda request: index.complete(request.query), None)], [Request(one) for one in typed[WARM_UP:]])
    return {"prefixes": len(completed.cpu), **milliseconds(completed.cpu), "first_ms": first * 1000}


def states(documents: Sequence[Document], count: int) -> list[str]:
    """What stands in the box on the way to words of titles: a key more each time, up to three syllables."""
    chance = random.Random(4)
    found: dict[str, None] = {}
    while len(found) < count:
        words = [word for word in chance.choice(documents).title.split() if all("가" <= one <= "힣" for one in word)]
        word = chance.choice(words)[:3] if words else ""
        for place, syllable in enumerate(word):
            number = ord(syllable) - ord("가")  # Unicode §3.12
            for state in (INITIALS[number // 588], chr(ord(syllable) - number % 28), syllable):
                found[word[:place] + state] = None
    return list(found)[:count]


def show(size: int, figures: dict[str, Any]) -> int:
    """Prints the figures; how many bars are missed."""
    bars: list[tuple[str, float, float | None]] = []
    if "correction" in figures:
        paid, repaired = figures["correction"]["ratio p50"], figures["repaired"]
        bars.append((f"a query that needs no repair, p50 with ÷ without: {paid}", paid.value, UNREPAIRED))
        bars.append((f"a repaired query: {_percentiles(repaired)}", repaired["p99"], REPAIRED_MS))
    completed = figures["completion"]
    text = f"a completion: {_percentiles(completed)}, the first {completed['first_ms']:.0f} ms"
    bars.append((text, completed["p99"], BARS.get(size)))
    print(f"{size:,} documents, CPU ms")
    missed = 0
    for text, value, bar in bars:
        holds = "" if bar is None else f"; bar {bar:g}: {'holds' if value <= bar else 'missed'}"
        missed += bar is not None and value > bar
        print(f"  {text}{holds}")
    return missed


def _percentiles(figures: dict[str, float]) -> str:
    return " / ".join(f"{figures[name]:.2f}" for name in ("p50", "p90", "p99")) + " (p50/p90/p99)"
