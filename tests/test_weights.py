"""What the terms of a query weigh, by the rules of docs/ranking.md: morphemes by their tags, bigrams by their content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from faqsearch.analysis.analyzer import Analyzer
from faqsearch.analysis.lexicon import Lexicon
from faqsearch.document import Document
from faqsearch.faq_index import FaqIndex
from faqsearch.index.base import Scope
from faqsearch.options import Ranking
from faqsearch.query.syntax import parse
from faqsearch.query.understand import QueryLanguage

CASES = json.loads((Path(__file__).parent / "cases" / "weights.json").read_text(encoding="utf-8"))


def weights(query: str, channel: str, title: str = "") -> dict[str, float]:
    """The weights of a query's terms over an index with one title or none: an empty one knows no other reading of any."""
    language = QueryLanguage(Analyzer(), Lexicon(general=False), Ranking())
    parsed = parse(query)
    with FaqIndex.in_memory() as index:
        if title:
            index.upsert(Document("1", title))
        understood = language.understand(parsed, language.analyzed(parsed.text), index._reader(), Scope())
    return {term.term: term.weight for term in understood.terms if term.channel == channel}


@pytest.mark.parametrize("case", CASES["bigrams"], ids=lambda case: case["query"])
def test_a_bigram_weighs_by_how_much_of_it_is_content(case: dict[str, Any]) -> None:
    ranking = Ranking()
    found = {gram: weight / ranking.grams for gram, weight in weights(case["query"], "g").items()}
    content = {"none": 0.0, "half": 0.5, "one": 1.0, "one and a half": 1.5, "two": 2.0}
    expected = {
        gram: ranking.gram_base
        + ranking.gram_one * min(1.0, content[share])
        + ranking.gram_both * max(0.0, content[share] - 1.0)
        for gram, share in case["content"].items()
    }
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("case", CASES["morphemes"], ids=lambda case: case["query"])
def test_a_morpheme_weighs_by_its_kind(case: dict[str, Any]) -> None:
    ranking = Ranking()
    kinds = {"noun": 1.0, "verb": ranking.verb, "stop word": ranking.stopword}
    kinds["stop verb"] = ranking.verb * ranking.stopword
    assert weights(case["query"], "m") == pytest.approx({term: kinds[kind] for term, kind in case["terms"].items()})


@pytest.mark.parametrize("case", CASES["joined"], ids=lambda case: f"{case['query']} in {case['title']}")
def test_neighbours_that_the_index_knows_as_one_word_count_as_that_word_too(case: dict[str, Any]) -> None:
    kinds = {"noun": 1.0, "joined": Ranking().joined}
    expected = {term: kinds[kind] for term, kind in case["terms"].items()}
    assert weights(case["query"], "m", case["title"]) == expected
