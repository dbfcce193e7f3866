"""How many seeds: as many as are asked for, or as many as the data say are enough, stage by stage.

Stages depend on finished runs alone, never on who made them or when, so that an interrupted study takes the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from partnersim.study.files import StudyError
from partnersim.study.plan import Plan
from partnersim.study.reading import read_outcomes
from partnersim.study.runner import Wanted
from partnersim.study.spec import Study, seeds_of


class Rule(Protocol):
    """Decides on the seeds of each scenario."""

    name: str
    """Of its table."""
    outcomes: Sequence[str]
    """What it looks at."""
    first: int
    """Seeds of each scenario in the first stage."""
    cap: int
    """Most seeds of a scenario."""

    def look(self, outcomes: Mapping[str, pd.DataFrame]) -> Mapping[str, int] | None:
        """Seeds that each scenario is to have next, from its outcomes (seeds x outcome) so far; None: it is enough."""
        ...

    def table(self) -> pd.DataFrame:
        """What it found."""
        ...


def rule_of(study: Study, scenarios: Sequence[str]) -> Rule | None:
    """The rule that a study asks for. ``StudyError`` for a wrong one, and where worlds vary, since each would need its own."""
    if study.precision is None and study.best is None:
        return None
    if study.uncertainties is not None:
        raise StudyError("precision and best decide on the seeds of one world; a study of uncertainties says its seeds itself.")
    if study.precision is not None and study.best is not None:
        raise StudyError("precision and best both decide on the number of seeds; leave one out.")
    raise StudyError("not yet")


def first(plan: Plan, rule: Rule | None) -> Wanted:
    """Seeds by point of the first stage."""
    if rule is None:
        return dict.fromkeys(range(len(plan)), plan.study.seeds)
    return _wanted(plan, dict.fromkeys(plan.names, rule.first))


def run(plan: Plan, rule: Rule | None, folder: Path) -> Iterator[Wanted]:
    """The runs wanted, stage by stage; those of a stage must be made before the next is asked for."""
    wanted = first(plan, rule)
    yield wanted
    while rule is not None:
        seeds = by_scenario(plan, wanted)
        frame = read_outcomes(folder, plan.table(), seeds, rule.outcomes)
        by_name = {name: rows.set_index("seed")[list(rule.outcomes)] for name, rows in frame.groupby("scenario", observed=True)}
        counts = rule.look({name: by_name[name] for name in plan.names if name in by_name})
        if counts is None:
            return
        wanted = _wanted(plan, counts)
        yield wanted


def _wanted(plan: Plan, counts: Mapping[str, int]) -> Wanted:
    start = plan.study.seeds[0]
    return {point: range(start, start + counts[plan.label(point)[0]]) for point in range(len(plan))}


def by_scenario(plan: Plan, wanted: Wanted) -> dict[str, Sequence[int]]:
    """Seeds of each scenario."""
    return {name: wanted[point] for point, name in enumerate(plan.names)}


def kept(manifest: Mapping[str, Any]) -> dict[str, Sequence[int]]:
    """Seeds of each scenario that a finished study's tables are of; empty for a study that is not finished."""
    return {name: seeds_of(found) for name, found in (manifest.get("seeds") or {}).items()}
