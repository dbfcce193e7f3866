"""One scenario on one picture: the headline outcomes, and whose staff-days it takes or saves."""

from __future__ import annotations

import pandas as pd

from partnersim.analysis.payers import member
from partnersim.figures.forest import key, panel
from partnersim.figures.style import Picture, canvas, dress, mark_handle, say, sentences, styled
from partnersim.study import words
from partnersim.study.paired import LEVEL

COLUMNS = (
    "outcome", "label", "unit", "reference_mean", "difference", "low", "high", "percent", "percent_low", "percent_high",
    "verdict",
)  # fmt: skip


@styled
def draw_policy(headline: pd.DataFrame, payers: pd.DataFrame, title: str, where: str = "") -> Picture:
    """Two panels of differences in percent: headline outcomes, and staff-days by side.

    ``headline``: rows of one scenario with ``percent``; ``payers``: rows of the same scenario and one group.
    ``title``: the finding.
    """
    first = headline.assign(
        label=[words.label(name) for name in headline["outcome"]],
        percent_low=100 * headline["low"] / headline["reference_mean"].abs(),
        percent_high=100 * headline["high"] / headline["reference_mean"].abs(),
    )
    shares = {"percent": "of_total", "percent_low": "of_total_low", "percent_high": "of_total_high"}
    second = payers.assign(
        label=[member(name) for name in payers["outcome"]], **{name: payers[column] for name, column in shares.items()}
    )
    rows = max(len(first), len(second))
    picture = canvas(1.4 + 0.25 * rows, [title])
    panels = picture.subplots(1, 2, squeeze=False)[0]
    for axes, part, heading, base in (
        (panels[0], first, "outcomes", "of_reference"),
        (panels[1], second, "sides", "of_total"),
    ):
        panel(axes, part, part["label"])
        axes.set_title(say(f"policy.{heading}"))
        axes.set_xlabel(say(f"policy.{base}"))
    data = pd.concat([first, second], ignore_index=True)[list(COLUMNS)]
    footer = sentences(where, say("policy.footer", level=f"{LEVEL:.0%}"), say("forest.marks"))
    dress(picture, [title], footer, data, key(), mark_handle)
    return picture
