"""Studies that were never run: opened ones whose numbers are written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from partnersim.study.opened import OpenedStudy
from partnersim.study.spec import Study, WorldDesign


class Made(OpenedStudy):
    """Points and runs as given, a lever design by name."""

    def __init__(self, points: pd.DataFrame, runs: pd.DataFrame, design: str = "", path: Path = Path("made")) -> None:
        self.points, self.runs, self.path = points, runs, path
        self.study: Any = SimpleNamespace(levers=SimpleNamespace(design=design) if design else None, folder=path)

    def outcomes(self, columns: Any = None) -> pd.DataFrame:
        """The runs, as a study reads them."""
        return self.runs[["scenario", "world", "seed", *columns]]


class Written(OpenedStudy):
    """``numbers``: world x number; ``outcome(scenario, name)`` gives its values, world x seed; NaN is a missing run."""

    def __init__(
        self,
        numbers: pd.DataFrame,
        outcome: Callable[[str, str], np.ndarray],
        design: str = "sobol",
        scenarios: tuple[str, ...] = ("baseline", "shared-screening"),
        **asked: object,
    ) -> None:
        self.path = Path("results/written")
        worlds = WorldDesign(design, tuple(numbers.columns), **asked) if design else None
        self.study = Study("Written", "What is in it?", scenarios=scenarios, uncertainties=worlds)
        self.is_complete = True
        rows = [(f"p{w}{s}", s, w, *row) for w, row in enumerate(numbers.to_numpy()) for s in scenarios]
        self.points = pd.DataFrame(rows, columns=["point", "scenario", "world", *numbers.columns])
        self._outcome = outcome

    def outcomes(self, columns=None):
        """The values as rows."""
        parts = [self._scenario(name, columns) for name in self.scenarios]
        return pd.concat(parts).sort_values(["world", "seed"], kind="stable", ignore_index=True)

    def _scenario(self, scenario: str, columns: list[str]) -> pd.DataFrame:
        values: Mapping[str, np.ndarray] = {name: self._outcome(scenario, name) for name in columns}
        worlds, seeds = next(iter(values.values())).shape
        rows = {"scenario": scenario, "world": np.repeat(range(worlds), seeds), "seed": np.tile(range(seeds), worlds)}
        return pd.DataFrame({**rows, **{name: of.ravel() for name, of in values.items()}}).dropna()


def harmed(names: Sequence[str], harm: Callable, seed: int, n: int = 240, seeds: int = 3, **how: object) -> Written:
    """Worlds of numbers in 0 to 1, where ``shared-screening`` costs 100 + ``harm(numbers, rng)``, ``all-three`` 100 - it."""
    rng = np.random.default_rng(seed)
    numbers = pd.DataFrame(rng.random((n, len(names))), columns=list(names))
    base = np.full((n, seeds), 100.0)
    change = np.asarray(harm(numbers, rng), float)[:, None]
    values = {"baseline": base, "shared-screening": base + change, "all-three": base - change}
    return Written(numbers, lambda scenario, _: values[scenario], **how)
