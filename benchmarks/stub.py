"""Runs of known cost, the same for the study runner and for the tools beside it.

A run burns processor time, not time on the clock: a wait by the clock would go on while its worker waits for a core, and hide
what others take from it. On an idle machine the two are the same. Results come from a few that are made once, with numbers such
as runs have: counts, and ticks of 1/1024 staff-day.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from partnersim.ledger import OUTCOMES, SERIES
from partnersim.study.runs import Cell, Result

VARIANTS = 512
"""Different results, handed out in turn: more than a part has runs, so that none is written smaller than it would be."""
OUTCOME_NAMES, SERIES_NAMES = tuple(o.name for o in OUTCOMES), tuple(s.name for s in SERIES)


def burn(seconds: float) -> None:
    """Use so much processor time."""
    if seconds > 0.0:
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass


class Kept(NamedTuple):
    """So many ``series`` of so many ``months`` beside the outcomes."""

    series: int
    months: int


def results(kept: Kept) -> list[Result]:
    """Outcomes (outcome,) and paths (month, series) of each variant."""
    rng, (series, months) = np.random.default_rng(1), kept
    found: list[Result] = []
    for _ in range(VARIANTS):
        outcomes = rng.integers(1, 10**9, len(OUTCOME_NAMES)) / 1024
        counts = rng.poisson(rng.integers(1, 2000, (series, 1)), (series, months)).astype(float)
        ticks = counts + rng.integers(0, 1024, (series, months)) / 1024
        found.append((outcomes, np.where(np.arange(series)[:, None] % 2, counts, ticks) if series else None))
    return found


class Stub:
    """A simulator whose runs take ``seconds`` of processor time."""

    outcomes = OUTCOME_NAMES

    def __init__(self, kept: Kept, seconds: float) -> None:
        self.kept, self.seconds = kept, seconds
        self.months, self.series = kept.months, SERIES_NAMES[: kept.series]
        self._results: list[Result] = []

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """Settings alone."""
        return type(self), (self.kept, self.seconds)

    def prepare(self) -> None:
        """Make the results that runs hand out."""
        self._results = results(self.kept)

    def run(self, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
        """A run for each cell."""
        for _ in cells:
            burn(self.seconds)
            yield self._results[seed % VARIANTS]
