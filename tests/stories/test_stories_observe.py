"""The observer notes what happened, all of it, and changes nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from partnersim import ledger
from partnersim.simulate import Laboratory, run_one
from partnersim.stories.names import Names, firm_code
from partnersim.stories.observe import Observed, observe
from partnersim.stories.trace import records_frame
from partnersim.world import World

SIZE, MONTHS = "class", 30
RUNS = [("baseline", 1), ("all-three", 5)]


class Case:
    """One run, observed and not observed."""

    def __init__(self, scenario: str, seed: int) -> None:
        self.lab = Laboratory(scenario, SIZE, MONTHS)
        self.plain: World = run_one(self.lab, self.lab.settled(seed))
        self.observed: Observed = observe(self.lab, seed)
        self.names = Names(self.lab, self.observed)
        self.records: pd.DataFrame = records_frame(self.observed, self.names)
        self.series = self.plain.series
        self.book = self.plain.system["book"][0]


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: run[0])
def case(request: pytest.FixtureRequest) -> Case:
    return Case(*request.param)


def by_month(months: pd.Series) -> np.ndarray:
    """How many fall into each month of the study."""
    return months.value_counts().reindex(range(1, MONTHS + 1), fill_value=0).to_numpy()


def same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.dtype.names:
        return all(same(a[name], b[name]) for name in a.dtype.names)
    return a.tobytes() == b.tobytes()


def test_an_observed_run_is_the_same_run(case: Case) -> None:
    """A failure means that looking at a run changes it, so that a story tells of another world than the tables."""
    tables = case.plain._asdict()
    assert [name for name, table in tables.items() if not same(table, getattr(case.observed.world, name))] == []


def test_every_idea_is_accounted_for(case: Case) -> None:
    """A failure means that attempts vanish from the trace, or stand in it twice."""
    records = case.records
    begun = records[records["begun"] >= 1]
    signed = begun["signed"].notna()
    dropped, still_open = begun["status"] == "dropped", begun["status"] == "open"
    assert (signed.astype(int) + dropped + still_open == 1).all()
    assert len(begun) == signed.sum() + dropped.sum() + still_open.sum() == case.series["ideas"].sum()
    assert (records["record"] == np.arange(len(records))).all()
    for column, among, path in (
        ("begun", records["begun"].notna(), "ideas"),
        ("approved", records["begun"].notna(), "approved"),
        ("signed", records["begun"].notna(), "signed"),
        ("started", records["begun"].notna(), "started"),
        ("ended", records["status"] == "dropped", "dropped"),
        ("ended", records["status"] == "ended", "ended"),
    ):
        np.testing.assert_array_equal(by_month(records[column][among]), case.series[path], err_msg=path)


def test_stocks_at_the_end_are_those_of_the_paths(case: Case) -> None:
    """A failure means that the trace calls records live, open or performing that are not, or the reverse."""
    last, status = case.series[-1], case.records["status"]
    assert (status == "open").sum() == last["open_cases"]
    assert (status == "live").sum() == last["live"]
    assert case.records["performing"].sum() == last["performing"]
    assert (case.records["waits_at"] == "country").sum() == last["queue_country"]


def test_days_agree_with_the_ledger(case: Case) -> None:
    """A failure means that the trace charges attempts with other days than the books."""
    records = case.records
    dropped = (records["status"] == "dropped") & (records["ended"] >= 1)
    assert records["days"][dropped].sum() == case.book["days_dropped"]
    assert records["days_to_signing"].sum() == case.book["days_signed"]
    assert (records["days_to_signing"].dropna() <= records["days"][records["days_to_signing"].notna()]).all()


def test_delivery_agrees_with_the_paths(case: Case) -> None:
    """A failure means that people or performing months told of partnerships do not add up to those of the run."""
    assert case.records["months_performing"].sum() == case.series["performing"].sum()
    assert case.records["person_years"].sum() == pytest.approx(case.series["reach_all"].sum() / 12, rel=1e-9)
    assert (case.records["transformative"] >= 1).sum() == case.book["n_transformative"]
    idle = case.records["months_falsely_reported"]
    assert (idle <= MONTHS).all() and idle.max() > 0


def test_incidents_agree_with_the_paths(case: Case) -> None:
    """A failure means that a scandal is told of entities or partnerships at whose door it was not laid."""
    found = {name: np.zeros(MONTHS) for name in ("incidents", "incident_hits", "incident_events")}
    start = case.observed.start
    for incident in case.observed.incidents:
        month = incident.month - start - 1
        found["incidents"][month] += len(incident.entities)
        found["incident_hits"][month] += len(incident.hits)
        found["incident_events"][month] += 1
        for hit in incident.hits:
            record = case.records.loc[hit.record]
            assert record["signed"] <= month + 1 and firm_code(incident.firm) in record["companies"].split()
            assert [case.names.entities[e] for e in hit.entities] == record["entities"].split()
    for name, counts in found.items():
        np.testing.assert_array_equal(counts, case.series[name], err_msg=name)
    assert max(len(incident.entities) for incident in case.observed.incidents) == case.book["largest_cascade"]
    assert case.records["incidents"].sum() == case.series["incident_hits"].sum()


def test_queues_and_courtings_are_those_of_the_run(case: Case) -> None:
    """A failure means that a queue or a rush on a company is told that never was."""
    for desk, waiting in case.observed.waiting.items():
        path = case.series[f"queue_{desk.name.lower()}"]
        assert len(waiting.records) == path.max() == path[waiting.month - case.observed.start - 1]
    assert case.observed.courting
    for key, courting in case.observed.courting.items():
        cases = case.records.loc[list(courting.records)]
        assert set(cases["company"]) == {firm_code(key)} and len(courting.entities) > 1
        assert set(cases["lead"]) == {case.names.entities[e] for e in courting.entities}
        month = courting.month - case.observed.start
        assert (cases["begun"] <= month).all() and (cases["ended"].isna() | (cases["ended"] >= month)).all()


def test_cells_are_empty_where_a_record_never_came(case: Case) -> None:
    """A failure means that what the register remembers of an earlier record is told of a later one."""
    records = case.records
    early = records["screened"].isna()
    assert early.any() and not early.all()
    for column in ("type", "value", "depth", "kpis", "systemic", "government", "sectors_met"):
        assert records[column][early].isna().all() and records[column][~early].notna().all(), column
    assert (records["value"].dropna() > 0).all()
    assert records["people_most"][records["started"].isna()].isna().all()
    order = records[["begun", "screened", "approved", "signed", "started"]].astype(float).to_numpy()
    steps = np.diff(order, axis=1)
    assert (steps[~np.isnan(steps)] >= 0).all()


def test_companies_keep_their_code_and_traits_whatever_the_policy() -> None:
    """A failure means that one company bears two names, or two companies one, so that runs cannot be compared by eye."""
    firms = []
    for scenario, seed in (("baseline", 1), ("all-three", 1)):
        run = Case(scenario, seed)
        traits = run.records[["company", "company_size", "company_sector", "company_home"]].drop_duplicates()
        assert not traits["company"].duplicated().any()
        assert len({firm_code(int(key)) for key in run.observed.firms["key"]}) == run.observed.firms.size
        firms.append(traits.set_index("company"))
    both = firms[0].index.intersection(firms[1].index)
    assert len(both) > 50
    pd.testing.assert_frame_equal(firms[0].loc[both], firms[1].loc[both])


def test_known_columns_cover_the_paths_used() -> None:
    """A failure means that a path these tests read was renamed."""
    names = {series.name for series in ledger.SERIES}
    assert {"ideas", "approved", "signed", "started", "dropped", "ended", "incidents", "queue_country"} <= names
