"""Is a difference more than the luck of the queries? Bootstrap intervals and a paired randomisation test.

Intervals are percentiles of means over queries drawn again with replacement (Efron & Tibshirani 1993, §13.3); the test flips
the signs of paired differences at random (Smucker, Allan & Carterette 2007, §3.2). Both with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 5_000
_SEED = 7
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds that hold 95 % of the bootstrap means."""

    mean: float
    low: float
    high: float

    def points(self) -> str:
        """As points (hundredths) with a sign, for a difference."""
        return f"{self.mean * 100:+.2f} [{self.low * 100:+.2f}, {self.high * 100:+.2f}]"


def interval(values: Sequence[float]) -> Interval:
    """The mean of ``values`` and its bootstrap interval; of no values, zeros."""
    if not values:
        return Interval(0.0, 0.0, 0.0)
    array = np.asarray(values, dtype=np.float64)
    random = np.random.default_rng(_SEED)
    rounds = [array[random.integers(0, len(array), (_CHUNK, len(array)))].mean(axis=1) for _ in range(ROUNDS // _CHUNK)]
    low, high = np.percentile(np.concatenate(rounds), (2.5, 97.5))
    return Interval(float(array.mean()), float(low), float(high))


def randomisation(differences: Sequence[float]) -> float:
    """The share of random signs that give a mean at least as far from 0: the two-sided p of a paired difference."""
    array = np.asarray(differences, dtype=np.float64)
    if not array.any():
        return 1.0
    random = np.random.default_rng(_SEED)
    observed = abs(array.sum()) - 1e-12
    extreme = 0
    for _ in range(ROUNDS // _CHUNK):
        signs = random.integers(0, 2, (_CHUNK, len(array))) * 2 - 1
        extreme += int((np.abs(signs @ array) >= observed).sum())
    return (extreme + 1) / (ROUNDS + 1)
