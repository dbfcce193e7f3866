"""What the wall says of packages: differences, who is ahead, predictions, the held-out world."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from partnersim.classroom import scores
from partnersim.classroom.records import Prediction, Result
from partnersim.classroom.scores import Played
from partnersim.ledger import HEADLINES
from partnersim.study.paired import compare_paired

SEEDS = 40


def runs(cost: float, incidents: float, reach: float, noise: float = 0.0, key: int = 0) -> pd.DataFrame:
    """Outcomes whose luck is that of the seed, with these means and a further ``noise`` of its own."""
    luck = np.random.default_rng(1).normal(size=(SEEDS, 3))
    own = np.random.default_rng(key).normal(size=(SEEDS, 3)) * noise
    index = pd.Index(range(SEEDS), name="seed")
    return pd.DataFrame(np.array([cost, incidents, reach]) + luck + own, index=index, columns=list(HEADLINES))


def prediction(team: int = 1, **answers: str) -> Prediction:
    """Of somebody in a team."""
    return Prediction(session=1, round=1, member=7, team=team, answers=answers, why="", made=0.0)


def test_kept_outcomes_come_back_bit_by_bit():
    """Fails when a restart changes what the wall shows, or an outcome without a number cannot be kept."""
    frame = runs(10, 5, 2, 0.3)
    frame.iloc[3, 0] = np.nan
    content = json.loads(json.dumps(scores.kept(frame, staff_days=12.5), allow_nan=False))
    assert content["staff_days"] == 12.5 and content["outcomes"]["transaction_cost"][3] is None
    pd.testing.assert_frame_equal(scores.frame(content), frame, check_exact=True)


def test_effects_are_those_of_a_comparison():
    """Fails when the wall's difference, interval or verdict is another than that of the library's comparison."""
    world = Played(runs(10, 5, 2), {2: runs(8, 5, 2, 0.5, 3), 1: runs(10, 5, 3)})
    found = scores.effects(world)
    wanted = compare_paired(world.reference, world.packages[2])
    pd.testing.assert_frame_equal(found.loc[2].drop(columns="verdict"), wanted)
    assert found.loc[(1, "transformative_reach"), "verdict"] == "higher"
    assert found.loc[(2, "transaction_cost"), "verdict"] == "lower"
    assert found.loc[(1, "incidents"), "verdict"] == "no difference"
    assert found.loc[(2, "incidents"), "verdict"] == "no clear difference"
    assert scores.effects(Played(world.reference, {})).empty


def test_teams_are_told_apart_only_where_luck_cannot_have_done_it():
    """Fails when a lead that is luck is called clear, a clear one is not, or one outcome is traded for another."""
    packages = {
        1: runs(8.0, 5.0, 2.0),  # cheap
        2: runs(8.01, 5.0, 2.0, 0.4, 5),  # as good as the first, as far as anybody can tell
        3: runs(9.0, 5.0, 2.0),  # clearly beaten by the first
        4: runs(9.5, 5.0, 3.0),  # dear, but reaches more
    }
    packages[2] += packages[1].mean() + [0.01, 0.01, -0.01] - packages[2].mean()
    world = Played(runs(10, 5, 2), packages)
    duels = scores.duels(world)
    assert len(duels) == 4 * 3 * 3
    assert (
        duels.loc[(1, 3, "transaction_cost"), "clear"] == "better" and duels.loc[(3, 1, "transaction_cost"), "clear"] == "worse"
    )
    assert duels.loc[(4, 1, "transformative_reach"), "clear"] == "better"
    assert (duels.loc[(1, 2), "clear"] == "").all()
    row, mirror = duels.loc[(2, 4, "incidents")], duels.loc[(4, 2, "incidents")]
    assert (row["difference"], row["low"], row["high"]) == (-mirror["difference"], -mirror["high"], -mirror["low"])
    standing = scores.standing(world)
    assert standing["unbeaten"].tolist() == [True, False, False, True]
    assert standing.loc[2, "clearly_beaten_by"] == () and standing.loc[4, "clearly_beaten_by"] == ()
    assert 1 in standing.loc[3, "clearly_beaten_by"] and 4 not in standing.loc[3, "clearly_beaten_by"]
    one = Played(world.reference, {1: packages[1]})
    assert scores.duels(one).empty and scores.standing(one)["unbeaten"].tolist() == [True]
    assert scores.standing(Played(world.reference, {})).empty


def test_many_equal_teams_are_hardly_ever_told_apart():
    """Fails when the intervals of the many pairs hold one at a time: then among eight equal teams most classes would see a clear
    winner. Together at 95 %, one class in twenty does; 8 or more of 40 have a chance below 0.1 %, one at a time nearly all do."""
    wrong = 0
    for klass in range(40):
        packages = {team: runs(8, 5, 2, 1.0, 100 * klass + team) for team in range(1, 9)}
        wrong += (scores.duels(Played(runs(10, 5, 2), packages))["clear"] != "").any()
    assert wrong < 8


def test_predictions_come_true_by_the_interval():
    """Fails when a prediction is called right by a mean that luck may have made."""
    world = Played(runs(10, 5, 2), {1: runs(8, 5, 2, 0.5, 3)})
    found = scores.effects(world)
    assert scores.came_true(prediction(transaction_cost="lower", incidents="none", transformative_reach="higher"), found) == {
        "transaction_cost": True, "incidents": True, "transformative_reach": False,
    }  # fmt: skip
    assert scores.came_true(prediction(transaction_cost="none", why_so="queue", incidents="maybe"), found) == {
        "transaction_cost": False
    }
    assert scores.came_true(prediction(team=2, incidents="none"), found) == {}  # that team has no package
    few = scores.effects(Played(world.reference.iloc[:2], {1: world.packages[1].iloc[:2]}))
    assert scores.came_true(prediction(transaction_cost="lower"), few) == {}
    table = scores.hits([prediction(transaction_cost="lower", incidents="lower"), prediction(2, incidents="none")], found)
    assert table.to_dict("list") == {"member": [7, 7], "team": [1, 2], "right": [1, 0], "judged": [2, 0]}


def test_the_struck_world_is_compared_seed_by_seed():
    """Fails when what a crisis does to everybody is taken for what it does to a package, or luck for either."""
    calm = Played(runs(10, 5, 2), {1: runs(8, 5, 2, 0.2, 3), 2: runs(8, 5, 2)})
    hit = Played(runs(13, 9, 2), {1: runs(12, 9, 2, 0.2, 4), 3: runs(12, 9, 2)})
    table = scores.struck(calm, hit)
    assert table.index.unique("team").tolist() == [1]  # the others were not played in both
    cost, incidents = table.loc[(1, "transaction_cost")], table.loc[(1, "incidents")]
    # The seed's luck, of standard deviation 1, is taken out; what is left is that of 0.2.
    assert 3.8 < cost["level_low"] < cost["level_high"] < 4.3 and 0.8 < cost["effect_low"] < cost["effect_high"] < 1.3
    assert incidents["level_low"] > 3 and incidents["effect_low"] < 0 < incidents["effect_high"]
    assert scores.struck(calm, Played(hit.reference, {})).empty


def test_kept_results_are_sorted_into_worlds():
    """Fails when a result lands in another team, round or world, or a world is judged without its reference."""

    def result(number, world, proposal, round_number, team):
        content = scores.kept(runs(number, 5, 2))
        return Result(number, 1, round_number, team, proposal, world, content, 0.0)

    kept = [
        result(1, "baseline", 5, 1, 2), result(2, "baseline", None, None, None), result(3, "baseline", 4, 1, 1),
        result(4, "baseline", 9, 2, 1), result(5, "low-integrity", 5, 1, 2),
    ]  # fmt: skip
    found = scores.played(kept, 1)
    assert set(found) == {"baseline"} and list(found["baseline"].packages) == [1, 2]
    pd.testing.assert_frame_equal(found["baseline"].packages[1], runs(3, 5, 2))
    assert list(scores.played(kept, 2)["baseline"].packages) == [1]
