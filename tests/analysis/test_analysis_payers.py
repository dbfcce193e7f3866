"""Who pays and who gains: planted differences are found, judged by group and told in the right words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import planted
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from partnersim.analysis.effects import effects
from partnersim.analysis.payers import GROUPS, member, payers, told
from partnersim.figures.payers import draw_payers, payer_pages
from partnersim.study.factorial import full_factorial
from partnersim.study.files import StudyError
from partnersim.study.paired import paired_differences, simultaneous

SIDES = {"Sides": ("days_hq", "days_company"), "Reach": ("reach_all",)}


def listed(tmp_path: Path, seeds: int = 12) -> Any:
    """Three scenarios: the second shifts 10 days from companies to headquarters, the third doubles reach and does no more."""
    rng = np.random.default_rng(6)
    luck = rng.normal(0, 20, (seeds, 1))
    days_hq = 100 + luck + rng.normal(0, 1, (seeds, 3)) + [0, 10, 0]
    days_company = 300 + luck + rng.normal(0, 1, (seeds, 3)) + [0, -10, 0]
    reach = 1000 + rng.normal(0, 5, (seeds, 3)) + [0, 0, 1000]
    values = {"days_hq": days_hq, "days_company": days_company, "reach_all": reach}
    return planted.study(pd.DataFrame(index=range(3)), values, design="", path=tmp_path)


def test_scenarios_shift_days_as_planted(tmp_path: Path) -> None:
    """Fails when a cost is told of the wrong side, in the wrong direction or against the wrong total."""
    made = listed(tmp_path)
    table = payers(made, SIDES).set_index(["outcome", "policy"])
    hq, company, reach = (
        table.loc[("days_hq", "cell-1")],
        table.loc[("days_company", "cell-1")],
        table.loc[("reach_all", "cell-2")],
    )
    assert hq["low"] <= 10 <= hq["high"] and hq["told"] == "pays" and hq["who"] == "UN headquarters"
    assert company["low"] <= -10 <= company["high"] and company["told"] == "saves" and company["who"] == "Companies"
    assert reach["told"] == "gains" and reach["percent"] == pytest.approx(100, abs=2)
    assert table.loc[("days_hq", "cell-2"), "told"] == "" and table.loc[("reach_all", "cell-1"), "told"] == ""
    total = hq["reference_mean"] + company["reference_mean"]
    assert hq["of_total"] == pytest.approx(100 * hq["difference"] / total)
    assert hq["percent"] == pytest.approx(100 * hq["difference"] / hq["reference_mean"])
    frames = {
        f"cell-{i}": part.set_index("seed")[["days_hq", "days_company"]]
        for i, part in enumerate(made.runs[made.runs["scenario"] == f"cell-{j}"] for j in range(3))
    }
    reference = frames.pop("cell-0")
    family = simultaneous(paired_differences(reference, frames, ["days_hq", "days_company"]))
    for scenario, outcome in family.index:
        assert table.loc[(outcome, scenario), ["low", "high"]].tolist() == pytest.approx(
            family.loc[(scenario, outcome), ["low", "high"]].tolist()
        )


def test_levers_pay_by_their_main_effects(tmp_path: Path) -> None:
    """Fails when a factorial's levers are compared as scenarios, or judged with outcomes of another group."""
    levels = full_factorial(["lever_a", "lever_b"])
    rng = np.random.default_rng(12)
    days = {
        name: 50 + levels.to_numpy() @ size + rng.normal(0, 1, (10, 4))
        for name, size in (("days_hq", [5.0, 0.0]), ("days_company", [0.0, -3.0]), ("reach_all", [0.0, 0.0]))
    }
    made = planted.study(levels, days, path=tmp_path)
    table = payers(made, SIDES)
    sides = effects(made, SIDES["Sides"], pairs=False)
    np.testing.assert_allclose(
        table.loc[table["group"] == "Sides", ["difference", "low", "high"]], sides[["estimate", "low", "high"]]
    )
    assert table["policy"].tolist() == ["lever_a", "lever_b"] * 3
    assert table.set_index(["outcome", "policy"])["told"].to_dict() == {
        ("days_hq", "lever_a"): "pays", ("days_hq", "lever_b"): "", ("days_company", "lever_a"): "",
        ("days_company", "lever_b"): "saves", ("reach_all", "lever_a"): "", ("reach_all", "lever_b"): "",
    }  # fmt: skip


def test_what_a_study_lacks_is_left_out(tmp_path: Path) -> None:
    """Fails when an outcome that the model or the study's runs do not have stops the analysis of the others."""
    made = listed(tmp_path)
    asked = {"Sides": ("days_hq", "days_of_nobody"), "None": ("reach_of_nobody",)}
    assert payers(made, asked)["outcome"].unique().tolist() == ["days_hq"]
    parts = tmp_path / "runs" / "outcomes"
    parts.mkdir(parents=True)
    pq.write_table(pa.table({"point": ["p"], "seed": [1], "days_company": [1.0]}), parts / "a.parquet")
    assert payers(made, SIDES)["outcome"].unique().tolist() == ["days_company"]
    with pytest.raises(StudyError, match="none of the outcomes days_hq or reach_all"):
        payers(made, {"x": ["days_hq", "reach_all"]})


def test_one_scenario_has_nobody_to_compare_with(tmp_path: Path) -> None:
    """Fails when a study of one scenario ends in a traceback."""
    made = planted.study(pd.DataFrame(index=range(1)), {"days_hq": np.ones((4, 1))}, design="", path=tmp_path)
    with pytest.raises(StudyError, match="one scenario"):
        payers(made, SIDES)


def test_members_and_directions_in_words() -> None:
    """Fails when an outcome of the groups has no name for readers, or when more reach is told as a cost."""
    assert [member(name) for name in ("days_civil", "days_in_africa", "reach_for_health")] == [
        "Civil society",
        "Africa",
        "Health",
    ]
    assert all("_" not in member(name) and not member(name).startswith("Days") for names in GROUPS.values() for name in names)
    assert told("days_in_asia", "higher") == "pays" and told("reach_in_asia", "higher") == "gains"
    assert told("reach_in_asia", "lower") == "loses" and told("days_hq", "no clear difference") == ""


def test_the_figure_says_who_pays_and_splits_pages(tmp_path: Path) -> None:
    """Fails when a title claims what is not clear, or when days and reach are drawn on one scale."""
    table = payers(listed(tmp_path), SIDES)
    assert payer_pages(table) == [["Sides"], ["Reach"]]
    picture = draw_payers(table, {"cell-1": "S1 Shift", "cell-2": "S2 More"}, "12 seeds.")
    assert "most paid by UN headquarters with S1, +" in picture.alt and "most saved by Companies with S1, -" in picture.alt
    assert "S2" not in picture.alt
    assert "with More of it, +" in draw_payers(table, {"cell-2": "More of it"}, page=1).alt
    quiet = table[table["told"] == ""]
    assert "no difference is clear" in draw_payers(quiet, {}).alt
