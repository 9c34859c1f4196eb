"""What the code promises about its own shape."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "faqsearch").rglob("*.py"))
MOST_LINES = 400
# Longer for a reason given in an ADR: path below faqsearch/ → the ADR's number.
LONGER = {"faq_index.py": "0007"}


def name(path: Path) -> str:
    return path.relative_to(ROOT / "faqsearch").as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_has_at_most_400_lines_or_a_reason(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if name(path) in LONGER:
        reasons = [
            adr for adr in (ROOT / "docs" / "adr").glob(f"{LONGER[name(path)]}-*.md") if name(path) in adr.read_text("utf-8")
        ]
        assert reasons, f"{name(path)} has {lines} lines and no ADR that names it"
    else:
        assert lines <= MOST_LINES, f"{name(path)} has {lines} lines: one concept a file"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    if path.read_text(encoding="utf-8").strip():
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_module_is_named_for_leftovers(path: Path) -> None:
    assert not re.search(r"util|helper|common|misc|manager", path.stem)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_is_left_open(path: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|pragma: no cover", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_pickle_is_never_imported(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not imported & {"pickle", "marshal", "shelve", "dill", "cloudpickle"}


def test_word_lists_give_a_reason_for_every_entry() -> None:
    for path in (ROOT / "faqsearch" / "analysis" / "resources").glob("*.tsv"):
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        assert rows, path.name
        assert all(row[-1].strip() and len(row) >= 2 for row in rows), path.name


def test_every_word_list_entry_stands_once() -> None:
    for path in (ROOT / "faqsearch" / "analysis" / "resources").glob("*.tsv"):
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        words = [(row[0], row[2]) if path.name == "synonyms.tsv" else row[0] for row in rows]
        assert len(words) == len(set(words)), path.name


def test_constraints_name_packages_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)


def test_every_file_of_tests_with_an_index_runs_on_a_cluster_or_says_why_not() -> None:
    table = json.loads((ROOT / "tests" / "cases" / "backends.json").read_text(encoding="utf-8"))
    listed = [*table["files"], *(file for line in table["other_files"] for file in line["files"])]
    word = re.compile(r"\bFaqIndex[.(]")
    with_index = {path.name for path in (ROOT / "tests").glob("test_*.py") if word.search(path.read_text(encoding="utf-8"))}
    assert sorted(listed) == sorted(set(listed))
    assert with_index <= set(listed)
