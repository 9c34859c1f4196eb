"""The analysis of texts: the cases of cases/analysis.json, and what holds for every text."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.grams import bigrams, squeeze, squeeze_with_offsets
from faqsearch.analysis.morphemes import LINE_LIMIT
from faqsearch.analysis.normalize import normalize
from faqsearch.results import AnalyzedTerm

CASES = json.loads((Path(__file__).parent / "cases" / "analysis.json").read_text(encoding="utf-8"))

TEXTS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.text(st.characters(categories=["Cs", "Mn", "Cf", "Zs", "Lo"]), max_size=6),
        st.sampled_from(["환불", "캐시", "톡 서랍", "Wi-Fi", "1,000원", "ㅋㅋ", "돼요", "😀", "\n", "\u200b", "\r\n", "\x00"]),
        st.sampled_from(["환불은", "안돼요", "Café"]).map(lambda text: unicodedata.normalize("NFD", text)),
    ),
    max_size=12,
).map("".join)
HANGUL = st.text(st.sampled_from("가나다라환불캐시결제은는을를이가돼요했습니다 "), max_size=20)


def channel(terms: tuple[AnalyzedTerm, ...], name: str) -> list[AnalyzedTerm]:
    return [term for term in terms if term.channel == name]


def morphemes(text: str, words: frozenset[str] = frozenset()) -> list[list[Any]]:
    return [[one.term, text[one.start : one.end], one.start] for one in channel(Analyzer(words).terms(text), "morphemes")]


def grams(text: str) -> list[list[Any]]:
    return [[one.term, text[one.start : one.end], one.start] for one in channel(Analyzer().terms(text), "grams")]


def in_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("case", CASES["morphemes"], ids=lambda case: case["name"])
def test_the_morpheme_terms_of(case: dict[str, Any]) -> None:
    assert morphemes(case["text"], frozenset(case.get("words", ()))) == case["terms"]


@pytest.mark.parametrize("case", CASES["grams"], ids=lambda case: case["name"])
def test_the_grams_of(case: dict[str, Any]) -> None:
    assert grams(case["text"]) == case["grams"]


def test_the_names_of_cases_differ() -> None:
    for cases in CASES.values():
        assert len({case["name"] for case in cases}) == len(cases)


@pytest.mark.parametrize(
    ("one", "other"), [("컨텐츠", "콘텐츠"), ("안돼요", "안되요"), ("Wi-Fi", "WI-FI"), ("1,000원", "1000원")]
)
def test_two_spellings_give_the_same_terms(one: str, other: str) -> None:
    assert [term for term, _, _ in morphemes(one)] == [term for term, _, _ in morphemes(other)] != []


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_normalisation_form_of_a_sentence_gives_the_same_terms(form: Any) -> None:
    text = "카카오페이지에서 결제한 캐시 환불은 7일 안에 됩니다"
    written = unicodedata.normalize(form, text)
    assert [term.term for term in Analyzer().terms(written)] == [term.term for term in Analyzer().terms(text)]


@settings(max_examples=120, deadline=None)
@given(TEXTS)
def test_every_morpheme_term_lies_in_the_text_and_is_not_empty(text: str) -> None:
    for term in channel(Analyzer().terms(text), "morphemes"):
        assert term.term
        assert 0 <= term.start < term.end <= len(text)


@settings(max_examples=120, deadline=None)
@given(TEXTS)
def test_the_starts_of_whole_morpheme_terms_never_fall(text: str) -> None:
    starts = [term.start for term in channel(Analyzer().terms(text), "morphemes")]
    assert all(before <= after for before, after in pairwise(starts))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_the_surface_of_a_gram_normalised_and_squeezed_holds_the_gram(text: str) -> None:
    """Equal to it, unless a character at either end stands for several (㎏ is kg): then it holds it."""
    for term in channel(Analyzer().terms(text), "grams"):
        assert 0 <= term.start < term.end <= len(text)
        surface = squeeze(normalize(text[term.start : term.end]).text)
        if len(surface) == len(term.term):
            assert surface == term.term
        else:
            assert len(surface) > len(term.term) and term.term in surface


@settings(max_examples=120, deadline=None)
@given(st.text(st.sampled_from("가나환불캐시ab19ＡＢ -_.!\n\u200b😀"), max_size=30))
def test_the_surface_of_a_gram_of_plain_characters_normalised_and_squeezed_is_the_gram(text: str) -> None:
    for term in channel(Analyzer().terms(text), "grams"):
        assert squeeze(normalize(text[term.start : term.end]).text) == term.term


@settings(max_examples=120, deadline=None)
@given(TEXTS)
def test_grams_are_the_bigrams_of_the_squeezed_normalised_text(text: str) -> None:
    assert [term.term for term in channel(Analyzer().terms(text), "grams")] == bigrams(squeeze(normalize(text).text))


def test_grams_of_a_query_are_those_of_a_document_in_greek() -> None:
    """A sigma at the end of a word has a lower case of its own, which depends on what stands beside it."""
    assert squeeze_with_offsets("ΑΣ ΟΔΟΣ")[0] == squeeze("ΑΣ ΟΔΟΣ")


@settings(max_examples=100, deadline=None)
@given(st.lists(HANGUL, max_size=4))
def test_a_text_has_the_morpheme_terms_of_its_lines(rows: list[str]) -> None:
    text = "\n".join(rows)
    expected = []
    start = 0
    for row in rows:
        expected += [[term, surface, place + start] for term, surface, place in morphemes(row)]
        start += len(row) + 1
    assert morphemes(text) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_several_texts_are_analysed_as_each_alone(texts: list[str]) -> None:
    assert list(Analyzer().analyze_texts(texts)) == [next(Analyzer().analyze_texts([text])) for text in texts]


@pytest.mark.parametrize("length", [LINE_LIMIT, LINE_LIMIT + 1, 25 * LINE_LIMIT])
def test_every_word_of_a_very_long_line_is_found_at_its_place(length: int) -> None:
    text = ("쿠폰 결제 " * length)[:length]
    found = [(surface, start) for _, surface, start in morphemes(text)]
    for word in ("쿠폰", "결제"):
        expected = [place for place in range(len(text)) if text.startswith(word, place)]
        assert [start for surface, start in found if surface == word] == expected


def test_a_very_long_line_without_blanks_keeps_its_offsets() -> None:
    text = "결제" * (2 * LINE_LIMIT) + " 쿠폰"
    found = channel(Analyzer().terms(text), "morphemes")
    assert (found[-1].term, found[-1].start, found[-1].end) == ("쿠폰", len(text) - 2, len(text))
    assert all(0 <= term.start < term.end <= len(text) for term in found)


@pytest.mark.parametrize(
    ("word", "term"), [("help@example.com", "help@example.com"), ("1,000,000원", "1000000"), ("3.5", "3.5")]
)
def test_a_word_with_punctuation_is_not_cut_where_a_long_line_is(word: str, term: str) -> None:
    for before in range(LINE_LIMIT - len(word), LINE_LIMIT + 1):
        text = ("환불 " * LINE_LIMIT)[: before - 1] + " " + word + " 문의"
        assert term in [found for found, _, _ in morphemes(text)], f"{word} at {before}"


def test_the_fingerprint_changes_with_the_user_words() -> None:
    prints = {Analyzer(frozenset(words)).fingerprint for words in ([], ["톡 서랍"], ["톡서랍"], ["톡", "서랍"])}
    assert len(prints) == 4


def test_the_fingerprint_does_not_depend_on_the_order_of_user_words() -> None:
    assert Analyzer(frozenset(["가", "나"])).fingerprint == Analyzer(frozenset(["나", "가"])).fingerprint


def test_the_fingerprint_names_kiwi_and_its_model() -> None:
    from importlib.metadata import version

    assert f"kiwipiepy {version('kiwipiepy')}" in Analyzer().fingerprint
    assert f"model {version('kiwipiepy_model')}" in Analyzer().fingerprint


def test_the_fingerprint_is_the_same_in_another_process() -> None:
    code = "from faqsearch.analysis.analyzer import Analyzer; print(Analyzer(frozenset(['가', '나', '다'])).fingerprint)"
    assert in_python(code) == Analyzer(frozenset(["가", "나", "다"])).fingerprint


@pytest.mark.parametrize(
    "module", ["kiwipiepy", "kiwipiepy_model", "numpy", "whoosh", "openpyxl", "selectolax", "click", "tqdm"]
)
def test_importing_faqsearch_does_not_import(module: str, imported: set[str]) -> None:
    assert "faqsearch.faq_index" in imported
    assert module not in imported


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The modules that a new process has after importing faqsearch."""
    return set(in_python("import faqsearch, sys; print('\\n'.join(sys.modules))").split("\n"))


def test_importing_and_using_faqsearch_sets_no_logging_handler_or_level() -> None:
    code = """
import logging
def state():
    loggers = {"": logging.root, **{n: x for n, x in logging.root.manager.loggerDict.items() if isinstance(x, logging.Logger)}}
    return {n: (x.level, len(x.handlers)) for n, x in loggers.items()}
before = state()
import faqsearch
with faqsearch.FaqIndex.in_memory() as index:
    index.upsert(faqsearch.Document("1", "캐시 환불"))
    assert index.search("환불").total == 1
after = state()
print({n: v for n, v in after.items() if v != before.get(n, (logging.NOTSET, 0))}, logging.root.manager.disable)
"""
    assert in_python(code) == "{} 0"
