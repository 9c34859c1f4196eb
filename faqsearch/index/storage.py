"""Where the files of an index lie: a folder, or memory; every write is durable before it is named.

The only place that writes files of an index. A file is written whole, flushed and fsynced; ``publish`` renames it atomically
between two fsyncs of the folder. The lock is the operating system's, so it ends with the process that holds it.
"""

from __future__ import annotations

import errno
import json
import mmap
import os
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol, TypeAlias

from faqsearch.errors import IndexLockedError, IndexStorageError

Piece: TypeAlias = bytes | memoryview

_POLL_SECONDS = 0.02


class Lock(Protocol):
    """The write lock; ``acquire`` is False where another holds it."""

    def acquire(self) -> bool: ...

    def release(self) -> None: ...

    def holder(self) -> str:
        """Who holds it, in words."""


class Storage(Protocol):
    """A flat set of named files."""

    name: str
    read_only: bool

    def names(self) -> list[str]: ...

    def size(self, name: str) -> int:
        """Bytes of a file. Raises FileNotFoundError."""

    def written(self, name: str) -> int:
        """A number that is not less for a file written later."""

    def read(self, name: str) -> memoryview:
        """The bytes of a file; they stay readable when it is deleted. Raises FileNotFoundError."""

    def write(self, name: str, pieces: Iterable[Piece]) -> None:
        """Writes a whole file and makes its content durable."""

    def publish(self, temporary: str, name: str) -> None:
        """Renames atomically and makes the renaming durable; what was written before is durable first."""

    def delete(self, name: str) -> None:
        """Deletes a file if the platform lets it go now; does nothing where it is gone."""

    def stamp(self) -> int | None:
        """A number that changes when files come or go, or None where only a look at the names tells."""

    def lock(self) -> Lock: ...


def acquire(lock: Lock, timeout: float, place: str) -> None:
    """Waits up to ``timeout`` seconds for the lock; raises IndexLockedError with who holds it."""
    end = time.monotonic() + timeout
    while not lock.acquire():
        if time.monotonic() >= end:
            raise IndexLockedError(
                f"{place}: another writer is at work ({lock.holder()}); wait for it, or raise lock_timeout (now {timeout:g} s)"
            )
        time.sleep(_POLL_SECONDS)


class FolderStorage:
    """Files in one folder."""

    LOCK_NAME = "write.lock"

    def __init__(self, folder: str | os.PathLike[str], *, read_only: bool = False) -> None:
        self.folder = Path(folder)
        self.name = str(folder)
        self.read_only = read_only

    def names(self) -> list[str]:
        return os.listdir(self.folder)

    def size(self, name: str) -> int:
        return (self.folder / name).stat().st_size

    def written(self, name: str) -> int:
        return (self.folder / name).stat().st_mtime_ns

    def read(self, name: str) -> memoryview:
        with open(self.folder / name, "rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def write(self, name: str, pieces: Iterable[Piece]) -> None:
        with open(self.folder / name, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def publish(self, temporary: str, name: str) -> None:
        self._sync_folder()
        os.replace(self.folder / temporary, self.folder / name)
        self._sync_folder()

    def delete(self, name: str) -> None:
        try:
            os.unlink(self.folder / name)
        except FileNotFoundError:
            pass
        except PermissionError:  # Windows keeps a mapped file; the next commit tries again
            pass

    def stamp(self) -> int | None:
        return os.stat(self.folder).st_mtime_ns

    def lock(self) -> Lock:
        return FileLock(self.folder / self.LOCK_NAME)

    def _sync_folder(self) -> None:
        _sync_folder(self.folder)


def make_folder(path: Path) -> None:
    """Makes a folder and those above it, each durably; raises IndexStorageError where that cannot be."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            _sync_folder(folder.parent)
    except OSError as error:
        raise IndexStorageError(f"{path} cannot be made ({error.strerror}); name another place") from None


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle of a folder to flush; its renames are journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class MemoryStorage:
    """Files in memory, for ``FaqIndex.in_memory``."""

    def __init__(self) -> None:
        self.name = "memory"
        self.read_only = False
        self._files: dict[str, bytes] = {}
        self._lock = MemoryLock()

    def names(self) -> list[str]:
        return list(self._files)

    def size(self, name: str) -> int:
        return len(self.read(name))

    def written(self, name: str) -> int:
        return list(self._files).index(name)

    def read(self, name: str) -> memoryview:
        try:
            return memoryview(self._files[name])
        except KeyError:
            raise FileNotFoundError(name) from None

    def write(self, name: str, pieces: Iterable[Piece]) -> None:
        self._files.pop(name, None)
        self._files[name] = b"".join(pieces)

    def publish(self, temporary: str, name: str) -> None:
        self._files[name] = self._files.pop(temporary)

    def delete(self, name: str) -> None:
        self._files.pop(name, None)

    def stamp(self) -> int | None:
        return None

    def lock(self) -> Lock:
        return self._lock


class MemoryLock:
    """A lock between the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self) -> bool:
        return self._lock.acquire(blocking=False)

    def release(self) -> None:
        self._lock.release()

    def holder(self) -> str:
        return "another thread of this process"


class FileLock:
    """An exclusive lock of the operating system on a file that stays; its content says who holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        file = open(self._path, "a+b", buffering=0)  # noqa: SIM115 - held until release
        try:
            _lock_exclusively(file)
        except OSError as error:
            file.close()
            if error.errno in _TAKEN:
                return False
            raise IndexStorageError(
                f"{self._path} cannot be locked ({error.strerror}); put the index on a file system with locks"
            ) from None
        who = {"process": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        with suppress(OSError):  # a full disk does not keep us from the lock: what follows says so itself
            file.seek(_HOLDER_OFFSET)
            file.truncate()
            file.write(json.dumps(who).encode("utf-8"))
        self._file = file
        _held.add(self)
        return True

    def release(self) -> None:
        file, self._file = self._file, None
        _held.discard(self)
        if file is not None:
            _unlock(file)
            file.close()

    def holder(self) -> str:
        try:
            with open(self._path, "rb") as file:
                file.seek(_HOLDER_OFFSET)
                who = json.loads(file.read())
            return f"process {who['process']} on {who['host']} since {who['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "an unknown process"

    def forget(self) -> None:
        """In a forked child: closes the inherited descriptor, so that the lock ends with the parent's."""
        file, self._file = self._file, None
        if file is not None:
            file.close()


_held: set[FileLock] = set()
_TAKEN = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
_HOLDER_OFFSET = 1  # Windows locks the first byte, which nobody can read meanwhile


if os.name == "nt":
    import msvcrt

    def _lock_exclusively(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]

else:
    import fcntl

    def _lock_exclusively(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def _forget_locks() -> None:
    for lock in list(_held):
        lock.forget()
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_locks)


def require_folder(path: Path) -> None:
    """Raises IndexStorageError where ``path`` is a file."""
    if path.exists() and not path.is_dir():
        raise IndexStorageError(f"{path} is a file; an index is a folder: name another place")
