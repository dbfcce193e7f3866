"""Forest plot of levers: what each does on average over all others, outcome by outcome."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

from partnersim.english import counted
from partnersim.figures.forest import KEY, LABEL, clear_ones, frame, in_short, judged, mark
from partnersim.figures.style import Picture, canvas, dress, mark_handle, short, styled
from partnersim.study import words
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
    outcomes = list(dict.fromkeys(data["outcome"]))
    leading = data[data["outcome"] == outcomes[0]].set_index("term")["difference"]
    order = list(leading.sort_values(ascending=words.BETTER.get(outcomes[0]) != "higher", kind="stable").index)
    said = in_short(labels)
    findings = [
        clear_ones(outcome, rows, lambda row: f"{said(row['term'])} ({words.number(row['percent'], signed=True)}%)")
        for outcome, rows in data.groupby("outcome", sort=False)
    ]
    picture = canvas(1.65 + 0.2 * len(order) + 0.18 * sum(len(text) // 90 + 1 for text in findings))
    wide = 96 // len(outcomes) - 4
    panels = picture.subplots(1, len(outcomes), sharey=True, squeeze=False)[0]
    for axes, (outcome, rows) in zip(panels, data.groupby("outcome", sort=False), strict=True):
        part = rows.set_index("term").loc[order]
        frame(axes, part, len(order), held=part["verdict"].isin(["lower", "higher"]).to_numpy())
        for y, (_, row) in enumerate(part.iterrows()):
            mark(axes, row, y, judged(outcome, row["verdict"]))
        axes.set_title(words.label(outcome))
        told = f"effect, % of the design's mean, {words.number(part['mean'].iloc[0])} {part['unit'].iloc[0]}"
        axes.set_xlabel(textwrap.fill(told, wide))
    panels[0].set_yticks(range(len(order)), [short(labels.get(name, name), LABEL) for name in order])
    footer = (
        f"{where} Effect: mean with the lever minus mean without it, over all combinations of the others. Lines: {LEVEL:.0%} "
        "intervals, simultaneous over all levers and panels. Hollow: the interval holds zero. Arrows and lines at the edge: "
        "beyond the axis."
    ).lstrip()
    if hidden := len(set(data.loc[data["aliased_with"] != "", "term"])):
        footer += f" The design cannot tell {counted(hidden, 'lever')} from pairs of others, see aliased_with in the table."
    dress(picture, findings, footer, data, KEY, mark_handle)
    return picture
