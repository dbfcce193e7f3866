"""The runner: what is missing goes to an engine in blocks, what comes back goes to the store, and nothing is ever waited for
that cannot come.

Blocks aim at about a second of work and get smaller towards the end, so that several workers end together. A block whose worker
died is made again; the run that the worker was making is made alone, and where workers go on dying of it, it is recorded as
crashed.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from partnersim.study.files import StudyError
from partnersim.study.runs import CRASHED, TIMEOUT, Block, Cell, Failure, Produced, Strip
from partnersim.study.store import Folder, Stored
from partnersim.study.workers import INNOCENT, Engine, Lost

BLOCK_SECONDS = 1.0
"""Work that a block aims at: what is lost at most by each worker that is killed."""
LARGEST_BLOCK, FIRST_BLOCK = 500, 4
"""Runs in the largest block, and in the first ones, which tell how long a run takes."""
SHARES, LEAST_SECONDS = 2, 0.1
"""What is left is cut into at least so many blocks for each of several workers, but none of less work than this."""
TRIES = 2
"""How often a block is made whose worker died, before it is cut."""
GIVEN_UP = {CRASHED: 4, TIMEOUT: 2}
"""How often a run may end its worker before it is given up. Chance, such as a machine short of memory, can hit one run twice;
where a run hangs, each time costs twice its limit."""


class Runnable(Protocol):
    """What the runner needs to know of a plan."""

    @property
    def digests(self) -> Sequence[str]:
        """The points, in order."""
        ...

    @property
    def groups(self) -> Sequence[Sequence[int]]:
        """Points that share the world after burn-in."""
        ...

    def content(self, point: int) -> Any:
        """What a simulator needs to run a point."""
        ...


@dataclass(frozen=True)
class Shard:
    """The part of a study that one process makes. ``number`` is from 1."""

    number: int = 1
    of: int = 1

    @property
    def name(self) -> str:
        """For files; empty where there is but one."""
        return f"{self.number}of{self.of}" if self.of > 1 else ""

    def has(self, world: int, seed: int) -> bool:
        """Whether a world and a seed are its own: dealt out in turn, whatever is finished already."""
        return (world + seed) % self.of == self.number - 1


@dataclass
class Tally:
    """What a process has done: runs finished and failed, seconds that they took."""

    finished: int = 0
    failed: int = 0
    seconds: float = 0.0


Wanted = Mapping[int, Sequence[int]]
"""Seeds by point."""
Report = Callable[[Tally, int], object]
"""Called with the tally, and how many runs have just come to an end."""


def missing(plan: Runnable, wanted: Wanted, stored: Stored) -> dict[int, list[int]]:
    """The seeds of each point that are neither finished nor known to fail."""
    found = {}
    for point, seeds in wanted.items():
        digest = plan.digests[point]
        if left := [seed for seed in seeds if not stored.has(digest, seed)]:
            found[point] = left
    return found


def make(
    plan: Runnable,
    wanted: Wanted,
    stored: Stored,
    folder: Folder,
    engine: Engine,
    workers: int,
    report: Report,
    shard: Shard = Shard(),
    stop_on_error: bool = False,
) -> Tally:
    """Make the runs that are wanted and missing, and note them in ``stored``.

    Raises :class:`StudyError` where the folder cannot be written any more, and on the first failed run with
    ``stop_on_error``; what is finished stays.
    """
    tally = Tally()
    left = missing(plan, wanted, stored)
    blocks = _Cutter(plan, left, shard, workers)
    again: deque[Block] = deque()
    tries: Counter[str] = Counter()
    in_flight = 0
    while True:
        while engine.room > 0 and (block := again.popleft() if again else blocks.next()):
            engine.submit(block)
            in_flight += 1
        if not in_flight:
            return tally
        block, made = engine.next()
        in_flight -= 1
        if isinstance(made, Lost):
            found = _after_loss(block, made, tries)
            if isinstance(found, Produced):
                made = found
            else:
                again.extend(found)
                continue
        folder.add(block.name, made)
        _note(block, made, stored)
        blocks.learn(made)
        tally.finished += made.finished
        tally.failed += len(made.failures)
        tally.seconds += made.seconds
        report(tally, made.finished + len(made.failures))
        if made.failures and stop_on_error:
            first = made.failures[0]
            raise StudyError(f"Run {first.point}-{first.seed} {first.status}: {first.error}. The study stops as asked.")


def _note(block: Block, made: Produced, stored: Stored) -> None:
    failed = {(failure.point, failure.seed): failure for failure in made.failures}
    stored.failures |= failed
    for strip in block.strips:
        for cell in strip.cells:
            stored.add(cell.point, [seed for seed in strip.seeds if (cell.point, seed) not in failed] if failed else strip.seeds)


def _after_loss(block: Block, lost: Lost, tries: Counter[str]) -> list[Block] | Produced:
    """The blocks to make in place of one whose worker died, or a crash to record."""
    if lost.suspect == INNOCENT:
        return [block]
    tries[block.name] += 1
    singles = block.singles()
    if len(singles) == 1:
        if tries[block.name] < GIVEN_UP[lost.status]:
            return [block]
        point, seed = block.runs()[0]
        error = "its worker died each time that it was made" if lost.status == CRASHED else "did not end and was stopped"
        return Produced(None, None, (Failure(point, seed, lost.status, error),), 0, 0.0)
    if lost.suspect is not None:
        suspect = singles[lost.suspect]
        tries[suspect.name] += 1
        rest = singles[: lost.suspect] + singles[lost.suspect + 1 :]
        return [suspect, *_joined(rest)]
    if tries[block.name] < TRIES:
        return [block]
    half = len(singles) // 2
    return [*_joined(singles[:half]), *_joined(singles[half:])]


def _joined(singles: Sequence[Block]) -> list[Block]:
    """One block of single runs, in their order; cells with one seed share their burn-in again where they follow each other."""
    strips: list[Strip] = []
    for block in singles:
        ((cells, seeds),) = block.strips
        if strips and strips[-1].seeds == seeds:
            strips[-1] = Strip((*strips[-1].cells, *cells), seeds)
        else:
            strips.append(Strip(cells, seeds))
    return [Block(tuple(strips))] if strips else []


class _Cutter:
    """Cuts what is missing into blocks, sized by how long runs have taken."""

    def __init__(self, plan: Runnable, left: Wanted, shard: Shard, workers: int) -> None:
        self._plan = plan
        self._units = _units(plan, left, shard)
        self._held: tuple[tuple[int, ...], int] | None = None
        self._runs = sum(map(len, left.values())) / shard.of
        self._workers = workers
        self._seconds, self._made = 0.0, 0

    def learn(self, made: Produced) -> None:
        """Note how long a block took."""
        self._seconds += made.seconds
        self._made += made.finished + len(made.failures)

    def _size(self) -> int:
        if not self._made:
            return FIRST_BLOCK
        each = max(self._seconds / self._made, 1e-9)
        share = math.inf if self._workers == 1 else max(self._runs / (SHARES * self._workers), LEAST_SECONDS / each)
        return int(max(1, min(BLOCK_SECONDS / each, LARGEST_BLOCK, share)))

    def next(self) -> Block | None:
        """The next block; None where nothing is left."""
        size, taken = self._size(), 0
        strips: list[tuple[tuple[int, ...], list[int]]] = []
        while taken < size:
            unit = self._held or next(self._units, None)
            self._held = None
            if unit is None:
                break
            points, seed = unit
            if len(points) > LARGEST_BLOCK or (strips and len(points) > 2 * (size - taken)):
                if strips:
                    self._held = unit
                    break
                points, self._held = points[:LARGEST_BLOCK], (points[LARGEST_BLOCK:], seed)
            if strips and strips[-1][0] == points:
                strips[-1][1].append(seed)
            else:
                strips.append((points, [seed]))
            taken += len(points)
        self._runs = max(self._runs - taken, 0)
        if not strips:
            return None
        cells = {p: Cell(self._plan.digests[p], self._plan.content(p)) for points, _ in strips for p in points}
        return Block(tuple(Strip(tuple(cells[p] for p in points), tuple(seeds)) for points, seeds in strips))


def _units(plan: Runnable, left: Wanted, shard: Shard) -> Iterator[tuple[tuple[int, ...], int]]:
    """(points that share a world, a seed), world by world: what one burn-in serves. Equal points are run once."""
    twice = {digest for digest, n in Counter(plan.digests).items() if n > 1}
    seen: set[tuple[str, int]] = set()
    for number, group in enumerate(plan.groups):
        by_seed: dict[int, list[int]] = {}
        for point in group:
            digest = plan.digests[point]
            for seed in left.get(point, ()):
                if digest in twice:
                    if (digest, seed) in seen:
                        continue
                    seen.add((digest, seed))
                by_seed.setdefault(seed, []).append(point)
        for seed in sorted(by_seed):
            if shard.has(number, seed):
                yield tuple(by_seed[seed]), seed


def failed(plan: Runnable, wanted: Wanted, stored: Stored, shard: Shard) -> list[tuple[str, int]]:
    """(point, seed) of known failures: all of them, or those that are a shard's own."""
    if shard.of == 1:
        return list(stored.failures)
    found = {p: [s for s in seeds if (plan.digests[p], s) in stored.failures] for p, seeds in wanted.items()}
    return [(plan.digests[p], seed) for points, seed in _units(plan, found, shard) for p in points]


def to_make(plan: Runnable, left: Wanted, shard: Shard) -> int:
    """Number of runs that one shard makes of what is left."""
    return sum(len(points) for points, _ in _units(plan, left, shard))


def everything(plan: Runnable, seeds: Sequence[int]) -> dict[int, Sequence[int]]:
    """All points with the same seeds."""
    return dict.fromkeys(range(len(plan.digests)), seeds)


def total(wanted: Wanted) -> int:
    """Number of runs."""
    return sum(map(len, wanted.values()))
