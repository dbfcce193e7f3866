"""Burn-in, months, ensembles: scenarios and seeds in, outcomes and paths out.

The world after burn-in is the same for all scenarios that share parameters, channel baselines and population, so work
goes seed by seed: one burn-in, then a copy of it for each scenario. Runs share nothing else, so threads may take seeds
in any order; the compiled engine lets go of the interpreter.
"""

from __future__ import annotations

import copy
import dataclasses
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from types import ModuleType

import numpy as np
import pandas as pd

from partnersim import month
from partnersim.columns import DTYPES, SERIES_DTYPE
from partnersim.ensemble import Runs
from partnersim.outcomes import monthly_frame, outcomes_of
from partnersim.policy import PolicyPlan, Tables, bind
from partnersim.population.build import build_world
from partnersim.population.load import Population, load_population
from partnersim.population.sizes import SIZES, WorldSize
from partnersim.scenario import (
    Scenario,
    ScenarioError,
    baseline_values,
    find_population,
    load_parameters,
    load_scenario,
    parameter_values,
)
from partnersim.scenario.reading import unknown
from partnersim.world import World, copy_world

Progress = Callable[[int], None]
"""Called with the number of runs just finished."""
Look = Callable[[World], None]
"""Called with the world between months; may look, and may raise to end the run."""


class Laboratory:
    """Everything about a scenario, a size and a length that does not depend on the seed.

    ``scenario``: a loaded one, a name or a file; ``size``: a name of ``population.sizes``; ``months``: length of the window, 1 or
    more. Raises ScenarioError for what is wrong with any of them.
    """

    def __init__(self, scenario: Scenario | str, size: str = "system", months: int = 120) -> None:
        self.scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
        self.size = world_size(size)
        if months < 1:
            raise ScenarioError(f"months is {months}; allowed are 1 and more")
        self.months = months
        parameters, self.levers = load_parameters(), self.scenario.levers
        self.population = population_of(self.scenario.population)
        self.values = parameter_values(self.scenario, parameters)
        self.base = baseline_values(self.scenario)
        self.plan = PolicyPlan(self.scenario, self.levers, self.population, self.size, months)

    @property
    def world_key(self) -> tuple:
        """Equal for scenarios that share the world after burn-in."""
        base = tuple((axis, row.tobytes()) for axis, row in sorted(self.base.items()))
        return self.scenario.population, tuple(self.values.items()), base, self.size.name, self.months

    def before(self, seed: int) -> World:
        """The world of a seed before its first month; raises ScenarioError for a negative seed."""
        if seed < 0:
            raise ScenarioError(f"seed is {seed}; allowed are whole numbers from 0")
        return build_world(self.population, self.size, seed, self.values, self.base, self.months)

    def in_world(self, values: Mapping[str, float]) -> Laboratory:
        """This laboratory with other ``values`` of parameters and channel baselines, without reading a file anew."""
        other = copy.copy(self)
        other.scenario = dataclasses.replace(self.scenario, values={**self.scenario.values, **values})
        other.values = {name: values.get(name, value) for name, value in self.values.items()}
        other.base = baseline_values(other.scenario)
        return other

    def settled(self, seed: int, look: Look | None = None, every: int = 1) -> World:
        """The world of a seed after burn-in, with empty books; ``look`` is called after every so many months of burn-in."""
        world = self.before(seed)
        world.system["study_month"] = -self.size.burn_in
        advance(world, bind(world, None), self.size.burn_in, look, every)
        open_window(world, self.months, 0)
        return world

    def start(self, settled: World, traced: int = 0, keep: bool = True) -> tuple[World, Tables]:
        """A world at the start of the study, and its policy tables: one of its own, or ``settled`` itself if not kept."""
        world = copy_world(settled) if keep else settled
        world = world._replace(trace=np.zeros(traced, dtype=DTYPES["partnership"]))
        return world, bind(world, self.plan)


_POPULATIONS: dict[str, Population] = {}


def population_of(name: str) -> Population:
    """The population with this name or path, read once; raises ScenarioError for an unknown one and for a mistake in a file."""
    folder = find_population(name)
    if str(folder) not in _POPULATIONS:
        _POPULATIONS[str(folder)] = load_population(folder)
    return _POPULATIONS[str(folder)]


def world_size(name: str) -> WorldSize:
    """A size by name; raises ScenarioError with the nearest name."""
    if name not in SIZES:
        raise ScenarioError(unknown("size", str(name), SIZES))
    return SIZES[name]


def laboratories(scenarios: Sequence[Scenario | str], size: str, months: int) -> list[Laboratory]:
    """One for each scenario. Raises ScenarioError for all that can be wrong with them, before anything is run."""
    labs = [Laboratory(s, size, months) for s in scenarios]
    names = [lab.scenario.name for lab in labs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ScenarioError(f"two scenarios are named {twice!r}; give each a name of its own")
    return labs


def advance(world: World, tables: Tables, months: int, look: Look | None = None, every: int = 1) -> None:
    """Run so many months, changing ``world``; raises RuntimeError when its register or company rows are full.

    ``look`` is called after ``every`` so many months, with the same bytes. Uncompiled, keyed draws wrap around on purpose.
    """
    step = every if look else months
    for done in range(0, months, max(step, 1)):
        with np.errstate(over="ignore"):
            month.run(world, tables, min(step, months - done))
        if look:
            look(world)
    _refuse_overflow(world)


def step_by_phases(world: World, tables: Tables, look: Callable[[str], None]) -> None:
    """One month with the bytes of :func:`advance`; ``look`` is called after each phase with the phase's name."""
    with np.errstate(over="ignore"):
        for phase in month.PHASES:
            if phase is month.step_policy:
                phase(world, tables)
            else:
                phase(world)
            look(phase.__name__)
    _refuse_overflow(world)


def _refuse_overflow(world: World) -> None:
    if world.system["n_overflow"][0]:
        raise RuntimeError(
            f"the register of partnerships ({world.partnership.size} rows) or the table of companies ({world.company.size} rows)"
            " is full: this world begins more than it was made for"
        )


def open_window(world: World, months: int, study_month: int) -> None:
    """Clear the books so that the window starts with the next month."""
    world.system["study_month"] = study_month
    world.series[:] = np.zeros((), dtype=SERIES_DTYPE)
    for name in ("days", "lever_days", "histogram"):
        world.system[name] = 0
    world.system["book"] = np.zeros((), dtype=DTYPES["book"])
    for kind in (world.entity, world.company, world.government, world.civil):
        kind["spent"] = 0.0
    world.entity["budgeted"], world.entity["n_joined"] = 0.0, 0.0


def run_one(
    lab: Laboratory, settled: World, traced: int = 0, keep: bool = True, look: Look | None = None, every: int = 1
) -> World:
    """One run of a scenario from the world after burn-in, which is used up if not kept; ``look`` as in :func:`advance`."""
    world, tables = lab.start(settled, traced, keep)
    advance(world, tables, lab.months, look, every)
    return world


def simulate(
    scenario: Scenario | str,
    seeds: int | Iterable[int] = 100,
    months: int = 120,
    size: str = "system",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Runs:
    """Run one scenario for each seed; arguments, results and errors as those of :func:`simulate_many`."""
    return next(iter(simulate_many([scenario], seeds, months, size, workers, progress).values()))


def simulate_many(
    scenarios: Sequence[Scenario | str],
    seeds: int | Iterable[int] = 100,
    months: int = 120,
    size: str = "system",
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Runs]:
    """Run scenarios on common seeds; returns their :class:`Runs` by scenario name, in the order given.

    ``seeds``: a number n for seeds 0 to n - 1, or the seeds; ``months``: length of the window after burn-in; ``workers``:
    threads, all cores unless given. Results do not depend on ``workers`` or on the order of seeds or scenarios.
    ``progress`` is called with the number of runs just finished. Raises ScenarioError for what is wrong with a scenario, a
    size, a length or a seed, before anything is run where that can be known.
    """
    labs = laboratories(scenarios, size, months)
    wanted = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    if not wanted:
        raise ScenarioError(f"seeds is {seeds}; allowed are 1 and more")
    worlds = {lab.world_key for lab in labs}
    found: dict[tuple[str, int], tuple[dict[str, float], np.ndarray]] = {}

    def block(seed: int) -> list[tuple[tuple[str, int], tuple[dict[str, float], np.ndarray]]]:
        out = []
        for key in worlds:
            sharing = [lab for lab in labs if lab.world_key == key]
            settled = sharing[0].settled(seed)
            for lab in sharing:
                world = run_one(lab, settled, keep=lab is not sharing[-1])
                out.append(((lab.scenario.name, seed), (outcomes_of(world, months), world.series)))
        return out

    pool = ThreadPoolExecutor(workers or os.cpu_count() or 1)
    try:
        jobs = [pool.submit(block, seed) for seed in dict.fromkeys(wanted)]
        for job in as_completed(jobs):
            done = job.result()
            found.update(done)
            if progress:
                progress(len(done))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return {
        lab.scenario.name: Runs(
            lab.scenario,
            wanted,
            months,
            size,
            pd.DataFrame([found[lab.scenario.name, s][0] for s in wanted], index=pd.Index(wanted, name="seed")),
            monthly_frame(wanted, [found[lab.scenario.name, s][1] for s in wanted]),
        )
        for lab in labs
    }


class _CallableModule(ModuleType):
    """Importing this module makes it the attribute ``simulate`` of the package, so it can be called like its function."""

    __call__ = staticmethod(simulate)


sys.modules[__name__].__class__ = _CallableModule
