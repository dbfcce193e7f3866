"""Agreement: negotiation and legal work, in elapsed months and in staff-days, which are separate quantities."""

from __future__ import annotations

import math

from partnersim.choice import MIDDLE, around_one
from partnersim.compiled import compiled
from partnersim.kinds import FIRST_ENTITY, FIRST_STATE, OPEN_ROWS, Desk, Kind, Reason, Stage
from partnersim.ledger import Activity, ticks
from partnersim.randomness import Purpose, draw
from partnersim.rules.desks import wait
from partnersim.rules.inviting import parties
from partnersim.rules.records import drop, firm_days, partner_days, path
from partnersim.rules.screening import review
from partnersim.rules.work import care_weight, effort, use_grant

U_TEMPLATE, U_ISSUES, U_LAPSE, U_ROUTED, U_DELEGATED, U_LATENT = (
    int(Purpose.TEMPLATE),
    int(Purpose.CASE_ISSUES),
    int(Purpose.LAPSE),
    int(Purpose.ROUTED),
    int(Purpose.CASE_OFFICE),
    int(Purpose.CASE_QUALITY),
)
NEGOTIATION, CORE = int(Activity.NEGOTIATION), int(Kind.CORE_BUSINESS)
AGREEMENT, DELIVERING = int(Stage.AGREEMENT), int(Stage.DELIVERING)
COUNTRY_DESK, NO_DESK = int(Desk.COUNTRY), int(Desk.NONE)
LAPSED, SCREENED_OUT = int(Reason.LAPSED), int(Reason.SCREENED_OUT)
DAYS_IN_MONTH = 30.0
"""Days in a month, as elapsed time is counted."""
MOST_LAPSE = 0.9
"""Cap of the chance of lapsing in a month, so that it stays a probability however long a deal drags on."""


@compiled
def standard_issues(param, parties):
    """Standard clauses to settle: so many between two parties, and more for each further party."""
    return param["issues_standard"] + param["issues_party"] * (parties - 2)


@compiled
def novel_issues(param, core_business, systemic, sectors, value):
    """Novel points that no template settles: for core business, a systemic aim, each sector beyond two, and more money."""
    return (
        (param["issues_core_business"] if core_business else 0.0)
        + (param["issues_systemic"] if systemic else 0.0)
        + param["issues_sector"] * max(sectors - 2, 0)
        + param["issues_value"] * max(math.log10(value / param["deal_median"]), 0.0)
    )


@compiled
def open_issues(standard, novel, coverage, accepted):
    """Issues left to negotiate: a template settles its share of the standard ones if the other side accepts it."""
    return standard * (1.0 - coverage if accepted else 1.0) + novel


@compiled
def permission_months(support, base):
    """Months of government permission: ``base`` at middling support, none at full support."""
    return base * (1.0 - support) / (1.0 - MIDDLE)


@compiled
def begin(w, case):
    """Count the open issues of a case and what they take; the advisory group's reading may still turn it down."""
    param, seed, rk = w.system[0]["param"], w.system[0]["seed"], case["key"]
    e, country = case["entity"][0], case["country"][0]
    now = w.chan[FIRST_ENTITY + e]
    if case["reviewed"] and not review(w, case, param["desk_days_per_review"]):
        drop(case, SCREENED_OUT, w.system[0]["month"], w.company, w.civil, path(w))
        return
    n = parties(case)
    sectors = 2 + (1 if case["government"] else 0) + (1 if case["civil"] >= 0 else 0)
    accepted = draw(seed, U_TEMPLATE, rk, 0, 0) < param["template_acceptance"]
    novel = novel_issues(param, case["type"] == CORE, case["systemic"], sectors, case["value"])
    case["issues"] = open_issues(standard_issues(param, n), novel, now["template_coverage"], accepted)
    delegated = case["office"] == 1 or draw(seed, U_DELEGATED, rk, 0, 2) < now["delegation"]
    handoffs = now["handoffs"] * (param["handoffs_delegated"] if delegated else 1.0)
    days = param["days_negotiation"] + case["issues"] * param["days_issue"] + handoffs * param["days_handoff"]
    case["work_left"] = ticks(days * effort(param, w.entity[e]["skill"]))
    pace = around_one(draw(seed, U_ISSUES, rk, 0, 0), param["issue_spread"])
    months = case["issues"] * param["elapsed_days_issue"] / DAYS_IN_MONTH * pace + handoffs * param["months_handoff"]
    if case["government"]:
        months += permission_months(w.chan[FIRST_STATE + country]["host_support"], param["months_permission"])
    case["months_left"] = months * (param["crisis_rush_agreement"] if case["crisis"] else 1.0)
    issue_days = case["issues"] * param["days_issue"]
    firm_days(case, w.company, w.system[0]["days"], NEGOTIATION, param["company_days_negotiation"] + issue_days)
    partner_days(case, w.government, w.civil, w.system[0]["days"], NEGOTIATION, issue_days)
    if w.government[country]["country_team"] and draw(seed, U_ROUTED, rk, 0, COUNTRY_DESK) < now["desk_routing_country"]:
        wait(w.system[0], case, COUNTRY_DESK, param["desk_days_per_country_case"])


@compiled
def lapse_hazard(base, months, patience):
    """Chance a month that a deal lapses: ``base``, and more for every month beyond what the parties expect."""
    return min(base * (1.0 + max(months - patience, 0.0) / patience), MOST_LAPSE)


@compiled
def sign(seed, month, param, case, entity, company):
    """Both sides sign: delivery can start after a while, and the firms' places become live ones."""
    rk = case["key"]
    case["stage"], case["since"], case["m_signed"], case["work_left"] = DELIVERING, month, month, 0.0
    u = draw(seed, U_LATENT, rk, 0, 1)
    case["latent"] = math.log(max(u, 1e-12) / max(1.0 - u, 1e-12))
    case["months_left"] = param["months_start"] * around_one(draw(seed, U_LATENT, rk, 0, 2), param["start_spread"])
    for k in range(case["n_firm"]):
        firm = company[case["firm"][k]]
        firm["n_open"] -= 1
        firm["n_live"] += 1
        firm["last_contact"] = month
        if case["disclosed"]:
            firm["disclosed"] += 1
    lead = entity[case["entity"][0]]
    lead["n_led"] += 1
    lead["care"][case["office"]] += care_weight(param, case["lead_kind"])
    if case["n_entity"] > 1:
        for k in range(case["n_entity"]):
            entity[case["entity"][k]]["n_joined"] += 1.0


@compiled
def agree(w):
    """Rule: each open issue takes days and elapsed time of every party; patience runs out and deals lapse.

    A template settles standard issues only, so it speeds two-party deals and hardly helps novel ones (report para 34;
    S46, S47). Government permission and hand-offs between headquarters and country office add months.
    """
    entities, companies, civil_society = w.entity, w.company, w.civil
    register, rows, days = w.partnership, w.rows, w.system[0]["days"]
    system, param, paths = w.system[0], w.system[0]["param"], path(w)
    seed, month = system["seed"], system["month"]
    for i in range(system["n_open"]):
        case = register[rows[OPEN_ROWS, i]]
        if case["stage"] != AGREEMENT or case["desk"] != NO_DESK:
            continue
        if case["work_left"] == -1.0:
            begin(w, case)
            continue
        use_grant(case, entities, days, NEGOTIATION, param["member_share"])
        case["months_left"] -= 1.0
        if case["work_left"] <= 0.0 and case["months_left"] <= 0.0:
            sign(seed, month, param, case, entities, companies)
            paths["signed"] += 1.0
        elif draw(seed, U_LAPSE, case["key"], month - case["since"], 0) < lapse_hazard(
            param["lapse_rate"], month - case["since"], param["negotiation_patience"]
        ):
            drop(case, LAPSED, month, companies, civil_society, paths)
