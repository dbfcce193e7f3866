"""Figures of backfire, of sensitivity and of scenarios side by side: what they say on top, and that they show their data."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from opened_by_hand import Written, harmed
from PIL import Image

from partnersim.analysis.discovery import backfires, told
from partnersim.analysis.sensitivity import convergence, sensitivity
from partnersim.figures.backfire import draw_backfire
from partnersim.figures.sensitivity import draw_convergence, draw_sensitivity
from partnersim.figures.side_by_side import draw_side_by_side
from partnersim.scenario import load_parameters
from partnersim.study.designs import morris, saltelli
from partnersim.study.files import StudyError

NAMES = [name for name, p in load_parameters().items() if p.role == "uncertainty"][:16]
COST = "transaction_cost"


def test_a_figure_of_a_box_says_what_was_confirmed():
    """Fails when the title claims what held-out worlds do not bear out, or a figure cannot be drawn of one restricted input."""
    found = backfires(harmed(NAMES, lambda x, _: np.where(x[NAMES[0]] > 0.6, 2.0, -1.0), 3), "shared-screening", COST)
    picture = draw_backfire(found)
    assert picture.alt.startswith(told(found)[0]) and "100%" in told(found)[0]
    assert set(picture.data["panel"]) == {"trade-off", "held out", "box", "worlds"}
    assert (picture.data["panel"] == "worlds").sum() == 240
    with pytest.raises(StudyError, match="there is no box 2"):
        draw_backfire(found, 2)


def test_a_figure_of_a_box_of_noise_claims_nothing():
    """Fails when a box that was not confirmed is told as a finding."""
    found = backfires(harmed(NAMES, lambda x, rng: rng.normal(size=len(x)), 3), "shared-screening", COST)
    assert len(found.boxes) and not found.boxes["is_confirmed"].any()
    assert "no numbers of the world tell where" in draw_backfire(found).alt


@pytest.mark.parametrize(("design", "points"), [(saltelli, 48), (morris, 24)])
def test_figures_of_what_matters_name_what_is_above_the_floor(design, points):
    """Fails when the title names inputs that luck equals, or leaves out the one that matters."""
    unit = design(NAMES, points, 1)

    def outcome(scenario, _):
        noise = np.random.default_rng(4).normal(0, 0.4, (len(unit), 8))
        return noise + 10 * unit[NAMES[3]].to_numpy()[:, None] * (scenario == "baseline")

    opened = Written(unit, outcome, design.__name__)
    picture = draw_sensitivity(sensitivity(opened, [COST]), COST, "baseline")
    title = load_parameters()[NAMES[3]].title
    assert picture.alt.startswith(f'Transaction cost (baseline) hangs most on "{title}"; 15 other inputs may matter no more')
    assert "3 inputs of less effect not shown" not in picture.alt and "4 inputs of less effect not shown" in picture.alt
    nothing = draw_sensitivity(sensitivity(opened, [COST]), COST, "shared-screening")
    assert nothing.alt.startswith("Transaction cost (shared screening) hangs on no input more than on luck.")
    steps = draw_convergence(convergence(opened, [COST]), COST, "shared-screening", "difference")
    assert "no index moved by more than" in steps.alt and steps.data["drawn"].nunique() == 4
    with pytest.raises(StudyError, match="no indices for the difference transaction_cost of baseline"):
        draw_sensitivity(sensitivity(opened, [COST]), COST, "baseline", "difference")


def test_there_is_no_figure_of_what_never_varies():
    """Fails when a policy that changes nothing is drawn as one of which something matters."""
    unit = saltelli(NAMES[:2], 16, 1)
    table = sensitivity(Written(unit, lambda scenario, _: np.ones((len(unit), 4)), "saltelli"), [COST])
    with pytest.raises(StudyError, match="does not vary between worlds"):
        draw_sensitivity(table, COST, "baseline")


def test_scenarios_side_by_side_name_what_is_clear_in_the_order_asked():
    """Fails when rows and names part, a title claims a difference whose interval holds zero, or percents are of another mean."""
    rows = [
        ("b-one", COST, -20.0, -30.0, -10.0, "lower"),
        ("a-two", COST, 4.0, -1.0, 9.0, "no clear difference"),
        ("b-one", "incidents", 0.0, 0.0, 0.0, "no difference"),
        ("a-two", "incidents", 40.0, 20.0, 60.0, "higher"),
    ]
    headline = pd.DataFrame(rows, columns=["scenario", "outcome", "difference", "low", "high", "verdict"])
    headline["reference_mean"], headline["unit"], headline["percent"] = 200.0, "units", headline["difference"] / 2
    picture = draw_side_by_side(headline, {"b-one": "63 One", "a-two": "64 Two"}, "8 seeds.")
    assert picture.alt.startswith("Transaction cost: lower with 63 One (-10%). Incidents: higher with 64 Two (+20%). 8 seeds.")
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == ["63 One", "64 Two"]
    assert picture.data["percent_low"].tolist() == [-15.0, -0.5, 0.0, 10.0]
    assert "200 units" in picture.axes[0].get_xlabel()


def test_a_light_picture_keeps_the_colours_of_few_dots():
    """Fails when a picture that is kept in the repository shows rare marks in another colour than its legend."""
    from partnersim.figures import light_png
    from partnersim.figures.style import SCENARIO_COLOURS, Picture

    picture = Picture(figsize=(8, 5))
    axes = picture.subplots()
    axes.imshow(np.random.default_rng(1).random((200, 300)), cmap="gray", aspect="auto")
    for place, colour in enumerate(SCENARIO_COLOURS):
        axes.plot(20 * place + 20, 100, "o", color=colour, markersize=9)
    drawn = np.asarray(Image.open(io.BytesIO(light_png(picture))).convert("RGB")).reshape(-1, 3).astype(int)
    for colour in SCENARIO_COLOURS:
        wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        assert np.abs(drawn - wanted).max(axis=1).min() <= 12, colour
