"""What a cluster answers when something is wrong, in our own words with a remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from opensearchpy.exceptions import TransportError

from faqsearch.errors import BackendError, IndexNotFoundError, IndexStorageError

_PASSING = frozenset({429, 500, 502, 503, 504})
_BLOCK = "cluster_block_exception"
_LASTING_500 = ("too_many_clauses", "too_many_nested_clauses", "maxclausecount")
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed request: HTTP status (None: no answer), the cluster's name for it, and what else it said."""

    status: int | None
    kind: str
    reason: str

    @property
    def blocked(self) -> bool:
        """Whether the cluster refuses to write to the index (or to do anything) until somebody lifts that."""
        return self.kind == _BLOCK and self.status in (403, 429)

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed a little later."""
        if self.kind in ("ssl", "serialization") or self.blocked:
            return False
        if any(one in self.reason.lower() for one in _LASTING_500):
            return False
        return self.status is None or self.status in _PASSING


def failure_of(error: TransportError) -> Failure:
    """The failure that a client error tells of."""
    status = error.status_code if isinstance(error.status_code, int) else None
    kind = str(error.error) if status is not None else str(error.status_code)
    return Failure(status, kind, _reason(error.info))


def _reason(info: Any) -> str:
    if isinstance(info, dict) and isinstance(info.get("error"), dict):
        causes = [info["error"], *info["error"].get("root_cause", []), info["error"].get("caused_by") or {}]
        return "; ".join(dict.fromkeys(f"{one.get('type', '')}: {one.get('reason', '')}" for one in causes if one))
    return str(info)


def raise_failure(failure: Failure, place: str, name: str) -> NoReturn:
    """Raises the error of our tree that says what is wrong at ``place`` and what to do; never shows credentials."""
    reason = failure.reason[:_SHOWN]
    if failure.kind == "ssl":
        raise BackendError(
            f"{place}: the TLS connection fails ({reason}); name the authority's file with ca_certs=, or use opensearch:// "
            "where the cluster speaks plain HTTP"
        ) from None
    if failure.status is None:
        raise BackendError(
            f"{place}: no node answers ({reason}); check that the cluster runs and the location's hosts and ports, or raise "
            "the location's timeout= and retries="
        ) from None
    if failure.status == 404:
        raise IndexNotFoundError(
            f"{place}: the cluster has no index or alias {name!r}; make it with 'faqsearch index' or FaqIndex.create, "
            "or restore a snapshot"
        ) from None
    if failure.blocked:
        if "read-only-allow-delete" in reason or "flood" in reason or "create-index" in reason:
            raise IndexStorageError(
                f"{place}: the cluster's disk is full, so it refuses to write ({reason}); free disk space or add nodes, then "
                "write again (the block goes by itself, or clear index.blocks.read_only_allow_delete)"
            ) from None
        raise IndexStorageError(
            f"{place}: the index is blocked for writing ({reason}); clear index.blocks.write or index.blocks.read_only of it"
        ) from None
    if failure.status in (401, 403):
        raise BackendError(
            f"{place}: the cluster refuses the user ({failure.status}, {failure.kind}); check user and password of the "
            "location and the user's rights on this index"
        ) from None
    if failure.status == 429:
        raise BackendError(
            f"{place}: the cluster is overloaded and refused the request (429, {failure.kind}); try again later, raise the "
            "location's retries=, or add nodes"
        ) from None
    if failure.status >= 500:
        raise BackendError(
            f"{place}: the cluster cannot carry out the request now ({failure.status}, {failure.kind}: {reason}); look at its "
            "health (GET _cluster/health) and logs"
        ) from None
    raise BackendError(f"{place}: the cluster refuses the request ({failure.status}, {failure.kind}: {reason})") from None
