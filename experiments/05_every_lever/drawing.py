"""The two figures, drawn from the tables alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from common import HEADLINES, LEVERS, RANKED, Tables
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from telling import effects_findings, places_findings, ranked

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
    styled,
)
from partnersim.study.words import BETTER, label, verdict

GOOD, BAD, UNCLEAR = Look(BLUE, "o"), Look(VERMILLION, "s"), Look(GREY, "o")
MOST = 100.0
"""Percent at which an axis of effects ends; what lies beyond is drawn at its edge with its number."""


def _look(outcome: str, low: float, high: float) -> Look:
    word = verdict(low, high)
    if word not in ("lower", "higher"):
        return UNCLEAR
    return GOOD if word == BETTER[outcome] else BAD


def _rows(axes: Axes, names: list[str], first: bool) -> None:
    texts = [f"{LEVERS[name].id} {name.replace('_', ' ')}" for name in names]
    axes.set_yticks(range(len(names)), texts if first else [""] * len(names))
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    for y in range(0, len(names), 2):
        axes.axhspan(y - 0.5, y + 0.5, color="#F2F2F2", linewidth=0, zorder=0)


@styled
def effects(tables: Tables, footer: str) -> Picture:
    """What each lever changes in the headline outcomes, in percent of baseline, and what is spent on it."""
    names = list(LEVERS)
    picture = canvas(8.6)
    panels = picture.subplots(1, 4, width_ratios=(1, 1, 1, 0.75))
    table = tables["effects"].set_index(["lever", "outcome"])
    for axes, outcome in zip(panels, HEADLINES, strict=False):
        _rows(axes, names, outcome == HEADLINES[0])
        for y, name in enumerate(names):
            row = table.loc[(name, outcome)]
            value, low, high = (100 * row[k] / row["baseline"] for k in ("difference", "low", "high"))
            look = _look(outcome, low, high)
            hollow = look is UNCLEAR
            ends = np.clip((low, high), -MOST, MOST)
            axes.plot(ends, [y, y], color=look.colour, linewidth=1.4, solid_capstyle="butt")
            if value > MOST:
                text = f"{value:+,.0f} \N{RIGHTWARDS ARROW}"
                box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
                axes.text(MOST, y, text, ha="right", va="center", fontsize=7.5, color=look.colour, bbox=box)
            else:
                axes.plot(
                    value, y, look.shape, color=look.colour, markersize=4.5, markerfacecolor="white" if hollow else look.colour
                )
        axes.axvline(0, color=BLACK, linewidth=0.9)
        number_axis(axes, "x", 4)
        axes.set_title(label(outcome))
        axes.set_xlabel("% of baseline")
    spent = tables["spent"].set_index("lever")["spent"]
    axes = panels[-1]
    _rows(axes, names, False)
    for y, name in enumerate(names):
        if name in RANKED:
            axes.plot([0.1, spent[name]], [y, y], color=GREY, linewidth=1.0)
            axes.plot(spent[name], y, "D", color=BLACK, markersize=4)
    axes.set_xscale("log")
    axes.set_xlim(0.3, 30_000)
    axes.xaxis.set_major_locator(FixedLocator((1, 100, 10_000)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.grid(axis="x")
    axes.set_title("Spent on it")
    axes.set_xlabel("staff-days a year (log)")
    looks = [("Clearly better", GOOD), ("Clearly worse", BAD), ("Not clear", UNCLEAR)]
    dress(picture, effects_findings(tables), footer, tables["effects"], looks, mark_handle)
    return picture


@styled
def places(tables: Tables, footer: str) -> Picture:
    """Places of levers by effect per staff-day: at the defaults, and their spread over the ranges of what is assumed."""
    picture = canvas(7.6)
    panels = picture.subplots(1, len(HEADLINES))
    table, best = tables["places"].set_index(["lever", "outcome"]), default_places(tables)
    for axes, outcome in zip(panels, HEADLINES, strict=True):
        names = list(best.xs(outcome, level="outcome").sort_values().index)
        texts = [f"{LEVERS[name].id} {name.replace('_', ' ')}" for name in names]
        for y, name in enumerate(names):
            row = table.loc[(name, outcome)]
            axes.plot([row["place_per_day_min"], row["place_per_day_max"]], [y, y], color=BLUE, linewidth=1.6, alpha=0.5)
            axes.plot(row["place_per_day_median"], y, "|", color=BLUE, markersize=8, markeredgewidth=1.6)
            axes.plot(best[name, outcome], y, "o", color=BLACK, markersize=4)
        axes.set_yticks(range(len(names)), texts, fontsize=6)
        axes.tick_params(axis="y", length=0, pad=1)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(0, len(names) + 1)
        number_axis(axes, "x", 4)
        axes.set_title(label(outcome), loc="right")
        axes.set_xlabel("place (1: best)")
    looks = [("At the defaults", Look(BLACK, "o")), ("Over the ranges: median and ends", Look(BLUE, "|"))]
    dress(picture, places_findings(tables), footer, tables["places"], looks, mark_handle)
    return picture


def default_places(tables: Tables) -> pd.Series:
    """Place of each lever by outcome at the defaults."""
    return ranked(tables).set_index(["lever", "outcome"])["place"]


DRAWINGS = {"effects": effects, "places": places}
