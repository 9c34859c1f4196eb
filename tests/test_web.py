"""The help centre's pages and its manners, on a server that runs."""

from __future__ import annotations

import ast
import json
import logging
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from browser.serving import HOSTILE, ROOT, data_index, odd_index, serving, serving_command, wait_until_ready
from selectolax.lexbor import LexborHTMLParser as Html

from faqsearch import Document, FaqIndex, FeedbackEvent, InvalidOptionError, SearchEvent
from faqsearch.web import WithoutQueries, create_app
from faqsearch.web.addresses import read_path, write_path
from faqsearch.web.blocks import blocks
from faqsearch.web.pagination import pagination

SEED = "환불"


@pytest.fixture(scope="module")
def data() -> FaqIndex:
    return data_index()


@pytest.fixture(scope="module")
def site(data: FaqIndex) -> Iterator[httpx.Client]:
    with (
        serving(create_app(data, title="온새 고객센터", contact_url="https://help.onsae.example/contact")) as address,
        httpx.Client(base_url=address) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def odd() -> Iterator[httpx.Client]:
    with serving(create_app(odd_index())) as address, httpx.Client(base_url=address) as client:
        yield client


def page(client: httpx.Client, path: str, status: int = 200, **parameters: Any) -> Html:
    response = client.get(path, params=parameters or None)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Html(response.text)


def search(client: httpx.Client, status: int = 200, **parameters: Any) -> Html:
    return page(client, "/search", status, **parameters)


def text(html: Html, selector: str) -> str:
    node = html.css_first(selector)
    assert node is not None, selector
    return " ".join(node.text().split())


def texts(html: Html, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in html.css(selector)]


def asked(html: Html, selector: str) -> list[dict[str, str]]:
    """The parameters of the links at ``selector``."""
    return [
        {name: values[0] for name, values in parse_qs(urlsplit(node.attributes["href"] or "").query).items()}
        for node in html.css(selector)
    ]


# The seed case


def test_results_page(site: httpx.Client, data: FaqIndex) -> None:
    expected = data.search(SEED)
    assert expected.total > 50
    html = search(site, query=SEED)
    assert text(html, "h1") == f"도움말 검색 결과 (총 {expected.total}건)"
    assert text(html, "title") == f"{SEED} – 도움말 검색 결과 (총 {expected.total}건) · 온새 고객센터"
    assert text(html, ".skip") == "본문 바로가기" and html.css_first("#main") is not None
    assert text(html, "#sorts") == "정렬 기준"
    assert texts(html, ".sorts a") == ["정확도순", "최신순", "조회순"]
    assert texts(html, ".sorts a[aria-current]") == ["정확도순"]
    assert text(html, ".side h2") == "카테고리 선택"
    assert texts(html, ".side > ul > li > a") == [f"{facet.label} {facet.count}건" for facet in expected.facets]
    assert len(html.css(".hit")) == 10
    assert texts(html, ".hit h2 a") == [hit.title.text for hit in expected]
    assert texts(html, ".hit:first-child .path a") == [f"[{label}]" for label in expected.hits[0].document.category]
    assert texts(html, ".hit:first-child .snippet mark") == [SEED] * len(expected.hits[0].snippet.spans) != []
    assert html.css_first(".hit:first-child time").attributes["datetime"] == expected.hits[0].document.updated_at.isoformat()


def test_all_pages_list_every_entry_once(site: httpx.Client, data: FaqIndex) -> None:
    seen: list[str] = []
    html = search(site, query=SEED)
    while True:
        seen += [node.attributes["data-id"] or "" for node in html.css(".hit a.title")]
        following = html.css_first("a[rel=next]")
        if following is None:
            break
        html = page(site, following.attributes["href"] or "")
    assert len(seen) == len(set(seen)) == data.search(SEED).total


def test_filters_and_sort_survive_paging_and_a_new_choice_begins_at_page_1(site: httpx.Client) -> None:
    html = search(site, query=SEED, category="웹소설·웹툰", sort="-views", page=2)
    chosen = {"query": SEED, "category": "웹소설·웹툰", "sort": "-views"}
    assert all({**link, "page": ""} == {**chosen, "page": ""} for link in asked(html, ".pages a"))
    assert asked(html, "a[rel=prev]") == [chosen]
    assert asked(html, ".sorts a") == [
        {"query": SEED, "category": "웹소설·웹툰"},
        {**chosen, "sort": "-updated_at"},
        chosen,
    ]
    assert all(link.get("sort") == "-views" and "page" not in link for link in asked(html, ".tree a, .path a"))
    hidden = {node.attributes["name"]: node.attributes["value"] for node in html.css("form input[type=hidden]")}
    assert hidden == {"category": "웹소설·웹툰", "sort": "-views"}


def test_category_is_shown_with_ways_back(site: httpx.Client, data: FaqIndex) -> None:
    path = ("웹소설·웹툰", "환불/취소")
    html = search(site, query=SEED, category=write_path(path))
    assert text(html, "h1") == f"도움말 검색 결과 (총 {data.search(SEED, category=path).total}건)"
    assert texts(html, ".side a[aria-current]") == [f"환불/취소 {data.search(SEED, category=path).total}건"]
    assert texts(html, ".side .back a") == ["✕ 선택 해제", "← 웹소설·웹툰으로 돌아가기"]
    assert asked(html, ".side .back a") == [{"query": SEED}, {"query": SEED, "category": "웹소설·웹툰"}]
    assert texts(html, ".hit:first-child .path a")[:2] == ["[웹소설·웹툰]", "[환불/취소]"]


def test_a_category_without_hits_offers_the_whole(site: httpx.Client, data: FaqIndex) -> None:
    html = search(site, query=SEED, category="온새메일")
    assert texts(html, ".side a[aria-current]") == ["온새메일 0건"]
    assert f"전체에서 {data.search(SEED).total}건" in text(html, ".notice")
    assert asked(html, ".notice a") == [{"query": SEED}]
    assert texts(html, ".elsewhere a") == [hit.title.text for hit in data.search(SEED, per_page=3)]


@pytest.mark.parametrize(("typed", "said"), [("환블", "'환불'로 검색한"), ("zotl", "'캐시'로 검색한")])
def test_correction(site: httpx.Client, typed: str, said: str) -> None:
    html = search(site, query=typed)
    assert f"{said} 결과입니다." in text(html, ".notice")
    assert f"'{typed}' 그대로 검색" in text(html, ".notice")
    assert {"query": typed, "correct": "0"} in asked(html, ".notice a")
    assert not any("그대로" in notice for notice in texts(search(site, query=typed, correct=0), ".notice"))


def test_suggestions(site: httpx.Client, data: FaqIndex) -> None:
    suggestions = data.search("ㅎㅂ").suggestions
    assert suggestions
    html = search(site, query="ㅎㅂ")
    assert text(html, ".suggestions span") == "이것을 찾으셨나요?"
    assert texts(html, ".suggestions a") == list(suggestions)


@pytest.mark.parametrize("query", ["양자역학", "배고파 우주여행"])
def test_nothing_fits(site: httpx.Client, data: FaqIndex, query: str) -> None:
    assert data.search(query).confidence in ("weak", "none")
    html = search(site, query=query)
    assert text(html, ".lost h2") == "꼭 맞는 도움말을 찾지 못했어요"
    assert html.css_first(".lost a.contact").attributes["href"] == "https://help.onsae.example/contact"
    assert texts(html, ".popular a") == [hit.title.text for hit in data.search("", per_page=5)]


def test_a_long_query_is_cut_and_the_page_says_so(site: httpx.Client) -> None:
    assert "앞의 200자만" in text(search(site, query="환불 " * 100), ".notice")


def test_start_page(site: httpx.Client, data: FaqIndex) -> None:
    html = page(site, "/")
    browsed = data.search("", per_page=8)
    assert texts(html, ".topics a") == [f"{facet.label} {facet.count}건" for facet in browsed.facets]
    assert texts(html, ".popular a") == [hit.title.text for hit in browsed]
    assert asked(html, ".topics a")[0] == {"category": browsed.facets[0].label}


def test_browsing_a_category_is_by_views(site: httpx.Client) -> None:
    html = search(site, category="온새톡")
    assert texts(html, ".sorts a") == ["최신순", "조회순"] and texts(html, ".sorts a[aria-current]") == ["조회순"]


def test_article(site: httpx.Client, data: FaqIndex) -> None:
    document = data.get("story-021")
    assert document is not None
    html = page(site, "/articles/story-021")
    assert text(html, "h1") == document.title
    assert html.css_first("link[rel=canonical]").attributes["href"] == document.url
    assert texts(html, ".path a") == [f"[{label}]" for label in document.category]
    assert texts(html, ".related a") == [hit.title.text for hit in data.related("story-021")]
    words = "".join(text(html, ".body").split())
    assert all(
        "".join(re.sub(r"^\s*[-\d.]+ |[\[\]]", "", line).split()) in words
        for line in document.body.splitlines()
        if "[" not in line
    )


def test_the_form_needs_no_script(site: httpx.Client) -> None:
    form = page(site, "/").css_first("form[role=search]")
    assert form.attributes["method"] == "get" and form.attributes["action"] == "/search"
    assert form.css_first("input[name=query]") is not None and form.css_first("button[type=submit]") is not None
    html = Html(site.get("/search?query=환불").text)
    assert not any(name.startswith("on") or name == "style" for node in html.css("*") for name in node.attributes)
    assert all(node.attributes.get("src") and not node.text() for node in html.css("script")) and not html.css("style")


# Safety


@pytest.mark.parametrize(
    "path", ["/search?query=환불", "/articles/evil", f"/search?query={HOSTILE}&category={write_path((HOSTILE,))}", "/"]
)
def test_everything_is_escaped(odd: httpx.Client, path: str) -> None:
    response = odd.get(path)
    html = Html(response.text)
    assert HOSTILE not in response.text and "alert(1)" in html.body.text()
    assert [node.attributes.get("src", "").partition("?")[0] for node in html.css("script")] == ["/static/search.js"]


@pytest.mark.parametrize(
    "path", ["/", "/search", "/nothing", "/search?page=0", "/api/search", "/api/nothing", "/static/style.css"]
)
def test_safety_headers(odd: httpx.Client, path: str) -> None:
    headers = odd.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers and "set-cookie" not in headers


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("page=0", "쪽 번호(page)"),
        ("page=x", "쪽 번호(page)"),
        ("per_page=101", "per_page"),
        ("per_page=0", "per_page"),
        ("sort=best", "정렬 기준"),
        ("correct=2", "correct"),
    ],
)
def test_a_wrong_address_is_told_plainly(odd: httpx.Client, query: str, words: str) -> None:
    html = page(odd, f"/search?{query}", 422)
    assert words in html.body.text()
    response = odd.get(f"/api/search?{query}")
    assert response.status_code == 422 and response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 422 and response.json()["detail"].startswith(query.partition("=")[0])


@pytest.mark.parametrize("category", ["a>>b", ">", "%C2%A0", "a%5C"])
def test_a_category_that_no_entry_can_have_finds_nothing(odd: httpx.Client, category: str) -> None:
    assert odd.get(f"/search?category={category}").status_code == 200
    assert odd.get(f"/api/search?category={category}").json()["total"] == 0


def test_a_page_beyond_the_last_says_which_is(site: httpx.Client) -> None:
    html = search(site, 404, query=SEED, page=99)
    assert "99쪽은 없어요" in html.body.text() and html.css_first("a[rel=prev]") is not None
    assert site.get("/api/search", params={"query": SEED, "page": 99}).json()["hits"] == []


def test_ids_and_paths_of_any_kind_have_addresses(odd: httpx.Client) -> None:
    links = [node.attributes["href"] for node in search(odd, query="환불 안내").css(".hit a.title")]
    html = page(odd, links[0] or "")
    assert text(html, "h1") == "환불 안내"
    assert odd.get(f"/api{links[0]}").json()["title"] == "환불 안내"
    assert odd.get(f"/api{links[0]}/related").status_code == 200
    assert texts(html, "th, td") == ["환불", "기간", "카드", "3일"]
    evil = search(odd, query="환불").css(".side a")
    assert any(text(page(odd, node.attributes["href"] or ""), "h1").endswith("(총 1건)") for node in evil)
    assert page(odd, "/articles/script-url").css_first("link[rel=canonical]").attributes["href"] == "/articles/script-url"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fpyproject.toml", "/static//etc/passwd"]
)
def test_no_file_outside_is_served(odd: httpx.Client, path: str) -> None:
    assert odd.get(path).status_code == 404


def test_hidden_entries_are_not_there(odd: httpx.Client) -> None:
    for id in ("seller", "soon", "over", "nothing"):
        for path in (f"/articles/{id}", f"/api/articles/{id}", f"/api/articles/{id}/related"):
            assert odd.get(path).status_code == 404
    ids = {
        hit["document"]["id"] for hit in odd.get("/api/search", params={"query": "환불", "audience": "판매자"}).json()["hits"]
    }
    assert ids == {"evil", "가 나/다?#"}


def test_the_audience_comes_from_the_service() -> None:
    app = create_app(odd_index(), audience=lambda request: ["판매자"] if request.headers.get("x-seller") else [])
    with serving(app) as address, httpx.Client(base_url=address) as client:
        assert client.get("/articles/seller").status_code == 404
        seen = client.get("/articles/seller", headers={"x-seller": "1"})
        assert seen.status_code == 200 and seen.headers["cache-control"] == "private, no-cache"
        theirs = client.get("/search?query=환불", headers={"x-seller": "1"})
        ours = client.get("/search?query=환불", headers={"if-none-match": theirs.headers["etag"]})
        assert ours.status_code == 200 and "정산" in theirs.text and "정산" not in ours.text


def test_access_log_without_queries() -> None:
    record = logging.LogRecord(
        "uvicorn.access", 20, "", 1, '%s - "%s %s HTTP/%s" %d', ("1.2.3.4", "GET", "/search?query=비밀", "1.1", 200), None
    )
    assert WithoutQueries().filter(record)
    assert record.getMessage() == '1.2.3.4 - "GET /search HTTP/1.1" 200'


def test_bodies_are_bounded(odd: httpx.Client) -> None:
    assert odd.post("/api/search", content=b"x" * 9_000).status_code == 413
    assert odd.post("/api/search", content=iter([b"x"])).status_code == 411


# The API


def test_api_search(site: httpx.Client, data: FaqIndex) -> None:
    values = site.get("/api/search", params={"query": SEED, "category": ["온새톡", "온새페이"], "per_page": 3}).json()
    expected = data.search(SEED, category=[("온새톡",), ("온새페이",)], per_page=3)
    assert values["total"] == expected.total and [hit["document"]["id"] for hit in values["hits"]] == [
        hit.document.id for hit in expected
    ]
    assert values["hits"][0]["title"]["html"] == expected.hits[0].title.to_html()
    assert not {"audience", "extra", "body", "visible_from"} & set(values["hits"][0]["document"])
    assert values["search_id"] is None


def test_api_of_articles_and_completion(site: httpx.Client, data: FaqIndex) -> None:
    article = site.get("/api/articles/story-021").json()
    assert article["body"] == data.get("story-021").body and {block["kind"] for block in article["blocks"]} >= {
        "heading",
        "bullets",
    }  # type: ignore[union-attr]
    related = site.get("/api/articles/story-021/related", params={"limit": 2}).json()["hits"]
    assert [hit["document"]["id"] for hit in related] == [hit.document.id for hit in data.related("story-021", limit=2)]
    completions = site.get("/api/complete", params={"prefix": "환부", "limit": 3}).json()["completions"]
    assert [one["text"] for one in completions] == [one.text for one in data.complete("환부", limit=3)]


def test_etag_changes_with_the_generation() -> None:
    index = odd_index()
    with serving(create_app(index)) as address, httpx.Client(base_url=address) as client:
        for path in ("/api/search?query=환불", "/search?query=환불", "/", "/articles/evil"):
            first = client.get(path)
            tag = {"if-none-match": first.headers["etag"]}
            again = client.get(path, headers=tag)
            assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == first.headers["etag"]
            index.upsert(Document(id="new", title=f"새 글 {path}"))
            assert client.get(path, headers=tag).status_code == 200


def test_head_has_no_body(odd: httpx.Client) -> None:
    response = odd.head("/search?query=환불")
    assert response.status_code == 200 and response.content == b""


def test_health(site: httpx.Client, data: FaqIndex) -> None:
    assert site.get("/healthz").json() == {"status": "ok"}
    for _ in range(200):
        response = site.get("/readyz")
        if response.status_code == 200:
            break
        assert response.status_code == 503 and response.headers["retry-after"] == "1"
        time.sleep(0.05)
    assert response.json() == {"status": "ready", "generation": data.generation, "documents": len(data)}


def test_a_closed_index_is_503_and_no_secret() -> None:
    index = odd_index()
    with serving(create_app(index)) as address, httpx.Client(base_url=address) as client:
        index.close()
        assert client.get("/api/search").json()["status"] == 503
        assert "잠시 뒤에" in client.get("/search").text
        assert client.get("/healthz").status_code == 200 and client.get("/readyz").status_code == 503


def test_cors_only_where_it_is_asked_for() -> None:
    with serving(create_app(odd_index(), cors=["https://a.example"])) as address, httpx.Client(base_url=address) as client:
        asked = client.get("/api/search", headers={"origin": "https://a.example"})
        assert asked.headers["access-control-allow-origin"] == "https://a.example"
        assert "access-control-allow-origin" not in client.get("/api/search", headers={"origin": "https://b.example"}).headers


# Events


def test_events_are_off_by_default(odd: httpx.Client) -> None:
    assert odd.post("/api/events", json={}).status_code in (404, 405)
    assert "/api/events" not in odd.get("/api/openapi.json").json()["paths"]
    assert not page(odd, "/articles/evil").css(".feedback")


def test_events_are_one_stream() -> None:
    heard: list[SearchEvent | FeedbackEvent] = []
    with serving(create_app(odd_index(), events=heard.append)) as address, httpx.Client(base_url=address) as client:
        client.get("/")  # popular entries are no search of a person
        html = search(client, query="우주여행 양자역학")
        shown = html.css_first(".results").attributes["data-search-id"]
        assert [event.id for event in heard if isinstance(event, SearchEvent)] == [shown] and len(heard) == 1
        sent = {"search_id": shown, "document_id": "evil", "kind": "click", "rank": 2}
        assert client.post("/api/events", json=sent).status_code == 204
        form = client.post("/feedback/evil", data={"kind": "helpful"})
        assert form.status_code == 303 and "고마워요" in client.get(form.headers["location"]).text
        assert heard[1:] == [FeedbackEvent(shown or "", "evil", "click", 2), FeedbackEvent("", "evil", "helpful", 0)]
        assert client.post("/api/events", json={**sent, "document_id": "seller"}).status_code == 404
        assert client.post("/api/events", json={**sent, "kind": "x"}).status_code == 422
        assert client.post("/feedback/evil", data={"kind": "x"}).status_code == 422


# Mounting and changing


def test_mounted_below_a_path(tmp_path: Path) -> None:
    from fastapi import FastAPI

    service = FastAPI()
    service.mount("/help", create_app(odd_index(), public_url="https://example.com"))
    with serving(service) as address, httpx.Client(base_url=address) as client:
        html = page(client, "/help/search?query=환불")
        links = [node.attributes["href"] or "" for node in html.css("a[href], link[href]")]
        assert all(link.startswith(("/help/", "#")) for link in links)
        assert client.get(html.css_first("link[rel=stylesheet]").attributes["href"] or "").status_code == 200
        assert client.get("/help/api/nothing").headers["content-type"] == "application/problem+json"
        assert client.get("/help/nothing").headers["content-type"].startswith("text/html")
        assert client.get("/help/api/search?query=환불").json()["hits"][0]["document"]["href"].startswith("/help/articles/")
        canonical = page(client, "/help/articles/evil").css_first("link[rel=canonical]").attributes["href"]
        assert canonical == "https://example.com/help/articles/evil"
        assert client.get("/help/readyz").status_code in (200, 503)


def test_templates_and_style_can_be_changed(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "style.css").write_text("/* ours */", encoding="utf-8")
    (tmp_path / "page.html").write_text(
        '{% extends "faqsearch/page.html" %}{% block brand %}<p class="brand">우리 회사</p>{% endblock %}', encoding="utf-8"
    )
    with serving(create_app(odd_index(), templates=tmp_path)) as address, httpx.Client(base_url=address) as client:
        assert text(search(client, query="환불"), ".brand") == "우리 회사"
        assert client.get("/static/style.css").text == "/* ours */"
        assert client.get("/static/search.js").status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        {"per_page": 0},
        {"per_page": 101},
        {"templates": "/nowhere"},
        {"contact_url": "javascript:x"},
        {"public_url": "help"},
        {"within": "라벨"},
    ],
)
def test_wrong_options_are_told(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptionError):
        create_app(FaqIndex.in_memory(), **options)


def test_within_is_the_whole_collection(data: FaqIndex) -> None:
    with serving(create_app(data, within=("온새톡",))) as address, httpx.Client(base_url=address) as client:
        assert {hit["document"]["category"][0] for hit in client.get("/api/search?query=환불").json()["hits"]} == {"온새톡"}
        assert client.get("/articles/story-005").status_code == 404


# Parts


@pytest.mark.parametrize("path", [(), ("결제",), ("웹소설·웹툰", "환불/취소"), ("a>b", "c\\d", ">", "\\"), (" 앞 뒤 ",)])
def test_a_path_is_read_as_it_was_written(path: tuple[str, ...]) -> None:
    assert read_path(write_path(path)) == path


@pytest.mark.parametrize("wrong", ["a>", ">a", "a>>b", "a\\", ">".join("a" * 9), " "])
def test_wrong_paths(wrong: str) -> None:
    with pytest.raises(ValueError):
        read_path(wrong)


def test_blocks() -> None:
    body = "머리\n줄\n\n[소제목]\n- 하나\n  - 둘\n1. 가\n2. 나\n7. 다\n※ 참고\n① 원\n| 종류 | 기간 |\n| 사진 | 14일 |\n가 | 나"
    assert [(block.kind, len(block.lines or block.entries or block.rows)) for block in blocks(body)] == [
        ("paragraph", 2),
        ("heading", 1),
        ("bullets", 2),
        ("signs", 3),
        ("note", 1),
        ("signs", 1),
        ("table", 3),
    ]
    assert [(entry.text, entry.level) for entry in blocks("- 하나\n  - 둘")[0].entries] == [("하나", 0), ("둘", 1)]
    assert blocks("3. 가\n4. 나")[0].kind == "numbers" and blocks("3. 가\n4. 나")[0].entries[0].sign == "3"
    assert blocks("") == () and blocks("가 | 나")[0].kind == "paragraph"


@pytest.mark.parametrize(
    ("page", "last", "numbers"),
    [
        (1, 1, (1,)),
        (1, 9, (1, 2, 3, None, 9)),
        (4, 9, (1, 2, 3, 4, 5, 6, None, 9)),
        (5, 9, (1, 2, 3, 4, 5, 6, 7, 8, 9)),
        (20, 40, (1, None, 18, 19, 20, 21, 22, None, 40)),
        (99, 9, (1, None, 9)),
        (1, 0, ()),
    ],
)
def test_pagination(page: int, last: int, numbers: tuple[int | None, ...]) -> None:
    assert pagination(page, last).numbers == numbers


def test_web_packages_are_imported_below_web_and_integrations_only() -> None:
    theirs = {"fastapi", "starlette", "pydantic", "jinja2", "uvicorn"}
    for path in (ROOT / "faqsearch").rglob("*.py"):
        # The MCP server describes its tools with pydantic, which comes with the package mcp.
        if path.relative_to(ROOT / "faqsearch").parts[0] not in ("web", "integrations"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not {name.partition(".")[0] for name in names} & theirs, path
    code = "import sys, faqsearch, faqsearch.cli.commands; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, cwd=ROOT).stdout
    assert not theirs & set(loaded.split())


def test_openapi_has_examples_and_problems(odd: httpx.Client) -> None:
    document = odd.get("/api/openapi.json").json()
    assert set(document["paths"]) == {
        "/healthz", "/readyz", "/api/search", "/api/complete", "/api/articles/{id}", "/api/articles/{id}/related",
    }  # fmt: skip
    assert '"examples"' in json.dumps(document["paths"]["/api/search"])
    for operations in document["paths"].values():
        for operation in operations.values():
            assert all(
                "application/problem+json" in one["content"]
                for status, one in operation["responses"].items()
                if status >= "400"
            )


# The commands


@pytest.mark.slow
def test_serve_in_two_processes_while_the_index_is_rebuilt(tmp_path: Path) -> None:
    location = tmp_path / "help.index"
    with FaqIndex.create(location) as index:
        index.sync([Document(id=str(number), title=f"환불 {number}") for number in range(50)])
        with serving_command("serve", str(location), "--port", "0", "--workers", "2") as (address, _):
            wait_until_ready(address)
            for number in range(5):
                index.rebuild()
                index.upsert(Document(id=f"new-{number}", title="환불 새 글"))
                totals = {httpx.get(f"{address}api/search?query=환불").json()["total"] for _ in range(20)}
                assert totals == {51 + number}


@pytest.mark.slow
def test_try_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "help.csv").write_text("번호,제목,내용\n1,환불 안내,7일 안에\n", encoding="utf-8")
    (tmp_path / "tmp").mkdir()
    with serving_command("try", str(tmp_path / "help.csv"), "--port", "0", "--no-open", TMPDIR=str(tmp_path / "tmp")) as (
        address,
        _,
    ):
        wait_until_ready(address)
        assert "(총 1건)" in httpx.get(f"{address}search?query=환불").text
        assert list((tmp_path / "tmp").iterdir())
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.slow
def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    location = tmp_path / "help.index"
    FaqIndex.create(location).close()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "faqsearch", "serve", str(location), "--port", port],
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
    assert done.returncode == 3 and port in done.stderr and "--port" in done.stderr
