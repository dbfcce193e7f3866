"""What the page shows of an answer: cards, findings, charts and tables, as plain data; nothing here knows the browser."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from partnersim.app.words import MINUS, Words
from partnersim.ledger import HEADLINES, OUTCOMES
from partnersim.live import Pair, Sample
from partnersim.live.price import price
from partnersim.study.paired import FEWEST, mean_bands

BETTER = {o.name: o.better for o in OUTCOMES}
CARDS = dict(zip(("cost", "incidents", "reach"), HEADLINES, strict=True))
STAGES = ("ideas", "approved", "signed", "started", "performing")
SIDES = ("hq", "country", "central", "company", "government", "civil")
DESKS = ("queue_coordination", "queue_screening", "queue_advisory")
ASKED = (*HEADLINES, *STAGES, *(f"days_{side}" for side in SIDES))
"""Outcomes that the page tells of."""
Told = Callable[[pd.DataFrame, Words], str]


@dataclass(frozen=True)
class Card:
    """One headline outcome: both means, the verdict in words, and a difference for each world."""

    key: str
    without: str
    mine: str
    verdict: str
    tone: str
    """better, worse or neutral."""
    range: str
    worlds: str
    dots: list[tuple[float, float]] = field(default_factory=list)
    """Place across (-1 to 1, 0 is no difference) and down (0 to 1), a dot a world."""


@dataclass(frozen=True)
class Chart:
    """One figure: its finding, and its numbers, tidy; ``kind`` is lines or bars.

    ``rows``: label, without, with, difference, low, high; the last three with NaN where nothing can be told.
    """

    key: str
    kind: str
    finding: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class View:
    """All of it. ``n`` of ``of`` worlds; ``price`` in staff-days a year."""

    n: int
    of: int
    failures: int
    cards: list[Card]
    charts: list[Chart]
    price: float


def view(pair: Pair, words: Words) -> View:
    """What there is to show of an answer."""
    table = pair.compared(ASKED)
    charts = [
        _line(pair, words, "cost", _cost, _told_years),
        _line(pair, words, "incidents", _incidents, _told_years),
        _line(pair, words, "reach", _reach, _told_years),
        _pipeline(table, words),
        _payers(table, words),
        _line(pair, words, "queue", _waiting, _told_queue),
    ]
    return View(pair.n, pair.of, pair.failures, [_card(key, pair, table, words) for key in CARDS], charts, price(pair))


def verdict(row: pd.Series) -> str:
    """same, few, unclear, lower or higher: what the interval of a paired difference allows to say."""
    if row["runs"] < FEWEST or math.isnan(row["low"]):
        return "few"
    if row["low"] == row["high"] == 0.0:
        return "same"
    return "lower" if row["high"] < 0.0 else "higher" if row["low"] > 0.0 else "unclear"


def tone(outcome: str, said: str) -> str:
    """better, worse or neutral, for a verdict on an outcome."""
    if said not in ("lower", "higher") or BETTER[outcome] == "none":
        return "neutral"
    return "better" if said == BETTER[outcome] else "worse"


def summary(row: pd.Series, outcome: str, words: Words) -> tuple[str, str, str]:
    """A paired difference in words: the verdict with its size, its tone, and the ends of its interval, in per cent."""
    said, base = verdict(row), abs(row["reference_mean"])
    text = words.say(f"card.{said}", percent=words.percent(row["difference"] / base if base else 0.0))
    if not base or said in ("same", "few"):
        return text, tone(outcome, said), ""
    low, high = (row[end] / base for end in ("low", "high"))
    ends = [f"{'+' if end > 0 else MINUS if end < 0 else ''}{words.percent(end)}%" for end in (low, high)]
    return text, tone(outcome, said), words.say("card.range", low=ends[0], high=ends[1])


def _card(key: str, pair: Pair, table: pd.DataFrame, words: Words) -> Card:
    outcome, say = CARDS[key], words.say
    row = table.loc[outcome]
    said = verdict(row)
    text, good, ends = summary(row, outcome, words)
    differences = pair.differences(outcome)
    worlds = ""
    if said not in ("same", "few"):
        lower, higher = int((differences < 0).sum()), int((differences > 0).sum())
        worlds = say("card.worlds", lower=lower, higher=higher, of=len(differences))
    return Card(
        key,
        words.number(row["reference_mean"]),
        words.number(row["other_mean"]),
        text,
        good,
        ends,
        worlds,
        dots(differences) if said != "same" else [],
    )


def dots(differences: np.ndarray) -> list[tuple[float, float]]:
    """Places of the dots: across by the difference, the few furthest at the rim; down by the golden section, so none hides."""
    if not differences.size:
        return []
    rim = max(float(np.quantile(np.abs(differences), 0.97)), 1e-12)
    across = np.clip(differences / rim, -1.0, 1.0)
    down = (np.arange(differences.size) * 0.6180339887498949) % 1.0
    return [(round(float(x), 3), round(float(y), 3)) for x, y in zip(across, down, strict=True)]


def _yearly(sample: Sample, n: int, series: str) -> np.ndarray:
    """A monthly series as seeds x whole years x 12 months."""
    path = sample.path(n, series)
    years = path.shape[1] // 12
    return path[:, : 12 * years].reshape(n, years, 12)


def _cost(sample: Sample, n: int) -> np.ndarray:
    """Staff-days over a year for each partnership-year that performed in it; NaN in a year without any."""
    days, years = _yearly(sample, n, "transaction_days").sum(axis=2), _yearly(sample, n, "performing").sum(axis=2) / 12.0
    return np.divide(days, years, out=np.full(years.shape, np.nan), where=years > 0)


def _incidents(sample: Sample, n: int) -> np.ndarray:
    return _yearly(sample, n, "incidents").sum(axis=2)


def _reach(sample: Sample, n: int) -> np.ndarray:
    return _yearly(sample, n, "transformative_reach").mean(axis=2)


def _waiting(sample: Sample, n: int) -> np.ndarray:
    """Cases at all central desks together."""
    return np.sum([_yearly(sample, n, desk).mean(axis=2) for desk in DESKS], axis=0)


def _line(pair: Pair, words: Words, key: str, of: Callable[[Sample, int], np.ndarray], told: Told) -> Chart:
    """A line for each scenario; ``of``: seeds x years of what is drawn; ``told``: what is said of it."""
    rows = _paired_rows(of(pair.reference, pair.n), of(pair.mine, pair.n))
    return Chart(key, "lines", told(rows, words), rows)


def _paired_rows(without: np.ndarray, mine: np.ndarray) -> pd.DataFrame:
    """Rows of a chart from seeds x years of both scenarios; intervals are pointwise, of the mean difference."""
    difference = mine - without
    band = mean_bands(pd.DataFrame(difference))
    base = mean_bands(pd.DataFrame(np.where(np.isnan(difference), np.nan, without)))["mean"]
    ends = {"difference": band["mean"], "low": band["low"], "high": band["high"]}
    return pd.DataFrame({"label": band["month"] + 1, "without": base, "with": base + band["mean"], **ends})


def _told_years(rows: pd.DataFrame, words: Words) -> str:
    lower, higher, of = int((rows["high"] < 0).sum()), int((rows["low"] > 0).sum()), len(rows)
    if not rows["difference"].any():
        return words.say("finding.same")
    if lower and higher:
        return words.say("finding.both", lower=lower, higher=higher, of=of)
    if lower or higher:
        return words.say("finding.lower" if lower else "finding.higher", n=lower or higher, of=of)
    return words.say("finding.unclear")


def _rows_of(table: pd.DataFrame, outcomes: Sequence[str], labels: Sequence[str]) -> pd.DataFrame:
    found = table.loc[list(outcomes), ["reference_mean", "other_mean", "difference", "low", "high"]].reset_index(drop=True)
    found.columns = ["without", "with", "difference", "low", "high"]
    found.insert(0, "label", list(labels))
    return found


def _pipeline(table: pd.DataFrame, words: Words) -> Chart:
    rows = _rows_of(table, STAGES, [words.say(f"stage.{stage}") for stage in STAGES])
    signed = table.loc["signed"]
    finding = words.say(
        "finding.pipeline",
        ideas=words.number(table.loc["ideas", "other_mean"]),
        signed=words.number(signed["other_mean"]),
        before=words.number(signed["reference_mean"]),
    )
    return Chart("pipeline", "bars", finding, rows)


def _payers(table: pd.DataFrame, words: Words) -> Chart:
    outcomes = [f"days_{side}" for side in SIDES]
    rows = _rows_of(table, outcomes, [words.say(f"side.{side}") for side in SIDES])
    clear = rows[(rows["low"] > 0) | (rows["high"] < 0)]
    finding = words.say("finding.payers_same")
    if len(clear):
        most = clear.loc[clear["difference"].abs().idxmax()]
        key = "finding.payers_more" if most["difference"] > 0 else "finding.payers_less"
        finding = words.say(key, side=most["label"], days=words.number(abs(most["difference"])))
    return Chart("payers", "bars", finding, rows)


def _told_queue(rows: pd.DataFrame, words: Words) -> str:
    if not (rows["without"].any() or rows["with"].any()):
        return words.say("finding.queue_none")
    last = rows.iloc[-1]
    return words.say("finding.queue", n=words.number(last["with"]), before=words.number(last["without"]))
