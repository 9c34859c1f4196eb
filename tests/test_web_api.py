"""The API against its own OpenAPI document: no 5xx, every answer fits its schema, what is wrong is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from browser.serving import odd_index, serving
from hypothesis import HealthCheck, Phase, given, settings

from faqsearch.web import create_app

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

OPERATIONS = [
    ("GET", "/api/search"),
    ("GET", "/api/complete"),
    ("GET", "/api/articles/{id}"),
    ("GET", "/api/articles/{id}/related"),
    ("POST", "/api/events"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
]
REFUSING = [OPERATIONS[0], OPERATIONS[1], OPERATIONS[3], OPERATIONS[4]]
"""Where something can be wrong: every text may be an id."""


@pytest.fixture(scope="module")
def schema() -> Iterator[Any]:
    """The document as a client gets it, from a server that is warm."""
    with serving(create_app(odd_index(), events=lambda event: None)) as address:
        while httpx.get(f"{address}/readyz").status_code != 200:
            time.sleep(0.05)
        yield schemathesis.openapi.from_url(f"{address}/api/openapi.json")


def test_every_operation_is_tried(schema: Any) -> None:
    found = {(one.ok().method.upper(), one.ok().path) for one in schema.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_fits(schema: Any, method: str, path: str) -> None:
    run(schema[path][method].as_strategy())


@pytest.mark.parametrize(("method", "path"), REFUSING)
def test_what_is_wrong_is_refused(schema: Any, method: str, path: str) -> None:
    run(schema[path][method].as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))


@pytest.mark.parametrize("id", ["evil", "other"])
@pytest.mark.parametrize("path", OPERATIONS[2:4])
def test_answers_about_entries_fit(schema: Any, path: tuple[str, str], id: str) -> None:
    response = schema[path[1]]["GET"].Case(path_parameters={"id": id}).call_and_validate()
    assert response.status_code == 200


def run(strategy: Any) -> None:
    checks = settings(
        max_examples=100,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seen: list[int] = []

    @checks
    @given(case=strategy)
    def answers(case: Any) -> None:
        seen.append(case.call_and_validate().status_code)

    answers()
    assert seen and max(seen) < 500
