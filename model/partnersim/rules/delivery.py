"""Delivery: a partnership performs or does not, is evaluated or not, reaches people, scales up, moves institutions."""

from __future__ import annotations

import math

from partnersim.choice import MIDDLE, graded, pick
from partnersim.compiled import compiled
from partnersim.kinds import FIRST_ENTITY, FIRST_STATE, LIVE_ROWS, MAX_COUNTRIES, N_GOALS, NEVER, Stage
from partnersim.ledger import Activity, Side, ticks
from partnersim.randomness import Purpose, draw, normal
from partnersim.rules.inviting import parties
from partnersim.rules.records import firm_days, path, willing
from partnersim.rules.ties import work_together
from partnersim.rules.work import use

U_YEAR, U_REACH, U_EVALUATION, U_FIX, U_REPORT, U_SCALE, U_COUNTRY = (
    int(Purpose.CASE_YEAR),
    int(Purpose.CASE_REACH),
    int(Purpose.EVALUATION),
    int(Purpose.FIX),
    int(Purpose.REPORT),
    int(Purpose.CASE_SCALE),
    int(Purpose.SCOUT_COUNTRY),
)
CARE, REPORTING, EVALUATING = int(Activity.DELIVERY), int(Activity.REPORTING), int(Activity.EVALUATION)
COMPANY = int(Side.COMPANY)
DELIVERING, FIXED, SCALED, ENDED = int(Stage.DELIVERING), int(Stage.FIXED), int(Stage.SCALED), int(Stage.ENDED)


@compiled
def diversity(param, kinds, members):
    """Gain from diverse members less the load of coordinating many, in logits: an inverted U (S112)."""
    return param["perform_sector"] * (kinds - 2) - param["perform_crowd"] * (members - 2) * (members - 2)


@compiled
def performance_score(param, fit, skill, host, institution, broker, attention, variety, lift, shock):
    """Score above which luck decides that a partnership performs this month, in logits."""
    return (
        param["perform_base"]
        + param["perform_fit"] * fit
        + param["perform_skill"] * (skill - MIDDLE)
        + param["perform_host"] * (host - param["host_usual"])
        + param["perform_institution"] * institution
        + param["perform_broker"] * (broker - param["broker_usual"])
        + param["perform_attention"] * (attention - 1.0)
        + variety
        + lift
        + shock
    )


@compiled
def next_reach(reach, target, performing, growth, kept):
    """People reached next month: towards ``target`` while performing; while not, a share is ``kept`` each month."""
    if performing:
        return reach + growth * (target - reach)
    return kept * reach


@compiled
def start(seed, month, param, case, people_in_need):
    """First delivering month: how many people it could reach, and how far it could be scaled up, become fixed."""
    rk = case["key"]
    case["m_started"] = month
    size = math.exp(math.log(param["reach_median"]) + param["reach_log_sd"] * normal(seed, U_REACH, rk, 0, 0))
    case["potential"] = min(size * graded(param["reach_shallow"], case["depth"]), people_in_need)
    case["scale_limit"] = math.exp(draw(seed, U_SCALE, rk, 0, 0) * math.log(param["scale_limit"]))


@compiled
def care(w):
    """Rule: live partnerships get the care that staff time allows; attention is days given over days needed.

    Two thirds of alliances are in trouble in the first two years (S104); days assumed. A share of care is reporting.
    """
    entities, days = w.entity, w.system[0]["days"]
    param = w.system[0]["param"]
    share = param["reporting_share"]
    for e in range(entities.shape[0]):
        entity = entities[e]
        for pool in range(2):
            given = entity["attention"][pool]
            reporting = ticks(given * share)
            use(entity, days, pool, REPORTING, reporting)
            use(entity, days, pool, CARE, given - reporting)
            need = entity["care"][pool] * param["days_care"]
            entity["attention"][pool] = given / need if need > 0.0 else 1.0


@compiled
def performs(seed, month, param, case, lead, institution, host, broker):
    """True when the partnership performs this month."""
    kinds = 2 + (1 if case["government"] else 0) + (1 if case["civil"] >= 0 else 0)
    age = month - case["m_started"]
    if age % 12 == 0:
        case["shock"] = param["perform_shock"] * normal(seed, U_YEAR, case["key"], age // 12, 0)
    attention = min(lead["attention"][case["office"]], 1.0)
    variety = diversity(param, kinds, parties(case))
    score = performance_score(
        param, case["fit"], lead["skill"], host, institution, broker, attention, variety, case["lift"], case["shock"]
    )
    return case["latent"] + score > 0.0


@compiled
def evaluate(seed, month, param, case, lead, days, company):
    """Rule: once a year a partnership with KPIs is evaluated; a failing one is found, then fixed or left to be closed.

    (Report paras 59-61.) Evaluation costs days on both sides; skill raises the chance of a fix.
    """
    cost = min(ticks(param["days_evaluation"]), lead["left"][case["office"]])
    lead["left"][case["office"]] -= cost
    use(lead, days, case["office"], EVALUATING, cost)
    case["days"] += cost
    firm_days(case, company, days, EVALUATING, param["evaluation_company_ratio"] * param["days_evaluation"])
    learn(lead, case["type"], case["performing"], param["belief_rate"], param["belief_hardening"])
    if case["performing"] or draw(seed, U_EVALUATION, case["key"], month, 0) >= param["evaluation_power"]:
        return
    case["found"] = True
    if draw(seed, U_FIX, case["key"], month, 0) < param["fix_base"] * graded(param["fix_unskilled"], lead["skill"]):
        case["lift"] += param["fix_lift"]
        if case["stage"] != SCALED:
            case["stage"], case["since"] = FIXED, month


@compiled
def learn(lead, kind, performing, rate, hardening):
    """Beliefs about a type of partnership move with evaluated results only, the less the more results are behind them."""
    weight = rate / (1.0 + hardening * lead["evidence"][kind])
    lead["belief"][kind] += weight * ((1.0 if performing else 0.0) - lead["belief"][kind])
    lead["evidence"][kind] += 1.0


@compiled
def reported(seed, param, case, candour):
    """Rule: staff report success all the same, unless a failure is known and candour admits it (S66 against S93)."""
    if case["performing"]:
        return True
    optimism = param["optimism"] * (1.0 - candour if case["found"] else 1.0)
    return draw(seed, U_REPORT, case["key"], 0, 0) < optimism


@compiled
def scale_up(seed, month, param, proven, case, host):
    """Rule: what has worked for ``proven`` months, pays or has a plan, and has a willing host is scaled up.

    (Report para 27, box 5; S41.) Its reach then multiplies by equal factors a month up to a limit of its own.
    """
    if case["stage"] == SCALED:
        pace = math.exp(math.log(param["scale_limit"]) / param["scale_months"])
        case["scale"] = min(case["scale"] * pace, case["scale_limit"])
        return
    ready = case["months_performing"] >= proven and case["systemic"] and (case["business_case"] or case["exit_plan"])
    if ready and draw(seed, U_SCALE, case["key"], month // 12, 1) < willing(case, host):
        case["stage"], case["since"] = SCALED, month


@compiled
def spread(seed, month, chance, case, cdf, government):
    """Once a year a scaled partnership may go on to a further country in need where its lead has an office."""
    if draw(seed, U_COUNTRY, case["key"], month, 1) >= chance:
        return
    country = pick(cdf, draw(seed, U_COUNTRY, case["key"], month, 0))
    known = False
    for k in range(case["n_country"]):
        known = known or case["country"][k] == country
    if (government[country]["offices"] >> case["entity"][0]) & 1 == 1 and not known:
        case["country"][case["n_country"]] = country
        case["n_country"] += 1


@compiled
def institution_rise(param, government_member, depth, host, institution):
    """Rise of the institution index by one performing partnership with a systemic aim, 0-1 a month.

    The government's membership carries most of it (report para 26; V10).
    """
    carried = 1.0 if government_member else param["institution_without_state"]
    return param["institution_rate"] * carried * depth * graded(param["institution_unsupported"], host) * (1.0 - institution)


@compiled
def gather(case, governments):
    """Add the reach of a partnership that serves people to its countries and goal, before people are counted once."""
    part = case["reach"] / case["n_country"]
    for k in range(case["n_country"]):
        governments[case["country"][k]]["reached"][case["goal"]] += part


@compiled
def deliver(w):
    """Rule: each month a live partnership performs or not, given fit, skills, host, diversity, load and attention.

    (S32, S90, S93, S101, S112; weights assumed.) Luck is drawn once for its life and once for each year of it, so better
    conditions only ever add performing months.
    One with a systemic aim shifts its country's market or rules for the goal, which helps others there. Its main firm learns
    what dealing with the UN costs: less where the partnership performs, more where not.
    """
    entities, companies, governments = w.entity, w.company, w.government
    register, rows, country_cdf, chan = w.partnership, w.rows, w.country_cdf, w.chan
    system, param, paths = w.system[0], w.system[0]["param"], path(w)
    seed, month, scale = system["seed"], system["month"], system["scale"]
    reporting = ticks(param["company_days_live"] * param["reporting_share"])
    caring = ticks(param["company_days_live"]) - reporting
    gain, step = param["tie_gain"], param["cost_belief_step"] / 12.0
    low, high = param["cost_belief_performing"], param["cost_belief_failing"]
    days, n_firms = system["days"], 0
    growth, kept, proven = param["reach_growth"], 1.0 - param["reach_loss"], int(param["scale_up_months"])
    for c in range(governments.shape[0]):
        state = governments[c]
        state["performing"] = 0.0
        for g in range(N_GOALS):
            state["reached"][g] = 0.0
    for i in range(system["n_live"]):
        case = register[rows[LIVE_ROWS, i]]
        if case["stage"] == ENDED:
            if case["persists"] > 0.0:
                gather(case, governments)
            continue
        country, goal = case["country"][0], case["goal"]
        lead, state, here = entities[case["entity"][0]], governments[country], chan[FIRST_STATE + country]
        firm = companies[case["firm"][0]]
        firm["last_contact"] = month
        work_together(case, w.firm_tie, w.peer, gain)
        if case["m_started"] == NEVER:
            case["months_left"] -= 1.0
            if case["months_left"] > 0.0:
                continue
            start(seed, month, param, case, state["need"][goal] * state["people"])
            paths["started"] += 1.0
        host = here["host_support"]
        case["performing"] = performs(seed, month, param, case, lead, state["institution"][goal], host, here["broker_quality"])
        case["months_performing"] = case["months_performing"] + 1 if case["performing"] else 0
        firm["cost_belief"] += step * ((low if case["performing"] else high) - firm["cost_belief"])
        age = month - case["m_started"]
        if case["kpis"] and age > 0 and age % 12 == 0:
            evaluate(seed, month, param, case, lead, days, companies)
        case["reported"] = reported(seed, param, case, chan[FIRST_ENTITY + case["entity"][0]]["candour"])
        for k in range(case["n_firm"]):
            companies[case["firm"][k]]["spent"] += reporting + caring
        case["days"] += case["n_firm"] * (reporting + caring)
        n_firms += case["n_firm"]
        if case["performing"]:
            state["performing"] += 1.0
            scale_up(seed, month, param, proven, case, host)
            if case["stage"] == SCALED and month % 12 == 0 and case["n_country"] < MAX_COUNTRIES:
                spread(seed, month, param["spread_chance"], case, country_cdf[goal], governments)
            if case["systemic"]:
                rise = institution_rise(param, case["government"], case["depth"], host, state["institution"][goal])
                # Each partnership of a sample stands for 1 / scale in the world; its own share is its own.
                state["institution"][goal] = min(state["institution"][goal] + rise / scale, 1.0)
                case["institution"] += rise
        case["reach"] = next_reach(case["reach"], case["potential"] * case["scale"], case["performing"], growth, kept)
        if case["performing"]:
            gather(case, governments)
    days[COMPANY, REPORTING] += n_firms * reporting
    days[COMPANY, CARE] += n_firms * caring
