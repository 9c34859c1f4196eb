"""Queries that many people made, fit to be shown to others: for completion.

A query counts when at least ``min_sessions`` different sessions made it and it had good results. One that holds, or held,
anything personal is left out, and so is one with six digits or more in a row: an order number that many sessions of one
person typed is nobody else's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from faqsearch.errors import InvalidOptionError
from faqsearch.events import mask_personal
from faqsearch.report.read import LoggedFeedback, LoggedSearch
from faqsearch.report.usage import text_key

MIN_SESSIONS = 5
_MASKED = re.compile(r"\[(?:e-mail|주민등록번호|card|phone)\]")
_NUMBER = re.compile(r"\d{6,}")
_SHOWN_CODE_POINTS = 40  # a longer query is a story, not something to be completed


def popular_queries(
    events: Iterable[LoggedSearch | LoggedFeedback], *, min_sessions: int = MIN_SESSIONS
) -> tuple[tuple[str, int], ...]:
    """(query, sessions that made it), the most first. A corrected search counts for what was searched instead.

    Searches without a session and hashed queries do not count. Raises InvalidOptionError for ``min_sessions`` below 2.
    """
    if isinstance(min_sessions, bool) or not isinstance(min_sessions, int) or min_sessions < 2:
        raise InvalidOptionError(f"min_sessions must be 2 or more, or single people's queries would show, not {min_sessions!r}")
    sessions: dict[str, set[str]] = {}
    spellings: dict[str, dict[str, set[str]]] = {}
    for event in events:
        if not isinstance(event, LoggedSearch) or event.page > 1 or event.session is None or event.hashed:
            continue
        text = " ".join((event.correction or event.query).split())
        if event.confidence != "good" or not text or not _may_be_shown(text):
            continue
        key = text_key(text)
        sessions.setdefault(key, set()).add(event.session)
        spellings.setdefault(key, {}).setdefault(text, set()).add(event.session)
    found = []
    for key, made in sessions.items():
        if len(made) >= min_sessions:
            shown = min(spellings[key], key=lambda text: (-len(spellings[key][text]), text))
            found.append((shown, len(made)))
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _may_be_shown(text: str) -> bool:
    return (
        len(text) <= _SHOWN_CODE_POINTS
        and text.isprintable()
        and not _MASKED.search(mask_personal(text))
        and not _NUMBER.search(re.sub(r"[-\s.]", "", text))
    )
