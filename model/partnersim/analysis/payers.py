"""Who pays and who gains: staff-days by side, region and goal, and people reached by region and goal.

A policy that saves staff-days in all may well cost one side, one region or one goal more than before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from partnersim.analysis.cells import Cells, factorial_cells, seed_means
from partnersim.analysis.effects import effects_of
from partnersim.english import listed
from partnersim.kinds import GOALS, REGIONS
from partnersim.languages.names import names
from partnersim.ledger import OUTCOMES, Side
from partnersim.study import words
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL, paired_differences, simultaneous
from partnersim.study.store import OUTCOMES as PARTS

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy

PLACES = {f"in_{name.lower()}": name for name in REGIONS}
SIDES = tuple(f"days_{side.name.lower()}" for side in Side)
GROUPS: dict[str, tuple[str, ...]] = {
    "Staff-days by side": SIDES,
    "Staff-days by region": tuple(f"days_{place}" for place in PLACES),
    "Staff-days by goal": tuple(f"days_for_{name}" for name in GOALS),
    "Reach by region": tuple(f"reach_{place}" for place in PLACES),
    "Reach by goal": tuple(f"reach_for_{name}" for name in GOALS),
}
"""Outcomes that share one total among those who pay or gain; what a study lacks is left out."""
COLUMNS = (
    "group", "outcome", "unit", "who", "policy", "reference_mean", "difference", "low", "high", "percent", "percent_low",
    "percent_high", "of_total", "of_total_low", "of_total_high", "verdict", "told", "runs", "missing",
)  # fmt: skip


def payers(study: OpenedStudy, groups: Mapping[str, Sequence[str]] = GROUPS, level: float = LEVEL) -> pd.DataFrame:
    """What each policy costs or brings each member of each group, averaged over worlds where these vary.

    A policy is a lever where the study's levers form a factorial, with its main effect (:mod:`partnersim.analysis.effects`), and
    otherwise a scenario, with its paired difference from the first. ``groups``: outcomes by group.

    A row a group, outcome and policy:

    - ``outcome, unit``; ``who``: the member in words; ``policy``: name of the lever or scenario
    - ``reference_mean``: of the first scenario, or of the whole design of a factorial
    - ``difference``: in the unit; ``low, high``: simultaneous with probability ``level`` over all rows of the group
    - ``percent, percent_low, percent_high``: of ``reference_mean``; NaN where that is zero
    - ``of_total, of_total_low, of_total_high``: the same in percent of the group's sum of these means, so that members
      can be compared
    - ``verdict``: in words, from the interval; ``told``: ``pays`` or ``saves`` days, ``gains`` or ``loses`` reach, where clear
    - ``runs``: seeds used; ``missing``: seeds left out, for want of a number

    Raises :class:`StudyError` where the study has none of the outcomes, or one scenario alone, and as ``effects`` does.
    """
    there = _there(study)
    kept = {group: found for group, names in groups.items() if (found := [name for name in names if name in there])}
    if not kept:
        raise StudyError(
            f"{study.path} has none of the outcomes {listed([n for names in groups.values() for n in names], 'or')}."
        )
    wanted = list(dict.fromkeys(name for names in kept.values() for name in names))
    design = study.study.levers
    if design is not None and design.design.endswith("factorial"):
        cells = factorial_cells(study, wanted)
        tables = {group: _of_levers(cells, names, level) for group, names in kept.items()}
    else:
        tables = _of_scenarios(study, wanted, kept, level)
    return pd.concat([_told(group, table) for group, table in tables.items()], ignore_index=True)


def _there(study: OpenedStudy) -> set[str]:
    """Outcomes that the study's parts have: those of an earlier model may lack some."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = {outcome.name for outcome in OUTCOMES}
    for path in sorted((study.path / PARTS).glob("*.parquet")):
        try:
            return known & set(pq.read_schema(path).names)
        except (OSError, pa.ArrowException):
            break  # whoever reads the runs will say what is wrong with the part
    return known


def _of_levers(cells: Cells, outcomes: Sequence[str], level: float) -> pd.DataFrame:
    """Main effects of all levers on a group."""
    part = Cells(cells.levels, cells.seeds, {name: cells.values[name] for name in outcomes})
    found = effects_of(part, pairs=False, level=level)
    return found.rename(columns={"term": "policy", "estimate": "difference", "mean": "reference_mean"})


def _of_scenarios(
    study: OpenedStudy, outcomes: Sequence[str], groups: Mapping[str, Sequence[str]], level: float
) -> dict[str, pd.DataFrame]:
    """Paired differences of all scenarios from the first, by group."""
    reference, *others = study.scenarios
    if not others:
        raise StudyError(f"{study.path} holds one scenario; who pays is told of scenarios against the first, so name another.")
    seeds, means = seed_means(study, outcomes)
    index = pd.Index(seeds, name="seed")
    frames = {
        name: pd.DataFrame({outcome: means[outcome][:, number] for outcome in outcomes}, index=index)
        for number, name in enumerate(study.scenarios)
    }
    base = frames[reference].mean()
    tables = {}
    for group, members in groups.items():
        family = paired_differences(frames[reference], {name: frames[name] for name in others}, members)
        found = simultaneous(family, level).reset_index().rename(columns={"scenario": "policy"})
        found["reference_mean"] = found["outcome"].map(base)
        found["missing"] = len(seeds) - found["runs"]
        order = [(outcome, name) for outcome in members for name in others]
        tables[group] = found.set_index(["outcome", "policy"]).loc[order].reset_index()
    return tables


def _told(group: str, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of a group with shares and words."""
    total = table.drop_duplicates("outcome")["reference_mean"].sum()
    own = table["reference_mean"].abs().replace(0.0, math.nan)
    for column, source in (("", "difference"), ("_low", "low"), ("_high", "high")):
        table[f"percent{column}"] = 100 * table[source] / own
        table[f"of_total{column}"] = 100 * table[source] / (abs(total) or math.nan)
    table["group"] = group
    table["unit"] = table["outcome"].map(words.UNITS)
    table["who"] = [member(outcome) for outcome in table["outcome"]]
    table["verdict"] = [words.verdict(low, high) for low, high in zip(table["low"], table["high"], strict=True)]
    table["told"] = [told(outcome, verdict) for outcome, verdict in zip(table["outcome"], table["verdict"], strict=True)]
    return table[list(COLUMNS)]


def member(outcome: str) -> str:
    """Who pays or gains by an outcome, in words: ``Companies``, ``Africa``, ``Health``."""
    said, (_, _, rest) = names(), outcome.partition("_")
    if rest in PLACES:
        return said.region(PLACES[rest])
    if rest.startswith("for_") and rest.removeprefix("for_") in GOALS:
        return said.goal(rest.removeprefix("for_"))
    return said.side(rest) if outcome in SIDES else said.label(outcome)


def told(outcome: str, verdict: str) -> str:
    """``pays`` or ``saves`` staff-days, ``gains`` or ``loses`` anything else; empty where the difference is not clear."""
    lower, higher = ("saves", "pays") if outcome.startswith("days_") else ("loses", "gains")
    return {"lower": lower, "higher": higher}.get(verdict, "")
