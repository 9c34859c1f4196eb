"""The lexicon: its four files, and what each list does to a search."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from faqsearch import Document, FaqIndex, Lexicon, LexiconError, Notice, Pin, Ranking, SearchResults, Synonym

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DOCUMENTS = [
    Document("refund", "캐시 환불", "구매한 캐시를 돌려받습니다.", category=("결제", "환불"), views=50),
    Document("return", "상품 반품", "받은 물건을 돌려보냅니다.", category=("쇼핑", "배송"), views=40),
    Document("phone", "휴대폰 번호 변경", "설정에서 바꿉니다.", category=("계정",), views=30),
    Document("pass", "이용권 혜택", "이용권을 확인합니다.", category=("결제", "이용권"), tags=frozenset({"인기"}), views=20),
    Document("seller", "판매자 정산", "환불 금액은 제외합니다.", audience=frozenset({"판매자"}), views=10),
    Document("event", "설날 행사", "선물을 드립니다.", visible_until=NOON, views=5),
]


@pytest.fixture(scope="module")
def shared() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as index:
        index.sync(DOCUMENTS)
        yield index


@pytest.fixture
def index(shared: FaqIndex) -> FaqIndex:
    shared.set_lexicon(Lexicon())
    return shared


def ids(results: SearchResults) -> list[str]:
    return [hit.document.id for hit in results]


def found(index: FaqIndex, query: str, **options: Any) -> set[str]:
    return set(ids(index.search(query, **{"matching": "all", "now": NOON - HOUR, **options})))


# Files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.tsv").write_text("# word\treason\n톡 서랍\t서비스 이름\n이프랜드\n\n   \n", encoding="utf-8")
    (tmp_path / "synonyms.tsv").write_text(
        "환불\t=\t반환\n캐시\t>\t코인\t결제 > 환불\t캐시만\n해지\t=\t취소\t\t이유뿐\n", encoding="utf-8"
    )
    (tmp_path / "stopwords.tsv").write_text("안내\n정보\t이유\n", encoding="utf-8")
    (tmp_path / "pins.tsv").write_text(
        "캐시 환불\trefund\n"
        "설날\tevent\t2026-01-01T00:00:00+09:00\t2026-02-28T00:00:00+09:00\t명절\n"
        "행사\tevent\t\t2026-02-28T00:00:00+09:00\n",
        encoding="utf-8",
    )
    return tmp_path


def test_words_are_read_without_comments_blank_lines_and_reasons(folder: Path) -> None:
    assert Lexicon.from_folder(folder).words == {"톡 서랍", "이프랜드"}


def test_synonyms_are_read_with_their_direction_and_category(folder: Path) -> None:
    assert Lexicon.from_folder(folder).synonyms == (
        Synonym("환불", "반환", True, ()),
        Synonym("캐시", "코인", False, ("결제", "환불")),
        Synonym("해지", "취소", True, ()),
    )


def test_stop_words_are_read(folder: Path) -> None:
    assert Lexicon.from_folder(folder).stopwords == {"안내", "정보"}


def test_pins_are_read_with_their_times(folder: Path) -> None:
    seoul = timedelta(hours=9)
    start = datetime(2026, 1, 1, tzinfo=UTC) - seoul
    end = datetime(2026, 2, 28, tzinfo=UTC) - seoul
    assert Lexicon.from_folder(folder).pins == (
        Pin("캐시 환불", "refund"),
        Pin("설날", "event", start, end),
        Pin("행사", "event", None, end),
    )


def test_an_empty_folder_is_an_empty_lexicon(tmp_path: Path) -> None:
    assert Lexicon.from_folder(tmp_path) == Lexicon()


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_bytes("\ufeff톡 서랍\t이유\r\n이프랜드\r\n".encode())
    assert Lexicon.from_folder(tmp_path).words == {"톡 서랍", "이프랜드"}


def test_a_folder_may_be_named_by_text(folder: Path) -> None:
    assert Lexicon.from_folder(str(folder)) == Lexicon.from_folder(folder)


def test_a_lexicon_survives_to_dict_and_from_dict(folder: Path) -> None:
    lexicon = Lexicon.from_folder(folder)
    assert Lexicon.from_dict(lexicon.to_dict()) == lexicon


@pytest.mark.parametrize(
    ("name", "meant"), [("synonym.tsv", "synonyms.tsv"), ("stop_words.tsv", "stopwords.tsv"), ("Pins.tsv", "pins.tsv")]
)
def test_a_file_whose_name_is_nearly_right_is_refused(tmp_path: Path, name: str, meant: str) -> None:
    (tmp_path / name).write_text("환불\n", encoding="utf-8")
    (tmp_path / "queries.txt").write_text("환불\n", encoding="utf-8")
    (tmp_path / "notes.tsv").write_text("아무 말\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=rf"{name}: is no file of a lexicon; name it {meant}"):
        Lexicon.from_folder(tmp_path)


def test_a_folder_that_is_not_there_names_the_files_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"nowhere: is no folder; .*words\.tsv, synonyms\.tsv, stopwords\.tsv, pins\.tsv"):
        Lexicon.from_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("file", "content", "line", "says"),
    [
        ("synonyms.tsv", "환불\t=\t반환\n환불 = 반환\n", 2, "needs 3 columns with a tab between"),
        ("synonyms.tsv", "# comment\n\n환불\t<\t반환\n", 3, "the second column is = (both ways) or > (one way), not '<'"),
        ("synonyms.tsv", "환불\t=\t\n", 1, "needs 3 columns"),
        ("pins.tsv", "환불\n", 1, "needs 2 columns"),
        ("pins.tsv", "환불\trefund\t내일\n", 1, "'내일' is no ISO 8601 time"),
        ("pins.tsv", "환불\trefund\nb\tc\t\t2026-01-31T00:00:00\n", 2, "must name its time zone"),
        ("words.tsv", "하나\n\t이유\n", 2, "needs 1 column"),
        ("queries.tsv", "환불\t다섯\n", 1, "the second column is the number of sessions, not '다섯'"),
        ("notices.tsv", "점검\t내일\n", 1, "'내일' is no ISO 8601 time"),
    ],
)
def test_a_line_that_cannot_be_used_names_file_line_and_remedy(
    tmp_path: Path, file: str, content: str, line: int, says: str
) -> None:
    (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        Lexicon.from_folder(tmp_path)
    assert (caught.value.file, caught.value.line) == (str(tmp_path / file), line)
    assert f"{file}, line {line}: " in str(caught.value) and says in str(caught.value)


def test_a_line_separator_in_a_reason_is_no_new_line(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("톡 서랍\t이유\u2028둘째 줄\n", encoding="utf-8")
    assert Lexicon.from_folder(tmp_path).words == {"톡 서랍"}


def test_a_file_in_another_encoding_says_how_to_save_it(tmp_path: Path) -> None:
    (tmp_path / "stopwords.tsv").write_bytes("안내".encode("cp949"))
    with pytest.raises(LexiconError, match=r"stopwords\.tsv: is not UTF-8 at byte 0; save it as UTF-8"):
        Lexicon.from_folder(tmp_path)


# Values


def test_pairs_become_a_two_way_synonym_and_a_pin() -> None:
    lexicon = Lexicon(synonyms=[("환불", "반환")], pins=[("환불", "refund")])  # type: ignore[arg-type]
    assert lexicon.synonyms == (Synonym("환불", "반환", True, ()),)
    assert lexicon.pins == (Pin("환불", "refund", None, None),)


@pytest.mark.parametrize(
    "values",
    [
        {"words": "톡 서랍"},
        {"words": [""]},
        {"words": [5]},
        {"notices": [5]},
        {"notices": [" "]},
        {"queries": ["환불"]},
        {"queries": [("환불", 0)]},
        {"stopwords": "안내"},
        {"stopwords": [" "]},
        {"synonyms": [("환불", " ")]},
        {"synonyms": [("환불",)]},
        {"synonyms": ["환불"]},
        {"pins": [("", "refund")]},
        {"pins": [("환불", "")]},
        {"pins": [("환불",)]},
        {"pins": ["환불"]},
    ],
    ids=str,
)
def test_an_entry_that_cannot_be_used_is_a_lexicon_error(values: dict[str, Any]) -> None:
    with pytest.raises(LexiconError):
        Lexicon(**values)


@pytest.mark.parametrize("times", [(datetime(2026, 1, 1), None), (None, datetime(2026, 1, 1))], ids=["from", "until"])
def test_a_pin_with_a_time_without_zone_is_a_lexicon_error(times: tuple[datetime | None, datetime | None]) -> None:
    with pytest.raises(LexiconError, match="time zone"):
        Lexicon(pins=(Pin("환불", "refund", *times),))


# Synonyms


def test_without_a_synonym_the_other_word_is_not_found(index: FaqIndex) -> None:
    assert found(index, "환불") == {"refund"}
    assert found(index, "반품") == {"return"}


def test_a_two_way_synonym_finds_either_from_either(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("환불", "반품"),)))
    assert found(index, "환불") == {"refund", "return"}
    assert found(index, "반품") == {"refund", "return"}


def test_a_one_way_synonym_finds_right_from_left_only(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("환불", "반품", two_way=False),)))
    assert found(index, "환불") == {"refund", "return"}
    assert found(index, "반품") == {"return"}


def test_the_word_itself_comes_before_its_synonym(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("환불", "반품"),)))
    assert ids(index.search("환불"))[0] == "refund"
    assert ids(index.search("반품"))[0] == "return"


def test_a_synonym_is_marked_in_the_title(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("환불", "반품"),)))
    (hit,) = [hit for hit in index.search("환불") if hit.document.id == "return"]
    assert hit.title.to_html() == "상품 <mark>반품</mark>"


def test_a_synonym_of_two_words_needs_both_of_them(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("전번", "휴대폰 번호"),)))
    assert found(index, "전번") == {"phone"}


def test_a_synonym_for_two_words_is_used_when_both_are_typed(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("물건 교환", "반품", two_way=False),)))
    assert "return" in found(index, "물건 교환")
    assert "return" not in found(index, "교환")


def test_a_synonym_for_a_word_of_which_kiwi_drops_a_part_needs_the_whole_word(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("환불권", "반품", two_way=False),)))
    assert "return" in found(index, "환불권") & found(index, "환불권을")
    assert "return" not in found(index, "환불")


def test_a_synonym_is_found_whatever_particle_is_typed(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("환불을", "반품"),)))
    assert "return" in found(index, "환불은")


@pytest.mark.parametrize("query", ["그만", "그만요"])
def test_a_synonym_for_a_word_in_which_kiwi_sees_no_content_is_searched(index: FaqIndex, query: str) -> None:
    assert index.search(query, now=NOON - HOUR).total == len(DOCUMENTS) - 1, "nothing to look for: all that can be seen"
    index.set_lexicon(Lexicon(synonyms=(Synonym("그만", "반품", two_way=False),)))
    assert found(index, query) == {"return"}


def test_a_synonym_counts_its_share_of_what_the_word_itself_would_count(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("그만", "반품"), Synonym("환급", "반품"))))
    itself = index.explain("반품", id="return").details[0]
    for query in ("그만", "환급"):
        instead = index.explain(query, id="return").details[0]
        assert instead.description == itself.description
        assert instead.value == pytest.approx(Ranking().synonym * itself.value)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"return"}),
        ({"category": ("결제",)}, set()),
        ({"category": ("쇼핑",)}, {"return"}),
        ({"category": ("쇼핑", "배송")}, {"return"}),
        ({"within": ("쇼핑",)}, {"return"}),
    ],
    ids=["everywhere", "another", "its own", "below it", "within it"],
)
def test_a_synonym_for_a_category_finds_documents_there_only(
    index: FaqIndex, options: dict[str, Any], expected: set[str]
) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("물리기", "반품", True, ("쇼핑",)),)))
    index.upsert(Document("elsewhere", "반품 안내", category=("결제",)))
    assert found(index, "물리기", **options) == expected


def test_a_synonym_for_a_category_counts_where_its_label_is_chosen(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("물리기", "반품", True, ("쇼핑",)),)))
    assert found(index, "물리기", category="쇼핑") == {"return"}


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("비번 까먹음", "비밀번호를 잊어버렸어요"),
        ("로긴이 안 됨", "로그인 오류"),
        ("앱이 자꾸 튕겨요", "강제 종료될 때"),
        ("계정이 털렸어요", "도용 신고"),
        ("문자가 안 와요", "미수신 안내"),
        ("문자가 오지 않아요", "미수신 안내"),
        ("드라이브가 꽉 참", "저장 공간 부족"),
        ("폰 바꾸기", "휴대폰 변경"),
        ("와이파이", "wifi 설정"),
        ("서비스를 끊고 싶어요", "해지하기"),
    ],
)
def test_the_built_in_lexicon_finds_what_entries_call_it(typed: str, title: str) -> None:
    documents = [Document("it", title), *(Document(f"o{n}", f"다른 안내 {n}") for n in range(5))]
    with FaqIndex.in_memory() as index:
        index.sync(documents)
        (first, *_) = index.search(typed, matching="any")
        assert first.document.id == "it"
        assert first.title.spans


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("해지", "탈퇴하기"),
        ("환불", "반환 절차"),
        ("문자가 와요", "미수신 안내"),
        ("새 차", "저장 공간 부족"),
        ("강제 종료", "화면이 튕김"),
    ],
    ids=["해지 is not 탈퇴", "환불 is not 반환", "와요 is not 안 와요", "a car is not full", "one way"],
)
def test_the_built_in_lexicon_keeps_apart_what_is_not_the_same(typed: str, title: str) -> None:
    with FaqIndex.in_memory() as index:
        index.sync([Document("it", title)])
        assert not ids(index.search(typed, matching="any"))


def test_a_service_may_do_without_the_built_in_lexicon() -> None:
    with FaqIndex.in_memory(lexicon=Lexicon(general=False)) as index:
        index.sync([Document("it", "비밀번호 변경")])
        assert not found(index, "비번")
        index.set_lexicon(Lexicon())
        assert found(index, "비번") == {"it"}


def test_every_entry_of_the_built_in_lexicon_is_found_by_what_is_typed() -> None:
    """Each left side finds an entry whose title is the right side."""
    from faqsearch.analysis.resources.load import synonyms

    pairs = [(left, right) for left, _, right in synonyms()]
    with FaqIndex.in_memory() as index:
        index.sync([Document(right, right) for right in {right for _, right in pairs}])
        lost = [
            (left, right)
            for left, right in pairs
            if right not in found(index, left, matching="any", per_page=100, correct=False)
        ]
    assert not lost


# Stop words


def test_the_words_of_a_stop_phrase_need_not_be_there(index: FaqIndex) -> None:
    assert found(index, "환불 방식 설명") == set()
    index.set_lexicon(Lexicon(stopwords=frozenset({"방식 설명"})))
    assert found(index, "환불 방식 설명") == found(index, "환불 방식설명") == {"refund"}
    assert found(index, "환불 방식") == set()


def test_a_stop_word_no_longer_has_to_be_there(index: FaqIndex) -> None:
    assert found(index, "환불 혜택") == set()
    index.set_lexicon(Lexicon(stopwords=frozenset({"혜택"})))
    assert found(index, "환불 혜택") == {"refund"}


def test_a_stop_word_is_not_marked(index: FaqIndex) -> None:
    assert index.search("이용권 혜택").hits[0].title.to_html() == "<mark>이용</mark>권 <mark>혜택</mark>"
    index.set_lexicon(Lexicon(stopwords=frozenset({"혜택"})))
    assert index.search("이용권 혜택").hits[0].title.to_html() == "<mark>이용</mark>권 혜택"


def test_a_stop_word_alone_still_finds(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(stopwords=frozenset({"혜택"})))
    assert found(index, "혜택") == {"pass"}


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("INFO", "info"),
        ("info", "INFO"),
        ("핸드폰", "핸드폰"),
        ("ｉｎｆｏ", "info"),
        (unicodedata.normalize("NFD", "혜택"), "혜택"),
    ],
    ids=["capitals", "small", "variant", "full width", "NFD"],
)
def test_a_stop_word_counts_however_it_is_written(index: FaqIndex, word: str, typed: str) -> None:
    index.set_lexicon(Lexicon(stopwords=frozenset({word})))
    assert found(index, f"{typed} 환불") == {"refund"}


# Notices and queries of people


def test_a_notice_is_shown_with_every_search_while_it_lasts(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(notices=("결제 장애를 고치고 있어요.", Notice("점검 중", NOON, NOON + HOUR))))  # type: ignore[arg-type]
    assert index.search("환불", now=NOON - HOUR).notices == ("결제 장애를 고치고 있어요.",)
    assert index.search("", now=NOON).notices == ("결제 장애를 고치고 있어요.", "점검 중")
    assert index.search("환불", now=NOON + HOUR).notices == ("결제 장애를 고치고 있어요.",)


def test_notices_and_queries_are_read_from_their_files(tmp_path: Path) -> None:
    (tmp_path / "notices.tsv").write_text("# text\n점검 중\t2026-01-31T12:00:00Z\n늘\n", encoding="utf-8")
    (tmp_path / "queries.tsv").write_text("캐시 환불\t12\n비밀번호\t5\n", encoding="utf-8")
    lexicon = Lexicon.from_folder(tmp_path)
    assert lexicon.notices == (Notice("점검 중", NOON, None), Notice("늘"))
    assert lexicon.queries == (("캐시 환불", 12), ("비밀번호", 5))
    assert Lexicon.from_dict(lexicon.to_dict()) == lexicon


def test_a_lexicon_stored_by_an_older_version_is_read() -> None:
    values = {"words": [], "synonyms": [], "stopwords": [], "pins": []}
    assert Lexicon.from_dict(values) == Lexicon()


def test_a_pin_to_an_unknown_id_warns(index: FaqIndex) -> None:
    with pytest.warns(UserWarning, match="nowhere"):
        index.set_lexicon(Lexicon(pins=(Pin("환불", "nowhere"),)))


def test_a_user_word_with_a_blank_is_found_with_and_without_it_and_by_its_parts() -> None:
    with FaqIndex.in_memory(lexicon=Lexicon(words=frozenset({"톡 서랍"}))) as index:
        index.sync([Document("spaced", "톡 서랍 용량"), Document("joined", "톡서랍 요금")])
        for query in ("톡 서랍", "톡서랍", "서랍"):
            assert found(index, query) == {"spaced", "joined"}, query


# Pins


def pinned(results: SearchResults) -> list[str]:
    return [hit.document.id for hit in results if hit.pinned]


def test_a_pinned_document_leads_though_it_does_not_match(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("환불", "phone"),)))
    results = index.search("환불")
    assert ids(results) == ["phone", "refund"]
    assert pinned(results) == ["phone"]
    assert [hit.rank for hit in results] == [1, 2]


@pytest.mark.parametrize("sort", ["relevance", "-views"])
def test_a_pinned_document_answers_its_query_for_sure(index: FaqIndex, sort: str) -> None:
    query = "주문한 물건이 오지 않으면 어디로 연락하나요"
    assert index.search(query, sort=sort).confidence != "good"
    index.set_lexicon(Lexicon(pins=(Pin(query, "phone"),)))
    assert index.search(query, sort=sort).confidence == "good"


def test_a_pin_answers_a_query_that_says_nothing(index: FaqIndex) -> None:
    assert index.search("하이").confidence == "weak"
    index.set_lexicon(Lexicon(pins=(Pin("하이", "phone"),)))
    assert (index.search("하이").confidence, ids(index.search("하이"))[0]) == ("good", "phone")


def test_pins_lead_in_their_order(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("환불", "pass"), Pin("환불", "phone"))))
    assert ids(index.search("환불")) == ["pass", "phone", "refund"]


@pytest.mark.parametrize("query", ["ghksqnf", "환블", "환뷸"])
def test_a_pin_counts_for_a_query_that_is_repaired_to_its_own(query: str) -> None:
    documents = [Document(id=f"r{number}", title=f"환불 {number}") for number in range(9)]
    with FaqIndex.in_memory(lexicon=Lexicon(pins=(Pin("환불", "r7"),))) as index:
        index.sync(documents)
        results = index.search(query)
        assert (results.correction is not None, ids(results)[0], pinned(results)) == (True, "r7", ["r7"])


def test_a_word_that_a_synonym_explains_is_not_repaired() -> None:
    documents = [Document(id=f"t{number}", title=f"임시 비밀번호 {number}") for number in range(9)]
    with FaqIndex.in_memory(lexicon=Lexicon(synonyms=(Synonym("임티", "이모티콘"),))) as index:
        index.sync([*documents, Document(id="emoticon", title="이모티콘 환불")])
        results = index.search("임티")
        assert (results.correction, results.suggestions, ids(results)[0]) == (None, (), "emoticon")


def test_the_stored_lexicon_counts_again_once_it_is_set(tmp_path: Path) -> None:
    stored, other = (Lexicon(synonyms=(Synonym("돈나무", right),)) for right in ("캐시", "이모티콘"))
    with FaqIndex.create(tmp_path / "index", lexicon=stored) as index:
        index.sync([Document(id="cash", title="캐시 충전"), Document(id="emoticon", title="이모티콘 구매")])
    with FaqIndex.open(tmp_path / "index", lexicon=other) as index:
        assert ids(index.search("돈나무")) == ["emoticon"]
        index.set_lexicon(stored)
        assert ids(index.search("돈나무")) == ["cash"]


def test_the_category_of_a_synonym_is_a_path() -> None:
    with pytest.raises(LexiconError, match="is a path such as"):
        Lexicon(synonyms=(Synonym("돈나무", "캐시", category="온새페이"),))  # type: ignore[arg-type]


def test_a_pin_counts_for_its_query_only(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("환불", "phone"),)))
    assert pinned(index.search("반품")) == []
    assert pinned(index.search("캐시 환불")) == []


@pytest.mark.parametrize("query", ["캐시 환불", "캐시환불", "캐시  환불", "캐시를 환불은", "캐시의 환불!", " 캐시 환불? "])
def test_a_pin_is_found_whatever_spacing_particles_and_punctuation(index: FaqIndex, query: str) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("캐시 환불", "phone"),)))
    assert ids(index.search(query))[0] == "phone"


@pytest.mark.parametrize("query", ["환불", "환불은", "환불을"])
def test_a_pin_given_with_a_particle_is_found(index: FaqIndex, query: str) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("환불이", "phone"),)))
    assert pinned(index.search(query)) == ["phone"]


@pytest.mark.parametrize(
    ("now", "leads"),
    [
        (NOON - HOUR, False),
        (NOON, True),
        (NOON + HOUR - timedelta(microseconds=1), True),
        (NOON + HOUR, False),
    ],
    ids=["before", "from on", "to the end", "until"],
)
def test_a_pin_lasts_from_its_beginning_until_its_end(index: FaqIndex, now: datetime, leads: bool) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("환불", "phone", NOON, NOON + HOUR),)))
    assert (pinned(index.search("환불", now=now)) == ["phone"]) == leads


def test_a_pinned_document_that_matches_is_counted_once(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("환불", "refund"), Pin("환불", "refund"))))
    results = index.search("환불")
    assert (ids(results), results.total) == (["refund"], 1)


def test_a_pinned_document_that_does_not_match_is_counted(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("환불", "phone"),)))
    results = index.search("환불", per_page=1)
    assert (results.total, results.total_pages) == (2, 2)
    assert ids(index.search("환불", per_page=1, page=2)) == ["refund"]


def test_a_pinned_document_is_counted_in_the_facets(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("환불", "phone"),)))
    assert {facet.label: facet.count for facet in index.search("환불").facets} == {"결제": 1, "계정": 1}


@pytest.mark.parametrize(
    ("id", "options"),
    [
        ("seller", {}),
        ("event", {"now": NOON}),
        ("phone", {"category": "결제"}),
        ("phone", {"within": ("결제",)}),
        ("phone", {"tags": ("인기",)}),
        ("nobody", {}),
    ],
    ids=["audience", "expired", "category", "within", "tags", "not there"],
)
def test_a_pinned_document_that_is_hidden_or_filtered_out_does_not_lead(
    index: FaqIndex, id: str, options: dict[str, Any]
) -> None:
    without = index.search("환불", **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        index.set_lexicon(Lexicon(pins=(Pin("환불", id),)))
    results = index.search("환불", **options)
    assert ids(results) == ids(without)
    assert results.total == without.total


def test_a_pinned_document_leads_for_those_who_may_see_it(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(pins=(Pin("반품", "seller"),)))
    assert ids(index.search("반품", audience=("판매자",)))[0] == "seller"


@pytest.mark.parametrize("sort", ["-views", "title", "updated_at", "-updated_at"])
def test_a_pin_does_not_lead_in_another_sort(index: FaqIndex, sort: str) -> None:
    without = ids(index.search("환불", sort=sort))
    index.set_lexicon(Lexicon(pins=(Pin("환불", "phone"),)))
    results = index.search("환불", sort=sort)
    assert pinned(results) == []
    assert ids(results) == without


# Setting and keeping


def test_a_lexicon_set_counts_at_once_and_can_be_taken_back(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(synonyms=(Synonym("환불", "반품"),)))
    assert "return" in found(index, "환불")
    index.set_lexicon(Lexicon())
    assert "return" not in found(index, "환불")


def test_set_lexicon_is_false_where_the_user_words_are_the_same(index: FaqIndex) -> None:
    assert index.set_lexicon(Lexicon(stopwords=frozenset({"안내"}))) is False


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with FaqIndex.create(tmp_path / "help.index") as index:
        index.sync([Document("drawer", "톡 서랍 플러스 이용"), Document("talk", "톡 알림")])
    return tmp_path / "help.index"


WORDS = Lexicon(words=frozenset({"톡 서랍"}))


def test_set_lexicon_is_true_where_the_user_words_differ_and_they_count_after_rebuild(place: Path) -> None:
    with FaqIndex.open(place) as index:
        assert index.set_lexicon(WORDS) is True
        assert "톡서랍" not in [term.term for term in index.analyze("톡 서랍") if term.channel == "morphemes"]
        index.rebuild()
        assert "톡서랍" in [term.term for term in index.analyze("톡 서랍") if term.channel == "morphemes"]
        assert found(index, "톡서랍") == {"drawer"}
        assert index.set_lexicon(WORDS) is False


def test_a_lexicon_set_with_other_user_words_does_not_keep_the_index_from_opening(place: Path) -> None:
    with FaqIndex.open(place) as index:
        index.set_lexicon(WORDS)
    with FaqIndex.open(place) as index:
        assert len(index) == 2


def test_a_lexicon_given_to_create_is_kept_with_the_index(tmp_path: Path) -> None:
    lexicon = Lexicon(
        words=WORDS.words,
        synonyms=(Synonym("환불", "반품"),),
        stopwords=frozenset({"혜택"}),
        pins=(Pin("배송", "phone", NOON - HOUR, NOON),),
    )
    with FaqIndex.create(tmp_path / "index", lexicon=lexicon) as index:
        index.sync(DOCUMENTS)
    with FaqIndex.open(tmp_path / "index") as index:
        assert "톡서랍" in [term.term for term in index.analyze("톡 서랍") if term.channel == "morphemes"]
        assert found(index, "환불") == {"refund", "return"}
        assert found(index, "환불 혜택") == {"refund", "return"}
        assert pinned(index.search("배송", now=NOON - HOUR)) == ["phone"]
        assert pinned(index.search("배송", now=NOON)) == []


def test_a_lexicon_set_is_kept_with_the_index(place: Path) -> None:
    with FaqIndex.open(place) as index:
        index.set_lexicon(Lexicon(synonyms=(Synonym("종", "알림"),)))
    with FaqIndex.open(place) as index:
        assert found(index, "종") == {"talk"}


def test_a_lexicon_set_counts_in_an_index_opened_before(place: Path) -> None:
    with FaqIndex.open(place) as reader, FaqIndex.open(place) as writer:
        assert found(reader, "종") == set()
        writer.set_lexicon(Lexicon(synonyms=(Synonym("종", "알림"),)))
        assert found(reader, "종") == {"talk"}


def test_a_lexicon_given_to_open_counts_instead_of_the_one_kept(place: Path) -> None:
    with FaqIndex.open(place) as index:
        index.set_lexicon(Lexicon(synonyms=(Synonym("종", "알림"),)))
    with FaqIndex.open(place, lexicon=Lexicon(synonyms=(Synonym("상자", "서랍"),))) as index:
        assert found(index, "종") == set()
        assert found(index, "상자") == {"drawer"}
    with FaqIndex.open(place) as index:
        assert found(index, "종") == {"talk"}


def test_a_lexicon_given_to_create_of_an_index_already_there_is_kept(place: Path) -> None:
    FaqIndex.create(place, lexicon=Lexicon(synonyms=(Synonym("종", "알림"),)), exist_ok=True).close()
    with FaqIndex.open(place) as index:
        assert found(index, "종") == {"talk"}


def test_a_rebuild_keeps_the_lexicon(place: Path) -> None:
    with FaqIndex.open(place) as index:
        index.set_lexicon(Lexicon(synonyms=(Synonym("종", "알림"),)))
        index.rebuild()
    with FaqIndex.open(place) as index:
        assert found(index, "종") == {"talk"}


def test_a_snapshot_keeps_the_lexicon(place: Path, tmp_path: Path) -> None:
    with FaqIndex.open(place) as index:
        index.set_lexicon(Lexicon(synonyms=(Synonym("종", "알림"),)))
        index.snapshot(tmp_path / "copy")
    with FaqIndex.restore(tmp_path / "copy", location=tmp_path / "again") as index:
        assert found(index, "종") == {"talk"}
