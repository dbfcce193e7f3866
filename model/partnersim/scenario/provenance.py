"""How many of the numbers that results rest on are assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from partnersim.channels import CHANNELS, Channel
from partnersim.scenario.load import Scenario
from partnersim.scenario.parameters import Parameter, load_parameters
from partnersim.scenario.policy import sizes


def inputs_used(scenarios: Iterable[Scenario], parameters: Mapping[str, Parameter] | None = None) -> tuple[int, int]:
    """How many inputs of these scenarios are assumed, and how many there are, one that several share counted once.

    Inputs are parameters, channels' baselines, and what the levers in use contribute and cost. What a scenario sets of its
    own is assumed. ``parameters`` are those of the library if not given.
    """
    parameters = load_parameters() if parameters is None else parameters
    status: dict[tuple[str, str, float | None], str] = {}
    things: list[Parameter | Channel] = [*parameters.values(), *CHANNELS]
    for scenario in scenarios:
        for thing in things:
            own = scenario.values.get(thing.name)
            status["", thing.name, own] = thing.status if own is None else "assumed"
        for policy in scenario.policies:
            lever = scenario.levers[policy.lever]
            for part, value in sizes(policy, lever):
                status[policy.lever, part.channel, value] = "assumed" if part.channel in policy.set else part.status
            for cost in lever.active_costs(policy.options):
                status[policy.lever, cost.name, cost.days] = cost.status
    return sum(found == "assumed" for found in status.values()), len(status)
