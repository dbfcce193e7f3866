"""Runs by world are those of the study's folder, missing ones included."""

from __future__ import annotations

import numpy as np

import partnersim as ps
from partnersim.analysis.inworlds import declared, described_worlds, numbers_of_worlds, read_in_worlds
from partnersim.analysis.sensitivity import sensitivity
from partnersim.study.conduct import How, conduct
from partnersim.study.plan import make_plan
from partnersim.study.spec import Study, WorldDesign


def test_a_study_that_was_run_is_read_by_world(tmp_path):
    """Fails when worlds, seeds or scenarios are taken for one another, or a lever's strength for a number of the world."""
    worlds = WorldDesign("morris", ("accept_fatigue", "days_issue"), points=4)
    study = Study(
        "Read", "?", scenarios=("baseline", "shared-screening"), uncertainties=worlds, seeds=range(4), months=12, size="class"
    )
    conduct(make_plan(study), tmp_path / "read", How(workers=1))
    opened = ps.open_study(tmp_path / "read")
    assert list(numbers_of_worlds(opened).columns) == ["accept_fatigue", "days_issue"]
    assert declared()["days_issue"].unit == "staff-days" and declared()["crisis_rate"].unit == "crises per country-year"
    runs = read_in_worlds(opened, ["transaction_cost", "signed"])
    frame = opened.outcomes(["signed"]).set_index(["scenario", "world", "seed"])["signed"]
    assert runs.values.shape == (2, 2, 12, 4)
    for scenario in opened.scenarios:
        wide = frame.loc[scenario].unstack("seed")
        np.testing.assert_array_equal(runs.of(scenario, "signed"), wide.to_numpy())
    found, inputs = described_worlds(opened, ["signed", "open_cases"])
    np.testing.assert_allclose(found.iloc[:, 0], frame.loc["baseline"].groupby("world").mean())
    paths = opened.monthly(["open_cases"])
    mine = paths[paths["scenario"] == "baseline"].groupby("world")["open_cases"].mean()
    np.testing.assert_allclose(found["in the baseline: open cases"], mine)
    assert inputs["in the baseline: open cases"].unit == "attempts"
    table = sensitivity(opened, ["transaction_cost"])
    assert len(table) == 3 * 3 * 2 and (table["blocks"] == 4).all() and (table["left_out"] == 0).all()
