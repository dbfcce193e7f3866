"""Paths over time: scenario means with their bands, and the paired differences with simultaneous bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from partnersim.figures.differences import looks
from partnersim.figures.style import BAND_ALPHA, BLACK, Look, Picture, canvas, dash_handle, dress, number_axis, styled
from partnersim.study import words
from partnersim.study.paired import FEWEST, LEVEL, Family, mean_bands, simultaneous

if TYPE_CHECKING:
    from partnersim.study.comparison import Comparison

MAIN = (
    "transaction_days", "incidents", "transformative_reach", "signed", "live", "performing",
    "open_cases", "transformative", "reputation",
)  # fmt: skip
"""Series of the small multiples: the headline flows, the stock of partnerships, what explains them."""
COLUMNS = 3
BINS = ((60, 6, "half-year"), (24, 3, "quarter"), (0, 1, "month"))
"""From how many months on, months a point and its name: flows of single months are mostly noise."""


def _bin(comparison: Comparison) -> tuple[int, str]:
    """Months in a bin, and what it is called."""
    return next((width, name) for months, width, name in BINS if comparison.setting.months >= months)


def _means(comparison: Comparison, series: str) -> dict[str, pd.DataFrame]:
    """Means over bins by scenario, at the last month of each: seeds x bins; months after the last whole bin go."""
    width, _ = _bin(comparison)
    return {name: runs.sums(series, width) / width for name, runs in comparison.runs.items()}


@styled
def draw_paths(comparison: Comparison, series: Sequence[str] = MAIN) -> Picture:
    """Mean path of every scenario with the pointwise interval of that mean."""
    frames: dict[str, dict[str, pd.DataFrame]] = {}
    end: dict[tuple[str, str], pd.Series] = {}
    for one in series:
        means = _means(comparison, one)
        frames[one] = {name: _within_reach(mean_bands(wide), wide) for name, wide in means.items()}
        end |= {(one, name): wide.iloc[:, -1].copy() for name, wide in means.items()}  # a view would keep it all
    _, bin_name = _bin(comparison)
    footer = (
        f"{comparison.described()} Lines: mean over seeds, by {bin_name}. "
        f"Bands: {LEVEL:.0%} interval of that mean, one {bin_name} at a time."
    )
    return _multiples(comparison, frames, "mean", looks(comparison), _at_the_end(comparison, end), footer)


@styled
def draw_path_differences(comparison: Comparison, series: Sequence[str] = MAIN) -> Picture:
    """Mean paired difference of every scenario from the reference, with a band that holds for the whole path."""
    frames: dict[str, dict[str, pd.DataFrame]] = {}
    family = Family()
    for one in series:
        means = _means(comparison, one)
        differences = {name: means[name] - means[comparison.reference] for name in comparison.others}
        frames[one] = {name: simultaneous(wide).rename_axis("month").reset_index() for name, wide in differences.items()}
        family.add(pd.concat({one: pd.concat(differences, axis=1)}, axis=1, names=["series", "scenario", "month"]))
    legend = looks(comparison, reference=False)
    _, bin_name = _bin(comparison)
    footer = (
        f"{comparison.described()} Lines: mean over seeds of scenario minus {words.named(comparison.reference)}, "
        f"by {bin_name}. "
        f"Bands: {LEVEL:.0%}, simultaneous over each path (max-t, bootstrap over seeds); the title judges all paths together."
    )
    return _multiples(comparison, frames, "difference", legend, _first_clear(comparison, family), footer)


def _within_reach(frame: pd.DataFrame, wide: pd.DataFrame) -> pd.DataFrame:
    """Bands end at zero where no run is ever below it: a mean number of people cannot be negative."""
    return frame.assign(low=frame["low"].clip(lower=0)) if wide.min(axis=None) >= 0 else frame


def _at_the_end(comparison: Comparison, end: Mapping[tuple[str, str], pd.Series]) -> str:
    """The largest clear relative difference at the end, judged together with all others there."""
    if len(comparison.setting.seeds) < FEWEST:
        return f"Paths over time; {words.TOO_FEW} to tell them apart"
    reference = comparison.reference
    family = pd.DataFrame({(s, n): values - end[s, reference] for (s, n), values in end.items() if n != reference})
    judged = simultaneous(family)
    clear = judged[(judged["low"] > 0) | (judged["high"] < 0)]
    if clear.empty:
        return "At the end no path differs clearly from the reference"
    base = np.array([abs(end[s, reference].mean()) for s, _ in clear.index])
    series, name = clear.index[int(np.argmax(clear["difference"].abs() / np.maximum(base, 1e-300)))]
    value, before = (words.number(end[series, n].mean()) for n in (name, reference))
    return (
        f"Farthest apart at the end: {words.label(series).lower()}, {value} {words.SERIES_UNITS[series]} with "
        f"{words.named(name)}, {before} in {words.named(reference)}"
    )


def _first_clear(comparison: Comparison, family: Family) -> str:
    """How many paths become clear, and which first, all paths and times judged together."""
    if len(comparison.setting.seeds) < FEWEST:
        return f"Differences over time; {words.TOO_FEW} to tell them from none"
    judged = family.judged()
    clear = judged[(judged["low"] > 0) | (judged["high"] < 0)].reset_index()
    if clear.empty:
        return "No path differs clearly from the reference when all are judged together"
    first = clear.sort_values("month", kind="stable").iloc[0]
    count, of = len(clear.drop_duplicates(["series", "scenario"])), judged.index.droplevel("month").nunique()
    return (
        f"{count} of {of} paths leave the reference clearly; first {words.label(first['series']).lower()} with "
        f"{words.named(first['scenario'])} ({'lower' if first['difference'] < 0 else 'higher'} from month {first['month']})"
    )


def _multiples(
    comparison: Comparison,
    frames: Mapping[str, Mapping[str, pd.DataFrame]],
    column: str,
    legend: Sequence[tuple[str, Look]],
    finding: str,
    footer: str,
) -> Picture:
    rows = -(-len(frames) // COLUMNS)
    picture = canvas(1.75 * rows + 1.3)
    panels = picture.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes, (series, parts) in zip(panels, frames.items(), strict=False):
        for frame, (_, look) in zip(parts.values(), legend, strict=True):
            _path(axes, frame, column, look, BAND_ALPHA * min(1.0, 3 / len(parts)))
        _finish(axes, series, comparison.setting.months, column == "difference")
    for axes in panels[len(frames) :]:
        axes.set_visible(False)
    for axes in panels[max(len(frames) - COLUMNS, 0) : len(frames)]:
        axes.set_xlabel("months after burn-in")
    data = pd.concat({s: pd.concat(parts, names=["scenario"]) for s, parts in frames.items()}, names=["series"])
    dress(picture, [finding], footer, data.reset_index(level=["series", "scenario"]), legend, dash_handle)
    return picture


def _path(axes: Axes, frame: pd.DataFrame, column: str, look: Look, alpha: float) -> None:
    month = frame["month"].to_numpy(float)
    axes.fill_between(month, frame["low"], frame["high"], color=look.colour, alpha=alpha, linewidth=0)
    axes.plot(month, frame[column], color=look.colour, linestyle=look.dash, marker=look.shape if len(month) == 1 else "")


def _finish(axes: Axes, series: str, months: int, has_zero: bool) -> None:
    axes.set_title(words.label(series))
    axes.set_ylabel(words.SERIES_UNITS[series])
    number_axis(axes, "y", 5)
    step = next((s for s in (1, 2, 3, 6, 12, 24, 48) if months / s <= 6), 120)
    axes.set_xticks(np.arange(0, months + 1, step))
    axes.set_xlim(0, months)
    if has_zero:
        axes.axhline(0, color=BLACK, linewidth=0.9)
