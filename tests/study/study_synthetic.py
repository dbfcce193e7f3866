"""Drawn runs with the look of real ones: common luck by seed, a policy effect by scenario, heavy-tailed reach."""

from __future__ import annotations

import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from partnersim.ensemble import Runs
from partnersim.ledger import OUTCOMES, SERIES

MEANS = {
    "transaction_cost": 160, "transaction_cost_net": 150, "days_per_signed": 420, "months_to_agreement": 14,
    "months_to_agreement_median": 12, "wasted_share": 0.6, "duplicate_courting": 0.22, "duplicate_checks": 0.35,
    "days_hq": 9000, "days_country": 8000, "days_central": 300, "days_company": 12000, "days_government": 2500,
    "incidents": 6, "incident_events": 4, "incident_hits": 7, "incident_loss": 11, "largest_cascade": 4,
    "exposed_by_bad_firm": 0.9, "transformative_reach": 3e6, "reach_all": 4e7, "transformative_count": 9,
    "transformative_share": 0.03, "live": 430, "performing": 270, "signed": 85, "ideas": 960, "approved": 220,
    "started": 60, "queue_coordination": 0, "queue_screening": 0, "reputation": 62, "skill": 0.5,
}  # fmt: skip
PATHS = {
    "ideas": 80, "approved": 18, "signed": 7, "started": 5, "ended": 4.6, "dropped": 72, "open_cases": 260,
    "live": 430, "performing": 270, "transformative": 12, "transaction_days": 2900, "incidents": 0.5,
    "reach_all": 4e6, "transformative_reach": 3e5, "reputation": 62, "skill": 0.5,
}  # fmt: skip


@dataclass(frozen=True)
class Named:
    """A scenario as far as studies look at it. ``shift``: share by which outcomes named are moved."""

    name: str
    title: str
    digest: str
    shift: tuple[tuple[str, float], ...] = ()
    values = types.MappingProxyType({})
    population = "drawn"
    path = None


def simulate(scenario: Named, seeds: Iterable[int], months: int = 120, size: str = "system") -> Runs:
    """Runs whose numbers depend on (scenario content, seed) alone."""
    seeds = list(seeds)
    shift = dict(scenario.shift)
    outcomes, paths = [], []
    for seed in seeds:
        luck, own = np.random.default_rng(seed), np.random.default_rng([seed, int(scenario.digest[:6], 16)])
        outcomes.append(_outcomes(luck, own if shift else None, shift))
        paths.append(_paths(luck, own if shift else None, shift, months))
    frame = pd.DataFrame(outcomes, index=pd.Index(seeds, name="seed"))
    monthly = pd.concat([_tidy(seed, path) for seed, path in zip(seeds, paths, strict=True)], ignore_index=True)
    return Runs(cast(Any, scenario), seeds, months, size, frame, monthly)


def simulate_many(scenarios, seeds, months=120, size="system", workers=None, progress=None) -> dict[str, Runs]:
    """The engine's promise: runs by scenario name."""
    return {scenario.name: simulate(scenario, seeds, months, size) for scenario in scenarios}


def _outcomes(luck, own, shift) -> dict[str, float]:
    row = {}
    for outcome in OUTCOMES:
        heavy = outcome.name.startswith(("transformative_", "reach_"))
        value = MEANS.get(outcome.name, 10) * luck.lognormal(0, 0.7 if heavy else 0.12)
        moved = shift.get(outcome.name, 0.0)
        if own is not None:
            value *= (1 + moved) * own.lognormal(0, 0.05)
        if outcome.name.startswith("queue") and moved:
            value = 12 * own.lognormal(0, 0.4)
        row[outcome.name] = float(value)
    return row


def _paths(luck, own, shift, months) -> dict[str, np.ndarray]:
    month = np.arange(1, months + 1)
    paths = {}
    for series in SERIES:
        base = PATHS.get(series.name, 5.0)
        level = luck.normal(0, 0.05) + np.cumsum(luck.normal(0, 0.006, months)) + 0.0008 * month
        value = base * np.exp(level)
        if own is not None:
            drift = shift.get(series.name, 0.0) * (1 - np.exp(-np.maximum(month - 6, 0) / 24))
            value *= 1 + drift + 0.02 * np.cumsum(own.normal(0, 0.3, months)) / np.sqrt(month) * (month > 6)
        if series.kind == "flow":
            value = np.random.default_rng(int(luck.integers(1 << 30))).poisson(np.maximum(value, 0)).astype(float)
        paths[series.name] = value
    return paths


def _tidy(seed: int, paths: dict[str, np.ndarray]) -> pd.DataFrame:
    months = len(next(iter(paths.values())))
    return pd.DataFrame({"seed": seed, "month": np.arange(1, months + 1), **paths})


BASELINE = Named("baseline", "Baseline", "0000aa", ())
COORDINATION = Named(
    "coordination", "Central coordination desk", "0000ab",
    (("transaction_cost", -0.06), ("transaction_cost_net", -0.09), ("days_hq", -0.05), ("months_to_agreement", 0.11),
     ("duplicate_courting", -0.3), ("days_central", 4.0), ("signed", 0.05), ("live", 0.08), ("performing", 0.06),
     ("transformative", 0.1), ("queue_coordination", 1.0), ("approved", 0.02), ("incidents", 0.01)),
)  # fmt: skip
SCREENING = Named(
    "shared_screening", "Shared screening, pooled", "0000ac",
    (("incidents", -0.22), ("incident_events", -0.2), ("incident_loss", -0.25), ("duplicate_checks", -0.6),
     ("transaction_cost", -0.02), ("days_central", 9.0), ("queue_screening", 1.0), ("open_cases", 0.1),
     ("largest_cascade", -0.1), ("exposed_by_bad_firm", -0.2), ("approved", -0.1), ("signed", -0.06)),
)  # fmt: skip
ADVISORY = Named(
    "advisory_groups", "Advisory groups", "0000ad",
    (("transformative_reach", 0.15), ("transformative_count", 0.12), ("transaction_cost", 0.03), ("incidents", 0.04),
     ("days_central", 1.5), ("transformative", 0.3), ("reach_all", 0.05)),
)  # fmt: skip
