"""Designs of levers that are off (0) or on (1): all combinations, or a regular fraction of them.

A fraction is a set of vectors over the field of two elements, one a name: the level of a name in row ``i`` is the parity
of ``i & vector``, so that row 0 has everything off, which is the reference cell. Names whose vectors sum to zero make a
*word*; the shortest word is the resolution (Box and Hunter 1961, Technometrics 3(3)). At 3 main effects are confounded
with interactions of two names, at 4 only such interactions with one another, at 5 neither.

Signs follow from the reference cell. With levels coded -1 and +1, a word of even length multiplies to +1 and one of odd
length to -1; textbooks have +1 for the words of generators, and so everything off in no row of many fractions.

The search is ours: that of pyDOE3 1.6.2 gives lower resolutions than asked for (3 in place of 4 for 27 names), and that of
its successor pydoe 1.6.0 the first fraction it meets, with more short words than need be (10 of four letters for 9 names in
32 rows, where 6 will do); to import either takes as long as scipy.stats.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from partnersim.study.designs import ROWS, checked_names, checked_rows
from partnersim.study.files import StudyError

if TYPE_CHECKING:
    import pandas as pd

LOWEST = 3
"""Resolution below which a fraction cannot tell main effects apart."""
FRACTION = 2**14
"""Rows up to which fractions are searched."""


def full_factorial(names: Sequence[str]) -> pd.DataFrame:
    """All 2^k combinations in standard (Yates) order: the first name changes fastest, and the first row is all off.

    Raises :class:`StudyError` for no names, a name twice, and more than ROWS rows.
    """
    listed = checked_names(names)
    if 2 ** len(listed) > ROWS:
        raise StudyError(
            f"All combinations of {len(listed)} names are {2 ** len(listed):,} rows; allowed are {ROWS:,}, "
            f"or {ROWS.bit_length() - 1} names. Take a fraction."
        )
    return _design(listed, [1 << j for j in range(len(listed))])


def fractional_factorial(
    names: Sequence[str], resolution: int = 4, generators: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """2^(k-p) combinations of at least that resolution, in the fewest rows found; the first row is all off.

    The first names run through all their combinations in standard order. Each other name is on where an odd number of
    those named by its generator are: ``generators`` says which, or else they are searched. Up to 27 names and resolution 6
    no fraction has fewer rows, by the tables of binary codes, but for 23 names at 5 and for 24 at 6, which take twice as
    many. Of fractions of that size the one found with the fewest short words is taken: at resolution 4, up to 16 names and
    for 27, none confounds fewer pairs of interactions.

    Raises :class:`StudyError` for no names, a name twice, generators that do not fit the names or that give a lower
    resolution, and where no fraction within FRACTION rows reaches the resolution; the message says which is reached.
    """
    listed = checked_names(names)
    if resolution < LOWEST:
        raise StudyError(f"A fraction of resolution {resolution}; the lowest that tells main effects apart is {LOWEST}.")
    if generators is None:
        if columns := _fraction(len(listed), resolution):
            return _design(listed, columns)
        raise StudyError(_not_reached(len(listed), resolution))
    columns = _generated(listed, generators)
    if (found := _shortest_word(columns)) < resolution:
        raise StudyError(f"These generators give a fraction of resolution {found}; {resolution} is asked for.")
    return _design(listed, columns)


def _not_reached(k: int, resolution: int) -> str:
    reached = next((r for r in range(min(resolution - 1, k), LOWEST - 1, -1) if _fraction(k, r)), None)
    highest = f"the highest reached is {reached}" if reached else f"a fraction needs at least {LOWEST} names"
    return f"No fraction of {k} names within {FRACTION:,} rows has resolution {resolution}; {highest}. Or take all combinations."


def resolution_of(design: pd.DataFrame) -> int:
    """Length of the shortest word of a regular two-level design; one more than its names where nothing is confounded.

    Raises :class:`StudyError` for a design that is not regular.
    """
    return _shortest_word(_columns(design))


def aliases(design: pd.DataFrame) -> pd.DataFrame:
    """Which main effects and interactions of two names a regular two-level design can only tell together.

    A row an effect, main effects first. ``effect``: ``a`` or ``a:b``; ``first``, ``second``: its names, the second empty
    for a main effect; ``group``: effects of one number are confounded, and 0 is the mean; ``sign``: with levels coded -1
    and +1, by which the effect enters that group's contrast, that of its first effect (or of the mean) being 1.
    Interactions of three and more names, which may hide in every group, are not listed. Raises :class:`StudyError` for a
    design that is not regular.
    """
    import pandas as pd

    columns, names = _columns(design), list(design.columns)
    start = 2 * design.iloc[0].to_numpy(int) - 1
    groups: dict[int, tuple[int, int]] = {0: (0, 1)}
    rows = []
    for effect in [*itertools.combinations(range(len(names)), 1), *itertools.combinations(range(len(names)), 2)]:
        vector = columns[effect[0]] ^ (columns[effect[1]] if len(effect) == 2 else 0)
        sign = math.prod(int(start[j]) for j in effect)
        group, leading = groups.setdefault(vector, (len(groups), sign))
        first, second = names[effect[0]], names[effect[1]] if len(effect) == 2 else ""
        rows.append((f"{first}:{second}" if second else first, first, second, group, sign * leading))
    return pd.DataFrame(rows, columns=["effect", "first", "second", "group", "sign"])


def _design(names: Sequence[str], columns: Sequence[int]) -> pd.DataFrame:
    """The rows that the vectors of the names span."""
    import pandas as pd

    row = np.arange(1 << max(columns).bit_length())
    return pd.DataFrame({name: (np.bitwise_count(row & c) & 1).astype(int) for name, c in zip(names, columns, strict=True)})


def _generated(names: Sequence[str], generators: Mapping[str, Sequence[str]]) -> list[int]:
    """The vectors of names, of which some are generated by others."""
    base = [name for name in names if name not in generators]
    if unknown := sorted(set(generators) - set(names)):
        raise StudyError(f"A generator is given for {', '.join(unknown)}, which the design does not have.")
    vectors = {name: 1 << i for i, name in enumerate(base)}
    for name, of in generators.items():
        if not of or len(set(of)) < len(of) or not set(of) <= set(base):
            raise StudyError(f"The generator of {name} must be different names out of {', '.join(base) or 'none'}.")
        vectors[name] = sum(1 << base.index(other) for other in of)
    checked_rows(2 ** len(base))
    return [vectors[name] for name in names]


def _shortest_word(columns: Sequence[int]) -> int:
    """Fewest vectors that sum to zero, or one more than there are."""
    index = np.arange(1 << max(columns).bit_length())
    fewest = np.where(index == 0, 0, len(columns))  # of the vectors so far, to sum to each
    shortest = len(columns) + 1
    for column in columns:
        shortest = min(shortest, int(fewest[column]) + 1)
        fewest = np.minimum(fewest, fewest[index ^ column] + 1)
    return shortest


def _columns(design: pd.DataFrame) -> list[int]:
    """The vectors of a design's names, by which names it is regular: as many different rows as they span, equally often."""
    names = checked_names(design.columns)
    if not len(design) or not design.isin([0, 1]).all(axis=None):
        raise StudyError("A two-level design has at least one row, and no values but 0 and 1.")
    levels = design.to_numpy(int)
    basis: dict[int, tuple[int, int]] = {}  # by leading bit: what is left of a name's column, and which vector it has
    columns = []
    for j in range(len(names)):
        left, vector = int.from_bytes(np.packbits(levels[:, j] ^ levels[0, j]).tobytes(), "big"), 0
        while left and left.bit_length() in basis:
            other, its = basis[left.bit_length()]
            left, vector = left ^ other, vector ^ its
        if left:
            new = 1 << len(basis)
            basis[left.bit_length()] = left, vector ^ new
            vector = new
        columns.append(vector)
    often = design.value_counts()
    if len(often) != 2 ** len(basis) or often.nunique() != 1:
        raise StudyError("The design is not a regular fraction: its rows are not those that generators give.")
    return columns


def _fraction(k: int, resolution: int) -> list[int] | None:
    """Vectors of a fraction of ``k`` names in the fewest rows found, and of those found the one with the fewest short words."""
    for m in range(_fewest_factors(k, resolution), min(k, FRACTION.bit_length())):
        tries = itertools.product((False, True), range(resolution - 1, m + 1), (False, True))
        if found := [f for odd, weight, few in tries if (f := _filled(k, m, resolution, odd, weight, few))]:
            return min(found)[1]
    return None


def _fewest_factors(k: int, resolution: int) -> int:
    """A bound below the number of names that must run through all their combinations.

    Sums of up to half a word's length differ, and there must be as many vectors (Hamming). A name left out of a fraction
    of even resolution leaves one of the resolution below in half the rows.
    """
    even = resolution % 2 == 0
    sums = sum(math.comb(k - even, i) for i in range((resolution - 1) // 2 + 1))
    return max(resolution - 1, (sums - 1).bit_length() + even)


def _filled(k: int, m: int, resolution: int, odd: bool, weight: int, few: bool) -> tuple[tuple[int, ...], list[int]] | None:
    """Unit vectors of ``m`` names, the sum of the first ``weight`` of them, then one vector after the other, up to ``k``.

    Taken is a vector that makes no word shorter than the resolution: the one that makes the ``few``-est words of that
    length, then of the next two, or else the smallest, by which come the lexicographic codes (Conway and Sloane 1986,
    IEEE Transactions on Information Theory 32(3)). ``odd``: only vectors of odd weight, whose words have even length.
    No choice of these three is best for all numbers of names. Gives the numbers of words of those three lengths and the
    vectors; None where it gets stuck.
    """
    index = np.arange(1 << m)
    allowed = (np.bitwise_count(index) & 1).astype(bool) if odd else index > 0
    sums = np.zeros((resolution + 2, 1 << m), dtype=np.int64)  # how many sets of so many vectors sum to each
    sums[0, 0] = 1
    words = np.zeros(3, dtype=np.int64)
    columns: list[int] = []
    wanted = [*(1 << i for i in range(m)), (1 << weight) - 1]
    while len(columns) < k:
        free = np.flatnonzero(allowed & ~sums[: resolution - 1].any(axis=0))
        if len(columns) < len(wanted):
            free = free[free == wanted[len(columns)]]
        if not len(free):
            return None
        best = np.lexsort(sums[: resolution - 2 : -1, free])[0] if few else 0
        column = int(free[best])
        words += sums[resolution - 1 :, column]
        sums[1:] += sums[:-1][:, index ^ column]
        columns.append(column)
    return tuple(words.tolist()), columns
