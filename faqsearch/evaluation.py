"""evaluate: how good the ranking is on judged queries, by ir-measures (extra ``eval``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faqsearch.errors import InvalidOptionError
from faqsearch.faq_index import FaqIndex


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures by name: their mean over all judged queries, and each query's value."""

    means: Mapping[str, float]
    by_query: Mapping[str, Mapping[str, float]]

    def to_dict(self) -> dict[str, Any]:
        return {"means": dict(self.means), "by_query": {id: dict(values) for id, values in self.by_query.items()}}

    def __str__(self) -> str:
        names = list(self.means)
        width = max(len(name) for name in names)
        lines = [f"{name:<{width}}  {self.means[name]:.4f}" for name in names]
        return "\n".join([*lines, f"{'queries':<{width}}  {len(self.by_query)}"])


def evaluate(
    index: FaqIndex,
    queries: Mapping[str, str],
    qrels: Mapping[str, Mapping[str, int]],
    *,
    measures: Sequence[str] = ("nDCG@10", "RR@10", "R@10"),
) -> Evaluation:
    """The measures of searching ``queries`` (id → text) as their judgements (id → {document id → grade}) see it.

    A query that no document is judged to answer (no grade above 0) is left out; one that finds nothing counts 0. Raises
    InvalidOptionError for a measure that ir-measures does not know, or without ir-measures itself
    (``pip install faqsearch[eval]``).
    """
    return evaluate_as((), index, queries, qrels, measures=measures)


def evaluate_as(
    audience: Collection[str],
    index: FaqIndex,
    queries: Mapping[str, str],
    qrels: Mapping[str, Mapping[str, int]],
    *,
    measures: Sequence[str],
) -> Evaluation:
    """The same for people of the groups ``audience``."""
    judged = {id: text for id, text in queries.items() if any(grade > 0 for grade in qrels.get(id, {}).values())}
    depth = _depth(measures)
    run = {id: ranked(index, text, depth=depth, audience=audience) for id, text in judged.items()}
    return evaluate_run(run, {id: qrels[id] for id in judged}, measures=measures)


def ranked(index: FaqIndex, query: str, *, depth: int, audience: Collection[str] = ()) -> list[str]:
    """The first ``depth`` document ids for ``query``."""
    ids: list[str] = []
    page = 1
    while len(ids) < depth:
        results = index.search(query, page=page, per_page=min(depth, 100), audience=audience, facets=False)
        ids += [hit.document.id for hit in results]
        if page >= results.total_pages:
            break
        page += 1
    return ids[:depth]


def evaluate_run(
    run: Mapping[str, Sequence[str]],
    qrels: Mapping[str, Mapping[str, int]],
    *,
    measures: Sequence[str] = ("nDCG@10", "RR@10", "R@10"),
) -> Evaluation:
    """The measures of rankings (query id → document ids, best first), whatever engine made them."""
    ir = _ir_measures()
    try:
        wanted = [ir.parse_measure(name) for name in measures]
    except (ValueError, NameError) as error:
        raise InvalidOptionError(f"unknown measure: {error}; ir-measures names them as nDCG@10, RR@10, R@10") from None
    judgements = [ir.Qrel(query, id, grade) for query, grades in qrels.items() for id, grade in grades.items()]
    scored = [ir.ScoredDoc(query, id, -float(rank)) for query, ids in run.items() for rank, id in enumerate(ids)]
    by_query: dict[str, dict[str, float]] = {query: dict.fromkeys(map(str, wanted), 0.0) for query in qrels}
    for metric in ir.iter_calc(wanted, judgements, scored):
        by_query[metric.query_id][str(metric.measure)] = float(metric.value)
    count = len(by_query) or 1
    means = {str(measure): sum(values[str(measure)] for values in by_query.values()) / count for measure in wanted}
    return Evaluation(means, by_query)


def _depth(measures: Iterable[str]) -> int:
    cuts = [int(name.rpartition("@")[2]) for name in measures if name.rpartition("@")[2].isdigit() and "@" in name]
    return max(cuts, default=100)


def _ir_measures() -> Any:
    try:
        import ir_measures
    except ModuleNotFoundError:
        raise InvalidOptionError("evaluate needs ir-measures: pip install 'faqsearch[eval]'") from None
    return ir_measures
