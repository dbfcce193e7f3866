"""The analysis of a study that the model made."""

from __future__ import annotations

import numpy as np
import pytest

import partnersim as ps
from partnersim.analysis.cells import factorial_cells, lever_labels
from partnersim.analysis.effects import effects
from partnersim.analysis.payers import payers
from partnersim.analysis.shapley import shapley
from partnersim.study.conduct import How, conduct
from partnersim.study.plan import make_plan
from partnersim.study.spec import LeverDesign, Study, WorldDesign

LEVERS = ("legal_templates", "shared_screening")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> ps.OpenedStudy:
    """Two levers in all combinations, in two worlds on three seeds."""
    folder = tmp_path_factory.mktemp("study")
    worlds = WorldDesign("latin-hypercube", names=("accept_busy",), points=2)
    asked = Study(
        "t", "q", levers=LeverDesign("full-factorial", LEVERS), uncertainties=worlds, seeds=range(3), months=24, size="class"
    )
    conduct(make_plan(asked), folder, How())
    return ps.open_study(folder)


def test_cells_are_the_runs_of_the_study(study: ps.OpenedStudy) -> None:
    """Fails when a number of the world passes for a lever, or a cell is given another cell's runs."""
    cells = factorial_cells(study, ["days_hq"])
    assert cells.levers == list(LEVERS)
    runs = study.outcomes(["days_hq"]).groupby(["scenario", "seed"])["days_hq"].mean().unstack("seed")
    for number, (scenario, row) in enumerate(cells.levels.iterrows()):
        assert scenario == ("baseline", "L1", "L18", "L1+L18")[row.tolist() @ np.array([1, 2])]
        np.testing.assert_allclose(cells.values["days_hq"][:, number], runs.loc[scenario])
    assert "accept_busy" in study.points


def test_tables_agree_with_one_another(study: ps.OpenedStudy) -> None:
    """Fails when main effects, shares and who pays tell unlike stories of two levers, where a share is the main effect."""
    outcomes = ["days_hq", "days_country"]
    main, share, paid = effects(study, outcomes, pairs=False), shapley(study, outcomes), payers(study, {"UN": outcomes})
    np.testing.assert_allclose(share.loc[share["lever"] != "all", "share"], main["estimate"])
    np.testing.assert_allclose(paid["difference"], main["estimate"])
    assert (main["estimate"] != 0).any() and (main["runs"] == 3).all()


def test_labels_are_in_words(study: ps.OpenedStudy) -> None:
    """Fails when a figure's lever lacks its id or title."""
    assert lever_labels(study)["legal_templates"] == "L1 Agreement templates"
