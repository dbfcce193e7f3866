"""Who comes and goes: companies enter, misbehave, propose and leave; partnership staff leave and arrive."""

from __future__ import annotations

from partnersim.choice import occurrences, pick
from partnersim.compiled import compiled
from partnersim.population.firms import arrive
from partnersim.randomness import ONE, Purpose, draw, key
from partnersim.rules.records import path
from partnersim.world import EVENT_ROWS, FIRST_CLASS, FIRST_ENTITY, FIRST_STATE, INBOUND_ROWS, NEVER

U_FIRM_MONTH, U_HIDDEN, U_ARRIVALS, U_LOCAL, U_HOME, U_STAFF = (
    int(Purpose.FIRM_MONTH),
    int(Purpose.HIDDEN),
    int(Purpose.ARRIVALS),
    int(Purpose.LOCAL_ARRIVALS),
    int(Purpose.HOME),
    int(Purpose.STAFF_LEAVE),
)
PROPOSING_FROM = 0.4
"""Start of the stretch of a firm's monthly draw that means a proposal: between misconduct (from 0) and leaving (to 1)."""


@compiled
def leaving_factor(months_out_of_contact, broker, out_of_contact, network_relief):
    """Ratio of the hazard of leaving: above 1 out of contact for two years, lower with a good local network (S76)."""
    factor = out_of_contact if months_out_of_contact > 24 else 1.0
    return factor * (1.0 - network_relief * broker)


@compiled
def firms(w):
    """Rule: in a month a company may begin misconduct, propose a partnership, or leave.

    One draw a firm and month decides, with a stretch of its own for each event, so that a policy which moves one
    hazard changes no other event. Firms in a live or open partnership stay. Fatigue from being courted fades.
    """
    companies, rows, chan = w.company, w.rows, w.chan
    system, param, paths = w.system[0], w.system[0]["param"], path(w)
    seed, month = system["seed"], system["month"]
    rest = 1.0 - param["fatigue_fading"]
    repeat, out, relief = param["repeat_factor"], param["exit_out_of_contact"], param["network_relief"]
    hidden, hidden_disclosed = 1.0 / param["hidden_months"], 1.0 / param["hidden_months_disclosed"]
    n_inbound = n_events = n_left = 0
    for i in range(companies.shape[0]):
        firm = companies[i]
        if not firm["alive"]:
            continue
        firm["fatigue"] *= rest
        if firm["hidden_since"] != NEVER:
            if draw(seed, U_HIDDEN, firm["key"], month, 0) < (hidden_disclosed if firm["disclosed"] > 0 else hidden):
                if n_events < rows.shape[1]:
                    rows[EVENT_ROWS, n_events] = i
                    n_events += 1
        u = draw(seed, U_FIRM_MONTH, firm["key"], month, 0)
        if u < PROPOSING_FROM:
            hazard = firm["p_misconduct"] * (repeat if month < firm["repeat_until"] else 1.0)
            if u < hazard and firm["hidden_since"] == NEVER:
                firm["hidden_since"] = month
                paths["partner_misconduct"] += firm["n_live"]
        elif u < PROPOSING_FROM + firm["p_propose"] * chan[FIRST_CLASS + firm["size"]]["inbound_rate"]:
            if n_inbound < rows.shape[1]:
                rows[INBOUND_ROWS, n_inbound] = i
                n_inbound += 1
        elif u > 1.0 - 2.0 * firm["p_exit"] and firm["n_live"] + firm["n_open"] == 0:
            factor = leaving_factor(month - firm["last_contact"], chan[FIRST_STATE + firm["home"]]["broker_quality"], out, relief)
            if u > 1.0 - firm["p_exit"] * factor:
                firm["alive"] = False
                n_left += 1
    system["n_inbound"], system["n_events"], system["n_left"] = n_inbound, n_events, n_left
    system["n_alive"] -= n_left


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
        pull = param["local_entry"] * state["performing"] / 12.0
        if pull > 0.0 and draw(seed, U_LOCAL, state["key"], month, 0) < pull:
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
    rate = w.system[0]["param"]["staff_turnover"] / 12.0
    for e in range(entities.shape[0]):
        entity = entities[e]
        luck = 0.5 + draw(system["seed"], U_STAFF, entity["key"], system["month"], 0)
        entity["skill"] = skill_after_turnover(
            entity["skill"], rate * luck, chan[FIRST_ENTITY + e]["memory_retention"], chan[FIRST_ENTITY + e]["entrant_skill"]
        )
