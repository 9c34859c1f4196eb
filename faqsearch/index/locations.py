"""Which backend a location belongs to, and copying from any location to any other without analysing again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from faqsearch.analysis.analyzer import AnalyzedDocument
from faqsearch.errors import BackendError, IndexCorruptError
from faqsearch.index.base import Backend, Reader, WriteBatch
from faqsearch.index.vectors import DocumentVectors

if TYPE_CHECKING:
    from faqsearch.index.embedded.backend import EmbeddedBackend
    from faqsearch.index.opensearch.backend import ClusterBackend

Location: TypeAlias = str | os.PathLike[str]
Copied: TypeAlias = Callable[[int, int], None]
"""Called with (documents copied, documents to copy)."""

_SCHEMES = ("opensearch://", "opensearch+https://")
_CHUNK = 2_000
_LOCK_SECONDS = 10.0


def in_cluster(location: Location) -> bool:
    """Whether a location names an index on a cluster rather than a folder."""
    return isinstance(location, str) and location.startswith(_SCHEMES)


def shown(location: Location) -> str:
    """A location without user and password, for people."""
    text = os.fspath(location)
    if not in_cluster(text):
        return text
    scheme, _, rest = text.partition("://")
    authority, slash, name = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{name.partition('?')[0]}"


def backend_class(location: Location) -> type[EmbeddedBackend] | type[ClusterBackend]:
    """The backend of a location, loaded only now: what comes with it takes longer than all the rest.

    Raises BackendError where the location needs an extra that is not installed.
    """
    if in_cluster(location):
        try:
            import opensearchpy  # noqa: F401 - only whether it is there
        except ModuleNotFoundError:
            raise BackendError("an opensearch:// location needs opensearch-py: pip install 'faqsearch[opensearch]'") from None
        from faqsearch.index.opensearch.backend import ClusterBackend

        return ClusterBackend
    from faqsearch.index.embedded.backend import EmbeddedBackend

    return EmbeddedBackend


def copy_index(source: Backend, target: Location, *, copied: Copied | None = None) -> int:
    """Copies the newest generation of ``source`` into a new index at ``target`` and verifies it; how many documents there are.

    Raises IndexExistsError where there is an index already, and IndexCorruptError where the copy is not what was copied.
    """
    reader = source.reader()
    backend, _ = backend_class(target).create(target, reader.meta, exist_ok=False)
    try:
        total, done = len(reader), 0
        with backend.writing(_LOCK_SECONDS) as writer:
            for chunk in _chunks(reader.analyzed()):
                writer.commit(WriteBatch(added=zip(chunk, _vectors(reader, chunk), strict=True)))
                done += len(chunk)
                if copied is not None:
                    copied(done, total)
            made = writer.reader
        _verify(reader, backend, made)
        return done
    finally:
        backend.close()


def _verify(reader: Reader, backend: Backend, made: Reader) -> None:
    report = backend.check()
    if not report.ok:
        raise IndexCorruptError(f"{backend.name}: the copy is damaged: {report.problems[0]}; delete it and copy again")
    wanted, found = reader.hashes(), made.hashes()
    if wanted != found:
        differing = sorted(id for id in wanted.keys() | found.keys() if wanted.get(id) != found.get(id))
        raise IndexCorruptError(
            f"{backend.name}: the copy differs in {len(differing):,} documents, such as {differing[0]!r}; if the source was "
            "written to meanwhile, delete the copy and copy again"
        )


def _vectors(reader: Reader, documents: list[AnalyzedDocument]) -> Sequence[DocumentVectors | None]:
    """The vectors of each document; none are asked for where the index has no encoder."""
    if not reader.meta.options.get("encoder"):
        return [None] * len(documents)
    return reader.vectors([one.document.id for one in documents])


def _chunks(documents: Iterator[AnalyzedDocument]) -> Iterator[list[AnalyzedDocument]]:
    while chunk := list(islice(documents, _CHUNK)):
        yield chunk
