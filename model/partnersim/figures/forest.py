"""Parts of forest plots: rows of differences in percent with their intervals."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from partnersim.english import some
from partnersim.figures.style import BLACK, BLUE, GREY, VERMILLION, Look, number_axis
from partnersim.study import words

BETTER, WORSE, UNCLEAR = Look(BLUE, "o"), Look(VERMILLION, "s"), Look(GREY, "o")
LABEL = 42
"""Signs of a lever's label beside its row."""
KEY = [("clearly better", BETTER), ("clearly worse", WORSE)]


def judged(outcome: str, verdict: str) -> Look:
    """Blue dots for clearly better, vermillion squares for clearly worse, grey for others."""
    if verdict not in ("lower", "higher"):
        return UNCLEAR
    return BETTER if words.BETTER.get(outcome, "none") in (verdict, "none") else WORSE


def clear_ones(outcome: str, rows: pd.DataFrame, named: Callable[[pd.Series], str]) -> str:
    """Which rows clearly differ in an outcome, the largest difference first, in a sentence.

    ``rows``: with ``difference, verdict``; ``named`` says how a row is called.
    """
    parts = []
    for verdict in ("lower", "higher"):
        clear = rows[rows["verdict"] == verdict].sort_values("difference", key=abs, ascending=False)
        if len(clear):
            parts.append(f"{verdict} with {some([named(row) for _, row in clear.iterrows()], 3)}")
    return f"{words.label(outcome)}: {'; '.join(parts) or 'no clear difference with any'}."


def in_short(labels: Mapping[str, str]) -> Callable[[str], str]:
    """What a name is called in a title: the id that its label begins with, such as L18, or else the whole label."""

    def said(name: str) -> str:
        label = labels.get(name, name)
        first, _, _ = label.partition(" ")
        return first if re.fullmatch(r"[A-Z]+\d+", first) else label

    return said


def percents(row: pd.Series) -> str:
    """A row's percent with its interval: ``-10.8% (-14.5 to -7.1)``."""
    return told(row["percent"], row["percent_low"], row["percent_high"], "%")


def told(value: float, low: float, high: float, unit: str) -> str:
    """A difference with its interval and unit, for a title: ``+653 (634 to 672) staff-days a year``."""
    size, ends = words.measured(value, low, high)
    between = f"({ends.strip('[]').replace(', ', ' to ')})"
    return f"{size}% {between}" if unit == "%" else f"{size} {between} {unit}"


def frame(axes: Axes, part: pd.DataFrame, rows: int, held: np.ndarray) -> None:
    """Axis ends, zero line, striped rows. ``part``: rows with ``percent, percent_low, percent_high``; ``held``: which of
    them the axis must hold in any case."""
    axes.set_xlim(*_limits(part, held))
    axes.set_ylim(rows - 0.4, -0.6)
    axes.axvline(0, color=BLACK, linewidth=1)
    for y in range(1, rows, 2):
        axes.axhspan(y - 0.5, y + 0.5, color="#F4F4F4", zorder=0)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    number_axis(axes, "x", 7 if rows > 3 else 5)


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
