"""What matters: indices of inputs against the floor that luck sets, and how they settle as points are added."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from partnersim.analysis.sensitivity import ABOVE, CONSTANT, FLOOR, LUCK_NAME
from partnersim.english import sentence
from partnersim.figures.lettering import fill
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
    say,
    scenario_look,
    sentences,
    styled,
    wrapped,
)
from partnersim.languages.names import names
from partnersim.languages.speaking import some, told
from partnersim.study import words
from partnersim.study.files import StudyError

MOST = 12
"""Inputs shown, the largest first."""
LINES = 5
"""Inputs of which it is shown how they settle."""
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
    shown = [*order["input"].head(MOST), LUCK_NAME]
    titles = rows.drop_duplicates("input").set_index("input")["title"]
    labels = [wrapped(titles[name], 40) for name in shown]
    picture = canvas(1.9 + 0.34 * len(shown))
    indices = [leading, *(index for index in rows["index"].unique() if index != leading)]
    for axes, index in zip(picture.subplots(1, 2, sharey=True), indices, strict=True):
        _panel(axes, rows[rows["index"] == index].set_index("input").loc[shown], outcome)
        axes.set_title(sentence(say(f"sensitivity.{index}")))
        axes.set_yticks(range(len(shown)), labels)
    left = max(len(order) - MOST, 0)
    blocks = rows[["blocks", "left_out"]].iloc[0]
    used = say(f"sensitivity.{_things(leading)}", n=blocks["blocks"])
    lost = {"n": told(blocks["left_out"])} if blocks["left_out"] else {}
    counted = say("sensitivity.lost" if lost else "sensitivity.blocks", blocks=used, **lost)
    footer = sentences(counted, say("sensitivity.footer"), say("sensitivity.more", n=left) if left else "")
    dress(picture, [finding(rows, outcome, scenario, of)], footer, rows)
    return picture


def finding(rows: pd.DataFrame, outcome: str, scenario: str, of: str) -> str:
    """What an outcome, or what a policy changes in it, hangs on beyond luck; ``rows``: of one outcome, scenario and kind."""
    leading = rows[rows["index"] == LEADING[rows["index"].iloc[0]]].sort_values("value", ascending=False, kind="stable")
    subject = _subject(outcome, scenario, of)
    above = [say("sensitivity.quoted", title=title) for title in leading.loc[leading["verdict"] == ABOVE, "title"]]
    others = int((~leading["verdict"].isin([ABOVE, FLOOR])).sum())
    if not above:
        return say("sensitivity.nothing", subject=subject)
    if not others:
        return say("sensitivity.most", subject=subject, inputs=some(above, 3))
    return say("sensitivity.most_but", n=others, told=told(others), subject=subject, inputs=some(above, 3))


def _subject(outcome: str, scenario: str, of: str) -> str:
    name, what = words.plain(scenario), words.label(outcome)
    if of == "outcome":
        return say("sensitivity.subject", outcome=what, scenario=name)
    return say("sensitivity.change", outcome=what.lower(), scenario=name)


def _things(leading: str) -> str:
    """What a design is made of, by the index that leads."""
    return "points" if leading == "ST" else "trajectories"


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
    unit = say("sensitivity.share") if is_share else say("sensitivity.effect", unit=names().unit(words.UNITS[outcome]))
    axes.set_xlabel(fill(unit, 50))
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
    shown = [*last.drop(LUCK_NAME).sort_values("value", ascending=False, kind="stable").index[:LINES], LUCK_NAME]
    looks = [*map(scenario_look, range(len(shown) - 1)), REFERENCE]
    picture = canvas(4.2)
    axes = picture.subplots()
    sizes = np.sort(rows["drawn"].unique())
    for i, (name, look) in enumerate(zip(shown, looks, strict=True)):
        part = rows[rows["input"] == name].sort_values("drawn")
        x = np.searchsorted(sizes, part["drawn"]) + 0.08 * (i - (len(shown) - 1) / 2)
        line: dict[str, Any] = {"color": look.colour, "linestyle": look.dash, "marker": look.shape, "markersize": 4.5}
        axes.plot(x, part["value"], label=fill(last.loc[name, "title"], 32), **line)
        axes.vlines(x, part["low"], part["high"], color=look.colour, linewidth=1)
    axes.axhline(0, color=BLACK, linewidth=0.8)
    things = _things(leading)
    axes.set_xticks(range(len(sizes)), [words.number(size) for size in sizes])
    axes.set_xlabel(say(f"sensitivity.used_{things}"))
    unit = say("sensitivity.share") if leading == "ST" else names().unit(words.UNITS[outcome])
    axes.set_ylabel(fill(say("sensitivity.axis", index=say(f"sensitivity.{leading}"), unit=unit), 50))
    number_axis(axes, "y")
    largest = {"n": len(shown) - 1, "told": told(len(shown) - 1)}
    footer = sentences(say("sensitivity.largest", subject=_subject(outcome, scenario, of), **largest), say("sensitivity.bars"))
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), borderaxespad=0, labelspacing=0.9, handlelength=3.2)
    dress(picture, [settled(rows, things)], footer, rows)
    return picture


def settled(rows: pd.DataFrame, things: str) -> str:
    """Whether the last doubling of the design moved an index by more than its interval.

    ``rows``: of one index; ``things``: what the design is made of, *points* or *trajectories*.
    """
    sizes = np.sort(rows["drawn"].unique())
    if len(sizes) < 2:
        return say("sensitivity.untold", n=sizes[-1], things=say(f"sensitivity.{things}_named"))
    before, after = (rows[rows["drawn"] == size].set_index("input") for size in sizes[-2:])
    moved, half = (after["value"] - before["value"]).abs(), (after["high"] - after["low"]) / 2
    steps = {"before": words.number(sizes[-2]), "after": words.number(sizes[-1]), "things": say(f"sensitivity.{things}_named")}
    if (moved > half).any():
        name = moved[moved > half].idxmax()
        return say("sensitivity.moved", **steps, title=after.loc[name, "title"], size=words.number(moved[name]))
    if half.notna().any():
        return say("sensitivity.settled_within", **steps, size=words.number(moved.max()), half=words.number(half.max()))
    return say("sensitivity.settled", **steps, size=words.number(moved.max()))
