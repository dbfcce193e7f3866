"""Policies crossed with worlds on common seeds: the block of numbers that questions of robustness and of information ask of."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from partnersim.analysis.inworlds import WORLDS_NEEDED, InWorlds, numbers_of_worlds, read_in_worlds
from partnersim.english import counted
from partnersim.languages.speaking import catalogue
from partnersim.ledger import HEADLINES
from partnersim.study import words
from partnersim.study.files import StudyError

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy

FEWEST_SEEDS, FEWEST_WORLDS = 3, 8
WEIGHTED = "weighted"
"""Name of the one outcome that a user's weights make of several."""


@dataclass(frozen=True)
class Crossed(InWorlds):
    """The worlds of a block in which no number is missing, so that all policies are judged in the same ones.

    ``signs``: 1 where more of an outcome is better, -1 where less is. ``inputs``: world x uncertainty, what the worlds differ
    in; no column where that is not known. ``left_out``: worlds in which some run has no number.
    """

    signs: np.ndarray
    inputs: pd.DataFrame
    left_out: int = 0

    @functools.cached_property
    def gains(self) -> np.ndarray:
        """The values turned so that more is better, with the seeds first: seed x outcome x policy x world."""
        return np.ascontiguousarray(np.moveaxis(self.values * self.signs[:, None, None, None], 3, 0))

    def described(self) -> str:
        """Policies, worlds and seeds in words, and how many worlds are left out."""
        return described(len(self.policies), len(self.worlds), len(self.seeds), self.left_out)

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


def described(policies: int, worlds: int, seeds: int, left_out: int = 0) -> str:
    """How many there are of each, in words."""
    say = catalogue("analysis")
    without = say("crossed.without", n=left_out) if left_out else ""
    counts = {name: say(f"crossed.{name}", n=n) for name, n in (("policies", policies), ("worlds", worlds), ("seeds", seeds))}
    return say("crossed.described", **counts, without=without)


def crossed(data: InWorlds, inputs: pd.DataFrame | None = None, better: Mapping[str, str] = words.BETTER) -> Crossed:
    """The block without the worlds in which a number is missing or infinite, as of a run that failed.

    ``inputs``: world (its index) x uncertainty. ``better``: ``lower`` or ``higher`` for each outcome. Raises
    :class:`StudyError` for a single policy or world, outcomes without a better direction, and fewer than FEWEST_SEEDS seeds
    or FEWEST_WORLDS worlds.
    """
    if neutral := [name for name in data.outcomes if better.get(name, "none") == "none"]:
        raise StudyError(
            f"Neither more nor less of {neutral[0]} is better, so no policy can be best in it. Take another outcome."
        )
    n_worlds, n_seeds = len(data.worlds), len(data.seeds)
    if n_worlds < 2:
        raise StudyError(f"The study has one world; policies are judged in many. {WORLDS_NEEDED}")
    if len(data.policies) < 2:
        raise StudyError(
            f"The study has one scenario, {', '.join(data.policies)}, so there is nothing to choose. Give the study file "
            'a list of scenarios, the reference first, or [levers], for example design = "one-at-a-time", '
            "and say `partnersim study expand FILE`."
        )
    if n_seeds < FEWEST_SEEDS:
        raise StudyError(
            f"{counted(n_seeds, 'seed')} cannot tell luck from worlds; at least {FEWEST_SEEDS} are needed. Raise `seeds` in "
            "the study file and say `partnersim study expand FILE`."
        )
    whole = np.isfinite(data.values).all(axis=(0, 1, 3))
    n_whole = int(whole.sum())
    if n_whole < FEWEST_WORLDS:
        lost = f", since in {n_worlds - n_whole} of {n_worlds} some run has no number" if n_whole < n_worlds else ""
        raise StudyError(
            f"{counted(n_whole, 'world')}{lost}; at least {FEWEST_WORLDS} are needed. Raise `points` under "
            "[uncertainties] (doubled, a latin-hypercube keeps its runs) and say `partnersim study expand FILE`."
        )
    worlds = data.worlds[whole]
    signs = np.array([1.0 if better[name] == "higher" else -1.0 for name in data.outcomes])
    known = (inputs if inputs is not None else pd.DataFrame(index=worlds)).reindex(worlds)
    return Crossed(data.outcomes, data.policies, worlds, data.seeds, data.values[:, :, whole], signs, known, n_worlds - n_whole)


def crossed_study(study: OpenedStudy, outcomes: Sequence[str] = HEADLINES) -> Crossed:
    """The block of a finished study, with what its worlds differ in; errors as :func:`crossed`."""
    if not study.is_complete:
        raise StudyError(f"{study.path} holds a study that is not finished; run the same study again to finish it.")
    return crossed(read_in_worlds(study, outcomes), numbers_of_worlds(study))
