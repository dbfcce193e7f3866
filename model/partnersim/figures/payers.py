"""Who pays and who gains: a panel for each way to divide staff-days and reach, a row a policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from partnersim.figures.forest import in_short
from partnersim.figures.style import Look, Picture, canvas, dress, short, styled
from partnersim.figures.tiles import BAD, GOOD, Tile, lay, tile_handle
from partnersim.study import words
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

KEY = [
    ("saves days, gains reach", Look(GOOD, "s")),
    ("pays days, loses reach", Look(BAD, "s")),
    ("not clear", Look("#BBBBBB", "o")),
]
GOOD_WORDS = ("saves", "gains")


@styled
def draw_payers(table: pd.DataFrame, labels: Mapping[str, str], where: str = "") -> Picture:
    """Differences in percent of each group's total, a panel a group, a row a policy, a column a member; numbers where clear.

    ``table``: of :func:`partnersim.analysis.payers.payers`; take few groups at a time, since all members share the width.
    ``labels``: by policy; ``where``: of what runs, for the footer.
    """
    groups = dict(iter(table.groupby("group", sort=False)))
    policies = list(dict.fromkeys(table["policy"]))
    findings = [_finding(group, rows, labels) for group, rows in groups.items()]
    wide = [rows["outcome"].nunique() for rows in groups.values()]
    picture = canvas(2.3 + 0.22 * len(policies) + 0.19 * sum(len(text) // 90 + 1 for text in findings))
    panels = picture.subplots(1, len(groups), sharey=True, squeeze=False, width_ratios=wide)[0]
    for axes, (group, rows) in zip(panels, groups.items(), strict=True):
        _panel(axes, rows, policies)
        axes.set_title(group)
        axes.set_xlabel("% of the total of all")
    panels[0].set_yticks(range(len(policies)), [short(labels.get(name, name), 38) for name in policies])
    footer = (
        f"{where} Numbers: mean difference in percent of the total of all members of the panel; where it is not clear there is "
        f"a small tile without a number. {LEVEL:.0%} intervals, simultaneous over all tiles of a panel."
    ).lstrip()
    dress(picture, findings, footer, table, KEY, tile_handle)
    return picture


def _panel(axes: Axes, rows: pd.DataFrame, policies: list[str]) -> None:
    """Tiles of one group; full colour at its largest clear difference."""
    who = list(dict.fromkeys(rows["who"]))
    across, down = ({name: number for number, name in enumerate(names)} for names in (who, policies))
    sizes = rows["of_total"].abs()
    top = float(sizes[rows["told"] != ""].max() if (rows["told"] != "").any() else sizes.max()) or 1.0
    tiles = []
    for _, row in rows.iterrows():
        clear = row["told"] != ""
        is_good = row["told"] in GOOD_WORDS if clear else (row["difference"] > 0) != row["outcome"].startswith("days_")
        text = words.number(float(f"{row['of_total']:.2g}"), signed=True).replace("-", "\N{MINUS SIGN}")
        tiles.append(Tile(across[row["who"]], down[row["policy"]], abs(row["of_total"]) / top, is_good, clear, text))
    lay(axes, tiles, 6)
    axes.set_xticks(range(len(who)), who, rotation=90)
    axes.set_xlim(-0.6, len(who) - 0.4)
    axes.set_ylim(len(policies) - 0.4, -0.6)


def _finding(group: str, rows: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Who clearly pays or loses most, and who saves or gains most."""
    said, parts = in_short(labels), []
    for wanted in (("pays", "loses"), GOOD_WORDS):
        clear = rows[rows["told"].isin(wanted)].sort_values("difference", key=abs, ascending=False, kind="stable")
        if len(clear):
            row = clear.iloc[0]
            size = words.measured(row["difference"], row["low"], row["high"])
            parts.append(f"{row['who']} {row['told']} most with {said(row['policy'])}, {size[0]} {size[1]} {row['unit']}")
    return f"{group}: {'; '.join(parts) or 'no difference is clear'}."
