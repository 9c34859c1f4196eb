"""The table "What it understands" of both READMEs, line by line through the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from faqsearch import FaqIndex, read_documents
from faqsearch.cli.commands import cli

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)


def rows(page: str, heading: str) -> list[tuple[str, ...]]:
    section = (ROOT / page).read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [tuple(cell.strip() for cell in row) for row in ROW.findall(section)]


LINES = rows("README.md", "What it understands")


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("understands") / "help.index"
    with FaqIndex.create(place) as index:
        index.sync(read_documents(ROOT / "data" / "faqs.jsonl"))
    return str(place)


def test_both_readmes_show_the_same_lines() -> None:
    assert len(LINES) >= 14
    assert rows("README.ko.md", "알아듣는 말") == LINES


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_the_command_line_answers_as_the_readme_says(location: str, line: tuple[str, ...]) -> None:
    typed, searched, why, first = line
    done = CliRunner().invoke(cli, ["search", location, typed, "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    correction = answer["correction"] or {"query": "", "reason": ""}
    assert (correction["query"], correction["reason"]) == (searched, why)
    assert answer["hits"][0]["document"]["title"] == first


def test_what_initials_may_mean_is_offered(location: str) -> None:
    answer = json.loads(CliRunner().invoke(cli, ["search", location, "ㅎㅂ", "--json"]).stdout)
    assert (answer["correction"]["query"], answer["suggestions"]) == ("환불", ["회비", "할부", "홍보"])


@pytest.mark.parametrize("state", ["ㅋ", "캐", "캣", "캐시"])
def test_every_state_on_the_way_to_a_word_completes(location: str, state: str) -> None:
    done = CliRunner().invoke(cli, ["complete", location, state])
    assert done.exit_code == 0
    assert "캐시" in done.stdout
