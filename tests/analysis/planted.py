"""Numbers made by hand, with effects that are known since they were planted."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from opened_by_hand import Made

from partnersim.analysis.cells import Cells
from partnersim.analysis.crossed import Crossed


def study(
    strengths: pd.DataFrame, values: dict[str, np.ndarray], design: str = "full-factorial", path: Path = Path("made")
) -> Any:
    """A study of seeds x scenarios (a row of ``strengths`` each), or of worlds x seeds x scenarios."""
    worlds = {name: np.asarray(of, float).reshape((-1, *np.shape(of)[-2:])) for name, of in values.items()}
    n_worlds, n_seeds, n = next(iter(worlds.values())).shape
    names = [f"cell-{i}" for i in range(n)]
    points = pd.concat(
        [strengths.assign(point=[f"p{w}-{i}" for i in range(n)], scenario=names, world=w) for w in range(n_worlds)],
        ignore_index=True,
    )
    points = points[["point", "scenario", "world", *strengths.columns]]
    if n_worlds > 1:
        points["accept_busy"] = 0.5 + points["world"]
    keys = list(itertools.product(range(n_worlds), range(n_seeds), names))
    runs = pd.DataFrame(keys, columns=["world", "seed", "scenario"])
    for name, of in worlds.items():
        runs[name] = of.ravel()
    return Made(points, runs, design, path)


def cells(levels: pd.DataFrame, values: dict[str, np.ndarray]) -> Cells:
    """Cells of seeds x cells, with seeds from 0 on."""
    return Cells(levels, np.arange(len(next(iter(values.values())))), values)


def response(levels: pd.DataFrame, alone: np.ndarray, together: dict[tuple[int, int], float], base: float = 100.0) -> np.ndarray:
    """What each cell gives: the base, what each lever does alone, and what pairs do beyond that."""
    on = levels.to_numpy(float)
    found: np.ndarray = base + on @ alone
    for (i, j), size in together.items():
        found = found + size * on[:, i] * on[:, j]
    return found


def mains_of(alone: np.ndarray, together: dict[tuple[int, int], float]) -> np.ndarray:
    """The main effects of such a response: half of the cells have the partner of a pair."""
    found = alone.copy()
    for (i, j), size in together.items():
        found[[i, j]] += size / 2
    return found


OUTCOMES = ("transaction_cost", "incidents", "transformative_reach")
SIGNS = {"transaction_cost": -1.0, "incidents": -1.0, "transformative_reach": 1.0}


def block(means: np.ndarray, luck: np.ndarray | float = 0.0, n_seeds: int = 4, first_seed: int = 0, inputs=None) -> Crossed:
    """``means``: outcome x policy x world; ``luck``: added, of a shape that fits outcome x policy x world x seed."""
    o, p, w = means.shape
    values = means[..., None] + np.zeros(n_seeds) + luck
    outcomes, policies = OUTCOMES[-o:], ("baseline", *(f"policy-{k}" for k in range(1, p)))
    signs = np.array([SIGNS[name] for name in outcomes])
    known = (
        pd.DataFrame(index=range(w)) if inputs is None else pd.DataFrame(inputs, columns=[f"x{j}" for j in range(len(inputs[0]))])
    )
    return Crossed(outcomes, policies, np.arange(w), first_seed + np.arange(n_seeds), values, signs, known)


def frame(data: Crossed) -> pd.DataFrame:
    """The same as a study gives it: a row a run."""
    o, p, w, s = data.values.shape
    index = pd.MultiIndex.from_product([data.policies, data.worlds, data.seeds], names=["scenario", "world", "seed"])
    return pd.DataFrame(data.values.reshape(o, -1).T, index=index, columns=list(data.outcomes)).reset_index()


def strata(n: int, columns: int, seed: int) -> np.ndarray:
    """A Latin hypercube of middles of strata: world x input."""
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(n) + 0.5 for _ in range(columns)]).T / n
