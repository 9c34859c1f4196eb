"""What ``faqsearch eval --against`` prints: the differences, and the queries most helped and hurt with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from faqsearch.cli.terminal import printable

if TYPE_CHECKING:
    from faqsearch import FaqIndex
    from faqsearch.comparison import ChangedQuery, Comparison

_REASONS = 3


def comparison_text(
    found: Comparison,
    texts: Mapping[str, str],
    qrels: Mapping[str, Mapping[str, int]],
    before: FaqIndex,
    after: FaqIndex,
) -> Iterator[str]:
    """The lines of a comparison."""
    yield str(found)
    for title, changed in (("most helped", found.helped), ("most hurt", found.hurt)):
        if changed:
            yield f"\n{title}:"
        for one in changed:
            yield from _query(one, texts[one.id], qrels[one.id], before, after)


def comparison_dict(
    found: Comparison,
    texts: Mapping[str, str],
    qrels: Mapping[str, Mapping[str, int]],
    before: FaqIndex,
    after: FaqIndex,
) -> dict[str, Any]:
    """The comparison as JSON, each changed query with its text and both explanations of its best judged document."""
    values = found.to_dict()
    for some in (values["helped"], values["hurt"]):
        for one in some:
            id = _best(qrels[one["id"]])
            text = texts[one["id"]]
            one.update(
                text=text,
                document=id,
                explained_before=before.explain(text, id=id).to_dict(),
                explained_after=after.explain(text, id=id).to_dict(),
            )
    return values


def _query(one: ChangedQuery, text: str, grades: Mapping[str, int], before: FaqIndex, after: FaqIndex) -> Iterator[str]:
    yield f"  {one.before:.3f} → {one.after:.3f}  {printable(text)}  ({one.id})"
    id = _best(grades)
    for name, index in (("before", before), ("after ", after)):
        explanation = index.explain(text, id=id)
        yield f"    {name} {explanation.value:8.2f}  {printable(explanation.description)}"
        parts = sorted(explanation.details, key=lambda part: -abs(part.value))[:_REASONS]
        yield from (f"           {part.value:+8.2f}  {printable(part.description)}" for part in parts)


def _best(grades: Mapping[str, int]) -> str:
    """The document judged best."""
    return max(grades, key=lambda document: (grades[document], document))
