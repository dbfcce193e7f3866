"""How much of what all levers do together is owed to each: bars of shares, a panel an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from partnersim.analysis.shapley import ALL
from partnersim.figures.forest import beside, best_first, in_short, judged, percent, percents, under
from partnersim.figures.style import (
    BLACK,
    GREY,
    Look,
    Picture,
    canvas,
    dress,
    mark_handle,
    number_axis,
    row_axis,
    say,
    sentences,
    styled,
)
from partnersim.languages.speaking import commas
from partnersim.study import words
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

TOGETHER = {words.UNCLEAR: "unclear", words.NONE: "same", words.TOO_FEW: "few"}
ALONE, LAST = Look(BLACK, "<"), Look(BLACK, ">")


@styled
def draw_shapley(table: pd.DataFrame, labels: Mapping[str, str], where: str = "") -> Picture:
    """Shares with intervals, and what each lever does alone and as the last; the bars of a panel add up to its last row.

    ``table``: of :func:`partnersim.analysis.shapley.shapley`; other arguments as those of
    :func:`partnersim.figures.effects.draw_effects`.
    """
    data = table.copy()
    base = data["reference_mean"].abs().replace(0.0, np.nan)
    data["alone_percent"], data["last_percent"] = 100 * data["alone"] / base, 100 * data["last"] / base
    outcomes = dict(iter(data.groupby("outcome", sort=False)))
    order = [*best_first(data[data["lever"] != ALL], "lever", "share"), ALL]
    findings = [_finding(outcome, rows, labels) for outcome, rows in outcomes.items()]
    picture = canvas(1.75 + 0.3 * len(order), findings)
    panels = picture.subplots(1, len(outcomes), sharey=True, squeeze=False)[0]
    for axes, (outcome, rows) in zip(panels, outcomes.items(), strict=True):
        part = rows.set_index("lever").loc[order]
        _bars(axes, part, outcome)
        axes.set_title(words.label(outcome))
        axes.set_xlabel(under(say("shapley.axis"), part, len(outcomes)))
    panels[0].set_yticks(range(len(order)), [*beside(labels, order[:-1]), say("shapley.all")])
    panels[0].get_yticklabels()[-1].set_fontweight("bold")
    footer = sentences(where, say("shapley.footer", level=f"{LEVEL:.0%}"))
    dress(picture, findings, footer, data, [(say("shapley.alone"), ALONE), (say("shapley.last"), LAST)], mark_handle)
    return picture


def _bars(axes: Axes, part: pd.DataFrame, outcome: str) -> None:
    """Bars with intervals, and marks for alone and last."""
    for y, (name, row) in enumerate(part.iterrows()):
        look, clear = judged(outcome, row["verdict"]), row["verdict"] in words.CLEAR
        face = look.colour if clear else "white"
        axes.barh(y, row["percent"], height=0.62, color=face, edgecolor=look.colour, linewidth=1)
        axes.plot([row["percent_low"], row["percent_high"]], [y, y], color=BLACK if clear else GREY, linewidth=1.4)
        if name != ALL:
            for value, mark in ((row["alone_percent"], ALONE), (row["last_percent"], LAST)):
                axes.plot(value, y, marker=mark.shape, markersize=5, color=mark.colour, markerfacecolor="white", linestyle="")
    axes.axvline(0, color=BLACK, linewidth=1)
    axes.axhline(len(part) - 1.5, color=GREY, linewidth=0.8)
    row_axis(axes, len(part))
    number_axis(axes, "x")


def _finding(outcome: str, rows: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """What all levers do together, and the largest clear share."""
    name, said = words.label(outcome), in_short(labels)
    rows = rows.set_index("lever")
    total, shares = rows.loc[ALL], rows.drop(index=ALL)
    clear = shares[shares["verdict"].isin(words.CLEAR)].sort_values("share", key=abs, ascending=False, kind="stable")
    if total["verdict"] in words.CLEAR:
        together = say("shapley.clear", outcome=name, percents=percents(total))
    else:
        together = say(f"shapley.{TOGETHER[total['verdict']]}", outcome=name)
    if clear.empty:
        return say("shapley.no_share", together=together)
    most = [say("shapley.share", lever=said(str(lever)), percent=percent(row)) for lever, row in clear[:3].iterrows()]
    return say("shapley.shares", n=len(clear), together=together, shares=commas(most))
