"""From a study to its points: scenarios of the lever design in worlds of the uncertainty design, each known by its content.

A *point* is a scenario in a world; a *run* is a point and a seed. Points are ordered by world, then scenario, and known by a
digest of everything that makes their runs: content, size and months. Worlds are drawn by name and number, so that a study may
be enlarged without a change to what it has.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from partnersim.channels import CHANNELS, Channel
from partnersim.scenario import (
    Lever,
    Parameter,
    Scenario,
    ScenarioError,
    find_scenario,
    library,
    load_parameters,
    load_scenario,
)
from partnersim.scenario.reading import span, unknown
from partnersim.study import designs, factorial
from partnersim.study.files import StudyError
from partnersim.study.packages import Packages, first_rows, levers_for, named_levers
from partnersim.study.spec import LeverDesign, Study, WorldDesign

ONE_WORLD = pd.DataFrame(index=[0])
CALIBRATED = ("calibration", "accepted.csv")
"""The accepted sets of the library's calibration."""


@dataclass(frozen=True)
class Plan:
    """All that a study may run.

    ``scenarios``: the reference first; ``strengths``: scenario x lever, of the levers that the design varies (no column where
    there is none); ``worlds``: world x name, in the unit of each, one row without columns where nothing is varied.
    """

    study: Study
    scenarios: tuple[Scenario, ...]
    strengths: pd.DataFrame
    worlds: pd.DataFrame

    def __len__(self) -> int:
        """Number of points."""
        return len(self.scenarios) * len(self.worlds)

    @property
    def names(self) -> list[str]:
        """Names of the scenarios."""
        return [scenario.name for scenario in self.scenarios]

    @functools.cached_property
    def digests(self) -> list[str]:
        """``p`` and fifteen hexadecimal digits for each point: with a letter in front, nothing takes them for numbers."""
        suffix = f"|{self.study.size}|{self.study.months}"
        found = []
        for values in self._values:
            told = json.dumps(values, sort_keys=True) if values else ""
            for scenario in self.scenarios:
                digest = hashlib.sha256(f"{scenario.digest}{told}{suffix}".encode()).hexdigest()
                found.append(f"p{digest[:15]}")
        return found

    @functools.cached_property
    def _values(self) -> list[dict[str, float]]:
        if not len(self.worlds.columns):
            return [{}]
        return [dict(zip(self.worlds.columns, map(float, row), strict=True)) for row in self.worlds.to_numpy()]

    @functools.cached_property
    def groups(self) -> list[list[int]]:
        """Points whose runs share the world after burn-in, since their scenarios set the same numbers."""
        sharing: dict[str, list[int]] = {}
        for number, scenario in enumerate(self.scenarios):
            key = json.dumps([scenario.population, sorted(scenario.values.items())])
            sharing.setdefault(key, []).append(number)
        n = len(self.scenarios)
        return [[world * n + number for number in group] for world in range(len(self.worlds)) for group in sharing.values()]

    def content(self, point: int) -> tuple[Scenario, dict[str, float]]:
        """The scenario of a point, and the numbers that its world sets."""
        world, number = divmod(point, len(self.scenarios))
        return self.scenarios[number], self._values[world]

    def label(self, point: int) -> tuple[str, int]:
        """Scenario and world of a point."""
        world, number = divmod(point, len(self.scenarios))
        return self.scenarios[number].name, world

    def table(self) -> pd.DataFrame:
        """A row a point: ``point`` (its digest), ``scenario, world``, then strengths of levers and numbers of the world."""
        worlds = self.worlds.assign(world=range(len(self.worlds)))
        table = designs.product(worlds, self.strengths.assign(scenario=self.names)).assign(point=self.digests)
        return table[["point", "scenario", "world", *self.strengths.columns, *self.worlds.columns]]


def make_plan(study: Study, loaded: Sequence[Scenario] | None = None) -> Plan:
    """Expand a study; ``loaded`` are its scenarios where they are not to be read from files.

    ``ScenarioError`` and :class:`StudyError` for all that is wrong with it, before anything is run.
    """
    parameters = load_parameters()
    bases = loaded or [load_scenario(find_scenario(text, study.folder)) for text in study.scenarios]
    scenarios, strengths = list(bases), pd.DataFrame(index=range(len(bases)))
    if study.levers:
        scenarios, strengths = _use_levers(study, bases, study.levers, parameters)
    if study.search:
        return first_plan(study, bases[0], parameters)
    names = [scenario.name for scenario in scenarios]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise StudyError(f"Scenarios need different names; given more than once: {', '.join(twice)}.")
    worlds = ONE_WORLD
    if study.uncertainties:
        worlds = _worlds(study, study.uncertainties, parameters)
        for scenario in scenarios:
            if both := sorted(set(scenario.values) & set(worlds.columns)):
                raise StudyError(f"{scenario.name} sets {both[0]}, which the uncertainties vary; leave it out of one of them.")
    return Plan(study, tuple(scenarios), strengths, worlds)


def first_plan(study: Study, base: Scenario, parameters: Mapping[str, Parameter]) -> Plan:
    """Where a search begins: nothing, each lever alone, all of them, and the packages of the library."""
    asked = study.search
    assert asked is not None
    levers = levers_for(study.folder, [base])
    names = named_levers(asked.names, levers, f"{_at(study)}[search], key levers")
    rows = first_rows(names)
    user = Packages(base, levers, parameters, asked.start, asked.ramp)
    return Plan(study, tuple(user.scenario(row) for _, row in rows.iterrows()), rows, ONE_WORLD)


def with_packages(plan: Plan, rows: pd.DataFrame) -> Plan:
    """A search's plan with more packages, which none of its own are; ``rows``: row x lever, 0 or 1."""
    base, asked = plan.scenarios[0], plan.study.search
    assert asked is not None
    user = Packages(base, levers_for(plan.study.folder, [base]), load_parameters(), asked.start, asked.ramp)
    more = [user.scenario(row) for _, row in rows.iterrows()]
    return Plan(plan.study, (*plan.scenarios, *more), pd.concat([plan.strengths, rows], ignore_index=True), plan.worlds)


def _use_levers(
    study: Study, bases: Sequence[Scenario], design: LeverDesign, parameters: Mapping[str, Parameter]
) -> tuple[list[Scenario], pd.DataFrame]:
    """Each base with each row of the lever design, of levers of the library, beside the study and of the bases."""
    levers = levers_for(study.folder, bases)
    rows = _lever_rows(design, levers, _at(study))
    found, strengths = [], []
    for base in bases:
        user = Packages(base, levers, parameters, design.start, design.ramp, design.design.endswith("factorial"))
        for _, row in rows.iterrows():
            found.append(user.scenario(row, base.name if len(bases) > 1 else ""))
            strengths.append(row)
    return found, pd.DataFrame(strengths).reset_index(drop=True)


def _lever_rows(design: LeverDesign, levers: Mapping[str, Lever], at: str) -> pd.DataFrame:
    """Row x lever: strengths from 0 to 1. The first row has none in use, but for a grid whose lists begin otherwise."""
    names = named_levers(list(design.strengths) or design.names, levers, f"{at}[levers], key names")
    if design.design == "grid":
        return designs.grid(design.strengths)
    if design.design == "one-at-a-time":
        return designs.one_at_a_time(dict.fromkeys(names, (1.0,)), dict.fromkeys(names, 0.0))
    if design.design == "full-factorial":
        return factorial.full_factorial(names)
    return factorial.fractional_factorial(names, resolution=design.resolution)


def _worlds(study: Study, design: WorldDesign, parameters: Mapping[str, Parameter]) -> pd.DataFrame:
    """World x name, in units."""
    if design.design == "calibration":
        return _accepted_sets(study, design, parameters)
    known: dict[str, Parameter | Channel] = {n: p for n, p in parameters.items() if p.role == "uncertainty"}
    known |= {c.name: c for c in CHANNELS if not math.isnan(c.baseline)}
    ranges = _ranges(design, known, _at(study))
    if design.design == "grid":
        return designs.grid(design.values)
    if design.design == "one-at-a-time":
        values = {n: design.values.get(n) or ranges[n] for n in [*ranges, *(n for n in design.values if n not in ranges)]}
        base = {n: _usual(known[n]) for n in values}
        return designs.one_at_a_time(values, base)
    names, key = list(ranges), design.key
    if design.design == "latin-hypercube":
        unit = designs.latin_hypercube(names, design.points, key)
    elif design.design == "sobol":
        unit = designs.sobol(names, design.points, key)
    elif design.design == "morris":
        unit = designs.morris(names, design.points, key)
    else:
        unit = designs.saltelli(names, design.points, key, second_order=design.second_order)
    return designs.scaled(unit, ranges)


def _at(study: Study) -> str:
    """The study's file, for the front of a message."""
    return f"{study.path}, " if study.path else ""


def _usual(thing: Parameter | Channel) -> float:
    return thing.value if isinstance(thing, Parameter) else thing.baseline


def _ranges(design: WorldDesign, known: Mapping[str, Parameter | Channel], at: str) -> dict[str, tuple[float, float]]:
    """The range of each number that varies; every name and value is checked against what is declared."""
    # All parameters: the bounds of channels say what is lawful, not what is likely.
    wanted = [name for name, thing in known.items() if isinstance(thing, Parameter)] if design.names == ("all",) else design.names
    ranges: dict[str, tuple[float, float]] = {}
    asked = {**dict.fromkeys(wanted), **design.ranges, **{n: (min(v), max(v)) for n, v in design.values.items()}}
    for name, ends in asked.items():
        if name not in known:
            raise StudyError(f"{at}[uncertainties]: {unknown('uncertainty', name, known)}.")
        low, high = known[name].low, known[name].high
        if ends and not low <= ends[0] <= ends[1] <= high:
            raise StudyError(f"{at}[uncertainties], {name}: {span(*ends)} is out of its range; allowed: {span(low, high)}.")
        if name not in design.values:
            ranges[name] = ends or (low, high)
    if empty := [name for name, (low, high) in ranges.items() if low == high]:
        raise StudyError(f"{at}[uncertainties], {empty[0]}: a range without width; leave it out, or give it a width.")
    return ranges


def _accepted_sets(study: Study, design: WorldDesign, parameters: Mapping[str, Parameter]) -> pd.DataFrame:
    """The first sets of a calibration's file: its columns that are parameters."""
    path = (study.folder / design.file) if design.file else library().joinpath(*CALIBRATED)
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise StudyError(f"{_at(study)}[uncertainties], key file: {path} cannot be read ({error}).") from None
    sets = table[[name for name in table.columns if name in parameters]].astype(float)
    if sets.empty:
        raise StudyError(f"{_at(study)}[uncertainties], key file: {path} has no column that is a parameter, or no row.")
    if design.points > len(sets):
        raise StudyError(f"{_at(study)}[uncertainties], key points: {design.points} sets asked for; {path.name} has {len(sets)}.")
    for name in sets:
        low, high = parameters[name].low, parameters[name].high
        outside = sets[name][(sets[name] < low) | (sets[name] > high)]
        if len(outside):
            raise ScenarioError(f"{path}, {name}: {outside.iloc[0]:g} is out of its range; allowed: {span(low, high)}")
    return sets.head(design.points or len(sets)).reset_index(drop=True)
