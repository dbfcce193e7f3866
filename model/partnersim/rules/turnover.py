"""Who comes and goes: companies enter, misbehave and leave; partnership staff leave and arrive."""

from __future__ import annotations

from partnersim.choice import around_one, occurrences, pick
from partnersim.compiled import compiled
from partnersim.kinds import EVENT_ROWS, FIRST_ENTITY, FIRST_STATE, HIDDEN_ROWS, NEVER
from partnersim.population.firms import WORST_DECILE, arrive, enter_agenda, link, most_chance
from partnersim.randomness import ONE, Purpose, draw, key
from partnersim.rules.records import path

U_FIRM_MONTH, U_HIDDEN, U_ARRIVALS, U_LOCAL, U_HOME, U_STAFF = (
    int(Purpose.FIRM_MONTH),
    int(Purpose.HIDDEN),
    int(Purpose.ARRIVALS),
    int(Purpose.LOCAL_ARRIVALS),
    int(Purpose.HOME),
    int(Purpose.STAFF_LEAVE),
)


@compiled
def leaving_factor(param, months_without_contact, broker):
    """Ratio of the hazard of leaving: above 1 when out of contact for long, lower with a good local network (S76)."""
    factor = param["exit_out_of_contact"] if months_without_contact > param["contact_months"] else 1.0
    return factor * (1.0 - param["network_relief"] * broker)


@compiled
def befall(w, firm, row, month):
    """What happens to a firm in a month in which something could: misconduct, leaving, or nothing after all.

    One draw decides, with a stretch of its own for either, so a policy that moves one hazard changes no other event.
    Firms in a live or open partnership stay.
    """
    system, param = w.system[0], w.system[0]["param"]
    u = draw(system["seed"], U_FIRM_MONTH, firm["key"], month, 0) * most_chance(firm, param)
    misconduct = firm["p_misconduct"]
    if u < misconduct:
        if firm["hidden_since"] == NEVER:
            misbehave(w, firm, row, month)
            path(w)["partner_misconduct"] += firm["n_live"]
    elif firm["n_live"] + firm["n_open"] == 0:
        broker = w.chan[FIRST_STATE + firm["home"]]["broker_quality"]
        away = month - firm["last_contact"]
        if u - misconduct < firm["p_exit"] * leaving_factor(param, away, broker):
            firm["alive"], firm["hidden_since"], w.home[row] = False, NEVER, -1
            system["n_left"] += 1
            system["n_worst"] -= 1 if firm["integrity"] < WORST_DECILE else 0


@compiled
def misbehave(w, firm, row, month):
    """Misconduct that nobody knows of begins, or goes on; what finds no room on the list is counted nowhere and forgotten."""
    system = w.system[0]
    if system["n_hidden"] < w.rows.shape[1]:
        firm["hidden_since"] = month
        w.rows[HIDDEN_ROWS, system["n_hidden"]] = row
        system["n_hidden"] += 1


@compiled
def firms(w):
    """Rule: in a month a company may begin misconduct or leave; only those on this month's list are looked at.

    Misconduct: S67-S69, its rate assumed; leaving: S14, S19, S76. See ``population.firms.enter_agenda`` for the list.
    """
    companies, system, param = w.company, w.system[0], w.system[0]["param"]
    month, agenda = system["month"], system["agenda"]
    system["n_left"] = 0
    k = month % agenda.shape[0]
    row = agenda[k]
    agenda[k] = -1
    while row >= 0:
        firm = companies[row]
        following = firm["next_due"]
        if firm["due"] > month:
            link(agenda, firm, row)
        else:
            befall(w, firm, row, month)
            if firm["alive"]:
                enter_agenda(system, param, firm, row, month)
        row = following
    system["n_alive"] -= system["n_left"]


@compiled
def discovery(w):
    """Rule: each month hidden misconduct becomes public with some chance, sooner in firms with a disclosed partnership.

    (Report para 83; months assumed.)
    """
    companies, rows, system, param = w.company, w.rows, w.system[0], w.system[0]["param"]
    seed, month = system["seed"], system["month"]
    hidden, hidden_disclosed = 1.0 / param["hidden_months"], 1.0 / param["hidden_months_disclosed"]
    kept = n_events = 0
    for i in range(system["n_hidden"]):
        row = rows[HIDDEN_ROWS, i]
        firm = companies[row]
        if firm["hidden_since"] == NEVER:
            continue
        chance = hidden_disclosed if firm["disclosed"] > 0 else hidden
        if firm["hidden_since"] < month and draw(seed, U_HIDDEN, firm["key"], month, 0) < chance:
            rows[EVENT_ROWS, n_events] = row
            n_events += 1
        else:
            rows[HIDDEN_ROWS, kept] = row
            kept += 1
    system["n_hidden"], system["n_events"] = kept, n_events


@compiled
def newcomers(w):
    """Rule: companies enter; before the study one for each that left, afterwards at the recorded rate of entry.

    Entry is a yearly share of the declared number, since joiners were about constant in number (S18, S20, S14), and a
    country where partnerships perform draws further local firms (report para 29). Keyed by (month, arrival).
    """
    governments = w.government
    system, param = w.system[0], w.system[0]["param"]
    seed, month = system["seed"], system["month"]
    if system["study_month"] < 1:
        n = system["n_left"]
    else:
        rate = param["entry_rate"] * system["n_declared"] / 12.0
        n = occurrences(rate, draw(seed, U_ARRIVALS, ONE, month, 0))
    for k in range(n):
        firm_key = key(seed, U_ARRIVALS, ONE, month, k + 1)
        home = pick(governments["home_cdf"], draw(seed, U_HOME, firm_key, 0, 0))
        arrive(w, firm_key, home, month)
    if system["study_month"] < 1:
        return
    for c in range(governments.shape[0]):
        state = governments[c]
        pull = param["local_entry"] / 12.0 * state["performing"]
        if draw(seed, U_LOCAL, state["key"], month, 0) < pull:
            arrive(w, key(seed, U_LOCAL, state["key"], month, 1), c, month)


@compiled
def skill_after_turnover(skill, share_leaving, retention, entrant_skill):
    """Mean skill when a share of staff is replaced: the organisation keeps ``retention`` of what a leaver knew."""
    return skill + share_leaving * (1.0 - retention) * (entrant_skill - skill)


@compiled
def staff(w):
    """Rule: staff leave and newcomers know less, unless memory keeps what leavers knew (report para 58; S113-S115)."""
    entities, chan = w.entity, w.chan
    system = w.system[0]
    rate, spread = w.system[0]["param"]["staff_turnover"] / 12.0, w.system[0]["param"]["turnover_spread"]
    for e in range(entities.shape[0]):
        entity = entities[e]
        luck = around_one(draw(system["seed"], U_STAFF, entity["key"], system["month"], 0), spread)
        entity["skill"] = skill_after_turnover(
            entity["skill"], rate * luck, chan[FIRST_ENTITY + e]["memory_retention"], chan[FIRST_ENTITY + e]["entrant_skill"]
        )
