"""Real studies, really killed: a worker, the parent, or the parent and then the newest file spoilt, at random moments.

The same command must then finish within a time, with the tables of a study that nobody disturbed, byte by byte.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from study_script import MONTHS, SCENARIOS, SEEDS
from study_trials import results

from partnersim.study.opened import open_study
from partnersim.study.store import Folder

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes where Linux tells of them")
HERE = Path(__file__).parent
PATIENCE = 120.0
"""Seconds in which anything must have happened that a test waits for."""
ORPHANS = 30.0
"""Seconds that workers may outlive their parent: those that are just starting look for it once they are there."""
MARK = "PARTNERSIM_TEST_OF_KILLS"
"""Name in the environment of all processes that a test began."""


class Bench:
    """The program of :mod:`study_script`, ready to run the study in folders and to be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.mark = folder, f"{MARK}={os.getpid()}"
        environment = {**os.environ, MARK: str(os.getpid()), "PYTHONWARNINGS": "ignore"}
        self.errors = open(folder / "errors", "ab")  # noqa: SIM115 - closed with the bench
        self.server = subprocess.Popen(
            [sys.executable, HERE / "study_script.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=environment,
        )
        self.answered = b""
        assert self.answer() == "ready"

    def answer(self, seconds: float = PATIENCE) -> str:
        """The next line that the program writes."""
        assert self.server.stdout
        while b"\n" not in self.answered:
            assert select.select([self.server.stdout], [], [], seconds)[0], f"hangs: {self.told()[-3000:]}"
            self.answered += os.read(self.server.stdout.fileno(), 100)
        line, self.answered = self.answered.split(b"\n", 1)
        return line.decode()

    def has_ended(self) -> bool:
        """Whether the study begun last has ended, in whatever way."""
        return b"\n" in self.answered or bool(select.select([self.server.stdout], [], [], 0)[0])

    def begin(self, out: Path) -> int:
        """Run the study in a folder; the process number of the parent."""
        assert self.server.stdin
        Path(f"{out}.events").write_text("")
        self.server.stdin.write(f"{out}\n".encode())
        self.server.stdin.flush()
        parent = int(self.answer())
        assert parent > 1
        return parent

    def descendants(self) -> list[int]:
        """Processes that the program began, and those that they did, alive."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and self.mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return [pid for pid in found if pid != self.server.pid]

    def workers(self) -> list[int]:
        """Worker processes."""
        found = []
        for pid in self.descendants():
            with contextlib.suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found

    def told(self) -> str:
        """What was written to standard error."""
        return (self.folder / "errors").read_text(errors="replace")

    def close(self) -> None:
        """End all of it."""
        for pid in (*self.descendants(), self.server.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.communicate()
        self.errors.close()


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Iterator[Bench]:
    """The program, loaded."""
    bench = Bench(tmp_path_factory.mktemp("bench"))
    yield bench
    bench.close()


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> dict[str, bytes]:
    """What an undisturbed study leaves, run as anybody would run it."""
    out = tmp_path_factory.mktemp("whole") / "s"
    done = subprocess.run(
        [sys.executable, HERE / "study_script.py", out], timeout=PATIENCE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = results(out)
    assert len(open_study(out).monthly()) == len(SCENARIOS) * SEEDS * MONTHS
    return found


def wait(until: Callable[[], bool], seconds: float, why: str) -> None:
    """Wait; fail where it takes too long."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, why
        time.sleep(0.002)


def events(out: Path) -> list[str]:
    """What the study in a folder has told since it was begun last."""
    return Path(f"{out}.events").read_text(encoding="utf-8").splitlines()


def left(out: Path) -> int:
    """Runs that a study that has just been begun will have to make."""
    if not (out / "manifest.json").exists():
        return SEEDS * len(SCENARIOS)
    with contextlib.suppress(Exception):  # files come and go meanwhile
        whole = Folder(out).stored(look_only=True).seeds.values()
        return SEEDS * len(SCENARIOS) - sum(map(len, whole))
    return SEEDS * len(SCENARIOS)


def await_moment(out: Path, to_make: int, phase: str, luck: random.Random) -> None:
    """Wait for a moment of a phase: while workers start, while runs are made, while tables are written and at the end."""
    if phase == "start":
        end = time.monotonic() + luck.uniform(0.0, 2.0)
        wait(lambda: time.monotonic() > end or bool(events(out)), PATIENCE, "nothing began")
        return
    runs = luck.randrange(max(to_make, 1)) if phase == "runs" else to_make
    wait(
        lambda: sum(int(line) for line in events(out) if line != "done") >= runs or "done" in events(out), PATIENCE, "no run ends"
    )
    time.sleep(luck.uniform(0.0, 0.05 if phase == "runs" else 0.3))


def spoil(out: Path, luck: random.Random) -> str:
    """Cut the newest file of a kind at a random byte, or fill it with zeros from there on, as a power failure may."""
    kinds = ["runs/outcomes/*.parquet", "runs/monthly/*.parquet", "journal.jsonl", "*.csv", "outcomes.parquet"]
    luck.shuffle(kinds)
    for kind in kinds:
        found = [path for path in out.glob(kind) if path.name != "points.csv" and path.stat().st_size]
        if found:
            newest = max(found, key=lambda path: path.stat().st_mtime_ns)
            content = newest.read_bytes()
            at = luck.randrange(len(content))
            newest.write_bytes(content[:at] + bytes(len(content) - at) * luck.randrange(2))
            return f"{newest.name} at {at} of {len(content)}"
    return "nothing"


def kill_worker(bench: Bench, luck: random.Random) -> None:
    """Kill one of the workers, if there is any."""
    if found := bench.workers():
        with contextlib.suppress(ProcessLookupError):
            os.kill(luck.choice(found), signal.SIGKILL)


def end_parent(bench: Bench, out: Path, parent: int, how: int) -> None:
    """Kill, terminate or interrupt the parent, and its workers with it in the last case; all must end.

    Killed, it leaves workers that must not touch the folder; interrupted, it may still note how it ended.
    """
    said = len(bench.told())
    if how == signal.SIGINT:
        os.killpg(parent, how)
        assert bench.answer() == "1"
    else:
        os.kill(parent, how)
        bench.answer()
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    wait(lambda: not bench.descendants(), ORPHANS, "workers outlive their parent")
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*")}, "orphans write"
    words = bench.told()[said:]
    unborn = words.count("reduction.pickle.load(from_parent)")  # of Python, whose parent died before it had said what to do
    assert words.count("Traceback") - unborn == (how == signal.SIGINT), words


ENDS = {"kill": signal.SIGKILL, "spoil": signal.SIGKILL, "terminate": signal.SIGTERM, "interrupt": signal.SIGINT}


def trial(bench: Bench, out: Path, expected: dict[str, bytes], steps: list[str], luck: random.Random) -> list[str]:
    """A study disturbed in these ways at random moments of these phases, then finished; which of them came in time."""
    done: list[str] = []
    parent, to_make = bench.begin(out), left(out)
    for step in steps:
        what, phase = step.split()
        await_moment(out, to_make, phase, luck)
        if "done" in events(out):
            bench.answer()
        else:
            done.append(step)
            if what == "worker":
                kill_worker(bench, luck)
                # Workers that die one after the other before they have made anything end a study, as they should.
                told = len(events(out)) + 2
                wait(lambda told=told: len(events(out)) >= told or bench.has_ended(), PATIENCE, "nothing goes on after a kill")
                continue
            end_parent(bench, out, parent, ENDS[what])
        if what == "spoil":
            done[-1:] = [f"{done[-1]} {spoil(out, luck)}"] if done else []
        parent, to_make = bench.begin(out), left(out)
    code = bench.answer()
    wait(lambda: not bench.descendants(), ORPHANS, "workers outlive their study")
    assert code == "0", f"{done}: {bench.told()[-3000:]}"
    found = results(out)
    assert found.keys() == expected.keys() and all(found[name] == expected[name] for name in expected), done
    return done


TRIALS = {
    "worker": ["worker start", *["worker runs"] * 6, "worker tables"],
    "parent": ["kill start", *["kill runs"] * 2, "terminate runs", "interrupt runs", *["kill tables"] * 4],
    "newest file": [*["spoil runs"] * 4, *["spoil tables"] * 5],
}


@pytest.mark.parametrize("kind", TRIALS)
def test_killed_at_random_moments_a_study_ends_as_if_nobody_had(bench, expected, tmp_path, kind):
    """Fails when anybody's death, or a spoilt file, hangs a study, stops it, or changes a byte of its results."""
    done = trial(bench, tmp_path / "s", expected, TRIALS[kind], random.Random(kind))
    assert len(done) >= len(TRIALS[kind]) - 2, "many disturbances came too late to test anything"


HANGING = """
import sys
from study_stub import Stub
from partnersim.study.runs import Block, Cell, Strip
from partnersim.study.workers import Processes

if __name__ == "__main__" or sys.argv[1] == "unguarded":
    engine = Processes(Stub(hangs=[1]), 2, 600)
    for point in "ab":
        engine.submit(Block((Strip((Cell(point, None),), (1,)),)))
    print("begun", flush=True)
    while True:
        engine.next()
"""


@pytest.fixture
def script(tmp_path) -> Path:
    """A program of which the runs never end."""
    path = tmp_path / "hanging.py"
    path.write_text(HANGING)
    return path


def test_workers_in_a_run_that_never_ends_do_not_outlive_their_parent(bench, script):
    """Fails when what hangs goes on for ever once nobody is left to stop it."""
    environment = {**os.environ, MARK: str(os.getpid()), "PYTHONPATH": str(HERE)}
    with subprocess.Popen([sys.executable, script, "guarded"], stdout=subprocess.PIPE, env=environment) as program:
        assert program.stdout and program.stdout.readline() == b"begun\n"
        wait(lambda: len(bench.workers()) == 2, PATIENCE, "no worker starts")
        time.sleep(2.0)  # until they are at work
        program.kill()
    wait(lambda: not bench.descendants(), ORPHANS, "workers outlive their parent")


def test_an_unguarded_script_is_told_what_to_do(script):
    """Fails when a script that begins its studies anywhere begins processes that begin processes, or hangs."""
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    done = subprocess.run(
        [sys.executable, script, "unguarded"], env=environment, timeout=PATIENCE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and 'start studies below `if __name__ == "__main__":`' in done.stderr
