"""A page for each recommendation: what the model says of it, how strong that evidence is, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnersim.brief.blocks import Block, Bullets, Paragraph, Section, Sentence
from partnersim.brief.claims import clear_ones
from partnersim.brief.evidence import SAME_SIDE, evidence, headline, in_worlds, regions
from partnersim.brief.names import Named, named, reference_of, where
from partnersim.brief.worlds import LEAST_TOLD
from partnersim.figures.one_policy import draw_policy
from partnersim.languages.names import names
from partnersim.ledger import HEADLINES
from partnersim.scenario import inputs_used

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part

SIDES = "Staff-days by side"
MOST_ELSEWHERE, MOST_PAIRS = 4, 3
"""Regions and goals named, and pairs of an outcome."""


def pages(brief: Brief) -> list[Section]:
    """A section with a page for each recommendation that some study compares; none where no study has one."""
    told: dict[int, tuple[str, Named, Part]] = {}
    for part in brief.of_kind("scenarios"):
        for name in brief.scenarios(part)[1:]:
            about = named(name)
            if about.paragraph:
                told.setdefault(about.paragraph, (name, about, part))
    if not told:
        return []
    whole = Section("recommendations", brief.say("recommendation.pages"), is_page=True)
    whole.blocks.append(Paragraph([brief.say("evidence.rule", share=f"{SAME_SIDE:.0%}")]))
    whole.parts = [_page(brief, paragraph, *told[paragraph]) for paragraph in sorted(told)]
    return [whole]


def _page(brief: Brief, paragraph: int, name: str, about: Named, part: Part) -> Section:
    say = brief.say
    found = evidence(brief, name)
    page = Section(f"paragraph-{paragraph}", say("recommendation.title", paragraph=paragraph, title=about.title), is_page=True)
    page.blocks.append(Paragraph([found.badge(brief)], "badge"))
    page.blocks.append(Paragraph([found.reason]))
    if say.has(f"paragraph.{paragraph}.asks"):
        page.parts.append(Section("", say("recommendation.asks"), [Paragraph([say(f"paragraph.{paragraph}.asks")])]))
    page.parts.append(Section("", say("recommendation.does"), _does(brief, name, part)))
    page.parts.append(Section("", say("recommendation.worlds"), [Bullets(_worlds(brief, name))]))
    page.parts.append(Section("", say("recommendation.pays"), [Paragraph(_pays(brief, name, part))]))
    if brief.of_kind("factorial"):
        page.parts.append(Section("", say("recommendation.pairs"), [Bullets(_pairs(brief, about))]))
    page.parts.append(Section("", say("recommendation.backfire"), [Bullets(_backfires(brief, name))]))
    page.parts.append(Section("", say("recommendation.mechanism"), [Bullets(_mechanism(brief, about))]))
    page.parts.append(Section("", say("recommendation.not_said"), [Bullets(_not_said(brief, paragraph, about))]))
    return page


def _does(brief: Brief, name: str, part: Part) -> list[Block]:
    table, rows = headline(brief, name)
    claims = brief.listed([[brief.claim(table, row)] for row in rows.index], "clauses")
    reference = reference_of(brief, part)
    said: list[Block] = [Paragraph([brief.say("recommendation.alone", reference=reference), *claims, brief.say("word.stop")])]
    payers = brief.table(part, "payers")
    if payers is not None:
        mine = payers[1][(payers[1]["policy"] == name) & (payers[1]["group"] == SIDES)]
        said_of_it = "".join(piece if isinstance(piece, str) else piece.text for piece in claims)
        title = f"{rows['name'].iloc[0]}{brief.say('word.colon')}{said_of_it}"
        picture = draw_policy(rows, mine, title, where(brief, part, rows))
        paragraph = named(name).paragraph
        said.append(brief.drawing(f"paragraph_{paragraph}", picture, brief.say("recommendation.figure", paragraph=paragraph)))
    return said


def _worlds(brief: Brief, name: str) -> list[Sentence]:
    said: list[Sentence] = []
    for outcome in HEADLINES:
        for key, calibrated in (("in_calibrated", True), ("in_wide", False)):
            for table in in_worlds(brief, "sides", calibrated):
                for _, row in table[(table["policy"] == name) & (table["outcome"] == outcome)].iterrows():
                    shares = {side: f"{row[side]:.0%}" for side in ("better", "worse", "clear_better", "clear_worse")}
                    counts = {"outcome": brief.say(f"outcome.{outcome}"), "worlds": int(row["worlds"])}
                    text = brief.say(f"recommendation.{key}", **counts, **shares)
                    if max(row["clear_better"], row["clear_worse"]) >= LEAST_TOLD:
                        text += brief.say("recommendation.clearly", **shares)
                    said.append([text, brief.say("word.stop")])
    return said or [[brief.say("recommendation.no_worlds")]]


def _pays(brief: Brief, name: str, part: Part) -> Sentence:
    found = brief.table(part, "payers")
    if found is None:
        return [brief.say("recommendation.no_payers")]
    table, rows = found
    mine = clear_ones(rows[rows["policy"] == name])
    sides, elsewhere = mine[mine["group"] == SIDES], mine[mine["group"] != SIDES]
    elsewhere = elsewhere.sort_values("of_total", key=abs, ascending=False, kind="stable").head(MOST_ELSEWHERE)
    chosen = [*sides.index, *elsewhere.index]
    if not chosen:
        return [brief.say("recommendation.no_payers")]
    claims = brief.listed([[brief.claim(table, row, "paid")] for row in chosen])
    return [brief.say("recommendation.paid", reference=reference_of(brief, part)), *claims, brief.say("word.stop")]


def _pairs(brief: Brief, about: Named) -> list[Sentence]:
    """Clear pairs of the scenario's levers with any lever, the strongest first, of the study with most levers."""
    tables = [found for part in brief.of_kind("factorial") if (found := brief.table(part, "effects")) is not None]
    if not tables or about.scenario is None:
        return [[brief.say("recommendation.no_pairs")]]
    table, rows = max(tables, key=lambda found: found[1]["first"].nunique())
    levers = [policy.lever for policy in about.scenario.policies]
    pairs = clear_ones(rows[(rows["second"] != "") & (rows["first"].isin(levers) | rows["second"].isin(levers))])
    chosen = [row for outcome in HEADLINES for row in pairs.index[pairs["outcome"] == outcome][:MOST_PAIRS]]
    return [[brief.claim(table, row, "pair"), brief.say("word.stop")] for row in chosen] or [
        [brief.say("recommendation.no_pairs")]
    ]


def _backfires(brief: Brief, name: str) -> list[Sentence]:
    if not any(brief.table(part, "said") for part in brief.of_kind("worlds")):
        return [[brief.say("recommendation.boxes_not_asked")]]
    return [[text] for text in regions(brief, name)] or [[brief.say("recommendation.no_boxes")]]


def _mechanism(brief: Brief, about: Named) -> list[Sentence]:
    if about.scenario is None:
        return []
    levers = [about.scenario.levers[policy.lever] for policy in about.scenario.policies]
    return [[brief.say("recommendation.lever", id=lever.id, **names().lever(lever)._asdict())] for lever in levers]


def _not_said(brief: Brief, paragraph: int, about: Named) -> list[Sentence]:
    said: list[Sentence] = [[text] for text in brief.say.every(f"paragraph.{paragraph}.not_said")]
    if about.scenario is not None:
        assumed, inputs = inputs_used([about.scenario])
        said.append([brief.say("recommendation.assumed", assumed=assumed, inputs=inputs)])
    return said
