"""Screening: truth is hidden, each rater sees a signal with a persistent error of its own.

Independent checks, one reused check, pooled readings and a shared veto are corners of three channels: check_reuse,
raters_pooled and flag_sharing. A check's accuracy grows with the days spent on it.
"""

from __future__ import annotations

import math

from partnersim.channels import BY_NAME
from partnersim.compiled import compiled
from partnersim.kinds import FIRST_ENTITY, NEVER, OPEN_ROWS, SYSTEM_ROW, Desk, Reason, Stage
from partnersim.ledger import Activity, ticks
from partnersim.population.firms import WORST_DECILE
from partnersim.randomness import GOLDEN, Purpose, U, draw, normal, pair
from partnersim.rules.desks import wait
from partnersim.rules.records import drop, firm_days, path
from partnersim.rules.ties import find_or_make
from partnersim.rules.work import HQ, effort, screeners_days, use

U_RATER, U_COMMON, U_REUSE, U_FLAG, U_OFFICE = (
    int(Purpose.RATER),
    int(Purpose.RATER_COMMON),
    int(Purpose.REUSE),
    int(Purpose.FLAG_SEEN),
    int(Purpose.CASE_OFFICE),
)
SCREENING_WORK = int(Activity.SCREENING)
SCREENING, DESIGN = int(Stage.SCREENING), int(Stage.DESIGN)
SCREENING_DESK, NO_DESK = int(Desk.SCREENING), int(Desk.NONE)
FLAGGED, SCREENED_OUT = int(Reason.FLAGGED), int(Reason.SCREENED_OUT)
FULL_CHECK = BY_NAME["check_days"].baseline
"""Days of a full check."""
CENTRAL_RATER = U(0xD3)
"""Key of the shared screening desk as a rater."""
ADVISORY_RATER = U(0xA7)
"""Key of the advisory group as a rater."""


@compiled
def accuracy(days, ceiling, half_days):
    """Correlation of a reading with the truth after ``days`` of checking: 0.735 at 6 days with the defaults (S81)."""
    return ceiling * math.sqrt(days / (days + half_days))


@compiled
def reading(seed, rater, firm_key, epoch, common):
    """A rater's persistent error on a firm, standard normal, of which the share ``common`` is shared by all raters."""
    own = normal(seed, U_RATER, pair(rater, firm_key), epoch, 0)
    if common <= 0.0:
        return own
    return math.sqrt(1.0 - common) * own + math.sqrt(common) * normal(seed, U_COMMON, firm_key, epoch, 0)


@compiled
def pooled_signal(seed, rater, firm_key, epoch, integrity, r, readings, common):
    """Standardised mean of several raters' signals, each correlated ``r`` with the truth.

    Its correlation with the truth is r / sqrt(r^2 + (1 - r^2) (c + (1 - c) / k)) for k readings with common share c.
    A fractional number of readings weighs the last one.
    """
    total, weight, squares = 0.0, 0.0, 0.0
    k = 0
    left = readings
    while left > 0.0:
        share = min(left, 1.0)
        total += share * reading(seed, rater + GOLDEN * U(k), firm_key, epoch, 0.0)
        squares += share * share
        weight += share
        left -= share
        k += 1
    own = total / weight
    noise = (1.0 - r * r) * (common + (1.0 - common) * squares / (weight * weight))
    error = math.sqrt(1.0 - r * r) * math.sqrt(1.0 - common) * own
    if common > 0.0:
        error += math.sqrt(1.0 - r * r) * math.sqrt(common) * normal(seed, U_COMMON, firm_key, epoch, 0)
    return (r * integrity + error) / math.sqrt(r * r + noise)


@compiled
def threshold(common_threshold, strictness, convergence, insider, leniency):
    """Signal below which a firm is rejected, in SD: the common threshold, own strictness not converged, leniency to insiders."""
    return common_threshold + strictness * (1.0 - convergence) - (leniency if insider else 0.0)


@compiled
def wanted_days(check_days, badge_trust, member, crisis, rush):
    """Days wanted for a check: less for a trusted badge (S2) and in a crisis (report box 8)."""
    return check_days * (1.0 - (badge_trust if member else 0.0)) * (rush if crisis else 1.0)


@compiled
def enter(w, case):
    """Choose how a case is screened: by a veto seen, an own valid check, a check on file, the shared desk, or an own check."""
    system, param = w.system[0], w.system[0]["param"]
    seed, month = system["seed"], system["month"]
    e, row = case["entity"][0], case["firm"][0]
    entity, firm, now = w.entity[e], w.company[row], w.chan[FIRST_ENTITY + e]
    who = pair(entity["key"], firm["key"])
    validity, pooled = param["check_validity"], w.chan[SYSTEM_ROW]["raters_pooled"]
    if flag_seen(param, seed, month, e, who, firm, now):
        reject(case, firm, FLAGGED, month, w.company, w.civil, path(w))
        return
    tie = w.firm_tie[e, find_or_make(w.firm_tie[e], row, firm["key"], NEVER)]
    if month - tie["check_month"] < validity:
        decide(w, case, tie["check_signal"], tie["check_month"])
        return
    full = wanted_days(now["check_days"], now["badge_trust"], firm["member"], case["crisis"], param["crisis_rush"])
    case["check_days"] = full
    reuses = draw(seed, U_REUSE, who, month // 12, 0) < now["check_reuse"]
    case["reused"] = reuses and month - firm["check_month"] < validity
    if case["reused"]:
        case["work_left"] = ticks(full * param["reuse_cost"] * effort(param, entity["skill"]))
    elif reuses and w.chan[SYSTEM_ROW]["desk_days_screening"] > 0.0:
        case["work_left"], case["central"] = 0.0, True
        wait(system, case, SCREENING_DESK, full * pooled)
    else:
        case["work_left"] = ticks(full * pooled)
    burden = param["company_days_check"] * (param["reuse_cost"] if case["reused"] else 1.0)
    firm_days(case, w.company, w.system[0]["days"], SCREENING_WORK, burden)


@compiled
def check(param, seed, month, e, entity, firm, now, whole, paths, central, days):
    """Entity ``e``, or the shared desk, checks a firm with the days actually spent; puts it on file, returns its signal.

    ``now`` and ``whole``: channels of the entity and of the system; ``paths``: this month's paths.
    """
    readings = whole["raters_pooled"]
    r = accuracy(max(days / readings, param["check_least_days"]), param["check_ceiling"], param["check_half_days"])
    if not central:
        paths["checks"] += 1.0
        valid = firm["check_by"] != e and month - firm["check_month"] < param["check_validity"]
        paths["duplicate_checks"] += 1.0 if valid else 0.0
        if draw(seed, U_OFFICE, pair(entity["key"], firm["key"]), month // 12, 1) < now["delegation"]:
            r *= now["country_risk_accuracy"] / param["check_accuracy"]
    rater = CENTRAL_RATER if central else entity["key"]
    epoch = month // int(param["error_months"])
    signal = pooled_signal(seed, rater, firm["key"], epoch, firm["integrity"], r, readings, param["rater_common"])
    signal += param["gaming"] * whole["criteria_published"] * max(-firm["integrity"], 0.0)
    firm["check_month"], firm["check_by"], firm["check_signal"] = month, -1 if central else e, signal
    return signal


@compiled
def passes(w, e, row, signal, checked):
    """True when a firm's signal, read in month ``checked``, reaches the entity's threshold; else the entity flags it."""
    param = w.system[0]["param"]
    firm, now = w.company[row], w.chan[FIRST_ENTITY + e]
    tie = w.firm_tie[e, find_or_make(w.firm_tie[e], row, firm["key"], NEVER)]
    tie["check_month"], tie["check_signal"] = checked, signal
    insider = tie["seat"] or tie["staff"] > 0
    strictness, convergence = w.entity[e]["strictness"], now["criteria_convergence"]
    limit = threshold(param["common_threshold"], strictness, convergence, insider, now["insider_leniency"])
    tie["check_passed"] = signal >= limit
    if signal < limit:
        firm["flag_month"], firm["flag_by"] = w.system[0]["month"], e
    return signal >= limit


@compiled
def decide(w, case, signal, checked):
    """Drop a case whose firm fails, or let it move on to design."""
    month, row = w.system[0]["month"], case["firm"][0]
    if passes(w, case["entity"][0], row, signal, checked):
        case["stage"], case["since"], case["m_screened"], case["work_left"] = DESIGN, month, month, -1.0
    else:
        reject(case, w.company[row], SCREENED_OUT, month, w.company, w.civil, path(w))


@compiled
def flag_seen(param, seed, month, e, who, firm, now):
    """True when the entity sees and honours another's rejection of the firm, while it is valid; ``who``: key of the pair."""
    flagged = firm["flag_by"] != e and month - firm["flag_month"] < param["check_validity"]
    return flagged and draw(seed, U_FLAG, who, month // 12, 0) < now["flag_sharing"]


@compiled
def vet(w, case, f):
    """Rule: an entity invited to join looks at the main firm too: by what it knows, what is shared, or a check of its own.

    (Report para 35: entities adapt guidelines to mandates.) One without screeners' time left relies on the lead. False when it
    finds the firm wanting.
    """
    system, param = w.system[0], w.system[0]["param"]
    seed, month, row = system["seed"], system["month"], case["firm"][0]
    entity, firm, now = w.entity[f], w.company[row], w.chan[FIRST_ENTITY + f]
    who = pair(entity["key"], firm["key"])
    if flag_seen(param, seed, month, f, who, firm, now):
        return False
    tie = w.firm_tie[f, find_or_make(w.firm_tie[f], row, firm["key"], NEVER)]
    if month - tie["check_month"] < param["check_validity"]:
        return passes(w, f, row, tie["check_signal"], tie["check_month"])
    full = wanted_days(now["check_days"], now["badge_trust"], firm["member"], case["crisis"], param["crisis_rush"])
    shares = (
        draw(seed, U_REUSE, who, month // 12, 0) < now["check_reuse"] and month - firm["check_month"] < param["check_validity"]
    )
    full *= param["reuse_cost"] * effort(param, entity["skill"]) if shares else w.chan[SYSTEM_ROW]["raters_pooled"]
    full, least = ticks(full), ticks(param["check_least_days"])
    least = min(full, least)
    entity["invitations"] += 1
    if entity["screen_left"] < least:
        return True
    days = screeners_days(entity, full, least)
    entity["invited"] = max(entity["invited"] - 1, 0)
    use(entity, system["days"], HQ, SCREENING_WORK, days)
    case["days"] += days
    burden = param["company_days_check"] * (param["reuse_cost"] if shares else 1.0)
    firm_days(case, w.company, system["days"], SCREENING_WORK, burden)
    if shares:
        return passes(w, f, row, firm["check_signal"], firm["check_month"])
    whole = w.chan[SYSTEM_ROW]
    return passes(w, f, row, check(param, seed, month, f, entity, firm, now, whole, path(w), False, days), month)


@compiled
def review(w, case, days):
    """Rule: the advisory group adds a reading of its own to the entity's; False when the mean of both falls short.

    (Report paras 35 and 67.) Its accuracy is that of ``days`` of checking; it uses the common threshold.
    """
    system, param = w.system[0], w.system[0]["param"]
    firm = w.company[case["firm"][0]]
    slot = find_or_make(w.firm_tie[case["entity"][0]], case["firm"][0], firm["key"], NEVER)
    own = w.firm_tie[case["entity"][0], slot]["check_signal"]
    r = accuracy(days, param["check_ceiling"], param["check_half_days"])
    epoch = system["month"] // int(param["error_months"])
    second = pooled_signal(system["seed"], ADVISORY_RATER, firm["key"], epoch, firm["integrity"], r, 1.0, param["rater_common"])
    full = accuracy(FULL_CHECK, param["check_ceiling"], param["check_half_days"])
    return (own + second) / math.sqrt(2 + 2 * r * full) >= param["common_threshold"]


@compiled
def reject(case, firm, reason, month, company, civil, row):
    """Turn a firm down; whether it was truly of the worst tenth is booked. ``row``: this month's paths."""
    if firm["integrity"] < WORST_DECILE:
        row["risks_screened_out"] += 1.0
    else:
        row["sound_rejected"] += 1.0
    drop(case, reason, month, company, civil, row)


@compiled
def screen(w):
    """Rule: a firm is checked before anything is designed with it; when screeners are short, checks get shallower.

    (Report paras 35, 50; S58, S81; days assumed.) Screeners sit at headquarters and divide their month among the checks at
    hand, oldest first where that would be less for each than a check takes at least. A case waits up to two months for its
    days and is then decided on the days there were.
    """
    entities, companies, register, rows, chan, days = w.entity, w.company, w.partnership, w.rows, w.chan, w.system[0]["days"]
    param, whole, paths = w.system[0]["param"], chan[SYSTEM_ROW], path(w)
    seed, month, pooled = w.system[0]["seed"], w.system[0]["month"], whole["raters_pooled"]
    for i in range(w.system[0]["n_open"]):
        case = register[rows[OPEN_ROWS, i]]
        if case["stage"] != SCREENING or case["desk"] != NO_DESK:
            continue
        if case["check_days"] < 0.0:
            enter(w, case)
            continue
        e, firm = case["entity"][0], companies[case["firm"][0]]
        entity, now = entities[e], chan[FIRST_ENTITY + e]
        use(entity, days, HQ, SCREENING_WORK, case["grant"])
        case["days"] += case["grant"]
        case["work_left"] -= case["grant"]
        case["grant"] = 0.0
        late = month - case["since"] > param["screening_patience"]
        if case["reused"]:
            if case["work_left"] <= 0.0 or late:
                decide(w, case, firm["check_signal"], firm["check_month"])
            continue
        spent = case["check_days"] * pooled - case["work_left"]
        if case["work_left"] <= 0.0 or (late and spent >= param["check_least_days"]):
            signal = check(param, seed, month, e, entity, firm, now, whole, paths, case["central"], spent)
            decide(w, case, signal, month)
