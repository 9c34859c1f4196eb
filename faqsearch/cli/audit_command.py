"""``faqsearch audit``: what a content team should fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import examples, index_argument, json_option
from faqsearch.cli.report_command import language_option
from faqsearch.cli.table_lines import table_lines
from faqsearch.cli.terminal import Screen, print_json, screen, wrapped

if TYPE_CHECKING:
    from faqsearch.audit import AuditReport


@click.command(
    short_help="Print what a content team should fix in the entries.",
    epilog=examples(
        "faqsearch audit help.index",
        "faqsearch audit help.index --events events.jsonl --lang en",
        "faqsearch audit help.index --json | jq .counts",
    ),
)
@index_argument
@click.option(
    "--events",
    multiple=True,
    metavar="FILE",
    help="A log of searches (EventLog), for entries that nobody finds and words that no entry holds; repeatable.",
)
@click.option(
    "--longest", type=click.IntRange(1), default=3_000, show_default=True, metavar="N", help="Characters of a body at most."
)
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, metavar="N", help="Rows of each kind; 0: all.")
@language_option
@json_option
def audit(location: str, events: tuple[str, ...], longest: int, limit: int, lang: str, as_json: bool) -> None:
    """Look through the entries of INDEX for what readers stumble over: entries that their own title or the plain words of it
    do not find, entries or titles that are the same, empty and very long ones, categories with one entry, compound nouns that
    are read in two ways; with a log of searches also entries that nobody finds and words that no entry holds.
    """
    from faqsearch.audit import audit_index
    from faqsearch.report import read_events

    logged = read_events(*events) if events else None
    with open_index(location) as opened:
        report = audit_index(opened, events=logged, longest=longest, progress=lambda name: click.echo(f"{name} …", err=True))
    if as_json:
        print_json(report.to_dict())
    else:
        shown = screen(None)
        shown.print(_lines(report, lang, limit, shown))


def _lines(report: AuditReport, language: str, limit: int, shown: Screen) -> list[str]:
    from faqsearch.audit import KINDS
    from faqsearch.audit.wording import AuditWording

    word = AuditWording(language)
    lines = wrapped(word("head", documents=report.documents, findings=len(report.findings)), shown.width)
    if report.searches:
        lines += wrapped(word("log", searches=report.searches), shown.width)
    if report.skipped:
        kinds = ", ".join(map(word.heading, report.skipped))
        lines += [shown.faint(line) for line in wrapped(word("skipped", kinds=kinds), shown.width)]
    if not report.findings:
        lines.append(word("clean"))
    for kind in KINDS:
        table = word.table(report, kind, limit=limit)
        if not table.rows:
            continue
        header, *rows = table_lines(table.columns, table.rows, text=table.text, width=shown.width)
        lines += ["", shown.bold(f"{table.heading} ({word('count', count=len(report.of(kind)))})")]
        lines += [shown.faint(line) for line in wrapped(table.remedy, shown.width)]
        lines += [shown.faint(header), *rows]
        if table.left_out:
            lines.append(shown.faint(word("more", count=table.left_out)))
    return lines
