"""The three figures, drawn from the tables alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from telling import NAMES, coordination_findings, screening_findings, volume_findings

from partnersim.figures.style import (
    BAND_ALPHA,
    BLACK,
    GREY,
    REFERENCE,
    Look,
    Picture,
    canvas,
    dress,
    line_handle,
    mark_handle,
    number_axis,
    scenario_look,
    styled,
)
from partnersim.study.words import label
from partnersim.validation.mechanisms.coordination import BYPASS, SHOWN, TIMES, WORLDS
from partnersim.validation.mechanisms.screening import FILES, MONTHLY, RULES
from partnersim.validation.mechanisms.volume import JUDGED, OTHERS, VOLUMES, WAYS

Tables = dict[str, pd.DataFrame]
HOLLOW = " Hollow: the interval holds zero."
RULE_LOOKS = {"independent": REFERENCE, **{name: scenario_look(i) for i, name in enumerate(RULES[1:])}}
RULE_LOOKS["veto in turn"] = RULE_LOOKS["veto"]
WAY_LOOKS = dict(zip(WAYS, (REFERENCE, scenario_look(0), scenario_look(2), scenario_look(1)), strict=True))
BYPASS_LOOKS = dict(zip(BYPASS, (scenario_look(1), REFERENCE, scenario_look(0)), strict=True))


def _whisker(axes: Axes, x: float, y: float, ends: Sequence[float], look: Look) -> None:
    """A value with its interval; hollow where the interval holds zero."""
    holds_zero = ends[0] <= 0 <= ends[1]
    axes.plot(ends, [y, y], color=look.colour, linewidth=1.4, solid_capstyle="butt")
    axes.plot(x, y, look.shape, color=look.colour, markersize=5, markerfacecolor="white" if holds_zero else look.colour)


@styled
def screening(tables: Tables, footer: str) -> Picture:
    """Finding 1: three entities and one firm (above), the full month (below)."""
    picture = canvas(5.6)
    grid = picture.add_gridspec(2, 2, height_ratios=(1, 1.35))
    _attempts([picture.add_subplot(grid[0, k]) for k in range(2)], tables["screening_attempts"])
    judged = tables["screening_month"].set_index(["rule", "outcome"])
    axes = picture.add_subplot(grid[1, 0])
    scale = {o: 100 / judged.loc[("reused", o), "independent"] for o in MONTHLY}
    _month(axes, judged, MONTHLY, scale, "difference from independent, %")
    axes.set_title("The full month: all bad firms")
    axes = picture.add_subplot(grid[1, 1])
    _month(axes, judged, FILES, dict.fromkeys(FILES, 100.0), "difference from independent, percentage points")
    axes.set_title("Bad firms that two or more checked")
    looks = [(name, RULE_LOOKS[name]) for name in RULES]
    dress(picture, screening_findings(tables), footer, tables["screening_month"], looks, mark_handle)
    return picture


def _attempts(panels: Sequence[Axes], table: pd.DataFrame) -> None:
    rules = list(dict.fromkeys(table["rule"]))
    for axes, quantity, title in zip(
        panels,
        ("mean", "all_three"),
        ("Three entities, one bad firm: mean exposed", "... chance that all three are"),
        strict=True,
    ):
        part = table[table["quantity"] == quantity].set_index("rule")
        for y, name in enumerate(rules):
            row, look = part.loc[name], RULE_LOOKS[name]
            axes.plot([row["closed_form"]] * 2, [y - 0.32, y + 0.32], color=GREY, linewidth=3, solid_capstyle="butt")
            axes.plot(row["engine"], y, look.shape, color=look.colour, markersize=5)
        axes.set_yticks(range(len(rules)), [NAMES.get(name, name) for name in rules])
        axes.set_ylim(len(rules) - 0.4, -0.6)
        axes.set_xlim(left=0)
        number_axis(axes, "x")
        axes.set_title(title)
        axes.set_xlabel("entities of three (bar: normal model)" if quantity == "mean" else "probability (bar: normal model)")


def _month(axes: Axes, judged: pd.DataFrame, outcomes: Sequence[str], scale: dict[str, float], unit: str) -> None:
    rules = [name for name in RULES[1:] if (name, outcomes[0]) in judged.index]
    for at, outcome in enumerate(outcomes):
        for k, name in enumerate(rules):
            row = judged.loc[(name, outcome)] * scale[outcome]
            _whisker(
                axes, row["difference"], at + 0.22 * (k - (len(rules) - 1) / 2), row[["low", "high"]].to_numpy(), RULE_LOOKS[name]
            )
    axes.axvline(0, color=BLACK, linewidth=0.9)
    axes.set_yticks(range(len(outcomes)), [NAMES[o] for o in outcomes])
    axes.set_ylim(len(outcomes) - 0.45, -0.55)
    number_axis(axes, "x")
    axes.set_xlabel(unit)


@styled
def coordination(tables: Tables, footer: str) -> Picture:
    """Finding 2: what a desk changes, by its capacity over its load; a column a world, a row an outcome."""
    picture = canvas(7.4)
    panels = picture.subplots(len(SHOWN), len(WORLDS), sharex=True, sharey="row")
    table = tables["coordination"]
    for column, world in zip(panels.T, WORLDS, strict=True):
        load = table.loc[table["world"] == world, "load"].iloc[0]
        for axes, outcome in zip(column, SHOWN, strict=True):
            for bypass, look in BYPASS_LOOKS.items():
                chosen = (table["world"] == world) & (table["outcome"] == outcome) & (table["bypass"] == bypass)
                part = table[chosen].sort_values("times")
                axes.fill_between(part["times"], part["low"], part["high"], color=look.colour, alpha=BAND_ALPHA, linewidth=0)
                axes.plot(
                    part["times"], part["difference"], color=look.colour, linestyle=look.dash, marker=look.shape, markersize=3.5
                )
            axes.axhline(0, color=BLACK, linewidth=0.9)
            axes.set_title(label(outcome) + (f": {world}" if outcome == SHOWN[0] else ""))
            number_axis(axes, "y")
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_locator(FixedLocator(TIMES))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axes.set_xlabel(f"desk's capacity / offered load ({load:.0f} staff-days a month)")
    for axes in panels[:, 0]:
        axes.set_ylabel("% of no desk")
    looks = [(f"Bypass {b:g} a month", look) for b, look in BYPASS_LOOKS.items()]
    dress(
        picture,
        coordination_findings(tables),
        footer.removesuffix(HOLLOW),
        table[table["outcome"].isin(SHOWN)],
        looks,
        line_handle,
    )
    return picture


@styled
def volume(tables: Tables, footer: str) -> Picture:
    """Finding 3: incidents and depth of checks against live partnerships, and what the elasticities differ by."""
    picture = canvas(3.9)
    panels = picture.subplots(1, 3, width_ratios=(1, 1, 1.05))
    table = tables["volume"].set_index(["outcome", "way", "volume"])
    for axes, outcome in zip(panels, ("incidents", "days_per_check"), strict=False):
        for way, look in WAY_LOOKS.items():
            x = [table.loc[("live", way, v), "mean"] for v in VOLUMES]
            rows = table.loc[[(outcome, way, v) for v in VOLUMES]]
            spread = np.array([rows["mean"] - rows["low"], rows["high"] - rows["mean"]])
            axes.errorbar(
                x, rows["mean"], spread, color=look.colour, linestyle=look.dash, marker=look.shape, markersize=4, elinewidth=1
            )
        axes.set_xlabel("live partnerships (log scale)")
        _log_axis(axes, "x", (150, 200, 300, 400, 600))
    _log_axis(panels[0], "y", (1, 2, 3, 4, 5, 6, 8, 10, 12))
    panels[0].set_title("Incidents")
    panels[0].set_ylabel("pairs a year (log scale)")
    panels[1].set_title("Depth of a check")
    panels[1].set_ylabel("UN staff-days a check")
    number_axis(panels[1], "y")
    panels[1].set_ylim(bottom=0)
    less = tables["volume_difference"].set_index(["way", "outcome"])
    for at, outcome in enumerate(JUDGED):
        for k, way in enumerate(OTHERS):
            row = less.loc[(way, outcome)]
            _whisker(panels[2], row["difference"], at + 0.22 * (k - 1), row[["low", "high"]].to_numpy(), WAY_LOOKS[way])
    panels[2].axvline(0, color=BLACK, linewidth=0.9)
    panels[2].set_yticks(range(len(JUDGED)), [NAMES[o].replace(" ", "\n", 1) for o in JUDGED])
    panels[2].set_ylim(len(JUDGED) - 0.4, -0.6)
    number_axis(panels[2], "x")
    panels[2].set_title("Elasticity: fixed less others")
    panels[2].set_xlabel("difference (mark: the other way)")
    looks = [(f"{way[:1].upper()}{way[1:]}", look) for way, look in WAY_LOOKS.items()]
    dress(picture, volume_findings(tables), footer, tables["volume"], looks, line_handle)
    return picture


def _log_axis(axes: Axes, which: str, ticks: Sequence[float]) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    getattr(axes, f"set_{which}scale")("log")
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(axis=which)


DRAWINGS = {"screening": screening, "coordination": coordination, "volume": volume}
