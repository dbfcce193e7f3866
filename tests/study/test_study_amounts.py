"""Amounts in words, as users give them."""

from __future__ import annotations

import pytest

from partnersim.study.amounts import Amount, checked_outcome
from partnersim.study.files import StudyError


@pytest.mark.parametrize(
    ("text", "size", "is_share"),
    [("1%", 0.01, True), (" 2.5 % ", 0.025, True), ("0.5", 0.5, False), (3, 3.0, False), ("7%", 0.07, True)],
)
def test_shares_and_units_are_told_apart_and_read_back(text, size, is_share):
    """Fails when 1% is taken for one unit, or an amount is not read back from its own text."""
    amount = Amount.parse(text, "delta")
    assert amount.size == pytest.approx(size) and amount.is_share == is_share
    assert Amount.parse(str(amount), "delta") == amount
    assert amount.of(-200.0) == pytest.approx(200 * size if is_share else size)


@pytest.mark.parametrize("wrong", ["abc", "", "%", "0", 0, -1, "-1%", "nan", "inf%", True, None, [1], "1%%", 10**400])
def test_nonsense_is_refused_with_what_is_allowed(wrong):
    """Fails when an amount that can never be reached, or is no amount, starts a study."""
    with pytest.raises(StudyError, match=r"^delta is .*allowed are a share of the mean such as \"1%\""):
        Amount.parse(wrong, "delta")


def test_unknown_outcome_gets_the_nearest_name():
    """Fails when a misspelt outcome is found out only after the runs."""
    assert checked_outcome("incidents") == "incidents"
    with pytest.raises(StudyError, match='unknown outcome "incident"; nearest: incidents'):
        checked_outcome("incident")
