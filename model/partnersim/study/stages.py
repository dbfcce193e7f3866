"""How many seeds: as many as are asked for, or as many as the data say are enough, stage by stage; and, in a search, of what.

Stages depend on finished runs alone, never on who made them or when, so that an interrupted study takes the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from partnersim.english import counted, listed
from partnersim.scenario.reading import unknown
from partnersim.study.files import StudyError
from partnersim.study.plan import Plan
from partnersim.study.reading import read_outcomes
from partnersim.study.runner import Wanted
from partnersim.study.search import Search
from partnersim.study.selection import BEST, UNDECIDED, BestOf
from partnersim.study.sequential import Precision, UntilPrecise
from partnersim.study.sequential import Verdict as PreciseVerdict
from partnersim.study.spec import Study, seeds_of

STEP = 2
"""Seeds of each survivor between two looks at which is best: few, since each is a run that may prove needless."""


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


class Precise:
    """As many seeds, the same for all scenarios, as a precision takes; see :class:`UntilPrecise`."""

    name = "precision"

    def __init__(self, asked: Mapping[str, Any], scenarios: Sequence[str]) -> None:
        numbers = _numbers(asked, "precision", ("first", "cap"))
        precision = Precision.parse({k: v for k, v in asked.items() if k not in numbers}, **numbers)
        if len(scenarios) < 2:
            raise StudyError("precision is of differences from the first scenario; there is no other one.")
        self.outcomes: Sequence[str] = tuple(precision.wanted)
        self.first, self.cap = precision.first, precision.cap
        self._scenarios, self._rule = list(scenarios), UntilPrecise(precision)
        self._verdict: PreciseVerdict | None = None

    def look(self, outcomes: Mapping[str, pd.DataFrame]) -> Mapping[str, int] | None:
        """The same number for all; None where all intervals are narrow enough, or at the cap."""
        reference, *others = self._scenarios
        self._verdict = self._rule.look(outcomes[reference], {name: outcomes[name] for name in others})
        following = self._verdict.next
        return None if following is None else dict.fromkeys(self._scenarios, following)

    def table(self) -> pd.DataFrame:
        """``scenario, outcome, difference, low, high, half_width, wanted, met, runs``: the intervals to report."""
        assert self._verdict is not None
        found = self._verdict.table.set_index(["scenario", "outcome"])
        return self._verdict.intervals[["difference", "low", "high"]].join(found).reset_index()


class Best:
    """Seeds for those that may still be the best of the scenarios; see :class:`BestOf`."""

    name = "best"

    def __init__(self, asked: Mapping[str, Any], scenarios: Sequence[str]) -> None:
        numbers = _numbers(asked, "best", ("first", "step", "cap"))
        rest = {key: value for key, value in asked.items() if key not in numbers}
        for key in rest:
            if key not in ("outcome", "delta", "better"):
                raise StudyError(f"[best]: {unknown('key', key, ('outcome', 'delta', 'better', 'first', 'step', 'cap'))}.")
        if missing := [key for key in ("outcome", "delta") if key not in rest]:
            raise StudyError(f'[best], key {missing[0]}: is missing; wanted: such as outcome = "incidents", delta = "5%".')
        self._rule = BestOf(scenarios, rest["outcome"], rest["delta"], rest.get("better"), **{"step": STEP, **numbers})
        self.outcomes: Sequence[str] = (self._rule.outcome,)
        self.first, self.cap = self._rule.first, self._rule.cap
        self._counts = dict.fromkeys(scenarios, self._rule.first)
        self._last: Mapping[str, pd.DataFrame] = {}

    def look(self, outcomes: Mapping[str, pd.DataFrame]) -> Mapping[str, int] | None:
        """More for the survivors; None where one is chosen, or at the cap."""
        self._last = outcomes
        verdict = self._rule.look(outcomes)
        if verdict.next is None:
            return None
        self._counts |= dict.fromkeys(verdict.survivors, verdict.next)
        return dict(self._counts)

    def table(self) -> pd.DataFrame:
        """A row a scenario, see :meth:`BestOf.table`, with what independent seeds would have taken for all of them."""
        found = self._rule.table(self._last)
        return found.assign(independent_runs=self._rule.independent_equivalent(self._last))


def _numbers(asked: Mapping[str, Any], what: str, keys: Sequence[str]) -> dict[str, int]:
    """The whole numbers among what is asked."""
    found = {}
    for key in keys:
        if key in asked:
            if not isinstance(asked[key], int) or isinstance(asked[key], bool):
                raise StudyError(f"{what}, key {key}: wanted: a whole number of seeds; this is {asked[key]!r}.")
            found[key] = asked[key]
    return found


def rule_of(study: Study, scenarios: Sequence[str]) -> Rule | Search | None:
    """The rule that a study asks for. ``StudyError`` for a wrong one, and where worlds vary, since each would need its own."""
    if study.search is not None:
        return Search(study.search)
    if study.precision is None and study.best is None:
        return None
    if study.uncertainties is not None:
        raise StudyError("precision and best decide on the seeds of one world; a study of uncertainties says its seeds itself.")
    if study.precision is not None and study.best is not None:
        raise StudyError("precision and best both decide on the number of seeds; leave one out.")
    if study.precision is not None:
        return Precise(study.precision, scenarios)
    return Best(study.best or {}, scenarios)


def first(plan: Plan, rule: Rule | Search | None) -> Wanted:
    """Seeds by point of the first stage; of a search, what it begins with in any case."""
    if rule is None:
        return dict.fromkeys(range(len(plan)), plan.study.seeds)
    if isinstance(rule, Search):
        return rule.first(plan)
    return _wanted(plan, dict.fromkeys(plan.names, rule.first))


def run(plan: Plan, rule: Rule | Search | None, folder: Path) -> Iterator[tuple[Plan, Wanted]]:
    """The runs wanted, stage by stage, and the plan they are of; those of a stage must be made before the next is asked for."""
    if isinstance(rule, Search):
        yield from rule.run(plan, folder)
        return
    wanted = first(plan, rule)
    yield plan, wanted
    while rule is not None:
        seeds = by_scenario(plan, wanted)
        frame = read_outcomes(folder, plan.table(), seeds, rule.outcomes)
        by_name = {name: rows.set_index("seed")[list(rule.outcomes)] for name, rows in frame.groupby("scenario", observed=True)}
        if without := [name for name in plan.names if name not in by_name]:
            raise StudyError(f"No run of {without[0]} was finished, so that the data cannot say how many are enough.")
        counts = rule.look({name: by_name[name] for name in plan.names})
        if counts is None:
            return
        wanted = _wanted(plan, counts)
        yield plan, wanted


def _wanted(plan: Plan, counts: Mapping[str, int]) -> Wanted:
    start = plan.study.seeds[0]
    return {point: range(start, start + counts[plan.label(point)[0]]) for point in range(len(plan))}


def by_scenario(plan: Plan, wanted: Wanted) -> dict[str, Sequence[int]]:
    """Seeds of each scenario."""
    return {name: wanted[point] for point, name in enumerate(plan.names)}


def kept(manifest: Mapping[str, Any]) -> dict[str, Sequence[int]]:
    """Seeds of each scenario that a finished study's tables are of; empty for a study that is not finished."""
    return {name: seeds_of(found) for name, found in (manifest.get("seeds") or {}).items()}


def told(study: Study, table: pd.DataFrame) -> str:
    """What decided on the number of seeds, in a sentence; ``table`` is the rule's."""
    if study.best is not None:
        best = table[table["status"] == BEST].iloc[0]
        runs, others = int(table["runs"].sum()), table.loc[table["status"] == UNDECIDED, "scenario"]
        beside = f", not told apart from {listed(list(others))}" if len(others) else ""
        independent = f"independent seeds would have taken about {best['independent_runs']:,.0f}"
        return f"Best: {best['scenario']}{beside}, after {counted(runs, 'run')}; {independent}."
    missed = table.loc[~table["met"].astype(bool), "outcome"].unique()
    seeds = counted(int(table["runs"].max()), "seed")
    return (
        f"Precision not met with {seeds}, the most allowed, in {listed(list(missed))}."
        if len(missed)
        else f"Precision met with {seeds}."
    )
