"""A hook of MkDocs: a link that leads out of docs/, as the repository has it, becomes the name of the file in the site."""

from __future__ import annotations

import posixpath
import re
from typing import Any

_LINK = re.compile(r"\[([^\]]*)\]\(((?:\.\./)+[^)#\s]*)(?:#[^)]*)?\)")


def on_page_markdown(markdown: str, page: Any, **rest: Any) -> str:
    """The page's text with such links rewritten."""
    folder = posixpath.dirname(page.file.src_uri)

    def rewritten(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join("docs", folder, match[2]))
        return match[0] if target.startswith("docs/") else f"{match[1]} (`{target}`)"

    return _LINK.sub(rewritten, markdown)
