"""What the model is held against: patterns V1 to V16 and tensions T1 to T20, read strictly from scenarios/validation/.

A check names one number of the model and the range in which its whole interval must lie. What the number is, one of:
``measure`` (of one world, see ``measures``), ``outcome`` (of one world against another, in per cent), ``mechanism`` (of the
three with controls, see ``mechanisms``), ``optimum`` (a parameter's best middle value against its ends), or ``absent``: what
the model would need before it could say.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from partnersim.ledger import OUTCOMES
from partnersim.scenario.library import library
from partnersim.scenario.load import checked_values
from partnersim.scenario.parameters import Parameter, load_parameters
from partnersim.scenario.reading import ScenarioError, Table, read_toml, unknown

LABELS = ("emerged", "input reproduced", "definition")
"""What may be claimed of a pattern that is met; only the first is evidence for the model."""
KINDS = ("measure", "outcome", "mechanism", "optimum", "absent")
MONTHS = 120
"""Length of the window unless a check says otherwise."""
KEYS = {
    "pattern": ("title", "source", "paragraphs", "label", "why", "check"),
    "check": (*KINDS, "says", "target", "range", "unit", "label", "with", "against", "months", "values"),
    "world": ("set", "policy"),
    "policy": ("lever", "choose", "funding", "strength"),
}


@dataclass(frozen=True)
class World:
    """A world of a check: baseline with other numbers and levers in full use from the first month.

    ``choose`` in a policy names values of options, or switches, wherever the lever has them.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    policies: tuple[Mapping[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """Equal for equal worlds."""
        if not self.values and not self.policies:
            return "baseline"
        return json.dumps([dict(self.values), [dict(p) for p in self.policies]], sort_keys=True)


@dataclass(frozen=True)
class Check:
    """One number of the model and the range (``low`` to ``high``, in ``unit``) in which its interval must lie."""

    says: str
    kind: str
    name: str
    target: str
    low: float
    high: float
    unit: str
    label: str
    here: World = World()
    against: World = World()
    months: int = MONTHS
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """A pattern or tension: met where every check is."""

    id: str
    title: str
    source: str
    label: str
    why: str
    checks: tuple[Check, ...]


def load_patterns(folder: Path | None = None) -> dict[str, Pattern]:
    """All patterns of the TOML files in ``folder`` (default: the library's ``validation``), V before T, by number.

    Raises :class:`ScenarioError` for an unlawful file and for a pattern given twice.
    """
    folder = folder or library() / "validation"
    if not folder.is_dir():
        raise ScenarioError(f"{folder}: there is no such folder of patterns")
    parameters = load_parameters()
    found: dict[str, Pattern] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, data in read_toml(path).items():
            if name in found:
                raise ScenarioError(f"{path}, [{name}]: given twice; one place is allowed")
            found[name] = _pattern(name, data, path, parameters)
    return dict(sorted(found.items(), key=lambda item: (item[0][0] != "V", int(item[0][1:]))))


def chosen(patterns: Mapping[str, Pattern], names: Sequence[str]) -> dict[str, Pattern]:
    """The patterns with these names, all where none is named. Raises :class:`ScenarioError` for an unknown one."""
    for name in names:
        if name not in patterns:
            raise ScenarioError(unknown("pattern", name, patterns))
    return {name: pattern for name, pattern in patterns.items() if not names or name in names}


def _pattern(name: str, data: object, path: Path, parameters: Mapping[str, Parameter]) -> Pattern:
    table = Table(data, str(path), f"[{name}]", KEYS["pattern"])
    if name[:1] not in ("V", "T") or not name[1:].isdecimal():
        raise ScenarioError(f"{table.place()}: a name is wanted of V or T and a number")
    label = table.choice("label", LABELS)
    if "paragraphs" in table.data:
        paragraphs = table.distinct("paragraphs", int, "a list of paragraphs of the report")
        source = f"A/66/320 para{'s' if len(paragraphs) > 1 else ''} {', '.join(map(str, paragraphs))}"
    else:
        source = table.text("source")
    blocks = table.tables("check")
    if not blocks:
        raise table.error("check", "is missing; a pattern has at least one")
    checks = tuple(_check(table, i, block, label, parameters) for i, block in enumerate(blocks, 1))
    return Pattern(name, table.text("title"), source, label, table.text("why"), checks)


def _check(pattern: Table, number: int, data: object, label: str, parameters: Mapping[str, Parameter]) -> Check:
    table = Table(data, pattern.file, f"{pattern.at}, check {number}", KEYS["check"])
    kinds = [kind for kind in KINDS if kind in table.data and not (kind == "outcome" and "optimum" in table.data)]
    if len(kinds) != 1:
        raise ScenarioError(f"{table.place()}: one of {', '.join(KINDS)} is wanted")
    kind, low_high = kinds[0], _range(table)
    name = table.text(kind)
    values = table.data.get("values", [])
    if kind == "optimum":
        if name not in parameters:
            raise table.error("optimum", unknown("parameter", name, parameters))
        values = table.distinct("values", (int, float), "a list of at least three numbers")
        for value in values:
            checked_values({name: value}, table.place(), parameters)
    if kind in ("outcome", "optimum"):
        outcome = table.text("outcome")
        if outcome not in {o.name for o in OUTCOMES}:
            raise table.error("outcome", unknown("outcome", outcome, [o.name for o in OUTCOMES]))
        name = outcome if kind == "outcome" else f"{outcome} by {name}"
    if kind in ("measure", "mechanism"):
        _known(table, kind, name)
    return Check(
        says=table.text("says"),
        kind=kind,
        name=name,
        target=table.text("target", _sign(*low_high)),
        low=low_high[0],
        high=low_high[1],
        unit=table.text("unit", "%"),
        label=table.choice("label", LABELS, label),
        here=_world(table, "with", parameters),
        against=_world(table, "against", parameters),
        months=table.whole("months", 12, 1200, MONTHS),
        values=tuple(float(v) for v in values),
    )


def _known(table: Table, kind: str, name: str) -> None:
    from partnersim.validation.controls import MECHANISMS
    from partnersim.validation.measures import MEASURES

    names = MEASURES if kind == "measure" else MECHANISMS
    if name not in names:
        raise table.error(kind, unknown(kind, name, names))


def _range(table: Table) -> tuple[float, float]:
    wanted = "two numbers, [low, high], -inf and inf allowed"
    pair = table.value("range", ..., list, wanted) if "range" in table.data else []
    numbers = [v for v in pair if isinstance(v, int | float) and not isinstance(v, bool) and not math.isnan(v)]
    if len(pair) != 2 or len(numbers) != 2 or numbers[0] >= numbers[1]:
        raise table.error("range", f"wanted: {wanted}, the lower first")
    return float(numbers[0]), float(numbers[1])


def _sign(low: float, high: float) -> str:
    """A range in words."""
    if math.isinf(low):
        return f"below {high:g}"
    return f"above {low:g}" if math.isinf(high) else f"{low:g} to {high:g}"


def _world(check: Table, key: str, parameters: Mapping[str, Parameter]) -> World:
    table = Table(check.table(key), check.file, f"{check.at}, {key}", KEYS["world"])
    values = checked_values(table.table("set"), table.place(), parameters)
    blocks = []
    for number, data in enumerate(table.tables("policy"), 1):
        policy = Table(data, table.file, f"{table.at}, policy {number}", KEYS["policy"])
        policy.text("lever")
        blocks.append(dict(policy.data))
    return World(values, tuple(blocks))
