"""The measuring itself: what is counted, for whom, and that peers do the same work."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from benchmarks import measure
from benchmarks.corpora import Request
from benchmarks.measure import pairs, ratio, turns
from benchmarks.peers import bm25s_engine, tantivy_engine
from benchmarks.peers.base import Peer, plain_snippet, query_terms
from benchmarks.plain import TwoChannels, channel
from faqsearch import Document, FaqIndex

ASKED = [Request(str(number)) for number in range(6)]

DOCUMENTS = [
    Document(
        id="refund", title="캐시 환불", body="쓰지 않은 캐시는 환불됩니다. 환불에는 3일이 걸립니다.", category=("결제", "환불")
    ),
    Document(id="charge", title="캐시 충전", body="캐시는 카드로 충전합니다.", category=("결제", "충전")),
    Document(id="login", title="로그인이 안 돼요", body="비밀번호를 바꾼 뒤 다시 로그인해 주세요.", category=("계정",)),
    Document(id="gift", title="선물 환불", body="받은 선물은 보낸 사람에게 환불됩니다.", category=("선물", "환불")),
    Document(
        id="alarm", title="알림 설정", body="설정에서 알림을 켜고 끕니다. 캐시 알림도 있습니다.", category=("계정", "알림")
    ),
]


def test_both_are_asked_everything_each_first_in_every_other_pair() -> None:
    order: list[tuple[str, str]] = []
    pairs(lambda one: order.append(("left", one.query)), lambda one: order.append(("right", one.query)), ASKED)
    assert [name for name, _ in order] == ["left", "right", "right", "left"] * 3
    assert [query for _, query in order[::2]] == [one.query for one in ASKED]


class Clocks:
    """Time that passes only where a test says so."""

    now = cpu = 0.0

    def perf_counter(self) -> float:
        return self.now

    def process_time(self) -> float:
        return self.cpu


def test_the_time_of_an_engine_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = Clocks()
    monkeypatch.setattr(measure, "time", clocks)

    def engine(wall: float, cpu: float) -> Callable[[Request], str]:
        def ask(request: Request) -> str:
            clocks.now += wall
            clocks.cpu += cpu
            return request.query

        return ask

    slow, quick = turns([(engine(2.0, 1.5), None), (engine(0.5, 0.25), None)], ASKED, swap=True)
    assert (slow.wall.tolist(), slow.cpu.tolist()) == ([2.0] * 6, [1.5] * 6)
    assert (quick.wall.tolist(), quick.cpu.tolist()) == ([0.5] * 6, [0.25] * 6)
    assert slow.answers == quick.answers == [one.query for one in ASKED]


def test_an_engine_elsewhere_is_timed_by_its_own_clock() -> None:
    told = iter([(0.5, 0.25), (0.75, 0.125)])
    (timed,) = turns([(lambda request: request.query, lambda: next(told))], ASKED[:2])
    assert (timed.wall.tolist(), timed.cpu.tolist()) == ([0.5, 0.75], [0.25, 0.125])


def test_a_ratio_lies_in_its_interval() -> None:
    times = np.linspace(1.0, 2.0, 50)
    found = ratio(times, 2 * times, 50)
    assert found.low <= found.value == 0.5 <= found.high


def test_terms_of_a_query_are_those_of_faqsearch() -> None:
    with FaqIndex.in_memory() as index:
        terms = index.analyze("캐시 환불은 어떻게 받나요")
        asked = query_terms("캐시 환불은 어떻게 받나요")
    assert asked.morphemes == [one.term for one in terms if one.channel == "morphemes"]
    assert asked.grams == [one.term for one in terms if one.channel == "grams"]


@pytest.fixture(scope="module")
def plain() -> Iterator[TwoChannels]:
    with FaqIndex.in_memory() as index:
        yield TwoChannels(channel(index, "morphemes"), channel(index, "grams")).add(DOCUMENTS)


@pytest.mark.parametrize("peer", [*bm25s_engine.peers(), *tantivy_engine.peers()], ids=lambda peer: peer.name)
def test_a_peer_does_the_same_work(peer: Peer, plain: TwoChannels) -> None:
    peer.build(DOCUMENTS)
    try:
        for query in ("캐시 환불", "선물 환불", "비밀번호", "알림"):
            page, expected = peer.search(query), plain.search(query)
            assert (page.ids[0], page.total, set(page.ids)) == (expected[0], len(expected), set(expected))
            assert sum(count for path, count in page.facets.items() if len(path) == 1) == page.total
            for text, ranges in page.snippets:
                assert all(0 <= start < end <= len(text) for start, end in ranges)
        below = peer.search("환불", category=("결제",))
        assert (below.ids, below.total) == (["refund"], 1)
    finally:
        peer.close()


def test_a_plain_snippet_marks_every_term_where_it_stands() -> None:
    piece, marks = plain_snippet("가나다. " * 40 + "캐시를 환불하면 캐시는 없습니다.", ["캐시", "환불"])
    assert [piece[start:end] for start, end in marks] == ["캐시", "환불", "캐시"]
