"""An index of every format there has been opens for ever, or says with the remedy that it does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from faqsearch import Document, FaqIndex, IndexFormatError
from faqsearch.index.embedded.toc import FORMAT_VERSION

GOLDEN = Path(__file__).parent / "golden"
FORMATS = range(1, FORMAT_VERSION + 1)


def test_every_format_is_kept() -> None:
    """A new format: run tests/golden/make.py once and keep what it makes."""
    assert sorted(path.name for path in GOLDEN.glob("format-*.json")) == [f"format-{number}.json" for number in FORMATS]


@pytest.mark.parametrize("number", FORMATS)
def test_an_index_of_this_format_opens_or_says_what_to_do(tmp_path: Path, number: int) -> None:
    place = Path(shutil.copytree(GOLDEN / f"format-{number}", tmp_path / "index"))
    expected = json.loads((GOLDEN / f"format-{number}.json").read_text(encoding="utf-8"))
    try:
        index = FaqIndex.open(place, on_mismatch="search")
    except IndexFormatError as error:
        assert number < FORMAT_VERSION
        assert f"format {number}" in str(error) and "faqsearch index" in str(error)
        return
    documents = [Document.from_dict(values) for values in expected["documents"]]
    with index:
        assert index.check().problems == ()
        assert sorted(index, key=lambda document: document.id) == documents
        assert [document.extra for document in sorted(index, key=lambda document: document.id)] == [
            document.extra for document in documents
        ]
        assert (index.stats().segments, index.stats().deleted) == (expected["segments"], expected["deleted"])
        assert {query: index.search(query, audience="vip").total for query in expected["totals"]} == expected["totals"]
        assert "톡 서랍" in index.lexicon.words
        index.upsert(Document("new", "캐시"))
        index.rebuild()
        assert index.check().ok
        assert len(index) == len(documents) + 1
