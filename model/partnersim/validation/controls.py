"""V11, V12 and V13 as validation asks for them: the worlds of ``mechanisms``, fewer of them, and a row a check."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from partnersim.study.paired import simultaneous
from partnersim.validation.mechanisms import coordination, screening, volume
from partnersim.validation.worlds import Progress

MECHANISMS = (
    "volume_incidents", "volume_depth", "small_desk_no_bypass", "small_desk", "large_desk",
    "attempts_error", "reused_mean", "reused_tail", "pooled_mean",
)  # fmt: skip
"""Names that a check of scenarios/validation/ may use."""
WAYS = ("in proportion", "fixed")
SMALL, LARGE = coordination.TIMES[0], coordination.TIMES[-1]
NO_BYPASS, BYPASS = 0.0, 0.5


def volume_rows(seeds: Sequence[int], pilot: Sequence[int], progress: Progress) -> pd.DataFrame:
    """V11: elasticity of incidents, fixed days less days in proportion; and depth of checks under fixed days."""
    shares = volume.screening_shares(progress, pilot, rounds=1)
    slopes = volume.elasticities(volume.levels({way: shares[way] for way in WAYS}, seeds, progress), seeds)
    in_proportion, fixed = (slopes[way] for way in WAYS)
    family = {
        "volume_incidents": fixed["incidents"] - in_proportion["incidents"],
        "volume_depth": fixed["days_per_check"],
    }
    return simultaneous(pd.DataFrame(family))


def coordination_rows(seeds: Sequence[int], load_seeds: int, progress: Progress) -> pd.DataFrame:
    """V12: agreements signed with a small and a large desk against no desk, in per cent."""
    load = coordination.offered_load({}, load_seeds)
    signed = {
        bypass: coordination.sweep(bypass, load, {}, seeds, progress, times).xs("signed", axis=1, level="outcome")
        for bypass, times in ((NO_BYPASS, (SMALL,)), (BYPASS, (SMALL, LARGE)))
    }
    family = {
        "small_desk_no_bypass": signed[NO_BYPASS][str(SMALL)],
        "small_desk": signed[BYPASS][str(SMALL)],
        "large_desk": signed[BYPASS][str(LARGE)],
    }
    return simultaneous(pd.DataFrame(family))


def screening_rows(seeds: Sequence[int], months: int, firms: int, progress: Progress) -> pd.DataFrame:
    """V13: the closed form with attempts held fixed, and the full month with reuse and with pooling."""
    month = screening.month(seeds, progress, months)["screening_month"].set_index(["rule", "outcome"])
    exposed = "exposed_by_bad_firm"
    scale = 100 / month.loc[("reused", exposed), "independent"]
    wanted = ["difference", "low", "high"]
    rows = {
        "attempts_error": _farthest(screening.attempts(firms)),
        "reused_mean": month.loc[("reused", exposed), wanted] * scale,
        "reused_tail": month.loc[("reused", "all_in_share"), wanted] * 100,
        "pooled_mean": month.loc[("pooled", exposed), wanted] * scale,
    }
    return pd.DataFrame(rows).T.astype(float).assign(runs=len(seeds))


def _farthest(attempts: pd.DataFrame) -> pd.Series:
    """Of all quantities with a known error, the distance from the closed form farthest from zero, in standard errors."""
    known = attempts.dropna(subset="engine_error")
    distance = (known["engine"] - known["closed_form"]) / known["engine_error"]
    return pd.Series(dict.fromkeys(["difference", "low", "high"], distance[distance.abs().idxmax()]))


def n_runs(n_screening: int, n_coordination: int, n_volume: int, n_pilot: int) -> int:
    """How many runs these report to ``progress``."""
    volumes = len(volume.VOLUMES)
    return 4 * n_screening + 5 * n_coordination + volumes * (len(WAYS) * n_volume + n_pilot)
