"""Real processes: killed while they write, and many that read while one writes."""

from __future__ import annotations

import gc
import itertools
import json
import os
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from faulty import AFTER, COMMITS, TORTURE, Fault, FaultyStorage, State, document, lay, opened, prepared_files, state

from faqsearch import Document, FaqIndex, warm_up
from faqsearch.index.storage import FolderStorage

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform does not fork"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

KILLS = 240 if TORTURE else 12
SECONDS = 60.0 if TORTURE else 4.0


def child(task: Callable[[int], None]) -> tuple[int, int]:
    """(process, pipe to read from) of a fork of this process, which has Kiwi loaded, that does ``task(pipe)`` and ends."""
    read, write = os.pipe()
    process = os.fork()
    if process:
        os.close(write)
        return process, read
    status = 1
    try:
        os.close(read)
        task(write)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def ended(process: int, read: int) -> tuple[int, bytes]:
    """(exit code, all that the child said)."""
    said = b""
    while piece := os.read(read, 1 << 16):
        said += piece
    os.close(read)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said


def kind_of(generation: int, state: State) -> str:
    """The commit that follows a generation: any, but never so that fewer than three documents stay."""
    return Random(generation).choice(list(COMMITS) if len(state) > 4 else ["upsert", "batch"])


def write(index: FaqIndex, state: State) -> State:
    """The next commit."""
    generation = index.generation
    kind = kind_of(generation, state)
    COMMITS[kind](index, state, generation)
    assert index.generation == generation + 1
    return AFTER[kind](state, generation)


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_the_state_before_or_after(tmp_path: Path) -> None:
    warm_up()
    place = lay(tmp_path / "index", prepared_files())
    with FaqIndex.open(place) as index:
        known, last = state(index), index.generation
    random, outcomes = Random(5), Counter[str]()

    def write_for_ever(pipe: int) -> None:
        own = dict(known)
        with FaqIndex.open(place, lock_timeout=0) as index:
            while True:
                own = write(index, own)
                os.write(pipe, b"%d\n" % index.generation)

    for _ in range(KILLS):
        process, read = child(write_for_ever)
        time.sleep(random.uniform(0, 0.12))
        os.kill(process, signal.SIGKILL)
        code, said = ended(process, read)
        assert code == -signal.SIGKILL
        first, last = last, max([last, *map(int, said.split())])
        with FaqIndex.open(place, lock_timeout=0) as index:
            assert index.generation in (last, last + 1)
            outcomes["before" if index.generation == last else "after"] += 1
            outcomes["commits"] += index.generation - first
            for generation in range(first, index.generation):
                known = AFTER[kind_of(generation, known)](known, generation)
            assert state(index) == known
            assert index.search("", per_page=100).total == len(known)
            assert index.check().problems == ()
            known = write(index, known)
            assert state(index) == known
            last = index.generation
    print(f"\n{KILLS} kills: {dict(outcomes)}")


@pytest.mark.slow
@pytest.mark.parametrize("kind", COMMITS)
def test_a_writer_killed_at_each_step_of_a_commit_leaves_the_state_before_or_after(tmp_path: Path, kind: str) -> None:
    warm_up()
    found = set()
    for at in itertools.count():
        place = lay(tmp_path / f"{at}", prepared_files())
        with opened(FolderStorage(place)) as index:
            known, first = state(index), index.generation

        def commit(pipe: int, place: Path = place, at: int = at, known: State = known) -> None:
            COMMITS[kind](opened(FaultyStorage(place, fault=Fault("kill", at))), known, 5)

        code, _ = ended(*child(commit))
        with opened(FaultyStorage(place)) as index:
            assert index.generation in (first, first + 1)
            found.add(index.generation - first)
            known = known if index.generation == first else AFTER[kind](known, 5)
            assert state(index) == known
            assert index.check().problems == ()
            assert write(index, known) == state(index)
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert found == {0, 1}
    print(f"\n{kind}: {at} kills")


# Many readers, one writer


def edition(generation: int) -> State:
    """Every fourth generation is ten new documents; the three after it add one each."""
    base = generation - generation % 4
    numbers = [(n, base) for n in range(10)] + [(10 + n, base + n) for n in range(1, generation % 4 + 1)]
    return {
        f"d{n}": Document(f"d{n}", f"캐시 {of}", category=("짝" if n % 2 == 0 else "홀", str(of % 3)), views=of)
        for n, of in numbers
    }


def write_editions(index: FaqIndex, generation: int) -> None:
    if generation % 4 == 0:
        index.sync(edition(generation).values())
    else:
        index.upsert(edition(generation)[f"d{10 + generation % 4}"])
    assert index.generation == generation


def usage() -> tuple[int, int]:
    """(open files, resident bytes) of this process, once what only refers to itself is gone."""
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return len(os.listdir("/proc/self/fd")), resident


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc, which Linux has")
def test_four_readers_and_a_writer_agree_on_every_page(tmp_path: Path) -> None:
    place = tmp_path / "index"
    with FaqIndex.create(place) as index:
        for _ in range(3):  # the editions begin with generation 4
            index.rebuild()
        write_editions(index, 4)
    end = time.monotonic() + SECONDS

    def read(pipe: int) -> None:
        pages, seen, last = 0, set(), 0
        early: tuple[int, int] | None = None
        with FaqIndex.open(place, read_only=True) as index:
            while time.monotonic() < end:
                results = index.search("캐시", per_page=100, matching="any")
                generation = results.generation
                wanted = edition(generation)
                assert generation >= last, (generation, last)
                assert {hit.document.id: hit.document for hit in results} == wanted
                assert results.total == len(wanted)
                counts = Counter(one.category[0] for one in wanted.values())
                assert {facet.label: facet.count for facet in results.facets} == dict(counts)
                leaves = {leaf.path: leaf.count for facet in results.facets for leaf in facet.children}
                assert leaves == Counter(one.category for one in wanted.values())
                last = generation
                seen.add(generation)
                pages += 1
                if early is None and time.monotonic() > end - SECONDS * 0.6:
                    early = usage()
        assert early is not None
        os.write(pipe, json.dumps([pages, len(seen), *early, *usage()]).encode())

    readers = [child(read) for _ in range(4)]
    commits, files = 4, []
    with FaqIndex.open(place, lock_timeout=0) as index:
        while time.monotonic() < end:
            commits += 1
            write_editions(index, commits)
            if commits % 20 == 0:
                files.append(usage()[0])
            time.sleep(0.01)
    reports: list[Any] = []
    for process, pipe in readers:
        code, said = ended(process, pipe)
        assert code == 0
        reports.append(json.loads(said))
    for pages, generations, early_files, early_bytes, late_files, late_bytes in reports:
        assert pages >= generations > 3
        assert late_files <= early_files + 4  # a page may have been read with one segment or with four
        assert late_bytes - early_bytes < 24 << 20
    assert max(files, default=0) <= min(files, default=0) + 4
    print(f"\n{commits} commits; pages, generations, files and bytes early, late: {reports}")


def test_the_plain_python_of_every_commit_is_what_it_does(tmp_path: Path) -> None:
    with FaqIndex.in_memory() as index:
        index.sync([document(n) for n in range(6)])
        known = state(index)
        for number, (kind, commit) in enumerate(COMMITS.items()):
            generation = index.generation
            commit(index, known, number + 3)
            known = AFTER[kind](known, number + 3)
            assert (index.generation, state(index)) == (generation + 1, known), kind
