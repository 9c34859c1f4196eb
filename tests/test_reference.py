"""The index against the slow reference: random corpora, random writes, random searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import Found, Reference

from faqsearch import Document, Facet, FaqIndex, IndexOptions, Lexicon, Ranking, SearchResults
from faqsearch.analysis.analyzer import Analyzer
from faqsearch.index.base import Scope
from faqsearch.query.options import check_options
from faqsearch.query.search import make_plan
from faqsearch.query.syntax import parse
from faqsearch.query.understand import QueryLanguage

NOW = datetime(2026, 5, 1, tzinfo=UTC)
NOUNS = """
    캐시 환불 충전 결제 이용권 쿠폰 비밀번호 비밀 번호 로그인 계정 회원 탈퇴 작품 소장 대여 정기결제 해지 오류 코드
    앱 웹툰 웹소설 다운로드 재생 선물 배송 교환 영수증 카드 휴대폰 본인 인증 고객 센터 이벤트 포인트 적립 알림 설정
    Wi-Fi PC iOS 1009 7일 3회 방법 문의 반품 출금 사용료 이용료
""".split()  # noqa: SIM905 - a list to be read and added to
ENDINGS = ["", "", "은", "을", "이", "에서", "으로", "의"]
VERBS = "하려면 취소했어요 안돼요 바꾸고 잊어버렸어요 보이지 어떻게 하나요 다시 있습니다 눌러 주세요".split()  # noqa: SIM905
CATEGORIES: list[tuple[str, ...]] = [
    (),
    ("페이지",),
    ("페이지", "결제"),
    ("페이지", "결제", "환불"),
    ("페이지", "계정"),
    ("멜론", "결제"),
    ("멜론", "재생"),
]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"matching": "any"},
    {"matching": "all"},
    {"category": "결제"},
    {"category": ("페이지", "결제")},
    {"category": [("멜론",), ("페이지", "계정")], "matching": "any"},
    {"within": ("페이지",)},
    {"within": [("페이지", "결제"), ("멜론",)], "category": "결제"},
    {"tags": ["ㄱ"], "matching": "any"},
    {"audience": ["vip"]},
    {"sort": "-views"},
    {"sort": "title", "matching": "any"},
    {"sort": "updated_at"},
    {"sort": "-updated_at", "matching": "any"},
    {"per_page": 3, "page": 2, "matching": "any"},
    {"per_page": 7, "page": 3, "sort": "-views"},
]

Model = dict[str, Document]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


def text(random: Random, least: int, most: int) -> str:
    words = []
    for _ in range(random.randint(least, most)):
        words.append(random.choice(VERBS) if random.random() < 0.25 else random.choice(NOUNS) + random.choice(ENDINGS))
        if random.random() < 0.1:
            words[-1] += random.choice([".", "\n", ",", "!"])
    return random.choice([" ", " ", " ", ""]).join(words)


def document(random: Random, id: str) -> Document:
    return Document(
        id,
        text(random, 1, 5) or "제목",
        text(random, 0, 40),
        category=random.choice(CATEGORIES),
        tags=frozenset(random.sample("ㄱㄴㄷ", random.randint(0, 2))),
        audience=frozenset(random.choice([(), (), (), ("vip",), ("vip", "staff")])),
        visible_from=NOW + timedelta(days=random.choice([-1, 0, 1])) if random.random() < 0.15 else None,
        visible_until=NOW + timedelta(days=random.choice([-1, 0, 1])) if random.random() < 0.15 else None,
        updated_at=NOW - timedelta(days=random.randint(0, 3)) if random.random() < 0.7 else None,
        views=random.choice([0, 0, 1, 10, 1000]),
    )


def query(random: Random) -> str:
    words = text(random, 1, 5)
    odd = random.random()
    if odd < 0.1:
        words += f' "{random.choice(NOUNS)}"'
    elif odd < 0.2:
        words += f" -{random.choice(NOUNS)}"
    elif odd < 0.25:
        words += f' -"{random.choice(NOUNS)}"'
    return "" if odd > 0.97 else words


# Writes: each changes the index and the model alike.


def sync(index: FaqIndex, model: Model, random: Random) -> None:
    kept = {id: one for id, one in model.items() if random.random() < 0.8}
    for id in random.sample(sorted(kept), len(kept) // 4):
        kept[id] = Document.from_dict({**kept[id].to_dict(), "views": random.randint(0, 5), "tags": ["ㄱ"]})
    kept.update((id, document(random, id)) for id in new_ids(random, 8))
    model.clear()
    model.update(kept)
    index.sync(list(model.values()), allow_empty=True)


def upsert(index: FaqIndex, model: Model, random: Random) -> None:
    some = [document(random, id) for id in new_ids(random, random.choice([1, 1, 3, 12]))]
    index.upsert(some)
    model.update((one.id, one) for one in some)


def delete(index: FaqIndex, model: Model, random: Random) -> None:
    gone = random.sample(sorted(model), min(len(model), random.choice([1, 2, 6])))
    index.delete(gone)
    for id in gone:
        del model[id]


def batch(index: FaqIndex, model: Model, random: Random) -> None:
    with index.batch() as batch:
        for id in new_ids(random, 4):
            if random.random() < 0.3:
                batch.delete(id)
                model.pop(id, None)
            else:
                model[id] = document(random, id)
                batch.upsert(model[id])


def new_ids(random: Random, count: int) -> list[str]:
    return list(dict.fromkeys(f"d{random.randint(0, 60):02}" for _ in range(count)))


WRITES: list[Callable[[FaqIndex, Model, Random], None]] = [sync, upsert, upsert, upsert, delete, batch]


def written(index: FaqIndex, random: Random, steps: int) -> Model:
    model: Model = {}
    for _ in range(steps):
        random.choice(WRITES)(index, model, random)
    return model


def expected(reference: Reference, analyzer: Analyzer, query: str, options: dict[str, Any]) -> Found:
    defaults = {
        "category": None,
        "within": None,
        "tags": (),
        "audience": (),
        "sort": "relevance",
        "page": 1,
        "matching": "most",
    }
    checked = check_options(**{**defaults, "matching": "most", "per_page": 100, "snippet_length": 160, "now": NOW, **options})
    language = QueryLanguage(analyzer, Lexicon(), reference.ranking)
    parsed = parse(query)
    understood = language.understand(parsed, language.analyzed(parsed.text), reference, checked.scope)  # type: ignore[arg-type]
    return reference.execute(make_plan(understood, checked))


def by_path(facets: Iterable[Facet]) -> dict[tuple[str, ...], int]:
    """Every facet that counts something; a selected one is there with 0 too."""
    counts: dict[tuple[str, ...], int] = {}
    for facet in facets:
        counts |= {facet.path: facet.count} if facet.count else {}
        counts |= by_path(facet.children)
    return counts


def rolled_up(counts: Counter[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    totals: Counter[tuple[str, ...]] = Counter()
    for path, count in counts.items():
        for depth in range(1, len(path) + 1):
            totals[path[:depth]] += count
    return dict(totals)


def found(index: FaqIndex, query: str, options: dict[str, Any]) -> SearchResults:
    return index.search(query, now=NOW, correct=False, **{"per_page": 100, **options})


def what_matters(results: SearchResults) -> dict[str, Any]:
    values = results.to_dict()
    return {name: value for name, value in values.items() if name not in ("took_ms", "generation")}


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(12, 24))])
def test_after_random_writes_every_search_is_that_of_the_reference(seed: int, analyzer: Analyzer) -> None:
    random = Random(seed)
    with FaqIndex.in_memory() as index:
        model = written(index, random, 12)
        assert sorted(one.id for one in index) == sorted(model)
        reference = Reference(model.values(), analyzer)
        for number in range(32):
            asked, options = query(random), OPTIONS[number % len(OPTIONS)]
            wanted = expected(reference, analyzer, asked, options)
            results = found(index, asked, options)
            note = (seed, asked, options)
            assert [hit.document.id for hit in results] == wanted.ids, note
            assert [hit.score for hit in results] == pytest.approx(wanted.scores, rel=1e-6, abs=1e-12), note
            assert results.total == wanted.total, note
            assert by_path(results.facets) == rolled_up(wanted.counts), note


@pytest.mark.parametrize(
    "ranking", [Ranking(k1=0.9, b=0.4, title=1.0, category=0.5, grams=1.0, floor=0.5), Ranking(b=0, grams=0)]
)
def test_other_weights_count_as_in_the_reference(ranking: Ranking, analyzer: Analyzer) -> None:
    random = Random(5)
    with FaqIndex.in_memory(options=IndexOptions(ranking=ranking)) as index:
        reference = Reference(written(index, random, 6).values(), analyzer, ranking)
        for _ in range(15):
            asked = query(random)
            wanted = expected(reference, analyzer, asked, {})
            results = found(index, asked, {})
            assert [hit.document.id for hit in results] == wanted.ids, asked
            assert [hit.score for hit in results] == pytest.approx(wanted.scores, rel=1e-6, abs=1e-12), asked


@pytest.mark.parametrize("seed", range(10))
def test_the_history_of_commits_leaves_no_trace_in_scores(seed: int) -> None:
    """The same live documents give the same bits, written at once or in many commits with deletions and merges between."""
    random = Random(100 + seed)
    with FaqIndex.in_memory() as many, FaqIndex.in_memory() as once:
        model = written(many, random, 15)
        once.sync(list(model.values()), allow_empty=True)
        for number in range(25):
            asked, options = query(random), OPTIONS[number % len(OPTIONS)]
            assert what_matters(found(many, asked, options)) == what_matters(found(once, asked, options)), (asked, options)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.05, 1.0))
def test_deleting_and_adding_again_restores_the_results(seed: int, share: float) -> None:
    random = Random(seed)
    with FaqIndex.in_memory() as index:
        model = written(index, random, 5)
        if not model:
            return
        asked = [(query(random), options) for options in OPTIONS]
        before = [what_matters(found(index, one, options)) for one, options in asked]
        gone = random.sample(sorted(model), max(1, int(share * len(model))))
        index.delete(gone)
        index.upsert([model[id] for id in random.sample(gone, len(gone))])
        assert [what_matters(found(index, one, options)) for one, options in asked] == before


@pytest.mark.parametrize("least", [1, 2, 5, 20])
def test_the_frequent_terms_are_among_those_the_index_takes_for_frequent(least: int) -> None:
    """A superset over several segments with deletions, no larger than a segment's share of ``least`` makes it."""
    with FaqIndex.in_memory() as index:
        written(index, Random(5), 12)
        reader = index._reader()
        words = dict(reader.vocabulary("m"))
        often = {term for term in words if reader.frequency("m", term, Scope(now=int(NOW.timestamp() * 1e6))) >= least}
        found = reader.frequent(least)
        assert found >= often
        share = -(-least // reader.statistics().segments)
        deleted = reader.statistics().deleted
        assert all(words.get(term, 0) + deleted >= share for term in found)


def test_a_word_of_a_deleted_document_only_is_unknown_again() -> None:
    """바로 is an adverb and no content word, unless the index knows it as a term: as a label of a document that is gone."""
    kept = [Document("kept", "캐시 환불", "바로 환불됩니다."), *(Document(f"o{n}", "쿠폰 등록") for n in range(8))]
    gone = Document("gone", "안내", category=("바로",))
    with FaqIndex.in_memory() as never, FaqIndex.in_memory() as deleted:
        never.sync(kept)
        deleted.sync([*kept, gone])
        deleted.delete("gone")
        assert never.search("바로 환불", matching="all").total == 1
        assert what_matters(deleted.search("바로 환불", matching="all")) == what_matters(
            never.search("바로 환불", matching="all")
        )
