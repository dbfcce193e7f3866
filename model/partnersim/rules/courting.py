"""Courting: approaches reach companies, entities see each other or do not, firms accept or decline, firms propose."""

from __future__ import annotations

import math

from partnersim.choice import MIDDLE, logistic, occurrences, pick
from partnersim.compiled import compiled
from partnersim.kinds import (
    FIRST_CLASS,
    FIRST_ENTITY,
    MAX_ENTITIES,
    N_GOALS,
    NEVER,
    OPEN_ROWS,
    SYSTEM_ROW,
    Desk,
    Reason,
    Size,
    Stage,
    Told,
)
from partnersim.ledger import Activity, ticks
from partnersim.population.firms import competence
from partnersim.randomness import ONE, Purpose, draw, pair
from partnersim.rules.desks import wait
from partnersim.rules.records import drop, firm_days, main_firm_present, open_record, order_newcomers, path, record_key
from partnersim.rules.scouting import firm_fit, months_to_answer
from partnersim.rules.ties import find, find_or_make
from partnersim.rules.work import effort, take, use_grant

U_ROUTED, U_SEES, U_YIELDS, U_JOINS, U_ACCEPTS, U_ADDRESSED, U_FILTER, U_GOAL, U_COUNTRY, U_LEAD, U_OFFICE, U_PROPOSES = (
    int(Purpose.ROUTED),
    int(Purpose.SEES_APPROACH),
    int(Purpose.YIELDS),
    int(Purpose.JOINS),
    int(Purpose.ACCEPTS),
    int(Purpose.ADDRESSED),
    int(Purpose.FILTER),
    int(Purpose.PROPOSAL),
    int(Purpose.SCOUT_COUNTRY),
    int(Purpose.CASE_LEAD),
    int(Purpose.CASE_OFFICE),
    int(Purpose.PROPOSES),
)
LAYER, LAYERS = 0.15, 64
"""Proposals a firm and year that one layer of draws can make, and the most layers (the channel's bound is 3 a year)."""
POINTS = 20.0
"""Points of reputation to which its weight in a firm's answer refers."""
COURTING, TRIAGE, COORDINATING = int(Activity.COURTING), int(Activity.TRIAGE), int(Activity.COORDINATION)
PROPOSED, COURTED, SCREENING = int(Stage.PROPOSED), int(Stage.COURTED), int(Stage.SCREENING)
NO_STAGE, DROPPED_STAGE, ENDED_STAGE = int(Stage.NONE), int(Stage.DROPPED), int(Stage.ENDED)
COORDINATION_DESK, NO_DESK, SME, ANSWER = int(Desk.COORDINATION), int(Desk.NONE), int(Size.SME), int(Told.ANSWER)
NONE, UNFIT, YIELDED, JOINED, DECLINED, NO_CAPACITY, LEFT = (
    int(Reason.NONE),
    int(Reason.UNFIT),
    int(Reason.YIELDED),
    int(Reason.JOINED),
    int(Reason.DECLINED),
    int(Reason.NO_CAPACITY),
    int(Reason.PARTNER_LEFT),
)


@compiled
def willingness(param, fit, tie, reputation, cost_belief, fatigue, n_open, integrity, exposure):
    """Score of a firm's answer: business fit, a known partner and the UN's name against cost, fatigue and exposure.

    ``n_open``: cases that the firm is already at work on, so that what one entity gets another does not (paras 39, 82).

    ``exposure`` (0-1) is how public partners and criteria are; it deters firms of low hidden integrity (report para 83).
    """
    return (
        param["accept_base"]
        + param["accept_fit"] * fit
        + param["accept_tie"] * tie
        + param["accept_reputation"] * (reputation - param["reputation_neutral"]) / POINTS
        - param["accept_cost"] * (cost_belief - MIDDLE)
        - param["accept_fatigue"] * fatigue
        - param["accept_busy"] * n_open
        - param["accept_exposure"] * exposure * max(-integrity, 0.0)
    )


@compiled
def route(w, first):
    """Rule: of the approaches begun this month a share must pass the coordination desk before the firm hears of them.

    (Report para 82; which share is a channel.)
    """
    register, rows, chan = w.partnership, w.rows, w.chan
    seed, days = w.system[0]["seed"], w.system[0]["param"]["desk_days_per_coordination"]
    for i in range(first, w.system[0]["n_open"]):
        case = register[rows[OPEN_ROWS, i]]
        if (
            draw(seed, U_ROUTED, case["key"], 0, COORDINATION_DESK)
            < chan[FIRST_ENTITY + case["entity"][0]]["desk_routing_coordination"]
        ):
            wait(w.system[0], case, COORDINATION_DESK, days)


@compiled
def contest(seed, who, year, now, join_share):
    """What an entity does when another courts the same firm: NONE goes ahead, unseen or undeterred; else yields or joins.

    ``who``: key of the pair; ``now``: the entity's channels as they apply to this case.
    """
    if draw(seed, U_SEES, who, year, 0) >= now["lead_visibility"] or draw(seed, U_YIELDS, who, year, 0) >= now["yield_or_join"]:
        return NONE
    return JOINED if draw(seed, U_JOINS, who, year, 0) < join_share else YIELDED


@compiled
def rested(fatigue, months, fading):
    """Fatigue from being courted after so many months of rest: it fades by a share each month."""
    return fatigue * math.exp(months * math.log1p(-fading))


@compiled
def approach(case, row, firm, month, fading):
    """The firm hears of the entity; it tires a little, and others could now see that it is courted."""
    case["approached"] = True
    firm["fatigue"] = rested(firm["fatigue"], month - firm["fatigued"], fading) + 1.0
    firm["fatigued"], firm["last_contact"] = month, month
    firm["courted_by"], firm["courting_case"] = case["entity"][0], row
    firm["courted_until"] = month + int(math.ceil(case["months_left"]))


@compiled
def twin(register, other, row, key):
    """True when the firm's last approach came from the very same idea, had twice in one year, and is still alive."""
    if other < 0 or other == row:
        return False
    stage = register[other]["stage"]
    return register[other]["key"] == key and stage != NO_STAGE and stage != DROPPED_STAGE and stage != ENDED_STAGE


@compiled
def join(other, e, rival, entity, days, price):
    """Join another entity's bid as a further UN member, at a price in coordination; False when it is too late."""
    open_bid = other["stage"] == COURTED or other["stage"] == SCREENING
    if not open_bid or other["entity"][0] != rival or other["n_entity"] >= MAX_ENTITIES:
        return False
    for k in range(other["n_entity"]):
        if other["entity"][k] == e:
            return False
    other["entity"][other["n_entity"]] = e
    other["n_entity"] += 1
    other["days"] += take(entity[e], days, other["office"], COORDINATING, ticks(price))
    return True


@compiled
def turn(w, case):
    """The entity yields and turns to the firm that came second in its search; False when there is none with a place left."""
    second, key, e = case["second"], case["second_key"], case["entity"][0]
    case["second"] = -1
    if second < 0 or w.company[second]["key"] != key or not w.company[second]["alive"]:
        return False
    firm, country, goal, system = w.company[second], case["country"][0], case["goal"], w.system[0]
    if firm["n_live"] + firm["n_open"] >= firm["capacity"]:
        return False
    seed, param, state = system["seed"], system["param"], w.government[country]
    case["firm"][0], case["firm_key"][0] = second, key
    case["key"] = record_key(seed, w.entity[e]["key"], key, state["key"], goal, system["month"])
    case["fit"] = firm_fit(seed, param, firm, system["sector"], system["mix"], goal, country)
    slot = find(w.firm_tie[e], second, key)
    tie = w.firm_tie[e, slot]["strength"] + w.firm_tie[e, slot]["event"] if slot >= 0 else 0.0
    case["months_left"] = months_to_answer(seed, param, case, tie)
    return True


@compiled
def answer(seed, month, param, case, firm, entity, ties, exposure):
    """Why the firm declines, or NONE when it accepts. ``exposure``: how public partners and criteria are."""
    slot = find(ties, case["firm"][0], firm["key"])
    tie = ties[slot]["strength"] if slot >= 0 else 0.0
    fatigue = rested(firm["fatigue"], month - firm["fatigued"], param["fatigue_fading"])
    if firm["n_live"] + firm["n_open"] >= firm["capacity"]:
        return NO_CAPACITY
    if case["told"] & ANSWER:
        return NONE
    score = willingness(
        param, case["fit"], tie, entity["reputation"], firm["cost_belief"], fatigue, firm["n_open"], firm["integrity"], exposure
    )
    if draw(seed, U_ACCEPTS, pair(entity["key"], firm["key"]), month // 12, case["goal"]) >= logistic(score):
        return DECLINED
    return NONE


@compiled
def accept(param, case, firm, ties, month):
    """The case moves on to screening, the firm keeps a place for it, and a tie remembers that both sides have met."""
    firm["n_open"] += 1
    slot = find_or_make(ties, case["firm"][0], firm["key"], NEVER)
    ties[slot]["event"] = max(ties[slot]["event"], param["tie_answer"])
    case["stage"], case["since"], case["work_left"], case["check_days"] = SCREENING, month, -1.0, -1.0


@compiled
def court(w):
    """Rule: entities court companies; a valuable firm courted by several takes few, the rest is wasted and it tires.

    (Report paras 39 and 82.) Who yields turns to the next firm on its short list; who does not shows the firm a UN that is dear
    to deal with. Whether an entity sees a rival and whether the firm says yes are propensities drawn once for each pair and year,
    so that more openness or more appeal only ever adds. A case that went round the coordination desk sees no more than entities
    see without coordination.
    """
    entities, companies, civil_society, register = w.entity, w.company, w.civil, w.partnership
    rows, firm_ties, chan, base, days = w.rows, w.firm_tie, w.chan, w.base, w.system[0]["days"]
    seed, month, param, paths = w.system[0]["seed"], w.system[0]["month"], w.system[0]["param"], path(w)
    year, published = month // 12, chan[SYSTEM_ROW]["criteria_published"]
    for i in range(w.system[0]["n_open"]):
        row = rows[OPEN_ROWS, i]
        case = register[row]
        if case["desk"] != NO_DESK or case["stage"] > COURTED:
            continue
        e, firm = case["entity"][0], companies[case["firm"][0]]
        entity, now = entities[e], base[FIRST_ENTITY + e] if case["bypassed"] else chan[FIRST_ENTITY + e]
        if case["stage"] == COURTED and not case["approached"]:
            if twin(register, firm["courting_case"], row, case["key"]):
                drop(case, JOINED, month, companies, civil_society, paths)
                continue
            rival = firm["courted_by"]
            contested = rival >= 0 and rival != e and firm["courted_until"] >= month
            way = contest(seed, pair(entity["key"], firm["key"]), year, now, param["join_share"]) if contested else NONE
            if way == JOINED and not join(register[firm["courting_case"]], e, rival, entities, days, param["days_joint_bid"]):
                way = YIELDED
            if way != NONE:
                if way == JOINED or not turn(w, case):
                    drop(case, way, month, companies, civil_society, paths)
                continue
            paths["approaches"] += 1.0
            if contested:
                paths["duplicate_approaches"] += 1.0
                firm["cost_belief"] += param["cost_belief_step"] * (1.0 - firm["cost_belief"])
            approach(case, row, firm, month, param["fatigue_fading"])
            firm_days(case, companies, days, COURTING, param["company_days_courting"])
        use_grant(case, entities, days, COURTING if case["stage"] == COURTED else TRIAGE, param["member_share"])
        case["months_left"] -= 1.0
        if case["work_left"] > 0.0 or case["months_left"] > 0.0:
            continue
        if not main_firm_present(case, companies):
            refusal = LEFT
        elif case["stage"] == COURTED:
            share = param["exposure_disclosure"]
            exposure = share * chan[FIRST_ENTITY + e]["disclosure"] + (1.0 - share) * published
            refusal = answer(seed, month, param, case, firm, entity, firm_ties[e], exposure)
        else:
            refusal = triage(case, firm, param)
        if refusal == NONE:
            accept(param, case, firm, firm_ties[e], month)
        else:
            drop(case, refusal, month, companies, civil_society, paths)


@compiled
def triage(case, firm, param):
    """Why a proposal is turned down, or NONE when it fits: the firm is willing already."""
    if case["fit"] < param["proposal_fit"]:
        firm["cost_belief"] += param["cost_belief_step"] * (1.0 - firm["cost_belief"])
        return UNFIT
    if firm["n_live"] + firm["n_open"] >= firm["capacity"]:
        return NO_CAPACITY
    return NONE


@compiled
def propose(w):
    """Rule: firms propose, often to the wrong entity; a filter stops unfit proposals before staff see them (para 53).

    Who proposes is found by drawing rows, in as many layers of ``LAYER`` proposals a firm and year as the highest rate
    asks for, so that a higher rate only ever adds proposals and no month looks at all companies.
    """
    companies, now = w.company, w.chan
    seed, month, ratio = w.system[0]["seed"], w.system[0]["month"], w.system[0]["param"]["inbound_sme_ratio"]
    first, n_rows = w.system[0]["n_open"], companies.shape[0]
    rates = (now[FIRST_CLASS]["inbound_rate"] * ratio, now[FIRST_CLASS + 1]["inbound_rate"], now[FIRST_CLASS + 2]["inbound_rate"])
    layer = 0
    while layer * LAYER < max(rates[0], rates[1], rates[2]):
        n = occurrences(n_rows * LAYER / 12.0, draw(seed, U_PROPOSES, ONE, month, layer))
        for k in range(n):
            row = int(draw(seed, U_PROPOSES, ONE, month, LAYERS * (k + 1) + layer) * n_rows)
            if w.home[row] < 0:
                continue
            firm = companies[row]
            if draw(seed, U_PROPOSES, firm["key"], month, layer) >= rates[firm["size"]] / LAYER - layer:
                continue
            if firm["proposed"] != month:
                firm["proposed"] = month
                offer(w, row, firm)
        layer += 1
    order_newcomers(w, first)


@compiled
def offer(w, row, firm):
    """Rule: a firm proposes for its best goal; a misdirected proposal lands anywhere, where its fit suffers.

    An addressed entity is drawn by mandate for the goal (report paras 39, 54). A proposal that passes the filter costs triage.
    """
    entities, country_cdf, chan, system = w.entity, w.country_cdf, w.chan, w.system[0]
    seed, month, param = system["seed"], system["month"], system["param"]
    goal = best_goal(seed, param, firm, system["sector"])
    country = firm["home"]
    if firm["size"] > SME and draw(seed, U_COUNTRY, firm["key"], month, 0) < param["proposal_abroad"]:
        country = pick(country_cdf[goal], draw(seed, U_COUNTRY, firm["key"], month, 1))
    addressed = draw(seed, U_ADDRESSED, firm["key"], month, 0) < chan[FIRST_CLASS + firm["size"]]["mandate_clarity"]
    u = draw(seed, U_LEAD, firm["key"], month, 0)
    n = entities.shape[0]
    e = by_mandate(entities, goal, u) if addressed else min(int(u * n), n - 1)
    fit = firm_fit(seed, param, firm, system["sector"], system["mix"], goal, country)
    fit -= 0.0 if addressed else param["misdirected_loss"]
    unfit = fit < param["proposal_fit"]
    if unfit and draw(seed, U_FILTER, firm["key"], month, 0) < chan[SYSTEM_ROW]["proposal_filter"]:
        return
    office = 1 if draw(seed, U_OFFICE, firm["key"], month, 0) < chan[FIRST_ENTITY + e]["delegation"] else 0
    opened = open_record(w, e, row, goal, country, office, PROPOSED)
    if opened >= 0:
        case = w.partnership[opened]
        case["fit"] = fit
        case["work_left"] = ticks(param["days_triage"] * effort(param, entities[e]["skill"]))
        firm_days(case, w.company, system["days"], COURTING, param["company_days_courting"])
        firm["last_contact"] = month


@compiled
def by_mandate(entity, goal, u):
    """An entity drawn by its mandate for a goal times its staff."""
    total = 0.0
    for e in range(entity.shape[0]):
        total += entity[e]["mandate"][goal] * (entity[e]["staff_hq"] + entity[e]["staff_country"])
    u *= total
    for e in range(entity.shape[0]):
        u -= entity[e]["mandate"][goal] * (entity[e]["staff_hq"] + entity[e]["staff_country"])
        if u < 0.0:
            return e
    return entity.shape[0] - 1


@compiled
def best_goal(seed, param, firm, sector):
    """The goal for which the firm's core competence is greatest."""
    best, most = 0, -1.0
    for g in range(N_GOALS):
        skill = competence(seed, firm["key"], sector[firm["sector"], g], g, param["competence_sd"])
        if skill > most:
            best, most = g, skill
    return best
