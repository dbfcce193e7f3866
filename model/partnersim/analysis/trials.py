"""Packages on common seeds: what the analyses of fronts and budgets take, and whole seeds resampled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from partnersim.ledger import HEADLINES
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL, paired_differences, simultaneous
from partnersim.study.pareto import NAMES, OBJECTIVES, SIGNS, objectives
from partnersim.study.resampling import generator

RESAMPLES = 499
"""Resamples of whole seeds of a front: a share is then known to two hundredths, an end of an interval to a tenth of its width."""
FEWEST = 3
"""Seeds below which nothing is said."""


@dataclass(frozen=True)
class Trials:
    """``values``: package x seed x headline outcome, each a number. ``missing``: packages that lack some, and are left out."""

    names: tuple[str, ...]
    seeds: np.ndarray
    values: np.ndarray
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, runs: pd.DataFrame, seeds: Sequence[int] | None = None, names: Sequence[str] | None = None) -> Trials:
        """From ``scenario, seed`` (and ``world``, over which a seed's number is the mean), then the headline outcomes.

        ``seeds``: those wanted, all that there are unless given; ``names``: packages wanted, in their order, all unless given.
        ``StudyError`` for packages that are not there, fewer than 3 seeds, and where no package has a number of all seeds.
        """
        wanted = sorted(set(runs["seed"].tolist()) if seeds is None else set(seeds))
        order = list(dict.fromkeys(runs["scenario"].tolist())) if names is None else list(names)
        if strange := sorted(set(order) - set(runs["scenario"])):
            raise StudyError(
                f"No package {strange[0]!r} was run; there are {runs['scenario'].nunique():,}, named as in points.csv."
            )
        if len(wanted) < FEWEST:
            raise StudyError(f"{len(wanted)} seeds say nothing of a front; at least {FEWEST} are needed, and 50 say something.")
        mine = runs[runs["seed"].isin(wanted)]
        if "world" in mine and mine["world"].nunique() > 1:
            table = mine.groupby(["scenario", "seed"], observed=True)[list(HEADLINES)].agg(lambda x: x.mean(skipna=False))
        else:
            table = mine.set_index(["scenario", "seed"])[list(HEADLINES)]
        index = pd.MultiIndex.from_product([order, wanted], names=["scenario", "seed"])
        values = table.reindex(index).to_numpy(float).reshape(len(order), len(wanted), len(HEADLINES))
        whole = ~np.isnan(values).any(axis=(1, 2))
        if not whole.any():
            raise StudyError(f"No package has a run of each of these {len(wanted)} seeds; `partnersim study status` says why.")
        kept = [name for name, is_there in zip(order, whole, strict=True) if is_there]
        lacking = [name for name, is_there in zip(order, whole, strict=True) if not is_there]
        return cls(tuple(kept), np.array(wanted), values[whole], tuple(lacking))

    def only(self, names: Sequence[str]) -> Trials:
        """These packages alone, in this order. ``StudyError`` for one that is not there."""
        places = [self.place(name) for name in names]
        return Trials(tuple(names), self.seeds, self.values[places])

    def place(self, name: str) -> int:
        """Of a package. ``StudyError`` for one that is not there."""
        if name not in self.names:
            raise StudyError(f"No package {name!r} with a number of each seed; there are {len(self.names):,}.")
        return self.names.index(name)

    def table(self) -> pd.DataFrame:
        """Package x objective (:data:`partnersim.study.pareto.OBJECTIVES`), in units."""
        return pd.DataFrame(objectives(self.values), index=pd.Index(self.names, name="package"), columns=list(NAMES))

    def resampled(self, resamples: int = RESAMPLES) -> Iterator[np.ndarray]:
        """Objectives (package x objective) where whole seeds are drawn with replacement, the same for all packages."""
        rng, n = generator(self.seeds, "front"), len(self.seeds)
        for _ in range(resamples):
            yield objectives(self.values[:, rng.integers(n, size=n)])


def improvements(trials: Trials, reference: str, names: Sequence[str] | None = None, level: float = LEVEL) -> pd.DataFrame:
    """How much better than the reference packages are: index ``package, objective``, columns ``improvement, low, high``.

    In units, positive is better. The intervals of the means hold together over packages and means (max-t over seeds); those of
    the percentile hold together over packages, from the largest of its deviations in resamples of seeds, each in its standard
    deviation there. ``names``: packages wanted, all but the reference unless given.
    """
    wanted = [name for name in (trials.names if names is None else dict.fromkeys(names)) if name != reference]
    if not wanted:
        raise StudyError(f"Nothing is there to compare with {reference}: it is the only package.")
    mine = trials.only([reference, *wanted])
    index = pd.Index(mine.seeds, name="seed")
    frames = [pd.DataFrame(values, index=index, columns=list(HEADLINES)) for values in mine.values]
    family = simultaneous(paired_differences(frames[0], dict(zip(wanted, frames[1:], strict=True)), HEADLINES), level)
    shares = np.stack([found[1:] - found[0] for found in mine.resampled()])
    whole = objectives(mine.values)
    rows = []
    for j, objective in enumerate(OBJECTIVES):
        if objective.quantile is None:
            part = family.xs(objective.outcome, level="outcome").loc[wanted]
            found, low, high = (part[column].to_numpy() for column in ("difference", "low", "high"))
        else:
            found = whole[1:, j] - whole[0, j]
            half = _half_widths(shares[:, :, j] - found, level)
            low, high = found - half, found + half
        ends = np.sort(np.stack([-SIGNS[j] * low, -SIGNS[j] * high]), axis=0)
        rows.append(pd.DataFrame({"package": wanted, "objective": objective.name, "improvement": -SIGNS[j] * found,
                                  "low": ends[0], "high": ends[1]}))  # fmt: skip
    table = pd.concat(rows).set_index(["package", "objective"])
    return table.loc[[(name, objective) for name in wanted for objective in NAMES]]


def _half_widths(deviations: np.ndarray, level: float) -> np.ndarray:
    """Of intervals of columns that hold together; ``deviations``: resample x column."""
    spread = deviations.std(axis=0)
    scaled = np.divide(np.abs(deviations), spread, out=np.zeros_like(deviations), where=spread > 0)
    return float(np.quantile(scaled.max(axis=1), level)) * spread
