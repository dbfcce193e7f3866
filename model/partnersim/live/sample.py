"""What runs of one scenario have given so far, and two scenarios side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from partnersim.ensemble import Runs
from partnersim.ledger import OUTCOMES, SERIES
from partnersim.outcomes import monthly_values, outcomes_of
from partnersim.scenario import Scenario
from partnersim.study.paired import compare_paired
from partnersim.world import World

COLUMNS = tuple(o.name for o in OUTCOMES)
PATHS = (
    "transaction_days",
    "performing",
    "incidents",
    "transformative_reach",
    "live",
    "queue_coordination",
    "queue_screening",
    "queue_advisory",
    "queue_country",
)  # fmt: skip
"""Monthly series that are kept; see ``ledger.SERIES``."""
PLACES = [[s.name for s in SERIES].index(name) for name in PATHS]


class Sample:
    """Runs of a scenario over seeds 0, 1, ...: filled in any order, read up to ``ready``, whose runs stay as they are.

    ``outcomes``: float (seed, outcome), NaN where a run failed; ``paths``: float (seed, month, series of :data:`PATHS`).
    """

    def __init__(self, scenario: Scenario, seeds: int, months: int, size: str) -> None:
        self.scenario, self.months, self.size = scenario, months, size
        self.outcomes = np.full((seeds, len(COLUMNS)), np.nan)
        self.paths = np.full((seeds, months, len(PATHS)), np.nan)
        self.failures: dict[int, str] = {}
        self._done = np.zeros(seeds, dtype=bool)
        self.ready = 0
        """Seeds from 0 on whose runs are all there."""

    def fill(self, seed: int, world: World) -> None:
        """Take what a finished run gave."""
        self.outcomes[seed] = list(outcomes_of(world, self.months).values())
        self.paths[seed] = monthly_values(world.series)[:, PLACES]

    def finish(self, seeds: range) -> None:
        """Runs of ``seeds`` are there, or have failed. To be called by one thread at a time."""
        self._done[seeds.start : seeds.stop] = True
        missing = np.flatnonzero(~self._done[self.ready :])
        self.ready = self.ready + int(missing[0]) if missing.size else len(self._done)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.outcomes.nbytes + self.paths.nbytes

    def frame(self, n: int, outcomes: tuple[str, ...] = COLUMNS) -> pd.DataFrame:
        """Outcomes of the first ``n`` seeds, a row each."""
        columns = [COLUMNS.index(name) for name in outcomes]
        return pd.DataFrame(self.outcomes[:n, columns], columns=list(outcomes), index=pd.RangeIndex(n, name="seed"))

    def path(self, n: int, series: str) -> np.ndarray:
        """One monthly series of the first ``n`` seeds: float (seed, month)."""
        return self.paths[:n, :, PATHS.index(series)]

    def runs(self, n: int) -> Runs:
        """The first ``n`` runs as an ensemble of the public interface, with the monthly paths that were kept."""
        monthly = pd.DataFrame(self.paths[:n].reshape(n * self.months, -1), columns=list(PATHS))
        monthly.insert(0, "seed", np.repeat(np.arange(n), self.months))
        monthly.insert(1, "month", np.tile(np.arange(1, self.months + 1), n))
        return Runs(self.scenario, list(range(n)), self.months, self.size, self.frame(n), monthly)


@dataclass(frozen=True)
class Pair:
    """Two scenarios on their first ``n`` common seeds; a pair stays as it is while its samples grow."""

    reference: Sample
    mine: Sample
    n: int
    of: int
    """Seeds that there will be."""
    _compared: dict[tuple[str, ...], pd.DataFrame] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether no better answer is coming."""
        return self.n == self.of

    @property
    def failures(self) -> int:
        """Pairs of which a run failed."""
        return len({seed for sample in (self.reference, self.mine) for seed in sample.failures if seed < self.n})

    def differences(self, outcome: str) -> np.ndarray:
        """Mine minus the reference in one outcome, a number for each seed of which both runs have one."""
        column = COLUMNS.index(outcome)
        difference = self.mine.outcomes[: self.n, column] - self.reference.outcomes[: self.n, column]
        return difference[~np.isnan(difference)]

    def compared(self, outcomes: tuple[str, ...]) -> pd.DataFrame:
        """Paired differences of these outcomes, see :func:`partnersim.study.paired.compare_paired`."""
        if outcomes not in self._compared:
            self._compared[outcomes] = compare_paired(self.reference.frame(self.n, outcomes), self.mine.frame(self.n, outcomes))
        return self._compared[outcomes]
