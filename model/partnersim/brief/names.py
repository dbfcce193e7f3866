"""What scenarios are called on the page, and of what runs a figure is."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from partnersim.analysis.inworlds import reworded
from partnersim.english import sentence
from partnersim.languages.catalogue import LANGUAGE
from partnersim.languages.names import names
from partnersim.languages.speaking import spoken
from partnersim.scenario import Scenario, find_scenario, load_scenario
from partnersim.scenario.reading import ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part


class Named(NamedTuple):
    """A scenario for readers. ``paragraph``: of the report where it is one of its recommendations, else 0."""

    title: str
    paragraph: int
    scenario: Scenario | None


TITLED = ("input", "uncertainty", "name")
"""Columns that name what a column ``title`` says in words."""


def named(name: str) -> Named:
    """The scenario of a name as the library has it, in the language that is spoken; the name alone where it has none."""
    found = _named(name)
    short = names().short(name) if found.scenario is not None else ""
    return found._replace(title=short.removeprefix(f"{found.paragraph} ")) if short else found


@functools.cache
def _named(name: str) -> Named:
    try:
        scenario = load_scenario(find_scenario(name))
    except ScenarioError:
        return Named(name, 0, None)
    found = re.match(r"Recommendation (\d+): (.*)", scenario.title)
    if found:
        return Named(found[2], int(found[1]), scenario)
    return Named(sentence(scenario.title.removeprefix("Package: ")) or name, 0, scenario)


def label(name: str) -> str:
    """A scenario for readers: ``63 strategies, templates, guidelines``, or its title."""
    about = named(name)
    return f"{about.paragraph} {about.title}" if about.paragraph else about.title


def reference_of(brief: Brief, part: Part) -> str:
    """The first scenario in running text: ``baseline``."""
    title = named(brief.scenarios(part)[0]).title.partition(":")[0]
    return title[:1].lower() + title[1:]


def where(brief: Brief, part: Part, table: pd.DataFrame) -> str:
    """Of what runs a figure is, for its footer."""
    study, say = part.opened.study, brief.say
    size = say(f"method.size.{study.size}")
    told = say("figure.runs", seeds=f"{table['runs'].max():,.0f}", months=study.months, size=size)
    inputs = part.opened.asked.inputs
    return brief.sentences(told, say("figure.assumed", assumed=inputs[0], inputs=inputs[1])) if inputs else told


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """A table, kept in English, with names of scenarios and levers and titles of numbers in the language that is spoken.

    What the library does not name stays as the table has it.
    """
    if spoken() == LANGUAGE:
        return table
    told = table.copy()
    if "title" in table:
        column = next(name for name in TITLED if name in table)
        told["title"] = [reworded(name, title) for name, title in zip(table[column], table["title"], strict=True)]
    if "name" in table:
        if "scenario" in table:
            told["name"] = table["scenario"].map({name: label(name) for name in table["scenario"].unique()})
        elif levers := [column for column in ("first", "second", "lever") if column in table]:
            told["name"] = [_levers(*row) for row in table[["name", *levers]].itertuples(index=False)]
    return told


def _levers(kept: str, *levers: str) -> str:
    """Levers with their ids; as ``kept`` where the library does not know one of them."""
    try:
        return " × ".join(names().lever_label(lever) for lever in levers if lever)
    except KeyError:
        return kept
