"""The command line as users meet it: in processes of their own for each way to end, in this one for each message."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE
from typing import NamedTuple

import pandas as pd
import pytest

import partnersim as ps
from partnersim.cli import main
from partnersim.study.files import StudyError

COMMAND = [sys.executable, "-c", "from partnersim.cli import main; main()"]
INTERRUPTED = [
    sys.executable,
    "-c",
    # Tests that run in the background ignore interrupts, and so would what they start.
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from partnersim.cli import main; main()",
]
FILES = {
    "twice.toml": 'title = "a"\ntitle = "b"\n',
    "broken.toml": 'title = "a\n',
    "key.toml": 'title = "a"\nextend = "baseline"\n',
    "range.toml": 'title = "a"\n[set]\ncrisis_rate = 7\n',
    "lever.toml": 'title = "a"\n[[policy]]\nlever = "shared_screning"\n',
    "contradiction.toml": 'title = "a"\n'
    + '[[policy]]\nlever = "shared_screening"\n[[policy]]\nlever = "shared_screening"\nstrength = 0.5\n',
    "target.toml": 'title = "a"\n[[policy]]\nlever = "internal_advisory_group"\ntarget = ["UNICEFF"]\n',
}


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def in_process(*arguments: object, cwd: Path) -> Done:
    """The command in a process of its own, which takes two seconds for most commands."""
    done = subprocess.run([*COMMAND, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """The same in this process."""

    def call(*arguments: object, cwd: Path) -> Done:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["partnersim", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        return Done(code, *capsys.readouterr())

    return call


def refused(done: Done) -> str:
    """What a command says that is refused: on standard error alone, within one screen, without a traceback."""
    assert (done.returncode, done.stdout) == (2, ""), done
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) <= 24 and len(done.stderr) < 1500
    return done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    return tmp_path


def content(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("missing.toml", ["missing.toml", "nearest:", "allowed:", "names, from 63-strategic-approach to"]),
        ("twice.toml", ["twice.toml", "given twice", "line 2"]),
        ("broken.toml", ["broken.toml", "not valid TOML", "line 1"]),
        ("key.toml", ["key.toml", '"extend"', "nearest: extends", "allowed:"]),
        ("range.toml", ["range.toml", "[set]", "crisis_rate", "7 is out of range", "from 0 to 1"]),
        ("lever.toml", ["lever.toml", "[[policy]] 1", '"shared_screning"', "nearest: shared_screening"]),
        ("contradiction.toml", ["contradiction.toml", "[[policy]] 1", "[[policy]] 2", "strength", "allowed:"]),
        ("target.toml", ["target.toml", '"UNICEFF"', "nearest: UNICEF"]),
    ],
)
def test_a_wrong_scenario_is_said_alike_everywhere(folder: Path, here: Callable[..., Done], file: str, words: list[str]) -> None:
    """A failure means that a mistake in a file ends in a traceback, or is said otherwise in Python than on the command line."""
    before = content(folder)
    for command in (("check", file), ("run", file), ("compare", "baseline", file, "--out", "results")):
        said = refused(here(*command, cwd=folder))
        assert all(word in said for word in words), said
        with pytest.raises(ps.ScenarioError) as error:
            ps.simulate(file, seeds=1, months=1, size="class")
        assert said == f"partnersim: {error.value}\n"
    assert content(folder) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("compare", "--seeds", 0), ["--seeds", "0 is not in the range x>=1"]),
        (("run", "--months", -3), ["--months", "-3 is not in the range x>=1"]),
        (("compare", "--size", "sistem", "--out", "new"), ['unknown size "sistem"', "nearest: system", "allowed: class"]),
        (("run", "--size", "clas", "--trace", "new/"), ['unknown size "clas"', "nearest: class"]),
        (("compare", "baseline", "all-three", "--out", "mine"), ["mine", "thesis.txt", "stays as it is", "--out"]),
        (("compare", "baseline", "all-three", "--out", "key.toml/x"), ["key.toml/x", "cannot be"]),
        (("run", "--trace", "mine/thesis.txt"), ["mine/thesis.txt", ".parquet or .csv"]),
        (("run", "--trace", "key.toml/x.csv"), ["key.toml/x.csv", "cannot be written"]),
    ],
)
def test_wrong_use_leaves_nothing_behind(
    folder: Path, here: Callable[..., Done], arguments: tuple[object, ...], words: list[str]
) -> None:
    """A failure means that a slip of the fingers ends in a traceback, in something half made, or in no way out."""
    before = content(folder)
    said = refused(here(*arguments, cwd=folder))
    assert all(word in said for word in words), said
    assert content(folder) == before


@pytest.mark.parametrize(
    "arguments", [("run", "--seed", -1), ("check", "range.toml"), ("compare", "baseline", "all-three", "--out", "mine")]
)
def test_refusals_in_a_process_of_their_own(folder: Path, here: Callable[..., Done], arguments: tuple[object, ...]) -> None:
    """A failure means that the installed command ends otherwise than the tests here see."""
    assert refused(in_process(*arguments, cwd=folder)) == refused(here(*arguments, cwd=folder))


def test_quick_commands_wait_for_no_large_library(tmp_path: Path) -> None:
    """A failure means that help or the schema takes seconds to appear."""
    for arguments in (["--help"], ["run", "--help"], ["schema"]):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *COMMAND[1:], *arguments],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        )
        imported = set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))
        assert "click" in imported
        assert not imported & {"mesa", "pandas", "matplotlib", "scipy", "numba", "pyarrow", "networkx"}, arguments
    assert json.loads(done.stdout)["title"] == "partnersim scenario"


def test_run_tells_and_traces(tmp_path: Path, here: Callable[..., Done]) -> None:
    """A failure means that the command tells another story than Python, or that its trace is not readable."""
    arguments = ("run", "shared-screening", "--seed", 3, "--months", 14, "--size", "class")
    story = ps.run("shared-screening", 3, 14, "class")
    told = in_process(*arguments, "--trace", "out", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (0, story.text())
    assert "\x1b" not in told.stdout + told.stderr and f"{len(story.records):,} partnerships" in told.stderr
    trace = tmp_path / "out" / "shared-screening-seed3.parquet"
    read = pd.read_parquet(trace)
    pd.testing.assert_frame_equal(read, story.records, check_dtype=False)
    before = trace.read_bytes()
    assert "is there already" in refused(here(*arguments, "--trace", "out", cwd=tmp_path))
    again = here(*arguments, "--trace", "out", "--overwrite", "--quiet", "--json", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "") and trace.read_bytes() == before
    assert json.loads(again.stdout) == json.loads(json.dumps(story.as_dict()))
    assert content(tmp_path) == ["out", "out/shared-screening-seed3.parquet"]


def test_a_trace_as_csv_holds_the_same(tmp_path: Path, here: Callable[..., Done]) -> None:
    """A failure means that the trace depends on the ending of its file."""
    done = here("run", "--months", 3, "--size", "class", "--trace", "t.csv", "--quiet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    records = ps.run("baseline", 0, 3, "class").records
    read = pd.read_csv(tmp_path / "t.csv", keep_default_na=False, na_values=[""])
    assert list(read.columns) == list(records.columns) and len(read) == len(records)
    assert (read["entities"] == records["entities"]).all() and (read["begun"] == records["begun"]).all()
    assert read["value"].to_numpy() == pytest.approx(records["value"].to_numpy(), rel=1e-9, nan_ok=True)


def test_a_reader_that_leaves_early_is_no_fault(tmp_path: Path) -> None:
    """A failure means that ``partnersim schema | head -1`` ends in a traceback."""
    with subprocess.Popen([*COMMAND, "schema"], stdout=PIPE, stderr=PIPE, text=True, cwd=tmp_path) as process:
        process.stdout.close()
        assert process.stderr.read() == ""


def test_an_interrupt_that_was_lost_is_heeded_at_the_next_run(tmp_path: Path) -> None:
    """A failure means that Ctrl-C has no effect where it arrives while Numba hands over machine code, which swallows it."""
    swallowed = (
        "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from partnersim.cli import common, main; common.listen()\n"
        "try: os.kill(os.getpid(), signal.SIGINT)\n"
        "except KeyboardInterrupt: pass\n"
        "main()"
    )
    command = ["compare", "baseline", "all-three", "--seeds", "3", "--months", "12", "--size", "class", "--out", "study"]
    done = subprocess.run([sys.executable, "-c", swallowed, *command], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and "Interrupted." in done.stderr and "Traceback" not in done.stderr


def test_an_interrupted_study_is_finished_by_the_same_command(tmp_path: Path, here: Callable[..., Done]) -> None:
    """A failure means that an interrupt leaves a traceback, something half-written that looks whole, or another table."""
    asked = {"scenarios": ["baseline", "all-three"], "seeds": range(400), "months": 60, "size": "class"}
    out = tmp_path / "study"
    command = ["compare", *asked["scenarios"], "--seeds", "400", "--months", "60", "--size", "class", "--out", str(out)]
    process = subprocess.Popen([*INTERRUPTED, *command], stdout=PIPE, stderr=PIPE, text=True, cwd=tmp_path)
    while process.poll() is None and not (out / "manifest.json").exists():
        time.sleep(0.01)
    moment = random.random()
    time.sleep(moment)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate()
    assert process.returncode == 1 and "Interrupted." in stderr and "Traceback" not in stderr, (moment, stderr)
    assert [name for name in content(out) if name.endswith(".partial")] == []
    if json.loads((out / "manifest.json").read_text())["status"] == "running":
        assert stdout == ""
        with pytest.raises(StudyError, match="is not finished"):
            ps.open_study(out).comparison()
    done = here(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    whole = ps.compare(**asked, out=tmp_path / "whole")
    for name in ("comparison.csv", "headline.csv"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), (moment, name)
    pd.testing.assert_frame_equal(ps.open_study(out).comparison().table, whole.table)


def test_levers_are_listed_and_shown(tmp_path: Path, here: Callable[..., Done]) -> None:
    """A failure means that a lever cannot be found, or that it is shown without its price, its readers or its sources."""
    listed = here("levers", cwd=tmp_path)
    assert listed.returncode == 0
    lines = listed.stdout.splitlines()
    assert [line.split()[0] for line in lines[2:30]] == [*(f"L{i}" for i in range(1, 28)), "X1"]
    assert re.search(
        r"L18 +shared_screening +Shared screening of companies +21, 50, 51, 52, 73 +entities, secretariat +500 +7,200", lines[19]
    )
    shown = here("levers", "shared_screening", cwd=tmp_path).stdout
    assert shown == here("levers", "l18", cwd=tmp_path).stdout
    for words in (
        "check_reuse",
        "each UN entity",
        "rule = reused or pooled",
        "screening, desks",
        "a month for each day of desk",
        "S81",
    ):
        assert words in shown, words
    assert all(
        word in refused(here("levers", "shared_sceening", cwd=tmp_path)) for word in ("nearest: shared_screening", "allowed:")
    )
    (tmp_path / "own.toml").write_text('id = "L99"\n')
    assert "own.toml, key role: is missing" in refused(here("levers", "own.toml", cwd=tmp_path))


def test_names_of_the_package_stay_functions() -> None:
    """A failure means that a second call of ``ps.simulate`` finds a module in its place."""
    assert all(len(ps.simulate("baseline", 1, 1, "class").outcomes) == 1 for _ in range(2))


def test_cases_are_listed_told_and_refused(tmp_path: Path, here: Callable[..., Done]) -> None:
    """A failure means that the command tells another case than Python, or that a slip ends in a traceback."""
    listed = here("case", cwd=tmp_path)
    assert listed.returncode == 0 and len(listed.stdout.splitlines()) == 19 and "laser-beam " in listed.stdout
    arguments = ("case", "laser-beam", "--seed", 2, "--seeds", 2, "--months", 14, "--size", "class")
    story = ps.case("laser-beam", seeds=[2, 3], months=14, size="class")
    assert here(*arguments, cwd=tmp_path).stdout == story.text()
    assert json.loads(here(*arguments, "--json", "--quiet", cwd=tmp_path).stdout) == json.loads(json.dumps(story.as_dict()))
    for wrong, words in (
        (("laserbeam",), ['unknown case "laserbeam"', "nearest: laser-beam"]),
        (("laser-beam", "--scenario", "base-line"), ['unknown scenario "base-line"', "nearest: baseline"]),
        (("laser-beam", "--scenario", "all-three", "--against", "all-three"), ["two scenarios are named", "all-three"]),
        (("hibiscus", "--size", "clas"), ['unknown size "clas"', "nearest: class"]),
        (("un-gift", "--size", "class"), ["un-gift cannot be planted", "size class", "UNODC"]),
    ):
        said = refused(here("case", *wrong, cwd=tmp_path))
        assert all(word in said for word in words), said
