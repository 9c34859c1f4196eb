"""The answers of data/ are those that were recorded; ``python tests/recorded.py`` records them anew where a change is meant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from recorded import FILE, answers, make_index

RECORDED = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def present() -> Iterator[list[dict[str, Any]]]:
    with make_index() as index:
        yield [json.loads(json.dumps(answer)) for answer in answers(index)]


def test_as_much_is_recorded_as_is_asked(present: list[dict[str, Any]]) -> None:
    assert len(present) == len(RECORDED)


@pytest.mark.parametrize(
    "number", range(len(RECORDED)), ids=lambda number: str(next(iter(RECORDED[number].values()))) or "blank"
)
def test_the_answer_is_the_recorded_one(present: list[dict[str, Any]], number: int) -> None:
    now, then = present[number], RECORDED[number]
    for name, value in then.items():
        if name != "hits":
            assert now[name] == value, name
    for hit, recorded in zip(now.get("hits", ()), then.get("hits", ()), strict=True):
        assert hit[0] == recorded[0]
        assert hit[1] == pytest.approx(recorded[1], rel=1e-6, abs=1e-6)
        assert hit[2:] == recorded[2:]
