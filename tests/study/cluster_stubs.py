"""Simulators of known cost and habits, which the workers of a cluster import from here."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from partnersim.ledger import OUTCOMES
from partnersim.study.runs import Cell, Result, TimeLimit


@dataclass
class Drawn:
    """Draws outcomes from a run's point and seed, in so many ``seconds``.

    Seeds whose runs kill the process that makes them: ``deadly`` each time, ``mortal`` the first time, of which a file in
    ``folder`` remains. ``late``: seeds whose runs take too long.
    """

    seconds: float = 0.0
    deadly: tuple[int, ...] = ()
    mortal: tuple[int, ...] = ()
    folder: str = ""
    late: tuple[int, ...] = ()
    outcomes: tuple[str, ...] = tuple(outcome.name for outcome in OUTCOMES)
    series: tuple[str, ...] = ()
    months: int = 1

    def prepare(self) -> None:
        """Nothing to do."""

    def run(self, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
        """A row of numbers for each cell."""
        for cell in cells:
            time.sleep(self.seconds)
            if seed in self.deadly or (seed in self.mortal and self._is_first(f"{cell.point}-{seed}")):
                os.kill(os.getpid(), signal.SIGKILL)
            if seed in self.late:
                raise TimeLimit("took too long")
            yield np.random.default_rng([int(cell.point, 16), seed]).random(len(self.outcomes)), None

    def _is_first(self, name: str) -> bool:
        try:
            Path(self.folder, name).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True
