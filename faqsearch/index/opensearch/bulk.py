"""Many writes in few requests; what fails for a passing reason is sent again, anything else raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from faqsearch.index.opensearch.client import ClusterClient, dumps
from faqsearch.index.opensearch.failures import Failure

Operation: TypeAlias = tuple[str, str, dict[str, Any] | None]
"""(index, update or delete, id, body)."""

_MOST_OPERATIONS = 500
_MOST_BYTES = 4 << 20


def write(
    client: ClusterClient, index: str, operations: Iterable[Operation], *, alias: bool, guard: Callable[[], None]
) -> None:
    """Carries out all operations on an index or, with ``alias``, on the one behind an alias; ``guard`` is asked before each.

    Nothing is visible before a refresh. Raises an error of our tree for the first operation that fails for good; those
    before it are written then.
    """
    for chunk in _chunks(operations):
        guard()
        left = chunk
        for attempt in range(client.location.options.retries + 1):
            left, failure = _send(client, index, left, alias)
            if failure is None:
                break
            if not failure.passing or attempt == client.location.options.retries:
                client.fail(failure)
            client.pause(attempt)


def _send(
    client: ClusterClient, index: str, operations: list[Operation], alias: bool
) -> tuple[list[Operation], Failure | None]:
    """(operations to be sent again, a failure of one of them or None)."""
    params: dict[str, Any] = {"require_alias": "true"} if alias else {}
    lines = (line for operation in operations for line in _lines(operation))
    answer = client.request("POST", f"/{index}/_bulk", lines=lines, **params)
    failed: list[Operation] = []
    worst: Failure | None = None
    if not answer["errors"]:
        return failed, worst
    for operation, item in zip(operations, answer["items"], strict=True):
        (result,) = item.values()
        if "error" not in result or (operation[0] == "delete" and result["status"] == 404):
            continue
        failure = Failure(result["status"], result["error"].get("type", ""), dumps(result["error"]))
        if not failure.passing:
            return failed, failure
        failed.append(operation)
        worst = failure
    return failed, worst


def _lines(operation: Operation) -> list[dict[str, Any]]:
    action, id, body = operation
    head = {action: {"_id": id, **({"retry_on_conflict": 3} if action == "update" else {})}}
    return [head] if body is None else [head, body]


def _chunks(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    chunk: list[Operation] = []
    size = 0
    for operation in operations:
        cost = sum(len(value) for value in (operation[2] or {}).values() if isinstance(value, (str, list)))
        if chunk and (len(chunk) >= _MOST_OPERATIONS or size + cost > _MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(operation)
        size += cost
    if chunk:
        yield chunk
