"""What is in ``data/``, and how hard is it? Counts, lengths, vocabulary growth, and plain rankings on each half and kind.

The rankings are BM25 over one field (title twice, then body; k1 1.2, b 0.75) by five ways of cutting text into terms, and
``FaqIndex.search`` with default options and every audience. "judged" is the share of the first 5 and 10 places that were
judged; what was not judged counts as of no help.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.datasets import Collection, JudgedQuery, own_collection
from benchmarks.plain import PlainBM25, channel, word_bigrams, words
from faqsearch import Document, FaqIndex
from faqsearch.evaluation import evaluate_run

Run = Mapping[str, Sequence[str]]
EVERYBODY = ("seller", "writer", "driver", "artist")
DEPTH = 10


def main(arguments: list[str]) -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks collection", description=__doc__.splitlines()[0])
    parser.add_argument("--json", help="also write the figures to this file")
    options = parser.parse_args(arguments)
    collection, queries = own_collection()
    _describe(collection.documents, queries)
    with FaqIndex.in_memory() as index:
        index.sync(collection.documents)
        _vocabulary(index, collection.documents)
        figures = _difficulty(collection, queries, rankings(index, collection))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, ensure_ascii=False, indent=2)
    return 0


def rankings(index: FaqIndex, collection: Collection) -> dict[str, Run]:
    """The first ten ids for every query, by each ranking."""
    documents = collection.documents
    morphemes = channel(index, "morphemes")
    engines = {
        "words": PlainBM25(words),
        "word bigrams": PlainBM25(word_bigrams),
        "morphemes": PlainBM25(morphemes),
        "bigrams": PlainBM25(channel(index, "grams")),
        "title only": PlainBM25(morphemes, titles=1, bodies=0),
    }
    runs: dict[str, Run] = {}
    for name, engine in engines.items():
        engine.add(documents)
        runs[name] = {id: engine.search(text, DEPTH) for id, text in collection.queries.items()}
    runs["faqsearch"] = {
        id: [hit.document.id for hit in index.search(text, audience=EVERYBODY, per_page=DEPTH, facets=False)]
        for id, text in collection.queries.items()
    }
    return runs


def _describe(documents: Sequence[Document], queries: Sequence[JudgedQuery]) -> None:
    print(f"{len(documents)} entries, {len(queries)} queries\n")
    services = Counter(document.category[0] for document in documents)
    print("entries by service:", ", ".join(f"{name} {count}" for name, count in services.most_common()))
    print("entries by device: ", ", ".join(f"{n} {c}" for n, c in Counter(d.category[2] for d in documents).most_common()))
    print("categories:        ", len({document.category for document in documents}), "paths")
    lengths = sorted(len(document.body) for document in documents)
    marks = [lengths[int(share * (len(lengths) - 1))] for share in (0, 0.1, 0.5, 0.9, 1)]
    print("body length:       ", "least, 10 %, median, 90 %, most =", ", ".join(map(str, marks)))
    print(f"query length:       median {statistics.median(len(query.text) for query in queries):g} code points\n")
    print(f"{'kind':<14} {'tuning':>7} {'held-back':>10}")
    kinds = Counter((query.kind, query.split) for query in queries)
    for kind in sorted({query.kind for query in queries}):
        print(f"{kind:<14} {kinds[kind, 'tuning']:>7} {kinds[kind, 'held-back']:>10}")


def _vocabulary(index: FaqIndex, documents: Sequence[Document]) -> None:
    """Vocabulary growth, with the exponent of Heaps' law between the first and the last row."""
    print(f"\n{'entries':>8} {'tokens':>9} {'distinct terms':>15}")
    seen: set[str] = set()
    tokens = 0
    points = []
    steps = {len(documents) * part // 8 for part in range(1, 9)}
    for number, document in enumerate(documents, 1):
        terms = [t.term for text in (document.title, document.body) for t in index.analyze(text) if t.channel == "morphemes"]
        tokens += len(terms)
        seen.update(terms)
        if number in steps:
            points.append((tokens, len(seen)))
            print(f"{number:>8} {tokens:>9,} {len(seen):>15,}")
    exponent = math.log(points[-1][1] / points[0][1]) / math.log(points[-1][0] / points[0][0])
    print(f"Heaps' law: distinct terms grow as tokens ^ {exponent:.2f}")


def _difficulty(collection: Collection, queries: Sequence[JudgedQuery], runs: Mapping[str, Run]) -> dict[str, dict[str, float]]:
    """nDCG@10 of every ranking by half and kind, and how much of its first places was judged."""
    kinds = sorted({query.kind for query in queries} - {"unanswerable"})
    groups = {
        "all": [q.id for q in queries if q.kind != "unanswerable"],
        **{half: [q.id for q in queries if q.split == half and q.kind != "unanswerable"] for half in ("tuning", "held-back")},
        **{kind: [q.id for q in queries if q.kind == kind] for kind in kinds},
    }
    figures: dict[str, dict[str, float]] = {}
    for name, run in runs.items():
        figures[name] = {group: _ndcg(run, collection, ids) for group, ids in groups.items()}
        for depth in (5, 10):
            figures[name][f"judged@{depth}"] = _judged(run, collection, groups["all"], depth)
    print(f"\nnDCG@10      {'':<2}" + "".join(f"{name:>14}" for name in runs))
    for row in next(iter(figures.values())):
        print(f"{row:<15}" + "".join(f"{figures[name][row]:>14.3f}" for name in runs))
    return figures


def _ndcg(run: Run, collection: Collection, ids: Iterable[str]) -> float:
    wanted = list(ids)
    means = evaluate_run(
        {id: run[id] for id in wanted}, {id: collection.qrels[id] for id in wanted}, measures=("nDCG@10",)
    ).means
    return means["nDCG@10"]


def _judged(run: Run, collection: Collection, ids: Iterable[str], depth: int) -> float:
    places = [(id, document) for id in ids for document in run[id][:depth]]
    return sum(document in collection.qrels[id] for id, document in places) / max(1, len(places))
