"""Small functions that many rules choose with."""

from __future__ import annotations

import math

from partnersim.compiled import compiled

MIDDLE = 0.5
"""Middle of a scale from 0 to 1, such as skill or belief: weights of scores count from here."""
STEEPEST = 40.0
"""Scores beyond this are as good as certain, and safe to exponentiate."""


@compiled
def logistic(x):
    """Probability for a score x, safe for any finite x."""
    return 1.0 / (1.0 + math.exp(-min(max(x, -STEEPEST), STEEPEST)))


@compiled
def clip(x, low, high):
    """``x`` held between ``low`` and ``high``."""
    return min(max(x, low), high)


@compiled
def graded(without, x):
    """A factor that grows or falls in a line with ``x``: ``without`` at x = 0, and 1 at the middle of the scale."""
    return without + (1.0 - without) * x / MIDDLE


@compiled
def up_to_one(without, x):
    """A share that grows in a line with ``x``: ``without`` at x = 0, and 1 at x = 1."""
    return without + (1.0 - without) * x


@compiled
def around_one(u, spread):
    """A factor with mean 1, evenly spread from 1 - ``spread`` to 1 + ``spread``; ``u`` is a number in [0, 1)."""
    return 1.0 + spread * (2 * u - 1.0)


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
def guided(cdf, guide, u):
    """:func:`pick` in a few steps: ``guide[k]`` is what it finds for k / guide.size, so the search starts near its end."""
    k = guide[int(u * guide.shape[0])]
    while cdf[k] <= u:
        k += 1
    return k


@compiled
def occurrences(rate, u):
    """A whole number with mean ``rate`` and the least possible spread: its floor, or one more by chance."""
    return int(math.floor(rate + u))
