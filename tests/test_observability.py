"""What operators see: logging without handlers, spans, /metrics; never what was searched."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext

import httpx
import pytest
from browser.serving import serving
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from faqsearch import Document, FaqIndex, InvalidOptionError, tracing
from faqsearch.web import create_app


@pytest.fixture
def index() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as made:
        made.sync([Document("1", "캐시 환불"), Document("2", "정기 결제 해지")])
        yield made


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    monkeypatch.setattr(tracing, "_tracer", lambda: (trace, provider.get_tracer("faqsearch")))
    return exporter


def test_the_library_sets_no_handler_and_no_level() -> None:
    code = (
        "import logging, faqsearch, faqsearch.tracing\n"
        "found = [logging.getLogger(n) for n in ('', 'faqsearch', 'faqsearch.index', 'faqsearch.event_log')]\n"
        "assert all(not one.handlers for one in found)\n"
        "assert all(one.level == logging.NOTSET for one in found[1:])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_writes_are_logged_at_info_and_searches_at_debug_without_the_query(
    index: FaqIndex, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "faqsearch"):
        index.search("환불")
        index.sync([Document("1", "캐시 환불")])
    lines = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "faqsearch.index"]
    assert [level for level, _ in lines] == ["DEBUG", "INFO"]
    assert "total 1" in lines[0][1] and "deleted 1" in lines[1][1]
    assert not any("환불" in message for _, message in lines)


def test_calls_are_spans_with_counts_and_without_the_query(index: FaqIndex, spans: InMemorySpanExporter) -> None:
    index.search("환불")
    index.related("1")
    index.upsert(Document("3", "배송"))
    found = spans.get_finished_spans()
    assert [span.name for span in found] == ["faqsearch.search", "faqsearch.related", "faqsearch.upsert"]
    attributes = dict(found[0].attributes or {})
    assert attributes["faqsearch.total"] == 1 and attributes["faqsearch.confidence"] == "good"
    assert "환불" not in str([span.to_json() for span in found])


def test_an_error_is_in_its_span(index: FaqIndex, spans: InMemorySpanExporter) -> None:
    with pytest.raises(InvalidOptionError):
        index.search("환불", page=0)
    (span,) = spans.get_finished_spans()
    assert not span.status.is_ok and span.events[0].name == "exception"


def test_without_opentelemetry_everything_works() -> None:
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from faqsearch import FaqIndex, tracing\n"
        "index = FaqIndex.in_memory(); assert index.search('').total == 0 and tracing._tracer() is None"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_where_nobody_set_up_spans_none_is_made(index: FaqIndex) -> None:
    assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
    assert isinstance(tracing._span("faqsearch.search"), nullcontext)


def test_metrics_count_searches_by_confidence(index: FaqIndex) -> None:
    with serving(create_app(index, metrics=True)) as address, httpx.Client(base_url=address) as client:
        client.get("/api/search", params={"query": "환불"})
        client.get("/api/search", params={"query": "우주 정거장"})
        response = client.get("/metrics")
        assert response.headers["content-type"].startswith("text/plain")
        lines = response.text.splitlines()
        assert 'faqsearch_searches_total{confidence="good"} 1.0' in lines
        assert 'faqsearch_searches_total{confidence="none"} 1.0' in lines
        assert "faqsearch_documents 2.0" in lines
        assert "faqsearch_search_seconds_count 2.0" in lines


def test_metrics_are_off_unless_asked_for(index: FaqIndex) -> None:
    with serving(create_app(index)) as address:
        assert httpx.get(f"{address}/metrics").status_code == 404


def test_metrics_without_prometheus_client_name_the_remedy(index: FaqIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(InvalidOptionError, match=r"faqsearch\[metrics\]"):
        create_app(index, metrics=True)
