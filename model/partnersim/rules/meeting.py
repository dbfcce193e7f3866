"""Meetings: forums, focal-point meetings, exchanges and advisory groups make ties, searched from the next month."""

from __future__ import annotations

from partnersim.choice import occurrences
from partnersim.compiled import compiled
from partnersim.kinds import FIRST_ENTITY, NEVER, Size
from partnersim.ledger import ticks
from partnersim.randomness import Purpose, draw
from partnersim.rules.scouting import random_firm
from partnersim.rules.ties import find_or_make, stronger
from partnersim.rules.work import LEAST_STAFF

U_FORUM, U_PEER, U_EXCHANGE = int(Purpose.FORUM), int(Purpose.PEER), int(Purpose.SECONDMENT)
SME = int(Size.SME)
FAR = 50_000_000
"""Keeps the numbers of forum meetings apart from those of searches."""
MOST_DRAWS = 8
"""Bound of the parameter ``forum_draws``: keeps the numbers of one meeting apart from those of the next."""


@compiled
def forum(seed, month, param, entity, now, ties, company, home):
    """Rule: at a forum an entity meets firms it did not know; large firms are there more often (para 17)."""
    n = occurrences(now["forum_ties"] / 12.0, draw(seed, U_FORUM, entity["key"], month, 0))
    for k in range(n):
        row = -1
        for attempt in range(int(param["forum_draws"])):
            row = random_firm(home, seed, entity["key"], month, FAR + MOST_DRAWS * k + attempt)
            if row >= 0 and company[row]["size"] > SME:
                break
        if row >= 0:
            slot = find_or_make(ties, row, company[row]["key"], NEVER)
            ties[slot]["event"] = stronger(ties[slot]["event"], param["tie_forum"])
            company[row]["last_contact"] = month


@compiled
def peers(seed, month, param, entity, e, rate, peer):
    """Rule: focal points meet those of other entities, and a tie between their entities is made (report para 18)."""
    n_entities = peer.shape[0]
    n = occurrences(rate / 12.0, draw(seed, U_PEER, entity["key"], month, 0))
    for k in range(n):
        f = min(int(draw(seed, U_PEER, entity["key"], month, k + 1) * n_entities), n_entities - 1)
        if f != e:
            tie = stronger(peer[e, f]["event"], param["tie_peers"])
            peer[e, f]["event"], peer[f, e]["event"] = tie, tie


@compiled
def strongest_outside(ties):
    """Slot of the strongest tie without a seat or an exchange, or -1."""
    best, most = -1, 0.0
    for k in range(ties.shape[0]):
        tie = ties[k]
        if tie["row"] >= 0 and not tie["seat"] and tie["staff"] == 0 and tie["strength"] + tie["event"] > most:
            best, most = k, tie["strength"] + tie["event"]
    return best


@compiled
def exchange(seed, month, param, scale, entity, usual, rate, ties):
    """Rule: staff go to a well-known firm and come back with skill; they are missed meanwhile, the firm has a friend (box 11).

    ``usual`` and ``rate``: exchanges a year before any policy and today.
    """
    u = draw(seed, U_EXCHANGE, entity["key"], month, 0)
    n, n_usual = occurrences(rate * scale / 12.0, u), occurrences(usual * scale / 12.0, u)
    staff = max((entity["staff_hq"] + entity["staff_country"]) * scale, LEAST_STAFF)
    for k in range(n):
        slot = strongest_outside(ties)
        if slot >= 0:
            entity["n_exchanged"] += 1 if k >= n_usual else 0
            ties[slot]["staff"] = int(param["insider_months"])
            ties[slot]["strength"] = stronger(ties[slot]["strength"], param["tie_exchange"])
            entity["absent"] += ticks(param["exchange_days"])
            entity["skill"] += min(param["exchange_skill"] / staff, 1.0) * (1.0 - entity["skill"])


@compiled
def seats(month, param, entity, wanted, ties, company):
    """Rule: a company advisory group fills its seats one a month with the firms that know the entity best (box 9)."""
    taken = 0
    for k in range(ties.shape[0]):
        tie = ties[k]
        if tie["seat"] and taken < wanted:
            taken += 1
            tie["event"] = max(tie["event"], param["tie_seat"])
            company[tie["row"]]["last_contact"] = month
        else:
            tie["seat"] = False
    if taken < wanted:
        slot = strongest_outside(ties)
        if slot >= 0:
            ties[slot]["seat"] = True
            taken += 1
    entity["seats"] = taken


@compiled
def meet(w):
    """Rule: forums, focal-point meetings, exchanges and seats make this month's ties (report paras 17-18, boxes 9 and 11)."""
    entities, companies, firm_ties, peer_ties, chan = w.entity, w.company, w.firm_tie, w.peer, w.chan
    system, param = w.system[0], w.system[0]["param"]
    seed, month, scale = system["seed"], system["month"], system["scale"]
    for e in range(entities.shape[0]):
        entity, now, ties = entities[e], chan[FIRST_ENTITY + e], firm_ties[e]
        forum(seed, month, param, entity, now, ties, companies, w.home)
        peers(seed, month, param, entity, e, now["peer_ties"], peer_ties)
        usual = w.base[FIRST_ENTITY + e]["secondments"]
        exchange(seed, month, param, scale, entity, usual, now["secondments"], ties)
        if now["advisory_seats"] >= 1.0 or entity["seats"] > 0:
            seats(month, param, entity, int(now["advisory_seats"]), ties, companies)
