"""As-you-type completion: every state of the input method, words inside, initials, keyboard mode, queries of people."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsearch import Document, FaqIndex, Lexicon, limits, read_documents
from faqsearch.analysis.hangul import FINALS, is_syllable, join_syllable, split_syllable

DATA = Path(__file__).parent.parent / "data"
TWO_KEYS = {"ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ"}
TWO_FINALS = {"ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ"}
ONE_FINAL = {pair: whole for whole, pair in TWO_FINALS.items()}


def states(text: str) -> Iterator[str]:
    """What an input method shows after each key of ``text``, where a consonant first hangs on the syllable before it."""
    for place, character in enumerate(text):
        done = text[:place]
        if not is_syllable(character):
            yield done + character
            continue
        initial, vowel, final = split_syllable(character)
        last = done[-1:]
        if last and is_syllable(last):
            before = split_syllable(last)
            joined = ONE_FINAL.get(before[2] + initial) if before[2] else initial if initial in FINALS else None
            yield done[:-1] + join_syllable(before[0], before[1], joined) if joined else done + initial
        else:
            yield done + initial
        for part in (TWO_KEYS[vowel][0], vowel) if vowel in TWO_KEYS else (vowel,):
            yield done + join_syllable(initial, part)
        for part in (TWO_FINALS[final][0], final) if final in TWO_FINALS else (final,) if final else ():
            yield done + join_syllable(initial, vowel, part)


def texts(index: FaqIndex, prefix: str, **options: object) -> list[str]:
    return [one.text for one in index.complete(prefix, **options)]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def fifty() -> Iterator[FaqIndex]:
    documents = {document.title: document for document in read_documents(DATA / "faqs.jsonl") if not document.audience}
    shown = [document for document in documents.values() if document.visible_from is None and document.visible_until is None]
    with FaqIndex.in_memory() as index:
        index.sync(shown[::12][:50])
        assert len(index) == 50
        yield index


@pytest.mark.parametrize("word", ["환불", "캐시", "왜", "값싼", "닭갈비"])
def test_the_states_are_those_of_an_input_method(word: str) -> None:
    expected = {
        "환불": "ㅎ 호 화 환 환ㅂ 환부 환불",
        "캐시": "ㅋ 캐 캣 캐시",
        "왜": "ㅇ 오 왜",
        "값싼": "ㄱ 가 갑 값 값ㅆ 값싸 값싼",
        "닭갈비": "ㄷ 다 달 닭 닭ㄱ 닭가 닭갈 닭갋 닭갈비",
    }[word]
    assert " ".join(states(word)) == expected


def test_every_state_of_the_input_method_keeps_offering_a_title(fifty: FaqIndex) -> None:
    lost = []
    for document in fifty:
        for state in itertools.islice(states(document.title), 40):
            typed = any(map(str.isalnum, state))
            if typed and document.title not in texts(fifty, state, limit=limits.COMPLETION_LIMIT):
                lost.append((document.title, state))
    assert not lost


def test_the_typed_part_is_marked(fifty: FaqIndex) -> None:
    for document in fifty:
        word = document.title.split()[0]
        (one,) = [c for c in fifty.complete(word, limit=limits.COMPLETION_LIMIT) if c.text == document.title]
        (span,) = one.spans
        assert document.title[slice(*span)].startswith(word.strip("[]()'\"")[:1])


@pytest.fixture
def index() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as index:
        index.sync(
            [
                Document("1", "캐시 환불하기", "캐시 환불", category=("결제",), views=5),
                Document("2", "환불 신청", category=("결제",), views=1),
                Document("3", "PASS 인증", category=("계정",), views=50),
                Document("4", "결제 취소", category=("결제",), views=90),
                Document("5", "결제 취소 방법", category=("결제",), views=70),
                Document("6", "정산 비밀", audience=frozenset({"staff"}), views=99),
                Document("7", "지난 행사", visible_until=datetime(2020, 1, 1, tzinfo=UTC), views=99),
            ]
        )
        yield index


def test_beginnings_come_before_words_inside_then_by_views(index: FaqIndex) -> None:
    assert texts(index, "환불") == ["환불 신청", "캐시 환불하기"]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("ㅋㅅㅎㅂ", ["캐시 환불하기"]),
        ("ㅋㅅ ㅎㅂ", ["캐시 환불하기"]),
        ("zotl", ["캐시 환불하기"]),
        ("zot", ["캐시 환불하기"]),
        ("ㅔㅁㄴ", ["PASS 인증"]),
        ("pas", ["PASS 인증"]),
        ("캐시환", ["캐시 환불하기"]),
        ("불하", []),
        ("!?", []),
    ],
)
def test_initials_keyboard_modes_and_spacing(index: FaqIndex, prefix: str, expected: list[str]) -> None:
    assert texts(index, prefix) == expected


def test_what_says_the_same_is_offered_once(index: FaqIndex) -> None:
    assert texts(index, "결제") == ["결제 취소"]


def test_hidden_titles_are_not_offered(index: FaqIndex) -> None:
    assert texts(index, "정산") == texts(index, "지난") == []
    assert texts(index, "정산", audience="staff") == ["정산 비밀"]
    assert texts(index, "환불", within=("계정",)) == []


def test_queries_of_people_lead_and_fill_at_most_half() -> None:
    queries = (("캐시 규정", 7), ("캐시 충전", 9), ("캐시 선물", 8), ("캐시 없는말", 50))
    with FaqIndex.in_memory(lexicon=Lexicon(queries=queries)) as index:
        index.sync(
            [Document("1", "캐시 보는 곳", "캐시 충전, 선물, 규정"), Document("2", "캐시 쓰기"), Document("3", "캐시 합치기")]
        )
        found = [(one.text, one.kind) for one in index.complete("캐", limit=4)]
        assert found == [("캐시 충전", "query"), ("캐시 선물", "query"), ("캐시 보는 곳", "title"), ("캐시 쓰기", "title")]
        assert texts(index, "캐", limit=6)[-1] == "캐시 합치기"
        assert texts(index, "캐시 ㄱ") == ["캐시 규정"]


def test_a_query_that_says_what_a_title_says_stands_for_it(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(queries=(("캐시 환불", 9),)))
    assert [(one.text, one.kind) for one in index.complete("캐", limit=4)] == [("캐시 환불", "query")]


def test_a_query_that_only_hidden_documents_answer_is_not_offered(index: FaqIndex) -> None:
    index.set_lexicon(Lexicon(queries=(("비밀 정산", 50),)))
    assert texts(index, "비밀") == []
    assert texts(index, "비밀", audience="staff")[0] == "비밀 정산"


def test_a_new_generation_offers_its_titles(index: FaqIndex) -> None:
    assert texts(index, "쿠폰") == []
    index.upsert(Document("8", "쿠폰 등록"))
    assert texts(index, "쿠폰") == ["쿠폰 등록"]


WORDS = st.sampled_from(["환불", "환불은", "요금", "결제", "결과", "취소", "쿠폰", "PC"])
TITLES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=9, unique=True)


@settings(max_examples=60, deadline=None)
@given(TITLES, st.sampled_from(["환", "환불", "ㅎ", "욕", "결", "결제취", "쿠퐁", "p", "불", "취소 ㅇ"]), st.integers(1, 6))
def test_what_is_offered_is_every_title_with_such_a_word_beginnings_first_then_by_views(
    empty: FaqIndex, titles: list[str], prefix: str, limit: int
) -> None:
    empty.sync([Document(title, title, views=number) for number, title in enumerate(titles)])
    wanted = keys(prefix.replace(" ", ""))
    fitting = []
    for number, title in enumerate(titles):
        words = title.lower().split()
        begins = [keys("".join(words[place:])).startswith(wanted) for place in range(len(words))]
        if any(begins):
            fitting.append((not begins[0], -number, title))
    offered: list[str] = []
    for _, _, title in sorted(fitting):
        if not any(same(title, other) for other in offered):
            offered.append(title)
    assert texts(empty, prefix, limit=limit) == offered[:limit]


def keys(text: str) -> str:
    """The keys that type a text, one by one."""
    jamo = "".join("".join(split_syllable(character)) if is_syllable(character) else character for character in text)
    return "".join({**TWO_KEYS, **TWO_FINALS}.get(one, one) for one in jamo)


def same(one: str, other: str) -> bool:
    """Whether two titles of WORDS say the same: the same words, in any order, a particle aside."""
    return {word.removesuffix("은") for word in one.split()} == {word.removesuffix("은") for word in other.split()}


@pytest.fixture(scope="module")
def empty() -> Iterator[FaqIndex]:
    with FaqIndex.in_memory() as index:
        yield index
