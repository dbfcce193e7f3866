"""What the three findings share: scenarios made in Python, runs in blocks of seeds, intervals, and the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import partnersim as ps
from partnersim.scenario import load_levers, load_parameters, make_scenario, read_policy
from partnersim.study import words

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "results" / HERE.name
PAGE = HERE.parents[1] / "docs" / "findings.md"
BLOCK = 50
"""Seeds run together: the monthly paths of more would fill the memory for nothing."""


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
    parts: dict[str, list[pd.DataFrame]] = {s.name: [] for s in scenarios}
    for first in range(0, len(seeds), BLOCK):
        runs = ps.simulate_many(scenarios, seeds[first : first + BLOCK], months=months, progress=progress)
        for name, run in runs.items():
            checks = run.monthly[run.monthly["series"] == "checks"].groupby("seed")["value"].sum()
            parts[name].append(run.outcomes.assign(checks=checks * 12 / months))
    return {name: pd.concat(frames) for name, frames in parts.items()}


def pseudo_values(statistic: Callable[[np.ndarray], pd.Series], seeds: Iterable[int]) -> pd.DataFrame:
    """Jackknife pseudo-values over seeds of what is no mean, so that intervals of means serve it (Tukey 1958).

    ``statistic`` takes weights of the seeds (0 or 1) and returns named numbers. Returns seeds x those numbers.
    """
    index = pd.Index(seeds, name="seed")
    n = len(index)
    every = np.ones(n)
    whole = statistic(every)
    return pd.DataFrame([n * whole - (n - 1) * statistic(every - one) for one in np.eye(n)], index=index)


def interval(row: pd.Series, unit: str = "") -> str:
    """``+1.2 (0.4 to 2.0)`` of a row with ``difference, low, high``."""
    value, ends = words.measured(row["difference"], row["low"], row["high"])
    low, high = ends.strip("[]").split(", ")
    return f"{value}{unit} ({low} to {high})".replace("-", "\N{MINUS SIGN}")


def markdown(frame: pd.DataFrame) -> str:
    """A frame of words as a table of the page."""
    rows = [list(frame.columns), ["---"] * frame.shape[1], *frame.astype(str).to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def filled(page: str, blocks: Mapping[str, str]) -> str:
    """The page with each ``<!-- begin NAME -->`` to ``<!-- end NAME -->`` filled anew. ``ValueError`` for a missing one."""
    for name, text in blocks.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        page, found = re.subn(
            f"{begin}.*?{end}", lambda _, whole=f"{begin}\n{text}\n{end}": whole, page, count=1, flags=re.DOTALL
        )
        if not found:
            raise ValueError(f"the page has no place {begin} ... {end}")
    return page
