"""How many searches a second does the JSON API answer, and where does the time go?

``faqsearch serve`` runs in a process of its own over a generated index, on this machine's loopback only, and is asked
``/api/search`` for distinct queries over connections that are kept open: 1, 8 and 32 of them, 1 and 2 workers, each for
--seconds; then at 8 connections while another process changes one document in a hundred with ``sync``, again and again. The
client is a few lines of asyncio, so that it takes little of the CPUs that it shares with the server. CPU time is that of the
server's processes. Share of search: the answer's ``took_ms``; of serialising: the API's own functions on the same answers, in
this process; HTTP is the rest (parsing, routing, threads, sockets, and the client). Exit code 1: a request failed, or p50 at
one connection and one worker is above the bar.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import fmean
from typing import Any
from urllib.parse import urlencode

import numpy as np

from benchmarks.corpora import Request, corpus, requests, sample
from benchmarks.datasets import public_folder
from benchmarks.measure import describe, environment, write
from faqsearch import Document, FaqIndex

BAR_MS = 3.0
"""p50 of a call at one connection and one worker."""
WRITING_CONNECTIONS = 8
WARM_UP = 50
START_SECONDS = 60.0


@dataclass(slots=True)
class Load:
    """What one setting showed: seconds of each request that was answered, what failed, milliseconds of search of each."""

    wall: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    searched: list[float] = field(default_factory=list)
    bytes: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    commits: int = 0

    def figures(self) -> dict[str, Any]:
        """Milliseconds, and requests a second."""
        wall = np.array(self.wall) * 1000
        return {
            "requests": len(self.wall),
            "failed": len(self.failed),
            "requests_a_second": len(self.wall) / self.seconds,
            "p50_ms": float(np.percentile(wall, 50)),
            "p99_ms": float(np.percentile(wall, 99)),
            "mean_ms": float(wall.mean()),
            "search_mean_ms": fmean(self.searched),
            "server_cpu_ms": self.cpu * 1000 / len(self.wall),
            "bytes": self.bytes / len(self.wall),
            "commits": self.commits,
        }


def main(arguments: list[str]) -> int:
    """Prints a table and writes the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks serve", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000, help="size of the index (10000)")
    parser.add_argument("--seconds", type=float, default=6, help="of each setting, at most 60 (6)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="processes of the server (1 2)")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32], help="kept open at a time (1 8 32)")
    parser.add_argument("--mix", default="short", help="queries as in benchmarks/corpora.py (short)")
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--json", help="write the figures to this file")
    options = parser.parse_args(arguments)
    seconds = min(max(options.seconds, 1.0), 60.0)
    documents = sample(corpus(options.documents, public_folder(options.data)), options.documents)
    asked = requests(options.mix, documents, 2_000)
    before = environment()
    with tempfile.TemporaryDirectory(prefix="bench-faqsearch-") as folder:
        location = Path(folder) / "index"
        with FaqIndex.create(location) as index:
            print(f"indexing {len(documents):,} documents", flush=True)
            index.sync(documents)
        serialising = serialising_ms(location, asked[:300])
        settings = [
            measure(location, workers, count, asked, seconds) for workers in options.workers for count in options.connections
        ]
        settings.append(measure(location, 1, WRITING_CONNECTIONS, asked, max(seconds, 10.0), documents=documents))
    figures = {
        "corpus": describe(documents, f"generated from data/{' and ' + options.data if options.data else ''}"),
        "mix": options.mix,
        "serialising_mean_ms": serialising,
        "settings": settings,
    }
    holds = show(figures)
    write(f"serve-{options.documents}", figures, options.json, before)
    return int(not holds)


def measure(
    location: Path,
    workers: int,
    connections: int,
    asked: Sequence[Request],
    seconds: float,
    *,
    documents: Sequence[Document] = (),
) -> dict[str, Any]:
    """Figures of one setting, from a server of its own; with ``documents`` another process writes meanwhile."""
    with server(location, workers) as (port, processes):
        asyncio.run(drive(port, asked[:WARM_UP], 4 * workers, seconds=30.0, once=True))
        with writer(location, documents) if documents else no_writer() as commits:
            begun, cpu = time.perf_counter(), sum(map(_cpu_seconds, processes))
            load = asyncio.run(drive(port, asked[WARM_UP:], connections, seconds=seconds))
            load.seconds = time.perf_counter() - begun
            load.cpu = sum(map(_cpu_seconds, processes)) - cpu
            load.commits = commits()
    found = {"workers": workers, "connections": connections, "writing": bool(documents), **load.figures()}
    for message in dict.fromkeys(load.failed):
        print(f"  failed: {message}")
    return found


def _cpu_seconds(process: int) -> float:
    """CPU seconds of a process, of threads that have ended too, to the hundredth; 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(location: Path, workers: int) -> Iterator[tuple[int, list[int]]]:
    """(port, processes) of ``faqsearch serve``, warm; it is told to stop at the end."""
    command = ["serve", str(location), "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(
        [sys.executable, "-m", "faqsearch", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert process.stdout is not None
    try:
        said = next((found for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:(\d+)/", line))), None)
        if said is None:
            raise SystemExit("faqsearch serve did not start; run it yourself to see why")
        port = int(said[1])
        drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)  # the access log goes on
        try:
            asyncio.run(ready(port, workers))
            yield port, [process.pid, *children(process.pid)]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
            drain.wait(10)
    finally:
        process.kill()
        process.wait()


def children(process: int) -> list[int]:
    """The processes that one has started, where the system tells."""
    files = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for file in files for child in file.read_text().split()]


async def ready(port: int, workers: int) -> None:
    """Returns when every worker says that it is warm: many new connections in a row are answered by all of them."""
    deadline, needed = time.monotonic() + START_SECONDS, 1 if workers == 1 else 16 * workers
    found = 0
    while found < needed:
        if time.monotonic() > deadline:
            raise SystemExit("faqsearch serve did not become ready")
        try:
            reader, pen = await asyncio.open_connection("127.0.0.1", port)
            status, _ = await exchange(reader, pen, "/readyz")
            pen.close()
            found = found + 1 if status == 200 else 0
        except (OSError, EOFError):
            found = 0
        await asyncio.sleep(0.02)


async def drive(port: int, asked: Sequence[Request], connections: int, *, seconds: float, once: bool = False) -> Load:
    """Asks over so many connections until the time is over (``once``: or each was asked)."""
    load = Load()
    addresses = iter([address(one) for one in asked]) if once else itertools.cycle([address(one) for one in asked])
    end = time.perf_counter() + seconds

    async def connection() -> None:
        reader, pen = await asyncio.open_connection("127.0.0.1", port)
        for path in addresses:
            begun = time.perf_counter()
            if begun >= end:
                break
            try:
                status, body = await exchange(reader, pen, path)
            except (OSError, EOFError, ValueError) as error:
                load.failed.append(f"{type(error).__name__}: {error}")
                pen.close()
                reader, pen = await asyncio.open_connection("127.0.0.1", port)
                continue
            load.wall.append(time.perf_counter() - begun)
            if status != 200:
                load.failed.append(f"status {status}")
                continue
            load.bytes += len(body)
            load.searched.append(float(body[body.rindex(b'"took_ms":') + 10 :].partition(b",")[0]))
        pen.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    return load


async def exchange(reader: asyncio.StreamReader, pen: asyncio.StreamWriter, path: str) -> tuple[int, bytes]:
    """(status, body) of one GET over a connection that stays open."""
    pen.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode("ascii"))
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return int(head[9:12]), body


def address(request: Request) -> str:
    return "/api/search?" + urlencode({"query": request.query})


@contextmanager
def no_writer() -> Iterator[Any]:
    yield lambda: 0


@contextmanager
def writer(location: Path, documents: Sequence[Document]) -> Iterator[Any]:
    """Another process that syncs until the end; what is given tells how many commits there were so far."""
    context = multiprocessing.get_context("spawn")
    stop, begun, count = context.Event(), context.Event(), context.Value("i", 0)
    process = context.Process(target=sync_again_and_again, args=(str(location), documents, stop, begun, count))
    process.start()
    try:
        if not begun.wait(120):
            raise SystemExit("the writing process did not start")
        yield lambda: count.value
    finally:
        stop.set()
        process.join(60)
        if process.is_alive():
            process.kill()
            process.join()
    if process.exitcode:
        raise SystemExit("the writing process failed")


def sync_again_and_again(location: str, documents: Sequence[Document], stop: Event, begun: Event, count: Any) -> None:
    """One document in a hundred has another body in every round; at most two commits a second."""
    with FaqIndex.open(location) as index:
        for round in itertools.count(1):
            changed = [
                replace(document, body=f"{document.body}\n{round}번째로 고친 안내입니다.")
                if not (place + round) % 100
                else document
                for place, document in enumerate(documents)
            ]
            index.sync(changed)
            count.value = round
            begun.set()
            if stop.wait(0.5):
                return


def serialising_ms(location: Path, asked: Sequence[Request]) -> float:
    """Mean milliseconds of making the JSON of an answer."""
    from faqsearch.web.addresses import Addresses
    from faqsearch.web.json_values import json_response, results

    addresses = Addresses("", public="", version="")
    spent = []
    with FaqIndex.open(location, read_only=True) as index:
        for request in asked:
            found = index.search(request.query)
            begun = time.perf_counter()
            body = json_response(results(found, addresses, search_id=None)).body
            spent.append(time.perf_counter() - begun)
            assert json.loads(bytes(body))["total"] == found.total
    return fmean(spent[len(spent) // 10 :]) * 1000


def show(figures: dict[str, Any]) -> bool:
    """The table; whether the bars hold."""
    print(f"\n{figures['corpus']['documents']:,} documents, {figures['mix']} queries; milliseconds")
    print(
        f"{'workers':>7}{'connections':>12}{'requests/s':>12}{'p50':>8}{'p99':>8}{'server CPU':>12}"
        f"{'search':>8}{'serialise':>10}{'HTTP':>8}{'failed':>8}{'commits':>9}"
    )
    serialising = figures["serialising_mean_ms"]
    for row in figures["settings"]:
        parts: tuple[str, ...] = ("", "", "")
        if row["connections"] == 1:  # with more, most of the time is waiting for others
            whole = row["mean_ms"]
            shares = row["search_mean_ms"], serialising, whole - row["search_mean_ms"] - serialising
            parts = tuple(f"{share / whole:.0%}" for share in shares)
        print(
            f"{row['workers']:>7}{row['connections']:>12}{row['requests_a_second']:>12.0f}{row['p50_ms']:>8.2f}{row['p99_ms']:>8.2f}"
            f"{row['server_cpu_ms']:>12.2f}{parts[0]:>8}{parts[1]:>10}{parts[2]:>8}{row['failed']:>8}"
            f"{row['commits'] or '':>9}"
        )
    first = figures["settings"][0]
    failed = sum(row["failed"] for row in figures["settings"])
    below = first["p50_ms"] <= BAR_MS
    print(f"p50 at one connection {first['p50_ms']:.2f} ms, bar {BAR_MS:.1f}: {'holds' if below else 'does not hold'}")
    print(f"failed requests {failed}, bar 0: {'holds' if not failed else 'does not hold'}")
    return below and not failed
