"""The docs hold: code blocks run, links lead somewhere, make targets exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[tuple[str, str]]:
    """(language, text) of the code blocks of a page, in order."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


WITH_CODE = [page for page in PAGES if any(language in ("python", "console") for language, _ in blocks(page))]
LONG = {page for page in WITH_CODE if page.name == "audit.md" or page.suffixes[0] == ".ko"}
"""Twins, whose code mostly is that of the English page, and what audits all of ``data/``."""


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.slow] * (page in LONG)) for page in WITH_CODE], ids=name
)
def test_code_blocks_run_in_order(page: Path, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    todo = []
    for language, text in blocks(page):
        if language == "python":
            todo.append((language, text))
        elif language == "console":
            todo += [(language, line[2:]) for line in text.splitlines() if line.startswith("$ faqsearch ")]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "page_runner.py")],
        cwd=tmp_path,
        env={**environment(), "PYTHONPATH": str(ROOT)},
        input=json.dumps(todo),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONUTF8": "1"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`(?:[A-Z]+=\S+ )*make ([a-z-]+)", page.read_text(encoding="utf-8"))) <= targets
    assert set(re.findall(r"^\$ make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)) <= targets


def test_the_korean_readme_has_the_sections_of_the_english_one() -> None:
    headings = [re.findall(r"^## ", (ROOT / page).read_text("utf-8"), re.MULTILINE) for page in ("README.md", "README.ko.md")]
    assert len(headings[0]) == len(headings[1])


def test_both_readmes_show_the_same_figures() -> None:
    tables = [
        re.findall(r"^\| [a-z-]+ \| 0.*$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
        for page in ("README.md", "README.ko.md")
    ]
    assert tables[0] == tables[1] != []


def test_every_decision_says_status_context_decision_consequences() -> None:
    for page in (ROOT / "docs" / "adr").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        for part in ("Status:", "**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{name(page)}: {part}"
