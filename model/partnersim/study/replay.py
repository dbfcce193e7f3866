"""One run of a study made again, to see what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from partnersim.study.conduct import question, simulator_of
from partnersim.study.files import StudyError
from partnersim.study.opened import OpenedStudy
from partnersim.study.plan import Plan, make_plan
from partnersim.study.runs import Cell
from partnersim.study.store import ADVICE


@dataclass(frozen=True)
class Replayed:
    """A run made again: which it is, its outcomes or what it raised, and whether they equal what is stored (None: nothing is)."""

    scenario: str
    world: int
    seed: int
    outcomes: dict[str, float] | None
    error: Exception | None
    equal: bool | None


def replay(path: Path, key: str) -> Replayed:
    """Make a run again, here and without a time limit.

    ``key``: point and seed as tables and messages give it, or ``scenario:seed``, ``scenario:world:seed``. ``StudyError`` for an
    unknown one, and where files that the study names have changed.
    """
    opened = OpenedStudy(path)
    plan = make_plan(opened.study)
    if question(plan).engine != opened.asked.engine:
        raise StudyError(f"{path} holds runs of another model version; a run made now could differ. {ADVICE}")
    point, seed = _meant(plan, key)
    scenario, world = plan.label(point)
    if plan.digests[point] not in set(opened.points["point"]):
        raise StudyError(f"{scenario}: what its files say has changed since the study in {path} was begun.")
    simulator = simulator_of(plan)
    simulator.time_limit = float("inf")
    try:
        (result,) = simulator.run([Cell(plan.digests[point], plan.content(point))], seed)
    except Exception as error:
        result = error
    if isinstance(result, Exception):
        return Replayed(scenario, world, seed, None, result, None)
    outcomes = dict(zip(simulator.outcomes, result[0].tolist(), strict=True))
    return Replayed(scenario, world, seed, outcomes, None, _equals_stored(opened, scenario, world, seed, outcomes))


def _meant(plan: Plan, key: str) -> tuple[int, int]:
    """The point and seed that a key names."""
    head, _, tail = key.rpartition("-")
    if head in plan.digests and tail.isdigit():
        return plan.digests.index(head), int(tail)
    scenario, *numbers = key.split(":")
    if scenario in plan.names and len(numbers) in (1, 2) and all(text.isdigit() for text in numbers):
        world = int(numbers[0]) if len(numbers) == 2 else 0
        if world < len(plan.worlds):
            return world * len(plan.scenarios) + plan.names.index(scenario), int(numbers[-1])
    raise StudyError(
        f"{key!r} is no run of this study; wanted: a key from failures.csv, or SCENARIO:SEED or SCENARIO:WORLD:SEED, "
        f"such as {plan.names[0]}:{plan.study.seeds[0]}."
    )


def _equals_stored(opened: OpenedStudy, scenario: str, world: int, seed: int, outcomes: dict[str, float]) -> bool | None:
    frame = opened.outcomes()
    rows = frame[(frame["scenario"] == scenario) & (frame["world"] == world) & (frame["seed"] == seed)]
    if rows.empty:
        return None
    now = pd.DataFrame([outcomes])[list(outcomes)]
    return bool(rows[list(outcomes)].reset_index(drop=True).equals(now))
