"""Arguments and options that several commands share, and how examples are written into help."""

from __future__ import annotations

import click

from faqsearch.cli.categories import category_paths

index_argument = click.argument("location", metavar="INDEX")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead, for other programs.")

color_option = click.option(
    "--color/--no-color",
    default=None,
    help="Mark matching words bold and underlined. Default: on a terminal, unless NO_COLOR is set.",
)

audience_option = click.option(
    "--audience", multiple=True, metavar="GROUP", help="A group the reader belongs to, as 판매자; repeatable."
)

within_option = click.option(
    "--within",
    callback=category_paths,
    multiple=True,
    metavar="PATH",
    help="Take this category, as '웹소설·웹툰' or '웹소설·웹툰 > 환불/취소', for the whole collection; repeatable.",
)


def examples(*lines: str) -> str:
    """The end of a command's help: its examples, each line as it is."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


class QueryCommand(click.Command):
    """A command that takes a query: where one begins with - it says how to give it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            message = f"{error.message.rstrip('.')} (a query that begins with - goes after --)."
            raise click.NoSuchOption(error.option_name, message, error.possibilities, error.ctx) from None
