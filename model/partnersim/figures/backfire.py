"""Where a policy backfires: how a box was chosen, and which worlds lie in it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from partnersim.analysis.discovery import Backfire, harm_told, told
from partnersim.english import counted, sentence
from partnersim.figures.lettering import wrap
from partnersim.figures.style import (
    BLACK,
    BLUE,
    GREY,
    SCENARIO_COLOURS,
    SHAPES,
    TEXT,
    VERMILLION,
    Look,
    Picture,
    canvas,
    dress,
    mark_handle,
    number_axis,
    say,
    sentences,
    styled,
    wrapped,
)
from partnersim.languages.names import names
from partnersim.study import words
from partnersim.study.files import StudyError
from partnersim.study.resampling import generator

HARMED, OTHER = Look(VERMILLION, "X"), Look(BLUE, "o")
BOX_COLOUR, FULL_COLOUR = "#F6D5C2", "#EEEEEE"
SHOWN = (0.02, 0.98)
"""Quantiles of differences between which worlds are shown where they lie."""
MOST_ROWS = 6
"""Restricted inputs whose ranges are shown."""


@styled
def draw_backfire(found: Backfire, number: int = 1) -> Picture:
    """The trade-off from which box ``number`` was chosen, the box in its two surest inputs, and the range of each input.

    Raises :class:`~partnersim.study.files.StudyError` where that box was not found.
    """
    if not 1 <= number <= len(found.found):
        raise StudyError(f"{counted(len(found.found), 'box')} found for {found.scenario}; there is no box {number} to draw.")
    one, row = found.found[number - 1], found.boxes.iloc[number - 1]
    before = np.zeros(len(found.worlds), dtype=bool)
    for earlier in found.found[: number - 1]:
        before |= earlier.box.holds(found.worlds)
    worlds = found.worlds[~before]
    shown = dict(list(one.box.ends.items())[:MOST_ROWS])
    lines = [wrap(_label(found, name), 110) for name in shown]
    low = 0.45 + sum(0.6 + 0.14 * len(text) for text in lines)
    picture = canvas(4.4 + low)
    grid = picture.add_gridspec(2, 2, height_ratios=[3.3, low])
    _trade_off(picture.add_subplot(grid[0, 0]), one.curve, row)
    _scatter(picture.add_subplot(grid[0, 1]), found, worlds, shown)
    _ranges(picture.add_subplot(grid[1, :]), worlds, shown, lines)
    what = {"outcome": words.label(found.outcome).lower(), "reference": names().short(found.reference) or found.reference}
    by = {"percent": words.number(found.percent)} if found.percent else {}
    lost = {"lost": found.left_out} if found.left_out else {}
    footer = sentences(
        say(f"backfire.{'lost' if lost else 'counted'}", n=len(found.worlds), held=len(found.held_out), **lost),
        say(f"backfire.{'meaning_by' if by else 'meaning'}", **what, **by),
        say("backfire.footer"),
    )
    columns = [*shown, "difference", "is_harmed", "is_held_out"]
    ends = pd.DataFrame([(name, *of) for name, of in one.box.ends.items()], columns=["input", "least", "most"])
    parts = {"trade-off": one.curve, "held out": row.to_frame().T, "box": ends, "worlds": worlds[columns].reset_index()}
    data = pd.concat(parts, names=["panel"]).reset_index("panel").reset_index(drop=True)
    looks = [(say("backfire.harmed"), HARMED), (say("backfire.other"), OTHER)]
    dress(picture, [_finding(found, number)], footer, data, looks, mark_handle)
    return picture


def _finding(found: Backfire, number: int) -> str:
    """The sentence on this box, which claims something of a confirmed one alone."""
    confirmed = found.boxes["is_confirmed"].to_numpy(bool)
    if confirmed[number - 1]:
        return told(found)[int(confirmed[:number].sum()) - 1]
    if not confirmed.any():
        return told(found)[0]
    return say("backfire.unconfirmed", harm=harm_told(found), number=number)


def _label(found: Backfire, name: str) -> str:
    of = found.inputs[name]
    return sentence(
        of.title if of.unit in ("0-1", "share") else say("backfire.label", title=of.title, unit=names().unit(of.unit))
    )


def _trade_off(axes: Axes, curve: pd.DataFrame, row: pd.Series) -> None:
    """Coverage against density: boxes on the way, those cleared of chance by how many inputs they restrict, the chosen one."""
    kinds = dict(iter(curve.groupby("kind")))
    axes.plot(kinds["peeled"]["coverage"], kinds["peeled"]["density"], color="#BBBBBB", linewidth=1, zorder=1)
    for restricted, part in kinds["cleared"].groupby("restricted"):
        colour = GREY if restricted == 0 else SCENARIO_COLOURS[(int(restricted) - 1) % len(SCENARIO_COLOURS)]
        shape = SHAPES[int(restricted) % len(SHAPES)]
        label = say("backfire.inputs", n=int(restricted)) if restricted else say("backfire.no_input")
        look: dict[str, Any] = {"color": colour, "linestyle": "", "clip_on": False, "label": label}
        axes.plot(part["coverage"], part["density"], shape, markersize=4, **look)
    chosen = kinds["chosen"].iloc[0]
    star: dict[str, Any] = {"color": BLACK, "markersize": 12, "linestyle": "", "clip_on": False, "zorder": 3}
    axes.plot(chosen["coverage"], chosen["density"], "*", label=say("backfire.chosen"), **star)
    if row["inside"] and not math.isnan(row["coverage"]):
        x, y = row["coverage"], row["density"]
        axes.plot([row["coverage_low"], row["coverage_high"]], [y, y], color=BLACK, linewidth=1)
        axes.plot([x, x], [row["low"], row["high"]], color=BLACK, linewidth=1)
        axes.plot(x, y, "*", markerfacecolor="white", label=say("backfire.same"), **star)
    axes.axhline(row["base_rate"], color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    place: dict[str, Any] = {"textcoords": "offset points", "fontsize": TEXT - 2, "color": GREY}
    axes.annotate(say("backfire.all"), (0.01, row["base_rate"]), (0, 2), **place)
    axes.set_xlim(0, 1.03)
    axes.set_ylim(0, 1.03)
    axes.set_title(say("backfire.boxes"))
    axes.set_xlabel(say("backfire.coverage"))
    axes.set_ylabel(say("backfire.density"))
    number_axis(axes, "x")
    number_axis(axes, "y")
    axes.legend(loc="lower left", fontsize=TEXT - 2, borderaxespad=0.2, labelspacing=0.3, handletextpad=0.3)


def _scatter(axes: Axes, found: Backfire, worlds: pd.DataFrame, shown: dict[str, tuple[float, float]]) -> None:
    """Worlds in the two surest inputs with the box; the outcome's difference in place of the second where there is one."""
    first = list(shown)[:2]
    across, up = first[0], first[1] if len(first) == 2 else "difference"
    if up == "difference":  # a few worlds far out would squeeze all others
        worlds = worlds.assign(difference=worlds["difference"].clip(*worlds["difference"].quantile(SHOWN)))
    limits = [_full(worlds[name]) for name in (across, up)]
    box = [_clipped(shown.get(name, (-math.inf, math.inf)), full) for name, full in zip((across, up), limits, strict=True)]
    axes.fill_between(box[0], *box[1], color=BOX_COLOUR, linewidth=0, zorder=0)
    for is_harmed, look in ((False, OTHER), (True, HARMED)):
        part = worlds[worlds["is_harmed"] == is_harmed]
        axes.plot(part[across], part[up], look.shape, color=look.colour, markersize=3.6, markeredgewidth=0, linestyle="")
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])
    axes.set_title(say("backfire.worlds"))
    axes.set_xlabel(wrapped(_label(found, across), 52))
    if up == "difference":
        axes.axhline(0, color=BLACK, linewidth=0.8)
        unit = names().unit(words.UNITS[found.outcome])
        text = say("backfire.difference", outcome=words.label(found.outcome), unit=unit)
    else:
        text = _label(found, up)
    axes.set_ylabel(wrapped(text, 40, 3))
    number_axis(axes, "x")
    number_axis(axes, "y")


def _ranges(axes: Axes, worlds: pd.DataFrame, shown: dict[str, tuple[float, float]], lines: list[list[str]]) -> None:
    """For each input its whole range, the part in the box, and the worlds: harmed ones above, others below."""
    axes.set_title(say("backfire.ranges"))
    axes.set_axis_off()
    axes.set_xlim(-0.09, 1.09)
    y = 0.0
    wobble = generator(worlds.index.to_numpy(), "wobble").random(len(worlds))
    for (name, ends), text in zip(shown.items(), lines, strict=True):
        y -= 0.14 * len(text) + 0.3
        full = _full(worlds[name], room=0.0)
        low, high = ((end - full[0]) / (full[1] - full[0]) for end in _clipped(ends, full))
        axes.text(0, y + 0.17, "\n".join(text), va="bottom", fontsize=TEXT - 1)
        axes.fill_between([0, 1], y - 0.14, y + 0.14, color=FULL_COLOUR, linewidth=0)
        axes.fill_between([low, high], y - 0.14, y + 0.14, color=BOX_COLOUR, linewidth=0)
        at = (worlds[name].to_numpy() - full[0]) / (full[1] - full[0])
        for is_harmed, look, side in ((False, OTHER, -1), (True, HARMED, 1)):
            mine = (worlds["is_harmed"] == is_harmed).to_numpy()
            height = y + side * (0.02 + 0.1 * wobble[mine])
            axes.plot(at[mine], height, look.shape, color=look.colour, markersize=2.6, markeredgewidth=0, linestyle="")
        for x, value, beside in ((-0.008, full[0], "right"), (1.008, full[1], "left")):
            axes.text(x, y, words.number(value), ha=beside, va="center", fontsize=TEXT - 2, color=GREY)
        for place, end in ((low, ends[0]), (high, ends[1])):
            if math.isfinite(end):
                axes.plot([place, place], [y - 0.16, y + 0.16], color=BLACK, linewidth=1.2)
                axes.text(place, y - 0.17, words.number(end), ha="center", va="top", fontsize=TEXT - 1)
        y -= 0.3
    axes.set_ylim(y, -0.12)


def _full(values: pd.Series, room: float = 0.03) -> tuple[float, float]:
    """The range of values, with some room round it."""
    low, high = float(values.min()), float(values.max())
    return low - room * (high - low), high + room * (high - low)


def _clipped(ends: tuple[float, float], full: tuple[float, float]) -> tuple[float, float]:
    return max(ends[0], full[0]), min(ends[1], full[1])
