"""The network: ties are found, made, strengthened and left to fade.

Each entity keeps a fixed number of slots for ties to companies, since nobody keeps up with everybody. A company's key
says in which few of them its tie can be, so that finding one costs the same however many there are; a new tie takes an
empty one of these or that of the weakest tie without a seat.
"""

from __future__ import annotations

from partnersim.compiled import compiled
from partnersim.kinds import NEVER, WAYS
from partnersim.randomness import U

HALF, LOWEST = U(32), U(WAYS - 1)
"""Shift to the upper half of a key's bits, and mask of the lowest ones."""
KEPT = 10.0
"""Worth of a seat or an exchange, more than that of any tie without: such a tie is not forgotten for another."""


@compiled
def place(ties, key, attempt):
    """The slot to look at for a tie to the agent with this key, at each of ``WAYS`` attempts."""
    chosen = ((key >> HALF) * U(ties.shape[0] // WAYS)) >> HALF
    return int(chosen) * WAYS + (int(key & LOWEST) + attempt) % WAYS


@compiled
def find(ties, row, key):
    """Slot of the tie to the agent with this row and key among one entity's ``ties``, or -1."""
    for attempt in range(WAYS):
        k = place(ties, key, attempt)
        if ties[k]["key"] == key and ties[k]["row"] == row:
            return k
    return -1


@compiled
def find_or_make(ties, row, key, never):
    """Rule: a first contact opens a tie; where none of its slots is free, the weakest tie in them is forgotten.

    (S106: the embedded attract and keep more ties.) Returns the slot.
    """
    slot = find(ties, row, key)
    if slot >= 0:
        return slot
    weakest, least = -1, 1e9
    for attempt in range(WAYS):
        k = place(ties, key, attempt)
        tie = ties[k]
        worth = -1.0 if tie["row"] < 0 else tie["strength"] + tie["event"] + (KEPT if tie["seat"] or tie["staff"] > 0 else 0.0)
        if worth < least:
            weakest, least = k, worth
    tie = ties[weakest]
    tie["row"], tie["key"] = row, key
    tie["strength"], tie["event"] = 0.0, 0.0
    tie["staff"], tie["seat"] = 0, False
    tie["check_month"], tie["check_signal"], tie["check_passed"] = never, 0.0, False
    return weakest


@compiled
def stronger(strength, gain):
    """Strength in 0-1 after working together: the nearer to 1, the less is gained."""
    return strength + gain * (1.0 - strength)


@compiled
def work_together(case, firm_ties, peer_ties, gain):
    """Rule: working together strengthens ties between the lead, its main firm and the other UN members (S107)."""
    e = case["entity"][0]
    tie = firm_ties[e, case["tie"]]
    if tie["key"] != case["firm_key"][0] or tie["row"] != case["firm"][0]:
        case["tie"] = find_or_make(firm_ties[e], case["firm"][0], case["firm_key"][0], NEVER)
        tie = firm_ties[e, case["tie"]]
    tie["strength"] = stronger(tie["strength"], gain)
    for k in range(1, case["n_entity"]):
        f = case["entity"][k]
        strength = stronger(peer_ties[e, f]["strength"], gain)
        peer_ties[e, f]["strength"], peer_ties[f, e]["strength"] = strength, strength


@compiled
def fade(w):
    """Rule: ties fade without contact; a tie that has all but gone frees its slot (embedded ties outlast others, S106)."""
    entities, companies, firm_ties, peer_ties = w.entity, w.company, w.firm_tie, w.peer
    keep, least = 1.0 - w.system[0]["param"]["tie_fading"], w.system[0]["param"]["tie_least"]
    for e in range(entities.shape[0]):
        fade_ties(firm_ties[e], companies, keep, least)
        mine = peer_ties[e]
        for f in range(entities.shape[0]):
            mine[f]["strength"] *= keep
            mine[f]["event"] *= keep


@compiled
def fade_ties(ties, company, keep, least):
    """Fade one entity's ties to companies and free the slots of ties gone; a seat does not outlast its company."""
    for k in range(ties.shape[0]):
        tie = ties[k]
        if tie["row"] < 0:
            continue
        tie["strength"] *= keep
        tie["event"] *= keep
        if tie["staff"] > 0:
            tie["staff"] -= 1
        if tie["seat"]:
            firm = company[tie["row"]]
            tie["seat"] = firm["alive"] and firm["key"] == tie["key"]
        elif tie["strength"] + tie["event"] < least and tie["staff"] == 0:
            tie["row"] = -1
