"""The templates: ours, and before them a folder of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from faqsearch.analysis.hangul import particle
from faqsearch.web.addresses import Addresses
from faqsearch.web.blocks import blocks
from faqsearch.web.site import Site

HERE = Path(__file__).parent
OURS = HERE / "templates"
STATIC = HERE / "static"


class Templates:
    """Renders pages of one site. A user's ``page.html`` may extend ours as ``faqsearch/page.html``."""

    def __init__(self, site: Site) -> None:
        ours = jinja2.FileSystemLoader(OURS)
        loaders: list[jinja2.BaseLoader] = [jinja2.PrefixLoader({"faqsearch": ours}), ours]
        if site.templates is not None:
            loaders.insert(0, jinja2.FileSystemLoader(site.templates))
        self._site = site
        self._environment = jinja2.Environment(
            loader=jinja2.ChoiceLoader(loaders),
            autoescape=True,
            auto_reload=False,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(count="{:,}".format, blocks=blocks, particle=particle)
        self.version = _fingerprint(static_folders(site), "")
        self.fingerprint = _fingerprint([OURS, *([site.templates] if site.templates else [])], self.version)

    def addresses(self, request: Request) -> Addresses:
        """The addresses as this request sees them: the app may be mounted anywhere."""
        return Addresses(request.scope.get("root_path", ""), public=self._site.public_url, version=self.version)

    def page(self, request: Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
        """The page; every template sees ``site`` and ``addresses`` besides ``values``."""
        text = self._environment.get_template(template).render(
            {"site": self._site, "addresses": self.addresses(request), "query": "", **values}
        )
        return HTMLResponse(text, status)


def static_folders(site: Site) -> list[Path]:
    """Where style sheets and scripts are looked for: the user's ``static`` folder, then ours."""
    theirs = site.templates / "static" if site.templates is not None else None
    return [*([theirs] if theirs is not None and theirs.is_dir() else []), STATIC]


def _fingerprint(folders: list[Path], salt: str) -> str:
    """Changes with any file in the folders."""
    digest = blake2b(salt.encode(), digest_size=6)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
