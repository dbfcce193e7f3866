"""A small folder of results with studies of several kinds, made by the model once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from partnersim.brief.report import Report, report
from partnersim.brief.tables import FOLDER
from partnersim.study.conduct import How, conduct
from partnersim.study.plan import make_plan
from partnersim.study.spec import load_study

SETTING = 'question = "What does it do?"\nmonths = 24\nsize = "class"\nmonthly = false\n'
SCENARIOS = '["baseline", "63-strategic-approach", "73-transparent-screening"]'
SEARCH = """[search]
levers = ["shared_screening", "legal_templates", "staff_training"]
runs = 120
seeds = 3
population = 8
confirm = 4
confirm_seeds = 12
"""
WORLDS = '[uncertainties]\nnames = ["accept_busy", "days_negotiation"]\n'
STUDIES = {
    "alone": f'title = "Three scenarios"\nscenarios = {SCENARIOS}\nseeds = 6\n',
    "levers": 'title = "Three levers"\nseeds = 5\n[levers]\ndesign = "full-factorial"\n'
    'names = ["shared_screening", "legal_templates", "staff_training"]\n',
    "worlds": f'title = "Worlds"\nscenarios = {SCENARIOS}\nseeds = 3\n{WORLDS}design = "latin-hypercube"\npoints = 8\n',
    "numbers": f'title = "Numbers"\nseeds = 4\n{WORLDS}design = "morris"\npoints = 4\n',
    "packages": f'title = "Packages"\n{SEARCH}',
    "packages_again": f'title = "Again"\nfirst_seed = 50\n{SEARCH}key = 2\n',
}


def make_study(folder: Path, name: str, text: str) -> Path:
    """Run a study file's ``text`` into ``folder/name``."""
    file = folder / f"{name}.toml"
    file.write_text(f"{SETTING}{text}", encoding="utf-8")
    conduct(make_plan(load_study(file)), folder / "results" / name, How(workers=1, in_process=True))
    return folder / "results" / name


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with all of STUDIES, without a brief."""
    folder = tmp_path_factory.mktemp("brief")
    for name, text in STUDIES.items():
        make_study(folder, name, text)
    return folder / "results"


@pytest.fixture(scope="session")
def made(results: Path) -> Report:
    """The brief of that folder."""
    return report(results)


@pytest.fixture(scope="session")
def made_in_chinese(made: Report, results: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The same brief in Chinese, of the tables alone, asked in Chinese."""
    folder = tmp_path_factory.mktemp("zh") / "results"
    shutil.copytree(results / FOLDER, folder / FOLDER)
    for name in STUDIES:
        (folder / name).mkdir()
        for kept in ("manifest.json", "study.toml", "failures.csv"):
            shutil.copy(results / name / kept, folder / name / kept)
    asked = 'title = "小型研究"\nquestion = "有什么作用？"\nnote = "只供试验。"\n'
    (folder / "question.zh.toml").write_text(asked, encoding="utf-8")
    return report(folder, language="zh")
