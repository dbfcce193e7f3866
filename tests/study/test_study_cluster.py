"""Studies on a real Dask cluster: the tables of any other engine, whatever dies."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from study_stub import Stub

from partnersim.ledger import OUTCOMES
from partnersim.study import cluster
from partnersim.study.conduct import Conducted, How, conduct
from partnersim.study.files import StudyError
from partnersim.study.plan import Plan, make_plan
from partnersim.study.runs import Block, Cell, Strip
from partnersim.study.spec import Study

pytest.importorskip("distributed", reason="needs Dask, as partnersim[cluster] brings it")
pytestmark = pytest.mark.usefixtures("in_time")

HERE = Path(__file__).parent
LONG = 120.0
"""Seconds after which what is waited for will not come."""


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + LONG
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


class Dask:
    """A scheduler and workers with one thread each, all processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.workers: list[subprocess.Popen] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        wait_for(self.file.exists)

    @property
    def address(self) -> str:
        """What --cluster is given."""
        return str(self.file)

    def _start(self, what: str, *words: str, **environment: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", str(self.file), "--no-dashboard"]
        environment = {**os.environ, "PYTHONPATH": str(HERE), **environment}
        with open(self.folder / f"{what}.log", "ab") as log:
            return subprocess.Popen(
                [*command, *words], stdout=log, stderr=log, cwd=self.folder, env=environment, start_new_session=True
            )

    def add_worker(self, *words: str, **environment: str) -> None:
        """One more worker; unless told otherwise its nanny starts it again when it dies."""
        words = ("--nthreads", "1", "--local-directory", str(self.folder), *words)
        self.workers.append(self._start("worker", *words, **environment))

    def worker_process(self, number: int) -> int:
        """Process number of a worker, the nanny's child that makes runs."""
        import psutil

        def found() -> list[int]:
            children = psutil.Process(self.workers[number].pid).children(recursive=True)
            return [child.pid for child in children if "spawn_main" in " ".join(child.cmdline())]

        wait_for(lambda: bool(found()))
        return found()[0]

    def stop_workers(self) -> None:
        """Kill them, and their nannies."""
        for process in self.workers:
            kill_all(process)
        self.workers.clear()

    def stop(self) -> None:
        """Kill everything."""
        self.stop_workers()
        kill_all(self.scheduler)


def kill_all(process: subprocess.Popen) -> None:
    """Kill a process and those it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(LONG)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """Two workers that are started again when they die."""
    dask = Dask(tmp_path_factory.mktemp("dask"))
    dask.add_worker()
    dask.add_worker()
    yield dask
    dask.stop()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Dask]]:
    """Schedulers that were started, the last of which may be alive."""
    found = [Dask(tmp_path_factory.mktemp("scheduler"))]
    yield found
    found[-1].stop()


@pytest.fixture
def scheduler(started: list[Dask], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A scheduler without workers."""
    if started[-1].scheduler.poll() is not None:
        started.append(Dask(tmp_path_factory.mktemp("scheduler")))
    yield started[-1]
    started[-1].stop_workers()


def plan_of(seeds: int, scenarios: tuple[str, ...] = ("baseline", "shared-screening"), **asked) -> Plan:
    """A small study."""
    return make_plan(Study("t", "q", scenarios=scenarios, seeds=range(seeds), **{"size": "class", "monthly": (), **asked}))


def stub(**habits) -> Stub:
    """Drawn outcomes of all names, so that there are tables, and no paths."""
    return Stub(tuple(outcome.name for outcome in OUTCOMES), (), **habits)


def tables(folder: Path) -> dict[str, bytes]:
    """Bytes of all tables."""
    return {path.name: path.read_bytes() for path in [*folder.glob("*.csv"), folder / "outcomes.parquet"]}


def on(address: str, plan: Plan, out: Path, simulator: Stub | None = None, **how) -> Conducted:
    """The study made on a cluster."""
    return conduct(plan, out, How(cluster=address, **how), simulator)


def test_a_worker_killed_midway_changes_nothing(dask, tmp_path):
    """Fails when the model's runs differ on a cluster, or a killed worker loses runs, or has them blamed."""
    plan, killed = plan_of(30, months=24), []

    def kill(tally, n):
        if not killed:
            killed.append(tally.finished)
            os.kill(dask.worker_process(0), signal.SIGKILL)

    conduct(plan, tmp_path / "here", How())  # first, so that the engine is compiled once
    made = on(dask.address, plan, tmp_path / "cluster", report=kill)
    assert killed[0] < made.tally.finished == 60 and not made.failures
    assert tables(tmp_path / "cluster") == tables(tmp_path / "here")


def test_only_the_run_that_kills_its_worker_each_time_is_given_up(dask, tmp_path, monkeypatch):
    """Fails when an innocent run is blamed, a deadly one stops the study, or one that hangs is waited for for ever."""
    monkeypatch.setattr(cluster, "GRACE", 1.0)
    plan = plan_of(40, ("baseline",), time_limit=0.5)
    habits = stub(cost=0.01, kills=(7,), hangs=(21,), late=(30,))
    made = on(dask.address, plan, tmp_path / "out", habits)
    failures = pd.read_csv(tmp_path / "out" / "failures.csv")
    assert list(zip(failures["seed"], failures["status"], strict=True)) == [(7, "crashed"), (21, "timeout"), (30, "timeout")]
    assert made.tally.finished == 37
    conduct(plan, tmp_path / "here", How(), stub())
    here, there = (pd.read_parquet(tmp_path / name / "outcomes.parquet") for name in ("here", "out"))
    pd.testing.assert_frame_equal(here[~here["seed"].isin([7, 21, 30])].reset_index(drop=True), there)


def test_workers_with_another_model_are_refused_also_when_they_join_later(scheduler, tmp_path):
    """Fails when runs of two versions of the model end in one table, or a worker without the model ends in a traceback."""
    engine = cluster.Cluster(stub(), scheduler.address)
    engine.submit(Block((Strip((Cell("a", None),), (1,)),)))
    scheduler.add_worker("--no-nanny", NUMBA_BOUNDSCHECK="1")
    try:
        with pytest.raises(StudyError, match=r"^Worker tcp://.* has model version [0-9a-f]{16}; this study is of [0-9a-f]{16}"):
            engine.next()
    finally:
        engine.close()
    with pytest.raises(StudyError, match=r"^Worker tcp://.* has model version"):
        on(scheduler.address, plan_of(2), tmp_path / "out", stub())
    assert not (tmp_path / "out").exists()


def test_workers_without_the_model_are_refused(scheduler, tmp_path):
    """Fails when a worker that cannot import the model ends in a traceback."""
    (tmp_path / "shadow" / "partnersim").mkdir(parents=True)
    (tmp_path / "shadow" / "partnersim" / "__init__.py").touch()
    scheduler.add_worker("--no-nanny", PYTHONPATH=str(tmp_path / "shadow"))
    with pytest.raises(StudyError, match="A worker has no such partnersim"):
        on(scheduler.address, plan_of(2), tmp_path / "out", stub())
    with pytest.raises(StudyError, match=r"Worker tcp://.* has no such partnersim"):
        on(scheduler.address, plan_of(2), tmp_path / "out", stub())


def test_without_workers_it_says_so_and_gives_up_at_last(scheduler, tmp_path, monkeypatch):
    """Fails when a cluster without workers is waited for in silence, or for ever."""
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    monkeypatch.setattr(cluster, "WAIT", 3.0)
    said: list[str] = []
    with pytest.raises(StudyError, match="has had no workers for about 3 s"):
        on(scheduler.address, plan_of(2), tmp_path / "out", stub(), say=said.append)
    assert len(said) == 1 and "no workers; waiting for up to about 3 s" in said[0]


def test_a_lost_scheduler_ends_the_study_which_can_be_finished_elsewhere(scheduler, tmp_path):
    """Fails when the loss of the scheduler hangs, loses finished runs, or changes tables."""
    scheduler.add_worker("--no-nanny")
    plan = plan_of(40)
    with pytest.raises(StudyError, match="connection to the Dask scheduler .* was lost") as lost:
        on(scheduler.address, plan, tmp_path / "out", stub(cost=0.02), report=lambda tally, n: scheduler.scheduler.kill())
    assert str(tmp_path / "out") in str(lost.value) and "same command" in str(lost.value)
    again = conduct(plan, tmp_path / "out", How(), stub())
    assert 0 < again.reused < 80 and again.reused + again.tally.finished == 80
    conduct(plan, tmp_path / "here", How(), stub())
    assert tables(tmp_path / "out") == tables(tmp_path / "here")


def test_a_wrong_address_is_told_in_a_sentence(tmp_path, monkeypatch, capfd):
    """Fails when an address without a scheduler hangs, or ends in a traceback or in messages of libraries."""
    monkeypatch.setattr(cluster, "CONNECT", 1.0)
    (tmp_path / "empty.json").write_text("{}")
    with socket.socket() as silent, socket.socket() as closed:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        closed.bind(("127.0.0.1", 0))
        for address, words in (
            (f"tcp://127.0.0.1:{closed.getsockname()[1]}", "no Dask scheduler answered within 1 seconds"),
            (f"tcp://127.0.0.1:{silent.getsockname()[1]}", "no Dask scheduler answered within 1 seconds"),
            ("somewhere", "'somewhere' is no address of a Dask scheduler"),
            ("tcp://127.0.0.1:port", "is no address of a Dask scheduler"),
            ("foo://127.0.0.1:1", "is no address of a Dask scheduler"),
            (str(tmp_path / "none.json"), "is not the file of a running Dask scheduler"),
            (str(tmp_path / "empty.json"), "is not the file of a running Dask scheduler"),
        ):
            with pytest.raises(StudyError) as wrong:
                on(address, plan_of(2), tmp_path / "out", stub())
            assert words in str(wrong.value)
    assert not (tmp_path / "out").exists()
    assert capfd.readouterr() == ("", "")


def test_without_dask_it_says_what_to_install(tmp_path, monkeypatch):
    """Fails when an installation without Dask ends in a traceback."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(StudyError, match=r"pip install 'partnersim\[cluster\]'"):
        on("tcp://127.0.0.1:1", plan_of(2), tmp_path / "out", stub())
