"""The results page as lines: shape, wide characters, narrow terminals, marks, notices."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from faqsearch.cli.categories import category_tree
from faqsearch.cli.marks import flat, marked_lines
from faqsearch.cli.page import page_lines
from faqsearch.cli.terminal import Screen, columns, line_bounds, printable
from faqsearch.document import Document
from faqsearch.results import Correction, Facet, Highlight, Hit, SearchResults

PLAIN = Screen()
TITLE = "캐시 충전 중 오류가 발생하거나, 결제만 되고 캐시가 충전되지 않았습니다."
SNIPPET = "…앱 메인 홈 > 우상단 메뉴 > 고객센터 > 문의하기…"


def hit(
    title: str = TITLE, snippet: str = SNIPPET, category: tuple[str, ...] = ("웹소설·웹툰", "구매 관련", "공통"), **more: Any
) -> Hit:
    return Hit(Document("a", title, category=category), 1.0, 1, Highlight(title, ((0, 2),)), Highlight(snippet), **more)


def results(*hits: Hit, **more: Any) -> SearchResults:
    values: dict[str, Any] = {
        "query": "캐시",
        "hits": hits,
        "total": 73,
        "page": 1,
        "per_page": 10,
        "total_pages": 8,
        "sort": "relevance",
        "facets": (),
        "correction": None,
        "suggestions": (),
        "confidence": "good",
        "truncated": False,
        "generation": 1,
        "took_ms": 1.0,
    }
    return SearchResults(**{**values, **more})


def test_shape() -> None:
    assert list(page_lines(results(hit(), hit()), PLAIN)) == [
        "도움말 검색 결과 (총 73건)          정렬 기준: 정확도순     카테고리: 전체",
        "  [웹소설·웹툰][구매 관련][공통]",
        "  캐시 충전 중 오류가 발생하거나, 결제만 되고 캐시가 충전되지 않았습니다.",
        "  … 앱 메인 홈 > 우상단 메뉴 > 고객센터 > 문의하기 …",
        "",
        "  [웹소설·웹툰][구매 관련][공통]",
        "  캐시 충전 중 오류가 발생하거나, 결제만 되고 캐시가 충전되지 않았습니다.",
        "  … 앱 메인 홈 > 우상단 메뉴 > 고객센터 > 문의하기 …",
        "",
        "1/8쪽 · 다음 쪽: --page 2",
    ]


@pytest.mark.parametrize(
    ("sort", "query", "name"),
    [
        ("relevance", "캐시", "정확도순"),
        ("relevance", " ", "조회순"),  # a blank query browses by views
        ("-updated_at", "캐시", "최신순"),
        ("updated_at", "캐시", "오래된순"),
        ("-views", "캐시", "조회순"),
        ("title", "", "제목순"),
    ],
)
def test_sort_names(sort: str, query: str, name: str) -> None:
    assert f"정렬 기준: {name} " in next(iter(page_lines(results(sort=sort, query=query), PLAIN)))


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"page": 2}, "2/8쪽 · 이전 쪽: --page 1 · 다음 쪽: --page 3"),
        ({"page": 8}, "8/8쪽 · 이전 쪽: --page 7"),
        ({"total": 1, "total_pages": 1}, "1/1쪽"),
        ({"page": 12, "hits": ()}, "12쪽은 없어요. 마지막 쪽은 8쪽이에요: --page 8"),
        ({"total": 0, "total_pages": 0, "hits": ()}, "검색 결과가 없어요."),
        ({"confidence": "weak"}, "꼭 맞는 도움말을 찾지 못했어요."),
        ({"confidence": "none"}, "꼭 맞는 도움말을 찾지 못했어요."),
        ({"suggestions": ("환불", "할부")}, "이것을 찾으셨나요? 환불, 할부"),
        ({"truncated": True}, "검색어가 너무 길어 앞부분만 검색했어요."),
        (
            {"query": "zotl", "correction": Correction("캐시", "한/영 전환")},
            "'zotl' 대신 '캐시' 검색 결과를 보여 드려요 (한/영 전환). 입력한 그대로 검색: --no-correct",
        ),
    ],
)
def test_notices_and_place(more: dict[str, Any], line: str) -> None:
    assert line in list(page_lines(results(**{"hits": (hit(),), **more}), PLAIN))


def test_nothing_found_with_a_filter_says_which_way_out() -> None:
    lines = list(page_lines(results(total=0, total_pages=0), PLAIN, chosen="결제"))
    assert lines[0].endswith("카테고리: 결제")
    assert lines[-1].startswith("카테고리 조건을 빼거나")


def test_scope_pins_ids_and_no_category() -> None:
    lines = list(page_lines(results(hit(category=(), pinned=True)), PLAIN, scope="온새페이", ids=True))
    assert lines[0].endswith("카테고리: 전체     범위: 온새페이")
    assert lines[1:3] == ["  [분류 없음] (추천)", "  id: a"]


@pytest.mark.parametrize("width", [20, 21, 33, 40, 60, 79, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = hit(TITLE * 3 + "가" * 100, "\n".join([SNIPPET] * 3), ("아주 긴 분류 이름 " * 5, "공통"))
    facets = (Facet("긴 이름의 카테고리입니다" * 3, ("가",), 1_234_567),)
    page = results(long, total=1_234_567, total_pages=123_457, facets=facets, suggestions=("환불 " * 20,))
    for line in page_lines(page, Screen(width), chosen="카테고리 > " * 9, scope="범위 > " * 20, ids=True):
        assert columns(line) <= width, line


def test_wrapping_loses_nothing_and_keeps_the_indent() -> None:
    lines = marked_lines(Highlight(TITLE), Screen(30), indent="  ")
    assert len(lines) > 1
    assert all(line.startswith("  ") and not line.startswith("   ") for line in lines)
    assert " ".join(line.strip() for line in lines) == TITLE


def test_a_cut_end_does_not_stand_alone() -> None:
    assert marked_lines(Highlight("가나다라 마바사아…"), Screen(18)) == ["가나다라", "마바사아 …"]
    assert marked_lines(Highlight("가나다라 마바사아…"), Screen(19)) == ["가나다라 마바사아 …"]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("가나", 4),
        ("한글", 4),
        (unicodedata.normalize("NFD", "한글"), 4),
        ("é", 1),
        ("ㄱ", 2),
        ("ＡＢ", 4),
        ("…·", 2),
    ],
)
def test_columns(text: str, width: int) -> None:
    assert columns(text) == width


def test_decomposed_syllables_are_not_torn_apart() -> None:
    text = unicodedata.normalize("NFD", "한글한글")
    pieces = [text[start:end] for start, end in line_bounds(text, 2)]
    assert pieces == [unicodedata.normalize("NFD", syllable) for syllable in "한글한글"]


def test_marks_follow_their_words() -> None:
    highlight = Highlight("…캐시는\n\n  환불받으실 수 있습니다.", ((1, 3), (8, 10)), 5)
    one = flat(highlight)
    assert one.text == "… 캐시는 환불받으실 수 있습니다."
    assert [one.text[start:end] for start, end in one.spans] == ["캐시", "환불"]
    assert marked_lines(highlight, Screen(None, color=True)) == [
        "… \x1b[1;4m캐시\x1b[0m는 \x1b[1;4m환불\x1b[0m받으실 수 있습니다."
    ]
    assert marked_lines(highlight, PLAIN) == [one.text]


def test_a_mark_over_a_line_break_is_opened_again() -> None:
    lines = marked_lines(Highlight("가나다라 마바사아", ((0, 9),)), Screen(8, color=True))
    assert lines == ["\x1b[1;4m가나다라\x1b[0m", "\x1b[1;4m마바사아\x1b[0m"]


def test_no_escape_code_of_a_document_gets_through() -> None:
    evil = "\x1b[31m빨강\x07\x9b2J\u202e"
    page = results(hit(evil, evil, (evil.replace("\x1b", "\u2028").replace("\x07", ""),)), query=evil, suggestions=(evil,))
    for color in (False, True):
        text = "\n".join(page_lines(page, Screen(60, color), chosen=evil))
        for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;4m"):
            text = text.replace(code, "")
        assert all(character.isprintable() or character == "\n" for character in text)
    assert printable("a\x1b[1m\nb\tc") == "a [1m\nb\tc"


def test_an_empty_body_has_no_third_line() -> None:
    assert list(page_lines(results(hit(snippet="")), PLAIN))[1:4] == ["  [웹소설·웹툰][구매 관련][공통]", f"  {TITLE}", ""]


TREE = (
    Facet(
        "웹툰",
        ("웹툰",),
        5,
        children=(
            Facet("결제", ("웹툰", "결제"), 3, children=(Facet("공통", ("웹툰", "결제", "공통"), 3),)),
            Facet("오류", ("웹툰", "오류"), 2, children=(Facet("공통", ("웹툰", "오류", "공통"), 2),)),
        ),
    ),
    Facet("계정", ("계정",), 1_000),
)


def select(facet: Facet, path: tuple[str, ...]) -> Facet:
    return replace(facet, selected=facet.path == path, children=tuple(select(child, path) for child in facet.children))


def test_tree_without_a_selection() -> None:
    assert list(category_tree(TREE, PLAIN, total=1_005)) == [
        "카테고리",
        "● 전체 1,005",
        "    웹툰 5",
        "      결제 3",
        "      오류 2",
        "    계정 1,000",
    ]


def test_tree_opens_below_what_is_selected() -> None:
    chosen = tuple(select(facet, ("웹툰", "결제")) for facet in TREE)
    assert list(category_tree(chosen, PLAIN, total=None, depth=1)) == [
        "카테고리",
        "  전체",
        "    웹툰 5",
        "    ● 결제 3",
        "        공통 3",
        "    계정 1,000",
    ]


def test_tree_of_depth_zero_is_not_shown() -> None:
    assert not any(line == "카테고리" for line in page_lines(results(hit(), facets=TREE), PLAIN, depth=0))
