"""Fixtures: an engine that draws its results, so that studies are tested without the model, and an end to tests that hang."""

from __future__ import annotations

import signal
import sys
import types
from collections.abc import Iterator

import pytest
import study_synthetic as synthetic

from partnersim import scenario
from partnersim.study import conduct, resampling
from partnersim.study import runner as runner_module


class Engine(types.ModuleType):
    """Stands in for ``partnersim.simulate`` and makes the runs of studies; remembers what it was asked to run."""

    Runs = synthetic.Runs

    def __init__(self) -> None:
        super().__init__("partnersim.simulate")
        self.ran: list[tuple[str, int]] = []

    def laboratories(self, scenarios, size, months):
        """The promised check, which finds nothing wrong."""
        return list(scenarios)

    def simulate_many(self, scenarios, seeds, months=120, size="system", workers=None, progress=None):
        """The promised call."""
        seeds = list(seeds)
        self.ran += [(scenario.name, seed) for scenario in scenarios for seed in seeds]
        return synthetic.simulate_many(scenarios, seeds, months, size)


class Drawn:
    """A simulator of drawn runs; it works in this process alone."""

    def __init__(self, engine: Engine, study) -> None:
        self.engine, self.months, self.series = engine, study.months, tuple(study.monthly)
        self.outcomes = tuple(o.name for o in synthetic.OUTCOMES)

    def prepare(self):
        """Nothing to do."""

    def run(self, cells, seed):
        """Outcomes and paths as :func:`study_synthetic.simulate` draws them."""
        for cell in cells:
            scenario = cell.content[0]
            self.engine.ran.append((scenario.name, seed))
            runs = synthetic.simulate(scenario, [seed], self.months)
            yield runs.outcomes.to_numpy()[0], runs.monthly[list(self.series)].to_numpy().T


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The drawn engine in place of the real one, in blocks of a few runs, with few resamples."""
    module = Engine()
    monkeypatch.setitem(sys.modules, "partnersim.simulate", module)
    monkeypatch.setattr(conduct, "engine_digest", lambda: "drawn")
    for place in (conduct, scenario):
        monkeypatch.setattr(place, "inputs_used", lambda scenarios: (3, 5))
    monkeypatch.setattr(conduct, "check_scenarios", lambda plan: None)
    monkeypatch.setattr(conduct, "simulator_of", lambda plan: Drawn(module, plan.study))
    monkeypatch.setattr(runner_module, "LARGEST_BLOCK", 3)
    monkeypatch.setattr(resampling, "RESAMPLES", 49)
    return module


class Hangs(BaseException):
    """A test that waits for what does not come; no program under test catches it."""


@pytest.fixture
def in_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test with few resamples that fails where it takes two minutes."""

    def stop(number, frame):
        raise Hangs

    monkeypatch.setattr(resampling, "RESAMPLES", 49)
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(120)
    yield
    signal.alarm(0)
