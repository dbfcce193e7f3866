"""Boxes in which cases of interest are dense: the patient rule induction method.

Friedman and Fisher 1999 (Statistics and Computing 9(2)), used as Bryant and Lempert 2010 do to discover scenarios
(Technological Forecasting and Social Change 77(1)). From all cases, one end of one input is peeled off after the other, about
a twentieth of the cases in the box at a time, and each box on the way trades coverage for density:

- *density*: share of the cases in the box that are of interest; *coverage*: share of the cases of interest that are in it;
- *support*: share of all cases that are in it; *restricted*: how many inputs it restricts;
- *quasi-p* of a restriction: the probability that as many cases of interest would be in the box by chance, were the density
  that of the box without this restriction. Boxes are made to have low ones, so they order restrictions and prove nothing;
  proof is for cases that were kept out of the search.

Peeled is what gains most density for each case removed: an input of two values loses half its cases at once, and would
otherwise be taken before the patient steps of the others. Every box on the way is then cleared of the restrictions that may be
chance, worst first, and one is chosen (:func:`chosen`), whose ends are pasted back as long as that makes it denser.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

ALPHA = 0.05
"""Share of the cases in a box that a step removes or adds."""
SMALLEST_STEP = 6
"""Cases that a step removes at least: fewer say too little of their rate, and steps go astray among many inputs."""
MOST_INPUTS = 10
"""Inputs that are searched: those by which cases of interest differ most from others.

Measured with SMALLEST_STEP on two telling inputs and 38 (266) others, a rate of 0.8 in the box and 0.2 outside: of 256 cases on
average 1.9 (2.0) of the two are found, of 128 cases 1.2 (1.4); of 256 without either limit 0.5 (none). The 20 seeds are those
that the choice was made with, so these figures may flatter."""
LEAST_SUPPORT = 0.05
FEWEST_INSIDE = 10
"""Cases below which a box is not peeled further, whatever its share."""
FEWEST = 10
"""Cases of interest, and others, that a search needs."""
LEAST_COVERAGE = 1 / 3
"""Of a box that is chosen: below, it tells too little of when it happens."""
CHANCE = 0.05
"""Quasi-p from which a restriction may be chance."""
CURVE = ("kind", "step", "coverage", "density", "support", "inside", "restricted", "largest_quasi_p")


@dataclass(frozen=True)
class Box:
    """Ends by input, both inside; only inputs that are restricted, an end that is not being infinite."""

    ends: Mapping[str, tuple[float, float]]

    def holds(self, inputs: pd.DataFrame) -> np.ndarray:
        """Which rows are inside: true or false for each."""
        inside = np.ones(len(inputs), dtype=bool)
        for name, (low, high) in self.ends.items():
            values = inputs[name].to_numpy(float)
            inside &= (low <= values) & (values <= high)
        return inside


@dataclass(frozen=True)
class Found:
    """A box and how it was found.

    ``quasi_p`` by restricted input, the surest first. ``curve``: rows of ``kind`` *peeled* (each box on the way), *cleared* (the
    same without what may be chance) and *chosen* (the one row of ``box``), with coverage, density and support as shares, cases
    ``inside``, the number ``restricted`` and the ``largest_quasi_p`` (NaN where nothing is restricted). Peeled boxes lie in one
    another, so that support falls from row to row and coverage never rises.
    """

    box: Box
    quasi_p: Mapping[str, float]
    curve: pd.DataFrame


class _Cases:
    """Inputs (case x input) and whether each case is of interest, with the steps of the method as functions of ends."""

    def __init__(self, inputs: pd.DataFrame, of_interest: np.ndarray, alpha: float) -> None:
        self.names = [str(name) for name in inputs.columns]
        self.x = inputs.to_numpy(float)
        self.y = of_interest.astype(float)
        self.alpha = alpha
        self.is_whole = (self.x == np.round(self.x)).all(axis=0)
        self.fewest = max(FEWEST_INSIDE, math.ceil(LEAST_SUPPORT * len(self.x)))

    def all_free(self) -> np.ndarray:
        """Ends (2 x input) that restrict nothing."""
        return np.array([[-math.inf], [math.inf]]).repeat(len(self.names), axis=1)

    def inside(self, ends: np.ndarray) -> np.ndarray:
        return ((ends[0] <= self.x) & (self.x <= ends[1])).all(axis=1)

    def peeled(self) -> list[np.ndarray]:
        """The ends of each box on the way, the first of which restricts nothing."""
        ends = self.all_free()
        path, x, y = [ends], self.x, self.y
        while 0 < y.mean() < 1:
            n = len(x)
            k = min(max(math.floor(self.alpha * n), SMALLEST_STEP), n - 1)
            cuts = np.partition(x, [k - 1, n - k], axis=0)[[k - 1, n - k]]
            keeps = np.stack([x > cuts[0], x < cuts[1]])
            kept = keeps.sum(axis=1)
            gain = np.einsum("n,snd->sd", y, keeps) / np.maximum(kept, 1) - y.mean()
            # A loss counts more the more it removes, so that steps stay patient where nothing can be gained at once.
            score = np.where(gain > 0, gain / (n - kept), gain * (n - kept))
            score[kept < self.fewest] = -math.inf
            side, j = np.unravel_index(score.argmax(), score.shape)
            if score[side, j] == -math.inf:
                break
            keep = keeps[side, :, j]
            rest = x[keep, j]
            ends = ends.copy()
            ends[side, j] = self._end(j, float(cuts[side, j]), float(rest.max() if side else rest.min()))
            path.append(ends)
            x, y = x[keep], y[keep]
        return path

    def _end(self, j: int | np.integer, outside: float, inside: float) -> float:
        """The new end between the outermost case inside and the next one outside: whole for whole numbers, else round."""
        return inside if self.is_whole[j] else roundest(outside, inside)

    def quasi_p(self, ends: np.ndarray) -> pd.Series:
        """By restricted input, the lowest first."""
        from scipy.special import bdtrc

        restricted = np.flatnonzero(np.isfinite(ends).any(axis=0))
        x = self.x[:, restricted]
        misses = (x < ends[0, restricted]) | (x > ends[1, restricted])
        n_missed = misses.sum(axis=1)
        inside = n_missed == 0
        n, k = inside.sum(), self.y[inside].sum()
        only = misses[n_missed == 1]
        wider, wins = n + only.sum(axis=0), k + self.y[n_missed == 1] @ only
        p = bdtrc(k - 1, n, wins / wider) if k else np.ones(len(restricted))
        return pd.Series(p, index=restricted).sort_values(kind="stable")

    def cleared(self, ends: np.ndarray) -> np.ndarray:
        """Without the restrictions that may be chance: the worst is dropped, and the others are judged anew."""
        ends = ends.copy()
        while len(p := self.quasi_p(ends)) and p.iloc[-1] >= CHANCE:
            ends[:, p.index[-1]] = -math.inf, math.inf
        return ends

    def pasted(self, ends: np.ndarray) -> np.ndarray:
        """Ends moved outwards, about a share alpha of the cases inside at a time, as long as that makes the box denser."""
        while True:
            inside = self.inside(ends)
            density, k = self.y[inside].mean(), max(math.floor(self.alpha * inside.sum()), 1)
            best = None
            for side, j in zip(*np.nonzero(np.isfinite(ends)), strict=True):
                wider = ends.copy()
                wider[side, j] = math.inf if side else -math.inf
                beyond = np.sort(self.x[self.inside(wider) & ~inside, j])
                if len(beyond) > k:
                    outward = beyond if side else beyond[::-1]
                    after = outward[k:][outward[k:] != outward[k - 1]]
                    if len(after):
                        wider[side, j] = self._end(j, after[0], outward[k - 1])
                denser = self.y[self.inside(wider)].mean()
                if denser > density:
                    best, density = wider, denser
            if best is None:
                return ends
            ends = best

    def row(self, kind: str, step: int, ends: np.ndarray) -> tuple:
        """A row of the curve."""
        inside = self.inside(ends)
        p, n, k = self.quasi_p(ends), int(inside.sum()), self.y[inside].sum()
        largest = float(p.max()) if len(p) else math.nan
        return kind, step, k / self.y.sum(), k / max(n, 1), n / len(inside), n, len(p), largest


def find_box(
    inputs: pd.DataFrame, of_interest: np.ndarray, alpha: float = ALPHA, least_coverage: float = LEAST_COVERAGE
) -> Found | None:
    """The box that is chosen among those of one peeling; None where no box has a restriction that is more than chance.

    ``inputs``: case x input, numbers of any kind; ends of whole numbers (and of 0 and 1) are whole. ``of_interest``: true or
    false for each case, with some of both. Only the :func:`most_telling` inputs are searched.
    """
    cases = _Cases(inputs[most_telling(inputs, of_interest)], of_interest, alpha)
    path = cases.peeled()
    clear = [cases.cleared(ends) for ends in path]
    rows = [cases.row("peeled", step, ends) for step, ends in enumerate(path)]
    rows += [cases.row("cleared", step, ends) for step, ends in enumerate(clear)]
    curve = pd.DataFrame(rows, columns=list(CURVE))
    step = chosen(curve[curve["kind"] == "cleared"], least_coverage)
    if step is None:
        return None
    ends = cases.pasted(clear[step])
    curve.loc[len(curve)] = cases.row("chosen", step, ends)
    p = cases.quasi_p(ends)
    box = Box({cases.names[j]: (float(ends[0, j]), float(ends[1, j])) for j in p.index})
    return Found(box, {cases.names[j]: float(value) for j, value in p.items()}, curve)


def most_telling(inputs: pd.DataFrame, of_interest: np.ndarray, most: int = MOST_INPUTS) -> list[str]:
    """Names of the inputs whose distributions among cases of interest and among others lie furthest apart, in their order.

    The distance is that of Kolmogorov and Smirnov. It overlooks inputs that tell only together with others.
    """
    order = np.argsort(inputs.to_numpy(float), axis=0, kind="stable")
    x, y = np.take_along_axis(inputs.to_numpy(float), order, axis=0), of_interest[order]
    apart = np.abs(np.cumsum(y / y.sum(axis=0) - ~y / (~y).sum(axis=0), axis=0))
    apart[:-1][x[1:] == x[:-1]] = 0.0  # in the midst of equal values
    best = np.argsort(-apart.max(axis=0), kind="stable")[:most]
    return [str(inputs.columns[j]) for j in np.sort(best)]


def chosen(curve: pd.DataFrame, least_coverage: float = LEAST_COVERAGE) -> int | None:
    """The step whose box is chosen, None where none restricts anything and covers enough.

    Of the boxes that cover at least so much, those count whose density is within one standard error of the highest; of these the
    one with the fewest restrictions, and of several the one that covers most.
    """
    able = curve[(curve["restricted"] > 0) & (curve["coverage"] >= least_coverage)]
    if able.empty:
        return None
    n, density = (able.loc[able["density"].idxmax(), column] for column in ("inside", "density"))
    share = (density * n + 1) / (n + 2)  # since a box without a miss has no error by its own density
    dense = able[able["density"] >= density - math.sqrt(share * (1 - share) / n)]
    return int(dense.sort_values(["restricted", "coverage"], ascending=[True, False], kind="stable")["step"].iloc[0])


def find_boxes(
    inputs: pd.DataFrame,
    of_interest: np.ndarray,
    most: int = 2,
    alpha: float = ALPHA,
    least_coverage: float = LEAST_COVERAGE,
) -> list[Found]:
    """Boxes one after the other, each among the cases that are in none before; up to ``most``, and as long as enough are left."""
    found: list[Found] = []
    left = np.ones(len(inputs), dtype=bool)
    while len(found) < most and is_enough(of_interest[left]):
        box = find_box(inputs[left], of_interest[left], alpha, least_coverage)
        if box is None:
            break
        found.append(box)
        left &= ~box.box.holds(inputs)
    return found


def is_enough(of_interest: np.ndarray) -> bool:
    """Whether there are enough cases of interest, and enough others, to look for a box."""
    n = int(of_interest.sum())
    return n >= FEWEST and len(of_interest) - n >= FEWEST


def roundest(outside: float, inside: float) -> float:
    """The number of fewest digits near the middle of the two that divides them."""
    middle = (outside + inside) / 2
    low, high = min(outside, inside), max(outside, inside)
    tries = (float(f"{middle:.{digits}g}") for digits in range(1, 16))
    return next((value for value in tries if low < value < high), inside)
