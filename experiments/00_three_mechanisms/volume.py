"""Finding 3: with fixed screening days, incidents grow faster than partnerships than with days in proportion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from common import outcomes, pseudo_values, scenario

import partnersim as ps
from partnersim.scenario import load_parameters
from partnersim.study.paired import simultaneous

SEEDS, MONTHS = 400, 120
VOLUMES = (0.5, 0.7, 1.0, 1.4)
"""Staff time for partnering over the population file's."""
SHORT, AMPLE = 0.075, 0.35
"""Share of headquarters time kept for checks at volume 1: short, and so much that checks are never short."""
LIMITS = (0.05, 0.5)
"""Range of that share."""
PILOT = range(10_000, 10_020)
"""Seeds that fix what is in proportion, apart from those that are judged."""
TUNING = 4
"""Rounds in which the days in proportion are found."""
WAYS = ("never short", "in proportion", "fixed")
JUDGED = ("incidents", "incident_events", "exposed_by_bad_firm")
LEVELS = ("live", "signed", "months_to_agreement", "checks", "days_per_check", *JUDGED)


def measure(seeds: Sequence[int], progress: Callable[[int], object]) -> dict[str, pd.DataFrame]:
    """Tables ``volume`` (means), ``volume_elasticity`` and ``volume_difference``."""
    shares = {
        "never short": dict.fromkeys(VOLUMES, AMPLE),
        "in proportion": _in_proportion(progress),
        "fixed": {v: SHORT / v for v in VOLUMES},
    }
    found = {}
    for way in WAYS:
        frames = outcomes([_scenario(way, v, shares[way][v]) for v in VOLUMES], seeds, MONTHS, progress)
        for v, frame in zip(VOLUMES, frames.values(), strict=True):
            found[way, v] = frame.assign(days_per_check=days_per_check(frame))[list(LEVELS)]
    columns = ["way", "volume", "outcome"]
    means = simultaneous(pd.concat(found, axis=1, names=columns)).reset_index().rename(columns={"difference": "mean"})
    used = pd.DataFrame([(w, v, shares[w][v]) for w, v in found], columns=["way", "volume", "screening_share"])
    slopes = pseudo_values(lambda weights: _elasticities(found, weights), seeds)
    slopes.columns = pd.MultiIndex.from_tuples(slopes.columns, names=["way", "outcome"])
    others = {way: slopes["fixed"][list(JUDGED)] - slopes[way][list(JUDGED)] for way in WAYS[:2]}
    return {
        "volume": means.merge(used, on=["way", "volume"]),
        "volume_elasticity": simultaneous(slopes).reset_index(),
        "volume_difference": simultaneous(pd.concat(others, axis=1, names=["way", "outcome"])).reset_index(),
    }


def _in_proportion(progress: Callable[[int], object]) -> dict[float, float]:
    """Shares of headquarters time for checks at which a check gets as many days at every volume as at volume 1."""
    shares = dict.fromkeys(VOLUMES, SHORT)
    for _ in range(TUNING):
        frames = outcomes([_scenario("tuning", v, shares[v]) for v in VOLUMES], PILOT, MONTHS, progress)
        depth = {v: days_per_check(frame).mean() for v, frame in zip(VOLUMES, frames.values(), strict=True)}
        shares = {v: float(np.clip(share * (depth[1.0] / depth[v]) ** 1.5, *LIMITS)) for v, share in shares.items()}
    return shares


def _scenario(way: str, volume: float, share: float) -> ps.Scenario:
    return scenario(f"{way} {volume}", {"partnering_time": volume, "screening_share": share})


def days_per_check(frame: pd.DataFrame) -> pd.Series:
    """UN staff-days an own check: all days on screening less those that firms spend answering."""
    return frame["days_screening"] / frame["checks"] - load_parameters()["company_days_check"].value


def _elasticities(found: dict[tuple[str, float], pd.DataFrame], weights: np.ndarray) -> pd.Series:
    """Slopes of the logarithm of mean outcomes on that of mean live partnerships over the volumes, by way and outcome."""
    wanted, slopes = [*JUDGED, "days_per_check"], {}
    for way in WAYS:
        means = np.log([weights @ found[way, v][["live", *wanted]].to_numpy() / weights.sum() for v in VOLUMES])
        live = means[:, 0] - means[:, 0].mean()
        slopes |= {(way, o): slope for o, slope in zip(wanted, live @ means[:, 1:] / (live @ live), strict=True)}
    return pd.Series(slopes)


def n_runs(n_seeds: int) -> int:
    """How many runs :func:`measure` reports to ``progress``."""
    return len(VOLUMES) * (n_seeds * len(WAYS) + len(PILOT) * TUNING)
