"""Designs over values and over the unit cube: known tables, and the promises by which finished runs stay valid."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SALib.analyze import sobol as salib
from scipy.stats import qmc

from partnersim.study.designs import STEP, grid, latin_hypercube, morris, one_at_a_time, product, saltelli, scaled, sobol
from partnersim.study.files import FLOAT_FORMAT, StudyError

NAMES = [f"p{i}" for i in range(27)]
UNIT_DESIGNS = (latin_hypercube, sobol, saltelli)
names_lists = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=5, unique=True)


def strata(column: pd.Series) -> list[int]:
    """The strata, of as many as there are points, that the points of a column lie in."""
    return sorted(np.floor(column.to_numpy() * len(column)).astype(int))


# Values


def test_a_grid_has_all_combinations_with_the_last_name_fastest():
    """Fails when combinations are missing or their documented order, on which tables and seeds rest, changes."""
    table = grid({"tax": [3, 1], "desk": [0, 0.5, 1]})
    assert list(table.itertuples(index=False, name=None)) == [(3, 0), (3, 0.5), (3, 1), (1, 0), (1, 0.5), (1, 1)]
    assert list(table.columns) == ["tax", "desk"] and table.index.equals(pd.RangeIndex(6))


def test_one_at_a_time_starts_at_the_base_and_leaves_it_in_one_name():
    """Fails when the base is run twice or not at all, or two names move at once, so that effects cannot be told apart."""
    table = one_at_a_time({"tax": [1, 2, 3], "desk": [0.5]}, base={"desk": 0, "tax": 2})
    assert list(table.columns) == ["tax", "desk"] and table.index.equals(pd.RangeIndex(4))
    assert list(table.itertuples(index=False, name=None)) == [(2, 0), (1, 0), (3, 0), (2, 0.5)]


def test_a_product_has_every_row_of_the_second_for_each_of_the_first():
    """Fails when a policy misses an uncertain world, worlds come in another order, or whole numbers become others."""
    first, second = pd.DataFrame({"tax": [0, 1]}), pd.DataFrame({"share": [0.1, 0.2, 0.3], "seed": [7, 8, 9]})
    table = product(first, second)
    assert table["tax"].tolist() == [0, 0, 0, 1, 1, 1] and table["seed"].tolist() == [7, 8, 9] * 2
    assert table["share"].tolist() == [0.1, 0.2, 0.3] * 2 and table.index.equals(pd.RangeIndex(6))
    assert [str(kind) for kind in table.dtypes] == ["int64", "float64", "int64"]


def test_scaling_is_linear_and_keeps_the_ends():
    """Fails when a point of the unit cube means another value than the same share of the range."""
    unit = pd.DataFrame({"days": [0.0, 0.25, 1.0], "tax": [1.0, 0.5, 0.0]})
    table = scaled(unit, {"tax": (-1, 3), "days": (10, 20)})
    assert table["days"].tolist() == [10, 12.5, 20] and table["tax"].tolist() == [3, 1, -1]
    assert list(table.columns) == ["days", "tax"]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_a_written_table_holds_scaled_values_exactly(low, width, shares):
    """Fails when a run resumed from its table has other parameters than at first, or leaves the range by rounding."""
    low, high = (float(f"{x:.8g}") for x in (low, low + width))
    if low == high:
        return
    table = scaled(pd.DataFrame({"x": shares}), {"x": (low, high)})
    written = table.to_csv(index=False, float_format=FLOAT_FORMAT).splitlines()
    assert [float(cell) for cell in written[1:]] == table["x"].tolist()
    assert table["x"].between(low, high).all()
    digits = 1e-5 * max(abs(low), abs(high))
    np.testing.assert_allclose(table["x"], low + np.array(shares) * (high - low), rtol=0, atol=digits)


# Latin hypercubes


@given(names_lists, st.integers(1, 200), st.integers())
def test_each_stratum_of_a_latin_hypercube_holds_one_point(names, n, key):
    """Fails when a part of a range is left out or doubled, at whatever size."""
    table = latin_hypercube(names, n, key)
    assert list(table.columns) == names and table.index.equals(pd.RangeIndex(n))
    assert all(strata(table[name]) == list(range(n)) for name in names)


@pytest.mark.parametrize("n", [1, 1023, 2**14, 3 * 2**12, 99_999])
def test_strata_hold_for_large_and_awkward_sizes(n):
    """Fails when rounding or too few binary digits push points over the edges of narrow strata, or to 0 or 1."""
    column = latin_hypercube(["x"], n, 5)["x"]
    assert strata(column) == list(range(n)) and column.between(0, 1, inclusive="neither").all()


@given(names_lists, st.integers(1, 60), st.integers(1, 3), st.integers())
def test_a_latin_hypercube_doubles_without_changing_its_rows(names, n, doublings, key):
    """Fails when enlarging a study makes its finished runs worthless."""
    larger = latin_hypercube(names, n * 2**doublings, key)
    pd.testing.assert_frame_equal(larger[:n], latin_hypercube(names, n, key), check_exact=True)


@given(names_lists, st.integers(1, 60), st.integers(), st.randoms(use_true_random=False))
def test_columns_of_a_latin_hypercube_know_nothing_of_the_others(names, n, key, random):
    """Fails when adding, removing or reordering uncertainties changes the values of the others."""
    whole = latin_hypercube(names, n, key)
    some = random.sample(names, random.randint(1, len(names)))
    pd.testing.assert_frame_equal(latin_hypercube(["added", *some], n, key)[some], whole[some], check_exact=True)


@pytest.mark.parametrize("n", [15, 16, 48])
def test_columns_of_latin_hypercubes_are_unrelated_and_fill_their_strata(n):
    """Fails when names share their order, or points sit at one place of their strata: with 200 keys errors are 5 sigma.

    For independent permutations the correlation has mean 0 and variance 1 / (n - 1), before and after doubling.
    """
    pairs = [latin_hypercube(["a", "b"], n, key).to_numpy().T for key in range(200)]
    r = np.array([np.corrcoef(a, b)[0, 1] for a, b in pairs])
    assert abs(r.mean()) < 5 / math.sqrt(200 * (n - 1)) and 0.6 < r.var() * (n - 1) < 1.6
    within = np.array(pairs).ravel() * n % 1
    error = 1 / math.sqrt(12 * within.size)
    assert abs(within.mean() - 0.5) < 5 * error and abs(within.var() - 1 / 12) < 5 * error
    first = np.array([a[0] for a, _ in pairs])
    assert abs(first.mean() - 0.5) < 5 / math.sqrt(12 * 200) and abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.36


# Sobol


@given(names_lists, st.integers(1, 100), st.integers(1, 100), st.integers())
def test_more_points_and_appended_names_change_nothing_in_a_sobol_design(names, n, more, key):
    """Fails when enlarging a study, or an uncertainty found later, makes finished runs worthless."""
    larger = sobol([*names, "appended later"], n + more, key)
    pd.testing.assert_frame_equal(larger[:n][names], sobol(names, n, key), check_exact=True)


@given(st.integers(0, 8), st.integers())
def test_sobol_points_are_balanced_at_powers_of_two(exponent, key):
    """Fails when the digital shift spoils the sequence's equal shares, or points lie on the edge of the cube."""
    table = sobol(NAMES, 2**exponent, key)
    assert all(strata(table[name]) == list(range(2**exponent)) for name in NAMES)
    assert (table.gt(0) & table.lt(1)).all(axis=None)


def test_sobol_points_are_the_library_s_shifted_by_one_number_a_name():
    """Fails when columns are taken from other dimensions or shifted point by point, by which they would not fill the cube."""
    plain = (qmc.Sobol(27, scramble=False).random_base2(7) * 2**30).astype(np.int64)
    shift = plain ^ (sobol(NAMES, 128, 3).to_numpy() * 2**30).astype(np.int64)
    assert (shift == shift[0]).all() and len(set(shift[0])) == 27
    other = plain ^ (sobol(NAMES, 128, 4).to_numpy() * 2**30).astype(np.int64)
    assert not (other[0] == shift[0]).any()


def test_sobol_points_fill_the_square_better_than_luck():
    """Fails when the design is no better than independent draws (whose discrepancy is about 0.1 at this size)."""
    assert qmc.discrepancy(sobol(["a", "b"], 256, 1).to_numpy(), method="L2-star") < 0.01


# Saltelli


def ishigami(points: pd.DataFrame) -> np.ndarray:
    """The function of Ishigami and Homma (1990), a = 7 and b = 0.1, of columns ``x1, x2, x3``."""
    x = scaled(points, dict.fromkeys(("x1", "x2", "x3"), (-3.14159, 3.14159)))
    return (np.sin(x["x1"]) + 7 * np.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * np.sin(x["x1"])).to_numpy()


@pytest.mark.parametrize("second_order", [False, True])
@pytest.mark.parametrize("key", [0, 1, 2])
def test_known_sobol_indices_come_out(second_order, key):
    """Fails when rows are in another order than the analysis takes them, or A and B are related: wrong shares of variance."""
    names = ["x1", "x2", "x3"]
    outputs = ishigami(saltelli(names, 2048, key, second_order))
    assert len(outputs) == 2048 * (8 if second_order else 5)
    problem = {"num_vars": 3, "names": names, "bounds": [[0, 1]] * 3}
    found = salib.analyze(problem, outputs, calc_second_order=second_order, num_resamples=2, seed=1)
    assert found["S1"] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found["ST"] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    if second_order:
        assert found["S2"][np.triu_indices(3, 1)] == pytest.approx([0.0, 0.2437, 0.0], abs=0.03)


def test_rows_of_a_saltelli_design_differ_as_they_should():
    """Fails when a row takes the wrong name from the other point, which a symmetric function would not show."""
    table = saltelli(list("xyz"), 4, 9, second_order=True).to_numpy().reshape(4, 8, 3)
    a, b = table[:, 0], table[:, 7]
    assert not (a == b).any()
    for j in range(3):
        other = np.arange(3) != j
        assert (table[:, 1 + j, j] == b[:, j]).all() and (table[:, 1 + j, other] == a[:, other]).all()
        assert (table[:, 4 + j, j] == a[:, j]).all() and (table[:, 4 + j, other] == b[:, other]).all()
    first = saltelli(list("xyz"), 4, 9).to_numpy().reshape(4, 5, 3)
    assert (first[:, :4] == table[:, :4]).all() and (first[:, 4] == b).all()


@given(names_lists, st.integers(1, 40), st.integers(1, 40), st.integers(), st.booleans())
def test_saltelli_designs_grow_without_changing(names, n, more, key, second_order):
    """Fails when more points change finished runs, or an appended name changes the others' columns of A and B."""
    small = saltelli(names, n, key, second_order)
    larger = saltelli(names, n + more, key, second_order)
    pd.testing.assert_frame_equal(larger[: len(small)], small, check_exact=True)
    wider = saltelli([*names, "appended later"], n, key, second_order)[names].to_numpy().reshape(n, -1, len(names))
    block = small.to_numpy().reshape(n, -1, len(names))
    assert (wider[:, 0] == block[:, 0]).all() and (wider[:, -1] == block[:, -1]).all()


# Morris


@given(names_lists, st.integers(1, 40), st.integers())
def test_each_row_of_a_trajectory_moves_one_name_by_a_step(names, n, key):
    """Fails when two names move at once, one never moves, or a step leaves the levels: effects are then not elementary."""
    points = morris(names, n, key).to_numpy().reshape(n, len(names) + 1, len(names))
    moves = np.diff(points, axis=1)
    assert ((moves != 0).sum(axis=1) == 1).all() and ((moves != 0).sum(axis=2) == 1).all()
    np.testing.assert_allclose(np.abs(moves[moves != 0]), STEP)
    assert set((points * 3).round(9).ravel()) <= {0.0, 1.0, 2.0, 3.0}


@given(names_lists, st.integers(1, 40), st.integers(1, 40), st.integers(), st.randoms(use_true_random=False))
def test_morris_designs_grow_without_changing(names, n, more, key, random):
    """Fails when more trajectories change finished runs, or another name changes where the others start or their order."""
    small = morris(names, n, key)
    pd.testing.assert_frame_equal(morris(names, n + more, key)[: len(small)], small, check_exact=True)
    wider = morris(random.sample([*names, "appended later"], len(names) + 1), n, key)[names]
    blocks = wider.to_numpy().reshape(n, len(names) + 2, len(names))
    for block, few in zip(blocks, small.to_numpy().reshape(n, len(names) + 1, len(names)), strict=True):
        np.testing.assert_array_equal(block[np.r_[True, (np.diff(block, axis=0) != 0).any(axis=1)]], few)


def test_levels_directions_and_turns_of_a_morris_design_are_even():
    """Fails when some levels or turns are favoured, so that effects are measured in a corner only: errors are 5 sigma."""
    n, d = 4000, 4
    points = morris(list("abcd"), n, 5).to_numpy().reshape(n, d + 1, d)
    starts = np.stack([(points[:, 0] * 3).round() == level for level in range(4)]).mean(axis=1)
    assert (abs(starts - 1 / 4) < 5 * math.sqrt(3 / 16 / n)).all()
    turns = (np.diff(points, axis=1) != 0).mean(axis=0)
    assert (abs(turns - 1 / d) < 5 * math.sqrt(3 / 16 / n)).all()


# All of them


def test_points_are_those_of_other_platforms_and_versions():
    """Fails when a platform or a version of a library draws other points, so that tables no longer tell what was run."""
    assert latin_hypercube(["tax"], 6, 20111)["tax"].tolist() == [
        0.6647037141956389, 0.8407229537454745, 0.027790013545503218, 0.299797345418483, 0.7194928724008302, 0.46476417298739153,
    ]  # fmt: skip
    assert sobol(["tax", "desk"], 3, 20111)["desk"].tolist() == [0.30871147802099586, 0.8087114780209959, 0.058711478020995855]
    assert (morris(["tax"], 3, 20111)["tax"] * 3).tolist() == [0, 2, 3, 1, 2, 0]
    assert saltelli(["tax"], 1, 20111)["tax"].tolist() == [0.3973092897795141, 0.3280683201737702, 0.3280683201737702]


@pytest.mark.parametrize("design", UNIT_DESIGNS)
def test_keys_give_other_points(design):
    """Fails when the key is ignored, so that a study repeated with another key confirms itself."""
    assert not (design(NAMES, 8, 1) == design(NAMES, 8, 2)).any(axis=None)


@pytest.mark.parametrize("design", [*UNIT_DESIGNS, morris])
@pytest.mark.parametrize(
    ("names", "n", "message"),
    [
        ([], 4, "at least one name"),
        (["a", "b", "a"], 4, "a is given twice"),
        (["a"], 0, "0 rows; allowed are 1 to 1,048,576"),
        (["a"], 2**20 + 1, "1,048,577 rows; allowed are 1 to 1,048,576"),
    ],
)
def test_designs_that_cannot_be_are_refused(design, names, n, message):
    """Fails when a mistake in a study file ends in a design that nobody asked for, or in no memory left."""
    with pytest.raises(StudyError, match=message):
        design(names, n, 1)


UNIT = pd.DataFrame({"a": [0.5]})
MISTAKES = {
    "no names": (lambda: grid({}), "at least one name"),
    "one value": (lambda: grid({"a": [1, 2], "b": [1]}), "b: 1 values; at least 2"),
    "a value twice": (lambda: grid({"a": [1, 2, 1.0]}), "a: the value 1 is given twice"),
    "not a number": (lambda: grid({"a": [1, math.nan]}), "a: values must be finite"),
    "a large grid": (lambda: grid({name: [0, 1] for name in NAMES}), "134,217,728 rows"),
    "no values": (lambda: one_at_a_time({}, {}), "at least one name"),
    "only the base": (lambda: one_at_a_time({"a": [1]}, {"a": 1}), "a: fewer than two values"),
    "a step twice": (lambda: one_at_a_time({"a": [1, 1]}, {"a": 0}), "a: the value 1 is given twice"),
    "no base": (lambda: one_at_a_time({"a": [1], "b": [1]}, {"a": 0}), "b is in one of them only"),
    "a base too many": (lambda: one_at_a_time({"a": [1]}, {"a": 0, "b": 0, "c": 1}), "b, c are in one of them only"),
    "an infinite base": (lambda: one_at_a_time({"a": [1]}, {"a": math.inf}), "a: values must be finite"),
    "a shared name": (lambda: product(UNIT, UNIT), "no name in common; a is in both"),
    "a large product": (lambda: product(sobol(["a"], 2048, 1), sobol(["b"], 1024, 1)), "2,097,152 rows"),
    "an empty product": (lambda: product(UNIT, UNIT[:0].rename(columns={"a": "b"})), "0 rows"),
    "many rows": (lambda: saltelli(["a"], 2**19, 1), "1,572,864 rows"),
    "dimensions": (lambda: sobol([str(i) for i in range(21_202)], 1, 1), "there are 21,201"),
    "no range": (lambda: scaled(UNIT, {}), "a is in one of them only"),
    "a range too many": (lambda: scaled(UNIT, {"a": (0, 1), "b": (0, 1)}), "b is in one of them only"),
    "a range upside down": (lambda: scaled(UNIT, {"a": (1, 0)}), "low end below"),
    "an endless range": (lambda: scaled(UNIT, {"a": (0, math.inf)}), "finite"),
    "too many digits": (lambda: scaled(UNIT, {"a": (0, 1 / 3)}), "at most 10 digits"),
    "outside the cube": (lambda: scaled(UNIT * 3, {"a": (0, 1)}), "a: values to be scaled must lie between 0 and 1"),
    "unknown share": (lambda: scaled(UNIT * math.nan, {"a": (0, 1)}), "between 0 and 1"),
}


@pytest.mark.parametrize(("make", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told(make, message):
    """Fails when a mistake passes silently, or is told without saying where it is."""
    with pytest.raises(StudyError, match=message):
        make()
