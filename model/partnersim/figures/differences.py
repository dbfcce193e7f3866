"""Forest plot: what each scenario changes, outcome by outcome, with intervals of the mean difference."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from partnersim.english import some
from partnersim.figures.style import (
    BLACK,
    REFERENCE,
    Look,
    Picture,
    canvas,
    dress,
    mark_handle,
    number_axis,
    scenario_look,
    styled,
)
from partnersim.study import words
from partnersim.study.paired import LEVEL
from partnersim.study.table import is_worth_a_line

if TYPE_CHECKING:
    from partnersim.study.comparison import Comparison

AXIS = "difference, % of the reference mean"
MARKS = "Hollow: the interval holds zero. Arrows: beyond the axis. M: million."
PAGE = 4
"""Most scenarios in one forest plot, and most findings above a figure."""


def looks(comparison: Comparison, reference: bool = True) -> list[tuple[str, Look]]:
    """Names and looks of the scenarios, the reference first where wanted."""
    others = [(comparison.name(name), scenario_look(i)) for i, name in enumerate(comparison.others)]
    return [(comparison.name(comparison.reference), REFERENCE), *others] if reference else others


def difference_data(comparison: Comparison) -> pd.DataFrame:
    """Rows of the forest plot, in its order: ``group, scenario, outcome, unit, reference_mean, difference, low, high,
    percent, percent_low, percent_high, verdict``.

    Headline rows carry simultaneous intervals; percents are of the reference mean and NaN where that is zero.
    """
    keys = ["scenario", "outcome"]
    table = comparison.table.set_index(keys)
    head = comparison.headline().set_index(keys)
    table.loc[head.index, ["low", "high"]] = head[["low", "high"]]
    shown = [(g, s, o) for g, parts in words.PARTS.items() for o in parts for s in comparison.others]
    frame = pd.DataFrame(shown, columns=["group", *keys])
    frame = frame.join(table[["unit", "reference_mean", "other_mean", "difference", "low", "high"]], on=keys)
    used = is_worth_a_line(frame).groupby(frame["outcome"]).transform("any")
    frame = frame[used | (frame["outcome"] == frame["group"])].drop(columns="other_mean").reset_index(drop=True)
    base = frame["reference_mean"].abs().replace(0, math.nan)
    for column, source in (("percent", "difference"), ("percent_low", "low"), ("percent_high", "high")):
        frame[column] = 100 * frame[source] / base
    frame["verdict"] = [words.verdict(low, high) for low, high in zip(frame["low"], frame["high"], strict=True)]
    return frame


@styled
def draw_headlines(comparison: Comparison) -> Picture:
    """The three headline outcomes side by side, a row per scenario: the one figure for a projector."""
    data = difference_data(comparison)
    data = data[data["group"] == data["outcome"]].reset_index(drop=True)
    names = [textwrap.fill(comparison.name(name), 22, max_lines=2, placeholder="…") for name in comparison.others]
    picture = canvas(1.75 + 0.36 * len(names) + 0.17 * sum(len(text) // 95 + 1 for text in findings(comparison)))
    panels = picture.subplots(1, data["outcome"].nunique(), sharey=True, squeeze=False)[0]
    for axes, (outcome, part) in zip(panels, data.groupby("outcome", sort=False), strict=True):
        _frame(axes, part, len(names))
        for y, (_, row) in enumerate(part.iterrows()):
            _mark(axes, row, y, scenario_look(y))
        axes.set_yticks(range(len(names)), names)
        axes.set_title(words.label(outcome))
        unit = textwrap.fill(f"reference: {words.number(part['reference_mean'].iloc[0])} {part['unit'].iloc[0]}", 36)
        axes.set_xlabel(f"{AXIS}\n{unit}")
    footer = (
        f"{comparison.described()} Lines: {LEVEL:.0%} intervals of the mean paired difference, "
        f"simultaneous over all rows. {MARKS}"
    )
    dress(picture, findings(comparison), footer, data)
    return picture


@styled
def draw_differences(comparison: Comparison, page: int = 0) -> Picture:
    """The headline outcomes and their parts in percent of the reference mean, four scenarios a page; filled marks
    exclude zero."""
    first = page * PAGE
    scenarios = comparison.others[first : first + PAGE]
    said = comparison.findings()[first : first + PAGE]
    data = difference_data(comparison)
    data = data[data["scenario"].isin(scenarios)].reset_index(drop=True)
    groups = dict(iter(data.groupby("group", sort=False)))
    row = max(0.24, 0.11 * len(scenarios))
    heights = [part["outcome"].nunique() * row + 0.62 for part in groups.values()]
    picture = canvas(sum(heights) + 1.0 + 0.17 * sum(len(text) // 95 + 1 for text in said))
    panels = picture.subplots(len(groups), 1, height_ratios=heights, squeeze=False)[:, 0]
    drawn = looks(comparison, reference=False)[first : first + PAGE]
    for axes, (group, part) in zip(panels, groups.items(), strict=True):
        _panel(axes, group, part, [(name, look) for name, (_, look) in zip(scenarios, drawn, strict=True)])
    footer = (
        f"{comparison.described()} In brackets: reference mean. Lines: {LEVEL:.0%} intervals of the mean paired difference; "
        f"in bold rows simultaneous over the headline outcomes of all scenarios, else one at a time "
        f"(t; bootstrap over seeds for reach). {MARKS}"
    )
    dress(picture, said, footer, data, drawn, mark_handle)
    return picture


def difference_pages(comparison: Comparison) -> int:
    """How many forest plots it takes to show every scenario."""
    return -(-len(comparison.others) // PAGE)


def findings(comparison: Comparison) -> list[str]:
    """Sentences for a figure's head: one for each scenario, or where they are many, one for each headline outcome."""
    said = comparison.findings()
    if len(said) <= PAGE:
        return said
    return [_clear_ones(comparison, outcome, rows) for outcome, rows in comparison.headline().groupby("outcome", sort=False)]


def _clear_ones(comparison: Comparison, outcome: str, rows: pd.DataFrame) -> str:
    """Which scenarios clearly differ in an outcome, the largest difference first."""
    parts = []
    for verdict in ("lower", "higher"):
        clear = rows[rows["verdict"] == verdict].sort_values("difference", key=abs, ascending=False)
        if len(clear):
            parts.append(f"{verdict} with {some([comparison.name(name) for name in clear['scenario']], 3)}")
    return f"{words.label(outcome)}: {'; '.join(parts) or 'no clear difference with any'}."


def _panel(axes: Axes, group: str, part: pd.DataFrame, scenarios: list[tuple[str, Look]]) -> None:
    outcomes = list(part["outcome"].unique())
    _frame(axes, part, len(outcomes))
    step = 0.74 / len(scenarios)
    for y, outcome in enumerate(outcomes):
        rows = part[part["outcome"] == outcome].set_index("scenario")
        for i, (scenario, look) in enumerate(scenarios):
            _mark(axes, rows.loc[scenario], y + (i - (len(scenarios) - 1) / 2) * step, look)
    bases = part.drop_duplicates("outcome").set_index("outcome")["reference_mean"]
    axes.set_yticks(range(len(outcomes)), [f"{words.label(o)}  ({words.number(bases[o])})" for o in outcomes])
    axes.get_yticklabels()[outcomes.index(group)].set_fontweight("bold")
    axes.set_title(f"{words.label(group)}: {words.UNITS[group]}")
    axes.set_xlabel(AXIS)


def _frame(axes: Axes, part: pd.DataFrame, rows: int) -> None:
    """Axis ends, zero line, striped rows."""
    axes.set_xlim(*_limits(part))
    axes.set_ylim(rows - 0.4, -0.6)
    axes.axvline(0, color=BLACK, linewidth=1)
    for y in range(1, rows, 2):
        axes.axhspan(y - 0.5, y + 0.5, color="#F4F4F4", zorder=0)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    number_axis(axes, "x", 7 if rows > 3 else 5)


def _limits(part: pd.DataFrame) -> tuple[float, float]:
    """Axis ends that hold every ordinary interval and zero; a few parts far beyond are shown by arrows."""
    ends = part[["percent", "percent_low", "percent_high"]].to_numpy()
    reach = np.abs(np.where(np.isfinite(ends), ends, 0.0)).max(axis=1)
    known = reach[reach > 0]
    headline = reach[(part["outcome"] == part["group"]).to_numpy()].max()
    cap = max(8 * np.median(known), 1.3 * headline) if len(known) else 1.0
    low, high = max(np.nanmin(ends, initial=0.0), -cap), min(np.nanmax(ends, initial=0.0), cap)
    room = 0.08 * max(high - low, 0.1)
    return low - room, high + room


def _mark(axes: Axes, row: pd.Series, y: float, look: Look) -> None:
    """One difference: mark and interval, an arrow where it lies beyond the axis, words where there is no percent."""
    value, low, high = row["percent"], row["percent_low"], row["percent_high"]
    left, right = axes.get_xlim()
    if math.isnan(value):
        if row["difference"]:
            size, ends = words.measured(row["difference"], row["low"], row["high"])
            text = f"{size} {row['unit']} {ends}" if math.isfinite(row["difference"]) else size
            axes.annotate(text, (0, y), (5, 0), textcoords="offset points", va="center", fontsize=6.5, color=look.colour)
        return
    if left < value < right:
        clear = row["verdict"] in ("lower", "higher")
        if not math.isnan(low):
            axes.plot([low, high], [y, y], color=look.colour, linewidth=1.4, solid_capstyle="butt")
        face = look.colour if clear else "white"
        axes.plot(value, y, marker=look.shape, markersize=4.6, color=look.colour, markerfacecolor=face, linestyle="")
        return
    is_high = value >= right
    edge, side = (right, -1) if is_high else (left, 1)
    axes.plot(edge + side * 0.01 * (right - left), y, marker=">" if is_high else "<", color=look.colour, markersize=4.6)
    text = f"{words.number(value, signed=True)}%"
    beside = "right" if is_high else "left"
    axes.annotate(
        text, (edge, y), (side * 9, 0), textcoords="offset points", va="center", ha=beside, fontsize=6.5, color=look.colour
    )
