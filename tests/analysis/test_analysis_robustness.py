"""Regret, worst worlds, shares of worlds and ranks, where the answers are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from planted import block, frame, strata

from partnersim.analysis.crossed import Crossed, crossed
from partnersim.analysis.inworlds import in_worlds
from partnersim.analysis.robustness import ALL, MEASURES, REGRETS, robustness
from partnersim.figures.robustness import draw_ranks, draw_regret, draw_satisficing, rank_finding, regret_finding
from partnersim.study.files import StudyError

REACH = np.array([[[10.0] * 10, [12, 12, 12, 12, 12, 12, 12, 12, 12, 5], [11, 9, 11, 9, 11, 9, 11, 9, 11, 20]]])
"""Reach of the reference and two policies in ten worlds. Regrets: 2 in nine worlds and 10; 0 and 15; 1, 3, 1, 3, ..., 0."""


def row(found, measure: str, policy: str, outcome: str = "transformative_reach") -> pd.Series:
    """The row of one measure of one policy."""
    return found.table.set_index(["measure", "outcome", "policy"]).loc[(measure, outcome, policy)]


def test_regrets_of_a_table_made_by_hand_are_exact():
    """A failure would mean that regret is not the distance from the best policy of the same world."""
    found = robustness(block(REACH), resamples=20)
    told = {p: [row(found, m, p)["value"] for m in ("max_regret", "p90_regret", "mean_regret", "worst", "mean")] for p in
            ("baseline", "policy-1", "policy-2")}  # fmt: skip
    np.testing.assert_allclose(told["baseline"], [10, 2, 2.8, 10, 10])
    np.testing.assert_allclose(told["policy-1"], [15, 0, 1.5, 5, 11.3])
    np.testing.assert_allclose(told["policy-2"], [3, 3, 1.7, 9, 11.1])
    assert [row(found, "max_regret", p)["rank"] for p in told] == [2, 3, 1]
    assert [row(found, "worst", p)["rank"] for p in told] == [1, 3, 2]
    assert [row(found, "mean_regret", p)["rank"] for p in told] == [3, 1, 2]
    fixed = row(found, "max_regret", "policy-1")
    assert fixed["low"] == fixed["high"] == 15, "without luck the worst of these worlds is known"


def test_less_is_better_where_the_outcome_says_so():
    """A failure would mean that the policy with the highest cost is called the best."""
    mirrored = Crossed(**{**vars(block(REACH)), "outcomes": ("transaction_cost",), "signs": np.array([-1.0])})
    turned = robustness(Crossed(**{**vars(mirrored), "values": 30 - mirrored.values}), resamples=20).table
    plain = robustness(block(REACH), resamples=20).table
    of = ~plain["measure"].isin(("mean", "worst", "clear_gain"))
    pd.testing.assert_frame_equal(turned.loc[of, ["value", "rank", "p_best"]], plain.loc[of, ["value", "rank", "p_best"]])
    means = turned["measure"].isin(("mean", "worst"))
    np.testing.assert_allclose(turned.loc[means, "value"], 30 - plain.loc[means, "value"])
    assert (turned["low"] <= turned["high"]).all()


def test_shares_of_worlds_are_exact_alone_and_together():
    """A failure would mean that a share counts other worlds than those in which the policy does well in every outcome."""
    cost, incidents, reach = (np.full((2, 10), 100.0) for _ in range(3))
    cost[1, :6] = 96.0  # better by 4 %, not by 5
    cost[1, 6:8] = 110.0
    incidents[0], incidents[1] = 0.0, 0.0  # never any: no harm, and no gain
    reach[1, 2:] = 130.0
    reach[1, :2] = 90.0
    data = block(np.array([cost, incidents, reach]))
    found = robustness(data, resamples=20)
    wanted = {"transaction_cost": (0.8, 0.0), "incidents": (1.0, 0.0), "transformative_reach": (0.8, 0.8), ALL: (0.6, 0.0)}
    for outcome, shares in wanted.items():
        got = [row(found, measure, "policy-1", outcome)["value"] for measure in ("no_worse", "clear_gain")]
        np.testing.assert_allclose(got, shares, err_msg=outcome)
    eased = robustness(data, by={"transaction_cost": 4.0}, resamples=20)
    assert row(eased, "clear_gain", "policy-1", "transaction_cost")["value"] == pytest.approx(0.6)
    certain = row(found, "no_worse", "policy-1", "incidents")
    assert 0.5 < certain["low"] < 0.9 < certain["high"] == 1, "ten worlds that agree do not speak for all worlds"
    assert "baseline" not in set(found.table.loc[found.table["measure"] == "no_worse", "policy"])


def test_luck_is_taken_out_of_regret():
    """A failure would mean that noise is told as regret: of the reference and a policy better by x - 1/4, x uniform in 0 to 1.

    In truth the reference regrets E max(x - 1/4, 0) = 9/32, the policy E max(1/4 - x, 0) = 1/32, and it is no worse in 3/4 of
    worlds. With seeds of a standard deviation of 1 the uncorrected regret of the policy is about 0.14 instead.
    """
    x, rng = strata(256, 1, 1)[:, 0], np.random.default_rng(3)
    means = np.array([[np.full(256, 5.0), 4.75 + x]])
    luck = rng.normal(size=(1, 1, 256, 6)) + rng.normal(size=(1, 2, 256, 6)) * 0.7
    found = robustness(block(means, luck, n_seeds=6), resamples=300)
    for measure, policy, truth in (
        ("mean_regret", "baseline", 9 / 32),
        ("mean_regret", "policy-1", 1 / 32),
        ("no_worse", "policy-1", 0.75),
    ):
        told = row(found, measure, policy)
        assert told["low"] <= truth <= told["high"]
        assert abs(told["value"] - truth) < abs(told["raw"] - truth)
    assert row(found, "mean_regret", "policy-1")["raw"] > 3 / 32


def test_ranks_are_firm_where_policies_differ_and_open_where_they_do_not():
    """A failure would mean that chance is told as an order, or an order as chance."""
    rng = np.random.default_rng(5)
    worlds = rng.normal(size=(1, 1, 40))
    steps = np.array([0.0, 5.0, 10.0])[None, :, None]
    firm = robustness(block(worlds + steps, rng.normal(size=(1, 3, 40, 4))), resamples=100)
    best = row(firm, "mean_regret", "policy-2")
    assert (best["p_best"], best["rank"], best["rank_low"], best["rank_high"]) == (1, 1, 1, 1)
    assert row(firm, "mean", "baseline")["mean_rank"] == 3
    assert "Policy 2 has the least regret" in regret_finding(firm, "transformative_reach")

    same = robustness(block(worlds + np.zeros((1, 3, 1)), rng.normal(size=(1, 1, 40, 4))), resamples=100)
    for policy in ("baseline", "policy-1", "policy-2"):
        told = row(same, "mean_regret", policy)
        assert told["value"] == 0 and told["rank"] == told["mean_rank"] == 2
        assert told["p_best"] == pytest.approx(1 / 3)
    assert "may have the least regret" in regret_finding(same, "transformative_reach")
    assert "no policy is surely first" in rank_finding(same, "transformative_reach", "mean_regret")


def test_chances_and_rank_shares_add_up():
    """A failure would mean that ties are counted twice or not at all."""
    rng = np.random.default_rng(6)
    found = robustness(block(rng.normal(size=(3, 4, 12)), rng.normal(size=(3, 4, 12, 3)), n_seeds=3), resamples=60)
    np.testing.assert_allclose(found.table.groupby(["measure", "outcome"])["p_best"].sum(), 1.0)
    np.testing.assert_allclose(found.ranks.groupby(["measure", "outcome", "policy"])["share"].sum(), 1.0)
    counts = found.table.groupby("measure")["policy"].size()
    assert counts.to_dict() == {m: 12 for m in MEASURES}, "4 policies x 3 outcomes, or 3 x 4 with all outcomes together"
    regret = found.table[found.table["measure"].isin(REGRETS)].set_index(["measure", "outcome", "policy"]).sort_index()
    assert (regret["low"] >= 0).all() and (regret["low"] <= regret["value"]).all() and (regret["value"] <= regret["high"]).all()
    assert (regret.loc["max_regret", "value"] >= regret.loc["p90_regret", "value"]).all(), "though each is corrected by itself"


def test_intervals_hold_what_is_true():
    """A failure would mean that intervals promise too much (under 90 %) or say nothing (four times the spread of the estimates).

    Differences to the reference of a standard deviation of 1 between worlds and of 1 between seeds, plus luck of a seed
    that is common to all worlds. 60 studies x 8 intervals; true coverage of 95 % gives less than 90 % once in 100,000.
    """
    rng = np.random.default_rng(8)
    shifts = np.array([0.0, 0.3, 0.6])
    truth = _truth(shifts)
    inside, values, halves = [], [], []
    for study in range(60):
        worlds = rng.normal(size=(1, 3, 48)) * np.array([0, 1, 1])[:, None] + shifts[:, None]
        luck = np.array([0, 1, 1])[:, None, None] * (rng.normal(size=(1, 3, 48, 5)) + 0.3 * rng.normal(size=(1, 3, 1, 5)))
        table = robustness(block(worlds, luck, n_seeds=5, first_seed=100 * study), resamples=60).table
        told = table.set_index(["measure", "outcome", "policy"]).loc[list(truth)]
        inside.append((told["low"] <= list(truth.values())) & (list(truth.values()) <= told["high"]))
        values.append(told["value"])
        halves.append((told["high"] - told["low"]) / 2)
    assert 0.90 <= np.mean(inside) <= 0.995
    assert (np.mean(halves, axis=0) < 4 * np.std(values, axis=0)).all()


def _truth(shifts: np.ndarray) -> dict[tuple[str, str, str], float]:
    """The same in two hundred thousand worlds without luck."""
    rng = np.random.default_rng(9)
    gains = rng.normal(size=(3, 200_000)) * np.array([0, 1, 1])[:, None] + shifts[:, None]
    regret = gains.max(axis=0) - gains
    reach, names = "transformative_reach", ("baseline", "policy-1", "policy-2")
    found = {("mean_regret", reach, name): regret[k].mean() for k, name in enumerate(names)}
    found |= {("p90_regret", reach, name): np.quantile(regret[k], 0.9) for k, name in enumerate(names)}
    return found | {("no_worse", reach, name): (gains[k] >= 0).mean() for k, name in enumerate(names) if k}


def test_a_mean_needs_no_correction():
    """A failure would mean that resampling adds noise of its own to a mean, so that tables of one study disagree."""
    rng = np.random.default_rng(3)
    table = robustness(block(rng.normal(size=(3, 3, 12)), rng.normal(size=(3, 3, 12, 5)), n_seeds=5), resamples=23).table
    means = table[table["measure"] == "mean"]
    np.testing.assert_allclose(means["value"], means["raw"], atol=1e-12)


def test_equal_questions_get_equal_answers():
    """A failure would mean that a report changes each time it is made."""
    rng = np.random.default_rng(2)
    data = block(rng.normal(size=(1, 3, 12)), rng.normal(size=(1, 3, 12, 4)))
    pd.testing.assert_frame_equal(robustness(data, resamples=20).table, robustness(data, resamples=20).table)


def test_a_world_with_a_failed_run_is_left_out_for_all():
    """A failure would mean that policies are judged in different worlds."""
    rows = frame(block(REACH))
    lost = (rows["scenario"] == "policy-1") & (rows["world"] == 9) & (rows["seed"] == 2)
    rows.loc[lost, "transformative_reach"] = np.nan
    data = crossed(in_worlds(rows, ["transformative_reach"]))
    assert data.left_out == 1 and 9 not in data.worlds
    assert "1 world with failed runs left out" in data.described()
    assert row(robustness(data, resamples=20), "max_regret", "policy-1")["value"] == 0
    shuffled = rows[~lost].sample(frac=1, random_state=1)
    gone = crossed(in_worlds(shuffled, ["transformative_reach"], data.policies))
    assert gone.policies == data.policies and gone.left_out == 1
    np.testing.assert_array_equal(gone.values, data.values)


def test_what_cannot_be_asked_is_refused_with_a_way_out():
    """A failure would mean a traceback, or an answer made of nothing."""
    rows = frame(block(REACH))
    reach = ["transformative_reach"]
    for part, message in (
        (rows[rows["world"] == 0], r'(?s)one world.*design = "latin-hypercube".*points = 256.*partnersim study run FILE'),
        (rows[rows["scenario"] == "baseline"], "one scenario, baseline.*study expand FILE"),
        (rows[rows["seed"] < 2], "2 seeds cannot.*at least 3.*study expand FILE"),
        (rows[rows["world"] < 5], "5 worlds; at least 8.*study expand FILE"),
        (rows.assign(transformative_reach=rows["transformative_reach"].where(rows["world"] > 4)), "5 worlds, since in 5 of 10"),
        (pd.concat([rows, rows.head(1)]), "given twice"),
    ):
        with pytest.raises(StudyError, match=message):
            crossed(in_worlds(part, reach))
    with pytest.raises(StudyError, match="Neither more nor less of transformative_reach"):
        crossed(in_worlds(rows, reach), better={})
    with pytest.raises(StudyError, match="by, incidents: wanted are percents from 0 on, for: transformative_reach"):
        robustness(block(REACH), by={"incidents": 5.0})


def test_figures_show_what_they_claim():
    """A failure would mean a figure without its data, or one that names a best policy that is not surely the best."""
    rng = np.random.default_rng(7)
    means = 100 + rng.normal(size=(3, 1, 12)) + np.array([0.0, -0.1, 0.1])[None, :, None]
    found = robustness(block(means, rng.normal(size=(3, 3, 12, 4))), resamples=60)
    regret, shares, ranks = draw_regret(found, "incidents"), draw_satisficing(found), draw_ranks(found, "incidents")
    assert "may have the least regret" in regret.alt and "corrected for luck" in regret.alt
    assert set(regret.data["policy"]) == set(block(means).policies)
    assert "most often" in shares.alt and "5 % in transaction cost" in shares.alt
    assert "no policy is surely first" in ranks.alt
    assert [text.get_text() for text in ranks.axes[0].get_xticklabels()] == ["1", "2", "3"]
