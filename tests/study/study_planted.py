"""A simulator whose packages have known outcomes, and luck of a size that a test chooses."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from partnersim.ledger import HEADLINES, OUTCOMES
from partnersim.study.runs import Cell, Result

NAMES = tuple(outcome.name for outcome in OUTCOMES)


@dataclass(frozen=True)
class Planted:
    """Headline outcomes are ``start`` plus the sum of what each lever in use adds, and each pair; then luck.

    ``shared``: standard deviation of a seed's luck, common to all packages; ``own``: of that of a package and seed. Both times
    ``sizes``, the spread of the three outcomes. ``raises``: (levers, seed) of a run that raises; ``notes``: a file that gets a
    line a run.
    """

    adds: Mapping[str, Sequence[float]]
    pairs: Mapping[tuple[str, str], Sequence[float]] = field(default_factory=dict)
    start: Sequence[float] = (100.0, 10.0, 1000.0)
    sizes: Sequence[float] = (1.0, 1.0, 1.0)
    shared: float = 0.0
    own: float = 0.0
    raises: tuple[frozenset[str], int] | None = None
    notes: Path | None = None
    outcomes: tuple[str, ...] = NAMES
    series: tuple[str, ...] = ()
    months: int = 3

    def prepare(self) -> None:
        """Nothing to do."""

    def truth(self, used: Sequence[str]) -> np.ndarray:
        """Headline outcomes without luck."""
        found = np.array(self.start, dtype=float)
        for name in used:
            found += self.adds.get(name, (0.0, 0.0, 0.0))
        for (first, second), more in self.pairs.items():
            if first in used and second in used:
                found += more
        return found

    def run(self, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
        """As the class says."""
        common = np.random.default_rng([seed, 1]).normal(0, self.shared, 3)
        for cell in cells:
            used = sorted(policy.lever for policy in cell.content[0].policies)
            if self.notes:
                with open(self.notes, "a", encoding="utf-8") as file:
                    file.write(f"{cell.point} {seed}\n")
            if self.raises == (frozenset(used), seed):
                yield ValueError("this package fails")
                continue
            own = np.random.default_rng([seed, zlib.crc32(cell.point.encode())]).normal(0, self.own, 3) if self.own else 0.0
            row = np.zeros(len(NAMES))
            row[[NAMES.index(name) for name in HEADLINES]] = self.truth(used) + (common + own) * self.sizes
            yield row, None
