"""Whether an index on a cluster is whole: the cluster's health, and every document against what it was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from faqsearch.index.hashes import stored_hash, terms_hash
from faqsearch.index.opensearch.client import ClusterClient
from faqsearch.index.opensearch.codec import decode_analyzed, decode_hashes, encode
from faqsearch.index.opensearch.reader import ClusterReader
from faqsearch.index.opensearch.vectors import NAME, decode_vectors
from faqsearch.results import CheckReport

_MOST_PROBLEMS = 50


def check_cluster(client: ClusterClient, reader: ClusterReader) -> CheckReport:
    """Reads every document; at most 50 problems are named."""
    problems = list(_health(client, reader.state.index))
    documents = tokens = 0
    for hit in reader.sources():
        documents += 1
        tokens += sum(len(hit["_source"].get("tokens", {}).get(field, ())) // 2 for field in ("title", "body"))
        if (problem := document_problem(hit)) is not None and len(problems) < _MOST_PROBLEMS:
            problems.append(problem)
    numbers = reader.statistics()
    counts = {
        "documents": documents,
        "deleted": numbers.deleted,
        "segments": numbers.segments,
        "tokens": tokens,
        "categories": numbers.categories,
    }
    return CheckReport(not problems, tuple(problems), {reader.state.index: numbers.size_bytes}, counts)


def document_problem(hit: Mapping[str, Any]) -> str | None:
    """What is wrong with a stored document, or None."""
    id, source = hit["_id"], hit["_source"]
    try:
        analyzed = decode_analyzed(source)
        decode_vectors(source)
        document = analyzed.document
        if document.id != id or source["id"] != id:
            return f"document {id!r} is stored under another id"
        if decode_hashes(source["hash"]) != (terms_hash(document), stored_hash(document)):
            return f"document {id!r} differs from its hash"
        for name, text, tokens in (("title", document.title, analyzed.title), ("body", document.body, analyzed.body)):
            if any(not 0 <= start <= end <= len(text) for start, end in zip(tokens.starts, tokens.ends, strict=True)):
                return f"document {id!r} has tokens outside its {name}"
        wanted, found = _compared(encode(analyzed)), _compared(source)
        if wanted != found:
            names = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
            return f"document {id!r} has other values in {', '.join(names)} than its text gives"
    except (KeyError, ValueError, TypeError, IndexError) as error:
        return f"document {id!r} cannot be read ({type(error).__name__}: {error})"
    return None


def _compared(source: Mapping[str, Any]) -> dict[str, Any]:
    """What a document must equal; another version may cut its sentences otherwise, and vectors are an encoder's."""
    found = {name: value for name, value in source.items() if value is not None}
    found["tokens"] = {name: value for name, value in source["tokens"].items() if name not in ("sentences", NAME)}
    return found


def _health(client: ClusterClient, index: str) -> Iterator[str]:
    health = client.request("GET", f"/_cluster/health/{index}")
    if health["status"] == "red":
        yield f"{index}: {health['unassigned_shards']} shards are on no node; look at GET _cluster/allocation/explain"
