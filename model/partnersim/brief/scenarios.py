"""Scenarios against the first: side by side, who pays, and what of it belongs into the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from partnersim.analysis.payers import payers
from partnersim.brief.blocks import Claim, Grid, Section, Sentence
from partnersim.brief.claims import clear_ones
from partnersim.english import listed, sentence
from partnersim.figures.payers import draw_payers, payer_pages
from partnersim.figures.side_by_side import draw_side_by_side
from partnersim.ledger import HEADLINES
from partnersim.scenario import Scenario, find_scenario, load_scenario
from partnersim.scenario.reading import ScenarioError
from partnersim.study import words
from partnersim.study.opened import compared
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part
    from partnersim.study.opened import OpenedStudy

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
    if found:
        return Named(found[2], int(found[1]), scenario)
    return Named(sentence(scenario.title.removeprefix("Package: ")) or name, 0, scenario)


def analyse(part: Part) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """``headline``: three headline outcomes of every scenario, judged together; ``payers``: who pays, who gains."""
    opened = part.opened
    if len(opened.scenarios) < 2:
        return {}, ["it has one scenario, so there is nothing to compare."]
    head = opened.table("headline") if opened.is_complete else _headline(opened)
    names = {name: told_name(named(name)) for name in head["scenario"].unique()}
    head.insert(1, "name", head["scenario"].map(names))
    return {"headline": head, "payers": payers(opened)}, []


def _headline(opened: OpenedStudy) -> pd.DataFrame:
    """The headline of a study that is not finished, of the pairs that are there."""
    return compared(opened.path, opened.points, None, opened.asked).headline()


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
        title = brief.say(f"outcome.{outcome}")
        pieces: list[str | Claim] = []
        for side, verdict in (("better", words.BETTER[outcome]), ("worse", _other(words.BETTER[outcome]))):
            clear = clear_ones(rows[rows["verdict"] == verdict])
            if len(clear):
                opening = "scenarios.clear_next" if pieces else "scenarios.clear"
                pieces.append(brief.say(opening, outcome=title, side=brief.say(f"side.{side}")))
                pieces += brief.listed([[brief.claim(table, row, "named")] for row in clear.index[:MOST]])
                if len(clear) > MOST:
                    pieces.append(brief.say("scenarios.and_more", n=len(clear) - MOST))
        said.append([*pieces, brief.say("word.stop")] if pieces else [brief.say("scenarios.no_clear", outcome=title)])
    return said


def _other(verdict: str) -> str:
    return "higher" if verdict == "lower" else "lower"


def sections(brief: Brief, part: Part) -> list[Section]:
    """The scenarios side by side, and who pays."""
    found = brief.table(part, "headline")
    if found is None:
        return []
    from partnersim.brief.recommendations import column

    table, head = found
    section = Section(f"{part.name}-side-by-side", brief.say("scenarios.title"))
    reference = reference_of(brief, part)
    names = {str(row.scenario): str(row.name) for row in head[["scenario", "name"]].drop_duplicates().itertuples(index=False)}
    picture = draw_side_by_side(head, {name: _short(name, told) for name, told in names.items()}, where(part, head))
    section.blocks.append(brief.drawing(f"{part.name}_side_by_side", picture, brief.say("scenarios.figure", reference=reference)))
    caption = brief.say("scenarios.caption", reference=reference, seeds=f"{head['runs'].max():,.0f}", level=f"{LEVEL:.0%}")
    about = {name: named(name) for name in names}
    for is_recommendation, heading in ((True, "head_recommendation"), (False, "head_scenario")):
        mine = [name for name in names if bool(about[name].paragraph) == is_recommendation]
        if mine:
            columns = {name: column(brief, name) for name in mine}
            section.blocks.append(_grid(brief, table, head, names, mine, heading, caption, columns))
    return [section, *_payers(brief, part, names)]


def reference_of(brief: Brief, part: Part) -> str:
    """The first scenario in running text: ``baseline``."""
    title = named(brief.scenarios(part)[0]).title.partition(":")[0]
    return title[:1].lower() + title[1:]


def _short(name: str, told: str) -> str:
    """A label whose first word tells a scenario from the others: the paragraph of a recommendation, else its name."""
    return told if told[:1].isdigit() else name


def where(part: Part, table: pd.DataFrame) -> str:
    """Of what runs a figure is, for its footer."""
    study = part.opened.study
    inputs = part.opened.asked.inputs
    told = f"{table['runs'].max():,.0f} paired seeds, {study.months} months after burn-in, size {study.size}."
    return f"{told} Of {inputs[1]} inputs {inputs[0]} are assumed." if inputs else told


def _grid(
    brief: Brief,
    table: str,
    head: pd.DataFrame,
    names: dict[str, str],
    mine: Iterable[str],
    heading: str,
    caption: str,
    evidence: dict[str, Sentence],
) -> Grid:
    rows: list[list[Sentence]] = []
    for name in mine:
        cells: list[Sentence] = [[names[name]]]
        for outcome in HEADLINES:
            here = head.index[(head["scenario"] == name) & (head["outcome"] == outcome)]
            cells.append([brief.claim(table, row, "cell") for row in here])
        rows.append([*cells, evidence[name]])
    heads = [
        brief.say(f"scenarios.{heading}"),
        *(brief.say(f"outcome.{o}") for o in HEADLINES),
        brief.say("scenarios.head_evidence"),
    ]
    return Grid(caption, heads, rows)


def _payers(brief: Brief, part: Part, names: dict[str, str]) -> list[Section]:
    found = brief.table(part, "payers")
    if found is None:
        return []
    _, table = found
    section = Section(f"{part.name}-payers", brief.say("payers.title"))
    labels = {name: _short(name, told) for name, told in names.items()}
    told = where(part, table)
    for page in range(len(payer_pages(table))):
        picture = draw_payers(table, labels, told, page)
        groups = listed(list(picture.data["group"].unique()))
        section.blocks.append(brief.drawing(f"{part.name}_payers_{page + 1}", picture, brief.say("payers.figure", groups=groups)))
    return [section]
