"""How policies hold up across worlds: their regret, the share of worlds in which they do well, and how firm their ranks are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from partnersim.analysis.robustness import ALL, Robustness
from partnersim.english import listed, some, told
from partnersim.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    VERMILLION,
    Look,
    Picture,
    canvas,
    dress,
    mark_handle,
    number_axis,
    row_axis,
    styled,
    wrapped,
)
from partnersim.study import words
from partnersim.study.paired import LEVEL

MEASURES = {
    "mean": "mean over worlds",
    "worst": "value in the worst world",
    "mean_regret": "mean regret",
    "p90_regret": "regret that nine worlds in ten do not exceed",
    "max_regret": "largest regret in any world",
    "no_worse": "share of worlds without harm",
    "clear_gain": "share of worlds with a clear gain",
}
REGRET_LOOKS = {
    "mean_regret": ("On average over worlds", Look(GREY, "|")),
    "p90_regret": ("Nine worlds in ten do not exceed", Look(BLUE, "o")),
    "max_regret": ("In the worst world", Look(VERMILLION, "D")),
}
SHARE_LOOKS = (Look(BLUE, "o"), Look(ORANGE, "s"), Look(GREEN, "^"), Look(PURPLE, "v"))
CHANCE = 1 - LEVEL
"""A policy that is first in more resamples than this is told among those that may be the best."""
RESAMPLED = f"Lines: {LEVEL:.0%} intervals, one at a time, over seeds and worlds."


@styled
def draw_regret(found: Robustness, outcome: str) -> Picture:
    """Regret of every policy in one outcome, the least first."""
    rows = found.table[(found.table["outcome"] == outcome) & found.table["measure"].isin(REGRET_LOOKS)]
    wide = rows.set_index(["measure", "policy"])
    order = wide.loc["p90_regret"].sort_values(["value", "mean_rank"], kind="stable").index
    picture = canvas(1.6 + _row(order) * len(order))
    axes = picture.subplots()
    _name(axes, list(order))
    for measure, (_, look) in REGRET_LOOKS.items():
        of = wide.loc[measure].loc[order]
        y = np.arange(len(order))
        if measure == "p90_regret":
            axes.hlines(y, of["low"], of["high"], color=look.colour, linewidth=1.4)
        axes.plot(of["value"], y, look.shape, color=look.colour, markersize=7 if look.shape == "|" else 5, markeredgewidth=1.3)
    axes.set_xlim(left=0)
    axes.set_xlabel(f"regret, {rows['unit'].iloc[0]}")
    number_axis(axes, "x", 7)
    footer = (
        f"{found.described} Regret: how much worse than the best policy of the same world; corrected for luck within worlds. "
        f"{RESAMPLED}"
    )
    finding = regret_finding(found, outcome)
    dress(picture, [finding], footer, rows.reset_index(drop=True), list(REGRET_LOOKS.values()), _wide_handle)
    return picture


def regret_finding(found: Robustness, outcome: str) -> str:
    """Who has the least regret, or between whom that cannot be said."""
    rows = _of(found, "p90_regret", outcome)
    first, rivals = rows.iloc[0], _rivals(rows)
    size, low, high = words.rounded(first[["value", "low", "high"]].tolist(), (first["high"] - first["low"]) / 2)
    amount = f"{size} {first['unit']} ({low} to {high})"
    if len(rivals) == 1:
        return f"{words.label(outcome)}: {rivals[0]} has the least regret, in nine worlds in ten at most {amount}."
    return (
        f"{words.label(outcome)}: {_undecided(rivals)} may have the least regret; "
        f"{words.named(first['policy'])} in nine worlds in ten at most {amount}."
    )


@styled
def draw_satisficing(found: Robustness) -> Picture:
    """In which share of worlds a policy does no harm, and in which it clearly gains, by outcome and in all at once."""
    rows = found.table[found.table["measure"].isin(("no_worse", "clear_gain"))]
    joint = _of(found, "no_worse", ALL)
    order = joint["policy"].tolist()
    outcomes = list(dict.fromkeys(rows["outcome"]))
    looks = {outcome: SHARE_LOOKS[i % len(SHARE_LOOKS)] for i, outcome in enumerate(outcomes[:-1])} | {ALL: Look(BLACK, "D")}
    picture = canvas(1.9 + 0.34 * len(order))
    panels = picture.subplots(1, 2, sharey=True)
    step = 0.7 / len(outcomes)
    for axes, measure, title in zip(panels, ("no_worse", "clear_gain"), ("No worse", "Clear gain"), strict=True):
        _name(axes, order)
        for i, (outcome, look) in enumerate(looks.items()):
            of = rows[(rows["measure"] == measure) & (rows["outcome"] == outcome)].set_index("policy").loc[order]
            y = np.arange(len(order)) + (i - (len(outcomes) - 1) / 2) * step
            axes.hlines(y, 100 * of["low"], 100 * of["high"], color=look.colour, linewidth=1.2)
            axes.plot(100 * of["value"], y, look.shape, color=look.colour, markersize=4.2, linestyle="")
        axes.set_xlim(-2, 102)
        axes.set_title(title)
        axes.set_xlabel("% of worlds")
        number_axis(axes, "x", 6)
    gains = listed([f"{percent:g} % in {words.label(name).lower()}" for name, percent in found.by.items()])
    footer = f"{found.described} Against the reference, world by world. Clear gain: better by at least {gains}. {RESAMPLED}"
    named_looks = [("All at once" if outcome == ALL else words.label(outcome), look) for outcome, look in looks.items()]
    dress(picture, [satisficing_finding(found)], footer, rows.reset_index(drop=True), named_looks, mark_handle)
    return picture


def satisficing_finding(found: Robustness) -> str:
    """Which policy most often does no harm in any outcome."""
    rows = _of(found, "no_worse", ALL)
    first, rivals = rows.iloc[0], _rivals(rows)
    size, low, high = (f"{100 * first[column]:.0f}" for column in ("value", "low", "high"))
    share = f"in {size} % of worlds ({low} to {high})"
    if len(rivals) == 1:
        return f"No worse than the reference in every outcome: most often {rivals[0]}, {share}."
    return (
        f"No worse than the reference in every outcome: most often {_undecided(rivals)}; {words.named(first['policy'])} {share}."
    )


@styled
def draw_ranks(found: Robustness, outcome: str, measure: str = "p90_regret") -> Picture:
    """How often each policy has each rank over resamples of seeds and worlds."""
    rows = found.ranks[(found.ranks["outcome"] == outcome) & (found.ranks["measure"] == measure)]
    order = _of(found, measure, outcome).sort_values("mean_rank", kind="stable")["policy"].tolist()
    wide = rows.pivot(index="policy", columns="rank", values="share").loc[order]
    n = len(order)
    picture = canvas(1.5 + _row(order) * n)
    axes = picture.subplots()
    shares = 100 * wide.to_numpy()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100, aspect="auto", interpolation="nearest")
    for y, x in np.argwhere(shares >= 5):
        dark = shares[y, x] > 55
        axes.text(x, y, f"{shares[y, x]:.0f}", ha="center", va="center", fontsize=6.5, color="white" if dark else BLACK)
    axes.set_yticks(range(n), [_label(policy) for policy in order])
    axes.set_xticks(range(n), [str(k) for k in wide.columns])
    axes.tick_params(length=0)
    axes.set_xlabel("rank, 1 is best")
    footer = f"{found.described} Whole seeds and whole worlds are drawn anew; in % of resamples, written from 5 % on."
    dress(picture, [rank_finding(found, outcome, measure)], footer, rows.reset_index(drop=True))
    return picture


def rank_finding(found: Robustness, outcome: str, measure: str) -> str:
    """How firm the first place is."""
    rows = _of(found, measure, outcome).sort_values("p_best", ascending=False, kind="stable")
    first, rivals = rows.iloc[0], _rivals(rows)
    head = f"{'All outcomes' if outcome == ALL else words.label(outcome)}, {MEASURES[measure]}"
    share = f"{100 * first['p_best']:.0f} % of resamples"
    if len(rivals) == 1:
        return f"{head}: {rivals[0]} is first in {share}."
    return f"{head}: no policy is surely first; {_undecided(rivals)} may be, {words.named(first['policy'])} in {share}."


def _of(found: Robustness, measure: str, outcome: str) -> pd.DataFrame:
    """Rows of one measure of one outcome, the best first."""
    rows = found.table[(found.table["measure"] == measure) & (found.table["outcome"] == outcome)]
    return rows.sort_values(["rank", "mean_rank"], kind="stable")


def _rivals(rows: pd.DataFrame) -> list[str]:
    """Who may be first: one alone where it is first in nearly all resamples."""
    ordered = rows.sort_values("p_best", ascending=False, kind="stable")
    if ordered["p_best"].iloc[0] >= LEVEL:
        return [words.named(ordered["policy"].iloc[0])]
    likely = ordered[ordered["p_best"] > CHANCE]
    return [words.named(policy) for policy in (likely if len(likely) > 1 else ordered.head(2))["policy"]]


def _undecided(rivals: list[str]) -> str:
    return listed(rivals, "or") if len(rivals) <= 4 else f"any of {told(len(rivals))} ({some(rivals, 2)})"


def _label(policy: str) -> str:
    return wrapped(words.named(policy), 30)


def _row(policies: Iterable[str]) -> float:
    """Inches of a row, so that names of two lines have room."""
    return 0.3 if any("\n" in _label(policy) for policy in policies) else 0.24


def _name(axes: Axes, policies: list[str]) -> None:
    """A striped row a policy."""
    axes.set_yticks(range(len(policies)), [_label(policy) for policy in policies])
    row_axis(axes, len(policies), is_striped=True)


def _wide_handle(name: str, look: Look) -> Line2D:
    """A mark as it is drawn: a bar alone needs a thick line."""
    handle = mark_handle(name, look)
    handle.set_markeredgewidth(1.3)
    return handle
