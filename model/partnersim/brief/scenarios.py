"""Scenarios against the first: side by side, who pays, and what of it belongs into the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from partnersim.analysis.payers import payers
from partnersim.brief.blocks import Claim, Drawing, Grid, Paragraph, Section, Sentence
from partnersim.ledger import HEADLINES
from partnersim.scenario import Scenario, find_scenario, load_scenario
from partnersim.scenario.reading import ScenarioError
from partnersim.study import words
from partnersim.study.opened import compared
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part

MOST = 4
"""Scenarios named in a sentence of the answer."""


class Named(NamedTuple):
    """A scenario for readers. ``paragraph``: of the report where it is one of its recommendations, else 0."""

    title: str
    paragraph: int
    scenario: Scenario | None


def named(name: str) -> Named:
    """The scenario of a name as the library has it; the name alone where it has none."""
    try:
        scenario = load_scenario(find_scenario(name))
    except ScenarioError:
        return Named(name, 0, None)
    found = re.match(r"Recommendation (\d+): (.*)", scenario.title)
    return Named(found[2], int(found[1]), scenario) if found else Named(scenario.title or name, 0, scenario)


def analyse(part: Part) -> dict[str, pd.DataFrame]:
    """``headline``: three headline outcomes of every scenario, judged together; ``payers``: who pays, who gains."""
    opened = part.opened
    if opened.is_complete:
        head = opened.table("headline")
    else:
        head = compared(opened.path, opened.points, None, opened.asked).headline()
    about = {name: named(name) for name in head["scenario"].unique()}
    head.insert(1, "name", [told_name(about[name]) for name in head["scenario"]])
    return {"headline": head, "payers": payers(opened)}


def told_name(about: Named) -> str:
    """``63 strategies, templates, guidelines``, or the title."""
    return f"{about.paragraph} {about.title}" if about.paragraph else about.title


def answer(brief: Brief, part: Part) -> list[Sentence]:
    """A sentence for each headline outcome: which scenarios clearly move it, the largest first."""
    found = brief.table(part, "headline")
    if found is None:
        return []
    table, head = found
    said: list[Sentence] = []
    for outcome in HEADLINES:
        rows = head[head["outcome"] == outcome]
        clear = rows[rows["verdict"].isin(["lower", "higher"])]
        title = brief.say(f"outcome.{outcome}")
        if not len(clear):
            said.append([brief.say("head.no_clear", outcome=title)])
            continue
        pieces: list[str | Claim] = []
        for verdict in sorted(clear["verdict"].unique(), key=lambda v: v != words.BETTER[outcome]):
            here = clear[clear["verdict"] == verdict].sort_values("difference", key=abs, ascending=False)
            side = brief.say("side.better" if verdict == words.BETTER[outcome] else "side.worse")
            opening = brief.say("head.clear_one", outcome=title, verdict=side) if not pieces else f"{brief.say('word.semicolon')}{side} "
            pieces.append(opening if not pieces else brief.say("head.clear_next", verdict=side))
            pieces += brief.listed([[brief.claim(table, row, "named")] for row in here.index[:MOST]])
            if len(here) > MOST:
                pieces.append(brief.say("head.and_more", n=len(here) - MOST))
        said.append([*pieces, brief.say("word.stop")])
    return said


def sections(brief: Brief, part: Part, evidence: dict[str, Sentence]) -> list[Section]:
    """The scenarios side by side, and who pays. ``evidence``: by scenario, what goes into the last column."""
    found = brief.table(part, "headline")
    if found is None:
        return []
    table, head = found
    reference = named(part.opened.scenarios[0]).title
    section = Section(f"{part.name}-side-by-side", brief.say("recommendations.title"))
    section.blocks.append(Drawing_of(brief, part, reference))
    about = {name: named(name) for name in head["scenario"].unique()}
    caption = brief.say("recommendations.caption", reference=reference, seeds=int(head["runs"].max()), level=f"{LEVEL:.0%}")
    for is_recommendation, heading in ((True, "head_name"), (False, "head_package")):
        names = [name for name, told in about.items() if bool(told.paragraph) == is_recommendation]
        if names:
            section.blocks.append(_grid(brief, table, head, names, heading, caption, evidence))
    return [section, *_payers(brief, part)]


def _grid(
    brief: Brief, table: str, head: pd.DataFrame, names: Iterable[str], heading: str, caption: str, evidence: dict[str, Sentence]
) -> Grid:
    rows = []
    for name in names:
        mine = head[head["scenario"] == name]
        cells: list[Sentence] = [[str(mine["name"].iloc[0])]]
        for outcome in HEADLINES:
            cells.append([brief.claim(table, row, "cell") for row in mine.index[mine["outcome"] == outcome]])
        rows.append([*cells, *([evidence[name]] if name in evidence else [])])
    heads = [brief.say(f"recommendations.{heading}"), *(brief.say(f"outcome.{o}") for o in HEADLINES)]
    if any(name in evidence for name in names):
        heads.append(brief.say("recommendations.head_evidence"))
    return Grid(caption, heads, rows, wide=True)
