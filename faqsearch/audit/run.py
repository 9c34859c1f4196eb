"""audit_index: all that can be found, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from faqsearch.audit.bodies import MOST_CHARACTERS, empty_bodies, long_bodies, single_entry_categories
from faqsearch.audit.collection import Collection
from faqsearch.audit.compounds import unstable_compounds
from faqsearch.audit.duplicates import SAME, near_duplicates
from faqsearch.audit.finding import FROM_EVENTS, KINDS, AuditReport, Finding
from faqsearch.audit.searches import Searches, never_found, unknown_words
from faqsearch.audit.titles import not_found, titles_alike
from faqsearch.errors import InvalidOptionError
from faqsearch.faq_index import FaqIndex
from faqsearch.report.read import LoggedFeedback, LoggedSearch


def audit_index(
    index: FaqIndex,
    *,
    events: Iterable[LoggedSearch | LoggedFeedback] | None = None,
    longest: int = MOST_CHARACTERS,
    similarity: float = SAME,
    now: datetime | None = None,
    progress: Callable[[str], None] | None = None,
) -> AuditReport:
    """Every fault of the collection in ``index`` that can be seen, the most viewed entries first in each kind.

    ``events`` are those of a log (``faqsearch.report.read_events``): without them two kinds are skipped. A body of more than
    ``longest`` characters is too long; two entries that share ``similarity`` (0 to 1) of their text say the same. ``progress``
    is called with what is looked at. Every title is searched once or twice, which takes most of the time.
    Raises InvalidOptionError.
    """
    if isinstance(longest, bool) or not isinstance(longest, int) or longest < 1:
        raise InvalidOptionError(f"longest must be a number of characters, not {longest!r}")
    if isinstance(similarity, bool) or not isinstance(similarity, (int, float)) or not 0.3 <= similarity <= 1:
        raise InvalidOptionError(f"similarity must lie between 0.3 and 1, not {similarity!r}")
    tell = progress or _nobody
    tell("entries")
    collection = Collection.of(index, now=now)
    findings: list[Finding] = []
    steps: tuple[tuple[str, Callable[[], list[Finding]]], ...] = (
        ("bodies", lambda: [*empty_bodies(collection), *long_bodies(collection, most=longest)]),
        ("categories", lambda: list(single_entry_categories(collection))),
        ("duplicates", lambda: list(near_duplicates(collection, same=similarity))),
        ("titles", lambda: list(titles_alike(collection))),
        ("words", lambda: list(unstable_compounds(collection))),
        ("searches", lambda: list(not_found(collection))),
    )
    for name, look in steps:
        tell(name)
        findings += look()
    searches = Searches()
    if events is not None:
        tell("events")
        searches = Searches.of(events)
        findings += [*never_found(collection, searches), *unknown_words(collection, searches)]
    ordered = [finding for kind in KINDS for finding in _sorted([one for one in findings if one.kind == kind])]
    named = {id for finding in ordered for id in (*finding.ids, *finding.others)}
    return AuditReport(
        findings=tuple(ordered),
        documents=len(collection.documents),
        searches=searches.count,
        skipped=() if events is not None else tuple(kind for kind in KINDS if kind in FROM_EVENTS),
        titles={id: document.title for id, document in collection.documents.items() if id in named},
    )


_BY_VIEWS = frozenset({"title_not_found", "empty_body", "titles_alike", "paraphrase_not_found", "single_entry_category"})


def _sorted(findings: list[Finding]) -> list[Finding]:
    """By falling views, or length; other kinds come in their own order."""
    if findings and findings[0].kind in _BY_VIEWS:
        return sorted(findings, key=lambda one: (-one.numbers["views"], one.ids))
    if findings and findings[0].kind == "long_body":
        return sorted(findings, key=lambda one: (-one.numbers["characters"], one.ids))
    return findings


def _nobody(name: str) -> None:
    """Nobody asked for progress."""
