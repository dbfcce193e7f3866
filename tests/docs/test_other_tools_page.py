"""The page on other tools: its code is run, with the EMA Workbench where that is installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import partnersim as ps
from partnersim.study.conduct import How, conduct
from partnersim.study.plan import make_plan
from partnersim.study.spec import load_study

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "other-tools.md").read_text(encoding="utf-8")


def below(head: str, language: str) -> list[str]:
    """The blocks of a language below a heading."""
    (text,) = re.findall(rf"^## {head}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def make(text: str, name: str) -> None:
    """What ``partnersim study run`` does, but for figures."""
    Path(f"{name}.toml").write_text(text, encoding="utf-8")
    conduct(make_plan(load_study(f"{name}.toml")), Path("results") / name, How())


def bridge() -> dict[str, Any]:
    names: dict[str, Any] = {}
    (code,) = below("The model as a function", "python")
    exec(code, names)
    return names


def test_salib_takes_studies_and_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure means that the page's way to Sobol indices does not work, or that the two ways make different runs."""
    monkeypatch.chdir(tmp_path)
    (study,) = below("SALib", "toml")
    make(study, "what-matters")
    names = bridge()
    first, effect, other_way = below("SALib", "python")
    exec(first, names)
    indices, by_world, uncertain = names["indices"], names["by_world"], names["names"]
    assert uncertain == ["accept_fatigue", "accept_busy", "lapse_rate"] and np.isfinite(indices["ST"]).all()
    exec(effect, names)
    opened = ps.open_study("results/what-matters")
    numbers = opened.points.groupby("world").first()[uncertain]
    for world in (0, 13):
        called = names["runs"]("shared-screening", **numbers.loc[world])["transaction_cost"].mean()
        assert called == pytest.approx(by_world.loc[world, "shared-screening"], rel=1e-14)
    exec(other_way, names)
    assert names["points"].shape == (4 * 5, 3) and np.isfinite(names["indices"]["S1"]).all()


@pytest.mark.filterwarnings("ignore")
def test_the_workbench_takes_the_model_and_studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure means that the page's way to the EMA Workbench does not work, or that its traps are others."""
    ema = pytest.importorskip("ema_workbench")
    if not ema.__version__.startswith("2."):
        pytest.skip("the page is for version 2")
    monkeypatch.chdir(tmp_path)
    names = bridge()
    model, analysis = below("EMA Workbench", "python")
    exec(model, names)
    experiments, outcomes = names["experiments"], names["outcomes"]
    assert len(experiments) == 8 and np.isfinite(outcomes["transaction_cost"]).all()
    worlds = [experiments["scenario"][experiments["package"] == name].tolist() for name in names["PACKAGES"]]
    assert worlds[0] == worlds[1] and names["difference"].shape == (4,)
    row = experiments.iloc[5]
    again = names["runs"](row["package"], **row[list(names["NUMBERS"])])["transaction_cost"]
    assert outcomes["cost_by_seed"][5].tolist() == again.tolist()
    assert np.isnan(names["experiment"]("baseline", accept_busy=1e9)["incidents"])

    (study,) = below("EMA Workbench", "toml")
    make(study, "worlds")
    exec(analysis, names)
    assert set(names["scores"].index) == set(names["NUMBERS"])

    def stale(x: float) -> dict[str, float]:
        if x > 0.5:
            raise ema.util.CaseError("no number", {})
        return {"y": x}

    trap = ema.Model("trap", function=stale)
    trap.uncertainties, trap.outcomes = [ema.RealParameter("x", 0, 1)], [ema.ScalarOutcome("y")]
    experiments, outcomes = ema.perform_experiments(trap, scenarios=[ema.Scenario("a", x=0.25), ema.Scenario("b", x=0.75)])
    assert outcomes["y"].tolist() == [0.25, 0.25]
