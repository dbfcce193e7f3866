"""Companies: where they stand, what they are, and how newcomers find a row.

Each country has a stretch of company rows. A company's row in it is a hash of its key; where that is taken it tries others,
and where the stretch is full it takes the next empty row after it. So a company more or less moves hardly another, and
search can sample rows without scanning companies.
"""

from __future__ import annotations

import math

from partnersim.choice import MIDDLE, clip, pick
from partnersim.compiled import compiled
from partnersim.kinds import N_GOALS, NEVER
from partnersim.randomness import Purpose, draw, key, normal

U_HOME, U_SIZE, U_SECTOR, U_INTEGRITY, U_MATURITY, U_COMPETENCE, U_MEMBER, U_PRESENCE, U_SLOT, U_DUE = (
    int(Purpose.HOME),
    int(Purpose.SIZE),
    int(Purpose.SECTOR),
    int(Purpose.INTEGRITY),
    int(Purpose.MATURITY),
    int(Purpose.COMPETENCE),
    int(Purpose.MEMBER),
    int(Purpose.PRESENCE),
    int(Purpose.SLOT),
    int(Purpose.DUE),
)
SHARE, PRESENCE, MEMBERSHIP, CAPACITY, EXIT, MISCONDUCT, MATURITY, MATURITY_SD = range(8)
"""Columns of the mix of size classes."""
SECTOR_SHARE, HAZARD = N_GOALS, N_GOALS + 1
"""Columns of the table of sectors after those of competence by goal: cumulative share, multiplier of misconduct."""
MOST_MISCONDUCT, MOST_CHANCE = 0.25, 0.95
"""Caps that keep a firm's chances a month of misconduct, and of misconduct or leaving, below 1 whatever its luck."""
EVEN = math.sqrt(12.0)
"""Width of an even distribution against its SD."""
WORST_DECILE = -1.2815515655446004
"""Integrity below which a firm truly belongs to the worst tenth (standard normal quantile of 0.10)."""
FAR_OFF = 1_000_000
"""Months that no run lasts."""


@compiled
def competence(seed, firm_key, weight, goal, spread):
    """Core competence of a firm for a goal, 0-1: its sector's ``weight`` and the firm's own deviation, even, of SD ``spread``."""
    return clip(weight + spread * EVEN * (draw(seed, U_COMPETENCE, firm_key, goal, 0) - MIDDLE), 0.0, 1.0)


@compiled
def is_present(seed, firm_key, home, country, presence):
    """True where the firm works: at home, and elsewhere with its size class's chance of ``presence``."""
    if home == country:
        return True
    return presence > 0.0 and draw(seed, U_PRESENCE, firm_key, country, 0) < presence


@compiled
def free_row(home, seed, firm_key, first, rows):
    """An empty row: one of its country's, found by the firm's own key, else the first after them; -1 when all are taken."""
    for attempt in range(2 * rows):
        row = first + int(math.floor(draw(seed, U_SLOT, firm_key, 0, attempt) * rows))
        if home[row] < 0:
            return row
    for k in range(home.shape[0]):
        row = (first + k) % home.shape[0]
        if home[row] < 0:
            return row
    return -1


@compiled
def arrive(w, firm_key, home, month):
    """Rule: a company appears in its home country with everything that luck decides about it; returns its row or -1.

    Integrity is standard normal and hidden; the hazard of misconduct falls with it (channels of incidents); size class,
    sector and membership come from the company file's shares.
    """
    param = w.system[0]["param"]
    seed = w.system[0]["seed"]
    state = w.government[home]
    row = free_row(w.home, seed, firm_key, state["first_firm"], state["firm_rows"])
    if row < 0:
        w.system[0]["n_overflow"] += 1
        return -1
    size = pick(w.system[0]["mix"][:, SHARE], draw(seed, U_SIZE, firm_key, 0, 0))
    sector = pick(w.system[0]["sector"][:, SECTOR_SHARE], draw(seed, U_SECTOR, firm_key, 0, 0))
    integrity = normal(seed, U_INTEGRITY, firm_key, 0, 0)
    firm = w.company[row]
    firm["key"], firm["alive"], firm["home"], firm["size"], firm["sector"] = firm_key, True, home, size, sector
    w.home[row] = home
    firm["integrity"] = integrity
    hazard = w.system[0]["mix"][size, MISCONDUCT] * w.system[0]["sector"][sector, HAZARD] * param["misconduct_rate"]
    spread = param["misconduct_spread"]
    firm["p_misconduct"] = min(hazard * math.exp(-spread * integrity - spread * spread / 2) / 12.0, MOST_MISCONDUCT)
    firm["p_exit"] = w.system[0]["mix"][size, EXIT] / 12.0
    maturity = w.system[0]["mix"][size, MATURITY] + w.system[0]["mix"][size, MATURITY_SD] * normal(
        seed, U_MATURITY, firm_key, 0, 0
    )
    firm["maturity"] = clip(maturity, 0.0, 1.0)
    firm["member"] = draw(seed, U_MEMBER, firm_key, 0, 0) < w.system[0]["mix"][size, MEMBERSHIP]
    firm["capacity"] = int(w.system[0]["mix"][size, CAPACITY])
    firm["cost_belief"] = param["cost_belief_start"]
    firm["fatigue"], firm["fatigued"], firm["spent"] = 0.0, month, 0.0
    firm["hidden_since"], firm["last_contact"] = NEVER, month
    firm["last_ended"], firm["proposed"] = NEVER, NEVER
    firm["n_live"], firm["n_open"], firm["disclosed"], firm["tied"] = 0, 0, 0, 0
    firm["courted_by"], firm["courted_until"], firm["courting_case"] = -1, NEVER, -1
    firm["check_month"], firm["check_by"], firm["check_signal"] = NEVER, -1, 0.0
    firm["flag_month"], firm["flag_by"] = NEVER, -1
    w.system[0]["n_alive"] += 1
    w.system[0]["n_worst"] += 1 if integrity < WORST_DECILE else 0
    enter_agenda(w.system[0], param, firm, row, month)
    return row


@compiled
def most_chance(firm, param):
    """The most that a firm's chances of misconduct and of leaving can reach in one month, whatever the policy."""
    return min(firm["p_misconduct"] + firm["p_exit"] * param["exit_out_of_contact"], MOST_CHANCE)


@compiled
def months_until(chance, u):
    """Months until something of this ``chance`` a month could happen: geometric, 1 or more."""
    if chance <= 0.0:
        return FAR_OFF
    return 1 + int(math.floor(min(math.log1p(-u) / math.log1p(-chance), FAR_OFF)))


@compiled
def enter_agenda(system, param, firm, row, month):
    """Put a firm on the list of the month in which misconduct or leaving could next befall it.

    Months in between need no draw, so that a month costs what happens in it and not what exists. The chance is the most
    that either can reach whatever the policy, so a seed has one agenda for all policies.
    """
    u = draw(system["seed"], U_DUE, firm["key"], month, 0)
    firm["due"] = month + months_until(most_chance(firm, param), u)
    link(system["agenda"], firm, row)


@compiled
def link(agenda, firm, row):
    """Put a firm at the head of the list for its month; lists are used again every ``agenda.size`` months."""
    k = firm["due"] % agenda.shape[0]
    firm["next_due"] = agenda[k]
    agenda[k] = row


@compiled
def founder_key(seed, number):
    """Key of the company with this number in the declared population."""
    return key(seed, U_SLOT, number, 0, 1)
