"""No idle number: at either end of its range every parameter and every channel's baseline changes an outcome.

To change one in a byte says little of how much and is exact all the same: a number that nothing follows from changes
none. What moves nothing in a small world at baseline is tried under policies, then where firms, partnerships, crises and
misconduct crowd, so that limits bind and rare things happen.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from worlds import PARAMETERS, laboratory, varied

from partnersim.channels import CHANNELS
from partnersim.compiled import IS_COMPILED
from partnersim.outcomes import outcomes_of
from partnersim.simulate import Laboratory, run_one

CROWDED = {
    # Time for all on few firms that like to be asked; each search is wide and no firm too busy.
    "firms_active": 150.0,
    "candidates": 8.0,
    "accept_base": 2.0,
    "accept_busy": 0.0,
    "accept_fatigue": 0.0,
    # Partnerships that work, transform, and are so large that they meet in the same people.
    "reward_results": 0.8,
    "systemic_aim": 0.9,
    "sector_invitation": 0.9,
    "core_competence_weight": 0.9,
    "exit_plan_share": 0.9,
    "perform_base": 1.0,
    "reach_median": 100_000.0,
    # Insiders, crises, misconduct, and a country desk that all must pass.
    "secondments": 4.0,
    "insider_leniency": 0.5,
    "crisis_rate": 0.3,
    "misconduct_rate": 3.0,
    "desk_routing_country": 1.0,
    "bypass": 0.0,
}
WORLDS = (
    lambda: laboratory(months=60, burn_in=60),
    lambda: laboratory("all-three", months=60, burn_in=60),
    lambda: laboratory("all-three", months=60, burn_in=36, companies=150, beyond=CROWDED),
)
SEEDS = (1, 2, 3)


class End(NamedTuple):
    """A number at an end of its range."""

    name: str
    value: float


def ends() -> list[End]:
    """Both ends of every range, but for an end at which the number stands already; channels of the population are ratios."""
    ranges = {name: (p.low, p.value, p.high) for name, p in PARAMETERS.items()}
    ranges |= {c.name: (c.low, 1.0 if math.isnan(c.baseline) else c.baseline, c.high) for c in CHANNELS}
    return [End(name, end) for name, (low, value, high) in ranges.items() for end in (low, high) if end != value]


def outcomes(lab: Laboratory, seed: int) -> bytes:
    """All outcomes of a run, to the last byte."""
    world = run_one(lab, lab.settled(seed), keep=False)
    return np.array(list(outcomes_of(world, lab.months).values())).tobytes()


def idle(lab: Laboratory, tried: list[End], seed: int) -> list[End]:
    """Those ends that change no outcome."""
    usual = outcomes(lab, seed)
    return [end for end in tried if outcomes(varied(lab, {end.name: end.value}), seed) == usual]


@pytest.mark.skipif(not IS_COMPILED, reason="takes an hour uncompiled")
def test_every_number_moves_an_outcome_at_both_ends_of_its_range() -> None:
    """A failure lists numbers from which nothing follows, each with the end that does not matter: parameters to delete, or
    rules that do not do what they say."""
    left = ends()
    for seed in SEEDS:
        for world in WORLDS:
            left = idle(world(), left, seed) if left else left
    assert not left, left
