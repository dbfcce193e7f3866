"""Small functions that many rules choose with."""

from __future__ import annotations

import math

from partnersim.compiled import compiled


@compiled
def logistic(x):
    """Probability for a score x, safe for any finite x."""
    return 1.0 / (1.0 + math.exp(-min(max(x, -40.0), 40.0)))


@compiled
def clip(x, low, high):
    """``x`` held between ``low`` and ``high``."""
    return min(max(x, low), high)


@compiled
def pick(cdf, u):
    """First index whose cumulative share exceeds ``u``, a number in [0, 1)."""
    low, high = 0, cdf.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        if cdf[middle] > u:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def occurrences(rate, u):
    """A whole number with mean ``rate`` and the least possible spread: its floor, or one more by chance."""
    return int(math.floor(rate + u))
