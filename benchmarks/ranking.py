"""What does the ranking cost beyond plain BM25 over two channels, and related words alone? Default weights beside others.

The same generated documents in an index each, the same distinct queries in turn on one CPU, whole requests. Plain: every term
counts alike (no weights by tag, no stop words, no mask of bigrams), no joined and no related words. Bar of plain: 1.10 at p50.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.corpora import MIXES, corpus, requests, sample
from benchmarks.datasets import public_folder
from benchmarks.measure import describe, environment, filled, milliseconds, one_thread, pinned, ratio, turns, write
from faqsearch import Document, FaqIndex, IndexOptions, Ranking

WARM_UP = 20
BAR = 1.10
BASELINES = {
    "plain": Ranking(verb=1, stopword=1, gram_base=1, gram_one=0, gram_both=0, joined=0, related=0),
    "without related words": Ranking(related=0),
}


def main(arguments: list[str]) -> int:
    """Prints a line a mix and writes the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks ranking", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000, help="documents (10000)")
    parser.add_argument("--queries", type=int, default=300, help="distinct queries a mix (300)")
    parser.add_argument("--mixes", nargs="+", choices=list(MIXES), default=["short", "long"], help="(short long)")
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--json", help="write the figures to this file")
    options = parser.parse_args(arguments)
    one_thread()
    documents = sample(corpus(options.documents, public_folder(options.data)), options.documents)
    before = environment()
    figures = measure(documents, options.mixes, options.queries)
    for mix, one in figures.items():
        for baseline, found in one["baselines"].items():
            p50, times = found["ratio_p50"], found["cpu_ms"]
            bar = f"; bar {BAR:.2f}: {'holds' if p50['value'] <= BAR else 'missed'}" if baseline == "plain" else ""
            print(
                f"{mix:<8} CPU p50 {times['default']['p50']:.2f} ms, {baseline} {times['baseline']['p50']:.2f}: "
                f"{p50['value']:.3f} [{p50['low']:.3f}, {p50['high']:.3f}]{bar}"
            )
    described = describe(documents, f"generated from data/{' and ' + options.data if options.data else ''}")
    write("ranking", {"mixes": figures, "corpus": described}, options.json, before)
    return 0


def measure(documents: Sequence[Document], mixes: Sequence[str], count: int) -> dict[str, Any]:
    """By mix and baseline the CPU times of both and their ratio."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-faqsearch-")))
        weights = {"default": Ranking(), **BASELINES}
        for name, one in weights.items():
            _index(folder / name, documents, one)
        stack.enter_context(pinned())
        figures = {}
        for mix in mixes:
            asked = requests(mix, documents, count + WARM_UP)
            found = {}
            for name in BASELINES:  # opened anew, so that neither remembers anything of these queries
                with (
                    FaqIndex.open(folder / "default", read_only=True) as default,
                    FaqIndex.open(folder / name, read_only=True) as baseline,
                ):
                    found[name] = _paired(default, baseline, asked)
            figures[mix] = {"queries": len(asked) - WARM_UP, "baselines": found}
        return figures


def _paired(default: FaqIndex, baseline: FaqIndex, asked: Sequence[Any]) -> dict[str, Any]:
    for request in asked[:WARM_UP]:
        default.search(request.query)
        baseline.search(request.query)
    ours, theirs = turns(
        [(lambda request: default.search(request.query), None), (lambda request: baseline.search(request.query), None)],
        asked[WARM_UP:],
        swap=True,
    )
    return {
        "cpu_ms": {"default": milliseconds(ours.cpu), "baseline": milliseconds(theirs.cpu)},
        "ratio_p50": asdict(ratio(ours.cpu, theirs.cpu, 50)),
    }


def _index(place: Path, documents: Sequence[Document], ranking: Ranking) -> None:
    with FaqIndex.create(place, options=IndexOptions(ranking=ranking)) as index:
        filled(index, documents, place.name)
