"""Numbers and findings in words: what tables, figures and the screen say, in one place.

A sentence claims a difference only where the interval it is given excludes zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from partnersim.english import listed, sentence
from partnersim.languages.names import names
from partnersim.languages.speaking import endings
from partnersim.ledger import OUTCOMES, SERIES

if TYPE_CHECKING:
    import pandas as pd

UNITS = {o.name: o.unit for o in OUTCOMES}
BETTER = {o.name: o.better for o in OUTCOMES}
SERIES_UNITS = {s.name: s.unit for s in SERIES}

PARTS: dict[str, tuple[str, ...]] = {
    "transaction_cost": (
        "transaction_cost", "transaction_cost_net", "days_hq", "days_country", "days_central", "days_company",
        "months_to_agreement", "wasted_share", "duplicate_courting", "duplicate_checks",
    ),
    "incidents": (
        "incidents", "incident_events", "incident_loss", "incidents_per_100", "exposed_by_bad_firm",
        "largest_cascade", "risks_screened_out", "sound_rejected",
    ),
    "transformative_reach": (
        "transformative_reach", "transformative_count", "transformative_share", "reach_all", "performing", "signed",
        "queue_coordination", "queue_screening",
    ),
}  # fmt: skip
"""The three headline outcomes, each with the parts that explain it, in the order they are shown."""

LARGE = 1e6
"""From here on numbers are cut short, in what the language counts in: 2.41M, 241万."""
CLEAR = ("lower", "higher")
"""Verdicts of what clearly differs."""
NONE, UNCLEAR, TOO_FEW = "no difference", "no clear difference", "too few runs"


def label(name: str) -> str:
    """An outcome or series in words."""
    return names().label(name)


def plain(name: str) -> str:
    """A scenario's name in running text."""
    return names().short(name) or name.replace("-", " ").replace("_", " ")


def named(name: str) -> str:
    """A scenario's name for readers: short and unlike the others, which titles need not be."""
    return sentence(plain(name))


def number(value: float, signed: bool = False) -> str:
    """Three significant digits without exponents: 0.0123, 12.3, 1,235, 2.41M (million), 1.2bn (thousand million)."""
    if math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    sign = "-" if value < 0 else "+" if signed and value > 0 else ""
    size = float(f"{abs(value):.3g}")
    for above, ending in endings() if size >= LARGE else ():
        if size >= above:
            return f"{sign}{size / above:.3g}{ending}" if size < 1000 * above else f"{sign}{size / above:,.0f}{ending}"
    if size >= 1000:
        return f"{sign}{abs(value):,.0f}"
    if 0 < size < 1e-3:
        return f"{sign}<0.001"
    return f"{sign}{size:.3g}"


def rounded(values: Sequence[float], half_width: float, signed: bool = False) -> list[str]:
    """Numbers of one unit with the decimals that two digits of ``half_width`` deserve: -8.1, -10.0, -6.3."""
    if not 0 < half_width < math.inf or not all(map(math.isfinite, values)):
        return [number(v, signed) for v in values]
    largest = max(map(abs, values))
    scale, ending = next(((s, e) for s, e in endings() if largest >= max(s, LARGE)), (1.0, ""))
    decimals = min(1 - math.floor(math.log10(half_width / scale)), 5)
    sign = "+" if signed else ""
    texts = [f"{round(v / scale, decimals) + 0.0:{sign},.{max(decimals, 0)}f}" for v in values]
    return [f"{text}{ending}" for text in texts]


def measured(value: float, low: float, high: float) -> tuple[str, str]:
    """A difference with its sign, and its interval ``[low, high]`` or n/a, to the digits that the interval deserves."""
    if math.isnan(low) or math.isnan(high):
        return number(value, signed=True), "n/a"
    values = (value, low, high)
    half = _told_width(*values)
    return rounded(values, half, signed=True)[0], "[{}, {}]".format(*rounded(values, half)[1:])


def _told_width(value: float, low: float, high: float, digits: int = 4) -> float:
    """The half-width that decides the digits of a difference and its interval.

    Less than the true one where an end so near zero would be rounded to it, though the interval excludes it; more
    where the difference would get more than so many digits.
    """
    if not math.isfinite(value + low + high) or value == 0:
        return (high - low) / 2
    nearest = min(abs(low), abs(high)) if low * high > 0 else math.inf
    least = 10.0 ** (math.floor(math.log10(abs(value))) + 2 - digits)
    return min(max((high - low) / 2, least), 10 * nearest)


def verdict(low: float, high: float) -> str:
    """``lower``, ``higher``, or in words why neither can be said of a difference with this interval."""
    if math.isnan(low) or math.isnan(high):
        return TOO_FEW
    if low == high == 0:
        return NONE
    return "lower" if high < 0 else "higher" if low > 0 else UNCLEAR


def judged(low: float, high: float, outcome: str) -> str:
    """The verdict, with ``(better)`` or ``(worse)`` where the outcome has a good direction."""
    word, better = verdict(low, high), BETTER.get(outcome, "none")
    if word not in CLEAR or better == "none":
        return word
    return f"{word} ({'better' if word == better else 'worse'})"


def amount(row: pd.Series) -> str:
    """Size of a clear difference with its interval: ``5.1% (3.9 to 6.3)`` of the reference, else in units."""
    size, unit, low, high = amount_parts(row)
    return f"{size}{unit} ({low} to {high})"


def amount_parts(row: pd.Series, digits: int = 4) -> tuple[str, str, str, str]:
    """Size, unit and interval of a difference: without signs where it is clear, with them where its interval holds zero."""
    base = row["reference_mean"]
    scale, unit = (100 / abs(base), "%") if base else (1.0, f" {UNITS[row['outcome']]}")
    size, *ends = (row[column] * scale for column in ("difference", "low", "high"))
    is_clear = ends[0] * ends[1] > 0
    if is_clear:
        size, ends = abs(size), sorted(map(abs, ends))
    texts = rounded((size, *ends), _told_width(size, ends[0], ends[1], digits), signed=not is_clear)
    return texts[0], unit, texts[1], texts[2]


def finding(rows: pd.DataFrame, name: str) -> str:
    """One sentence on a scenario from rows with ``outcome, reference_mean, difference, low, high, verdict``."""
    clauses = [
        f"{label(row['outcome']).lower()} {row['verdict']} by {amount(row)}"
        for _, row in rows.iterrows()
        if row["verdict"] in CLEAR
    ]
    said = [listed(clauses)] if clauses else []
    for word in (UNCLEAR, NONE, TOO_FEW):
        if names := [label(outcome).lower() for outcome in rows.loc[rows["verdict"] == word, "outcome"]]:
            said.append(f"{word} {'to judge' if word == TOO_FEW else 'in'} {listed(names, 'or')}")
    return f"{name}: {'; '.join(said)}."
