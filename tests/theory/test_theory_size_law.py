"""The size law of UN membership alone: with no coordination cost and nobody refusing, a shifted geometric law."""

from __future__ import annotations

import numpy as np
import power
import pytest
from scipy.stats import chi2
from worlds import laboratory

from partnersim.kinds import MAX_ENTITIES, OPEN_ROWS, Stage
from partnersim.simulate import advance

Q = 0.654
"""Chance of continuing that fits joint programmes (S5)."""
ALONE = {
    "single_entity_share": 0.0,
    "size_continuation": Q,
    "coordination_cost": 0.0,
    "benefit_spread": 0.0,
    "yield_or_join": 0.0,
    "backlog_months": 1e9,
    "common_threshold": -1e9,
    "flag_sharing": 0.0,
}
"""Every design looks for further members, no invitee bears a cost, is busy or has doubts, and nobody has joined a bid."""
TOP = 12
"""Larger designs are one class, so that each class expects more than five."""


def closed_form(q: float) -> np.ndarray:
    """Probabilities of 2 to TOP - 1 members and of TOP or more: P(N >= 2 + k) = q^k."""
    tail = q ** np.arange(TOP - 1)
    return np.append(tail[:-1] - tail[1:], tail[-1])


@pytest.fixture(scope="module")
def sizes() -> np.ndarray:
    """UN members of every design begun in fifteen years, those dropped later among them; equal ideas count once."""
    lab = laboratory(months=180, beyond=ALONE, burn_in=0, entities=20, companies=2000)
    world, tables = lab.start(lab.settled(7))
    found = {}
    for _ in range(180):
        advance(world, tables, 1)
        cases = world.partnership[world.rows[OPEN_ROWS, : world.system["n_open"][0]]]
        begun = cases[(cases["stage"] == Stage.DESIGN) & (cases["work_left"] >= 0.0)]
        found |= zip(begun["key"].tolist(), begun["n_entity"].tolist(), strict=True)
    return np.array(list(found.values()))


def test_sizes_follow_the_geometric_law(sizes: np.ndarray) -> None:
    """A failure means that the number of UN members follows another law than the one it is calibrated to.

    Chi-square on 11 classes, two-sided at 0.001: a chance of continuing of 0.634 or 0.673, 3 % beside the right one, is seen
    with power 0.9.
    """
    expected = closed_form(Q) * sizes.size
    assert min(power.of_shares(closed_form(Q), closed_form(q), sizes.size, 0.001) for q in (0.634, 0.673)) > power.POWER
    assert sizes.min() >= 2
    assert sizes.max() <= MAX_ENTITIES
    assert expected.min() > 5.0
    counted = np.bincount(np.minimum(sizes, TOP) - 2, minlength=TOP - 1)
    distance = ((counted - expected) ** 2 / expected).sum()
    assert chi2.ppf(0.0005, TOP - 2) < distance < chi2.ppf(0.9995, TOP - 2)
