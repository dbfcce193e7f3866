"""Studies made by hand, with effects that are known since they were planted."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from partnersim.analysis.cells import Cells


class Made:
    """Stands in for an opened study: points and outcomes as given, a lever design by name."""

    def __init__(self, points: pd.DataFrame, runs: pd.DataFrame, design: str = "", path: Path = Path("made")) -> None:
        self.points, self.runs, self.path = points, runs, path
        self.study = SimpleNamespace(levers=SimpleNamespace(design=design) if design else None, folder=path)

    @property
    def scenarios(self) -> list[str]:
        """Names, the reference first."""
        return list(dict.fromkeys(self.points["scenario"]))

    def outcomes(self, columns: Any) -> pd.DataFrame:
        """The runs, as a study reads them."""
        return self.runs[["scenario", "world", "seed", *columns]]


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
