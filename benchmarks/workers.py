"""How much memory does each worker of a server take, alone and preloaded before the fork?

Resident (RSS) and proportional (PSS: shared pages divided among those who share them) memory from /proc, after a hundred
searches in each worker. "alone": each worker opens the index itself; "preloaded": the parent opens it, warms up, and forks.
Linux only.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from faqsearch import FaqIndex, read_documents, warm_up

DATA = Path(__file__).parent.parent / "data"


def memory(pid: int | str = "self") -> dict[str, float]:
    """RSS and PSS of a process in MB."""
    values = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        if name in ("Rss", "Pss"):
            values[name.upper()] = int(rest.split()[0]) / 1024
    return values


def forked(work: Callable[[], None]) -> tuple[int, int, int]:
    """(pid, a pipe that tells when ``work`` is done, a pipe to end the child)."""
    done, told = os.pipe()
    wait, end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(done)
        os.close(end)
        work()
        os.write(told, b"x")
        os.read(wait, 1)
        os._exit(0)
    os.close(told)
    os.close(wait)
    return pid, done, end


def measured(workers: int, work: Callable[[], None]) -> list[dict[str, float]]:
    """The memory of each of ``workers`` children once all have worked."""
    children = [forked(work) for _ in range(workers)]
    for _, done, _ in children:
        os.read(done, 1)
    found = [memory(pid) for pid, _, _ in children]
    for pid, done, end in children:
        os.write(end, b"x")  # closing would not do: later children hold a copy of this pipe
        os.waitpid(pid, 0)
        os.close(end)
        os.close(done)
    return found


def searches(index: FaqIndex, queries: list[str]) -> None:
    for query in queries:
        index.search(query)


def main(arguments: list[str]) -> int:
    """Prints MB a worker, alone and preloaded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks workers", description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args(arguments)
    if not sys.platform.startswith("linux"):
        print("skipped: /proc is Linux's")
        return 0
    queries = [json.loads(line)["text"] for line in (DATA / "queries.jsonl").read_text("utf-8").splitlines()][:100]
    with TemporaryDirectory() as folder:
        location = Path(folder) / "help.index"
        pid = os.fork()
        if pid == 0:  # indexing loads Kiwi, which the alone workers must do for themselves
            with FaqIndex.create(location) as index:
                index.sync(read_documents(DATA / "faqs.jsonl"))
            os._exit(0)
        os.waitpid(pid, 0)

        def alone() -> None:
            searches(FaqIndex.open(location, read_only=True), queries)

        print(f"{'':<10} {'workers':>7} {'RSS each':>9} {'PSS each':>9} {'PSS in all':>11}   (MB)")
        show("alone", measured(options.workers, alone))
        opened = FaqIndex.open(location, read_only=True)
        warm_up()
        searches(opened, queries)
        gc.freeze()  # so that collecting does not copy shared pages
        found = measured(options.workers, lambda: searches(opened, queries))
        show("preloaded", found, parent=memory())
    return 0


def show(name: str, found: list[dict[str, float]], parent: dict[str, float] | None = None) -> None:
    every = [*found, parent] if parent else found
    rss, pss = (sum(one[kind] for one in found) / len(found) for kind in ("RSS", "PSS"))
    print(f"{name:<10} {len(found):>7} {rss:>9.0f} {pss:>9.0f} {sum(one['PSS'] for one in every):>11.0f}", flush=True)
