"""Every lever of the library, alone in a small world: off it is baseline, on it is paid for and moves its channels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from worlds import LEVERS, differences, laboratory, policy, scenario

from partnersim.channels import BY_NAME, COLUMN
from partnersim.kinds import FIRST_ENTITY
from partnersim.population.build import axis_rows
from partnersim.scenario.levers import BY_CASE
from partnersim.simulate import Laboratory, advance, run_one
from partnersim.world import World

MONTHS = 24
POLICIES = {name for name, lever in LEVERS.items() if lever.role == "lever"}
VARIANTS = [
    (name, dict(zip(lever.options, chosen, strict=True)))
    for name, lever in LEVERS.items()
    for chosen in itertools.product(*(option.values for option in lever.options.values()))
]
"""Every lever under every choice of its options."""


def lab_of(lever: str, **keys: object) -> Laboratory:
    return laboratory(scenario(policy(lever, **keys)), MONTHS, burn_in=24)


@pytest.fixture(scope="module")
def settled() -> dict[int, World]:
    """Worlds after burn-in, by seed."""
    lab = laboratory(months=MONTHS, burn_in=24)
    return {seed: lab.settled(seed) for seed in (0, 1)}


@pytest.fixture(scope="module")
def baseline(settled: dict[int, World]) -> dict[int, World]:
    """The same two years later, without any policy."""
    return {seed: run_one(laboratory(months=MONTHS, burn_in=24), world) for seed, world in settled.items()}


def paths(lab: Laboratory, settled: World, months: int) -> dict[str, np.ndarray]:
    """Each channel that the lever moves: months x members of its axis."""
    world, tables = lab.start(settled)
    members = axis_rows(world.entity.size, world.government.size)
    moved = sorted({c.channel for c in lab.scenario.levers[lab.scenario.policies[0].lever].contributions})
    found: dict[str, list[np.ndarray]] = {name: [] for name in moved}
    for _ in range(months):
        advance(world, tables, 1)
        for name in moved:
            found[name].append(tables.now[slice(*members[BY_NAME[name].axis]), COLUMN[name]].copy())
    return {name: np.array(path) for name, path in found.items()}


@pytest.mark.parametrize("lever", LEVERS)
def test_off_is_baseline(lever: str, settled: dict[int, World], baseline: dict[int, World]) -> None:
    """A failure means that a lever without strength leaves a trace, bit for bit."""
    lab = lab_of(lever, strength=0.0)
    for seed, world in settled.items():
        assert differences(run_one(lab, world), baseline[seed]) == [], seed


@pytest.mark.parametrize(("lever", "options"), VARIANTS)
def test_a_lever_is_paid_under_its_name(lever: str, options: dict[str, object], settled: dict[int, World]) -> None:
    """A failure means that a lever is free, or that a shock has a price."""
    chosen = policy(lever, options=options)
    world = run_one(lab_of(lever, options=options), settled[0])
    paid = world.system[0]["lever_days"]
    assert (paid[0] > 0.0) == (lever in POLICIES)
    assert paid[1:].sum() == 0.0
    by_case = {c.per for c in LEVERS[lever].active_costs(chosen.options)} & set(BY_CASE)
    if by_case:
        weak = run_one(lab_of(lever, options=options, strength=0.1), settled[0])
        assert paid[0] > weak.system[0]["lever_days"][0], "more cases cost more"


@pytest.mark.parametrize(("lever", "options"), VARIANTS)
def test_strength_and_start_are_monotone_in_every_channel(
    lever: str, options: dict[str, object], settled: dict[int, World]
) -> None:
    """A failure means that more of a lever, or an earlier start, moves a mechanism less far or the other way."""
    months = 8
    strengths = [paths(lab_of(lever, options=options, ramp=3, strength=s), settled[0], months) for s in (0.0, 0.3, 0.7, 1.0)]
    starts = [paths(lab_of(lever, options=options, ramp=3, start=s), settled[0], months) for s in (6, 4, 1)]
    active = {c.channel for c in LEVERS[lever].active_contributions(policy(lever, options=options).options)}
    for name, off in strengths[0].items():
        for weaker, stronger in [*itertools.pairwise(strengths), *itertools.pairwise([strengths[0], *starts])]:
            far, further = weaker[name] - off, stronger[name] - off
            assert (far * further >= 0.0).all(), f"{name} turns round"
            assert (np.abs(further) >= np.abs(far) - 1e-12).all(), f"{name} moves less far"
        moved = (strengths[-1][name][-1] != off[-1]).any()
        assert moved == (name in active), f"{name} is said to move and does not, or moves unsaid"


@pytest.mark.parametrize("lever", LEVERS)
def test_a_share_of_adopters_is_a_part(lever: str, settled: dict[int, World]) -> None:
    """A failure means that adoption changes who is reached otherwise than by adding some, or reaches all by half."""
    few, many = (lab_of(lever, adoption=share, ramp=0).start(settled[0])[1].adopted[0, FIRST_ENTITY:] for share in (0.3, 0.7))
    assert (few <= many).all()
    assert 0 < few.sum() < many.sum() < many.size
