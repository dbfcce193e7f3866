"""Design: which type, to what end, KPIs and an exit plan or not; the appraisal gate and the advisory review."""

from __future__ import annotations

import math

from partnersim.choice import MIDDLE, clip, logistic
from partnersim.compiled import compiled
from partnersim.kinds import FIRST_ENTITY, OPEN_ROWS, Agent, Desk, Kind, Reason, Stage, Told
from partnersim.ledger import Activity, ticks
from partnersim.population.firms import HAZARD, competence
from partnersim.randomness import Purpose, draw, normal
from partnersim.rules.desks import wait
from partnersim.rules.inviting import all_relevant, invite_civil, invite_entities, invite_firms, invite_government, parties
from partnersim.rules.records import drop, firm_days, partner_days, path
from partnersim.rules.work import added, effort, use_grant

(
    U_TYPE,
    U_AIM,
    U_KPI,
    U_EXIT,
    U_GATE,
    U_LEAD,
    U_VALUE,
    U_BUSINESS,
    U_DISCLOSED,
    U_QUALITY,
    U_ROUTED,
) = (
    int(Purpose.CASE_TYPE),
    int(Purpose.CASE_AIM),
    int(Purpose.CASE_KPI),
    int(Purpose.CASE_EXIT),
    int(Purpose.CASE_GATE),
    int(Purpose.CASE_LEAD),
    int(Purpose.CASE_VALUE),
    int(Purpose.BUSINESS_CASE),
    int(Purpose.CASE_DISCLOSED),
    int(Purpose.CASE_QUALITY),
    int(Purpose.ROUTED),
)
DESIGN_WORK = int(Activity.DESIGN)
DESIGN, AGREEMENT = int(Stage.DESIGN), int(Stage.AGREEMENT)
ADVISORY_DESK = int(Desk.ADVISORY)
CORE, SOCIAL, ADVOCACY, FINANCE, RELIEF = (
    int(Kind.CORE_BUSINESS),
    int(Kind.SOCIAL_INVESTMENT),
    int(Kind.ADVOCACY),
    int(Kind.FINANCE),
    int(Kind.HUMANITARIAN),
)
LED_BY_UN, LED_BY_FIRM, LED_BY_STATE = int(Agent.ENTITY), int(Agent.COMPANY), int(Agent.GOVERNMENT)
TYPE, AIM, VISIBILITY, EXIT_PLAN, KPIS, LEAD, ENTITIES = (
    int(Told.TYPE),
    int(Told.AIM),
    int(Told.VISIBILITY),
    int(Told.EXIT_PLAN),
    int(Told.KPIS),
    int(Told.LEAD),
    int(Told.ENTITIES),
)
NONE, QUALITY, APPRAISAL = int(Reason.NONE), int(Reason.QUALITY), int(Reason.APPRAISAL)


@compiled
def choose_type(param, u, finance_share, crisis, beliefs):
    """Type of a new design: relief in a crisis, finance by its share, else what the entity believes works."""
    if crisis:
        return RELIEF
    if u < finance_share:
        return FINANCE
    u = (u - finance_share) / (1.0 - finance_share)
    weight = param["belief_weight"]
    w0 = param["type_share_core_business"] * math.exp(weight * (beliefs[CORE] - MIDDLE))
    w1 = param["type_share_social_investment"] * math.exp(weight * (beliefs[SOCIAL] - MIDDLE))
    w2 = param["type_share_advocacy"] * math.exp(weight * (beliefs[ADVOCACY] - MIDDLE))
    u *= w0 + w1 + w2
    if u < w0:
        return CORE
    return SOCIAL if u < w0 + w1 else ADVOCACY


@compiled
def core_share(param, base, weight, skill, luck):
    """Share of the value that members' core competence contributes, 0-1."""
    chosen, anyway = param["core_share_weight"] * weight * skill, param["core_share_skill"] * skill
    return clip(base + chosen + anyway + param["core_share_spread"] * luck, 0.0, 1.0)


@compiled
def money(param, parties, luck):
    """Money value of a partnership, dollars: each party puts in its part, so it grows with their number."""
    return parties / 2 * math.exp(math.log(param["deal_median"]) + param["deal_log_sd"] * luck)


@compiled
def quality_score(param, fit, skill, parties):
    """Score of a design at its quality gate: about half of full proposals come back (S52)."""
    return (
        param["quality_base"]
        + param["quality_fit"] * fit
        + param["quality_skill"] * (skill - MIDDLE)
        - param["quality_party"] * (parties - 2)
    )


@compiled
def business_case_chance(param, maturity, fit):
    """Chance that a core-business partnership pays without grants: likelier for a mature firm that fits (report para 36)."""
    return clip(
        param["business_case_base"] + param["business_case_maturity"] * maturity + param["business_case_fit"] * fit, 0.0, 1.0
    )


@compiled
def begin(w, case):
    """Fix what a design is made of: its type, aim, members, roles, and the work it takes.

    What the record came with (``told``) is not chosen again.
    """
    system, param = w.system[0], w.system[0]["param"]
    seed, rk = system["seed"], case["key"]
    e = case["entity"][0]
    entity, now = w.entity[e], w.chan[FIRST_ENTITY + e]
    goal, told = case["goal"], case["told"]
    firm = w.company[case["firm"][0]]
    if not told & TYPE:
        u = draw(seed, U_TYPE, rk, 0, 0)
        case["type"] = choose_type(param, u, now["finance_model_share"], case["crisis"], entity["belief"])
    kind = case["type"]
    if not told & AIM:
        case["systemic"] = kind != FINANCE and draw(seed, U_AIM, rk, 0, 0) < now["systemic_aim"]
    if not told & KPIS:
        case["kpis"] = draw(seed, U_KPI, rk, 0, 0) < now["evaluation_share"]
    if not told & EXIT_PLAN:
        u, usual = draw(seed, U_EXIT, rk, 0, 0), w.base[FIRST_ENTITY + e]["exit_plan_share"]
        case["exit_plan"] = u < now["exit_plan_share"]
        entity["n_planned"] += 1 if added(u, usual, now["exit_plan_share"]) else 0
    case["disclosed"] = draw(seed, U_DISCLOSED, rk, 0, 0) < now["disclosure"]
    missed = (1.0 - now["sector_invitation"]) * (1.0 - (param["replication_invites"] if case["systemic"] else 0.0))
    invite_government(w, case, 1.0 - missed)
    invite_civil(w, case, 1.0 - missed)
    if not told & ENTITIES:
        invite_entities(w, case)
    invite_firms(w, case)
    case["sectors_met"] = all_relevant(case, w.government)
    skill = competence(seed, firm["key"], w.system[0]["sector"][firm["sector"], goal], goal, param["competence_sd"])
    base, weight = param["core_base"][kind], now["core_competence_weight"]
    case["core_share"] = core_share(param, base, weight, skill, normal(seed, U_TYPE, rk, 0, 1))
    case["value"] = money(param, parties(case), normal(seed, U_VALUE, rk, 0, 0))
    visibility = param["visibility"][kind] + param["visibility_spread"] * normal(seed, U_TYPE, rk, 0, 2)
    depth = param["depth"][kind] + param["depth_spread"] * normal(seed, U_TYPE, rk, 0, 3)
    if not told & VISIBILITY:
        case["visibility"] = clip(visibility, 0.0, 1.0)
    case["depth"] = clip(depth, param["depth_least"], 1.0)
    pays = kind == CORE and draw(seed, U_BUSINESS, rk, 0, 0) < business_case_chance(param, firm["maturity"], case["fit"])
    case["business_case"] = pays
    sectors = 2 + (1 if case["government"] else 0) + (1 if case["civil"] >= 0 else 0)
    if not told & LEAD:
        lent = sectors > 2 and draw(seed, U_LEAD, rk, 0, 0) < now["support_role_share"]
        case["lead_kind"] = (LED_BY_STATE if case["government"] else LED_BY_FIRM) if lent else LED_BY_UN
    supports = case["lead_kind"] != LED_BY_UN
    further = parties(case) - 2
    days = (
        param["days_design"] + param["days_design_party"] * further + (param["days_design_systemic"] if case["systemic"] else 0.0)
    )
    case["work_left"] = ticks(days * effort(param, entity["skill"]) * (param["support_work"] if supports else 1.0))
    haste = param["crisis_rush_design"] if case["crisis"] else 1.0
    case["months_left"] = (param["months_design"] + param["months_design_party"] * further) * haste
    firm_days(case, w.company, w.system[0]["days"], DESIGN_WORK, param["company_days_design"])
    share = param["design_partner_ratio"]
    partner_days(case, w.government, w.civil, w.system[0]["days"], DESIGN_WORK, share * param["company_days_design"])
    w.company[case["firm"][0]]["last_contact"] = system["month"]


@compiled
def net_benefit(param, fit, skill, value, parties, days):
    """What an appraisal sees: benefit from fit and value against cost in parties and days, in about standard units."""
    return (
        param["appraisal_fit"] * fit
        + param["appraisal_value"] * math.log(value / param["deal_median"])
        + param["appraisal_skill"] * (skill - MIDDLE)
        - param["appraisal_party"] * (parties - 2)
        - param["appraisal_day"] * days
    )


@compiled
def verdict(seed, param, case, skill, gate_share):
    """Why a finished design is dropped, or NONE: the appraisal, where there is one, then the quality of the proposal."""
    rk = case["key"]
    if draw(seed, U_GATE, rk, 0, 0) < gate_share:
        benefit = net_benefit(param, case["fit"], skill, case["value"], parties(case), case["days"])
        if benefit + param["appraisal_noise"] * normal(seed, U_GATE, rk, 0, 1) < param["appraisal_bar"]:
            return APPRAISAL
    if draw(seed, U_QUALITY, rk, 0, 0) >= logistic(quality_score(param, case["fit"], skill, parties(case))):
        return QUALITY
    return NONE


@compiled
def needs_review(param, case, sector_hazard):
    """True for large or high-risk cases: many parties, much money, a risky sector or a lent logo."""
    large = parties(case) > param["review_parties"] or case["value"] > param["review_value"]
    return large or sector_hazard > param["review_hazard"] or case["visibility"] > param["review_visibility"]


@compiled
def design(w):
    """Rule: a case that passed screening is designed: who else is invited, in which roles, to what end.

    Work grows with further parties; a design that is not good enough is returned and dropped (S52). Large or high-risk
    cases may have to pass the advisory group.
    """
    entities, companies, civil_society = w.entity, w.company, w.civil
    register, rows, chan, days = w.partnership, w.rows, w.chan, w.system[0]["days"]
    system, param, paths = w.system[0], w.system[0]["param"], path(w)
    seed, month = system["seed"], system["month"]
    for i in range(system["n_open"]):
        case = register[rows[OPEN_ROWS, i]]
        if case["stage"] != DESIGN:
            continue
        if case["work_left"] < 0.0:
            begin(w, case)
            continue
        use_grant(case, entities, days, DESIGN_WORK, param["member_share"])
        case["months_left"] -= 1.0
        if case["work_left"] > 0.0 or case["months_left"] > 0.0:
            continue
        e = case["entity"][0]
        usual, gate = w.base[FIRST_ENTITY + e]["gate_share"], chan[FIRST_ENTITY + e]["gate_share"]
        entities[e]["n_appraised"] += 1 if added(draw(seed, U_GATE, case["key"], 0, 0), usual, gate) else 0
        reason = verdict(seed, param, case, entities[e]["skill"], gate)
        if reason != NONE:
            drop(case, reason, month, companies, civil_society, paths)
            continue
        paths["approved"] += 1.0
        case["stage"], case["since"], case["m_approved"], case["work_left"] = AGREEMENT, month, month, -1.0
        hazard = w.system[0]["sector"][companies[case["firm"][0]]["sector"], HAZARD]
        routed = draw(seed, U_ROUTED, case["key"], 0, ADVISORY_DESK) < chan[FIRST_ENTITY + e]["desk_routing_advisory"]
        if routed and needs_review(param, case, hazard):
            wait(system, case, ADVISORY_DESK, param["desk_days_per_review"])
