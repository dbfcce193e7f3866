"""Forest plot of levers: what each does on average over all others, outcome by outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from partnersim.figures.forest import best_first, forest
from partnersim.figures.style import Picture, say, sentences, styled
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    import pandas as pd


@styled
def draw_effects(table: pd.DataFrame, labels: Mapping[str, str], where: str = "") -> Picture:
    """Main effects in percent of the design's mean: a row a lever, a panel an outcome, best for the first outcome on top.

    ``table``: of :func:`partnersim.analysis.effects.effects`; ``labels``: by lever, such as ``L1 Agreement templates``;
    ``where``: of what runs, for the footer.
    """
    data = table[table["second"] == ""].rename(columns={"estimate": "difference"}).reset_index(drop=True)
    hidden = len(set(data.loc[data["aliased_with"] != "", "term"]))
    footer = sentences(
        where,
        say("effects.footer", level=f"{LEVEL:.0%}"),
        say("forest.marks"),
        say("effects.hidden", n=hidden) if hidden else "",
    )
    return forest(data, "term", best_first(data, "term", "difference"), labels, say("effects.axis"), footer, "mean")
