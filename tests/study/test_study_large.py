"""What large studies need: tables made some outcomes at a time, resamples drawn again, and runs found in parts by number."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from partnersim.ledger import OUTCOMES, SERIES
from partnersim.study import resampling
from partnersim.study.conduct import How, conduct
from partnersim.study.files import StudyError
from partnersim.study.opened import open_study
from partnersim.study.plan import Plan, make_plan
from partnersim.study.reading import read_outcomes, write_outcomes
from partnersim.study.runs import Cell, Result
from partnersim.study.spec import Study, WorldDesign

NAMES = ("baseline", "shared-screening", "all-three")


class Drawn:
    """Runs drawn by point and seed; some have no number for an outcome, and some raise."""

    outcomes = tuple(o.name for o in OUTCOMES)

    def __init__(self, series: tuple[str, ...], months: int) -> None:
        self.series, self.months = series, months

    def prepare(self) -> None:
        """Nothing takes time."""

    def run(self, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
        """A run for each cell."""
        for cell in cells:
            rng = np.random.default_rng([seed, *cell.point.encode()])
            row = rng.lognormal(size=len(self.outcomes))
            row[rng.random(len(row)) < 0.02] = np.nan
            yield ValueError("drawn") if rng.random() < 0.05 else (row, rng.poisson(3.0, (len(self.series), self.months)))


def plan_of(months: int = 30, **asked) -> Plan:
    """Three scenarios, twenty seeds."""
    return make_plan(Study("Drawn", "", scenarios=NAMES, seeds=range(20), months=months, **asked))


def made(plan: Plan, folder: Path) -> Path:
    """The study in its folder."""
    conduct(plan, folder, How(), Drawn(plan.study.monthly, plan.study.months))
    return folder


@pytest.mark.parametrize(
    "asked",
    [
        {"monthly": ("signed", "incidents")},
        {"monthly": ()},
        {"monthly": (), "uncertainties": WorldDesign("latin-hypercube", ("all",), points=3)},
    ],
)
def test_tables_made_piece_by_piece_are_those_of_all_runs_at_once(tmp_path: Path, asked: dict) -> None:
    """Fails when a study's tables tell of other numbers than the same runs opened and compared."""
    opened = open_study(made(plan_of(**asked), tmp_path / "study"))
    whole = opened.comparison()
    for name, frame in {"comparison": whole.table, "headline": whole.headline()}.items():
        told = opened.table(name)
        numbers = frame.select_dtypes("number").columns
        pd.testing.assert_frame_equal(told[numbers], frame[numbers], rtol=1e-9, check_dtype=False)
        assert told[["scenario", "outcome"]].equals(frame[["scenario", "outcome"]].astype(told["outcome"].dtype))
    assert opened.table("headline")["reference_bad_year"].notna().any() == ("incidents" in asked["monthly"])


def test_the_table_of_outcomes_has_the_runs_that_are_wanted_in_order(tmp_path: Path) -> None:
    """Fails when a run is lost, told twice, or told of another scenario, as of two that have equal content."""
    plan = plan_of(monthly=())
    folder = made(plan, tmp_path / "study")
    points = plan.table()
    twin = points[points["scenario"] == NAMES[1]].assign(scenario="twin")
    points = pd.concat([points, twin], ignore_index=True)
    seeds = {NAMES[0]: range(20), NAMES[1]: (1, 5, 6), NAMES[2]: range(3, 9), "twin": range(4)}
    columns = ["incidents", "signed"]
    write_outcomes(folder, points, seeds, columns)
    told = pq.read_table(folder / "outcomes.parquet").to_pandas()
    wanted = read_outcomes(folder, points, seeds, columns)
    assert set(told["scenario"]) == set(seeds)
    for name in wanted:
        np.testing.assert_array_equal(told[name].to_numpy(), wanted[name].to_numpy())


def test_an_enlarged_study_has_bad_years_of_its_own_months(tmp_path: Path) -> None:
    """Fails when paths of other points, which are shorter, are taken into the years of a study."""
    from partnersim.study.reading import find_runs, read_sums

    plan = plan_of(monthly=("incidents",))
    folder = made(plan, tmp_path / "study")
    short = plan_of(months=18, monthly=("incidents",))
    other = made(short, tmp_path / "short")
    for part in (other / "runs" / "monthly").iterdir():
        part.rename(folder / "runs" / "monthly" / part.name)
    for part in (other / "runs" / "outcomes").iterdir():
        part.rename(folder / "runs" / "outcomes" / part.name)
    where = find_runs(folder, plan.table(), dict.fromkeys(NAMES, range(20)))
    years = read_sums(folder, plan.table(), where, "incidents", 30, 12)
    paths = open_study(folder).monthly(["incidents"])
    by_hand = paths[paths["month"] <= 24].groupby(["scenario", "seed", paths["month"] > 12], observed=True)["incidents"].sum()
    for name in NAMES:
        assert years[name].shape == (len(by_hand[name]) / 2, 2)
        assert sorted(years[name].to_numpy().ravel()) == sorted(by_hand[name])


def test_a_study_is_compared_and_drawn_without_reading_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when memory for a comparison or its figures grows with outcomes or paths that are not looked at just then."""
    from partnersim import figures
    from partnersim.study import comparison, kept

    opened = open_study(made(plan_of(months=24, monthly=tuple(s.name for s in SERIES)), tmp_path / "study"))
    whole = opened.comparison()
    by_hand = opened.monthly(["signed"])
    read = kept.Reader._outcomes

    def few(reader: kept.Reader, columns: tuple[str, ...]) -> dict[str, pd.DataFrame]:
        assert len(columns) <= comparison.AT_ONCE
        return read(reader, columns)

    def refused(*args: object) -> None:
        raise AssertionError("all paths are read at once")

    monkeypatch.setattr(kept.Reader, "_outcomes", few)
    monkeypatch.setattr(kept, "read_monthly", refused)
    asked = opened.comparison()
    asked.headline()
    assert set(figures.draw(asked)) == {"headline_differences", "differences", "paths", "path_differences", "pipeline"}
    for name, runs in asked.runs.items():
        paths = by_hand[by_hand["scenario"] == name].pivot(index="seed", columns="month", values="signed")
        sums = runs.sums("signed", 6)
        assert (
            sums.columns.tolist() == [6, 12, 18, 24]
            and sums.index.equals(paths.index)
            and len(sums) == len(whole.runs[name].outcomes)
        )
        np.testing.assert_array_equal(sums[12], paths.loc[:, 7:12].sum(axis=1))
    pd.testing.assert_frame_equal(asked.table, whole.table)


def test_resamples_drawn_again_are_those_that_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when intervals of studies with many seeds rest on other resamples than those of small ones would."""
    values = np.random.default_rng(1).normal(size=(400, 2))
    kept = resampling.critical_value(values, 0.95, np.arange(400), "single")
    monkeypatch.setattr(resampling, "KEPT_SEEDS", 100)
    monkeypatch.setattr(resampling, "BLOCK", 50_000)
    assert resampling.critical_value(values, 0.95, np.arange(400), "single") == kept


def test_a_part_is_refused_that_lacks_a_column(tmp_path: Path) -> None:
    """Fails when a column that is asked for and missing is passed over in silence."""
    from partnersim.study.store import read_part

    folder = made(plan_of(monthly=(SERIES[0].name,)), tmp_path / "study")
    part = next((folder / "runs" / "monthly").iterdir())
    with pytest.raises(ValueError, match="lacks incidents"):
        read_part(part, ["point", "incidents"])


def test_a_study_kept_without_its_runs_says_so(tmp_path: Path) -> None:
    """Fails when a study of which only the tables were kept is told to have no runs, or ends in an error of a library."""
    folder = made(plan_of(monthly=("incidents",)), tmp_path / "study")
    before = open_study(folder).table("headline")
    shutil.rmtree(folder / "runs")
    (folder / "failures.csv").write_text("key,scenario,world,seed,status,error\n")
    opened = open_study(folder)
    assert opened.table("headline").equals(before)
    for ask in (opened.outcomes, opened.monthly, opened.comparison, lambda: opened.paths("incidents")):
        with pytest.raises(StudyError, match="kept with its tables, but without its runs. The same study makes them again"):
            ask()


def test_a_damaged_table_of_outcomes_is_told(tmp_path: Path) -> None:
    """Fails when a comparison of a study whose table was cut ends in an error of a library."""
    opened = open_study(made(plan_of(monthly=()), tmp_path / "study"))
    table = opened.path / "outcomes.parquet"
    table.write_bytes(table.read_bytes()[:-100])
    with pytest.raises(StudyError, match="outcomes.parquet: cannot be read .* The same study makes it again"):
        opened.comparison()
