"""From a population and a size to the world of one seed, in the month before burn-in."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from partnersim import channels
from partnersim.choice import clip, pick
from partnersim.columns import CHANNEL_DTYPE, DTYPES, SERIES_DTYPE, system_dtype
from partnersim.compiled import entry
from partnersim.kinds import (
    FIRST_CLASS,
    FIRST_ENTITY,
    FIRST_STATE,
    FREE_ROWS,
    N_GOALS,
    N_ROW_LISTS,
    NEVER,
    SYSTEM_ROW,
    WAYS,
    Kind,
)
from partnersim.population.firms import arrive, founder_key, is_present
from partnersim.population.load import Population, stable_key
from partnersim.population.sizes import WorldSize
from partnersim.randomness import GOLDEN, Purpose, U, draw, key, normal, pair, scramble
from partnersim.world import World, records

U_OFFICE, U_STRICT, U_CIVIL, U_HOME = int(Purpose.OFFICE), int(Purpose.STRICTNESS), int(Purpose.CIVIL), int(Purpose.HOME)
GUIDE = 256
"""Steps of the guide to where help is looked for: more than there are countries."""
JOINING, LEAVING = 0.155, 0.08
"""Companies that join and leave in a year, as shares, by which the table of companies is made large enough (S14, S18-S20).
They are no parameters: draws find companies by row, so an assumption that sized the table would change all luck."""
ROOM = 0.85
"""Share of company rows in use at the horizon; searches draw rows, so it should not be small."""
SPARE_ROWS = 100
"""Company rows beyond those expected at the horizon."""
REGISTER, REGISTER_AT_SCALE, PROPOSALS_SHARE = 2_000, 10_000, 6
"""Rows of the register of partnerships: so many in every world, so many more at world scale 1, and one for so many
companies, whose proposals wait to be read."""
HIDDEN_SHARE = 20
"""One company in so many at most has hidden misconduct at a time."""
LEAST_PLACES = 8
"""Places for ties to companies that an entity has however small the world, each of ``WAYS`` slots."""
BY_KIND = ("core_base", "depth", "visibility")
"""Parameters given for each type of partnership, such as ``depth_core_business``, which rules read as ``depth[kind]``."""


def param_record(values: Mapping[str, float]) -> np.ndarray:
    """Parameter values as a (1,) record of floats, sorted by name, then of rows of floats, see BY_KIND."""
    rows = {name: [f"{name}_{kind.name.lower()}" for kind in Kind] for name in BY_KIND}
    single = sorted(values.keys() - {cell for cells in rows.values() for cell in cells})
    record = np.zeros(1, dtype=[*((name, "f8") for name in single), *((name, "f8", len(Kind)) for name in BY_KIND)])
    for name in single:
        record[name] = values[name]
    for name, cells in rows.items():
        record[name] = [values[cell] for cell in cells]
    return record


def world_scale(size: WorldSize, firms_active: float) -> float:
    """Ratio of the sample of companies to the ``firms_active`` that the whole system has, at most 1."""
    return min(1.0, size.companies / firms_active)


def choose_states(population: Population, size: WorldSize) -> np.ndarray:
    """Rows of the States in a world, in the order of the file: first the seats of its entities, then by number of people."""
    people = population.government["people"]
    elsewhere = ~np.isin(np.arange(people.size), population.entity["seat"][_entity_rows(population, size)])
    return np.sort(np.lexsort((-people, elsewhere))[: size.governments])


def build_world(
    population: Population, size: WorldSize, seed: int, values: Mapping[str, float], base: Mapping[str, np.ndarray], months: int
) -> World:
    """The world of one seed before its first month.

    ``values``: parameters; ``base``: channel baselines by axis, NaN where the population gives them; ``months``: length
    of the window that the paths of the world will hold.
    """
    states = choose_states(population, size)
    record = param_record(values)
    system = np.zeros(1, dtype=system_dtype(record.dtype))
    system["param"] = record
    with np.errstate(over="ignore"):
        system["seed"] = scramble(U(seed) + GOLDEN)
    scale = world_scale(size, values["firms_active"])
    system["scale"], system["n_declared"] = scale, size.companies
    system["mix"] = _mix(population, values)
    system["sector"][0, : len(population.sectors)] = _sectors(population)
    # A draw looks for the first cumulative share above it, so the rows without a sector must not lie below.
    system["sector"][0, len(population.sectors) :, N_GOALS] = 1.0
    entity = _entities(population, size, states, values)
    convenes = np.flatnonzero(population.entity["convenes"][_entity_rows(population, size)])
    system["convener"] = convenes[0] if convenes.size else -1
    government = _governments(population, states)
    home = population.home_weight[states] / population.home_weight[states].sum()
    government["home_cdf"] = _cumulative(home)
    n_rows = _company_rows(government, home, size)
    register = int(REGISTER + REGISTER_AT_SCALE * scale) + size.companies // PROPOSALS_SHARE
    system["n_free"], system["agenda"] = register, -1
    rows = np.zeros((N_ROW_LISTS, max(register, size.companies // HIDDEN_SHARE)), np.int64)
    rows[FREE_ROWS, :register] = np.arange(register - 1, -1, -1)
    chan = _channels(base, entity.size, government)
    country_cdf = _country_cdf(government, values["search_without_team"], values["search_poorer"])
    w = World(
        system=system,
        entity=entity,
        company=records(n_rows, "company"),
        home=np.full(n_rows, -1),
        government=government,
        civil=np.zeros(size.civil, dtype=DTYPES["civil"]),
        partnership=records(register, "partnership"),
        rows=rows,
        firm_tie=_ties(entity.size, WAYS * max(LEAST_PLACES, int(values["ties_kept"] / WAYS * scale))),
        peer=np.zeros((entity.size, entity.size), dtype=DTYPES["peer"]),
        country_cdf=country_cdf,
        country_guide=np.array([np.searchsorted(row, np.arange(GUIDE) / GUIDE, side="right") for row in country_cdf]),
        chan=chan,
        base=chan.copy(),
        series=np.zeros(months, dtype=SERIES_DTYPE),
        trace=np.zeros(0, dtype=DTYPES["partnership"]),
    )
    types = population.civil
    poor = _cumulative(government["people"] * (values["civil_home_least"] + government["need"].mean(axis=1)))
    with np.errstate(over="ignore"):
        populate(
            w,
            size.companies,
            population.entity["field_share"][_entity_rows(population, size)],
            values["strictness_spread"],
            _cumulative(types["share"]),
            types["competence"],
            types["countries"],
            types["legitimacy"],
            types["capacity"],
            types["wealthy"],
            _cumulative(home),
            poor,
        )
    return w


def _channels(base: Mapping[str, np.ndarray], n_entities: int, government: np.ndarray) -> np.ndarray:
    """Baseline of every channel for the members of its axis; see SYSTEM_ROW."""
    table = np.zeros(FIRST_STATE + government.size, dtype=CHANNEL_DTYPE)
    for axis, (first, last) in axis_rows(n_entities, government.size).items():
        for channel, value in zip(channels.BY_AXIS[axis], base[axis], strict=True):
            column = government[channel.baseline_from] if channel.baseline_from else 1.0
            table[channel.name][first:last] = column if math.isnan(value) else value * column
    return table


def axis_rows(n_entities: int, n_states: int) -> dict[str, tuple[int, int]]:
    """First and last-but-one row of each axis in the channel tables."""
    return {
        "S": (SYSTEM_ROW, SYSTEM_ROW + 1),
        "K": (FIRST_CLASS, FIRST_ENTITY),
        "E": (FIRST_ENTITY, FIRST_ENTITY + n_entities),
        "C": (FIRST_STATE, FIRST_STATE + n_states),
    }


def _cumulative(weight: np.ndarray) -> np.ndarray:
    cdf = np.cumsum(weight, dtype=float)
    cdf /= cdf[-1]
    cdf[-1] = 1.0
    return cdf


def _entity_rows(population: Population, size: WorldSize) -> np.ndarray:
    """Rows of the entities in a world: the file's first ones; beyond the file its last ones are used again."""
    n = len(population.codes)
    return np.array([i if i < n else n - 1 - (i - n) % n for i in range(size.entities)])


def entity_codes(population: Population, size: WorldSize) -> list[str]:
    """Codes of the entities in a world; entities beyond the file bear a number."""
    n = len(population.codes)
    return [population.codes[i] + (f" {k // n + 1}" if k >= n else "") for k, i in enumerate(_entity_rows(population, size))]


def _entities(population: Population, size: WorldSize, states: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    rows = _entity_rows(population, size)
    data = population.entity
    entity = np.zeros(rows.size, dtype=DTYPES["entity"])
    entity["key"] = [stable_key(code) for code in entity_codes(population, size)]
    place = {row: i for i, row in enumerate(states)}
    entity["seat"] = [place.get(seat, -1) for seat in data["seat"][rows]]
    entity["tier"] = data["tier"][rows]
    # Fewer entities share the staff of all, so that a smaller world is not a better staffed one for its companies.
    whole = data["hq_staff"].sum() + data["country_staff"].sum()
    chosen = max(data["hq_staff"][rows].sum() + data["country_staff"][rows].sum(), 1e-9)
    entity["staff_hq"] = data["hq_staff"][rows] * whole / chosen
    entity["staff_country"] = data["country_staff"][rows] * whole / chosen
    entity["mandate"] = data["mandate"][rows]
    entity["skill"] = values["skill_start"]
    entity["reputation"] = values["reputation_usual"]
    entity["belief"], entity["evidence"] = values["belief_start"], values["evidence_start"]
    return entity


def _governments(population: Population, states: np.ndarray) -> np.ndarray:
    data = population.government
    government = records(states.size, "government")
    government["key"] = [stable_key(population.iso3[i]) for i in states]
    for name in ("region", "people", "effectiveness", "support", "local_network", "need"):
        government[name] = data[name][states]
    government["ldc"] = data["ldc"][states] > 0
    government["country_team"] = data["country_team"][states] > 0
    government["low_income"] = data["income"][states] <= 1
    return government


def _company_rows(government: np.ndarray, home: np.ndarray, size: WorldSize) -> int:
    """Give each State a stretch of company rows for the firms expected at the horizon; returns the number of rows.

    Few rows stay empty, since searches draw rows; a State's firms beyond its stretch take empty rows elsewhere.
    """
    staying = math.exp(-LEAVING * (size.horizon / 12.0))
    growth = JOINING / LEAVING * (1.0 - staying) + staying
    rows = np.ceil(home * size.companies * growth / ROOM).astype(np.int64)
    government["firm_rows"] = rows
    government["first_firm"] = np.concatenate([[0], np.cumsum(rows)[:-1]])
    return int(rows.sum()) + SPARE_ROWS


def _ties(n: int, slots: int) -> np.ndarray:
    ties = records((n, slots), "tie")
    ties["row"], ties["check_month"] = -1, NEVER
    return ties


def _country_cdf(government: np.ndarray, without_team: float, poorer: float) -> np.ndarray:
    """Where help is looked for: the root of people in need, since programmes do not grow in number with people; mostly
    where there is a country team, in a world that has any; and more where income is low than need alone would say."""
    team = government["country_team"] | ~government["country_team"].any()
    weight = np.sqrt(government["need"].T * government["people"]) * np.where(team, 1.0, without_team)
    weight = weight * np.where(government["low_income"], poorer, 1.0)
    return np.array([_cumulative(row) for row in weight])


def _sectors(population: Population) -> np.ndarray:
    data = population.sector
    return np.column_stack([data["competence"], _cumulative(data["share"]), data["misconduct"]])


def _mix(population: Population, values: Mapping[str, float]) -> np.ndarray:
    data = population.classes
    return np.column_stack(
        [
            _cumulative(data["share"]),
            data["presence"],
            data["compact_member"],
            [values["capacity_sme"], values["capacity_large"], values["capacity_multinational"]],
            [values["exit_sme"], values["exit_large"], values["exit_large"]],
            [values["misconduct_sme"], values["misconduct_large"], values["misconduct_large"]],
            data["maturity"],
        ]
    )


@entry
def populate(
    w, n_companies, field_share, strictness, shares, skills, countries, legitimacy, capacity, wealthy, rich_cdf, poor_cdf
):
    """Draw what luck decides about entities' offices and strictness, civil society and the founding companies."""
    seed, param = w.system[0]["seed"], w.system[0]["param"]
    spread, least = param["civil_competence_sd"], param["civil_competence_least"]
    n_g = w.government.shape[0]
    for e in range(w.entity.shape[0]):
        entity = w.entity[e]
        entity["strictness"] = strictness * normal(seed, U_STRICT, entity["key"], 0, 0)
        for c in range(n_g):
            state = w.government[c]
            chance = field_share[e] if state["country_team"] else 0.0
            if c == entity["seat"] or draw(seed, U_OFFICE, pair(entity["key"], state["key"]), 0, 0) < chance:
                state["offices"] |= 1 << e
    for i in range(w.civil.shape[0]):
        partner = w.civil[i]
        partner["key"] = key(seed, U_CIVIL, U(i), 0, 0)
        kind = pick(shares, draw(seed, U_CIVIL, partner["key"], 0, 0))
        partner["type"] = kind
        u = draw(seed, U_HOME, partner["key"], 0, 0)
        partner["home"] = pick(rich_cdf, u) if wealthy[kind] else pick(poor_cdf, u)
        for g in range(skills.shape[1]):
            partner["competence"][g] = clip(skills[kind, g] + spread * normal(seed, U_CIVIL, partner["key"], 1, g), 0.0, 1.0)
        u = draw(seed, U_CIVIL, partner["key"], 2, 0)
        abroad = countries[kind, 0] + u * (countries[kind, 1] - countries[kind, 0]) - 1.0
        partner["presence"] = min(abroad / max(n_g - 1, 1), 1.0)
        u = draw(seed, U_CIVIL, partner["key"], 2, 1)
        partner["legitimacy"] = legitimacy[kind, 0] + u * (legitimacy[kind, 1] - legitimacy[kind, 0])
        u = draw(seed, U_CIVIL, partner["key"], 2, 2)
        partner["capacity"] = int(capacity[kind, 0] + u * (capacity[kind, 1] - capacity[kind, 0] + 1.0))
        for c in range(n_g):
            if is_present(seed, partner["key"], partner["home"], c, partner["presence"]):
                for g in range(skills.shape[1]):
                    if partner["competence"][g] >= least:
                        w.government[c]["civil_available"][g] = 1
    for i in range(n_companies):
        firm_key = founder_key(seed, U(i))
        arrive(w, firm_key, pick(w.government["home_cdf"], draw(seed, U_HOME, firm_key, 0, 0)), 0)
