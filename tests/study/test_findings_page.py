"""The page of findings says what its tables hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).parents[2] / "experiments" / "00_three_mechanisms" / "run.py"


def test_page_of_findings_is_fresh() -> None:
    """A failure means that docs/findings.md states numbers other than those kept: run the command it names."""
    done = subprocess.run([sys.executable, str(RUN), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
