"""Needs of countries: crises strike, and needs drift."""

from __future__ import annotations

from partnersim.compiled import compiled
from partnersim.kinds import FIRST_STATE
from partnersim.randomness import Purpose, draw

U_CRISIS = int(Purpose.CRISIS)


@compiled
def strike(w):
    """Rule: each month a crisis may strike a country and lasts some months (report para 32: demand shocks).

    Probability a month is ``crisis_rate`` / 12; a crisis in course is not prolonged.
    """
    governments, chan = w.government, w.chan
    seed, month = w.system[0]["seed"], w.system[0]["month"]
    for c in range(governments.shape[0]):
        state = governments[c]
        if state["crisis"] > 0:
            state["crisis"] -= 1
        elif draw(seed, U_CRISIS, state["key"], month, 0) < chan[FIRST_STATE + c]["crisis_rate"] / 12.0:
            state["crisis"] = int(w.system[0]["param"]["crisis_months"])


@compiled
def drift(w):
    """Rule: once a year the share of people in need falls a little, faster where institutions carry the goal.

    (Report para 26: change that outlasts partnerships; rates assumed.)
    """
    governments = w.government
    if w.system[0]["month"] % 12 != 0:
        return
    param = w.system[0]["param"]
    for c in range(governments.shape[0]):
        state = governments[c]
        for g in range(state["need"].shape[0]):
            state["need"][g] *= 1.0 - param["need_decline"] - param["need_decline_institution"] * state["institution"][g]
