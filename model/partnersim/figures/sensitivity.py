"""What matters: indices of inputs against the floor that luck sets, and how they settle as points are added."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from partnersim.analysis.sensitivity import ABOVE, CONSTANT, FLOOR, LUCK_NAME
from partnersim.english import counted, sentence, some, told
from partnersim.figures.style import (
    BLACK,
    BLUE,
    GREY,
    REFERENCE,
    Picture,
    canvas,
    dress,
    number_axis,
    row_axis,
    scenario_look,
    styled,
    wrapped,
)
from partnersim.study import words
from partnersim.study.files import StudyError

MOST = 12
"""Inputs shown, the largest first."""
LINES = 5
"""Inputs of which it is shown how they settle."""
NAMES = {
    "S1": "alone (S1)",
    "ST": "with all interactions (ST)",
    "mu_star": "mean size of the effect (mu*)",
    "sigma": "spread of the effect (sigma)",
}
LEADING = {"S1": "ST", "ST": "ST", "mu_star": "mu_star", "sigma": "mu_star"}
"""By which index inputs are ordered and judged."""
FLOOR_COLOUR = "#E4E4E4"


@styled
def draw_sensitivity(table: pd.DataFrame, outcome: str, scenario: str, of: str = "outcome") -> Picture:
    """Both indices of the largest inputs of a :func:`~partnersim.analysis.sensitivity.sensitivity` table, with luck's as floor.

    Raises :class:`~partnersim.study.files.StudyError` for rows that the table does not have, or that have no index.
    """
    rows = _rows(table, outcome, scenario, of)
    leading = LEADING[rows["index"].iloc[0]]
    order = rows[(rows["index"] == leading) & (rows["input"] != LUCK_NAME)].sort_values("value", ascending=False, kind="stable")
    names = [*order["input"].head(MOST), LUCK_NAME]
    titles = rows.drop_duplicates("input").set_index("input")["title"]
    labels = [wrapped(titles[name], 40) for name in names]
    picture = canvas(1.9 + 0.34 * len(names))
    indices = [leading, *(index for index in rows["index"].unique() if index != leading)]
    for axes, index in zip(picture.subplots(1, 2, sharey=True), indices, strict=True):
        _panel(axes, rows[rows["index"] == index].set_index("input").loc[names], outcome)
        axes.set_title(sentence(NAMES[index]))
        axes.set_yticks(range(len(names)), labels)
    left = max(len(order) - MOST, 0)
    blocks = rows[["blocks", "left_out"]].iloc[0]
    thing = "base point" if leading == "ST" else "trajectory"
    lost = f" ({told(blocks['left_out'])} more left out, for a run is missing)" if blocks["left_out"] else ""
    more = f" {counted(left, 'input')} of less effect not shown." if left else ""
    footer = (
        f"{counted(blocks['blocks'], thing)}{lost}. Lines: intervals over points that hold together for all inputs (95%). Grey: "
        "up to luck's own index and the high end of its interval; an input that does nothing but deal all chances anew has it "
        f"as well. Filled: the interval lies beyond.{more}"
    )
    dress(picture, [finding(rows, outcome, scenario, of)], footer, rows)
    return picture


def finding(rows: pd.DataFrame, outcome: str, scenario: str, of: str) -> str:
    """What an outcome, or what a policy changes in it, hangs on beyond luck; ``rows``: of one outcome, scenario and kind."""
    leading = rows[rows["index"] == LEADING[rows["index"].iloc[0]]].sort_values("value", ascending=False, kind="stable")
    subject = _subject(outcome, scenario, of)
    above = [f'"{title}"' for title in leading.loc[leading["verdict"] == ABOVE, "title"]]
    others = int((~leading["verdict"].isin([ABOVE, FLOOR])).sum())
    if not above:
        return f"{subject} hangs on no input more than on luck."
    rest = f"; {told(others, 'other input')} may matter no more than luck" if others else ""
    return f"{subject} hangs most on {some(above, 3)}{rest}."


def _subject(outcome: str, scenario: str, of: str) -> str:
    name, what = words.plain(scenario), words.label(outcome)
    return f"{what} ({name})" if of == "outcome" else f"What {name} changes in {what.lower()}"


def _rows(table: pd.DataFrame, outcome: str, scenario: str, of: str) -> pd.DataFrame:
    rows = table[(table["outcome"] == outcome) & (table["scenario"] == scenario) & (table["of"] == of)]
    if rows.empty:
        raise StudyError(f"There are no indices for the {of} {outcome} of {scenario}.")
    if (rows["verdict"] == CONSTANT).all():
        raise StudyError(f"{words.label(outcome)} ({of}) of {scenario} does not vary between worlds; there is nothing to draw.")
    return rows.reset_index(drop=True)


def _panel(axes: Axes, part: pd.DataFrame, outcome: str) -> None:
    """A line an input, luck last."""
    floor = part["floor"].iloc[0]
    axes.axvspan(0, floor if np.isfinite(floor) else part.loc[LUCK_NAME, "value"], color=FLOOR_COLOUR, linewidth=0, zorder=0)
    axes.axvline(0, color=BLACK, linewidth=0.8)
    for y, (name, row) in enumerate(part.iterrows()):
        colour = GREY if name == LUCK_NAME else BLUE
        if np.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.5, solid_capstyle="butt")
        face = colour if row["verdict"] == ABOVE else "white"
        axes.plot(row["value"], y, "s" if name == LUCK_NAME else "o", color=colour, markerfacecolor=face, markersize=5)
    row_axis(axes, len(part))
    axes.axhline(len(part) - 1.5, color=GREY, linewidth=0.6)
    is_share = part["index"].iloc[0] in ("S1", "ST")
    unit = "share of variance" if is_share else f"for the whole range of an input, {words.UNITS[outcome]}"
    axes.set_xlabel(textwrap.fill(unit, 50))
    number_axis(axes, "x")


@styled
def draw_convergence(table: pd.DataFrame, outcome: str, scenario: str, of: str = "outcome") -> Picture:
    """The leading index of the largest inputs, and of luck, as points of the design are added.

    ``table``: of :func:`~partnersim.analysis.sensitivity.convergence`. Raises
    :class:`~partnersim.study.files.StudyError` as :func:`draw_sensitivity` does.
    """
    rows = _rows(table, outcome, scenario, of)
    leading = LEADING[rows["index"].iloc[0]]
    rows = rows[rows["index"] == leading]
    last = rows[rows["drawn"] == rows["drawn"].max()].set_index("input")
    names = [*last.drop(LUCK_NAME).sort_values("value", ascending=False, kind="stable").index[:LINES], LUCK_NAME]
    looks = [*map(scenario_look, range(len(names) - 1)), REFERENCE]
    picture = canvas(4.2)
    axes = picture.subplots()
    sizes = np.sort(rows["drawn"].unique())
    for i, (name, look) in enumerate(zip(names, looks, strict=True)):
        part = rows[rows["input"] == name].sort_values("drawn")
        x = np.searchsorted(sizes, part["drawn"]) + 0.08 * (i - (len(names) - 1) / 2)
        line: dict[str, Any] = {"color": look.colour, "linestyle": look.dash, "marker": look.shape, "markersize": 4.5}
        axes.plot(x, part["value"], label=textwrap.fill(last.loc[name, "title"], 32), **line)
        axes.vlines(x, part["low"], part["high"], color=look.colour, linewidth=1)
    axes.axhline(0, color=BLACK, linewidth=0.8)
    thing = "base points" if leading == "ST" else "trajectories"
    axes.set_xticks(range(len(sizes)), [words.number(size) for size in sizes])
    axes.set_xlabel(f"{thing} used")
    unit = "share of variance" if leading == "ST" else words.UNITS[outcome]
    axes.set_ylabel(textwrap.fill(f"{NAMES[leading]}, {unit}", 50))
    number_axis(axes, "y")
    footer = (
        f"{_subject(outcome, scenario, of)}: the {told(len(names) - 1, 'largest input')}. "
        "Bars: intervals over points that hold together for all inputs (95%)."
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), borderaxespad=0, labelspacing=0.9, handlelength=3.2)
    dress(picture, [settled(rows, thing)], footer, rows)
    return picture


def settled(rows: pd.DataFrame, thing: str) -> str:
    """Whether the last doubling of the design moved an index by more than its interval; ``rows``: of one index."""
    sizes = np.sort(rows["drawn"].unique())
    if len(sizes) < 2:
        return f"With {sizes[-1]} {thing} there is no telling whether indices have settled."
    before, after = (rows[rows["drawn"] == size].set_index("input") for size in sizes[-2:])
    moved, half = (after["value"] - before["value"]).abs(), (after["high"] - after["low"]) / 2
    steps = f"From {words.number(sizes[-2])} to {words.number(sizes[-1])} {thing}"
    if (moved > half).any():
        name = moved[moved > half].idxmax()
        return f'{steps} "{after.loc[name, "title"]}" moved by {words.number(moved[name])}, more than its interval: take more.'
    widest = f"; the widest interval is \N{PLUS-MINUS SIGN}{words.number(half.max())}" if half.notna().any() else ""
    return f"{steps} no index moved by more than {words.number(moved.max())}{widest}."
