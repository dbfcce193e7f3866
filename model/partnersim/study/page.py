"""Pages written by experiments: runs in blocks of seeds, tables and intervals in Markdown, places that are filled anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from partnersim.study import words
from partnersim.study.files import write_text

if TYPE_CHECKING:
    from partnersim.scenario.load import Scenario
    from partnersim.simulate import Progress, Runs

BLOCK = 50
"""Seeds run together: the monthly paths of more would fill the memory for nothing."""


def of_outcomes(run: Runs) -> pd.DataFrame:
    """A run's outcomes."""
    return run.outcomes


def in_blocks(
    scenarios: Sequence[Scenario],
    seeds: Sequence[int],
    months: int,
    progress: Progress | None = None,
    keep: Callable[[Runs], pd.DataFrame] = of_outcomes,
    block: int = BLOCK,
    size: str = "system",
    workers: int | None = None,
) -> dict[str, pd.DataFrame]:
    """What ``keep`` takes of the runs (seeds x columns) by scenario name, run in blocks of seeds."""
    from partnersim.simulate import simulate_many

    parts: dict[str, list[pd.DataFrame]] = {s.name: [] for s in scenarios}
    for first in range(0, len(seeds), block):
        runs = simulate_many(scenarios, seeds[first : first + block], months, size, workers, progress)
        for name, run in runs.items():
            parts[name].append(keep(run))
    return {name: pd.concat(frames) for name, frames in parts.items()}


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
        before, _, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not closed:
            raise ValueError(f"the page has no place {begin} ... {end}")
        page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


def fill(page: Path, blocks: Mapping[str, str], to: Path | None = None) -> None:
    """Write the page :func:`filled`, in its place or ``to`` another."""
    write_text(filled(page.read_text(encoding="utf-8"), blocks), to or page)


def exit_if_stale(page: Path, blocks: Mapping[str, str], command: str) -> None:
    """Exit with 1 and name the command that renews the page, where it says other than ``blocks``."""
    text = page.read_text(encoding="utf-8")
    if filled(text, blocks) != text:
        sys.exit(f"{page.name} is stale: run {command}")
