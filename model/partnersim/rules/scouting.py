"""Scouting: entities with staff-days left look for partners for a goal and a country they serve."""

from __future__ import annotations

import math

from partnersim.channels import BY_NAME
from partnersim.choice import around_one, clip, guided, up_to_one
from partnersim.compiled import compiled
from partnersim.kinds import FIRST_ENTITY, FIRST_STATE, N_GOALS, Stage
from partnersim.ledger import Activity, ticks
from partnersim.population.firms import PRESENCE, competence, is_present
from partnersim.randomness import Purpose, draw, normal, pair
from partnersim.rules.records import open_record, order_newcomers
from partnersim.rules.work import days_ahead, effort, use

SEARCH = int(Activity.SEARCH)
COURTED = int(Stage.COURTED)
U_GOAL, U_COUNTRY, U_SOURCE, U_FIRM, U_FIT, U_REPLY = (
    int(Purpose.SCOUT_GOAL),
    int(Purpose.SCOUT_COUNTRY),
    int(Purpose.SCOUT_SOURCE),
    int(Purpose.SCOUT_FIRM),
    int(Purpose.PERCEIVED_FIT),
    int(Purpose.CASE_LEAD),
)
MAX_SEARCHES = 400
"""Most searches of one entity's pool in a month: a guard, far above what staff can pay for."""
FAR = 1_000_000
"""Keeps the numbers of a portal's candidates apart from all others."""
FIRM_TRIES, LOCAL_TRIES, TOGETHER = 16, 8, 4
"""Draws in which a living company is looked for among all, and among those of a country; draws looked at together."""
MOST_TRIES = 8
"""Bound of the parameter ``country_tries``: keeps the numbers of one search apart from those of the next."""
MOST_CANDIDATES = 32
"""Bound of the parameter ``candidates``: keeps the numbers of one search apart from those of the next."""
SHORT_LIST = 4
"""Candidates of the search whose days the parameter ``days_search`` gives."""
USUAL_REWARD = BY_NAME["reward_results"].baseline
"""Reward for results at which an entity is as choosy as its channel says."""
OWN_TIE, LOCAL, PORTAL, COLD = range(4)
"""Where a candidate comes from."""


@compiled
def true_fit(param, skill_for_goal, maturity, present):
    """Fit of a firm for a goal and a country, in about standard units: competence, maturity, presence."""
    return (
        (skill_for_goal - param["fit_competence_usual"]) / param["fit_competence_sd"]
        + param["fit_maturity"] * (maturity - param["fit_maturity_usual"])
        + (param["fit_present"] if present else param["fit_absent"])
    )


@compiled
def firm_fit(seed, param, firm, sector, mix, goal, country):
    """True fit of a company for a goal and a country; ``sector`` and ``mix`` are the tables of the world."""
    skill = competence(seed, firm["key"], sector[firm["sector"], goal], goal, param["competence_sd"])
    present = is_present(seed, firm["key"], firm["home"], country, mix[firm["size"], PRESENCE])
    return true_fit(param, skill, firm["maturity"], present)


@compiled
def seen_value(param, fit, noise, core_weight, size, tie):
    """What a searching entity makes of a firm: fit as it appears, a big name where core competence counts less, and a tie."""
    return fit + noise + (1.0 - core_weight) * param["seen_name"] * size + param["seen_tie"] * tie


@compiled
def source(param, u, local_share, portal, broker):
    """Where one candidate comes from: own ties, a local broker, the portal, or a cold contact."""
    if u < local_share * up_to_one(param["local_without_broker"], broker):
        return LOCAL
    u = (u - local_share) / (1.0 - local_share) if u > local_share else 1.0
    if u < portal:
        return PORTAL
    if u < portal + param["search_ties"] * (1.0 - portal):
        return OWN_TIE
    return COLD


@compiled
def random_firm(home, seed, who, month, which):
    """Row of a living company drawn from all, or -1 when none was found.

    The first living one counts; several are looked at together, since a processor guesses badly which rows are empty.
    """
    for attempt in range(0, FIRM_TRIES, TOGETHER):
        found = -1
        for k in range(TOGETHER - 1, -1, -1):
            row = int(draw(seed, U_FIRM, who, month, which * FIRM_TRIES + attempt + k) * home.shape[0])
            found = row if home[row] >= 0 else found
        if found >= 0:
            return found
    return -1


@compiled
def local_firm(home, seed, who, month, which, country, state):
    """Row of a living company drawn from those at home in a country, or -1 when none was found."""
    for attempt in range(LOCAL_TRIES):
        row = state["first_firm"] + int(draw(seed, U_FIRM, who, month, which * FIRM_TRIES + attempt) * state["firm_rows"])
        if home[row] == country:
            return row
    return -1


@compiled
def candidate(seed, param, month, number, entity, now, state, broker, goal, country, ties, company, home, sector):
    """One company to look at, from one of four sources: its row and the slot of the tie that led to it, or -1."""
    who = entity["key"]
    u = draw(seed, U_SOURCE, who, month, number)
    where = source(param, u, now["local_search_share"], now["portal_reach"], broker)
    if where == LOCAL:
        return local_firm(home, seed, who, month, number, country, state), -1
    if where == OWN_TIE:
        slot = int(draw(seed, U_FIRM, who, month, number * FIRM_TRIES) * ties.shape[0])
        row = ties[slot]["row"]
        if row >= 0 and company[row]["alive"] and company[row]["key"] == ties[slot]["key"]:
            return row, slot
    if where == PORTAL:
        best, most = -1, -1.0
        for j in range(int(param["portal_list"])):
            row = random_firm(home, seed, who, month, number + FAR * (j + 1))
            if row >= 0:
                firm = company[row]
                skill = competence(seed, firm["key"], sector[firm["sector"], goal], goal, param["competence_sd"])
                if skill > most:
                    best, most = row, skill
        return best, -1
    return random_firm(home, seed, who, month, number), -1


@compiled
def choose_goal(mandate, u):
    """A goal area drawn by mandate weights."""
    goal = 0
    while goal < N_GOALS - 1 and u >= mandate[goal]:
        u -= mandate[goal]
        goal += 1
    return goal


@compiled
def choose_country(seed, who, month, number, tries, cdf, guide, government, e):
    """A country with people in need, where the entity has an office if one is found in so many tries."""
    country = 0
    for attempt in range(tries):
        country = guided(cdf, guide, draw(seed, U_COUNTRY, who, month, number * MOST_TRIES + attempt))
        if (government[country]["offices"] >> e) & 1 == 1:
            return country
    return country


@compiled
def best_candidate(seed, param, month, number, entity, now, state, broker, goal, country, n, ties, company, home, sector, mix):
    """The most promising of ``n`` candidates with a place left: row (or -1), value as seen, true fit, strength of the tie.

    And the row of the one that came second, or -1.
    """
    noise_sd = now["company_info_noise"] * (1.0 - param["noise_broker"] * broker)
    best, most, best_fit, best_tie = -1, -1e9, 0.0, 0.0
    second, next_most = -1, -1e9
    for j in range(n):
        row, slot = candidate(
            seed,
            param,
            month,
            number * MOST_CANDIDATES + j,
            entity,
            now,
            state,
            broker,
            goal,
            country,
            ties,
            company,
            home,
            sector,
        )
        if row < 0 or company[row]["n_live"] + company[row]["n_open"] >= company[row]["capacity"]:
            continue
        firm = company[row]
        noise = noise_sd * normal(seed, U_FIT, pair(entity["key"], firm["key"]), month // 12, goal)
        tie = ties[slot]["strength"] + ties[slot]["event"] if slot >= 0 else 0.0
        fit = firm_fit(seed, param, firm, sector, mix, goal, country)
        value = seen_value(param, fit, noise, now["core_competence_weight"], firm["size"], tie)
        if value > most:
            if best != row:
                second, next_most = best, most
            best, most, best_fit, best_tie = row, value, fit, tie
        elif value > next_most and row != best:
            second, next_most = row, value
    return best, most, best_fit, best_tie, second


@compiled
def begin(w, e, firm_row, goal, country, pool, fit, tie, second):
    """Open a case that still has to court its firm, with the ``second`` firm of the search (or -1) in reserve."""
    row = open_record(w, e, firm_row, goal, country, pool, COURTED)
    if row < 0:
        return
    seed, param, case = w.system[0]["seed"], w.system[0]["param"], w.partnership[row]
    case["fit"] = fit
    case["work_left"] = ticks(param["days_courting"] * effort(param, w.entity[e]["skill"]))
    case["months_left"] = months_to_answer(seed, param, case, tie)
    if second >= 0:
        case["second"], case["second_key"] = second, w.company[second]["key"]
    case["requested"] = (
        draw(seed, U_REPLY, case["key"], 0, 2) < param["request_share"] * w.chan[FIRST_STATE + country]["host_support"]
    )


@compiled
def months_to_answer(seed, param, case, tie):
    """Months until the firm of a case answers; one that is known by a ``tie`` answers sooner."""
    pace = around_one(1.0 - draw(seed, U_REPLY, case["key"], 0, 1), param["answer_spread"])
    haste = param["crisis_rush_answer"] if case["crisis"] else 1.0
    return param["months_courting"] * pace * (1.0 - param["answer_tie"] * clip(tie, 0.0, 1.0)) * haste


@compiled
def searches(room, idea):
    """Most searches worth making where open cases leave ``room`` days of work and an idea takes ``idea``, all stages told."""
    return int(math.ceil(max(room, 0.0) / idea))


@compiled
def scout(w):
    """Rule: what staff time is left goes to searches, as many as it pays for and open cases leave room for.

    Candidates come along ties (S106, S107), from a local broker (report paras 30, 41), the portal (para 20) or cold; what is
    seen of them is noisy. The propensity
    to misjudge a firm is drawn once for each pair, goal and year.
    """
    entities, companies, governments = w.entity, w.company, w.government
    firm_ties, country_cdf, guide, chan, days = w.firm_tie, w.country_cdf, w.country_guide, w.chan, w.system[0]["days"]
    system, param = w.system[0], w.system[0]["param"]
    seed, month = system["seed"], system["month"]
    first = system["n_open"]
    n_candidates, country_tries = int(param["candidates"]), int(param["country_tries"])
    width = param["search_fixed"] + (1.0 - param["search_fixed"]) * n_candidates / SHORT_LIST
    for e in range(entities.shape[0]):
        entity, now, ties = entities[e], chan[FIRST_ENTITY + e], firm_ties[e]
        cost = ticks(param["days_search"] * width * effort(param, entity["skill"]))
        idea = days_ahead(param, COURTED, param["days_courting"])
        least = now["bid_selectivity"] + param["results_selectivity"] * (now["reward_results"] - USUAL_REWARD)
        for pool in range(2):
            n = min(int(entity["left"][pool] / cost), searches(entity["room"][pool], idea), MAX_SEARCHES)
            entity["left"][pool] -= n * cost
            use(entity, days, pool, SEARCH, n * cost)
            for k in range(n):
                number = k * 2 + pool
                goal = choose_goal(entity["mandate"], draw(seed, U_GOAL, entity["key"], month, number))
                country = choose_country(
                    seed, entity["key"], month, number, country_tries, country_cdf[goal], guide[goal], governments, e
                )
                best, value, fit, tie, second = best_candidate(
                    seed,
                    param,
                    month,
                    number,
                    entity,
                    now,
                    governments[country],
                    chan[FIRST_STATE + country]["broker_quality"],
                    goal,
                    country,
                    n_candidates,
                    ties,
                    companies,
                    w.home,
                    w.system[0]["sector"],
                    w.system[0]["mix"],
                )
                if best >= 0 and value >= least:
                    begin(w, e, best, goal, country, pool, fit, tie, second)
    order_newcomers(w, first)
