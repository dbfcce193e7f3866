"""The wheel works by itself: in an empty folder, for somebody whose home cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = """
import dataclasses, partnersim
from partnersim.outcomes import outcomes_of
from partnersim.scenario import library
from partnersim.simulate import Laboratory, run_one

lab = Laboratory("baseline", "class", 2)
lab.size = dataclasses.replace(lab.size, burn_in=2)
outcomes = outcomes_of(run_one(lab, lab.settled(1)), 2)
print(partnersim.__file__, library(), outcomes["ideas"] > 0.0)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sources and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("partnersim-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def python(installed: Path, empty: Path, *arguments: str, **settings: str) -> str:
    """Standard output of Python in an empty folder, where the home lies below a file, so that nobody can write there."""
    (empty / "here").mkdir()
    (empty / "temporary").mkdir()
    (empty / "file").touch()
    known = {k: v for k, v in os.environ.items() if k not in ("PARTNERSIM_CACHE", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR")}
    home = {"HOME": str(empty / "file" / "home"), "TMPDIR": str(empty / "temporary")}
    settings |= {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-W", "error", *arguments]
    done = subprocess.run(command, env={**known, **home, **settings}, cwd=empty / "here", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list((empty / "here").iterdir()) == []
    return done.stdout


def test_the_wheel_checks_a_scenario_by_name(installed: Path, tmp_path: Path) -> None:
    """A failure means that the command needs the sources, a writable home or the folder of the repository."""
    told = python(installed, tmp_path, "-c", "from partnersim.cli import main; main()", "check", "baseline")
    assert "as in 2011" in told


def test_the_wheel_runs_a_world(installed: Path, tmp_path: Path) -> None:
    """A failure means that the package lacks files, or reads the population from somewhere else."""
    package, library, works = python(installed, tmp_path, "-c", RUN, NUMBA_DISABLE_JIT="1").split()
    assert works == "True"
    assert Path(package).parent == installed / "partnersim"
    assert Path(library) == installed / "partnersim" / "_scenarios"


def test_machine_code_finds_another_place(installed: Path, tmp_path: Path) -> None:
    """A failure means that the engine cannot be compiled, or compiles anew in every process, where the home is read-only."""
    folder = python(installed, tmp_path, "-c", "from partnersim import compiled; print(compiled.FOLDER)", NUMBA_DISABLE_JIT="0")
    assert Path(folder.strip()).is_dir()
    assert tmp_path / "temporary" in Path(folder.strip()).parents
