"""Policies in many worlds: do they hold up, what should be found out first, and when do they backfire?"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd

from partnersim.analysis.crossed import Crossed, crossed, described
from partnersim.analysis.discovery import FEWEST_WORLDS
from partnersim.analysis.information import WORTH, information, perfect_information
from partnersim.analysis.inworlds import in_worlds, numbers_of_worlds
from partnersim.analysis.robustness import ALL, BY, SHARE, Robustness, robustness
from partnersim.analysis.worldwise import sides
from partnersim.brief import backfire
from partnersim.brief.blocks import Bullets, Grid, Paragraph, Section, Sentence
from partnersim.brief.names import label, reference_of
from partnersim.figures.information import draw_information
from partnersim.figures.robustness import draw_ranks, draw_regret, draw_satisficing
from partnersim.languages.names import names
from partnersim.languages.speaking import commas, listed
from partnersim.ledger import HEADLINES
from partnersim.study import words
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part

RANKED_BY = "p90_regret"
LEAST_TOLD = 0.005
"""Share of worlds below which none are told of."""
MOST_RIVALS, MOST_INPUTS = 4, 3
"""Policies named that may be first, and uncertainties named that are worth finding out."""


def analyse(part: Part) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """``robustness, ranks, sides`` over worlds; where worlds are drawn over ranges, also ``perfect, information`` and boxes."""
    data = block(part)
    found = robustness(data)
    about: dict[str, Any] = {
        "policies": len(data.policies),
        "worlds": len(data.worlds),
        "seeds": len(data.seeds),
        "left_out": data.left_out,
    }
    about["described"] = data.described()
    tables = {} if not part.opened.is_complete else {"headline": part.opened.table("headline")}
    tables |= {"robustness": found.table, "ranks": found.ranks, "sides": sides(data), "about": pd.DataFrame([about])}
    if not part.is_calibrated and len(data.inputs.columns):
        tables["perfect"] = perfect_information(data)
        tables["information"] = information(data)
        if len(data.worlds) >= FEWEST_WORLDS and part.opened.is_complete:
            tables |= backfire.analyse(part)
    return tables, []


def block(part: Part) -> Crossed:
    """What policies give in worlds; of a study that is not finished, in the worlds and seeds that are whole."""
    opened = part.opened
    frame = opened.outcomes(HEADLINES)
    if not opened.is_complete:
        counts = frame.groupby("seed").size()
        frame = frame[frame["seed"].isin(counts.index[counts == counts.max()])]
    there = [name for name in opened.scenarios if (frame["scenario"] == name).any()]
    return crossed(in_worlds(frame, HEADLINES, there), numbers_of_worlds(opened))


def answer(brief: Brief, part: Part) -> list[Sentence]:
    """Which policy is most robust, and what should be found out first; nothing of calibrated worlds, which serve as a check."""
    found = brief.table(part, "robustness")
    if found is None or part.is_calibrated:
        return []
    said: list[Sentence] = [[_first(brief, part, found[1], "no_worse", ALL)]]
    if know := _worth_knowing(brief, part):
        said.append([know])
    return [*said, *backfire.answer(brief, part)]


def _first(brief: Brief, part: Part, table: pd.DataFrame, measure: str, outcome: str) -> str:
    """Which policy is first in a measure, or which may be, where resamples of seeds and worlds do not agree."""
    rows = table[(table["measure"] == measure) & (table["outcome"] == outcome)].sort_values(
        "p_best", ascending=False, kind="stable"
    )
    top = rows.iloc[0]
    is_sure = top["p_best"] >= LEVEL
    likely = rows[rows["p_best"] > 1 / (2 * len(rows))]
    rivals = (likely if len(likely) > 1 else rows.head(2)).head(MOST_RIVALS)
    named = [top] if is_sure else [row for _, row in rivals.iterrows()]
    policies = listed([label(row["policy"]) for row in named], "or")
    is_share = top["unit"] == SHARE
    value, low, high = (
        [f"{100 * top[c]:.0f}%" for c in ("value", "low", "high")]
        if is_share
        else words.rounded(top[["value", "low", "high"]].tolist(), (top["high"] - top["low"]) / 2)
    )
    return brief.say(
        f"robustness.{measure}.{'sure' if is_sure else 'open'}",
        outcome="" if outcome == ALL else brief.say(f"outcome.{outcome}"),
        policies=policies,
        first=label(top["policy"]),
        value=value,
        low=low,
        high=high,
        unit="" if is_share else names().unit(top["unit"]),
        p=f"{top['p_best']:.0%}",
        worlds=_about(brief, part)["worlds"],
    )


def _about(brief: Brief, part: Part) -> pd.Series:
    found = brief.table(part, "about")
    assert found is not None
    return found[1].iloc[0]


def _described(brief: Brief, part: Part) -> str:
    about = _about(brief, part)
    return described(*(int(about[name]) for name in ("policies", "worlds", "seeds", "left_out")))


def _worth_knowing(brief: Brief, part: Part) -> str:
    """The uncertainties that are worth finding out, by outcome; empty where none is told from noise."""
    found = brief.table(part, "information")
    if found is None:
        return ""
    said = []
    for outcome in HEADLINES:
        rows = found[1][(found[1]["outcome"] == outcome) & (found[1]["verdict"] == WORTH)].head(MOST_INPUTS)
        if len(rows):
            titles = commas(_title(row) for _, row in rows.iterrows())
            said.append(brief.say("information.worth", outcome=brief.say(f"label.{outcome}"), titles=titles))
    whole = brief.say("word.semicolon").join(said)
    return brief.say("information.first", listed=whole) if said else brief.say("information.nothing")


def _title(row: pd.Series) -> str:
    text = str(row["title"])
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def sections(brief: Brief, part: Part) -> list[Section]:
    """Regret, shares of worlds and ranks; then the value of information; then backfire."""
    found, ranks = brief.table(part, "robustness"), brief.table(part, "ranks")
    if found is None or ranks is None:
        return []
    about = _about(brief, part)
    kind = "calibrated" if part.is_calibrated else "wide"
    section = Section(f"{part.name}-robustness", brief.say(f"robustness.title_{kind}"), is_page=True)
    intro = brief.say(f"robustness.intro_{kind}", policies=about["policies"], worlds=about["worlds"], seeds=about["seeds"])
    section.blocks.append(Paragraph([intro]))
    section.blocks.append(Paragraph([brief.say("robustness.measures", gains=_gains(brief))], "note"))
    table = found[1]
    items: list[Sentence] = [[_first(brief, part, table, "no_worse", ALL)]]
    items += [[_first(brief, part, table, RANKED_BY, outcome)] for outcome in HEADLINES]
    section.blocks.append(Bullets(items))
    whole = Robustness(table, ranks[1], BY, _described(brief, part))
    section.blocks.append(brief.drawing(f"{part.name}_shares", draw_satisficing(whole), brief.say("robustness.figure_shares")))
    for outcome in HEADLINES if kind == "wide" else ():
        name = brief.say(f"label.{outcome}")
        caption = brief.say("robustness.figure_regret", outcome=name)
        section.blocks.append(brief.drawing(f"{part.name}_regret_{outcome}", draw_regret(whole, outcome), caption))
    if kind == "wide":
        picture = draw_ranks(whole, HEADLINES[0], RANKED_BY)
        caption = brief.say("robustness.figure_ranks", outcome=brief.say(f"label.{HEADLINES[0]}"))
        section.blocks.append(brief.drawing(f"{part.name}_ranks", picture, caption))
    section.blocks.append(_sides(brief, part))
    harm = backfire.section(brief, part)
    return [section, *_information(brief, part), *([harm] if harm else [])]


def _gains(brief: Brief) -> str:
    return listed([brief.say("robustness.gain", outcome=brief.say(f"label.{o}"), percent=f"{by:g}") for o, by in BY.items()])


def _sides(brief: Brief, part: Part) -> Grid:
    """Share of worlds on the better side, policy by policy."""
    found = brief.table(part, "sides")
    assert found is not None
    rows: list[list[Sentence]] = []
    wide = found[1].set_index(["policy", "outcome"])
    for policy, keys in itertools.groupby(wide.index, key=lambda key: key[0]):
        rows.append([[label(policy)], *([_side(brief, wide.loc[key])] for key in keys)])
    heads = [brief.say("robustness.policy"), *(brief.say(f"outcome.{o}") for o in HEADLINES)]
    return Grid(brief.say("robustness.sides", reference=reference_of(brief, part)), heads, rows)


def _side(brief: Brief, row: pd.Series) -> str:
    shares = {column: f"{row[column]:.0%}" for column in ("better", "low", "high", "clear_worse")}
    return brief.say("robustness.side_worse" if row["clear_worse"] >= LEAST_TOLD else "robustness.side", **shares)


def _information(brief: Brief, part: Part) -> list[Section]:
    found, perfect = brief.table(part, "information"), brief.table(part, "perfect")
    if found is None or perfect is None:
        return []
    section = Section(f"{part.name}-information", brief.say("information.title"))
    section.blocks.append(Paragraph([brief.say("information.intro")]))
    section.blocks.append(Paragraph([_worth_knowing(brief, part)]))
    told = _described(brief, part)
    for outcome in HEADLINES:
        picture = draw_information(found[1], perfect[1], outcome, told)
        caption = brief.say("information.figure", outcome=brief.say(f"label.{outcome}"))
        section.blocks.append(brief.drawing(f"{part.name}_information_{outcome}", picture, caption))
    return [section]
