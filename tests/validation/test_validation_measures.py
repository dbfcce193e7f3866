"""Measures on tallies made by hand, with answers known beforehand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from partnersim.kinds import Kind, Size
from partnersim.validation.census import AGES, within
from partnersim.validation.measures import MEASURES
from partnersim.validation.validate import spread

KINDS = len(Kind)


def sizes(**counts: float) -> dict[str, np.ndarray]:
    out = np.zeros(17)
    for name, count in counts.items():
        out[int(name[1:])] = count
    return {"sizes": out}


def test_sizes_leave_out_agreements_of_one_entity():
    tally = sizes(n1=100, n2=6, n4=2, n5=1, n9=1)
    assert MEASURES["size_at_most_four"](tally) == 0.8
    assert MEASURES["size_at_most_five"](tally) == 0.9
    assert MEASURES["size_mean"](tally) == (12 + 8 + 5 + 9) / 10


def test_nothing_to_divide_by_is_not_a_number():
    assert math.isnan(MEASURES["size_at_most_four"](sizes(n1=3)))


@pytest.mark.parametrize("entry", [0, 24])
def test_survival_with_a_constant_hazard_is_a_power_however_late_partnerships_enter(entry):
    """Those found at an age of ``entry`` months join the risk set then, and bias nothing."""
    at_risk = np.full(AGES, 1000.0)
    at_risk[entry:] += 500.0
    tally = {"at_risk": at_risk, "ended": 0.02 * at_risk}
    assert MEASURES["alive_after_4_years"](tally) == pytest.approx(0.98**49)
    assert MEASURES["alive_after_10_years"](tally) == pytest.approx(0.98**121)


def test_survival_beyond_what_was_seen_is_not_a_number():
    at_risk = np.zeros(AGES)
    at_risk[:60] = 10.0
    tally = {"at_risk": at_risk, "ended": np.zeros(AGES)}
    assert MEASURES["alive_after_4_years"](tally) == 1.0
    assert math.isnan(MEASURES["alive_after_10_years"](tally))


def test_success_and_its_report():
    tally = {
        f"series_{k}": np.array([v]) for k, v in (("reported_performing", 90.0), ("delivering", 100.0), ("performing", 40.0))
    }
    assert MEASURES["success_gap"](tally) == pytest.approx(0.5)


def test_rates_of_leaving_are_for_each_firm_month():
    months, exits = np.zeros(len(Size)), np.zeros(len(Size))
    months[Size.SME], months[Size.LARGE], months[Size.MULTINATIONAL] = 1000, 600, 400
    exits[Size.SME], exits[Size.LARGE], exits[Size.MULTINATIONAL] = 30, 8, 2
    tally = {"firm_months": months, "exits": exits, "entries": np.array([80.0])}
    assert MEASURES["sme_exit_ratio"](tally) == pytest.approx(3.0 / 1.0)
    assert MEASURES["entry_over_exit"](tally) == 2.0


def test_networks_are_compared_at_one_mix_of_sizes():
    """Equal rates in each size give 1, however differently sizes are spread over countries."""
    months = np.array([[100.0, 900.0], [900.0, 100.0], [0.0, 50.0]])
    rates = np.array([[0.03], [0.01], [0.0]])
    tally = {"network_months": months, "network_exits": months * rates}
    assert MEASURES["network_exit_ratio"](tally) == pytest.approx(1.0)
    halved = {**tally, "network_exits": months * rates * np.array([1.0, 0.5])}
    assert MEASURES["network_exit_ratio"](halved) == pytest.approx(0.5)


def test_transformative_ones_are_compared_with_others_of_their_type():
    """One type is slow and often transformative: within types nothing differs, so the difference is zero."""
    number, months = np.zeros((2, KINDS)), np.zeros((2, KINDS))
    number[:, 0], number[:, 1] = (10, 5), (90, 1)
    months[:, 0], months[:, 1] = (10 * 20, 5 * 20), (90 * 10, 1 * 10)
    tally = {"signed_kind": number, "signed_months": months}
    assert MEASURES["transformative_months"](tally) == pytest.approx(0.0)
    months[1, 0] += 10.0
    assert MEASURES["transformative_months"](tally) == pytest.approx(10.0 / 6)


def test_the_government_is_compared_among_equals():
    n, met = np.zeros((2, KINDS, 2)), np.zeros((2, KINDS, 2))
    n[1, 0], met[1, 0] = (10, 20), (1, 10)
    n[1, 1], met[1, 1] = (0, 30), (0, 30)
    assert MEASURES["government_institution"]({"criteria_n": n, "criteria_institution": met}) == pytest.approx(0.5 - 0.1)


def test_slopes_are_within_groups():
    """Groups that differ in level alone add nothing to the slope."""
    x = np.array([0.0, 1.0, 2.0, 10.0, 11.0, 12.0])
    y = -0.5 * x + np.array([0.0, 0.0, 0.0, 100.0, 100.0, 100.0])
    xy, xx = within(np.array([0, 0, 0, 1, 1, 1]), x, y)
    assert xy / xx == pytest.approx(-0.5)


def test_intervals_of_a_ratio_come_from_runs_together():
    """Jackknife pseudo-values of a ratio of sums: their mean is near the ratio of sums, not the mean of ratios."""
    runs = [{"flagged_again": np.array([a]), "flagged": np.array([b])} for a, b in ((1.0, 2.0), (30.0, 100.0), (29.0, 98.0))]
    pseudo = spread(["flagged_again"], runs, range(3))["flagged_again"]
    assert pseudo.mean() == pytest.approx(0.3, abs=0.02)
    equal = spread(["flagged_again"], [runs[1]] * 3, range(3))["flagged_again"]
    assert equal.tolist() == pytest.approx([0.3] * 3)
