"""Sides of the reference world by world, the parts of the spread, and the check in calibrated worlds."""

from __future__ import annotations

import numpy as np
import pytest
from planted import block

from partnersim.analysis.worldwise import OPEN, OPPOSITE, SAME, by_world, sides, sign_check, spreads
from partnersim.study.files import StudyError


def three(policy: np.ndarray) -> np.ndarray:
    """Cost, incidents and reach of the reference, which is 100 in all worlds, and of a policy that differs by ``policy``."""
    reference = np.full((3, len(policy)), 100.0)
    return np.stack([reference, reference + policy], axis=1)


def test_sides_follow_the_direction_of_the_outcome():
    """A failure would mean that more cost counts as better, or that worlds without a difference take a side."""
    difference = np.array([-3.0] * 5 + [0.0] * 2 + [4.0] * 3)
    luck = np.array([-1.0, 0.0, 1.0]) * (difference != 0)[:, None] * np.array([0, 1])[:, None, None]
    data = block(three(difference), luck[None], n_seeds=3)
    table = sides(data).set_index(["policy", "outcome"])
    cost, reach = table.loc[("policy-1", "transaction_cost")], table.loc[("policy-1", "transformative_reach")]
    assert (cost["better"], cost["equal"], cost["worse"]) == (0.5, 0.2, 0.3)
    assert (reach["better"], reach["worse"]) == (0.3, 0.5)
    assert (cost["low"], cost["high"]) == pytest.approx((0.2366, 0.7634), abs=1e-4), "Wilson's interval of 5 in 10"
    worlds = by_world(data)
    assert len(worlds) == 3 * 10
    first = worlds.set_index(["outcome", "world"]).loc[("transaction_cost", 0)]
    half = 4.302653 / np.sqrt(3)  # t of two degrees of freedom
    assert (first["difference"], first["low"], first["high"]) == pytest.approx((-3, -3 - half, -3 + half), abs=1e-5)
    assert first["side"] == "better" and worlds["side"].tolist().count("equal") == 6


def test_no_side_is_clear_where_there_is_luck_alone():
    """A failure would mean that among many worlds some are always told as clear: the level is shared among them."""
    rng = np.random.default_rng(4)
    chance = []
    for _ in range(40):
        luck = rng.normal(size=(3, 2, 60, 5)) * np.array([0, 1])[:, None, None]
        table = sides(block(three(np.zeros(60)), luck, n_seeds=5))
        chance += (table["clear_better"] + table["clear_worse"] > 0).tolist()
    assert np.mean(chance) <= 0.11, "5 % of 120 families; more than 13 once in 200"
    certain = sides(block(three(np.full(60, -9.0)), luck * 0.1, n_seeds=5))
    assert certain["clear_better"].tolist() == [1.0, 1.0, 0.0]


def test_spread_between_worlds_is_told_from_luck_that_all_worlds_share():
    """A failure would mean that a seed that is high in all worlds hides what the worlds do, or counts as a world.

    Standard deviations 3 between worlds; 2 of a seed in all worlds and 1 of a seed in a world: together the root of 5.
    """
    rng = np.random.default_rng(11)
    means = 50 + np.array([0, 3.0])[:, None] * rng.normal(size=(3, 2, 500))
    luck = 2 * rng.normal(size=(3, 1, 1, 40)) + rng.normal(size=(3, 1, 500, 40)) * np.array([0, 1])[:, None, None]
    table = spreads(block(means, luck, n_seeds=40)).set_index(["of", "policy", "outcome"]).sort_index()
    own = table.loc[("value", "policy-1")]
    assert own["sd_worlds"].tolist() == pytest.approx([3] * 3, rel=0.1)
    assert own["sd_seeds"].tolist() == pytest.approx([5**0.5] * 3, rel=0.25)
    paired = table.loc[("difference", "policy-1")]
    assert paired["sd_seeds"].tolist() == pytest.approx([1] * 3, rel=0.05), "what a seed does to both is no difference"
    assert paired["world_share"].tolist() == pytest.approx([0.9] * 3, abs=0.02)
    assert (table.loc[("value", "baseline"), "world_share"] == 0).all()


def test_calibrated_worlds_confirm_a_side_only_where_both_are_clear():
    """A failure would mean that a claim is confirmed, or refuted, by noise."""
    rng = np.random.default_rng(12)
    luck = rng.normal(size=(3, 2, 20, 12)) * np.array([0, 0.5])[:, None, None]

    def study(cost: float, incidents: float, reach: float):
        return block(three(np.zeros(20)) + np.outer([cost, incidents, reach], [0, 1])[:, :, None], luck, n_seeds=12)

    table = sign_check(study(-2, -2, 2), study(-1, 1, 0)).set_index("outcome")
    assert table["verdict"].tolist() == [SAME, OPPOSITE, OPEN]
    assert table.loc["incidents", "calibrated_difference"] == pytest.approx(1, abs=0.2)
    other = study(0, 0, 0)
    renamed = type(other)(**{**vars(other), "policies": ("all-three", "policy-1")})
    with pytest.raises(StudyError, match="compare with baseline and with all-three; give both the same scenario first"):
        sign_check(other, renamed)
    unlike = type(other)(**{**vars(other), "policies": ("baseline", "policy-9")})
    with pytest.raises(StudyError, match="no policy and outcome in common"):
        sign_check(other, unlike)
