"""What one help centre is made of: an index and how it is shown. Checked when it is made."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from starlette.requests import Request

from faqsearch import limits
from faqsearch.document import Document
from faqsearch.errors import InvalidOptionError
from faqsearch.events import FeedbackEvent, SearchEvent
from faqsearch.faq_index import FaqIndex
from faqsearch.query.complete import visible
from faqsearch.query.options import CategoryChoice, labels_of, micros, whole, within_paths

Audience: TypeAlias = Callable[[Request], Iterable[str]]
"""The groups that the reader who sent a request belongs to."""

EventSink: TypeAlias = Callable[[SearchEvent | FeedbackEvent], None]

_SCHEMES = ("http", "https", "mailto", "tel")


@dataclass(frozen=True, slots=True)
class Site:
    """An index, and what the mounting service says about it."""

    index: FaqIndex
    title: str
    per_page: int
    within: CategoryChoice
    audience: Audience | None
    contact_url: str | None
    contact_label: str
    templates: Path | None
    public_url: str
    feedback: bool

    def groups(self, request: Request) -> frozenset[str]:
        """The reader's groups, from the mounting service and never from the address."""
        return frozenset() if self.audience is None else labels_of("audience", self.audience(request))

    def document(self, id: str, groups: frozenset[str]) -> Document | None:
        """The document, where this reader may see it now."""
        document = self.index.get(id)
        if document is None or not visible(document, micros(None), groups, within_paths(self.within)):
            return None
        return document


def make_site(
    index: FaqIndex,
    *,
    title: str,
    per_page: int,
    within: CategoryChoice,
    audience: Audience | None,
    contact_url: str | None,
    contact_label: str,
    templates: str | os.PathLike[str] | None,
    public_url: str | None,
    feedback: bool,
) -> Site:
    """The site of these options; raises InvalidOptionError."""
    whole("per_page", per_page, 1, limits.PER_PAGE)
    within_paths(within)
    check_options(contact_url=contact_url, templates=templates)
    if public_url is not None and urlsplit(public_url).scheme not in ("http", "https"):
        raise InvalidOptionError(f"public_url must be an address such as https://help.example.com, not {public_url!r}")
    return Site(
        index=index,
        title=title,
        per_page=per_page,
        within=within,
        audience=audience,
        contact_url=contact_url,
        contact_label=contact_label,
        templates=None if templates is None else Path(templates),
        public_url=(public_url or "").rstrip("/"),
        feedback=feedback,
    )


def check_options(*, contact_url: str | None, templates: str | os.PathLike[str] | None) -> None:
    """Raises InvalidOptionError for what a site cannot be made with."""
    if templates is not None and not Path(templates).is_dir():
        raise InvalidOptionError(f"templates must be a folder, and {os.fspath(templates)} is none")
    if contact_url is not None and not _is_link(contact_url):
        raise InvalidOptionError(f"contact_url must be a http(s), mailto or tel address or a path, not {contact_url!r}")


def _is_link(address: str) -> bool:
    return urlsplit(address).scheme in _SCHEMES or (address.startswith("/") and not address.startswith("//"))
