"""``faqsearch report``: what people searched for, from the events of a service."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

import click

from faqsearch.cli.parameters import examples
from faqsearch.cli.table_lines import table_lines
from faqsearch.cli.terminal import pad, print_json, screen
from faqsearch.errors import DocumentError, InvalidOptionError

language_option = click.option(
    "--lang", type=click.Choice(["ko", "en"]), default="ko", show_default=True, help="Language of what is printed."
)
_NAME_COLUMNS = 20


@click.command(
    short_help="Print what people searched for and clicked.",
    epilog=examples(
        "faqsearch report events.jsonl",
        "faqsearch report events.jsonl --html report.html",
        "faqsearch report events.jsonl --json | jq '.none[:20]'",
        "faqsearch report events.jsonl --popular-queries popular.tsv",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="Rows of a table.")
@click.option("--html", "page", metavar="FILE", help="Write one HTML page with plots (needs: pip install 'faqsearch[report]').")
@click.option(
    "--popular-queries",
    "popular",
    metavar="FILE",
    help="Write queries that may be offered to others: a line each with the number of sessions behind a tab.",
)
@click.option(
    "--min-sessions",
    type=click.IntRange(2),
    default=5,
    show_default=True,
    metavar="N",
    help="Different sessions that must have made a popular query.",
)
@click.option("--timezone", default="Asia/Seoul", show_default=True, metavar="NAME", help="Whose days are counted.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead, with every row.")
def report(
    files: tuple[str, ...],
    limit: int,
    page: str | None,
    popular: str | None,
    min_sessions: int,
    timezone: str,
    lang: str,
    as_json: bool,
) -> None:
    """Print a report of the events in FILE (an EventLog's JSON lines, with its rotated files): top queries, queries without
    or with weak results, corrected ones, clicks and mean clicked rank, and all of it by day.

    'faqsearch serve INDEX --events FILE' writes such events, and so does EventLog in your own service.
    """
    from faqsearch.report.page import html_page
    from faqsearch.report.popular import popular_queries
    from faqsearch.report.read import read_events
    from faqsearch.report.usage import usage_report

    zone = _zone(timezone)
    counted = usage_report(read_events(*files), zone=zone)
    if counted.unreadable and counted.since is None:
        raise DocumentError(f"none of {counted.unreadable:,} lines is an event; an EventLog writes them", file=", ".join(files))
    if counted.unreadable:
        click.echo(f"warning: {counted.unreadable:,} lines are no events and were left out", err=True)
    if popular is not None:
        found = popular_queries(read_events(*files), min_sessions=min_sessions)
        Path(popular).parent.mkdir(parents=True, exist_ok=True)
        Path(popular).write_text("".join(f"{query}\t{count}\n" for query, count in found), encoding="utf-8")
        click.echo(f"{popular}: {len(found):,} queries", err=True)
    if page is not None:
        Path(page).write_text(html_page(counted, language=lang, limit=limit, zone=zone), encoding="utf-8")
        click.echo(page, err=True)
    if as_json:
        print_json(counted.to_dict())
    elif page is None and popular is None:
        _print(counted, lang, limit, zone)


def _print(counted: object, language: str, limit: int, zone: tzinfo) -> None:
    from faqsearch.report.usage import UsageReport
    from faqsearch.report.wording import Wording, summary, tables

    assert isinstance(counted, UsageReport)
    word = Wording(language)
    shown = screen(None)
    counts = summary(counted, word, zone)
    lines = [pad(name, _NAME_COLUMNS) + value for name, value in counts] or [word("nothing")]
    for table in tables(counted, word, limit=limit):
        header, *rows = table_lines(table.columns, table.rows, text=table.text, width=shown.width)
        lines += ["", shown.bold(table.heading), shown.faint(header), *rows]
        if table.left_out:
            lines.append(shown.faint(word("more", count=table.left_out)))
    shown.print(lines)


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    from faqsearch.sources.values import KOREA

    if name == "Asia/Seoul":
        return KOREA  # needs no database of time zones
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidOptionError(f"{name!r} is no time zone that this machine knows; give one such as Asia/Seoul") from None
