"""What it would be worth to find out: the most valuable uncertainties against noise and against perfect information."""

from __future__ import annotations

import numpy as np
import pandas as pd

from partnersim.analysis.crossed import WEIGHTED
from partnersim.analysis.information import WORTH
from partnersim.figures.lettering import fill
from partnersim.figures.robustness import resampled
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
    say,
    sentences,
    styled,
    wrapped,
)
from partnersim.languages.names import names
from partnersim.languages.speaking import some, told
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
    axes.set_xlabel(fill(say("information.axis", unit=names().unit(shown["unit"].iloc[0])), 70))
    number_axis(axes, "x", 5)
    beyond = say("information.beyond", number=words.number(evpi)) if is_far else ""
    noise = say("information.footer", n=len(rows), share=f"{1 - LEVEL:.0%}")
    footer = sentences(described, resampled(), noise, beyond)
    looks = [(say("information.one"), VALUE), (say("information.noise"), FLOOR)]
    if not is_far:
        looks.append((say("information.world"), PERFECT))
    dress(picture, [information_finding(rows, all_of_it)], footer, rows.reset_index(drop=True), looks, line_handle)
    return picture


def information_finding(rows: pd.DataFrame, perfect: pd.Series) -> str:
    """What should be found out first in one outcome; ``perfect``: its row of perfect information."""
    outcome = perfect["outcome"]
    head = say("information.weighted") if outcome == WEIGHTED else words.label(outcome)
    clear = rows.loc[rows["verdict"] == WORTH, "title"].tolist()
    size, low, high = words.rounded(perfect[["value", "low", "high"]].tolist(), (perfect["high"] - perfect["low"]) / 2)
    amount = {"size": size, "unit": names().unit(perfect["unit"]), "low": low, "high": high}
    policy = words.named(perfect["choice"])
    if perfect["low"] > 0:
        worth = say("information.worth", **amount)
    elif perfect["raw"] > 0:
        worth = say("information.worth_nothing", **amount, policy=policy)
    else:
        worth = say("information.best", policy=policy)
    of = say("information.of", n=len(rows))
    if not clear:
        return sentences(say("information.none", outcome=head, of=of), worth)
    first = some([say("word.quoted", title=title) for title in clear], 2)
    return sentences(say("information.first", n=len(clear), outcome=head, of=of, told=told(len(clear)), names=first), worth)
