"""Designing, agreeing, desks and the order of work: values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from by_hand import PARAM, record, records

from partnersim.kinds import GOALS, Agent, Desk, Kind, Stage
from partnersim.ledger import N_ACTIVITIES, N_SIDES, Activity, Payer, Side, ticks, whole_ticks
from partnersim.rules import agreement, design, desks, inviting, work

DAYS = (N_SIDES, N_ACTIVITIES)


def test_types_of_design() -> None:
    """A failure means that the mix of partnership types is not that of shares, crises and beliefs."""
    even = np.full(5, 0.5)
    drawn = [design.choose_type(PARAM, u, 0.05, False, even) for u in (0.0, 0.049, 0.05, 0.39, 0.40, 0.73, 0.74, 0.999)]
    finance, core, social, advocacy = Kind.FINANCE, Kind.CORE_BUSINESS, Kind.SOCIAL_INVESTMENT, Kind.ADVOCACY
    assert drawn == [finance, finance, core, core, social, social, advocacy, advocacy]
    assert design.choose_type(PARAM, 0.999, 0.05, True, even) == Kind.HUMANITARIAN
    # Believing in core business alone: weights 0.36 e, 0.36 / e, 0.28 / e, so its share is 0.806.
    believer = np.array([1.0, 0.0, 0.0, 0.5, 0.5])
    assert [design.choose_type(PARAM, u, 0.0, False, believer) for u in (0.80, 0.81)] == [core, social]


def test_scores_of_a_design() -> None:
    """A failure means that members, competence, quality or benefit are weighed otherwise than documented."""
    assert inviting.member_benefit(1.5, 0.01, 5) == pytest.approx(1.25)
    assert design.core_share(PARAM, 0.40, 0.4, 0.5, 0.0) == pytest.approx(0.675)
    assert (design.core_share(PARAM, 0.9, 1.0, 1.0, 0.0), design.core_share(PARAM, 0.1, 0.0, 0.0, -3.0)) == (1.0, 0.0)
    assert design.quality_score(PARAM, 1.0, 0.75, 4) == pytest.approx(1.3)
    assert design.net_benefit(PARAM, 1.0, 0.5, 4e5, 2, 0.0) == pytest.approx(0.6)
    assert design.net_benefit(PARAM, 0.0, 0.9, 4e5 * math.e, 4, 10.0) == pytest.approx(-0.1)


def test_business_cases() -> None:
    """A failure means that immature firms or poor fits pay for themselves as often as others."""
    assert design.business_case_chance(PARAM, 0.5, 1.0) == pytest.approx(0.6)
    assert design.business_case_chance(PARAM, 1.0, -9.0) == 0.0


def test_relevant_sectors() -> None:
    """A failure means that criterion (i) of transformation asks for other sectors than the table of types and goals."""
    health, income = GOALS.index("health"), GOALS.index("income")
    states = records("government", 1)
    case = record("partnership", type=Kind.SOCIAL_INVESTMENT, goal=health, civil=-1)
    assert not inviting.all_relevant(case, states), "health needs the government"
    case["government"] = True
    assert inviting.all_relevant(case, states), "nobody competent to invite in this country"
    states["civil_available"][0, health] = 1
    assert not inviting.all_relevant(case, states)
    case["civil"] = 3
    assert inviting.all_relevant(case, states)
    assert inviting.all_relevant(record("partnership", type=Kind.FINANCE, goal=income, civil=0), states)


def test_parties_and_reviews() -> None:
    """A failure means that the advisory group sees other cases than large and risky ones."""
    small = {"n_entity": 2, "n_firm": 1, "civil": -1, "value": 1e6}
    case = record("partnership", **small)
    assert inviting.parties(case) == 3
    assert not design.needs_review(PARAM, case, 1.2)
    assert design.needs_review(PARAM, case, 1.21), "a risky sector"
    for more in ({"visibility": 0.81}, {"value": 3.1e6}, {"n_firm": 3}):
        assert design.needs_review(PARAM, record("partnership", **small | more), 1.0)
    assert inviting.parties(record("partnership", **small | {"government": True, "civil": 0})) == 5


def test_issues_of_an_agreement() -> None:
    """A failure means that templates settle novel points, or that further parties add none."""
    assert [agreement.standard_issues(PARAM, n) for n in (2, 3, 5)] == [6.0, 8.0, 12.0]
    assert agreement.novel_issues(PARAM, False, False, 2, 1e5) == 0.0
    assert agreement.novel_issues(PARAM, True, True, 4, 4e7) == 9.0
    assert agreement.open_issues(10.0, 7.0, 0.5, True) == 12.0
    assert agreement.open_issues(10.0, 7.0, 0.5, False) == 17.0


def test_permission_and_patience() -> None:
    """A failure means that support does not speed permission, or that deals lapse at another pace."""
    assert [agreement.permission_months(support, 2.0) for support in (0.0, 0.5, 1.0)] == [4.0, 2.0, 0.0]
    assert agreement.lapse_hazard(0.05, 8, 8.0) == pytest.approx(0.05)
    assert agreement.lapse_hazard(0.05, 16, 8.0) == pytest.approx(0.10)
    assert agreement.lapse_hazard(0.5, 100, 1.0) == 0.9


def test_signing_moves_places() -> None:
    """A failure means that firms carry an agreement twice, or not at all, after it is signed."""
    case = record("partnership", key=5, n_firm=2, firm=[0, 2], n_entity=2, entity=[1, 0], office=1, disclosed=True, work_left=3.0)
    entities, firms = records("entity", 2), records("company", 3, n_open=1)
    with np.errstate(over="ignore"):
        agreement.sign(np.uint64(1), 40, PARAM, case, entities, firms)
    assert (case["stage"], case["m_signed"], case["since"], case["work_left"]) == (Stage.DELIVERING, 40, 40, 0.0)
    assert 1.5 <= case["months_left"] < 4.5
    assert firms["n_open"].tolist() == [0, 1, 0]
    assert firms["n_live"].tolist() == firms["disclosed"].tolist() == [1, 0, 1]
    assert (entities["n_led"].tolist(), entities["n_joined"].tolist()) == ([0, 1], [1.0, 1.0])
    assert entities["care"].tolist() == [[0.0, 0.0], [0.0, 1.0]]


def test_desks() -> None:
    """A failure means that a desk gives more than it has, or that patience ends at another time."""
    case = record("partnership", waited=7)
    cases = {"waiting": [0, 0, 0, 0]}
    desks.wait(cases, case, Desk.ADVISORY, 3.0)
    assert cases == {"waiting": [0, 0, 1, 0]}
    assert (case["desk"], case["desk_left"], case["waited"]) == (Desk.ADVISORY, 3.0, 0)
    assert [desks.impatient(waited, 4.0, 0.5, u) for waited, u in ((4, 0.0), (5, 0.49), (5, 0.5))] == [False, True, False]
    system = {"desk_capacity": np.array([4.0, 2.0, 0.0]), "desk_pool": 0.0}
    desks.share_pool(system, 0.5)
    assert (system["desk_capacity"].tolist(), system["desk_pool"]) == ([2.0, 1.0, 0.0], 3.0)
    assert [desks.serve_central(system, 1, wanted) for wanted in (2.5, 2.5, 1.0)] == [2.5, 1.5, 0.0]
    assert (system["desk_capacity"].tolist(), system["desk_pool"]) == ([2.0, 0.0, 0.0], 0.0)


def test_ticks_are_whole() -> None:
    """A failure means that days are rounded otherwise than to the nearest 1/1024."""
    assert [ticks(days) for days in (0.0, 0.0004, 0.0005, 0.3, 2.5)] == [0.0, 0.0, 1 / 1024, 307 / 1024, 2.5]
    assert [whole_ticks(days) for days in (0.0009, 0.001, 0.3, 2.5)] == [0.0, 1 / 1024, 307 / 1024, 2.5]


def test_days_of_work() -> None:
    """A failure means that skill, the UN's role or the stage of a case ask for other days than documented."""
    assert [work.effort(PARAM, skill) for skill in (0.0, 0.5, 1.0)] == [1.25, 1.0, 0.75]
    assert tuple(work.care_weight(PARAM, kind) for kind in (Agent.ENTITY, Agent.COMPANY, Agent.GOVERNMENT)) == (1.0, 0.6, 0.6)
    stages = (Stage.PROPOSED, Stage.COURTED, Stage.SCREENING, Stage.DESIGN, Stage.AGREEMENT)
    assert [work.days_ahead(PARAM, stage, 2.0) for stage in stages] == [14.0, 14.0, 18.0, 12.0, 2.0]
    assert [work.days_ahead(PARAM, stage, -1.0) for stage in stages[2:]] == [16.0, 10.0, 0.0], "not sized yet"


def test_days_are_taken_where_there_are_some() -> None:
    """A failure means that an office spends what it does not have, or that a member's want does not slow a joint case."""
    entities, days = records("entity", 3, left=[5.0, 1.0]), np.zeros(DAYS)
    entities["left"][2, 1] = 0.25
    pair = record("partnership", n_entity=2, entity=[0, 1])
    assert work.afford(pair, entities, 3.0, 0, 0.5) == 3.0
    assert entities["left"][:, 0].tolist() == [2.0, 3.5, 5.0], "a further member gives half of what the lead gives"
    assert work.afford(record("partnership", n_entity=3, entity=[0, 1, 2]), entities, 3.0, 1, 0.5) == 0.5
    assert entities["left"][:, 1].tolist() == [0.5, 0.75, 0.0], "the shortest-handed sets the pace"
    assert [work.take(entities[0], days, 1, Activity.LEVER, wanted) for wanted in (0.375, 0.375)] == [0.375, 0.125]
    assert (entities[0]["left"][1], entities[0]["used"][1], days[Side.COUNTRY, Activity.LEVER]) == (0.0, 0.5, 0.5)


def test_who_pays_for_a_lever() -> None:
    """A failure means that a lever's days are charged to another side, or that existing budgets bear new money's days."""
    from worlds import laboratory

    world = laboratory(burn_in=0, entities=2).before(1)
    book, days = world.system[0], world.system[0]["days"]
    world.entity["staff_hq"], world.entity["left"] = [3.0, 1.0], 1.0
    with np.errstate(over="ignore"):
        for payer, absorbed, who in zip(Payer, (0, 0, 0, 1, 0), (0, -1, -1, -1, -1), strict=True):
            work.pay(world, 7, payer, absorbed, 0.5, who)
    assert [days[side, Activity.LEVER] for side in Side] == [0.5, 0.5, 0.5, 0.5, 0.5, 0.0]
    assert book["lever_days"][7] == book["book"]["lever_days"] == book["book"]["new_days"].sum() == 2.5
    work.pay(world, 7, 0, 1, 0.5, 1)
    work.pay(world, 7, 1, 1, 2.0, -1)
    assert world.entity["left"].tolist() == [[0.0, 1.0], [0.0, 1.0]], "1.5 wanted of the first, 1 there; 0.5 and 0.5 of the other"
    assert book["lever_days"][7] == 4.5
    world.entity["staff_country"] = [1.0, 3.0]
    work.pay(world, 7, Payer.COUNTRY_OFFICES, 1, 1.0, -1)
    assert world.entity["left"].tolist() == [[0.0, 0.75], [0.0, 0.25]], "country offices give by their own staff"
    assert book["book"]["new_days"].sum() == 2.5
