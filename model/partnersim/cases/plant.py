"""A case is planted: what its box tells is fixed in a record, or in a channel of its lead; all else is left to the model.

Planting happens in the first month of the study, after the month's days are given out, where scouting opens records too.
Whatever it draws is keyed and drawn by nobody else, so a planted run differs from one without only through the case.
"""

from __future__ import annotations

import numpy as np

from partnersim.cases.file import HELD_AS, SILENT, Case
from partnersim.channels import BY_NAME
from partnersim.folding import recompute
from partnersim.kinds import FIRST_ENTITY, GOALS, REGIONS, Agent, Kind, Told
from partnersim.policy import Tables
from partnersim.population.build import choose_states, entity_codes
from partnersim.population.load import CLASSES
from partnersim.randomness import Purpose, draw
from partnersim.rules import courting, scouting
from partnersim.scenario import ScenarioError
from partnersim.scenario.reading import unknown
from partnersim.simulate import Laboratory
from partnersim.world import World

U_FIRM = int(Purpose.SCOUT_FIRM)
NUMBER = 7_000_001
"""Number of the search that finds a planted case its company and country: no entity searches so often."""
PUBLIC = 1.0
"""Visibility of a partnership that is shown to everybody."""


class Site:
    """Rows of a case's members and countries in the worlds of a laboratory."""

    def __init__(self, case: Case, lab: Laboratory) -> None:
        """Raises ScenarioError for an entity or country that worlds of this population and size lack."""
        self.case, self.population = case, lab.population
        self.codes = entity_codes(lab.population, lab.size)
        self.iso3 = [lab.population.iso3[i] for i in choose_states(lab.population, lab.size)]
        self.entities = [_row(self.codes, code, "entity", case, lab) for code in (case.lead, *case.others)]
        self.countries = [_row(self.iso3, code, "country", case, lab) for code in (case.countries if case.kind else ())]


def _row(codes: list[str], code: str, what: str, case: Case, lab: Laboratory) -> int:
    if code not in codes:
        place = f"population {lab.population.name}, size {lab.size.name}"
        raise ScenarioError(f"case {case.name} cannot be planted: {unknown(f'{what} of {place}', code, codes)}")
    return codes.index(code)


def plant_record(world: World, site: Site) -> int:
    """Open the record of a case with what its box tells; returns its row."""
    case, e = site.case, site.entities[0]
    goal = GOALS.index(case.goal)
    with np.errstate(over="ignore"):
        countries = site.countries or [_country(world, e, goal)]
        firm = _firm(world, site, goal, countries[0])
        mix, sector = world.system[0]["mix"], world.system[0]["sector"]
        param, seed = world.system[0]["param"], world.system[0]["seed"]
        fit = scouting.firm_fit(seed, param, world.company[firm], sector, mix, goal, countries[0])
        first, state = int(world.system["n_open"][0]), world.government[countries[0]]
        calm = int(state["crisis"])
        # What a crisis hastens is fixed when a record is opened.
        state["crisis"] = max(calm, 1) if case.in_crisis else calm
        scouting.begin(world, e, firm, goal, countries[0], 1 if case.office == "country" else 0, fit, 0.0, -1)
        state["crisis"] = calm
        row = int(world.rows[0, first])
        _tell(world.partnership[row], site, countries)
        courting.route(world, first)
    return row


def _tell(record: np.void, site: Site, countries: list[int]) -> None:
    """Write what the box tells into the record, and which choices of design are thereby made."""
    case, told = site.case, Told.ANSWER | Told.TYPE
    record["type"] = Kind[case.kind.upper()]
    record["n_country"] = len(countries)
    record["country"][: len(countries)] = countries
    record["n_entity"] = len(site.entities)
    record["entity"][: len(site.entities)] = site.entities
    for words, flag, column, value in (
        (case.aim, Told.AIM, "systemic", case.aim == "systemic"),
        (case.visibility, Told.VISIBILITY, "visibility", PUBLIC),
        (case.exit, Told.EXIT_PLAN, "exit_plan", case.exit == "plan"),
        (case.kpis, Told.KPIS, "kpis", case.kpis == "yes"),
        (case.led_by, Told.LEAD, "lead_kind", Agent.COMPANY if case.led_by == "companies" else Agent.ENTITY),
    ):
        if words != SILENT:
            record[column] = value
            told |= flag
    told |= 0 if case.open_to_others else Told.ENTITIES
    told |= Told.GOVERNMENT if "government" in case.members else 0
    told |= Told.CIVIL if "civil" in case.members else 0
    record["told"] = told


def _country(world: World, e: int, goal: int) -> int:
    """Where the box names no country: drawn as for any search of the lead."""
    who, month, tries = world.entity[e]["key"], int(world.system["month"][0]), int(world.system[0]["param"]["country_tries"])
    cdf, guide, seed = world.country_cdf[goal], world.country_guide[goal], world.system[0]["seed"]
    return int(scouting.choose_country(seed, who, month, NUMBER, tries, cdf, guide, world.government, e))


def _firm(world: World, site: Site, goal: int, country: int) -> int:
    """The best fitting of some living companies with a place left, drawn from those the box describes.

    Where there is none, its home is let go first, then its sector, then its size.
    """
    case, company = site.case, world.company
    free = company["alive"] & (company["n_live"] + company["n_open"] < company["capacity"])
    limits = []
    if case.size != SILENT:
        limits.append(company["size"] == CLASSES.index(case.size))
    if case.sector != SILENT:
        limits.append(company["sector"] == site.population.sectors.index(case.sector))
    if case.home in ("abroad", "host"):
        limits.append((company["home"] == country) == (case.home == "host"))
    elif case.home != SILENT:
        limits.append(world.government["region"][company["home"]] == REGIONS.index(case.home))
    rows = np.flatnonzero(np.logical_and.reduce([free, *limits]))
    while rows.size == 0 and limits:
        limits.pop()
        rows = np.flatnonzero(np.logical_and.reduce([free, *limits]))
    if rows.size == 0:
        raise ScenarioError(f"case {case.name} cannot be planted: no company of this world has a place left")
    system = world.system[0]
    seed, param, month = system["seed"], system["param"], int(system["month"])
    some = sorted(rows, key=lambda row: draw(seed, U_FIRM, company[row]["key"], month, NUMBER))[: int(param["candidates"])]
    fits = [scouting.firm_fit(seed, param, company[row], system["sector"], system["mix"], goal, country) for row in some]
    return int(some[int(np.argmax(fits))])


def plant_contacts(world: World, tables: Tables, site: Site, month: int) -> None:
    """Raise the channel that stands for a case which is no partnership, in its lead alone, from this month of the study on."""
    channel = HELD_AS[site.case.held_as]
    _set_base(world, tables, site, month, min(_base(world, site) + site.case.amount, BY_NAME[channel].high))


def end_contacts(world: World, tables: Tables, site: Site, month: int, before: float) -> None:
    """Take the channel back to what it was ``before``."""
    _set_base(world, tables, site, month, before)


def _base(world: World, site: Site) -> float:
    return float(world.base[FIRST_ENTITY + site.entities[0]][HELD_AS[site.case.held_as]])


def _set_base(world: World, tables: Tables, site: Site, month: int, value: float) -> None:
    world.base[HELD_AS[site.case.held_as]][FIRST_ENTITY + site.entities[0]] = value
    now = tables.intensity[month]
    recompute(tables.now, tables.base, tables.bounds, tables.rows, tables.values, now, tables.adopted)
