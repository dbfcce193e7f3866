"""Readings of raters against the normal model, and the keyed draws they rest on. Two-sided, seeded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import chi2, norm

from partnersim import randomness
from partnersim.rules import screening

RATERS = tuple(np.uint64(k) for k in (11, 22, 33))


def plain(function: Callable) -> Callable:
    return getattr(function, "py_func", function)


def test_accuracy_grows_with_days() -> None:
    """A failure means that the depth of a check no longer buys what the sources say."""
    accuracy = plain(screening.accuracy)
    assert accuracy(6.0, 0.80, 1.1) == pytest.approx(0.735, abs=0.001)
    assert accuracy(2.0, 0.80, 1.1) == pytest.approx(0.64, abs=0.01)
    assert accuracy(1.0, 0.80, 1.1) == pytest.approx(0.55, abs=0.01)


def test_pooled_signal_is_standard_and_as_accurate_as_derived() -> None:
    """A failure means that the rule's own signal is not the one the table of screening rules rests on."""
    signal, key = plain(screening.pooled_signal), np.uint64
    n = 4000
    rng = np.random.default_rng(6)
    truth = rng.standard_normal(n)
    with np.errstate(over="ignore"):
        got = np.array(
            [[signal(key(9), RATERS[0], key(i + 1000), 0, truth[i], 0.735, k, 0.0) for k in (1.0, 3.0)] for i in range(n)]
        )
    for column, expected in zip(got.T, (0.735, 0.883), strict=True):
        assert column.mean() == pytest.approx(0.0, abs=4 / np.sqrt(n))
        assert column.std() == pytest.approx(1.0, abs=4 / np.sqrt(2 * n))
        assert np.corrcoef(column, truth)[0, 1] == pytest.approx(expected, abs=4 * (1 - expected**2) / np.sqrt(n))


def test_draws_are_uniform_and_neighbours_independent() -> None:
    """A failure means that keys that differ by one share their luck.

    Two-sided, 0.0001 for each count of twentieths. Correlations of 0.08 are seen with power above 0.99.
    """
    draw, n = plain(randomness.draw), 8000
    with np.errstate(over="ignore"):
        seeds = np.array([draw(np.uint64(s), 5, np.uint64(7), 3, 0) for s in range(n)])
        who = np.array([draw(np.uint64(1), 5, np.uint64(i), 3, 0) for i in range(n)])
        months = np.array([draw(np.uint64(1), 5, np.uint64(7), m, 0) for m in range(n)])
    for values in (seeds, who, months):
        counts = np.bincount((values * 20).astype(int), minlength=20)
        assert chi2.ppf(0.00005, 19) < ((counts - n / 20) ** 2 / (n / 20)).sum() < chi2.ppf(0.99995, 19)
        assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 4.5 / np.sqrt(n)
    for a, b in ((seeds, who), (who, months), (seeds, months)):
        assert abs(np.corrcoef(a, b)[0, 1]) < 4.5 / np.sqrt(n)


def test_normal_quantile() -> None:
    """A failure means that normal draws are not normal."""
    p = np.concatenate([np.linspace(0.0005, 0.9995, 2001), [1e-9, 1 - 1e-9]])
    quantile = plain(randomness.normal_quantile)
    np.testing.assert_allclose([quantile(float(x)) for x in p], norm.ppf(p), atol=2e-8, rtol=2e-8)
