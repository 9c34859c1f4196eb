"""Mutation testing of query/ and index/: would the tests notice a fault? ``make mutation``, or ``python tests/mutation.py``.

Faults (mutants) are those of cosmic-ray's operators; a seeded sample of them is drawn, each from all alike. cosmic-ray itself
starts the tests anew for each, which loads Kiwi's model each time; so they run here in a fork of a process that has it
loaded, and every other module of faqsearch is imported anew in the fork, with the fault in one of them. A mutant runs the
files of tests that are about its module (``TESTS``), not the slow ones, and is killed when one fails or they take too long.
What survives is printed, and written with --json; docs/mutation.md says of each why.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.abc
import importlib.util
import json
import math
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGES = ("faqsearch/query", "faqsearch/index")
LEFT_OUT = ("faqsearch/index/opensearch", "faqsearch/index/locations.py")
"""Their tests need a cluster."""
KEPT = ("faqsearch.analysis.morphemes",)
"""Modules that a fork takes over: Kiwi lives in it."""

SAME = frozenset(f"core/ReplaceComparisonOperator_{pair}" for pair in ("Eq_Is", "NotEq_IsNot", "Is_Eq", "IsNot_NotEq"))
"""Operators that change nothing here: what is compared by identity is None, and small numbers are one object in CPython."""
CACHES = re.compile(r"lru_cache|_REMEMBERED|_VIEWS\b")
"""Lines that say how much is remembered: a fault in one makes an answer slower, never another."""

RANKED = ("test_recorded", "test_search", "test_reference")
WRITTEN = ("test_whoosh_index", "test_corruption", "test_faults", "test_errors")
TESTS: dict[str, tuple[str, ...]] = {
    "faqsearch/query/snippets.py": ("test_snippets", *RANKED),
    "faqsearch/query/facets.py": ("test_facets", *RANKED),
    "faqsearch/query/explain.py": ("test_explain", "test_search"),
    "faqsearch/query/complete.py": ("test_recorded", "test_complete", "test_search", "test_errors", "test_api_contract"),
    "faqsearch/query/loanwords.py": ("test_correct",),
    "faqsearch/query/prefixes.py": ("test_recorded", "test_complete"),
    "faqsearch/query/related.py": ("test_recorded", "test_search", "test_api_contract", "test_errors"),
    "faqsearch/query/options.py": ("test_errors", "test_search", "test_api_contract", "test_events"),
    "faqsearch/query/correct.py": ("test_recorded", "test_correct"),
    "faqsearch/query/initials.py": ("test_correct", "test_complete"),
    "faqsearch/query/input_mode.py": ("test_correct",),
    "faqsearch/query/keyboard.py": ("test_correct", "test_complete"),
    "faqsearch/query/misspelling.py": ("test_recorded", "test_correct"),
    "faqsearch/query/synonyms.py": ("test_recorded", "test_lexicon", "test_understands", "test_correct"),
    "faqsearch/query/understand.py": (
        "test_weights",
        "test_recorded",
        "test_search",
        "test_lexicon",
        "test_snippets",
        "test_reference",
    ),
    "faqsearch/query/meaning.py": ("test_semantic",),
    "faqsearch/query/rerank.py": ("test_semantic",),
    "faqsearch/index/cosines.py": ("test_semantic",),
    "faqsearch/index/vectors.py": ("test_semantic",),
    "faqsearch/index/segments/vector_arrays.py": ("test_semantic", "test_corruption"),
    "faqsearch/query": (*RANKED, "test_snippets", "test_correct", "test_explain", "test_lexicon"),
    "faqsearch/index/storage.py": ("test_faults", "test_errors", "test_concurrency", "test_whoosh_index"),
    "faqsearch/index/embedded": (*WRITTEN, "test_concurrency", "test_lexicon", "test_golden"),
    "faqsearch/index": ("test_recorded", "test_search", "test_reference", *WRITTEN[:2], "test_concurrency"),
}
"""Files of tests by module or folder, those that find most first."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: the n-th place of an operator in a file."""

    file: str
    line: int
    operator: str
    occurrence: int


def main(arguments: Sequence[str]) -> int:
    """Prints the share that is killed, with its 95 % interval (Wilson), and what survives; 1 below --bar."""
    parser = argparse.ArgumentParser(prog="python tests/mutation.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=300, help="mutants to try (300); 0: all of them, for days")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="files whose path holds this")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so many; what was tried is a sample too")
    parser.add_argument("--seconds", type=float, default=300, help="of one mutant, then it counts as killed (300)")
    parser.add_argument("--bar", type=float, default=0.85, help="share to be killed (0.85)")
    parser.add_argument("--list", action="store_true", help="only say what there is")
    parser.add_argument("--json", help="write every outcome to this file")
    options = parser.parse_args(arguments)
    everything = [one for one in mutants() if options.only in one.file]
    print(f"{len(everything):,} mutants of {len({one.file for one in everything})} files")
    if options.list:
        print(*(f"{count:>6} {name}" for name, count in Counter(one.file for one in everything).most_common()), sep="\n")
        return 0
    chosen = Random(options.seed).sample(everything, min(options.sample or len(everything), len(everything)))
    prepare()
    selections = {tuple(files_of(one.file)): one.file for one in chosen}
    for file in selections.values():
        if attempt(Mutant(file, 0, "", 0), (ROOT / file).read_text(encoding="utf-8"), options.seconds) != "survived":
            raise SystemExit(f"without a fault the tests of {file} fail: {' '.join(files_of(file))}")
    outcomes: list[tuple[Mutant, str]] = []
    end = time.monotonic() + options.minutes * 60
    for mutant in chosen:
        if time.monotonic() > end:
            break
        changed = mutated(mutant)
        if changed is None:
            continue
        outcome = attempt(mutant, changed, options.seconds)
        outcomes.append((mutant, outcome))
        if outcome == "survived":
            print(f"survived: {describe(mutant, changed)}", flush=True)
        if options.json:
            values = [{**asdict(one), "outcome": result} for one, result in outcomes]
            Path(options.json).write_text(json.dumps(values, indent=1), encoding="utf-8")
    found = Counter(outcome for _, outcome in outcomes)
    killed, tried = found["killed"] + found["too long"], found.total()
    low, high = wilson(killed, tried)
    print(f"{tried} tried: {dict(found)}; {killed / tried:.1%} killed [{low:.1%}–{high:.1%}]")
    return int(killed / tried < options.bar)


def wilson(hits: int, tried: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z = 1.96
    share = hits / tried
    middle = (share + z * z / (2 * tried)) / (1 + z * z / tried)
    half = z * math.sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried)) / (1 + z * z / tried)
    return middle - half, middle + half


def mutants() -> Iterator[Mutant]:
    """All of them, but those that cannot be told from the program by any answer.

    These are faults in type annotations, which nothing executes; of the bare * of a signature, which is no operator: what takes
    its place only lets other callers pass more by position; of ``strict=True``, an assertion that holds; those of ``SAME``;
    and those in lines of ``CACHES``.
    """
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    plain = [name for name in sorted(operator_names()) if not get_operator(name).arguments() and name not in SAME]
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        if path.relative_to(ROOT).as_posix().startswith(LEFT_OUT):
            continue
        source = path.read_text(encoding="utf-8")
        silent = annotations(source)
        lines = source.splitlines()
        tree = get_ast(source)
        for name in plain:
            operator = get_operator(name)()
            places = [place for node in ast_nodes(tree) for place in operator.mutation_positions(node)]
            for occurrence, (start, _) in enumerate(places):
                line = lines[start[0] - 1]
                guard = line[: start[1]].endswith("strict=") and name == "core/ReplaceTrueWithFalse"
                told = not guard and not line[start[1] :].startswith("*,") and not CACHES.search(line)
                if told and not any(begin <= start < end for begin, end in silent):
                    yield Mutant(path.relative_to(ROOT).as_posix(), start[0], name, occurrence)


def annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where each annotation and each name for a type goes, in (line, column of characters)."""
    lines = source.splitlines()

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1].encode()[:offset].decode())

    found: list[ast.expr] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            found.append(node.annotation)
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias" and node.value is not None:
                found.append(node.value)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            found.append(node.returns)
    return [
        (
            (one.lineno, column(one.lineno, one.col_offset)),
            (one.end_lineno or 0, column(one.end_lineno or 0, one.end_col_offset or 0)),
        )
        for one in found
    ]


def mutated(mutant: Mutant) -> str | None:
    """The file with the fault; None where cosmic-ray cannot make it (an ``except`` of a dotted name)."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    with contextlib.suppress(AttributeError):
        if (changed := mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)) is not None:
            return str(changed)
    return None


def describe(mutant: Mutant, changed: str) -> str:
    before, after = (ROOT / mutant.file).read_text(encoding="utf-8").splitlines(), changed.splitlines()
    place = next((n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), mutant.line - 1)
    return f"{mutant.file}:{place + 1} {before[place].strip()}  →  {after[place].strip()}"


def files_of(file: str) -> list[str]:
    """The tests of a module: of its own entry, or else of the nearest folder's."""
    key = file
    while key not in TESTS:
        key = key.rpartition("/")[0]
    return [f"tests/{name}.py" for name in TESTS[key]]


def prepare() -> None:
    """Loads what no mutant changes, Kiwi above all."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    import hypothesis  # noqa: F401
    import numpy as np  # noqa: F401
    import pytest  # noqa: F401
    import whoosh.index
    import whoosh.writing  # noqa: F401

    from faqsearch.analysis.morphemes import shared_morphemes

    shared_morphemes().load()
    for name in [name for name in sys.modules if name.partition(".")[0] == "faqsearch" and name not in KEPT]:
        del sys.modules[name]


class WithFault(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from another source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self._name, self._path, self._source = name, path, source

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        package = self._path.name == "__init__.py"
        spec = importlib.util.spec_from_loader(fullname, self, origin=str(self._path), is_package=package)
        if spec is not None and package:
            spec.submodule_search_locations = [str(self._path.parent)]
        return spec

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self._path)
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)


def attempt(mutant: Mutant, source: str, seconds: float) -> str:
    """What becomes of a file with this source: killed, survived, or too long."""
    child = os.fork()
    if not child:
        status = 3
        try:
            os.setsid()
            status = in_child(mutant, source)
        finally:
            os._exit(status)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        process, status = os.waitpid(child, os.WNOHANG)
        if process:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "too long"


def in_child(mutant: Mutant, source: str) -> int:
    """The exit code of the tests, with the fault in place."""
    import pytest

    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    name = mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    sys.meta_path.insert(0, WithFault(name, ROOT / mutant.file, source))
    os.environ["FAQSEARCH_PURE"] = "1"  # a fault in the twin of a compiled loop would not run otherwise
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = f"/tmp/faqsearch-mutation-{os.getpid()}"
    options = [
        "-x",
        "-q",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "-m",
        "not slow",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:schemathesis",
    ]
    return int(pytest.main([*options, *files_of(mutant.file)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
