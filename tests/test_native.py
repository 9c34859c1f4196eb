"""The compiled loops give what their twins in Python and NumPy give, to the bit, and refuse numbers that lie outside."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsearch import Document, FaqIndex, native
from faqsearch.analysis import grams
from faqsearch.index.base import Tokens
from faqsearch.index.segments import kernels as chosen
from faqsearch.index.segments import segment as segments
from faqsearch.index.segments.dictionary import Dictionary, dictionary_arrays
from faqsearch.index.segments.kernels import COMPILED, PLAIN, Kernels
from faqsearch.index.segments.posting_lists import Block, posting_arrays
from faqsearch.query import snippets
from faqsearch.results import Facet, Highlight, Hit

ROOT = Path(__file__).resolve().parent.parent
TERMS = 12
POSTINGS: Any = native.compiled("postings")
MATCHES: Any = native.compiled("matches")
TEXTS: Any = native.compiled("texts")


@pytest.fixture(autouse=True)
def compiled() -> None:
    if COMPILED is None:
        if os.environ.get("CI"):
            pytest.fail("nothing is compiled: CI installs a C compiler")
        pytest.skip("nothing is compiled here")


def collection(seed: int) -> tuple[int, list[Block]]:
    """(documents, the blocks of a random list in up to three segments, some of it deleted)."""
    rng = np.random.default_rng(seed)
    blocks: list[Block] = []
    base = 0
    for segment in range(int(rng.integers(1, 4))):
        size = int(rng.integers(1, 60))
        held = rng.random((TERMS, size)) < rng.random((TERMS, 1))
        terms, documents = np.nonzero(held)
        codes = rng.integers(1 << 8, 1 << 11, len(terms)).astype("<u2")
        arrays = posting_arrays("m.all", terms.astype("<u4"), documents.astype("<u4"), codes, TERMS, size)
        deleted = rng.random(size) < 0.2 if rng.random() < 0.5 else None
        bounds, docs, own = (arrays[f"m.all.{name}"] for name in ("off", "docs", "code"))
        blocks.append(Block(segment, 0, bounds.data, docs, own, base, deleted))
        base += size
    return base, blocks


def scored(kernels: Kernels, size: int, blocks: list[Block], seed: int) -> Any:
    """What a random query scores, selects and marks."""
    rng = random.Random(seed)
    tables = [np.random.default_rng(seed + place).random(1 << 16) for place in range(3)]
    of = kernels.blocks(blocks)
    numbers = [tuple(rng.choice((term, term, -1)) for _ in range(3)) for term in range(TERMS)]
    found = [of.slices(some) for some in numbers]
    terms = [slices for slices, _ in found if slices is not None]
    lists = [(tables[place], [(slices, rng.random()) for slices in terms[place::2]]) for place in range(2)]
    filtered = [[(docs[::2].copy(), codes[::2].copy(), base) for docs, codes, base in slices] for slices in terms[:2]]
    lists[0][1].extend((some, 0.25) for some in filtered)  # type: ignore[arg-type]
    instead = [[slices] for slices in terms[:3]]
    related = [(slices, rng.random(), rng.randrange(3)) for slices in terms[3:6]] if len(instead) == 3 else []
    scores, hit = kernels.added_up(size, lists, related, tables[2], instead)  # type: ignore[arg-type]
    full = np.zeros(size, dtype=bool)
    for slices in terms[:2]:
        slices.mark(full)
    if terms:
        terms[-1].mark(full, False)
    allowed = np.random.default_rng(seed).random(size) < 0.7 if rng.random() < 0.5 else None
    chosen = [kernels.selected(scores, hit, full, allowed, floor) for floor in (0.0, 0.3)]
    frequencies = [frequency for _, frequency in found]
    slices = [[(docs.tolist(), codes.tolist(), base) for docs, codes, base in some] for some in terms]
    return (
        scores.tobytes(),
        hit.tolist(),
        full.tolist(),
        [(some.tolist(), best) for some, best in chosen],
        frequencies,
        slices,
    )


@pytest.mark.parametrize("seed", range(60))
def test_postings_score_to_the_bit_as_by_numpy(seed: int) -> None:
    size, blocks = collection(seed)
    assert COMPILED is not None
    assert scored(COMPILED, size, blocks, seed) == scored(PLAIN, size, blocks, seed)


def looked_up(kernels: Kernels, size: int, blocks: list[Block], seed: int) -> Any:
    """What every term of a random channel is worth, and some that are not there."""
    rng = np.random.default_rng(seed)
    names = sorted(f"t{term}".encode() for term in range(0, 2 * TERMS, 2))
    dictionaries = [Dictionary(dictionary_arrays("m", names[place:]), "m") for place in range(3)]
    of = kernels.blocks(blocks)
    channel = kernels.channel(
        dictionaries, [(of, 50, 1.5), (of, 7, 0.25)], rng.random(size) < 0.5 if rng.random() < 0.5 else None
    )
    asked = [f"t{term}" for term in range(2 * TERMS)]
    found = [one for term in asked for one in (*channel.term(term), channel.one(term, 1))]
    return [one and (one.idf, one.factor, len([*one.slices])) for one in found]


@pytest.mark.parametrize("seed", range(30))
def test_terms_are_worth_to_the_bit_what_they_are_by_numpy(seed: int) -> None:
    size, blocks = collection(seed)
    assert COMPILED is not None
    found = looked_up(COMPILED, size, blocks, seed)
    assert found == looked_up(PLAIN, size, blocks, seed)
    assert None in found


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 12), st.booleans())
def test_the_best_come_first_as_by_numpy(values: list[int], count: int, distinct: bool) -> None:
    scores = np.array([value + (place / 64 if distinct else 0) for place, value in enumerate(values)], dtype=np.float64)
    numbers = np.flatnonzero(scores > 2)
    assert COMPILED is not None
    quick = COMPILED.leading(scores, numbers, min(count, len(numbers)))
    assert quick == PLAIN.leading(scores, numbers, min(count, len(numbers)))
    if quick is not None and distinct:
        assert quick == sorted(numbers.tolist(), key=lambda number: -scores[number])[:count]
    assert quick is not None or not distinct


def block(**changed: Any) -> Block:
    docs = np.array([0, 2], dtype="<u2")
    given = {"segment": 0, "first": 0, "bounds": np.array([0, 2], dtype="<u4").data, "docs": docs, "codes": docs, "base": 0}
    return Block(**{**given, "deleted": None, **changed})


@pytest.mark.parametrize(
    ("damage", "numbers"),
    [
        ({"segment": 5}, (0,)),
        ({"first": 7}, (0,)),
        ({}, (9,)),
        ({"bounds": np.array([0, 3], dtype="<u4").data}, (0,)),
        ({"deleted": np.zeros(2, dtype=bool)}, (0,)),
    ],
)
def test_a_number_that_lies_outside_is_refused(damage: dict[str, Any], numbers: tuple[int, ...]) -> None:
    with pytest.raises(IndexError):
        POSTINGS.Blocks([block(**damage)]).slices(numbers)


def test_a_document_that_lies_outside_is_neither_scored_nor_marked() -> None:
    slices, _ = POSTINGS.Blocks([block()]).slices((0,))
    table = np.ones(1 << 16)
    with pytest.raises(IndexError):
        POSTINGS.added_up(2, [(table, [(slices, 1.0)])], [], table, [])
    with pytest.raises(IndexError):
        slices.mark(np.zeros(2, dtype=bool))
    with pytest.raises(ValueError, match="65,536"):
        POSTINGS.added_up(3, [(table[:9], [(slices, 1.0)])], [], table, [])
    with pytest.raises(IndexError):
        MATCHES.leading(np.zeros(3), np.array([3]), 1)
    with pytest.raises(ValueError, match="as many scores"):
        MATCHES.selected(np.zeros(3), np.zeros(2, dtype=bool), np.zeros(3, dtype=bool), None, 0.3)


def test_documents_in_four_bytes_are_for_numpy() -> None:
    class Old:
        @staticmethod
        def shape(_: str) -> tuple[str, int]:
            return "<u4", 1

    assert chosen.kernels([Old()]) is PLAIN  # type: ignore[list-item]
    assert chosen.kernels([]) is COMPILED


@given(st.sets(st.binary(max_size=12)), st.lists(st.binary(max_size=12)))
def test_a_term_is_found_as_by_bisection(terms: set[bytes], others: list[bytes]) -> None:
    dictionary = Dictionary(dictionary_arrays("m", sorted(terms)), "m")
    for term in (*terms, *others):
        assert dictionary.find(term) == Dictionary.find(dictionary, term)
        assert (dictionary.find(term) >= 0) == (term in terms)


TEXT = st.text(alphabet="가나 다A1.é", max_size=24)
BODY = st.text(alphabet="가나 \n다A1.é", max_size=90)
PLACES = st.lists(st.tuples(st.integers(0, 89), st.integers(0, 4)), max_size=8)


def tokens_at(text: str, places: list[tuple[int, int]]) -> Tokens:
    found = [(min(start, len(text)), min(start + length, len(text))) for start, length in places]
    return Tokens([f"t{start % 3}" for start, _ in found], [start for start, _ in found], [end for _, end in found])


@settings(max_examples=400)
@given(TEXT, PLACES, BODY, PLACES, st.booleans(), st.lists(TEXT.filter(bool), max_size=3), st.integers(3, 60))
def test_titles_and_pieces_are_those_of_python(
    title: str,
    title_places: list[tuple[int, int]],
    body: str,
    places: list[tuple[int, int]],
    in_order: bool,
    words: list[str],
    length: int,
) -> None:
    places = [place for place in places if place[0] < len(body)]
    found = tokens_at(body, sorted(places) if in_order else places)
    asked = title, tokens_at(title, title_places), body, found, {"t0": 1.0, "t1": 0.25}, tuple(words)
    with pytest.MonkeyPatch.context() as patch:
        quick = snippets.highlights(*asked, length=length)
        patch.setattr(snippets, "texts", None)
        assert quick == snippets.highlights(*asked, length=length)


@pytest.mark.parametrize(
    ("body", "terms"),
    [
        ("환불 안내\n캐시는 환불됩니다. 캐시를 환불하려면 내 정보에서 환불을 누르세요.", [("캐시", 6, 8), ("환불", 10, 12)]),
        ("캐시 " * 60 + "환불", [("캐시", 0, 2), ("캐시", 3, 5), ("환불", 180, 182)]),
        ("환불은 캐시 " * 9, [("캐시", 4, 6), ("환불", 0, 2)]),
        ("   \n 환불 안내 \n", []),
        ("", []),
    ],
)
def test_a_piece_is_that_of_python(body: str, terms: list[tuple[str, int, int]]) -> None:
    tokens = Tokens(*(list(values) for values in zip(*terms, strict=True))) if terms else Tokens([], [], [])
    for length, words in ((20, ()), (20, ("환불",)), (160, ("내 정보", "누르"))):
        asked = "환불 안내", Tokens(["환불"], [0], [2]), body, tokens, {"캐시": 1.0, "환불": 2.0}, words
        with pytest.MonkeyPatch.context() as patch:
            quick = snippets.highlights(*asked, length=length)
            patch.setattr(snippets, "texts", None)
            assert quick == snippets.highlights(*asked, length=length)


def piece(**changed: Any) -> Any:
    """The compiled piece of a body of two sentences, with values that do not fit."""
    given = {"title": "가", "title_tokens": ([], [], []), "title_where": "가", "body": "가나다라마 바사", "stops": [6, 8]}
    given = {**given, "tokens": (["a"], [2], [3]), "where": "가나다라마 바사", "words": (), "window": None, **changed}
    return TEXTS.shown(
        given["title"],
        *given["title_tokens"],
        given["title_where"],
        given["body"],
        *given["tokens"],
        given["where"],
        {"a": 1.0},
        given["words"],
        given["stops"],
        4,
        3,
        64,
        None,
        None,
        given["window"],
    )


def test_a_piece_that_lies_outside_is_refused() -> None:
    with pytest.raises(IndexError, match="behind the last sentence"):
        piece(tokens=(["a"], [9], [10]))
    with pytest.raises(IndexError, match="outside the body"):
        piece(tokens=(["a", "a"], [2, 1], [3, 2]), window=lambda found: (3, 99))
    with pytest.raises(ValueError, match="as many"):
        piece(tokens=(["a"], [9], []))
    with pytest.raises(ValueError, match="same length"):
        piece(where="가", words=("가",))
    with pytest.raises(ValueError, match="without the end"):
        piece(stops=[])
    with pytest.raises(IndexError):
        TEXTS.marked_tokens([[0, 1, 9]], *(np.zeros(3, dtype="<u1") for _ in range(3)), {0: "a"})


@given(st.text() | st.text(alphabet="가힣ㄱ1A_ΣςİßﬁÅ·… ─\n"))
def test_squeezing_is_that_of_python(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        quick = grams.squeeze(text), grams.squeeze_with_offsets(text)
        patch.setattr(grams, "texts", None)
        assert quick == (grams.squeeze(text), grams.squeeze_with_offsets(text))


class Label(StrEnum):
    """A text that is more than a text, as templates and settings have them."""

    REFUND = "캐시 환불"


def test_a_text_of_another_class_is_a_text() -> None:
    assert grams.squeeze(Label.REFUND) == "캐시환불"
    assert grams.squeeze_with_offsets(Label.REFUND)[1] == [0, 1, 3, 4]
    with FaqIndex.in_memory() as index:
        index.sync([Document(id=Label.REFUND, title=Label.REFUND, body=Label.REFUND, category=(Label.REFUND,))])
        (hit,) = index.search(Label.REFUND, category=Label.REFUND)
        assert hit.title.spans == ((0, 2), (3, 5)) and index.search('"캐시 환불"').total == 1
        assert index.complete(Label.REFUND) and index.analyze(Label.REFUND)


def test_marked_tokens_are_those_of_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaqIndex.in_memory() as index:
        index.sync(Document(id=f"{n}", title=f"환불 {n}", body="캐시 환불은 3일 안에 됩니다. " * (n % 4)) for n in range(9))
        (segment,) = index._reader()._snapshot.segments  # type: ignore[attr-defined]
    names = {segment.dictionaries["m"].find(term.encode()): term for term in ("환불", "캐시", "3")}
    quick = segment.marked_tokens([4, 0, 7], names)
    monkeypatch.setattr(segments, "texts", None)
    assert quick == segment.marked_tokens([4, 0, 7], names)
    assert quick[0][1].terms.count("캐시") == 0 and quick[2][1].terms.count("캐시") == 3


def test_a_value_made_unchecked_is_the_same_value() -> None:
    title = native.maker(Highlight)("환불", ((0, 2),), 0)
    assert title == Highlight("환불", ((0, 2),), 0) and hash(title) == hash(Highlight("환불", ((0, 2),), 0))
    document = Document(id="a", title="환불")
    values = [getattr(document, name) for name in Document.__dataclass_fields__]
    assert native.filler(Document)(values) == document == Document.trusted(values)
    hit = native.maker(Hit)(document, 1.5, 1, title, title, ("환불",), False)
    assert hit == Hit(document, 1.5, 1, title, title, ("환불",)) and hit.to_dict()["rank"] == 1
    with pytest.raises(TypeError, match="Facet has 5 fields, not 2"):
        native.maker(Facet)("결제", ("결제",))


SEARCH = """
from faqsearch import Document, FaqIndex, native
from faqsearch.analysis import grams
with FaqIndex.in_memory() as index:
    index.sync([Document(id="a", title="캐시 환불", body="캐시는 환불됩니다.")])
    (hit,) = index.search("환불 캐시")
    print(native.how(), hit.title.to_html(), hit.snippet.to_html())
"""


def test_without_the_compiled_loops_all_works() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SEARCH],
        env={**os.environ, "FAQSEARCH_PURE": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "plain Python <mark>캐시</mark> <mark>환불</mark> <mark>캐시</mark>는 <mark>환불</mark>됩니다.\n"


def test_a_module_that_did_not_compile_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    every = {path.stem for path in (ROOT / "faqsearch" / "native").glob("*.pyx")}
    assert set(native._MODULES) == every
    monkeypatch.setattr(native, "compiled", lambda name: None if name == "matches" else object())
    assert native.how() == "compiled loops but matches"


@pytest.mark.slow
def test_without_the_compiled_loops_every_recorded_answer_is_the_same() -> None:
    files = [f"tests/test_{name}.py" for name in ("recorded", "reference", "search", "snippets", "posting_lists")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *files],
        env={**os.environ, "FAQSEARCH_PURE": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:]
