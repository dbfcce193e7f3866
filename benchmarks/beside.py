"""The stub's runs under other tools: Mesa's ``batch_run``, which is installed with the model, and the EMA Workbench.

Both keep results in memory and write nothing. Each is given the form that costs it least: paths as whole arrays, a run of one
step, a sample drawn beforehand. Time counts from where all workers have started.
"""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import mesa
from stub import OUTCOME_NAMES, SERIES_NAMES, VARIANTS, Kept, burn, results

from partnersim.study.runs import Result

GATHER, WORKERS = "STUB_GATHER", "STUB_WORKERS"
"""Environment of workers: a folder where each leaves a file in its first run, and how many there are."""
Make = Callable[[int, Callable[[], object]], None]
"""Makes so many runs, and calls when all workers are there."""


@functools.cache
def known(kept: Kept) -> list[Result]:
    """What runs hand out; made in a worker's first run, which then waits for the others to start."""
    found = results(kept)
    if place := os.environ.get(GATHER):
        Path(place, str(os.getpid())).touch()
        while len(os.listdir(place)) < int(os.environ[WORKERS]):
            time.sleep(0.01)
    return found


def named(kept: Kept, seconds: float, number: int) -> dict[str, Any]:
    """The results of a run by name."""
    outcomes, paths = known(kept)[number % VARIANTS]
    burn(seconds)
    found: dict[str, Any] = dict(zip(OUTCOME_NAMES, outcomes.tolist(), strict=True))
    if paths is not None:
        found.update({f"path_{name}": paths[k] for k, name in enumerate(SERIES_NAMES[: kept.series])})
    return found


@functools.cache
def names(kept: Kept) -> list[str]:
    """Of all results."""
    return [*OUTCOME_NAMES, *(f"path_{name}" for name in SERIES_NAMES[: kept.series])]


class StubModel(mesa.Model):
    """A run as a Mesa model of one step."""

    def __init__(self, number: int, seconds: float, kept: Kept, **rest: Any) -> None:
        super().__init__(**rest)
        self.stub = (kept, seconds, number)
        self.datacollector = mesa.DataCollector({name: name for name in names(kept)})

    def step(self) -> None:
        """The whole run."""
        self.__dict__.update(named(*self.stub))
        self.datacollector.collect(self)
        self.running = False


@contextlib.contextmanager
def with_mesa(kept: Kept, seconds: float, workers: int) -> Iterator[Make]:
    """``batch_run``, which starts workers for each batch: it has begun when the first run is done."""

    def make(runs: int, begun: Callable[[], object]) -> None:
        told = {"number": range(runs), "seconds": seconds, "kept": [kept]}
        with patch("mesa.batchrunner.tqdm", functools.partial(_Bar, begun)):
            mesa.batch_run(StubModel, told, number_processes=workers, display_progress=False)

    known(kept)
    with _gathering(workers):
        yield make


class _Bar:
    """A progress bar that tells of the first run and shows nothing."""

    def __init__(self, begun: Callable[[], object], total: int, disable: bool) -> None:
        self._begun: Callable[[], object] | None = begun

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def update(self) -> None:
        """A run is done."""
        if self._begun:
            self._begun()
        self._begun = None


@contextlib.contextmanager
def with_workbench(kept: Kept, seconds: float, workers: int) -> Iterator[Make]:
    """An evaluator of the EMA Workbench, whose workers start here."""
    import ema_workbench as ema

    model = ema.Model("stub", function=functools.partial(_experiment, kept, seconds))
    model.uncertainties = [ema.RealParameter("number", 0, 1e6)]
    paths = [ema.TimeSeriesOutcome(name) for name in names(kept)[len(OUTCOME_NAMES) :]]
    model.outcomes = [*(ema.ScalarOutcome(name) for name in OUTCOME_NAMES), *paths]
    evaluator = ema.SequentialEvaluator(model) if workers == 1 else ema.MultiprocessingEvaluator(model, n_processes=workers)

    def make(runs: int, begun: Callable[[], object]) -> None:
        sample = [ema.Scenario(str(k), number=float(k)) for k in range(runs)]
        begun()
        evaluator.perform_experiments(sample, log_progress=True)

    with _gathering(workers), evaluator:
        make(2 * workers, lambda: None)
        yield make


def _experiment(kept: Kept, seconds: float, number: float) -> dict[str, Any]:
    return named(kept, seconds, int(number))


@contextlib.contextmanager
def _gathering(workers: int) -> Iterator[None]:
    """Workers that are started meanwhile wait for each other."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory() as place, patch.dict(os.environ, {GATHER: place, WORKERS: str(workers)}):
        yield
