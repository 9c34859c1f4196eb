"""What does writing cost, and what does an index weigh? Times beside bare Kiwi, sizes, memory of a reader.

On generated documents (``corpora.py``), default options, an index in a folder:

- ``sync`` of everything ÷ kiwipiepy tokenising the lines of the same titles and bodies in one batch call with the same
  workers, dictionary and match options; Kiwi runs before and after: their mean counts, the ratio to each is shown too. CPU is
  that of all threads. The most private memory on the way, beyond that before (the documents, Kiwi), looked at every 20 ms.
- bytes of the index by file ÷ UTF-8 bytes of titles and bodies
- a sync that changes nothing, and one that changes only views
- upsert of one new document until another process sees it: that process asks for it every 0.2 ms; less the time of
  analysing its text, measured by ``analyze`` just before
- open in a new process, imports and Kiwi aside, then again; ``import faqsearch``; the first and the second query
- private (anonymous) memory of a reader after 200 queries less that of a process with Python, NumPy and Kiwi after the same
  texts; and the pages of mapped files, which readers of one index share among them and with the system's cache
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

from benchmarks.corpora import corpus, requests, sample
from benchmarks.datasets import public_folder
from benchmarks.measure import describe, environment, write
from faqsearch import Document, FaqIndex, warm_up

UPSERTS = 200
READER_QUERIES = 200

_OPEN = """
import json, sys, time
begun = time.perf_counter()
import faqsearch
imported = time.perf_counter()
faqsearch.FaqIndex.in_memory().close()
ready = time.perf_counter()
faqsearch.FaqIndex.open(sys.argv[1], read_only=True).close()
opened = time.perf_counter()
index = faqsearch.FaqIndex.open(sys.argv[1], read_only=True)
again = time.perf_counter()
faqsearch.warm_up()
warm = time.perf_counter()
index.search("환불은 어떻게 받나요")
first = time.perf_counter()
index.search("비밀번호를 바꾸고 싶어요")
second = time.perf_counter()
names = "import faqsearch", "load NumPy, Whoosh", "open", "open again", "load Kiwi", "first query", "second query"
times = begun, imported, ready, opened, again, warm, first, second
print(json.dumps({n: 1000 * (b - a) for n, a, b in zip(names, times, times[1:])}))
"""

_MEMORY = """
def memory():
    import gc, json
    gc.collect()
    with open("/proc/self/smaps_rollup") as file:
        rows = {row[0]: int(row[1]) for row in map(str.split, file) if row[-1] == "kB"}
    return json.dumps([rows["Anonymous:"] / 1024, (rows["Rss:"] - rows["Anonymous:"]) / 1024])
"""

_BARE_MEMORY = (
    _MEMORY
    + """
import json, sys, numpy
from kiwipiepy import Kiwi
kiwi = Kiwi(load_multi_dict=False, num_workers=int(sys.argv[1]))
for query in json.load(sys.stdin):
    kiwi.tokenize(query)
print(memory())
"""
)

_READER_MEMORY = (
    _MEMORY
    + """
import json, sys, faqsearch
index = faqsearch.FaqIndex.open(sys.argv[1], read_only=True)
for query in json.load(sys.stdin):
    index.search(query)
print(memory())
"""
)

_WATCH = """
import sys, time, faqsearch
index = faqsearch.FaqIndex.open(sys.argv[1], read_only=True)
print("ready", flush=True)
for line in sys.stdin:
    id = line.strip()
    while id not in index:
        time.sleep(0.0002)
    print(time.monotonic(), flush=True)
"""


def main(arguments: list[str]) -> int:
    """Prints the figures and writes them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks indexing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--upserts", type=int, default=UPSERTS, help=f"single documents to upsert ({UPSERTS})")
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--json", help="write the figures to this file")
    options = parser.parse_args(arguments)
    before = environment()
    made = sample(corpus(options.documents + options.upserts, public_folder(options.data)), options.documents + options.upserts)
    documents, more = made[: options.documents], made[options.documents :]
    figures: dict[str, Any] = {
        "corpus": describe(documents, f"generated from data/{' and ' + options.data if options.data else ''}")
    }
    with tempfile.TemporaryDirectory(prefix="bench-indexing-") as folder:
        place = Path(folder) / "index"
        figures["indexing"] = _throughput(place, documents)
        figures["size"] = _size(place, figures["corpus"]["utf8_bytes"])
        figures["sync"] = _syncs(place, documents)
        figures["reader"] = _reader(place, documents)
        figures["upsert"] = _upserts(place, more)
        with FaqIndex.open(place, read_only=True) as index:
            figures["after"] = index.stats().to_dict()
    _show(figures)
    write(f"indexing-{options.documents}", figures, options.json, before)
    return 0


def _throughput(place: Path, documents: Sequence[Document]) -> dict[str, Any]:
    warm_up()
    kiwi = _BareKiwi()
    kiwi.tokenize(documents[:500])
    first = _clocked(lambda: kiwi.tokenize(documents))
    with FaqIndex.create(place) as index, tqdm(total=len(documents), desc="sync", unit="doc") as bar, _Memory() as memory:
        ours = _clocked(lambda: index.sync(documents, progress=lambda done, _: bar.update(done - bar.n)))
    last = _clocked(lambda: kiwi.tokenize(documents))
    bare = {what: (first[what] + last[what]) / 2 for what in first}
    return {
        "seconds": ours,
        "kiwi_seconds": bare,
        "kiwi_runs": [first, last],
        "documents_per_second": len(documents) / ours["wall"],
        "memory_mib": memory.most - memory.before,
        "ratio": {what: ours[what] / bare[what] for what in ours},
        "ratio_by_run": {what: [ours[what] / run[what] for run in (first, last)] for what in ours},
    }


class _Memory:
    """MiB of private memory of this process before a block and at most inside it."""

    def __enter__(self) -> _Memory:
        self.before = self.most = self._now()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.02):
            self.most = max(self.most, self._now())

    def _now(self) -> float:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("RssAnon:"))


class _BareKiwi:
    """kiwipiepy as faqsearch sets it up, and nothing else."""

    def __init__(self) -> None:
        from kiwipiepy import Kiwi, Match

        self._kiwi: Any = Kiwi(load_multi_dict=False, num_workers=workers())
        self._options = int(Match.URL | Match.EMAIL | Match.SERIAL | Match.EMOJI | Match.Z_CODA | Match.JOIN_NOUN_PREFIX)
        self._kiwi.tokenize("")

    def tokenize(self, documents: Iterable[Document]) -> int:
        """How many morphemes there are."""
        return sum(len(tokens) for tokens in self._kiwi.tokenize(_lines(documents), match_options=self._options))


def workers() -> int:
    """Threads that faqsearch gives to Kiwi."""
    return min(os.cpu_count() or 1, 4)


def _lines(documents: Iterable[Document]) -> Iterator[str]:
    for document in documents:
        for text in (document.title, document.body):
            yield from (line for line in text.split("\n") if line.strip())


def _size(place: Path, text: int) -> dict[str, Any]:
    files = {path.name: path.stat().st_size for path in sorted(place.rglob("*")) if path.is_file()}
    return {"bytes": sum(files.values()), "files": files, "ratio": sum(files.values()) / text}


def _syncs(place: Path, documents: Sequence[Document]) -> dict[str, Any]:
    """Seconds of syncs, three times each; views are new each time."""
    chance = random.Random(3)
    nothing: list[dict[str, float]] = []
    views: list[dict[str, float]] = []
    with FaqIndex.open(place) as index:
        for _ in range(3):
            changed = [replace(document, views=document.views + chance.randint(1, 1000)) for document in documents]
            views.append(_clocked(lambda changed=changed: index.sync(changed)))  # type: ignore[misc]
            nothing.append(_clocked(lambda changed=changed: index.sync(changed)))  # type: ignore[misc]
    return {"nothing": _medians(nothing), "views": _medians(views)}


def _reader(place: Path, documents: Sequence[Document]) -> dict[str, Any]:
    """Milliseconds of opening, by part, medians of seven processes; MiB of private memory and of mapped files."""
    opened = [json.loads(_python(_OPEN, str(place))) for _ in range(7)]
    queries = json.dumps([request.query for request in requests("long", documents, READER_QUERIES)])
    bare, bare_mapped = json.loads(_python(_BARE_MEMORY, str(workers()), text=queries))
    reader, mapped = json.loads(_python(_READER_MEMORY, str(place), text=queries))
    return {
        "milliseconds": {name: median(row[name] for row in opened) for name in opened[0]},
        "private_mib": {"reader": reader, "Python, NumPy, Kiwi": bare, "difference": reader - bare},
        "mapped_mib": mapped - bare_mapped,
    }


def _upserts(place: Path, documents: Sequence[Document]) -> dict[str, Any]:
    """Milliseconds from the call until another process holds the document, whole and less analysis."""
    visible: list[float] = []
    less: list[float] = []
    segments: list[int] = []
    watcher = subprocess.Popen(
        [sys.executable, "-c", _WATCH, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
    )
    assert watcher.stdin is not None and watcher.stdout is not None
    watcher.stdout.readline()
    with FaqIndex.open(place) as index:
        index.upsert(replace(documents[0], id="warm-up"))
        for document in tqdm(documents, desc="upsert", unit="doc"):
            begun = time.monotonic()
            index.analyze(document.title)
            index.analyze(document.body)
            analysis = time.monotonic() - begun
            watcher.stdin.write(f"{document.id}\n")
            watcher.stdin.flush()
            begun = time.monotonic()
            index.upsert(document)
            seen = float(watcher.stdout.readline()) - begun
            visible.append(seen * 1000)
            less.append((seen - analysis) * 1000)
            segments.append(index.stats().segments)
    watcher.stdin.close()
    watcher.wait()
    return {
        "count": len(documents),
        "visible_ms": _percentiles(visible),
        "less_analysis_ms": _percentiles(less),
        "segments": {"least": min(segments), "most": max(segments)},
    }


def _clocked(function: Callable[[], object]) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    function()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def _medians(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    return {what: median(run[what] for run in runs) for what in runs[0]}


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    ranked = sorted(values)
    return {f"p{p}": ranked[min(len(ranked) - 1, len(ranked) * p // 100)] for p in (50, 90, 99)} | {"max": ranked[-1]}


def _python(code: str, *arguments: str, text: str = "") -> str:
    """What another Python prints."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, env=_environment()).stdout


def _environment() -> dict[str, str]:
    paths = [str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def _show(figures: dict[str, Any]) -> None:
    indexing, size, reader, upsert = figures["indexing"], figures["size"], figures["reader"], figures["upsert"]
    seconds, bare = indexing["seconds"], indexing["kiwi_seconds"]
    by_run = {what: " and ".join(f"{one:.2f}" for one in some) for what, some in indexing["ratio_by_run"].items()}
    rows = [
        ("documents, MB of text", f"{figures['corpus']['documents']:,}, {figures['corpus']['utf8_bytes'] / 1e6:.1f}"),
        (
            "sync, CPU s",
            f"{seconds['cpu']:.1f}; Kiwi alone {bare['cpu']:.1f}; ratio {indexing['ratio']['cpu']:.3f} ({by_run['cpu']})",
        ),
        (
            "sync, wall s",
            f"{seconds['wall']:.1f}; Kiwi alone {bare['wall']:.1f}; ratio {indexing['ratio']['wall']:.3f} ({by_run['wall']})",
        ),
        ("documents a second", f"{indexing['documents_per_second']:.0f}"),
        ("sync, memory at most", f"{indexing['memory_mib']:.0f} MiB more"),
        ("index ÷ text", f"{size['ratio']:.2f}"),
        *((f"  {name}", f"{count / 1e6:.2f} MB") for name, count in size["files"].items()),
        *((f"sync, changing {name}", f"{t['wall']:.3f} s wall, {t['cpu']:.3f} s CPU") for name, t in figures["sync"].items()),
        *((name, f"{value:.1f} ms") for name, value in reader["milliseconds"].items()),
        *((f"private, {name}", f"{value:.1f} MiB") for name, value in reader["private_mib"].items()),
        ("mapped files, difference", f"{reader['mapped_mib']:.1f} MiB"),
        *(
            (f"upsert {what}", ", ".join(f"{name} {value:.1f}" for name, value in upsert[key].items()) + " ms")
            for what, key in (("until visible", "visible_ms"), ("less analysis", "less_analysis_ms"))
        ),
        ("segments on the way", f"{upsert['segments']['least']} to {upsert['segments']['most']}"),
    ]
    for name, value in rows:
        print(f"{name:<28} {value}")
