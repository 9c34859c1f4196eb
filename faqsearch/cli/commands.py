"""The commands, in the order in which ``faqsearch --help`` teaches them."""

from __future__ import annotations

import click

from faqsearch import __version__, native
from faqsearch.cli.analyze_command import analyze
from faqsearch.cli.audit_command import audit
from faqsearch.cli.check_command import check
from faqsearch.cli.complete_command import complete
from faqsearch.cli.copy_command import copy
from faqsearch.cli.eval_command import evaluate
from faqsearch.cli.explain_command import explain
from faqsearch.cli.get_command import get
from faqsearch.cli.index_command import index
from faqsearch.cli.judge_command import judge
from faqsearch.cli.lexicon_command import lexicon
from faqsearch.cli.mcp_command import mcp
from faqsearch.cli.related_command import related
from faqsearch.cli.report_command import report
from faqsearch.cli.search_command import search
from faqsearch.cli.serve_command import serve
from faqsearch.cli.stats_command import stats
from faqsearch.cli.try_command import try_

_SECTIONS = (
    ("Make an index", (index, copy)),
    ("Search", (search, complete, related, get)),
    ("Show", (serve, try_, mcp)),
    ("Improve", (audit, report, lexicon, judge, evaluate)),
    ("Understand", (explain, analyze, stats, check)),
)

_EPILOG = """\b
Examples:
  faqsearch index help.xlsx help.index
  faqsearch copy help.index opensearch://localhost:9200/help
  faqsearch search help.index 캐시 환불
  faqsearch search help.index 환불 --category 웹소설·웹툰 --sort -updated_at --page 2
  faqsearch search help.index -- -1009       (a query that begins with - goes after --)
  faqsearch complete help.index 환부
  faqsearch related help.index story-005
  faqsearch get help.index story-005
  faqsearch serve help.index
  faqsearch try help.xlsx
  faqsearch mcp help.index
  faqsearch audit help.index
  faqsearch report events.jsonl
  faqsearch lexicon try help.index new-lexicon --queries queries.txt
  faqsearch explain help.index '캐시 환불' story-005
  faqsearch analyze help.index '캐시를 환불받고 싶어요'
  faqsearch stats help.index
  faqsearch check help.index
  faqsearch judge help.index queries.csv qrels.tsv
  faqsearch eval help.index queries.csv qrels.tsv

\b
Exit codes:
  0    done; a search that finds nothing too
  1    an id that is not there, or an index that is damaged (check)
  2    wrong usage of the command line
  3    a file, lexicon or index that cannot be used: one line says why
  130  interrupted by Ctrl-C (143: by SIGTERM); index leaves the index as it was
"""


class _Sections(click.Group):
    """A group whose help lists the commands by what they are for."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in _SECTIONS:
            with formatter.section(title):
                formatter.write_dl([(command.name or "", command.get_short_help_str(limit=90)) for command in commands])


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"faqsearch {__version__}, {native.how()}")
        context.exit()


@click.group(
    cls=_Sections,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
def cli() -> None:
    """Search Korean help entries: an index in a folder, made from a file, searched from here or from Python.

    'faqsearch COMMAND --help' tells more of each command.
    """


for _, _commands in _SECTIONS:
    for _command in _commands:
        cli.add_command(_command)
