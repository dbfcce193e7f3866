"""Parts of forest plots: rows of differences in percent with their intervals."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from partnersim.figures.lettering import fill
from partnersim.figures.style import (
    BLACK,
    BLUE,
    GREY,
    VERMILLION,
    Look,
    Picture,
    canvas,
    dress,
    mark_handle,
    number_axis,
    row_axis,
    say,
    short,
)
from partnersim.languages.names import names
from partnersim.languages.speaking import some
from partnersim.study import words

BETTER, WORSE, UNCLEAR = Look(BLUE, "o"), Look(VERMILLION, "s"), Look(GREY, "o")
LABEL = 42
"""Signs of a lever's label beside its row."""


def key() -> list[tuple[str, Look]]:
    """Legend of forest plots."""
    return [(say("forest.better"), BETTER), (say("forest.worse"), WORSE)]


def forest(
    data: pd.DataFrame, by: str, order: Sequence[str], labels: Mapping[str, str], axis: str, footer: str, base: str
) -> Picture:
    """A panel an outcome, a row for each name in ``order`` with its difference in percent.

    ``data``: ``outcome``, names (column ``by``), the mean that is 100 percent (column ``base``), and what :func:`mark` needs.
    ``labels``: by name, the first word of each telling it from the others. ``axis``: what a panel shows.
    """
    said = in_short(labels)
    outcomes = dict(iter(data.groupby("outcome", sort=False)))

    def named(row: pd.Series) -> str:
        return say("forest.named", name=said(row[by]), percent=percent(row))

    findings = [clear_ones(name, rows, named) for name, rows in outcomes.items()]
    picture = canvas(1.65 + 0.21 * len(order), findings)
    panels = picture.subplots(1, len(outcomes), sharey=True, squeeze=False)[0]
    for axes, (outcome, rows) in zip(panels, outcomes.items(), strict=True):
        part = rows.set_index(by).loc[list(order)]
        panel(axes, part, beside(labels, order))
        axes.set_title(words.label(outcome))
        axes.set_xlabel(under(axis, part, len(outcomes), base))
    dress(picture, findings, footer, data, key(), mark_handle)
    return picture


def panel(axes: Axes, part: pd.DataFrame, names: Sequence[str]) -> None:
    """A row for each of ``part``, in its order."""
    frame(axes, part, len(part), held=part["verdict"].isin(words.CLEAR).to_numpy())
    for y, (_, row) in enumerate(part.iterrows()):
        mark(axes, row, y, judged(row["outcome"], row["verdict"]))
    axes.set_yticks(range(len(part)), names)


def under(axis: str, part: pd.DataFrame, panels: int, base: str = "reference_mean") -> str:
    """What stands under one of several panels: the quantity, and the mean that is 100 percent with its unit."""
    unit = names().unit(part["unit"].iloc[0])
    return fill(say("forest.under", axis=axis, number=words.number(part[base].iloc[0]), unit=unit), 96 // panels - 4)


def judged(outcome: str, verdict: str) -> Look:
    """Blue dots for clearly better, vermillion squares for clearly worse, grey for others."""
    if verdict not in words.CLEAR:
        return UNCLEAR
    return BETTER if words.BETTER.get(outcome, "none") in (verdict, "none") else WORSE


def clear_ones(outcome: str, rows: pd.DataFrame, named: Callable[[pd.Series], str]) -> str:
    """Which rows clearly differ in an outcome, the largest difference first, in a sentence.

    ``rows``: with ``difference, verdict``; ``named`` says how a row is called.
    """
    parts = []
    for verdict in words.CLEAR:
        clear = rows[rows["verdict"] == verdict].sort_values("difference", key=abs, ascending=False)
        if len(clear):
            parts.append(say(f"forest.{verdict}", names=some([named(row) for _, row in clear.iterrows()], 3)))
    said = say("word.semicolon").join(parts) or say("forest.none")
    return say("forest.finding", outcome=words.label(outcome), said=said)


def in_short(labels: Mapping[str, str]) -> Callable[[str], str]:
    """What a name is called in a title: the id that its label begins with, such as L18, or else the whole label."""

    def said(name: str) -> str:
        label = labels.get(name, name)
        first, _, _ = label.partition(" ")
        return first if re.fullmatch(r"[A-Z]+\d+", first) else label

    return said


def beside(labels: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """What stands beside the rows of these names."""
    return [short(labels.get(name, name), LABEL) for name in names]


def best_first(data: pd.DataFrame, by: str, value: str) -> list[str]:
    """Names (column ``by``) in the order of their ``value`` in the first outcome, the best on top."""
    outcome = data["outcome"].iloc[0]
    leading = data[data["outcome"] == outcome]
    return list(leading.sort_values(value, ascending=words.BETTER.get(outcome) != "higher", kind="stable")[by])


def percent(row: pd.Series) -> str:
    """A row's percent with its sign."""
    return f"{words.number(row['percent'], signed=True)}%"


def percents(row: pd.Series) -> str:
    """A row's percent with its interval: ``-10.8% (-14.5 to -7.1)``."""
    return told(row["percent"], row["percent_low"], row["percent_high"], "%")


def told(value: float, low: float, high: float, unit: str) -> str:
    """A difference with its interval and unit, for a title: ``+653 (634 to 672) staff-days a year``."""
    size, between = words.measured(value, low, high)
    ends = between.strip("[]").split(", ")
    told = say("forest.ends", low=ends[0], high=ends[1]) if len(ends) == 2 else between
    return say("forest.percent", size=size, ends=told) if unit == "%" else say("forest.amount", size=size, ends=told, unit=unit)


def frame(axes: Axes, part: pd.DataFrame, n: int, held: np.ndarray) -> None:
    """Axis ends, zero line, ``n`` striped rows. ``part``: rows with ``percent, percent_low, percent_high``; ``held``: which of
    them the axis must hold in any case."""
    axes.set_xlim(*_limits(part, held))
    axes.axvline(0, color=BLACK, linewidth=1)
    row_axis(axes, n, is_striped=True)
    number_axis(axes, "x", 7 if n > 3 else 5)


def _limits(part: pd.DataFrame, held: np.ndarray) -> tuple[float, float]:
    """Axis ends that hold every ordinary interval and zero; a few parts far beyond are shown by arrows."""
    ends = part[["percent", "percent_low", "percent_high"]].to_numpy()
    reach = np.abs(np.where(np.isfinite(ends), ends, 0.0)).max(axis=1)
    known = reach[reach > 0]
    cap = max(8 * np.median(known), 1.3 * reach[held].max(initial=0.0)) if len(known) else 1.0
    low, high = max(np.nanmin(ends, initial=0.0), -cap), min(np.nanmax(ends, initial=0.0), cap)
    room = 0.08 * max(high - low, 0.1)
    return low - room, high + room


def mark(axes: Axes, row: pd.Series, y: float, look: Look) -> None:
    """One difference: mark and interval, an arrow where it lies beyond the axis, words where there is no percent.

    ``row``: also with ``difference, low, high, unit, verdict``.
    """
    value, low, high = row["percent"], row["percent_low"], row["percent_high"]
    left, right = axes.get_xlim()
    if math.isnan(value):
        if row["difference"]:
            size, ends = words.measured(row["difference"], row["low"], row["high"])
            text = f"{size} {names().unit(row['unit'])} {ends}" if math.isfinite(row["difference"]) else size
            axes.annotate(text, (0, y), (5, 0), textcoords="offset points", va="center", fontsize=6.5, color=look.colour)
        return
    if left < value < right:
        clear = row["verdict"] in words.CLEAR
        if not math.isnan(low):
            axes.plot([low, high], [y, y], color=look.colour, linewidth=1.4, solid_capstyle="butt")
        face = look.colour if clear else "white"
        axes.plot(value, y, marker=look.shape, markersize=4.6, color=look.colour, markerfacecolor=face, linestyle="")
        return
    is_high = value >= right
    edge, side = (right, -1) if is_high else (left, 1)
    axes.plot(edge + side * 0.01 * (right - left), y, marker=">" if is_high else "<", color=look.colour, markersize=4.6)
    place: dict[str, Any] = {"textcoords": "offset points", "va": "center", "ha": "right" if is_high else "left", "fontsize": 6.5}
    axes.annotate(percent(row), (edge, y), (side * 9, 0), color=look.colour, **place)
