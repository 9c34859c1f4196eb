"""``faqsearch eval``: how good the ranking is on judged queries."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

import click

from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import examples, index_argument, json_option
from faqsearch.cli.terminal import print_json
from faqsearch.errors import DocumentError


@click.command(
    "eval",
    short_help="Measure the ranking on judged queries.",
    epilog=examples(
        "faqsearch eval help.index data/queries.jsonl data/qrels.tsv",
        "faqsearch eval help.index queries.jsonl qrels.tsv --measure nDCG@5 --measure R@100",
    ),
)
@index_argument
@click.argument("queries")
@click.argument("qrels")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    default=("nDCG@10", "RR@10", "R@10"),
    show_default=True,
    metavar="NAME",
    help="A measure as ir-measures names it; repeatable.",
)
@json_option
def evaluate(location: str, queries: str, qrels: str, measures: tuple[str, ...], as_json: bool) -> None:
    """Search all QUERIES and measure the ranking by the judgements QRELS (needs: pip install 'faqsearch[eval]').

    QUERIES has a line {"id": "q1", "text": "캐시 환불"} for each query; QRELS has query id, document id and grade, with tabs
    between, with or without a header.
    """
    from faqsearch import evaluate

    texts = dict(_queries(queries))
    judgements: dict[str, dict[str, int]] = {}
    for query, id, grade in _judgements(qrels):
        judgements.setdefault(query, {})[id] = grade
    if not texts.keys() & judgements.keys():
        raise DocumentError(f"judges none of the queries of {queries}; the query ids must agree", file=qrels)
    with open_index(location) as opened:
        result = evaluate(opened, texts, judgements, measures=measures)
    if as_json:
        print_json(result.to_dict())
    else:
        click.echo(str(result))


def _lines(path: str) -> Iterator[tuple[int, str]]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            yield from ((number, line.rstrip("\r\n")) for number, line in enumerate(file, 1) if line.strip())
    except UnicodeDecodeError as error:
        raise DocumentError(f"is no UTF-8 at byte {error.start:,}; save it as UTF-8", file=path) from None


def _queries(path: str) -> Iterator[tuple[str, str]]:
    for number, line in _lines(path):
        try:
            values = json.loads(line)
            yield str(values["id"] if "id" in values else values["_id"]), str(values["text"])
        except (ValueError, KeyError, TypeError):
            raise DocumentError('needs {"id": …, "text": …}', file=path, row=number) from None


def _judgements(path: str) -> Iterator[tuple[str, str, int]]:
    for number, line in _lines(path):
        cells = next(csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE))
        try:
            query, id, grade = cells[:3]
            yield query, id, int(grade)
        except ValueError:
            if number > 1:
                raise DocumentError(
                    "needs query id, document id and a whole grade, with tabs between", file=path, row=number
                ) from None
