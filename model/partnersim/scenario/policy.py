"""A policy: one lever as a scenario uses it, from when, how strongly, for whom and on whose money."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from partnersim.channels import BY_NAME
from partnersim.scenario.levers import DESK_AXIS, LONGEST, Choice, Contribution, Cost, Lever
from partnersim.scenario.reading import REQUIRED, ScenarioError, Table, described, unknown

KEYS = ("lever", "start", "ramp", "end", "strength", "adoption", "target", "funding", "options", "set")
FUNDING = ("new", "absorbed")
"""New money adds staff for the task; absorbed days come out of the payer's budget before anything else is done."""


@dataclass(frozen=True)
class Policy:
    """One lever in use.

    ``start`` and ``end`` are months of the study (1 is the first, ``end`` counts, None is never); ``ramp`` is the
    months to full ``strength`` (0-1); ``adoption`` is the share (0-1) of the target that takes it up. ``target`` is
    "all" or names: entity codes and tiers for UN entities; ISO codes, regions and "ldc" for countries. ``options``
    holds a value for every option of the lever; ``set`` puts other sizes on contributions. ``where`` is the place
    in a file, for messages.
    """

    lever: str
    start: int
    ramp: int
    end: int | None
    strength: float
    adoption: float
    target: str | tuple[str, ...]
    funding: str
    options: Mapping[str, Choice]
    set: Mapping[str, float]
    where: str = field(default="", compare=False)

    @property
    def last(self) -> int:
        """The last month in which it works."""
        return LONGEST if self.end is None else self.end

    @property
    def full(self) -> int:
        """The first month at full strength, or the last month if it ends before."""
        return min(self.start + max(self.ramp, 1) - 1, self.last)

    def order(self) -> tuple[Any, ...]:
        """Sorting key that leaves no ties between different policies."""
        target = (self.target,) if isinstance(self.target, str) else self.target
        settings = (self.ramp, self.last, self.strength, self.adoption, self.funding)
        return self.lever, self.start, target, settings, str(sorted(self.options.items())), sorted(self.set.items())


def read_policy(data: object, levers: Mapping[str, Lever], file: str = "", number: int = 1) -> Policy:
    """The policy of one ``[[policy]]`` block, the ``number``-th of ``file``. Raises :class:`ScenarioError`."""
    table = Table(data, file, f"[[policy]] {number}", KEYS)
    name = table.text("lever")
    if name not in levers:
        raise table.error("lever", unknown("lever", name, levers))
    lever = levers[name]
    table.at += f" ({name})"
    start = table.whole("start", 1, LONGEST, 1)
    end = table.whole("end", 1, LONGEST) if "end" in table.data else None
    if end is not None and end < start:
        raise table.error("end", f"month {end} is before the start in month {start}; allowed: {start} to {LONGEST}")
    options = _options(table, lever)
    return Policy(
        lever=name,
        start=start,
        ramp=table.whole("ramp", 0, LONGEST, lever.ramp),
        end=end,
        strength=table.number("strength", 0.0, 1.0, 1.0),
        adoption=table.number("adoption", 0.0, 1.0, 1.0),
        target=_target(table),
        funding=table.choice("funding", FUNDING, "new"),
        options=options,
        set=_sizes(table, lever, options),
        where=table.place(),
    )


def _target(table: Table) -> str | tuple[str, ...]:
    written = table.data.get("target", "all")
    if written == "all":
        return "all"
    wanted = '"all", or a list such as ["hub"] or ["UNDP", "UNICEF"]'
    if not isinstance(written, list):
        raise table.error("target", f"wanted: {wanted}; this is {described(written)}")
    names = table.distinct("target", str, wanted)
    if "all" in names or not all(name.strip() for name in names):
        raise table.error("target", f'a list holds names, neither blanks nor "all"; wanted: {wanted}')
    return tuple(sorted(names))


def _options(policy: Table, lever: Lever) -> dict[str, Choice]:
    table = Table(policy.table("options"), policy.file, f"{policy.at}, options", lever.options, "option")
    chosen: dict[str, Choice] = {}
    for name, option in lever.options.items():
        allowed = ", ".join(str(v).lower() if isinstance(v, bool) else v for v in option.values)
        value = table.value(name, option.default, type(option.default), f"one of {allowed}")
        if value not in option.values:
            raise table.error(name, unknown("value", str(value), map(str, option.values)))
        chosen[name] = value
    return chosen


def _sizes(policy: Table, lever: Lever, options: Mapping[str, Choice]) -> dict[str, float]:
    active = lever.active_contributions(options)
    names = [c.channel for c in active]
    table = Table(policy.table("set"), policy.file, f"{policy.at}, set", names, "contribution under these options")
    for name in table.data:
        if names.count(name) > 1:
            raise table.error(name, "the lever contributes to it twice under these options; neither can be set")
    return {c.channel: table.number(c.channel, c.low, c.high, REQUIRED) for c in active if c.channel in table.data}


def sizes(policy: Policy, lever: Lever) -> list[tuple[Contribution, float]]:
    """The contributions that count, by channel name, each with its value at full intensity."""
    return [(c, policy.set.get(c.channel, c.value)) for c in lever.active_contributions(policy.options)]


def days(policy: Policy, lever: Lever) -> list[tuple[Cost, float]]:
    """The costs that count, by name, each with its staff-days; a desk costs what capacity the policy adds to it."""
    added = dict.fromkeys(DESK_AXIS, 0.0)
    for contribution, value in sizes(policy, lever):
        for per, axis in DESK_AXIS.items():
            if contribution.channel.startswith("desk_days_") and BY_NAME[contribution.channel].axis == axis:
                added[per] += value
    return [(c, c.days * added.get(c.per, 1.0)) for c in lever.active_costs(policy.options)]


def refuse_contradictions(policies: Iterable[Policy], levers: Mapping[str, Lever]) -> None:
    """Raise :class:`ScenarioError` when two policies of one lever would act on the same months and members.

    For different targets in the same months the options must agree, and a lever that moves the whole system cannot
    be in use twice, because the system has no parts that could have different strengths.
    """
    for a, b in combinations(policies, 2):
        if a.lever != b.lever or a.start > b.last or b.start > a.last:
            continue
        both = f"{a.where} and {b.where} overlap in month {max(a.start, b.start)}"
        if _share_members(a, b):
            differ = ", ".join(_differences(a, b)) or "nothing, so one is enough"
            raise ScenarioError(f"{both} for the same members (they differ in: {differ}); allowed: other months or targets")
        if a.options != b.options:
            raise ScenarioError(f"{both} and choose other options; allowed: the same options in the same months")
        if system := [c.channel for c, _ in sizes(a, levers[a.lever]) if BY_NAME[c.channel].axis == "S"]:
            raise ScenarioError(
                f"{both}, but {a.lever} moves the whole system ({', '.join(system)}); "
                "allowed: one policy in these months, with both targets in its list"
            )


def _share_members(a: Policy, b: Policy) -> bool:
    return "all" in (a.target, b.target) or bool(set(a.target) & set(b.target))


def _differences(a: Policy, b: Policy) -> list[str]:
    return [key for key in KEYS if getattr(a, key) != getattr(b, key)]


def refuse_unknown_targets(policies: Iterable[Policy], known: Collection[str]) -> None:
    """Raise :class:`ScenarioError` when a target is not among ``known``, the names that a population has."""
    for policy in policies:
        for name in policy.target if isinstance(policy.target, tuple) else ():
            if name not in known:
                raise ScenarioError(f"{policy.where}, key target: {unknown('target', name, known)}")
