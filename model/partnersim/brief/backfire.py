"""When a policy backfires: regions of harm kept as tables, and told from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from partnersim.analysis.discovery import SEARCHED, Backfire, all_backfires, told
from partnersim.analysis.inworlds import Input
from partnersim.analysis.prim import Box, Found
from partnersim.brief.blocks import Bullets, Paragraph, Section, Sentence
from partnersim.brief.names import label
from partnersim.figures.backfire import draw_backfire
from partnersim.ledger import OUTCOMES

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part

PERCENT = 2.0
"""Percent of a world's reference mean by which an outcome must be worse to count as harm: less is hardly worth a rule."""
DESCRIBED = ("open_cases", "live", "ideas", "utilisation", "transaction_cost", "incidents")
"""What a region may also speak of: how the reference fares in a world, where the study keeps it."""
KEY = ["scenario", "outcome"]
LIKELY, LIFT = 0.5, 0.1
"""Share of harmed worlds in a region that is told of, and by how much it is above that of the worlds it was judged among."""
MOST_DRAWN = 4
"""Regions with a figure."""


def analyse(part: Part) -> dict[str, pd.DataFrame]:
    """Tables of the regions in which each scenario does harm, confirmed together over all scenarios and outcomes.

    ``boxes``: a row a region; ``said``: a sentence each, or one that says why there is none; of confirmed ones ``ends``
    (restricted numbers), ``curves`` (trade-offs) and ``harm`` (every world), and of what they restrict
    ``numbers`` (of worlds) and ``about_numbers`` (titles, units).
    """
    opened = part.opened
    kept = {*opened.study.monthly, *(o.name for o in OUTCOMES)}
    found = all_backfires(opened, percent=PERCENT, describe=[name for name in DESCRIBED if name in kept])
    sure = [one for one in found if one.boxes["is_confirmed"].any()]
    tables = {
        "boxes": _together(found, lambda one: one.boxes),
        "said": _together(found, lambda one: pd.DataFrame({"told": told(one), "state": one.state})),
    }
    if sure:
        own = ["difference", "is_harmed", "is_held_out"]
        tables["ends"] = _together(sure, _ends)
        tables["curves"] = _together(sure, _curves)
        tables["harm"] = _together(sure, lambda one: one.worlds[own].reset_index())
        shown = sorted(tables["ends"]["number"].unique())
        numbers = pd.concat([one.worlds[shown] for one in sure])
        tables["numbers"] = numbers[~numbers.index.duplicated()].sort_index().reset_index()
        about = [(name, sure[0].inputs[name].title, sure[0].inputs[name].unit) for name in shown]
        tables["about_numbers"] = pd.DataFrame(about, columns=["name", "title", "unit"])
    return tables


def _together(found: Sequence[Backfire], table: Callable[[Backfire], pd.DataFrame]) -> pd.DataFrame:
    parts = []
    for one in found:
        part = table(one).reset_index(drop=True)
        labels = pd.DataFrame({"scenario": one.scenario, "outcome": one.outcome}, index=part.index)
        parts.append(pd.concat([labels, part], axis=1))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _ends(one: Backfire) -> pd.DataFrame:
    rows = [
        (number, name, low, high, found.quasi_p[name])
        for number, found in enumerate(one.found, 1)
        for name, (low, high) in found.box.ends.items()
    ]
    return pd.DataFrame(rows, columns=["box", "number", "least", "most", "quasi_p"])


def _curves(one: Backfire) -> pd.DataFrame:
    return pd.concat([found.curve.assign(box=number) for number, found in enumerate(one.found, 1)], ignore_index=True)


def restored(brief: Brief, part: Part, scenario: str, outcome: str) -> Backfire:
    """A finding with a confirmed region, from its tables."""

    def rows(name: str) -> pd.DataFrame:
        table = brief.tables[f"{part.name}/{name}"]
        return table[(table["scenario"] == scenario) & (table["outcome"] == outcome)].drop(columns=KEY).reset_index(drop=True)

    worlds = brief.tables[f"{part.name}/numbers"].set_index("world").join(rows("harm").set_index("world"), how="inner")
    worlds[["is_harmed", "is_held_out"]] = worlds[["is_harmed", "is_held_out"]].astype(bool)
    about = brief.tables[f"{part.name}/about_numbers"]
    inputs = {row.name: Input(str(row.title), str(row.unit)) for row in about.itertuples(index=False)}
    ends, curves = rows("ends"), rows("curves")
    found = []
    for number in sorted(ends["box"].unique()):
        mine = ends[ends["box"] == number]
        box = Box({str(row.number): (float(row.least), float(row.most)) for row in mine.itertuples(index=False)})
        curve = curves[curves["box"] == number].drop(columns="box").reset_index(drop=True)
        found.append(Found(box, dict(zip(mine["number"], mine["quasi_p"], strict=True)), curve))
    boxes = rows("boxes")
    boxes["is_confirmed"] = boxes["is_confirmed"].astype(bool)
    n = len(brief.tables[f"{part.name}/numbers"])
    reference = brief.scenarios(part)[0]
    return Backfire(scenario, reference, outcome, PERCENT, worlds, inputs, n - len(worlds), SEARCHED, tuple(found), boxes)


def confirmed(brief: Brief, part: Part, scenario: str | None = None) -> pd.DataFrame:
    """Confirmed regions that are worth telling, the surest first, of one scenario or of all: rows of ``boxes``.

    In them harm is more likely than not, and clearly more so than elsewhere: a region that is as bad as all others is no rule.
    """
    found = brief.table(part, "boxes")
    if found is None or found[1].empty:
        return pd.DataFrame(columns=[*KEY, "box"])
    rows = found[1][found[1]["is_confirmed"].astype(bool)]
    rows = rows[(rows["density"] >= LIKELY) & (rows["density"] - rows["base_rate"] >= LIFT)]
    rows = rows if scenario is None else rows[rows["scenario"] == scenario]
    return rows.sort_values("adjusted_p", kind="stable")


def sentence_of(brief: Brief, part: Part, row: pd.Series) -> str:
    """The sentence of a confirmed region."""
    boxes = brief.tables[f"{part.name}/boxes"]
    mine = boxes[
        (boxes["scenario"] == row["scenario"]) & (boxes["outcome"] == row["outcome"]) & boxes["is_confirmed"].astype(bool)
    ]
    return told(restored(brief, part, row["scenario"], row["outcome"]))[sorted(mine["box"]).index(row["box"])]


def answer(brief: Brief, part: Part) -> list[Sentence]:
    """The most telling confirmed region, and how many there are."""
    rows = confirmed(brief, part)
    if rows.empty:
        return [[brief.say("backfire.nothing")]] if brief.table(part, "said") else []
    return [[brief.say("backfire.answer", n=len(rows)), sentence_of(brief, part, rows.iloc[0])]]


def section(brief: Brief, part: Part) -> Section | None:
    """All confirmed regions, those that are most telling with their figures."""
    found = brief.table(part, "boxes")
    if found is None:
        return None
    rows = confirmed(brief, part)
    tried, scenarios = len(found[1]), brief.tables[f"{part.name}/said"].groupby(KEY).ngroups
    whole = Section(f"{part.name}-backfire", brief.say("backfire.title"), is_page=True)
    sure = int(found[1]["is_confirmed"].astype(bool).sum())
    counts = {"pairs": scenarios, "tried": tried, "sure": sure, "told": len(rows)}
    intro = brief.say("backfire.intro", percent=f"{PERCENT:g}%", lift=f"{100 * LIFT:.0f}", **counts)
    whole.blocks.append(Paragraph([intro]))
    if rows.empty:
        whole.blocks.append(Paragraph([brief.say("backfire.nothing")]))
        return whole
    whole.blocks.append(Bullets([[sentence_of(brief, part, row)] for _, row in rows.iterrows()]))
    for _, row in rows.head(MOST_DRAWN).iterrows():
        picture = draw_backfire(restored(brief, part, row["scenario"], row["outcome"]), int(row["box"]))
        name = f"{part.name}_backfire_{row['scenario']}_{row['outcome']}_{row['box']}"
        caption = brief.say("backfire.figure", scenario=label(row["scenario"]), outcome=brief.say(f"label.{row['outcome']}"))
        whole.blocks.append(brief.drawing(name, picture, caption))
    return whole
