"""Simulators without a model: runs of known cost that raise, kill their worker or never end, where a test says so.

They are in a module of their own, with few imports, since worker processes import it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from partnersim.study.runs import Cell, Result, TimeLimit


@dataclass(frozen=True)
class Stub:
    """Numbers that depend on point and seed alone, drawn in ``cost`` seconds; then what happens to the seeds named.

    ``raises``: the run raises; ``burns``: burn-in does; ``late``: the run says that it took too long; ``kills``: the run kills
    its process, with ``kills_first`` only the first so many times; ``hangs``: it sleeps on and looks at no clock. ``only``:
    points that this happens to, all unless given. ``start``: what happens where a worker starts: nothing, "dies" or "stops".
    ``notes``: a folder in which each run leaves a line in the file "made".
    """

    outcomes: tuple[str, ...] = ("x", "y")
    series: tuple[str, ...] = ("p", "q")
    months: int = 3
    cost: float = 0.0
    raises: Sequence[int] = ()
    burns: Sequence[int] = ()
    late: Sequence[int] = ()
    kills: Sequence[int] = ()
    kills_first: Mapping[int, int] = field(default_factory=dict)
    hangs: Sequence[int] = ()
    only: Sequence[str] = ()
    start: str = ""
    notes: Path | None = None

    def prepare(self) -> None:
        """End, or stand still, as told."""
        if self.start:
            os.kill(os.getpid(), signal.SIGKILL if self.start == "dies" else signal.SIGSTOP)

    def run(self, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
        """As the class says."""
        if seed in self.burns:
            raise RuntimeError(f"no world with seed {seed}")
        for cell in cells:
            if self.cost:
                time.sleep(self.cost)
            self._note(cell.point, seed)
            try:
                self._befall(cell.point, seed)
            except Exception as error:
                yield error
                continue
            own = np.random.default_rng([seed, *cell.point.encode()])
            paths = own.normal(5, 1, (len(self.series), self.months)) if self.series else None
            yield own.normal(100, 10, len(self.outcomes)), paths

    def _befall(self, point: str, seed: int) -> None:
        if self.only and point not in self.only:
            return
        if seed in self.raises:
            raise ValueError(f"seed {seed} is odd\nin a second line")
        if seed in self.late:
            raise TimeLimit("took longer than it may")
        if seed in self.kills or self._is_one_of_first(seed):
            os.kill(os.getpid(), signal.SIGKILL)
        while seed in self.hangs:
            time.sleep(0.05)

    def _is_one_of_first(self, seed: int) -> bool:
        for time_ in range(self.kills_first.get(seed, 0)):
            assert self.notes
            with contextlib.suppress(FileExistsError):
                (self.notes / f"killed-{seed}-{time_}").touch(exist_ok=False)
                return True
        return False

    def _note(self, point: str, seed: int) -> None:
        if self.notes:
            with open(self.notes / "made", "a", encoding="utf-8") as file:
                file.write(f"{point} {seed}\n")


def made(stub: Stub) -> list[tuple[str, int]]:
    """The runs that a stub with ``notes`` began, in order of point and seed, as often as they were begun."""
    assert stub.notes
    path = stub.notes / "made"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return sorted((line.split()[0], int(line.split()[1])) for line in lines)


@dataclass(frozen=True)
class Points:
    """All that the runner needs of a plan: points named by letters, in groups that share a burn-in."""

    digests: tuple[str, ...] = ("a", "b", "c")
    groups: tuple[tuple[int, ...], ...] = ((0, 1), (2,))
    contents: Any = None

    def content(self, point: int) -> Any:
        """The same for all: the stub draws from the name."""
        return self.contents


class Unreadable:
    """Can be sent, but not received."""

    def __reduce__(self):
        """What fails where it is read."""
        return int, ("no number",)
