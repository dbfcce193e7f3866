"""The register of partnerships: how a record is opened, charged, dropped, signed and forgotten.

Open attempts and signed partnerships are listed oldest first; within a month the order follows keyed priorities, so
that nothing depends on the row a record happens to occupy. Dropped attempts keep their cost in the books.
"""

from __future__ import annotations

from partnersim.compiled import compiled
from partnersim.kinds import DROPPED as DROPPED_MONTHS
from partnersim.kinds import FREE_ROWS, LIVE_ROWS, NEVER, OPEN_ROWS, Desk, Reason, Stage
from partnersim.kinds import SIGNED as SIGNED_MONTHS
from partnersim.ledger import Side, ticks
from partnersim.randomness import Purpose, key, pair

U_PRIORITY, U_RECORD = int(Purpose.PRIORITY), int(Purpose.RECORD)
COMPANY, STATES, CIVIL = int(Side.COMPANY), int(Side.GOVERNMENT), int(Side.CIVIL)
DROPPED, DELIVERING, ENDED, AGREEMENT = int(Stage.DROPPED), int(Stage.DELIVERING), int(Stage.ENDED), int(Stage.AGREEMENT)
PROPOSED, SCREENING, NO_DESK = int(Stage.PROPOSED), int(Stage.SCREENING), int(Desk.NONE)
COURTED, LAPSED = int(Stage.COURTED), int(Reason.LAPSED)


@compiled
def record_key(seed, lead_key, firm_key, state_key, goal, month):
    """Key of an attempt: (lead, company, goal, country, year); the same idea in one year meets the same luck."""
    return key(seed, U_RECORD, pair(firm_key, pair(state_key, lead_key)), month // 12, goal)


@compiled
def open_record(w, e, firm_row, goal, country, office, stage):
    """Open a record at ``stage`` and return its row, or -1 when the register is full (counted, must not happen)."""
    system = w.system[0]
    if system["n_free"] == 0 or system["n_open"] == w.rows.shape[1]:
        system["n_overflow"] += 1
        return -1
    system["n_free"] -= 1
    row = w.rows[FREE_ROWS, system["n_free"]]
    month = system["month"]
    firm, case = w.company[firm_row], w.partnership[row]
    case["key"] = record_key(system["seed"], w.entity[e]["key"], firm["key"], w.government[country]["key"], goal, month)
    case["stage"], case["desk"], case["office"], case["goal"], case["type"] = stage, 0, office, goal, 0
    case["lead_kind"], case["reason"], case["n_entity"], case["n_firm"], case["civil"] = 0, 0, 1, 1, -1
    case["entity"][0], case["firm"][0], case["firm_key"][0] = e, firm_row, firm["key"]
    case["government"], case["n_country"], case["tie"] = False, 1, 0
    case["country"][0] = country
    case["begun"], case["since"] = month, month
    case["m_screened"], case["m_approved"], case["m_signed"], case["m_started"] = NEVER, NEVER, NEVER, NEVER
    case["m_ended"], case["m_transformative"] = NEVER, NEVER
    case["n_granting"] = 1
    case["work_left"], case["months_left"], case["grant"], case["waited"], case["days"] = 0.0, 0.0, 0.0, 0, 0.0
    case["desk_left"], case["check_days"] = 0.0, 0.0
    case["approached"], case["bypassed"], case["reused"] = False, False, False
    case["central"], case["reviewed"] = False, False
    case["requested"], case["crisis"] = False, w.government[country]["crisis"] > 0
    case["kpis"], case["exit_plan"], case["disclosed"], case["systemic"] = False, False, False, False
    case["performing"], case["found"], case["reported"], case["sectors_met"] = False, False, False, False
    case["lift"], case["months_performing"], case["reach"], case["counted"] = 0.0, 0, 0.0, 0.0
    case["institution"], case["months_all"], case["persists"], case["scale"] = 0.0, 0, 0.0, 1.0
    case["told"], case["days_firms"], case["days_hosts"], case["days_desks"] = 0, 0.0, 0.0, 0.0
    case["second"], case["second_key"] = -1, 0
    w.rows[OPEN_ROWS, system["n_open"]] = row
    system["n_open"] += 1
    path(w)["ideas"] += 1.0
    return row


@compiled
def path(w):
    """The record of this month's paths; burn-in writes into the first one, which is cleared when the study starts."""
    return w.series[max(w.system[0]["study_month"] - 1, 0)]


@compiled
def order_newcomers(w, first):
    """Sort the attempts opened this month, from position ``first`` on, by keyed priority."""
    register, rows = w.partnership, w.rows
    seed, n = w.system[0]["seed"], w.system[0]["n_open"]
    for i in range(first + 1, n):
        row = rows[OPEN_ROWS, i]
        rank = key(seed, U_PRIORITY, register[row]["key"], 0, 0)
        j = i - 1
        while j >= first and key(seed, U_PRIORITY, register[rows[OPEN_ROWS, j]]["key"], 0, 0) > rank:
            rows[OPEN_ROWS, j + 1] = rows[OPEN_ROWS, j]
            j -= 1
        rows[OPEN_ROWS, j + 1] = row


@compiled
def firm_days(case, company, days, activity, amount):
    """Book ``amount`` days of each company member of a case."""
    amount = ticks(amount)
    for k in range(case["n_firm"]):
        company[case["firm"][k]]["spent"] += amount
        days[COMPANY, activity] += amount
        case["days"] += amount
        case["days_firms"] += amount


@compiled
def partner_days(case, government, civil, days, activity, amount):
    """Book ``amount`` days of the government and the civil society member of a case."""
    amount = ticks(amount)
    if case["government"]:
        government[case["country"][0]]["spent"] += amount
        days[STATES, activity] += amount
        case["days"] += amount
        case["days_hosts"] += amount
    if case["civil"] >= 0:
        civil[case["civil"]]["spent"] += amount
        days[CIVIL, activity] += amount
        case["days"] += amount
        case["days_hosts"] += amount


@compiled
def willing(case, host):
    """How willing the host is to carry a partnership on, 0-1: wholly where its government is a member, else by its support."""
    return 1.0 if case["government"] else host


@compiled
def main_firm_present(case, company):
    """False when the main company has left and its row is empty or somebody else's."""
    firm = company[case["firm"][0]]
    return firm["alive"] and firm["key"] == case["firm_key"][0]


@compiled
def drop(case, reason, month, company, civil, row):
    """Drop an attempt at its present gate; members who had joined are free again. ``row``: this month's paths."""
    if case["stage"] > COURTED:
        for k in range(case["n_firm"]):
            company[case["firm"][k]]["n_open"] -= 1
    if case["civil"] >= 0:
        civil[case["civil"]]["n_live"] -= 1
    case["stage"], case["reason"], case["desk"], case["m_ended"] = DROPPED, reason, 0, month
    row["dropped"] += 1.0


@compiled
def in_window(system, month):
    """True for a month that lies in the window of the study."""
    return system["study_month"] >= 1 and month > system["month"] - system["study_month"]


@compiled
def overdue(stage, months, to_come, unread, patience):
    """True when a case has stood too long at one stage before agreement: nobody waits for ever for staff.

    ``unread``: months a firm waits for its proposal to be read; ``patience``: months at any later stage, unless all know
    that the stage takes longer (``to_come``: elapsed months that it still takes).
    """
    return stage < AGREEMENT and to_come <= 0.0 and months >= (unread if stage == PROPOSED else patience)


@compiled
def tidy(w):
    """Rule: a case that has not moved for long lapses; then signed cases join the live list and dropped ones are forgotten.

    (Months assumed.) The order of both lists is kept, oldest first. Counts the checks among which each entity's screeners will
    divide the next month.
    """
    register, rows = w.partnership, w.rows
    system, book, month = w.system[0], w.system[0]["book"], w.system[0]["month"]
    unread, patience = system["param"]["proposal_patience"], system["param"]["lapse_months"]
    for e in range(w.entity.shape[0]):
        w.entity[e]["screen_cases"] = 0
    kept = 0
    n_live = system["n_live"]
    for i in range(system["n_open"]):
        row = rows[OPEN_ROWS, i]
        case = register[row]
        if overdue(case["stage"], month - case["since"], case["months_left"], unread, patience):
            drop(case, LAPSED, month, w.company, w.civil, path(w))
        if case["stage"] == DROPPED:
            account(case, system, book, w.system[0]["histogram"], w.government[case["country"][0]], DROPPED_MONTHS)
            forget(row, system, register, rows, w.trace)
        elif case["stage"] == DELIVERING:
            account(case, system, book, w.system[0]["histogram"], w.government[case["country"][0]], SIGNED_MONTHS)
            rows[LIVE_ROWS, n_live] = row
            n_live += 1
        else:
            rows[OPEN_ROWS, kept] = row
            kept += 1
            if case["stage"] == SCREENING and case["desk"] == NO_DESK and case["work_left"] > 0.0:
                w.entity[case["entity"][0]]["screen_cases"] += 1
    system["n_open"], system["n_live"] = kept, n_live


@compiled
def account(case, system, book, histogram, state, outcome):
    """Add a finished attempt to the books of durations and of days per agreement, by region and by goal."""
    months = system["month"] - case["begun"]
    book["days_region"][state["region"]] += case["days"]
    book["days_goal"][case["goal"]] += case["days"]
    if outcome == SIGNED_MONTHS:
        book["days_signed"] += case["days"]
    else:
        book["days_dropped"] += case["days"]
    if in_window(system, case["begun"]):
        histogram[outcome, min(months, histogram.shape[1] - 1)] += 1
        if outcome == SIGNED_MONTHS:
            book["months_signed"] += months
            book["n_signed"] += 1.0


@compiled
def forget(row, system, partnership, rows, trace):
    """Free a row, after writing the record to the trace where one is kept."""
    if system["n_traced"] < trace.shape[0]:
        trace[system["n_traced"]] = partnership[row]
        system["n_traced"] += 1
    partnership[row]["stage"] = 0
    rows[FREE_ROWS, system["n_free"]] = row
    system["n_free"] += 1
