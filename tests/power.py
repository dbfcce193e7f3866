"""What a two-sided test would find: the least error that it sees with a chance of nine in ten.

Tests of limits state this error and hold themselves to it, so that none passes because it looks at too little.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2, ncx2, norm

POWER = 0.9


def of_mean(standard_error: float, allowed: float) -> float:
    """Error of a mean, in its unit, that is seen where ``allowed`` standard errors are."""
    return float((allowed + norm.ppf(POWER)) * standard_error)


def of_dispersion(freedom: int, level: float) -> tuple[float, float]:
    """Variances against that of the right law, one below and one above 1, that a chi-square of so many degrees of freedom
    sees at ``level``."""
    below = chi2.ppf(level / 2, freedom) / chi2.ppf(POWER, freedom)
    above = chi2.ppf(1 - level / 2, freedom) / chi2.ppf(1 - POWER, freedom)
    return float(below), float(above)


def of_shares(shares: np.ndarray, others: np.ndarray, n: int, level: float) -> float:
    """Chance that a chi-square on ``n`` draws at ``level`` tells ``others`` from ``shares``."""
    freedom = shares.size - 1
    distance = n * ((others - shares) ** 2 / shares).sum()
    return float(ncx2.sf(chi2.ppf(1 - level / 2, freedom), freedom, distance))


def of_never(n: int) -> float:
    """Share of ``n`` cases that must go wrong for one to be seen by a test that allows none."""
    return float(1 - (1 - POWER) ** (1 / n))
