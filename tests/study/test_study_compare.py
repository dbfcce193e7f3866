"""The comparison as users see it: questions refused, findings in words, the table on the screen, the figures."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
import warnings
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from study_synthetic import ADVISORY, BASELINE, COORDINATION, SCREENING, simulate_many

from partnersim.ledger import HEADLINES
from partnersim.study import words
from partnersim.study.compare import compare, seed_list
from partnersim.study.comparison import Comparison
from partnersim.study.files import StudyError
from partnersim.study.table import WIDTH, format_table


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Four scenarios on 24 seeds over three years."""
    return Comparison.of(simulate_many([BASELINE, COORDINATION, SCREENING, ADVISORY], range(24), 36))


def test_importing_studies_leaves_the_plotting_library_alone():
    """Fails when a command that draws nothing must wait for the plotting library."""
    code = "import sys, partnersim.study.compare, partnersim.study.table; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scenarios": [BASELINE]}, "at least one other scenario"),
        ({"scenarios": [BASELINE, BASELINE]}, "different names; given more than once: baseline"),
        ({"months": 0}, "months is 0"),
        ({"seeds": 0}, "seeds must be at least one"),
        ({"seeds": [1, 1]}, "none given twice"),
        ({"seeds": [-1, 2]}, "none negative"),
        ({"seeds": [0.5]}, "whole numbers"),
    ],
)
def test_wrong_questions_are_refused_in_words(change, message):
    """Fails when a user's mistake ends in a traceback or in a study of something else."""
    with pytest.raises(StudyError, match=message):
        compare(**{"scenarios": [BASELINE, COORDINATION], "seeds": 2, "months": 2, **change})


def test_seeds_as_number_or_list():
    """Fails when a number of seeds does not mean seeds from 0."""
    assert list(seed_list(3)) == [0, 1, 2] == list(seed_list([2, 0, 1])) and list(seed_list(np.int64(2))) == [0, 1]


def test_the_table_is_tidy_and_complete(comparison):
    """Fails when an outcome, a unit or a scenario is missing from what a study hands on."""
    table = comparison.table
    assert list(table.columns[:3]) == ["scenario", "outcome", "unit"] and not table["unit"].isna().any()
    assert len(table) == 3 * len(comparison.setting.outcomes.columns)
    assert not table.duplicated(["scenario", "outcome"]).any()


def test_findings_claim_only_what_the_joint_interval_excludes(comparison):
    """Fails when a sentence claims a difference whose simultaneous interval holds zero, or hides one that it excludes."""
    head = comparison.headline()
    assert len(head) == 3 * len(HEADLINES)
    said = dict(zip(comparison.others, comparison.findings(), strict=True))
    for _, row in head.iterrows():
        claim = f"{words.label(row['outcome']).lower()} {'lower' if row['difference'] < 0 else 'higher'} by"
        assert (claim in said[row["scenario"]]) == (row["low"] > 0 or row["high"] < 0)
    screening = head[(head["scenario"] == "shared_screening") & (head["outcome"] == "incidents")].iloc[0]
    assert screening["verdict"] == "lower" and screening["percent"] == pytest.approx(-22, abs=3)
    alone = comparison.table.set_index(["scenario", "outcome"]).loc[("shared_screening", "incidents")]
    assert screening["low"] < alone["low"] and screening["high"] > alone["high"]


def test_a_scenario_that_changes_nothing_is_said_to(comparison):
    """Fails when an empty policy is reported as 'not clear' or as an effect."""
    twin = dataclasses.replace(BASELINE, name="twin", title="")
    same = Comparison.of(simulate_many([BASELINE, twin], range(5), 12))
    assert same.findings() == ["Twin: no difference in transaction cost, incidents or transformative reach."]


@pytest.mark.parametrize("n", [1, 2, 12])
def test_the_screen_table_fits_and_speaks(comparison, n):
    """Fails when the table breaks on a terminal, or a reader is left to judge the intervals alone."""
    some = Comparison.of(simulate_many([BASELINE, COORDINATION], range(n), 12)) if n < 12 else comparison
    text = format_table(some)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert ("too few runs" if n < 3 else "no clear difference") in text and "simultaneous" in text


def test_runs_without_a_number_are_told(comparison):
    """Fails when runs drop out of a headline without a word."""
    runs = simulate_many([BASELINE, COORDINATION], range(6), 12)
    runs["coordination"].outcomes.loc[2, "transaction_cost"] = math.nan
    assert "Up to 1 pairs had no number" in format_table(Comparison.of(runs))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234.5, "1,234"), (0.01234, "0.0123"), (2.413e6, "2.41M"), (3e9, "3bn"), (-12.34, "-12.3"),
     (math.nan, "n/a"), (1e-5, "<0.001"), (999.9, "1,000"), (999_999.0, "1M")],
)  # fmt: skip
def test_numbers_for_readers(value, text):
    """Fails when a number is printed with a wrong magnitude."""
    assert words.number(value) == text


def test_intervals_for_readers():
    """Fails when rounding hides that an interval excludes zero, or prints digits that luck decides."""
    assert words.measured(-8.145, -10.011, -6.28) == ("-8.1", "[-10.0, -6.3]")
    assert words.measured(1.06, 0.04, 2.08) == ("+1.06", "[0.04, 2.08]")
    assert words.measured(2.62e6, 1.84e6, 3.4e6) == ("+2.62M", "[1.84M, 3.40M]")
    assert words.measured(423.115, 423.05, 423.18) == ("+423.1", "[423.1, 423.2]")
    assert words.measured(-9227, -67673, 49219) == ("-9,000", "[-68,000, 49,000]")


def network(companies: int) -> nx.Graph:
    """Entities tied to companies, a government and a civil society organisation; one company without ties."""
    graph = nx.Graph()
    graph.add_nodes_from((f"e{i}" for i in range(8)), kind="entity", label="UNDP")
    graph.add_nodes_from((f"c{i}" for i in range(companies)), kind="company")
    graph.add_node("g", kind="government")
    graph.add_node("n", kind="civil_society")
    kinds = ("collaboration", "event", "membership", "staff")
    for i in range(companies - 1):
        graph.add_edge(f"e{i * i % 8}", f"c{i}", kind=kinds[i % 4], weight=1.0 + i % 3)
    graph.add_edges_from([("e0", "g"), ("e1", "n"), ("e0", "e1")], kind="collaboration", weight=1.0)
    return graph


@pytest.fixture(scope="module")
def plotted(comparison, tmp_path_factory) -> tuple[Comparison, dict, Path]:
    """Two scenarios plotted into a folder, warnings being errors."""
    few = Comparison.of({name: comparison.runs[name] for name in ("baseline", "coordination")}, inputs=(3, 5))
    folder = tmp_path_factory.mktemp("figures")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return few, few.plot(folder), folder


def test_results_say_how_much_is_assumed(plotted, comparison):
    """Fails when a table or figure leaves a reader in the belief that its numbers were measured."""
    few, drawn, _ = plotted
    drawn = [picture.alt for picture in drawn.values()]
    assert all("Of 5 inputs 3 are assumed." in text for text in (*drawn, format_table(few).replace("\n  ", " ")))
    assert "assumed" not in comparison.described(), "scenarios of which only the names are known"


def test_figures_carry_their_data_and_their_finding(plotted):
    """Fails when a figure comes without its data, or without words for who cannot see it."""
    few, drawn, folder = plotted
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(f"{name}.{ending}" for name in drawn for ending in ("csv", "png", "svg"))
    assert few.findings()[0] in drawn["headline_differences"].alt and all(
        "paired seeds" in picture.alt for picture in drawn.values()
    )
    shown = pd.read_csv(folder / "headline_differences.csv").set_index("outcome")
    np.testing.assert_allclose(shown["difference"], few.headline().set_index("outcome")["difference"], rtol=1e-9)


@pytest.mark.parametrize("name", ["headline_differences", "pipeline"])
def test_figures_repeat_byte_by_byte(plotted, tmp_path, name):
    """Fails when equal results give unequal pictures."""
    from partnersim import figures

    few, _, folder = plotted
    draw = {"headline_differences": figures.draw_headlines, "pipeline": figures.draw_pipeline}[name]
    figures.save(draw(few), tmp_path, name)
    for ending in ("csv", "png", "svg"):
        assert (tmp_path / f"{name}.{ending}").read_bytes() == (folder / f"{name}.{ending}").read_bytes(), ending


def test_every_axis_of_every_figure_is_labelled(plotted):
    """Fails when a reader must guess what an axis measures."""
    for name, picture in plotted[1].items():
        panels = [axes for axes in picture.axes if axes.get_visible()]
        assert all(axes.get_title(loc="left") for axes in panels), name
        labelled = [axes.get_xlabel() for axes in panels]
        assert any(labelled) if "path" in name else all(labelled), name


def test_the_network_draws_tied_actors_once_and_for_all(tmp_path):
    """Fails when actors without ties clutter the network, its layout changes from call to call, or kinds are unknown."""
    from partnersim.figures.network import draw_network, network_data

    nodes, edges = network_data(network(40))
    assert set(nodes["node"]) == {"e0", "e1", "e4", "g", "n", *(f"c{i}" for i in range(39))} and len(edges) == 42
    assert np.hypot(nodes["x"], nodes["y"]).max() <= 1.0001 and nodes[["x", "y"]].notna().all(axis=None)
    pd.testing.assert_frame_equal(nodes, network_data(network(40))[0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_network(network(40))
        draw_network(network(2500), title="Many")
    odd = network(3)
    odd.nodes["g"]["kind"] = "ministry"
    with pytest.raises(ValueError, match="kind 'ministry' is not known; there are: entity, company"):
        network_data(odd)
