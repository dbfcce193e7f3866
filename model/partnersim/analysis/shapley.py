"""How much of what all levers do together is owed to each: exact Shapley shares of a full factorial.

A lever's share is what it adds when it comes, averaged over all orders in which the levers may come (Shapley 1953, A value for
n-person games). Shares are linear in the cells, so each seed has its own, and their intervals are those of means over seeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from partnersim.analysis.cells import NEEDED, Cells, contrasted, factorial_cells
from partnersim.english import counted
from partnersim.ledger import HEADLINES
from partnersim.study import words
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL, simultaneous

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy

MOST = 10
"""Levers of which all combinations are asked for: 1,024 cells."""
ALL = "all"
"""Stands for all levers together; no lever can bear this name, which study files keep for the same use."""
COLUMNS = (
    "outcome", "unit", "lever", "share", "low", "high", "percent", "percent_low", "percent_high", "alone", "last", "verdict",
    "reference_mean", "runs", "missing",
)  # fmt: skip


def shapley(study: OpenedStudy, outcomes: Sequence[str] = HEADLINES, level: float = LEVEL) -> pd.DataFrame:
    """Shares of up to 10 levers of a full factorial in what all of them do, averaged over worlds where these vary.

    A row an outcome and lever, then one for all levers together (``lever`` is ``all``), which is the sum of their shares:

    - ``share``: in the outcome's unit; ``low, high``: simultaneous with probability ``level`` over all rows of the table
    - ``percent, percent_low, percent_high``: of ``reference_mean``, the mean with all levers off; NaN where that is zero
    - ``alone``: what the lever does where no other is in use; ``last``: what it adds where all others are
    - ``verdict``: in words, from the interval of the share
    - ``runs``: seeds used; ``missing``: seeds left out, since a cell of theirs has no number

    Raises :class:`StudyError` for another design, more than 10 levers and fewer than 3 whole seeds.
    """
    return shapley_of(factorial_cells(study, outcomes), level)


def shapley_of(cells: Cells, level: float = LEVEL) -> pd.DataFrame:
    """The same of cells."""
    k = len(cells.levers)
    if k > MOST:
        raise StudyError(f"Shapley shares are exact for up to {MOST} levers; here are {k}. {_needed(k)}")
    levels = cells.levels.to_numpy(int)
    if len(levels) < 2**k:
        raise StudyError(
            f"Shapley shares need all {2**k:,} combinations of {counted(k, 'lever')}; here are {len(levels):,}. {_needed(k)}"
        )
    by_code = np.argsort(levels @ (1 << np.arange(k)))  # bit i of a cell's code is lever i
    none, every = by_code[0], by_code[-1]
    shares, together = weights(levels), np.zeros(2**k)
    together[[none, every]] = -1.0, 1.0
    seen = {outcome: cells.whole(outcome) for outcome in cells.values}
    found = {
        o: pd.DataFrame(contrasted(values, np.vstack([shares, together]).T), index=cells.seeds) for o, values in seen.items()
    }
    intervals = simultaneous(pd.concat(found, axis=1), level)
    rows = []
    for outcome, values in seen.items():
        means = np.nanmean(values, axis=0)
        base = float(means[none])
        scale = 100 / abs(base) if base else math.nan
        for number, lever in enumerate([*cells.levers, ALL]):
            share, low, high, runs, _ = intervals.loc[(outcome, number)]
            bit = 1 << number if lever != ALL else 2**k - 1
            alone, last = means[by_code[bit]] - base, means[every] - means[by_code[(2**k - 1) ^ bit]]
            rows.append(
                (outcome, words.UNITS.get(outcome, ""), lever, share, low, high, scale * share, scale * low, scale * high,
                 float(alone), float(last), words.verdict(low, high), base, int(runs), len(values) - int(runs))
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def weights(levels: np.ndarray) -> np.ndarray:
    """Lever x cell: what each cell counts in each lever's share. ``levels``: cells x levers, all combinations of 0 and 1.

    A cell of s of k levers counts (s - 1)! (k - s)! / k! for a lever that it has, and -s! (k - s - 1)! / k! for another.
    """
    k = levels.shape[1]
    joins = [math.factorial(s) * math.factorial(k - s - 1) / math.factorial(k) for s in range(k)]  # s levers before it
    size = levels.sum(axis=1)
    with_it, without_it = np.array([0.0, *joins])[size], np.array([*joins, 0.0])[size]
    return np.where(levels.T == 1, with_it, -without_it)


def _needed(k: int) -> str:
    several = f"Name at most {MOST} of them under `names`. " if k > MOST else ""
    return several + NEEDED.format("full-factorial")
