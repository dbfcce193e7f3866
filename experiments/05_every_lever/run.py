"""Run every lever, rank them, test the eight interactions, and write what came out into docs/every-lever.md.

uv run python experiments/05_every_lever/run.py           everything, about five minutes on two cores
uv run python experiments/05_every_lever/run.py --check   whether the page says what the kept tables hold
"""

from __future__ import annotations

from pathlib import Path

import effects
import interactions
import ranges
from common import MONTHS
from drawing import DRAWINGS
from telling import BLOCKS

from partnersim.experiment import Experiment, Settings
from partnersim.study.paired import LEVEL

PARTS = {"effects": effects, "ranges": ranges, "interactions": interactions}


def footers(settings: Settings) -> dict[str, str]:
    """Runs and intervals of each figure, in words."""
    seeds = {name: setting["seeds"] for name, setting in settings.items()}
    return {
        "effects": f"{seeds['effects']} common seeds, {MONTHS} months after burn-in, size system. Each lever alone, at full "
        f"strength, default options and sizes, which are assumed. Lines: {LEVEL:.0%} intervals of mean differences from "
        "baseline, simultaneous over the figure (max-t, bootstrap over seeds). Hollow: the interval holds zero. Lines end at "
        "the edge where they go beyond. X1 is a shock and no policy. Spent: charged under the lever's name, its desk, and the "
        "time its mechanism takes.",
        "places": f"Mean effect over mean staff-days spent on a lever, best first. Defaults: {seeds['effects']} common seeds. "
        f"Over the ranges: {ranges.POINTS} points of a Latin hypercube over the assumed sizes of each lever, "
        f"{seeds['ranges']} seeds each. Places of levers of small effect are mostly luck; levers that cost next to nothing "
        "take the ends.",
    }


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent
    Experiment(folder, "every-lever.md", PARTS, DRAWINGS, footers, BLOCKS).main(__doc__)
