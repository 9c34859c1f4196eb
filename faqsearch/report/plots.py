"""The plots of a report as SVG: numbers and dates only, all words stand in the page around them.

So no font with Hangul is needed where the page is made, and an SVG of text stays small and sharp.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from faqsearch.errors import InvalidOptionError
from faqsearch.report.usage import UsageReport

GOOD, WEAK, NONE, LINE = "#7fb069", "#f0c05a", "#d1495b", "#2f6690"


def plots(report: UsageReport) -> dict[str, str]:
    """Name → SVG: "searches" by day and outcome, "clicks" (share of searches clicked) and "ranks" by day.

    Raises InvalidOptionError where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise InvalidOptionError("the page's plots need matplotlib: pip install 'faqsearch[report]'") from None
    drawn = {"searches": _searches, "clicks": _click_share, "ranks": _ranks}
    return {name: _svg(Figure(figsize=(7.2, 2.4), layout="constrained"), draw, report, name) for name, draw in drawn.items()}


def _svg(figure: Any, draw: Callable[[Any, UsageReport], None], report: UsageReport, name: str) -> str:
    import matplotlib

    axes = figure.add_subplot()
    draw(axes, report)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=8)
    file = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"faqsearch-{name}"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", svg)  # ids of several drawings on one page


def _days(axes: Any, report: UsageReport) -> list[int]:
    places = list(range(len(report.days)))
    step = max(1, -(-len(places) // 10))
    axes.set_xticks(places[::step], [f"{day.day:%m-%d}" for day in report.days[::step]])
    axes.set_xlim(-0.6, len(places) - 0.4)
    return places


def _searches(axes: Any, report: UsageReport) -> None:
    places = _days(axes, report)
    none = [day.none for day in report.days]
    weak = [day.weak for day in report.days]
    good = [day.searches - day.none - day.weak for day in report.days]
    bottom = [0] * len(places)
    for values, color in ((none, NONE), (weak, WEAK), (good, GOOD)):
        axes.bar(places, values, bottom=bottom, color=color, width=0.8)
        bottom = [below + value for below, value in zip(bottom, values, strict=True)]
    axes.set_ylim(bottom=0)
    axes.yaxis.get_major_locator().set_params(integer=True)


def _click_share(axes: Any, report: UsageReport) -> None:
    places = _days(axes, report)
    axes.plot(places, [day.click_share * 100 for day in report.days], color=LINE, marker="o", markersize=3)
    axes.set_ylim(0, 100)
    axes.set_ylabel("%", fontsize=8)


def _ranks(axes: Any, report: UsageReport) -> None:
    """The mean clicked rank, the best (1) on top; days without a click are left out."""
    places = _days(axes, report)
    clicked = [(place, day.mean_clicked_rank) for place, day in zip(places, report.days, strict=True) if day.mean_clicked_rank]
    axes.plot([place for place, _ in clicked], [rank for _, rank in clicked], color=LINE, marker="o", markersize=3)
    axes.set_ylim(max([rank for _, rank in clicked if rank], default=1.0) + 0.5, 0.9)


def outcomes(report: UsageReport) -> Counter[str]:
    """Searches by outcome: good, weak, none."""
    return Counter(good=report.searches - report.found_weak - report.found_none, weak=report.found_weak, none=report.found_none)
