"""Makes the pictures of the README: the help centre page and the terminal, by a real Chromium over data/.

``python docs/pictures/make.py`` in the environment of ``make setup``, with chromium and Noto Sans CJK installed.
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from PIL import Image
from playwright.sync_api import sync_playwright

from faqsearch import FaqIndex, Lexicon, read_documents
from faqsearch.web import create_app

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SHOWN = 30
"""Lines of what the terminal prints that the picture has room for."""
STYLES = {"1;4": "font-weight:bold;text-decoration:underline", "1": "font-weight:bold", "2": "opacity:.6"}
TERMINAL = """<body style="margin:0;background:#1e1e2e;color:#e8e8f0;display:inline-block">
<style>pre {{font:15px/1.5 'Noto Sans Mono CJK KR',monospace;margin:18px 24px;width:110ch;white-space:pre-wrap;
word-break:break-all}}</style><pre><span style="color:#8bd5a0">$ {command}</span>\n{output}</pre></body>"""


def main() -> None:
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        location = Path(folder) / "help.index"
        index = FaqIndex.create(location, lexicon=Lexicon.from_folder(ROOT / "data" / "lexicon"))
        index.sync(read_documents(ROOT / "data" / "faqs.jsonl"))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])

        server = uvicorn.Server(uvicorn.Config(create_app(index, title="온새 고객센터"), port=0, log_config=None))
        threading.Thread(target=server.run, daemon=True).start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        page = browser.new_page(viewport={"width": 1100, "height": 760})
        page.goto(f"http://127.0.0.1:{port}/search?query=캐시 환불")
        save(page.screenshot(), "page.png")
        server.should_exit = True

        arguments = ["search", "help.index", "zotl ghksqnf", "--per-page", "3", "--color"]
        command = [sys.executable, "-m", "faqsearch", *arguments]
        output = "\n".join(on_a_terminal(command, folder).split("\n")[:SHOWN])
        page = browser.new_page(viewport={"width": 1100, "height": 600})
        typed = "faqsearch search help.index 'zotl ghksqnf' --per-page 3"
        page.set_content(TERMINAL.format(command=typed, output=colored(output)))
        save(page.locator("body").screenshot(), "terminal.png")
        browser.close()


def on_a_terminal(command: list[str], folder: str) -> str:
    """What a command prints on a terminal of a hundred columns."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm-256color", "PYTHONUTF8": "1"}
    done = subprocess.Popen(command, cwd=folder, stdout=theirs, env=environment)
    os.close(theirs)
    printed = b""
    with contextlib.suppress(OSError):  # the other end is closed: it has ended
        while piece := os.read(ours, 65_536):
            printed += piece
    assert done.wait() == 0
    return printed.decode("utf-8").replace("\r\n", "\n").rstrip("\n")


def colored(text: str) -> str:
    """HTML of text with ANSI codes."""
    escaped = html.escape(text)
    for code, style in STYLES.items():
        escaped = escaped.replace(f"\x1b[{code}m", f'<span style="{style}">')
    return re.sub(r"\x1b\[0m", "</span>", escaped)


def save(png: bytes, name: str) -> None:
    """A picture of 64 colours: a fifth of the bytes, and no difference that is seen."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(64)
    picture.save(HERE / name, optimize=True)
    print(name, picture.size, f"{(HERE / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
