"""What operators see of a call: an OpenTelemetry span where its API is installed, and a line of logging.

Neither says what was searched. Loggers are those below ``faqsearch``; no handler or level is set. Without the API, or
without an SDK set up, a call costs a look at a variable.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ParamSpec, TypeVar

from faqsearch.results import SearchResults, SyncReport

_LOGGER = logging.getLogger("faqsearch.index")

P = ParamSpec("P")
R = TypeVar("R")


@functools.cache
def _tracer() -> Any:
    """OpenTelemetry's API and its tracer of this library, or None; looked for once, at the first call."""
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace, trace.get_tracer("faqsearch")


def _span(name: str) -> AbstractContextManager[Any]:
    """A span, or nothing where nobody set up a provider of spans: a no-op span costs a hundredth of a search."""
    found = _tracer()
    if found is None or isinstance(found[0].get_tracer_provider(), found[0].ProxyTracerProvider):
        return nullcontext()
    span: AbstractContextManager[Any] = found[1].start_as_current_span(name)
    return span


def traced(name: str, *, level: int = logging.DEBUG) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Wraps a method in a span ``faqsearch.<name>`` and logs how long it took; counts of its result become attributes."""

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(method)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            begun = time.perf_counter()
            with _span(f"faqsearch.{name}") as current:
                result = method(*args, **kwargs)
                logged = _LOGGER.isEnabledFor(level)
                recorded = current is not None and current.is_recording()
                if logged or recorded:
                    counts = _counts(result)
                    if recorded:
                        current.set_attributes({f"faqsearch.{key}": value for key, value in counts.items()})
                    if logged:
                        words = "".join(f", {key} {value}" for key, value in counts.items())
                        _LOGGER.log(level, "%s took %.1f ms%s", name, (time.perf_counter() - begun) * 1000, words)
            return result

        return call

    return decorate


def _counts(result: object) -> dict[str, str | int | bool]:
    if isinstance(result, SearchResults):
        return {
            "total": result.total,
            "page": result.page,
            "confidence": result.confidence,
            "corrected": result.correction is not None,
            "generation": result.generation,
        }
    if isinstance(result, SyncReport):
        return dict(result.to_dict())
    if isinstance(result, bool):
        return {}
    if isinstance(result, int):
        return {"documents": result}
    return {"hits": len(result)} if isinstance(result, tuple) else {}
