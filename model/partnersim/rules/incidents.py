"""Incidents: misconduct becomes public and is attributed to the partnerships of that company."""

from __future__ import annotations

from partnersim.choice import around_one
from partnersim.compiled import compiled
from partnersim.kinds import EVENT_ROWS, LIVE_ROWS, MAX_FIRMS, NEVER, Stage
from partnersim.population.firms import WORST_DECILE
from partnersim.randomness import Purpose, draw
from partnersim.rules.records import path
from partnersim.rules.reputation import hurt
from partnersim.rules.turnover import misbehave

U_ATTRIBUTION, U_SEVERITY, U_MENDS = int(Purpose.ATTRIBUTION), int(Purpose.SEVERITY), int(Purpose.MENDS)
ENDED = int(Stage.ENDED)
SEVERAL = 3
"""Entities tied to one bad firm that count as several in the outcome table."""


@compiled
def attribution(param, visibility, depth, ended):
    """Chance that a public event is laid at a partnership's door; part of it for some time after the end (S84)."""
    chance = param["attribution_base"] + param["attribution_visibility"] * visibility * depth
    return param["attribution_ended"] * chance if ended else chance


@compiled
def severity(months_hidden_while_tied, growth, luck):
    """Severity of an event, about 1: it grows with the months that misconduct stayed hidden while tied."""
    return (1.0 + growth * months_hidden_while_tied) * luck


@compiled
def holds(case, row, key):
    """True when the company with this row and key is a member of the case."""
    for k in range(MAX_FIRMS):
        if case["firm"][k] == row and case["firm_key"][k] == key:
            return k < case["n_firm"]
    return False


@compiled
def happen(w):
    """Rule: each company whose misconduct became public this month exposes the entities tied to it.

    A pair of event and entity counts once, however many partnerships they share. Leaving afterwards does not undo it (S84).
    Not every firm mends its ways: where it does not, its misconduct goes on out of sight (S69).
    """
    companies, rows = w.company, w.rows
    system, param = w.system[0], w.system[0]["param"]
    memory, month = param["attribution_memory"], system["month"]
    for n in range(system["n_events"]):
        row = rows[EVENT_ROWS, n]
        firm = companies[row]
        if firm["n_live"] > 0 or month - firm["last_ended"] < memory:
            expose(w, row, firm)
        firm["hidden_since"] = NEVER
        if draw(system["seed"], U_MENDS, firm["key"], month, 0) >= param["misconduct_mended"]:
            misbehave(w, firm, row, month)


@compiled
def expose(w, row, firm):
    """Attribute one public event to partnerships and entities, and take what it costs them in reputation."""
    entities, register, rows = w.entity, w.partnership, w.rows
    system, param = w.system[0], w.system[0]["param"]
    seed, month = system["seed"], system["month"]
    luck = around_one(draw(seed, U_SEVERITY, firm["key"], month, 0), param["severity_spread"])
    hits, pairs = 0, 0
    for e in range(entities.shape[0]):
        entities[e]["hit"] = 0.0
    # Past its last live partnership only ended ones could follow, and they matter for some time alone.
    left, lately = firm["n_live"], month - firm["last_ended"] < param["attribution_memory"]
    for i in range(system["n_live"]):
        if left == 0 and not lately:
            break
        case = register[rows[LIVE_ROWS, i]]
        if not holds(case, row, firm["key"]):
            continue
        ended = case["stage"] == ENDED
        if ended and month - case["m_ended"] >= param["attribution_memory"]:
            continue
        left -= 0 if ended else 1
        chance = attribution(param, case["visibility"], case["depth"], ended)
        if draw(seed, U_ATTRIBUTION, case["key"], month, 0) >= chance:
            continue
        hits += 1
        tied = month - max(firm["hidden_since"], case["m_signed"])
        loss = severity(tied, param["severity_growth"], luck) * case["visibility"] * case["depth"]
        for k in range(case["n_entity"]):
            entity = entities[case["entity"][k]]
            if entity["hit"] == 0.0:
                pairs += 1
            entity["hit"] = max(entity["hit"], loss)
    if pairs == 0:
        return
    path(w)["incidents"] += pairs
    path(w)["incident_hits"] += hits
    path(w)["incident_events"] += 1.0
    w.system[0]["book"]["largest_cascade"] = max(w.system[0]["book"]["largest_cascade"], 1.0 * pairs)
    hurt(w)


@compiled
def ones(bits):
    """Number of bits set in a non-negative integer."""
    n = 0
    while bits > 0:
        n += bits & 1
        bits >>= 1
    return n


@compiled
def exposure(w):
    """Rule: once a year, entities tied to each firm of the worst tenth by integrity are counted (an outcome, no behaviour; S81).

    Entities are marked as bits of one integer for each firm that has a live partnership, then counted and cleared in a second
    pass, so the work grows with partnerships alone.
    """
    companies, register, rows = w.company, w.partnership, w.rows
    system, book = w.system[0], w.system[0]["book"]
    if system["month"] % 12 != 0 or system["study_month"] < 1:
        return
    book["exposed_n"] += 1.0 * system["n_worst"]
    for i in range(system["n_live"]):
        case = register[rows[LIVE_ROWS, i]]
        if case["stage"] == ENDED:
            continue
        for k in range(case["n_firm"]):
            firm = companies[case["firm"][k]]
            if firm["integrity"] < WORST_DECILE:
                for m in range(case["n_entity"]):
                    firm["tied"] |= 1 << case["entity"][m]
    for i in range(system["n_live"]):
        case = register[rows[LIVE_ROWS, i]]
        for k in range(case["n_firm"]):
            firm = companies[case["firm"][k]]
            n = 1.0 * ones(firm["tied"])
            firm["tied"] = 0
            book["exposed_sum"] += n
            book["exposed_squares"] += n * n
            book["exposed_three"] += 1.0 if n >= SEVERAL else 0.0
