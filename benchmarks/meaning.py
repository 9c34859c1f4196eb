"""What does re-ranking by meaning cost? A search with an encoder beside one without, its encoding apart, and indexing.

The same generated documents in an index without an encoder and in one with each; the same distinct short queries in turn
(``measure.py``), wall time, since e5 computes in a process of its own. "Encoding" is the encoder's call alone, "the rest" what
stays of the difference: the lower floor, which lets more documents match, and ordering the first 60 anew. One thread each.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpora import corpus, requests, sample
from benchmarks.datasets import public_folder
from benchmarks.encoded import encoder
from benchmarks.measure import describe, environment, filled, milliseconds, one_thread, pinned, turns, write
from faqsearch import Document, FaqIndex, IndexOptions

WARM_UP = 20


def main(arguments: list[str]) -> int:
    """Prints a line an encoder and writes the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks meaning", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000, help="documents (1000)")
    parser.add_argument("--queries", type=int, default=200, help="distinct queries (200)")
    parser.add_argument("--encoders", nargs="+", default=["use"], choices=("use", "e5"), help="(use)")
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--json", help="write the figures to this file")
    options = parser.parse_args(arguments)
    one_thread()
    documents = sample(corpus(options.documents, public_folder(options.data)), options.documents)
    before = environment()
    figures = {name: measure(documents, name, options.queries) for name in options.encoders}
    for name, one in figures.items():
        show(name, one)
    described = describe(documents, f"generated from data/{' and ' + options.data if options.data else ''}")
    write("meaning", {"encoders": figures, "corpus": described}, options.json, before)
    return 0


def measure(documents: Sequence[Document], name: str, count: int) -> dict[str, Any]:
    """The figures of one encoder."""
    made = encoder(name, None)
    asked = requests("short", documents, count + WARM_UP)
    with tempfile.TemporaryDirectory(prefix="bench-faqsearch-") as folder:
        plain, plain_seconds = _indexed(Path(folder) / "plain", documents, IndexOptions(), "without")
        meant, meant_seconds = _indexed(Path(folder) / "meant", documents, IndexOptions(encoder=made), name)
        with plain, meant, pinned():
            for request in asked[:WARM_UP]:
                plain.search(request.query)
                meant.search(request.query)
            without, encoding, whole = turns(
                [
                    (lambda request: plain.search(request.query), None),
                    (lambda request: made.queries([request.query]), None),
                    (lambda request: meant.search(request.query), None),
                ],
                asked[WARM_UP:],
            )
            grown = meant.stats().size_bytes - plain.stats().size_bytes
    return {
        "queries": count,
        "wall_ms": {
            "without": milliseconds(without.wall),
            "encoding": milliseconds(encoding.wall),
            "the rest": milliseconds(whole.wall - without.wall - encoding.wall),
            "with": milliseconds(whole.wall),
        },
        "indexing_ms_a_document": (meant_seconds - plain_seconds) / len(documents) * 1000,
        "bytes_a_document": grown / len(documents),
    }


def show(name: str, figures: dict[str, Any]) -> None:
    """The figures of one encoder, in the terminal."""
    print(f"{name}, wall ms p50 / p90 / p99 of {figures['queries']} queries")
    for what, times in figures["wall_ms"].items():
        print(f"  {what:<10}" + " / ".join(f"{value:.2f}" for value in times.values()))
    print(
        f"  indexing: {figures['indexing_ms_a_document']:.0f} ms and {figures['bytes_a_document']:,.0f} bytes a document more"
    )


def _indexed(place: Path, documents: Sequence[Document], options: IndexOptions, label: str) -> tuple[FaqIndex, float]:
    """(an index of the documents, the seconds it took)."""
    index = FaqIndex.create(place, options=options)
    return index, filled(index, documents, label)
