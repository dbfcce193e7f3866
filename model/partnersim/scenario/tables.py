"""From a scenario to the arrays that the engine reads.

Contributions and charges come in the order of lever names, channel names and starts, never of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from partnersim.channels import BY_AXIS
from partnersim.scenario.levers import Lever
from partnersim.scenario.load import Scenario
from partnersim.scenario.parameters import Parameter
from partnersim.scenario.policy import days, sizes


@dataclass(frozen=True)
class Charge:
    """Staff-days that a policy takes at full intensity, for the whole real system (the engine scales them).

    ``policy`` is the index in ``scenario.policies``; ``per`` says how often, as in ``levers.PER``, where ``desk`` is
    days a month for the system and ``country_desk`` days a month for each adopting country. ``absorbed`` days come
    out of the payer's own budget; others are new staff.
    """

    policy: int
    name: str
    days: float
    per: str
    payer: str
    absorbed: bool


def intensity(scenario: Scenario, months: int) -> np.ndarray:
    """Intensity of each policy in each month: float (policy, months + 1) in 0-1; column 0 is the month before.

    From the first month it grows by equal steps and reaches the strength in the last month of the ramp (a ramp of 0
    or 1: at once); after the end it is 0.
    """
    month = np.arange(months + 1)
    out = np.zeros((len(scenario.policies), months + 1))
    for row, policy in zip(out, scenario.policies, strict=True):
        share = np.minimum((month - policy.start + 1) / max(policy.ramp, 1), 1.0)
        working = (month >= policy.start) & (month <= policy.last)
        row[working] = policy.strength * share[working]
    return out


def contributions(scenario: Scenario, levers: Mapping[str, Lever], axis: str) -> tuple[np.ndarray, np.ndarray]:
    """Contributions to the channels of one axis: ``rows``, int64 (n, 3), and ``values``, float64 (n,).

    A row is the channel's column within the axis, its rule and the policy's index; the value is that of full
    intensity in the channel's unit. On axis S the whole system is the only member, so adoption does not apply.
    """
    column = {c.name: i for i, c in enumerate(BY_AXIS[axis])}
    found = [
        (policy.lever, c.channel, i, value)
        for i, policy in enumerate(scenario.policies)
        for c, value in sizes(policy, levers[policy.lever])
        if c.channel in column
    ]
    found.sort()
    rule = {c.name: int(c.rule) for c in BY_AXIS[axis]}
    rows = np.array([(column[name], rule[name], i) for _, name, i, _ in found], dtype=np.int64).reshape(-1, 3)
    return rows, np.array([value for *_, value in found], dtype=np.float64)


def charges(scenario: Scenario, levers: Mapping[str, Lever]) -> list[Charge]:
    """What the policies cost and who pays, in the order of policies, then names of costs."""
    return [
        Charge(i, cost.name, n, cost.per, cost.payer, policy.funding == "absorbed")
        for i, policy in enumerate(scenario.policies)
        for cost, n in days(policy, levers[policy.lever])
    ]


def baseline_values(scenario: Scenario) -> dict[str, np.ndarray]:
    """Channel baselines after ``[set]``: for each axis float64 (channel,), NaN where the population gives them."""
    return {
        axis: np.array([scenario.values.get(c.name, c.baseline) for c in channels], dtype=np.float64)
        for axis, channels in BY_AXIS.items()
    }


def parameter_values(scenario: Scenario, parameters: Mapping[str, Parameter]) -> dict[str, float]:
    """Every parameter's value after ``[set]``, in its unit, sorted by name."""
    return {name: scenario.values.get(name, parameters[name].value) for name in sorted(parameters)}
