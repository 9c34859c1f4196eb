"""A report as one HTML file: tables and drawings, nothing loaded from anywhere, no script."""

from __future__ import annotations

from datetime import tzinfo
from html import escape

from faqsearch.report.plots import GOOD, NONE, WEAK, outcomes, plots
from faqsearch.report.usage import UsageReport
from faqsearch.report.wording import Table, Wording, summary, tables
from faqsearch.sources.values import KOREA

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", sans-serif; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; } dt { opacity: .75; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } .wide { overflow-x: auto; }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th { font-weight: 600; white-space: nowrap; } th.text, td.text { text-align: left; overflow-wrap: anywhere; }
figure { margin: 1rem 0; padding: .5rem; background: #fff; color: #222; border-radius: .4rem; }
figure svg { width: 100%; height: auto; } figcaption { font-size: .9rem; }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; } .more { opacity: .7; font-size: .9rem; }
"""


def html_page(report: UsageReport, *, language: str = "ko", limit: int = 20, zone: tzinfo = KOREA) -> str:
    """The whole page; raises InvalidOptionError where matplotlib is not installed."""
    word = Wording(language)
    title = escape(word("title"))
    parts = [
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n",
    ]
    counts = summary(report, word, zone)
    if not counts:
        parts.append(f"<p>{escape(word('nothing'))}</p>\n")
    else:
        rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>\n" for name, value in counts)
        parts += [f"<dl>\n{rows}</dl>\n", *_figures(report, word)]
    parts += [_table(table, word) for table in tables(report, word, limit=limit)]
    return "".join([*parts, "</body>\n</html>\n"])


def _figures(report: UsageReport, word: Wording) -> list[str]:
    if not report.days:
        return []
    drawn = plots(report)
    counts = outcomes(report)
    keys = "".join(
        f'<span class="key" style="background:{color}"></span>{escape(word(name))} ({counts[key]:,})'
        for name, key, color in (("good", "good", GOOD), ("found_weak", "weak", WEAK), ("found_none", "none", NONE))
    )
    captions = {
        "searches": f"{escape(word('days'))}: {escape(word('searches'))} {keys}",
        "clicks": f"{escape(word('days'))}: {escape(word('click_share'))}",
        "ranks": f"{escape(word('days'))}: {escape(word('mean_clicked_rank'))}",
    }
    shown = ("searches", "clicks", "ranks") if report.clicks else ("searches",)
    return [
        f'<figure role="group">\n<figcaption>{captions[name]}</figcaption>\n'
        f"{_labelled(drawn[name], word(_NAMES[name]))}\n</figure>\n"
        for name in shown
    ]


_NAMES = {"searches": "searches", "clicks": "click_share", "ranks": "mean_clicked_rank"}


def _labelled(svg: str, name: str) -> str:
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(name)}"', 1)


def _table(table: Table, word: Wording) -> str:
    def cells(tag: str, values: tuple[str, ...]) -> str:
        return "".join(
            f"<{tag} class={'text' if place in table.text else 'number'}>{escape(value)}</{tag}>"
            for place, value in enumerate(values)
        )

    rows = "".join(f"<tr>{cells('td', row)}</tr>\n" for row in table.rows)
    more = f'<p class="more">{escape(word("more", count=table.left_out))}</p>\n' if table.left_out else ""
    return (
        f'<h2>{escape(table.heading)}</h2>\n<div class="wide"><table>\n<thead><tr>{cells("th", table.columns)}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n</table></div>\n{more}"
    )
