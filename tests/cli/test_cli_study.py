"""The study commands as users meet them: planned, run, interrupted, looked at, replayed, enlarged, and refused in words."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE

import pandas as pd
import pytest
from test_cli import COMMAND, INTERRUPTED, Done, here, refused

import partnersim as ps

__all__ = ["here"]
HEAD = 'title = "Try"\nquestion = "What changes?"\nseeds = 12\nmonths = 24\nsize = "class"\n'
STUDY = HEAD + 'scenarios = ["baseline", "shared-screening"]\nmonthly = ["signed", "incidents"]\n'
WORLDS = '[uncertainties]\ndesign = "latin-hypercube"\npoints = 4\nnames = ["accept_fatigue"]\n'
TABLES = ("points.csv", "outcomes.parquet", "summary.csv", "comparison.csv", "headline.csv", "failures.csv")


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A folder with a study file."""
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in TABLES}


def run(here: Callable[..., Done], cwd: Path, *more: object) -> Done:
    done = here("study", "run", "study.toml", "--out", "out", "--workers", 1, *more, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done


def test_a_study_is_planned_run_looked_at_replayed_and_enlarged(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that the plain way through a study is broken, or that a plan says other than what is run."""
    plan = here("study", "plan", "study.toml", "--out", "out", cwd=lab)
    assert plan.returncode == 0 and not (lab / "out").exists()
    assert "2 scenarios x 1 world x 12 seeds = 24 runs of 24 months, size class." in plan.stdout
    assert "Time: " in plan.stdout and "Disk: about" in plan.stdout
    assert json.loads(here("study", "plan", "study.toml", "--json", cwd=lab).stdout)["runs"] == 24

    assert "Shared screening:" in run(here, lab).stdout
    frame = ps.open_study(lab / "out").outcomes()
    assert list(frame.columns[:3]) == ["scenario", "world", "seed"] and len(frame) == 24
    assert set(ps.open_study(lab / "out").monthly()) == {"scenario", "world", "seed", "month", "signed", "incidents"}
    status = here("study", "status", "out", cwd=lab)
    assert "24 of 24 runs are finished (complete)." in status.stdout

    again = here("study", "replay", "shared-screening:3", "--in", "out", cwd=lab)
    assert again.returncode == 0 and "bit for bit" in again.stderr and "transaction_cost" in again.stdout
    told = json.loads(here("study", "replay", "shared-screening:3", "--in", "out", "--json", cwd=lab).stdout)
    row = frame[(frame["scenario"] == "shared-screening") & (frame["seed"] == 3)].iloc[0]
    assert told["transaction_cost"] == row["transaction_cost"]

    more = (STUDY.replace("seeds = 12", "seeds = 16")).replace('"shared-screening"]', '"shared-screening", "all-three"]')
    (lab / "study.toml").write_text(more)
    before = {path: path.read_bytes() for path in (lab / "out" / "runs").rglob("*.parquet")}
    said = refused(here("study", "run", "study.toml", "--out", "out", cwd=lab))
    assert "seeds: 12 (0 to 11) there, 16 (0 to 15) asked" in said and "study expand" in said and "all-three" in said
    grown = here("study", "expand", "study.toml", "--out", "out", "--workers", 1, cwd=lab)
    assert grown.returncode == 0 and "24 equal earlier runs" in grown.stderr
    assert all(path.read_bytes() == content for path, content in before.items())
    once = here("study", "run", "study.toml", "--out", "once", "--workers", 2, cwd=lab)
    assert once.returncode == 0 and tables(lab / "once") == tables(lab / "out")


def test_worlds_are_added_without_changing_those_there_are(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that more points of a design, or a further uncertainty's name, repeat or change finished runs."""
    text = HEAD.replace("12", "3") + "monthly = false\n" + WORLDS
    (lab / "study.toml").write_text(text)
    run(here, lab)
    (lab / "study.toml").write_text(text.replace("points = 4", "points = 8"))
    grown = here("study", "expand", "study.toml", "--out", "out", "--workers", 1, cwd=lab)
    assert grown.returncode == 0 and "12 equal earlier runs" in grown.stderr
    points = pd.read_csv(lab / "out" / "points.csv")
    assert len(points) == 8 and points["accept_fatigue"].nunique() == 8


def test_shards_together_are_the_study(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that parts of a batch array leave runs out, repeat them, or end in other tables."""
    first = here("study", "run", "study.toml", "--out", "out", "--workers", 1, "--shard", "2/2", cwd=lab)
    assert first.returncode == 0 and "are left to the others" in first.stderr and not (lab / "out" / "summary.csv").exists()
    run(here, lab, "--shard", "1/2")
    here("study", "run", "study.toml", "--out", "whole", "--workers", 1, cwd=lab)
    assert tables(lab / "out") == tables(lab / "whole")


def test_an_interrupted_study_goes_on(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that Ctrl-C leaves a traceback or orphans, or that the same command does not finish the study."""
    (lab / "study.toml").write_text(STUDY.replace("seeds = 12", "seeds = 600"))
    command = [*INTERRUPTED, "study", "run", "study.toml", "--out", "out", "--workers", "2"]
    process = subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, cwd=lab)
    while process.poll() is None and not list((lab / "out").glob("runs/outcomes/*.parquet")):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1 and "Interrupted." in stderr and "Traceback" not in stderr, stderr
    status = json.loads(here("study", "status", "out", "--json", cwd=lab).stdout)
    assert 0 < status["finished"] <= status["planned"] == 1200 and stdout == ""
    assert "equal earlier runs" in run(here, lab).stderr
    here("study", "run", "study.toml", "--out", "whole", "--workers", 1, cwd=lab)
    assert tables(lab / "out") == tables(lab / "whole")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + '[levers]\ndesign = "one-at-a-time"\nnames = ["shared_screning"]\n', ["[levers]", "nearest: shared_screening"]),
        (HEAD + '[levers]\ndesign = "factorial"\n', ["[levers], key design", "nearest: full-factorial"]),
        (HEAD + '[levers]\ndesign = "grid"\n[levers.strengths]\nshared_screening = [0, 2]\n', ["levers.strengths", "0 to 1"]),
        (HEAD + WORLDS.replace("accept_fatigue", "acept_fatigue"), ["[uncertainties]", "nearest: accept_fatigue"]),
        (HEAD + WORLDS.replace("latin-hypercube", "latin"), ["key design", "nearest: calibration, latin-hypercube"]),
        (HEAD + WORLDS.replace("points = 4\n", ""), ["[uncertainties], key points", "is missing"]),
        (HEAD + WORLDS + "[uncertainties.ranges]\naccept_busy = [-1e9, 1]\n", ["accept_busy", "out of its range", "allowed:"]),
        (HEAD + WORLDS + "[uncertainties.values]\naccept_busy = [1, 2]\n", ["values", "no meaning", "grid"]),
        (HEAD + 'outcomes = ["transaction_costs"]\n', ["key outcomes", "nearest: transaction_cost"]),
        (HEAD + 'monthly = ["signd"]\n', ["key monthly", "nearest: signed"]),
        (HEAD + 'scenarios = ["baselin"]\n', ["key scenarios", "nearest: baseline"]),
        (HEAD + 'precission = "1%"\n', ['"precission"', "nearest: precision"]),
        (HEAD + 'precision = "1%"\n', ["key seeds", "precision decides"]),
        (HEAD.replace("seeds = 12\n", "") + 'precision = "1%"\n' + WORLDS, ["precision", "uncertainties"]),
        (HEAD.replace("seeds = 12\n", "") + 'precision = "1%"\n', ["no other one"]),
        (HEAD.replace("seeds = 12\n", "") + '[best]\noutcome = "incident"\ndelta = 1\n', ["nearest: incidents"]),
        (HEAD.replace("seeds = 12", "seeds = 0"), ["key seeds", "1 to"]),
        (HEAD.replace("class", "clas"), ["unknown size", "nearest: class"]),
        ("title = 3\n", ["key title", "the number 3"]),
    ],
)
def test_mistakes_in_a_study_file_are_said(lab: Path, here: Callable[..., Done], text: str, words: list[str]) -> None:
    """A failure means that a mistake in a study file ends in a traceback, in silence, or in runs of something else."""
    (lab / "study.toml").write_text(text)
    for command in ("plan", "run"):
        said = refused(here("study", command, "study.toml", "--out", "out", cwd=lab))
        assert all(word in said for word in words), said
        assert not (lab / "out").exists()


def test_a_design_too_large_for_the_disk_is_refused_before_it_starts(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that a study fills the disk before anybody is told."""
    (lab / "study.toml").write_text(STUDY.replace("seeds = 12", "seeds = 9000000").replace("months = 24", "months = 1200"))
    said = refused(here("study", "run", "study.toml", "--out", "out", cwd=lab))
    assert "need about" in said and "free" in said and not (lab / "out").exists()


def test_other_versions_and_changed_files_are_refused(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that runs of two versions of the model, or of two contents of a file, are mixed in one table."""
    (lab / "mine.toml").write_text('title = "Mine"\nextends = "baseline"\n[set]\naccept_fatigue = 0.55\n')
    (lab / "study.toml").write_text(STUDY.replace('"shared-screening"', '"mine.toml"'))
    run(here, lab)
    (lab / "mine.toml").write_text('title = "Mine"\nextends = "baseline"\n[set]\naccept_fatigue = 0.6\n')
    assert "content of mine" in refused(here("study", "run", "study.toml", "--out", "out", cwd=lab))
    assert "has changed" in refused(here("study", "replay", "mine:0", "--in", "out", cwd=lab))
    manifest = json.loads((lab / "out" / "manifest.json").read_text())
    manifest["asked"]["engine"] = "0123456789abcdef"
    (lab / "out" / "manifest.json").write_text(json.dumps(manifest))
    for command in ("run", "expand"):
        said = refused(here("study", command, "study.toml", "--out", "out", cwd=lab))
        assert "model version 0123456789abcdef" in said and "--out" in said


def test_tables_kept_without_their_runs_are_made_again(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that a lab book's command cannot be given where only tables are kept, as in a repository."""
    run(here, lab)
    before = tables(lab / "out")
    shutil.rmtree(lab / "out" / "runs")
    (lab / "out" / "outcomes.parquet").unlink()
    manifest = json.loads((lab / "out" / "manifest.json").read_text())
    manifest["asked"]["engine"] = "0123456789abcdef"
    (lab / "out" / "manifest.json").write_text(json.dumps(manifest))
    run(here, lab)
    assert tables(lab / "out") == before and ps.open_study(lab / "out").asked.engine != "0123456789abcdef"


def test_a_full_disk_is_said_and_finished_runs_stay(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that a full disk ends in a traceback, in a hang or in the loss of what was finished.

    Files that may not grow beyond a limit stand for the disk: the paths of all but the first, small blocks reach it.
    """
    text = STUDY.replace("seeds = 12", "seeds = 100").replace("months = 24", "months = 120").replace("monthly", "# monthly")
    (lab / "study.toml").write_text(text)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    command = [*COMMAND, "study", "run", "study.toml", "--out", "out", "--workers", "1"]
    done = subprocess.run(command, cwd=lab, capture_output=True, text=True, check=False, preexec_fn=small_files, timeout=120)
    said = refused(Done(done.returncode, done.stdout, done.stderr))
    assert "cannot be written" in said
    status = json.loads(here("study", "status", "out", "--json", cwd=lab).stdout)
    assert 0 < status["finished"] < 200
    assert f"{status['finished']} equal earlier runs" in run(here, lab).stderr


def test_replay_shows_what_a_run_raises(lab: Path, here: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure means that a failed run cannot be found, told or made again."""
    from partnersim.study.runs import PartnershipSimulator

    whole = PartnershipSimulator.run

    def failing(self, cells, seed):
        if seed == 5:
            raise ArithmeticError("no number for seed 5")
        yield from whole(self, cells, seed)

    monkeypatch.setattr(PartnershipSimulator, "run", failing)
    assert "2 runs have no result" in run(here, lab).stderr
    status = here("study", "status", "out", cwd=lab)
    assert "22 of 24" in status.stdout and "2 runs failed" in status.stdout and "ArithmeticError: no number" in status.stdout
    failures = pd.read_csv(lab / "out" / "failures.csv")
    assert failures["seed"].tolist() == [5, 5] and failures["scenario"].tolist() == ["baseline", "shared-screening"]
    again = here("study", "replay", failures["key"][0], "--in", "out", cwd=lab)
    assert again.returncode == 1 and "no number for seed 5" in again.stderr and "fails again" in again.stderr
    assert "24 equal earlier runs" in run(here, lab).stderr
    monkeypatch.setattr(PartnershipSimulator, "run", whole)
    run(here, lab, "--retry")
    assert "24 of 24 runs are finished" in here("study", "status", "out", cwd=lab).stdout
    stop = [*("study", "run", "study.toml", "--out", "stop", "--workers", 1), "--on-error", "stop"]
    monkeypatch.setattr(PartnershipSimulator, "run", failing)
    assert "The study stops as asked" in refused(here(*stop, cwd=lab))


def test_compare_resumes_from_its_folder(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that a comparison's folder is no study's folder, or that it cannot be gone on with by itself."""
    (lab / "mine.toml").write_text('title = "Mine"\nextends = "baseline"\n[set]\naccept_fatigue = 0.55\n')
    asked = ("compare", "baseline", "mine.toml", "--seeds", 8, "--months", 24, "--size", "class", "--out", "out")
    first = here(*asked, cwd=lab)
    assert first.returncode == 0 and "16 of 16 runs" in here("study", "status", "out", cwd=lab).stdout
    shutil.rmtree(lab / "out" / "runs")
    resumed = here("compare", "--resume", "--out", "out", cwd=lab)
    assert resumed.returncode == 0 and resumed.stdout == first.stdout
    assert "leave out --seeds" in refused(here("compare", "--resume", "--seeds", 5, "--out", "out", cwd=lab))
    assert "holds no study" in refused(here("compare", "--resume", "--out", "nowhere", cwd=lab))


def test_study_help_is_quick() -> None:
    """A failure means that asking for help waits for the compiler, pandas or Mesa."""
    code = (
        "import sys; sys.argv = ['partnersim', 'study', 'run', '--help']\n"
        "from partnersim.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit(bool({'numba', 'pandas', 'mesa', 'matplotlib', 'dask'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, stdout=PIPE).returncode == 0


def test_the_data_decide_on_the_number_of_seeds(lab: Path, here: Callable[..., Done]) -> None:
    """A failure means that a precision or a choice is not asked of the data, not told, or decided otherwise when asked again."""
    head = HEAD.replace("seeds = 12\n", "") + 'scenarios = ["baseline", "shared-screening", "all-three"]\nmonthly = false\n'
    (lab / "study.toml").write_text(head + '[precision]\ntransaction_cost = "5%"\nfirst = 10\ncap = 60\n')
    done = run(here, lab)
    assert done.stdout.startswith("Precision met with ")
    table = pd.read_csv(lab / "out" / "precision.csv")
    judged = ps.open_study(lab / "out").table("headline").set_index(["scenario", "outcome"])
    assert table["met"].all() and (table["half_width"] <= table["wanted"]).all() and len(table) == 2
    for row in table.itertuples():
        assert tuple(judged.loc[(row.scenario, row.outcome), ["low", "high"]]) == pytest.approx((row.low, row.high))
    again = here("study", "run", "study.toml", "--out", "again", "--workers", 2, cwd=lab)
    assert again.returncode == 0 and (lab / "again" / "headline.csv").read_bytes() == (lab / "out" / "headline.csv").read_bytes()
    (lab / "study.toml").write_text(head + '[best]\noutcome = "transaction_cost"\ndelta = "5%"\n')
    best = here("study", "run", "study.toml", "--out", "best", "--workers", 1, cwd=lab)
    assert best.returncode == 0 and best.stdout.startswith("Best: baseline") and "independent seeds" in best.stdout
    assert "--seeds has no meaning" in refused(here("study", "run", "study.toml", "--seeds", 5, "--out", "new", cwd=lab))
