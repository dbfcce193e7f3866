"""What the page says of an answer: the same numbers as a study, claimed only where the interval allows it."""

from __future__ import annotations

import csv as reader
import io
import json
import math
import threading

import numpy as np
import pandas as pd
import pytest

from partnersim import sharing
from partnersim.analysis.budgets import COLUMNS, spent
from partnersim.analysis.budgets import time_taken as taken_in_studies
from partnersim.app import charts, tables
from partnersim.app.view import ASKED, CARDS, Chart, View, dots, tone, verdict, view
from partnersim.app.words import words
from partnersim.live import Ensembles, Pair
from partnersim.live.price import price, time_taken
from partnersim.simulate import simulate_many
from partnersim.study.paired import compare_paired, difference_bands

SEEDS, MONTHS = 12, 36
DOCUMENT = {
    "title": "mine",
    "extends": "baseline",
    "policy": [{"lever": "shared_screening"}, {"lever": "staff_training", "strength": 0.5}, {"lever": "leadership_incentives"}],
}


@pytest.fixture(scope="module")
def pair() -> Pair:
    ensembles = Ensembles(seeds=SEEDS, first=SEEDS, months=MONTHS)
    found: list[Pair] = []
    whole = threading.Event()
    ensembles.ask(sharing.scenario_of(DOCUMENT), sharing.shipped_scenario("baseline"), lambda p: (found.append(p), whole.set()))
    assert whole.wait(120)
    ensembles.close()
    return found[-1]


@pytest.fixture(scope="module")
def shown(pair: Pair) -> View:
    return view(pair, words("en"))


@pytest.fixture(scope="module")
def runs():
    return simulate_many(["baseline", sharing.scenario_of(DOCUMENT)], SEEDS, MONTHS, "class")


def test_cards_and_bars_are_those_of_the_paired_statistics(shown, runs):
    """Fails when the page tells another difference, interval or verdict than `partnersim compare` would."""
    table = compare_paired(runs["baseline"].outcomes, runs["mine"].outcomes)
    for card in shown.cards:
        row = table.loc[CARDS[card.key]]
        assert card.without == words("en").number(row["reference_mean"]) and card.mine == words("en").number(row["other_mean"])
        assert card.tone == tone(CARDS[card.key], verdict(row))
    payers = next(chart for chart in shown.charts if chart.key == "payers").rows
    np.testing.assert_array_equal(payers["with"], table.loc[[name for name in ASKED if name.startswith("days_")], "other_mean"])


def test_lines_are_means_of_years_with_pointwise_intervals(shown, runs):
    """Fails when a line is not the mean over worlds of each year, or its band not the interval of the difference."""
    rows = next(chart for chart in shown.charts if chart.key == "incidents").rows
    yearly = {}
    for name, found in runs.items():
        frame = found.monthly.assign(month=(found.monthly["month"] - 1) // 12 + 1)
        yearly[name] = frame.groupby(["seed", "month"], as_index=False)["incidents"].sum()
    mean = {name: frame.groupby("month")["incidents"].mean() for name, frame in yearly.items()}
    np.testing.assert_allclose(rows["without"], mean["baseline"])
    np.testing.assert_allclose(rows["with"], mean["mine"])
    band = difference_bands(yearly["baseline"], yearly["mine"], "incidents")
    np.testing.assert_allclose(rows["difference"], band["difference"])
    widths = rows["high"] - rows["low"]
    assert ((band["high"] - band["low"]) >= widths - 1e-12).all(), "a band over all years at once is never narrower"
    assert rows["low"].between(rows["difference"] - widths, rows["difference"]).all()


def test_the_price_is_that_of_studies(pair, runs):
    """Fails when the page prices a package by another measure than studies do."""
    frames = [found.outcomes[list(COLUMNS)].reset_index().assign(scenario=name) for name, found in runs.items()]
    assert price(pair) == pytest.approx(
        spent(pd.concat(frames), "baseline", "class", {"mine": time_taken(pair.mine.scenario, MONTHS)})["mine"]
    )
    levers = sharing.known()[1]
    for name in ("leadership_incentives", "staff_training", "legal_templates"):
        whole = sharing.scenario_of({"title": "x", "policy": [{"lever": name, "ramp": 0}]})
        assert time_taken(whole, 120) == pytest.approx(taken_in_studies([name], levers, 120))
        half = sharing.scenario_of({"title": "x", "policy": [{"lever": name, "ramp": 0, "strength": 0.5, "start": 61}]})
        assert time_taken(half, 120) == pytest.approx(time_taken(whole, 120) / 4)


@pytest.mark.parametrize(
    "low, high, runs, said, good",
    [
        (-2.0, -1.0, 9, "lower", "better"),
        (1.0, 2.0, 9, "higher", "worse"),
        (-1.0, 2.0, 9, "unclear", "neutral"),
        (0.0, 0.0, 9, "same", "neutral"),
        (math.nan, math.nan, 2, "few", "neutral"),
    ],
)
def test_nothing_is_claimed_that_the_interval_does_not_allow(low, high, runs, said, good):
    """Fails when chance is told as an effect, or an effect hidden."""
    row = pd.Series({"low": low, "high": high, "runs": runs})
    assert verdict(row) == said and tone("incidents", said) == good
    assert tone("transformative_reach", "higher") == "better" and tone("signed", "higher") == "neutral"


def test_a_world_without_policies_differs_in_nothing():
    """Fails when the same scenario on the same luck shows a difference, a price or a dot."""
    ensembles = Ensembles(seeds=4, first=4, months=12)
    found: list[Pair] = []
    whole = threading.Event()
    base = sharing.shipped_scenario("baseline")
    ensembles.ask(base, base, lambda p: (found.append(p), whole.set()))
    assert whole.wait(120)
    ensembles.close()
    shown = view(found[-1], words("en"))
    assert all(card.verdict == words("en").say("card.same") and not card.dots and not card.range for card in shown.cards)
    assert shown.price == 0.0
    assert all((chart.rows["difference"].fillna(0.0) == 0.0).all() for chart in shown.charts)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chart_can_be_drawn_read_and_taken_away(pair, language):
    """Fails when a chart holds what no browser takes, its table or file loses numbers, or a text is missing."""
    spoken = words(language)
    for chart in view(pair, spoken).charts:
        options = json.dumps(charts.options(chart, spoken), allow_nan=False)
        assert "NaN" not in options and spoken.say("figure.with") in json.loads(options)["legend"]["data"]
        rows = list(reader.reader(io.StringIO(tables.csv(chart, spoken).removeprefix("\ufeff"))))
        assert len(rows) == len(chart.rows) + 1 and all(len(row) == 6 for row in rows)
        assert float(rows[1][1]) == chart.rows["without"].iloc[0]
        assert tables.table(chart, spoken).count("<tr>") == len(chart.rows) + 1


def test_gaps_are_gaps():
    """Fails when a year in which nothing can be divided is drawn as zero, or breaks the page."""
    rows = pd.DataFrame({
        "label": [1, 2], "without": [1.0, math.nan], "with": [2.0, math.nan], "difference": [1.0, math.nan],
        "low": [0.5, math.nan], "high": [1.5, math.nan],
    })  # fmt: skip
    chart = Chart("cost", "lines", "", rows)
    drawn = charts.options(chart, words("en"))["series"]
    assert [series["data"][1] for series in drawn] == [None] * 4
    assert "–" in tables.table(chart, words("en"))


def test_dots_stand_on_the_side_of_their_difference():
    """Fails when a world in which something fell is drawn as one in which it rose, or outliers leave the picture."""
    differences = np.array([-3.0, -1.0, 0.0, 1.0, 500.0] + [2.0] * 60)
    places = dots(differences)
    assert [np.sign(x) for x, _ in places[:5]] == [-1, -1, 0, 1, 1]
    assert all(-1 <= x <= 1 and 0 <= y <= 1 for x, y in places)
    assert dots(np.array([])) == []
