"""How long does a full request take, beside other engines?

``FaqIndex.search`` with default options against each peer in ``peers/``, by corpus size and mix of queries (``corpora.py``):
analyse, rank, exact total, category tree, ten titles and snippets with marks. Each peer is paired with faqsearch on distinct
queries, in turn, pinned to one CPU (``measure.py``), in an index opened for that pair, which remembers no term and no document
yet but those of the warm-up. "Top 10" is the share of faqsearch's first ten ids that the peer's hold too; totals differ by
design: faqsearch's default asks for every content word or 0.3 of the best score, peers for any term.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import random
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

from benchmarks import peers as peers_package
from benchmarks.corpora import MIXES, Request, corpus, requests, sample
from benchmarks.datasets import public_folder
from benchmarks.measure import (
    Timed,
    describe,
    environment,
    filled,
    milliseconds,
    one_thread,
    pairs,
    pinned,
    ratio,
    turns,
    write,
)
from benchmarks.peers.base import Peer, PeerPage, prepare
from faqsearch import Document, FaqIndex, SearchResults

DEFAULT_MIXES = ("short", "long")
SLOW = {"stock Whoosh": 60}
"""Peers that get fewer queries, since one takes them long."""
WARM_UP = 20


def main(arguments: list[str]) -> int:
    """Prints a table for each size and writes the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks latency", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000], help="sizes (10000)")
    parser.add_argument("--queries", type=int, default=300, help="distinct queries a mix (300)")
    parser.add_argument("--mixes", nargs="+", choices=[*MIXES, "all"], default=list(DEFAULT_MIXES), help="(short long)")
    parser.add_argument("--peers", nargs="*", help="files in benchmarks/peers without .py (all that are available)")
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--json", help="write the figures to this file; one size only")
    options = parser.parse_args(arguments)
    one_thread()
    mixes = list(MIXES) if "all" in options.mixes else options.mixes
    for size in options.documents:
        documents = sample(corpus(size, public_folder(options.data)), size)
        before = environment()
        figures = measure(documents, mixes, options.queries, options.peers)
        figures["corpus"] = describe(documents, f"generated from data/{' and ' + options.data if options.data else ''}")
        show(figures)
        write(f"latency-{size}", figures, options.json, before)
    return 0


def measure(documents: Sequence[Document], mixes: Sequence[str], count: int, names: Sequence[str] | None) -> dict[str, Any]:
    """All figures of one size."""
    figures: dict[str, Any] = {"mixes": {mix: MIXES[mix] for mix in mixes}, "pairs": [], "stages": [], "limits": {}}
    with tempfile.TemporaryDirectory(prefix="bench-faqsearch-") as folder:
        with FaqIndex.create(Path(folder) / "index") as index:
            filled(index, documents, "faqsearch")
            figures["faqsearch"] = index.stats().to_dict()
        opened = partial(FaqIndex.open, Path(folder) / "index", read_only=True)
        asked = {mix: requests(mix, documents, count + WARM_UP) for mix in mixes}
        for mix in mixes:
            with opened() as index:
                figures["stages"].append(stages(index, mix, asked[mix]))
        for peer in found_peers(names, figures["limits"]):
            prepare(documents)
            print(f"building {peer.name}", flush=True)
            peer.build(documents)
            if (warm := getattr(peer, "warm", None)) is not None:
                warm()
            try:
                figures["limits"][peer.name] = peer.limits
                for mix in mixes:
                    with opened() as index:  # anew, for an index remembers terms and documents of the queries before
                        figures["pairs"].append(pair(index, peer, mix, asked[mix]))
            finally:
                peer.close()
    return figures


def found_peers(names: Sequence[str] | None, limits: dict[str, str]) -> list[Peer]:
    """The peers asked for that are available, not yet built; a line says which are skipped, and why."""
    found: list[Peer] = []
    for module_info in pkgutil.iter_modules(peers_package.__path__):
        if module_info.name == "base" or (names is not None and module_info.name not in names):
            continue
        try:
            module = importlib.import_module(f"{peers_package.__name__}.{module_info.name}")
            reason = module.available()
        except ImportError as error:
            reason = str(error)
        if reason is not None:
            print(f"skipped {module_info.name}: {reason}")
            limits[module_info.name] = f"skipped: {reason}"
            continue
        found += module.peers() if hasattr(module, "peers") else [module.make()]
    return found


def pair(index: FaqIndex, peer: Peer, mix: str, asked: Sequence[Request]) -> dict[str, Any]:
    """Figures of one peer and one mix."""
    process = getattr(peer, "pid", None)
    timed = asked[WARM_UP:][: SLOW.get(peer.name)]
    with tqdm(total=len(timed), desc=f"{peer.name}, {mix}", unit="query") as bar, pinned([process] if process else []):
        ours, theirs = pairs(
            lambda request: ask(index, request),
            lambda request: peer.search(request.query, category=request.category, sort=request.sort, page=request.page),
            timed,
            warm_up=asked[:WARM_UP],
            clock=getattr(peer, "clock", None),
            tick=bar.update,
        )
    return {
        "peer": peer.name,
        "mix": mix,
        "queries": len(timed),
        "cpu": {"faqsearch": milliseconds(ours.cpu), peer.name: milliseconds(theirs.cpu)},
        "wall": {"faqsearch": milliseconds(ours.wall), peer.name: milliseconds(theirs.wall)},
        "ratio": {
            f"{what} p{p}": ratio(left, right, p)
            for what, left, right in (("CPU", ours.cpu, theirs.cpu), ("wall", ours.wall, theirs.wall))
            for p in (50, 90, 99)
        },
        **_agreement(ours, theirs),
    }


def stages(index: FaqIndex, mix: str, asked: Sequence[Request]) -> dict[str, Any]:
    """CPU p50 of a request asked for the first time, of the same again, and of parts of it, by public calls in random order."""
    again: dict[str, Callable[[Request], object]] = {
        "again": lambda request: ask(index, request),
        "analyze": lambda request: index.analyze(request.query),
        "without facets": lambda request: ask(index, request, facets=False),
        "one hit a page": lambda request: ask(index, request, per_page=1),
        "matching any": lambda request: ask(index, request, matching="any"),
    }
    chance = random.Random(mix)
    cpu: dict[str, list[float]] = {"whole": [], **{name: [] for name in again}}
    with pinned():
        for number, request in enumerate(asked):
            order = chance.sample(list(again), len(again))
            for name in ("whole", *order):
                (timed,) = turns([(again.get(name, again["again"]), None)], [request])
                if number >= WARM_UP:
                    cpu[name].append(float(timed.cpu[0]))
    return {"mix": mix, "cpu_p50_ms": {name: median(times) * 1000 for name, times in cpu.items()}}


def ask(index: FaqIndex, request: Request, **options: Any) -> SearchResults:
    """Our request."""
    asked = {"matching": request.matching, **options}
    return index.search(request.query, category=request.category, sort=request.sort, page=request.page, **asked)


def show(figures: dict[str, Any]) -> None:
    """The tables, in the terminal."""
    print(f"\n{figures['corpus']['documents']:,} documents, {figures['corpus']['utf8_bytes'] / 1e6:.1f} MB of text; CPU in ms")
    print(f"{'mix':<10}" + "".join(f"{name:>16}" for name in figures["stages"][0]["cpu_p50_ms"]))
    for row in figures["stages"]:
        print(f"{row['mix']:<10}" + "".join(f"{value:>16.2f}" for value in row["cpu_p50_ms"].values()))
    print(
        f"\n{'peer':<16}{'mix':<10}{'ours p50/p90/p99':>20}{'peer p50/p90/p99':>22}"
        f"{'CPU p50 ratio':>20}{'CPU p99 ratio':>20}{'wall p50':>10}{'p99':>7}{'top 10':>8}{'totals':>14}"
    )
    for row in figures["pairs"]:
        ours, theirs = (" / ".join(f"{v:.2f}" for v in row["cpu"][name].values()) for name in ("faqsearch", row["peer"]))
        rates = row["ratio"]
        print(
            f"{row['peer']:<16}{row['mix']:<10}{ours:>20}{theirs:>22}{rates['CPU p50']!s:>20}{rates['CPU p99']!s:>20}"
            f"{rates['wall p50'].value:>10.2f}{rates['wall p99'].value:>7.2f}{row['top_10']:>8.2f}"
            f"{' / '.join(f'{total:,.0f}' for total in row['totals']):>14}"
        )
    for name, limits in figures["limits"].items():
        print(f"  {name}: {limits}")


def _agreement(ours: Timed[SearchResults], theirs: Timed[PeerPage]) -> dict[str, Any]:
    shares = []
    for page, peer_page in zip(ours.answers, theirs.answers, strict=True):
        ids = {hit.document.id for hit in page.hits}
        if ids:
            shares.append(len(ids & set(peer_page.ids)) / len(ids))
    totals = [median(page.total for page in timed.answers) for timed in (ours, theirs)]
    return {"top_10": sum(shares) / max(1, len(shares)), "totals": totals}
