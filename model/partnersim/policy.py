"""From a scenario's policies to the tables that the engine reads for one seed: who adopts, how strong, at whose cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from partnersim import channels
from partnersim.compiled import entry
from partnersim.kinds import FIRST_ENTITY, FIRST_STATE, MAX_POLICIES, REGIONS
from partnersim.ledger import Payer, Per, Side
from partnersim.population.build import axis_rows, choose_states, entity_codes
from partnersim.population.load import INCOMES, TIERS, Population, stable_key
from partnersim.population.sizes import WorldSize
from partnersim.randomness import Purpose, draw, pair
from partnersim.scenario import (
    Charge,
    Lever,
    Policy,
    Scenario,
    ScenarioError,
    charges,
    contributions,
    intensity,
    refuse_unknown_targets,
)
from partnersim.scenario.levers import BY_CASE
from partnersim.world import World

U_ADOPTION = int(Purpose.ADOPTION)
COUNTED = {
    "system": Per.SYSTEM,
    "adopter": Per.ENTITY,
    "country": Per.COUNTRY,
    "team": Per.TEAM,
    "member": Per.MEMBER,
    "staff": Per.STAFF,
    "office": Per.OFFICE,
    "partnership": Per.PARTNERSHIP,
    "country_desk": Per.TEAM,
    "appraisal": Per.APPRAISAL,
    "plan": Per.PLAN,
    "exchange": Per.EXCHANGE,
    "handover": Per.HANDOVER,
}
"""What a cost is charged for, by the words of a lever file without ``_year``."""
DESK_CHANNELS = ("desk_days_coordination", "desk_days_screening", "desk_days_advisory")


NO_DESKS = np.array([(-1, int(Side.CENTRAL), 0)] * 3, dtype=np.int64)


class Tables(NamedTuple):
    """Policies as arrays, bound to one world. Members are the rows of the channel tables."""

    intensity: np.ndarray
    """(months + 1, policy), 0-1."""
    now: np.ndarray
    base: np.ndarray
    """(member, channel): the world's channels, today (the same memory) and before any policy."""
    bounds: np.ndarray
    """(channel, 2)."""
    rows: np.ndarray
    """(contribution, 5): channel, rule, policy, first and last-but-one member of the axis."""
    values: np.ndarray
    """(contribution,)."""
    adopted: np.ndarray
    """(policy, member) bool."""
    charge_rows: np.ndarray
    """(charge, 4): policy, Payer, Per, absorbed."""
    charge_days: np.ndarray
    """(months + 1, charge): real-world staff-days."""
    desk_rows: np.ndarray
    """(3, 3) for the coordination, screening and advisory desk: paying policy or -1, side that pays, absorbed."""


BOUNDS = np.array([(c.low, c.high) for c in channels.CHANNELS])


def bind(world: World, plan: PolicyPlan | None) -> Tables:
    """Tables of a plan for one world; of no policy at all where ``plan`` is None, as in burn-in."""
    n_members = world.chan.size
    now, base = (a.view(np.float64).reshape(n_members, -1) for a in (world.chan, world.base))
    if plan is None:
        return Tables(
            np.zeros((1, 0)),
            now,
            base,
            BOUNDS,
            np.zeros((0, 5), np.int64),
            np.zeros(0),
            np.zeros((0, n_members), bool),
            np.zeros((0, 4), np.int64),
            np.zeros((1, 0)),
            NO_DESKS,
        )
    keys = np.zeros(n_members, np.uint64)
    keys[FIRST_ENTITY : FIRST_ENTITY + world.entity.size] = world.entity["key"]
    keys[FIRST_STATE:] = world.government["key"]
    adopted = plan.targets.copy()
    with np.errstate(over="ignore"):
        adopt(world.system[0]["seed"], plan.lever_keys, plan.adoption, keys, adopted)
    return Tables(
        plan.intensity, now, base, BOUNDS, plan.rows, plan.values, adopted, plan.charge_rows, plan.charge_days, plan.desk_rows
    )


class PolicyPlan:
    """What of a scenario's policies does not depend on the seed."""

    def __init__(
        self, scenario: Scenario, levers: Mapping[str, Lever], population: Population, size: WorldSize, months: int
    ) -> None:
        if len(scenario.policies) > MAX_POLICIES:
            raise ScenarioError(f"{scenario.name}: {len(scenario.policies)} policies; allowed are at most {MAX_POLICIES}")
        refuse_unknown_targets(scenario.policies, population.targets())
        self.policies = scenario.policies
        self.intensity = np.ascontiguousarray(intensity(scenario, months).T)
        states = choose_states(population, size)
        self.rows, self.values = _contribution_rows(scenario, levers, size.entities, states.size)
        self.targets = np.ones((len(self.policies), FIRST_STATE + states.size), dtype=bool)
        for row, policy in zip(self.targets, self.policies, strict=True):
            row[FIRST_ENTITY : FIRST_ENTITY + size.entities] = _entity_targets(policy, population, size)
            row[FIRST_STATE:] = _state_targets(policy, population, states)
        self.lever_keys = np.array([stable_key(p.lever) for p in self.policies], dtype=np.uint64)
        self.adoption = np.array([p.adoption for p in self.policies], dtype=float)
        self.charge_rows, self.charge_days, self.desk_rows = _charge_tables(scenario, levers, self.intensity)


def _contribution_rows(
    scenario: Scenario, levers: Mapping[str, Lever], n_entities: int, n_states: int
) -> tuple[np.ndarray, np.ndarray]:
    rows, values = [], []
    for axis, members in axis_rows(n_entities, n_states).items():
        column = [channels.COLUMN[c.name] for c in channels.BY_AXIS[axis]]
        found, sizes = contributions(scenario, levers, axis)
        rows += [(column[channel], rule, policy, *members) for channel, rule, policy in found]
        values.append(sizes)
    return np.array(rows, dtype=np.int64).reshape(-1, 5), np.concatenate(values)


def _entity_targets(policy: Policy, population: Population, size: WorldSize) -> list[bool]:
    codes = entity_codes(population, size)
    place = {code: i for i, code in enumerate(population.codes)}
    tiers = [TIERS[population.entity["tier"][place.get(code, place.get(code[:-2], 0))]] for code in codes]
    wanted = policy.target
    return [wanted == "all" or code in wanted or tier in wanted for code, tier in zip(codes, tiers, strict=True)]


def _state_targets(policy: Policy, population: Population, states: np.ndarray) -> list[bool]:
    data, wanted = population.government, policy.target
    return [
        wanted == "all"
        or population.iso3[i] in wanted
        or REGIONS[data["region"][i]] in wanted
        or INCOMES[data["income"][i]] in wanted
        or ("ldc" in wanted and data["ldc"][i] > 0)
        for i in states
    ]


@entry
def adopt(seed, lever_keys, adoption, member_keys, adopted):
    """Rule: who takes a lever up is a propensity drawn once for each lever and member; a larger share only ever adds."""
    for p in range(lever_keys.shape[0]):
        for m in range(FIRST_ENTITY, member_keys.shape[0]):
            u = draw(seed, U_ADOPTION, pair(lever_keys[p], member_keys[m]), 0, 0)
            adopted[p, m] = adopted[p, m] and u < adoption[p]


def _charge_tables(
    scenario: Scenario, levers: Mapping[str, Lever], strength: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    months = strength.shape[0]
    rows, days = [], []
    desks = NO_DESKS.copy()
    for charge in charges(scenario, levers):
        policy = scenario.policies[charge.policy]
        if charge.per == "desk":
            _desk_rows(desks, charge.policy, levers[policy.lever], charge.payer, charge.absorbed)
            continue
        per = COUNTED[charge.per.removesuffix("_year")]
        rows.append((charge.policy, Payer[charge.payer.upper()], per, int(charge.absorbed)))
        days.append(_monthly_days(charge, policy, strength[:, charge.policy]))
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return table, np.ascontiguousarray(np.array(days, dtype=float).reshape(-1, months).T), desks


def _monthly_days(charge: Charge, policy: Policy, strength: np.ndarray) -> np.ndarray:
    """Days of one charge in each month, for one of what it is charged for."""
    month = np.arange(strength.size)
    if charge.per.endswith("_year"):
        return strength * charge.days / 12.0
    if charge.per == "country_desk":
        return strength * charge.days
    if charge.per in BY_CASE:
        # A case is charged in the month after it, and costs its days whatever the strength that brought it about.
        return np.where(np.append(0.0, strength[:-1]) > 0.0, charge.days, 0.0)
    setting_up = (month >= policy.start) & (month <= policy.full) & (policy.strength > 0.0)
    return np.where(setting_up, charge.days / max(policy.ramp, 1), 0.0)


def _desk_rows(desks: np.ndarray, policy: int, lever: Lever, payer: str, absorbed: bool) -> None:
    for k, channel in enumerate(DESK_CHANNELS):
        if any(c.channel == channel for c in lever.contributions):
            if desks[k, 0] >= 0:
                raise ScenarioError(f"two policies pay for one desk ({channel}); let one of them add all its capacity")
            desks[k] = policy, int(Side.CENTRAL) if payer == "secretariat" else int(Side.HQ), int(absorbed)
