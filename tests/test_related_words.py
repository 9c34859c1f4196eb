"""Words close in meaning: they order what is found, and are searched in place of a word that no document holds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from faqsearch import Document, FaqIndex, IndexOptions, Ranking
from faqsearch.analysis.related_words import FILE, related_words
from faqsearch.analysis.resources.load import stopwords

REFUND = Document("refund", "환불 받기", "환불은 사흘 걸립니다.")
RETURN = Document("return", "신청서 쓰는 법", "반품 신청서를 붙입니다.")
ISSUE = Document("issue", "신청서 쓰는 법", "센터 신청서를 붙입니다.")


def made(documents: Sequence[Document], related: float = 1.0) -> FaqIndex:
    index = FaqIndex.in_memory(options=IndexOptions(ranking=Ranking(related=related)))
    index.sync(documents)
    return index


def found(index: FaqIndex, query: str, **options: object) -> list[str]:
    return [hit.document.id for hit in index.search(query, **options).hits]  # type: ignore[arg-type]


def test_a_related_word_leads_among_documents_without_the_typed_one() -> None:
    with made([ISSUE, RETURN, REFUND]) as index, made([ISSUE, RETURN, REFUND], related=0.0) as without:
        assert found(index, "환불 신청서", matching="any") == ["refund", "return", "issue"]
        assert found(without, "환불 신청서", matching="any") == ["refund", "issue", "return"]


def test_it_adds_nothing_to_a_document_that_holds_the_typed_word() -> None:
    both = Document("refund", "환불 받기", "환불은 반품 뒤에 사흘 걸립니다.")
    with made([both, ISSUE]) as index, made([both, ISSUE], related=0.0) as without:
        (hit,), (other,) = (one.search("환불").hits for one in (index, without))
        assert hit.score == pytest.approx(other.score, rel=1e-6)


def test_alone_it_makes_no_document_match() -> None:
    with made([REFUND, RETURN, ISSUE]) as index:
        assert (found(index, "환불", matching="any"), index.search("환불", matching="any").total) == (["refund"], 1)


def test_it_is_searched_where_no_document_holds_the_typed_word() -> None:
    with made([RETURN, ISSUE]) as index:
        results = index.search("환불")
        (hit,) = results.hits
        assert (hit.document.id, results.confidence, results.correction) == ("return", "weak", None)
        assert [hit.snippet.text[start:end] for start, end in hit.snippet.spans] == ["반품"]
    with made([RETURN, ISSUE], related=0.0) as without:
        assert found(without, "환불") == []


def test_explain_says_for_which_word_it_counts() -> None:
    with made([ISSUE, RETURN, REFUND]) as index:
        hit = next(hit for hit in index.search("환불 신청서").hits if hit.document.id == "return")
        explanation = index.explain("환불 신청서", id="return")
        assert explanation.value == pytest.approx(hit.score, rel=1e-6)
        assert any("'반품'이 있음 ('환불'과 가까운 말" in part.description for part in explanation.details)
        assert not any("반품" in part.description for part in index.explain("환불", id="return").details)


def test_the_closest_come_first() -> None:
    assert list(related_words("휴대폰").items())[:2] == [("핸드폰", 0.79), ("스마트폰", 0.76)]
    assert related_words("카카오페이지") == related_words("\ud800") == {}


def test_the_file_holds_each_word_once_with_up_to_eight_others() -> None:
    lines = [line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()]
    words = [line[0] for line in lines]
    assert len(words) > 20_000 and words == sorted(set(words), key=str.encode)
    for word, *others in lines:
        pairs = [other.split(" ") for other in others]
        names, values = [name for name, _ in pairs], [int(value) for _, value in pairs]
        assert 1 <= len(set(names)) == len(names) <= 8 and word not in names and stopwords().isdisjoint(names), word
        assert values == sorted(values, reverse=True) and all(45 <= value <= 99 for value in values), word
