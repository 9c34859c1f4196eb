"""The setting FAQSEARCH, read and checked when it is needed, and the index that it names, one a process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from faqsearch.analysis.lexicon import Lexicon
from faqsearch.faq_index import FaqIndex

_KNOWN = frozenset({"LOCATION", "DOCUMENTS", "LEXICON", "AUDIENCE"})
_LOCK = threading.Lock()
_OPEN: dict[str, FaqIndex] = {}


def setting(name: str) -> Any:
    """One value of FAQSEARCH, None where it is left out; raises ImproperlyConfigured."""
    values = getattr(settings, "FAQSEARCH", None)
    if not isinstance(values, dict) or not values.get("LOCATION"):
        raise ImproperlyConfigured("FAQSEARCH must be a dict with LOCATION, the folder of the index")
    if unknown := set(values) - _KNOWN:
        raise ImproperlyConfigured(
            f"FAQSEARCH has an unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(_KNOWN))}"
        )
    return values.get(name)


def function(name: str) -> Callable[..., Any] | None:
    """The function that a setting names, or is."""
    value = setting(name)
    found: Callable[..., Any] | None = import_string(value) if isinstance(value, str) else value
    return found


def lexicon() -> Lexicon | None:
    """The lexicon of the setting."""
    folder = setting("LEXICON")
    return None if folder is None else Lexicon.from_folder(Path(folder))


def shared_index() -> FaqIndex:
    """The index, opened once a process for reading; it follows every commit of another process."""
    location = str(setting("LOCATION"))
    with _LOCK:
        if location not in _OPEN:
            _OPEN[location] = FaqIndex.open(location, read_only=True, on_mismatch="search")
        return _OPEN[location]
