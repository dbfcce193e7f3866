"""Inviting: the government, civil society, UN entities and firms that a design asks in, and whether they join."""

from __future__ import annotations

from partnersim.choice import up_to_one
from partnersim.compiled import compiled
from partnersim.kinds import FIRST_STATE, MAX_ENTITIES, MAX_FIRMS, Told
from partnersim.population.firms import is_present
from partnersim.randomness import Purpose, draw, normal, pair
from partnersim.rules.scouting import local_firm
from partnersim.rules.screening import vet

U_SIZE, U_INVITE, U_ACCEPTS = int(Purpose.CASE_SIZE), int(Purpose.INVITE), int(Purpose.MEMBER_ACCEPTS)
GOVERNMENT, CIVIL = int(Told.GOVERNMENT), int(Told.CIVIL)

GOVERNMENT_RELEVANT = (
    (0, 0, 1, 1, 0, 1, 0, 1),
    (0, 0, 1, 0, 0, 1, 0, 1),
    (1, 1, 1, 1, 1, 1, 1, 1),
    (0, 0, 0, 0, 0, 0, 0, 0),
    (1, 1, 1, 1, 1, 1, 1, 1),
)
"""Where the government must be a member for criterion (i) of transformation: 1 by type (rows as Kind) and goal (columns as
GOALS). A definition, assumed from the report's boxes: rules and public goods need the government."""
CIVIL_RELEVANT = (
    (1, 1, 0, 0, 1, 0, 1, 0),
    (1, 1, 1, 0, 1, 1, 1, 0),
    (0, 0, 1, 1, 1, 0, 1, 1),
    (1, 1, 1, 1, 1, 1, 1, 1),
    (0, 1, 1, 0, 0, 0, 1, 0),
)
"""The same for civil society: work with poor or exposed people needs it."""
CIVIL_TRIES = 24
"""Draws in which a competent civil society organisation with a place left is looked for."""


@compiled
def member_benefit(benefit, cost, members):
    """Score of an invitee: own benefit against coordination cost that is convex in members (S108)."""
    return benefit - cost * members * members


@compiled
def parties(case):
    """Number of parties of a case."""
    return case["n_entity"] + case["n_firm"] + (1 if case["government"] else 0) + (1 if case["civil"] >= 0 else 0)


@compiled
def all_relevant(case, government):
    """Criterion (i): every sector that the type and goal need is a member, civil society only where one is competent there."""
    kind, goal = case["type"], case["goal"]
    if GOVERNMENT_RELEVANT[kind][goal] == 1 and not case["government"]:
        return False
    if CIVIL_RELEVANT[kind][goal] == 1 and case["civil"] < 0:
        return government[case["country"][0]]["civil_available"][goal] == 0
    return True


@compiled
def invite_government(w, case, invitation):
    """Invite the host government where it is relevant or has asked; it joins by its support for partnerships."""
    seed, country, reluctant = w.system[0]["seed"], case["country"][0], w.system[0]["param"]["government_joins"]
    relevant = GOVERNMENT_RELEVANT[case["type"]][case["goal"]] == 1 or case["systemic"]
    asked = case["told"] & GOVERNMENT or case["requested"] or (relevant and draw(seed, U_INVITE, case["key"], 0, 0) < invitation)
    joins = up_to_one(reluctant, w.chan[FIRST_STATE + country]["host_support"])
    if asked and draw(seed, U_ACCEPTS, case["key"], 0, 0) < joins:
        case["government"] = True


@compiled
def invite_civil(w, case, invitation):
    """Invite a competent civil society organisation where one is relevant; known ones first, it joins if it has capacity."""
    civil_society = w.civil
    seed, param = w.system[0]["seed"], w.system[0]["param"]
    noticed = CIVIL_RELEVANT[case["type"]][case["goal"]] == 1 and draw(seed, U_INVITE, case["key"], 0, 1) < invitation
    if not (noticed or case["told"] & CIVIL):
        return
    n, country = civil_society.shape[0], case["country"][0]
    if w.government[country]["civil_available"][case["goal"]] == 0:
        return
    for attempt in range(CIVIL_TRIES):
        i = min(int(draw(seed, U_INVITE, case["key"], 1, attempt) * n), n - 1)
        partner = civil_society[i]
        here = is_present(seed, partner["key"], partner["home"], country, partner["presence"])
        if partner["competence"][case["goal"]] < param["civil_competence_least"] or not here:
            continue
        joins = param["civil_joins"] + param["civil_joins_legitimacy"] * partner["legitimacy"]
        if partner["n_live"] < partner["capacity"] and draw(seed, U_ACCEPTS, case["key"], 0, 1) < joins:
            case["civil"] = i
            partner["n_live"] += 1
        return


@compiled
def invite_entities(w, case):
    """Rule: a design with several UN members grows one by one; each invitee weighs benefit against coordination cost.

    The first further member comes in the share of designs that are multi-entity; each later one with a constant chance
    of continuing (0.654 fits joint programmes, S5), until so many have refused in a row. Who has more open cases than it can
    work off declines, and so does who finds the firm wanting. The entity that convenes country teams is asked first (S5). A
    joint bid of two grows no more readily than a bid of one.
    """
    entities, governments, peer_ties = w.entity, w.government, w.peer
    system, param = w.system[0], w.system[0]["param"]
    seed, rk = system["seed"], case["key"]
    if draw(seed, U_SIZE, rk, 0, 0) < param["single_entity_share"]:
        return
    weigh(param, case, entities, governments, peer_ties, system["weight"])
    refusals, invited = 0, 0
    while case["n_entity"] < min(MAX_ENTITIES, entities.shape[0]) and refusals < int(param["refusals"]):
        if case["n_entity"] >= 2 and draw(seed, U_SIZE, rk, 0, case["n_entity"]) >= param["size_continuation"]:
            return
        first = invited == 0 and draw(seed, U_INVITE, rk, 4, 0) < param["convener_invited"]
        f = convener(case, system["convener"], governments) if first else -1
        if f < 0:
            f = invitee(case, system["weight"], entities.shape[0], draw(seed, U_INVITE, rk, 2, invited))
        invited += 1
        if f < 0:
            return
        luck = normal(seed, U_ACCEPTS, pair(rk, entities[f]["key"]), 0, 0)
        mandate = entities[f]["mandate"][case["goal"]]
        benefit = param["benefit_base"] + param["benefit_mandate"] * mandate + param["benefit_spread"] * luck
        busy = entities[f]["room"][case["office"]] <= 0.0
        worth = case["n_entity"] == 1 or member_benefit(benefit, param["coordination_cost"], case["n_entity"]) > 0.0
        if worth and not busy and vet(w, case, f):
            case["entity"][case["n_entity"]] = f
            case["n_entity"] += 1
            refusals = 0
        else:
            refusals += 1


@compiled
def convener(case, e, government):
    """The entity that convenes country teams, row ``e``, where it has an office and is no member yet; else -1."""
    if e < 0 or (government[case["country"][0]]["offices"] >> e) & 1 == 0:
        return -1
    for k in range(case["n_entity"]):
        if case["entity"][k] == e:
            return -1
    return e


@compiled
def invitee(case, weight, n, u):
    """One of ``n`` entities drawn by ``weight``, which members lose; -1 when none has any."""
    total = 0.0
    for k in range(case["n_entity"]):
        weight[case["entity"][k]] = 0.0
    for f in range(n):
        total += weight[f]
    if total <= 0.0:
        return -1
    u *= total
    for f in range(n):
        u -= weight[f]
        if u < 0.0:
            return f
    return -1


@compiled
def weigh(param, case, entity, government, peer, weight):
    """Weigh entities as further members by staff, mandate, presence and earlier work together (S106: the embedded attract)."""
    goal, offices = case["goal"], government[case["country"][0]]["offices"]
    unknown, met, least, absent = (
        param["invite_unknown"],
        param["invite_met"],
        param["invite_mandate_least"],
        param["invite_absent"],
    )
    ties = peer[case["entity"][0]]
    for f in range(entity.shape[0]):
        other, tie = entity[f], ties[f]
        known = unknown + tie["strength"] + met * tie["event"]
        present = 1.0 if (offices >> f) & 1 == 1 else absent
        weight[f] = (other["staff_hq"] + other["staff_country"]) * (least + other["mandate"][goal]) * present * known


@compiled
def invite_firms(w, case):
    """A systemic or larger design looks for a further firm from the country, so that a market and not one firm moves."""
    companies, governments = w.company, w.government
    seed, param, rk = w.system[0]["seed"], w.system[0]["param"], case["key"]
    state = governments[case["country"][0]]
    wanted = int(param["firms_systemic"] if case["systemic"] else 0.0)
    wanted += int(param["firms_large"] if case["n_entity"] > 2 else 0.0)
    for k in range(min(wanted, MAX_FIRMS - 1)):
        if draw(seed, U_INVITE, rk, 3, k) >= param["firm_joins"]:
            continue
        row = local_firm(w.home, seed, rk, 0, k, case["country"][0], state)
        if row < 0 or row == case["firm"][0] or (case["n_firm"] > 1 and row == case["firm"][1]):
            continue
        firm = companies[row]
        if firm["n_live"] + firm["n_open"] < firm["capacity"]:
            case["firm"][case["n_firm"]], case["firm_key"][case["n_firm"]] = row, firm["key"]
            case["n_firm"] += 1
            firm["n_open"] += 1
