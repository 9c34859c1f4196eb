"""Documents that somebody made to do harm, or that came so by accident: bounded time and memory, and nothing is lost.

Files of documents that do so (a row or an archive without end) are in test_sources.py, values that are refused in
test_document.py, damaged index files in test_corruption.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from faulty import TORTURE

from faqsearch import Document, DocumentError, FaqIndex

BODY = 1 << 20
CPU_SECONDS = 900 if TORTURE else 240
"""The child is killed beyond. A MiB of Hangul without a blank takes some ten seconds of a quiet core."""
PEAK_BYTES = 1 << 30
"""Kiwi's model alone is a third of it."""

BODIES = {
    "a line of 가": "가",
    "a line of combining marks": "\u0301",
    "a line of syllables in jamo": "\u1100\u1161\u11a8",
    "a line of leading jamo": "\u1100",
    "a line of ㅋ": "ㅋ",
    "blanks": " ",
    "line breaks": "가\n",
    "a word again and again": "환불 ",
    "Latin": "a",
    "digits": "1",
    "scripts by turns": "가a1",
    "joined emoji": "👩\u200d",
    "writing from right to left": "\u202e가",
    "brackets": "(",
    "tags": "<b>",
    "NUL": "\0",
}
WHOLE = {"a line of 가", "a line of combining marks"}
"""What is a MiB in every run; the others are 32 KiB but in the torture."""

CHILD = """
import json, resource, sys, time
from faqsearch import Document, FaqIndex

location, seconds = sys.argv[1], int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
bodies = json.load(sys.stdin)
documents = [Document(str(n), "환불 안내", piece * (size // len(piece.encode()))) for n, (piece, size) in enumerate(bodies)]
spent = []
with FaqIndex.create(location) as index:
    index.upsert(Document("neighbour", "캐시 충전", "캐시를 충전합니다."))
    for document in documents:
        begun = time.process_time()
        index.upsert(document)
        spent.append(time.process_time() - begun)
        assert index.get(document.id) == document
    for query in ("환불", "가", "환불 가", documents[0].body, documents[1].body, '"' + documents[0].body + '"'):
        for hit in index.search(query, matching="any", per_page=100):
            assert len(hit.snippet.text) <= 170  # and never a syllable in two
            assert hit.document == index.get(hit.document.id)
    assert index.search("환불", per_page=100).total == len(documents)
    assert [hit.document.id for hit in index.search("캐시 충전")][0] == "neighbour"
    for document in documents:
        index.explain("환불 가", id=document.id)
        index.related(document.id)
    index.complete(documents[0].body)
    report = index.check()
    assert report.ok, report.problems
    index.rebuild([document for document in index if document.id != "0"])
    assert len(index) == len(documents) and "0" not in index

def peak():
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open("/proc/self/status") as status:  # Linux counts the parent's memory, up to the exec, in ru_maxrss
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))

print(json.dumps([spent, peak()]))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the platform cannot bound a process")
def test_a_body_at_its_limit_costs_bounded_time_and_memory(tmp_path: Path) -> None:
    bodies = [(piece, BODY if TORTURE or name in WHOLE else BODY // 32) for name, piece in BODIES.items()]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "index"), str(CPU_SECONDS)],
        input=json.dumps(bodies),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    spent, peak = json.loads(done.stdout)
    assert peak < PEAK_BYTES
    longest = max(range(len(spent)), key=spent.__getitem__)
    print(f"\n{len(spent)} bodies, longest {list(BODIES)[longest]} {spent[longest]:.1f} s of CPU, peak {peak >> 20} MiB")


IDS = [
    "/..",
    "../../etc/passwd",
    "..",
    ".",
    "/",
    "a/../b",
    "%2e%2e%2f",
    "C:\\x",
    "CON",
    "\u202eabc",
    "_MAIN_1.toc",
    "x.seg",
    "*",
    "' OR 1=1 --",
    "$(reboot)",
    "{{7*7}}",
    "가" * 170,
]


def test_an_id_is_only_a_name(tmp_path: Path) -> None:
    """No id reaches a path: what is written lies in the folder, and every id is found as it was given."""
    beside = tmp_path / "beside"
    beside.write_text("untouched", encoding="utf-8")
    documents = [Document(id, "환불 안내", category=("..", "/", id[:100])) for id in IDS]
    with FaqIndex.create(tmp_path / "index") as index:
        index.sync(documents)
        index.rebuild()
        assert {document.id: document for document in index} == {document.id: document for document in documents}
        for document in documents:
            assert index.get(document.id) == document
            assert index.search("환불", category=document.category).total >= 1
            assert index.explain("환불", id=document.id).to_text()
        assert index.check().ok
        assert index.delete(IDS[:5]) == 5
        index.snapshot(tmp_path / "copy")
        assert sorted(document.id for document in index) == sorted(IDS[5:])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["beside", "copy", "index"]
    assert beside.read_text(encoding="utf-8") == "untouched"
    assert all(path.is_file() for path in (tmp_path / "index").iterdir())


@pytest.mark.parametrize("label", ["\0", "\x1b[31m빨강", "가\n나", "\x7f", "\u0085", "\r"], ids=ascii)
def test_a_category_of_control_characters_is_refused_and_nothing_is_lost(label: str) -> None:
    with FaqIndex.in_memory() as index:
        index.upsert(Document("1", "환불"))
        generation = index.generation
        with pytest.raises(DocumentError, match=r"control character|must not be empty"):
            index.sync(Document(id, "환불", category=(label,)) for id in "12")
        assert (index.generation, len(index), index.search("환불").total) == (generation, 1, 1)
        assert index.search("환불", category=label).total == 0


@pytest.mark.parametrize("depth", [10, 2_000])
def test_markup_that_nests_deep_is_read(depth: int) -> None:
    document = Document.from_html(id="1", title="환불", html="<div>" * depth + "환불 안내" + "</div>" * depth)
    assert document.body == "환불 안내"
    assert Document.from_html(id="1", title="환불", html="<" * depth).body == "<" * depth
