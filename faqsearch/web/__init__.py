"""The help centre as an ASGI app: pages for people and a JSON API for a front end (``pip install 'faqsearch[web]'``)."""

from __future__ import annotations

from faqsearch.web.access_log import WithoutQueries
from faqsearch.web.app import create_app

__all__ = ["WithoutQueries", "create_app"]
