"""The data of a figure as a table for readers: in the words of the language that is spoken, in English as its file has it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from partnersim.analysis.inworlds import reworded
from partnersim.analysis.payers import member
from partnersim.analysis.shapley import ALL
from partnersim.figures.payers import group_told
from partnersim.figures.style import say
from partnersim.languages.catalogue import LANGUAGE
from partnersim.languages.names import names
from partnersim.languages.speaking import catalogue, spoken
from partnersim.ledger import OUTCOMES
from partnersim.study import words

COUNTED = {o.name for o in OUTCOMES}


def in_words(data: pd.DataFrame) -> pd.DataFrame:
    """A figure's data with heads and values in words; what no catalogue knows stays as it is. English stays as it is."""
    if spoken() == LANGUAGE:
        return data
    told = data.copy()
    if {"who", "outcome"} <= set(data.columns):
        told["who"] = [member(outcome) for outcome in data["outcome"]]
    for column, word in _TOLD.items():
        if column in data:
            told[column] = [word(value) if isinstance(value, str) else value for value in data[column]]
    return told.rename(columns={column: _head(str(column)) for column in data.columns})


def _head(column: str) -> str:
    key = f"column.{column}"
    return say(key) if catalogue("figures").has(key) else reworded(column, column)


def _outcome(name: str) -> str:
    return words.label(name) if name in COUNTED else _value(name)


def _levers(text: str) -> str:
    """Names of levers within a text, such as ``legal_templates:secondments``."""
    return re.sub("[a-z_]{3,}", lambda found: names().lever_name(found[0]), text).replace(":", " × ")


def _input(name: str) -> str:
    return reworded(name, name)


def _value(name: str) -> str:
    key = f"value.{name}"
    return say(key) if catalogue("figures").has(key) else name


_TOLD: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("outcome", "objective"), _outcome),
    **dict.fromkeys(("scenario", "policy"), words.named),
    **dict.fromkeys(("first", "second", "term", "aliased_with"), _levers),
    "lever": lambda name: _value(name) if name == ALL else _levers(name),
    **dict.fromkeys(("unit", "uncertainty_unit"), lambda unit: names().unit(unit)),
    **dict.fromkeys(("input", "uncertainty"), _input),
    **dict.fromkeys(("verdict", "told", "interplay", "of", "kind", "panel"), _value),
    "measure": lambda name: say(f"robustness.measure.{name}"),
    "index": lambda name: say(f"sensitivity.{name}"),
    "group": group_told,
}
