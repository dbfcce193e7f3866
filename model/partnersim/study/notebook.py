"""Several studies that ask one question together: a folder with study files and a ``question.toml``, and their results.

::

    experiments/03_recommendations/question.toml      title, question, note
    experiments/03_recommendations/question.zh.toml   the same in Chinese, for a brief in Chinese
    experiments/03_recommendations/all_levers.toml    a study, run into results/03_recommendations/all_levers
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from partnersim.languages.catalogue import LANGUAGE
from partnersim.scenario.reading import Table, read_toml
from partnersim.study.files import StudyError
from partnersim.study.packages_asked import SearchDesign
from partnersim.study.spec import Study

QUESTION, STUDY = "question.toml", "study.toml"
KEYS = ("title", "question", "note")
SMALL = {"size": "class", "months": 24}
SMALL_SEEDS, SMALL_POINTS = 4, {"latin-hypercube": 64, "sobol": 64, "calibration": 8, "saltelli": 8, "morris": 2}
SEARCHED_ALIKE = ("names", "key", "confirm_from", "start", "ramp")
"""What a search in a small setting has from the study."""
SMALL_SEARCH = SearchDesign(runs=2_000, seeds=4, population=40, confirm=12, confirm_seeds=20)


@dataclasses.dataclass(frozen=True)
class Question:
    """What several studies ask together."""

    title: str
    question: str
    note: str = ""


def question_files(folder: Path) -> list[Path]:
    """The files of a folder's question in the languages that it is asked in."""
    return [path for path in sorted(folder.glob("question*.toml")) if path.name.split(".")[0] == Path(QUESTION).stem]


def read_question(folder: Path, language: str = LANGUAGE) -> Question | None:
    """The question of a folder, in ``language`` where it is asked in it, else in English; None where it has none.

    ``ScenarioError`` for what is wrong in its file.
    """
    path = folder / (QUESTION if language == LANGUAGE else f"question.{language}.toml")
    if not path.is_file():
        return read_question(folder) if language != LANGUAGE else None
    table = Table(read_toml(path), str(path), "", KEYS)
    return Question(table.text("title"), table.text("question"), table.text("note", ""))


def study_files(asked: Path) -> list[Path]:
    """The study file meant: itself, that of a folder, or all of a folder that has a question; :class:`StudyError` for none."""
    if not asked.is_dir() or (asked / STUDY).is_file():
        return [asked]
    found = sorted(set(asked.glob("*.toml")) - set(question_files(asked)))
    if not found or not (asked / QUESTION).is_file():
        raise StudyError(f"{asked}: wanted is a study file, a folder with a {STUDY}, or one with a {QUESTION} and study files.")
    return found


def results_of(file: Path, base: Path | None, is_small: bool = False) -> Path:
    """Where a study's results go: ``base`` or ``results/NAME``, and below that by file where several ask together.

    Those of a small setting lie in ``results/small`` in place of ``results``.
    """
    path, results = file.resolve(), Path("results/small" if is_small else "results")
    if path.is_dir() or path.name == STUDY:
        return base or results / (path if path.is_dir() else path.parent).name
    if (path.parent / QUESTION).is_file():
        return (base or results / path.parent.name) / path.stem
    return base or results / path.stem


def small(study: Study) -> Study:
    """The same questions on a world of the smallest size, for a short time, with few seeds and worlds: to try, not to believe."""
    changes: dict[str, object] = dict(SMALL)
    if len(study.seeds) > SMALL_SEEDS:
        changes["seeds"] = study.seeds[:SMALL_SEEDS]
    if study.uncertainties is not None and study.uncertainties.design in SMALL_POINTS:
        points = min(study.uncertainties.points or SMALL_POINTS["calibration"], SMALL_POINTS[study.uncertainties.design])
        changes["uncertainties"] = dataclasses.replace(study.uncertainties, points=points)
    if study.search is not None:
        kept: dict[str, Any] = {name: getattr(study.search, name) for name in SEARCHED_ALIKE}
        search = changes["search"] = dataclasses.replace(SMALL_SEARCH, **kept)
        changes["seeds"] = search.all_seeds(study.seeds[0])
    return dataclasses.replace(study, **changes)  # type: ignore[arg-type]
