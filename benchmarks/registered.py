"""Public judged sets that may be fetched: address, SHA-256 and licence of every file; pooch fetches and verifies them.

Nothing of them is kept with the project. A set whose address is out of reach is skipped, and a line says so.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.datasets import Collection
from faqsearch import Document


@dataclass(frozen=True, slots=True)
class RegisteredSet:
    """A set by the files it is made from: (address, SHA-256)."""

    name: str
    licence: str
    files: tuple[tuple[str, str], ...]
    language: Callable[[str], bool]
    """Whether a question's id is of the set."""


REGISTERED = (
    RegisteredSet(
        "tydiqa-ko",
        "Apache-2.0",
        (
            (
                "https://storage.googleapis.com/tydiqa/v1.1/tydiqa-goldp-v1.1-dev.json",
                "b286e0f34bc7f52259359989716f369b160565bd12ad8f3a3e311f9b0dbad1c0",
            ),
            (
                "https://storage.googleapis.com/tydiqa/v1.1/tydiqa-goldp-v1.1-train.json",
                "cefc8e09ff2548d9b10a678d3a6bbbe5bc036be543f92418819ea676c97be23b",
            ),
        ),
        lambda question: question.startswith("korean"),
    ),
    RegisteredSet(
        "korquad-1.0-dev",
        "CC BY-ND 2.0 KR (measured only, nothing made of it is passed on)",
        (
            (
                "https://korquad.github.io/dataset/KorQuAD_v1.0_dev.json",
                "25ffeb51e6c51ec02c071b60a10188e10005c144110f0d876b26079d80a35bdf",
            ),
        ),
        lambda question: True,
    ),
)
"""TyDi QA, gold passages in Korean (Clark et al. 2020), and KorQuAD 1.0 (Lim et al. 2019).

A question is answered by the paragraph it was asked of."""


def registered_sets() -> Iterator[Collection]:
    """The registered sets within reach, fetched once into pooch's folder; a line says which are not."""
    if importlib.util.find_spec("pooch") is None:
        print("skipped the registered sets: pooch is not installed (pip install 'faqsearch[bench]')")
        return
    for one in REGISTERED:
        try:
            paths = [_fetched(address, checksum) for address, checksum in one.files]
        except Exception as error:  # whatever keeps a file out of reach, or has changed it
            print(f"skipped {one.name}: {error.__class__.__name__}: {str(error).splitlines()[0]}")
            continue
        print(f"{one.name}: licence {one.licence}")
        yield collection(one.name, [json.loads(path.read_text(encoding="utf-8")) for path in paths], one.language)


def collection(name: str, contents: list[dict[str, Any]], belongs: Callable[[str], bool]) -> Collection:
    """The set of files in the format of SQuAD: its paragraphs, its questions, and which paragraph each was asked of."""
    numbers: dict[str, str] = {}
    documents: list[Document] = []
    queries: dict[str, str] = {}
    qrels: dict[str, dict[str, int]] = {}
    for content in contents:
        for article in content["data"]:
            for paragraph in article["paragraphs"]:
                questions = [qa for qa in paragraph["qas"] if belongs(str(qa["id"]))]
                if not questions:
                    continue
                text = paragraph["context"]
                id = numbers.setdefault(text, f"p{len(numbers)}")
                if len(documents) < len(numbers):
                    documents.append(Document(id=id, title=str(article.get("title") or text[:40]).replace("_", " "), body=text))
                for qa in questions:
                    queries[str(qa["id"])] = qa["question"]
                    qrels[str(qa["id"])] = {id: 1}
    return Collection(name, documents, queries, qrels)


def _fetched(address: str, checksum: str) -> Path:
    import pooch

    return Path(pooch.retrieve(address, known_hash=f"sha256:{checksum}", path=pooch.os_cache("faqsearch"), progressbar=False))
