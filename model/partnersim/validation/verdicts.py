"""From estimates with intervals to verdicts: nothing here knows what a pattern is about."""

from __future__ import annotations

import math
from collections.abc import Iterable

MET, MISSED, ABSENT = "met", "missed", "not in the model"
VERDICTS = (MET, MISSED, ABSENT)


def verdict(low: float, high: float, least: float, most: float) -> str:
    """Whether the interval ``low`` to ``high`` lies in the range ``least`` to ``most``, whole; met or missed.

    An open end counts as outside where it is zero: no difference is no evidence of a sign.
    """
    if math.isnan(low) or math.isnan(high):
        return MISSED
    above = low > least if math.isinf(most) else low >= least
    below = high < most if math.isinf(least) else high <= most
    return MET if above and below else MISSED


def reading(value: float, low: float, high: float, least: float, most: float) -> str:
    """Why a check is missed, in words; empty where it is met."""
    if math.isnan(value):
        return "nothing to divide by"
    if math.isnan(low) or math.isnan(high):
        return "too few runs for an interval"
    if verdict(low, high, least, most) == MET:
        return ""
    if high < least or low > most:
        return "below the range" if high < least else "above the range"
    inside = least <= value <= most
    return "not clear: the interval reaches beyond the range" if inside else "not clear: the interval reaches into the range"


def together(verdicts: Iterable[str]) -> str:
    """The verdict on a pattern from those on its checks: missed where one is, else not in the model where one is, else met."""
    found = set(verdicts)
    return next((v for v in (MISSED, ABSENT) if v in found), MET)
