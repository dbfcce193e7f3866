"""Staff time: what each entity has this month, what is taken from it first, and what it goes to.

Days are spent in this order: charges of levers absorbed, training and exchanges; then care for live partnerships (the
share that staff are rewarded for by results), keeping up with open cases, work on these oldest first, the rest of the care,
and scouting with what is left, screeners' days included that neither checks at hand nor last month's invitations ask for.
Rewarding counts thus starves delivery by the order of work alone (report para 37, tension T8).
"""

from __future__ import annotations

from partnersim.choice import graded
from partnersim.compiled import compiled
from partnersim.kinds import FIRST_ENTITY, FIRST_STATE, OPEN_ROWS, Agent, Desk, Stage
from partnersim.ledger import Activity, Payer, Per, Side, ticks, whole_ticks

HQ, COUNTRY, CENTRAL, FIRMS, STATES = (
    int(Side.HQ),
    int(Side.COUNTRY),
    int(Side.CENTRAL),
    int(Side.COMPANY),
    int(Side.GOVERNMENT),
)
LEVER, LEARNING, SLACK, FOLLOW_UP = int(Activity.LEVER), int(Activity.LEARNING), int(Activity.SLACK), int(Activity.FOLLOW_UP)
PROPOSED, COURTED, SCREENING, DESIGN, AGREEMENT = (
    int(Stage.PROPOSED),
    int(Stage.COURTED),
    int(Stage.SCREENING),
    int(Stage.DESIGN),
    int(Stage.AGREEMENT),
)
NO_DESK, LED_BY_UN = int(Desk.NONE), int(Agent.ENTITY)
ONCE, BY_COUNTRY, BY_TEAM = int(Per.SYSTEM), int(Per.COUNTRY), int(Per.TEAM)
BY_MEMBER, BY_STAFF, BY_OFFICE, BY_PARTNERSHIP = int(Per.MEMBER), int(Per.STAFF), int(Per.OFFICE), int(Per.PARTNERSHIP)
BY_APPRAISAL, BY_PLAN, BY_EXCHANGE, BY_HANDOVER = (
    int(Per.APPRAISAL),
    int(Per.PLAN),
    int(Per.EXCHANGE),
    int(Per.HANDOVER),
)
SECRETARIAT_PAYS, COMPANIES_PAY, STATES_PAY, OFFICES_PAY = (
    int(Payer.SECRETARIAT),
    int(Payer.COMPANIES),
    int(Payer.GOVERNMENTS),
    int(Payer.COUNTRY_OFFICES),
)
WORKING_DAYS = 220.0
"""Working days in a staff-year."""
LEAST_STAFF = 0.05
"""Staff below which nothing is divided by it: less than any entity has, even at the smallest scale."""


@compiled
def use(entity, days, pool, activity, amount):
    """Book ``amount`` whole ticks of one entity's time; ``pool`` 0 is headquarters and 1 the country offices."""
    entity["used"][pool] += amount
    days[pool, activity] += amount


@compiled
def member_days(grant, share):
    """Days of a further UN member on a case to which the lead gives ``grant``: its own part of design and negotiation."""
    return whole_ticks(grant * share)


@compiled
def use_grant(case, entity, days, activity, share):
    """The lead books the days granted to a case this month, and every further UN member its ``share`` of them.

    One that joined since the days were granted gives from the next month.
    """
    part = member_days(case["grant"], share)
    for k in range(case["n_granting"]):
        amount = case["grant"] if k == 0 else part
        use(entity[case["entity"][k]], days, case["office"], activity, amount)
        case["days"] += amount
    case["work_left"] -= case["grant"]
    case["grant"] = 0.0


@compiled
def care_weight(param, lead_kind):
    """Care a live partnership asks of its UN lead: less where another kind of agent leads and the UN supports (para 42)."""
    return 1.0 if lead_kind == LED_BY_UN else param["support_work"]


@compiled
def effort(param, skill):
    """Days a task takes against the days it takes staff of middling skill: more without skill, less with more of it."""
    return graded(param["effort_unskilled"], skill)


@compiled
def budgets(w):
    """Rule: a month of work is staff x 220 / 12 days, times the share of time for partnering, at world scale.

    (Staff assumed in the population file.) Screeners' days are set aside, training and exchanges taken off.
    """
    entities, chan, days = w.entity, w.chan, w.system[0]["days"]
    scale = w.system[0]["scale"]
    screening_share = w.system[0]["param"]["screening_share"]
    for e in range(entities.shape[0]):
        entity, now = entities[e], chan[FIRST_ENTITY + e]
        month = WORKING_DAYS / 12.0 * scale * now["partnering_time"]
        entity["budget"][HQ] = ticks(entity["staff_hq"] * month)
        entity["budget"][COUNTRY] = ticks(entity["staff_country"] * month)
        for pool in range(2):
            entity["left"][pool] = entity["budget"][pool]
            entity["used"][pool] = 0.0
        entity["invited"], entity["invitations"] = entity["invitations"], 0
        screeners = ticks(entity["budget"][HQ] * screening_share)
        entity["screen_left"] = screeners
        entity["left"][HQ] -= screeners
        training = now["training_days"] * scale / 12.0
        take(entity, days, HQ, LEARNING, ticks(entity["staff_hq"] * training))
        take(entity, days, COUNTRY, LEARNING, ticks(entity["staff_country"] * training))
        away = ticks(min(entity["absent"], WORKING_DAYS / 12.0 * scale))
        entity["absent"] -= take(entity, days, HQ, LEARNING, away)


@compiled
def take(entity, days, pool, activity, amount):
    """Book up to ``amount`` of what is left in a pool and return what was taken."""
    taken = min(amount, entity["left"][pool])
    entity["left"][pool] -= taken
    use(entity, days, pool, activity, taken)
    return taken


@compiled
def charge(w, charge_rows, charge_days, adopted):
    """Rule: a lever's set-up and running days are charged to its payer before anything else is done.

    ``charge_rows``: int (charge, 4) of policy, :class:`Payer`, :class:`Per` and absorbed; ``charge_days``: this month's
    real-world staff-days of each; ``adopted``: bool (policy, member), see FIRST_ENTITY and FIRST_STATE. New money adds staff for
    the task; absorbed days come out of the entities' own time (report para 78). What is charged by case is charged for the
    cases of the month before.
    """
    if charge_rows.shape[0] == 0:
        return
    entities, governments = w.entity, w.government
    scale = w.system[0]["scale"]
    for k in range(charge_rows.shape[0]):
        policy, payer, per, absorbed = charge_rows[k, 0], charge_rows[k, 1], charge_rows[k, 2], charge_rows[k, -1]
        days = charge_days[k] * (scale if per < BY_PARTNERSHIP else 1.0)
        if days == 0.0:
            continue
        if per == ONCE:
            pay(w, policy, payer, absorbed, days, -1)
        elif per == BY_COUNTRY or per == BY_TEAM:
            for c in range(governments.shape[0]):
                if adopted[policy, FIRST_STATE + c] and (per == BY_COUNTRY or governments[c]["country_team"]):
                    pay(w, policy, payer, absorbed, days, -1)
        else:
            for e in range(entities.shape[0]):
                if adopted[policy, FIRST_ENTITY + e]:
                    n = n_offices(governments, e) if per == BY_OFFICE else units(entities[e], per)
                    pay(w, policy, payer, absorbed, days * n, e)
    for e in range(entities.shape[0]):
        forget_cases(entities[e])


@compiled
def forget_cases(entity):
    """Start counting anew the cases that are charged one by one."""
    entity["n_appraised"], entity["n_planned"], entity["n_exchanged"], entity["n_handed"] = 0, 0, 0, 0


@compiled
def units(entity, per):
    """How many of what a cost is charged for an entity has."""
    if per == BY_MEMBER:
        return 1.0 * entity["seats"]
    if per == BY_STAFF:
        return entity["staff_hq"] + entity["staff_country"]
    if per == BY_PARTNERSHIP:
        return 1.0 * entity["n_led"]
    if per == BY_APPRAISAL:
        return 1.0 * entity["n_appraised"]
    if per == BY_PLAN:
        return 1.0 * entity["n_planned"]
    if per == BY_EXCHANGE:
        return 1.0 * entity["n_exchanged"]
    if per == BY_HANDOVER:
        return 1.0 * entity["n_handed"]
    return 1.0


@compiled
def n_offices(government, e):
    """Countries in which entity ``e`` has an office."""
    n = 0.0
    for c in range(government.shape[0]):
        n += 1.0 if (government[c]["offices"] >> e) & 1 == 1 else 0.0
    return n


@compiled
def added(u, usual, today):
    """True where a draw ``u`` meets a share ``today`` that it would not have met before any policy, at the ``usual`` one."""
    return usual <= u < today


@compiled
def pay(w, policy, payer, absorbed, days, e):
    """Charge ``days`` to one entity ``e``, or, with e < 0, to all entities by staff; other payers are sides."""
    entities = w.entity
    pool = COUNTRY if payer == OFFICES_PAY else HQ
    if payer == COMPANIES_PAY:
        bill(w, policy, FIRMS, days)
    elif payer == STATES_PAY:
        bill(w, policy, STATES, days)
    elif not absorbed:
        bill(w, policy, CENTRAL if payer == SECRETARIAT_PAYS else pool, days)
    elif e >= 0:
        absorb(w, policy, e, pool, days)
    else:
        staff = 0.0
        for f in range(entities.shape[0]):
            staff += staff_in(entities[f], pool)
        for f in range(entities.shape[0]):
            absorb(w, policy, f, pool, days * staff_in(entities[f], pool) / max(staff, 1e-9))


@compiled
def staff_in(entity, pool):
    """Partnership staff at headquarters (pool 0) or in country offices."""
    return entity["staff_hq"] if pool == HQ else entity["staff_country"]


@compiled
def bill(w, policy, side, days):
    """Book a lever's days paid by new money."""
    amount = ticks(days)
    w.system[0]["days"][side, LEVER] += amount
    w.system[0]["lever_days"][policy] += amount
    w.system[0]["book"]["lever_days"] += amount
    w.system[0]["book"]["new_days"][side] += amount


@compiled
def absorb(w, policy, e, pool, days):
    """Take a lever's days out of one entity's own time, as far as there is any."""
    taken = take(w.entity[e], w.system[0]["days"], pool, LEVER, ticks(days))
    w.system[0]["lever_days"][policy] += taken
    w.system[0]["book"]["lever_days"] += taken


@compiled
def days_ahead(param, stage, known):
    """Staff-days still to come on an open case: what is ``known`` to be left now, and the usual days of later stages.

    Work that has not been sized yet is marked by a negative number and counts nothing.
    """
    known = max(known, 0.0)
    if stage == PROPOSED or stage == COURTED:
        return known + param["days_after_courting"]
    if stage == SCREENING:
        return known + param["days_after_screening"]
    if stage == DESIGN:
        return known + param["days_after_design"]
    return known


@compiled
def afford(case, entity, wanted, pool, share):
    """Take from every UN member's time what ``wanted`` days on a case ask, and return the lead's part.

    The shortest-handed sets the pace: a further member gives ``share`` of what the lead gives.
    """
    grant = min(wanted, entity[case["entity"][0]]["left"][pool])
    for k in range(1, case["n_entity"]):
        grant = min(grant, whole_ticks(entity[case["entity"][k]]["left"][pool] / share))
    grant = max(grant, 0.0)
    part = member_days(grant, share)
    for k in range(case["n_entity"]):
        entity[case["entity"][k]]["left"][pool] -= grant if k == 0 else part
    return grant


@compiled
def screeners_days(entity, wanted, least):
    """Take from the screeners' month what a check may have: a fair part of it, but no less than a check takes ``least``.

    The month is divided among the checks at hand and those that invitations are expected to ask for.
    """
    fair = whole_ticks(entity["screen_left"] / max(entity["screen_cases"] + entity["invited"], 1))
    taken = min(wanted, max(fair, least), entity["screen_left"])
    entity["screen_left"] -= taken
    return taken


@compiled
def keep_up(w):
    """Rule: a firm that has said yes asks how its case stands, whoever works on it, so each open case costs follow-up days.

    (Days assumed.) Too many open at a time thus leave less time for any of them.
    """
    entities, register, rows, days = w.entity, w.partnership, w.rows, w.system[0]["days"]
    amount = ticks(w.system[0]["param"]["days_follow_up"])
    for i in range(w.system[0]["n_open"]):
        case = register[rows[OPEN_ROWS, i]]
        if case["stage"] > COURTED or case["desk"] != NO_DESK:
            case["days"] += take(entities[case["entity"][0]], days, case["office"], FOLLOW_UP, amount)


@compiled
def assign(w):
    """Rule: days go to care, open cases and scouting in the order at the head of this file, set by rewards (report para 37)."""
    entities, register, rows, chan = w.entity, w.partnership, w.rows, w.chan
    param = w.system[0]["param"]
    care_days = param["days_care"]
    for e in range(entities.shape[0]):
        entity = entities[e]
        results = chan[FIRST_ENTITY + e]["reward_results"]
        for pool in range(2):
            need = ticks(entity["care"][pool] * care_days)
            given = min(ticks(need * results), entity["left"][pool])
            entity["left"][pool] -= given
            entity["attention"][pool] = given
            entity["backlog"][pool] = 0.0
    keep_up(w)
    rate, member_share = ticks(param["days_case_month"]), param["member_share"]
    least = ticks(param["check_least_days"])
    for i in range(w.system[0]["n_open"]):
        case = register[rows[OPEN_ROWS, i]]
        lead = entities[case["entity"][0]]
        stage, pool = case["stage"], case["office"]
        lead["backlog"][pool] += days_ahead(param, stage, case["work_left"])
        case["grant"], case["n_granting"] = 0.0, 1
        if case["desk"] != NO_DESK:
            continue
        wanted = min(case["work_left"], rate)
        if wanted <= 0.0:
            continue
        if stage == SCREENING:
            case["grant"] = screeners_days(lead, wanted, least)
            lead["screen_cases"] -= 1
        else:
            case["grant"], case["n_granting"] = afford(case, entities, wanted, pool, member_share), case["n_entity"]
    for e in range(entities.shape[0]):
        entity = entities[e]
        for pool in range(2):
            need = ticks(entity["care"][pool] * care_days)
            more = min(need - entity["attention"][pool], entity["left"][pool])
            entity["left"][pool] -= more
            entity["attention"][pool] += more
            if pool == HQ:
                kept = ticks(entity["invited"] * chan[FIRST_ENTITY + e]["check_days"])
                spare = max(entity["screen_left"] - kept, 0.0)
                entity["screen_left"] -= spare
                entity["left"][HQ] += spare
            entity["room"][pool] = param["backlog_months"] * entity["budget"][pool] - entity["backlog"][pool]


@compiled
def close_books(w):
    """Rule: unused days are slack, booked and no cost (a definition); the month enters each entity's account."""
    entities, days = w.entity, w.system[0]["days"]
    for e in range(entities.shape[0]):
        entity = entities[e]
        entity["slack"] = 0.0
        for pool in range(2):
            slack = entity["budget"][pool] - entity["used"][pool]
            use(entity, days, pool, SLACK, slack)
            entity["slack"] += slack
            entity["spent"] += entity["used"][pool]
            entity["budgeted"] += entity["budget"][pool]
