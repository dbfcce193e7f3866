"""Figures of packages of levers: the front in its objectives, and the best that a budget of staff-days allows."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from partnersim.analysis.trials import improvements
from partnersim.figures.lettering import fill
from partnersim.figures.levers_in_front import draw_levers_in_front
from partnersim.figures.style import (
    BLACK,
    BLUE,
    GREY,
    TEXT,
    Look,
    Picture,
    canvas,
    dress,
    mark_handle,
    number_axis,
    say,
    styled,
)
from partnersim.languages.names import names
from partnersim.languages.speaking import catalogue, commas
from partnersim.ledger import HEADLINES
from partnersim.study.pareto import NAMES, OBJECTIVES, SIGNS, Objective
from partnersim.study.words import UNITS, label, number

if TYPE_CHECKING:
    from partnersim.analysis.packages import Evidence

SHOWN = 12
"""Packages of a front that are numbered and listed."""
FRONT, FOUND = Look(BLUE, "o"), Look(GREY, ".")
LINE = 0.165
"""Inches of a line of the list."""
ENDS = (0.002, 0.998)
"""Of the packages that were run, those beyond these shares are left out where they would squeeze the rest."""


def draw_packages(evidence: Evidence) -> dict[str, Picture]:
    """The figures by file name."""
    return {
        "front": draw_front(evidence),
        "levers_in_front": draw_levers_in_front(evidence),
        "budgets": draw_budgets(evidence),
    }


def numbered(evidence: Evidence) -> pd.DataFrame:
    """The packages of the front that figures show, by transaction cost: those that stay on it most often; column ``number``."""
    table = evidence.front
    shown = table[table["front"]].nlargest(SHOWN, "stays").sort_values("transaction_cost", kind="stable")
    return shown.assign(number=range(1, len(shown) + 1))


@styled
def draw_front(evidence: Evidence) -> Picture:
    """The objectives two by two: packages of the front by number with intervals, all others, and what the numbers stand for."""
    shown = numbered(evidence)
    data = _front_data(evidence, shown, [name for name in shown.index if name != evidence.reference])
    table, base = evidence.front, evidence.judged.table().loc[evidence.reference]
    moved = evidence.found[list(NAMES)] + (base - evidence.found.loc[evidence.reference, list(NAMES)])
    rows = len(shown) + 1
    picture = canvas(4.35 + rows * LINE)
    panels = picture.subplots(2, 3, height_ratios=[3.0, rows * LINE])
    for axes, (x, y) in zip(panels[0], combinations(HEADLINES, 2), strict=True):
        everything = moved[[x, y]].astype(float).dropna()
        axes.plot(everything[x], everything[y], ".", color=GREY, alpha=0.25, markersize=2.5, rasterized=True, zorder=1)
        rest = table[table["front"] & ~table.index.isin(shown.index)]
        axes.plot(rest[x], rest[y], "o", color=BLUE, markersize=3, alpha=0.5, zorder=2)
        for name, row in shown.iterrows():
            ends = data[data["package"] == name].set_index("objective")
            if name != evidence.reference:
                axes.plot([ends.at[x, "low"], ends.at[x, "high"]], [row[y]] * 2, color=BLUE, linewidth=0.7, alpha=0.6, zorder=3)
                axes.plot([row[x]] * 2, [ends.at[y, "low"], ends.at[y, "high"]], color=BLUE, linewidth=0.7, alpha=0.6, zorder=3)
            axes.plot(row[x], row[y], "o", color=BLUE, markersize=9, zorder=4)
            axes.text(row[x], row[y], str(row["number"]), color="white", ha="center", va="center", fontsize=TEXT - 3, zorder=5)
        axes.plot(base[x], base[y], "D", color=BLACK, markersize=6, zorder=6)
        for which, outcome in (("x", x), ("y", y)):
            number_axis(axes, which, 4)  # type: ignore[arg-type]
            better = "less" if SIGNS[NAMES.index(outcome)] > 0 else "more"
            text = fill(say(f"front.{better}", outcome=label(outcome), unit=names().unit(UNITS[outcome])), 32)
            (axes.set_xlabel if which == "x" else axes.set_ylabel)(text)
        _limits(axes, everything, data, x, y)
    grid = panels[1][0].get_gridspec()
    for axes in panels[1]:
        axes.remove()
    _list(picture.add_subplot(grid[1, :]), shown, evidence)
    seeds, all_seeds = say("front.seeds", n=len(evidence.judged.seeds)), "" if evidence.is_held_out else "_all"
    footer = say(f"front.footer{all_seeds}", seeds=seeds, reference=_reference(evidence))
    rest = say("front.found" if evidence.is_held_out else "front.others")
    looks = [(say("front.no_lever"), Look(BLACK, "D")), (say("front.on_front"), FRONT), (rest, FOUND)]
    dress(picture, [_finding(evidence)], footer, data, looks, mark_handle)
    return picture


def _front_data(evidence: Evidence, shown: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """``number, package, objective, value, low, high, front, stays, levers, spent, like``: low and high around the value."""
    told = improvements(evidence.judged, evidence.reference, names) if names else None
    rows = []
    base = evidence.judged.table().loc[evidence.reference]
    for name, row in shown.iterrows():
        for j, objective in enumerate(NAMES):
            ends = [row[objective]] * 2
            if told is not None and name != evidence.reference:
                found = told.loc[(name, objective)]
                ends = sorted(base[objective] - SIGNS[j] * found[end] for end in ("low", "high"))
            rows.append(
                (row["number"], name, objective, row[objective], *ends, row["stays"], row["levers"], row["spent"], row["like"])
            )
    columns = ["number", "package", "objective", "value", "low", "high", "stays", "levers", "spent", "like"]
    return pd.DataFrame(rows, columns=columns)


def _limits(axes: Axes, everything: pd.DataFrame, data: pd.DataFrame, x: str, y: str) -> None:
    """Room for the front with its intervals, and for nearly all that was run."""
    for outcome, limit in ((x, axes.set_xlim), (y, axes.set_ylim)):
        mine = data[data["objective"] == outcome]
        low, high = np.nanquantile(everything[outcome], ENDS)
        low, high = np.nanmin([low, mine["low"].min()]), np.nanmax([high, mine["high"].max()])
        limit(low - 0.05 * (high - low), high + 0.05 * (high - low))


def _list(axes: Axes, shown: pd.DataFrame, evidence: Evidence) -> None:
    """What the numbers stand for, a line each, under heads."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(shown) + 0.5, -0.6)
    places = ((0.022, "right"), (0.09, "right"), (0.17, "right"), (0.25, "right"), (0.32, "right"), (0.345, "left"))
    lines = [tuple(catalogue("figures").every("front.heads"))]
    for name, row in shown.iterrows():
        told = (str(row["number"]), str(row["levers"]), number(row["spent"]), number(row["incidents_q95"]))
        lines.append((*told, f"{row['stays']:.0%}", _levers_told(evidence, str(name))))
    for y, line in enumerate(lines):
        for (x, side), text in zip(places, line, strict=True):
            axes.text(x, y, text, ha=side, va="center", fontsize=TEXT - 2, color=GREY if y == 0 else BLACK)


def _levers_told(evidence: Evidence, package: str) -> str:
    """Levers of a package by id, or where they are most of all, those that it lacks."""
    row = evidence.levers.loc[package]
    used = [evidence.ids[name].removeprefix("L") for name in row.index if row[name]]
    lacking = [evidence.ids[name].removeprefix("L") for name in row.index if not row[name]]
    if not used:
        return say("front.no_lever")
    if len(lacking) < len(used) / 2:
        return say("front.all_but", levers=" ".join(lacking)) if lacking else say("front.all")
    return say("front.levers", levers=" ".join(used))


def _reference(evidence: Evidence) -> str:
    return names().short(evidence.reference) or evidence.reference


def _objective(objective: Objective) -> str:
    name = label(objective.outcome)
    return name if objective.quantile is None else say("front.percentile", outcome=name)


def _finding(evidence: Evidence) -> str:
    table = evidence.front
    front = table[table["front"]]
    told = {"n": len(front), "of": f"{len(evidence.found):,}", "sure": int((front["stays"] > 0.5).sum())}
    if not evidence.is_held_out:
        return say("front.finding", **told)
    kept = int((table["found"] & table["front"]).sum())
    return say("front.finding_again", **told, found=int(table["found"].sum()), kept=kept)


@styled
def draw_budgets(evidence: Evidence) -> Picture:
    """The best improvement that a budget allows, objective by objective, with intervals of the package chosen."""
    data = evidence.within()
    base = evidence.judged.table().loc[evidence.reference]
    data["percent"] = 100 * data["improvement"] / data["objective"].map(base).abs()
    for end in ("low", "high"):
        data[f"percent_{end}"] = 100 * data[end] / data["objective"].map(base).abs()
    picture = canvas(4.6)
    panels = picture.subplots(2, 2, sharex=True)
    most = max(float(data["budget"].max()) * 1.08, 1.0)
    for axes, objective in zip(panels.flat, OBJECTIVES, strict=True):
        part = data[data["objective"] == objective.name]
        axes.axhline(0, color=BLACK, linewidth=0.8)
        days, gain = [*part["budget"], most], [*part["percent"], part["percent"].iloc[-1]]
        axes.step(days, gain, where="post", color=BLUE, zorder=3)
        axes.vlines(part["budget"], part["percent_low"], part["percent_high"], color=BLUE, linewidth=0.8, alpha=0.6)
        is_clear = part["percent_low"] > 0
        axes.plot(part["budget"][is_clear], part["percent"][is_clear], "o", color=BLUE, markersize=4.5, zorder=4)
        axes.plot(part["budget"][~is_clear], part["percent"][~is_clear], "o", color=BLUE, markerfacecolor="white", markersize=4.5,
                  zorder=4)  # fmt: skip
        axes.set_title(_objective(objective))
        axes.set_ylabel(say("budgets.better"))
        axes.set_xlim(0, most)
        number_axis(axes, "x", 5)
        number_axis(axes, "y", 5)
    for axes in panels[1]:
        axes.set_xlabel(say("budgets.budget"))
    bases = commas(say("budgets.base", number=number(base[o.name]), outcome=_objective(o).lower()) for o in OBJECTIVES)
    seeds, all_seeds = say("front.seeds", n=len(evidence.judged.seeds)), "" if evidence.is_held_out else "_all"
    footer = say(f"budgets.footer{all_seeds}", seeds=seeds, reference=_reference(evidence), base=bases)
    dress(picture, [_budget_finding(data)], footer, data)
    return picture


def _budget_finding(data: pd.DataFrame) -> str:
    parts = []
    for objective in OBJECTIVES:
        is_clear = (data["percent_low"] > 0) & (data["objective"] == objective.name)
        part = data[is_clear]
        if len(part):
            first = part.iloc[0]
            told = {"percent": f"{first['percent']:.0f}", "days": number(first["budget"])}
            parts.append(say("budgets.from", outcome=_objective(objective).lower(), **told))
    return say("budgets.finding", said=commas(parts)) if parts else say("budgets.nothing")
