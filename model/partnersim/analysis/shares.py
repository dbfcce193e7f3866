"""Shares of cases and what so many cases can say of them."""

from __future__ import annotations

import numpy as np

from partnersim.study.paired import LEVEL


def wilson(met: int | np.ndarray, n: int, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """Interval of a share, or of many, of which ``met`` of ``n`` were met (Wilson 1927, JASA 22); 0 to 1 where none could be."""
    from scipy.special import ndtri

    z, share = ndtri((1 + level) / 2), np.asarray(met) / max(n, 1)
    if n == 0:
        return np.zeros_like(share), np.ones_like(share)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
