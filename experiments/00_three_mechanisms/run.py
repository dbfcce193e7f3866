"""Measure the three mechanisms, draw them, and write what came out into docs/findings.md.

uv run python experiments/00_three_mechanisms/run.py           everything, about ten minutes on two cores
uv run python experiments/00_three_mechanisms/run.py --check   whether the page says what the kept tables hold
"""

from __future__ import annotations

from pathlib import Path

from drawing import DRAWINGS, HOLLOW
from telling import BLOCKS

from partnersim.experiment import Experiment, Settings
from partnersim.study.paired import LEVEL
from partnersim.validation.mechanisms import coordination, screening, volume

PARTS = {"screening": screening, "coordination": coordination, "volume": volume}


def footers(settings: Settings) -> dict[str, str]:
    """Runs and intervals of each figure, in words."""
    return {
        name: f"{setting['seeds']} common seeds, {setting['months']} months after burn-in, size {setting['size']}. Lines and "
        f"bands: {LEVEL:.0%} intervals of differences between runs on common seeds, simultaneous (max-t, bootstrap over seeds)."
        f"{HOLLOW}"
        for name, setting in settings.items()
    }


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent
    Experiment(folder, "findings.md", PARTS, DRAWINGS, footers, BLOCKS, kind="finding").main(__doc__)
