"""Everything, one measurement after another, then the page: what ``make bench`` runs.

The default set is meant for 30 minutes on two cores: vocabulary of the generator, quality and latency over 1,000 and 10,000
documents, indexing of 10,000, and latency over 100,000 against tantivy only. A step that would go beyond --minutes, by what
such steps took on the machine they were written on, is left out and said to be. ``--full`` has no such bound: every mix,
100,000 documents against every peer but stock Whoosh, indexing of 100,000, and 1,000,000 documents against tantivy.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from tqdm import tqdm

from benchmarks.measure import RESULTS, environment

FAST_PEERS = ("bm25s_engine", "lucene_nori", "sqlite_fts5", "tantivy_engine")


@dataclass(frozen=True, slots=True)
class Step:
    """A measurement in a process of its own; ``minutes`` is what it took, about, on two quiet cores."""

    arguments: tuple[str, ...]
    minutes: float


def steps(full: bool) -> list[Step]:
    """What runs, the most wanted first."""
    mixes = ("--mixes", "all") if full else ()
    some = [
        Step(("corpora", "--documents", "2000", "--json", str(RESULTS / "corpora.json")), 0.5),
        Step(("latency", "--documents", "1000", *mixes), 2),
        Step(("latency", "--documents", "10000", *mixes), 6),
        Step(("indexing", "--documents", "10000"), 3),
        Step(("understanding", "--documents", "10000"), 2),
        Step(("quality",), 3),
        Step(("robustness",), 8),
    ]
    if not full:
        return [*some, Step(("latency", "--documents", "100000", "--queries", "200", "--peers", "tantivy_engine"), 15)]
    return [
        *some,
        Step(("latency", "--documents", "100000", *mixes, "--peers", *FAST_PEERS), 30),
        Step(("indexing", "--documents", "100000"), 30),
        Step(("latency", "--documents", "1000000", "--queries", "200", "--peers", "tantivy_engine"), 300),
    ]


def main(arguments: list[str]) -> int:
    """Runs the steps; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks all", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all mixes and 1,000,000 documents; takes hours")
    parser.add_argument("--minutes", type=float, default=30, help="bound of the default set (30)")
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    options = parser.parse_args(arguments)
    RESULTS.mkdir(parents=True, exist_ok=True)
    print(", ".join(f"{name} {value}" for name, value in environment().items()))
    begun = time.monotonic()
    failed: list[str] = []
    with tqdm(steps(options.full), desc="measurements", unit="step") as bar:
        for step in bar:
            name = " ".join(step.arguments[:3])
            bar.set_postfix_str(name)
            spent = (time.monotonic() - begun) / 60
            if not options.full and spent + step.minutes > options.minutes:
                tqdm.write(f"left out: {name} takes about {step.minutes:g} minutes, {options.minutes - spent:.0f} are left")
                continue
            data = ("--data", options.data) if options.data else ()
            if subprocess.run([sys.executable, "-m", "benchmarks", *step.arguments, *data]).returncode:
                failed.append(name)
    failed += ["report"] if subprocess.run([sys.executable, "-m", "benchmarks", "report"]).returncode else []
    for name in failed:
        print(f"failed: {name}")
    return int(bool(failed))
