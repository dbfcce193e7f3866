"""What it would be worth to find out: the most valuable uncertainties against noise and against perfect information."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd

from partnersim.analysis.crossed import WEIGHTED
from partnersim.analysis.information import WORTH
from partnersim.english import counted, some, told
from partnersim.figures.robustness import RESAMPLED
from partnersim.figures.style import (
    BLUE,
    GREY,
    TEXT,
    VERMILLION,
    Look,
    Picture,
    canvas,
    dress,
    line_handle,
    number_axis,
    row_axis,
    styled,
    wrapped,
)
from partnersim.study import words
from partnersim.study.paired import LEVEL

MOST = 12
"""Uncertainties shown."""
FAR = 1.6
"""Perfect information farther out than this many times the rest is told at the edge."""
VALUE = Look(BLUE, "o")
FLOOR = Look(GREY, "", (0, (4, 2)))
PERFECT = Look(VERMILLION, "", (0, (1, 1)))


@styled
def draw_information(table: pd.DataFrame, perfect: pd.DataFrame, outcome: str, described: str) -> Picture:
    """The first uncertainties of one outcome; ``table`` and ``perfect``: of :mod:`partnersim.analysis.information`."""
    rows = table[table["outcome"] == outcome]
    all_of_it = perfect[perfect["outcome"] == outcome].iloc[0]
    shown = rows.head(MOST)
    picture = canvas(1.7 + 0.36 * len(shown))
    axes = picture.subplots()
    y = np.arange(len(shown))
    clear = (shown["verdict"] == WORTH).to_numpy()
    axes.hlines(y, shown["low"], shown["high"], color=VALUE.colour, linewidth=1.4)
    for where, face in ((clear, VALUE.colour), (~clear, "white")):
        axes.plot(shown["value"][where], y[where], VALUE.shape, color=VALUE.colour, markerfacecolor=face, markersize=5)
    floor, evpi = shown["floor"].iloc[0], all_of_it["value"]
    end = 1.08 * max(shown["high"].max(), floor) or 1.0
    axes.axvline(floor, color=FLOOR.colour, linestyle=FLOOR.dash, linewidth=1.3)
    is_far = evpi > FAR * end
    if not is_far:
        end = max(end, 1.08 * evpi)
        axes.axvline(evpi, color=PERFECT.colour, linestyle=PERFECT.dash, linewidth=1.8)
    axes.set_xlim(0, end)
    axes.set_yticks(y, [wrapped(title, 52) for title in shown["title"]], fontsize=TEXT - 1.5)
    row_axis(axes, len(shown))
    axes.set_xlabel(textwrap.fill(f"value of knowing it before choosing, {shown['unit'].iloc[0]}", 70))
    number_axis(axes, "x", 5)
    beyond = f" Beyond the axis: to know the world, {words.number(evpi)}." if is_far else ""
    footer = (
        f"{described} {RESAMPLED} Noise: what the largest of "
        f"{counted(len(rows), 'meaningless input')} exceeds in {1 - LEVEL:.0%} of deals; filled: above it.{beyond}"
    )
    looks = [
        ("Value of one uncertainty", VALUE),
        ("Noise", FLOOR),
        *([] if is_far else [("Value of knowing the world", PERFECT)]),
    ]
    dress(picture, [information_finding(rows, all_of_it)], footer, rows.reset_index(drop=True), looks, line_handle)
    return picture


def information_finding(rows: pd.DataFrame, perfect: pd.Series) -> str:
    """What should be found out first in one outcome; ``perfect``: its row of perfect information."""
    outcome = perfect["outcome"]
    head = "Weighted outcomes" if outcome == WEIGHTED else words.label(outcome)
    clear = rows.loc[rows["verdict"] == WORTH, "title"].tolist()
    size, low, high = words.rounded(perfect[["value", "low", "high"]].tolist(), (perfect["high"] - perfect["low"]) / 2)
    worth = f"To know the world before choosing is worth {size} {perfect['unit']} ({low} to {high})"
    if perfect["low"] <= 0:
        worth = (
            f"{worth}, which may be nothing: {words.named(perfect['choice'])} is the choice"
            if perfect["raw"] > 0
            else f"{words.named(perfect['choice'])} is best in every world"
        )
    count = f"of {counted(len(rows), 'uncertainty')}"
    if not clear:
        return f"{head}: {count} none can be told from noise. {worth}."
    names = some([f"“{title}”" for title in clear], 2)
    return f"{head}: {count} {told(len(clear))} {'is' if len(clear) == 1 else 'are'} worth finding out, first {names}. {worth}."
