"""A study's folder read as policies in worlds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from partnersim.analysis.crossed import crossed_study, uncertain_inputs
from partnersim.ledger import HEADLINES, OUTCOMES
from partnersim.study.conduct import How, conduct
from partnersim.study.files import StudyError
from partnersim.study.opened import open_study
from partnersim.study.plan import make_plan
from partnersim.study.runs import Cell, Result
from partnersim.study.spec import LeverDesign, Study, WorldDesign

FATIGUE = "accept_fatigue"


class Told:
    """Runs whose every outcome is 100 x the uncertain number of their world, plus the seed; one run raises."""

    outcomes = tuple(o.name for o in OUTCOMES)
    series = ()
    months = 12

    def __init__(self, points: pd.DataFrame) -> None:
        self.fatigue = points.set_index("point")[FATIGUE]
        self.fails = points["point"].iloc[-1]

    def prepare(self) -> None:
        """Nothing takes time."""

    def run(self, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
        """A run for each cell."""
        for cell in cells:
            row = np.full(len(self.outcomes), 100 * self.fatigue[cell.point] + seed)
            yield ValueError("told") if cell.point == self.fails and seed == 1 else (row, np.zeros((12, 0)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A study of two levers, each alone, in twelve worlds of two uncertain numbers."""
    levers = LeverDesign("one-at-a-time", ("shared_screening", "partner_coordination"))
    worlds = WorldDesign("latin-hypercube", (FATIGUE, "accept_busy"), 12)
    study = Study("Told", "", seeds=range(3), months=12, monthly=(), levers=levers, uncertainties=worlds)
    plan, path = make_plan(study), tmp_path_factory.mktemp("told")
    conduct(plan, path, How(), Told(plan.table()))
    return path


def test_a_study_is_read_with_what_its_worlds_differ_in(folder):
    """A failure would mean that numbers end in other cells, or that a lever is taken for an uncertainty."""
    data = crossed_study(open_study(folder))
    assert data.policies == ("baseline", "shared_screening", "partner_coordination") and data.outcomes == HEADLINES
    assert data.values.shape == (3, 3, 11, 3) and data.left_out == 1 and data.worlds.tolist() == list(range(11))
    assert list(data.inputs.columns) == [FATIGUE, "accept_busy"]
    wanted = 100 * data.inputs[FATIGUE].to_numpy()[:, None] + data.seeds
    np.testing.assert_allclose(data.values, np.broadcast_to(wanted, data.values.shape))
    np.testing.assert_allclose(data.gains[:, 0, 0], -wanted.T)


def test_a_study_that_is_not_finished_or_has_one_world_is_refused(folder):
    """A failure would mean an answer from the half of the runs that happen to be there."""
    study = open_study(folder)
    study.is_complete = False
    with pytest.raises(StudyError, match="not finished; run the same study again"):
        crossed_study(study)
    one = pd.DataFrame({"point": ["a", "b"], "scenario": ["x", "y"], "world": 0, "lever": [0.0, 1.0]})
    assert uncertain_inputs(one).empty
