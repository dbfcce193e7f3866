"""Runs by world and what worlds differ in, read once for all analyses in which worlds vary."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from partnersim.channels import CHANNELS
from partnersim.languages.catalogue import LANGUAGE, Catalogue
from partnersim.languages.names import names
from partnersim.languages.speaking import catalogue, speaking
from partnersim.ledger import OUTCOMES, SERIES
from partnersim.scenario import load_parameters
from partnersim.study import words
from partnersim.study.files import StudyError
from partnersim.study.reading import read_monthly

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy

WORLDS_NEEDED = (
    'Put [uncertainties] with design = "latin-hypercube", names = "all" and points = 256 in the study file, '
    "and run it with `partnersim study run FILE`."
)
BARE = ("0-1", "share", "probability", "ratio", "correlation", "index", "score", "weight", "number")
"""Units that a number is said without."""


@dataclass(frozen=True)
class Input:
    """What differs between worlds, for readers."""

    title: str
    unit: str

    def amount(self, value: float) -> str:
        """``1.2 staff-days``, or ``0.4`` of what has no unit."""
        number, unit = words.number(value), names().unit(self.unit)
        return number if self.unit in BARE else catalogue("analysis")("worlds.amount", number=number, unit=unit)


@dataclass(frozen=True)
class InWorlds:
    """What policies give in worlds, seed by seed.

    ``values``: outcome x policy x world x seed, in the outcomes' units, NaN where a run is missing or has no value; policies are
    scenarios, the reference first.
    """

    outcomes: tuple[str, ...]
    policies: tuple[str, ...]
    worlds: np.ndarray
    seeds: np.ndarray
    values: np.ndarray

    def of(self, policy: str, outcome: str) -> np.ndarray:
        """World x seed."""
        found: np.ndarray = self.values[self.outcomes.index(outcome), self.policies.index(policy)]
        return found

    def difference(self, policy: str, outcome: str) -> np.ndarray:
        """World x seed: the policy minus the reference."""
        return self.of(policy, outcome) - self.of(self.policies[0], outcome)


def in_worlds(
    frame: pd.DataFrame, outcomes: Sequence[str], policies: Sequence[str] | None = None, worlds: np.ndarray | None = None
) -> InWorlds:
    """The block of a frame with ``scenario, world, seed`` and the outcomes, a row a run.

    ``policies``: in their order, the reference first; ``worlds``: ascending; those of the frame unless given. Raises
    :class:`StudyError` for a run given twice.
    """
    names = pd.Index(frame["scenario"].unique() if policies is None else policies)
    worlds = np.unique(frame["world"]) if worlds is None else worlds
    seeds, seed = np.unique(frame["seed"].to_numpy(), return_inverse=True)
    at = names.get_indexer(frame["scenario"]), np.searchsorted(worlds, frame["world"]), seed
    shape = len(names), len(worlds), len(seeds)
    if (np.bincount(np.ravel_multi_index(at, shape)) > 1).any():
        raise StudyError("A run is given twice: each scenario has each world and seed once.")
    values = np.full((len(outcomes), *shape), np.nan)
    for of, outcome in zip(values, outcomes, strict=True):
        of[at] = frame[outcome].to_numpy(float)
    return InWorlds(tuple(outcomes), tuple(map(str, names)), worlds, seeds, values)


def read_in_worlds(opened: OpenedStudy, outcomes: Sequence[str]) -> InWorlds:
    """The outcomes of all runs of a study. :class:`StudyError` for an outcome there is not."""
    return in_worlds(opened.outcomes(outcomes), outcomes, opened.scenarios, np.sort(opened.points["world"].unique()))


def numbers_of_worlds(opened: OpenedStudy) -> pd.DataFrame:
    """World (the index) x number that differs between worlds, in units: of one scenario, since levers differ between them."""
    points = opened.points[opened.points["scenario"] == opened.scenarios[0]].set_index("world").sort_index()
    numbers = points.drop(columns=["point", "scenario"])
    return numbers.loc[:, numbers.nunique() > 1].astype(float)


def input_of(name: str) -> Input:
    """Title and unit of what may differ between worlds, a parameter or the baseline of a channel; of others their name alone."""
    return _declared().get(name) or Input(name, "")


@functools.cache
def _declared() -> Mapping[str, Input]:
    # Of a channel's meaning the first clause, which says what it is.
    channels = {c.name: Input(c.meaning.partition(";")[0].rstrip("."), c.unit) for c in CHANNELS}
    return channels | {name: Input(p.title, p.unit) for name, p in load_parameters().items()}


def require_design(opened: OpenedStudy, designs: Sequence[str], needed: str) -> None:
    """Raises :class:`StudyError`, with what is ``needed``, unless the worlds of a study have one of the designs."""
    worlds = opened.study.uncertainties
    if worlds is None or worlds.design not in designs:
        raise StudyError(f"{opened.path} has {f'the design {worlds.design}' if worlds else 'one world'}; {needed}")


def shown_by(reference: str, name: str) -> str:
    """Title of what a scenario shows in a world: ``in the baseline: open cases``."""
    return catalogue("analysis")("worlds.shown", scenario=names().short(reference) or reference, what=words.label(name).lower())


def reworded(name: str, title: str) -> str:
    """The title of what differs between worlds, kept in English, in the language that is spoken."""
    found = re.fullmatch(Catalogue("analysis")("worlds.shown", scenario="(.+)", what="(.+)"), title)
    if found:
        with speaking(LANGUAGE):
            known = {words.label(name).lower(): name for name in [*(o.name for o in OUTCOMES), *(s.name for s in SERIES)]}
            what = known.get(found[2], "")
        return shown_by(found[1], what) if what else title
    say = catalogue("analysis")
    return say(f"title.{name}") if say.has(f"title.{name}") else names().titled(name, title)


def described_worlds(opened: OpenedStudy, what: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Input]]:
    """What the reference scenario shows in each world: means over its runs of outcomes, or of monthly paths that are kept.

    Returns world x ``in the baseline: open cases`` and so on, after the reference's name, and titles and units by these names.
    """
    reference = opened.scenarios[0]
    mine = opened.points[opened.points["scenario"] == reference]
    outcomes = {o.name: o.unit for o in OUTCOMES}
    paths = {s.name: s.unit for s in SERIES if s.name in opened.study.monthly and s.name not in outcomes}
    if strange := [name for name in what if name not in outcomes and name not in paths]:
        from partnersim.scenario.reading import unknown

        raise StudyError(f"{unknown('outcome or monthly path that is kept', strange[0], [*outcomes, *paths])}.")
    if not what:
        return pd.DataFrame(index=mine["world"].sort_values()), {}
    wanted = [name for name in what if name in outcomes], [name for name in what if name in paths]
    frames = opened.outcomes(wanted[0]), read_monthly(opened.path, mine, None, wanted[1])
    of_reference = [frame[frame["scenario"] == reference] for frame in frames]
    means = [of.groupby("world")[names].mean() for of, names in zip(of_reference, wanted, strict=True) if names]
    told = {name: shown_by(reference, name) for name in what}
    inputs = {told[name]: Input(told[name], (outcomes | paths)[name]) for name in what}
    return pd.concat(means, axis=1)[list(what)].rename(columns=told), inputs
