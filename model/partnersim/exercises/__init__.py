"""Exercises for teaching: one for each great tension of the report, as questions that ask for a prediction before they answer.

What is asked is data (``scenarios/exercises/NAME.toml``), what is answered is measured (:func:`answer`, :func:`ask`), and what is
said of it are words (``text/LANGUAGE.toml``), into which :class:`Telling` puts the answers.
"""

from partnersim.exercises.answer import MONTHS, SEEDS, SIZE, answer, ask, is_as_told, n_runs, of_question
from partnersim.exercises.load import DIRECTIONS, Exercise, Question, load_exercise, load_exercises
from partnersim.exercises.words import Telling, telling

__all__ = [
    "DIRECTIONS",
    "MONTHS",
    "SEEDS",
    "SIZE",
    "Exercise",
    "Question",
    "Telling",
    "answer",
    "ask",
    "is_as_told",
    "load_exercise",
    "load_exercises",
    "n_runs",
    "of_question",
    "telling",
]
