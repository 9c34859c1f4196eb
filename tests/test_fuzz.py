"""Fuzzing by seeded generators: queries, documents, files of documents, index files. Nothing raises what it should not.

The generators know the weak places (quotes, minus signs, jamo, keyboard mode, surrogates, sizes) but not the code's branches;
hypothesis, which shrinks what it finds, looks for the same in test_search_properties.py and others.
"""

from __future__ import annotations

import io
import json
import os
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from faulty import TORTURE
from test_corruption import outcome, whole

from faqsearch import Document, DocumentError, FaqIndex, Highlight, Lexicon, read_documents, warm_up
from faqsearch.analysis.normalize import normalize

ROOT = Path(__file__).parent.parent
QUERIES = 1_000_000 if TORTURE else 1_500
COMMITS = 400 if TORTURE else 6
FILES = 4_000 if TORTURE else 150
DAMAGES = 6_000 if TORTURE else 60
PROCESSES = (os.cpu_count() or 1) if TORTURE and hasattr(os, "fork") else 1

DOCUMENTS = [
    Document.from_dict(values)
    for values in json.loads((ROOT / "tests" / "cases" / "search.json").read_text(encoding="utf-8"))["documents"]
]
WORDS = sorted({word for document in DOCUMENTS for word in f"{document.title} {document.body}".split()})
ODD = [
    *['"', "“", "”", "'", "-", "--", " -", '-"', '"-', "\\", "\0", "\n", "\t", "\u200b", "\u200d", "\ufeff", "\u202e"],
    *[
        "\ud800",
        "\udfff",
        "\U0010ffff",
        "\u1100",
        "\u1161",
        "\u11a8",
        "\u0301",
        "ㅎㅂ",
        "ㅋㅋㅋ",
        "ㅠㅠ",
        "ㄱ",
        "ㅏ",
        "ㅄ",
        "ㆍ",
    ],
    *[
        "zotl",
        "ghksqnf",
        "dkssud",
        "QnF",
        "-1009",
        "E-2041",
        "010-1234-5678",
        "a@b.kr",
        "https://a.kr/?q=가&b",
        "１２３",
        "ﬁ",
        "㎏",
    ],
    *["AND", "OR", "NOT", "*", "?", "~2", "^3", "title:", "[a TO b]", "{", "}", "(", ")", "%00", "%s", "{{7*7}}", "<script>"],
    *["🙂", "👩‍👩‍👧", "🇰🇷", "한글", "漢字", "ひらがな", "עברית", "١٢٣", "İ", "ß", "ǅ", "½", "\u00a0", "\u3000", "\u2028"],
]
SORTS = ["relevance", "-updated_at", "updated_at", "-views", "title"]


@cache
def index() -> FaqIndex:
    lexicon = Lexicon.from_folder(ROOT / "data" / "lexicon")
    made = FaqIndex.in_memory(lexicon=lexicon)
    made.sync(DOCUMENTS)
    return made


def damaged(random: Random, text: str) -> str:
    """A text with characters left out, doubled, exchanged, replaced; or taken to pieces."""
    match random.randrange(7):
        case 0:
            place = random.randrange(len(text) + 1)
            return text[:place] + text[place + 1 :]
        case 1:
            place = random.randrange(len(text) + 1)
            return text[:place] + text[place : place + 1] * random.choice([2, 3, 40]) + text[place + 1 :]
        case 2:
            return "".join(random.sample(text, len(text)))
        case 3:
            return unicodedata.normalize(random.choice(["NFD", "NFKD", "NFKC"]), text)
        case 4:
            return random.choice([str.upper, str.lower, str.title])(text)
        case 5:
            return text[: random.randrange(len(text) + 1)]
        case _:
            return "".join(chr(min(0x10FFFF, max(0, ord(one) + random.choice([0, 0, 0, 1, -1, 28])))) for one in text)


def piece(random: Random) -> str:
    match random.randrange(6):
        case 0 | 1:
            return random.choice(WORDS)
        case 2:
            return damaged(random, random.choice(WORDS))
        case 3 | 4:
            return random.choice(ODD)
        case _:
            return "".join(
                chr(random.choice([random.randrange(0x110000), 0xAC00 + random.randrange(11172), random.randrange(128)]))
            )


def text(random: Random, most: int = 6) -> str:
    made = random.choice([" ", "", " ", '"']).join(piece(random) for _ in range(random.randrange(most)))
    return made * random.choice([1] * 60 + [2, 30])


def sound(highlight: Highlight) -> bool:
    """Spans in order, apart, and inside the text."""
    ends = [0, *(end for _, end in highlight.spans)]
    starts = [start for start, _ in highlight.spans]
    return (
        all(end <= start for end, start in zip(ends, starts, strict=False))
        and all(start < end for start, end in highlight.spans)
        and ends[-1] <= len(highlight.text)
    )


def ask(random: Random) -> str:
    """One query with any options; what came of it."""
    query = text(random)
    options: dict[str, Any] = {
        "sort": random.choice(SORTS),
        "matching": random.choice(["any", "most", "most", "all"]),
        "page": random.choice([1, 1, 1, 2, 9]),
        "per_page": random.choice([1, 10, 100]),
        "snippet_length": random.choice([1, 40, 160, 2000]),
        "correct": random.random() < 0.8,
        "facets": random.random() < 0.5,
        "category": random.choice([None, None, random.choice(DOCUMENTS).category or None, piece(random) or None]),
    }
    try:
        results = index().search(query, **options)
        assert results.query == query and results.truncated == (len(normalize(query).text) > 200)
        assert len(results) == max(0, min(options["per_page"], results.total - (options["page"] - 1) * options["per_page"]))
        assert all(sound(hit.title) and sound(hit.snippet) for hit in results)
        if random.random() < 0.02:
            index().complete(query)
            index().analyze(query)
            index().explain(query, id=random.choice(DOCUMENTS).id)
    except Exception as error:
        raise AssertionError(f"{query!r}, {options}") from error
    return "found" if results.total else "nothing"


def ask_many(seed: int, count: int) -> Counter[str]:
    random = Random(seed)
    return Counter(ask(random) for _ in range(count))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_no_query_is_an_error() -> None:
    warm_up()
    index().search("캐시 환불")
    outcomes: Counter[str] = Counter()
    children = []
    for number in range(1, PROCESSES):
        read, write = os.pipe()
        child = os.fork()
        if not child:
            status = 1
            try:
                os.write(write, json.dumps(ask_many(number, QUERIES // PROCESSES)).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(write)
        children.append((child, read))
    outcomes += ask_many(0, QUERIES - QUERIES // PROCESSES * len(children))
    for child, read in children:
        with open(read, "rb") as pipe:
            said = pipe.read()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        outcomes += Counter(json.loads(said))
    assert outcomes.total() == QUERIES
    assert min(outcomes["found"], outcomes["nothing"]) > QUERIES // 20  # both ends are reached
    print(f"\n{QUERIES:,} queries: {dict(outcomes)}")


def labels(random: Random) -> list[str]:
    return [label for _ in range(random.randrange(3)) if (label := piece(random)[:60]).strip()]


@pytest.mark.slow
def test_any_text_can_be_a_document() -> None:
    """What is taken comes back as it was, and the index is whole; what is refused is a DocumentError."""
    random = Random(11)
    model: dict[str, Document] = {}
    refused = 0
    with FaqIndex.in_memory() as own:
        for _ in range(COMMITS):
            some: dict[str, Document] = {}
            for _ in range(12):
                try:
                    one = Document(
                        id=piece(random)[:40] or "x",
                        title=text(random, 4)[:900],
                        body=text(random, 30)[:20_000],
                        category=tuple(labels(random)),
                        tags=frozenset(labels(random)),
                        views=random.choice([0, 1, 1 << 40]),
                    )
                except DocumentError:
                    refused += 1
                    continue
                some[one.id] = one
            own.upsert(some.values())
            model |= some
            gone = random.sample(sorted(model), min(len(model), 3))
            assert own.delete(gone) == len(gone)
            model = {id: one for id, one in model.items() if id not in gone}
            assert {one.id: one for one in own} == model
            query = random.choice(list(model.values())).title if model else ""
            assert all(sound(hit.title) and sound(hit.snippet) for hit in own.search(query, per_page=100, matching="any"))
        assert own.check().problems == ()
    assert model and refused
    print(f"\n{COMMITS} commits, {len(model)} documents at the end, {refused} refused")


def mutated(random: Random, content: bytes) -> bytes:
    """A few changes: bits, stretches zeroed, left out, doubled, moved, random bytes, the end cut off."""
    made = bytearray(content)
    for _ in range(random.choice([1, 1, 2, 5])):
        if not made:
            break
        begin = random.randrange(len(made))
        end = min(len(made), begin + random.choice([1, 2, 4, 8, 64, 1000]))
        match random.randrange(7):
            case 0:
                made[begin] ^= 1 << random.randrange(8)
            case 1:
                made[begin:end] = bytes(end - begin)
            case 2:
                del made[begin:end]
            case 3:
                made[begin:begin] = made[begin:end]
            case 4:
                target = random.randrange(len(made))
                made[target : target + end - begin] = made[begin:end]
            case 5:
                made[begin:end] = random.randbytes(end - begin)
            case _:
                del made[begin:]
    return bytes(made)


@pytest.mark.slow
def test_index_files_changed_in_any_way_are_found_or_harmless() -> None:
    random = Random(12)
    outcomes: Counter[str] = Counter()
    for _ in range(DAMAGES):
        files = dict(whole())
        for name in random.sample(sorted(files), random.choice([1, 1, 2])):
            files[name] = mutated(random, files[name])
        outcomes["unchanged" if files == whole() else outcome(files)] += 1
    assert outcomes["refused"] > DAMAGES // 2
    print(f"\n{DAMAGES} damages: {dict(outcomes)}")


def workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in [
        ["번호", "제목", "내용", "분류", "조회수"],
        [1, "환불 안내", "7일 안에\n됩니다.", "결제>환불", 3],
        [2, "배송", "", "", 0],
    ]:
        book.active.append(row)  # type: ignore[union-attr]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SEEDS: dict[str, Callable[[], bytes]] = {
    "csv": lambda: '번호,제목,내용,분류,조회수\n1,환불 안내,"7일 안에\n""됩니다""",결제>환불,3\n2,배송,,,\n'.encode(),
    "jsonl": lambda: "".join(json.dumps(one.to_dict(), ensure_ascii=False) + "\n" for one in DOCUMENTS[:3]).encode(),
    "json": lambda: json.dumps([one.to_dict() for one in DOCUMENTS[:3]], ensure_ascii=False).encode(),
    "xlsx": workbook,
}


@pytest.mark.slow
@pytest.mark.parametrize("format", SEEDS)
def test_a_file_changed_in_any_way_is_read_or_told(tmp_path: Path, format: str) -> None:
    random, seed = Random(13), SEEDS[format]()
    path = tmp_path / f"a.{format}"
    outcomes: Counter[str] = Counter()
    for _ in range(FILES // (4 if format == "xlsx" else 1)):
        path.write_bytes(mutated(random, seed))
        try:
            outcomes["read"] += bool(list(read_documents(path))) or 1
        except DocumentError:
            outcomes["told"] += 1
    assert outcomes["told"]
    print(f"\n{format}: {dict(outcomes)}")
