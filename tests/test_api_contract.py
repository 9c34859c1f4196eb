"""The public names, their signatures and their shape, as DESIGN.md §2 fixes them."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import faqsearch
from faqsearch import (
    AnalyzedTerm,
    Calibration,
    CheckReport,
    Completion,
    Correction,
    Document,
    Evaluation,
    Explanation,
    Facet,
    FaqIndex,
    FeedbackEvent,
    Highlight,
    Hit,
    IndexOptions,
    IndexStats,
    Lexicon,
    Notice,
    Pin,
    Ranking,
    SearchEvent,
    SearchResults,
    SyncReport,
    Synonym,
    errors,
    warm_up,
)

NAMES = [
    "Document",
    "CategoryPath",
    "Highlight",
    "Hit",
    "Facet",
    "SearchResults",
    "Correction",
    "SearchEvent",
    "FeedbackEvent",
    "SyncReport",
    "CheckReport",
    "IndexStats",
    "FaqIndex",
    "Completion",
    "read_documents",
    "Lexicon",
    "IndexOptions",
    "Ranking",
    "evaluate",
    "warm_up",
    "FaqSearchError",
    "DocumentError",
    "LexiconError",
    "InvalidOptionError",
    "BackendError",
    "IndexStorageError",
    "IndexExistsError",
    "IndexNotFoundError",
    "IndexLockedError",
    "IndexCorruptError",
    "IndexFormatError",
    "AnalyzerMismatchError",
]

NOW = datetime(2026, 1, 31, 9, tzinfo=UTC)
DOCUMENT = Document(
    "1",
    "캐시 환불",
    "7일 안에 됩니다.",
    category=("결제", "환불"),
    tags=frozenset({"b", "a"}),
    audience=frozenset({"판매자"}),
    visible_from=NOW,
    visible_until=NOW,
    updated_at=NOW,
    views=3,
    url="https://example.com",
    extra={"key": [1, None, {"deep": True}]},
)
MARKED = Highlight("캐시 환불", ((3, 5),), 2)
HIT = Hit(DOCUMENT, 1.5, 1, MARKED, Highlight("…"), ("환불",), True)
FACET = Facet("결제", ("결제",), 2, True, (Facet("환불", ("결제", "환불"), 1),))
CORRECTION = Correction("환불", "typo", (("환블", "환불"),))
VALUES = [
    DOCUMENT,
    MARKED,
    HIT,
    FACET,
    CORRECTION,
    SearchResults("환블", (HIT,), 1, 1, 10, 1, "relevance", (FACET,), CORRECTION, ("환불 방법",), "good", False, 4, 0.5),
    Completion("캐시 환불", ((0, 2),)),
    AnalyzedTerm("환불", 3, 5, "morphemes"),
    Explanation(1.5, "sum", (Explanation(1.5, "part"),)),
    SyncReport(1, 2, 3, 4),
    CheckReport(False, ("damaged",), {"a": 1}, {"documents": 1}),
    IndexStats(1, 0, 1, {"morphemes": 3}, 100, 1, 1, "fingerprint"),
    SearchEvent("id", NOW, "환불", None, {"category": None, "tags": []}, "relevance", 1, 1, "good", ("1",), 0.5),
    FeedbackEvent("id", "1", "click", 1),
    IndexOptions(ranking=Ranking(title=0.5)),
    Calibration(weight=0.5, floor=0.1),
    Lexicon(
        frozenset({"톡 서랍"}),
        (Synonym("a", "b", False, ("결제",)),),
        frozenset({"방법"}),
        (Pin("환불", "1", NOW, None),),
        (Notice("점검", NOW, None),),
        (("환불", 5),),
    ),
    Evaluation({"nDCG@10": 0.5}, {"q1": {"nDCG@10": 0.5}}),
]

MISSING = inspect.Parameter.empty
SIGNATURES: dict[str, tuple[list[str], dict[str, Any]]] = {
    # name: (positional parameters, keyword-only ones with their defaults)
    "create": (["location"], {"lexicon": None, "options": IndexOptions(), "exist_ok": False}),
    "in_memory": ([], {"lexicon": None, "options": IndexOptions()}),
    "open": (
        ["location"],
        {"lexicon": None, "encoder": None, "read_only": False, "lock_timeout": 10.0, "on_mismatch": "raise"},
    ),
    "restore": (["snapshot"], {"location": MISSING}),
    "search": (
        ["query"],
        {
            "category": None,
            "within": None,
            "tags": (),
            "audience": (),
            "now": None,
            "sort": "relevance",
            "page": 1,
            "per_page": 10,
            "matching": "most",
            "snippet_length": 160,
            "facets": True,
            "correct": True,
        },
    ),
    "complete": (["prefix"], {"limit": 8, "within": None, "audience": ()}),
    "related": (["id"], {"limit": 5, "within": None, "audience": ()}),
    "explain": (["query"], {"id": MISSING}),
    "analyze": (["text"], {}),
    "sync": (["documents"], {"allow_empty": False, "progress": None}),
    "upsert": (["documents"], {}),
    "delete": (["ids"], {}),
    "batch": ([], {}),
    "set_lexicon": (["lexicon"], {}),
    "get": (["id"], {}),
    "check": ([], {"repair": False}),
    "snapshot": (["path"], {}),
    "stats": ([], {}),
    "on_search": (["callback"], {}),
    "close": ([], {}),
}


def kinds(function: Callable[..., Any]) -> tuple[list[str], dict[str, Any]]:
    """(names of the positional parameters without self, keyword-only parameters with their defaults)."""
    parameters = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    keywords = {one.name: one.default for one in parameters if one.kind is one.KEYWORD_ONLY}
    return [one.name for one in parameters if one.kind is not one.KEYWORD_ONLY], keywords


def test_all_is_sorted() -> None:
    assert faqsearch.__all__ == sorted(faqsearch.__all__)


def test_all_has_every_public_name_of_the_package() -> None:
    values = {
        name
        for name, value in vars(faqsearch).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
    }
    assert set(faqsearch.__all__) == values


@pytest.mark.parametrize("name", NAMES)
def test_the_package_exports(name: str) -> None:
    assert name in faqsearch.__all__
    assert getattr(faqsearch, name) is not None


def test_a_category_path_is_a_tuple_of_texts() -> None:
    assert faqsearch.CategoryPath == tuple[str, ...]


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_signature_of_a_method_of_faq_index(name: str) -> None:
    positional, keywords = kinds(getattr(FaqIndex, name))
    assert (positional, keywords) == SIGNATURES[name]
    assert list(keywords) == list(SIGNATURES[name][1])


def test_the_signature_of_rebuild_takes_documents_or_none() -> None:
    parameters = inspect.signature(FaqIndex.rebuild).parameters
    assert list(parameters)[:2] == ["self", "documents"]
    assert parameters["documents"].default is None
    assert all(one.kind is one.KEYWORD_ONLY for one in list(parameters.values())[2:])


def test_faq_index_has_no_public_method_beside_those_described() -> None:
    public = {name for name in vars(FaqIndex) if not name.startswith("_")}
    assert public == {*SIGNATURES, "rebuild", "generation", "lexicon"}


@pytest.mark.parametrize("name", ["create", "in_memory", "open", "restore"])
def test_an_index_is_made_by_class_methods(name: str) -> None:
    assert isinstance(inspect.getattr_static(FaqIndex, name), classmethod)


def test_the_generation_is_a_property() -> None:
    assert isinstance(inspect.getattr_static(FaqIndex, "generation"), property)


def test_the_signature_of_read_documents() -> None:
    assert kinds(faqsearch.read_documents) == (["path"], {"fields": None, "format": None, "encoding": None})


def test_the_signature_of_evaluate() -> None:
    assert kinds(faqsearch.evaluate) == (["index", "queries", "qrels"], {"measures": ("nDCG@10", "RR@10", "R@10")})


def test_warm_up_can_be_called_without_arguments() -> None:
    assert kinds(warm_up)[0] == []
    assert MISSING not in kinds(warm_up)[1].values()


def test_a_lexicon_has_the_four_lists_in_order_then_what_was_added() -> None:
    names = [one.name for one in dataclasses.fields(Lexicon)]
    assert names == ["words", "synonyms", "stopwords", "pins", "notices", "queries", "general"]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Document, "id title body category tags audience visible_from visible_until updated_at views url extra"),
        (Highlight, "text spans start"),
        (Hit, "document score rank title snippet matched_terms pinned"),
        (Facet, "label path count selected children"),
        (
            SearchResults,
            "query hits total page per_page total_pages sort facets correction suggestions confidence truncated generation "
            "took_ms notices",
        ),
        (Correction, "query reason replacements"),
        (Completion, "text spans kind"),
        (SearchEvent, "id at query correction filters sort page total confidence hit_ids took_ms session"),
        (FeedbackEvent, "search_id document_id kind rank"),
        (SyncReport, "added updated deleted unchanged"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_fields_of(kind: Any, names: str) -> None:
    assert [one.name for one in dataclasses.fields(kind)] == names.split()


def public_dataclasses() -> list[Any]:
    found = [getattr(faqsearch, name) for name in faqsearch.__all__]
    return [one for one in found if inspect.isclass(one) and dataclasses.is_dataclass(one)]


@pytest.mark.parametrize("kind", public_dataclasses(), ids=lambda kind: kind.__name__)
def test_a_value_type_is_frozen_with_slots(kind: Any) -> None:
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_the_fields_of_a_value_cannot_be_set(value: Any) -> None:
    name = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, None)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_to_dict_is_ready_for_json_and_loses_nothing_to_it(value: Any) -> None:
    given = value.to_dict()
    assert json.loads(json.dumps(given, allow_nan=False)) == given
    assert list(given) == [one.name for one in dataclasses.fields(value)]


def test_every_public_value_type_is_tried_for_json() -> None:
    """A synonym, a pin, a notice and ranking weights are parts of the values that hold them."""
    tried = {type(value) for value in VALUES}
    assert set(public_dataclasses()) - tried <= {Synonym, Pin, Notice, Ranking}


@pytest.mark.parametrize("kind", [Synonym, Pin, Notice, Ranking], ids=lambda kind: kind.__name__)
def test_a_part_of_a_value_has_to_dict_too(kind: Any) -> None:
    assert callable(getattr(kind, "to_dict", None)), f"{kind.__name__} is a public value type without to_dict()"


def test_search_results_without_hits_are_true_and_have_no_length() -> None:
    empty = SearchResults("", (), 0, 1, 10, 0, "relevance", (), None, (), "none", False, 0, 0.0)
    assert bool(empty) is True
    assert len(empty) == 0
    assert list(empty) == []


def test_search_results_iterate_over_and_have_the_length_of_their_hits() -> None:
    results = next(value for value in VALUES if isinstance(value, SearchResults))
    assert list(results) == [HIT]
    assert len(results) == 1


def test_an_empty_index_is_true() -> None:
    with FaqIndex.in_memory() as index:
        assert len(index) == 0
        assert bool(index) is True


def test_a_closed_index_is_true() -> None:
    index = FaqIndex.in_memory()
    index.close()
    assert bool(index) is True


def drawn_tree() -> dict[str, str | None]:
    """name → parent, from the drawing in the docstring of errors.py."""
    tree: dict[str, str | None] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r" {4}(?P<branches>[│├└─ ]*)(?P<name>\w+Error)\b", line):
            depth = len(match["branches"]) // 4
            path = [*path[:depth], match["name"]]
            tree[match["name"]] = path[-2] if len(path) > 1 else None
    return tree


def test_the_error_tree_is_the_one_drawn() -> None:
    classes = {name: one for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, Exception)}
    bases = {
        name: next((base.__name__ for base in one.__bases__ if base.__name__ in classes), None) for name, one in classes.items()
    }
    assert bases == drawn_tree()
    assert len(bases) == 13


def test_errors_have_one_root() -> None:
    assert [name for name, parent in drawn_tree().items() if parent is None] == ["FaqSearchError"]
    assert all(issubclass(getattr(errors, name), errors.FaqSearchError) for name in drawn_tree())


@pytest.mark.parametrize("name", drawn_tree())
def test_an_error_says_what_it_is_for(name: str) -> None:
    assert len(inspect.getdoc(getattr(errors, name)) or "") > 20


def test_every_error_of_the_tree_is_exported() -> None:
    assert set(drawn_tree()) <= set(faqsearch.__all__)
