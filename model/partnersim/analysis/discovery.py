"""When does a policy backfire? Boxes in the space of worlds in which it does harm, found on some worlds and judged on others.

A world is *harmed* where the outcome's mean difference to the reference over pairs of equal seed is on the bad side by more than
some percent of that world's reference mean; where that mean is zero, by anything. Boxes are looked for in one half of the worlds
(:mod:`partnersim.analysis.prim`) and *confirmed* where the other half has more harmed worlds inside than chance would put there
(Fisher's exact test, one-sided, Holm's correction over all boxes that were tried). What confirmation cannot vouch for are other
seeds, which all worlds have in common.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from partnersim.analysis import prim
from partnersim.analysis.inworlds import (
    WORLDS_NEEDED,
    Input,
    InWorlds,
    described_worlds,
    input_of,
    numbers_of_worlds,
    read_in_worlds,
    require_design,
)
from partnersim.analysis.shares import wilson
from partnersim.languages.speaking import catalogue, listed
from partnersim.ledger import HEADLINES
from partnersim.study import words
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL
from partnersim.study.resampling import generator

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy

DESIGNS = ("latin-hypercube", "sobol", "calibration")
"""Designs of worlds of which one half says nothing of the other; rows of others repeat one another."""
FEWEST_WORLDS = 60
RARE, EVERYWHERE, SEARCHED = "rare", "nearly everywhere", "searched"
BOXES = (
    "box", "restricted", "found_coverage", "found_density", "inside", "harmed", "density", "low", "high", "base_rate",
    "coverage", "coverage_low", "coverage_high", "p", "adjusted_p", "is_confirmed",
)  # fmt: skip


@dataclass(frozen=True)
class Backfire:
    """Where a scenario does harm to an outcome.

    ``worlds``: by world, its numbers, then ``difference`` (outcome's unit), ``is_harmed`` and ``is_held_out``; ``inputs``: titles
    and units of the numbers; ``left_out``: worlds without a pair of runs. ``state``: *searched*, or why there was no search:
    harm is *rare* or *nearly everywhere*. ``found``: boxes in the order found, each among worlds that are in none before, and
    ``boxes`` a row for each: ``found_coverage, found_density`` where it was found; among held-out worlds ``inside, harmed``
    (counts), ``density`` with its Wilson interval ``low, high``, ``base_rate``, and ``coverage`` with its interval; then the
    test's ``p``, ``adjusted_p`` and ``is_confirmed``.
    """

    scenario: str
    reference: str
    outcome: str
    percent: float
    worlds: pd.DataFrame
    inputs: dict[str, Input]
    left_out: int
    state: str
    found: tuple[prim.Found, ...]
    boxes: pd.DataFrame

    @property
    def held_out(self) -> pd.DataFrame:
        """The worlds that judge."""
        return self.worlds[self.worlds["is_held_out"]]


def backfires(
    opened: OpenedStudy,
    scenario: str,
    outcome: str,
    percent: float = 0.0,
    describe: Sequence[str] = (),
    held_out: Iterable[int] | None = None,
    most: int = 2,
    key: int = 1,
) -> Backfire:
    """Boxes of worlds in which one scenario does harm to one outcome, confirmed among themselves.

    ``percent``: of a world's reference mean, by which it must be worse to be harmed; ``describe``: outcomes and monthly paths of
    the reference that boxes may speak of beside the numbers of the world; ``held_out``: worlds that judge, or else half of
    them by ``key``; ``most`` boxes. Raises :class:`StudyError` for a study without enough worlds, for scenarios and outcomes
    that are not in it, and for outcomes of which neither direction is bad.
    """
    return all_backfires(opened, [scenario], [outcome], percent, describe, held_out, most, key)[0]


def all_backfires(
    opened: OpenedStudy,
    scenarios: Sequence[str] | None = None,
    outcomes: Sequence[str] = HEADLINES,
    percent: float = 0.0,
    describe: Sequence[str] = (),
    held_out: Iterable[int] | None = None,
    most: int = 2,
    key: int = 1,
) -> list[Backfire]:
    """The same for scenarios (all but the reference unless given) and outcomes, confirmed over all boxes of all of them."""
    _check(opened, scenarios, outcomes)
    runs = read_in_worlds(opened, outcomes)
    told, titles = described_worlds(opened, describe)
    inputs = numbers_of_worlds(opened).join(told)
    titles |= {name: input_of(name) for name in inputs.columns if name not in titles}
    judges = set(held_out) if held_out is not None else set(_half(runs.worlds, key))
    found = [
        _searched(runs, inputs, titles, name, outcome, percent, judges, most)
        for name in (scenarios if scenarios is not None else runs.policies[1:])
        for outcome in outcomes
    ]
    return confirmed(found)


def confirmed(found: Sequence[Backfire]) -> list[Backfire]:
    """With ``adjusted_p`` and ``is_confirmed`` of all their boxes together (Holm 1979)."""
    p = np.concatenate([one.boxes["p"].to_numpy(float) for one in found] or [np.zeros(0)])
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    with_it, first = [], 0
    for one in found:
        mine = adjusted[first : first + len(one.boxes)]
        with_it.append(replace(one, boxes=one.boxes.assign(adjusted_p=mine, is_confirmed=mine < 1 - LEVEL)))
        first += len(mine)
    return with_it


def _check(opened: OpenedStudy, scenarios: Sequence[str] | None, outcomes: Sequence[str]) -> None:
    from partnersim.scenario.reading import unknown

    where = f"where a policy backfires is found in worlds of {listed(DESIGNS, 'or')}."
    require_design(opened, DESIGNS, f"{where} {WORLDS_NEEDED}")
    if (n := opened.points["world"].nunique()) < FEWEST_WORLDS:
        raise StudyError(
            f"{opened.path} has {n} worlds; at least {FEWEST_WORLDS} are needed to say where a policy backfires. {WORLDS_NEEDED}"
        )
    if len(opened.scenarios) < 2:
        raise StudyError(f"{opened.path} holds one scenario; a policy that may backfire needs a reference and another.")
    for name in scenarios or ():
        if name not in opened.scenarios[1:]:
            raise StudyError(f"{unknown('scenario beside the reference', name, opened.scenarios[1:])}.")
    for outcome in outcomes:
        if words.BETTER.get(outcome) not in ("lower", "higher"):
            good = [name for name, better in words.BETTER.items() if better != "none"]
            raise StudyError(f"{unknown('outcome with a bad direction', outcome, good)}.")


def _half(worlds: np.ndarray, key: int) -> np.ndarray:
    """One world of each pair of neighbours, so that worlds added later move none to the other half."""
    pairs = 1 + int(worlds.max()) // 2
    second = generator(np.array([key]), "held-out worlds").random(pairs) < 0.5
    return worlds[worlds % 2 == second[worlds // 2]]


def _searched(
    runs: InWorlds,
    inputs: pd.DataFrame,
    titles: dict[str, Input],
    scenario: str,
    outcome: str,
    percent: float,
    judges: set[int],
    most: int,
) -> Backfire:
    pairs = runs.difference(scenario, outcome)
    there = ~np.isnan(pairs)
    n = np.maximum(there.sum(axis=1), 1)
    difference = np.where(there, pairs, 0.0).sum(axis=1) / n
    base = np.abs(np.where(there, runs.of(runs.policies[0], outcome), 0.0).sum(axis=1) / n)
    worse = -difference if words.BETTER[outcome] == "higher" else difference
    found_out = {
        "difference": difference,
        "is_harmed": worse > percent / 100 * base,
        "is_held_out": np.isin(runs.worlds, list(judges)),
    }
    worlds = pd.concat([inputs, pd.DataFrame(found_out, index=inputs.index)], axis=1)
    keep = there.any(axis=1) & inputs.notna().all(axis=1).to_numpy()
    worlds = worlds[keep].rename_axis("world")
    search, judge = worlds[~worlds["is_held_out"]], worlds[worlds["is_held_out"]]
    if search.empty or judge.empty:
        raise StudyError("Worlds that are held out must be some of the study's worlds, and leave others to search.")
    state = SEARCHED
    if not prim.is_enough(search["is_harmed"].to_numpy()):
        state = RARE if search["is_harmed"].mean() < 0.5 else EVERYWHERE
    found = prim.find_boxes(search[list(inputs.columns)], search["is_harmed"].to_numpy(), most)
    rows, left = [], np.ones(len(judge), dtype=bool)
    for number, one in enumerate(found, 1):
        inside = one.box.holds(judge) & left
        rows.append((number, len(one.box.ends), *one.curve.iloc[-1][["coverage", "density"]], *judged(inside, left, judge)))
        left &= ~inside
    boxes = pd.DataFrame(rows, columns=list(BOXES[:-2])).assign(adjusted_p=math.nan, is_confirmed=False)
    return Backfire(scenario, runs.policies[0], outcome, percent, worlds, titles, int((~keep).sum()), state, tuple(found), boxes)


def judged(inside: np.ndarray, left: np.ndarray, judge: pd.DataFrame) -> tuple:
    """What held-out worlds that are ``left`` by earlier boxes say of those ``inside``: the columns from ``inside`` to ``p``."""
    from scipy.stats import hypergeom

    harmed = judge["is_harmed"].to_numpy()
    n, k, total, wins = (int(x.sum()) for x in (inside, inside & harmed, left, left & harmed))
    p = float(hypergeom.sf(k - 1, total, wins, n)) if n else 1.0
    density, coverage = (k / of if of else math.nan for of in (n, wins))
    base = wins / total if total else math.nan
    return n, k, density, *wilson(k, n), base, coverage, *wilson(k, wins), p


def told(found: Backfire) -> list[str]:
    """Sentences: one for each confirmed box, the next one in the worlds that are left; else one that says why there is none."""
    say, harm, judge = catalogue("analysis"), harm_told(found), found.held_out
    share = say("harm.share", n=len(judge), k=int(judge["is_harmed"].sum()))
    if found.state in (RARE, EVERYWHERE):
        return [say("harm.rare" if found.state == RARE else "harm.everywhere", harm=harm, share=share)]
    said = []
    for (_, row), box in zip(found.boxes.iterrows(), found.found, strict=True):
        if row["is_confirmed"]:
            shares = {c.removesuffix("_rate"): f"{100 * row[c]:.0f}" for c in ("density", "low", "high", "base_rate")}
            where = box_told(box.box, found.worlds, found.inputs)
            said.append(say("harm.first" if row["box"] == 1 else "harm.next", harm=harm, where=where, **shares))
    return said or [say("harm.nowhere", harm=harm, share=share)]


def table(found: Iterable[Backfire]) -> pd.DataFrame:
    """A row a box, or one row where there is none: ``scenario, outcome, percent, state, worlds`` (all), ``held_out``, of which
    ``harmed_held_out``, ``where`` (the box in words), then the columns of :attr:`Backfire.boxes`."""
    rows: list[dict[str, Any]] = []
    for one in found:
        judge = one.held_out
        told_once = {
            "scenario": one.scenario,
            "outcome": one.outcome,
            "percent": one.percent,
            "state": one.state,
            "worlds": len(one.worlds),
            "held_out": len(judge),
            "harmed_held_out": int(judge["is_harmed"].sum()),
            "where": "",
        }
        boxes = zip(one.found, one.boxes.to_dict("records"), strict=True)
        mine = [{**told_once, "where": box_told(box.box, one.worlds, one.inputs), **row} for box, row in boxes]
        rows += mine or [told_once]
    columns = ["scenario", "outcome", "percent", "state", "worlds", "held_out", "harmed_held_out", "where", *BOXES]
    return pd.DataFrame(rows, columns=columns)


def harm_told(found: Backfire) -> str:
    """``Shared screening raises transaction cost by more than 1%``."""
    worse = "higher" if words.BETTER[found.outcome] == "lower" else "lower"
    what = {"scenario": words.named(found.scenario), "outcome": words.label(found.outcome).lower()}
    by = {"percent": words.number(found.percent)} if found.percent else {}
    return catalogue("analysis")(f"harm.{worse}{'_by' if by else ''}", **what, **by)


def box_told(box: prim.Box, worlds: pd.DataFrame, inputs: dict[str, Input]) -> str:
    """A box in words, the surest restriction first: only ends that restrict are said, whole numbers as such."""
    return listed([restriction_told(inputs[name], *ends, worlds[name]) for name, ends in box.ends.items()], "also")


def restriction_told(of: Input, low: float, high: float, values: pd.Series) -> str:
    """``"Title" is above 1.2 staff-days``; of whole numbers ``is at least 3``, of 0 and 1 ``holds`` or ``does not hold``."""
    say = catalogue("analysis")
    if values.isin([0, 1]).all():
        return say("where.holds" if low > 0 else "where.holds_not", title=of.title)
    is_whole = bool((values == values.round()).all())
    if math.isfinite(low) and math.isfinite(high):
        if low == high:
            return say("where.is", title=of.title, high=of.amount(high))
        return say("where.between", title=of.title, low=words.number(low), high=of.amount(high))
    if math.isfinite(low):
        return say("where.at_least" if is_whole else "where.above", title=of.title, low=of.amount(low))
    return say("where.at_most" if is_whole else "where.below", title=of.title, high=of.amount(high))
