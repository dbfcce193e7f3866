"""Results that were read once stay as they are until somebody changes them on purpose."""

from __future__ import annotations

from pathlib import Path

import golden
import pytest


def test_outcomes_are_those_of_the_reference_table() -> None:
    """A failure means that results have changed. If that was meant, read the lines below and renew the table with the
    command they end with."""
    lines = golden.compare(golden.read(), golden.table())
    if lines:
        more = [f"... and {len(lines) - 40} more"] if len(lines) > 40 else []
        told = [f"{len(lines)} of the reference values differ (scenario / seed / outcome):", *lines[:40], *more]
        pytest.fail("\n".join([*told, f"if this was meant: {golden.COMMAND}"]), pytrace=False)


def test_differences_are_told_readably(tmp_path: Path) -> None:
    """A failure means that a change of results passes unseen, or that its message leaves out what changed."""
    key, nan = ("baseline", "0", "signed"), ("baseline", "0", "incidents")
    table = {("baseline", "0", name): 2.0 for name in golden.OUTCOMES} | {nan: float("nan")}
    golden.write(table, tmp_path / "t.csv")
    again = golden.read(tmp_path / "t.csv")
    assert golden.compare(table, again) == []
    assert golden.compare(again, again | {key: 2.0 * (1 + 1e-7)}) == []
    assert golden.compare(again, again | {key: 2.5}) == ["baseline / 0 / signed: was 2, is 2.5 (+25.00%)"]
    assert golden.compare(again, again | {nan: 1.0}) == ["baseline / 0 / incidents: was nan, is 1"]
    assert golden.compare(again, {k: v for k, v in again.items() if k != key}) == ["baseline / 0 / signed: gone"]
