"""Policies crossed with worlds on common seeds: the block of numbers that questions of robustness and of information ask of."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from partnersim.english import counted
from partnersim.ledger import HEADLINES
from partnersim.study import words
from partnersim.study.files import StudyError

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy

FEWEST_SEEDS, FEWEST_WORLDS = 3, 8
WEIGHTED = "weighted"
"""Name of the one outcome that a user's weights make of several."""
NEEDS_WORLDS = (
    "This question needs policies that are run in many worlds. Give the study file an uncertainty design, for example\n"
    '[uncertainties]\ndesign = "latin-hypercube"\nnames = "all"\npoints = 256\n'
    "and say `partnersim study run FILE`."
)


@dataclass(frozen=True)
class Crossed:
    """What policies give in worlds, seed by seed.

    ``values``: outcome x policy x world x seed, in the outcomes' units, no number missing; the first policy is the
    reference. ``signs``: 1 where more of an outcome is better, -1 where less is. ``inputs``: world x uncertainty, what the
    worlds differ in; no column where that is not known. ``left_out``: worlds in which some run has no number, which
    are left out for all policies.
    """

    outcomes: tuple[str, ...]
    policies: tuple[str, ...]
    worlds: np.ndarray
    seeds: np.ndarray
    values: np.ndarray
    signs: np.ndarray
    inputs: pd.DataFrame
    left_out: int = 0

    @functools.cached_property
    def gains(self) -> np.ndarray:
        """The values turned so that more is better, with the seeds first: seed x outcome x policy x world."""
        return np.ascontiguousarray(np.moveaxis(self.values * self.signs[:, None, None, None], 3, 0))

    def described(self) -> str:
        """Policies, worlds and seeds in words, and how many worlds are left out."""
        counts = [(len(self.policies), "policy"), (len(self.worlds), "world"), (len(self.seeds), "common seed")]
        text = " x ".join(counted(n, thing) for n, thing in counts)
        without = f"; {counted(self.left_out, 'world')} with failed runs left out for all policies" if self.left_out else ""
        return f"{text}{without}."

    def weighted(self, weights: Mapping[str, float]) -> Crossed:
        """One outcome in place of several: the sum of ``weights`` x gains, more being better.

        A weight is what one unit of the outcome is worth, in a unit of the user's, and never negative: which direction
        is better the outcome knows. Nobody but the user can say what a staff-day is worth in incidents. Raises
        :class:`StudyError` for outcomes that are not here, no weight above zero, and negative ones.
        """
        if strange := sorted(set(weights) - set(self.outcomes)):
            raise StudyError(f"A weight is given for {strange[0]}; there are: {', '.join(self.outcomes)}.")
        if not weights or min(weights.values()) < 0 or not max(weights.values()) > 0:
            raise StudyError("Weights must be zero or more, and at least one of them above zero.")
        worth = np.array([weights.get(name, 0.0) for name in self.outcomes]) * self.signs
        summed = np.tensordot(worth, self.values, axes=1)[None]
        return replace(self, outcomes=(WEIGHTED,), values=summed, signs=np.ones(1))


def crossed(
    frame: pd.DataFrame,
    outcomes: Sequence[str] = HEADLINES,
    inputs: pd.DataFrame | None = None,
    better: Mapping[str, str] = words.BETTER,
) -> Crossed:
    """The block of a frame with ``scenario, world, seed`` and the outcomes: a row a run, the reference first.

    ``inputs``: world (its index) x uncertainty. ``better``: ``lower`` or ``higher`` for each outcome. A number that is
    missing or infinite counts as a run that failed, and a world with such a run is left out for all policies, so that all
    are judged in the same worlds. Raises :class:`StudyError` for a single scenario or world, a run given twice, outcomes
    without a better direction, and fewer than FEWEST_SEEDS seeds or FEWEST_WORLDS worlds.
    """
    if neutral := [name for name in outcomes if better.get(name, "none") == "none"]:
        raise StudyError(
            f"Neither more nor less of {neutral[0]} is better, so no policy can be best in it. Take another outcome."
        )
    codes, labels = zip(*(pd.factorize(frame[key], sort=key != "scenario") for key in ("scenario", "world", "seed")), strict=True)
    policies, worlds, seeds = (np.asarray(label) for label in labels)
    if len(worlds) < 2:
        raise StudyError(f"The study has one world. {NEEDS_WORLDS}")
    if len(policies) < 2:
        raise StudyError(
            f"The study has one scenario, {', '.join(map(str, policies))}, so there is nothing to choose. Give the study file "
            'a list of scenarios, the reference first, or [levers], for example design = "one-at-a-time", '
            "and say `partnersim study expand FILE`."
        )
    if frame.duplicated(["scenario", "world", "seed"]).any():
        raise StudyError("A run is given twice: each scenario has each world and seed once.")
    values = np.full((len(outcomes), len(policies), len(worlds), len(seeds)), np.nan)
    values[(slice(None), *codes)] = frame[list(outcomes)].to_numpy(float).T
    whole = np.isfinite(values).all(axis=(0, 1, 3))
    if len(seeds) < FEWEST_SEEDS:
        raise StudyError(
            f"{counted(len(seeds), 'seed')} cannot tell luck from worlds; at least {FEWEST_SEEDS} are needed. Raise `seeds` in "
            "the study file and say `partnersim study expand FILE`."
        )
    if whole.sum() < FEWEST_WORLDS:
        lost = f", since in {len(worlds) - whole.sum()} of {len(worlds)} some run has no number" if not whole.all() else ""
        raise StudyError(
            f"{counted(int(whole.sum()), 'world')}{lost}; at least {FEWEST_WORLDS} are needed. Raise `points` under "
            "[uncertainties] (doubled, a latin-hypercube keeps its runs) and say `partnersim study expand FILE`."
        )
    signs = np.array([1.0 if better[name] == "higher" else -1.0 for name in outcomes])
    known = (inputs if inputs is not None else pd.DataFrame(index=worlds)).reindex(worlds[whole])
    return Crossed(
        tuple(outcomes), tuple(map(str, policies)), worlds[whole], seeds, values[:, :, whole], signs, known, int((~whole).sum())
    )


def crossed_study(study: OpenedStudy, outcomes: Sequence[str] = HEADLINES) -> Crossed:
    """The block of a finished study, with what its worlds differ in; errors as :func:`crossed`."""
    if not study.is_complete:
        raise StudyError(f"{study.path} holds a study that is not finished; run the same study again to finish it.")
    return crossed(study.outcomes(outcomes), outcomes, uncertain_inputs(study.points))


def uncertain_inputs(points: pd.DataFrame) -> pd.DataFrame:
    """World (the index) x uncertainty: the columns of a study's points that differ between the worlds of one scenario."""
    first = points.drop(columns=["point", "scenario"], errors="ignore").groupby("world", sort=True).first()
    return first.loc[:, first.nunique() > 1]


def named(policy: str) -> str:
    """A policy's name for readers."""
    plain = policy.replace("-", " ").replace("_", " ")
    return plain[:1].upper() + plain[1:]
