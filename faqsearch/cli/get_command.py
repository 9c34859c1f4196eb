"""``faqsearch get``: one entry as it is stored."""

from __future__ import annotations

from collections.abc import Iterator

import click

from faqsearch.cli.missing import not_there
from faqsearch.cli.opening import open_index
from faqsearch.cli.page import category_line
from faqsearch.cli.parameters import examples, index_argument, json_option
from faqsearch.cli.terminal import Screen, one_line, print_json, printable, screen, wrapped
from faqsearch.document import Document


@click.command(
    short_help="Print one entry.",
    epilog=examples("faqsearch get help.index story-005", "faqsearch get help.index story-005 --json | jq .views"),
)
@index_argument
@click.argument("id")
@json_option
def get(location: str, id: str, as_json: bool) -> None:
    """Print the entry ID: category, title, body, and its other fields. Exits with 1 when it is not there."""
    with open_index(location, analyses=False) as opened:
        document = opened.get(id)
    if document is None:
        not_there(location, id)
    if as_json:
        print_json(document.to_dict())
    else:
        shown = screen(None)
        shown.print(_lines(document, shown))


def _lines(document: Document, shown: Screen) -> Iterator[str]:
    yield from wrapped(category_line(document.category), shown.width)
    yield from map(shown.bold, wrapped(one_line(document.title), shown.width))
    yield ""
    for line in printable(document.body).expandtabs(4).split("\n"):
        yield from wrapped(line, shown.width)
    yield ""
    for name, value in _others(document):
        if value:
            yield from wrapped(f"{name}: {one_line(value)}", shown.width)


def _others(document: Document) -> Iterator[tuple[str, str]]:
    yield "id", document.id
    yield "조회수", f"{document.views:,}"
    yield "수정일", f"{document.updated_at:%Y-%m-%d %H:%M}" if document.updated_at else ""
    yield "태그", ", ".join(sorted(document.tags))
    yield "대상", ", ".join(sorted(document.audience))
    yield "공개 시작", document.visible_from.isoformat(" ", "minutes") if document.visible_from else ""
    yield "공개 종료", document.visible_until.isoformat(" ", "minutes") if document.visible_until else ""
    yield "주소", document.url or ""
