"""Closing: partnerships end, are closed when found wanting, or are handed over so that benefit persists."""

from __future__ import annotations

import math

from partnersim.compiled import compiled
from partnersim.randomness import Purpose, draw
from partnersim.rules.records import path
from partnersim.rules.work import care_weight
from partnersim.world import FIRST_STATE, LIVE_ROWS, NEVER, Reason, Stage

U_END, U_TAKEOVER = int(Purpose.END), int(Purpose.TAKEOVER)
SCALED, ENDED = int(Stage.SCALED), int(Stage.ENDED)
COMPLETED, CLOSED = int(Reason.COMPLETED), int(Reason.CLOSED)


@compiled
def monthly(yearly):
    """Chance a month that adds up to ``yearly``, a chance a year below 1."""
    return 1.0 - math.exp(math.log(1.0 - yearly) / 12.0)


@compiled
def release(case, lead, company, civil):
    """Members are free again; the lead has one partnership fewer to care for."""
    for k in range(case["n_firm"]):
        firm = company[case["firm"][k]]
        firm["n_live"] -= 1
        if case["disclosed"]:
            firm["disclosed"] -= 1
    if case["civil"] >= 0:
        civil[case["civil"]]["n_live"] -= 1
    lead["n_led"] -= 1
    lead["care"][case["office"]] -= care_weight(case["lead_kind"])


@compiled
def months_handed_over(seed, param, case, host):
    """Months of benefit after the end: with an exit plan and a willing host part of it persists (report para 45)."""
    if not (case["exit_plan"] and case["performing"]) or draw(seed, U_TAKEOVER, case["key"], 0, 0) >= host:
        return 0.0
    u = draw(seed, U_TAKEOVER, case["key"], 0, 1)
    return math.floor(-param["persist_months"] * math.log(1.0 - u)) + 1.0


@compiled
def close(w):
    """Rule: partnerships end by a hazard that depends on whether they perform and whether failure is known."""
    entities, companies, civil_society, register, rows, chan = w.entity, w.company, w.civil, w.partnership, w.rows, w.chan
    system, param, paths = w.system[0], w.system[0]["param"], path(w)
    seed, month = system["seed"], system["month"]
    performing = monthly(param["end_performing"])
    scaled, found = monthly(0.5 * param["end_performing"]), monthly(param["end_found"])
    lingering = monthly(param["end_lingering"])
    for i in range(system["n_live"]):
        case = register[rows[LIVE_ROWS, i]]
        if case["stage"] == ENDED:
            if case["persists"] > 0.0:
                case["persists"] -= 1.0
            continue
        if case["m_started"] == NEVER:
            continue
        if case["performing"]:
            hazard = scaled if case["stage"] == SCALED else performing
        else:
            hazard = found if case["found"] else lingering
        if draw(seed, U_END, case["key"], month - case["m_signed"], 0) < hazard:
            release(case, entities[case["entity"][0]], companies, civil_society)
            case["persists"] = months_handed_over(seed, param, case, chan[FIRST_STATE + case["country"][0]]["host_support"])
            case["reach"] *= param["persist_share"]
            case["reason"] = CLOSED if case["found"] and not case["performing"] else COMPLETED
            case["stage"], case["since"], case["m_ended"], case["performing"] = ENDED, month, month, False
            paths["ended"] += 1.0
