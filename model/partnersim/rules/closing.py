"""Closing: partnerships end, are closed when found wanting, or are handed over so that benefit persists."""

from __future__ import annotations

import math

from partnersim.compiled import compiled
from partnersim.kinds import FIRST_ENTITY, FIRST_STATE, LIVE_ROWS, NEVER, Reason, Stage
from partnersim.randomness import Purpose, draw
from partnersim.rules.records import forget, path, willing
from partnersim.rules.work import care_weight

U_END, U_TAKEOVER, U_EXIT = int(Purpose.END), int(Purpose.TAKEOVER), int(Purpose.CASE_EXIT)
SCALED, ENDED = int(Stage.SCALED), int(Stage.ENDED)
COMPLETED, CLOSED = int(Reason.COMPLETED), int(Reason.CLOSED)


@compiled
def monthly(yearly):
    """Chance a month that adds up to ``yearly``, a chance a year below 1."""
    return 1.0 - math.exp(math.log(1.0 - yearly) / 12.0)


@compiled
def release(param, case, lead, company, civil, month):
    """Members are free again; the lead has one partnership fewer to care for."""
    for k in range(case["n_firm"]):
        firm = company[case["firm"][k]]
        firm["n_live"] -= 1
        firm["last_ended"] = month
        if case["disclosed"]:
            firm["disclosed"] -= 1
    if case["civil"] >= 0:
        civil[case["civil"]]["n_live"] -= 1
    lead["n_led"] -= 1
    lead["care"][case["office"]] -= care_weight(param, case["lead_kind"])


@compiled
def months_handed_over(seed, param, case, host):
    """Months of benefit after the end: with an exit plan and a willing host part of it persists (report para 45)."""
    if not (case["exit_plan"] and case["performing"]) or draw(seed, U_TAKEOVER, case["key"], 0, 0) >= willing(case, host):
        return 0.0
    u = draw(seed, U_TAKEOVER, case["key"], 0, 1)
    return math.floor(-param["persist_months"] * math.log(1.0 - u)) + 1.0


@compiled
def book_stock(case, paths, system):
    """Count a live partnership among the stocks of the month."""
    paths["live"] += 1.0
    paths["evaluated"] += 1.0 if case["kpis"] else 0.0
    if case["m_started"] == NEVER:
        return
    system["n_delivering"] += 1
    system["n_reported"] += 1 if case["reported"] else 0
    paths["delivering"] += 1.0
    paths["reported_performing"] += 1.0 if case["reported"] else 0.0
    paths["performing"] += 1.0 if case["performing"] else 0.0
    paths["transformative"] += 1.0 if case["m_transformative"] != NEVER else 0.0


@compiled
def close(w):
    """Rule: partnerships end by a hazard that depends on whether they perform and whether failure is known.

    Hazards fit the survival of alliances (S104); what fails unnoticed lingers (S32, S90); with an exit plan part of the benefit
    persists (report para 45). An ended one stays in the register while it serves or can still be blamed. Those that go on are
    counted here, so that the month needs no further pass.
    """
    entities, companies, civil_society, register, rows, chan = w.entity, w.company, w.civil, w.partnership, w.rows, w.chan
    system, param, paths = w.system[0], w.system[0]["param"], path(w)
    seed, month, memory = system["seed"], system["month"], param["attribution_memory"]
    performing = monthly(param["end_performing"])
    scaled, found = monthly(param["end_scaled_ratio"] * param["end_performing"]), monthly(param["end_found"])
    lingering = monthly(param["end_lingering"])
    system["n_delivering"], system["n_reported"] = 0, 0
    kept = 0
    for i in range(system["n_live"]):
        row = rows[LIVE_ROWS, i]
        case = register[row]
        rows[LIVE_ROWS, kept] = row
        kept += 1
        if case["stage"] == ENDED:
            case["persists"] = max(case["persists"] - 1.0, 0.0)
            if case["persists"] == 0.0 and month - case["m_ended"] >= memory:
                forget(row, system, register, rows, w.trace)
                kept -= 1
            continue
        # Chosen without branches, of which a processor would guess half wrongly.
        well, badly = scaled if case["stage"] == SCALED else performing, found if case["found"] else lingering
        hazard = well if case["performing"] else badly
        if case["m_started"] != NEVER and draw(seed, U_END, case["key"], month - case["m_signed"], 0) < hazard:
            lead = entities[case["entity"][0]]
            release(param, case, lead, companies, civil_society, month)
            if case["exit_plan"] and case["performing"]:
                usual = w.base[FIRST_ENTITY + case["entity"][0]]["exit_plan_share"]
                lead["n_handed"] += 1 if draw(seed, U_EXIT, case["key"], 0, 0) >= usual else 0
            case["persists"] = months_handed_over(seed, param, case, chan[FIRST_STATE + case["country"][0]]["host_support"])
            case["reach"] *= param["persist_share"]
            case["reason"] = CLOSED if case["found"] and not case["performing"] else COMPLETED
            case["stage"], case["since"], case["m_ended"], case["performing"] = ENDED, month, month, False
            paths["ended"] += 1.0
        else:
            book_stock(case, paths, system)
    system["n_live"] = kept
