"""Which levers help or spoil each other: a triangle of all pairs for one outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from partnersim.analysis.effects import interplay
from partnersim.figures.forest import beside, in_short, percents
from partnersim.figures.style import Look, Picture, canvas, dress, say, sentences, styled
from partnersim.figures.tiles import BAD, GOOD, Tile, lay, not_clear, tile_handle
from partnersim.study import words
from partnersim.study.paired import LEVEL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NAMED = 8
"""Clear pairs that are named beside the triangle."""
MINUS = "\N{MINUS SIGN}"


@styled
def draw_pairs(table: pd.DataFrame, outcome: str, labels: Mapping[str, str], where: str = "") -> Picture:
    """Interactions of all pairs of levers on an outcome: blue where they help each other, vermillion where they spoil.

    Arguments as those of :func:`partnersim.figures.effects.draw_effects`; clear pairs fill their tile and bear a sign, and the
    strongest are named.
    """
    data = table[(table["outcome"] == outcome) & (table["second"] != "")].reset_index(drop=True)
    data["interplay"] = [interplay(outcome, verdict) for verdict in data["verdict"]]
    data["is_clear"] = data["verdict"].isin(words.CLEAR)
    clear = data[data["is_clear"] & (data["aliased_with"] == "")].sort_values("estimate", key=abs, ascending=False, kind="stable")
    levers = list(dict.fromkeys([*data["first"], *data["second"]]))
    said = in_short(labels)
    findings = [_finding(data, clear, outcome, labels)]
    picture = canvas(1.3 + 0.21 * len(levers), findings)
    axes = picture.subplots()
    _triangle(axes, data, levers, outcome, float(clear["estimate"].abs().max() if len(clear) else data["estimate"].abs().max()))
    axes.set_yticks(range(1, len(levers)), beside(labels, levers[1:]))
    axes.set_xticks(range(len(levers) - 1), [said(name) for name in levers[:-1]], rotation=90 if len(levers) > 14 else 0)
    if len(clear) and len(levers) > 9:
        shown = ((said(row["first"]), said(row["second"]), percents(row)) for _, row in clear[:NAMED].iterrows())
        named = [say("pairs.named", first=one, second=other, percents=told) for one, other, told in shown]
        head = say("pairs.all") if len(clear) <= NAMED else say("pairs.strongest", shown=NAMED, n=len(clear))
        told = "\n".join([head, *named])
        axes.text(0.99, 0.99, told, transform=axes.transAxes, ha="right", va="top", fontsize=7.5)
    hidden = int((data["aliased_with"] != "").sum())
    level = f"{LEVEL:.0%}"
    footer = sentences(where, say("pairs.footer", level=level), say("pairs.hidden", n=hidden) if hidden else "")
    dress(picture, findings, footer, data, _key(outcome), tile_handle)
    return picture


def _key(outcome: str) -> list[tuple[str, Look]]:
    good, bad = ("more", "less") if _has_none(outcome) else ("help", "spoil")
    return [(say(f"pairs.{good}"), Look(GOOD, "s")), (say(f"pairs.{bad}"), Look(BAD, "s")), not_clear()]


def _has_none(outcome: str) -> bool:
    """Whether the outcome has no good direction."""
    return words.BETTER.get(outcome, "none") == "none"


def _triangle(axes: Axes, data: pd.DataFrame, levers: list[str], outcome: str, top: float) -> None:
    """Tiles below the diagonal, the later lever of a pair down the side; full colour at ``top``."""
    place = {name: number for number, name in enumerate(levers)}
    down = words.BETTER.get(outcome) == "lower"
    tiles = []
    columns = ("first", "second", "estimate", "is_clear", "aliased_with")
    for first, second, estimate, is_clear, others in zip(*(data[name] for name in columns), strict=True):
        is_good = (estimate < 0) == down
        column, row = sorted((place[first], place[second]))
        sign = "?" if others else "+" if is_good else MINUS
        tiles.append(Tile(column, row, abs(estimate) / top if top else 0.0, is_good, is_clear, sign))
    lay(axes, tiles, 9)
    axes.set_xlim(-0.6, len(levers) - 1.4)
    axes.set_ylim(len(levers) - 0.4, 0.4)


def _finding(data: pd.DataFrame, clear: pd.DataFrame, outcome: str, labels: Mapping[str, str]) -> str:
    """How many pairs are clear, which way, and the strongest of them."""
    of = {"outcome": words.label(outcome), "n": len(data)}
    hidden = int((data["is_clear"] & (data["aliased_with"] != "")).sum())
    unsaid = say("pairs.unsaid", n=hidden) if hidden else ""
    if clear.empty:
        return sentences(say("pairs.nothing", **of), unsaid)
    row, helps = clear.iloc[0], int((clear["interplay"] == "helps").sum())
    first, second = (labels.get(row[side], row[side]) for side in ("first", "second"))
    size, unit, low, high = words.amount_parts(row.rename({"estimate": "difference", "mean": "reference_mean"}))
    told = say("forest.size", size=size, unit=unit, low=low, high=high)
    strongest = say(f"pairs.{row['verdict']}", first=first, second=second, size=told)
    counts = say("pairs.helped", **of, helps=helps, spoils=len(clear) - helps)
    if _has_none(outcome):
        counts = say("pairs.differ", **of, clear=len(clear))
    return sentences(counts, strongest, unsaid)
