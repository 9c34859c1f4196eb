"""``faqsearch check``: whether an index is whole."""

from __future__ import annotations

import sys

import click

from faqsearch.cli.opening import open_index
from faqsearch.cli.parameters import examples, index_argument, json_option
from faqsearch.cli.stats_command import size
from faqsearch.cli.terminal import one_line, print_json
from faqsearch.errors import IndexCorruptError
from faqsearch.index.locations import backend_class, shown
from faqsearch.results import CheckReport


@click.command(
    short_help="Verify that the index is whole.",
    epilog=examples(
        "faqsearch check help.index",
        "faqsearch check help.index && faqsearch search help.index 환불",
        "faqsearch check --repair help.index",
    ),
)
@index_argument
@click.option("--repair", is_flag=True, help="Build a damaged INDEX again from every document that can be read.")
@json_option
def check(location: str, repair: bool, as_json: bool) -> None:
    """Verify every checksum of INDEX and what its files say of each other. Exits with 1 when something is wrong.

    With --repair a damaged index is built again from what can be read of it, and what was lost is said: copy the folder
    before, or restore a snapshot instead. Exits with 0 when the index is whole afterwards.
    """
    report = _checked(location, repair)
    if as_json:
        print_json(report.to_dict())
    else:
        for problem in report.problems:
            click.echo(f"problem: {one_line(problem)}")
        for one in report.lost:
            click.echo(f"lost: {one_line(one)}")
        counts = ", ".join(f"{name} {count:,}" for name, count in report.counts.items())
        place = shown(location)
        total = size(sum(report.sizes.values()))
        click.echo(f"{place} is whole: {counts}, size {total}" if report.ok else f"{place} is damaged")
    sys.exit(0 if report.ok else 1)


def _checked(location: str, repair: bool) -> CheckReport:
    try:
        with open_index(location, analyses=False) as opened:
            report = opened.check()
    except IndexCorruptError as error:  # too damaged to be opened
        report = CheckReport(False, (str(error),), {}, {})
    if report.ok or not repair:
        return report
    from faqsearch.faq_index import FaqIndex

    with FaqIndex(backend_class(location).unopened(location)) as damaged:
        return damaged.check(repair=True)
