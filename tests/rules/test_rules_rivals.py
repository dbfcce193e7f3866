"""Rivals for a firm, the entity that convenes, hosts at the table, firms that do not mend their ways."""

from __future__ import annotations

import numpy as np
import power
import pytest
from by_hand import PARAM, record, records
from scipy.stats import norm
from worlds import laboratory

from partnersim.kinds import EVENT_ROWS, FIRST_ENTITY, Reason, Stage
from partnersim.ledger import Activity, Side, ticks
from partnersim.rules import courting, design, inviting, work
from partnersim.rules.records import open_record, overdue, willing
from partnersim.simulate import advance
from partnersim.world import World


@pytest.fixture
def world() -> World:
    """Two entities that court one firm, the second of them with another in reserve."""
    world = laboratory(burn_in=0, entities=2, governments=3).before(1)
    firm, spare = (int(row) for row in np.flatnonzero(world.company["alive"])[:2])
    with np.errstate(over="ignore"):
        for e in range(2):
            case = world.partnership[open_record(world, e, firm, 3, 1, 0, Stage.COURTED)]
            case["work_left"], case["months_left"] = ticks(2.0), 3.0
        case["second"], case["second_key"] = spare, world.company["key"][spare]
    return world


def court(world: World, seen: float) -> tuple[np.void, np.void, int]:
    """One month of courting where each sees the other with chance ``seen`` and then yields: both cases, and the firm's row."""
    world.system["param"]["join_share"] = 0.0
    for name in ("lead_visibility", "yield_or_join"):
        world.chan[name][FIRST_ENTITY:] = seen
    first, second = world.partnership[world.rows[0, :2]]
    firm = int(first["firm"][0])
    with np.errstate(over="ignore"):
        courting.court(world)
    first, second = world.partnership[world.rows[0, :2]]
    return first, second, firm


def test_a_rival_that_nobody_sees_makes_the_un_dear(world: World) -> None:
    """A failure means that a second approach costs the firm's good will nothing, or that a first one does."""
    start, step = (float(world.system["param"][name][0]) for name in ("cost_belief_start", "cost_belief_step"))
    first, second, firm = court(world, 0.0)
    assert first["approached"] and second["approached"] and second["firm"][0] == firm
    assert world.series["duplicate_approaches"][0] == 1.0
    assert world.company["cost_belief"][firm] == pytest.approx(start + step * (1.0 - start))


def test_who_yields_turns_to_the_next_firm(world: World) -> None:
    """A failure means that an idea is lost that had another firm, or goes on with the luck and the fit of the first."""
    start, key = float(world.system["param"]["cost_belief_start"][0]), world.partnership["key"][world.rows[0, 1]]
    first, second, firm = court(world, 1.0)
    assert second["firm"][0] != firm and second["firm_key"][0] == world.company["key"][second["firm"][0]]
    assert (second["stage"], second["approached"], second["second"]) == (Stage.COURTED, False, -1)
    assert second["key"] != key and second["months_left"] > 0.0
    assert world.series["duplicate_approaches"][0] == 0.0 and world.company["cost_belief"][firm] == start


@pytest.mark.parametrize("why", ["none in reserve", "gone", "full"])
def test_who_has_nowhere_to_turn_drops_the_idea(world: World, why: str) -> None:
    """A failure means that a case goes on with a firm that is not there or has no place."""
    case = world.partnership[world.rows[0, 1]]
    spare = int(case["second"])
    if why == "none in reserve":
        case["second"] = -1
    elif why == "gone":
        world.company["alive"][spare] = False
    else:
        world.company["n_live"][spare] = world.company["capacity"][spare]
    _, second, _ = court(world, 1.0)
    assert (second["stage"], second["reason"]) == (Stage.DROPPED, Reason.YIELDED)


def test_the_convener_is_asked_where_it_has_an_office() -> None:
    """A failure means that an entity is asked twice, or where it does not work."""
    states = records("government", 1, offices=0b100)
    case = record("partnership", n_entity=1, entity=[0], country=[0])
    assert [inviting.convener(case, e, states) for e in (-1, 1, 2)] == [-1, -1, 2]
    assert inviting.convener(record("partnership", n_entity=2, entity=[0, 2], country=[0]), 2, states) == -1


def test_a_government_at_the_table_is_a_willing_host() -> None:
    """A failure means that support of a country counts for nothing, or counts against its own membership."""
    assert [willing(record("partnership", government=member), 0.4) for member in (False, True)] == [0.4, 1.0]


def test_money_grows_with_parties() -> None:
    """A failure means that a third party puts in nothing."""
    assert [design.money(PARAM | {"deal_log_sd": 1.5}, n, 0.0) for n in (2, 3, 8)] == pytest.approx([4e5, 6e5, 1.6e6])


def test_time_that_a_stage_needs_is_no_standstill() -> None:
    """A failure means that designs of many parties lapse for being large: sixteen entities take longer than patience."""
    stood = [overdue(Stage.DESIGN, months, left, 12.0, 12.0) for months, left in ((11, 0.0), (12, 0.0), (12, 3.0))]
    assert stood == [False, True, False]
    assert not overdue(Stage.AGREEMENT, 50, 0.0, 12.0, 12.0), "there deals lapse by a hazard"


def test_open_cases_cost_follow_up_before_any_work(world: World) -> None:
    """A failure means that waiting cases are free for their lead, or that firms ask before they have said yes."""
    amount = ticks(float(world.system["param"]["days_follow_up"][0]))
    world.entity["left"][:] = [[10.0, 0.0], [amount / 2, 0.0]]
    for row in world.rows[0, :2]:
        world.partnership["stage"][row] = Stage.DESIGN
    work.keep_up(world)
    assert world.entity["left"][:, 0].tolist() == [10.0 - amount, 0.0]
    assert world.system["days"][0, Side.HQ, Activity.FOLLOW_UP] == world.partnership["days"][world.rows[0, :2]].sum()
    assert world.system["days"][0, Side.HQ, Activity.FOLLOW_UP] == 1.5 * amount
    world.partnership["stage"][world.rows[0, 0]] = Stage.COURTED
    work.keep_up(world)
    assert world.entity["left"][0, 0] == 10.0 - amount


def test_the_share_that_does_not_mend_its_ways_goes_on() -> None:
    """A failure means that public misconduct ends more or less often than ``misconduct_mended`` says.

    Of the firms whose misconduct has become public, 0.4 go on: binomial, two-sided at 3.5 standard errors; a share off by 0.05
    is seen with power 0.9.
    """
    lab = laboratory(months=120, burn_in=0, beyond={"misconduct_mended": 0.6, "hidden_months": 2.0, "misconduct_rate": 4.0})
    public = again = 0
    for seed in range(20):
        world, tables = lab.start(lab.settled(seed))
        for _ in range(120):
            advance(world, tables, 1)
            firms = world.company[world.rows[EVENT_ROWS, : world.system["n_events"][0]]]
            public += firms.size
            again += (firms["hidden_since"] == world.system["month"][0]).sum()
    error = np.sqrt(0.4 * 0.6 / public)
    assert power.of_mean(error, 3.5) < 0.05, power.of_mean(error, 3.5)
    assert abs(again / public - 0.4) < 3.5 * error, norm.sf(abs(again / public - 0.4) / error)
