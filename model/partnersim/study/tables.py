"""The tables of a finished study, made of its runs alone: equal runs give equal bytes, whoever made them and in which order.

::

    outcomes.parquet   every run: point, scenario, world, seed, outcomes
    summary.csv        every scenario and outcome: mean over seeds with its interval, spread over runs
    comparison.csv     every scenario against the first, pair by pair, see :func:`partnersim.study.paired.compare_paired`
    headline.csv       the same for the headline outcomes, judged together
    worlds.csv         headline differences world by world, where worlds vary
    failures.csv       runs without a result, if any
    precision.csv, best.csv   what the rule found that decided on the number of seeds
    packages.csv       what a search found, which has no tables but this, outcomes and failures

A factorial's cells are not compared one by one: its effects are contrasts over all cells, see
:mod:`partnersim.analysis.effects`. The seed is the unit: where worlds vary, a seed's number is its mean over the worlds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from partnersim.ledger import HEADLINES, OUTCOMES
from partnersim.study import words
from partnersim.study.comparison import Comparison, batches
from partnersim.study.files import remove, write_csv
from partnersim.study.kept import Reader, kept_runs
from partnersim.study.opened import intervals_of
from partnersim.study.paired import FEWEST, LEVEL, t_value
from partnersim.study.reading import TABLE, write_outcomes

if TYPE_CHECKING:
    from pathlib import Path

    from partnersim.study.plan import Plan
    from partnersim.study.search import Search
    from partnersim.study.stages import Rule
    from partnersim.study.store import Folder, Stored

QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}
SOMETIMES = ("summary", "comparison", "headline", "worlds", "precision", "best", "packages")
"""Tables that not every study has."""


def write_tables(
    plan: Plan, folder: Folder, stored: Stored, seeds: Mapping[str, Sequence[int]], rule: Rule | Search | None = None
) -> list[str]:
    """Write all tables, and take away those that only a former study in the folder had; returns the names of the files.

    The folder's study is then complete, which its manifest says last.
    """
    written = []

    def keep(name: str, frame: pd.DataFrame) -> None:
        write_csv(frame, folder.path / f"{name}.csv", folder.mark)
        written.append(name)

    write_outcomes(folder.path, plan.table(), seeds, [o.name for o in OUTCOMES], folder.mark)
    keep("failures", failures(plan, stored, seeds))
    if rule is not None:
        keep(rule.name, rule.table())
    if plan.study.search is None:
        keep("summary", summary(folder.path, plan))
    if len(plan.scenarios) > 1 and plan.study.search is None and not plan.study.is_factorial:
        reader = Reader(folder.path, plan.table(), seeds, plan.study, has_table=True)
        comparison = Comparison.of(kept_runs(reader), intervals=intervals_of(folder.path, plan.study))
        keep("comparison", comparison.table)
        keep("headline", comparison.headline())
        if len(plan.worlds) > 1:
            keep("worlds", by_world(folder.path, plan))
    for name in SOMETIMES:
        if name not in written:
            remove(folder.path / f"{name}.csv")
    return [TABLE, *(f"{name}.csv" for name in written)]


def failures(plan: Plan, stored: Stored, seeds: Mapping[str, Sequence[int]]) -> pd.DataFrame:
    """Failed runs in the order of the points: ``key, scenario, world, seed, status, error``."""
    rows = []
    for point, digest in enumerate(plan.digests):
        scenario, world = plan.label(point)
        for seed in seeds[scenario]:
            if failure := stored.failures.get((digest, seed)):
                rows.append((f"{digest}-{seed}", scenario, world, seed, failure.status, failure.error))
    return pd.DataFrame(rows, columns=["key", "scenario", "world", "seed", "status", "error"])


def summary(folder: Path, plan: Plan) -> pd.DataFrame:
    """A row a scenario and outcome.

    ``mean`` with ``low, high``, its t interval over seeds; ``sd`` over seeds; ``q05, median, q95`` over runs; ``seeds``;
    ``runs`` with a number, and ``missing`` without one.
    """
    parts = []
    for columns in batches(plan.study.outcomes):
        frame = pd.read_parquet(folder / TABLE, columns=["scenario", "seed", *columns])
        values = frame.drop(columns="seed").groupby("scenario", observed=True)
        seeds = frame.groupby(["scenario", "seed"], observed=True).mean().groupby("scenario", observed=True)
        mean, sd, n, runs = seeds.mean(), seeds.std(), seeds.count(), values.count()
        half = _half_width(sd, n)
        told = {"mean": mean, "low": mean - half, "high": mean + half, "sd": sd}
        told |= {label: values.quantile(q) for label, q in QUANTILES.items()}
        told |= {"seeds": n, "runs": runs, "missing": runs.rsub(values.size(), axis=0)}
        parts.append(
            pd.concat({label: table.stack() for label, table in told.items()}, axis=1).rename_axis(["scenario", "outcome"])
        )
    table = pd.concat(parts).reset_index()
    table.insert(2, "unit", table["outcome"].map(words.UNITS))
    return _in_order(table, plan)


def _half_width(sd: Any, n: Any) -> Any:
    """Of the t intervals of means of ``n`` values with these standard deviations."""
    return (t_value(LEVEL, n.to_numpy()) * sd / n**0.5).where(n >= FEWEST)


def _in_order(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows by scenario, then outcome."""
    places = {name: k for k, name in enumerate(plan.names)}
    order = table["scenario"].astype(str).map(places) * len(OUTCOMES) + table["outcome"].map(
        {o.name: k for k, o in enumerate(OUTCOMES)}
    )
    return table.loc[order.sort_values().index].reset_index(drop=True)


def by_world(folder: Path, plan: Plan) -> pd.DataFrame:
    """Headline differences in each world, with their t intervals over seeds: ``scenario, world, outcome``, means, ``runs``."""
    reported = [name for name in HEADLINES if name in plan.study.outcomes] or list(plan.study.outcomes)
    frame = pd.read_parquet(folder / TABLE, columns=["scenario", "world", "seed", *reported])
    reference, *others = plan.names
    parts = []
    for outcome in reported:
        # By name, since a scenario may have no run that was finished.
        wide = frame.pivot(index=["world", "seed"], columns="scenario", values=outcome).reindex(columns=plan.names)
        for other in others:
            pair = pd.DataFrame({"a": wide[reference], "b": wide[other]}).dropna()
            d = (pair["b"] - pair["a"]).groupby("world")
            n = d.count()
            half = _half_width(d.std(), n)
            means = pair.groupby("world").mean()
            told = {"reference_mean": means["a"], "other_mean": means["b"], "difference": d.mean()}
            told |= {"low": d.mean() - half, "high": d.mean() + half, "runs": n}
            part = pd.DataFrame(told).rename_axis("world").reset_index()
            part.insert(0, "scenario", other)
            part.insert(2, "outcome", outcome)
            parts.append(part)
    return pd.concat(parts, ignore_index=True)
