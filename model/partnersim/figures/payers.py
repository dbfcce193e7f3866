"""Who pays and who gains: a panel for each way to divide staff-days and reach, a row a policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from partnersim.analysis.payers import member
from partnersim.figures.forest import beside, in_short, told
from partnersim.figures.lettering import fill
from partnersim.figures.style import Look, Picture, canvas, dress, say, sentences, styled
from partnersim.figures.tiles import BAD, GOOD, Tile, lay, not_clear, tile_handle
from partnersim.languages.names import names
from partnersim.languages.speaking import catalogue
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

GOOD_WORDS = ("saves", "gains")
COLUMNS = 13
"""Most columns on a page."""
UPRIGHT = 8
"""Columns up to which their names stand level."""


def payer_pages(table: pd.DataFrame) -> list[list[str]]:
    """Groups that are drawn together: one after the other, days and reach apart, as many as a page has columns for."""
    pages: list[list[str]] = []
    kind, used = "", 0
    for group, rows in table.groupby("group", sort=False):
        columns, unit = rows["outcome"].nunique(), rows["unit"].iloc[0]
        if unit != kind or used + columns > COLUMNS:
            pages.append([])
            kind, used = unit, 0
        pages[-1].append(str(group))
        used += columns
    return pages


@styled
def draw_payers(table: pd.DataFrame, labels: Mapping[str, str], where: str = "", page: int = 0) -> Picture:
    """Differences in percent of each group's total, a panel a group, a row a policy, a column a member; numbers where clear.

    ``table``: of :func:`partnersim.analysis.payers.payers`; ``labels``: by policy, such as ``L1 Agreement templates``;
    ``where``: of what runs, for the footer; ``page``: which of :func:`payer_pages`.
    """
    chosen = payer_pages(table)[page]
    data = table[table["group"].isin(chosen)].reset_index(drop=True)
    groups = {group: data[data["group"] == group] for group in chosen}
    policies = list(dict.fromkeys(data["policy"]))
    findings = [_finding(group, rows, labels) for group, rows in groups.items()]
    wide = [rows["outcome"].nunique() for rows in groups.values()]
    foot = 1.3 if sum(wide) > UPRIGHT else 0.8
    picture = canvas(0.95 + foot + 0.22 * len(policies), findings)
    panels = picture.subplots(1, len(groups), sharey=True, squeeze=False, width_ratios=wide)[0]
    for axes, (group, rows) in zip(panels, groups.items(), strict=True):
        _panel(axes, rows, policies, is_upright=sum(wide) > UPRIGHT)
        axes.set_title(group_told(group))
    panels[0].set_yticks(range(len(policies)), beside(labels, policies))
    key = [(say("payers.good"), Look(GOOD, "s")), (say("payers.bad"), Look(BAD, "s")), not_clear()]
    dress(picture, findings, sentences(where, say("payers.footer", level=f"{LEVEL:.0%}")), data, key, tile_handle)
    return picture


def _panel(axes: Axes, rows: pd.DataFrame, policies: list[str], is_upright: bool) -> None:
    """Tiles of one group, names ``is_upright`` or level; full colour at its largest clear difference."""
    outcomes = list(dict.fromkeys(rows["outcome"]))
    across, down = ({name: number for number, name in enumerate(names)} for names in (outcomes, policies))
    sizes = rows["of_total"].abs()
    top = float(sizes[rows["told"] != ""].max() if (rows["told"] != "").any() else sizes.max()) or 1.0
    tiles = []
    for _, row in rows.iterrows():
        clear = row["told"] != ""
        is_good = row["told"] in GOOD_WORDS if clear else (row["difference"] > 0) != row["outcome"].startswith("days_")
        text = f"{row['of_total']:+.1f}"
        text = (text if text[1:] != "0.0" else text[:1]).replace("-", "\N{MINUS SIGN}")
        tiles.append(Tile(across[row["outcome"]], down[row["policy"]], abs(row["of_total"]) / top, is_good, clear, text))
    lay(axes, tiles, 6)
    who = [member(outcome) for outcome in outcomes]
    axes.set_xticks(range(len(who)), who if is_upright else [fill(name, 12) for name in who], rotation=90 if is_upright else 0)
    axes.set_xlim(-0.6, len(who) - 0.4)
    axes.set_ylim(len(policies) - 0.4, -0.6)


def _finding(group: str, rows: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Who clearly pays or loses most, and who saves or gains most."""
    said, parts = in_short(labels), []
    for wanted in (("pays", "loses"), GOOD_WORDS):
        clear = rows[rows["told"].isin(wanted)].sort_values("difference", key=abs, ascending=False, kind="stable")
        if len(clear):
            row = clear.iloc[0]
            size = told(row["difference"], row["low"], row["high"], names().unit(row["unit"]))
            parts.append(say(f"payers.{row['told']}", who=member(row["outcome"]), policy=said(row["policy"]), size=size))
    whole = say("word.semicolon").join(parts) or say("payers.none")
    return say("payers.finding", group=group_told(group), said=whole)


def group_told(group: str) -> str:
    """A group in the language that is spoken; one of a user's as the user named it."""
    return catalogue("figures")(f"group.{group}") if catalogue("figures").has(f"group.{group}") else group
