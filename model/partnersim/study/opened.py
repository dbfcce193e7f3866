"""A study's folder opened to read: tidy frames of runs, finished or not."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from partnersim.ledger import OUTCOMES
from partnersim.study import stages
from partnersim.study.comparison import Comparison
from partnersim.study.files import StudyError
from partnersim.study.kept import Reader, kept_runs
from partnersim.study.reading import read_monthly, read_outcomes, read_points, read_table
from partnersim.study.spec import Study
from partnersim.study.store import OUTCOMES as RUNS
from partnersim.study.store import Asked, Folder, read_manifest

if TYPE_CHECKING:
    from partnersim.scenario.load import Scenario


class OpenedStudy:
    """What a study's folder holds. ``StudyError`` where there is no study in it.

    ``manifest``: as it stands in the folder; ``points``: a row a scenario in a world, see
    :meth:`partnersim.study.plan.Plan.table`; ``study``: what is asked; ``is_complete``: whether nothing is missing, so that
    its tables are there.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.manifest = read_manifest(self.path)
        self.asked = Asked.from_json(self.manifest["asked"])
        self.study = Study.of_content(self.asked.study, self.path / str(self.manifest["beside"]) / "study.toml")
        self.is_complete = self.manifest["status"] == "complete"
        self._seeds = stages.kept(self.manifest) if self.is_complete else None

    @functools.cached_property
    def points(self) -> pd.DataFrame:
        """``point, scenario, world``, strengths of levers, numbers of the world."""
        return read_points(self.path)

    @property
    def scenarios(self) -> list[str]:
        """Names, the reference first."""
        return list(dict.fromkeys(self.points["scenario"]))

    def outcomes(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """``scenario, world, seed``, then outcomes: a row a run. ``columns``: outcomes wanted, all unless given."""
        wanted = _known(columns, [o.name for o in OUTCOMES], "outcome")
        self._check_runs()
        return read_outcomes(self.path, self.points, self._seeds, wanted)

    def monthly(self, series: Sequence[str] | None = None) -> pd.DataFrame:
        """``scenario, world, seed, month``, then paths: a row a month of a run. ``series``: those wanted, all unless given."""
        wanted = _known(series, self.study.monthly, "monthly path that is kept")
        self._check_runs()
        return read_monthly(self.path, self.points, self._seeds, wanted)

    def paths(self, series: str, quantiles: Sequence[float] = (0.05, 0.95)) -> pd.DataFrame:
        """``scenario, month, mean`` and quantiles over all runs (a spread, no confidence band) of one path."""
        frame = self.monthly([series])
        months = self.study.months
        names = [f"q{100 * q:02.0f}" for q in quantiles]
        rows = []
        for scenario, part in frame.groupby("scenario", sort=False, observed=True):
            values = part[series].to_numpy().reshape(-1, months)
            table = {"scenario": scenario, "month": range(1, months + 1), "mean": values.mean(axis=0)}
            told = pd.DataFrame(values).quantile(list(quantiles)).to_numpy()
            rows.append(pd.DataFrame({**table, **dict(zip(names, told, strict=True))}))
        columns = ["scenario", "month", "mean", *names]
        return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)

    def _check_runs(self) -> None:
        """A finished study may be kept without its runs; to say that it has none would be a lie."""
        if self.is_complete and not any((self.path / RUNS).glob("*.parquet")) and self.table("failures").empty:
            raise StudyError(f"{self.path} is kept with its tables, but without its runs. The same study makes them again.")

    def failures(self) -> pd.DataFrame:
        """``point, seed, status, error, traceback`` of failed runs."""
        found = Folder(self.path).stored(look_only=True).failures.values()
        return pd.DataFrame(list(found), columns=["point", "seed", "status", "error", "traceback"])

    def table(self, name: str) -> pd.DataFrame:
        """A table of a finished study by name, such as ``headline``."""
        try:
            return read_table(self.path / f"{name}.csv")
        except OSError:
            there = ", ".join(sorted(path.stem for path in self.path.glob("*.csv")))
            raise StudyError(f"{self.path} has no table {name!r}; there are: {there}.") from None

    def decided(self) -> str:
        """What decided on the number of seeds, in a sentence; empty where it was fixed."""
        name = "best" if self.study.best is not None else "precision" if self.study.precision is not None else ""
        return stages.told(self.study, self.table(name)) if name else ""

    def comparison(self, scenarios: Sequence[Scenario] | None = None, reused: int = 0) -> Comparison:
        """Scenarios against the first, seed by seed; where worlds vary, of means over them.

        ``scenarios``: loaded ones, in the order of the study, where figures are to show more than their names.
        """
        if not self.is_complete:
            raise StudyError(f"{self.path} holds a study that is not finished; run the same study again to finish it.")
        if self.study.search is not None:
            raise StudyError(f"{self.path} holds a search; its packages are in packages.csv, and are not compared one by one.")
        if len(self.scenarios) < 2:
            raise StudyError(f"{self.path} holds one scenario; a comparison needs two.")
        self._check_runs()
        return compared(self.path, self.points, self._seeds, self.asked, scenarios, reused)


def compared(
    folder: Path,
    points: pd.DataFrame,
    seeds: Mapping[str, Sequence[int]] | None,
    asked: Asked,
    scenarios: Sequence[Scenario] | None = None,
    reused: int = 0,
    is_complete: bool = True,
) -> Comparison:
    """The runs of a folder compared; arguments as those of :func:`read_outcomes` and :meth:`OpenedStudy.comparison`.

    Where worlds vary, a seed's number is its mean over them, missing where one of them has none; paths are left out.
    """
    study = Study.of_content(asked.study, folder)
    runs = kept_runs(Reader(folder, points, seeds, study, has_table=is_complete), scenarios)
    return Comparison.of(runs, reused, asked.inputs, intervals_of(folder, study))


def intervals_of(folder: Path, study: Study) -> pd.DataFrame | None:
    """The intervals of a study whose data decided on the number of seeds; None for others."""
    return None if study.precision is None else read_table(folder / "precision.csv").set_index(["scenario", "outcome"])


def _known(wanted: Sequence[str] | None, known: Sequence[str], what: str) -> list[str]:
    """The names wanted, one of them alone or several; all where none is given."""
    if wanted is None:
        return list(known)
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if strange := [name for name in wanted if name not in known]:
        from partnersim.scenario.reading import unknown

        raise StudyError(f"{unknown(what, strange[0], known)}.")
    return list(wanted)


def open_study(path: str | Path) -> OpenedStudy:
    """The study in a folder, to read."""
    return OpenedStudy(path)
