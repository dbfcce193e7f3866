"""Several studies that ask one question together, and studies tried in a small setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from partnersim.cli import cli
from partnersim.scenario import ScenarioError
from partnersim.study.files import StudyError
from partnersim.study.notebook import QUESTION, read_question, results_of, small, study_files
from partnersim.study.plan import make_plan
from partnersim.study.spec import load_study

ONE = 'title = "T"\nquestion = "Q?"\nscenarios = ["baseline", "shared-screening"]\nmonthly = false\n'
ASKED = 'title = "Together"\nquestion = "What then?"\n'
SHIPPED = Path(__file__).parents[2] / "experiments" / "03_recommendations"


@pytest.fixture
def folder(tmp_path):
    """Two study files and their question."""
    (tmp_path / "lab").mkdir()
    for name, text in {"b": ONE, "a": ONE, QUESTION.removesuffix(".toml"): ASKED}.items():
        (tmp_path / "lab" / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path / "lab"


def test_a_folder_with_a_question_is_all_its_studies(folder, tmp_path):
    """Fails when a study is left out, the question is taken for one, or results of two studies share a folder."""
    assert [path.name for path in study_files(folder)] == ["a.toml", "b.toml"]
    assert study_files(folder / "a.toml") == [folder / "a.toml"]
    assert read_question(folder).question == "What then?" and read_question(tmp_path) is None
    (folder / "question.zh.toml").write_text('title = "T"\nquestion = "然后呢？"\n', encoding="utf-8")
    assert [path.name for path in study_files(folder)] == ["a.toml", "b.toml"]
    assert read_question(folder, "zh").question == "然后呢？" and read_question(folder, "fr").question == "What then?"
    assert results_of(folder / "a.toml", None) == Path("results/lab/a")
    assert results_of(folder / "a.toml", None, is_small=True) == Path("results/small/lab/a")
    assert results_of(folder / "a.toml", Path("x")) == Path("x/a")
    (folder / QUESTION).unlink()
    assert results_of(folder / "a.toml", None) == Path("results/a")
    (folder / "study.toml").write_text(ONE, encoding="utf-8")
    assert study_files(folder) == [folder] and results_of(folder, None) == Path("results/lab")


def test_folders_and_questions_that_are_wrong_are_told_of(folder, tmp_path):
    """Fails when a mistake in a folder ends in a traceback or runs something else."""
    with pytest.raises(StudyError, match=r"wanted is a study file.*question\.toml"):
        study_files(tmp_path)
    (folder / QUESTION).write_text('title = "T"\nanswer = "42"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match="answer"):
        read_question(folder)


def test_a_small_setting_asks_the_same_of_less(folder):
    """Fails when a small setting is no smaller, or changes scenarios or levers."""
    study = load_study(folder / "a.toml")
    tried = small(study)
    assert (tried.size, tried.months, list(tried.seeds)) == ("class", 24, [0, 1, 2, 3])
    assert tried.scenarios == study.scenarios and tried.levers == study.levers


@pytest.mark.parametrize("path", sorted(path for path in SHIPPED.glob("*.toml") if path.name != QUESTION), ids=lambda p: p.stem)
def test_the_studies_of_the_recommendations_can_be_made_and_tried(path):
    """Fails when a study of the reference asks for what is not there, or is too large to be tried."""
    study = load_study(path)
    tried = make_plan(small(study))
    runs = tried.study.search.runs if tried.study.search else len(tried) * len(tried.study.seeds)
    assert runs <= 8_000 and tried.names[0] == "baseline"


def test_one_command_runs_all_of_a_folder(folder, tmp_path, monkeypatch):
    """Fails when the command stops after the first study, or the brief would not know what was asked."""
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(cli, ["study", "run", str(folder), "--small", "--seeds", "3", "--workers", "1"])
    assert found.exit_code == 0, found.output
    results = tmp_path / "results" / "small" / "lab"
    assert (results / QUESTION).read_text(encoding="utf-8") == ASKED
    assert all((results / name / "headline.csv").is_file() for name in "ab")
