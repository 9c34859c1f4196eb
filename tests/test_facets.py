"""facet_tree: category counts as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from faqsearch import Facet
from faqsearch.query.facets import facet_tree

LABELS = st.sampled_from(["가", "나", "다"])
PATHS = st.lists(LABELS, max_size=3).map(tuple)
COUNTS = st.dictionaries(PATHS, st.integers(1, 50), max_size=8)


def flat(facets: Iterable[Facet]) -> Iterator[Facet]:
    for facet in facets:
        yield facet
        yield from flat(facet.children)


def test_a_parent_counts_its_own_documents_and_all_below() -> None:
    (parent,) = facet_tree({("가",): 1, ("가", "나"): 2, ("가", "나", "다"): 4})
    assert (parent.label, parent.path, parent.count) == ("가", ("가",), 7)
    (child,) = parent.children
    assert (child.label, child.path, child.count) == ("나", ("가", "나"), 6)
    assert child.children == (Facet("다", ("가", "나", "다"), 4),)


def test_a_parent_without_own_documents_is_there() -> None:
    assert facet_tree({("가", "나"): 2}) == (Facet("가", ("가",), 2, False, (Facet("나", ("가", "나"), 2),)),)


def test_siblings_go_by_falling_count_then_label() -> None:
    assert [facet.label for facet in facet_tree({("나",): 1, ("가",): 1, ("다",): 9})] == ["다", "가", "나"]


def test_a_document_without_a_category_has_no_facet() -> None:
    assert facet_tree({(): 3}) == ()


def test_nothing_counted_is_no_tree() -> None:
    assert facet_tree({}) == ()


def test_a_selected_path_stays_with_its_parents_when_it_counts_nothing() -> None:
    (root,) = facet_tree({}, paths=[("가", "나")])
    assert (root.count, root.selected) == (0, False)
    assert root.children == (Facet("나", ("가", "나"), 0, True),)


def test_only_the_path_chosen_is_selected() -> None:
    facets = facet_tree({("가", "나"): 1, ("나",): 1}, paths=[("가", "나")])
    assert {facet.path for facet in flat(facets) if facet.selected} == {("가", "나")}


def test_a_label_is_selected_wherever_it_stands() -> None:
    facets = facet_tree({("가", "나"): 1, ("나",): 1, ("나", "다"): 1}, labels=["나"])
    assert {facet.path for facet in flat(facets) if facet.selected} == {("가", "나"), ("나",)}


def test_a_label_that_counts_nothing_is_not_made_up() -> None:
    assert facet_tree({}, labels=["가"]) == ()


def test_a_label_may_repeat_in_a_path() -> None:
    (root,) = facet_tree({("가", "가"): 2})
    assert (root.count, root.children[0].count) == (2, 2)


@given(counts=COUNTS, paths=st.lists(PATHS.filter(bool), max_size=3))
def test_every_node_is_the_sum_over_the_paths_that_begin_with_it(
    counts: dict[tuple[str, ...], int], paths: list[tuple[str, ...]]
) -> None:
    nodes = list(flat(facet_tree(counts, paths=paths)))
    assert len({node.path for node in nodes}) == len(nodes)
    for node in nodes:
        assert node.label == node.path[-1]
        assert node.count == sum(count for path, count in counts.items() if path[: len(node.path)] == node.path)
        assert all(child.path[:-1] == node.path for child in node.children)
    wanted = {path[:depth] for path in [*counts, *paths] for depth in range(1, len(path) + 1)}
    assert {node.path for node in nodes} == wanted
