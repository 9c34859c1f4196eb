"""``faqsearch index``: makes an index hold exactly what a file holds."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING

import click

from faqsearch.cli import signals
from faqsearch.cli.parameters import examples, index_argument
from faqsearch.cli.progress import IndexingProgress
from faqsearch.cli.terminal import one_line
from faqsearch.errors import AnalyzerMismatchError, DocumentError, FaqSearchError, IndexNotFoundError
from faqsearch.index.locations import shown

if TYPE_CHECKING:
    from faqsearch import Document, FaqIndex, Lexicon


def field_columns(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """An option's values as {field: column}, from ``body=답변``."""
    columns: dict[str, str] = {}
    for value in values:
        name, equals, column = (part.strip() for part in value.partition("="))
        if not (name and equals and column):
            raise click.BadParameter(f"{value!r} is not NAME=COLUMN, such as body=답변")
        if name in columns:
            raise click.BadParameter(f"the field {name!r} is given twice")
        columns[name] = column
    return columns


@click.command(
    short_help="Make the folder INDEX hold exactly the documents of FILE.",
    epilog=examples(
        "faqsearch index help.xlsx help.index",
        "faqsearch index faq.csv help.index --field id=번호 --field body=답변",
        "faqsearch index faq.txt help.index --format jsonl --encoding cp949",
        "faqsearch index help.jsonl help.index --lexicon lexicon/",
        "faqsearch index help.jsonl help.index --encoder use",
    ),
)
@click.argument("file")
@index_argument
@click.option(
    "--field",
    "fields",
    callback=field_columns,
    multiple=True,
    metavar="NAME=COLUMN",
    help="Which column holds a field, as body=답변; repeatable. Usual names (제목, 내용, 분류, 수정일, …) are known.",
)
@click.option("--format", type=click.Choice(["jsonl", "json", "csv", "xlsx"]), help="Default: by the file's suffix.")
@click.option("--encoding", metavar="NAME", help="Of a text file. Default: UTF-8, else CP949.")
@click.option(
    "--lexicon",
    "lexicon_folder",
    metavar="FOLDER",
    help="User words, synonyms, stop words, pins, notices, queries (words.tsv, synonyms.tsv, …); kept in the index. "
    "Default: what the index holds already.",
)
@click.option(
    "--encoder",
    type=click.Choice(["use", "e5"]),
    help="Re-rank by meaning too (extra 'semantic' for use, 'e5' for e5). Default: what the index holds already.",
)
@click.option("--allow-empty", is_flag=True, help="Let a file without documents empty the index.")
def index(
    file: str,
    location: str,
    fields: dict[str, str],
    format: str | None,
    encoding: str | None,
    lexicon_folder: str | None,
    encoder: str | None,
    allow_empty: bool,
) -> None:
    """Make the folder INDEX hold exactly the documents of FILE (.jsonl, .json, .csv, .xlsx).

    A new index is created; in an existing one documents are added, updated and deleted as needed, in one step: Ctrl-C at any
    moment leaves it as it was, and searches go on meanwhile. Only what changed is analysed.
    """
    from faqsearch import Lexicon, read_documents

    begun = time.perf_counter()
    lexicon = Lexicon.from_folder(lexicon_folder) if lexicon_folder is not None else None
    documents = list(read_documents(file, fields=fields or None, format=format, encoding=encoding))
    _check(file, documents, allow_empty=allow_empty)
    try:
        done = _index(location, documents, lexicon, encoder)
    except signals.Interrupted as stop:
        signals.ignore()
        stop.note = stop.note or f": nothing was saved, {shown(location)} is as it was"
        raise
    click.echo(f"{shown(location)}: {done}, in {time.perf_counter() - begun:.1f} s")
    ids = {document.id for document in documents}
    for missing in dict.fromkeys(pin.id for pin in lexicon.pins if pin.id not in ids) if lexicon is not None else ():
        click.echo(f"warning: {lexicon_folder}, pins.tsv: no document has the id {missing!r}", err=True)


def _check(file: str, documents: list[Document], *, allow_empty: bool) -> None:
    """What ``sync`` would refuse is refused before an index is created for it."""
    if not documents and not allow_empty:
        raise DocumentError("holds no documents; give --allow-empty if the index is to be emptied", file=file)
    seen: dict[str, int] = {}
    for number, document in enumerate(documents, 1):
        if (before := seen.setdefault(document.id, number)) != number:
            raise DocumentError(
                f"documents {before:,} and {number:,} both have the id {document.id!r}; every one needs its own",
                file=file,
                field="id",
            )


def _index(location: str, documents: list[Document], lexicon: Lexicon | None, encoder: str | None) -> str:
    """What was done, in words."""
    from faqsearch import FaqIndex, IndexOptions

    try:
        opened = FaqIndex.open(location, lexicon=lexicon, encoder=encoder)
    except IndexNotFoundError:
        options = IndexOptions(encoder=encoder)
        opened, lexicon = FaqIndex.create(location, lexicon=lexicon, options=options, exist_ok=True), None
    except AnalyzerMismatchError:
        opened = FaqIndex.open(location, lexicon=lexicon, encoder=encoder, on_mismatch="search")
        with opened, _Watch(opened, location), IndexingProgress() as progress:
            count = opened.rebuild(documents, progress=progress)
        return f"{_documents(count)}, all analysed again because user words, the analyser or the encoder changed"
    with opened, _Watch(opened, location):
        with IndexingProgress() as progress:
            report = opened.sync(documents, allow_empty=True, progress=progress)
        if lexicon is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of pins to missing ids, told in a line each
                opened.set_lexicon(lexicon)
    return (
        f"{_documents(len(documents))} ({report.added:,} added, {report.updated:,} updated, {report.deleted:,} deleted, "
        f"{report.unchanged:,} unchanged)"
    )


class _Watch:
    """Tells an interruption apart: one before the commit changed nothing, one after it came too late."""

    def __init__(self, opened: FaqIndex, location: str) -> None:
        self._location = location
        self._generation = opened.generation

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        from faqsearch import FaqIndex

        if not isinstance(error, signals.Interrupted):
            return
        signals.ignore()
        try:
            with FaqIndex.open(self._location, read_only=True, on_mismatch="search") as now:
                if now.generation != self._generation:
                    error.note = f", but too late: {shown(self._location)} holds the new documents already"
                elif now.generation == 0:
                    error.note = f": nothing was saved, {shown(self._location)} is an empty index"
        except FaqSearchError as problem:
            error.note = f": {one_line(str(problem))}"


def _documents(count: int) -> str:
    return f"{count:,} document{'' if count == 1 else 's'}"
