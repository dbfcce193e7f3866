"""Paired statistics against numbers worked out by hand, and the laws they must keep."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnersim.study.paired import (
    Family,
    bands,
    by_seed,
    compare_paired,
    difference_bands,
    paired_differences,
    simultaneous,
    stretches,
    year_quantile,
)


def frame(seeds=None, **columns) -> pd.DataFrame:
    """Outcomes by seed."""
    n = len(next(iter(columns.values())))
    index = pd.Index(range(n) if seeds is None else seeds, name="seed")
    return pd.DataFrame({name: np.asarray(values, float) for name, values in columns.items()}, index=index)


def tidy(values: np.ndarray, series: str = "incidents") -> pd.DataFrame:
    """Seeds x months as a monthly frame."""
    seeds, months = values.shape
    return pd.DataFrame({
        "seed": np.repeat(np.arange(seeds), months),
        "month": np.tile(np.arange(1, months + 1), seeds),
        series: values.ravel(),
    })  # fmt: skip


def test_known_answer_of_four_pairs():
    """Fails when any printed figure of a comparison is not what its name says."""
    a, b = frame(incidents=[1, 2, 3, 4]), frame(incidents=[2, 2, 5, 5])
    row = compare_paired(a, b).loc["incidents"]
    assert row["reference_mean"] == 2.5 and row["other_mean"] == 3.5 and row["difference"] == 1.0
    assert row["sd_difference"] == pytest.approx(math.sqrt(2 / 3))
    half = 3.182446305 * math.sqrt(2 / 3) / 2  # t of 3 degrees of freedom
    assert (row["low"], row["high"]) == pytest.approx((1 - half, 1 + half))
    assert row["variance_reduction"] == pytest.approx((5 / 3 + 3) / (2 / 3))
    assert row["correlation"] == pytest.approx(2.0 / math.sqrt(5 / 3 * 3))
    assert row["ties_share"] == 0.25 and row["other_sign_share"] == 0.125 and row["median_difference"] == 1.0
    assert row["effect_size"] == pytest.approx(1 / math.sqrt(5 / 3))
    assert row["runs"] == 4 and row["missing"] == 0 and row["method"] == "t"


def test_other_sign_counts_pairs_against_the_mean():
    """Fails when a policy's share of wrong-sign pairs is miscounted, which is the honesty of the comparison."""
    a, b = frame(x=[0, 0, 0, 0, 0]), frame(x=[-9, 1, 1, 0, -1])
    row = compare_paired(a, b).loc["x"]
    assert row["difference"] < 0
    assert row["other_sign_share"] == pytest.approx((2 + 0.5) / 5)


def test_identical_runs_differ_by_nothing():
    """Fails when a scenario that changes nothing is reported as doing something, or with an undefined figure."""
    a = frame(incidents=[1, 2, 3], transformative_reach=[0, 5, 9], signed=[4, 4, 4])
    table = compare_paired(a, a.copy())
    assert (table[["difference", "low", "high", "median_difference", "effect_size"]] == 0).all(axis=None)
    assert (table["variance_reduction"] == math.inf).all() and (table["correlation"] == 1).all()
    assert (table["other_sign_share"] == 0.5).all() and (table["ties_share"] == 1).all()


def test_missing_numbers_leave_their_pair_out():
    """Fails when a run without a number (nothing to divide by) is counted, or spoils the others."""
    a = frame(x=[1, math.nan, 3, 4, 9], seeds=[0, 1, 2, 3, 7])
    b = frame(x=[2, 2, math.nan, 5, 7], seeds=[0, 1, 2, 3, 4])
    row = compare_paired(a, b).loc["x"]
    assert row["runs"] == 2 and row["missing"] == 4 and row["difference"] == 1.0 and row["reference_mean"] == 2.5


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_seeds_give_no_interval_and_no_warning(n):
    """Fails when a study of one or two seeds claims precision, or frightens with warnings."""
    a = frame(incidents=[1.0, 3.0][:n], transformative_reach=[2.0, 2.0][:n])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = compare_paired(a, a + 1)
        joint = simultaneous(paired_differences(a, {"s": a + 1}, list(a.columns)))
    assert table[["low", "high"]].isna().all(axis=None) and joint[["low", "high"]].isna().all(axis=None)


def test_order_of_seeds_and_outcomes_is_irrelevant():
    """Fails when results depend on the order in which runs finished."""
    rng = np.random.default_rng(5)
    a = frame(incidents=rng.poisson(4, 12), transformative_reach=rng.lognormal(0, 1, 12))
    b = a * rng.uniform(0.9, 1.2, a.shape)
    mixed = compare_paired(a.sample(frac=1, random_state=1)[["transformative_reach", "incidents"]], b[::-1])
    pd.testing.assert_frame_equal(mixed.loc[["incidents", "transformative_reach"]], compare_paired(a, b), check_like=False)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=12))
def test_swapping_the_scenarios_mirrors_the_comparison(pairs):
    """Fails when it matters which of two scenarios is called the reference."""
    a, b = (frame(x=[p[i] for p in pairs], reach_all=[p[i] for p in pairs]) for i in (0, 1))
    there, back = compare_paired(a, b), compare_paired(b, a)
    for left, right in (("difference", "difference"), ("low", "high"), ("high", "low")):
        np.testing.assert_allclose(there[left], -back[right], atol=1e-9)
    np.testing.assert_allclose(there["variance_reduction"], back["variance_reduction"])


def test_seeds_given_twice_and_unequal_outcomes_are_refused():
    """Fails when two runs of one seed, or tables of different models, are silently compared."""
    a = frame(x=[1, 2])
    with pytest.raises(ValueError, match="seed 4 is there twice"):
        compare_paired(a, frame(x=[1, 2], seeds=[4, 4]))
    with pytest.raises(ValueError, match="one frame only: x, y"):
        compare_paired(a, frame(y=[1, 2]))


def test_a_family_is_wider_than_its_members_and_keyed_by_its_seeds():
    """Fails when many comparisons are judged as if each were the only one, or intervals change from call to call."""
    rng = np.random.default_rng(0)
    wide = pd.DataFrame(rng.normal(1, 1, (30, 8)))
    alone = [simultaneous(wide[[c]])["critical"].iloc[0] for c in wide]
    joint = simultaneous(wide)
    assert joint["critical"].iloc[0] > max(alone)
    pd.testing.assert_frame_equal(simultaneous(wide[::-1])[["low", "high"]], joint[["low", "high"]])


def test_a_family_with_a_constant_and_an_empty_member():
    """Fails when an outcome that never changes, or has no number, spoils the intervals of the others."""
    rng = np.random.default_rng(1)
    normal = rng.normal(0, 1, 20)
    wide = pd.DataFrame({"a": normal, "b": 2.0, "c": math.nan})
    found = simultaneous(wide)
    assert tuple(found.loc["b", ["low", "high"]]) == (2.0, 2.0) and found.loc["c", ["low", "high"]].isna().all()
    assert found.loc["a", "critical"] == simultaneous(wide[["a"]])["critical"].iloc[0]


def test_bands_of_hand_computed_months():
    """Fails when a path or its band is not the mean over seeds and the interval of that mean."""
    found = bands(tidy(np.array([[1.0, 5], [2, 5], [3, 5]])), "incidents")
    half = 4.302652730 / math.sqrt(3)
    assert found["month"].tolist() == [1, 2] and found["mean"].tolist() == [2, 5] and found["runs"].tolist() == [3, 3]
    assert found[["low", "high"]].to_numpy() == pytest.approx(np.array([[2 - half, 2 + half], [5, 5]]))
    with pytest.raises(ValueError, match="no monthly series 'ideas'; there are: incidents"):
        bands(tidy(np.ones((3, 2))), "ideas")


def test_difference_bands_start_at_nothing():
    """Fails when the months before a policy acts show a difference, or the band ignores pairing."""
    luck = np.random.default_rng(3).normal(0, 10, (25, 6))
    effect = np.array([0, 0, 1, 2, 3, 4]) * np.random.default_rng(4).uniform(0.8, 1.2, (25, 6))
    found = difference_bands(tidy(luck), tidy(luck + effect), "incidents")
    assert (found.loc[:1, ["difference", "low", "high"]] == 0).all(axis=None)
    assert (found.loc[2:, "low"] > 0).all() and found["difference"].to_numpy() == pytest.approx(effect.mean(axis=0))


def test_stretches_are_whole_and_a_bad_year_is_a_year():
    """Fails when a bad year is not a year: months counted twice, or a part-year taken for a whole."""
    wide = by_seed(tidy(np.tile(np.arange(30.0), (2, 1))), "incidents")
    years = stretches(wide, 12)
    assert years.columns.tolist() == [12, 24] and years.index.tolist() == wide.index.tolist()
    assert years.to_numpy()[0].tolist() == [sum(range(12)), sum(range(12, 24))]
    assert year_quantile(years.to_numpy(), 1.0) == sum(range(12, 24))
    assert math.isnan(year_quantile(stretches(wide.loc[:, :11], 12).to_numpy(float)))


def test_a_family_may_come_in_blocks():
    """Fails when comparisons that come one after the other are judged otherwise than all at once, or of other seeds."""
    wide = pd.DataFrame(np.random.default_rng(5).lognormal(0, 1, (40, 9)) - 1).mask(lambda frame: frame > 4)
    family = Family()
    for first in (0, 2, 7):
        family.add(wide.iloc[::-1, first : {0: 2, 2: 7, 7: 9}[first]])
    pd.testing.assert_frame_equal(family.judged(), simultaneous(wide))
    with pytest.raises(ValueError, match="other seeds"):
        family.add(wide.iloc[1:])
