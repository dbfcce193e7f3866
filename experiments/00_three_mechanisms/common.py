"""What the three findings share: scenarios made in Python, runs, and the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

import partnersim as ps
from partnersim.scenario import load_levers, load_parameters, make_scenario, read_policy
from partnersim.study.page import in_blocks

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "results" / HERE.name
PAGE = HERE.parents[1] / "docs" / "findings.md"


def scenario(
    name: str,
    values: Mapping[str, float] | None = None,
    lever: str = "",
    options: Mapping[str, object] | None = None,
    sizes: Mapping[str, float] | None = None,
) -> ps.Scenario:
    """Baseline with other ``values`` of parameters and channels, and one lever in full use from the first month, if any.

    ``sizes`` are other sizes of the lever's contributions, within the ranges of its file.
    """
    levers = load_levers()
    use = {"lever": lever, "start": 1, "ramp": 0, "options": dict(options or {}), "set": dict(sizes or {})}
    policies = [read_policy(use, levers, name)] if lever else []
    return make_scenario(name, policies, values, parameters=load_parameters(), levers=levers)


def outcomes(
    scenarios: Sequence[ps.Scenario], seeds: Sequence[int], months: int, progress: Callable[[int], object]
) -> dict[str, pd.DataFrame]:
    """Seeds x outcomes by scenario name; ``checks`` (own checks a year) is added to the outcomes of the table."""
    return in_blocks(scenarios, seeds, months, progress, _with_checks)


def _with_checks(run: ps.Runs) -> pd.DataFrame:
    checks = run.monthly[run.monthly["series"] == "checks"].groupby("seed")["value"].sum()
    return run.outcomes.assign(checks=checks * 12 / run.months)
