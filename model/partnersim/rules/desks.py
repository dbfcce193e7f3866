"""Central and country desks: queues with capacity, served oldest first; patience runs out, and cases go round or lapse."""

from __future__ import annotations

from partnersim.compiled import compiled
from partnersim.kinds import FIRST_STATE, OPEN_ROWS, SYSTEM_ROW, Desk, Reason, Stage
from partnersim.ledger import Activity, Side, ticks
from partnersim.randomness import Purpose, draw
from partnersim.rules.records import drop, firm_days, path
from partnersim.rules.work import HQ, take

U_BYPASS = int(Purpose.BYPASS)
CENTRAL = int(Side.CENTRAL)
DESK, COORDINATION_WORK, FOLLOW_UP = int(Activity.DESK), int(Activity.COORDINATION), int(Activity.FOLLOW_UP)
DROPPED, LAPSED = int(Stage.DROPPED), int(Reason.LAPSED)
NO_DESK, SCREENING, ADVISORY, COUNTRY = int(Desk.NONE), int(Desk.SCREENING), int(Desk.ADVISORY), int(Desk.COUNTRY)


@compiled
def wait(system, case, desk, days):
    """Send a case to a desk that needs ``days`` of work for it."""
    system["waiting"][desk - 1] += 1
    case["desk"], case["desk_left"], case["waited"] = desk, ticks(days), 0


@compiled
def capacity(w, desk_rows):
    """Rule: a desk's paid days of this month are its cost, whether cases come or not (assumed).

    The centre pays for days that a desk has before any policy, a policy for those it adds. ``desk_rows``: int (3, 3) for
    the coordination, screening and advisory desk: paying policy or -1, side that pays for new staff, and whether entities
    must find the days in their own time; then the policy adds only what they had left. What levers add to country desks is
    charged with their other costs.
    """
    governments, chan = w.government, w.chan
    now, before, scale = chan[SYSTEM_ROW], w.base[SYSTEM_ROW], w.system[0]["scale"]
    wanted = (now["desk_days_coordination"], now["desk_days_screening"], now["desk_days_advisory"])
    usual = (before["desk_days_coordination"], before["desk_days_screening"], before["desk_days_advisory"])
    for k in range(desk_rows.shape[0]):
        policy, side, absorbed = desk_rows[k, 0], desk_rows[k, 1], desk_rows[k, 2]
        own = ticks(usual[k] * scale)
        added = ticks(wanted[k] * scale) - own
        w.system[0]["days"][CENTRAL, DESK] += own
        w.system[0]["book"]["new_days"][CENTRAL] += own
        if absorbed:
            added = contribute(w, added)
        else:
            w.system[0]["days"][side, DESK] += added
            w.system[0]["book"]["new_days"][side] += added
        w.system[0]["desk_capacity"][k] = own + added
        w.system[0]["book"]["desk_days"] += own + added
        if policy >= 0:
            w.system[0]["lever_days"][policy] += added
    for c in range(governments.shape[0]):
        state = governments[c]
        state["desk_left"] = ticks(chan[FIRST_STATE + c]["desk_days_country"] * scale) if state["country_team"] else 0.0
        state["desk_paid"] = max(state["desk_left"] - ticks(w.base[FIRST_STATE + c]["desk_days_country"] * scale), 0.0)


@compiled
def contribute(w, days):
    """Days for a desk that entities give out of their own time, in proportion to staff; returns what they had to give."""
    entities = w.entity
    staff, given = 0.0, 0.0
    for e in range(entities.shape[0]):
        staff += entities[e]["staff_hq"]
    for e in range(entities.shape[0]):
        entity = entities[e]
        given += take(entity, w.system[0]["days"], HQ, DESK, ticks(days * entity["staff_hq"] / max(staff, 1e-9)))
    return given


@compiled
def share_pool(system, pooling):
    """Rule: of each central desk's days the share ``pooling`` may be used by any of them (uncertainty)."""
    system["desk_pool"] = 0.0
    for k in range(system["desk_capacity"].shape[0]):
        part = ticks(system["desk_capacity"][k] * pooling)
        system["desk_capacity"][k] -= part
        system["desk_pool"] += part


@compiled
def impatient(waited, patience, bypass, u):
    """True when a case that has waited longer than ``patience`` months goes round the desk this month."""
    return waited > patience and u < bypass


@compiled
def serve_central(system, k, wanted):
    """Days a central desk gives to a case: its own first, then those of the common pool."""
    own = min(wanted, system["desk_capacity"][k])
    system["desk_capacity"][k] -= own
    common = min(wanted - own, system["desk_pool"])
    system["desk_pool"] -= common
    return own + common


@compiled
def serve(w, desk):
    """Rule: a desk works through its cases oldest first; who waits too long goes round it, or lapses in the end.

    A case that waits costs the firm follow-up days, as any open one costs its lead. Patience and the chance of going round are
    uncertainties (S116, S117, S119 on queues of central units). Returns the number of cases still waiting.
    """
    companies, governments, civil_society = w.company, w.government, w.civil
    register, rows, chan, days = w.partnership, w.rows, w.chan, w.system[0]["days"]
    system, param, row = w.system[0], w.system[0]["param"], path(w)
    seed, month = system["seed"], system["month"]
    if system["waiting"][desk - 1] == 0:
        return 0
    queue = 0
    for i in range(system["n_open"]):
        case = register[rows[OPEN_ROWS, i]]
        if case["desk"] != desk or case["stage"] == DROPPED:
            continue
        if desk == COUNTRY:
            state = governments[case["country"][0]]
            used = min(case["desk_left"], state["desk_left"])
            state["desk_left"] -= used
            paid = min(used, state["desk_paid"])
            state["desk_paid"] -= paid
            days[CENTRAL, COORDINATION_WORK] += used - paid
            w.system[0]["book"]["new_days"][CENTRAL] += used - paid
        else:
            used = serve_central(system, desk - 1, case["desk_left"])
        case["desk_left"] -= used
        case["days"] += used
        case["days_desks"] += used
        if case["desk_left"] <= 0.0:
            case["desk"] = NO_DESK
            if desk == ADVISORY:
                case["reviewed"] = True
            continue
        firm_days(case, companies, days, FOLLOW_UP, param["days_follow_up"])
        case["waited"] += 1
        if impatient(case["waited"], param["patience_months"], param["bypass"], draw(seed, U_BYPASS, case["key"], month, desk)):
            case["desk"], case["bypassed"] = NO_DESK, True
            if desk == SCREENING:
                case["central"], case["work_left"] = False, ticks(case["check_days"] * chan[SYSTEM_ROW]["raters_pooled"])
        elif case["waited"] >= param["lapse_months"]:
            drop(case, LAPSED, month, companies, civil_society, row)
        else:
            queue += 1
    system["waiting"][desk - 1] = queue
    return queue
