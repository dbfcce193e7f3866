"""Pages of experiments say what their tables hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXPERIMENTS = Path(__file__).parents[2] / "experiments"


@pytest.mark.parametrize("experiment", ["00_three_mechanisms", "05_every_lever"])
def test_a_page_of_findings_is_fresh(experiment: str) -> None:
    """A failure means that a page states numbers other than those kept: run the command it names."""
    run = [sys.executable, str(EXPERIMENTS / experiment / "run.py"), "--check"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
