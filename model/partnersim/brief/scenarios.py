"""Scenarios against the first: side by side, who pays, and what of it belongs into the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from partnersim.analysis.payers import payers
from partnersim.brief.blocks import Claim, Grid, Section, Sentence
from partnersim.brief.claims import clear_ones
from partnersim.brief.evidence import evidence
from partnersim.brief.names import label, named, reference_of, where
from partnersim.figures.payers import draw_payers, group_told, payer_pages
from partnersim.figures.side_by_side import draw_side_by_side
from partnersim.languages.names import names
from partnersim.languages.speaking import listed
from partnersim.ledger import HEADLINES
from partnersim.study import words
from partnersim.study.opened import compared
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part
    from partnersim.study.opened import OpenedStudy

MOST = 4
"""Scenarios named in a sentence of the answer."""


def analyse(part: Part) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """``headline``: three headline outcomes of every scenario, judged together; ``payers``: who pays, who gains."""
    opened = part.opened
    if len(opened.scenarios) < 2:
        return {}, ["missing.alone"]
    head = opened.table("headline") if opened.is_complete else _headline(opened)
    names = {name: label(name) for name in head["scenario"].unique()}
    head.insert(1, "name", head["scenario"].map(names))
    return {"headline": head, "payers": payers(opened)}, []


def _headline(opened: OpenedStudy) -> pd.DataFrame:
    """The headline of a study that is not finished, of the pairs that are there."""
    return compared(opened.path, opened.points, None, opened.asked, is_complete=False).headline()


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
    table, head = found
    section = Section(f"{part.name}-side-by-side", brief.say("scenarios.title"))
    reference = reference_of(brief, part)
    names = {str(row.scenario): str(row.name) for row in head[["scenario", "name"]].drop_duplicates().itertuples(index=False)}
    picture = draw_side_by_side(head, {name: _short(name, told) for name, told in names.items()}, where(brief, part, head))
    section.blocks.append(brief.drawing(f"{part.name}_side_by_side", picture, brief.say("scenarios.figure", reference=reference)))
    caption = brief.say("scenarios.caption", reference=reference, seeds=f"{head['runs'].max():,.0f}", level=f"{LEVEL:.0%}")
    about = {name: named(name) for name in names}
    for is_recommendation, heading in ((True, "head_recommendation"), (False, "head_scenario")):
        mine = [name for name in names if bool(about[name].paragraph) == is_recommendation]
        if mine:
            graded = {name: evidence(brief, name).badge(brief) for name in mine}
            section.blocks.append(_grid(brief, table, head, names, mine, heading, caption, graded))
    return [section, *_payers(brief, part, names)]


def _short(name: str, told: str) -> str:
    """A label whose first word tells a scenario from the others: the paragraph of a recommendation, else its name."""
    return told if told[:1].isdigit() else names().short(name) or name


def _grid(
    brief: Brief,
    table: str,
    head: pd.DataFrame,
    names: dict[str, str],
    mine: Iterable[str],
    heading: str,
    caption: str,
    graded: dict[str, str],
) -> Grid:
    rows: list[list[Sentence]] = []
    for name in mine:
        cells: list[Sentence] = [[names[name]]]
        for outcome in HEADLINES:
            here = head.index[(head["scenario"] == name) & (head["outcome"] == outcome)]
            cells.append([brief.claim(table, row, "cell") for row in here])
        rows.append([*cells, [graded[name]]])
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
    told = where(brief, part, table)
    for page in range(len(payer_pages(table))):
        picture = draw_payers(table, labels, told, page)
        groups = listed([group_told(group) for group in picture.data["group"].unique()])
        section.blocks.append(brief.drawing(f"{part.name}_payers_{page + 1}", picture, brief.say("payers.figure", groups=groups)))
    return [section]
