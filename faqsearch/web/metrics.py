"""/metrics: what Prometheus collects of searches (``pip install 'faqsearch[metrics]'``)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from faqsearch.errors import InvalidOptionError
from faqsearch.events import SearchEvent
from faqsearch.faq_index import FaqIndex

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


def metrics(index: FaqIndex) -> APIRouter:
    """The route, counting every search of ``index`` from now on. Raises InvalidOptionError without prometheus_client.

    Keep it from the public at the proxy. Each process counts for itself.
    """
    try:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
        from prometheus_client.exposition import CONTENT_TYPE_LATEST
    except ModuleNotFoundError:
        raise InvalidOptionError("metrics need prometheus_client: pip install 'faqsearch[metrics]'") from None
    registry = CollectorRegistry()
    searches = Counter(
        "faqsearch_searches", "Searches, by how well the best hit covers the query.", ["confidence"], registry=registry
    )
    corrected = Counter("faqsearch_corrected", "Searches made for another reading of what was typed.", registry=registry)
    seconds = Histogram("faqsearch_search_seconds", "Time of a search.", buckets=_SECONDS, registry=registry)
    documents = Gauge("faqsearch_documents", "Documents of the index.", registry=registry)
    generation = Gauge("faqsearch_generation", "Generation of the index; rises with every commit.", registry=registry)
    for name in ("good", "weak", "none"):
        searches.labels(name)
    documents.set_function(lambda: len(index))
    generation.set_function(lambda: index.generation)

    def count(event: SearchEvent) -> None:
        searches.labels(event.confidence).inc()
        seconds.observe(event.took_ms / 1000)
        if event.correction is not None:
            corrected.inc()

    index.on_search(count)
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    def read() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
