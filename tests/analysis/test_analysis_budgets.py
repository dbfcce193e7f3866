"""Staff-days of packages, the best that they buy, and small packages: tables made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from partnersim.analysis import budgets
from partnersim.analysis.trials import Trials
from partnersim.channels import BY_NAME
from partnersim.scenario import load_levers
from partnersim.study.files import StudyError
from partnersim.study.pareto import NAMES

GAINS = {"none": 0.0, "A": 4.0, "B": 1.0, "A+B": 8.5, "A+B+C": 10.0, "C": -1.0}
SIZES = pd.Series({"none": 0, "A": 1, "B": 1, "A+B": 2, "A+B+C": 3, "C": 1})
DAYS = pd.Series({"none": 0.0, "A": 100.0, "B": 20.0, "A+B": 120.0, "A+B+C": 500.0, "C": 10.0})


def judged(own: float = 0.0) -> Trials:
    """Packages that lower cost and incidents and raise reach by their gain, with luck that is shared."""
    rng = np.random.default_rng(1)
    shared, luck = rng.normal(0, 5, (1, 30, 3)), rng.normal(0, own, (len(GAINS), 30, 3))
    gains = np.array(list(GAINS.values()))[:, None, None] * np.array([-1.0, -1.0, 1.0])
    return Trials(tuple(GAINS), np.arange(30), 50.0 + gains + shared + luck)


def test_days_are_booked_against_the_same_seed_and_time_is_added() -> None:
    """A failure means that packages cost what they do not: luck of seeds, baseline's own days, or nothing for time taken."""
    rows = [("none", 1, 10.0, 0.0, 5.0, 60.0, 0.4), ("none", 2, 30.0, 0.0, 5.0, 40.0, 0.6), ("A", 1, 14.0, 1.0, 6.0, 0.0, 1.0),
            ("A", 2, 34.0, 1.0, 6.0, 0.0, 1.0)]  # fmt: skip
    runs = pd.DataFrame(rows, columns=["scenario", "seed", *budgets.COLUMNS])
    found = budgets.spent(runs, "none", "system", {"A": 0.1})
    assert found.to_dict() == pytest.approx({"none": 0.0, "A": (6.0 + 0.1 * 100.0) * budgets.real_days("system")})
    assert budgets.spent(runs, "none", "stress")["A"] == 6.0
    with pytest.raises(StudyError, match="reference X"):
        budgets.spent(runs, "X", "system")


def test_time_is_taken_by_the_levers_that_say_so() -> None:
    """A failure means that time for partnering is counted for levers, options or months that do not take it."""
    levers = load_levers()
    (value,) = [c.value for c in levers["leadership_incentives"].contributions if c.channel == budgets.TIME]
    time = value / BY_NAME[budgets.TIME].baseline
    assert budgets.time_taken(["leadership_incentives", "legal_templates"], levers, 120) == pytest.approx(time)
    assert budgets.time_taken(["leadership_incentives"], levers, 120, ramp=13) == pytest.approx(time * 0.95)
    assert budgets.time_taken(["leadership_incentives"], levers, 120, start=61) == pytest.approx(time / 2)
    assert budgets.time_taken(["member_state_support"], levers, 120) == 0.0


def test_each_budget_buys_the_best_that_it_can() -> None:
    """A failure means that a budget is overspent, a better package is passed over, or a bad one is bought at all."""
    trials = judged(0.1)
    table = budgets.within(trials.table(), DAYS, trials, "none", [0, 15, 99, 130, 1e6])
    cost = table[table["objective"] == "transaction_cost"]
    assert cost["package"].tolist() == ["none", "none", "B", "A+B", "A+B+C"]
    assert cost["improvement"].tolist() == pytest.approx([0, 0, 1, 8.5, 10], abs=0.15)
    assert (cost["low"] <= cost["improvement"]).all() and cost["spent"].tolist() == [0, 0, 20, 120, 500]
    steps = budgets.within(trials.table(), DAYS, trials, "none")
    assert steps.groupby("objective")["package"].agg(list)["incidents"] == ["none", "B", "A", "A+B", "A+B+C"]
    assert set(table["objective"]) == set(NAMES)


def test_the_smallest_package_that_reaches_most() -> None:
    """A failure means that a small package is overlooked, or its share of the best is another one."""
    trials = judged(0.1)
    table = budgets.smallest(trials.table(), SIZES, trials, "none").set_index("objective")
    assert table["package"].tolist() == ["A+B"] * 5 and table.index.tolist() == [*NAMES, budgets.ALL]
    assert table.loc[list(NAMES), "best"].tolist() == ["A+B+C"] * 4 and table["levers"].tolist() == [2] * 5
    assert table["reached"].tolist() == pytest.approx([0.85] * 5, abs=0.02)
    assert (table["low"] < 0.86).all() and (table["high"] > 0.84).all() and (table["high"] - table["low"] < 0.1).all()
    assert table["clear"].all()
    unclear = budgets.smallest(judged(60.0).table(), SIZES, judged(60.0), "none")
    assert len(unclear) and not unclear["clear"].any()
    all_of_it = budgets.smallest(trials.table(), SIZES, trials, "none", share=1.0)
    assert all_of_it["package"].tolist()[0] == "A+B+C" and all_of_it["reached"].tolist()[0] == 1.0


def test_where_nothing_helps_there_is_no_smallest() -> None:
    """A failure means that a package is praised for a share of nothing."""
    trials = judged().only(["none", "C"])
    assert budgets.smallest(trials.table(), SIZES, trials, "none").empty
    steps = budgets.within(trials.table(), DAYS, trials, "none")
    assert steps["package"].tolist() == ["none"] * 4 and (steps[["improvement", "low", "high"]] == 0).all(axis=None)
    with pytest.raises(StudyError, match="share of 2"):
        budgets.smallest(trials.table(), SIZES, trials, "none", share=2.0)
    with pytest.raises(StudyError, match="reference A"):
        budgets.within(trials.table(), DAYS, trials, "A")
