"""Which levers help or spoil each other: a triangle of all pairs for one outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from partnersim.analysis.effects import interplay
from partnersim.english import counted
from partnersim.figures.forest import beside, in_short, percents
from partnersim.figures.style import Look, Picture, canvas, dress, styled
from partnersim.figures.tiles import BAD, GOOD, NOT_CLEAR, Tile, lay, tile_handle
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
        named = [f"{said(row['first'])} with {said(row['second'])}: {percents(row)}" for _, row in clear[:NAMED].iterrows()]
        head = "Clear pairs" if len(clear) <= NAMED else f"Strongest {NAMED} of {len(clear)} clear pairs"
        told = "\n".join([f"{head}, % of the design's mean", *named])
        axes.text(0.99, 0.99, told, transform=axes.transAxes, ha="right", va="top", fontsize=7.5)
    footer = (
        f"{where} A tile: what two levers do together beyond the sum of each alone, averaged over the others. {LEVEL:.0%} "
        "intervals, simultaneous over all pairs of all headline outcomes. Small tiles: the interval holds zero."
    )
    if hidden := int((data["aliased_with"] != "").sum()):
        footer += f" The design cannot tell {counted(hidden, 'pair')} from other effects, see aliased_with in the table (?)."
    dress(picture, findings, footer, data, _key(outcome), tile_handle)
    return picture


def _key(outcome: str) -> list[tuple[str, Look]]:
    good, bad = ("more than the sum", "less than the sum") if _has_none(outcome) else ("help each other", "spoil each other")
    return [(f"+ {good}", Look(GOOD, "s")), (f"{MINUS} {bad}", Look(BAD, "s")), NOT_CLEAR]


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
    head = f"{words.label(outcome)}: of {counted(len(data), 'pair')} of levers,"
    hidden = int((data["is_clear"] & (data["aliased_with"] != "")).sum())
    unsaid = f" {hidden} differ from it but cannot be told from others." if hidden else ""
    if clear.empty:
        return f"{head} none clearly differs from the sum of what each does alone.{unsaid}"
    row = clear.iloc[0]
    first, second = (labels.get(row[side], row[side]) for side in ("first", "second"))
    size = words.amount(row.rename({"estimate": "difference", "mean": "reference_mean"}))
    strongest = f"Strongest: {first} and {second}, {row['verdict']} by {size} than the sum of each alone"
    helps = int((clear["interplay"] == "helps").sum())
    counts = f"{helps} clearly help and {len(clear) - helps} spoil each other"
    if _has_none(outcome):
        counts = f"{len(clear)} do clearly more or less than the sum of each alone"
    return f"{head} {counts}. {strongest}.{unsaid}"
