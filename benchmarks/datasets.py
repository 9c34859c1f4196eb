"""Judged collections: the project's own ``data/``, and public sets in a folder given by ``--data`` or FAQSEARCH_DATASETS.

A set in that folder is ``corpus.jsonl`` {_id, title, text, category}, ``queries.jsonl`` {_id, text} and ``qrels.tsv`` with a
header. Where a set is not there, the measurement says so and goes on.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faqsearch import Document

PUBLIC_SETS = ("naver-smartstore-q2a", "welfare-qa", "stylekqc", "question-pair", "kowiki-pool")
SAMPLE_SEED = 7


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, queries (id → text) and judgements (query id → {document id → grade})."""

    name: str
    documents: list[Document]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]

    def sample(self, size: int) -> dict[str, str]:
        """``size`` queries drawn by ``random.Random(7)`` from the sorted ids: sample A of every figure reported."""
        ids = sorted(self.queries)
        if len(ids) > size:
            ids = random.Random(SAMPLE_SEED).sample(ids, size)
        return {id: self.queries[id] for id in ids}


def public_folder(given: str | None) -> Path | None:
    """The folder of public sets, or None."""
    chosen = given or os.environ.get("FAQSEARCH_DATASETS")
    return Path(chosen) if chosen else None


def public_sets(folder: Path | None, names: tuple[str, ...] = PUBLIC_SETS) -> Iterator[Collection]:
    """The public sets that are there; a line says which are not."""
    for name in names:
        place = folder / name if folder is not None else None
        if place is None or not (place / "corpus.jsonl").is_file():
            print(f"skipped {name}: not in {folder or 'any folder (give --data)'}")
            continue
        yield _public_set(name, place)


def _public_set(name: str, folder: Path) -> Collection:
    documents = [
        Document(
            id=row["_id"],
            title=row["title"],
            body=row["text"],
            category=tuple(row.get("category") or ()),
        )
        for row in _rows(folder / "corpus.jsonl")
    ]
    if not (folder / "queries.jsonl").is_file():
        return Collection(name, documents, {}, {})
    queries = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
    return Collection(name, documents, queries, _qrels(folder / "qrels.tsv"))


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        qrels.setdefault(query, {})[document] = int(grade)
    return qrels


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


OWN_FOLDER = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query of ``data/``: its kind, and the half it belongs to (nothing is ever tuned on ``held-back``)."""

    id: str
    text: str
    kind: str
    split: str


def own_collection() -> tuple[Collection, list[JudgedQuery]]:
    """The project's own help centre, with its queries as they are marked. Grade 0 means judged and of no help."""
    folder = OWN_FOLDER
    documents = [Document.from_dict(row) for row in _rows(folder / "faqs.jsonl")]
    rows = list(_rows(folder / "queries.jsonl"))
    judged = [JudgedQuery(row["id"], row["text"], row["kind"], row["split"]) for row in rows]
    return Collection("data", documents, {q.id: q.text for q in judged}, _qrels(folder / "qrels.tsv")), judged


def confidence_queries() -> list[JudgedQuery]:
    """The queries of ``data/confidence.jsonl``: what has no answer, and what has one; split "development"."""
    rows = _rows(OWN_FOLDER / "confidence.jsonl")
    return [JudgedQuery(f"c{number}", row["text"], row["kind"], "development") for number, row in enumerate(rows)]
