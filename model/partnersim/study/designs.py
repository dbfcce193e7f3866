"""Which points a study runs: tables with a row a point and a column a name.

Values in the units of their names (:func:`grid`, :func:`one_at_a_time`), points of the unit cube (:func:`latin_hypercube`,
:func:`sobol`, :func:`saltelli`, :func:`morris`) that :func:`scaled` takes to ranges, and their combination (:func:`product`).
Policies that are on or off are in :mod:`partnersim.study.factorial`.

A point is a pure function of what is asked: equal questions get equal bits on every platform, and a table is enlarged
without changing the rows that it has, so that finished runs stay valid.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from partnersim.study.files import StudyError

if TYPE_CHECKING:
    import pandas as pd

ROWS = 2**20
"""Rows that a design may have."""
BITS = 30
"""Binary digits of a point, within its stratum where it has one: few enough for floats to keep it in its stratum."""
DIMENSIONS = 21_201
"""Dimensions for which the Sobol sequence has direction numbers (Joe and Kuo 2008)."""
STEP = 2 / 3
"""Share of its range by which a Morris design moves a name: two of the steps between MORRIS_LEVELS levels, so that all levels
are met equally often (Morris 1991)."""
MORRIS_LEVELS = 4
DIGITS = 6
"""Significant digits of a scaled value."""
WRITTEN_DIGITS = 10
"""Significant digits of a written table, which an end of a range must do with to stay what it is."""


def grid(values: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """All combinations of the values, the last name fastest.

    Raises :class:`StudyError` for no names, fewer than two values of a name, values given twice and more than ROWS rows.
    """
    levels = {name: _levels(name, given, fewest=2) for name, given in values.items()}
    checked_names(levels)
    checked_rows(math.prod(map(len, levels.values())))
    axes = np.meshgrid(*levels.values(), indexing="ij")
    return _frame({name: axis.ravel() for name, axis in zip(levels, axes, strict=True)})


def one_at_a_time(values: Mapping[str, Sequence[float]], base: Mapping[str, float]) -> pd.DataFrame:
    """The base, then each name at each of its values other than the base, with all others at the base.

    Raises :class:`StudyError` for no names, values given twice, a name without a value other than the base, and where
    ``values`` and ``base`` are not of the same names.
    """
    names = checked_names(values)
    if unequal := sorted(set(values) ^ set(base)):
        raise StudyError(f"Values and base must have the same names; {_listed(unequal)} in one of them only.")
    middle = {name: float(_levels(name, [base[name]], fewest=1)[0]) for name in names}
    rows = [middle]
    for name in names:
        others = [float(x) for x in _levels(name, values[name], fewest=1) if x != middle[name]]
        if not others:
            raise StudyError(f"{name}: fewer than two values, for its only one is the base. Give at least one other.")
        rows += [{**middle, name: value} for value in others]
    return _frame({name: np.array([row[name] for row in rows]) for name in names})


def latin_hypercube(names: Sequence[str], n: int, key: int) -> pd.DataFrame:
    """``n`` points of the unit cube, of which each of ``n`` strata of each name holds one.

    A column depends on the key, its own name and ``n`` alone: names can be added, removed and reordered. Doubling ``n``
    keeps the rows there are and appends as many, again a Latin hypercube. Sizes that are no such multiple share no rows.
    Raises :class:`StudyError` for no names, a name twice, and ``n`` below 1 or above ROWS.
    """
    checked_names(names)
    checked_rows(n)
    return _frame({name: _stratified(f"latin:{key}:{name}", n) for name in names})


def _stratified(label: str, n: int) -> np.ndarray:
    """One column of a Latin hypercube: ``n = odd * 2^doublings`` numbers in (0, 1).

    A point is a whole number: its stratum among ``odd``, then BITS binary digits, of which the first say its half, its
    quarter and so on. Each doubling puts new points, in random order, into the halves that are empty: the sisters of
    those that are not.
    """
    odd = n // (n & -n)
    order, digits = _random(f"{label}:{odd}:0", 2 * odd).reshape(2, odd)
    cells = (np.argsort(order, kind="stable") << BITS) | _leading(digits, BITS)
    for doubling in range(1, (n // odd).bit_length()):
        rest = BITS - doubling
        order, digits = _random(f"{label}:{odd}:{doubling}", 2 * len(cells)).reshape(2, -1)
        empty = ((cells >> rest) ^ 1)[np.argsort(order, kind="stable")]
        cells = np.concatenate([cells, (empty << rest) | _leading(digits, rest)])
    return (cells + 0.5) / (odd << BITS)


def sobol(names: Sequence[str], n: int, key: int) -> pd.DataFrame:
    """The first ``n`` points of the Sobol sequence in the unit cube, each column shifted digitally by key and name.

    More points, and names appended, change nothing that is there. A name's place says its dimension, so that a name
    inserted in front changes the columns behind it. Any ``n`` goes, but only powers of two are balanced: each of ``n``
    strata of each name then holds one point. Few points do not fill many dimensions: of 27 names, two columns correlate by
    0.75 at 64 points, 0.19 at 128 and 0.05 at 512, where those of a Latin hypercube do by about 0.35, 0.25 and 0.12.

    Raises :class:`StudyError` as :func:`latin_hypercube` does, and for more than DIMENSIONS names.
    """
    checked_names(names)
    checked_rows(n)
    sequence = _sobol_sequence(len(names), n)
    return _frame({name: _shifted(column, f"sobol:{key}:{name}") for name, column in zip(names, sequence, strict=True)})


def saltelli(names: Sequence[str], n: int, key: int, second_order: bool = False) -> pd.DataFrame:
    """Points for Sobol indices, in the order that ``SALib.analyze.sobol`` takes their outputs: D names, N = ``n``.

    For each of N pairs of points A and B of the unit cube: A; A with each name in turn taken from B; where
    ``second_order``, B with each name in turn taken from A; B. So N (D + 2) rows, or N (2 D + 2); pass
    ``calc_second_order=second_order`` there. A and B of a name are two dimensions of a shifted Sobol sequence: more points
    keep the rows there are, and an appended name keeps the other columns of A and B. Powers of two are best; what
    :func:`sobol` says of few points holds for twice the names. Raises :class:`StudyError` as that does, and for more than
    ROWS rows.
    """
    checked_names(names)
    checked_rows(n)
    d = len(names)
    block = 2 * d + 2 if second_order else d + 2
    checked_rows(n * block)
    sequence = _sobol_sequence(2 * d, n)
    points = np.empty((n, block, d))
    for j, name in enumerate(names):
        a, b = (_shifted(sequence[2 * j + i], f"saltelli:{key}:{name}:{'AB'[i]}") for i in (0, 1))
        points[:, : d + 1, j] = a[:, None]
        points[:, d + 1 :, j] = b[:, None]
        points[:, 1 + j, j] = b
        if second_order:
            points[:, 1 + d + j, j] = a
    flat = points.reshape(n * block, d)
    return _frame({name: flat[:, j] for j, name in enumerate(names)})


def morris(names: Sequence[str], n: int, key: int) -> pd.DataFrame:
    """``n`` trajectories for elementary effects (Morris 1991, Technometrics 33(2)), in the order of ``SALib.analyze.morris``.

    A trajectory of D names is D + 1 rows: it starts at one of the four levels 0, 1/3, 2/3 and 1 of each name, and each row
    moves one name by STEP, in random order, up from the two lower levels and down from the two upper ones. More trajectories
    keep those there are; names can be added, removed and reordered without a change to where the others start and which of
    them moves before which. SALib's own sampler does neither. Raises :class:`StudyError` as :func:`latin_hypercube` does, and for
    more than ROWS rows.
    """
    checked_names(names)
    checked_rows(n)
    d = len(names)
    checked_rows(n * (d + 1))
    drawn = np.stack([_random(f"morris:{key}:{name}", 2 * n).reshape(n, 2) for name in names], axis=1)
    start = _leading(drawn[:, :, 0], 2)
    turn = np.argsort(np.argsort(drawn[:, :, 1], axis=1, kind="stable"), axis=1)
    has_moved = np.arange(d + 1)[:, None] > turn[:, None, :]
    levels = np.where(has_moved, (start[:, None, :] + 2) % MORRIS_LEVELS, start[:, None, :])
    points = levels.reshape(n * (d + 1), d) / (MORRIS_LEVELS - 1)
    return _frame({name: points[:, j] for j, name in enumerate(names)})


def _sobol_sequence(dimensions: int, n: int) -> np.ndarray:
    """The plain sequence as whole numbers of BITS binary digits: dimensions x n."""
    from scipy.stats import qmc

    if dimensions > DIMENSIONS:
        raise StudyError(f"A Sobol sequence of {dimensions:,} dimensions; there are {DIMENSIONS:,}.")
    # Whole powers of two, since other sizes are warned of; the first n points are the same.
    points = qmc.Sobol(dimensions, scramble=False, bits=BITS).random_base2((n - 1).bit_length())[:n]
    return (points.T * 2**BITS).astype(np.int64)


def _shifted(column: np.ndarray, label: str) -> np.ndarray:
    """Numbers in (0, 1) from whole ones, all digits of one keyed number flipped: points at corners move inside."""
    return ((column ^ _leading(_random(label, 1), BITS)) + 0.5) / 2**BITS


def product(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Every row of ``second`` for each row of ``first``: policies by uncertainties, or a design by its seeds.

    Raises :class:`StudyError` for a name in both and more than ROWS rows.
    """
    if shared := sorted(set(first.columns) & set(second.columns)):
        raise StudyError(f"Designs to be combined must have no name in common; {_listed(shared)} in both.")
    checked_rows(len(first) * len(second))
    return first.merge(second, how="cross")


def scaled(unit: pd.DataFrame, ranges: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Columns of the unit interval, taken linearly to ``low, high`` of their names.

    Values have DIGITS significant digits and lie in their range, so that a written table holds them exactly. Raises
    :class:`StudyError` where the names of columns and ranges differ, for values outside 0 to 1, and for ends that are not
    finite, not in order, or of more than WRITTEN_DIGITS digits.
    """
    names = checked_names(unit.columns)
    if unequal := sorted(set(names) ^ set(ranges)):
        raise StudyError(f"Columns and ranges must have the same names; {_listed(unequal)} in one of them only.")
    columns = {}
    for name in names:
        low, high = ranges[name]
        share = unit[name].to_numpy(float)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise StudyError(f"{name}: the range {low} to {high} must be finite, and its low end below the high one.")
        if long := [x for x in (low, high) if _rounded(x, WRITTEN_DIGITS) != x]:
            raise StudyError(f"{name}: {long[0]!r} must have at most {WRITTEN_DIGITS} digits, to be written exactly.")
        if not ((share >= 0) & (share <= 1)).all():
            raise StudyError(f"{name}: values to be scaled must lie between 0 and 1.")
        raw = low + share * (high - low)
        columns[name] = np.array([_rounded(x, DIGITS) for x in raw]).clip(low, high)
    return _frame(columns)


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def checked_names(names: Iterable[str]) -> list[str]:
    """The names; raises :class:`StudyError` for none and for one given twice."""
    listed = list(names)
    if not listed:
        raise StudyError("A design needs at least one name.")
    if len(set(listed)) < len(listed):
        twice = next(name for name in listed if listed.count(name) > 1)
        raise StudyError(f"{twice} is given twice; each name of a design stands once.")
    return listed


def checked_rows(n: int) -> None:
    """Raise :class:`StudyError` for fewer than one row or more than ROWS."""
    if not 1 <= n <= ROWS:
        raise StudyError(f"A design of {n:,} rows; allowed are 1 to {ROWS:,}.")


def _levels(name: str, values: Iterable[float], fewest: int) -> np.ndarray:
    levels = np.array([float(value) for value in values])
    if len(levels) < fewest:
        raise StudyError(f"{name}: {len(levels)} values; at least {fewest} must be given.")
    if not np.isfinite(levels).all():
        raise StudyError(f"{name}: values must be finite numbers.")
    ordered = np.sort(levels)
    if len(twice := ordered[1:][ordered[1:] == ordered[:-1]]):
        raise StudyError(f"{name}: the value {twice[0]:g} is given twice; each stands once.")
    return levels


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    return f"{', '.join(listed)} {'is' if len(listed) == 1 else 'are'}"


def _random(label: str, n: int) -> np.ndarray:
    """``n`` unsigned numbers of 64 bits, keyed by the label.

    Raw ones, since numpy promises them for ever, and permutations and ranges of its generators only within a version.
    """
    seed = int.from_bytes(hashlib.sha256(label.encode()).digest()[:16], "little")
    return np.random.PCG64(seed).random_raw(n)


def _leading(raw: np.ndarray, bits: int) -> np.ndarray:
    """The first binary digits of raw numbers."""
    return (raw >> np.uint64(64 - bits)).astype(np.int64)


def _frame(columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(dict(columns))
