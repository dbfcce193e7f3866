"""The search for packages of levers that no other package beats, within a number of runs.

Few levers are searched whole: all packages are run, with the same seeds. Of many, a first population is run (nothing, each
lever, all, the library's packages, random ones), then one population after the other: a surface is fitted to all runs so far
(:mod:`surface`), NSGA-II (Deb et al. 2002, IEEE Transactions on Evolutionary Computation 6(2); pymoo) looks for the front on
that surface, and what it finds is run. Half of each population is looked for with the number of levers as one more loss, so
that small packages and packages of small cost are known too. Packages of a population have the same seeds, and the next
population has others: what a lever owes to the luck of a dozen seeds would else be taken for its merit, however many packages
show it. Those best at the end are run again with seeds that the search has not seen, on which alone they are to be judged.

Everything follows from the runs and the key of the search: after an interrupt, the same packages are asked for again, and those
that were run are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from partnersim.ledger import HEADLINES
from partnersim.study.pareto import NAMES, SIGNS, non_dominated, objectives
from partnersim.study.plan import Plan, with_packages
from partnersim.study.runner import Wanted
from partnersim.study.spec import SearchDesign
from partnersim.study.store import OUTCOMES, read_part
from partnersim.study.surface import Surface

if TYPE_CHECKING:
    from pymoo.core.problem import Problem

GENERATIONS = 60
"""Of NSGA-II on the surface, between two populations that are run."""
MATINGS = 3
"""Tries to fill a generation with packages that it has not yet: in a small space there may be none, and pymoo would try on."""
IDLE = 3
"""Populations without a new package after which the search ends."""
BY_FRONT = 2 / 3
"""Of the packages to confirm, those taken from the front; the others are from that with the number of levers as a loss."""
Levers = np.ndarray
"""Package x lever, 0 or 1."""


class Search:
    """A search that a study asks for, to be run once."""

    name = "packages"

    def __init__(self, asked: SearchDesign) -> None:
        self._asked = asked
        self._table = pd.DataFrame()

    def first(self, plan: Plan) -> Wanted:
        """What is run in any case, of a search's first plan."""
        return self._wanted(plan, np.zeros(len(plan), dtype=int))

    def most(self, plan: Plan) -> int:
        """Runs at most, of a search's first plan."""
        confirming = self._asked.confirm * self._asked.confirm_seeds
        return min(2 ** len(plan.strengths.columns) * self._asked.seeds + confirming, self._asked.runs)

    def run(self, plan: Plan, folder: Path) -> Iterator[tuple[Plan, Wanted]]:
        """The packages so far and the seeds wanted of each; they must be made before the next are asked for."""
        asked, runs = self._asked, _Runs(folder)
        held = plan.study.seeds[asked.blocks * asked.seeds :]
        room = asked.runs - asked.confirm * len(held)
        n_levers = len(plan.strengths.columns)
        is_whole = 2**n_levers * asked.seeds <= room
        rest = _all_packages(n_levers) if is_whole else _random_packages(n_levers, asked.population, asked.key)
        plan = _with(plan, _new(_levers(plan), rest)[: room // asked.seeds - len(plan)])
        block = np.zeros(len(plan), dtype=int)
        yield plan, self._wanted(plan, block)
        idle, round_ = 0, 0
        while not is_whole and idle < IDLE and (left := room // asked.seeds - len(plan)) > 0:
            surface, levers, _ = self._surface(plan, runs, block)
            found = _look(surface, levers, asked.population, asked.key + len(plan) + idle)
            more = _new(_levers(plan), found)[: min(asked.population, left)]
            idle = 0 if len(more) else idle + 1
            if len(more):
                round_ += 1
                plan = _with(plan, more)
                block = np.append(block, np.full(len(more), round_ % asked.blocks))
                yield plan, self._wanted(plan, block)
        chosen, table = self._chosen(plan, runs, block)
        wanted = self._wanted(plan, block)
        yield plan, wanted | {point: (*wanted[point], *held) for point in chosen}
        self._table = self._told(plan, runs, held, chosen, table)

    def _wanted(self, plan: Plan, block: np.ndarray) -> dict[int, Sequence[int]]:
        """Seeds by point: those of its block."""
        n = self._asked.seeds
        seeds = [plan.study.seeds[number * n : (number + 1) * n] for number in range(self._asked.blocks)]
        return {point: seeds[number] for point, number in enumerate(block)}

    def _surface(self, plan: Plan, runs: _Runs, block: np.ndarray) -> tuple[Surface, Levers, np.ndarray]:
        """Fitted to the packages that have all their numbers, their levers, and which packages they are."""
        values = runs.values(plan.digests, list(self._wanted(plan, block).values()))
        there = ~np.isnan(values).any(axis=(1, 2))
        values, levers = values[there], _levers(plan)[there]
        halves = np.stack([objectives(values[:, first::2]) for first in (0, 1)])
        return Surface(levers, objectives(values) * SIGNS, halves * SIGNS, block[there]), levers, there

    def _chosen(self, plan: Plan, runs: _Runs, block: np.ndarray) -> tuple[list[int], pd.DataFrame]:
        """Points to confirm, in their order, and what the search makes of each package; nothing at all is always confirmed."""
        surface, levers, there = self._surface(plan, runs, block)
        estimates = surface.estimates
        front = np.zeros(len(plan), dtype=bool)
        front[there] = non_dominated(estimates)
        with_size = np.column_stack([estimates, levers.sum(axis=1)])
        best = [*_spread(estimates, round(BY_FRONT * self._asked.confirm)), *_spread(with_size, self._asked.confirm)]
        chosen = list(dict.fromkeys([0, *np.flatnonzero(there)[best].tolist()]))[: self._asked.confirm]
        table = pd.DataFrame({"scenario": plan.names, "levers": _levers(plan).sum(axis=1), "front": front})
        shown = np.full((len(plan), len(NAMES)), np.nan)
        shown[there] = estimates * SIGNS
        for j, name in enumerate(NAMES):
            table[name] = shown[:, j]
        return sorted(chosen), table

    def _told(self, plan: Plan, runs: _Runs, held: Sequence[int], chosen: list[int], table: pd.DataFrame) -> pd.DataFrame:
        found = np.full((len(plan), len(NAMES)), np.nan)
        found[chosen] = objectives(runs.values([plan.digests[point] for point in chosen], [held] * len(chosen)))
        confirmed = np.zeros(len(plan), dtype=bool)
        confirmed[chosen] = non_dominated(found[chosen] * SIGNS)
        table["chosen"] = np.isin(np.arange(len(plan)), chosen)
        table["confirmed"] = confirmed
        return table.assign(**{f"held_{name}": found[:, j] for j, name in enumerate(NAMES)})

    def table(self) -> pd.DataFrame:
        """A row a package that was run, in the order in which they were.

        ``scenario``; ``levers``: how many; ``front``: whether no other beats it by what the search estimates; the objectives as
        estimated from the search's seeds and the surface; ``chosen``: to be run with seeds held out; ``confirmed``: whether
        none of those chosen beats it on these seeds; ``held_...``: the objectives on them.
        """
        return self._table


def last_plan(plan: Plan, points: pd.DataFrame) -> Plan:
    """The plan at the end of a finished search: its first one with all packages that ``points`` of the folder tells of."""
    rows = points[plan.strengths.columns].to_numpy(int)
    return _with(plan, _new(_levers(plan), rows))


class _Runs:
    """Headline outcomes of the runs in a folder, read part by part as they come; parts never change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / OUTCOMES
        self._seen: set[str] = set()
        self._found: dict[str, dict[int, np.ndarray]] = {}

    def _read(self) -> None:
        for path in sorted(self._folder.glob("*.parquet")):
            if path.name in self._seen:
                continue
            self._seen.add(path.name)
            table = read_part(path, ["point", "seed", *HEADLINES])
            values = np.column_stack([table.column(name).to_numpy() for name in HEADLINES])
            points, seeds = table.column("point").to_pylist(), table.column("seed").to_pylist()
            for point, seed, row in zip(points, seeds, values, strict=True):
                self._found.setdefault(point, {})[seed] = row

    def values(self, points: Sequence[str], seeds: Sequence[Sequence[int]]) -> np.ndarray:
        """Point x seed x headline outcome, of as many seeds of each point; NaN where a run has none."""
        self._read()
        nothing, none = dict[int, np.ndarray](), np.full(len(HEADLINES), np.nan)
        of = zip(points, seeds, strict=True)
        return np.array([[self._found.get(point, nothing).get(seed, none) for seed in mine] for point, mine in of])


def _levers(plan: Plan) -> Levers:
    return plan.strengths.to_numpy(int)


def _with(plan: Plan, levers: Levers) -> Plan:
    return with_packages(plan, pd.DataFrame(levers, columns=plan.strengths.columns)) if len(levers) else plan


def _new(known: Levers, found: Levers) -> Levers:
    """The packages found that are not known, each once, in their order."""
    rows = {row.tobytes(): row for row in np.asarray(found, dtype=int)}
    for row in known:
        rows.pop(row.tobytes(), None)
    return np.array(list(rows.values()), dtype=int).reshape(-1, known.shape[1])


def _all_packages(n: int) -> Levers:
    return np.arange(2**n)[:, None] >> np.arange(n) & 1


def _random_packages(n: int, wanted: int, key: int) -> Levers:
    """With as many levers as it comes, all numbers alike."""
    rng = np.random.default_rng([key, n])
    order, sizes = rng.random((wanted, n)).argsort(axis=1), rng.integers(1, n, wanted)
    return (order < sizes[:, None]).astype(int)


def _look(surface: Surface, levers: Levers, population: int, key: int) -> Levers:
    """Packages on the fronts of the surface, in turn of that with and without the number of levers as a loss."""
    fronts = []
    for with_size in (False, True):
        estimates = surface.estimates
        known = np.column_stack([estimates, levers.sum(axis=1)]) if with_size else estimates
        fronts.append(_evolved(surface, levers[_spread(known, population)], with_size, population, key))
    return np.stack(fronts, axis=1).reshape(-1, levers.shape[1])


def _evolved(surface: Surface, start: Levers, with_size: bool, population: int, key: int) -> Levers:
    """The population of NSGA-II after its generations on the surface, the best first."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.operators.crossover.ux import UniformCrossover
    from pymoo.operators.mutation.bitflip import BitflipMutation

    n = start.shape[1]
    algorithm = NSGA2(
        pop_size=population,
        sampling=start.astype(bool),
        crossover=UniformCrossover(),
        mutation=BitflipMutation(prob_var=1 / n),
        eliminate_duplicates=True,
    )
    algorithm.mating.n_max_iterations = MATINGS
    algorithm.setup(_problem(n, len(NAMES) + with_size), termination=("n_gen", GENERATIONS + 1), seed=key)
    while algorithm.has_next():
        asked: Any = algorithm.ask()
        levers = asked.get("X").astype(int)
        losses = surface(levers)
        asked.set("F", np.column_stack([losses, levers.sum(axis=1)]) if with_size else losses)
        for one in asked:
            one.evaluated.add("F")
        algorithm.tell(infills=asked)
    last: Any = algorithm.pop
    levers = last.get("X").astype(int)
    order = _spread(last.get("F"), population)
    found = np.zeros((population, n), dtype=int)  # nothing at all is known, where the population is short
    found[: len(order)] = levers[order]
    return found


def _spread(losses: np.ndarray, wanted: int) -> list[int]:
    """Rows of the first fronts, of the last of them those farthest from each other."""
    from pymoo.core.population import Population
    from pymoo.operators.survival.rank_and_crowding import RankAndCrowding

    rows = Population.new(X=np.arange(len(losses))[:, None], F=losses)
    kept: Any = RankAndCrowding().do(_problem(1, losses.shape[1]), rows, n_survive=wanted, random_state=np.random.default_rng(0))
    return [int(index) for index in kept.get("X")[:, 0]]


def _problem(n_levers: int, n_losses: int) -> Problem:
    from pymoo.core.problem import Problem

    return Problem(n_var=n_levers, n_obj=n_losses, xl=0, xu=1, vtype=bool)
