"""A storage that fails, or stops as a machine does, at the n-th call that touches the disk.

``FaultyStorage`` is the real FolderStorage; what lies below it (open, write, fsync of files and folder, replace, unlink) is
counted and logged, and goes wrong where a ``Fault`` says so. ``after_crash`` makes, from the log, the folders that a machine
may find when it comes up again: what was fsynced is there, of the rest any part.
"""

from __future__ import annotations

import builtins
import errno
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from faqsearch import Document, FaqIndex, Lexicon
from faqsearch.index import storage as module
from faqsearch.index.embedded import runs
from faqsearch.index.embedded.backend import EmbeddedBackend
from faqsearch.index.storage import FolderStorage, Piece

TORTURE = int(os.environ.get("FAQSEARCH_TORTURE", "0"))
"""How hard the slow tests try: 0 in CI, 1 in ``make torture``."""

STEPS = ("create", "write", "fsync", "fsync folder", "replace", "unlink")


BUFFER = 2_048
"""Bytes that reach the disk at once."""


class Crash(BaseException):
    """Nothing after this runs."""


@dataclass
class Fault:
    """At which call (from 0; None: never) what happens: "crash", "kill" (SIGKILL), "full" (ENOSPC), "denied" or "failed"."""

    kind: str = "crash"
    at: int | None = None
    only: tuple[str, ...] = STEPS
    lasting: bool = False
    """Every later call goes wrong too."""
    calls: int = 0
    dead: bool = False
    log: list[tuple[Any, ...]] = field(default_factory=list)

    def step(self, *call: Any) -> int | None:
        """Logs a call, or raises instead; for a write that is torn, how much of it to write before."""
        if self.dead:
            raise Crash
        if call[0] in self.only:
            number, self.calls = self.calls, self.calls + 1
            if self.at is not None and (number == self.at or (self.lasting and number > self.at)):
                return self._fail(*call)
        self.log.append(call)
        return None

    def _fail(self, *call: Any) -> int | None:
        if call[0] == "write":
            return len(call[2]) // 2
        self.stop()
        return None

    def stop(self) -> None:
        if self.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kind == "crash":
            self.dead = True
            raise Crash
        number = {"full": errno.ENOSPC, "denied": errno.EACCES, "failed": errno.EIO}[self.kind]
        raise OSError(number, os.strerror(number))


class _File:
    """A file opened for writing whose calls are counted."""

    def __init__(self, path: str, fault: Fault) -> None:
        fault.step("create", path)
        self._file = builtins.open(path, "wb", buffering=0)  # noqa: SIM115
        self._path, self._fault = path, fault
        self._buffer = b""

    def write(self, piece: Piece) -> None:
        self._buffer += bytes(piece)
        while len(self._buffer) >= BUFFER:
            self._write(self._buffer[:BUFFER])
            self._buffer = self._buffer[BUFFER:]

    def flush(self) -> None:
        content, self._buffer = self._buffer, b""
        self._write(content)

    def _write(self, content: bytes) -> None:
        torn = self._fault.step("write", self._path, content)
        if torn is not None:
            self._file.write(content[:torn])
            self._fault.log.append(("write", self._path, content[:torn]))
            self._fault.stop()
        self._file.write(content)

    def fileno(self) -> int:
        return self._file.fileno()

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _Os:
    """The os module as FolderStorage sees it."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fsync(self, descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        self._fault.step("fsync folder" if os.path.isdir(path) else "fsync", path)

    def replace(self, old: Path, new: Path) -> None:
        self._fault.step("replace", str(old), str(new))
        os.replace(old, new)

    def unlink(self, path: Path) -> None:
        self._fault.step("unlink", str(path))
        os.unlink(path)


class FaultyStorage(FolderStorage):
    """A folder below which ``fault`` lies. ``fault`` of the class counts where none is given (for snapshots)."""

    common: Fault | None = None

    def __init__(self, folder: str | os.PathLike[str], *, read_only: bool = False, fault: Fault | None = None) -> None:
        super().__init__(folder, read_only=read_only)
        self.fault = fault or self.common or Fault()

    @contextmanager
    def _below(self) -> Iterator[None]:
        def opened(path: Path, mode: str = "r", **options: Any) -> Any:
            return _File(str(path), self.fault) if mode == "wb" else builtins.open(path, mode, **options)

        with patch.object(module, "os", _Os(self.fault)), patch.object(module, "open", opened, create=True):
            yield

    def write(self, name: str, pieces: Iterable[Piece]) -> None:
        with self._below():
            super().write(name, pieces)

    def publish(self, temporary: str, name: str) -> None:
        with self._below():
            super().publish(temporary, name)

    def delete(self, name: str) -> None:
        with self._below():
            super().delete(name)


class ShortReads(FolderStorage):
    """A folder in which a read of the file ``short`` gives its first ``length`` bytes."""

    def __init__(self, folder: str | os.PathLike[str], *, short: str, length: int) -> None:
        super().__init__(folder)
        self.short, self.length = short, length

    def read(self, name: str) -> memoryview:
        content = super().read(name)
        return content[: self.length] if name == self.short else content


# What a machine finds when it comes up again


@dataclass
class _Inode:
    durable: bytes = b""
    written: bytes = b""


def after_crash(before: dict[str, bytes], log: list[tuple[Any, ...]], *, every: bool = True) -> Iterator[dict[str, bytes]]:
    """The files, by name, that may be there after the calls of ``log``, each possibility once.

    A name is durable with an fsync of its folder, content with an fsync of its file. Of what came after, renames and deletions
    may have happened or not, each by itself; content may be gone, torn or zeros. ``every`` False: only nothing and all of it.
    """
    inodes = {name: _Inode(content, content) for name, content in before.items()}
    names = dict(inodes)  # as the process sees them
    durable = dict(inodes)  # as the disk has them
    pending: list[tuple[str, ...]] = []
    made: dict[str, _Inode] = {}
    for call in log:
        path = os.path.basename(call[1])
        if call[0] == "create":
            inode = names.get(path)
            if inode is None:
                names[path] = made[path] = inode = _Inode()
                pending.append(("create", path))
            inode.written = b""
        elif call[0] == "write":
            names[path].written += call[2]
        elif call[0] == "fsync":
            names[path].durable = names[path].written
        elif call[0] == "replace":
            target = os.path.basename(call[2])
            names[target] = made[target] = names.pop(path)
            pending.append(("replace", path, target))
        elif call[0] == "unlink":
            names.pop(path, None)
            pending.append(("unlink", path))
        else:
            durable, pending = dict(names), []
    seen = set()
    for chosen in _subsets(pending, every):
        found = dict(durable)
        for change in chosen:
            if change[0] == "create":
                found[change[1]] = made[change[1]]
            elif change[0] == "replace":
                found.pop(change[1], None)
                found[change[2]] = made[change[2]]
            else:
                found.pop(change[1], None)
        for content in _contents() if every else (_durable, _written):
            files = {name: content(inode) for name, inode in found.items()}
            key = tuple(sorted(files.items()))
            if key not in seen:
                seen.add(key)
                yield files


def _subsets(pending: list[tuple[str, ...]], every: bool) -> Iterator[list[tuple[str, ...]]]:
    if not every or len(pending) > 6:
        yield []
        yield pending
        return
    for bits in range(1 << len(pending)):
        yield [change for number, change in enumerate(pending) if bits >> number & 1]


def _durable(inode: _Inode) -> bytes:
    return inode.durable


def _written(inode: _Inode) -> bytes:
    return inode.written


def _contents() -> list[Callable[[_Inode], bytes]]:
    def torn(inode: _Inode) -> bytes:
        return inode.written if inode.written == inode.durable else inode.written[: len(inode.written) // 2]

    def zeros(inode: _Inode) -> bytes:
        return inode.written if inode.written == inode.durable else bytes(len(inode.written))

    return [_durable, _written, torn, zeros]


# Indexes and what is done to them

State = dict[str, Document]


def document(number: int, edition: int = 0) -> Document:
    """A document of few morphemes; another ``edition`` has another title."""
    word = ("캐시", "환불", "선물", "쿠폰")[edition % 4]
    return Document(f"d{number}", f"{word} {edition}", category=("결제",) if number % 2 else ("선물", "취소"), views=edition)


def opened(storage: FolderStorage) -> FaqIndex:
    index = FaqIndex(EmbeddedBackend(storage), lock_timeout=0)
    assert index.generation >= 0
    return index


def state(index: FaqIndex) -> State:
    return {one.id: one for one in index}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != FolderStorage.LOCK_NAME}


def lay(folder: Path, content: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in content.items():
        (folder / name).write_bytes(one)
    return folder


def _sync(index: FaqIndex, state: State, edition: int) -> None:
    index.sync([document(n, edition) if n % 2 else state.get(f"d{n}", document(n, edition)) for n in range(1, 6)])


def _sync_in_runs(index: FaqIndex, state: State, edition: int) -> None:
    """A sync of which every document is a run, and every two are a segment of their own."""
    with patch.object(runs, "RUN", 1), patch.object(runs, "LARGE", 2):
        _sync(index, state, edition)


def _upsert(index: FaqIndex, state: State, edition: int) -> None:
    index.upsert([document(2, edition), document(edition % 5 + 6, edition)])


def _delete(index: FaqIndex, state: State, edition: int) -> None:
    index.delete(min(state))


def _batch(index: FaqIndex, state: State, edition: int) -> None:
    with index.batch() as batch:
        batch.delete([max(state), "nobody"])
        batch.upsert([document(20, edition), document(21, edition)])


def _views(index: FaqIndex, state: State, edition: int) -> None:
    index.sync([Document.from_dict({**one.to_dict(), "views": edition + 100}) for one in state.values()])


def _rebuild(index: FaqIndex, state: State, edition: int) -> None:
    index.rebuild()


def _set_lexicon(index: FaqIndex, state: State, edition: int) -> None:
    index.set_lexicon(Lexicon(stopwords=frozenset({f"안내{edition}"})))


COMMITS: dict[str, Callable[[FaqIndex, State, int], None]] = {
    "sync": _sync,
    "sync in runs": _sync_in_runs,
    "upsert": _upsert,
    "delete": _delete,
    "batch": _batch,
    "views": _views,
    "rebuild": _rebuild,
    "set_lexicon": _set_lexicon,
}
"""Every kind of commit: each changes the index, whatever its state of two documents or more, by exactly one generation."""


def prepared() -> FaqIndex:
    """An index of two segments, with a document deleted, in memory."""
    index = FaqIndex.in_memory()
    index.sync([document(n) for n in range(8)])
    index.upsert(document(9))
    index.delete("d0")
    return index


def prepared_files() -> dict[str, bytes]:
    """The files of ``prepared``."""
    backend = prepared()._backend
    assert isinstance(backend, EmbeddedBackend)
    storage = backend._storage
    return {name: bytes(storage.read(name)) for name in storage.names()}


# The same in plain Python

AFTER: dict[str, Callable[[State, int], State]] = {
    "sync": lambda state, edition: {
        f"d{n}": document(n, edition) if n % 2 else state.get(f"d{n}", document(n, edition)) for n in range(1, 6)
    },
    "sync in runs": lambda state, edition: {
        f"d{n}": document(n, edition) if n % 2 else state.get(f"d{n}", document(n, edition)) for n in range(1, 6)
    },
    "upsert": lambda state, edition: (
        state | {one.id: one for one in (document(2, edition), document(edition % 5 + 6, edition))}
    ),
    "delete": lambda state, edition: {id: one for id, one in state.items() if id != min(state)},
    "batch": lambda state, edition: (
        {id: one for id, one in state.items() if id != max(state)}
        | {one.id: one for one in (document(20, edition), document(21, edition))}
    ),
    "views": lambda state, edition: {
        id: Document.from_dict({**one.to_dict(), "views": edition + 100}) for id, one in state.items()
    },
    "rebuild": lambda state, edition: state,
    "set_lexicon": lambda state, edition: state,
}
"""What each kind of commit makes of a state."""
