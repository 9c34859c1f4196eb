"""Without the packages of the extra ``integrations`` nothing here is collected; make test-integrations installs them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from faqsearch import FaqIndex, read_documents

ROOT = Path(__file__).parent.parent.parent
_NEEDED = ("django", "ipykernel", "langchain_core", "llama_index", "mcp", "nbclient", "pandas", "polars")

if any(find_spec(name) is None for name in _NEEDED):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def location(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 150 entries of data/, among them some for sellers only."""
    documents = [one for one in read_documents(ROOT / "data" / "faqs.jsonl") if one.id.startswith(("story", "biz"))]
    path = tmp_path_factory.mktemp("integrations") / "help.index"
    with FaqIndex.create(path) as index:
        index.sync(documents)
    return path


@pytest.fixture(scope="session")
def index(location: Path) -> Iterator[FaqIndex]:
    with FaqIndex.open(location, read_only=True) as opened:
        yield opened
