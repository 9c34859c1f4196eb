"""The sample collection in ``data``: its form, its variety and its language."""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from faqsearch.document import Document

DATA = Path(__file__).resolve().parents[1] / "data"
HTML = sorted((DATA / "html").glob("*.html"))
KEYS = [
    *("id", "title", "body", "category", "tags", "audience"),
    *("visible_from", "visible_until", "updated_at", "views", "url", "extra"),
]
SERVICES = [
    *("웹소설·웹툰", "온새톡", "온새페이", "온새계정", "온새맵", "온새뮤직"),
    *("온새메일", "온새택시", "온새선물", "온새게임", "온새드라이브", "온새비즈"),
]
NOW = datetime.fromisoformat("2026-11-23T00:00:00+09:00")

# Names that would make the collection a text about a real company.
COMPANIES = [
    *(
        "카카오",
        "네이버",
        "토스",
        "멜론",
        "쿠팡",
        "배달의민족",
        "배민",
        "요기요",
        "당근마켓",
        "우버",
        "티맵",
        "벅스",
        "지니뮤직",
    ),
    *("구글", "애플", "삼성", "갤럭시", "유튜브", "인스타그램", "페이스북", "트위터", "넷플릭스", "스타벅스", "마이크로소프트"),
    *(
        "신한",
        "우리은행",
        "하나은행",
        "농협",
        "SK텔레콤",
        "SKT",
        "LG유플러스",
        "롯데",
        "현대카드",
        "비씨카드",
        "알라딘",
        "예스24",
    ),
    *("Google", "Apple", "Samsung", "Galaxy", "iPhone", "iPad", "iCloud", "Microsoft", "Gmail", "Outlook", "Dropbox"),
    *("YouTube", "Facebook", "Netflix", "Kakao", "Naver", "PayPal", "Visa", "Mastercard", "Face ID", "Siri", "CarPlay"),
]
COMMON_WORDS = ["애플리케이션"]  # hold such a name by chance


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return (DATA / "faqs.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def entries(lines: list[str]) -> list[dict]:
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def by_id(entries: list[dict]) -> dict[str, dict]:
    return {entry["id"]: entry for entry in entries}


def sentences(entry: dict) -> Iterator[str]:
    for line in (entry["title"], *entry["body"].split("\n")):
        for sentence in re.split(r"(?<=[.?!])\s+", line):
            if words := sentence.split():
                yield " ".join(words)


# --- form ---------------------------------------------------------------------------------------------------------------------


def test_every_line_is_a_document(lines: list[str]) -> None:
    for line in lines:
        Document.from_dict(json.loads(line))


def test_every_line_gives_all_fields_in_the_same_order(entries: list[dict]) -> None:
    assert {tuple(entry) for entry in entries} == {tuple(KEYS)}


def test_there_are_at_least_600_entries(entries: list[dict]) -> None:
    assert len(entries) >= 600


def test_ids_are_unique(entries: list[dict]) -> None:
    assert [id for id, count in Counter(entry["id"] for entry in entries).items() if count > 1] == []


def test_the_url_ends_with_the_id(entries: list[dict]) -> None:
    assert [entry["id"] for entry in entries if entry["url"] != f"https://help.onsae.example/articles/{entry['id']}"] == []


def test_entries_stand_by_service_and_then_by_id(entries: list[dict]) -> None:
    order = [(SERVICES.index(entry["category"][0]), entry["id"]) for entry in entries]
    assert order == sorted(order)


def test_categories_have_three_levels_and_end_with_a_platform(entries: list[dict]) -> None:
    platforms = {"공통", "안드로이드", "iOS", "PC"}
    assert [e["id"] for e in entries if len(e["category"]) != 3 or e["category"][2] not in platforms] == []


def test_audiences_are_few(entries: list[dict]) -> None:
    assert {label for entry in entries for label in entry["audience"]} == {"seller", "writer", "driver", "artist"}


def test_a_tag_is_spelled_in_one_way(entries: list[dict]) -> None:
    spellings = defaultdict(set)
    for entry in entries:
        for tag in entry["tags"]:
            spellings[re.sub(r"\s", "", tag).lower()].add(tag)
    assert [names for names in spellings.values() if len(names) > 1] == []


def test_related_ids_exist(entries: list[dict], by_id: dict[str, dict]) -> None:
    assert [(e["id"], other) for e in entries for other in e["extra"].get("related", []) if other not in by_id] == []


def test_overlapping_ids_exist(entries: list[dict], by_id: dict[str, dict]) -> None:
    assert [(e["id"], other) for e in entries for other in e["extra"].get("overlaps", []) if other not in by_id] == []


def test_overlaps_are_marked_on_both_sides(entries: list[dict]) -> None:
    pairs = {(entry["id"], other) for entry in entries for other in entry["extra"].get("overlaps", [])}
    assert {(b, a) for a, b in pairs} == pairs


def test_no_entry_names_itself(entries: list[dict]) -> None:
    assert [e["id"] for e in entries if e["id"] in e["extra"].get("related", []) + e["extra"].get("overlaps", [])] == []


def test_texts_carry_no_markup(entries: list[dict]) -> None:
    marked = re.compile(r"`|\*\*[^*\n]+\*\*|</?(?:p|br|div|li|b)\b|&nbsp;|\t|\u00a0| +$", re.M)
    assert [entry["id"] for entry in entries if marked.search(entry["title"] + "\n" + entry["body"])] == []


# --- variety ------------------------------------------------------------------------------------------------------------------


def test_services_differ_much_in_size(entries: list[dict]) -> None:
    sizes = Counter(entry["category"][0] for entry in entries)
    assert max(sizes.values()) >= 100 and min(sizes.values()) <= 10


def test_all_services_are_there(entries: list[dict]) -> None:
    assert {entry["category"][0] for entry in entries} == set(SERVICES)


def test_bodies_have_100_to_1500_characters(entries: list[dict]) -> None:
    assert [(e["id"], len(e["body"])) for e in entries if not 100 <= len(e["body"]) <= 1500] == []


def test_some_bodies_are_short(entries: list[dict]) -> None:
    assert sum(len(entry["body"]) < 180 for entry in entries) >= len(entries) / 10


def test_some_bodies_are_long(entries: list[dict]) -> None:
    assert sum(len(entry["body"]) > 900 for entry in entries) >= 20


def test_titles_fit_a_list(entries: list[dict]) -> None:
    assert [e["id"] for e in entries if not 6 <= len(e["title"]) <= 50] == []


def test_titles_end_in_many_ways(entries: list[dict]) -> None:
    endings = Counter(re.sub(r"\W+$", "", entry["title"])[-2:] for entry in entries)
    assert endings.most_common(1)[0][1] < len(entries) / 4


def test_dates_spread_over_four_years(entries: list[dict]) -> None:
    years = Counter(entry["updated_at"][:4] for entry in entries)
    assert sum(count >= 50 for count in years.values()) >= 4


def test_entries_were_changed_in_working_hours_of_seoul(entries: list[dict]) -> None:
    times = [datetime.fromisoformat(entry["updated_at"]) for entry in entries]
    assert [time for time in times if not 9 <= time.hour < 19 or time.utcoffset() != NOW.utcoffset() or time > NOW] == []


def test_some_entries_are_over_some_shown_and_some_to_come(entries: list[dict]) -> None:
    counts: Counter[str] = Counter()
    for entry in entries:
        document = Document.from_dict(entry)
        start, end = document.visible_from, document.visible_until
        if start or end:
            counts["to come" if start and start > NOW else "over" if end and end <= NOW else "shown"] += 1
    assert sum(counts.values()) >= 8 and min(counts["to come"], counts["over"], counts["shown"]) >= 2, counts


def test_a_window_ends_after_it_begins(entries: list[dict]) -> None:
    windows = [(e["id"], e["visible_from"], e["visible_until"]) for e in entries]
    assert [id for id, start, end in windows if start and end and start >= end] == []


def test_a_tenth_of_the_entries_has_most_of_the_views(entries: list[dict]) -> None:
    views = sorted((entry["views"] for entry in entries), reverse=True)
    assert sum(views[: len(views) // 10]) > sum(views) / 2


def test_half_of_the_entries_has_few_views(entries: list[dict]) -> None:
    views = [entry["views"] for entry in entries]
    assert statistics.median(views) < max(views) / 50


# --- language -----------------------------------------------------------------------------------------------------------------


def test_no_two_entries_are_nearly_the_same(entries: list[dict]) -> None:
    def shingles(entry: dict) -> set[str]:
        text = re.sub(r"\s", "", entry["body"])
        return {text[i : i + 8] for i in range(len(text) - 7)}

    seen, holders = [shingles(entry) for entry in entries], defaultdict(list)
    for number, texts in enumerate(seen):
        for text in texts:
            holders[text].append(number)
    shared = Counter((a, b) for them in holders.values() for i, a in enumerate(them) for b in them[i + 1 :])
    near = []
    for (a, b), count in shared.items():
        marked = entries[b]["id"] in entries[a]["extra"].get("overlaps", [])
        if not marked and count / (len(seen[a]) + len(seen[b]) - count) >= 0.5:
            near.append((entries[a]["id"], entries[b]["id"]))
    assert near == []


def test_no_sentence_stands_in_ten_entries(entries: list[dict]) -> None:
    holders = defaultdict(set)
    for entry in entries:
        for sentence in sentences(entry):
            if len(sentence) >= 12:
                holders[sentence].add(entry["id"])
    assert {sentence: len(ids) for sentence, ids in holders.items() if len(ids) >= 10} == {}


def test_no_title_stands_twice(entries: list[dict]) -> None:
    assert [title for title, count in Counter(entry["title"] for entry in entries).items() if count > 1] == []


def test_no_real_company_is_named(entries: list[dict]) -> None:
    found = []
    for entry in entries:
        text = f"{entry['title']} {entry['body']} {' '.join(entry['tags'])}"
        for word in COMMON_WORDS:
            text = text.replace(word, "")
        found += [(entry["id"], name) for name in COMPANIES if name in text]
    assert found == []


def test_telephone_numbers_are_made_up(entries: list[dict]) -> None:
    numbers = re.findall(r"\d{2,3}-\d{3,4}-\d{4}", "\n".join(entry["body"] for entry in entries))
    assert numbers and [number for number in numbers if "-0000" not in number] == []


def test_web_addresses_are_made_up(entries: list[dict]) -> None:
    addresses = re.findall(r"[\w.@-]+\.(?:com|net|kr|org|io|example)\b", "\n".join(entry["body"] for entry in entries))
    assert addresses and [address for address in addresses if not address.endswith(".example")] == []


def test_object_particles_fit_the_syllable_before(entries: list[dict]) -> None:
    """을 after a consonant, 를 after a vowel; 마을 is a noun."""
    text = "\n".join(entry["body"] for entry in entries)
    found = re.findall(r"(\S*([가-힣])['\]]?(을|를))(?=\s)", text)
    wrong = [word for word, last, josa in found if (josa == "을") != ((ord(last) - ord("가")) % 28 != 0)]
    assert [word for word in wrong if not word.endswith("마을")] == []


@pytest.mark.slow
def test_spacing_follows_the_standard(entries: list[dict]) -> None:
    """Kiwi would part or join words in fewer than one sentence of a hundred, the listed words apart.

    Only blanks between two syllables are judged. Kiwi joins 하다 to the word before ("있어야합니다"); that is not counted.
    """
    import kiwipiepy

    exceptions = (DATA / "spacing_exceptions.txt").read_text(encoding="utf-8").split()
    ours = [sentence for entry in entries for sentence in sentences(entry)]
    changed = [
        text for text, spaced in zip(ours, kiwipiepy.Kiwi().space(ours), strict=True) if _differs(text, spaced, exceptions)
    ]
    assert len(changed) < len(ours) / 100, changed[:20]


def _differs(text: str, spaced: str, exceptions: list[str]) -> bool:
    def syllables(place: int) -> bool:
        return all("가" <= text[i : i + 1] <= "힣" for i in (place - 1, place))

    i = j = 0
    while i < len(text) and j < len(spaced):
        if text[i] == spaced[j]:
            i, j = i + 1, j + 1
        elif spaced[j] == " ":
            if i and syllables(i) and not any(_covers(word, text, i) for word in exceptions):
                return True
            j += 1
        elif text[i] == " ":
            if "가" <= text[i - 1] <= "힣" and re.match("[가-힣]", text[i + 1 :]) and text[i + 1] not in "하합해했할한함":
                return True
            i += 1
        else:
            return True
    return False


def _covers(word: str, text: str, place: int) -> bool:
    return any(text.startswith(word, start) for start in range(max(0, place - len(word) + 1), place))


def test_spacing_exceptions_are_words_of_the_collection(entries: list[dict]) -> None:
    text = "\n".join(entry["title"] + "\n" + entry["body"] for entry in entries)
    words = (DATA / "spacing_exceptions.txt").read_text(encoding="utf-8").splitlines()
    assert words == sorted(set(words)) and [word for word in words if word not in text] == []


# --- HTML ---------------------------------------------------------------------------------------------------------------------


def test_a_tenth_of_the_entries_is_there_as_html(entries: list[dict]) -> None:
    assert len(entries) * 0.09 <= len(HTML) <= len(entries) * 0.12


def test_html_covers_all_services(by_id: dict[str, dict]) -> None:
    assert {by_id[path.stem]["category"][0] for path in HTML} == set(SERVICES)


@pytest.mark.parametrize("tag", ["<ol", "<ul", "<table", "<br", "<strong", "<div", "&nbsp;", "style=", "<a href"])
def test_html_has_what_exports_have(tag: str) -> None:
    assert sum(tag in path.read_text(encoding="utf-8") for path in HTML) >= 5


@pytest.mark.parametrize("path", HTML, ids=lambda path: path.stem)
def test_html_says_what_the_body_says(path: Path, by_id: dict[str, dict]) -> None:
    """Blanks, list markers and the bars between cells apart."""
    from faqsearch.sources.html import html_to_text

    assert _bare(html_to_text(path.read_text(encoding="utf-8"))) == _bare(by_id[path.stem]["body"])


def _bare(text: str) -> str:
    return re.sub(r"[\s|]", "", re.sub(r"^\s*(?:[-•·▪]|\d+[.)])\s+", "", text, flags=re.M))
