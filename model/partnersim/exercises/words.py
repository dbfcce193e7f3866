"""What is said of exercises in a language, with measured answers put in."""

from __future__ import annotations

import functools

import pandas as pd

from partnersim.exercises.answer import is_as_told
from partnersim.exercises.load import Exercise, Question
from partnersim.languages.catalogue import LANGUAGE, Catalogue
from partnersim.languages.names import names
from partnersim.scenario import Scenario
from partnersim.study import words


class Telling:
    """The words of the exercises in one ``language``; ask :func:`telling` for one."""

    def __init__(self, language: str = LANGUAGE) -> None:
        self.language = language
        self.say = Catalogue("exercises", language)
        self._names = names(language)

    def about(self, exercise: Exercise, key: str) -> str:
        """One of ``title, tension, goal, story, transfer, limits`` of an exercise."""
        return self.say(f"{exercise.name}.{key}")

    def debrief(self, exercise: Exercise) -> list[str]:
        """Questions to talk about afterwards."""
        return self.say.every(f"{exercise.name}.debrief")

    def scenario(self, exercise: Exercise, scenario: Scenario) -> str:
        """What a scenario of an exercise is called in it, in running text."""
        return self.say(f"{exercise.name}.scenario.{scenario.name}")

    def outcome(self, name: str) -> str:
        """What an outcome is called, for headings and tables: plainly, where the usual name needs knowledge of the model."""
        own = f"outcome.{name}"
        return self.say(own) if self.say.has(own) else self._names.outcome(name).title

    def prompt(self, exercise: Exercise, question: Question) -> str:
        """The question, to be answered by one of DIRECTIONS before it is run."""
        return self.say(f"{exercise.name}.question.{question.id}.prompt")

    def reasons(self, exercise: Exercise, question: Question) -> dict[str, str]:
        """Why one might expect ``lower``, and why ``higher``."""
        return {way: self.say(f"{exercise.name}.question.{question.id}.{way}") for way in words.CLEAR}

    def direction(self, word: str) -> str:
        """One of DIRECTIONS, or a verdict of :mod:`partnersim.study.words`, in the language."""
        return self.say(f"direction.{word}")

    def verdict(self, row: pd.Series) -> str:
        """A row of :func:`partnersim.exercises.answer` in words: ``Agreements signed: lower, 9.0% (8.1 to 9.9)``."""
        outcome = str(row.name)
        return self.say("verdict", outcome=self.outcome(outcome), direction=self.direction(row["verdict"]), size=self.size(row))

    def size(self, row: pd.Series) -> str:
        """The size of a difference with its interval, in per cent of what it is held against where that is not zero."""
        size, unit, low, high = words.amount_parts(pd.Series({**row, "outcome": row.name}))
        if unit != "%":
            unit = self.say("unit", unit=self._names.outcome(str(row.name)).unit)
        if row["low"] == row["high"]:
            return f"{_short(float(size))}{unit}"
        size, low, high = (text.replace("-", "\N{MINUS SIGN}") for text in (size, low, high))
        return self.say("range", size=f"{size}{unit}", low=low, high=high)

    def explanation(self, exercise: Exercise, question: Question, table: pd.DataFrame) -> str:
        """What the model shows and why, with the measured answers of ``table`` (of :func:`partnersim.exercises.answer`).

        An answer that is not the one that the explanation was written for is said to be so, instead.
        """
        key = f"{exercise.name}.question.{question.id}"
        told = self.say(f"{key}.explanation", **self._fields(table))
        if not is_as_told(table):
            return self.say("both", first=self.say("otherwise"), then=told)
        return told if question.in_many_worlds == question.told else self.say("both", first=told, then=self.say(f"{key}.many"))

    @staticmethod
    def _fields(table: pd.DataFrame) -> dict[str, str]:
        """What braces of an explanation may ask for, without signs and intervals, which stand in the verdict."""
        fields: dict[str, str] = {}
        for name, row in table.iterrows():
            base, size = abs(row["reference_mean"]), abs(row["difference"])
            fields |= {f"{name}_by": _short(size), f"{name}_against": _short(base), f"{name}_mine": _short(row["other_mean"])}
            if base:
                fields[str(name)] = f"{_short(100 * size / base)}%"
        return fields


def _short(value: float) -> str:
    """Two digits, all before the point: 0.67, 4.5, 58, 275."""
    decimals = 0 if value >= 9.95 else 1 if value >= 0.995 else 2
    return f"{value:,.{decimals}f}"


@functools.cache
def telling(language: str = LANGUAGE) -> Telling:
    """The words of the exercises in a language."""
    return Telling(language)
