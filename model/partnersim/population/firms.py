"""Companies: where they stand, what they are, and how newcomers find a row.

Each country keeps a stretch of company rows. A company's first row is a hash of its key, and where that is taken it
tries others, so that a company more or less moves no other and search can sample rows without scanning companies.
"""

from __future__ import annotations

import math

from partnersim.choice import clip, pick
from partnersim.compiled import compiled
from partnersim.randomness import Purpose, draw, key, normal

U_HOME, U_SIZE, U_SECTOR, U_INTEGRITY, U_MATURITY, U_COMPETENCE, U_MEMBER, U_PRESENCE, U_SLOT = (
    int(Purpose.HOME),
    int(Purpose.SIZE),
    int(Purpose.SECTOR),
    int(Purpose.INTEGRITY),
    int(Purpose.MATURITY),
    int(Purpose.COMPETENCE),
    int(Purpose.MEMBER),
    int(Purpose.PRESENCE),
    int(Purpose.SLOT),
)
N_GOALS = 8
SHARE, PRESENCE, MEMBERSHIP, CAPACITY, EXIT, MISCONDUCT, MATURITY, MATURITY_SD = range(8)
"""Columns of the mix of size classes."""


@compiled
def competence(seed, firm_key, weight, goal):
    """Core competence of a firm for a goal, 0-1: its sector's ``weight`` with the firm's own deviation (SD 0.2)."""
    return clip(weight + 0.2 * normal(seed, U_COMPETENCE, firm_key, goal, 0), 0.0, 1.0)


@compiled
def is_present(seed, firm_key, home, country, presence):
    """True where the firm works: at home, and elsewhere with its size class's chance of ``presence``."""
    if home == country:
        return True
    return presence > 0.0 and draw(seed, U_PRESENCE, firm_key, country, 0) < presence


@compiled
def free_row(company, seed, firm_key, first, rows):
    """An empty row of a country's stretch, found by the firm's own key, or -1 when the stretch is full."""
    for attempt in range(64):
        row = first + int(math.floor(draw(seed, U_SLOT, firm_key, 0, attempt) * rows))
        if not company[row]["alive"]:
            return row
    for row in range(first, first + rows):
        if not company[row]["alive"]:
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
    row = free_row(w.company, seed, firm_key, state["first_firm"], state["firm_rows"])
    if row < 0:
        return -1
    size = pick(w.system[0]["mix"][:, SHARE], draw(seed, U_SIZE, firm_key, 0, 0))
    sector = pick(w.system[0]["sector"][:, N_GOALS], draw(seed, U_SECTOR, firm_key, 0, 0))
    integrity = normal(seed, U_INTEGRITY, firm_key, 0, 0)
    firm = w.company[row]
    firm["key"], firm["alive"], firm["home"], firm["size"], firm["sector"] = firm_key, True, home, size, sector
    firm["integrity"] = integrity
    hazard = w.system[0]["mix"][size, MISCONDUCT] * w.system[0]["sector"][sector, N_GOALS + 1] * param["misconduct_rate"]
    spread = param["misconduct_spread"]
    firm["p_misconduct"] = min(hazard * math.exp(-spread * integrity - 0.5 * spread * spread) / 12.0, 0.25)
    firm["p_exit"] = w.system[0]["mix"][size, EXIT] / 12.0
    firm["p_propose"] = (param["inbound_sme_ratio"] if size == 0 else 1.0) / 12.0
    maturity = w.system[0]["mix"][size, MATURITY] + w.system[0]["mix"][size, MATURITY_SD] * normal(
        seed, U_MATURITY, firm_key, 0, 0
    )
    firm["maturity"] = clip(maturity, 0.0, 1.0)
    u = draw(seed, U_MEMBER, firm_key, 0, 0)
    firm["member"] = u < w.system[0]["mix"][size, MEMBERSHIP]
    firm["lead"] = size == 2 and u < param["lead_share"] / (1.0 - w.system[0]["mix"][1, SHARE])
    firm["capacity"] = int(w.system[0]["mix"][size, CAPACITY])
    firm["cost_belief"] = param["cost_belief_start"]
    firm["fatigue"], firm["spent"] = 0.0, 0.0
    never = -1000000
    firm["hidden_since"], firm["repeat_until"], firm["last_contact"] = never, never, month
    firm["n_live"], firm["n_open"], firm["disclosed"], firm["tied"] = 0, 0, 0, 0
    firm["courted_by"], firm["courted_until"], firm["courting_case"] = -1, never, -1
    firm["check_month"], firm["check_by"], firm["check_signal"] = never, -1, 0.0
    firm["flag_month"], firm["flag_by"] = never, -1
    w.system[0]["n_alive"] += 1
    return row


@compiled
def founder_key(seed, number):
    """Key of the company with this number in the declared population."""
    return key(seed, U_SLOT, number, 0, 1)
