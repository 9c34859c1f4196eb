"""An app on a free port of this machine, in a thread; or a command that serves one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from faqsearch import Document, FaqIndex, Lexicon, read_documents

ROOT = Path(__file__).parent.parent.parent
HOSTILE = "<script>alert(1)</script>"


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of a server that runs ``app``."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def data_index() -> FaqIndex:
    """Our own help centre."""
    index = FaqIndex.in_memory(lexicon=Lexicon.from_folder(ROOT / "data" / "lexicon"))
    index.sync(read_documents(ROOT / "data" / "faqs.jsonl"))
    return index


def odd_index() -> FaqIndex:
    """Entries that ordinary collections do not have."""
    now = datetime.now(UTC)
    index = FaqIndex.in_memory()
    index.sync(
        [
            Document(
                id="evil",
                title=f"환불 {HOSTILE}",
                body=f"{HOSTILE}\n[{HOSTILE}]\n환불",
                category=(f"{HOSTILE}>", "a\\b"),
                views=9,
            ),
            Document(
                id="가 나/다?#", title="환불 안내", body="환불 | 기간\n카드 | 3일\n\n※ 참고\n① 하나\n2) 둘", updated_at=now
            ),
            Document(id="seller", title="환불 정산", audience=frozenset({"판매자"}), category=("판매",)),
            Document(id="soon", title="환불 이벤트", visible_from=now + timedelta(days=1)),
            Document(id="over", title="환불 지난 이벤트", visible_until=now - timedelta(days=1)),
            Document(id="other", title="배송은 언제 오나요?", category=("배송",), url="https://help.example/배송"),
            Document(id="script-url", title="링크", url="javascript:alert(1)"),
        ]
    )
    return index


@contextmanager
def serving_command(*arguments: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """(the address that it says, the process) of a command that serves; it ends by Ctrl-C, with 0."""
    process = subprocess.Popen(
        [sys.executable, "-m", "faqsearch", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", **environment},
    )
    assert process.stdout is not None
    with process:
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"(http://\S+/) \(Ctrl-C", line):
                break
        else:
            pytest.fail(f"it did not begin to serve\n{said}")
        try:
            yield found[1], process
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            code = process.wait(30)
        assert code == 0 and "stopped" in rest and "query=" not in rest, rest


def wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("it did not become ready")
