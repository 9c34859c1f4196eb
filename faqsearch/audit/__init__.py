"""What a content team should fix: faults of a collection that a machine can see."""

from __future__ import annotations

from faqsearch.audit.finding import KINDS, AuditReport, Finding, Kind
from faqsearch.audit.run import audit_index

__all__ = ["KINDS", "AuditReport", "Finding", "Kind", "audit_index"]
