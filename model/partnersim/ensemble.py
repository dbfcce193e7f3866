"""What an ensemble of runs gave: told apart from the engine, so that kept results are read without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from partnersim.study.paired import by_seed, stretches

if TYPE_CHECKING:
    from partnersim.scenario.load import Scenario


@dataclass(frozen=True)
class Runs:
    """What an ensemble of one scenario gave.

    Units and meanings of outcomes and series stand in ``ledger.OUTCOMES`` and ``ledger.SERIES``.
    """

    scenario: Scenario
    seeds: list[int]
    months: int
    size: str
    outcomes: pd.DataFrame
    """float (seed, outcome), in the order of the seeds and of the outcome table; NaN where there is nothing to divide by."""
    monthly: pd.DataFrame
    """Tidy paths, a row a seed and month: seed, month (1 is the first of the window), then the series, each a column."""

    @property
    def series(self) -> list[str]:
        """Series whose paths are there."""
        return list(self.monthly.columns[2:])

    def picked(self, outcomes: Sequence[str]) -> pd.DataFrame:
        """Some of the outcomes: float (seed, outcome)."""
        return self.outcomes[list(outcomes)]

    def sums(self, series: str, width: int) -> pd.DataFrame:
        """Sums of a path over each ``width`` months, seeds x last months of them; see :func:`stretches`."""
        return stretches(by_seed(self.monthly, series), width)
