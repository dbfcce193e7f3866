"""What a scenario really says: the effective table, the costs, and warnings about what does less than it seems to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from partnersim.channels import BY_AXIS, Channel, Rule
from partnersim.scenario.levers import PER, Lever
from partnersim.scenario.load import Scenario
from partnersim.scenario.parameters import Parameter, load_parameters
from partnersim.scenario.policy import Policy, sizes
from partnersim.scenario.reading import STATUSES, span
from partnersim.scenario.tables import Charge, baseline_values, charges, contributions, intensity

POLICY_HEAD = ("lever", "months", "ramp", "strength", "adoption", "target", "money", "options", "set")
COST_HEAD = ("lever", "cost", "days", "how often", "payer", "money")


class Row(NamedTuple):
    """One number of the model as the scenario has it.

    ``value`` of a channel is the one furthest from ``baseline`` that a member who adopts every policy meets, before
    clipping to the bounds. ``status`` is the weakest of the number's own (what a scenario sets is assumed) and those
    of its contributions.
    """

    name: str
    value: float
    unit: str
    baseline: float
    changed_by: str
    status: str
    source: str


def effective_table(
    scenario: Scenario,
    parameters: Mapping[str, Parameter] | None = None,
    levers: Mapping[str, Lever] | None = None,
    everything: bool = False,
) -> list[Row]:
    """Parameters, then channels, sorted by name: those that differ from the baseline, or everything.

    ``parameters`` are those of the library if not given, ``levers`` those that the scenario uses.
    """
    parameters = load_parameters() if parameters is None else parameters
    levers = scenario.levers if levers is None else levers
    rows = [_parameter_row(scenario, p) for p in parameters.values()]
    rows += sorted(_channel_row(scenario, levers, axis, i) for axis in BY_AXIS for i in range(len(BY_AXIS[axis])))
    return rows if everything else [row for row in rows if row.changed_by]


def _origin(scenario: Scenario, thing: Parameter | Channel) -> tuple[str, str, str]:
    """Who set a number, its status and its source: a number of the scenario's own is its assumption."""
    if thing.name not in scenario.values:
        return "", thing.status, thing.source
    place = f"[set] in {scenario.set_by[thing.name]}"
    return place, "assumed", f"assumed: {place}"


def _parameter_row(scenario: Scenario, p: Parameter) -> Row:
    return Row(p.name, scenario.values.get(p.name, p.value), p.unit, p.value, *_origin(scenario, p))


def _channel_row(scenario: Scenario, levers: Mapping[str, Lever], axis: str, column: int) -> Row:
    channel = BY_AXIS[axis][column]
    moved_by = {
        policy.lever: (c.status, c.source)
        for policy in scenario.policies
        for c, _ in sizes(policy, levers[policy.lever])
        if c.channel == channel.name
    }
    start = baseline_values(scenario)[axis][column]
    met = [value for _, value in _met(scenario, levers, axis, column)]
    value = max([start, *met], key=lambda v: abs(v - start)) if not math.isnan(start) else start
    place, status, source = _origin(scenario, channel)
    changed = [text for text in (place, *moved_by) if text]
    statuses = [status, *(status for status, _ in moved_by.values())]
    sources = [source, *(f"{lever}: {source}" for lever, (_, source) in moved_by.items())]
    weakest = max(statuses, key=STATUSES.index)
    return Row(channel.name, value, channel.unit, channel.baseline, ", ".join(changed), weakest, "; ".join(sources))


def _met(scenario: Scenario, levers: Mapping[str, Lever], axis: str, column: int) -> list[tuple[int, float]]:
    """Month and unclipped value of a channel in each month in which some policy has just reached its full strength."""
    from partnersim.folding import fold

    rows, values = contributions(scenario, levers, axis)
    months = sorted({policy.full for policy in scenario.policies})
    strengths = intensity(scenario, months[-1]) if months else np.zeros((0, 1))
    start = baseline_values(scenario)[axis][column]
    out = []
    for month in months:
        strongest = _one_each(scenario, strengths[:, month])
        today = start
        for (c, rule, policy), value in zip(rows, values, strict=True):
            if c == column and policy in strongest:
                today = fold(rule, start, today, value, strengths[policy, month])
        out.append((month, float(today)))
    return out


def _one_each(scenario: Scenario, strengths: np.ndarray) -> set[int]:
    """The strongest policy of each lever: policies for different targets meet in no member."""
    best: dict[str, int] = {}
    for i, policy in enumerate(scenario.policies):
        if policy.lever not in best or strengths[i] > strengths[best[policy.lever]]:
            best[policy.lever] = i
    return set(best.values())


def scenario_warnings(scenario: Scenario, levers: Mapping[str, Lever] | None = None) -> list[str]:
    """Sentences about contributions that would be clipped and policies that do less than they seem to."""
    levers = scenario.levers if levers is None else levers
    found = [text for policy in scenario.policies for text in _idle(policy, levers[policy.lever])]
    for axis, channels in BY_AXIS.items():
        for column, channel in enumerate(channels):
            met = _met(scenario, levers, axis, column)
            clipped = [(m, v) for m, v in met if not (math.isnan(v) or channel.low <= v <= channel.high)]
            for month, value in clipped[:1]:
                bounds = span(channel.low, channel.high)
                found.append(f"{channel.name} would be {value:.4g} in month {month} and is clipped to {bounds}")
    return found


def _idle(policy: Policy, lever: Lever) -> list[str]:
    found = []
    if policy.strength == 0.0:
        found.append(f"{policy.where}: strength is 0, so it does nothing")
    if policy.adoption == 0.0:
        found.append(f"{policy.where}: adoption is 0, so it reaches the system's channels at most")
    if policy.start + policy.ramp - 1 > policy.last:
        found.append(f"{policy.where}: it ends in month {policy.last}, before its ramp of {policy.ramp} months is over")
    channels = {c.name: c for members in BY_AXIS.values() for c in members}
    if all(_moves_nothing(channels[c.channel], value) for c, value in sizes(policy, lever)):
        found.append(f"{policy.where}: with these options and sizes it contributes nothing to any channel")
    return found


def _moves_nothing(channel: Channel, value: float) -> bool:
    if channel.rule == Rule.MAX:
        return value <= channel.baseline
    if channel.rule == Rule.CAP:
        return value >= channel.baseline
    return value == (1.0 if channel.rule == Rule.SCALE else 0.0)


def format_check(
    scenario: Scenario,
    everything: bool = False,
    parameters: Mapping[str, Parameter] | None = None,
    levers: Mapping[str, Lever] | None = None,
) -> str:
    """The scenario for the screen: policies, numbers that differ (or all), costs, warnings, a count of assumptions."""
    parameters = load_parameters() if parameters is None else parameters
    levers = scenario.levers if levers is None else levers
    rows = effective_table(scenario, parameters, levers, everything)
    numbers = [(r.name, f"{r.value:.6g}", r.unit, f"{r.baseline:.6g}", r.changed_by or "-", r.status, r.source) for r in rows]
    costs = [_charge_line(scenario, c) for c in charges(scenario, levers)]
    parts = [
        f"{scenario.name}: {scenario.title}",
        scenario.question,
        "extends " + " -> ".join(scenario.extends) if scenario.extends else "",
        aligned("Policies", POLICY_HEAD, [_policy_line(p) for p in scenario.policies]),
        aligned("Numbers" if everything else "Numbers that differ from the baseline", Row._fields, numbers),
        aligned("Costs in staff-days of the real system", COST_HEAD, costs),
        "\n".join(f"warning: {text}" for text in scenario_warnings(scenario, levers)),
        f"{sum(r.status == 'assumed' for r in rows)} of these {len(rows)} numbers are assumed" if rows else "",
        f"digest {scenario.digest[:16]}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _policy_line(p: Policy) -> tuple[str, ...]:
    target = p.target if isinstance(p.target, str) else " ".join(p.target)
    months = f"{p.start}-{p.end}" if p.end else f"from {p.start}"
    options = " ".join(f"{k}={str(v).lower()}" for k, v in p.options.items()) or "-"
    sizes_set = " ".join(f"{k}={v:g}" for k, v in p.set.items()) or "-"
    return p.lever, months, str(p.ramp), f"{p.strength:g}", f"{p.adoption:g}", target, p.funding, options, sizes_set


def _charge_line(scenario: Scenario, c: Charge) -> tuple[str, ...]:
    money = "absorbed" if c.absorbed else "new"
    return scenario.policies[c.policy].lever, c.name, f"{c.days:g}", PER[c.per], c.payer, money


def aligned(title: str, head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in plain text; empty without lines."""
    if not lines:
        return ""
    width = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    text = ["  ".join(f"{cell:{w}}" for cell, w in zip(line, width, strict=True)).rstrip() for line in (head, *lines)]
    return "\n".join([title, *text])
