"""Which levers are in which package of the front: a dot where a lever is in use, and how many of the front use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from partnersim.figures.style import BLUE, GREY, ORANGE, TEXT, Picture, canvas, dress, say, styled
from partnersim.languages.names import names
from partnersim.languages.speaking import some

if TYPE_CHECKING:
    from partnersim.analysis.packages import Evidence

ROW = 0.2
"""Inches of a lever's row."""
MANY, FEW = 0.8, 0.2
"""Shares of the front's packages from which on, and up to which, a lever is said to be in most or in hardly any."""


@styled
def draw_levers_in_front(evidence: Evidence) -> Picture:
    """Levers by rows, the packages of the front by columns, cheapest in transaction cost first; then the share of the front."""
    table = evidence.front
    front = table[table["front"]].sort_values("transaction_cost", kind="stable")
    used = evidence.levers.loc[front.index]
    share = used.mean()
    labels = [f"{evidence.ids[name]} {names().lever_name(str(name))}" for name in used.columns]
    picture = canvas(1.6 + ROW * len(labels))
    left, right = picture.subplots(1, 2, sharey=True, width_ratios=[5, 1.4])
    size = min(6.0, 260 / max(len(front), 1))
    for y, name in enumerate(used.columns):
        columns = [x for x, is_used in enumerate(used[name]) if is_used]
        left.plot(range(len(front)), [y] * len(front), ".", color="#CCCCCC", markersize=min(2.0, size / 2))
        left.plot(columns, [y] * len(columns), "o", color=BLUE, markersize=size)
    left.set_yticks(range(len(labels)), labels)
    left.set_ylim(len(labels) - 0.4, -0.6)
    left.set_xlim(-0.7, len(front) - 0.3)
    left.set_xticks([])
    left.set_xlabel(say("levers_in_front.columns"))
    left.tick_params(left=False)
    right.barh(
        range(len(labels)), 100 * share, color=[BLUE if s >= MANY else ORANGE if s <= FEW else GREY for s in share], height=0.6
    )
    for y, value in enumerate(share):
        right.text(100 * value + 3, y, f"{value:.0%}", va="center", fontsize=TEXT - 2)
    right.set_xlim(0, 125)
    right.set_xticks([0, 50, 100])
    right.set_xlabel(say("levers_in_front.share"))
    right.tick_params(left=False)
    shown = used.T.rename_axis("lever").assign(share=share).reset_index()
    ids = [str(evidence.ids[name]) for name in share.index]
    most = [i for i, s in zip(ids, share, strict=True) if s >= MANY]
    few = [i for i, s in zip(ids, share, strict=True) if s <= FEW]
    told = {key: some(ids, 12) for key, ids in (("most", most), ("few", few)) if ids}
    key = f"levers_in_front.{'most' if most else 'no_most'}{'_and_few' if few else ''}"
    finding = say(key, packages=say("levers_in_front.packages", n=len(front)), **told)
    footer = say(f"levers_in_front.footer{'' if evidence.is_held_out else '_all'}", many=f"{MANY:.0%}", few=f"{FEW:.0%}")
    dress(picture, [finding], footer, pd.DataFrame(shown))
    return picture
