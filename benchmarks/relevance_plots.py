"""The plot of a relevance run: a row a set, a dot with its interval an engine."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.report import COLOURS, OURS, svg, svg_line, svg_text

Interval = tuple[float, float, float]
"""Mean, low, high."""


def dots_svg(title: str, sets: Mapping[str, Mapping[str, Interval]]) -> str:
    """Engines below each other in each set, on one axis from the least interval to 1."""
    engines = list(dict.fromkeys(engine for rows in sets.values() for engine in rows))
    left, right, top, step, gap = 190, 210, 50, 15, 14
    width = 860
    height = top + sum(step * len(rows) + gap for rows in sets.values()) + 40
    least = min((low for rows in sets.values() for _, low, _ in rows.values()), default=0.0)
    begin = max(0.0, int(least * 10) / 10)

    def across(value: float) -> float:
        return left + (value - begin) / (1 - begin) * (width - left - right)

    ticks = [begin + (1 - begin) * part / 5 for part in range(6)]
    parts = [svg_line(across(tick), top - 8, across(tick), height - 32, "#ddd") for tick in ticks]
    parts += [svg_text(across(tick), height - 14, f"{tick:.2f}", "middle") for tick in ticks]
    y = float(top)
    for name, rows in sets.items():
        parts.append(svg_text(left - 10, y + step * len(rows) / 2, name, "end"))
        for engine, (mean, low, high) in rows.items():
            colour = COLOURS[engines.index(engine) % len(COLOURS)]
            parts.append(svg_line(across(low), y, across(high), y, colour))
            radius = 5 if engine.startswith(OURS) else 3.5
            parts.append(f'<circle cx="{across(mean):.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"/>')
            y += step
        y += gap
    for number, engine in enumerate(engines):
        parts.append(svg_text(width - right + 15, top + 18 * number, engine, "start", COLOURS[number % len(COLOURS)]))
    return svg(width, height, title, parts)
