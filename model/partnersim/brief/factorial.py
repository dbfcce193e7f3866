"""Levers put to use together: what each does, which help or spoil each other, what is owed to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from partnersim.analysis.cells import lever_labels
from partnersim.analysis.effects import effects
from partnersim.analysis.shapley import ALL, MOST, shapley
from partnersim.brief.blocks import Bullets, Claim, Paragraph, Section, Sentence
from partnersim.brief.claims import clear_ones
from partnersim.brief.names import where
from partnersim.figures.effects import draw_effects
from partnersim.figures.pairs import draw_pairs
from partnersim.figures.shapley import draw_shapley
from partnersim.ledger import HEADLINES
from partnersim.study import words

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part


CLAUSES = {"pair": "clauses"}
"""Claims with commas of their own, by style."""
NAMED_MAINS, NAMED_PAIRS = 5, 3
"""Largest clear effects and pairs that are named."""


def analyse(part: Part) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """``effects``: main effects and pairs; ``shares``: Shapley shares, of all combinations of few levers."""
    labels = lever_labels(part.opened)
    found = effects(part.opened).rename(columns={"estimate": "difference", "mean": "reference_mean"})
    first, second = (found[column].map(lambda name: labels.get(name, name)) for column in ("first", "second"))
    found.insert(3, "name", [f"{a} × {b}" if b else a for a, b in zip(first, second, strict=True)])
    tables = {"effects": found}
    design = part.opened.study.levers
    n = found.loc[found["second"] == "", "first"].nunique()
    if design is not None and design.design == "full-factorial" and n <= MOST:
        shares = shapley(part.opened).rename(columns={"share": "difference"})
        shares.insert(3, "name", shares["lever"].map(lambda name: labels.get(name, name)))
        tables["shares"] = shares
    return tables, []


def answer(brief: Brief, part: Part) -> list[Sentence]:
    """The strongest clear pair of each outcome, in a sentence; nothing where none is clear."""
    found = brief.table(part, "effects")
    if found is None or "shares" in _names(brief, part):
        return []
    table, rows = found
    pairs = clear_ones(rows[rows["second"] != ""])
    pieces: list[Sentence] = []
    for outcome in HEADLINES:
        here = pairs[pairs["outcome"] == outcome]
        if len(here):
            pieces.append([brief.claim(table, here.index[0], "pair")])
    n = len(rows[(rows["second"] != "") & (rows["outcome"] == HEADLINES[0])])
    if not pieces:
        return [[brief.say("effects.no_pair", of=n)]]
    begun = brief.say("effects.answer", n=len(pairs), of=f"{n * len(HEADLINES):,}")
    return [[begun, *brief.listed(pieces, "clauses"), brief.say("word.stop")]]


def _names(brief: Brief, part: Part) -> set[str]:
    return {name for name in ("effects", "shares") if brief.table(part, name) is not None}


def sections(brief: Brief, part: Part) -> list[Section]:
    """Shares where all combinations are there, else main effects and pairs."""
    if "shares" in _names(brief, part):
        return [_shares(brief, part)]
    found = brief.table(part, "effects")
    return [_effects(brief, part, *found)] if found else []


def _effects(brief: Brief, part: Part, table: str, rows: pd.DataFrame) -> Section:
    say, labels = brief.say, lever_labels(part.opened)
    mains = rows[rows["second"] == ""]
    levers = mains["first"].nunique()
    design = part.opened.study.levers
    assert design is not None
    resolution = "full" if design.design == "full-factorial" else min(design.resolution, 5)
    intro = say("effects.intro", cells=f"{len(brief.scenarios(part)):,}", levers=levers, seeds=f"{mains['runs'].max():,.0f}")
    section = Section(f"{part.name}-effects", say("effects.title"), is_page=True)
    section.blocks.append(Paragraph([brief.sentences(intro, say(f"effects.resolution_{resolution}"))]))
    section.blocks.append(
        Bullets([_clear(brief, table, mains, outcome, "clear_main", "named", NAMED_MAINS) for outcome in HEADLINES])
    )
    told = where(brief, part, mains)
    drawn = draw_effects(mains.rename(columns={"difference": "estimate", "reference_mean": "mean"}), labels, told)
    section.blocks.append(brief.drawing(f"{part.name}_effects", drawn, say("effects.figure_main")))
    pairs = Section(f"{part.name}-pairs", say("effects.pairs"))
    both = rows[rows["second"] != ""]
    pairs.blocks.append(
        Bullets([_clear(brief, table, both, outcome, "clear_pairs", "pair", NAMED_PAIRS) for outcome in HEADLINES])
    )
    everything = rows.rename(columns={"difference": "estimate", "reference_mean": "mean"})
    for outcome in HEADLINES:
        picture = draw_pairs(everything, outcome, labels, told)
        caption = say("effects.figure_pairs", outcome=say(f"label.{outcome}"))
        pairs.blocks.append(brief.drawing(f"{part.name}_pairs_{outcome}", picture, caption))
    section.parts.append(pairs)
    return section


def _clear(brief: Brief, table: str, rows: pd.DataFrame, outcome: str, key: str, style: str, most: int) -> Sentence:
    """How many effects on an outcome are clear, and the largest."""
    mine = rows[rows["outcome"] == outcome]
    clear = clear_ones(mine)
    said: list[str | Claim] = [brief.say(f"effects.{key}", outcome=brief.say(f"outcome.{outcome}"), n=len(clear), of=len(mine))]
    if len(clear):
        said.append(brief.say("effects.strongest"))
        said += brief.listed([[brief.claim(table, row, style)] for row in clear.index[:most]], CLAUSES.get(style, "list"))
    return [*said, brief.say("word.stop")]


def _shares(brief: Brief, part: Part) -> Section:
    found = brief.table(part, "shares")
    assert found is not None
    table, rows = found
    section = Section(f"{part.name}-shares", brief.say("shares.title"))
    levers = rows.loc[rows["lever"] != ALL, "lever"].nunique()
    section.blocks.append(Paragraph([brief.say("shares.intro", levers=levers, seeds=f"{rows['runs'].max():,.0f}")]))
    items: list[Sentence] = []
    for outcome in HEADLINES:
        mine = rows[rows["outcome"] == outcome]
        total = mine.index[mine["lever"] == ALL][0]
        clear = mine[(mine["lever"] != ALL) & mine["verdict"].isin(words.CLEAR)].sort_values(
            "difference", key=abs, ascending=False
        )
        said: list[str | Claim] = [brief.say("shares.together"), brief.claim(table, total)]
        if len(clear):
            said.append(brief.say("shares.owed"))
            said += brief.listed([[brief.claim(table, row, "named")] for row in clear.index[:NAMED_MAINS]])
        items.append([*said, brief.say("word.stop")])
    section.blocks.append(Bullets(items))
    picture = draw_shapley(rows.rename(columns={"difference": "share"}), lever_labels(part.opened), where(brief, part, rows))
    section.blocks.append(brief.drawing(f"{part.name}_shares", picture, brief.say("shares.figure")))
    return section
