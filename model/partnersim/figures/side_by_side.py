"""Forest plot of scenarios side by side in the headline outcomes, in the order in which they are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from partnersim.figures.forest import forest
from partnersim.figures.style import Picture, say, sentences, styled
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    import pandas as pd


@styled
def draw_side_by_side(headline: pd.DataFrame, labels: Mapping[str, str], where: str = "") -> Picture:
    """Differences from the reference in percent: a row a scenario, a panel an outcome.

    ``headline``: of :meth:`partnersim.study.comparison.Comparison.headline`; ``labels``: by scenario, the first word of each
    telling it from the others; ``where``: of what runs, for the footer.
    """
    data = headline.copy()
    for column in ("low", "high"):
        data[f"percent_{column}"] = 100 * data[column] / data["reference_mean"].abs()
    footer = sentences(where, say("side_by_side.footer", level=f"{LEVEL:.0%}"), say("forest.marks"))
    order = list(dict.fromkeys(data["scenario"]))
    return forest(data, "scenario", order, labels, say("side_by_side.axis"), footer, "reference_mean")
