"""Forest plot of scenarios side by side in the headline outcomes, in the order in which they are asked about."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

from partnersim.figures.forest import KEY, clear_ones, frame, in_short, judged, mark
from partnersim.figures.style import Picture, canvas, dress, mark_handle, short, styled
from partnersim.study import words
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
    base = data["reference_mean"].abs()
    for column in ("low", "high"):
        data[f"percent_{column}"] = 100 * data[column] / base
    outcomes, order = list(dict.fromkeys(data["outcome"])), list(dict.fromkeys(data["scenario"]))
    said = in_short(labels)
    findings = [
        clear_ones(outcome, data[data["outcome"] == outcome], lambda row: f"{said(row['scenario'])} ({percent(row)})")
        for outcome in outcomes
    ]
    picture = canvas(1.65 + 0.22 * len(order) + 0.17 * sum(len(text) // 90 + 1 for text in findings))
    panels = picture.subplots(1, len(outcomes), sharey=True, squeeze=False)[0]
    for axes, outcome in zip(panels, outcomes, strict=True):
        part = data[data["outcome"] == outcome].set_index("scenario").loc[order]
        frame(axes, part, len(order), held=part["verdict"].isin(["lower", "higher"]).to_numpy())
        for y, (_, row) in enumerate(part.iterrows()):
            mark(axes, row, y, judged(outcome, row["verdict"]))
        axes.set_title(words.label(outcome))
        unit = textwrap.fill(f"reference: {words.number(part['reference_mean'].iloc[0])} {part['unit'].iloc[0]}", 36)
        axes.set_xlabel(f"difference, % of the reference\n{unit}")
    panels[0].set_yticks(range(len(order)), [short(labels.get(name, name), 40) for name in order])
    footer = (
        f"{where} Lines: {LEVEL:.0%} intervals of the mean paired difference, simultaneous over all rows and panels. Hollow: the "
        "interval holds zero. Arrows: beyond the axis."
    ).lstrip()
    dress(picture, findings, footer, data, KEY, mark_handle)
    return picture


def percent(row: pd.Series) -> str:
    """A row's percent with its sign."""
    return f"{words.number(row['percent'], signed=True)}%"
