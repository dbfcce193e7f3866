"""A pattern against its target: the range shaded, the model with its interval; a strip a check."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from partnersim.figures.style import BLUE, GREEN, GREY, TEXT, VERMILLION, Picture, canvas, dress, number_axis, styled
from partnersim.study.paired import LEVEL
from partnersim.validation.targets import Pattern
from partnersim.validation.telling import judged, measured
from partnersim.validation.validate import summary
from partnersim.validation.verdicts import ABSENT, MET, MISSED

MARKS = {MET: ("o", GREEN), MISSED: ("X", VERMILLION), ABSENT: ("_", GREY)}
UNCLEAR = "not clear"
"""Begins the reading of a check whose interval reaches over an end of the range: its mark is hollow."""
RANGE = "#CFE8D8"
MARGIN = 0.15
"""Room left and right of what a strip shows, as a share of it."""


@styled
def draw_pattern(pattern: Pattern, checks: pd.DataFrame, footer: str) -> Picture:
    """One pattern: ``checks`` are its rows of the table of checks."""
    rows = checks[checks["pattern"] == pattern.id]
    verdict = summary({pattern.id: pattern}, rows)["verdict"].iloc[0]
    picture = canvas(0.75 + 0.68 * len(rows))
    panels = picture.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axes, (_, row) in zip(panels, rows.iterrows(), strict=True):
        _strip(axes, row)
    finding = f"{pattern.id} {pattern.title}: {verdict} ({pattern.label})"
    dress(picture, [finding], footer, rows.drop(columns="source").reset_index(drop=True))
    return picture


def _strip(axes: Axes, row: pd.Series) -> None:
    """The range of a check and the model's interval on an axis of their own."""
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-1, 1)
    unit = "" if row["unit"] in ("share", "ratio") else f", {row['unit']}"
    axes.set_title(textwrap.shorten(f"{row['says']}{unit}", 96, placeholder="…"), fontweight="normal", pad=2)
    if row["verdict"] == ABSENT:
        axes.text(0, 0, textwrap.fill(judged(row), 110), va="center", color=GREY, transform=axes.get_yaxis_transform())
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        return
    shown = [x for x in (row["value"], row["low"], row["high"], row["least"], row["most"]) if math.isfinite(x)]
    width = max(max(shown) - min(shown), 1e-9)
    left, right = min(shown) - MARGIN * width, max(shown) + MARGIN * width
    axes.set_xlim(left, right)
    axes.axvspan(max(row["least"], left), min(row["most"], right), color=RANGE, linewidth=0)
    axes.plot([row["low"], row["high"]], [0, 0], color=BLUE, linewidth=2, solid_capstyle="butt")
    shape, colour = MARKS[row["verdict"]]
    axes.plot(row["value"], 0, shape, color=colour, markersize=6)
    axes.text(
        1.0, 1.05, f"{measured(row)}: {row['verdict']}", transform=axes.transAxes, ha="right", va="bottom", fontsize=TEXT - 1
    )
    number_axis(axes, "x", bins=7)


def _mark(axes: Axes, x: float, y: float, row: pd.Series) -> None:
    shape, colour = MARKS[row["verdict"]]
    fill = "white" if row["reading"].startswith(UNCLEAR) else colour
    axes.plot(x, y, shape, color=colour, markerfacecolor=fill, markersize=6, markeredgewidth=1.2)


@styled
def draw_overview(patterns: Mapping[str, Pattern], checks: pd.DataFrame, findings: Sequence[str]) -> Picture:
    """Every pattern and tension with a mark a check: met, missed, or not in the model."""
    columns = [[p for p in patterns.values() if p.id[0] == letter] for letter in "VT"]
    picture = canvas(1.5 + 0.22 * max(map(len, columns)))
    for axes, column in zip(picture.subplots(1, 2), columns, strict=True):
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(max(len(c) for c in columns) - 0.4, -0.6)
        for y, pattern in enumerate(column):
            for k, (_, row) in enumerate(checks[checks["pattern"] == pattern.id].iterrows()):
                _mark(axes, 0.02 + 0.035 * k, y, row)
            emerged = "" if pattern.label == "emerged" else " *"
            title = textwrap.shorten(f"{pattern.id} {pattern.title}", 58, placeholder="…")
            axes.text(0.21, y, title + emerged, va="center", fontsize=TEXT - 2)
    key = (
        "A mark a check. Green circle: met; red cross: missed, hollow where the interval reaches over an end of the range; grey "
        "line: not in the model. * input reproduced or definition, no evidence for the model."
    )
    dress(picture, findings, key, summary(patterns, checks))
    return picture


def footer(seeds: int) -> str:
    """Runs and intervals of a figure, in words."""
    return (
        f"Shaded: the range known. Line: {LEVEL:.0%} interval of the model, simultaneous over the checks of a pattern; {seeds} "
        "seeds, more for V11 to V13. Met where the whole line lies in the range."
    )
