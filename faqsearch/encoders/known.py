"""From what a user gives, or an index remembers, to an Embedder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from faqsearch.encoders.calibrate import calibrated
from faqsearch.encoders.e5 import E5Encoder
from faqsearch.encoders.embedder import Embedder
from faqsearch.encoders.sentence_transformers import SentenceTransformerEncoder
from faqsearch.encoders.universal import UniversalEncoder
from faqsearch.errors import InvalidOptionError
from faqsearch.options import Calibration, Encoder

BUILT_IN: dict[str, Callable[[], Encoder]] = {"use": UniversalEncoder, "e5": E5Encoder}


def embedder(encoder: Any) -> Embedder:
    """The embedder of an Encoder, a model with ``encode``, or the name of a built-in encoder.

    Raises InvalidOptionError for anything else, and where a package is missing.
    """
    if isinstance(encoder, str):
        if encoder not in BUILT_IN:
            raise InvalidOptionError(f"there is no encoder {encoder!r}; built in are {', '.join(map(repr, BUILT_IN))}")
        encoder = BUILT_IN[encoder]()
    elif not (callable(getattr(encoder, "queries", None)) and callable(getattr(encoder, "passages", None))):
        encoder = SentenceTransformerEncoder(encoder)
    name, dimensions = getattr(encoder, "name", None), getattr(encoder, "dimensions", None)
    if not isinstance(name, str) or not name or not isinstance(dimensions, int) or dimensions < 1:
        raise InvalidOptionError(f"an encoder needs a name and its number of dimensions, not {name!r} and {dimensions!r}")
    calibration = getattr(encoder, "calibration", None)
    return Embedder(encoder, calibration if isinstance(calibration, Calibration) else calibrated(encoder))


def remembered(kept: Mapping[str, Any] | None) -> Embedder | None:
    """The embedder of a built-in encoder that an index was made with; None for another one or without its package."""
    for make in (UniversalEncoder, E5Encoder):
        if kept and kept["name"] == make.name:
            try:
                return embedder(make())
            except InvalidOptionError:
                return None
    return None
