"""The pages in a real Chromium: what people do, by keyboard, without a script, at 320 px, in the dark, and axe."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.chromium import chromium
from browser.serving import data_index, odd_index, serving
from playwright.sync_api import Browser, BrowserContext, Page, expect

from faqsearch import FeedbackEvent, SearchEvent
from faqsearch.web import create_app

pytestmark = pytest.mark.slow

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = {
    "start": "/",
    "results": "/search?query=환불",
    "last page": "/search?query=환불&page=9",
    "corrected and chosen": "/search?query=환블&category=웹소설·웹툰>환불/취소&sort=-views",
    "suggestions": "/search?query=ㅎㅂ",
    "nothing": "/search?query=양자역학",
    "weak": "/search?query=배고파 우주여행",
    "nothing in the category": "/search?query=환불&category=온새메일",
    "beyond": "/search?query=환불&page=99",
    "wrong": "/search?page=0",
    "gone": "/articles/nothing",
    "article with headings": "/articles/story-021",
    "article with a table": "/articles/talk-067",
    "article with notes": "/articles/story-002",
    "article after an answer": "/articles/story-002?thanks=1",
}

heard: list[SearchEvent | FeedbackEvent] = []
wrong: list[str] = []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(browser: Browser) -> Iterator[str]:
    app = create_app(data_index(), title="온새 고객센터", contact_url="https://help.onsae.example/contact", events=heard.append)
    with serving(app) as found:
        yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with browser.new_context(base_url=address, locale="ko-KR") as context:
        yield watched(context)


def watched(context: BrowserContext) -> Page:
    """A page whose script errors, and what the policy forbids on it, fail the test."""
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    return page


@pytest.fixture(autouse=True)
def nothing_wrong() -> Iterator[None]:
    wrong.clear()
    yield
    assert wrong == []


def test_search_mark_filter_sort_page_and_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="도움말 검색").fill("환불")
    page.get_by_role("button", name="검색").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(r"^도움말 검색 결과 \(총 \d+건\)$"))
    total = heading.text_content() or ""
    expect(page.locator(".hit")).to_have_count(10)
    mark = page.locator(".hit mark").first
    expect(mark).to_have_text("환불")
    assert "underline" in mark.evaluate("node => getComputedStyle(node).textDecorationLine")  # visible without colour
    page.get_by_role("navigation", name="카테고리 선택").get_by_role("link", name="온새페이").click()
    expect(heading).not_to_have_text(total)
    expect(page.locator(".hit .path a:first-child")).to_have_text(["[온새페이]"] * page.locator(".hit").count())
    page.get_by_role("link", name="최신순").click()
    expect(page.locator(".sorts [aria-current]")).to_have_text("최신순")
    dates = [node.get_attribute("datetime") or "" for node in page.locator(".hit time").all()]
    assert dates == sorted(dates, reverse=True)
    page.get_by_role("link", name="다음 쪽").click()
    expect(page.locator(".pages li [aria-current=page]")).to_have_text("2쪽")
    assert page.url.endswith("&sort=-updated_at&page=2") and "category=" in page.url
    page.reload()
    expect(page.locator(".sorts [aria-current]")).to_have_text("최신순")
    page.go_back()
    page.go_back()
    page.go_back()
    expect(heading).to_have_text(total)
    page.locator(".hit .path a", has_text="온새선물").first.click()
    expect(page.locator(".chosen [aria-current]")).to_have_text("온새선물")
    page.get_by_role("link", name="선택 해제").first.click()
    expect(heading).to_have_text(total)


def test_completion_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="본문 바로가기")).to_be_focused()
    box = page.get_by_role("combobox")
    for _ in range(3):
        page.keyboard.press("Tab")
        if box.evaluate("node => node === document.activeElement"):
            break
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.insert_text("환부")
    options = page.get_by_role("option")
    expect(options).to_have_count(8)
    expect(box).to_have_attribute("aria-expanded", "true")
    assert box.get_attribute("aria-controls") == page.get_by_role("listbox").get_attribute("id")
    expect(page.get_by_role("status")).to_contain_text("제안 8개")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    expect(box).to_have_value("환부")
    page.keyboard.press("ArrowUp")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("환부")
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(8)
    page.keyboard.press("ArrowUp")  # round to the last
    chosen = options.nth(7).text_content() or ""
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("도움말 검색 결과")
    expect(page.get_by_role("combobox")).to_have_value(chosen)


def test_skip_link_leads_to_the_content(page: Page) -> None:
    page.goto("/search?query=환불")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_korean_composition(page: Page) -> None:
    """Syllables that are being composed complete, and the keys that the IME takes choose and send nothing."""
    page.goto("/")
    box = page.get_by_role("combobox")
    box.focus()
    ime = page.context.new_cdp_session(page)
    for composed in ("ㅎ", "호", "화", "환", "환ㅂ", "환부"):
        ime.send("Input.imeSetComposition", {"text": composed, "selectionStart": len(composed), "selectionEnd": len(composed)})
    expect(page.get_by_role("option")).to_have_count(8)  # while the last syllable is open
    expect(box).to_have_value("환부")
    for key in ("ArrowDown", "Enter"):
        box.evaluate(
            "(node, key) => node.dispatchEvent(new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true}))",
            key,
        )
    assert box.get_attribute("aria-activedescendant") is None
    assert page.url.endswith("/")
    ime.send("Input.insertText", {"text": "환불"})
    expect(box).to_have_value("환불")
    expect(page.get_by_role("option").first).to_contain_text("환불")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("도움말 검색 결과")
    expect(page.get_by_role("combobox")).to_have_value("환불")


def test_without_a_script(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("도움말 검색").fill("환블")
        page.get_by_role("button", name="검색").click()
        expect(page.locator(".notice").first).to_contain_text("'환불'로 검색한 결과입니다.")
        page.locator(".side a", has_text="온새선물").click()
        page.get_by_role("link", name="조회순").click()
        expect(page.locator(".sorts [aria-current]")).to_have_text("조회순")
        page.locator(".hit a.title").first.click()
        expect(page.locator("article h1")).to_be_visible()
        page.get_by_role("button", name="아니요").click()
        expect(page.get_by_role("status")).to_contain_text("고마워요")


def test_feedback_and_clicks_are_told(page: Page) -> None:
    page.goto("/search?query=환불")
    shown = page.locator(".results").get_attribute("data-search-id") or ""
    link = page.locator(".hit a.title").nth(2)
    id = link.get_attribute("data-id") or ""
    link.click()
    page.get_by_role("button", name="네", exact=True).click()
    expect(page.get_by_text("고마워요")).to_be_focused()
    # A click is sent while the page is left, so its answer may reach no page: the server is asked what it heard.
    expected = {FeedbackEvent(shown, id, "click", 3), FeedbackEvent(shown, id, "helpful", 3)}
    for _ in range(100):
        told = {event for event in heard if isinstance(event, FeedbackEvent) and event.search_id == shown}
        if told == expected:
            break
        page.wait_for_timeout(100)
    assert told == expected


@pytest.mark.parametrize("width", [320, 375, 768, 1280, 1920])
@pytest.mark.parametrize("kind", PAGES)
def test_nothing_is_wider_than_the_window(browser: Browser, address: str, kind: str, width: int) -> None:
    with browser.new_context(base_url=address, viewport={"width": width, "height": 700}) as context:
        page = watched(context)
        page.goto(PAGES[kind])
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_phone_has_the_tree_folded(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, viewport={"width": 320, "height": 640}, has_touch=True) as context:
        page = watched(context)
        page.goto("/search?query=환불")
        tree = page.get_by_role("navigation", name="카테고리 선택")
        expect(tree).to_have_count(0)
        page.locator("summary").tap()
        expect(tree).to_be_visible()
        tree.get_by_role("link", name="온새페이").tap()
        expect(page.locator("summary")).to_contain_text("온새페이")
        expect(page.locator(".place")).to_have_text(re.compile(r"^1 / \d+쪽$"))
        for step in page.locator(".pages .step:visible, .hit .path a:visible").all():
            box = step.bounding_box()
            assert box is not None and box["height"] >= 24  # WCAG 2.2, 2.5.8


def test_dark(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, color_scheme="dark") as context:
        page = watched(context)
        page.goto("/search?query=환불")
        red, green, blue = map(int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3])
        assert max(red, green, blue) < 64


def test_printed_page(page: Page) -> None:
    page.goto("/search?query=환불")
    expect(page.get_by_text("검색어: 환불")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("검색어: 환불")).to_be_visible()
    for selector in (".search", ".sorts", ".tree", ".pages"):
        for node in page.locator(selector).all():
            expect(node).to_be_hidden()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")])
@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_nothing(browser: Browser, address: str, kind: str, width: int, scheme: str) -> None:
    with browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 700},
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=True,
    ) as context:
        page = watched(context)
        page.goto(PAGES[kind])
        found = Axe().run(page, options=RULES)
        assert found.response["passes"] and not found.response["violations"], found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens(browser: Browser, address: str, scheme: str) -> None:
    with browser.new_context(
        base_url=address,
        viewport={"width": 375, "height": 700},
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=True,
    ) as context:
        page = watched(context)
        page.goto("/search?query=환불")
        page.locator("summary").click()
        page.get_by_role("combobox").fill("환부")
        expect(page.get_by_role("option")).to_have_count(8)
        page.keyboard.press("ArrowDown")
        found = Axe().run(page, options=RULES)
        assert found.response["passes"] and not found.response["violations"], found.generate_report()


def test_a_stored_script_is_text(browser: Browser) -> None:
    with serving(create_app(odd_index())) as odd, browser.new_context(base_url=odd) as context:
        page = watched(context)
        page.goto("/articles/evil")
        expect(page.get_by_role("heading", level=1)).to_have_text("환불 <script>alert(1)</script>")
        page.goto("/")
        page.get_by_role("combobox").fill("alert")
        expect(page.get_by_role("option").first).to_contain_text("<script>")
