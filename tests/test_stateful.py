"""The life of an index against a dict of documents: any writes in any order, crashes, snapshots, and searches between."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from faulty import TORTURE, Crash, Fault, FaultyStorage, State, opened, state
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from faqsearch import Document, Facet, FaqIndex, Lexicon

IDS = [f"d{n}" for n in range(9)]
WORDS = ["배송", "환불", "선물", "쿠폰"]  # Kiwi takes these for nouns in any order; 캐시 before 환불 it does not
PATHS = [(), ("결제",), ("결제", "이용"), ("결제", "카드"), ("계정",)]
PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

TEXTS = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
DOCUMENTS = st.builds(
    Document,
    st.sampled_from(IDS),
    TEXTS.filter(bool),
    TEXTS,
    category=st.sampled_from(PATHS),
    tags=st.sets(st.sampled_from(["새", "헌"])).map(frozenset),
    audience=st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"vip"})]),
    visible_from=st.sampled_from([None, None, PAST, FUTURE]),
    visible_until=st.sampled_from([None, None, PAST, FUTURE]),
    views=st.integers(0, 3),
)
SOME = st.lists(DOCUMENTS, max_size=5, unique_by=lambda document: document.id)
SOME_IDS = st.lists(st.sampled_from(IDS), max_size=4)


class Stop(Exception):  # noqa: N818 - the caller's own
    """What goes wrong inside a batch."""


class Life(RuleBasedStateMachine):
    """An index in a folder, and ``model``, what it must hold."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="faqsearch-"))
        self.numbers = itertools.count()
        self.model: State = {}
        self.fault = Fault()
        FaqIndex.create(self.place / "0").close()
        self.folder = self.place / "0"
        self.open()

    def open(self) -> None:
        self.fault = Fault()
        self.index = opened(FaultyStorage(self.folder, fault=self.fault))

    def teardown(self) -> None:
        self.index.close()
        shutil.rmtree(self.place)

    @initialize(documents=SOME)
    def begin(self, documents: list[Document]) -> None:
        self.sync(documents)

    @rule(documents=SOME)
    def sync(self, documents: list[Document]) -> None:
        before, wanted = self.model, {document.id: document for document in documents}
        report = self.index.sync(documents, allow_empty=True)
        assert report.added == len(wanted.keys() - before.keys())
        assert report.deleted == len(before.keys() - wanted.keys())
        assert report.unchanged == sum(before.get(id) == document for id, document in wanted.items())
        self.model = wanted

    @rule(documents=SOME)
    def upsert(self, documents: list[Document]) -> None:
        assert self.index.upsert(documents) == len(documents)
        self.model = self.model | {document.id: document for document in documents}

    @rule(ids=SOME_IDS)
    def delete(self, ids: list[str]) -> None:
        assert self.index.delete(ids) == len(self.model.keys() & set(ids))
        self.model = {id: document for id, document in self.model.items() if id not in ids}

    @rule(ids=SOME_IDS, documents=SOME, fails=st.booleans())
    def batch(self, ids: list[str], documents: list[Document], fails: bool) -> None:
        try:
            with self.index.batch() as batch:
                batch.delete(ids)
                batch.upsert(documents)
                if fails:
                    raise Stop
        except Stop:
            return
        kept = {id: document for id, document in self.model.items() if id not in ids}
        self.model = kept | {document.id: document for document in documents}

    @rule(documents=SOME)
    def fail_half_way(self, documents: list[Document]) -> None:
        def some() -> Iterator[Document]:
            yield from documents
            raise Stop

        for call in (self.index.sync, self.index.upsert, self.index.rebuild):
            with pytest.raises(Stop):
                call(some())

    @rule()
    def rebuild(self) -> None:
        assert self.index.rebuild() == len(self.model)

    @rule(word=st.sampled_from(["안내", "방법"]))
    def set_lexicon(self, word: str) -> None:
        assert not self.index.set_lexicon(Lexicon(stopwords=frozenset({word})))

    @rule(documents=SOME, at=st.integers(0, 12), kind=st.sampled_from(["crash", "full", "failed"]))
    def stop_in_a_commit(self, documents: list[Document], at: int, kind: str) -> None:
        after = {**self.model, **{document.id: document for document in documents}}
        generation = self.index.generation
        self.fault.kind, self.fault.at, self.fault.calls = kind, at, 0
        try:
            self.index.upsert(documents)
        except (Crash, OSError):
            self.index.close()
            self.open()
        else:
            self.fault.at = None
            assert not documents or self.index.generation == generation + 1
        if self.index.generation != generation:
            self.model = after

    @rule()
    def reopen(self) -> None:
        generation = self.index.generation
        self.index.close()
        self.open()
        assert self.index.generation == generation

    @rule()
    def snapshot_and_restore(self) -> None:
        copy, self.folder = self.place / f"copy{next(self.numbers)}", self.place / f"{next(self.numbers) + 1}"
        self.index.snapshot(copy)
        self.index.delete(list(self.model))
        self.index.close()
        FaqIndex.restore(copy, location=self.folder).close()
        self.open()

    @precondition(lambda self: len(self.model) > 0)
    @rule()
    def check(self) -> None:
        report = self.index.check()
        assert report.problems == ()
        assert report.counts["documents"] == len(self.model)

    @rule(
        words=st.lists(st.sampled_from(WORDS), max_size=2, unique=True),
        category=st.sampled_from([None, *PATHS[1:]]),
        within=st.sampled_from([None, None, ("결제",)]),
        tags=st.sampled_from([[], [], ["새"]]),
        audience=st.sampled_from([[], ["vip"]]),
        matching=st.sampled_from(["any", "all"]),
        sort=st.sampled_from(["relevance", "-views"]),
    )
    def search(
        self,
        words: list[str],
        category: tuple[str, ...] | None,
        within: tuple[str, ...] | None,
        tags: list[str],
        audience: list[str],
        matching: str,
        sort: str,
    ) -> None:
        results = self.index.search(
            " ".join(words),
            category=category,
            within=within,
            tags=tags,
            audience=audience,
            matching=matching,
            sort=sort,
            per_page=100,
            correct=False,
        )
        now = datetime.now(UTC)
        need = {"any": any, "all": all}[matching]
        found = [
            one
            for one in self.model.values()
            if (not words or need(word in f"{one.title} {one.body}" for word in words))
            and (one.visible_from is None or one.visible_from <= now)
            and (one.visible_until is None or now < one.visible_until)
            and (not one.audience or one.audience & set(audience))
            and one.tags >= set(tags)
            and (within is None or one.category[: len(within)] == within)
        ]
        counts = Counter(one.category[:depth] for one in found for depth in range(1, len(one.category) + 1))
        assert {facet.path: facet.count for facet in flat(results.facets) if facet.count} == counts
        chosen = [one for one in found if category is None or one.category[: len(category)] == category]
        ids = [hit.document.id for hit in results]
        assert results.total == len(ids) == len(chosen)
        assert {hit.document.id: hit.document for hit in results} == {one.id: one for one in chosen}
        if not words:
            assert ids == [one.id for one in sorted(chosen, key=lambda one: (-one.views, one.id))]

    @invariant()
    def it_holds_the_model(self) -> None:
        type(self).steps += 1
        assert state(self.index) == self.model
        assert len(self.index) == len(self.model)


def flat(facets: tuple[Facet, ...]) -> Iterator[Facet]:
    for facet in facets:
        yield facet
        yield from flat(facet.children)


common = settings(deadline=None, suppress_health_check=list(HealthCheck))


class TestShortLife(Life.TestCase):  # type: ignore[valid-type,misc]
    """A few steps."""

    settings = settings(common, max_examples=5, stateful_step_count=15)


@pytest.mark.slow
class TestLongLife(Life.TestCase):  # type: ignore[valid-type,misc]
    """At least 2,000 steps in the torture."""

    settings = settings(common, max_examples=50 if TORTURE else 10, stateful_step_count=50 if TORTURE else 30)

    def runTest(self) -> None:  # noqa: N802 - unittest's name
        before = Life.steps
        super().runTest()
        print(f"\n{Life.steps - before} steps")
        assert not TORTURE or Life.steps - before >= 2_000
