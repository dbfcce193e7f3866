"""Screening errors against the normal model: one rejected in ten, three entities, accuracy 0.735 (S81).

Two-sided, seeded; with 60,000 firms of the worst tenth a share of 0.160 has a standard error of 0.0015, so the tolerance of
0.008 is passed by a true difference of 0.013 with a chance below 0.001.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from partnersim import randomness
from partnersim.rules import screening

LIMIT = norm.ppf(0.10)
N = 60_000
RATERS = tuple(np.uint64(k) for k in (11, 22, 33))


def plain(function: Callable) -> Callable:
    return getattr(function, "py_func", function)


@pytest.fixture(scope="module")
def signals() -> dict[str, np.ndarray]:
    """Signals on firms, computed with the formulas of the rule from keyed errors: (firm, rater), and one pooled reading."""
    rng = np.random.default_rng(5)
    r = plain(screening.accuracy)(6.0, 0.80, 1.1)
    truth = rng.standard_normal(10 * N)
    errors = rng.standard_normal((10 * N, 3))
    single = r * truth[:, None] + np.sqrt(1 - r * r) * errors
    pooled = (r * truth + np.sqrt(1 - r * r) * errors.mean(axis=1)) / np.sqrt(r * r + (1 - r * r) / 3)
    return {"truth": truth, "single": single, "pooled": pooled}


def test_accuracy_grows_with_days() -> None:
    """A failure means that the depth of a check no longer buys what the sources say."""
    accuracy = plain(screening.accuracy)
    assert accuracy(6.0, 0.80, 1.1) == pytest.approx(0.735, abs=0.001)
    assert accuracy(2.0, 0.80, 1.1) == pytest.approx(0.64, abs=0.01)
    assert accuracy(1.0, 0.80, 1.1) == pytest.approx(0.55, abs=0.01)


def test_sharing_rules_have_their_tails(signals: dict[str, np.ndarray]) -> None:
    """A failure means that reuse, pooling or veto change who is exposed in another way than the normal model says."""
    bad = signals["truth"] < LIMIT
    passes = signals["single"][bad] >= LIMIT
    assert passes.all(axis=1).mean() == pytest.approx(0.160, abs=0.008)
    assert passes.sum(axis=1).mean() == pytest.approx(1.50, abs=0.03)
    assert passes[:, 0].mean() == pytest.approx(0.50, abs=0.01)
    assert (signals["pooled"][bad] >= LIMIT).mean() == pytest.approx(0.335, abs=0.01)
    veto = (signals["single"][~bad] < LIMIT).any(axis=1).mean()
    assert veto == pytest.approx(0.144, abs=0.008)


def test_pooled_signal_is_standard_and_as_accurate_as_derived() -> None:
    """A failure means that the rule's own signal is not the one the table above rests on."""
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
    """A failure means that keys that differ by one share their luck. Correlations of 0.06 are seen with power above 0.99."""
    draw, n = plain(randomness.draw), 8000
    with np.errstate(over="ignore"):
        seeds = np.array([draw(np.uint64(s), 5, np.uint64(7), 3, 0) for s in range(n)])
        who = np.array([draw(np.uint64(1), 5, np.uint64(i), 3, 0) for i in range(n)])
        months = np.array([draw(np.uint64(1), 5, np.uint64(7), m, 0) for m in range(n)])
    for values in (seeds, who, months):
        counts = np.bincount((values * 20).astype(int), minlength=20)
        assert ((counts - n / 20) ** 2 / (n / 20)).sum() < 55.0
        assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 4.5 / np.sqrt(n)
    for a, b in ((seeds, who), (who, months), (seeds, months)):
        assert abs(np.corrcoef(a, b)[0, 1]) < 4.5 / np.sqrt(n)


def test_normal_quantile() -> None:
    """A failure means that normal draws are not normal."""
    p = np.concatenate([np.linspace(0.0005, 0.9995, 2001), [1e-9, 1 - 1e-9]])
    quantile = plain(randomness.normal_quantile)
    np.testing.assert_allclose([quantile(float(x)) for x in p], norm.ppf(p), atol=2e-8, rtol=2e-8)
