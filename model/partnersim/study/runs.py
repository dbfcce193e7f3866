"""What a worker does: take a block of runs, make them one by one, hand back whole Parquet parts and what went wrong.

A :class:`Simulator` makes runs; it is told apart from the model so that the runner is tested and measured on stubs of known
cost. Whoever works, wherever, hands the same bytes to the one process that writes.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from partnersim.simulate import Laboratory

CHUNK = 12
"""Months between two looks at the clock."""
FAILED, TIMEOUT, CRASHED = "failed", "timeout", "crashed"
"""A run that raised, one that took longer than it may, and one that killed its worker."""
BATCH = 1 << 17
"""Numbers of a column that are encoded in one go."""


class TimeLimit(Exception):
    """A run took longer than it may."""


class Cell(NamedTuple):
    """A point and what a simulator needs to run it."""

    point: str
    content: Any


class Strip(NamedTuple):
    """Cells that share the world after burn-in, and the seeds each of them is run with."""

    cells: tuple[Cell, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """Runs that one worker makes in one go."""

    strips: tuple[Strip, ...]

    def runs(self) -> list[tuple[str, int]]:
        """(point, seed) in the order in which they are made."""
        return self._runs

    @functools.cached_property
    def _runs(self) -> list[tuple[str, int]]:
        return [(cell.point, seed) for strip in self.strips for seed in strip.seeds for cell in strip.cells]

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """Its strips alone."""
        return type(self), (self.strips,)

    def __len__(self) -> int:
        """Number of runs."""
        return sum(len(strip.cells) * len(strip.seeds) for strip in self.strips)

    @property
    def name(self) -> str:
        """Name of its parts: a digest of the runs, so that a block made twice is one part."""
        return hashlib.sha256(repr(self.runs()).encode()).hexdigest()[:16]

    def singles(self) -> list[Block]:
        """A block for each of its runs."""
        strips = [(cell, seed) for strip in self.strips for seed in strip.seeds for cell in strip.cells]
        return [Block((Strip((cell,), (seed,)),)) for cell, seed in strips]


class Failure(NamedTuple):
    """A run without a result: which one, why (``failed``, ``timeout`` or ``crashed``), in a line and in full."""

    point: str
    seed: int
    status: str
    error: str
    traceback: str = ""


@dataclass(frozen=True)
class Produced:
    """Whole Parquet files (None where no run is left to keep, or no paths are kept), failures, and seconds of work."""

    outcomes: bytes | None
    monthly: bytes | None
    failures: tuple[Failure, ...]
    finished: int
    seconds: float


Result = tuple[np.ndarray, np.ndarray | None]
"""Outcomes (outcome,) and paths (series, month) of a run, float64."""


class Simulator(Protocol):
    """Makes runs. It is pickled to workers, so it holds settings alone; what it opens, it opens where it works."""

    outcomes: tuple[str, ...]
    series: tuple[str, ...]
    months: int

    def prepare(self) -> None:
        """Called once where it works, before the first run: what takes time and is no part of a run."""

    def run(self, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
        """The run of each cell with one seed, or what it raised, in the order of the cells; raises where none can be made."""
        ...


def work(simulator: Simulator, block: Block, begin: Callable[[int], None] = lambda number: None) -> Produced:
    """Make the runs of a block. ``begin`` is called with the number of each run before it is made."""
    started = time.perf_counter()
    runs = block.runs()
    failures: list[Failure] = []
    kept: list[int] = []
    months, number = simulator.months, 0
    outcomes = np.empty((len(simulator.outcomes), len(runs)))
    paths = np.empty((len(simulator.series), len(runs), months)) if simulator.series else None
    for strip in block.strips:
        for seed in strip.seeds:
            begin(number)
            for result in _results(simulator, strip.cells, seed):
                if isinstance(result, Exception):
                    failures.append(_failure(*runs[number], result))
                else:
                    outcomes[:, len(kept)] = result[0]
                    if paths is not None and result[1] is not None:
                        paths[:, len(kept)] = result[1]
                    kept.append(number)
                number += 1
                begin(number)
    if not kept:
        return Produced(None, None, tuple(failures), 0, time.perf_counter() - started)
    made = [runs[k] for k in kept]
    table = _encoded(made, 1, {}, simulator.outcomes, outcomes[:, : len(kept)])
    monthly = None
    if paths is not None:
        flat = paths[:, : len(kept)].reshape(len(simulator.series), -1)
        month = np.tile(np.arange(1, months + 1), len(kept))
        monthly = _encoded(made, months, {"month": month}, simulator.series, flat)
    return Produced(table, monthly, tuple(failures), len(kept), time.perf_counter() - started)


def _results(simulator: Simulator, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
    """A result for each cell; where burn-in raises, or the simulator itself, that is the result of all that is left."""
    done = 0
    try:
        for result in itertools.islice(simulator.run(cells, seed), len(cells)):
            yield result
            done += 1
        if done < len(cells):  # or the next seed's results would be taken for theirs
            raise RuntimeError(f"the simulator made {done} of {len(cells)} runs of seed {seed}")
    except Exception as error:
        yield from [error] * (len(cells) - done)


def _failure(point: str, seed: int, error: Exception) -> Failure:
    status = TIMEOUT if isinstance(error, TimeLimit) else FAILED
    line = f"{type(error).__name__}: {error}".splitlines()[0][:500]
    return Failure(point, seed, status, line, "".join(traceback.format_exception(error)))


def _encoded(
    runs: Sequence[tuple[str, int]], repeat: int, extra: Mapping[str, np.ndarray], names: Sequence[str], values: np.ndarray
) -> bytes:
    """A Parquet file of ``point, seed``, each run ``repeat`` times, ``extra`` columns and ``values`` (name x row).

    Numbers are split by bytes before they are compressed, which takes a third less time and room than as they are; LZ4 would
    take half as much time again for a seventh less room. Pages carry checksums, which are verified when they are read. No
    column can hold nulls (what is missing is NaN), since only looking for them takes a third of the time.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    points = list(dict.fromkeys(point for point, _ in runs))
    place = {point: code for code, point in enumerate(points)}
    codes = np.repeat(np.array([place[point] for point, _ in runs], dtype=np.int32), repeat)
    seeds = np.repeat(np.array([seed for _, seed in runs], dtype=np.int64), repeat)
    columns: dict[str, pa.Array] = {
        "point": pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(points)),
        "seed": pa.array(seeds),
        **{name: pa.array(column) for name, column in extra.items()},
        **{name: pa.array(column) for name, column in zip(names, values, strict=True)},
    }
    stream = pa.BufferOutputStream()
    repeating = ["point", "seed", *extra]
    schema = pa.schema([pa.field(name, column.type, nullable=False) for name, column in columns.items()])
    pq.write_table(
        pa.table(list(columns.values()), schema=schema),
        stream,
        compression="snappy",
        use_dictionary=repeating,
        use_byte_stream_split=list(names),
        write_statistics=repeating,
        write_page_checksum=True,
        write_batch_size=BATCH,
    )
    done: bytes = stream.getvalue().to_pybytes()
    return done


class PartnershipSimulator:
    """Runs of the model. A cell's content is a scenario, and the numbers that its world sets.

    ``series``: the monthly paths that are kept; ``time_limit``: seconds that burn-in, and each run after it, may take.
    """

    def __init__(self, months: int, size: str, series: Sequence[str], time_limit: float) -> None:
        from partnersim.ledger import OUTCOMES, SERIES

        self.outcomes = tuple(o.name for o in OUTCOMES)
        self.series = tuple(series)
        self.months, self.size, self.time_limit = months, size, time_limit
        self._columns = [number for number, s in enumerate(SERIES) if s.name in self.series]
        self._laboratories: dict[str, Laboratory] = {}

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """Settings alone."""
        return type(self), (self.months, self.size, self.series, self.time_limit)

    def prepare(self) -> None:
        """Compile the engine, or load what was compiled."""
        from partnersim.simulate import Laboratory, run_one

        lab = Laboratory("baseline", "class", 1)
        run_one(lab, lab.settled(0), keep=False)

    def laboratory(self, cell: Cell) -> Laboratory:
        """The laboratory of a cell; what its scenario's worlds share is made once."""
        from partnersim.simulate import Laboratory

        scenario, values = cell.content
        if scenario.digest not in self._laboratories:
            self._laboratories[scenario.digest] = Laboratory(scenario, self.size, self.months)
        found = self._laboratories[scenario.digest]
        return found.in_world(values) if values else found

    def run(self, cells: Sequence[Cell], seed: int) -> Iterator[Result | Exception]:
        """One burn-in for all cells, then each."""
        labs = [self.laboratory(cell) for cell in cells]
        settled = labs[0].settled(seed, self._clock(), CHUNK)
        for left, lab in zip(reversed(range(len(labs))), labs, strict=True):
            try:
                yield self._outcome(lab, settled, keep=left > 0)
            except Exception as error:
                yield error

    def _outcome(self, lab: Laboratory, settled: Any, keep: bool) -> Result:
        from partnersim.outcomes import monthly_values, outcomes_of
        from partnersim.simulate import run_one

        world = run_one(lab, settled, keep=keep, look=self._clock(), every=CHUNK)
        row = np.array(list(outcomes_of(world, self.months).values()))
        return row, monthly_values(world.series).T[self._columns] if self._columns else None

    def _clock(self) -> Callable[[Any], None]:
        """A look that ends what takes longer than it may."""
        end = time.perf_counter() + self.time_limit

        def look(world: Any) -> None:
            if time.perf_counter() > end:
                raise TimeLimit(f"took longer than the {self.time_limit:g} seconds that a run may take")

        return look
