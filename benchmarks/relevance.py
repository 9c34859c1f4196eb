"""Who ranks best, on every judged set there is, and is the difference more than luck? faqsearch beside the peers.

Sets: the folder given by --data, both halves of ``data/``, with --fetch the registered ones (``registered.py``). Of a set 600
queries are drawn (``random.Random(7)`` over the sorted ids); nothing is ever chosen on them, nor on the held-back half.
nDCG@10, RR@10 and R@10 with bootstrap intervals; the paired difference to every other engine with its interval and the p of a
randomisation test; all by kind of query, by length, and by overlap, the share of a query's syllable pairs that the best
answer holds (below 0.3 it is asked in other words). Writes figures (JSON), a line a query (TSV), and plots (SVG).
The exit code is 1 where faqsearch lies below another engine by more than the tolerance.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.datasets import Collection, own_collection, public_folder, public_sets
from benchmarks.encoded import encoder
from benchmarks.latency import found_peers
from benchmarks.measure import RESULTS, environment, write
from benchmarks.peers.base import prepare
from benchmarks.plain import TwoChannels, channel
from benchmarks.registered import registered_sets
from benchmarks.relevance_plots import dots_svg
from benchmarks.significance import interval, randomisation
from faqsearch import FaqIndex, IndexOptions
from faqsearch.analysis.grams import bigrams, squeeze
from faqsearch.analysis.normalize import normalize
from faqsearch.evaluation import evaluate_run

EVERYBODY = ("seller", "writer", "driver", "artist")
MEASURES = ("nDCG@10", "RR@10", "R@10", "Judged@5")
OURS, PLAIN = "faqsearch", "plain two channels"
TOLERANCE = 0.003
OTHER_WORDS = 0.3
_DEPTH = 10

Values = Mapping[str, Mapping[str, float]]
"""Query id → measure → value."""


@dataclass(slots=True)
class Judged:
    """A set with the queries that are asked, each in its slices, and what every engine reaches."""

    name: str
    collection: Collection
    queries: dict[str, str]
    slices: dict[str, list[str]]
    overlaps: dict[str, float]
    values: dict[str, Values] = field(default_factory=dict)


def main(arguments: list[str]) -> int:
    """Prints a table a set; 1 where faqsearch is not first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks relevance", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--sets", nargs="*", help="names of public sets, and data (all)")
    parser.add_argument("--fetch", action="store_true", help="fetch the registered public sets too")
    parser.add_argument("--peers", nargs="*", help="files in benchmarks/peers without .py (all that are available)")
    parser.add_argument("--encoders", nargs="*", default=[], choices=("use", "e5"), help="measure re-ranking by meaning too")
    parser.add_argument("--vectors", help="SQLite file that keeps the vectors of encoders between runs")
    parser.add_argument("--queries", type=int, default=600, help="queries of a public set (600)")
    parser.add_argument("--results", default=str(RESULTS), help="folder of what is written")
    options = parser.parse_args(arguments)
    before = environment()
    limits: dict[str, str] = {}
    folder = Path(options.results)
    folder.mkdir(parents=True, exist_ok=True)
    measured: list[Judged] = []
    for collection, halves in collections(options.sets, options.data, fetch=options.fetch, size=options.queries):
        for engine, run in runs(collection, halves, options.peers, options.encoders, options.vectors, limits):
            for half in halves:
                judgements = {id: collection.qrels[id] for id in half.queries}
                half.values[engine] = evaluate_run({id: run[id] for id in half.queries}, judgements, measures=MEASURES).by_query
        for half in halves:
            show(half)
        measured += halves
    if not measured:
        print("no set was measured")
        return 2
    figures = {half.name: summary(half) for half in measured}
    write("relevance", {"figures": figures, "limits": limits}, str(folder / "relevance.json"), before)
    (folder / "relevance-queries.tsv").write_text(lines(measured), encoding="utf-8")
    for measure in ("nDCG@10", "RR@10"):
        svg = dots_svg(
            f"{measure}, with 95 % intervals", {h.name: {e: _interval(h, e, measure) for e in h.values} for h in measured}
        )
        (folder / f"relevance-{measure.replace('@', '-')}.svg").write_text(svg, encoding="utf-8")
    behind = [line for half in measured for line in better(half)]
    print("\nwhere another engine is better:" if behind else "\nno other engine is better on any set")
    for line in behind:
        print(f"  {line}")
    return int(any("beyond the tolerance" in line for line in behind))


def collections(
    names: Sequence[str] | None, data: str | None, *, fetch: bool, size: int
) -> Iterator[tuple[Collection, list[Judged]]]:
    """Every set with what is asked of it: a sample, or both halves of ``data/``."""
    if names is None or "data" in names:
        own, queries = own_collection()
        answerable = [query for query in queries if query.kind != "unanswerable"]
        kinds = {query.id: query.kind for query in answerable}
        yield (
            own,
            [
                _judged(f"data, {half}", own, {q.id: q.text for q in answerable if q.split == half}, kinds)
                for half in ("tuning", "held-back")
            ],
        )
    wanted = tuple(name for name in names if name != "data") if names is not None else None
    sets = public_sets(public_folder(data)) if wanted is None else public_sets(public_folder(data), wanted) if wanted else ()
    for collection in (*sets, *(registered_sets() if fetch else ())):
        yield collection, [_judged(collection.name, collection, collection.sample(size), {})]


def runs(
    collection: Collection,
    halves: Sequence[Judged],
    names: Sequence[str] | None,
    encoders: Sequence[str],
    vectors: str | None,
    limits: dict[str, str],
) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Every engine with the first ten ids it gives for each query."""
    queries = {id: text for half in halves for id, text in half.queries.items()}
    for name in (None, *encoders):
        options = IndexOptions(encoder=None if name is None else encoder(name, vectors))
        with FaqIndex.in_memory(options=options) as index:
            index.sync(collection.documents)
            yield (
                OURS if name is None else f"{OURS} + {name}",
                {
                    id: [hit.document.id for hit in index.search(text, audience=EVERYBODY, per_page=_DEPTH, facets=False)]
                    for id, text in queries.items()
                },
            )
            if name is None:
                plain = TwoChannels(channel(index, "morphemes"), channel(index, "grams")).add(collection.documents)
                yield PLAIN, {id: plain.search(text, _DEPTH) for id, text in queries.items()}
    for peer in found_peers(names, limits):
        prepare(collection.documents)
        peer.build(collection.documents)
        try:
            limits[peer.name] = peer.limits
            yield peer.name, {id: peer.search(text).ids[:_DEPTH] for id, text in queries.items()}
        finally:
            peer.close()


def overlap(query: str, texts: Sequence[str]) -> float:
    """The largest share of the query's syllable pairs that one of ``texts`` holds."""
    asked = set(bigrams(squeeze(normalize(query).text)))
    held = [set(bigrams(squeeze(normalize(text).text))) for text in texts]
    return max((len(asked & some) / len(asked) for some in held), default=0.0) if asked else 0.0


def _judged(name: str, collection: Collection, queries: dict[str, str], kinds: Mapping[str, str]) -> Judged:
    texts = {document.id: f"{document.title}\n{document.body}" for document in collection.documents}
    overlaps = {}
    for id, text in queries.items():
        best = max(collection.qrels[id].values())
        overlaps[id] = overlap(text, [texts[d] for d, grade in collection.qrels[id].items() if grade == best and d in texts])
    slices: dict[str, list[str]] = {"all": list(queries)}
    for kind in sorted(set(kinds.values())):
        slices[f"kind {kind}"] = [id for id in queries if kinds.get(id) == kind]
    for title, low, high in (("up to 10 characters", 0, 10), ("11 to 20 characters", 11, 20), ("more characters", 21, 10**6)):
        slices[title] = [id for id, text in queries.items() if low <= len(text) <= high]
    slices[f"other words (overlap < {OTHER_WORDS})"] = [id for id in queries if overlaps[id] < OTHER_WORDS]
    slices["same words"] = [id for id in queries if overlaps[id] >= OTHER_WORDS]
    return Judged(name, collection, queries, {name: ids for name, ids in slices.items() if ids}, overlaps)


def _interval(half: Judged, engine: str, measure: str, ids: Sequence[str] | None = None) -> tuple[float, float, float]:
    found = interval([half.values[engine][id][measure] for id in ids or half.queries])
    return found.mean, found.low, found.high


def differences(half: Judged, engine: str, other: str, ids: Sequence[str], measure: str = "nDCG@10") -> list[float]:
    """What ``engine`` has more than ``other``, a query."""
    return [half.values[engine][id][measure] - half.values[other][id][measure] for id in ids]


def summary(half: Judged) -> dict[str, object]:
    """The figures of a set: by slice and engine the means, and the paired differences to faqsearch."""
    result: dict[str, object] = {"documents": len(half.collection.documents), "queries": len(half.queries)}
    for name, ids in half.slices.items():
        rows = {}
        for engine in half.values:
            row: dict[str, object] = {measure: _interval(half, engine, measure, ids) for measure in MEASURES}
            if engine != OURS:
                gaps = differences(half, OURS, engine, ids)
                found = interval(gaps)
                row["faqsearch is better by"] = (found.mean, found.low, found.high)
                row["p"] = randomisation(gaps)
            rows[engine] = row
        result[name] = {"queries": len(ids), "engines": rows}
    return result


def show(half: Judged) -> None:
    """Prints a set's engines, then the slices of faqsearch beside the best other lexical engine."""
    print(f"\n{half.name}: {len(half.collection.documents):,} documents, {len(half.queries)} queries")
    print(f"{'':<28}{'nDCG@10 [95 %]':>22}{'RR@10':>8}{'R@10':>8}{'judged@5':>10}{'faqsearch is better by':>28}{'p':>8}")
    for engine in sorted(half.values, key=lambda engine: -_interval(half, engine, "nDCG@10")[0]):
        mean, low, high = _interval(half, engine, "nDCG@10")
        rest = [sum(one[m] for one in half.values[engine].values()) / len(half.queries) for m in MEASURES[1:]]
        line = f"{engine:<28}{f'{mean:.4f} [{low:.3f}, {high:.3f}]':>22}{rest[0]:>8.3f}{rest[1]:>8.3f}{rest[2]:>10.3f}"
        if engine != OURS:
            gaps = differences(half, OURS, engine, list(half.queries))
            line += f"{interval(gaps).points():>28}{randomisation(gaps):>8.4f}"
        print(line)
    shown = [engine for engine in half.values if engine.startswith(OURS)] + [rival(half)]
    print(f"{'':<34}{'queries':>8}" + "".join(f"{engine:>22}" for engine in shown))
    for name, ids in half.slices.items():
        cells = "".join(f"{_interval(half, engine, 'nDCG@10', ids)[0]:>22.4f}" for engine in shown)
        print(f"{name:<34}{len(ids):>8}{cells}", flush=True)


def rival(half: Judged) -> str:
    """The best engine that is not ours."""
    others = [engine for engine in half.values if not engine.startswith(OURS)]
    return max(others, key=lambda engine: _interval(half, engine, "nDCG@10")[0])


def better(half: Judged) -> Iterator[str]:
    """A line for every engine with a higher nDCG@10 than faqsearch, on a set or on one of its slices."""
    for engine in half.values:
        if engine.startswith(OURS):
            continue
        for name, ids in half.slices.items():
            gap = interval(differences(half, engine, OURS, ids))
            if gap.mean > 0:
                beyond = " beyond the tolerance" if name == "all" and gap.mean > TOLERANCE else ""
                yield f"{half.name}, {name} ({len(ids)} queries): {engine} by {gap.points()}{beyond}"


def lines(measured: Sequence[Judged]) -> str:
    """A table with a line for every query and the nDCG@10 of every engine, the most lost to the best other engine first."""
    engines = list(dict.fromkeys(engine for half in measured for engine in half.values))
    rows = ["\t".join(("set", "query", "text", "overlap", *engines))]
    for half in measured:
        best = rival(half)
        for id in sorted(half.queries, key=lambda query: differences(half, OURS, best, [query])[0]):
            cells = [f"{half.values[engine][id]['nDCG@10']:.4f}" if engine in half.values else "" for engine in engines]
            rows.append("\t".join((half.name, id, " ".join(half.queries[id].split()), f"{half.overlaps[id]:.2f}", *cells)))
    return "\n".join(rows) + "\n"
