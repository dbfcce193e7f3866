"""The runner: exactly what is missing is made, whoever makes it, and nobody's death or silence stops the others."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from study_stub import Points, Stub, Unreadable, made

from partnersim.study import runner, workers
from partnersim.study.files import StudyError
from partnersim.study.runner import everything, make
from partnersim.study.runs import Block, Cell, Strip
from partnersim.study.store import Asked, Folder, Stored
from partnersim.study.workers import Lost, Processes

pytestmark = pytest.mark.usefixtures("in_time")


@pytest.fixture
def stub(tmp_path) -> Stub:
    """One that notes its runs."""
    (tmp_path / "notes").mkdir()
    return Stub(notes=tmp_path / "notes")


def run_points(tmp_path: Path, stub: Stub, engine, seeds=range(6), plan=None, **more) -> tuple[Stored, Folder]:
    """Make the runs of a few points in a new folder; what is stored then, read back."""
    folder, plan = Folder(tmp_path / "points"), plan or Points()
    folder.begin(Asked({}, "points", "stub"), pd.DataFrame({"point": plan.digests}), tmp_path, {})
    stored = folder.stored(stub.months)
    try:
        make(plan, everything(plan, seeds), stored, folder, engine, 2, lambda tally, n: None, **more)
    finally:
        engine.close()
        folder.close({"wall_seconds": 0, "cpu_seconds": 0})
    again = folder.stored(stub.months)
    assert again == stored, "what the runner notes and what is on disk differ"
    return again, folder


def finished(stored: Stored) -> list[tuple[str, int]]:
    """Finished runs by point and seed."""
    return sorted((point, seed) for point, seeds in stored.seeds.items() for seed in seeds)


def test_a_killed_worker_is_replaced(tmp_path, stub):
    """Fails when the death of a worker stops a study, or loses or repeats runs that were finished."""
    engine = Processes(replace(stub, kills_once=[3], cost=0.01), 2, 60)
    stored, _ = run_points(tmp_path, stub, engine, range(40))
    assert finished(stored) == sorted(itertools.product("abc", range(40))) and not stored.failures
    assert sum(Counter(made(stub)).values()) <= 120 + 2 * runner.FIRST_BLOCK


def test_a_run_that_kills_its_worker_each_time_is_the_only_one_lost(tmp_path, stub):
    """Fails when one run that ends its process takes others with it, is tried for ever, or leaves open files behind."""
    Processes(stub, 1, 60).close()
    before = open_files()
    killer = replace(stub, kills=[3], only=["b"])
    stored, folder = run_points(tmp_path, killer, Processes(killer, 2, 60), range(12))
    assert finished(stored) == sorted(set(itertools.product("abc", range(12))) - {("b", 3)})
    (failure,) = stored.failures.values()
    assert failure == ("b", 3, "crashed", "its worker died each time that it was made", "")
    assert open_files() == before


def open_files() -> list[str]:
    """What the open files of this process are."""
    found = []
    for name in os.listdir("/dev/fd"):
        try:
            found.append(os.readlink(f"/dev/fd/{name}"))
        except OSError:  # the listing is gone itself
            continue
    return sorted(found)


def test_a_run_that_hangs_is_stopped(tmp_path, stub, monkeypatch):
    """Fails when a run that never looks at the clock holds its worker, and the study, for ever."""
    monkeypatch.setattr(workers, "GRACE", 1.0)
    monkeypatch.setattr(workers, "WATCH", 0.05)
    hanging = replace(stub, hangs=[2], only=["c"])
    stored, _ = run_points(tmp_path, hanging, Processes(hanging, 2, time_limit=0.1))
    assert finished(stored) == sorted(set(itertools.product("abc", range(6))) - {("c", 2)})
    assert stored.failures["c", 2][2:] == ("timeout", "did not end and was stopped", "")


@pytest.mark.parametrize("start", ["dies", "stops"])
@pytest.mark.parametrize("contents", [None, b"x" * 1_000_000])
def test_workers_that_cannot_start_end_the_study(tmp_path, stub, monkeypatch, start, contents):
    """Fails when workers that die, or stand still, before their first run are started for ever, or waited for."""
    if start == "stops":
        monkeypatch.setattr(workers, "START", 0.5)
        monkeypatch.setattr(workers, "WATCH", 0.05)
    engine = Processes(replace(stub, start=start), 2, 60)
    with pytest.raises(StudyError, match=r"5 worker processes in a row .* \(exit code -9\)") as told:
        run_points(tmp_path, stub, engine, plan=Points(contents=contents))
    assert '__name__ == "__main__"' in str(told.value) and "--workers 1" in str(told.value)
    assert made(stub) == [] and not any(worker.process.is_alive() for worker in engine._workers)


def test_a_block_that_workers_cannot_read_ends_the_study(tmp_path, stub, capfd):
    """Fails when a worker that cannot unpickle what it is to run waits for ever, or does not say why."""
    with pytest.raises(StudyError, match="5 worker processes in a row"):
        run_points(tmp_path, stub, Processes(stub, 2, 60), plan=Points(contents=Unreadable()))
    assert "invalid literal for int()" in capfd.readouterr().err


def test_a_worker_that_stops_in_the_middle_of_a_message_is_replaced(stub, monkeypatch):
    """Fails when the parent waits for ever for the rest of what a worker sends, or thinks that it had not begun."""
    monkeypatch.setattr(workers, "GRACE", 0.5)
    block = Block((Strip((Cell("a", None),), (0, 1)),))
    with contextlib.closing(Processes(replace(stub, months=200_000), 1, 60)) as engine:  # more than a pipe holds
        engine.submit(block)
        assert engine._workers[0].pipe.poll(60)
        os.kill(engine.pids[0], signal.SIGSTOP)
        assert engine.next() == (block, Lost(None))


def test_a_worker_that_dies_between_blocks_is_nobodys_fault(stub):
    """Fails when the death of an idle worker is blamed on the run that it would have made next."""
    first, second = (Block((Strip((Cell("a", None),), (seed,)),)) for seed in (0, 1))
    with contextlib.closing(Processes(stub, 1, 60)) as engine:
        engine.submit(first)
        assert engine.next()[1].finished == 1
        os.kill(engine.pids[0], signal.SIGKILL)
        engine._workers[0].process.join()
        engine.submit(second)
        assert engine.next() == (second, Lost(workers.INNOCENT))


def test_a_machine_that_starts_no_process_says_so(stub, monkeypatch):
    """Fails when too many processes end in a traceback, or leave those that were started."""
    started = []

    class Process(Processes):
        def _start(self, number):
            if number == 2:
                monkeypatch.setattr(os, "pipe", refuse)
            started.append(super()._start(number))
            return started[-1]

    def refuse():
        raise OSError(24, "Too many open files")

    with pytest.raises(StudyError, match=r"cannot be started \(Too many open files\); ask for fewer"):
        Process(stub, 3, 60)
    assert len(started) == 2 and not any(worker.process.is_alive() for worker in started)
