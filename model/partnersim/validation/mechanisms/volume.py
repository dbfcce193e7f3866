"""Finding 3: with fixed screening days, incidents grow faster than partnerships than with days in proportion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from partnersim.scenario import Scenario, load_parameters
from partnersim.study.paired import pseudo_values, simultaneous
from partnersim.validation.worlds import Progress, outcomes, variant

SEEDS, MONTHS = 1500, 120
VOLUMES, MIDDLE = (0.3, 0.65, 1.4), 0.65
"""Staff time for partnering over the population file's."""
SHORT, AMPLE = 0.11, 0.35
"""Share of headquarters time kept for checks at the middle volume: short, and so much that checks are never short."""
LIMITS = (0.05, 0.5)
"""Range of that share."""
PILOT, ROUNDS = range(10_000, 10_030), 4
"""Seeds that fix what is in proportion, apart from those that are judged, and rounds it takes."""
WAYS = ("never short", "in proportion", "same depth", "fixed")
OTHERS = WAYS[:-1]
JUDGED = ("incidents", "incident_events", "exposed_by_bad_firm")
LEVELS = ("live", "signed", "months_to_agreement", "checks", "days_per_check", *JUDGED)


def measure(seeds: Sequence[int], progress: Progress) -> dict[str, pd.DataFrame]:
    """Tables ``volume`` (means), ``volume_elasticity`` and ``volume_difference``."""
    shares = screening_shares(progress)
    found = levels(shares, seeds, progress)
    columns = ["way", "volume", "outcome"]
    means = simultaneous(pd.concat(found, axis=1, names=columns)).reset_index().rename(columns={"difference": "mean"})
    used = pd.DataFrame([(w, v, shares[w][v]) for w, v in found], columns=["way", "volume", "screening_share"])
    slopes = elasticities(found, seeds)
    others = {way: slopes["fixed"][list(JUDGED)] - slopes[way][list(JUDGED)] for way in OTHERS}
    return {
        "volume": means.merge(used, on=["way", "volume"]),
        "volume_elasticity": simultaneous(slopes).reset_index(),
        "volume_difference": simultaneous(pd.concat(others, axis=1, names=["way", "outcome"])).reset_index(),
    }


def levels(
    shares: Mapping[str, Mapping[float, float]], seeds: Sequence[int], progress: Progress
) -> dict[tuple[str, float], pd.DataFrame]:
    """Outcomes by way and volume, for the share of headquarters time that each way keeps for checks: seeds x LEVELS."""
    found = {}
    for way, by_volume in shares.items():
        frames = outcomes([_scenario(f"{way} {v}", v, share) for v, share in by_volume.items()], seeds, MONTHS, progress)
        for v, frame in zip(by_volume, frames.values(), strict=True):
            found[way, v] = frame.assign(days_per_check=days_per_check(frame))[list(LEVELS)]
    return found


def elasticities(found: Mapping[tuple[str, float], pd.DataFrame], seeds: Sequence[int]) -> pd.DataFrame:
    """Pseudo-values of elasticities to live partnerships: seeds x (way, outcome)."""
    slopes = pseudo_values(lambda weights: _elasticities(found, weights), seeds)
    slopes.columns = pd.MultiIndex.from_tuples(slopes.columns, names=["way", "outcome"])
    return slopes


def screening_shares(progress: Progress, pilot: Sequence[int] = PILOT, rounds: int = ROUNDS) -> dict[str, dict[float, float]]:
    """Share of headquarters time for checks by way and volume.

    In proportion: days over live partnerships as at the middle volume. Same depth: as many days as give a check what it
    gets at the middle volume.
    """
    proportion, depth = dict.fromkeys(VOLUMES, SHORT), dict.fromkeys(VOLUMES, SHORT)
    for _ in range(rounds):
        frames = {v: outcomes([_scenario("pilot", v, depth[v])], pilot, MONTHS, progress)["pilot"] for v in VOLUMES}
        days = {v: days_per_check(frame).mean() for v, frame in frames.items()}
        live = {v: frame["live"].mean() for v, frame in frames.items()}
        proportion = {v: SHORT * live[v] / live[MIDDLE] * MIDDLE / v for v in VOLUMES}
        depth = {v: float(np.clip(share * (days[MIDDLE] / days[v]) ** 1.5, *LIMITS)) for v, share in depth.items()}
    return {
        "never short": dict.fromkeys(VOLUMES, AMPLE),
        "in proportion": proportion,
        "same depth": depth,
        "fixed": {v: SHORT * MIDDLE / v for v in VOLUMES},
    }


def _scenario(name: str, volume: float, share: float) -> Scenario:
    return variant(name, {"partnering_time": volume, "screening_share": share})


def days_per_check(frame: pd.DataFrame) -> pd.Series:
    """UN staff-days an own check: all days on screening less those that firms spend answering."""
    return frame["days_screening"] / frame["checks"] - load_parameters()["company_days_check"].value


def _elasticities(found: Mapping[tuple[str, float], pd.DataFrame], weights: np.ndarray) -> pd.Series:
    """Slopes of the logarithm of mean outcomes on that of mean live partnerships over the volumes, by way and outcome."""
    wanted = [*JUDGED, "days_per_check"]
    slopes: dict[tuple[str, str], float] = {}
    for way in dict.fromkeys(way for way, _ in found):
        means = np.log([weights @ found[way, v][["live", *wanted]].to_numpy() / weights.sum() for v in VOLUMES])
        live = means[:, 0] - means[:, 0].mean()
        slopes |= {(way, o): slope for o, slope in zip(wanted, live @ means[:, 1:] / (live @ live), strict=True)}
    return pd.Series(slopes)


def n_runs(n_seeds: int) -> int:
    """How many runs :func:`measure` reports to ``progress``."""
    return len(VOLUMES) * (n_seeds * len(WAYS) + len(PILOT) * ROUNDS)
