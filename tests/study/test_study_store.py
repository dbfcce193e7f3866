"""The results folder: finished after any interruption, whatever the disk does, and closed to what is not its own."""

from __future__ import annotations

import errno
import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study_stub import Stub
from study_synthetic import BASELINE, COORDINATION
from study_trials import plan_of, results, run_stub

from partnersim.study import drawn, store
from partnersim.study.compare import compare
from partnersim.study.files import PARTIAL, StudyError, append_line, write_csv, write_parquet, write_text
from partnersim.study.opened import open_study
from partnersim.study.store import Asked, Folder, read_manifest

PAIR = [BASELINE, COORDINATION]
pytestmark = pytest.mark.usefixtures("in_time")


class Killed(BaseException):
    """Stands for the end of the process."""


@contextmanager
def trouble(step: int, what: Callable[[], BaseException]) -> Iterator[None]:
    """From the given step on nothing that touches the disk happens any more, not even cleaning up; bytes are half written."""
    counter = itertools.count()

    def mortal(function):
        def call(*args, **kwargs):
            if next(counter) >= step:
                if function is written and not args[0].exists():
                    function(args[0], args[1][: len(args[1]) // 2])
                raise what()
            return function(*args, **kwargs)

        return call

    written = Path.write_bytes
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in ((os, "fsync"), (os, "replace"), (Path, "unlink"), (Path, "mkdir"), (Path, "write_bytes")):
            patch.setattr(owner, name, mortal(getattr(owner, name)))
        yield


def status(folder: Path) -> str | None:
    """What the manifest says, None where there is none."""
    path = folder / "manifest.json"
    return json.loads(path.read_text())["status"] if path.exists() else None


def is_clean(folder: Path) -> bool:
    """Whether nothing is left half written."""
    return not list(folder.rglob(f"*{PARTIAL}")) and not list(folder.rglob("*.damaged"))


def test_killed_anywhere_the_same_call_finishes_the_study(tmp_path):
    """Fails when a killed study is lost, looks whole, or ends in other numbers than an undisturbed one."""
    plan, stub = plan_of(range(6), scenarios=["baseline"]), Stub(raises=[1])
    run_stub(plan, tmp_path / "whole", stub)
    expected = results(tmp_path / "whole")
    for step in range(1000):
        out = tmp_path / f"killed-{step}"
        with trouble(step, Killed):
            try:
                run_stub(plan, out, stub)
                break
            except Killed:
                assert status(out) != "complete" or results(out) == expected
        again = run_stub(plan, out, stub)
        assert again.reused + again.tally.finished + again.tally.failed == 6 and again.failures == 1
        assert status(out) == "complete" and results(out) == expected and is_clean(out)
    assert step > 45


def test_killed_while_it_grows_a_study_is_finished_as_well(tmp_path):
    """Fails when a study that is enlarged over another one is in doubt while its manifest, points and tables change."""
    small, large = plan_of(range(2), scenarios=["baseline"]), plan_of(range(4))
    run_stub(large, tmp_path / "whole")
    expected = results(tmp_path / "whole")
    for step in itertools.count(0, 5):
        out = tmp_path / f"killed-{step}"
        run_stub(small, out)
        with trouble(step, Killed):
            try:
                run_stub(large, out, expand=True)
                break
            except Killed:
                complete = status(out) == "complete"
                assert not complete or set(open_study(out).outcomes()["scenario"]) == set(open_study(out).scenarios)
        run_stub(large, out, expand=True)
        assert results(out) == expected and is_clean(out)


def test_a_disk_that_is_full_is_said_and_costs_nothing(tmp_path):
    """Fails when a full disk ends in a traceback, in a study that looks whole, or in the loss of what was finished."""
    plan, stub = plan_of(range(6), scenarios=["baseline"]), Stub(raises=[1])
    run_stub(plan, tmp_path / "whole", stub)
    expected = results(tmp_path / "whole")
    for step in itertools.count(0, 2):
        out = tmp_path / f"full-{step}"
        with trouble(step, lambda: OSError(errno.ENOSPC, "No space left on device")):
            try:
                run_stub(plan, out, stub)
                break
            except StudyError as error:
                assert "cannot be written (No space left on device)" in str(error)
        kept = len(list(out.glob("runs/outcomes/*.parquet")))
        assert status(out) != "complete" or results(out) == expected
        again = run_stub(plan, out, stub)
        assert results(out) == expected and is_clean(out)
        assert again.reused >= kept
    assert step > 45


@pytest.mark.parametrize("which", ["outcomes", "monthly"])
@pytest.mark.parametrize("how", ["cut", "zeros", "gone", "strange"])
def test_a_damaged_part_is_set_aside_and_its_runs_are_made_again(tmp_path, which, how):
    """Fails when a file spoilt by a power failure stops the study, ends in other numbers, or takes whole parts with it."""
    plan = plan_of(range(30))
    run_stub(plan, tmp_path / "s")
    expected = results(tmp_path / "s")
    parts = sorted((tmp_path / "s" / "runs" / which).glob("*.parquet"))
    for part, share in zip(parts, (0.0, 0.2, 0.5, 0.99), strict=False):
        content = part.read_bytes()
        cut = int(share * len(content))
        part.write_bytes(content[:cut] + bytes(len(content) - cut) * (how == "zeros"))
        if how == "gone":
            part.unlink()
        elif how == "strange":
            write_parquet(pd.DataFrame({"poimt": ["a"]}), part)
        if how != "gone" or which == "monthly":
            with pytest.raises(StudyError, match="is damaged"):
                open_study(tmp_path / "s").outcomes() if which == "outcomes" else open_study(tmp_path / "s").monthly()
        again = run_stub(plan, tmp_path / "s")
        assert 0 < again.tally.finished < 60 and again.reused + again.tally.finished == 60
        assert results(tmp_path / "s") == expected


def test_paths_that_a_killed_process_left_without_outcomes_are_not_read(tmp_path):
    """Fails when half of a block, which nothing vouches for, is read, or stops the study where it is damaged."""
    run_stub(plan_of(range(8)), tmp_path / "s")
    expected = results(tmp_path / "s")
    one = next((tmp_path / "s" / "runs" / "monthly").iterdir())
    one.with_name("0000.parquet").write_bytes(one.read_bytes()[:100])
    one.with_name("ffff.parquet").write_bytes(one.read_bytes())
    (tmp_path / "s" / "summary.csv").unlink()
    run_stub(plan_of(range(8)), tmp_path / "s")
    assert results(tmp_path / "s") == expected


@pytest.mark.parametrize("name", ["outcomes.parquet", "headline.csv", "failures.csv"])
def test_a_damaged_table_of_a_finished_study_is_made_again(tmp_path, name):
    """Fails when asking for a finished study again leaves a table that was cut, changed or deleted as it is."""
    plan = plan_of()
    run_stub(plan, tmp_path / "s")
    expected = results(tmp_path / "s")
    for spoil in (lambda p: p.write_bytes(p.read_bytes()[:-9]), lambda p: p.unlink(), lambda p: append_line("x", p)):
        spoil(tmp_path / "s" / name)
        assert run_stub(plan, tmp_path / "s").tally.finished == 0
        assert results(tmp_path / "s") == expected


def test_a_journal_cut_at_any_byte_loses_nothing_but_its_end(tmp_path):
    """Fails when a half-written line stops the next one from being read, or a lost failure is taken for a finished run."""
    plan, stub = plan_of(scenarios=["baseline"]), Stub(raises=[0, 4])
    run_stub(plan, tmp_path / "s", stub)
    expected, journal = results(tmp_path / "s"), tmp_path / "s" / "journal.jsonl"
    content = journal.read_bytes()
    for cut in range(0, len(content), 71):
        for tail in (b"", bytes(len(content) - cut)):
            journal.write_bytes(content[:cut] + tail)
            again = run_stub(plan, tmp_path / "s", stub)
            assert again.failures == 2 and results(tmp_path / "s") == expected, cut


def test_shards_at_work_do_not_clear_each_others_files_away(tmp_path):
    """Fails when a process that begins deletes what another one is just writing."""
    one, two = Folder(tmp_path / "s", "1of2"), Folder(tmp_path / "s", "2of2")
    asked, points = Asked({}, "points", "stub"), pd.DataFrame({"point": ["a"]})
    one.begin(asked, points, tmp_path, {})
    names = (f".manifest.json{one.mark}{PARTIAL}", f"runs/outcomes/.a.parquet{one.mark}{PARTIAL}")
    writing = [tmp_path / "s" / name for name in names]
    for path in writing:
        path.touch()
    two.begin(asked, points, tmp_path, {})
    assert all(path.exists() for path in writing)
    one.close({"wall_seconds": 0, "cpu_seconds": 0})
    Folder(tmp_path / "s", "1of2").begin(asked, points, tmp_path, {})
    assert not any(path.exists() for path in writing)


def test_a_folder_that_could_not_be_begun_is_not_locked(tmp_path, monkeypatch):
    """Fails when, after a full disk, the same session is told that another process is running the study."""
    asked, points = Asked({}, "points", "stub"), pd.DataFrame({"point": ["a"]})

    def full(*args):
        raise StudyError("cannot be written")

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_csv", full)
        held = Folder(tmp_path / "s")
        with pytest.raises(StudyError, match="cannot be written"):
            held.begin(asked, points, tmp_path, {})
    other = Folder(tmp_path / "s")
    other.begin(asked, points, tmp_path, {})
    with pytest.raises(StudyError, match="another process is running this study"):
        Folder(tmp_path / "s").begin(asked, points, tmp_path, {})


def test_foreign_folders_are_refused_before_anything_runs(engine, tmp_path):
    """Fails when results are written among a user's files, or a long study runs before its folder is refused."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "manifest.json").write_text('{"name": "a web page"}')
    for out, words in (
        ("mine", "not from a study (thesis.txt)"),
        ("mine/thesis.txt", "is a file"),
        ("mine/thesis.txt/deeper", "cannot be"),
        ("broken", "cannot be read as a study's manifest"),
        ("other", "is not a manifest of the form"),
    ):
        with pytest.raises(StudyError) as refusal:
            compare(PAIR, seeds=2, months=2, out=tmp_path / out)
        assert words in str(refusal.value) and "--out" in str(refusal.value)
    assert engine.ran == [] and sorted(p.name for p in (tmp_path / "mine").iterdir()) == ["thesis.txt"]
    with pytest.raises(StudyError, match="holds no study"):
        open_study(tmp_path / "mine")


def test_the_manifest_says_what_was_run_and_nothing_of_the_machine(engine, tmp_path):
    """Fails when a study cannot be told from its manifest, or it gives away whose machine it ran on."""
    compare(PAIR, seeds=[0, 1, 5], months=2, out=tmp_path / "s")
    text = (tmp_path / "s" / "manifest.json").read_text()
    manifest = json.loads(text)
    assert manifest["asked"]["study"]["seeds"] == [[0, 1], [5, 5]] == manifest["seeds"]["baseline"]
    assert open_study(tmp_path / "s").study.seeds == (0, 1, 5)
    assert {"numpy", "pandas", "pyarrow"} <= set(manifest["packages"]) and manifest["wall_seconds"] >= 0
    assert {"outcomes.parquet", "headline.csv"} <= set(manifest["tables"])
    assert str(tmp_path) not in text and os.uname().nodename not in text


def test_files_repeat_byte_by_byte(tmp_path):
    """Fails when equal tables give unequal files, or the CSV drops digits that matter."""
    frame = pd.DataFrame({"scenario": ["a", "β"], "n": [1, 2], "x": [1 / 3, np.nan], "y": [1e-12, np.inf]})
    for name in ("one", "two"):
        write_csv(frame, tmp_path / f"{name}.csv")
        write_parquet(frame, tmp_path / f"{name}.parquet")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert (tmp_path / "one.csv").read_bytes() == "scenario,n,x,y\na,1,0.3333333333,1e-12\nβ,2,,inf\n".encode()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "two.parquet"), frame)


def test_an_unwritable_place_is_said_in_a_sentence(tmp_path):
    """Fails when a closed disk ends in a traceback."""
    with pytest.raises(StudyError, match="cannot be written"):
        write_text("x", tmp_path / "missing" / "file.txt")
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="cannot be written"):
        Folder(tmp_path / "file" / "folder").begin(Asked({}, "", ""), pd.DataFrame(), tmp_path, {})


def test_figures_are_drawn_again_unless_nothing_changed(engine, tmp_path, monkeypatch):
    """Fails when a change of runs, of code, of libraries or of a figure leaves old figures in place."""
    study, source = tmp_path / "s", tmp_path / "package"
    compare(PAIR, seeds=2, months=2, out=study)
    assert not drawn.are_drawn(study)
    for folder, name in ((study / "figures", "paths.png"), (source / "figures", "paths.py")):
        folder.mkdir(parents=True)
        (folder / name).write_text("as drawn")
    monkeypatch.setattr(drawn, "PACKAGE", source)
    drawn.mark_drawn(study)
    assert drawn.are_drawn(study)
    parts = [*study.glob("runs/*/*.parquet")]
    for path in (study / "figures" / "paths.png", source / "figures" / "paths.py", *parts):
        before = path.read_bytes()
        path.write_bytes(before + b"!")
        assert not drawn.are_drawn(study), path
        path.unlink()
        assert not drawn.are_drawn(study), path
        path.write_bytes(before)
        assert drawn.are_drawn(study)
    monkeypatch.setattr(drawn, "versions", lambda: {"matplotlib": "newer"})
    assert not drawn.are_drawn(study)
    assert read_manifest(study)["status"] == "complete"
