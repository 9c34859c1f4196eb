"""How much does the method itself vary? FaqIndex.search against itself, which must give a ratio of 1.

And the method: two engines answer the same distinct requests in turn in one process, the second of a pair first in every
other pair, after a warm-up with other requests; all threads stand on one CPU. Wall time is ``perf_counter``; CPU time is that
of the whole process, native threads too. Ratios of percentiles have a 95 % interval by bootstrap over requests (both engines'
times of a request are drawn together), 1,000 rounds. An engine in a process of its own may say itself what a request took it,
by a ``Clock``: then neither the pipe nor what its process does besides is counted.
"""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import json
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.corpora import Request, corpus, requests, sample
from benchmarks.datasets import public_folder
from faqsearch import Document, FaqIndex, native

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "RAYON", "OPENBLAS", "MKL")}
PACKAGES = ("kiwipiepy", "kiwipiepy_model", "numpy", "whoosh-reloaded", "tantivy", "bm25s")
RESULTS = Path(__file__).parent / "results"
ROUNDS = 1000

T = TypeVar("T")
U = TypeVar("U")
Times: TypeAlias = NDArray[np.float64]
Clock: TypeAlias = Callable[[], tuple[float, float]]
"""(wall, CPU) seconds of the last request, by the engine's own account."""


@dataclass(frozen=True, slots=True)
class Timed(Generic[T]):
    """Seconds of each request, ``(n,) float64``, and the last answers of each."""

    wall: Times
    cpu: Times
    answers: list[T]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One engine's percentile through another's, with the interval it lies in at 95 %."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}–{self.high:.2f}]"


def one_thread() -> None:
    """Starts this program again with libraries held to one thread, where it was started without."""
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        os.environ.update(ONE_THREAD)
        os.execv(sys.executable, sys.orig_argv[:1] + sys.orig_argv[1:])


@contextmanager
def pinned(processes: Sequence[int] = ()) -> Iterator[int | None]:
    """All threads of this process and of ``processes`` on the CPU least busy just now; None where that is not possible."""
    if not hasattr(os, "sched_setaffinity") or not Path("/proc/self/task").is_dir():
        yield None
        return
    before = os.sched_getaffinity(0)
    cpu = _idlest(before)
    gc.collect()
    gc.freeze()  # what was built stays; collections while measuring look at new values only, for every engine
    _affinity(processes, {cpu})
    try:
        yield cpu
    finally:
        _affinity(processes, before)
        gc.unfreeze()


def pairs(
    left: Callable[[Request], T],
    right: Callable[[Request], U],
    asked: Sequence[Request],
    *,
    warm_up: Sequence[Request] = (),
    clock: Clock | None = None,
    tick: Callable[[], object] = lambda: None,
) -> tuple[Timed[T], Timed[U]]:
    """Both engines' times for the same requests, in turn, each first in every other pair; ``clock``: that of the right one."""
    for request in warm_up:
        left(request)
        right(request)
    one, other = turns([(left, None), (right, clock)], asked, swap=True, tick=tick)
    return one, other


def turns(
    functions: Sequence[tuple[Callable[[Request], Any], Clock | None]],
    asked: Sequence[Request],
    *,
    swap: bool = False,
    tick: Callable[[], object] = lambda: None,
) -> list[Timed[Any]]:
    """The times of each (function, its clock or None for those of this process), all asked one request before the next."""
    made: list[tuple[list[float], list[float], list[Any]]] = [([], [], []) for _ in functions]
    for number, request in enumerate(asked):
        order = list(zip(functions, made, strict=True))
        for (function, clock), (wall, cpu, answers) in reversed(order) if swap and number % 2 else order:
            begun, cpu_begun = time.perf_counter(), time.process_time()
            answer = function(request)
            took = time.perf_counter() - begun, time.process_time() - cpu_begun
            for times, one in zip((wall, cpu), took if clock is None else clock(), strict=True):
                times.append(one)
            answers.append(answer)
        tick()
    return [Timed(np.array(wall), np.array(cpu), answers) for wall, cpu, answers in made]


def ratio(ours: Times, theirs: Times, percentile: float, *, seed: int = 5) -> Ratio:
    """Percentile of ``ours`` through that of ``theirs``."""
    drawn = np.random.default_rng(seed).integers(0, len(ours), (ROUNDS, len(ours)))
    rounds = np.percentile(ours[drawn], percentile, axis=1) / np.percentile(theirs[drawn], percentile, axis=1)
    low, high = np.percentile(rounds, [2.5, 97.5])
    value = np.percentile(ours, percentile) / np.percentile(theirs, percentile)
    return Ratio(float(value), float(low), float(high))


def milliseconds(times: Times) -> dict[str, float]:
    """p50, p90 and p99 in milliseconds."""
    return {f"p{p}": float(np.percentile(times, p)) * 1000 for p in (50, 90, 99)}


def environment() -> dict[str, Any]:
    """Machine, versions and load, now."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "cpu": _cpu_name(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "faqsearch": native.how(),
        "sqlite": sqlite3.sqlite_version,
        "load": [round(one, 2) for one in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        **{name: version for name in PACKAGES if (version := _version(name))},
    }


def describe(documents: Sequence[Document], origin: str) -> dict[str, Any]:
    """What a corpus is: where from, how many, how large."""
    size = sum(len(d.title.encode()) + len(d.body.encode()) for d in documents)
    return {
        "origin": origin,
        "documents": len(documents),
        "utf8_bytes": size,
        "characters": sum(len(d.body) for d in documents),
    }


def write(name: str, figures: Mapping[str, Any], file: str | None, before: Mapping[str, Any]) -> Path:
    """Figures as JSON, in ``file`` or under results/, with the environment before and after."""
    path = Path(file) if file else RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    after = environment()
    content = {"name": name, "before": dict(before), "load_after": after["load"], "finished": after["time"], **figures}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, default=_plain), encoding="utf-8")
    print(f"load {before['load']} before, {after['load']} after; figures in {path}")
    return path


def main(arguments: list[str]) -> int:
    """Prints the ratios of an engine to itself."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks measure", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    options = parser.parse_args(arguments)
    one_thread()
    documents = sample(corpus(options.documents, public_folder(options.data)), options.documents)
    with FaqIndex.in_memory() as index:
        index.sync(documents)
        asked = requests("long", documents, options.queries + 20)

        def search(request: Request) -> object:
            return index.search(request.query)

        with pinned():
            one, other = pairs(search, search, asked[20:], warm_up=asked[:20])
    for what, left, right in (("CPU", one.cpu, other.cpu), ("wall", one.wall, other.wall)):
        print(what, *(f"p{p} {ratio(left, right, p)}" for p in (50, 90, 99)), sep="   ")
    return 0


def _affinity(processes: Sequence[int], cpus: set[int]) -> None:
    for process in (os.getpid(), *processes):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):
                os.sched_setaffinity(int(thread.name), cpus)


def _idlest(cpus: set[int]) -> int:
    before = _idle()
    time.sleep(0.3)
    after = _idle()
    return max(cpus, key=lambda cpu: after.get(cpu, 0) - before.get(cpu, 0))


def _idle() -> dict[int, int]:
    lines = [line.split() for line in Path("/proc/stat").read_text().splitlines()]
    return {int(line[0][3:]): int(line[4]) for line in lines if line[0][:3] == "cpu" and line[0] != "cpu"}


def _cpu_name() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _plain(value: object) -> Any:
    if isinstance(value, Ratio):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def filled(index: FaqIndex, documents: Sequence[Document], label: str) -> float:
    """Puts the documents into an index, with a progress bar; the seconds it took."""
    begun = time.perf_counter()
    with tqdm(total=len(documents), desc=label, unit="doc") as bar:
        index.sync(documents, progress=lambda done, _: bar.update(done - bar.n))
    return time.perf_counter() - begun
