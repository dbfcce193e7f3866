"""How many runs a study has, how long they take and how large they are, before it is run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnersim.english import bytes_told, counted, some, time_told
from partnersim.study import runner, stages
from partnersim.study.conduct import expected_bytes, simulator_of
from partnersim.study.runs import Cell
from partnersim.study.search import Search

if TYPE_CHECKING:
    from partnersim.study.plan import Plan

OVERHEAD = 100e-6
"""Seconds that the runner takes for a run, at most."""


@dataclass(frozen=True)
class Estimate:
    """``runs`` at least, ``most`` where the data decide; ``burn_ins`` that they share; seconds of each, measured on the spot."""

    runs: int
    most: int
    burn_ins: int
    run_seconds: float
    burn_in_seconds: float
    bytes: float

    @property
    def seconds(self) -> float:
        """Work of the runs, on one worker."""
        return self.runs * (self.run_seconds + OVERHEAD) + self.burn_ins * self.burn_in_seconds


def estimate(plan: Plan) -> Estimate:
    """Count, and measure one burn-in and one run of the first point."""
    rule = stages.rule_of(plan.study, plan.names)
    wanted = stages.first(plan, rule)
    runs = runner.total(wanted)
    most = rule.cap * len(plan) if rule and not isinstance(rule, Search) else runs
    burn_ins = sum(len(wanted[group[0]]) for group in plan.groups)
    if isinstance(rule, Search):
        runs = most = rule.most(plan)
        burn_ins = len(plan.study.seeds)
    simulator = simulator_of(plan)
    simulator.prepare()
    cell = Cell(plan.digests[0], plan.content(0))
    seed = plan.study.seeds[0]
    times: dict[int, list[float]] = {1: [], 2: []}
    for cells in ((cell,), (cell, cell)) * 3:
        started = time.perf_counter()
        for result in simulator.run(cells, seed):
            if isinstance(result, Exception):
                raise result
        times[len(cells)].append(time.perf_counter() - started)
    alone, both = min(times[1]), min(times[2])  # the first also reads files, and others may be disturbed
    run_seconds = max(both - alone, alone / 10)
    return Estimate(runs, most, burn_ins, run_seconds, max(alone - run_seconds, 0.0), expected_bytes(plan, runs))


def told(plan: Plan, found: Estimate, workers: int, free: float) -> str:
    """The plan in a few lines."""
    study, n_worlds = plan.study, len(plan.worlds)
    each = " at first" if study.precision or study.best else ""
    lines = [
        study.title,
        f"Question: {study.question}",
        f"Scenarios: {some(plan.names, 8)}.",
    ]
    if study.uncertainties:
        lines.append(f"Worlds: {study.uncertainties.design}, varying {some(list(plan.worlds.columns), 8)}.")
    runs_told = f"{counted(found.runs, 'run')} of {counted(study.months, 'month')}, size {study.size}."
    factors = [counted(len(plan.names), "scenario"), counted(n_worlds, "world"), counted(_seeds(plan, found), "seed") + each]
    if study.search is not None:
        confirming = study.search.confirm * study.search.confirm_seeds
        packages = counted((found.runs - confirming) // study.search.seeds, "package")
        lines.append(f"These and others, {packages} x {counted(study.search.seeds, 'seed')} at most, then "
                     f"{study.search.confirm} x {counted(study.search.confirm_seeds, 'seed')}: {runs_told}")  # fmt: skip
    else:
        lines.append(f"{' x '.join(factors)} = {runs_told}")
    if found.most > found.runs:
        lines.append(f"How many more is decided by the data: {counted(found.most, 'run')} at most.")
    pace = f"{1000 * found.run_seconds:.3g} ms a run and {1000 * found.burn_in_seconds:.3g} ms a burn-in, measured now"
    lines.append(f"Time: {time_told(found.seconds / workers)} on {counted(workers, 'worker')} ({pace}).")
    lines.append(f"Disk: about {bytes_told(found.bytes)}, and some MB of figures; {bytes_told(free)} free.")
    return "\n".join(lines)


def _seeds(plan: Plan, found: Estimate) -> int:
    return found.runs // len(plan)
