"""Any model with sentence-transformers' ``encode`` as an encoder; the package itself is never imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from faqsearch.analysis.pieces import clean
from faqsearch.encoders.calibrate import calibrated
from faqsearch.errors import InvalidOptionError
from faqsearch.options import Calibration, SentenceModel, require_encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 32


class SentenceTransformerEncoder:
    """An encoder around ``model``; its calibration is measured unless one is given.

    ``name`` is kept with the index, and another name is another encoder; where it is left out it is taken from the model's
    card. A model of the E5 family needs ``query_prefix="query: "`` and ``passage_prefix="passage: "``.
    """

    def __init__(
        self,
        model: SentenceModel,
        *,
        name: str | None = None,
        query_prefix: str = "",
        passage_prefix: str = "",
        calibration: Calibration | None = None,
    ) -> None:
        require_encoder(model)
        self._model = model
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        found = name or _name(model)
        if not found:
            raise InvalidOptionError(
                "the model does not say its name: wrap it in faqsearch.encoders.SentenceTransformerEncoder(model, name=...)"
            )
        self.name = f"{found} {query_prefix}{passage_prefix}".strip()
        self.dimensions = int(self._encode(["도움말"]).shape[1])
        self.calibration = calibration if calibration is not None else calibrated(self)

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), dimensions) float32`` unit vectors."""
        return self._encode([self._query_prefix + clean(text) for text in texts])

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), dimensions) float32`` unit vectors."""
        return self._encode([self._passage_prefix + clean(text) for text in texts])

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        import numpy as np

        parts = [np.asarray(self._model.encode(texts[i : i + BATCH]), dtype=np.float32) for i in range(0, len(texts), BATCH)]
        rows = np.concatenate(parts) if parts else np.zeros((0, getattr(self, "dimensions", 0)), dtype=np.float32)
        if rows.ndim != 2 or len(rows) != len(texts):
            raise InvalidOptionError(
                f"encode gave an array of shape {rows.shape} for {len(texts)} texts; expected one row each"
            )
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: NDArray[np.float32] = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
        return unit


def _name(model: Any) -> str | None:
    card = getattr(model, "model_card_data", None)
    for source, attribute in ((card, "model_id"), (card, "base_model"), (model, "name"), (model, "model_name")):
        value = getattr(source, attribute, None)
        if isinstance(value, str) and value:
            return value
    return None
