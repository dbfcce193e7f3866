"""A study's runs as seeds x cells: one number for each seed and scenario, and which levers are in use in which scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from partnersim.analysis.inworlds import read_in_worlds
from partnersim.english import counted
from partnersim.study.factorial import aliases
from partnersim.study.files import StudyError
from partnersim.study.paired import FEWEST

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy

NEEDED = 'Put `design = "{}"` under [levers] in the study file, and run it with `partnersim study run FILE`.'

ROUNDING = 1e-13
"""Share of the sum of absolute values that is taken for rounding; sums of a thousand cells were seen to leave 1e-15."""


@dataclass(frozen=True)
class Cells:
    """Runs of a two-level design of levers.

    ``levels``: cell x lever, 0 for off and 1 for on, a regular design (:mod:`partnersim.study.factorial`); ``seeds``; ``values``:
    for each outcome seeds x cells, NaN where a run is missing or has no number.
    """

    levels: pd.DataFrame
    seeds: np.ndarray
    values: Mapping[str, np.ndarray]

    @property
    def levers(self) -> list[str]:
        """Names, in the order of the design."""
        return list(self.levels.columns)

    @property
    def signs(self) -> np.ndarray:
        """Cell x lever, -1 for off and +1 for on."""
        return 2.0 * self.levels.to_numpy(float) - 1.0

    def whole(self, outcome: str) -> np.ndarray:
        """Values of the seeds without a missing cell; the rows of others are NaN throughout.

        Raises :class:`StudyError` where fewer than 3 seeds are whole.
        """
        values = self.values[outcome]
        broken = np.isnan(values).any(axis=1)
        if (n := int((~broken).sum())) < FEWEST:
            raise StudyError(
                f"{outcome}: {counted(n, 'seed')} with a number in each of {counted(len(self.levels), 'scenario')}; intervals "
                f"need {FEWEST}. Raise `seeds` and say `partnersim study expand FILE`, or finish the study with "
                "`partnersim study run FILE --retry`."
            )
        return np.where(broken[:, None], np.nan, values)


def contrasted(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums of each seed's cells with the weights: seeds x contrasts, of seeds x cells and cells x contrasts.

    What rounding alone may leave is zero, so that a lever that changes nothing is seen to change nothing.
    """
    found = values @ weights
    dust = ROUNDING * (np.abs(values) @ np.abs(weights))
    return np.where(np.abs(found) <= dust, 0.0, found)


def seed_means(study: OpenedStudy, outcomes: Sequence[str]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The seeds, ascending, and for each outcome seeds x scenarios (the order of the points): means over worlds.

    NaN where the run of one of the worlds is missing or has no number.
    """
    data = read_in_worlds(study, outcomes)
    return data.seeds, {
        name: np.ascontiguousarray(of.mean(axis=1).T) for name, of in zip(data.outcomes, data.values, strict=True)
    }


def factorial_cells(study: OpenedStudy, outcomes: Sequence[str]) -> Cells:
    """The cells of a study whose levers are off or on by a full or fractional factorial.

    Raises :class:`StudyError` for another design, for levers in part use and for several base scenarios.
    """
    points = study.points
    scenarios = points[points["world"] == points["world"].iloc[0]].set_index("scenario").drop(columns=["point", "world"])
    levels = scenarios.loc[:, scenarios.nunique() > 1]  # within a world nothing but levers differs
    needed = NEEDED.format("fractional-factorial")
    if levels.columns.empty:
        raise StudyError(f"{study.path}: no lever is off in some scenarios and on in others. {needed}")
    if len(part := np.argwhere(~levels.isin([0, 1]).to_numpy())):
        row, column = part[0]
        told = f"{levels.columns[column]} has strength {levels.iloc[row, column]:g}; effects need levers off (0) or on (1)"
        raise StudyError(f"{study.path}: {told}. {needed}")
    if levels.duplicated().any():
        raise StudyError(
            f"{study.path}: several scenarios have the same levers in use; effects are taken of one base. "
            "Keep one under `scenarios` in each study file."
        )
    try:
        aliases(levels)
    except StudyError:
        raise StudyError(
            f"{study.path}: its levers are no full or fractional factorial, so none has an effect of its own. {needed}"
        ) from None
    return Cells(levels.astype(int), *seed_means(study, outcomes))


def lever_labels(study: OpenedStudy) -> dict[str, str]:
    """For each lever of the library and beside the study, its id and title, such as ``L1 Agreement templates``."""
    from partnersim.languages.names import names
    from partnersim.scenario import load_levers
    from partnersim.scenario.levers import lever_folder

    folders = [lever_folder()]
    if (own := lever_folder(study.study.folder)).is_dir() and own.resolve() != folders[0].resolve():
        folders.append(own)
    return {name: names().lever_label(lever) for name, lever in load_levers(*folders).items()}
