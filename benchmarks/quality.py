"""How good is the ranking on public judged collections, against plain two-channel BM25?

nDCG@10, RR@10 and R@10 of ``FaqIndex.search`` with default options on 600 sampled queries a set (``random.Random(7)`` over
the sorted ids), by ``faqsearch.evaluate``. Plain: morphemes + 0.5 · bigrams by BM25, title twice in one field (``plain.py``),
on the same samples. Weights were chosen on other queries of the same sets, never on these.
"""

from __future__ import annotations

import argparse
import json

from benchmarks.datasets import public_folder, public_sets
from benchmarks.plain import TwoChannels, channel
from faqsearch import FaqIndex, evaluate
from faqsearch.evaluation import evaluate_run

TOLERANCE = 0.003


def main(arguments: list[str]) -> int:
    """Prints a line a set; 1 where a set lies below its bar by more than the tolerance."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks quality", description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--queries", type=int, default=600, help="queries sampled a set (600)")
    parser.add_argument("--json", help="also write the figures to this file")
    options = parser.parse_args(arguments)
    print(f"{'set':<22} {'documents':>9} {'queries':>7} {'nDCG@10':>8} {'RR@10':>7} {'R@10':>7} {'plain':>7} {'gain':>7}")
    figures = {}
    below = False
    for collection in public_sets(public_folder(options.data)):
        with FaqIndex.in_memory() as index:
            index.sync(collection.documents)
            queries = collection.sample(options.queries)
            means = evaluate(index, queries, collection.qrels).means
            ranking = TwoChannels(channel(index, "morphemes"), channel(index, "grams")).add(collection.documents)
            run = {id: ranking.search(text) for id, text in queries.items()}
        bar = evaluate_run(run, {id: collection.qrels[id] for id in queries}).means["nDCG@10"]
        gain = means["nDCG@10"] - bar
        below |= gain < -TOLERANCE
        figures[collection.name] = dict(means)
        print(
            f"{collection.name:<22} {len(collection.documents):>9,} {options.queries:>7} {means['nDCG@10']:>8.4f} "
            f"{means['RR@10']:>7.4f} {means['R@10']:>7.4f} {bar:>7.3f} {gain:>+7.3f}",
            flush=True,
        )
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=2)
    return int(below)
