"""The runner: exactly what is missing is made, whoever makes it, and nobody's death or silence stops the others."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from study_stub import Points, Stub, Unreadable, made
from study_trials import plan_of, results, run_stub

from partnersim.study import conduct as conduct_module
from partnersim.study import runner, runs, workers
from partnersim.study.files import StudyError
from partnersim.study.runner import Shard, everything, make
from partnersim.study.runs import Block, Cell, PartnershipSimulator, Strip, work
from partnersim.study.store import Asked, Folder, Stored
from partnersim.study.workers import InProcess, Lost, Processes

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


class Taken:
    """An engine that makes nothing: it remembers its blocks, and says that each run took ``cost`` seconds."""

    def __init__(self, cost: float = 0.0, room: int = 4) -> None:
        self.cost, self.most, self.blocks, self.waiting = cost, room, [], []

    @property
    def room(self) -> int:
        """As told."""
        return self.most - len(self.waiting)

    def submit(self, block):
        """Remember it."""
        self.blocks.append(block)
        self.waiting.append(block)

    def next(self):
        """Any of those that wait."""
        block = self.waiting.pop(random.Random(len(self.blocks)).randrange(len(self.waiting)))
        return block, runs.Produced(None, None, (), len(block), self.cost * len(block))


class Nowhere:
    """A folder that keeps nothing."""

    def add(self, name, produced):
        """Nothing."""


def cut(plan, wanted, stored, cost=0.0, shard=None) -> list[Block]:
    """The blocks that are made."""
    engine = Taken(cost)
    make(plan, wanted, stored, Nowhere(), engine, 2, lambda tally, n: None, shard or Shard())
    return engine.blocks


def runs_of(blocks: list[Block]) -> list[tuple[str, int]]:
    """Their runs in order of point and seed."""
    return sorted(run for block in blocks for run in block.runs())


@pytest.mark.parametrize("cost", [0.0, 0.02, 5.0])
def test_blocks_cover_exactly_what_is_missing(cost):
    """Fails when a run is left out, made twice, made though it is known, or made apart from those that share its burn-in."""
    luck = random.Random(3)
    plan = Points(("a", "b", "c", "a", "d"), ((0, 1, 3), (2, 4)))
    for _ in range(40):
        wanted = {point: range(luck.randrange(40)) for point in range(5)}
        stored = Stored()
        for point, seeds in wanted.items():
            for seed in seeds:
                if luck.random() < 0.3:
                    stored.add(plan.digests[point], [seed])
                elif luck.random() < 0.1:
                    stored.failures[plan.digests[point], seed] = runs.Failure(plan.digests[point], seed, "failed", "")
        expected = {(plan.digests[p], s) for p, seeds in wanted.items() for s in seeds if not stored.has(plan.digests[p], s)}
        blocks = cut(plan, wanted, stored, cost)
        assert runs_of(blocks) == sorted(expected)
        assert all(stored.has(*run) for run in expected) and len({block.name for block in blocks}) == len(blocks)
        for strip in (strip for block in blocks for strip in block.strips):
            assert {cell.point for cell in strip.cells} <= {"a", "b"} or {cell.point for cell in strip.cells} <= {"c", "d"}


def test_blocks_take_about_a_second_and_get_smaller_towards_the_end():
    """Fails when a killed worker loses much work, the end waits for one worker, or tiny blocks cost more than their runs."""
    plan, free = Points(), {"seeds": range(4000)}
    sizes = [len(block) for block in cut(plan, everything(plan, free["seeds"]), Stored(), 0.01)]
    assert sizes[0] <= runner.FIRST_BLOCK + 1 and max(sizes) <= 102 and sizes[-1] <= 12
    assert max(len(block) for block in cut(plan, everything(plan, free["seeds"]), Stored(), 1e-6)) <= runner.LARGEST_BLOCK + 1
    assert {len(block) for block in cut(plan, everything(plan, range(9)), Stored(), 60.0)} <= {1, 2, 3, 4}


def test_many_points_that_share_a_world_are_cut_as_well():
    """Fails when a design of thousands of scenarios is one block for each seed, or loses a point where it is cut."""
    names = tuple(f"p{number}" for number in range(1203))
    plan = Points(names, (tuple(range(1203)),))
    blocks = cut(plan, everything(plan, range(3)), Stored(), 1e-3)
    assert runs_of(blocks) == sorted(itertools.product(names, range(3)))
    assert max(map(len, blocks)) <= 2 * runner.LARGEST_BLOCK


@pytest.mark.parametrize("together", [False, True])
def test_shards_share_out_all_runs_whenever_each_of_them_begins(together):
    """Fails when shards run one after another leave runs to nobody, or shards run at the same time make runs twice."""
    plan = Points(("a", "b", "c", "d"), ((0, 1), (2,), (3,)))
    wanted = everything(plan, range(0, 50, 2))
    stored, found = Stored(), []
    for number in (2, 3, 1):
        at_start = Stored() if together else stored
        blocks = cut(plan, wanted, at_start, 0.01, Shard(number, 3))
        found.append(runs_of(blocks))
    assert sorted(itertools.chain(*found)) == sorted(itertools.product("abcd", range(0, 50, 2)))
    assert {len(of) for of in found} <= set(range(30, 37))


def test_failed_runs_are_recorded_and_the_others_finish(tmp_path, stub):
    """Fails when a run that raises stops or spoils others, or is not recorded with its seed, its error and where it was."""
    failing = replace(stub, raises=[1], burns=[3], late=[4], only=["b"])
    stored, folder = run_points(tmp_path, failing, InProcess(failing))
    expected = {("b", 1): "failed", ("b", 4): "timeout"} | {(point, 3): "failed" for point in "abc"}
    assert {run: failure.status for run, failure in stored.failures.items()} == expected
    assert finished(stored) == sorted(set(itertools.product("abc", range(6))) - set(expected))
    one = stored.failures["b", 1]
    assert one.error == "ValueError: seed 1 is odd" and "_befall" in one.traceback and "in a second line" in one.traceback
    assert "no world with seed 3" in stored.failures["c", 3].error
    assert [line["seed"] for line in folder.journal() if line["event"] == "failed"].count(3) == 3


def test_a_simulator_that_makes_too_few_runs_gives_no_run_to_another_seed(stub):
    """Fails when results move up into the place of those that a faulty simulator leaves out."""

    class Short(Stub):
        def run(self, cells, seed):
            return itertools.islice(super().run(cells, seed), 1 if seed == 0 else 3)

    block = Block((Strip((Cell("a", None), Cell("b", None)), (0, 1)),))
    produced = work(Short(), block)
    assert [(f.point, f.seed, f.error) for f in produced.failures] == [
        ("b", 0, "RuntimeError: the simulator made 1 of 2 runs of seed 0")
    ]
    assert produced.finished == 3


ENGINES = {
    "a thread": {},
    "two threads": {"workers": 2, "in_process": True},
    "a process": {"workers": 1},
    "two processes": {"workers": 2},
    "three processes": {"workers": 3},
}


def test_results_do_not_depend_on_who_makes_them_or_in_which_order(tmp_path, monkeypatch):
    """Fails when any byte of a table depends on the engine, the size of blocks or the order of their making."""
    plan, failing = plan_of(range(12)), Stub(raises=[3], late=[7])
    run_stub(plan, tmp_path / "expected", failing)
    expected = results(tmp_path / "expected")
    assert {"outcomes.parquet", "summary.csv", "comparison.csv", "headline.csv", "failures.csv", "monthly"} <= set(expected)
    for name, how in ENGINES.items():
        with pytest.MonkeyPatch.context() as patch:
            if name == "a process":
                patch.setattr(conduct_module, "InProcess", lambda simulator, n: Processes(simulator, n, 60))
            run_stub(plan, tmp_path / name, failing, **how)
        assert results(tmp_path / name) == expected, name
    for size in (1, 7):
        monkeypatch.setattr(runner, "FIRST_BLOCK", size)
        monkeypatch.setattr(runner, "LARGEST_BLOCK", size)
        run_stub(plan, tmp_path / str(size), failing)
        assert results(tmp_path / str(size)) == expected
    for seeds in ([3, 11, 4], range(2, 9), range(12)):
        run_stub(plan_of(seeds), tmp_path / "in parts", failing, expand=True)
    assert results(tmp_path / "in parts") == expected


def test_looking_at_the_clock_changes_no_run(monkeypatch):
    """Fails when a run depends on how often it is interrupted to look at the clock, as time limits need."""
    plan = plan_of(range(3), months=30)
    block = Block(tuple(Strip(tuple(Cell(plan.digests[p], plan.content(p)) for p in group), (0, 1)) for group in plan.groups))
    found = []
    for chunk in (1, 12, 1000):
        monkeypatch.setattr(runs, "CHUNK", chunk)
        produced = work(PartnershipSimulator(30, "class", ("incidents", "live"), 600), block)
        assert produced.finished == 4
        found.append((produced.outcomes, produced.monthly))
    assert found[0] == found[1] == found[2]


def test_a_run_that_takes_too_long_ends_between_months(monkeypatch):
    """Fails when a time limit is only noticed when the run is over, or its run is not told from one that fails."""
    from partnersim import month

    months, run = [], month.run

    def counted(world, tables, n):
        months.append(n)
        run(world, tables, n)

    monkeypatch.setattr(month, "run", counted)
    plan = plan_of(range(1), scenarios=["baseline"], months=120)
    block = Block((Strip((Cell(plan.digests[0], plan.content(0)),), (0,)),))
    (failure,) = work(PartnershipSimulator(120, "class", (), 1e-6), block).failures
    assert failure.status == "timeout" and failure.error.endswith("took longer than the 1e-06 seconds that a run may take")
    assert months == [runs.CHUNK]


def test_a_killed_worker_is_replaced(tmp_path, stub):
    """Fails when the death of a worker stops a study, or loses or repeats runs that were finished."""
    engine = Processes(replace(stub, kills_first={3: 1}, cost=0.01), 2, 60)
    stored, _ = run_points(tmp_path, stub, engine, range(40))
    assert finished(stored) == sorted(itertools.product("abc", range(40))) and not stored.failures
    assert sum(Counter(made(stub)).values()) <= 120 + 2 * runner.FIRST_BLOCK


def test_chance_that_hits_one_run_more_than_once_does_not_condemn_it(tmp_path, stub):
    """Fails when a run is given up because its worker was killed three times while it was at it."""
    engine = Processes(replace(stub, kills_first={3: 3}, only=["b"]), 1, 60)
    stored, _ = run_points(tmp_path, stub, engine, range(5))
    assert finished(stored) == sorted(itertools.product("abc", range(5))) and not stored.failures


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
