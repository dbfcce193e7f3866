"""The value of information of decisions whose value of information is known.

The reference gains nothing; the policy gains a (x0 - c) + b (x1 - 1/2), with x0, x1 and further inputs uniform in 0 to 1. For
c = 1/2 and a >= b knowing x0 is worth a/8, knowing x1 b/8, knowing the world a/8 + b^2 / (24 a), and the rest nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from planted import block, strata

from partnersim.analysis import information as module
from partnersim.analysis.crossed import Crossed
from partnersim.analysis.information import NOT_TOLD, SETTLED, WORTH, information, perfect_information
from partnersim.analysis.smooth import Smoother
from partnersim.figures.information import draw_information
from partnersim.study.files import StudyError


@pytest.fixture(autouse=True)
def few_deals(monkeypatch):
    """Enough for floors that hold, in a tenth of the time."""
    monkeypatch.setattr(module, "DEALS", (100, 100))


def decision(a=1.0, b=0.5, c=0.5, noise=0.0, worlds=256, seeds=6, key=1, inputs=4, kind=Crossed) -> Crossed:
    """The decision above, with luck of a standard deviation ``noise`` in each run, half of it common to both policies."""
    x, rng = strata(worlds, inputs, key), np.random.default_rng(key)
    gain = a * (x[:, 0] - c) + b * (x[:, 1] - 0.5)
    means = np.array([[np.zeros(worlds), gain]])
    luck = noise * (rng.normal(size=(1, 2, worlds, seeds)) + rng.normal(size=(1, 1, worlds, seeds))) / 2**0.5
    return block(means, luck, seeds, 100 * key, x.tolist())


def test_values_without_luck_are_those_worked_out_by_hand():
    """A failure would mean that the value of information is not what knowing would gain."""
    data = decision()
    perfect = perfect_information(data, resamples=50).iloc[0]
    assert perfect["value"] == pytest.approx(1 / 8 + 1 / 96, rel=0.03)
    assert perfect["value"] == pytest.approx(perfect["raw"], abs=1e-9) == pytest.approx(perfect["held_out"], abs=1e-9)
    assert perfect["changes"] == pytest.approx(0.5, abs=0.05)
    table = information(data, resamples=30).set_index("uncertainty")
    assert table.index[:2].tolist() == ["x0", "x1"]
    assert table.loc["x0", "value"] == pytest.approx(1 / 8, rel=0.05)
    assert table.loc["x1", "value"] == pytest.approx(1 / 16, rel=0.15)
    assert table["verdict"].tolist() == [WORTH, WORTH, NOT_TOLD, NOT_TOLD]
    assert (table["floor"] >= table["floor_alone"]).all() and (table["floor_alone"] > table["noise"]).all()


def test_luck_is_not_told_as_information():
    """A failure would mean that noise in the runs is sold as the value of knowing."""
    data, truth = decision(noise=1.0), 1 / 8 + 1 / 96
    perfect = perfect_information(data, resamples=200).iloc[0]
    assert perfect["raw"] > perfect["value"] > perfect["held_out"]
    assert perfect["low"] <= truth <= perfect["high"]
    assert abs(perfect["value"] - truth) < abs(perfect["raw"] - truth)
    table = information(data, resamples=30).set_index("uncertainty")
    for name, worth in (("x0", 1 / 8), ("x1", 1 / 16), ("x2", 0.0), ("x3", 0.0)):
        assert table.loc[name, "low"] <= worth <= table.loc[name, "high"], name
    assert WORTH not in table.loc[["x2", "x3"], "verdict"].tolist()
    only_luck = perfect_information(decision(a=0, b=0, noise=1.0), resamples=200).iloc[0]
    assert only_luck["low"] == 0 and only_luck["held_out"] < only_luck["value"] / 2


def test_what_cannot_change_the_choice_is_worth_nothing():
    """A failure would mean that an input is called worth knowing because it moves outcomes, though never the choice.

    With c = 0.3 the policy gains 0.2 on average: knowing x0 is worth c^2 / 2, and x1, moving the gain by 0.1 at most, nothing.
    """
    table = information(decision(b=0.2, c=0.3), resamples=30).set_index("uncertainty")
    assert table.loc["x0", "value"] == pytest.approx(0.3**2 / 2, rel=0.1)
    assert table.loc["x1", "value"] == 0 and table.loc["x1", "verdict"] == SETTLED
    sure = decision(c=-1.0)
    assert perfect_information(sure, resamples=20).loc[0, ["value", "high", "changes"]].tolist() == [0, 0, 0]
    assert set(information(sure, resamples=20)["verdict"]) == {SETTLED}


def test_no_number_is_worth_more_than_to_know_the_world():
    """A failure would mean that a curve through outliers sells what the world itself does not hold: the policy never gains."""
    x, rng = strata(64, 3, 2), np.random.default_rng(2)
    loss = np.where(x[:, 0] > 0.8, -rng.exponential(50, 64), -0.01)
    data = block(np.array([[np.zeros(64), loss]]), 0.0, 3, inputs=x.tolist())
    assert Smoother(x).curves(loss[:, None])[0].max() > 0, "the curve itself overshoots"
    table = information(data, resamples=5)
    assert (table["value"] == 0).all() and set(table["verdict"]) == {SETTLED}


def test_meaningless_inputs_seldom_rise_above_the_floor():
    """A failure would mean that in a long list of uncertainties some are always told as worth finding out.

    40 studies of 8 inputs that mean nothing: 5 % is 2; more than 6 come once in 200.
    """
    found = 0
    for key in range(40):
        data = decision(a=0, b=0, noise=1.0, worlds=48, seeds=3, key=key, inputs=8)
        found += int((information(data, resamples=2)["verdict"] == WORTH).any())
    assert found <= 6


def test_inputs_of_few_values_get_a_mean_each():
    """A failure would mean that a curve is drawn through what a grid has no points of: known at three values, -1, 0 and +2."""
    level = np.repeat([0.0, 0.5, 1.0], 16)
    gain = np.repeat([-1.0, 0.0, 2.0], 16)
    data = block(np.array([[np.zeros(48), gain]]), 0.0, 3, inputs=np.array([level, np.tile([1.0, 2.0], 24)]).T.tolist())
    table = information(data, resamples=10).set_index("uncertainty")
    assert table.loc["x0", "value"] == pytest.approx(2 / 3 - 1 / 3)
    assert table.loc["x1", "value"] == 0


def test_curves_are_smooth_and_keep_the_mean():
    """A failure would mean that fits follow the noise, lose level, or cannot bend."""
    rng = np.random.default_rng(2)
    x = strata(300, 2, 5)
    smoother = Smoother(np.exp(9 * x))
    place = (np.arange(64) + 0.5) / 64
    straight, bent, noise = 3 * x[:, 0], np.sin(6 * x[:, 0]), rng.normal(size=300)
    curves = smoother.curves(np.array([straight, bent, noise, bent + 0.3 * noise]).T)
    np.testing.assert_allclose(curves[0, :, 0], 3 * place, atol=1e-6)
    np.testing.assert_allclose(curves[0, :, 1], np.sin(6 * place), atol=0.02)
    np.testing.assert_allclose(curves[0, :, 3], np.sin(6 * place), atol=0.25)
    assert np.abs(curves[1] - curves[1].mean(axis=0))[:, 2].max() < 0.5
    np.testing.assert_allclose(curves.mean(axis=1), np.broadcast_to([1.5, bent.mean(), noise.mean(), (bent + 0.3 * noise).mean()],
                                                                    (2, 4)), atol=0.02)  # fmt: skip
    assert Smoother(strata(8, 1, 1)).curves(np.arange(8.0)[:, None]).shape == (1, 64, 1), "eight worlds are enough"


def test_weights_of_the_user_make_one_outcome():
    """A failure would mean that costs are added to gains, or that weights are made up."""
    x = strata(64, 1, 3)
    over = np.stack([np.zeros((3, 64)), np.array([-2.0, 1.0, 4.0])[:, None] * (x[:, 0] - 0.5)], axis=1)
    data = block(over, 0.0, 3, inputs=x.tolist())
    # A gain of 2 (x - 1/2) in cost and a loss of x - 1/2 in incidents, each twice: 2 (x - 1/2) in all, worth a quarter.
    weights = {"transaction_cost": 2.0, "incidents": 2.0}
    perfect = perfect_information(data, weights, resamples=10)
    assert perfect["outcome"].tolist() == ["weighted"] and perfect["unit"].tolist() == ["units of the weights"]
    assert perfect.loc[0, "value"] == pytest.approx(0.25, rel=0.01)
    assert information(data, weights, resamples=5)["value"].tolist() == pytest.approx([0.25], rel=0.02)
    for wrong, message in (
        ({"live": 1.0}, "weight is given for live"),
        ({"incidents": -1.0}, "zero or more"),
        ({}, "zero or more"),
    ):
        with pytest.raises(StudyError, match=message):
            perfect_information(data, wrong)


def test_inputs_are_told_by_title_and_unit_and_must_be_known():
    """A failure would mean a list of names that only a programmer can read, or an answer about worlds that nobody described."""
    data = decision(worlds=32, inputs=2)
    named = Crossed(**{**vars(data), "inputs": data.inputs.set_axis(["accept_fatigue", "mine"], axis=1)})
    table = information(named, resamples=5).set_index("uncertainty")
    assert table.loc["accept_fatigue", "title"] != "accept_fatigue" and table.loc["accept_fatigue", "uncertainty_unit"]
    assert table.loc["mine", ["title", "uncertainty_unit"]].tolist() == ["mine", ""]
    with pytest.raises(StudyError, match=r'(?s)differ in no number.*design = "latin-hypercube"'):
        information(block(np.zeros((1, 2, 8))))


def test_the_figure_names_what_is_above_the_floor_alone():
    """A failure would mean that a figure recommends to find out what is noise."""
    data = decision(noise=0.5)
    perfect, table = perfect_information(data, resamples=50), information(data, resamples=20)
    picture = draw_information(table, perfect, "transformative_reach", data.described())
    assert "of 4 uncertainties two are worth finding out, first “x0” and “x1”" in picture.alt
    assert len(picture.data) == 4
    luck = decision(a=0, b=0, noise=1.0)
    picture = draw_information(
        information(luck, resamples=5), perfect_information(luck, resamples=50), "transformative_reach", luck.described()
    )
    assert "none can be told from noise" in picture.alt and "which may be nothing" in picture.alt
    assert isinstance(picture.data, pd.DataFrame)
