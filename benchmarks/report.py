"""What did the last runs find? Makes the Markdown page and its plots from the JSON files in ``benchmarks/results/``.

Nothing is measured: ``latency-*.json`` give the tables of requests and the plots, ``indexing-*.json`` the table of writing,
``corpora.json`` the growth of the vocabulary. The page is ``results/README.md``; plots are SVG written by hand.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import PACKAGES, RESULTS

COLOURS = ("#d9480f", "#1971c2", "#2f9e44", "#862e9c", "#e8a200", "#0b7285", "#5c5f66", "#c2255c", "#846358")
OURS = "faqsearch"

Series = Mapping[str, Sequence[tuple[float, float]]]


def main(arguments: list[str]) -> int:
    """Writes the page; 2 where there is nothing to write of."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks report", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--results", default=str(RESULTS), help="folder of the JSON files, and of the page")
    folder = Path(parser.parse_args(arguments).results)
    latency = sorted(_read(folder, "latency-*.json"), key=lambda run: int(run["corpus"]["documents"]))
    indexing = sorted(_read(folder, "indexing-*.json"), key=lambda run: int(run["corpus"]["documents"]))
    growth = _read(folder, "corpora.json")
    if not latency and not indexing:
        print(f"no figures in {folder}: run 'python -m benchmarks latency' or 'indexing' first")
        return 2
    plots = _plots(latency, folder)
    (folder / "README.md").write_text(page(latency, indexing, growth, plots), encoding="utf-8")
    print(f"wrote {folder / 'README.md'} and {', '.join(plots.values()) or 'no plots'}")
    return 0


def page(
    latency: Sequence[dict[str, Any]],
    indexing: Sequence[dict[str, Any]],
    growth: Sequence[dict[str, Any]],
    plots: Mapping[str, str],
) -> str:
    """The Markdown."""
    parts = ["# Measured\n", _machine([*latency, *indexing])]
    parts += [f"![{title}]({file})\n" for title, file in plots.items()]
    for run in latency:
        parts += [
            f"## A request over {run['corpus']['documents']:,} documents\n",
            _latency_table(run),
            _stage_table(run),
            _notes(run),
        ]
    if indexing:
        parts += ["## Writing, opening, memory\n", _indexing_table(indexing)]
    for figures in growth:
        rows = [(name, f"{one['exponent']:.2f}") for name, one in figures.items() if "exponent" in one]
        parts += ["## The generated corpus\n", _table(("corpus", "exponent of Heaps' law"), rows)]
    return "\n".join(parts)


def _read(folder: Path, pattern: str) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(pattern))]


def _machine(runs: Sequence[dict[str, Any]]) -> str:
    before = runs[-1]["before"]
    versions = ", ".join(f"{name} {before[name]}" for name in PACKAGES if name in before)
    loads = ", ".join(f"{run['name']}: {run['before']['load']} → {run['load_after']}" for run in runs)
    return (
        f"{before['cpu']}, {before['cpus']} CPUs, {before['system']}, Python {before['python']}, SQLite {before['sqlite']}, "
        f"{versions}; {before['time']}. Load average (1, 5, 15 minutes) by run: {loads}.\n"
    )


def _latency_table(run: dict[str, Any]) -> str:
    head = ("queries", "peer", "n", "faqsearch p50 / p90 / p99", "peer p50 / p90 / p99", "÷ p50 [95 %]", "÷ p99 [95 %]")
    rows = []
    for row in run["pairs"]:
        ours, theirs = (" / ".join(f"{v:.2f}" for v in row["cpu"][name].values()) for name in (OURS, row["peer"]))
        p50, p99, wall = row["ratio"]["CPU p50"], row["ratio"]["CPU p99"], row["ratio"]["wall p50"]
        rows.append(
            (
                row["mix"],
                row["peer"],
                row["queries"],
                ours,
                theirs,
                _ratio(p50),
                _ratio(p99),
                f"{wall['value']:.2f}",
                f"{row['top_10']:.2f}",
            )
        )
    return "CPU ms; ÷ is faqsearch through the peer.\n\n" + _table((*head, "wall ÷ p50", "same top 10"), rows)


def _stage_table(run: dict[str, Any]) -> str:
    names = list(run["stages"][0]["cpu_p50_ms"])
    rows = [(row["mix"], *(f"{row['cpu_p50_ms'][name]:.2f}" for name in names)) for row in run["stages"]]
    return "faqsearch alone, CPU p50 in ms, whole and by leaving parts out:\n\n" + _table(("queries", *names), rows)


def _notes(run: dict[str, Any]) -> str:
    return "\n".join(f"- {name}: {limits}" for name, limits in run["limits"].items()) + "\n"


def _indexing_table(runs: Sequence[dict[str, Any]]) -> str:
    names = ["", *(f"{run['corpus']['documents']:,} documents" for run in runs)]
    cells: dict[str, Callable[[dict[str, Any]], str]] = {
        "sync ÷ bare Kiwi, CPU": lambda r: f"{r['indexing']['ratio']['cpu']:.3f}",
        "sync ÷ bare Kiwi, wall": lambda r: f"{r['indexing']['ratio']['wall']:.3f}",
        "documents a second": lambda r: f"{r['indexing']['documents_per_second']:.0f}",
        "index ÷ UTF-8 text": lambda r: f"{r['size']['ratio']:.2f}",
        "sync that changes nothing, s": lambda r: f"{r['sync']['nothing']['wall']:.3f}",
        "sync that changes views, s": lambda r: f"{r['sync']['views']['wall']:.3f}",
        "upsert until visible elsewhere, p50 / p99 ms": lambda r: _two(r["upsert"]["visible_ms"]),
        "the same less analysis, p50 / p99 ms": lambda r: _two(r["upsert"]["less_analysis_ms"]),
        "open in a new process, ms": lambda r: f"{r['reader']['milliseconds']['open']:.1f}",
        "`import faqsearch`, ms": lambda r: f"{r['reader']['milliseconds']['import faqsearch']:.0f}",
        "first query, Kiwi loaded, ms": lambda r: f"{r['reader']['milliseconds']['first query']:.1f}",
        "private memory of a reader beyond Python, NumPy, Kiwi, MiB": lambda r: (
            f"{r['reader']['private_mib']['difference']:.1f}"
        ),
    }
    return _table(names, [(name, *(cell(run) for run in runs)) for name, cell in cells.items()])


def _two(times: Mapping[str, float]) -> str:
    return f"{times['p50']:.1f} / {times['p99']:.1f}"


def _ratio(value: Mapping[str, float]) -> str:
    return f"{value['value']:.2f} [{value['low']:.2f}–{value['high']:.2f}]"


def _table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(map(str, head))]
    lines.append(["---"] * len(lines[0]))
    lines += [list(map(str, row)) for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


# Plots


def _plots(latency: Sequence[dict[str, Any]], folder: Path) -> dict[str, str]:
    """Title → file of each plot written."""
    plots: dict[str, str] = {}
    for mix in ("long", "short"):
        for percentile in ("p50", "p99"):
            series = _by_size(latency, mix, percentile)
            if series:
                title = f"CPU time of a request, {percentile}, {mix} queries, by number of documents"
                plots[title] = f"latency-{mix}-{percentile}.svg"
                (folder / plots[title]).write_text(lines_svg(title, series), encoding="utf-8")
    if latency:
        compared = max(latency, key=lambda one: (len({row["peer"] for row in one["pairs"]}), one["corpus"]["documents"]))
        title = f"faqsearch ÷ peer, CPU p50, {compared['corpus']['documents']:,} documents"
        plots[title] = "ratios.svg"
        bars = [(f"{row['peer']}, {row['mix']}", row["ratio"]["CPU p50"]) for row in compared["pairs"]]
        (folder / plots[title]).write_text(bars_svg(title, bars), encoding="utf-8")
    return plots


def _by_size(latency: Sequence[dict[str, Any]], mix: str, percentile: str) -> dict[str, list[tuple[float, float]]]:
    series: dict[str, list[tuple[float, float]]] = {}
    for run in latency:
        rows = [row for row in run["pairs"] if row["mix"] == mix]
        size = run["corpus"]["documents"]
        if rows:
            series.setdefault(OURS, []).append((size, median(row["cpu"][OURS][percentile] for row in rows)))
        for row in rows:
            series.setdefault(row["peer"], []).append((size, row["cpu"][row["peer"]][percentile]))
    return series


def lines_svg(title: str, series: Series) -> str:
    """Both axes logarithmic; a line and dots a series."""
    width, height, left, top, right, bottom = 760, 400, 70, 50, 150, 50
    points = [point for line in series.values() for point in line]
    x_low, x_high = _decades(x for x, _ in points)
    y_low, y_high = _decades(y for _, y in points)

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_low) / (x_high - x_low)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return left + across * (width - left - right), height - bottom - up * (height - top - bottom)

    parts = []
    for decade in range(x_low, x_high + 1):
        x, _ = place(10**decade, 10**y_low)
        parts.append(svg_line(x, top, x, height - bottom, "#ddd"))
        parts.append(svg_text(x, height - bottom + 18, f"{10**decade:,}", "middle"))
    for decade in range(y_low, y_high + 1):
        _, y = place(10**x_low, 10**decade)
        parts.append(svg_line(left, y, width - right, y, "#ddd"))
        parts.append(svg_text(left - 8, y + 4, f"{10**decade:g} ms", "end"))
    last = -math.inf
    ends = sorted(series, key=lambda name: place(*series[name][-1])[1])
    for name in ends:
        colour = COLOURS[list(series).index(name) % len(COLOURS)]
        path = [place(*point) for point in series[name]]
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
        parts.append(
            f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="{3 if name == OURS else 1.6}"/>'
        )
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in path]
        last = max(last + 15, path[-1][1] + 4)
        parts.append(svg_text(width - right + 10, last, name, "start", colour))
    return svg(width, height, title, parts)


def bars_svg(title: str, bars: Sequence[tuple[str, Mapping[str, float]]]) -> str:
    """A bar a ratio with its interval, on a logarithmic axis around 1."""
    width, left, top, step, right = 760, 190, 50, 26, 90
    height = top + step * len(bars) + 40
    low, high = _decades([1.0, *(value for _, bar in bars for value in bar.values())])

    def across(value: float) -> float:
        return left + (math.log10(max(value, 10**low)) - low) / (high - low) * (width - left - right)

    parts = [svg_line(across(10**d), top, across(10**d), height - 30, "#ddd") for d in range(low, high + 1)]
    parts += [svg_text(across(10**d), height - 14, f"{10**d:g}", "middle") for d in range(low, high + 1)]
    for number, (name, bar) in enumerate(bars):
        y = top + step * number + step / 2
        begin, end = sorted((across(1.0), across(bar["value"])))
        colour = "#2f9e44" if bar["value"] <= 1 else "#d9480f"
        parts.append(
            f'<rect x="{begin:.1f}" y="{y - 8:.1f}" width="{end - begin:.1f}" height="16" fill="{colour}" opacity="0.75"/>'
        )
        parts.append(svg_line(across(bar["low"]), y, across(bar["high"]), y, "#222"))
        parts.append(svg_text(left - 8, y + 4, name, "end"))
        parts.append(svg_text(width - right + 10, y + 4, f"{bar['value']:.2f}", "start"))
    parts.append(svg_line(across(1.0), top, across(1.0), height - 30, "#222"))
    return svg(width, height, title, parts)


def _decades(values: Iterable[float]) -> tuple[int, int]:
    """The powers of ten around the values, at least one apart."""
    some = [value for value in values if value > 0]
    low, high = math.floor(math.log10(min(some)) + 1e-9), math.ceil(math.log10(max(some)) - 1e-9)
    return low, max(high, low + 1)


def svg(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
        f"{svg_text(width / 2, 26, title, 'middle', size=15)}{''.join(parts)}</svg>\n"
    )


def svg_line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def svg_text(x: float, y: float, text: str, anchor: str, colour: str = "#222", *, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}">{escape(text)}</text>'
