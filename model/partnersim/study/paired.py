"""Scenarios compared seed by seed under common random numbers: the seed is the unit, never the month or the agent.

Frames of outcomes are seeds x outcomes (index ``seed``); monthly frames have a row a seed and month: ``seed,
month``, then the series. A pair counts where both scenarios have a number; a seed that only one of them has is a missing pair.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from partnersim.study.resampling import critical, critical_value, largest_t

LEVEL = 0.95
FEWEST = 3
"""Pairs below which no interval is given."""
COLUMNS = (
    "reference_mean", "other_mean", "difference", "low", "high", "method", "sd_difference", "variance_reduction",
    "correlation", "other_sign_share", "ties_share", "median_difference", "effect_size", "runs", "missing",
)  # fmt: skip


def is_heavy_tailed(outcome: str) -> bool:
    """Whether a few runs carry most of the outcome's mean, so that its interval is taken by bootstrap over seeds."""
    return outcome.startswith(("transformative_reach", "transformative_count", "reach_"))


def compare_paired(reference: pd.DataFrame, other: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """How ``other`` differs from ``reference``, outcome by outcome (the index), over pairs of equal seed.

    Columns, in the outcome's unit unless said:

    - ``reference_mean``, ``other_mean``; ``difference``: mean of the paired differences, other minus reference
    - ``low``, ``high``: confidence interval of that *mean*; NaN below 3 pairs
    - ``method``: ``t``, or ``bootstrap-t`` over seeds for heavy-tailed outcomes (see :mod:`resampling`)
    - ``sd_difference``: spread of the difference over seeds; ``median_difference``
    - ``variance_reduction``: (Var a + Var b) / Var(b - a), how many times fewer runs than with independent seeds;
      infinite where the difference never varies
    - ``correlation`` of the two scenarios over seeds; 1 where they are identical
    - ``other_sign_share``: share of pairs on the other side of zero than the mean, ties counted half;
      ``ties_share``: share of pairs without any difference
    - ``effect_size``: difference / standard deviation of the reference
    - ``runs``: pairs used; ``missing``: pairs left out, for want of a number in one or both

    Raises ``ValueError`` for seeds given twice and for outcomes that only one frame has.
    """
    a, b = _aligned(reference, other)
    rows = [_row(str(name), a[name], b[name], level) for name in a.columns]
    return pd.DataFrame(rows, columns=list(COLUMNS), index=pd.Index(a.columns, name="outcome"))


def _aligned(reference: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    for frame in (reference, other):
        if not frame.index.is_unique:
            raise ValueError(f"seed {frame.index[frame.index.duplicated()][0]} is there twice")
    if unequal := reference.columns.symmetric_difference(other.columns).tolist():
        raise ValueError(f"outcomes in one frame only: {', '.join(map(str, unequal))}")
    seeds = reference.index.union(other.index).sort_values()
    return reference.reindex(seeds), other.reindex(index=seeds, columns=reference.columns)


def _row(outcome: str, reference: pd.Series, other: pd.Series, level: float) -> tuple:
    whole = (reference.notna() & other.notna()).to_numpy()
    seeds = reference.index.to_numpy()[whole]
    a, b = reference.to_numpy(float)[whole], other.to_numpy(float)[whole]
    d, n = b - a, len(a)
    missing = len(whole) - n
    if n == 0:
        return (*(math.nan,) * 5, _method(outcome), *(math.nan,) * 7, 0, missing)
    mean, same = float(d.mean()), not d.any()
    low, high = _interval(outcome, d, seeds, level)
    var_a, var_b, var_d = (_variance(x) for x in (a, b, d))
    reduction = math.inf if same else _ratio(var_a + var_b, var_d)
    varies = n > 1 and var_a > 0 and var_b > 0
    correlation = 1.0 if same else float(np.corrcoef(a, b)[0, 1]) if varies else math.nan
    ties = float((d == 0).mean())
    other_sign = float((d * mean < 0).mean()) if mean else (1 - ties) / 2
    effect = 0.0 if same else _ratio(mean, math.sqrt(var_a))
    return (
        float(a.mean()), float(b.mean()), mean, low, high, _method(outcome), math.sqrt(var_d), reduction,
        correlation, other_sign + ties / 2, ties, float(np.median(d)), effect, n, missing,
    )  # fmt: skip


def _method(outcome: str) -> str:
    return "bootstrap-t" if is_heavy_tailed(outcome) else "t"


def _variance(values: np.ndarray) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else math.nan


def _ratio(above: float, below: float) -> float:
    """``above / below`` with signed infinity over zero, and NaN for 0 / 0 and whatever is unknown."""
    if below == 0:
        return math.copysign(math.inf, above) if above else math.nan
    return above / below


def _interval(outcome: str, differences: np.ndarray, seeds: np.ndarray, level: float) -> tuple[float, float]:
    n = len(differences)
    if n < FEWEST:
        return math.nan, math.nan
    mean, error = differences.mean(), differences.std(ddof=1) / math.sqrt(n)
    if error == 0:
        return float(mean), float(mean)
    if is_heavy_tailed(outcome):
        factor = critical_value(differences[:, None], level, seeds, "single")
    else:
        factor = float(t_value(level, n))
    return float(mean - factor * error), float(mean + factor * error)


def t_value(level: float, n: np.ndarray | int) -> np.ndarray | float:
    """Two-sided quantile of Student's t for a mean of ``n`` values."""
    from scipy.special import stdtrit

    return stdtrit(np.maximum(np.asarray(n) - 1.0, 1.0), (1 + level) / 2)


def paired_differences(reference: pd.DataFrame, others: Mapping[str, pd.DataFrame], outcomes: Sequence[str]) -> pd.DataFrame:
    """Other minus reference: seeds x (scenario, outcome), the family that :func:`simultaneous` takes."""
    wanted = list(outcomes)
    parts = {name: b - a for name, other in others.items() for a, b in [_aligned(reference[wanted], other[wanted])]}
    return pd.concat(parts, axis=1, names=["scenario", "outcome"]).sort_index()


def simultaneous(differences: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Intervals of mean differences that *all* hold the truth with probability ``level`` (max-t over seeds).

    ``differences``: seeds x comparisons (any labels). Returns a row per comparison with ``difference``, ``low``,
    ``high`` (its unit), ``runs`` and the common ``critical`` value. A comparison whose difference never varies has
    an interval of no width; one with fewer than 3 pairs has none (NaN). Resamples are keyed by the seeds alone.
    """
    family = Family()
    family.add(differences)
    return family.judged(level)


class Family:
    """Comparisons that are judged together and come one block after the other, since all at once need not fit in memory."""

    def __init__(self) -> None:
        self._seeds: pd.Index | None = None
        self._largest: np.ndarray | None = None
        self._blocks: list[pd.DataFrame] = []

    def add(self, differences: pd.DataFrame) -> None:
        """More comparisons: seeds x comparisons. ``ValueError`` for other seeds than those of the blocks before."""
        frame = differences.sort_index()
        if self._seeds is not None and not frame.index.equals(self._seeds):
            raise ValueError("comparisons of other seeds")
        self._seeds = frame.index
        values = frame.to_numpy(float)
        runs = (~np.isnan(values)).sum(axis=0)
        mean, error = _mean_and_error(values, runs)
        largest = largest_t(values[:, runs >= FEWEST], frame.index.to_numpy(), "family")
        if largest is not None:
            self._largest = largest if self._largest is None else np.maximum(self._largest, largest)
        self._blocks.append(pd.DataFrame({"difference": mean, "error": error, "runs": runs}, index=frame.columns))

    def judged(self, level: float = LEVEL) -> pd.DataFrame:
        """All of them, as :func:`simultaneous` tells."""
        found = pd.concat(self._blocks)
        mean, error, runs = (found[name].to_numpy() for name in ("difference", "error", "runs"))
        factor = math.nan if self._largest is None else critical(self._largest, level)
        half = np.where(runs >= FEWEST, np.where(error > 0, factor, 0.0) * error, np.nan)
        columns = {"difference": mean, "low": mean - half, "high": mean + half, "runs": runs, "critical": factor}
        return pd.DataFrame(columns, index=found.index)


def pseudo_values(statistic: Callable[[np.ndarray], pd.Series], seeds: Iterable[int]) -> pd.DataFrame:
    """Jackknife pseudo-values over seeds of what is no mean, so that intervals of means serve it (Tukey 1958).

    ``statistic`` takes weights of the seeds (0 or 1) and returns named numbers. Returns seeds x those numbers.
    """
    index = pd.Index(seeds, name="seed")
    n = len(index)
    every = np.ones(n)
    whole = statistic(every)
    return pd.DataFrame([n * whole - (n - 1) * statistic(every - one) for one in np.eye(n)], index=index)


def _mean_and_error(values: np.ndarray, runs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and its standard error for each column, NaN left out, without warnings where nothing is left."""
    seen = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(seen, values, 0.0).sum(axis=0) / runs
        squares = np.where(seen, values - mean, 0.0) ** 2
        return mean, np.sqrt(squares.sum(axis=0) / (runs - 1.0) / runs)


def by_seed(monthly: pd.DataFrame, series: str) -> pd.DataFrame:
    """One series as seeds x months, both ascending. ``ValueError`` for a series that is not in the frame."""
    if series not in monthly.columns[2:]:
        raise ValueError(f"no monthly series {series!r}; there are: {', '.join(sorted(map(str, monthly.columns[2:])))}")
    return monthly.pivot(index="seed", columns="month", values=series).sort_index().sort_index(axis=1)


def bands(monthly: pd.DataFrame, series: str, level: float = LEVEL) -> pd.DataFrame:
    """``month, mean, low, high, runs``: mean path and the *pointwise* t interval of that mean, month by month."""
    return mean_bands(by_seed(monthly, series), level)


def mean_bands(wide: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """:func:`bands` of seeds x months."""
    values = wide.to_numpy(float)
    runs = (~np.isnan(values)).sum(axis=0)
    mean, error = _mean_and_error(values, runs)
    half = np.where(runs >= FEWEST, t_value(level, runs) * error, np.nan)
    columns = {"month": wide.columns.to_numpy(), "mean": mean, "low": mean - half, "high": mean + half, "runs": runs}
    return pd.DataFrame(columns)


def difference_bands(reference: pd.DataFrame, other: pd.DataFrame, series: str, level: float = LEVEL) -> pd.DataFrame:
    """``month, difference, low, high, runs, critical``: paired difference with a *simultaneous* band over months.

    The whole true path lies within the band with probability ``level``. ``reference`` and ``other`` are monthly frames.
    """
    a, b = _aligned(by_seed(reference, series), by_seed(other, series))
    return simultaneous(b - a, level).rename_axis("month").reset_index()


def stretches(wide: pd.DataFrame, width: int) -> pd.DataFrame:
    """Sums over each ``width`` months, named after the last of them, of seeds x months; months after the last whole one go."""
    whole = wide.loc[:, wide.columns <= wide.columns.max() // width * width]
    return whole.T.groupby(-(-whole.columns // width) * width).sum(min_count=width).T.rename_axis(columns="month")


def year_quantile(years: np.ndarray, q: float = 0.95) -> float:
    """Quantile over all years of all seeds (seeds x years): how bad a bad year is. NaN where no year is whole."""
    values = years[~np.isnan(years)]
    return float(np.quantile(values, q)) if len(values) else math.nan
