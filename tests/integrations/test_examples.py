"""Every example runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
SAYS = {
    "langchain_answer.py": "질문: 캐시 환불은 언제 되나요?",
    "llama_index_answer.py": "환불",
    "mcp_client.py": "good",
    "frames.py": "캐시를 환불받고 싶어요.\n캐시를 환불받고 싶어요.",
    "zendesk.py": "('결제', '환불') 캐시를 환불받고 싶어요. 쓰지 않은 캐시는 환불됩니다.",
}
ELSEWHERE = {"service.py"}  # below


def test_every_example_is_tried_and_listed() -> None:
    files = {path.name for path in EXAMPLES.glob("*.py")}
    assert files == set(SAYS) | ELSEWHERE
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    assert all(f"({path.relative_to(EXAMPLES).as_posix()})" in listed for path in EXAMPLES.rglob("*.py"))


@pytest.mark.parametrize("name", SAYS)
def test_an_example_runs(name: str) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert SAYS[name] in done.stdout


def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(EXAMPLES / "tour.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)  # kept without outputs: they would grow old
    NotebookClient(notebook, timeout=600, startup_timeout=300, resources={"metadata": {"path": str(EXAMPLES)}}).execute()
    assert any("환불" in str(output) for cell in notebook.cells for output in cell.get("outputs", ()))


def test_the_service_answers_and_logs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HELP_FOLDER", str(tmp_path))
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import service  # type: ignore[import-not-found]

    source = (EXAMPLES / "service.py").read_text("utf-8").splitlines()
    assert len([line for line in source if line.strip()]) <= 40
    from browser.serving import serving

    index = next(line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.startswith("$ faqsearch index"))
    arguments = [part.replace("help.index", str(tmp_path / "help.index")) for part in index.split()[2:]]
    subprocess.run([sys.executable, "-m", "faqsearch", *arguments], cwd=ROOT, check=True)

    with serving(service.make_app()) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert "환불" in client.get("/answer", params={"question": "캐시 환불"}).json()["title"]
        assert client.get("/answer", params={"question": "우주 정거장"}).json()["answer"] is None
        page = client.get("/help/search", params={"query": "캐시 환불"}, headers={"cookie": "visit=a"})
        assert "도움말 검색 결과" in page.text
    assert '"session": "a"' in (tmp_path / "events.jsonl").read_text("utf-8")
