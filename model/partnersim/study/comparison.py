"""Scenarios against a reference on common seeds: tabled, judged together, said in sentences, drawn."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from partnersim.english import counted
from partnersim.ledger import HEADLINES, OUTCOMES
from partnersim.study import words
from partnersim.study.files import write_csv
from partnersim.study.paired import compare_paired, paired_differences, simultaneous, year_quantile

if TYPE_CHECKING:
    import networkx as nx

    from partnersim.ensemble import Runs
    from partnersim.figures.style import Picture
    from partnersim.study.kept import KeptRuns

AT_ONCE = 4
"""Outcomes held together while all are compared."""


@dataclass(frozen=True)
class Comparison:
    """Scenarios compared with ``reference``.

    ``runs``: by scenario name, the reference first. ``table``: a row per scenario and outcome, with ``scenario,
    outcome, unit`` and the columns of :func:`partnersim.study.paired.compare_paired`, whose intervals hold one at a
    time. ``reused``: how many runs came from the folder instead of being made. ``inputs``: how many of the scenarios'
    inputs are assumed, of how many, where that is known. ``intervals``: ``low, high`` by scenario and outcome to judge headlines
    by, where the data decided on the number of seeds, since other intervals would then promise too much.
    """

    reference: str
    runs: Mapping[str, Runs | KeptRuns]
    table: pd.DataFrame
    reused: int = 0
    inputs: tuple[int, int] | None = None
    intervals: pd.DataFrame | None = None

    @classmethod
    def of(
        cls,
        runs: Mapping[str, Runs | KeptRuns],
        reused: int = 0,
        inputs: tuple[int, int] | None = None,
        intervals: pd.DataFrame | None = None,
    ) -> Comparison:
        """Compare runs made on equal seeds with the first of them."""
        reference, *others = runs
        parts: dict[str, list[pd.DataFrame]] = {name: [] for name in others}
        for some in batches([outcome.name for outcome in OUTCOMES]):
            base = runs[reference].picked(some)
            for name in others:
                parts[name].append(compare_paired(base, runs[name].picked(some)))
        table = pd.concat({name: pd.concat(found) for name, found in parts.items()}, names=["scenario"]).reset_index()
        table.insert(2, "unit", table["outcome"].map(words.UNITS))
        return cls(reference, dict(runs), table, reused, inputs, intervals)

    @property
    def others(self) -> list[str]:
        """Names of the scenarios that are compared with the reference."""
        return [name for name in self.runs if name != self.reference]

    @property
    def setting(self) -> Runs | KeptRuns:
        """Runs of the reference, which carry the months, size and seeds that all share."""
        return self.runs[self.reference]

    def described(self) -> str:
        """Seeds, months and size in words, and how much is assumed."""
        seeds = counted(len(self.setting.seeds), "paired seed")
        setting = f"{seeds}, {counted(self.setting.months, 'month')} after burn-in, size {self.setting.size}."
        return f"{setting} {self.assumed()}".rstrip()

    def assumed(self) -> str:
        """A sentence on how many inputs are assumed; nothing where that is not known."""
        return "Of {1} inputs {0} are assumed.".format(*self.inputs) if self.inputs else ""

    def headline(self) -> pd.DataFrame:
        """The three headline outcomes, a row per scenario and outcome, judged together.

        ``low, high`` are *simultaneous* over all these rows (max-t over seeds), ``percent`` is of the reference
        mean, ``verdict`` in words is from these intervals. ``reference_bad_year`` and ``other_bad_year``: for
        incidents, the 95th percentile over seed-years (pairs).
        """
        return self._headline.copy()

    @functools.cached_property
    def _headline(self) -> pd.DataFrame:
        keep = ["scenario", "outcome", "unit", "reference_mean", "other_mean", "difference"]
        rest = ["variance_reduction", "correlation", "other_sign_share", "median_difference", "runs", "missing"]
        rows = self.table[self.table["outcome"].isin(HEADLINES)].set_index(["scenario", "outcome"], drop=False)
        others = {name: self.runs[name].picked(HEADLINES) for name in self.others}
        family = simultaneous(paired_differences(self.setting.picked(HEADLINES), others, HEADLINES))
        found = rows[keep].assign(percent=100 * rows["difference"] / rows["reference_mean"].abs().replace(0, float("nan")))
        found[["low", "high"]] = family.loc[found.index, ["low", "high"]]
        if self.intervals is not None:
            found.update(self.intervals[["low", "high"]])
        found["verdict"] = [words.verdict(low, high) for low, high in zip(found["low"], found["high"], strict=True)]
        found[rest] = rows[rest]
        bad = {name: _bad_year(runs) for name, runs in self.runs.items()}
        is_incident = found["outcome"] == "incidents"
        found["reference_bad_year"] = bad[self.reference]
        found["other_bad_year"] = found["scenario"].map(bad)
        found.loc[~is_incident, ["reference_bad_year", "other_bad_year"]] = float("nan")
        return found.reset_index(drop=True)

    def findings(self) -> list[str]:
        """A sentence per scenario; none claims a difference whose simultaneous interval holds zero."""
        head = self.headline()
        return [words.finding(head[head["scenario"] == name], words.named(name)) for name in self.others]

    def to_csv(self, path: str | Path) -> None:
        """Write the table; raises :class:`StudyError` where that is not possible."""
        write_csv(self.table, Path(path))

    def network(self) -> nx.MultiGraph | None:
        """The reference's network at the end of its first seed, run again; None where only the scenario's name is kept."""
        runs = self.setting
        if not hasattr(runs.scenario, "policies") or not runs.seeds:
            return None
        from partnersim.network import end_graph

        return end_graph(runs.scenario, runs.seeds[0], runs.months, runs.size)

    def plot(self, folder: str | Path | None = None) -> dict[str, Picture]:
        """The figures by name; with a folder also written there as PNG, SVG and CSV of their data."""
        from partnersim.figures import draw, draw_all

        return draw(self) if folder is None else draw_all(self, Path(folder))


def batches(outcomes: Sequence[str]) -> Iterator[Sequence[str]]:
    """Outcomes a few at a time, since all of many runs do not fit in memory."""
    return (outcomes[first : first + AT_ONCE] for first in range(0, len(outcomes), AT_ONCE))


def _bad_year(runs: Runs | KeptRuns) -> float:
    """Incidents in a bad year; NaN where their paths are not kept."""
    return year_quantile(runs.sums("incidents", 12).to_numpy(float)) if "incidents" in runs.series else math.nan
