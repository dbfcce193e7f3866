"""People reached, each counted once, and the test of transformation, computed from state and never drawn."""

from __future__ import annotations

from partnersim.compiled import compiled
from partnersim.kinds import FIRST_STATE, LIVE_ROWS, NEVER, Stage
from partnersim.rules.records import in_window, path, willing

DELIVERING, SCALED, ENDED = int(Stage.DELIVERING), int(Stage.SCALED), int(Stage.ENDED)


@compiled
def serves(case):
    """True when a partnership serves people this month: it performs, or benefit persists after its end."""
    if case["stage"] == ENDED:
        return case["persists"] > 0.0
    return case["performing"]


@compiled
def has_scale(reach, need, people_least, share_least):
    """Scale of criterion (iv): the smaller of an absolute number and a share of the people in need there.

    ``reach`` is the partnership's own; that it stands for others in a sample makes it no larger.
    """
    return reach >= min(people_least, share_least * need)


@compiled
def criteria(param, case, need, host):
    """The four criteria this month: relevant sectors, core competence, institutions moved, scale with a life of its own.

    A partnership that has raised an institution by the least amount and still performs holds what it raised, so the
    sum of its own contributions decides.
    """
    lives_on = case["business_case"] or (case["exit_plan"] and willing(case, host) >= param["willing_host"])
    return (
        case["sectors_met"],
        case["core_share"] >= param["core_share_least"],
        case["institution"] >= param["institution_least"],
        lives_on and has_scale(case["counted"], need, param["scale_people"], param["scale_share"]),
    )


@compiled
def counted_once(case, government, scale, book):
    """Reach of a partnership when overlap in each country and goal is shared in proportion, and the poorer countries' part.

    Booked by region and goal at world scale.
    """
    goal, total, poorer = case["goal"], 0.0, 0.0
    part = case["reach"] / case["n_country"]
    for k in range(case["n_country"]):
        state = government[case["country"][k]]
        need = state["need"][goal] * state["people"] * scale
        reached = state["reached"][goal]
        here = part if reached <= need else part * need / reached
        book["reach_region"][state["region"]] += here / scale
        book["reach_goal"][goal] += here / scale
        total += here
        poorer += here if state["low_income"] else 0.0
    return total, poorer


@compiled
def count(w):
    """Rule: a partnership is transformative when it meets all four criteria in a year of performing months on end.

    Credit starts in the month after the test is met, none backwards (report paras 26-27). In a country and goal the
    reach of all partnerships together is at most the people in need; reach is reported at world scale.
    """
    governments, register, rows, chan = w.government, w.partnership, w.rows, w.chan
    system, book, param, paths = w.system[0], w.system[0]["book"], w.system[0]["param"], path(w)
    month, scale = system["month"], system["scale"]
    for i in range(system["n_live"]):
        case = register[rows[LIVE_ROWS, i]]
        if not serves(case):
            case["counted"], case["months_all"] = 0.0, 0
            continue
        country = case["country"][0]
        state = governments[country]
        case["counted"], poorer = counted_once(case, governments, scale, book)
        people = case["counted"] / scale
        paths["reach_all"] += people
        paths["reach_low_income"] += poorer / scale
        paths["transformative_reach"] += people if case["m_transformative"] != NEVER else 0.0
        if case["stage"] == ENDED:
            continue
        need = state["need"][case["goal"]] * state["people"]
        sectors, competence, institutions, large = criteria(param, case, need, chan[FIRST_STATE + country]["host_support"])
        book["meets_sectors"] += 1.0 if sectors else 0.0
        book["meets_competence"] += 1.0 if competence else 0.0
        book["meets_institutions"] += 1.0 if institutions else 0.0
        book["meets_scale"] += 1.0 if large else 0.0
        case["months_all"] = case["months_all"] + 1 if sectors and competence and institutions and large else 0
        if case["months_all"] >= param["transformation_months"] and case["m_transformative"] == NEVER:
            case["m_transformative"] = month
            if in_window(system, month):
                book["n_transformative"] += 1.0
                book["months_transformative"] += month - case["m_started"]
