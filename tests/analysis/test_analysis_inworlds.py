"""A study's folder read as policies in worlds: numbers in their cells, missing ones included, and what worlds differ in."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pytest

from partnersim.analysis.crossed import crossed_study
from partnersim.analysis.inworlds import described_worlds, input_of, numbers_of_worlds, read_in_worlds
from partnersim.analysis.sensitivity import sensitivity
from partnersim.ledger import HEADLINES, OUTCOMES
from partnersim.study.conduct import How, conduct
from partnersim.study.files import StudyError
from partnersim.study.opened import OpenedStudy, open_study
from partnersim.study.plan import make_plan
from partnersim.study.runs import Cell, Result
from partnersim.study.spec import LeverDesign, Study, WorldDesign

FATIGUE, BUSY = "accept_fatigue", "accept_busy"


class Told:
    """Runs whose every outcome is 100 x the uncertain number of their world, plus the seed; the last one raises.

    A path is as many open cases each month as the other number of the world has hundredths.
    """

    outcomes = tuple(o.name for o in OUTCOMES)
    series = ("open_cases",)
    months = 12

    def __init__(self, points: pd.DataFrame) -> None:
        self.numbers = points.drop_duplicates("point").set_index("point")[[FATIGUE, BUSY]]
        self.fails = points["point"].iloc[-1]

    def prepare(self) -> None:
        """Nothing takes time."""

    def run(self, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
        """A run for each cell."""
        for cell in cells:
            fatigue, busy = self.numbers.loc[cell.point]
            row = np.full(len(self.outcomes), 100 * fatigue + seed)
            yield ValueError("told") if cell.point == self.fails and seed == 1 else (row, np.full((1, 12), 100 * busy))


def conducted(folder, design: str, points: int, n_seeds: int) -> OpenedStudy:
    """A study of two levers, each alone, in worlds of two uncertain numbers."""
    levers = LeverDesign("one-at-a-time", ("shared_screening", "partner_coordination"))
    worlds = WorldDesign(design, (FATIGUE, BUSY), points)
    study = Study("Told", "", seeds=range(n_seeds), months=12, monthly=("open_cases",), levers=levers, uncertainties=worlds)
    plan = make_plan(study)
    conduct(plan, folder, How(), Told(plan.table()))
    return open_study(folder)


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> OpenedStudy:
    """Twelve worlds on three seeds."""
    return conducted(tmp_path_factory.mktemp("told"), "latin-hypercube", 12, 3)


def test_a_study_is_read_with_what_its_worlds_differ_in(opened):
    """A failure would mean that numbers end in other cells, or that a lever is taken for an uncertainty."""
    data = crossed_study(opened)
    assert data.policies == ("baseline", "shared_screening", "partner_coordination") and data.outcomes == HEADLINES
    assert data.values.shape == (3, 3, 11, 3) and data.left_out == 1 and data.worlds.tolist() == list(range(11))
    assert list(data.inputs.columns) == [FATIGUE, BUSY]
    wanted = 100 * data.inputs[FATIGUE].to_numpy()[:, None] + data.seeds
    np.testing.assert_allclose(data.values, np.broadcast_to(wanted, data.values.shape))
    np.testing.assert_allclose(data.gains[:, 0, 0], -wanted.T)


def test_a_run_that_failed_is_missing_and_no_other(opened):
    """A failure would mean that worlds, seeds or scenarios are taken for one another, or that a failed run counts as a number."""
    runs = read_in_worlds(opened, ["signed", "transaction_cost"])
    assert runs.values.shape == (2, 3, 12, 3) and np.isnan(runs.values).sum() == 2
    assert np.argwhere(np.isnan(runs.of("partner_coordination", "signed"))).tolist() == [[11, 1]]
    wanted = 100 * numbers_of_worlds(opened)[FATIGUE].to_numpy()[:, None] + [0, 1, 2]
    np.testing.assert_allclose(runs.of("shared_screening", "signed"), wanted)
    assert (runs.difference("shared_screening", "transaction_cost") == 0).all()


def test_what_the_reference_shows_is_read_by_world(opened):
    """A failure would mean that a box speaks of paths of another world, or of another scenario."""
    found, inputs = described_worlds(opened, ["signed", "open_cases"])
    numbers = numbers_of_worlds(opened)
    np.testing.assert_allclose(found.iloc[:, 0], 100 * numbers[FATIGUE] + 1)
    np.testing.assert_allclose(found["in the baseline: open cases"], 100 * numbers[BUSY])
    assert inputs["in the baseline: open cases"].unit == "attempts"


def test_what_worlds_differ_in_has_one_title_and_unit():
    """A failure would mean that tables and sentences call one number by different names, or stop at one that nobody declared."""
    assert input_of("days_issue").unit == "staff-days" and input_of("days_issue").title != "days_issue"
    crises = input_of("crisis_rate")
    assert (crises.title, crises.unit) == ("How often a humanitarian crisis strikes a country", "crises per country-year")
    assert (input_of("mine").title, input_of("mine").unit) == ("mine", "")


def test_blocks_of_a_design_are_read_from_its_folder(tmp_path):
    """A failure would mean that rows of a stored design come in another order than its points, or one failed run spoils all."""
    table = sensitivity(conducted(tmp_path / "morris", "morris", 4, 4), ["transaction_cost"])
    found = table[(table["index"] == "mu_star") & (table["of"] == "outcome")].set_index(["scenario", "input"])["value"]
    assert found["baseline", BUSY] == 0 < found["baseline", FATIGUE]
    lost = table.groupby("scenario")["left_out"].max()
    assert lost["baseline"] == lost["shared_screening"] == 0 < lost["partner_coordination"] < 4


def test_a_study_that_is_not_finished_is_refused(opened):
    """A failure would mean an answer from the half of the runs that happen to be there."""
    study = copy.copy(opened)
    study.is_complete = False
    with pytest.raises(StudyError, match="not finished; run the same study again"):
        crossed_study(study)
