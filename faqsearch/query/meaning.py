"""What re-ranking needs of an encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from faqsearch.options import Calibration

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Meaning(Protocol):
    """Turns a query into a vector; ``calibration`` says how its cosines count."""

    calibration: Calibration

    def query(self, text: str) -> NDArray[np.float32] | None:
        """``(dimensions,) float32``: the unit vector of a query, or None where there is none."""
