"""The pipeline from idea to end: how much passes each stage a year, by scenario."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from partnersim.figures.differences import looks
from partnersim.figures.style import BLACK, Look, Picture, canvas, dress, number_axis, styled, wrapped
from partnersim.study import words
from partnersim.study.paired import FEWEST, LEVEL, simultaneous, t_value

if TYPE_CHECKING:
    from partnersim.study.comparison import Comparison

STAGES = ("ideas", "approved", "signed", "started", "ended")
SAID = 3
"""Most scenarios that the title tells of."""
NAMES = {
    "ideas": "Ideas",
    "approved": "Approved",
    "signed": "Signed",
    "started": "Started",
    "ended": "Ended",
}


def per_year(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Number passing each stage a year in the window, seeds x stages, by scenario."""
    years = comparison.setting.months / 12
    flows: dict[str, dict[str, pd.Series]] = {name: {} for name in comparison.runs}
    for stage in STAGES:  # one path of all scenarios after the other, as kept runs are read
        for name, runs in comparison.runs.items():
            flows[name][stage] = runs.sums(stage, comparison.setting.months).iloc[:, 0] / years
    return {name: pd.DataFrame(columns) for name, columns in flows.items()}


def pipeline_data(comparison: Comparison) -> pd.DataFrame:
    """``scenario, stage, mean, low, high, share_of_former, difference, difference_low, difference_high, verdict``.

    Numbers a year; ``low, high`` of the mean; differences from the reference with intervals simultaneous over all
    stages and scenarios. ``share_of_former`` divides the flows of one window: no cohort is followed.
    """
    flows = per_year(comparison)
    reference = flows[comparison.reference]
    family = {name: flows[name] - reference for name in comparison.others}
    judged = simultaneous(pd.concat(family, axis=1, names=["scenario", "outcome"]))
    rows = []
    for name, frame in flows.items():
        n = len(frame)
        half = t_value(LEVEL, n) * frame.std(ddof=1) / math.sqrt(n) if n >= FEWEST else frame.mean() * math.nan
        former = frame.mean().shift()
        for stage, mean in frame.mean().items():
            found = judged.loc[(name, stage)] if name in family else dict.fromkeys(("difference", "low", "high"), math.nan)
            rows.append({
                "scenario": name, "stage": stage, "mean": mean, "low": mean - half[stage], "high": mean + half[stage],
                "share_of_former": mean / former[stage] if former[stage] else math.nan,
                "difference": found["difference"], "difference_low": found["low"], "difference_high": found["high"],
                "verdict": words.verdict(found["low"], found["high"]) if name in family else "",
            })  # fmt: skip
    return pd.DataFrame(rows)


@styled
def draw_pipeline(comparison: Comparison) -> Picture:
    """Bars by stage and scenario on an axis of its own for each stage, since ideas outnumber agreements tenfold."""
    data = pipeline_data(comparison)
    drawn = looks(comparison)
    names = [wrapped(name, 18) for name, _ in drawn]
    picture = canvas(1.35 + 0.36 * len(drawn))
    panels = picture.subplots(1, len(STAGES), squeeze=False, sharey=True)[0]
    for axes, stage in zip(panels, STAGES, strict=True):
        _stage(axes, data[data["stage"] == stage], drawn)
        axes.set_title(NAMES[stage])
        axes.set_xlabel("number a year")
    panels[0].set_yticks(range(len(names)), names)
    footer = (
        f"{comparison.described()} Mean number a year passing each stage; whiskers: {LEVEL:.0%} interval of the mean. "
        "Percent: of the former stage in the same window, no cohort followed. Each stage has its own scale."
    )
    dress(picture, [_title(comparison, data)], footer, data)
    return picture


def _stage(axes: Axes, rows: pd.DataFrame, drawn: list[tuple[str, Look]]) -> None:
    widest = rows["high"].fillna(rows["mean"]).max()
    for y, ((_, row), (_, look)) in enumerate(zip(rows.iterrows(), drawn, strict=True)):
        axes.barh(y, row["mean"], height=0.72, color=to_rgba(look.colour, 0.3), edgecolor=look.colour, linewidth=0.8)
        if not math.isnan(row["low"]):
            axes.plot([row["low"], row["high"]], [y, y], color=BLACK, linewidth=1.2, marker="|", markersize=5)
        share = "" if math.isnan(row["share_of_former"]) else f"  ({row['share_of_former']:.0%})"
        axes.text(0.03 * widest, y, f"{words.number(row['mean'])}{share}", va="center", fontsize=7.5)
    axes.set_ylim(len(drawn) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, widest * 1.06 or 1)
    number_axis(axes, "x", 3)


def _title(comparison: Comparison, data: pd.DataFrame) -> str:
    """Clear changes in agreements signed, else in the whole pipeline, in words."""
    if len(comparison.setting.seeds) < FEWEST:
        return f"From idea to end; {words.TOO_FEW} to tell scenarios apart"
    signed = data[(data["stage"] == "signed") & data["verdict"].isin(words.CLEAR)]
    if len(signed):
        base = data.loc[(data["stage"] == "signed") & (data["scenario"] == comparison.reference), "mean"].iloc[0]
        amount, share = {"lower": "fewer", "higher": "more"}, 100 / base
        clauses = [
            f"{words.number(abs(row['difference']) * share)}% {amount[row['verdict']]} with {words.named(row['scenario'])}"
            for _, row in signed.iloc[:SAID].iterrows()
        ]
        rest = f"; clear in {len(signed) - SAID} more" if len(signed) > SAID else ""
        return f"Agreements signed: {'; '.join(clauses)}{rest}"
    clear = data["verdict"].isin(words.CLEAR).any()
    return "Agreements signed differ clearly in no scenario" + ("" if clear else ", nor does any other stage")
