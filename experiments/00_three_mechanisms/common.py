"""Where the three findings are kept and told."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "results" / HERE.name
PAGE = HERE.parents[1] / "docs" / "findings.md"
