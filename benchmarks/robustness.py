"""What is left of the ranking when queries are damaged, and does repair harm what was right? Beside other engines.

nDCG@10 of ``FaqIndex.search`` on the queries of ``data/`` that are not damaged already (each half; every audience) and on 600
sampled queries of welfare-qa, clean and damaged with a fixed seed (``damage.py``): with ``correct=True``, with
``correct=False``, and of every peer on the same texts. Nothing is tuned on the held-back half nor on the default sample of
welfare-qa: ``--sample B`` draws another, and ``--seed`` damages otherwise. The exit code is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Mapping, Sequence

from benchmarks.damage import DAMAGES, damaged
from benchmarks.datasets import Collection, own_collection, public_folder, public_sets
from benchmarks.latency import found_peers
from benchmarks.measure import environment, write
from benchmarks.peers.base import prepare
from faqsearch import FaqIndex
from faqsearch.evaluation import evaluate_run

EVERYBODY = ("seller", "writer", "driver", "artist")
DAMAGED_KINDS = frozenset({"typo", "initials", "keyboard", "unanswerable"})
BARS = {
    "data": {"NFD": 0.0, "keyboard": 1.5, "no blanks": 1.0, "one typo": 6.0},
    "welfare-qa": {"NFD": 0.0, "keyboard": 0.5, "no blanks": 1.0, "one typo": 3.0},
}
"""Points of nDCG@10 (hundredths) that a damage may cost."""

Search = Callable[[str], Sequence[str]]


def main(arguments: list[str]) -> int:
    """Prints a table for each set; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks robustness", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--peers", nargs="*", help="files in benchmarks/peers without .py (all that are available)")
    parser.add_argument("--queries", type=int, default=600, help="queries of a public set (600)")
    parser.add_argument("--sample", choices=("A", "B"), default="A", help="A is reported; choose rules on B")
    parser.add_argument("--seed", type=int, default=11, help="of the damage (11)")
    parser.add_argument("--json", help="write the figures to this file")
    options = parser.parse_args(arguments)
    before = environment()
    own, judged = own_collection()
    figures: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    limits: dict[str, str] = {}
    halves = {
        f"data, {half}": {q.id: q.text for q in judged if q.split == half and q.kind not in DAMAGED_KINDS}
        for half in ("tuning", "held-back")
    }
    figures.update(measure(own, halves, options.seed, options.peers, limits))
    for collection in public_sets(public_folder(options.data), ("welfare-qa",)):
        queries = sampled(collection, options.queries, options.sample)
        figures.update(measure(collection, {collection.name: queries}, options.seed, options.peers, limits))
    missed = False
    for name, rows in figures.items():
        missed |= show(name, rows)
    write("robustness", {"figures": figures, "limits": limits}, options.json, before)
    return int(missed)


def sampled(collection: Collection, size: int, sample: str) -> dict[str, str]:
    """Sample A of every figure, or as many of the others."""
    chosen = collection.sample(size)
    if sample == "A":
        return chosen
    others = sorted(set(collection.queries) - set(chosen))
    return {id: collection.queries[id] for id in random.Random(13).sample(others, min(size, len(others)))}


def measure(
    collection: Collection,
    sets: Mapping[str, dict[str, str]],
    seed: int,
    names: Sequence[str] | None,
    limits: dict[str, str],
) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Set of queries → damage ("clean" first) → engine → nDCG@10 and the share of queries whose words were replaced."""
    asked = {
        name: {"clean": queries, **{damage: damaged(queries, damage, seed) for damage in DAMAGES}}
        for name, queries in sets.items()
    }
    figures: dict[str, dict[str, dict[str, dict[str, float]]]] = {name: {d: {} for d in some} for name, some in asked.items()}

    def score(engine: str, search: Search) -> None:
        for name, some in asked.items():
            for damage, queries in some.items():
                run = {id: search(text) for id, text in queries.items()}
                figures[name][damage][engine] = {"nDCG@10": _ndcg(run, collection)}

    with FaqIndex.in_memory() as index:
        index.sync(collection.documents)
        replaced: list[bool] = []

        def ours(query: str, *, correct: bool) -> list[str]:
            results = index.search(query, audience=EVERYBODY, facets=False, correct=correct)
            replaced.append(results.correction is not None)
            return [hit.document.id for hit in results]

        score("faqsearch", lambda query: ours(query, correct=True))
        at = 0
        for name, some in asked.items():
            for damage, queries in some.items():
                figures[name][damage]["faqsearch"]["replaced"] = sum(replaced[at : at + len(queries)]) / len(queries)
                at += len(queries)
        score("correct=False", lambda query: ours(query, correct=False))
    for peer in found_peers(names, limits):
        prepare(collection.documents)
        peer.build(collection.documents)
        try:
            limits[peer.name] = peer.limits
            score(peer.name, lambda query, peer=peer: peer.search(query).ids)  # type: ignore[misc]
        finally:
            peer.close()
    return figures


def show(name: str, rows: Mapping[str, Mapping[str, Mapping[str, float]]]) -> bool:
    """Prints a set's table and its bars; True where a bar is missed."""
    engines = list(rows["clean"])
    print(f"\n{name}: nDCG@10, and what a damage costs in points")
    print(f"{'':<14}" + "".join(f"{engine:>22}" for engine in engines) + f"{'replaced':>10}{'bar':>7}")
    bars = BARS[name.partition(",")[0]]
    missed = []
    for damage, row in rows.items():
        cells = []
        for engine in engines:
            value, clean = row[engine]["nDCG@10"], rows["clean"][engine]["nDCG@10"]
            cells.append(f"{value:>15.4f}" + (f"{(value - clean) * 100:>+7.2f}" if damage != "clean" else " " * 7))
        bar = bars.get(damage)
        lost = (rows["clean"]["faqsearch"]["nDCG@10"] - row["faqsearch"]["nDCG@10"]) * 100
        if bar is not None and lost > bar + 1e-9:
            missed.append(f"{damage} costs {lost:.2f} points, at most {bar:g} allowed")
        print(
            f"{damage:<14}{''.join(cells)}{row['faqsearch']['replaced']:>10.3f}" + (f"{-bar:>7.1f}" if bar is not None else "")
        )
    gain = (rows["clean"]["faqsearch"]["nDCG@10"] - rows["clean"]["correct=False"]["nDCG@10"]) * 100
    if gain < -1e-9:
        missed.append(f"repair costs clean queries {-gain:.2f} points")
    print("bars: " + ("; ".join(missed) if missed else "all met"))
    return bool(missed)


def _ndcg(run: Mapping[str, Sequence[str]], collection: Collection) -> float:
    judgements = {id: collection.qrels[id] for id in run}
    return evaluate_run(run, judgements, measures=("nDCG@10",)).means["nDCG@10"]
