"""Forest plot: what each scenario changes, outcome by outcome, with intervals of the mean difference."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from partnersim.figures.forest import clear_ones, frame, mark
from partnersim.figures.style import REFERENCE, Look, Picture, canvas, dress, mark_handle, say, scenario_look, styled, wrapped
from partnersim.study import words
from partnersim.study.paired import LEVEL
from partnersim.study.table import is_worth_a_line

if TYPE_CHECKING:
    from partnersim.study.comparison import Comparison

AXIS = "difference, % of the reference mean"
PAGE = 4
"""Most scenarios in one forest plot, and most findings above a figure."""


def looks(comparison: Comparison, reference: bool = True) -> list[tuple[str, Look]]:
    """Names and looks of the scenarios, the reference first where wanted."""
    others = [(words.named(name), scenario_look(i)) for i, name in enumerate(comparison.others)]
    return [(words.named(comparison.reference), REFERENCE), *others] if reference else others


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
    names = [wrapped(words.named(name), 22) for name in comparison.others]
    picture = canvas(1.75 + 0.36 * len(names) + 0.17 * sum(len(text) // 95 + 1 for text in findings(comparison)))
    panels = picture.subplots(1, data["outcome"].nunique(), sharey=True, squeeze=False)[0]
    for axes, (outcome, part) in zip(panels, data.groupby("outcome", sort=False), strict=True):
        frame(axes, part, len(names), held=_are_headlines(part))
        for y, (_, row) in enumerate(part.iterrows()):
            mark(axes, row, y, scenario_look(y))
        axes.set_yticks(range(len(names)), names)
        axes.set_title(words.label(outcome))
        unit = textwrap.fill(f"reference: {words.number(part['reference_mean'].iloc[0])} {part['unit'].iloc[0]}", 36)
        axes.set_xlabel(f"{AXIS}\n{unit}")
    footer = (
        f"{comparison.described()} Lines: {LEVEL:.0%} intervals of the mean paired difference, "
        f"simultaneous over all rows. {say('forest.marks')} M: million."
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
        f"(t; bootstrap over seeds for reach). {say('forest.marks')} M: million."
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
    head = comparison.headline().groupby("outcome", sort=False)
    return [clear_ones(outcome, rows, lambda row: words.named(row["scenario"])) for outcome, rows in head]


def _panel(axes: Axes, group: str, part: pd.DataFrame, scenarios: list[tuple[str, Look]]) -> None:
    outcomes = list(part["outcome"].unique())
    frame(axes, part, len(outcomes), held=_are_headlines(part))
    step = 0.74 / len(scenarios)
    for y, outcome in enumerate(outcomes):
        rows = part[part["outcome"] == outcome].set_index("scenario")
        for i, (scenario, look) in enumerate(scenarios):
            mark(axes, rows.loc[scenario], y + (i - (len(scenarios) - 1) / 2) * step, look)
    bases = part.drop_duplicates("outcome").set_index("outcome")["reference_mean"]
    axes.set_yticks(range(len(outcomes)), [f"{words.label(o)}  ({words.number(bases[o])})" for o in outcomes])
    axes.get_yticklabels()[outcomes.index(group)].set_fontweight("bold")
    axes.set_title(f"{words.label(group)}: {words.UNITS[group]}")
    axes.set_xlabel(AXIS)


def _are_headlines(part: pd.DataFrame) -> np.ndarray:
    """Rows whose intervals an axis must hold."""
    return (part["outcome"] == part["group"]).to_numpy()
