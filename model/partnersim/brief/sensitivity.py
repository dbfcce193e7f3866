"""Which of the model's numbers matter, and how much of it is luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from partnersim.analysis.sensitivity import ABOVE, LUCK_NAME, convergence, sensitivity
from partnersim.brief.blocks import Bullets, Paragraph, Section, Sentence
from partnersim.brief.names import label, reference_of
from partnersim.figures.sensitivity import draw_convergence, draw_sensitivity
from partnersim.ledger import HEADLINES

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part

OUTCOME, DIFFERENCE = "outcome", "difference"
MAIN = {"morris": "mu_star", "saltelli": "ST"}
"""The index that numbers are ranked by."""
MOST = 5
"""Numbers that are named."""


def analyse(part: Part) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """``sensitivity`` of outcomes and of what policies change; ``convergence`` of the reference's outcomes."""
    reference = part.opened.scenarios[0]
    return {"sensitivity": sensitivity(part.opened), "convergence": convergence(part.opened, scenarios=[reference])}, []


def _above(table: pd.DataFrame, index: str, outcome: str, scenario: str, of: str) -> pd.DataFrame:
    """Numbers clearly above the floor of luck, the largest first."""
    rows = table[
        (table["index"] == index) & (table["outcome"] == outcome) & (table["scenario"] == scenario) & (table["of"] == of)
    ]
    return rows[(rows["verdict"] == ABOVE) & (rows["input"] != LUCK_NAME)].sort_values("value", ascending=False, kind="stable")


def _said(brief: Brief, part: Part, table: pd.DataFrame, outcome: str, scenario: str, of: str) -> str:
    rows = _above(table, _index(part), outcome, scenario, of)
    n = table.loc[table["input"] != LUCK_NAME, "input"].nunique()
    key = f"sensitivity.{of}" if len(rows) else f"sensitivity.{of}_nothing"
    titles = brief.say("word.semicolon").join(str(title) for title in rows["title"].head(MOST))
    return brief.say(
        key, outcome=brief.say(f"outcome.{outcome}"), scenario=label(scenario), n=f"{len(rows)}", of=f"{n}", titles=titles
    )


def _index(part: Part) -> str:
    design = part.opened.study.uncertainties
    assert design is not None
    return MAIN[design.design]


def answer(brief: Brief, part: Part) -> list[Sentence]:
    """What moves the headline outcomes of the reference most."""
    found = brief.table(part, "sensitivity")
    if found is None:
        return []
    reference = brief.scenarios(part)[0]
    said = [_said(brief, part, found[1], outcome, reference, OUTCOME) for outcome in HEADLINES]
    return [[brief.sentences(brief.say("sensitivity.answer"), *said)]]


def sections(brief: Brief, part: Part) -> list[Section]:
    """Indices against the floor, for outcomes and for what policies change; how they settle as the design grows."""
    found, grown = brief.table(part, "sensitivity"), brief.table(part, "convergence")
    if found is None or grown is None:
        return []
    table, reference = found[1], brief.scenarios(part)[0]
    section = Section(f"{part.name}-sensitivity", brief.say("sensitivity.title"), is_page=True)
    blocks = int(table["blocks"].max())
    intro = brief.say(f"sensitivity.intro_{_index(part)}", blocks=blocks, n=table["input"].nunique() - 1)
    section.blocks.append(Paragraph([intro]))
    section.blocks.append(Bullets([[_said(brief, part, table, outcome, reference, OUTCOME)] for outcome in HEADLINES]))
    for outcome in HEADLINES:
        picture = draw_sensitivity(table, outcome, reference, OUTCOME)
        caption = brief.say("sensitivity.figure", outcome=brief.say(f"label.{outcome}"), scenario=reference_of(brief, part))
        section.blocks.append(brief.drawing(f"{part.name}_{outcome}", picture, caption))
    changes = Section(f"{part.name}-changes", brief.say("sensitivity.changes"))
    for scenario in brief.scenarios(part)[1:]:
        changes.blocks.append(Bullets([[_said(brief, part, table, outcome, scenario, DIFFERENCE)] for outcome in HEADLINES]))
        picture = draw_sensitivity(table, HEADLINES[0], scenario, DIFFERENCE)
        caption = brief.say("sensitivity.figure_difference", outcome=brief.say(f"label.{HEADLINES[0]}"), scenario=label(scenario))
        changes.blocks.append(brief.drawing(f"{part.name}_{scenario}", picture, caption))
    settled = Section(f"{part.name}-convergence", brief.say("sensitivity.convergence"))
    for outcome in HEADLINES:
        picture = draw_convergence(grown[1], outcome, reference, OUTCOME)
        caption = brief.say("sensitivity.figure_convergence", outcome=brief.say(f"label.{outcome}"))
        settled.blocks.append(brief.drawing(f"{part.name}_convergence_{outcome}", picture, caption))
    section.parts += [*([changes] if changes.blocks else []), settled]
    return [section]
