"""Answers are measured: every scenario once on common seeds, then each question as a paired comparison."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import pandas as pd

from partnersim.exercises.load import Exercise, Question
from partnersim.simulate import Progress
from partnersim.study import words
from partnersim.study.compare import seed_list
from partnersim.study.page import in_blocks
from partnersim.study.paired import compare_paired

SEEDS, MONTHS, SIZE = 100, 120, "class"
"""How a question is asked unless said otherwise."""
COLUMNS = ("reference_mean", "other_mean", "difference", "low", "high", "verdict", "told", "runs")


def answer(question: Question, against: pd.DataFrame, mine: pd.DataFrame) -> pd.DataFrame:
    """The answer to a question from outcomes of both scenarios (seeds x outcomes, on equal seeds).

    A row for each outcome that the explanation speaks of, the one asked about first: ``reference_mean`` (of what it is held
    against), ``other_mean, difference`` with its 95 % interval ``low, high`` (each for itself, in the outcome's unit),
    ``verdict`` of DIRECTIONS, ``told``, which the explanation is written for, and ``runs``, the pairs.
    """
    relied = question.relies_on()
    table = compare_paired(against[list(relied)], mine[list(relied)])
    table["verdict"] = [words.verdict(low, high) for low, high in zip(table["low"], table["high"], strict=True)]
    table["told"] = [relied[name] for name in table.index]
    return table[list(COLUMNS)]


def is_as_told(table: pd.DataFrame) -> bool:
    """Whether an answer came out, with all that the explanation relies on, as the explanation is written."""
    return bool((table["verdict"] == table["told"]).all())


def ask(
    exercises: Iterable[Exercise],
    seeds: int | Iterable[int] = SEEDS,
    months: int = MONTHS,
    size: str = SIZE,
    workers: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Answers to all questions of some exercises: those of :func:`answer`, with ``exercise, question, outcome`` in front.

    A scenario that several questions ask about is run once. ``workers``: threads, all cores unless given; ``progress`` is
    called with the number of runs just finished, of :func:`n_runs`.
    """
    asked = [(exercise.name, question) for exercise in exercises for question in exercise.questions]
    runs = _outcomes([question for _, question in asked], seed_list(seeds), months, size, workers, progress)
    tables = {(name, q.id): answer(q, runs[q.against.digest], runs[q.mine.digest]) for name, q in asked}
    return pd.concat(tables, names=["exercise", "question"]).reset_index()


def of_question(table: pd.DataFrame, exercise: Exercise, question: Question) -> pd.DataFrame:
    """The rows of one question in a table of :func:`ask`, as :func:`answer` gives them."""
    mine = (table["exercise"] == exercise.name) & (table["question"] == question.id)
    return table[mine].set_index("outcome")[list(COLUMNS)]


def n_runs(exercises: Iterable[Exercise], n_seeds: int) -> int:
    """Runs that :func:`ask` makes."""
    return n_seeds * len({s.digest for exercise in exercises for question in exercise.questions for s in question.scenarios()})


def _outcomes(
    questions: Sequence[Question], seeds: Sequence[int], months: int, size: str, workers: int | None, progress: Progress | None
) -> dict[str, pd.DataFrame]:
    """Outcomes by digest of scenario."""
    found = {scenario.digest: scenario for question in questions for scenario in question.scenarios()}
    # Exercises may give one name to different scenarios, and one scenario two names.
    scenarios = [dataclasses.replace(scenario, name=digest) for digest, scenario in found.items()]
    return in_blocks(scenarios, seeds, months, progress, size=size, workers=workers)
