"""Runs that lie in a study's folder, read where they are asked for: never more at once than some outcomes, or one path."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from partnersim.ledger import HEADLINES, OUTCOMES
from partnersim.study.files import StudyError
from partnersim.study.reading import LABELS, TABLE, Where, find_runs, read_monthly, read_outcomes, read_sums

if TYPE_CHECKING:
    from partnersim.scenario.load import Scenario
    from partnersim.study.spec import Study


class Reader:
    """Reads runs of all scenarios at once, and keeps what it read last. ``seeds``: as :func:`read_outcomes` takes them.

    ``has_table``: whether the table of outcomes is there, which is read in place of the parts.
    """

    def __init__(
        self, folder: Path, points: pd.DataFrame, seeds: Mapping[str, Sequence[int]] | None, study: Study, has_table: bool
    ) -> None:
        self.study, self.names = study, list(dict.fromkeys(points["scenario"]))
        self.series = study.monthly if points["world"].nunique() == 1 else ()
        """Paths that can be read: where worlds vary, none."""
        self._folder, self._points, self._seeds, self._has_table = folder, points, seeds, has_table
        self.outcomes = functools.lru_cache(maxsize=1)(self._outcomes)
        self.sums = functools.lru_cache(maxsize=1)(self._sums)

    def _outcomes(self, columns: Sequence[str]) -> dict[str, pd.DataFrame]:
        """Some outcomes by scenario: seeds x outcomes. Where worlds vary, means over them, missing where one has no number."""
        if self._has_table:
            try:
                frame = pd.read_parquet(self._folder / TABLE, columns=[*LABELS, *columns])
            except (OSError, ValueError) as error:
                raise StudyError(f"{self._folder / TABLE}: cannot be read ({error}). The same study makes it again.") from None
        else:
            frame = read_outcomes(self._folder, self._points, self._seeds, columns)
        n_worlds, found = int(self._points["world"].nunique()), {}
        for name in self.names:
            mine = frame[frame["scenario"] == name].drop(columns=["scenario", "world"])
            found[name] = mine.groupby("seed").sum(min_count=n_worlds) / n_worlds if n_worlds > 1 else mine.set_index("seed")
        return found

    def _sums(self, series: str, width: int) -> dict[str, pd.DataFrame]:
        """Sums of one path over each ``width`` months, by scenario: seeds x last months of them."""
        return read_sums(self._folder, self._points, self._where, series, self.study.months, width)

    @functools.cached_property
    def _where(self) -> Where:
        return find_runs(self._folder, self._points, self._seeds)

    def monthly(self, name: str) -> pd.DataFrame:
        """All paths of one scenario: ``seed, month``, then the series."""
        mine = self._points[self._points["scenario"] == name]
        if not self.series:
            return pd.DataFrame(columns=["seed", "month"])
        return read_monthly(self._folder, mine, self._seeds, self.series).drop(columns=["scenario", "world"])


@dataclass(frozen=True)
class KeptRuns:
    """What :class:`partnersim.ensemble.Runs` is, of runs in a folder."""

    scenario: Scenario
    reader: Reader

    @functools.cached_property
    def seeds(self) -> list[int]:
        """Of the runs that are finished."""
        return list(self.picked(HEADLINES).index)

    @property
    def months(self) -> int:
        """Months of each run after burn-in."""
        return self.reader.study.months

    @property
    def size(self) -> str:
        """Size of the world."""
        return self.reader.study.size

    @property
    def series(self) -> Sequence[str]:
        """Series whose paths are there."""
        return self.reader.series

    @functools.cached_property
    def outcomes(self) -> pd.DataFrame:
        """All outcomes: float (seed, outcome)."""
        return self.picked([o.name for o in OUTCOMES])

    @functools.cached_property
    def monthly(self) -> pd.DataFrame:
        """Tidy paths: seed, month, then the series; all at once."""
        return self.reader.monthly(self.scenario.name)

    def picked(self, outcomes: Sequence[str]) -> pd.DataFrame:
        """Some of the outcomes: float (seed, outcome)."""
        return self.reader.outcomes(tuple(outcomes))[self.scenario.name]

    def sums(self, series: str, width: int) -> pd.DataFrame:
        """Sums of a path over each ``width`` months, seeds x last months of them."""
        return self.reader.sums(series, width)[self.scenario.name]


def kept_runs(reader: Reader, scenarios: Sequence[Scenario] | None = None) -> dict[str, KeptRuns]:
    """Runs by scenario, the reference first. ``scenarios``: loaded ones, where their titles and policies are to be known."""
    known: Mapping[str, Any] = {s.name: s for s in scenarios or ()}
    named = {name: known.get(name) or cast("Scenario", SimpleNamespace(name=name, title="")) for name in reader.names}
    return {name: KeptRuns(scenario, reader) for name, scenario in named.items()}
