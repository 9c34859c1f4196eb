"""``faqsearch judge``: grades in the terminal which documents answer which queries, for ``faqsearch eval``."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import audience_option, examples, index_argument
from faqsearch.cli.terminal import printable, screen, wrapped
from faqsearch.errors import DocumentError

if TYPE_CHECKING:
    from faqsearch import FaqIndex

_HEAD = "query-id\tcorpus-id\tscore\n"
_SEED = 7
_SNIPPET = 300


@dataclass(frozen=True, slots=True)
class Pair:
    """A document to be graded for a query."""

    query: str
    document: str


@click.command(
    short_help="Grade in the terminal which entries answer which queries.",
    epilog=examples(
        "faqsearch judge help.index queries.csv qrels.tsv",
        "faqsearch judge help.index queries.csv qrels.tsv --against semantic.index --depth 5",
    ),
)
@index_argument
@click.argument("queries")
@click.argument("qrels")
@click.option("--against", multiple=True, metavar="INDEX", help="Pool the hits of this index too; repeatable.")
@click.option("--depth", type=click.IntRange(1, 100), default=10, show_default=True, help="Hits of each index to grade.")
@audience_option
def judge(location: str, queries: str, qrels: str, against: tuple[str, ...], depth: int, audience: tuple[str, ...]) -> None:
    """Show the first hits for each of QUERIES, in mixed order, and write a grade for each into QRELS.

    Grades: 2 answers the query, 1 helps, 0 does not. Also: s skips the query, b goes back one, q ends. Every grade is written
    at once; what QRELS holds already is not asked again, so the work may be ended and taken up at any time.

    Pooling the hits of all rankings to be compared (--against) keeps the comparison fair: what nobody has graded counts as of
    no help.
    """
    from faqsearch.sources.judged import read_qrels, read_queries

    texts = read_queries(queries)
    path = Path(qrels)
    known = read_qrels(qrels) if path.exists() and path.stat().st_size else {}
    if known and "\t" not in path.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]:
        raise DocumentError("is not tab-separated, as judge writes grades; name another file, such as qrels.tsv", file=qrels)
    with ExitStack() as stack:
        indexes = [stack.enter_context(open_index(one)) for one in (location, *against)]
        pool = {id: pooled(indexes, text, depth, audience) for id, text in texts.items()}
        todo = [Pair(id, document) for id, some in pool.items() for document in some if document not in known.get(id, {})]
        click.echo(f"{len(todo):,} of {sum(map(len, pool.values())):,} entries for {len(texts):,} queries are to be graded")
        if not todo:
            return
        graded = _grade(indexes[0], texts, todo, path, audience)
    click.echo(f"{graded:,} grades written to {qrels}" + (f", {len(todo) - graded:,} left" if graded < len(todo) else ""))


def pooled(indexes: Sequence[FaqIndex], text: str, depth: int, audience: Sequence[str]) -> list[str]:
    """The ids among the first ``depth`` hits of any index, in an order that tells nothing of ranks."""
    found = {hit.document.id for one in indexes for hit in one.search(text, per_page=depth, audience=audience, facets=False)}
    ids = sorted(found)
    random.Random(f"{_SEED} {text}").shuffle(ids)
    return ids


def _grade(index: FaqIndex, texts: Mapping[str, str], todo: Sequence[Pair], path: Path, audience: Sequence[str]) -> int:
    """Asks for the grade of each pair until the end or q; how many were written."""
    written: list[Pair] = []
    place = 0
    while place < len(todo):
        pair = todo[place]
        for line in _shown(index, texts[pair.query], pair, f"{place + 1}/{len(todo)}", audience):
            click.echo(line)
        answer = _asked()
        if answer == "q":
            break
        if answer == "s":
            place = next((n for n in range(place, len(todo)) if todo[n].query != pair.query), len(todo))
        elif answer == "b":
            place = max(0, place - 1)
        else:
            _append(path, f"{pair.query}\t{pair.document}\t{answer}\n")
            if pair not in written:
                written.append(pair)
            place += 1
    return len(written)


def _shown(index: FaqIndex, text: str, pair: Pair, progress: str, audience: Sequence[str]) -> Iterator[str]:
    document = index.get(pair.document)
    yield ""
    yield f"[{progress}] {printable(text)}"
    if document is None:
        yield f"  {printable(pair.document)} (not in the first index)"
        return
    body = " ".join(document.body.split())
    yield f"  {printable(document.title)}  [{printable(' > '.join(document.category))}]"
    yield from wrapped(f"{printable(body[:_SNIPPET])}{'…' if len(body) > _SNIPPET else ''}", screen(None).width, indent="  ")


def _asked() -> str:
    """One of 0, 1, 2, s, b, q; the end of the input is q."""
    while True:
        click.echo("grade (0 1 2, s b q): ", nl=False)
        line = sys.stdin.readline()
        if not line:
            click.echo()
            return "q"
        answer = line.strip().lower()
        if answer in ("0", "1", "2", "s", "b", "q"):
            return answer


def _append(path: Path, line: str) -> None:
    """Adds a line durably; a new file begins with a header."""
    new = not path.exists() or not path.stat().st_size
    with path.open("a", encoding="utf-8") as file:
        if not new and not _ends_line(path):
            file.write("\n")
        file.write(_HEAD + line if new else line)
        file.flush()
        os.fsync(file.fileno())


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
