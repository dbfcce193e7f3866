"""Is it believable? Every pattern and tension measured, judged, and tabled."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from partnersim.mistakes import Mistake
from partnersim.scenario import Scenario, load_levers
from partnersim.simulate import Laboratory
from partnersim.study.paired import pseudo_values, simultaneous
from partnersim.validation import census, controls
from partnersim.validation.measures import MEASURES
from partnersim.validation.targets import Check, Pattern, World
from partnersim.validation.verdicts import ABSENT, reading, together, verdict
from partnersim.validation.worlds import Progress, ensemble, outcomes, use, variant

COLUMNS = (
    "pattern", "check", "says", "target", "source", "unit", "value", "low", "high", "least", "most", "label", "verdict",
    "reading", "runs",
)  # fmt: skip
"""Columns of the table of checks."""


SEEDS, QUICK_SEEDS = 60, 8


@dataclass(frozen=True)
class Effort:
    """How many seeds each part gets, and how much the controls of V13 look at."""

    seeds: int
    screening: int
    coordination: int
    volume: int
    pilot: int
    load: int
    months: int
    firms: int

    @classmethod
    def of(cls, seeds: int | None = None, quick: bool = False) -> Effort:
        """In proportion to ``seeds``; ``quick`` takes fewer, and looks at shorter runs and fewer firms in V13."""
        n = seeds or (QUICK_SEEDS if quick else SEEDS)
        volume, months, firms = (5, 120, 3_000) if quick else (25, 240, 20_000)
        return cls(n, 6 * n, 10 * n, volume * n, max(n // 2, 3), max(n // 5, 1), months, firms)


MEASURED = ["difference", "low", "high", "runs"]


class Missing(Exception):
    """What a world would need that the library does not have."""


def validate(patterns: Mapping[str, Pattern], effort: Effort, progress: Progress) -> pd.DataFrame:
    """The table of checks, in the order of ``patterns``: columns as in COLUMNS; NaN where nothing was measured."""
    seeds = range(effort.seeds)
    checks = {(name, i): check for name, pattern in patterns.items() for i, check in enumerate(pattern.checks)}
    absent: dict[tuple[str, int], str] = {}
    for key, check in checks.items():
        try:
            scenario_of(check.here)
            scenario_of(check.against)
        except Missing as why:
            absent[key] = str(why)
        if check.kind == "absent":
            absent[key] = check.name
    here = {key: check for key, check in checks.items() if key not in absent}
    columns = {**_measured(here, seeds, progress), **_contrasted(here, seeds, progress)}
    rows: dict[tuple[str, int], pd.Series] = {**_optima(here, seeds, progress), **_controlled(here, effort, progress)}
    for name in patterns:
        family = {key: column for key, column in columns.items() if key[0] == name}
        if family:
            judged = simultaneous(pd.concat(family, axis=1))
            rows |= {key: judged.loc[key] for key in family}
    return table(patterns, rows, absent)


def table(
    patterns: Mapping[str, Pattern], rows: Mapping[tuple[str, int], pd.Series], absent: Mapping[tuple[str, int], str]
) -> pd.DataFrame:
    """The table of checks from estimates (``difference, low, high, runs``) and from what is not in the model, by check."""
    found = []
    for name, pattern in patterns.items():
        for i, check in enumerate(pattern.checks):
            fixed = (name, i + 1, check.says, check.target, pattern.source, check.unit)
            limits = (check.low, check.high, check.label)
            if (name, i) in absent:
                found.append((*fixed, *(math.nan,) * 3, *limits, ABSENT, absent[name, i], 0))
                continue
            value, low, high, runs = (float(rows[name, i][column]) for column in MEASURED)
            judged = verdict(low, high, check.low, check.high), reading(value, low, high, check.low, check.high)
            found.append((*fixed, value, low, high, *limits, *judged, int(runs)))
    return pd.DataFrame(found, columns=list(COLUMNS))


def summary(patterns: Mapping[str, Pattern], checks: pd.DataFrame) -> pd.DataFrame:
    """A row a pattern: ``pattern, title, label, verdict, checks`` (met of all)."""
    by_pattern = {str(name): part["verdict"] for name, part in checks.groupby("pattern")}
    rows = [
        (name, p.title, p.label, together(by_pattern[name]), f"{(by_pattern[name] == 'met').sum()} of {len(p.checks)}")
        for name, p in patterns.items()
    ]
    return pd.DataFrame(rows, columns=["pattern", "title", "label", "verdict", "checks"])


def scenario_of(world: World) -> Scenario:
    """The scenario of a world, named so that equal worlds have equal names. Raises :class:`Missing`."""
    levers = load_levers()
    blocks = []
    for policy in world.policies:
        lever = levers.get(policy["lever"])
        if lever is None:
            raise Missing(f"there is no lever {policy['lever']} in the library")
        options: dict[str, object] = {}
        for word in policy.get("choose", ()):
            fitting = [o.name for o in lever.options.values() if word in o.values or (o.name == word and True in o.values)]
            if len(fitting) != 1:
                raise Missing(f"the lever {lever.name} has no option {word}")
            options[fitting[0]] = word if word in lever.options[fitting[0]].values else True
        rest = {key: value for key, value in policy.items() if key in ("funding", "strength")}
        blocks.append({**use(lever.name, options), **rest})
    return variant(world.name, world.values, *blocks)


def _measured(
    checks: Mapping[tuple[str, int], Check], seeds: Sequence[int], progress: Progress
) -> dict[tuple[str, int], pd.Series]:
    """Pseudo-values over seeds of the checks of kind measure."""
    mine = {key: check for key, check in checks.items() if check.kind == "measure"}
    worlds = {(check.here.name, check.months): check.here for check in mine.values()}
    tallies = {}
    for (name, months), world in worlds.items():
        lab = Laboratory(scenario_of(world), months=months)
        tallies[name, months] = ensemble([lab], seeds, census.count, census.settle, progress)[name]
    found: dict[tuple[str, int], pd.Series] = {}
    for asked, runs in tallies.items():
        here = {key: c.name for key, c in mine.items() if (c.here.name, c.months) == asked}
        pseudo = spread(here.values(), runs, seeds)
        found |= {key: pseudo[name] for key, name in here.items()}
    return found


def spread(names: Iterable[str], runs: Sequence[census.Tally], seeds: Sequence[int]) -> pd.DataFrame:
    """Jackknife pseudo-values of measures of the runs together: seeds x names."""
    names = list(names)
    flat = np.stack([np.concatenate([values.ravel() for values in run.values()]) for run in runs])
    ends = np.cumsum([values.size for values in runs[0].values()])

    def statistic(weights: np.ndarray) -> pd.Series:
        parts = np.split(weights @ flat, ends[:-1])
        sums = {name: part.reshape(values.shape) for part, (name, values) in zip(parts, runs[0].items(), strict=True)}
        return pd.Series({name: MEASURES[name](sums) for name in names})

    return pseudo_values(statistic, seeds)


def _outcomes_of(
    worlds: Mapping[tuple[str, int], World], seeds: Sequence[int], progress: Progress
) -> dict[tuple[str, int], pd.DataFrame]:
    """Frames of outcomes by (world, months)."""
    found: dict[tuple[str, int], pd.DataFrame] = {}
    for months in sorted({months for _, months in worlds}):
        scenarios = [scenario_of(world) for (_, m), world in worlds.items() if m == months]
        found |= {(name, months): frame for name, frame in outcomes(scenarios, seeds, months, progress).items()}
    return found


def percent(here: pd.Series, against: pd.Series) -> pd.Series:
    """Paired difference, in per cent of the mean of ``against`` (in units where that is zero)."""
    base = abs(float(against.mean()))
    return (here - against) * (100.0 / base if base else 1.0)


def _contrasted(
    checks: Mapping[tuple[str, int], Check], seeds: Sequence[int], progress: Progress
) -> dict[tuple[str, int], pd.Series]:
    mine = {key: check for key, check in checks.items() if check.kind == "outcome"}
    worlds = {(w.name, c.months): w for c in mine.values() for w in (c.here, c.against)}
    frames = _outcomes_of(worlds, seeds, progress)
    return {
        key: percent(frames[c.here.name, c.months][c.name], frames[c.against.name, c.months][c.name]) for key, c in mine.items()
    }


def _optima(
    checks: Mapping[tuple[str, int], Check], seeds: Sequence[int], progress: Progress
) -> dict[tuple[str, int], pd.Series]:
    """The best middle value of a parameter over the better of its ends."""
    mine = {key: check for key, check in checks.items() if check.kind == "optimum"}
    rows = {}
    for key, check in mine.items():
        outcome, parameter = check.name.split(" by ")
        worlds = {v: World({parameter: v}) for v in check.values}
        frames = _outcomes_of({(w.name, check.months): w for w in worlds.values()}, seeds, progress)
        columns = {v: frames[w.name, check.months][outcome] for v, w in worlds.items()}
        rows[key] = optimum(columns)
    return rows


def optimum(columns: Mapping[float, pd.Series]) -> pd.Series:
    """``difference, low, high, runs`` of the best middle value over the better end, in per cent, of values in order.

    Every middle value is compared with both ends at once; the intervals are simultaneous over all of them, so that
    choosing the best afterwards is allowed for. Of the two comparisons the one with less in favour is given.
    """
    first, *middle, last = columns
    family = {(m, end): percent(columns[m], columns[end]) for m in middle for end in (first, last)}
    judged = simultaneous(pd.concat(family, axis=1))
    worse = {m: min((judged.loc[(m, end)] for end in (first, last)), key=lambda row: row["low"]) for m in middle}
    return max(worse.values(), key=lambda row: row["low"])


def _controlled(checks: Mapping[tuple[str, int], Check], effort: Effort, progress: Progress) -> dict[tuple[str, int], pd.Series]:
    mine = {key: check for key, check in checks.items() if check.kind == "mechanism"}
    names = {check.name for check in mine.values()}
    if not names:
        return {}
    pilot = range(10_000, 10_000 + effort.pilot)
    rows = pd.concat(
        [
            controls.screening_rows(range(effort.screening), effort.months, effort.firms, progress),
            controls.coordination_rows(range(effort.coordination), effort.load, progress),
            controls.volume_rows(range(effort.volume), pilot, progress),
        ]
    )
    return {key: rows.loc[check.name] for key, check in mine.items()}


def n_runs(patterns: Mapping[str, Pattern], effort: Effort) -> int:
    """How many runs :func:`validate` reports to ``progress``."""
    measured, compared, mechanisms, swept = set(), set(), False, 0
    for check in (check for pattern in patterns.values() for check in pattern.checks):
        try:
            scenario_of(check.here), scenario_of(check.against)
        except (Missing, Mistake):
            continue
        if check.kind == "measure":
            measured.add((check.here.name, check.months))
        elif check.kind == "outcome":
            compared |= {(w.name, check.months) for w in (check.here, check.against)}
        elif check.kind == "optimum":
            swept += len(check.values)
        mechanisms = mechanisms or check.kind == "mechanism"
    runs = effort.seeds * (len(measured) + len(compared) + swept)
    if mechanisms:
        runs += controls.n_runs(effort.screening, effort.coordination, effort.volume, effort.pilot)
    return runs
