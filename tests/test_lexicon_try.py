"""``faqsearch lexicon try``: what a new lexicon would change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from faqsearch import Document, FaqIndex, Lexicon
from faqsearch.cli.commands import cli


@pytest.fixture
def location(tmp_path: Path) -> str:
    with FaqIndex.create(tmp_path / "help.index", lexicon=Lexicon(general=False)) as index:
        index.sync([Document("1", "캐시 환불"), Document("2", "상품 반송"), Document("3", "쿠폰 등록")])
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "synonyms.tsv").write_text("환불\t>\t반송\n", encoding="utf-8")
    (tmp_path / "queries.txt").write_text("# people\n환불\t12\n쿠폰\n", encoding="utf-8")
    return str(tmp_path / "help.index")


def test_it_prints_the_queries_that_change_and_how(location: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli, ["lexicon", "try", location, str(tmp_path / "new"), "--queries", str(tmp_path / "queries.txt")]
    )
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "환불"
    assert lines[1].split() == ["→", "2", "상품", "반송"]
    assert lines[-1] == "1 of 2 queries change"


def test_the_index_stays_as_it_is(location: str, tmp_path: Path) -> None:
    arguments = ["lexicon", "try", location, str(tmp_path / "new"), "--queries", str(tmp_path / "queries.txt"), "--json"]
    answer = json.loads(CliRunner().invoke(cli, arguments).stdout)
    assert answer == [{"query": "환불", "before": ["1"], "after": ["1", "2"]}]
    with FaqIndex.open(location) as index:
        assert not index.lexicon.synonyms


def test_a_file_of_queries_that_is_not_there_is_named(location: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["lexicon", "try", location, str(tmp_path / "new"), "--queries", "nowhere.txt"])
    assert done.exit_code != 0
    assert "nowhere.txt" in str(done.exception)
