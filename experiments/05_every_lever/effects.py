"""Each lever alone against baseline: what it moves, what is spent on it, and what a thousand staff-days of it buy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from common import HEADLINES, LEVERS, MONTHS, MOVED, RANKED, Tables, flat, scenario

from partnersim.channels import BY_NAME
from partnersim.population.sizes import SIZES
from partnersim.scenario import load_parameters
from partnersim.study.page import in_blocks
from partnersim.study.paired import paired_differences, pseudo_values, simultaneous

SEEDS = 100
PER = 1000.0
"""Staff-days of the real system to which effects are referred."""


def measure(seeds: Sequence[int], progress: Callable[[int], None]) -> Tables:
    """Tables ``effects`` (headlines), ``moved`` (all outcomes), ``spent`` and ``per_day``."""
    arms = [scenario("baseline"), *(scenario(name, name) for name in LEVERS)]
    found = in_blocks(arms, seeds, MONTHS, progress)
    base = found.pop("baseline")
    head = simultaneous(paired_differences(base, found, HEADLINES))
    moved = simultaneous(paired_differences(base, found, MOVED))
    means = base.mean()
    tables = {"effects": flat(head, ["lever", "outcome"]), "moved": flat(moved, ["lever", "outcome"])}
    for table in tables.values():
        table["baseline"] = table["outcome"].map(means)
    days = {name: spent(base, frame, name) for name, frame in found.items()}
    tables["spent"] = pd.DataFrame(
        [(name, days[name].mean(), found[name]["days_lever"].mean() * real_days()) for name in RANKED],
        columns=["lever", "spent", "charged"],
    )
    ratios = pseudo_values(lambda weights: _per_day(base, {n: found[n] for n in RANKED}, days, weights), seeds)
    ratios.columns = pd.MultiIndex.from_tuples(ratios.columns, names=["lever", "outcome"])
    tables["per_day"] = simultaneous(ratios).reset_index()
    return tables


def real_days() -> float:
    """Staff-days of the real system for one of the sample."""
    return max(load_parameters()["firms_active"].value / SIZES["system"].companies, 1.0)


def spent(base: pd.DataFrame, frame: pd.DataFrame, name: str) -> pd.Series:
    """Staff-days a year of the real system that go to a lever, by seed.

    What is charged under its name and its desk, the training and exchanges that it adds, and the time for partnering that it
    takes from other work. Work that follows from it, such as evaluations or more parties, is in the outcomes.
    """
    keys = ["days_lever", "days_desk", "days_learning"]
    more = (frame[keys] - base[keys]).sum(axis=1)
    policy = scenario(name, name).policies[0]
    time = sum(c.value for c in LEVERS[name].active_contributions(policy.options) if c.channel == "partnering_time")
    # Weighted by the ramp, which is a year of ten.
    budget = base["slack_days"] / (1.0 - base["utilisation"])
    ramp = 1.0 - (policy.ramp - 1) / 2 / MONTHS
    return (more + time * ramp / BY_NAME["partnering_time"].baseline * budget) * real_days()


def _per_day(base: pd.DataFrame, found: dict[str, pd.DataFrame], days: dict[str, pd.Series], weights: np.ndarray) -> pd.Series:
    """Mean effect over mean days spent."""
    out = {}
    for name, frame in found.items():
        cost = weights @ days[name].to_numpy() / weights.sum()
        for outcome in HEADLINES:
            effect = weights @ (frame[outcome] - base[outcome]).to_numpy() / weights.sum()
            out[name, outcome] = PER * effect / cost
    return pd.Series(out)


def n_runs(n_seeds: int) -> int:
    """How many runs :func:`measure` reports to ``progress``."""
    return n_seeds * (len(LEVERS) + 1)
