"""What packages of levers are judged by, and which of them no other beats in all of it.

Four objectives: the means over seeds of transaction cost, incidents and transformative reach, and the 95th percentile over
seeds of incidents, each seed's number being the run's yearly mean: how bad a bad decade is, not a bad year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from partnersim.ledger import HEADLINES, OUTCOMES


class Objective(NamedTuple):
    """A number of a package: the mean over seeds of an outcome, or (``quantile``) a quantile of it over seeds."""

    name: str
    label: str
    outcome: str
    quantile: float | None = None

    @property
    def unit(self) -> str:
        """As the outcome's."""
        return next(o.unit for o in OUTCOMES if o.name == self.outcome)

    @property
    def sign(self) -> float:
        """What it is multiplied by, so that less is better."""
        return -1.0 if next(o.better for o in OUTCOMES if o.name == self.outcome) == "higher" else 1.0


OBJECTIVES = (
    Objective("transaction_cost", "Transaction cost", "transaction_cost"),
    Objective("incidents", "Incidents", "incidents"),
    Objective("incidents_q95", "Incidents, 95th percentile", "incidents", 0.95),
    Objective("transformative_reach", "Transformative reach", "transformative_reach"),
)
NAMES = tuple(objective.name for objective in OBJECTIVES)
SIGNS = np.array([objective.sign for objective in OBJECTIVES])
"""Times an objective gives a loss: less is better."""


def objectives(values: np.ndarray) -> np.ndarray:
    """... x objective, in units, of ... x seed x headline outcome; NaN where one of the seeds has no number."""
    found = []
    for objective in OBJECTIVES:
        mine = values[..., HEADLINES.index(objective.outcome)]
        found.append(mine.mean(axis=-1) if objective.quantile is None else _quantile(mine, objective.quantile))
    return np.stack(found, axis=-1)


def _quantile(values: np.ndarray, q: float) -> np.ndarray:
    """``numpy.quantile`` along the last axis, in a third of its time for many short rows."""
    ordered = np.sort(values, axis=-1)
    place = q * (values.shape[-1] - 1)
    below = int(place)
    above = min(below + 1, values.shape[-1] - 1)
    between = ordered[..., below] + (place - below) * (ordered[..., above] - ordered[..., below])
    return np.where(np.isnan(values).any(axis=-1), np.nan, between)


def non_dominated(losses: np.ndarray) -> np.ndarray:
    """Which rows no other row beats: none is as low in all columns and lower in one. Rows with NaN are beaten.

    Exact, ties included: of equal rows all stay. Takes time by rows times those that stay.
    """
    alive = np.flatnonzero(~np.isnan(losses).any(axis=1))
    # By sum: nothing that comes later can beat what comes first, but for rounding, which the last pass mends.
    alive = alive[np.argsort(losses[alive].sum(axis=1), kind="stable")]
    kept = []
    rest = losses[alive]
    while len(alive):
        first = rest[0]
        kept.append(alive[0])
        is_beaten = (rest >= first).all(axis=1) & (rest > first).any(axis=1)
        is_beaten[0] = True
        alive, rest = alive[~is_beaten], rest[~is_beaten]
    found = np.zeros(len(losses), dtype=bool)
    for index in kept:
        beats = (losses[kept] <= losses[index]).all(axis=1) & (losses[kept] < losses[index]).any(axis=1)
        found[index] = not beats.any()
    return found
