"""What scenarios are called on the page, and of what runs a figure is."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from partnersim.english import sentence
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


@functools.cache
def named(name: str) -> Named:
    """The scenario of a name as the library has it; the name alone where it has none."""
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


def where(part: Part, table: pd.DataFrame) -> str:
    """Of what runs a figure is, for its footer."""
    study = part.opened.study
    inputs = part.opened.asked.inputs
    told = f"{table['runs'].max():,.0f} paired seeds, {study.months} months after burn-in, size {study.size}."
    return f"{told} Of {inputs[1]} inputs {inputs[0]} are assumed." if inputs else told
