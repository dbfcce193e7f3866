"""The levers: what a policy may do, as data. A lever made of existing channels needs no code.

A lever contributes to channels and costs staff-days. It never names an outcome. Options choose between variants of
one lever; a contribution or cost with ``when`` counts only under those options.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from partnersim.channels import BY_NAME, Channel, Rule
from partnersim.scenario.library import library
from partnersim.scenario.reading import REQUIRED, STATUSES, ScenarioError, Table, read_toml, span, unknown

Choice = str | bool
LAST_PARAGRAPH = 83
"""Of A/66/320."""
LONGEST = 1200
"""Months: no start, end or ramp is later or longer."""
ROLES = ("lever", "uncertainty")
PAYERS = ("secretariat", "entities", "companies", "governments", "country_offices")
PER = {
    "system": "once, spread over the ramp",
    "adopter": "once for each adopting entity, spread over the ramp",
    "country": "once for each adopting country, spread over the ramp",
    "team": "once for each adopting country team, spread over the ramp",
    "system_year": "a year",
    "adopter_year": "a year for each adopting entity",
    "country_year": "a year for each adopting country",
    "team_year": "a year for each adopting country team",
    "member_year": "a year for each member firm of an adopter's advisory group",
    "staff_year": "a year for each member of an adopter's partnership staff",
    "office_year": "a year for each country office of an adopter",
    "partnership_year": "a year for each live partnership that an adopter leads",
    "desk": "a month",
    "country_desk": "a month for each adopting country team",
    "appraisal": "for each appraisal beyond those made before any policy",
    "plan": "for each exit plan beyond those made before any policy",
    "exchange": "for each staff exchange beyond those made before any policy",
    "handover": "for each performing partnership that ends with an exit plan it would not have had before any policy",
}
"""How often a cost is charged. The days of a desk are written for each staff-day of capacity that the lever adds."""
DESK_AXIS = {"desk": "S", "country_desk": "C"}
BY_CASE = {"appraisal": "gate_share", "plan": "exit_plan_share", "exchange": "secondments", "handover": "exit_plan_share"}
"""Costs of single cases, and the channel by which a lever brings about more of them."""

KEYS = (
    "id", "title", "paragraphs", "mechanism", "trade_off", "role", "ramp", "source", "options", "contribution", "cost",
)  # fmt: skip


@dataclass(frozen=True)
class Option:
    """A choice between variants of a lever: all ``values`` are texts, or they are false and true."""

    name: str
    values: tuple[Choice, ...]
    default: Choice
    meaning: str


@dataclass(frozen=True)
class Contribution:
    """What a lever at full strength does to one channel, by the channel's rule and in its unit."""

    channel: str
    value: float
    low: float
    high: float
    status: str
    source: str
    when: Mapping[str, tuple[Choice, ...]]


@dataclass(frozen=True)
class Cost:
    """Real-world staff-days that a lever takes from ``payer``; :data:`PER` says how often."""

    name: str
    days: float
    low: float
    high: float
    per: str
    payer: str
    status: str
    source: str
    when: Mapping[str, tuple[Choice, ...]]


@dataclass(frozen=True)
class Lever:
    """One recommendation of the report as a mechanism: its contributions, its options and its price."""

    name: str
    id: str
    title: str
    paragraphs: tuple[int, ...]
    mechanism: str
    trade_off: str
    role: str
    ramp: int
    source: str
    options: Mapping[str, Option]
    contributions: tuple[Contribution, ...]
    costs: tuple[Cost, ...]

    def active_contributions(self, options: Mapping[str, Choice]) -> list[Contribution]:
        """Contributions that count under ``options`` (a value for every option), by channel name."""
        active = [c for c in self.contributions if _counts(c.when, options)]
        return sorted(active, key=lambda c: (c.channel, sorted(c.when), c.value))

    def active_costs(self, options: Mapping[str, Choice]) -> list[Cost]:
        """Costs that count under ``options``, by name."""
        return sorted((c for c in self.costs if _counts(c.when, options)), key=lambda c: c.name)


def _counts(when: Mapping[str, tuple[Choice, ...]], options: Mapping[str, Choice]) -> bool:
    return all(options[name] in values for name, values in when.items())


def lever_folder(beside: Path | None = None) -> Path:
    """The library's folder of levers, or the one ``beside`` a user's scenario."""
    return (beside or library()) / "levers"


def load_levers(*folders: Path) -> dict[str, Lever]:
    """All levers of the TOML files in these folders (default: the library's), sorted by name.

    Raises :class:`ScenarioError` for an unlawful file and for a name or an id given twice.
    """
    found: dict[str, Lever] = {}
    files: dict[str, Path] = {}
    ids: dict[str, str] = {}
    for folder in folders or (lever_folder(),):
        if not folder.is_dir():
            raise ScenarioError(f"{folder}: there is no such folder of lever files")
        for path in sorted(folder.glob("*.toml")):
            name, lever = path.stem, read_lever(path)
            if name in found:
                raise ScenarioError(f"{path}: {files[name]} is a lever of this name too; allowed: one file for each name")
            if lever.id in ids:
                raise ScenarioError(f"{path}, key id: {lever.id} is also the id of {ids[lever.id]}; allowed: an id of its own")
            found[name], files[name], ids[lever.id] = lever, path, name
    return dict(sorted(found.items()))


def read_lever(path: Path) -> Lever:
    """The lever of one file, named by the file. Raises :class:`ScenarioError`."""
    table = Table(read_toml(path), str(path), "", KEYS)
    options = {name: _option(table, name, data) for name, data in table.table("options").items()}
    blocks = enumerate(table.tables("contribution"), 1)
    contributions = tuple(_contribution(table, i, data, options) for i, data in blocks)
    costs = tuple(_cost(table, i, data, options) for i, data in enumerate(table.tables("cost"), 1))
    role = table.choice("role", ROLES)
    paragraphs = table.distinct("paragraphs", int, f"a list of paragraphs, 1 to {LAST_PARAGRAPH}")
    if wrong := [p for p in paragraphs if not 1 <= p <= LAST_PARAGRAPH]:
        raise table.error("paragraphs", f"{wrong[0]} is not a paragraph of the report; allowed: 1 to {LAST_PARAGRAPH}")
    if not contributions:
        raise table.error("contribution", "is missing; a lever moves at least one channel")
    if role == "lever" and not costs:
        raise table.error("cost", "is missing; nothing is free, a lever takes somebody's staff-days")
    if role == "uncertainty" and costs:
        raise table.error("cost", "is given; what befalls the world is no policy, so nobody pays; allowed: none")
    _no_twins(table, "contribution", [(c.channel, sorted(c.when.items())) for c in contributions])
    _no_twins(table, "cost", [(c.name, []) for c in costs])
    _paid_for_what_it_does(table, contributions, costs)
    return Lever(
        name=path.stem,
        id=table.text("id"),
        title=table.text("title"),
        paragraphs=tuple(sorted(paragraphs)),
        mechanism=table.text("mechanism"),
        trade_off=table.text("trade_off"),
        role=role,
        ramp=table.whole("ramp", 0, LONGEST),
        source=table.text("source"),
        options=dict(sorted(options.items())),
        contributions=contributions,
        costs=costs,
    )


def _paid_for_what_it_does(table: Table, contributions: tuple[Contribution, ...], costs: tuple[Cost, ...]) -> None:
    """Refuse costs of what the lever does not do, and capacity of desks that nobody pays for."""
    moved = {c.channel for c in contributions}
    axes = {BY_NAME[name].axis for name in moved if name.startswith("desk_days_")}
    for cost in costs:
        if DESK_AXIS.get(cost.per, "") not in axes | {""}:
            raise table.error("cost", f'"{cost.name}" is paid per {cost.per}, but the lever adds no such capacity')
        if BY_CASE.get(cost.per, "") not in moved | {""}:
            raise table.error("cost", f'"{cost.name}" is paid per {cost.per}, but the lever does not move {BY_CASE[cost.per]}')
    for per, axis in DESK_AXIS.items():
        if axis in axes and per not in {cost.per for cost in costs}:
            raise table.error(
                "cost", f'none is paid per {per}, but the lever adds desk capacity; allowed: one with per = "{per}"'
            )


def _no_twins(table: Table, key: str, names: list[tuple[str, list[Any]]]) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise table.error(key, f"{name[0]} is given twice; allowed once for the same options")


def _option(lever: Table, name: str, data: object) -> Option:
    table = Table(data, lever.file, f"[options.{name}]", ("values", "default", "meaning"))
    values = table.distinct("values", (str, bool), "a list of texts, or [false, true]")
    if len({type(v) for v in values}) > 1:
        raise table.error("values", "mixes texts with true and false")
    default = table.value("default", REQUIRED, type(values[0]), "one of the values")
    if default not in values:
        raise table.error("default", unknown("value", str(default), map(str, values)))
    return Option(name, tuple(values), default, table.text("meaning"))


def _when(table: Table, options: Mapping[str, Option]) -> dict[str, tuple[Choice, ...]]:
    when = Table(table.table("when"), table.file, f"{table.at}, when", options, "option")
    for name in when.data:
        for value in when.distinct(name, type(options[name].values[0]), "a list of the option's values"):
            if value not in options[name].values:
                raise when.error(name, unknown("value", str(value), map(str, options[name].values)))
    return {name: tuple(values) for name, values in sorted(when.data.items())}


def _contribution(lever: Table, i: int, data: object, options: Mapping[str, Option]) -> Contribution:
    keys = ("channel", "value", "range", "when", "status", "source")
    table = Table(data, lever.file, f"[[contribution]] {i}", keys)
    name = table.text("channel")
    if name not in BY_NAME:
        raise table.error("channel", unknown("channel", name, BY_NAME))
    low, high = table.interval("range")
    least, most = lawful(BY_NAME[name])
    for end in (low, high):
        if not least <= end <= most:
            raise table.error("range", f"{end:g} is not lawful for {name}, {_rule_words(BY_NAME[name])}")
    value = table.number("value", low, high)
    status, source = table.choice("status", STATUSES), table.text("source")
    return Contribution(name, value, low, high, status, source, _when(table, options))


def lawful(channel: Channel) -> tuple[float, float]:
    """Least and greatest contribution that the channel's rule allows."""
    width = channel.high - channel.low
    return {
        Rule.SCALE: (1e-6, 1e6),
        Rule.ADD: (-width, width),
        Rule.UNION: (0.0, 1.0),
        Rule.MAX: (channel.low, channel.high),
        Rule.CAP: (channel.low, channel.high),
    }[channel.rule]


def _rule_words(channel: Channel) -> str:
    if channel.rule == Rule.SCALE:
        return "whose rule is scale; allowed: a factor above 0"
    return f"whose rule is {channel.rule.name.lower()}; allowed: {span(*lawful(channel))}"


def _cost(lever: Table, i: int, data: object, options: Mapping[str, Option]) -> Cost:
    keys = ("name", "days", "range", "per", "payer", "when", "status", "source")
    table = Table(data, lever.file, f"[[cost]] {i}", keys)
    low, high = table.interval("range")
    if low < 0:
        raise table.error("range", f"{low:g} is below 0; allowed: 0 or more staff-days")
    return Cost(
        name=table.text("name"),
        days=table.number("days", low, high),
        low=low,
        high=high,
        per=table.choice("per", PER),
        payer=table.choice("payer", PAYERS),
        status=table.choice("status", STATUSES),
        source=table.text("source"),
        when=_when(table, options),
    )
