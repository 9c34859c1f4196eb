"""What does a cluster cost beside the embedded index? Latency, the client's share of it, and how fast documents go there.

One node on this machine, one shard, default just-in-time compiler. The same requests go to both indexes in turn in one process,
after a warm-up with other requests; percentiles of wall time in milliseconds (the machine's other load is in them, so the
ratio is what to look at), and CPU time of this process a request, which is the client's. Documents are copied from the embedded
index, so that the rate is that of encoding and bulk requests, without analysis. Sizes are those of a freshly merged index.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import Request, corpus, requests, sample
from benchmarks.datasets import public_folder
from benchmarks.measure import environment
from cluster import VERSIONS, Cluster
from faqsearch import FaqIndex
from faqsearch.index.locations import copy_index
from faqsearch.index.opensearch.client import ClusterClient
from faqsearch.index.opensearch.location import parse_location

_WARM_UP = 50


def main(arguments: list[str]) -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks opensearch", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--version", choices=sorted(VERSIONS), default="2.19", help="of OpenSearch (2.19)")
    parser.add_argument("--heap", default="512m")
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--json", help="also write the figures to this file")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster(Path(folder) / "nodes", options.version, heap=options.heap, quick=False) as cluster,
        FaqIndex.create(Path(folder) / "embedded.index") as embedded,
    ):
        documents = list(corpus(options.documents, public_folder(options.data)))
        embedded.sync(documents)
        location = cluster.location("bench")
        begun = time.perf_counter()
        copy_index(embedded._backend, location)
        copied = time.perf_counter() - begun
        client = ClusterClient(parse_location(location))
        figures: dict[str, Any] = {
            "documents": options.documents,
            "opensearch": options.version,
            "copied_a_second": options.documents / copied,
        }
        figures |= _sizes(client, embedded)
        with FaqIndex.open(location) as index:
            figures |= _vocabulary(index)
            figures |= _latency(
                embedded, index, client, requests("short", sample(documents, 5_000), options.queries + _WARM_UP)
            )
        client.close()
    print(", ".join(f"{name} {value}" for name, value in environment().items()))
    for name, value in figures.items():
        print(f"{name:<28} {value:,.3f}" if isinstance(value, float) else f"{name:<28} {value}")
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return 0


def _sizes(client: ClusterClient, embedded: FaqIndex) -> dict[str, Any]:
    """Bytes a document here and there, after a merge into one segment."""
    name = client.location.name
    client.request("POST", f"/{name}/_flush")
    client.request("POST", f"/{name}/_forcemerge", max_num_segments=1)
    client.request("POST", f"/{name}/_refresh")  # lets go of the segments that were merged
    numbers = client.request("GET", f"/{name}/_stats/docs,store")["_all"]["primaries"]
    count = numbers["docs"]["count"]
    return {
        "bytes_a_document": numbers["store"]["size_in_bytes"] / count,
        "bytes_a_document_embedded": embedded.stats().size_bytes / count,
    }


def _vocabulary(index: FaqIndex) -> dict[str, Any]:
    """How long a process takes to fetch what a generation knows, once, and how much that is."""
    reader = index._backend.reader()
    begun = time.perf_counter()
    terms = reader.statistics().terms
    return {"vocabulary_seconds": time.perf_counter() - begun, **{f"{name}_known": count for name, count in terms.items()}}


def _latency(embedded: FaqIndex, index: FaqIndex, client: ClusterClient, some: list[Request]) -> dict[str, Any]:
    wall: dict[str, list[float]] = {"embedded": [], "cluster": []}
    cpu: dict[str, list[float]] = {"embedded": [], "cluster": []}
    server: list[float] = []
    waits: list[float] = []
    inner = index._backend._client._attempt  # type: ignore[attr-defined]

    def recorded(*arguments: Any) -> Any:
        begun = time.perf_counter()
        answer = inner(*arguments)
        waits.append(1000 * (time.perf_counter() - begun))
        if isinstance(answer, dict):
            server.append(float(answer.get("took", 0)))
        return answer

    index._backend._client._attempt = recorded  # type: ignore[attr-defined]
    same = 0
    for number, request in enumerate(some):
        if number == _WARM_UP:
            server.clear()
            waits.clear()
            for times in (*wall.values(), *cpu.values()):
                times.clear()
        pages = {}
        order = [("embedded", embedded), ("cluster", index)]
        for name, engine in order if number % 2 else reversed(order):
            begun, spent = time.perf_counter(), time.process_time()
            pages[name] = engine.search(request.query, sort=request.sort, category=request.category)
            cpu[name].append(1000 * (time.process_time() - spent))
            wall[name].append(1000 * (time.perf_counter() - begun))
        if number >= _WARM_UP:
            same += [hit.document.id for hit in pages["embedded"]] == [hit.document.id for hit in pages["cluster"]]
    count = len(some) - _WARM_UP
    figures: dict[str, Any] = {"queries": count, "same_ten_hits": same / count}
    for name, times in wall.items():
        figures |= {f"{name}_p50_ms": float(np.percentile(times, 50)), f"{name}_p99_ms": float(np.percentile(times, 99))}
        figures[f"{name}_cpu_ms"] = float(np.median(cpu[name]))
    figures["requests_a_search"] = len(waits) / count
    figures["server_ms_a_search"] = sum(server) / count
    figures["request_ms_a_search"] = sum(waits) / count
    return figures
