"""A Django project with the app: the command in a process of its own, the view through Django's client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROJECT = ROOT / "examples" / "django_project"


def manage(location: Path, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "HELP_INDEX": str(location)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("django") / "help.index"
    assert "3 documents (3 added" in manage(path, "faqsearch_sync")
    return path


ASK = """
import json
from django.test import Client
client = Client()
def ask(**parameters):
    response = client.get("/api/help/search", parameters)
    return response.status_code, response.json()
print(json.dumps([ask(query="캐시 환불"), ask(query="정산"), ask(query="정산", seller="1"), ask(category="결제>환불"),
                  ask(page="x"), ask(per_page="1000"), client.post("/api/help/search").status_code]))
"""


def test_the_view_searches_and_says_what_is_wrong(location: Path) -> None:
    found, hidden, seller, browsed, page, per_page, post = json.loads(manage(location, "shell", "-v", "0", "-c", ASK))
    assert (found[0], found[1]["hits"][0]["id"]) == (200, "refund")
    assert found[1]["hits"][0]["title"]["html"] == "<mark>캐시</mark> <mark>환불</mark>"
    assert (hidden[1]["total"], seller[1]["total"]) == (0, 1)
    assert browsed[1]["total"] == 1
    assert page[0] == per_page[0] == 400 and "page" in page[1]["detail"]
    assert post == 405


def test_the_command_changes_only_what_changed_and_takes_a_file(location: Path, tmp_path: Path) -> None:
    assert "3 unchanged" in manage(location, "faqsearch_sync")
    path = tmp_path / "faq.csv"
    path.write_text("id,title\na,환불\n", encoding="utf-8")
    assert "1 documents (1 added, 0 updated, 0 deleted" in manage(
        tmp_path / "other.index", "faqsearch_sync", "--file", str(path)
    )
    assert "does not exist" in manage(tmp_path / "other.index", "faqsearch_sync", "--file", "none.csv", code=1)
