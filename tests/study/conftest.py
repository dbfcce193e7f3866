"""Fixtures: an engine that draws its results, so that studies are tested without the model."""

from __future__ import annotations

import signal
import sys
import types
from collections.abc import Iterator

import pytest
import study_synthetic as synthetic

from partnersim.ledger import OUTCOMES, SERIES
from partnersim.study import compare as compare_module
from partnersim.study import resampling


class Engine(types.ModuleType):
    """Stands in for ``partnersim.simulate`` and remembers what it was asked to run."""

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


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The drawn engine in place of the real one, in blocks of two seeds, few resamples, outcomes and series."""
    module = Engine()
    monkeypatch.setitem(sys.modules, "partnersim.simulate", module)
    monkeypatch.setattr(compare_module, "engine_digest", lambda: "drawn")
    monkeypatch.setattr(compare_module, "FIRST_BLOCK", 2)
    monkeypatch.setattr(resampling, "RESAMPLES", 49)
    monkeypatch.setattr(synthetic, "OUTCOMES", [o for o in OUTCOMES if o.headline or o.name == "signed"])
    monkeypatch.setattr(synthetic, "SERIES", [s for s in SERIES if s.name in ("incidents", "live")])
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
