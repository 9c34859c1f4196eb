"""The audit: each kind of fault on small collections, its three forms, and the seeded faults of benchmarks/audit.py."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import faqsearch

from benchmarks.audit import BAR, DATA, evaluate
from faqsearch import Document, FaqIndex, InvalidOptionError, Lexicon, Synonym, read_documents
from faqsearch.audit import KINDS, AuditReport, Kind, audit_index
from faqsearch.audit.collection import Collection
from faqsearch.audit.duplicates import near_duplicates
from faqsearch.audit.titles import paraphrases, title_key
from faqsearch.audit.wording import AuditWording
from faqsearch.report.read import LoggedFeedback, LoggedSearch

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LONG = "주문 내역에서 주문을 고르고 아래의 단추를 누르면 됩니다."


def entry(id: str, title: str, body: str = LONG, **values: Any) -> Document:
    return Document(id, title, f"{body} {id}번 글입니다.", **values)


def audit(documents: Sequence[Document], *, log: Sequence[Any] | None = None, lexicon: Lexicon | None = None) -> AuditReport:
    with FaqIndex.in_memory(lexicon=lexicon) as index:
        index.sync(documents, allow_empty=True)
        return audit_index(index, events=log, now=NOW)


def ids(report: AuditReport, kind: Kind) -> list[tuple[str, ...]]:
    return [finding.ids for finding in report.of(kind)]


def searched(query: str, *hit_ids: str, id: str = "s", **values: Any) -> LoggedSearch:
    given = {"correction": None, "page": 1, "total": len(hit_ids), "confidence": "good", "took_ms": 1.0, "session": None}
    return LoggedSearch(id=id, at=NOW, query=query, hit_ids=hit_ids, **(given | values))


# Titles


def test_an_entry_behind_three_of_the_same_title_is_not_found() -> None:
    bodies = ["결제 수단을 고릅니다.", "배송지를 적습니다.", "쿠폰을 등록합니다.", "문의를 남깁니다. 답은 하루 안에 옵니다."]
    report = audit([entry(str(n), "이용 안내", body, category=(f"서비스 {n}",)) for n, body in enumerate(bodies)])
    (finding,) = report.of("title_not_found")
    assert finding.numbers["rank"] == 4
    assert len(finding.others) == 3 and finding.ids[0] not in finding.others


def test_an_entry_is_looked_for_by_those_who_may_see_it() -> None:
    hidden = [
        entry("seller", "정산 주기 변경", audience=frozenset({"판매자"})),
        entry("soon", "겨울 행사 참여", visible_from=NOW + timedelta(days=9)),
        entry("over", "여름 행사 참여", visible_until=NOW - timedelta(days=9)),
    ]
    assert ids(audit(hidden), "title_not_found") == []


def test_an_entry_that_its_plain_words_do_not_find_says_what_comes_first() -> None:
    short = [entry(f"short{n}", f"승차권 양도{form}") for n, form in enumerate(("", " 안내", " 방법"))]
    report = audit([*short, entry("hidden", "승차권을 양도하려면 어떻게 하면 되는 건가요?", "맨 아래에서 합니다.")])
    (finding,) = report.of("paraphrase_not_found")
    assert (finding.ids, finding.text) == (("hidden",), "승차권 양도")
    assert set(finding.others) == {"short0", "short1", "short2"}


@pytest.fixture(scope="module")
def collection() -> Iterator[Collection]:
    with FaqIndex.in_memory(lexicon=Lexicon(synonyms=(Synonym("비번", "비밀번호"),))) as index:
        yield Collection.of(index)


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("캐시를 환불받고 싶어요.", ["캐시 환불"]),
        ("빠른정산은 어떻게 신청하나요? (온라인 교육 제공)", ["빠른정산 신청"]),
        ("비밀번호를 변경하고 싶어요", ["비밀번호 변경", "비번 변경"]),
        ("비밀번호 변경", ["비번 변경"]),
        ("승차권을 양도하려면 어떻게 하면 되는 건가요?", ["승차권 양도"]),
        ("환불되나요?", []),
        ("상품이 노출되지 않아요.", []),
        ("결제가 안 돼요", []),
        ("쿠폰을 쓸 수 없나요?", []),
    ],
)
def test_a_paraphrase_is_the_nouns_of_a_title(collection: Collection, title: str, found: list[str]) -> None:
    assert paraphrases(collection, title, collection.index.lexicon) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("캐시를 어떻게 충전하나요?", "캐시 어떻게 충전해요", True),
        ("부가세 신고를 꼭 해야 하나요?", "부가세신고를 꼭 해야 하나요?", True),
        ("캐시는 환불되나요?", "캐시도 환불됩니까", True),
        ("캐시 환불", "캐시 충전", False),
        ("결제가 돼요", "결제가 안 돼요", False),
        ("받은 교환권 취소", "받을 교환권 취소", False),
        ("취소하면 어떻게 되나요?", "취소하려면 어떻게 되나요?", False),
    ],
)
def test_titles_are_alike_without_particles_and_final_endings(collection: Collection, one: str, other: str, same: bool) -> None:
    assert (title_key(collection, one) == title_key(collection, other)) is same


def test_titles_alike_are_told_within_a_service() -> None:
    documents = [
        entry("a", "캐시는 어떻게 환불하나요?", "환불 화면에서 합니다.", category=("만화", "캐시")),
        entry("b", "캐시를 어떻게 환불하나요", "일주일이 걸립니다.", category=("만화", "환불"), views=9),
        entry("c", "캐시를 어떻게 환불하나요?", "고객센터에 전화해 주세요.", category=("음악",)),
    ]
    assert ids(audit(documents), "titles_alike") == [("b", "a")]


# Bodies and categories


@pytest.mark.parametrize(
    ("title", "body", "empty"),
    [
        ("환불", "", True),
        ("환불", "준비 중입니다.", True),
        ("스마트 환불 이용약관", "스마트 환불 이용약관 바로 가기》", True),
        ("환불", "★☆ --- ※※", True),
        ("추가 혜택이 있나요?", "현재는 추가 혜택은 없습니다.", False),
        ("환불", "결제 내역에서 취소를 누르면 됩니다.", False),
    ],
)
def test_a_body_without_words_of_its_own_is_empty(title: str, body: str, empty: bool) -> None:
    assert bool(audit([Document("1", title, body)]).of("empty_body")) is empty


def test_a_body_is_long_beyond_the_given_number_of_characters() -> None:
    with FaqIndex.in_memory() as index:
        index.sync([Document("1", "가", "나" * 50), Document("2", "다", "라" * 51)])
        assert ids(audit_index(index, longest=50), "long_body") == [("2",)]


def test_of_nested_categories_with_one_entry_the_highest_is_told() -> None:
    documents = [
        entry("1", "결제 수단", category=("결제", "카드")),
        entry("2", "결제 오류", category=("결제", "오류", "PC")),
        entry("3", "결제 실패", category=("결제", "오류", "iOS")),
        entry("4", "배송 조회", category=("배송", "조회", "공통")),
        entry("5", "무엇이든"),
    ]
    found = {finding.text for finding in audit(documents).of("single_entry_category")}
    assert found == {"결제 > 카드", "결제 > 오류 > PC", "결제 > 오류 > iOS", "배송"}


# Duplicates


def test_entries_that_say_the_same_are_a_pair_with_their_similarity() -> None:
    text = "결제 내역에서 취소할 결제를 고르고 아래의 취소 단추를 누르면 됩니다. 카드 결제는 사흘 안에 카드사로 돌아갑니다."
    documents = [
        Document("1", "결제를 취소하고 싶어요", text),
        Document("2", "결제를 취소하고 싶어요!", text.replace("사흘", "나흘"), views=5),
        Document("3", "배송은 언제 오나요", "결제한 다음 날에 출발하며 하루나 이틀 뒤에 도착합니다. 섬은 더 걸립니다."),
    ]
    (finding,) = audit(documents).of("near_duplicates")
    assert finding.ids == ("2", "1")
    assert 0.7 <= finding.numbers["similarity"] < 1


def test_all_pairs_above_the_bound_are_found() -> None:
    """Against comparing every pair."""
    documents = list(read_documents(DATA / "faqs.jsonl"))[:80]
    documents += [Document(f"copy{n}", one.title, one.body[n * 12 :]) for n, one in enumerate(documents[:25])]

    def shingles(document: Document) -> set[str]:
        text = "".join(c for c in f"{document.title}{document.body}".lower() if c.isalnum())
        return {text[i : i + 5] for i in range(len(text) - 4)}

    sets = [shingles(document) for document in documents]
    expected = set()
    for i, one in enumerate(sets):
        for j in range(i):
            similarity = len(one & sets[j]) / len(one | sets[j])
            if similarity >= 0.5:
                expected.add((frozenset((documents[i].id, documents[j].id)), round(similarity, 3)))
    with FaqIndex.in_memory() as index:
        index.sync(documents)
        found = {(frozenset(one.ids), one.numbers["similarity"]) for one in near_duplicates(Collection.of(index), same=0.5)}
    assert found == expected
    assert len(expected) > 10


# Compounds


def test_a_noun_read_in_two_ways_is_unstable() -> None:
    whole, apart = (
        ("우편번호 관리 메뉴에서 봅니다.", "'우편번호' 화면"),
        ("우편번호를 바꿔 주세요.", "새 우편번호로 시작합니다."),
    )
    documents = [Document(str(n), f"배송지 {n}", text) for n, text in enumerate((*whole, *apart))]
    (finding,) = audit(documents).of("unstable_compound")
    assert (finding.text, finding.others) == ("우편번호", ("우편", "번호"))
    assert finding.numbers == {"whole": 2, "apart": 2}


def test_a_user_word_is_stable() -> None:
    texts = ("우편번호 관리 메뉴에서 봅니다.", "'우편번호' 화면", "우편번호를 바꿔 주세요.", "새 우편번호로 시작합니다.")
    documents = [Document(str(n), f"배송지 {n}", text) for n, text in enumerate(texts)]
    assert audit(documents, lexicon=Lexicon(words=frozenset({"우편번호"}))).of("unstable_compound") == ()


# Searches


def test_without_a_log_two_kinds_are_skipped() -> None:
    assert audit([entry("1", "환불")]).skipped == ("unknown_word", "never_found")


def test_entries_that_no_search_showed() -> None:
    documents = [entry("a", "환불"), entry("b", "해지"), entry("c", "지난 행사", visible_until=NOW - timedelta(days=1))]
    report = audit(documents, log=[searched("환불", "a"), searched("", "a")])
    assert (ids(report, "never_found"), report.searches, report.skipped) == ([("b",)], 2, ())


@pytest.mark.parametrize(
    ("queries", "words"),
    [
        (["제로페이 결제"] * 2, ["제로페이"]),
        (["제로페이 결제"], []),
        (["제로페이로 결제", "제로페이가 되나요"], ["제로페이"]),
        (["카드 결제"] * 2, []),
        (["카드결제"] * 2, []),
        (["스냅페이"] * 2, []),  # a synonym already
        (["12345678 결제"] * 2, []),
        (["ㅋㅋㅋ", "ㅋㅋㅋ"], []),
        (["#" + "0123456789ab" * 2] * 2, []),
    ],
)
def test_words_that_no_entry_holds(queries: list[str], words: list[str]) -> None:
    report = audit(
        [entry("a", "카드 결제는 어떻게 하나요?"), entry("b", "결제 취소")],
        log=[searched(query) for query in queries],
        lexicon=Lexicon(synonyms=(Synonym("스냅페이", "카드"),)),
    )
    assert [finding.text for finding in report.of("unknown_word")] == words


def test_a_corrected_word_is_not_strange() -> None:
    log = [searched("제로페이", correction="카드")] * 3
    assert audit([entry("a", "카드 결제")], log=log).of("unknown_word") == ()


def test_an_unknown_word_may_mean_what_was_clicked_and_what_the_rest_of_the_query_finds() -> None:
    documents = [
        entry("a", "카드 결제"),
        entry("b", "배송 조회", "조회 화면에서 봅니다."),
        entry("c", "쿠폰", "쿠폰함에 있습니다."),
    ]
    log = [
        searched("제로페이 배송", id="1"),
        LoggedFeedback("1", "c", "click", 3, NOW),
        searched("제로페이 배송", id="2"),
    ]
    (finding,) = audit(documents, log=log).of("unknown_word")
    assert finding.others[:2] == ("c", "b")


# The whole


def test_an_empty_index_has_nothing_to_fix() -> None:
    report = audit([])
    assert (report.findings, report.documents) == ((), 0)


def test_findings_come_by_kind_the_worst_first_and_are_ready_for_json() -> None:
    documents = [
        Document("1", "환불", ""),
        entry("2", "캐시 환불", category=("가",)),
        entry("3", "캐시를 환불", category=("가",)),
    ]
    report = audit(documents)
    kinds = [KINDS.index(finding.kind) for finding in report.findings]
    assert kinds == sorted(kinds) and len(kinds) > 1
    values = report.to_dict()
    assert json.loads(json.dumps(values)) == values
    assert sum(values["counts"].values()) == len(values["findings"])
    assert set(values["titles"]) == {id for finding in report.findings for id in (*finding.ids, *finding.others)} & {
        "1",
        "2",
        "3",
    }


@pytest.mark.parametrize("options", [{"longest": 0}, {"longest": True}, {"similarity": 0.1}, {"similarity": "a"}])
def test_an_option_that_cannot_be_is_refused(options: dict[str, Any]) -> None:
    with FaqIndex.in_memory() as index, pytest.raises(InvalidOptionError):
        audit_index(index, **options)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_in_both_languages(kind: Kind, language: str) -> None:
    table = AuditWording(language).table(AuditReport((), 0, 0, (), {}), kind)
    assert table.heading and table.remedy and all(table.columns)


def test_another_language_is_refused() -> None:
    with pytest.raises(InvalidOptionError):
        AuditWording("fr")


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "help.index"
    with FaqIndex.create(path) as index:
        index.sync([Document("1", "환불 안내", "", views=3), *(entry(str(n), f"{n}번째 물음", views=n) for n in range(2, 30))])
    return path


def test_the_command_prints_tables_in_korean_or_english(location: Path) -> None:
    done = faqsearch("audit", str(location))
    assert done.returncode == 0, done.stderr
    assert "내용이 거의 없는 도움말 (1건)" in done.stdout
    assert "검색 기록(--events)이 없어" in done.stdout
    assert "Entries with hardly any body (1)" in faqsearch("audit", str(location), "--lang", "en").stdout


def test_the_command_prints_json(location: Path) -> None:
    values = json.loads(faqsearch("audit", str(location), "--json").stdout)
    assert values["documents"] == 29
    assert values["counts"]["empty_body"] == 1


def test_the_command_takes_a_log(location: Path, tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    row = {
        "event": "search",
        "id": "s",
        "at": NOW.isoformat(),
        "query": "환불",
        "total": 1,
        "confidence": "good",
        "hit_ids": ["1"],
    }
    log.write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = faqsearch("audit", str(location), "--events", str(log), "--limit", "2")
    assert "기록에서 한 번도 결과에 나오지 않은 도움말 (28건)" in done.stdout
    assert "그 밖에 26건" in done.stdout
    assert faqsearch("audit", str(location), "--events", "none.jsonl").returncode == 3


@pytest.mark.slow
def test_seeded_faults_are_found_and_little_else() -> None:
    outcomes, wrong, following = evaluate(list(read_documents(DATA / "faqs.jsonl")), Lexicon.from_folder(DATA / "lexicon"))
    assert {kind: (one.precision, one.recall) for kind, one in outcomes.items() if min(one.precision, one.recall) < BAR} == {}
    assert set(outcomes) == set(KINDS)
    assert len(wrong) + len(following) <= 2
