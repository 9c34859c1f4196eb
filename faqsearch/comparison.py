"""Two evaluations of the same queries beside each other: is the second better, and for which queries?"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faqsearch.errors import InvalidOptionError
from faqsearch.evaluation import Evaluation

_ROUNDS = 2_000
_SEED = 7


@dataclass(frozen=True, slots=True)
class Difference:
    """What a measure gained on average, with the interval that holds 95 % of the means over queries drawn again (bootstrap)."""

    before: float
    after: float
    low: float
    high: float

    @property
    def gain(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ChangedQuery:
    """A query whose first measure changed."""

    id: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences by measure; the queries most helped and most hurt, the largest change first; how many changed at all."""

    differences: Mapping[str, Difference]
    helped: tuple[ChangedQuery, ...]
    hurt: tuple[ChangedQuery, ...]
    improved: int
    worsened: int
    queries: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "differences": {
                name: {"before": one.before, "after": one.after, "gain": one.gain, "low": one.low, "high": one.high}
                for name, one in self.differences.items()
            },
            "helped": [{"id": one.id, "before": one.before, "after": one.after} for one in self.helped],
            "hurt": [{"id": one.id, "before": one.before, "after": one.after} for one in self.hurt],
            "improved": self.improved,
            "worsened": self.worsened,
            "queries": self.queries,
        }

    def __str__(self) -> str:
        width = max(map(len, self.differences))
        lines = [f"{'':<{width}}  {'before':>7} {'after':>7} {'gain':>8}  95 % of the luck of the queries"]
        for name, one in self.differences.items():
            verdict = "better" if one.low > 0 else "worse" if one.high < 0 else "no clear difference"
            values = f"{one.before:>7.4f} {one.after:>7.4f} {one.gain:>+8.4f}"
            lines.append(f"{name:<{width}}  {values}  [{one.low:+.4f}, {one.high:+.4f}] {verdict}")
        return "\n".join([*lines, f"{self.queries} queries: {self.improved} better, {self.worsened} worse"])


def compare(before: Evaluation, after: Evaluation, *, most: int = 10) -> Comparison:
    """How ``after`` differs from ``before``, with up to ``most`` queries helped and hurt by the first measure.

    Raises InvalidOptionError where the two are not of the same queries and measures.
    """
    if before.by_query.keys() != after.by_query.keys() or list(before.means) != list(after.means):
        raise InvalidOptionError("two evaluations compare only where they have the same queries and the same measures")
    ids = list(before.by_query)
    differences = {}
    for name in before.means:
        gaps = [after.by_query[id][name] - before.by_query[id][name] for id in ids]
        low, high = _bootstrap(gaps)
        differences[name] = Difference(before.means[name], after.means[name], low, high)
    first = next(iter(before.means))
    changed = [ChangedQuery(id, before.by_query[id][first], after.by_query[id][first]) for id in ids]
    helped = sorted((one for one in changed if one.after > one.before), key=lambda one: one.before - one.after)
    hurt = sorted((one for one in changed if one.after < one.before), key=lambda one: one.after - one.before)
    return Comparison(differences, tuple(helped[:most]), tuple(hurt[:most]), len(helped), len(hurt), len(ids))


def _bootstrap(gaps: Sequence[float]) -> tuple[float, float]:
    if not gaps:
        return 0.0, 0.0
    draw = random.Random(_SEED)
    means = sorted(sum(draw.choices(gaps, k=len(gaps))) / len(gaps) for _ in range(_ROUNDS))
    return means[int(0.025 * _ROUNDS)], means[int(0.975 * _ROUNDS) - 1]
