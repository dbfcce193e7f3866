"""Runs and numbers by world, for analyses in which worlds vary."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from partnersim.channels import BY_NAME
from partnersim.ledger import OUTCOMES, SERIES
from partnersim.scenario import load_parameters
from partnersim.study import words
from partnersim.study.files import StudyError
from partnersim.study.reading import read_monthly

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy

BARE = ("0-1", "share", "probability", "ratio", "correlation", "index", "score", "weight", "number")
"""Units that a number is said without."""


@dataclass(frozen=True)
class Input:
    """What differs between worlds, for readers."""

    title: str
    unit: str

    def amount(self, value: float) -> str:
        """``1.2 staff-days``, or ``0.4`` of what has no unit."""
        return words.number(value) if self.unit in BARE else f"{words.number(value)} {self.unit}"


@dataclass(frozen=True)
class InWorlds:
    """Outcomes by scenario, world and seed; NaN where a run is missing or its outcome has no value.

    ``values``: scenario x outcome x world x seed, in the order of ``scenarios``, ``outcomes``, ``worlds`` and ``seeds``.
    """

    scenarios: list[str]
    outcomes: list[str]
    worlds: np.ndarray
    seeds: np.ndarray
    values: np.ndarray

    def of(self, scenario: str, outcome: str) -> np.ndarray:
        """World x seed."""
        found: np.ndarray = self.values[self.scenarios.index(scenario), self.outcomes.index(outcome)]
        return found

    def difference(self, scenario: str, outcome: str) -> np.ndarray:
        """World x seed: the scenario minus the reference, which is the first."""
        return self.of(scenario, outcome) - self.of(self.scenarios[0], outcome)


def read_in_worlds(opened: OpenedStudy, outcomes: Sequence[str]) -> InWorlds:
    """The outcomes of all runs of a study. :class:`StudyError` for an outcome there is not."""
    frame = opened.outcomes(outcomes)
    scenarios, worlds = opened.scenarios, np.sort(opened.points["world"].unique())
    seeds = np.sort(frame["seed"].unique())
    values = np.full((len(scenarios), len(outcomes), len(worlds), len(seeds)), np.nan)
    at = pd.Index(scenarios).get_indexer(frame["scenario"])
    world, seed = np.searchsorted(worlds, frame["world"]), np.searchsorted(seeds, frame["seed"])
    for k, outcome in enumerate(outcomes):
        values[at, k, world, seed] = frame[outcome].to_numpy()
    return InWorlds(scenarios, list(outcomes), worlds, seeds, values)


def numbers_of_worlds(opened: OpenedStudy) -> pd.DataFrame:
    """World (the index) x number that differs between worlds, in units."""
    points = opened.points[opened.points["scenario"] == opened.scenarios[0]].set_index("world").sort_index()
    return points[[name for name in points.columns if name in declared() and points[name].nunique() > 1]].astype(float)


@functools.cache
def declared() -> Mapping[str, Input]:
    """Titles and units of all that may differ between worlds: parameters, and baselines of channels."""
    channels = {name: Input(name.replace("_", " ").capitalize(), channel.unit) for name, channel in BY_NAME.items()}
    return channels | {name: Input(p.title, p.unit) for name, p in load_parameters().items()}


def described_worlds(opened: OpenedStudy, what: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Input]]:
    """What the reference scenario shows in each world: means over its runs of outcomes, or of monthly paths that are kept.

    Returns world x ``in the baseline: open cases`` and so on, after the reference's name, and titles and units by these names.
    """
    reference = opened.scenarios[0]
    mine = opened.points[opened.points["scenario"] == reference]
    outcomes = {o.name: o.unit for o in OUTCOMES}
    paths = {s.name: s.unit for s in SERIES if s.name in opened.study.monthly and s.name not in outcomes}
    if strange := [name for name in what if name not in outcomes and name not in paths]:
        from partnersim.scenario.reading import unknown

        raise StudyError(f"{unknown('outcome or monthly path that is kept', strange[0], [*outcomes, *paths])}.")
    parts, inputs = [], {}
    for name in what:
        is_outcome = name in outcomes
        frame = opened.outcomes([name]) if is_outcome else read_monthly(opened.path, mine, None, [name])
        means = frame[frame["scenario"] == reference].groupby("world")[name].mean()
        told = f"in the {reference}: {words.label(name).lower()}"
        parts.append(means.rename(told))
        inputs[told] = Input(told, outcomes[name] if is_outcome else paths[name])
    frame = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=mine["world"].sort_values())
    return frame, inputs
