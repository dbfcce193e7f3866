"""A planted run differs from one without through the case alone, and what is told of it is what happened."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from worlds import differences, laboratory

import partnersim as ps
from partnersim.cases import load_case
from partnersim.cases.follow import SIDES, Fate, _Follower, compare_contacts, follow
from partnersim.cases.plant import Site, end_contacts, plant_contacts, plant_record
from partnersim.kinds import FIRST_ENTITY, FREE_ROWS, OPEN_ROWS, Kind, Reason, Stage, Told
from partnersim.scenario import ScenarioError
from partnersim.simulate import Laboratory, advance, copy_world, step_by_phases
from partnersim.stories.observe import observe
from partnersim.world import World

SIZE, MONTHS, SEEDS = "class", 60, range(12)
CASE = "laser-beam"


@pytest.fixture(scope="module")
def lab() -> Laboratory:
    return Laboratory("baseline", SIZE, MONTHS)


def first_month(lab: Laboratory, settled: World, site: Site | None) -> tuple[World, World, int]:
    """The world as it is planted and at the end of month 1, and the row of the planted record."""
    world, tables = lab.start(settled)
    seen: list[World] = []
    row = -1

    def look(phase: str) -> None:
        nonlocal row
        if phase == "step_policy":
            row = plant_record(world, site) if site else -1
            seen.append(copy_world(world))

    step_by_phases(world, tables, look)
    return seen[0], world, row


def test_a_planted_run_differs_only_through_the_case(lab: Laboratory) -> None:
    """A failure means that planting moves other luck, so that a case is blamed for what it did not do."""
    site = Site(load_case(CASE), lab)
    for seed in (0, 3):
        settled = lab.settled(seed)
        plain, plain_end, _ = first_month(lab, settled, None)
        planted, end, row = first_month(lab, settled, site)
        allowed = {"rows", "system.n_open", "system.n_free", "series.ideas"}
        found = {name for name in differences(plain, planted) if not name.startswith("partnership.")}
        assert found <= allowed
        others = np.arange(plain.partnership.size) != row
        assert (plain.partnership[others] == planted.partnership[others]).all()
        assert planted.series["ideas"].sum() == plain.series["ideas"].sum() + 1.0
        # In its first month it meets nobody but its company and, from its second on, its lead's days.
        firm = end.partnership["firm"][row, 0]
        rest = np.arange(end.company.size) != firm
        # Which row of the register an approach stands in is nobody's luck.
        kept = [name for name in end.company.dtype.names or () if name != "courting_case"]
        assert (end.company[kept][rest] == plain_end.company[kept][rest]).all()
        assert (end.government == plain_end.government).all() and (end.civil == plain_end.civil).all()
        assert end.entity.tobytes() == plain_end.entity.tobytes()


def test_the_same_idea_had_twice_is_not_the_case(lab: Laboratory) -> None:
    """A failure means that a case is told to have ended as another attempt of its lead at the same firm did."""
    site, settled = Site(load_case(CASE), lab), lab.settled(1)
    _, world, row = first_month(lab, settled, site)
    follower = _Follower(world._replace(trace=np.zeros(2, world.partnership.dtype)), lab, site, row, 1)
    follower.world.trace[0] = world.partnership[row]
    other = follower.world.trace[0]
    other["told"], other["stage"], other["reason"], other["m_ended"] = 0, Stage.DROPPED, Reason.DECLINED, 1
    world.system["n_traced"] = 1
    assert follower.note() and follower.fate.reason == ""
    follower.world.trace[1] = world.partnership[row]
    world.system["n_traced"] = 2
    assert not follower.note()


def test_following_without_a_plant_is_the_plain_run(lab: Laboratory) -> None:
    """A failure means that records carry choices that nobody told them."""
    settled = lab.settled(1)
    world, tables = lab.start(settled)
    advance(world, tables, MONTHS)
    used = world.partnership[np.concatenate([world.rows[OPEN_ROWS, : world.system["n_open"][0]]])]
    assert used.size and (used["told"] == 0).all()
    assert (world.partnership["told"][world.rows[FREE_ROWS, : world.system["n_free"][0]]] == 0).all()


def test_what_is_told_is_in_the_design(lab: Laboratory) -> None:
    """A failure means that the model decided what the box tells, or was told what it should decide."""
    site = Site(load_case(CASE), lab)
    fates = [follow(lab, site, lab.settled(seed), seed) for seed in SEEDS]
    designed = [fate for fate in fates if fate.designed]
    assert len(designed) >= 3
    for fate in designed:
        design = fate.designed
        assert (design["type"], design["systemic"], design["exit_plan"], design["led_by"]) == (
            "core_business",
            True,
            True,
            "entity",
        )
        assert fate.countries[:2] == ["BGD", "IDN"] and fate.company[0] == "multinational"
        assert design["entities"][0] == "WFP"
    assert len({fate.designed["visibility"] for fate in designed}) == len(designed)
    assert all(fate.reason != "declined" for fate in fates)
    hiv = Site(load_case("hiv-campaign"), Laboratory("baseline", "system", 12))
    world = hiv_world(hiv)
    record = world.partnership[plant_record(world, hiv)]
    assert record["type"] == Kind.ADVOCACY and record["visibility"] == 1.0 and not record["systemic"]
    told = Told.ANSWER | Told.TYPE | Told.AIM | Told.VISIBILITY | Told.ENTITIES
    assert record["told"] == told and record["stage"] == Stage.COURTED


def hiv_world(site: Site) -> World:
    """A world of the usual size in its first month, without burn-in."""
    world = Laboratory("baseline", "system", 12).before(0)
    world.system["month"], world.system["study_month"] = 1, 1
    return world


def test_days_by_side_add_up_to_those_of_the_record(lab: Laboratory) -> None:
    """A failure means that a case is charged with days that nobody spent on it, or to the wrong side."""
    site = Site(load_case("hibiscus"), lab)
    for seed in SEEDS:
        fate = follow(lab, site, lab.settled(seed), seed)
        assert list(fate.days) == list(SIDES) and min(fate.days.values()) >= 0.0
        if fate.signed and fate.ended and fate.started is None:
            assert fate.total >= fate.days_to_signing
        if not fate.signed:
            assert fate.months_delivering == 0 and fate.days_to_signing is None
        months = [m for m in (1, fate.screened, fate.approved, fate.signed, fate.started) if m is not None]
        assert months == sorted(months)


def test_the_split_of_days_holds_for_every_record_of_a_run(lab: Laboratory) -> None:
    """A failure means that the days of companies, hosts and desks are more than all days of a record."""
    records = observe(Laboratory("all-three", SIZE, 36), 2).records
    split = records["days_firms"] + records["days_hosts"] + records["days_desks"]
    assert (records["days_firms"] > 0).any() and (records["days_hosts"] > 0).any() and (records["days_desks"] > 0).any()
    assert (split <= records["days"]).all()


def test_contacts_move_their_own_entity_and_end() -> None:
    """A failure means that a conference or a group leaves no trace, touches others, or stays for good."""
    lab = laboratory("all-three", 14, entities=34, companies=500, governments=193, burn_in=24)
    settled = lab.settled(0)
    group = compare_contacts(lab, Site(load_case("disaster-advisory-group"), lab), settled, 0)
    assert group.insiders[0] > group.insiders[1]
    conference = Site(load_case("ldc-conference"), lab)
    assert compare_contacts(lab, conference, settled, 0).known[0] > compare_contacts(lab, conference, settled, 0).known[1]
    world, tables = lab.start(settled)
    advance(world, tables, 3)
    before, row = world.chan.copy(), FIRST_ENTITY + conference.entities[0]
    plant_contacts(world, tables, conference, 3)
    changed = np.flatnonzero(world.chan != before)
    assert changed.tolist() == [row] and world.chan["forum_ties"][row] == 20.0
    end_contacts(world, tables, conference, 3, float(settled.base["forum_ties"][row]))
    assert (world.chan == before).all() and (world.base == settled.base).all()


def test_a_world_without_the_lead_refuses_the_case(lab: Laboratory) -> None:
    """A failure means that a case is planted with somebody else's staff."""
    with pytest.raises(ScenarioError, match="vegetable-oil cannot be planted.*size class.*IFAD"):
        Site(load_case("vegetable-oil"), lab)


def test_the_story_is_told_and_counts_are_honest() -> None:
    """A failure means that the story of a case contradicts its own counts, or cannot be kept as JSON."""
    story = ps.case(CASE, seeds=8, months=48, size=SIZE)
    text, kept = story.text(), json.loads(json.dumps(story.as_dict()))
    assert story.against.name == "all-three" and kept["told_seed"] == story.told_seed
    fates: list[Fate] = story.results["baseline"]
    signed = sum(fate.signed is not None for fate in fates)
    count = kept["counts"]["baseline"]
    assert count["signed"] == signed and count["signed"] + sum(count["not_signed"].values()) == 8
    assert f"signed in {signed or 'none'} of 8" in text
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text == ps.case(CASE, seeds=8, months=48, size=SIZE, workers=1).text()
    alone = ps.case(CASE, "all-three", seeds=[3], months=12, size=SIZE)
    assert alone.against.name == "baseline" and "In 1 seeds" not in alone.text()


@pytest.mark.parametrize("name", ["ldc-conference", "disaster-advisory-group", "every-woman", "un-gift", "wefeedback"])
def test_other_cases_are_told_too(name: str) -> None:
    """A failure means that some kind of case has no story."""
    text = ps.case(name, seeds=2, months=14).text()
    assert name in text and not re.search(r"\bNone\b|\bnan\b", text)
