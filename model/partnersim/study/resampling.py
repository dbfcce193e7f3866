"""Critical values by resampling whole seeds: one routine for single, simultaneous and monthly intervals.

The seed is the unit: a resample takes seeds with replacement, with everything that happened in them. Each resample's
mean is divided by the resample's *own* standard error (bootstrap-t), and the critical value is the quantile of the
largest absolute t over the columns (Romano and Wolf 2005, Econometrica 73(4)). With one column it is the symmetric
percentile-t interval (Hall 1988, Annals of Statistics 16(3)).

Measured against the t, equal-tailed percentile-t, BCa and sign-flip intervals on paired differences of heavy-tailed
outcomes: 95 to 97 % of intervals at a nominal 95 % held the truth from 10 to 100 seeds (BCa 80 to 90 %). What it cannot
mend: a sample too small to have met its tail (a lognormal of log-SD 1.5 seen 20 times: 83 %; t: 78 %).
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Iterator

import numpy as np

RESAMPLES = 1999
BLOCK = 4_000_000
"""Numbers held at once while resampling."""
KEPT_SEEDS = 20_000
"""Seeds up to which the counts of the resamples are kept (40 MB); above, they are drawn again each time."""
SMALLEST_ERROR = 1 / 3
"""A resample's standard error counts at least this share of the sample's.

Without it, a column in which few seeds differ at all yields resamples almost without spread, whose t has no bound."""


def generator(seeds: np.ndarray, purpose: str) -> np.random.Generator:
    """A generator keyed by the seeds compared and the purpose, so that equal questions get equal answers.

    The values are no part of the key: columns of one family, and scenarios added later, share their resamples.
    """
    text = f"{purpose}:{','.join(str(int(s)) for s in seeds)}"
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little"))


def _counts(seeds: tuple[int, ...], purpose: str, resamples: int, step: int) -> Iterator[np.ndarray]:
    """How often each resample takes each seed (resamples x seeds), about ``step`` resamples at a time."""
    if len(seeds) > KEPT_SEEDS:
        yield from _drawn(seeds, purpose, resamples, step)
    else:
        kept = _kept(seeds, purpose, resamples)
        yield from (kept[done : done + step] for done in range(0, resamples, step))


@functools.lru_cache(maxsize=2)
def _kept(seeds: tuple[int, ...], purpose: str, resamples: int) -> np.ndarray:
    """All counts at once, in a byte each. Kept, since a study asks of the same seeds many times."""
    kept, done = np.empty((resamples, len(seeds)), dtype=np.uint8), 0
    for some in _drawn(seeds, purpose, resamples, max(1, BLOCK // len(seeds))):
        kept[done : done + len(some)] = some
        done += len(some)
    return kept


def _drawn(seeds: tuple[int, ...], purpose: str, resamples: int, step: int) -> Iterator[np.ndarray]:
    """The same counts whatever the ``step``. No seed is ever taken 256 times: one in 10^500 resamples would do that."""
    rng, n = generator(np.array(seeds), purpose), len(seeds)
    for done in range(0, resamples, step):
        yield rng.multinomial(n, np.full(n, 1 / n), min(step, resamples - done)).astype(np.uint8)


def critical_value(values: np.ndarray, level: float, seeds: np.ndarray, purpose: str) -> float:
    """Critical value of max |t| for simultaneous intervals ``mean +- value * standard error`` of the columns.

    ``values``: seeds x columns; NaN where a pair is missing. ``seeds`` and ``purpose``: as :func:`generator` takes them.
    Columns without spread, or with fewer than two values, take no part; where none is left the value is NaN. Rounded
    to 4 decimals, far below its simulation error.
    """
    largest = largest_t(values, seeds, purpose)
    return math.nan if largest is None else critical(largest, level)


def critical(largest: np.ndarray, level: float) -> float:
    """The critical value where these are the largest |t| of the resamples."""
    return round(float(np.quantile(largest, level)), 4)


def largest_t(values: np.ndarray, seeds: np.ndarray, purpose: str) -> np.ndarray | None:
    """Largest |t| over the columns in each resample; None where no column takes part. Arguments as :func:`critical_value`."""
    seen = ~np.isnan(values)
    values = values[:, seen.sum(axis=0) > 1]
    if not values.size:
        return None
    centred = values - np.nanmean(values, axis=0)
    error = _standard_error(np.nanmean(centred**2, axis=0), 0.0, (~np.isnan(values)).sum(axis=0))
    keep = error > 0
    if not keep.any():
        return None
    centred, error = centred[:, keep], error[keep]
    seen = ~np.isnan(centred)
    centred = np.where(seen, centred, 0.0)
    n, columns = centred.shape
    step = max(1, BLOCK // (n + 4 * columns))
    counts = _counts(tuple(seeds.tolist()), purpose, RESAMPLES, step)
    return np.concatenate([_largest_t(some, centred, seen, error) for some in counts])


def _largest_t(counts: np.ndarray, centred: np.ndarray, seen: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Largest |t| over the columns for each resample; ``counts``: resamples x seeds, how often each is taken."""
    weights = counts.astype(float)
    drawn = np.maximum(weights @ seen, 1.0)
    mean = weights @ centred / drawn
    own = _standard_error(weights @ centred**2 / drawn, mean, drawn)
    return (np.abs(mean) / np.maximum(own, SMALLEST_ERROR * error)).max(axis=1)


def _standard_error(mean_square: np.ndarray, mean: np.ndarray | float, n: np.ndarray) -> np.ndarray:
    """Standard error of the mean from the first two moments of ``n`` values."""
    return np.sqrt(np.maximum(mean_square - np.square(mean), 0.0) / np.maximum(n - 1.0, 1.0))
