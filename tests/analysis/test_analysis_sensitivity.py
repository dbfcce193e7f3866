"""What matters: indices of functions whose indices are known, luck among them, and no claim below its floor."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from opened_by_hand import Written

from partnersim.analysis.sensitivity import convergence, sensitivity
from partnersim.scenario import load_parameters
from partnersim.study.designs import morris, saltelli, scaled
from partnersim.study.files import StudyError

NAMES = ["days_issue", "accept_busy", "accept_fatigue"]
VARIANCE = 7**2 / 8 + 0.1 * math.pi**4 / 5 + 0.1**2 * math.pi**8 / 18 + 1 / 2
"""Of the function of Ishigami and Homma (1990) with a = 7, b = 0.1."""


def ishigami(x: pd.DataFrame) -> np.ndarray:
    """That function."""
    a, b, c = (x[name].to_numpy() for name in NAMES)
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def of_design(unit: pd.DataFrame, outcome, design: str, ends=(0.0, 1.0), **how) -> Written:
    """A study of this design; ``outcome(numbers, scenario)`` gives world x seed."""
    numbers = scaled(unit, dict.fromkeys(unit.columns, ends))
    return Written(numbers, lambda scenario, _: outcome(numbers, scenario), design, points=1, **how)


def rows(table: pd.DataFrame, index: str, of: str = "outcome", scenario: str = "baseline") -> pd.DataFrame:
    """The rows of one index, by input."""
    wanted = (table["index"] == index) & (table["of"] == of) & (table["scenario"] == scenario)
    return table[wanted].set_index("input")


def ishigami_study(n: int, luck: float, seeds: int = 20, second_order: bool = False) -> Written:
    """Ishigami's function with noise of its own in each run, of which means over half the seeds have ``luck`` times its variance.

    The policy doubles the first input's part and adds luck of its own to nothing.
    """
    unit = saltelli(NAMES, n, 1, second_order)
    sd = math.sqrt(luck * VARIANCE * seeds / 2)

    def outcome(numbers, scenario):
        noise = np.random.default_rng(5).normal(0, sd, (len(numbers), seeds))
        policy = 3 * np.sin(numbers["days_issue"].to_numpy())[:, None] if scenario != "baseline" else 0
        return ishigami(numbers)[:, None] + noise + policy

    return of_design(unit, outcome, "saltelli", (-3.14159, 3.14159), second_order=second_order)


@pytest.mark.parametrize("second_order", [False, True])
def test_known_indices_come_out_with_luck_as_one_of_them(second_order):
    """Fails when rows or halves are taken in another order than SALib's, or luck is scaled otherwise than the inputs.

    With noise of a quarter of the function's variance, luck has 1/5 of all variance and each index is 4/5 of the known one.
    As the noise is another in each world, luck has no effect of its own, and a moved input has luck's share in its ST on top.
    """
    table = sensitivity(ishigami_study(1024, luck=0.25, second_order=second_order), ["transaction_cost"], ["baseline"])
    assert rows(table, "S1")["value"].to_numpy() == pytest.approx([0.8 * 0.3139, 0.8 * 0.4424, 0.0, 0.0], abs=0.05)
    assert rows(table, "ST")["value"].to_numpy() == pytest.approx([0.646, 0.554, 0.395, 0.2], abs=0.05)


def test_luck_that_all_worlds_share_has_a_known_index():
    """Fails when luck's own effect is measured in one draw of it, or is not that of half the seeds.

    Luck of variance 3 over 12 seeds beside inputs of 1 / 12 x 36 each: between halves 2 x 3 / 12, of 9 + 3 / 12 in all.
    """
    luck = np.linspace(-1, 1, 12)
    luck *= math.sqrt(3 / luck.var(ddof=1))

    def outcome(numbers, scenario):
        return 6 * numbers.to_numpy().sum(axis=1)[:, None] + luck

    table = sensitivity(of_design(saltelli(NAMES, 1024, 1), outcome, "saltelli"), ["transaction_cost"], ["baseline"])
    for index in ("S1", "ST"):
        assert rows(table, index).loc["luck", "value"] == pytest.approx(0.5 / 9.25, rel=0.1)
        assert rows(table, index)["value"][:3].to_numpy() == pytest.approx(3 / 9.25, abs=0.03)


def test_known_indices_without_luck_are_within_their_intervals():
    """Fails when intervals miss the truth, or an index of what needs no interval is off."""
    table = sensitivity(ishigami_study(1024, luck=0.0), ["transaction_cost"])
    for index, known in (("S1", [0.3139, 0.4424, 0, 0]), ("ST", [0.5576, 0.4424, 0.2437, 0])):
        found = rows(table, index)
        assert found["value"].to_numpy() == pytest.approx(known, abs=0.02)
        assert ((found["low"] <= np.array(known) + 1e-3) & (np.array(known) - 1e-3 <= found["high"])).all()
    assert (rows(table, "ST")["verdict"] == ["above the floor"] * 3 + ["the floor"]).all()
    assert rows(table, "S1").loc["accept_fatigue", "verdict"] == "not above the floor"
    policy = rows(table, "ST", "difference", "shared-screening")
    assert policy["value"].to_numpy() == pytest.approx([1, 0, 0, 0], abs=0.02)


def test_an_input_that_only_deals_anew_is_not_told_from_luck():
    """Fails when chance differences between worlds pass for an effect: of 10 idle inputs none may rise above the floor."""
    names = list(load_parameters())[:11]

    def outcome(numbers, scenario):
        noise = np.random.default_rng(6).normal(0, 1, (len(numbers), 8))
        return noise + 2 * numbers[names[0]].to_numpy()[:, None]

    table = sensitivity(of_design(saltelli(names, 256, 1), outcome, "saltelli"), ["transaction_cost"], ["baseline"])
    found = rows(table, "ST")
    assert found.loc[names[0], "verdict"] == "above the floor"
    assert (found.loc[names[1:], "verdict"] == "not above the floor").all()
    assert found.loc[names[1:], "value"].mean() == pytest.approx(found.loc["luck", "value"], rel=0.1)


def test_known_elementary_effects_come_out():
    """Fails when effects are of a step instead of the whole range, signs cancel, or luck is measured on another scale.

    Of 3 a - 5 b + 2 a c on the unit cube: 3 + 2 c for a, between 3 and 5; 5 for b always; 2 a for c.
    """

    def outcome(numbers, scenario):
        a, b, c = (numbers[name].to_numpy() for name in NAMES)
        plain = 3 * a - 5 * b + 2 * a * c
        luck = np.random.default_rng(7).normal(0, 1, 40)  # the same in all worlds
        return plain[:, None] + luck

    table = sensitivity(of_design(morris(NAMES, 400, 1), outcome, "morris"), ["transaction_cost"], ["baseline"])
    found, spread = rows(table, "mu_star"), rows(table, "sigma")
    assert found.loc[NAMES, "value"].to_numpy() == pytest.approx([4, 5, 1], abs=0.1)
    levels = np.array([0, 1 / 3, 2 / 3, 1])
    assert spread.loc[NAMES, "value"].to_numpy() == pytest.approx([2 * levels.std(), 0, 2 * levels.std()], abs=0.05)
    luck = np.random.default_rng(7).normal(0, 1, 40)
    expected = math.sqrt(2 / math.pi) * luck.std(ddof=1) * math.sqrt(4 / 40) / (2 / 3)
    assert found.loc["luck", "value"] == pytest.approx(expected, rel=0.1)
    assert found.loc["accept_busy", "low"] == pytest.approx(5) and spread["low"].isna().all()
    assert (found["verdict"] == ["above the floor"] * 3 + ["the floor"]).all() and (spread["verdict"][:3] == "").all()


def test_a_block_with_a_missing_run_is_left_out():
    """Fails when one failed run makes all indices NaN, shifts the rows behind it, or is passed over without a word."""
    opened = ishigami_study(512, luck=0.0, seeds=4)
    whole = opened._outcome

    def outcome(scenario, name):
        values = whole(scenario, name).copy()
        if scenario == "baseline":
            values[5 * 7 + 2, 1] = values[5 * 100, 3] = values[5 * 100 + 1, 0] = math.nan
        return values

    opened._outcome = outcome
    table = sensitivity(opened, ["transaction_cost"])
    assert rows(table, "S1")["value"].to_numpy() == pytest.approx([0.3139, 0.4424, 0, 0], abs=0.03)
    assert (rows(table, "S1")[["blocks", "left_out"]] == [510, 2]).all(axis=None)
    assert (rows(table, "S1", "difference", "shared-screening")["left_out"] == 2).all()
    assert (rows(table, "S1", "outcome", "shared-screening")["left_out"] == 0).all()


def test_an_outcome_that_never_varies_has_no_indices():
    """Fails when 0 / 0 ends in a warning, an error or an index, such as of a policy that changes nothing."""
    for unit, design in ((saltelli(NAMES, 32, 1), "saltelli"), (morris(NAMES, 10, 1), "morris")):
        opened = of_design(unit, lambda numbers, _: np.full((len(numbers), 7), 0.1), design)
        table = sensitivity(opened, ["transaction_cost"])
        assert table["value"].isna().all() and (table["verdict"] == "does not vary").all()


def test_convergence_grows_to_the_whole_design():
    """Fails when the last step is another result than the table's, or a step uses other points than the first ones."""
    opened = ishigami_study(128, luck=0.1, seeds=6)
    steps = convergence(opened, ["transaction_cost"], ["baseline"])
    assert steps["drawn"].unique().tolist() == [16, 32, 64, 128]
    whole = sensitivity(opened, ["transaction_cost"], ["baseline"])
    last = steps[steps["drawn"] == 128].drop(columns="drawn").reset_index(drop=True)
    pd.testing.assert_frame_equal(last, whole)
    first = sensitivity(ishigami_first(opened, 16), ["transaction_cost"], ["baseline"])
    pd.testing.assert_frame_equal(steps[steps["drawn"] == 16].drop(columns="drawn").reset_index(drop=True), first)


def ishigami_first(opened: Written, n: int) -> Written:
    """The study of its first ``n`` points."""
    numbers = opened.points[opened.points["scenario"] == "baseline"][NAMES].reset_index(drop=True)[: 5 * n]
    return Written(numbers, lambda scenario, name: opened._outcome(scenario, name)[: 5 * n], "saltelli")


def flat(design: str = "saltelli", seeds: int = 4) -> Written:
    """A small study."""
    return of_design(saltelli(NAMES, 8, 1), lambda numbers, _: np.ones((len(numbers), seeds)), design)


@pytest.mark.parametrize(
    ("opened", "ask", "message"),
    [
        (flat(""), {}, 'one world; .*design = "saltelli".*"morris".*partnersim study run FILE'),
        (flat("sobol"), {}, "the design sobol"),
        (flat(seeds=3), {}, "3 seeds; at least 4 .*partnersim study expand FILE"),
        (flat(), {"scenarios": ["basline"]}, "nearest: baseline"),
    ],
)
def test_bad_input_is_told(opened, ask, message):
    """Fails when a study that cannot say what matters ends in a traceback, or in indices of nothing."""
    with pytest.raises(StudyError, match=message):
        sensitivity(opened, **ask)
