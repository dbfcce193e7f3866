"""The census counts what the engine books, and leaves the run as it is."""

from __future__ import annotations

import numpy as np
import pytest

from partnersim.outcomes import outcomes_of
from partnersim.simulate import Laboratory, run_one
from partnersim.validation import census


@pytest.fixture(scope="module")
def counted() -> tuple[Laboratory, census.Tally, dict[str, float]]:
    lab = Laboratory("baseline", "class", 60)
    start = census.settle(lab, 3)
    tally = census.count(lab, start)
    return lab, tally, outcomes_of(run_one(lab, lab.settled(3)), 60)


def test_watching_changes_nothing(counted):
    """A failure means that measures speak of other runs than outcomes do."""
    _, tally, outcomes = counted
    np.testing.assert_equal({name: tally[f"outcome_{name}"][0] for name in outcomes}, outcomes)


def test_what_is_counted_from_outside_is_what_the_books_say(counted):
    _, tally, _ = counted
    assert tally["signed"][0] == tally["series_signed"][0] == tally["sizes"].sum() == tally["signed_kind"][0].sum()
    assert tally["ended"].sum() == tally["series_ended"][0]
    assert tally["at_risk"].sum() - tally["ended"].sum() == tally["series_live"][0]
    assert tally["participations"][0] == (tally["sizes"][2:] * np.arange(2, 17)).sum()
    share = tally["top_five"][0] / tally["participations"][0]
    assert share == pytest.approx(tally["outcome_top5_participation"][0])


def test_companies_that_come_and_go_add_up(counted):
    lab, tally, _ = counted
    before = float(lab.settled(3).system["n_alive"][0])
    assert before + tally["entries"][0] - tally["exits"].sum() == tally["outcome_companies"][0]
    np.testing.assert_array_equal(tally["network_exits"].sum(axis=1), tally["exits"])
    np.testing.assert_array_equal(tally["network_months"].sum(axis=1), tally["firm_months"])


def test_shares_are_of_the_whole(counted):
    _, tally, _ = counted
    assert 0 < tally["cohort_never"][0] + tally["cohort_always"][0] <= tally["cohort"][0]
    assert tally["flagged_first"][0] <= tally["flagged_all"][0]
    assert tally["flagged_again"][0] <= tally["flagged"][0]
    assert 0 < tally["snapshot_running"][0] < tally["snapshot_ideas"][0] <= tally["series_ideas"][0]
