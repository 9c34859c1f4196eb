"""Lucene 9 with nori (lucene/NoriPeer.java) in a JVM of its own, warmed up: plain, and as a careful Korean team tunes it.

Plain: KoreanAnalyzer as it comes, title and body as two fields. Tuned: NFKC, compounds beside their parts, and syllable pairs
of title and body as fields of their own at half the weight. The title counts as its short field does by BM25: boosts of 2 and
3 rank worse or as well on every set (``data/``, welfare-qa, kowiki-pool; the others alike). Requests cross a pipe as JSON
lines, and what one takes is told by the JVM: CPU and wall time of its searching thread between the parsed request and the
finished page, so that neither pipe nor JSON, compiler nor garbage collection is counted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path as File
from time import monotonic
from typing import Any, ClassVar

from benchmarks.peers.base import PER_PAGE, SNIPPET_LENGTH, Path, Peer, PeerPage
from faqsearch import Document

_SOURCE = File(__file__).parent / "lucene"
_POM, _PROGRAM = _SOURCE / "pom.xml", _SOURCE / "NoriPeer.java"
_BATCH = 500
_WARM_UP_QUERIES = 10_000  # HotSpot compiles a method for good after some ten thousand calls
_WARM_UP_SECONDS = 180.0
_JVM = ("-Xmx1g", "-XX:+UseSerialGC")


@dataclass(frozen=True, slots=True)
class ServerTime:
    """Nanoseconds of the JVM's searching thread between the parsed request and the finished page."""

    cpu: int
    wall: int


@dataclass(frozen=True, slots=True)
class IndexSize:
    """What is in the index: documents, and bytes on disk."""

    documents: int
    bytes: int


def available() -> str | None:
    """None, or why Lucene cannot be run here. The first call fetches the jars and compiles, some twenty seconds."""
    missing = [tool for tool in ("java", "javac", "mvn") if shutil.which(tool) is None]
    if missing:
        return f"no {', '.join(missing)} here; install JDK 17 or later and Maven"
    try:
        _classpath()
    except subprocess.CalledProcessError as error:
        return f"{error.cmd[0]} failed; see why with: {' '.join(map(str, error.cmd))}"
    return None


def peers() -> list[Peer]:
    """Both, not yet built: no JVM runs before ``build``."""
    return [NoriPlain(), NoriTuned()]


class _Nori:
    """The Python end of the pipe; Peer's methods, and ``search_ids`` for measurements of relevance.

    ``build`` is indexing alone; ``warm`` then searches until HotSpot has compiled what a search runs.
    """

    name: str
    limits: str
    configuration: ClassVar[str]
    title_boost: float

    def __init__(self, *, title_boost: float | None = None) -> None:
        if title_boost is not None:
            self.title_boost = title_boost
        self._samples: list[Document] = []
        self._jvm: _Jvm | None = None
        self.server = ServerTime(0, 0)
        self.size = IndexSize(0, 0)

    @property
    def pid(self) -> int | None:
        """The JVM's process id, to put it on a CPU; None before ``build``."""
        return None if self._jvm is None else self._jvm.process.pid

    def clock(self) -> tuple[float, float]:
        """(wall, CPU) seconds of the last request in the JVM."""
        return self.server.wall / 1e9, self.server.cpu / 1e9

    def build(self, documents: Iterable[Document]) -> None:
        self.close()
        self._jvm = _Jvm(self.configuration, self.title_boost)
        self._samples = []
        for batch in _batches(documents):
            self._ask({"add": [_values(document) for document in batch]})
            if len(self._samples) < _WARM_UP_QUERIES:
                self._samples += batch
        answer = self._ask({"commit": True})
        self.size = IndexSize(answer["documents"], answer["bytes"])

    def search(self, query: str, *, category: Path | None = None, sort: str = "relevance", page: int = 1) -> PeerPage:
        answer = self._ask(
            {
                "search": query,
                "category": category,
                "sort": sort,
                "page": page,
                "per_page": PER_PAGE,
                "snippet": SNIPPET_LENGTH,
            }
        )
        return PeerPage(
            ids=answer["ids"],
            total=answer["total"],
            facets={tuple(path): count for path, count in answer["facets"]},
            titles=answer["titles"],
            snippets=[
                (piece["text"], [(start - piece["start"], end - piece["start"]) for start, end in piece["spans"]])
                for piece in answer["snippets"]
            ],
        )

    def search_ids(self, query: str, depth: int) -> list[str]:
        """The first ``depth`` ids, without the rest of a page."""
        ids: list[str] = self._ask({"ids": query, "depth": depth})["ids"]
        return ids

    def close(self) -> None:
        if self._jvm is not None:
            self._jvm.close()
            self._jvm = None

    def warm(self) -> None:
        """Searches for titles and for beginnings of bodies until the queries or the seconds are used up."""
        until = monotonic() + _WARM_UP_SECONDS
        for turn in range(_WARM_UP_QUERIES if self._samples else 0):
            if monotonic() >= until:
                print(f"{self.name}: only {turn:,} of {_WARM_UP_QUERIES:,} searches to warm it up in {_WARM_UP_SECONDS:.0f} s")
                break
            sample = self._samples[turn * 7919 % len(self._samples)]  # a prime: spread, and the same in every run
            query = sample.title if turn % 2 and sample.title.strip() else sample.body[:40]
            match turn % 8:
                case 0:
                    self.search(query, sort="-updated_at")
                case 4:
                    self.search(query, category=sample.category[:1] or None, page=2)
                case _:
                    self.search(query)

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._jvm is None:
            raise RuntimeError(f"{self.name} has no documents; call build first")
        answer = self._jvm.ask(request)
        self.server = ServerTime(cpu=answer["cpu_ns"], wall=answer["wall_ns"])
        return answer


class _Jvm:
    """NoriPeer in a process and with a temporary folder of its own."""

    def __init__(self, configuration: str, title_boost: float) -> None:
        classpath = _classpath()
        self._folder = tempfile.TemporaryDirectory(prefix="faqsearch-nori-")
        folder = File(self._folder.name)
        self._log = (folder / "jvm.log").open("w+b")
        command = ["java", *_JVM, "-cp", classpath, "NoriPeer", configuration, str(title_boost), str(folder / "index")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.write(json.dumps(request, ensure_ascii=False).encode() + b"\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            self._log.seek(0)
            raise RuntimeError(f"the JVM ended: {self._log.read().decode(errors='replace')[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        with suppress(BrokenPipeError):
            self.process.stdin.close()  # the end of its input ends it
        self.process.wait()
        self.process.stdout.close()
        self._log.close()
        self._folder.cleanup()


class NoriPlain(_Nori):
    """KoreanAnalyzer as it comes."""

    name = "Lucene + nori, plain"
    limits = "Lucene 9.12 on this JDK; offsets in the index; titles unmarked; time of its search thread alone"
    configuration = "plain"
    title_boost = 1.0


class NoriTuned(_Nori):
    """NFKC, MIXED, syllable pairs."""

    name = "Lucene + nori, tuned"
    limits = "as plain; syllable pairs rank but are not marked in snippets"
    configuration = "tuned"
    title_boost = 1.0


def _values(document: Document) -> dict[str, Any]:
    updated = document.updated_at
    return {
        "id": document.id,
        "title": document.title,
        "body": document.body,
        "category": document.category,
        "updated_at": None if updated is None else round(updated.timestamp() * 1e6),
    }


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    rest = iter(documents)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _classpath() -> str:
    """The jars and the compiled program in the user's cache, made there where they are missing (CalledProcessError if not)."""
    mvn = ["mvn", "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies", "-DoutputDirectory="]
    jars = str(_made("jars", _POM.read_bytes(), mvn) / "*")
    javac = ["javac", "--release", "17", "-cp", jars, str(_PROGRAM), "-d", ""]
    classes = _made("classes", _POM.read_bytes() + _PROGRAM.read_bytes(), javac)
    return os.pathsep.join([jars, str(classes)])


def _made(kind: str, source: bytes, command: list[str]) -> File:
    """The cache folder for ``source``; if it is not there, ``command`` is run with a new folder joined to its last argument.

    The folder is named for the hash of the source and moved into place when it is whole, so that two processes may do this.
    """
    cache = File(os.environ.get("XDG_CACHE_HOME") or File.home() / ".cache") / "faqsearch-benchmarks"
    folder = cache / f"nori-{kind}-{hashlib.sha256(source).hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as place:
        made = File(place) / kind
        made.mkdir()
        subprocess.run([*command[:-1], f"{command[-1]}{made}"], check=True, capture_output=True, cwd=place)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first
                raise
    return folder
