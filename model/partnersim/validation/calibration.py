"""History matching: which values of the free parameters the quantitative patterns do not rule out.

Waves of a space-filling design are run; an emulator (a quadratic of the parameters, fitted to each output) says where further
sets could still match; the next wave is drawn there. Implausibility is the distance of an output from the middle of its target
in standard deviations, a third of the half-range counting as one, with the noise of the seeds and of the emulator added
(Craig et al. 1997; Vernon, Goldstein and Bower 2010, Bayesian Analysis 5(4)). A set is accepted where no output is
farther than CUT: where, apart from noise, all lie in their ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import qmc

from partnersim.scenario import load_parameters
from partnersim.simulate import Laboratory
from partnersim.validation import census
from partnersim.validation.validate import spread
from partnersim.validation.worlds import ensemble, variant

CUT = 3.0
"""Implausibility above which a set is ruled out: by Pukelsheim's rule 95 % of any one-humped distribution lie below."""
KEY = 20111
"""Key of the designs."""
SOBOL = 2**15
"""Candidates that fill the space, from which the emulator keeps what is not implausible."""
NEAR, NEAR_SPREAD = 2**14, 0.08
"""Candidates near the best sets so far, and how far from them, in shares of the range."""
RIDGE = 1e-3


@dataclass(frozen=True)
class Target:
    """The range in which a measure is to lie."""

    measure: str
    low: float
    high: float
    pattern: str

    @property
    def middle(self) -> float:
        """The middle of the range."""
        return (self.low + self.high) / 2

    @property
    def sd(self) -> float:
        """What counts as one standard deviation of observation and model together."""
        return (self.high - self.low) / 2 / CUT


@dataclass(frozen=True)
class Space:
    """Free parameters and their ranges."""

    names: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    default: np.ndarray

    @classmethod
    def of(cls, names: Sequence[str], start: Mapping[str, float] | None = None) -> Space:
        """The declared ranges of these parameters, and where to ``start`` from: by default at the declared values."""
        found = [load_parameters()[name] for name in names]
        start = start or {p.name: p.value for p in found}
        low, high = (np.array([getattr(p, key) for p in found]) for key in ("low", "high"))
        return cls(tuple(names), low, high, np.array([start[name] for name in names]))

    def values(self, unit: np.ndarray) -> np.ndarray:
        """From the unit cube to the ranges, to four digits so that a table holds them exactly."""
        raw = self.low + unit * (self.high - self.low)
        return np.array([[float(f"{x:.4g}") for x in row] for row in np.atleast_2d(raw)]).clip(self.low, self.high)

    def unit(self, values: np.ndarray) -> np.ndarray:
        """From the ranges to the unit cube."""
        return (np.atleast_2d(values) - self.low) / (self.high - self.low)


def first_wave(space: Space, n: int) -> np.ndarray:
    """The default set, then a scrambled Sobol sequence over the ranges: (n, parameter) values."""
    sobol = qmc.Sobol(len(space.names), scramble=True, rng=np.random.default_rng(KEY))
    unit = sobol.random_base2(max(n - 1, 1).bit_length())
    return np.vstack([space.default, space.values(unit)])[:n]


def simulate_sets(
    space: Space, sets: np.ndarray, targets: Sequence[Target], seeds: Sequence[int], months: int = 120
) -> Iterator[dict[str, float]]:
    """For each set its digest, and each measure with the standard error of its mean over seeds; NaN where a run fails."""
    usual = Laboratory(variant("set"), months=months)
    for values in sets:
        free = dict(zip(space.names, map(float, values), strict=True))
        lab = usual.in_world(free)
        row: dict[str, float] = {"digest": variant("set", free).digest[:16]}  # type: ignore[dict-item]
        try:
            runs = ensemble([lab], seeds, census.count, census.settle, lambda _: None)["set"]
        except RuntimeError:
            row |= {name: np.nan for t in targets for name in (t.measure, f"{t.measure}_error")}
        else:
            pseudo = spread([t.measure for t in targets], runs, seeds)
            row |= {name: float(value) for name, value in pseudo.mean().items()}
            row |= {f"{name}_error": float(value) for name, value in pseudo.sem().items()}
        yield row


def implausibility(table: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """Implausibility of each simulated set (row) and measure (column); infinite where a run failed."""
    columns = {
        t.measure: (table[t.measure] - t.middle).abs() / np.hypot(t.sd, pooled(table[f"{t.measure}_error"])) for t in targets
    }
    return pd.DataFrame(columns).fillna(np.inf)


def pooled(errors: pd.Series) -> float:
    """One standard error for all sets: that of a single set rests on a few seeds."""
    return float(np.sqrt((errors**2).mean()))


def features(unit: np.ndarray, products: bool) -> np.ndarray:
    """Constant, linear and square terms of points of the unit cube, and those of two parameters where wanted."""
    x = 2 * np.atleast_2d(unit) - 1
    i, j = np.triu_indices(x.shape[1], k=1)
    parts = [np.ones((len(x), 1)), x, x * x, *([x[:, i] * x[:, j]] if products else [])]
    return np.hstack(parts)


@dataclass(frozen=True)
class Emulator:
    """Quadratic of the parameters for each measure, with the standard deviation of what it misses."""

    weights: np.ndarray
    sd: np.ndarray
    products: bool

    @classmethod
    def fit(cls, unit: np.ndarray, outputs: np.ndarray) -> Emulator:
        """By ridge regression; what it misses is measured by leaving each point out.

        Products of parameters take part where there are three points for each term.
        """
        products = len(unit) >= 3 * features(unit[:1], True).shape[1]
        x = features(unit, products)
        penalty = RIDGE * len(x) * np.eye(x.shape[1])
        penalty[0, 0] = 0.0
        inverse = np.linalg.solve(x.T @ x + penalty, x.T)
        weights = inverse @ outputs
        leverage = np.einsum("ij,ji->i", x, inverse)
        left_out = (outputs - x @ weights) / (1 - leverage.clip(max=0.95))[:, None]
        return cls(weights, left_out.std(axis=0), products)

    def implausibility(self, unit: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
        """Of each point (row) and measure, what the emulator misses allowed for."""
        middle, sd = np.array([t.middle for t in targets]), np.array([t.sd for t in targets])
        found = np.empty((len(unit), len(targets)))
        for first in range(0, len(unit), 4096):
            seen = features(unit[first : first + 4096], self.products) @ self.weights
            found[first : first + 4096] = np.abs(seen - middle) / np.hypot(sd, self.sd)
        return found


def next_wave(
    space: Space, table: pd.DataFrame, targets: Sequence[Target], wave: int, n: int
) -> tuple[np.ndarray, dict[str, float]]:
    """Sets for the next wave, and how much of the space the emulator does not rule out.

    Drawn from candidates that are not implausible; where there are too few, from those that are least so.
    """
    candidates, each, emulator = _candidates(space, table, targets, wave)
    score = each.max(axis=1)
    plausible = np.flatnonzero(score < CUT)
    order = np.random.default_rng([KEY, wave, 1]).permutation(plausible)
    chosen = order[:n] if len(plausible) >= n else np.argsort(score, kind="stable")[:n]
    told = {
        "space_left": float((score[:SOBOL] < CUT).mean()),
        **{f"{t.measure}_emulator_sd": float(s) for t, s in zip(targets, emulator.sd, strict=True)},
    }
    return space.values(candidates[chosen]), told


def finalists(space: Space, table: pd.DataFrame, targets: Sequence[Target], wave: int, n: int) -> np.ndarray:
    """Sets to decide between with more seeds: the middle of the accepted ones, the ``n`` nearest, and ``n`` that promise most.

    What was picked for being near with a few seeds owes them much; the emulator owes each seed little.
    """
    each = implausibility(table, targets)
    order = np.argsort(distance(each), kind="stable")
    kept = table[list(space.names)].to_numpy()[order[: max(int((each.max(axis=1) < CUT).sum()), n)]]
    candidates, seen, _ = _candidates(space, table, targets, wave)
    score = distance(seen)
    promising = space.values(candidates[np.argsort(score, kind="stable")[:n]])
    middle = space.values(np.median(space.unit(kept), axis=0))
    return np.vstack([middle, kept[:n], promising])


def distance(each: pd.DataFrame | np.ndarray) -> np.ndarray:
    """Root mean square of implausibilities over the measures; infinite for a set that one of them rules out."""
    values = np.asarray(each, dtype=float)
    return np.where((values < CUT).all(axis=1), np.sqrt((values**2).mean(axis=1)), np.inf)


def _candidates(
    space: Space, table: pd.DataFrame, targets: Sequence[Target], wave: int
) -> tuple[np.ndarray, np.ndarray, Emulator]:
    """Points of the unit cube, the first SOBOL all over it and the others near the best sets; their emulated implausibility."""
    whole = table.dropna(subset=[t.measure for t in targets])
    unit = space.unit(whole[list(space.names)].to_numpy())
    emulator = Emulator.fit(unit, whole[[t.measure for t in targets]].to_numpy())
    rng = np.random.default_rng([KEY, wave])
    cube = qmc.Sobol(len(space.names), scramble=True, rng=rng).random(SOBOL)
    worst = implausibility(whole, targets).max(axis=1).to_numpy()
    best = unit[np.argsort(worst, kind="stable")[:40]]
    near = best[rng.integers(len(best), size=NEAR)] + NEAR_SPREAD * rng.standard_normal((NEAR, unit.shape[1]))
    candidates = np.vstack([cube, near.clip(0.0, 1.0)])
    return candidates, emulator.implausibility(candidates, targets), emulator


def reachable(table: pd.DataFrame, targets: Sequence[Target]) -> list[Target]:
    """Targets that some set of ``table`` meets: others are misses of structure, which no search over these parameters mends.

    Left in, one such target would rule everything out and hide what can be matched.
    """
    met = (implausibility(table, targets) < CUT).any()
    return [t for t in targets if met[t.measure]]


def accepted(table: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """The sets that no measure rules out, the least implausible first, with ``implausibility``."""
    worst = implausibility(table, targets).max(axis=1)
    return table.assign(implausibility=worst)[worst < CUT].sort_values("implausibility", kind="stable")


def moves(space: Space, found: pd.DataFrame, best: pd.DataFrame) -> pd.DataFrame:
    """How far sets lie from the defaults: a row a parameter.

    Columns: ``default``; ``middle``, the median of ``found``; ``nearest``, the value in that set of ``found`` which is nearest to
    the defaults by root mean square of shares of the ranges, and ``moved``, that share; ``low, high`` (5 % and 95 % of the
    ``best`` sets) and ``shrunk``, their width over the range's.
    """
    unit, start = space.unit(found[list(space.names)].to_numpy()), space.unit(space.default)
    near = unit[((unit - start) ** 2).mean(axis=1).argmin()]
    low, high = np.quantile(space.unit(best[list(space.names)].to_numpy()), [0.05, 0.95], axis=0)
    frame: Mapping[str, object] = {
        "default": space.default,
        "middle": space.values(np.median(unit, axis=0))[0],
        "nearest": space.values(near)[0],
        "moved": near - start[0],
        "low": space.values(low)[0],
        "high": space.values(high)[0],
        "shrunk": (high - low) / 0.9,
    }
    return pd.DataFrame(frame, index=pd.Index(space.names, name="parameter"))
