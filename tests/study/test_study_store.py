"""The results folder: finished after any interruption, equal whatever the blocks, closed to what is not its own."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study_synthetic import BASELINE, COORDINATION, SCREENING

from partnersim.study import compare as compare_module
from partnersim.study import drawn
from partnersim.study.compare import compare, load
from partnersim.study.files import StudyError, write_csv, write_parquet, write_text
from partnersim.study.store import Folder, StudyKey

PAIR = [BASELINE, COORDINATION]


class Killed(BaseException):
    """Stands for the end of the process."""


@contextmanager
def kill(step: int) -> Iterator[None]:
    """End the process at the given step that touches the disk; nothing of it happens afterwards, not even cleaning up."""
    counter = itertools.count()

    def mortal(function):
        def call(*args, **kwargs):
            if next(counter) >= step:
                raise Killed
            return function(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in ((os, "fsync"), (os, "replace"), (Path, "unlink"), (Path, "mkdir")):
            patch.setattr(owner, name, mortal(getattr(owner, name)))
        yield


def content(folder: Path) -> dict[str, bytes]:
    """Bytes of the tables in a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def status(folder: Path) -> str | None:
    """What the manifest says, None where there is none."""
    path = folder / "manifest.json"
    return json.loads(path.read_text())["status"] if path.exists() else None


def test_killed_anywhere_the_same_call_finishes_the_study(engine, tmp_path):
    """Fails when a killed study is lost, looks whole, or ends in other numbers than an undisturbed one."""
    whole = compare(PAIR, seeds=3, months=2, out=tmp_path / "whole")
    expected = content(tmp_path / "whole")
    for step in range(1000):
        out = tmp_path / f"killed-{step}"
        with kill(step):
            try:
                compare(PAIR, seeds=3, months=2, out=out)
                break
            except Killed:
                assert status(out) != "complete" or content(out) == expected
        again = compare(PAIR, seeds=3, months=2, out=out)
        assert status(out) == "complete" and content(out) == expected
        assert not list(out.rglob(".*"))
        pd.testing.assert_frame_equal(again.table, whole.table)
    assert step > 25


def test_tables_do_not_depend_on_blocks_or_seed_order(engine, tmp_path, monkeypatch):
    """Fails when results depend on how the work was cut, or on the order of seeds."""
    one = compare(PAIR, seeds=range(5), months=3, out=tmp_path / "a")
    monkeypatch.setattr(compare_module, "FIRST_BLOCK", 5)
    two = compare(PAIR, seeds=[4, 2, 0, 1, 3], months=3, out=tmp_path / "b")
    bare = compare(PAIR, seeds=[3, 4, 2, 0, 1], months=3)
    assert content(tmp_path / "a") == content(tmp_path / "b") and "comparison.csv" in content(tmp_path / "a")
    for other in (two, bare):
        for name in one.runs:
            pd.testing.assert_frame_equal(one.runs[name].outcomes, other.runs[name].outcomes)
    pd.testing.assert_frame_equal(one.runs["baseline"].monthly, two.runs["baseline"].monthly)
    pd.testing.assert_frame_equal(one.table, bare.table)


def test_an_equal_study_is_reused_and_nothing_is_written(engine, tmp_path):
    """Fails when asking twice repeats the runs or touches the folder."""
    first = compare(PAIR, seeds=4, months=2, out=tmp_path / "s")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")}
    engine.ran.clear()
    second = compare(PAIR, seeds=4, months=2, out=tmp_path / "s")
    assert engine.ran == [] and (first.reused, second.reused) == (0, 8)
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")}
    pd.testing.assert_frame_equal(first.table, second.table)
    pd.testing.assert_frame_equal(load(tmp_path / "s").table, first.table)


def test_a_study_grows_by_seeds_and_scenarios(engine, tmp_path):
    """Fails when enlarging a study repeats finished runs, or gives other tables than the large study at once."""
    compare(PAIR, seeds=3, months=2, out=tmp_path / "s")
    engine.ran.clear()
    grown = compare([*PAIR, SCREENING], seeds=5, months=2, out=tmp_path / "s")
    assert sorted(engine.ran) == sorted(
        [(s.name, seed) for s in (*PAIR, SCREENING) for seed in (3, 4)] + [("shared_screening", seed) for seed in range(3)]
    )
    assert grown.reused == 6
    compare([*PAIR, SCREENING], seeds=5, months=2, out=tmp_path / "once")
    assert content(tmp_path / "s") == content(tmp_path / "once")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"months": 3}, "months 2 (asked: 3)"),
        ({"size": "class"}, "size system (asked: class)"),
        ({"seeds": 2}, "1 seeds that are not asked for, such as 2"),
        ({"scenarios": [BASELINE, SCREENING]}, "scenario coordination (not asked for)"),
        ({"scenarios": [COORDINATION, BASELINE]}, "reference baseline (asked: coordination)"),
        ({"scenarios": [BASELINE, replace(COORDINATION, digest="0000ff")]}, "scenario coordination with other content"),
    ],
)
def test_another_study_is_refused_and_left_alone(engine, tmp_path, change, words):
    """Fails when one study overwrites another, or the message does not say what differs and what to do."""
    asked = {"scenarios": PAIR, "seeds": 3, "months": 2, "size": "system"}
    compare(**asked, out=tmp_path / "s")
    before = content(tmp_path / "s")
    with pytest.raises(StudyError) as refusal:
        compare(**{**asked, **change}, out=tmp_path / "s")
    assert words in str(refusal.value) and "--out" in str(refusal.value) and str(tmp_path / "s") in str(refusal.value)
    assert content(tmp_path / "s") == before and status(tmp_path / "s") == "complete"


def test_another_model_version_is_refused(engine, tmp_path, monkeypatch):
    """Fails when runs of two versions of the model are mixed in one table."""
    compare(PAIR, seeds=2, months=2, out=tmp_path / "s")
    monkeypatch.setattr(compare_module, "engine_digest", lambda: "newer")
    with pytest.raises(StudyError, match=r"model version drawn \(asked: newer\)"):
        compare(PAIR, seeds=2, months=2, out=tmp_path / "s")


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
        assert words in str(refusal.value)
    assert engine.ran == [] and sorted(p.name for p in (tmp_path / "mine").iterdir()) == ["thesis.txt"]
    with pytest.raises(StudyError, match="holds no study"):
        load(tmp_path / "mine")


def test_a_damaged_part_is_named(engine, tmp_path):
    """Fails when a file spoilt on the disk ends in a traceback, or in numbers."""
    compare(PAIR, seeds=2, months=2, out=tmp_path / "s")
    part = next((tmp_path / "s").rglob("outcomes-*.parquet"))
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(StudyError, match="is damaged"):
        compare(PAIR, seeds=2, months=2, out=tmp_path / "s")
    part.unlink()
    assert compare(PAIR, seeds=2, months=2, out=tmp_path / "s").reused == 2


def test_the_manifest_says_what_was_run_and_nothing_of_the_machine(engine, tmp_path):
    """Fails when a study cannot be told from its manifest, or it gives away whose machine it ran on."""
    compare(PAIR, seeds=[0, 1, 5], months=2, out=tmp_path / "s")
    text = (tmp_path / "s" / "manifest.json").read_text()
    manifest = json.loads(text)
    assert manifest["key"]["seeds"] == [[0, 1], [5, 5]]
    assert StudyKey.from_json(manifest["key"]).seeds == (0, 1, 5)
    assert {"numpy", "pandas", "pyarrow"} <= set(manifest["packages"]) and manifest["wall_seconds"] >= 0
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
    """Fails when a full or closed disk ends in a traceback."""
    with pytest.raises(StudyError, match="cannot be written"):
        write_text("x", tmp_path / "missing" / "file.txt")
    (tmp_path / "file").write_text("")
    key = StudyKey((), (0,), 1, "class", "drawn")
    with pytest.raises(StudyError, match="cannot be written"):
        Folder(tmp_path / "file" / "folder", key).begin()


def test_a_folder_remembers_how_much_is_assumed(engine, tmp_path, monkeypatch):
    """Fails when results read back keep quiet about assumptions, or a source that was found makes another study of them."""
    monkeypatch.setattr(compare_module, "_inputs", lambda scenarios: (3, 5))
    compare(PAIR, 2, out=tmp_path / "out")
    assert load(tmp_path / "out").inputs == (3, 5)
    monkeypatch.setattr(compare_module, "_inputs", lambda scenarios: (2, 5))
    again = compare(PAIR, 2, out=tmp_path / "out")
    assert (again.inputs, again.reused) == ((2, 5), 4)
    assert load(tmp_path / "out").inputs == (2, 5)


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
    for path in (study / "figures" / "paths.png", source / "figures" / "paths.py", *study.rglob("monthly-*.parquet")):
        before = path.read_bytes()
        path.write_bytes(before + b"!")
        assert not drawn.are_drawn(study), path
        path.unlink()
        assert not drawn.are_drawn(study), path
        path.write_bytes(before)
        assert drawn.are_drawn(study)
    monkeypatch.setattr(drawn, "versions", lambda: {"matplotlib": "newer"})
    assert not drawn.are_drawn(study)
