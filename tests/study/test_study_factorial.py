"""Designs of levers against words, contrasts and tables that were found in other ways."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersim.study.factorial import aliases, fractional_factorial, full_factorial, resolution_of
from partnersim.study.files import StudyError

LEVERS = [f"lever_{i}" for i in range(40)]
LARGEST = {
    3: {2: 3, 3: 7, 4: 15, 5: 31},
    4: {3: 4, 4: 8, 5: 16, 6: 32},
    5: {4: 5, 5: 6, 6: 8, 7: 11, 8: 17, 9: 23, 10: 33},
    6: {5: 6, 6: 7, 7: 9, 8: 12, 9: 18, 10: 24, 11: 34},
    7: {6: 7, 7: 8, 8: 9, 9: 11, 10: 15, 11: 23, 12: 24},
}
"""By resolution and binary logarithm of the rows, the most names that any regular fraction has: the longest binary codes
of that distance and redundancy (Brouwer's tables)."""
TWICE_THE_FEWEST = {(23, 5), (24, 6)}
FOUR_LETTERS = {5: 0, 6: 3, 7: 7, 8: 14, 9: 6, 10: 10, 11: 25, 12: 38, 13: 55, 14: 77, 15: 105, 16: 140}
"""Words of four letters in the fractions of least aberration in 16 and 32 rows (Chen, Sun and Wu 1993)."""


def words(design: pd.DataFrame) -> np.ndarray:
    """How many defining words there are of each length, by going through all of them (4 million for 27 names in 32 rows)."""
    basis: list[tuple[int, int]] = []  # columns as numbers, reduced, and of which names they are the sum
    found = np.zeros(1, dtype=np.uint32)
    for j, column in enumerate(design.to_numpy().T):
        left, name = int("".join(map(str, column)), 2), 1 << j
        for other, those in sorted(basis, reverse=True):
            if left ^ other < left:
                left, name = left ^ other, name ^ those
        if left:
            basis.append((left, name))
        else:
            found = np.concatenate([found, found ^ np.uint32(name)])
    return np.bincount(np.bitwise_count(found[1:]), minlength=len(design.columns) + 1)


def groups(design: pd.DataFrame) -> set[frozenset[tuple[str, int]]]:
    """Effects and signs by equal or opposite contrast, from the columns of -1 and +1 themselves; each led by its first."""
    coded = {name: 2 * design[name].to_numpy() - 1 for name in design}
    pairs = {f"{a}:{b}": coded[a] * coded[b] for a, b in itertools.combinations(coded, 2)}
    found: dict[bytes, list[tuple[str, int]]] = {}
    for effect, contrast in (coded | pairs).items():
        same, opposite = contrast.tobytes(), (-contrast).tobytes()
        if opposite in found:
            found[opposite].append((effect, -1))
        else:
            found.setdefault(same, []).append((effect, 1))
    return {frozenset(group) for group in found.values()}


def test_a_full_factorial_is_in_standard_order():
    """Fails when the documented order changes, or the reference cell with everything off is not the first."""
    table = full_factorial(["a", "b", "c"])
    assert table.to_numpy().tolist() == [[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)]
    assert list(table.columns) == ["a", "b", "c"] and table.index.equals(pd.RangeIndex(8))
    assert resolution_of(table) == 4


@pytest.mark.parametrize("resolution", LARGEST)
def test_fractions_have_the_resolution_asked_for_and_the_fewest_rows(resolution):
    """Fails when effects are confounded that the resolution promises apart, when runs are wasted, or the reference is missing."""
    for k in range(resolution, min(27, max(LARGEST[resolution].values())) + 1):
        design = fractional_factorial(LEVERS[:k], resolution)
        m = min(m for m, most in LARGEST[resolution].items() if most >= k)
        assert len(design) == 2 ** (m + ((k, resolution) in TWICE_THE_FEWEST))
        shortest = int(np.flatnonzero(words(design))[0])
        assert shortest >= resolution and shortest == resolution_of(design), (k, shortest)
        assert not design.iloc[0].any() and (design.mean() == 0.5).all()
        assert list(design.columns) == LEVERS[:k] and design.index.equals(pd.RangeIndex(len(design)))


@pytest.mark.parametrize(("names", "four"), FOUR_LETTERS.items())
def test_fractions_confound_as_few_pairs_as_any(names, four):
    """Fails when more interactions are confounded than need be, for the same number of runs."""
    assert words(fractional_factorial(LEVERS[:names]))[4] == four


def test_all_levers_are_confounded_evenly():
    """Fails when some pairs of 27 levers are hidden behind more others than need be: 351 pairs in 31 groups are 11 or 12 each."""
    table = aliases(fractional_factorial(LEVERS[:27]))
    assert set(table["group"][27:].value_counts()) == {11, 12}


def test_known_fraction():
    """Fails when rows come in another order than documented, or a textbook's fraction (d = abc, half of 16) is not found."""
    table = fractional_factorial(list("abcd"))
    assert table[list("abc")].equals(full_factorial(list("abc")))
    assert table["d"].equals((table["a"] + table["b"] + table["c"]) % 2)


def test_generators_can_be_given():
    """Fails when another fraction is made than the one asked for."""
    table = fractional_factorial(list("dabce"), resolution=3, generators={"d": ("a", "b"), "e": ("c", "a")})
    assert table[list("abc")].equals(full_factorial(list("abc"))) and list(table.columns) == list("dabce")
    assert table["d"].equals(table["a"] ^ table["b"]) and table["e"].equals(table["a"] ^ table["c"])
    assert resolution_of(table) == 3


@pytest.mark.parametrize(("names", "resolution"), [(3, 3), (7, 3), (5, 4), (9, 4), (27, 4), (11, 5), (8, 6)])
def test_aliases_are_those_of_the_contrasts(names, resolution):
    """Fails when an effect is told as one lever's that the runs cannot tell from another's, or is given the wrong sign."""
    design = fractional_factorial(LEVERS[:names], resolution)
    table = aliases(design)
    assert len(table) == names * (names + 1) // 2
    assert table["effect"].equals((table["first"] + ":" + table["second"]).str.removesuffix(":"))
    found = table.groupby("group")[["effect", "sign"]]
    assert {frozenset(group.itertuples(index=False, name=None)) for _, group in found} == groups(design)
    assert (found.first()["sign"] == 1).all() and table["group"].min() == 1
    mains = table[table["second"] == ""]
    assert mains["group"].is_unique
    if resolution > 3:
        assert not set(mains["group"]) & set(table["group"][names:])
    if resolution > 4:
        assert table["group"].is_unique


@given(st.permutations(range(32)), st.integers(0, 31))
def test_designs_are_understood_in_any_order_and_fraction(order, flipped):
    """Fails when a table read back sorted, run twice, or of the other half, is taken for another design or refused."""
    design = fractional_factorial(LEVERS[:10])
    other = design.iloc[order] ^ [flipped >> (j % 5) & 1 for j in range(10)]
    other = pd.concat([other, other], ignore_index=True)
    assert resolution_of(other) == 4
    table = aliases(other)
    assert {
        frozenset(group.itertuples(index=False, name=None)) for _, group in table.groupby("group")[["effect", "sign"]]
    } == groups(other)


def test_a_lever_that_never_changes_is_confounded_with_the_mean():
    """Fails when levers that stayed on look as if their effect could be estimated."""
    design = full_factorial(["a", "b"]).assign(on=1, off=0, copy=lambda t: 1 - t["a"])
    assert resolution_of(design) == 1 and resolution_of(design[["a", "b", "copy"]]) == 2
    table = aliases(design).set_index("effect")
    assert table.loc[["on", "off", "on:off", "a:copy"], "group"].tolist() == [0, 0, 0, 0]
    assert table.loc[["on", "off", "on:off", "a:copy"], "sign"].tolist() == [1, -1, -1, -1]
    assert table.loc["a", "group"] == table.loc["copy", "group"] and table.loc["copy", "sign"] == -1


SMALL = full_factorial(["a", "b"])
MISTAKES = {
    "no names": (lambda: full_factorial([]), "at least one name"),
    "a name twice": (lambda: full_factorial(["a", "a"]), "a is given twice"),
    "a large full factorial": (lambda: full_factorial(LEVERS[:21]), "2,097,152 rows; allowed are 1,048,576, or 20 names"),
    "no names in part": (lambda: fractional_factorial([]), "at least one name"),
    "a name twice in part": (lambda: fractional_factorial(["a", "a"]), "a is given twice"),
    "resolution 2": (lambda: fractional_factorial(LEVERS, 2), "the lowest that tells main effects apart is 3"),
    "few names": (lambda: fractional_factorial(LEVERS[:3]), "resolution 4; the highest reached is 3"),
    "too few names": (lambda: fractional_factorial(LEVERS[:2], 3), "a fraction needs at least 3 names"),
    "a high resolution": (lambda: fractional_factorial(LEVERS[:20], 9), "20 names within 16,384 rows.* reached is 8"),
    "low generators": (
        lambda: fractional_factorial(list("abcd"), generators={"c": "ab", "d": "ab"}),
        "give a fraction of resolution 2; 4 is asked for",
    ),
    "a generator of nothing": (lambda: fractional_factorial(list("abc"), 3, {"d": "ab"}), "given for d, which"),
    "an empty generator": (lambda: fractional_factorial(list("abc"), 3, {"c": ""}), "generator of c .* out of a, b"),
    "a generator of itself": (lambda: fractional_factorial(list("abc"), 3, {"c": "ac"}), "generator of c .* out of a, b"),
    "a generator with a name twice": (lambda: fractional_factorial(list("abc"), 3, {"c": "aab"}), "different names"),
    "a large base": (lambda: fractional_factorial(LEVERS, 3, {LEVERS[39]: LEVERS[:2]}), "549,755,813,888 rows; allowed"),
    "no base": (lambda: fractional_factorial(list("ab"), 3, {"a": "b", "b": "a"}), "out of none"),
    "three levels": (lambda: resolution_of(SMALL + 1), "no values but 0 and 1"),
    "no rows": (lambda: aliases(SMALL[:0]), "at least one row"),
    "no columns": (lambda: aliases(SMALL[[]]), "at least one name"),
    "a row too few": (lambda: aliases(SMALL[:3]), "not a regular fraction"),
    "a row twice": (lambda: resolution_of(pd.concat([SMALL, SMALL[:1]])), "not a regular fraction"),
}


@pytest.mark.parametrize(("make", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told(make, message):
    """Fails when a mistake passes silently, or is told without what is allowed."""
    with pytest.raises(StudyError, match=message):
        make()
