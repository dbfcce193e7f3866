"""Scenarios made in Python, and ensembles of them read seed by seed."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pandas as pd

from partnersim.outcomes import outcomes_of
from partnersim.scenario import Lever, Parameter, Scenario, load_levers, load_parameters, make_scenario, read_policy
from partnersim.simulate import Laboratory, run_one
from partnersim.world import World

Progress = Callable[[int], object]
"""Called with the number of runs just finished."""
S = TypeVar("S")
T = TypeVar("T")


def use(lever: str, options: Mapping[str, object] | None = None, sizes: Mapping[str, float] | None = None) -> dict[str, object]:
    """One lever in full use from the first month, as a ``[[policy]]`` block.

    ``sizes`` are other sizes of the lever's contributions, within the ranges of its file.
    """
    return {"lever": lever, "start": 1, "ramp": 0, "options": dict(options or {}), "set": dict(sizes or {})}


def variant(name: str, values: Mapping[str, float] | None = None, *policies: Mapping[str, object]) -> Scenario:
    """Baseline with other ``values`` of parameters and channels, and ``policies`` as blocks of a scenario file, if any."""
    levers, parameters = _library()
    read = [read_policy(dict(block), levers, name, number) for number, block in enumerate(policies, 1)]
    return make_scenario(name, read, values, parameters=parameters, levers=levers)


@functools.cache
def _library() -> tuple[Mapping[str, Lever], Mapping[str, Parameter]]:
    return load_levers(), load_parameters()


def ensemble(
    labs: Sequence[Laboratory],
    seeds: Sequence[int],
    run: Callable[[Laboratory, S], T],
    settle: Callable[[Laboratory, int], S],
    progress: Progress,
) -> dict[str, list[T]]:
    """What ``run`` reads of each laboratory's run of each seed, by scenario name, in the order of seeds.

    ``settle`` makes what a seed's laboratories of one world start from; ``run`` must leave it as it is. Seeds are taken by
    threads, since the compiled engine lets go of the interpreter; results do not depend on their number.
    """
    groups: dict[tuple, list[Laboratory]] = {}
    for lab in labs:
        groups.setdefault(lab.world_key, []).append(lab)

    def block(seed: int) -> dict[str, T]:
        found = {}
        for group in groups.values():
            start = settle(group[0], seed)
            for lab in group:
                found[lab.scenario.name] = run(lab, start)
                progress(1)
        return found

    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        blocks = [job.result() for job in [pool.submit(block, seed) for seed in seeds]]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return {lab.scenario.name: [found[lab.scenario.name] for found in blocks] for lab in labs}


def outcomes(
    scenarios: Sequence[Scenario], seeds: Sequence[int], months: int, progress: Progress, size: str = "system"
) -> dict[str, pd.DataFrame]:
    """Seeds x outcomes by scenario name; ``checks`` (own checks a year) is added to the outcomes of the table."""

    def read(lab: Laboratory, settled: World) -> dict[str, float]:
        world = run_one(lab, settled)
        return {**outcomes_of(world, months), "checks": float(world.series["checks"].sum()) * 12 / months}

    labs = [Laboratory(scenario, size, months) for scenario in scenarios]
    found = ensemble(labs, seeds, read, Laboratory.settled, progress)
    return {name: pd.DataFrame(rows, index=pd.Index(seeds, name="seed")) for name, rows in found.items()}
