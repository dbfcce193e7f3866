"""Boxes: a planted one is found, on a curve that trades as it must, and nothing is read into noise by its quasi-p."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from partnersim.analysis.prim import Box, chosen, find_box, find_boxes, most_telling, roundest


def cases(n: int, d: int, seed: int = 1) -> tuple[pd.DataFrame, np.random.Generator]:
    """Points of the unit cube."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.random((n, d)), columns=[f"x{j}" for j in range(d)]), rng


def planted(n: int, d: int, seed: int, inside: float = 0.9, outside: float = 0.1) -> tuple[pd.DataFrame, np.ndarray]:
    """Cases of interest with these rates in and out of the box x1 > 0.6, x3 < 0.5."""
    x, rng = cases(n, d, seed)
    return x, rng.random(n) < np.where((x["x1"] > 0.6) & (x["x3"] < 0.5), inside, outside)


@pytest.mark.parametrize("d", [5, 40])
def test_a_planted_box_is_found(d):
    """Fails when peeling, clearing or pasting loses the box: its ends must lie within 0.05, three steps of peeling."""
    found = find_box(*planted(1000, d, 2))
    assert set(found.box.ends) == {"x1", "x3"}
    assert found.box.ends["x1"] == (pytest.approx(0.6, abs=0.05), math.inf)
    assert found.box.ends["x3"] == (-math.inf, pytest.approx(0.5, abs=0.05))
    assert max(found.quasi_p.values()) < 1e-10
    last = found.curve.iloc[-1]
    assert last["kind"] == "chosen" and last["density"] == pytest.approx(0.9, abs=0.05) and last["restricted"] == 2


def test_numbers_of_the_chosen_box_are_those_of_its_cases():
    """Fails when the curve tells of another box than the one that is given, or quasi-p are not the binomial test told of."""
    x, y = planted(400, 6, 3)
    found = find_box(x, y)
    inside, last = found.box.holds(x), found.curve.iloc[-1]
    assert (last["inside"], last["support"]) == (inside.sum(), inside.mean())
    assert last["density"] == y[inside].mean() and last["coverage"] == y[inside].sum() / y.sum()
    for name, p in found.quasi_p.items():
        wider = Box({other: ends for other, ends in found.box.ends.items() if other != name}).holds(x)
        assert p == pytest.approx(binom.sf(y[inside].sum() - 1, inside.sum(), y[wider].mean()), rel=1e-9)
    assert last["largest_quasi_p"] == max(found.quasi_p.values()) == list(found.quasi_p.values())[-1]


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(60, 300), st.integers(1, 6), st.floats(0.2, 0.8))
def test_peeled_boxes_lie_in_one_another(seed, n, d, rate):
    """Fails when a step adds cases, takes too many at a time, or a cleared box has a restriction that may be chance."""
    x, rng = cases(n, d, seed)
    found = find_box(x, rng.random(n) < rate, least_coverage=0)
    if found is None:
        return
    kinds = dict(iter(found.curve.groupby("kind")))
    inside = kinds["peeled"]["inside"].to_numpy()
    removed = -np.diff(inside)
    assert (removed > 0).all() and (removed <= np.maximum(0.05 * inside[:-1], 6)).all()
    assert (np.diff(kinds["peeled"]["coverage"]) <= 0).all() and (np.diff(kinds["peeled"]["restricted"]) >= 0).all()
    assert not (kinds["cleared"]["largest_quasi_p"] >= 0.05).any()
    before = kinds["cleared"].set_index("step").loc[kinds["chosen"]["step"].iloc[0]]
    assert kinds["chosen"]["density"].iloc[0] >= before["density"]


def test_whole_numbers_and_switches_get_whole_ends():
    """Fails when a box cuts between whole numbers, or an input of two values is not seen."""
    rng = np.random.default_rng(4)
    x = pd.DataFrame({"firms": rng.integers(0, 10, 800), "crisis": rng.random(800) < 0.5, "noise": rng.random(800)}).astype(float)
    found = find_box(x, ((x["firms"] >= 7) & (x["crisis"] == 1)).to_numpy() ^ (rng.random(800) < 0.05))
    assert found.box.ends == {"crisis": (1.0, math.inf), "firms": (7.0, math.inf)}


def test_two_boxes_are_found_one_after_the_other():
    """Fails when the second cause of harm hides behind the first, or cases of the first are counted twice."""
    x, rng = cases(1500, 5, 5)
    first, second = (x["x0"] > 0.7).to_numpy(), (x["x2"] < 0.2).to_numpy()
    found = find_boxes(x, (first | second) ^ (rng.random(1500) < 0.05))
    assert [set(one.box.ends) for one in found] == [{"x0"}, {"x2"}]
    assert found[1].curve["inside"].iloc[0] == 1500 - found[0].curve["inside"].iloc[-1]


def test_one_of_equally_dense_boxes_is_chosen_by_the_rule():
    """Fails when the box told of is not the one that the documented rule takes."""
    curve = pd.DataFrame(
        {
            "step": range(6),
            "coverage": [1.0, 0.8, 0.7, 0.6, 0.5, 0.2],
            "density": [0.3, 0.6, 0.88, 0.9, 0.92, 1.0],
            "inside": [100, 60, 50, 45, 40, 20],
            "restricted": [0, 1, 2, 2, 4, 5],
        }
    )
    assert chosen(curve, least_coverage=1 / 3) == 2  # within 0.92 - 0.045, two restrictions, covers most
    assert chosen(curve, least_coverage=0.0) == 5
    assert chosen(curve, least_coverage=0.9) is None


def test_the_inputs_that_tell_are_searched():
    """Fails when ties of whole numbers or switches pass for a difference, and crowd out inputs that have one."""
    x, rng = cases(500, 30, 6)
    x["switch"], y = (rng.random(500) < 0.5).astype(float), rng.random(500) < 0.3
    x["constant"], x["telling"] = 1.0, np.where(y, 0.2, 0.0) + rng.random(500)
    assert most_telling(x, y, 1) == ["telling"]
    order = rng.permutation(500)
    assert most_telling(x.iloc[order], y[order], 10) == most_telling(x, y, 10)


NEXT = float(np.nextafter(1, 2))


@pytest.mark.parametrize(
    ("outside", "inside", "end"), [(0.496, 0.503, 0.5), (1.231, 1.232, 1.2315), (12, 3, 8), (1.0, NEXT, NEXT)]
)
def test_ends_are_round_where_they_can_be(outside, inside, end):
    """Fails when an end does not divide the cases, or carries digits that no case asks for."""
    assert roundest(outside, inside) == end
