"""What happens at the ends: a register without a free row, a country without a free place, a trace, a search in vain."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import laboratory

from partnersim.kinds import FIRST_ENTITY, FIRST_STATE, Desk, Stage
from partnersim.ledger import Activity, Payer, Per, Side
from partnersim.population.firms import arrive
from partnersim.rules import desks, records, scouting, work
from partnersim.simulate import run_one
from partnersim.world import World


@pytest.fixture
def world() -> World:
    return laboratory(burn_in=0, entities=2, governments=3).before(1)


def test_a_full_register_refuses_and_counts(world: World) -> None:
    """A failure means that an idea overwrites a living partnership, or is refused in silence."""
    system = world.system[0]
    firm = int(np.flatnonzero(world.company["alive"])[0])
    with np.errstate(over="ignore"):
        system["n_free"] = 1
        assert records.open_record(world, 0, firm, 3, 1, 0, Stage.COURTED) == world.rows[2, 0]
        assert records.open_record(world, 0, firm, 4, 1, 0, Stage.COURTED) == -1
    assert (system["n_open"], system["n_free"], system["n_overflow"]) == (1, 0, 1)
    assert world.series["ideas"][0] == 1.0


def test_a_company_finds_the_last_place_of_its_country_then_one_elsewhere(world: World) -> None:
    """A failure means that a newcomer takes the row of a living company, or that the last free row is not found."""
    first, rows = (int(world.government[name][0]) for name in ("first_firm", "firm_rows"))
    system, company = world.system[0], world.company
    world.home[:] = 0
    alive, key = int(system["n_alive"]), np.uint64(77)
    with np.errstate(over="ignore"):
        assert arrive(world, key, 0, 5) == -1
        assert (system["n_alive"], system["n_overflow"]) == (alive, 1)
        world.home[[first + rows - 1, first + rows + 3]] = -1
        assert arrive(world, key, 0, 5) == first + rows - 1
        assert arrive(world, np.uint64(78), 0, 5) == first + rows + 3
    assert system["n_alive"] == alive + 2
    assert (company["key"][first + rows - 1], company["last_contact"][first + rows - 1]) == (key, 5)


def test_a_search_in_vain_ends(world: World) -> None:
    """A failure means that a search finds a company that is not there, or never ends."""
    world.home[:] = -1
    with np.errstate(over="ignore"):
        assert scouting.random_firm(world.home, np.uint64(1), np.uint64(2), 3, 4) == -1
        assert scouting.local_firm(world.home, np.uint64(1), np.uint64(2), 3, 4, 0, world.government[0]) == -1


def test_a_lever_by_country_is_paid_by_countries_that_take_it_up(world: World) -> None:
    """A failure means that governments pay for what others have taken up."""
    adopted = np.zeros((1, FIRST_STATE + 3), dtype=bool)
    adopted[0, FIRST_STATE + 1 :] = True
    world.system["scale"] = 0.5
    work.charge(world, np.array([[0, Payer.GOVERNMENTS, Per.COUNTRY, 0]]), np.array([3.0]), adopted)
    assert world.system["days"][0, Side.GOVERNMENT, Activity.LEVER] == 3.0
    assert world.system["days"].sum() == world.system["lever_days"][0, 0] == 3.0


@pytest.mark.parametrize(
    ("per", "days"),
    [
        (Per.ENTITY, [1.5, 1.5]),
        (Per.MEMBER, [4.5, 0.0]),
        (Per.STAFF, [6.0, 1.5]),
        (Per.OFFICE, [3.0, 1.5]),
        (Per.PARTNERSHIP, [12.0, 0.0]),
        (Per.APPRAISAL, [3.0, 0.0]),
        (Per.PLAN, [6.0, 0.0]),
        (Per.EXCHANGE, [15.0, 0.0]),
        (Per.HANDOVER, [18.0, 0.0]),
        (Per.TEAM, [1.5]),
    ],
)
def test_what_a_lever_is_charged_for(world: World, per: Per, days: list[float]) -> None:
    """A failure means that a cost is counted by something else than its file says, or scaled though it counts cases."""
    adopted = np.zeros((1, FIRST_STATE + 3), dtype=bool)
    adopted[0, FIRST_ENTITY : FIRST_ENTITY + 2] = adopted[0, FIRST_STATE : FIRST_STATE + 2] = True
    world.system["scale"] = 0.5
    world.government["offices"][:3], world.government["country_team"][:3] = [3, 1, 4], [True, False, True]
    entity = world.entity[0]
    entity["seats"], entity["staff_hq"], entity["staff_country"], entity["n_led"] = 3, 1.0, 3.0, 4
    entity["n_appraised"], entity["n_planned"], entity["n_exchanged"], entity["n_handed"] = 1, 2, 5, 6
    world.entity["staff_hq"][1], world.entity["staff_country"][1] = 0.5, 0.5
    work.charge(world, np.array([[0, Payer.COMPANIES, per, 0]]), np.array([3.0]), adopted)
    assert world.system["lever_days"][0, 0] == world.system["days"][0, Side.COMPANY, Activity.LEVER] == sum(days)
    assert world.entity["n_planned"].sum() == 0, "a case is charged once"


def test_a_trace_keeps_what_is_forgotten() -> None:
    """A failure means that dropped attempts and partnerships that ended leave no record where one is asked for."""
    lab = laboratory(months=24, burn_in=24)
    settled = lab.settled(1)
    world = run_one(lab, settled, traced=5000)
    kept = world.trace[: world.system["n_traced"][0]]
    assert set(kept["stage"]) == {Stage.DROPPED, Stage.ENDED}
    assert (kept["stage"] == Stage.DROPPED).sum() == world.series["dropped"].sum()
    few = run_one(lab, settled, traced=10)
    assert few.system["n_traced"][0] == 10
    assert few.trace.tobytes() == world.trace[:10].tobytes()


@pytest.mark.parametrize(
    ("bypass", "waited", "stage", "desk", "bypassed"),
    [
        (0.0, 3, Stage.SCREENING, Desk.SCREENING, False),
        (1.0, 3, Stage.SCREENING, Desk.SCREENING, False),
        (1.0, 4, Stage.SCREENING, Desk.NONE, True),
        (0.0, 11, Stage.DROPPED, Desk.NONE, False),
    ],
)
def test_patience_at_a_desk_without_time(
    world: World, bypass: float, waited: int, stage: Stage, desk: Desk, bypassed: bool
) -> None:
    """A failure means that cases go round a desk, or lapse, sooner or later than patience says, or wait for free."""
    system, firm = world.system[0], int(np.flatnonzero(world.company["alive"])[0])
    system["param"]["bypass"] = bypass
    with np.errstate(over="ignore"):
        case = world.partnership[records.open_record(world, 0, firm, 3, 1, 0, Stage.SCREENING)]
        world.company["n_open"][firm] = 1
        desks.wait(system, case, Desk.SCREENING, 6.0)
        case["waited"], case["check_days"], case["central"] = waited, 6.0, True
        assert desks.serve(world, Desk.SCREENING) == (desk == Desk.SCREENING), "those still waiting"
    assert (case["stage"], case["desk"], case["bypassed"], case["waited"]) == (stage, desk, bypassed, waited + 1)
    assert system["days"][Side.COMPANY, Activity.FOLLOW_UP] == 0.25
    if bypassed:
        assert (case["central"], case["work_left"]) == (False, 6.0), "the entity checks by itself"
