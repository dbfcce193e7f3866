"""From a finished search, or a full factorial, to what its packages are worth: tables, sentences and figures."""

from __future__ import annotations

import pytest
from study_planted import Planted

from partnersim.analysis.packages import evidence_of, tables, told
from partnersim.cli.studies import _tell_packages
from partnersim.figures.fronts import draw_packages
from partnersim.scenario import load_levers
from partnersim.study.conduct import How, conduct
from partnersim.study.files import StudyError
from partnersim.study.opened import OpenedStudy, open_study
from partnersim.study.packages import recommended
from partnersim.study.plan import make_plan
from partnersim.study.spec import LeverDesign, SearchDesign, Study

LEVERS = tuple(recommended(load_levers())[:5])
ADDS = dict(zip(LEVERS, [(-9, 1, 0), (0, -2, -60), (4, 0, 90), (-2, -0.5, 10), (3, 1, -50)], strict=True))
ON_IT = {"L1+L4", "L2+L4", "L3+L4", "L1+L2+L4", "L1+L3+L4", "L2+L3+L4", "L1+L2+L3+L4"}


def opened(folder, luck: float = 0.0, **asked) -> OpenedStudy:
    design = asked or {"search": SearchDesign(LEVERS, 2000, 4, 8, 1, 32, 20)}
    plan = make_plan(
        Study(
            "Try",
            "Which?",
            size="class",
            months=3,
            seeds=range(4 * SearchDesign(LEVERS, 2000, 4, 8, 1, 32, 20).blocks + 20) if not asked else range(24),
            **{"monthly": (), **design},
        )
    )
    conduct(plan, folder, How(), Planted(ADDS, own=luck, shared=luck))
    return open_study(folder)


def test_a_search_is_judged_on_seeds_held_out(tmp_path) -> None:
    """A failure means that the front, the levers in it, or the best of a budget are other ones than were planted."""
    found = evidence_of(opened(tmp_path / "s", luck=0.1))
    assert found.is_held_out and len(found.judged.seeds) == 20 and found.judged.seeds.min() == 168 and len(found.found) == 32
    front = found.front[found.front["front"]]
    assert set(front.index) >= ON_IT and front.loc[sorted(ON_IT), "stays"].min() > 0.9
    assert (found.front["like"] != found.front.index).sum() < len(found.front) / 2
    small = found.smallest().set_index("objective")
    assert small.loc["incidents", "package"] == "L2+L4" and small.loc["transformative_reach", "package"] == "L3"
    assert 0.7 < found.optimism()["left"].min() < found.optimism()["left"].max() < 1.3
    days = found.within()
    assert set(days.loc[days["objective"] == "transaction_cost", "package"]) <= set(found.judged.names)


def test_a_factorial_is_judged_on_all_seeds(tmp_path) -> None:
    """A failure means that an exhaustive study cannot be asked the same, or is said to be held against other seeds."""
    study = opened(tmp_path / "s", outcomes=("incidents",), levers=LeverDesign("full-factorial", LEVERS))
    found = evidence_of(study)
    assert not found.is_held_out and set(found.front.index[found.front["front"]]) == ON_IT
    assert found.front["stays"].tolist() == [1.0] * len(ON_IT) + [0.0]
    with pytest.raises(StudyError, match="no seeds out"):
        found.optimism()
    assert set(tables(found)) == {"front", "budgets", "smallest"} and "7 packages of 32" in told(found)[0]
    assert all(picture.data is not None for picture in draw_packages(found).values())


def test_what_is_found_is_said_written_and_drawn(tmp_path, capsys) -> None:
    """A failure means that a search ends without its tables, figures or sentences."""
    opened(tmp_path / "s", luck=0.1)
    _tell_packages(tmp_path / "s")
    said = capsys.readouterr().out.splitlines()
    assert "beaten by no other on seeds held out" in said[0] and "hold on seeds held out" in said[1]
    written = {path.stem for path in (tmp_path / "s").glob("*.csv")}
    assert written == {"points", "failures", "packages", "front", "budgets", "smallest", "optimism"}
    assert {path.name for path in (tmp_path / "s" / "figures").glob("*.png")} == {
        "front.png",
        "levers_in_front.png",
        "budgets.png",
    }


def test_studies_without_packages_are_refused(tmp_path) -> None:
    """A failure means that a user meets a traceback for asking packages of a study that has none."""
    with pytest.raises(StudyError, match="holds no packages"):
        evidence_of(opened(tmp_path / "s", levers=LeverDesign("one-at-a-time", LEVERS)))
