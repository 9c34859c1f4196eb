"""What an audit finds: one value a fault, in the order in which they hurt readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "title_not_found",
    "empty_body",
    "near_duplicates",
    "titles_alike",
    "unknown_word",
    "paraphrase_not_found",
    "never_found",
    "long_body",
    "single_entry_category",
    "unstable_compound",
]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""All kinds, the worst first."""

FROM_EVENTS: frozenset[Kind] = frozenset({"unknown_word", "never_found"})
"""Kinds that only a log of searches shows."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the entries it concerns (the ones to fix first), and what about them.

    ``text`` is a word, a query or a category's labels joined by " > ", "" where the entry is all; ``others`` are entries that
    stand in the way or that a word may mean; ``numbers`` are counts by name: ``rank``, ``views``, ``characters``,
    ``searches``, ``whole``, ``apart`` (documents), and ``similarity`` (0 to 1).
    """

    kind: Kind
    ids: tuple[str, ...]
    text: str = ""
    others: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "kind": self.kind,
            "ids": list(self.ids),
            "text": self.text,
            "others": list(self.others),
            "numbers": dict(self.numbers),
        }


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All findings, by kind in the order of ``KINDS``; ``skipped`` kinds need a log of searches and had none.

    ``titles`` has the title of every entry that a finding names.
    """

    findings: tuple[Finding, ...]
    documents: int
    searches: int
    skipped: tuple[Kind, ...]
    titles: Mapping[str, str]

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values of everything."""
        return {
            "documents": self.documents,
            "searches": self.searches,
            "skipped": list(self.skipped),
            "counts": {kind: len(self.of(kind)) for kind in KINDS if kind not in self.skipped},
            "findings": [finding.to_dict() for finding in self.findings],
            "titles": dict(self.titles),
        }
