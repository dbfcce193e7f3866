"""Where a policy backfires: harm as defined, boxes judged by worlds that did not make them, words that are exact."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from opened_by_hand import Written, harmed
from scipy.stats import fisher_exact

from partnersim.analysis.discovery import RARE, all_backfires, backfires, box_told, confirmed, judged, table, told
from partnersim.analysis.inworlds import Input
from partnersim.analysis.prim import Box
from partnersim.analysis.shares import wilson
from partnersim.scenario import load_parameters
from partnersim.study.files import StudyError

NAMES = ["days_issue", "accept_busy", "accept_fatigue", "days_handoff", "lapse_rate"]


def study(harm, seed: int = 1, names: Sequence[str] = NAMES, **how) -> Written:
    """A study of worlds of these numbers."""
    return harmed(names, harm, seed, **how)


def planted(numbers: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Harm where an issue takes long and firms are not busy, but for one world in ten."""
    inside = (numbers["days_issue"] > 0.5) & (numbers["accept_busy"] < 0.6)
    return np.where(rng.random(len(numbers)) < np.where(inside, 0.9, 0.1), 8.0, -3.0)


def test_a_planted_box_is_confirmed_and_told():
    """Fails when a real place of harm is missed, or the sentence says other numbers than were found among held-out worlds."""
    found = backfires(study(planted), "shared-screening", "transaction_cost")
    row = found.boxes.iloc[0]
    assert set(found.found[0].box.ends) == {"days_issue", "accept_busy"} and row["is_confirmed"] and len(found.boxes) == 1
    judge = found.held_out
    inside = found.found[0].box.holds(judge)
    assert len(judge) == 120 and (row["inside"], row["harmed"]) == (inside.sum(), judge["is_harmed"][inside].sum())
    assert row["density"] == judge["is_harmed"][inside].mean() > 0.7
    assert row["base_rate"] == judge["is_harmed"].mean() and row["coverage"] == row["harmed"] / judge["is_harmed"].sum()
    table = pd.crosstab(inside, judge["is_harmed"]).to_numpy()[::-1, ::-1]
    assert row["p"] == pytest.approx(fisher_exact(table, alternative="greater").pvalue)
    (said,) = told(found)
    ends = {name: of for name, of in found.found[0].box.ends.items()}
    issue, busy = (load_parameters()[name].title for name in ("days_issue", "accept_busy"))
    assert f'"{issue}" is above {ends["days_issue"][0]:.3g} staff-days' in said
    assert f'"{busy}" is below {ends["accept_busy"][1]:.3g}' in said
    often = [f"{100 * row[c]:.0f}" for c in ("density", "low", "high", "base_rate")]
    assert said.startswith("Shared screening raises transaction cost where ")
    assert said.endswith(": in {}% ({} to {}) of such held-out worlds, against {}% of all.".format(*often))


def test_a_better_outcome_is_no_harm():
    """Fails when a policy is blamed for what it mends: with the sign turned, harm must lie where there was none."""
    mirrored = study(planted, scenarios=("baseline", "all-three"))
    harmed = backfires(study(planted), "shared-screening", "transaction_cost").worlds["is_harmed"]
    assert (backfires(mirrored, "all-three", "transaction_cost").worlds["is_harmed"] == ~harmed).all()
    assert (backfires(study(planted), "shared-screening", "transformative_reach").worlds["is_harmed"] == ~harmed).all()


def test_harm_must_exceed_the_percent_asked_for():
    """Fails when the threshold is in other units than percent of the world's reference mean."""
    opened = study(lambda numbers, _: 10 * numbers["lapse_rate"])
    found = backfires(opened, "shared-screening", "transaction_cost", percent=5)
    assert (found.worlds["is_harmed"] == (found.worlds["lapse_rate"] > 0.5)).all()
    assert told(found)[0].startswith("Shared screening raises transaction cost by more than 5% where ")


def test_where_nothing_is_planted_nothing_is_confirmed():
    """Fails when boxes made of noise are confirmed: at 5 % at most, more than 3 of 16 studies would be a chance of 1 %."""

    def nothing(numbers, rng):
        return np.where(rng.random(len(numbers)) < 0.4, 1.0, -1.0)

    names = list(load_parameters())[:150]
    tried = [backfires(study(nothing, seed=seed, names=names), "shared-screening", "transaction_cost") for seed in range(16)]
    assert sum(len(one.boxes) > 0 for one in tried) > 8
    assert sum(one.boxes["is_confirmed"].any() for one in tried) <= 3
    lost = next(one for one in tried if not one.boxes["is_confirmed"].any())
    assert "no numbers of the world tell where" in told(lost)[0]


def test_the_judges_test_holds_its_level():
    """Fails when a box that says nothing is confirmed more often than told: more than 75 of 1,000 would be 3.6 sigma."""
    rng = np.random.default_rng(2)
    everything = np.ones(100, dtype=bool)
    p = [
        judged(rng.permutation(100) < 30, everything, pd.DataFrame({"is_harmed": rng.random(100) < 0.3}))[-1] for _ in range(1000)
    ]
    assert 10 < (np.array(p) < 0.05).sum() <= 75


def test_confirmation_is_over_all_boxes_tried():
    """Fails when many policies are tried and one is accused by chance."""
    one = backfires(study(planted), "shared-screening", "transaction_cost")
    judged = confirmed([replace(one, boxes=one.boxes.assign(p=p)) for p in (0.02, 0.04)])
    assert [b.boxes["adjusted_p"].iloc[0] for b in judged] == [0.04, 0.04]
    assert all(b.boxes["is_confirmed"].all() for b in judged)
    judged = confirmed([replace(one, boxes=one.boxes.assign(p=p)) for p in (0.03, 0.04, 0.001)])
    assert [b.boxes["adjusted_p"].iloc[0] for b in judged] == [0.06, 0.06, 0.003]


def test_the_table_has_a_row_for_each_box_and_for_what_has_none():
    """Fails when a policy without a box drops out of the table, as if it had not been tried."""
    opened = study(planted, scenarios=("baseline", "shared-screening", "all-three"))
    rows = table(all_backfires(opened, outcomes=["transaction_cost"], percent=4))
    assert rows["scenario"].tolist() == ["shared-screening", "all-three"]
    assert rows["state"].tolist() == ["searched", RARE] and rows["is_confirmed"].iloc[0]
    assert "staff-days" in rows["where"].iloc[0] and rows["where"].iloc[1] == "" and rows["harmed_held_out"].iloc[1] == 0


def test_rare_and_nearly_everywhere_are_said():
    """Fails when a box is looked for, and found, where there is nothing to tell apart."""
    few = backfires(study(lambda x, _: np.where(x["lapse_rate"] > 0.97, 1, -1)), "shared-screening", "transaction_cost")
    assert few.state == RARE and few.boxes.empty
    n = few.held_out["is_harmed"].sum()
    assert told(few) == [f"Shared screening raises transaction cost in {n} of 120 held-out worlds: too rare to say where."]
    most = backfires(study(lambda x, _: np.where(x["lapse_rate"] > 0.97, -1, 1)), "shared-screening", "transaction_cost")
    assert "nearly everywhere" in told(most)[0] and most.boxes.empty


def test_halves_stay_when_worlds_are_added_and_can_be_given():
    """Fails when an enlarged study judges by worlds that made its boxes, or held-out worlds of the caller are not used."""
    small, large = (
        backfires(study(planted, n=n), "shared-screening", "transaction_cost").worlds["is_held_out"] for n in (100, 240)
    )
    assert (large[:100] == small).all() and small.sum() == 50
    given = backfires(study(planted), "shared-screening", "transaction_cost", held_out=range(200, 240))
    assert given.held_out.index.tolist() == list(range(200, 240))


def test_missing_runs_leave_pairs_out():
    """Fails when a run that failed counts as zero, or takes its world's other pairs with it."""
    opened = study(planted, seeds=2)
    whole = opened._outcome

    def outcome(scenario, name):
        values = whole(scenario, name).copy()
        if scenario != "baseline":
            values[7, 1] = math.nan
            values[9] = math.nan
        return values

    opened._outcome = outcome
    found = backfires(opened, "shared-screening", "transaction_cost")
    assert found.left_out == 1 and 9 not in found.worlds.index and found.worlds.loc[7, "difference"] in (8.0, -3.0)


def test_boxes_speak_of_the_reference_where_asked():
    """Fails when what the baseline shows cannot be part of a box, or is told under a name that hides where it was seen."""
    live = np.random.default_rng(8).uniform(0, 400, 240)
    opened = study(lambda numbers, _: np.where(live > 300, 1.0, -1.0))
    costs = opened._outcome
    opened._outcome = lambda scenario, name: np.c_[live, live, live] if name == "live" else costs(scenario, name)
    found = backfires(opened, "shared-screening", "transaction_cost", describe=["live"])
    assert list(found.found[0].box.ends) == ["in the baseline: live partnerships"]
    assert 'where "in the baseline: live partnerships" is above 299 partnerships: in 100%' in told(found)[0]


INPUTS = {
    "days": Input("Time of a review", "staff-days"),
    "share": Input("Share of firms", "share"),
    "open": Input("in the baseline: open cases", "attempts"),
    "firms": Input("Firms met", "firms"),
    "crisis": Input("There is a crisis", "0-1"),
}
VALUES = pd.DataFrame({"days": [0.5, 2.5], "share": [0.1, 0.9], "open": [10.5, 900.2], "firms": [1.0, 9.0], "crisis": [0.0, 1.0]})


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (
            {"days": (1.2044, math.inf), "open": (-math.inf, 300.0)},
            '"Time of a review" is above 1.2 staff-days and "in the baseline: open cases" is below 300 attempts',
        ),
        ({"share": (0.25, 0.5)}, '"Share of firms" is 0.25 to 0.5'),
        ({"days": (1.5, 2.0)}, '"Time of a review" is 1.5 to 2 staff-days'),
        ({"firms": (3.0, math.inf)}, '"Firms met" is at least 3 firms'),
        ({"firms": (-math.inf, 2.0)}, '"Firms met" is at most 2 firms'),
        ({"firms": (4.0, 4.0)}, '"Firms met" is 4 firms'),
        ({"crisis": (1.0, math.inf)}, '"There is a crisis" holds'),
        ({"crisis": (-math.inf, 0.0)}, '"There is a crisis" does not hold'),
    ],
)
def test_a_box_in_words(ends, said):
    """Fails when an end is told that does not restrict, without its unit, or as another number."""
    assert box_told(Box(ends), VALUES, INPUTS) == said


def test_wilson_intervals_are_the_known_ones():
    """Fails when shares near 0 or 1 get intervals beyond them, or of no width."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998
    low, high = wilson(np.array([5, 81]), 263)
    assert (low[1], high[1]) == wilson(81, 263) and low[0] < 5 / 263 < high[0] < low[1]
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=1e-4) and wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("opened", "ask", "message"),
    [
        (study(planted, design=""), {}, "one world; .*latin-hypercube, sobol or calibration.*partnersim study run FILE"),
        (study(planted, design="morris"), {}, "the design morris"),
        (study(planted, n=59), {}, "59 worlds; at least 60"),
        (study(planted, scenarios=("baseline",)), {}, "one scenario"),
        (study(planted), {"scenarios": ["shared-screning"]}, "nearest: shared-screening"),
        (study(planted), {"outcomes": ["live"]}, "outcome with a bad direction"),
        (study(planted), {"describe": ["open_casses"]}, "outcome or monthly path that is kept"),
        (study(planted), {"held_out": []}, "held out must be some"),
        (study(planted), {"held_out": range(240)}, "leave others"),
    ],
)
def test_bad_input_is_told(opened, ask, message):
    """Fails when a study that cannot say where harm lies ends in a traceback, or in a box."""
    with pytest.raises(StudyError, match=message):
        all_backfires(opened, **ask)
