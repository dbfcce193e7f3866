"""How policies hold up across worlds: their regret, the share of worlds in which they do well, and how firm their ranks are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from partnersim.analysis.robustness import ALL, Robustness
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
    say,
    sentences,
    styled,
    wrapped,
)
from partnersim.languages.names import names
from partnersim.languages.speaking import listed, some, told
from partnersim.study import words
from partnersim.study.paired import LEVEL

REGRET_LOOKS = {
    "mean_regret": Look(GREY, "|"),
    "p90_regret": Look(BLUE, "o"),
    "max_regret": Look(VERMILLION, "D"),
}
SHARE_LOOKS = (Look(BLUE, "o"), Look(ORANGE, "s"), Look(GREEN, "^"), Look(PURPLE, "v"))
CHANCE = 1 - LEVEL
"""A policy that is first in more resamples than this is told among those that may be the best."""


def resampled() -> str:
    """Of what intervals are."""
    return say("robustness.resampled", level=f"{LEVEL:.0%}")


@styled
def draw_regret(found: Robustness, outcome: str) -> Picture:
    """Regret of every policy in one outcome, the least first."""
    rows = found.table[(found.table["outcome"] == outcome) & found.table["measure"].isin(REGRET_LOOKS)]
    wide = rows.set_index(["measure", "policy"])
    order = wide.loc["p90_regret"].sort_values(["value", "mean_rank"], kind="stable").index
    picture = canvas(1.6 + _row(order) * len(order))
    axes = picture.subplots()
    _name(axes, list(order))
    for measure, look in REGRET_LOOKS.items():
        of = wide.loc[measure].loc[order]
        y = np.arange(len(order))
        if measure == "p90_regret":
            axes.hlines(y, of["low"], of["high"], color=look.colour, linewidth=1.4)
        axes.plot(of["value"], y, look.shape, color=look.colour, markersize=7 if look.shape == "|" else 5, markeredgewidth=1.3)
    axes.set_xlim(left=0)
    axes.set_xlabel(say("robustness.regret", unit=names().unit(rows["unit"].iloc[0])))
    number_axis(axes, "x", 7)
    footer = sentences(found.described, say("robustness.regret_footer"), resampled())
    looks = [(say(f"robustness.look.{measure}"), look) for measure, look in REGRET_LOOKS.items()]
    dress(picture, [regret_finding(found, outcome)], footer, rows.reset_index(drop=True), looks, _wide_handle)
    return picture


def regret_finding(found: Robustness, outcome: str) -> str:
    """Who has the least regret, or between whom that cannot be said."""
    rows = _of(found, "p90_regret", outcome)
    first, rivals = rows.iloc[0], _rivals(rows)
    size, low, high = words.rounded(first[["value", "low", "high"]].tolist(), (first["high"] - first["low"]) / 2)
    amount = say("robustness.amount", size=size, unit=names().unit(first["unit"]), low=low, high=high)
    told = {"outcome": words.label(outcome), "amount": amount}
    if len(rivals) == 1:
        return say("robustness.regret_sure", policy=rivals[0], **told)
    return say("robustness.regret_open", rivals=_undecided(rivals), policy=words.named(first["policy"]), **told)


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
    for axes, measure in zip(panels, ("no_worse", "clear_gain"), strict=True):
        _name(axes, order)
        for i, (outcome, look) in enumerate(looks.items()):
            of = rows[(rows["measure"] == measure) & (rows["outcome"] == outcome)].set_index("policy").loc[order]
            y = np.arange(len(order)) + (i - (len(outcomes) - 1) / 2) * step
            axes.hlines(y, 100 * of["low"], 100 * of["high"], color=look.colour, linewidth=1.2)
            axes.plot(100 * of["value"], y, look.shape, color=look.colour, markersize=4.2, linestyle="")
        axes.set_xlim(-2, 102)
        axes.set_title(say(f"robustness.{measure}"))
        axes.set_xlabel(say("robustness.worlds"))
        number_axis(axes, "x", 6)
    by = ((words.label(name).lower(), f"{percent:g}") for name, percent in found.by.items())
    gains = listed([say("robustness.gain", outcome=name, percent=percent) for name, percent in by])
    footer = sentences(found.described, say("robustness.gains_footer", gains=gains), resampled())
    named_looks = [(_outcome(outcome, "robustness.all_at_once"), look) for outcome, look in looks.items()]
    dress(picture, [satisficing_finding(found)], footer, rows.reset_index(drop=True), named_looks, mark_handle)
    return picture


def satisficing_finding(found: Robustness) -> str:
    """Which policy most often does no harm in any outcome."""
    rows = _of(found, "no_worse", ALL)
    first, rivals = rows.iloc[0], _rivals(rows)
    size, low, high = (f"{100 * first[column]:.0f}" for column in ("value", "low", "high"))
    share = say("robustness.share", size=size, low=low, high=high)
    if len(rivals) == 1:
        return say("robustness.harmless_sure", policy=rivals[0], share=share)
    return say("robustness.harmless_open", rivals=_undecided(rivals), policy=words.named(first["policy"]), share=share)


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
    axes.set_xlabel(say("robustness.rank"))
    footer = sentences(found.described, say("robustness.ranks_footer"))
    dress(picture, [rank_finding(found, outcome, measure)], footer, rows.reset_index(drop=True))
    return picture


def rank_finding(found: Robustness, outcome: str, measure: str) -> str:
    """How firm the first place is."""
    rows = _of(found, measure, outcome).sort_values("p_best", ascending=False, kind="stable")
    first, rivals = rows.iloc[0], _rivals(rows)
    told = {"outcome": _outcome(outcome, "robustness.all_outcomes"), "measure": say(f"robustness.measure.{measure}")}
    told["share"] = say("robustness.resamples", percent=f"{100 * first['p_best']:.0f}")
    if len(rivals) == 1:
        return say("robustness.rank_sure", policy=rivals[0], **told)
    return say("robustness.rank_open", rivals=_undecided(rivals), policy=words.named(first["policy"]), **told)


def _outcome(outcome: str, of_all: str) -> str:
    return say(of_all) if outcome == ALL else words.label(outcome)


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
    if len(rivals) <= 4:
        return listed(rivals, "or")
    return say("robustness.any_of", n=told(len(rivals)), some=some(rivals, 2))


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
