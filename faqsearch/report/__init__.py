"""What people searched for: a report from the events that an ``EventLog`` wrote."""

from __future__ import annotations

from faqsearch.report.page import html_page
from faqsearch.report.popular import popular_queries
from faqsearch.report.read import LoggedEvents, read_events
from faqsearch.report.usage import DayUse, EntryUse, QueryUse, UsageReport, usage_report

__all__ = [
    "DayUse",
    "EntryUse",
    "LoggedEvents",
    "QueryUse",
    "UsageReport",
    "html_page",
    "popular_queries",
    "read_events",
    "usage_report",
]
