"""A JSON schema of scenario files, for editors that complete and check TOML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partnersim.channels import BY_NAME
from partnersim.scenario.levers import LONGEST, Lever, load_levers
from partnersim.scenario.library import scenario_names
from partnersim.scenario.load import POPULATION
from partnersim.scenario.parameters import Parameter, load_parameters
from partnersim.scenario.policy import FUNDING


def json_schema(parameters: Mapping[str, Parameter] | None = None, levers: Mapping[str, Lever] | None = None) -> dict[str, Any]:
    """The schema (draft 7) of a scenario file, made from the library's parameters, levers and channels if not given."""
    parameters = load_parameters() if parameters is None else parameters
    levers = load_levers() if levers is None else levers
    numbers = {p.name: _number(p.low, p.high, p.value, f"{p.title} ({p.unit})") for p in parameters.values()}
    for c in BY_NAME.values():
        if c.baseline == c.baseline:
            numbers[c.name] = _number(c.low, c.high, c.baseline, f"{c.meaning} ({c.unit})")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "partnersim scenario",
        "type": "object",
        "additionalProperties": False,
        "required": ["title"],
        "properties": {
            "title": _text("A name for readers."),
            "question": _text("What the scenario is to answer."),
            "note": _text("Anything a reader should know."),
            "extends": _text("A scenario to build on: " + ", ".join(scenario_names()) + ", or a file."),
            "population": _text("A population of the library or a folder.") | {"default": POPULATION},
            "set": {"type": "object", "additionalProperties": False, "properties": dict(sorted(numbers.items()))},
            "policy": {"type": "array", "items": _policy(levers)},
        },
    }


def _policy(levers: Mapping[str, Lever]) -> dict[str, Any]:
    month = {"type": "integer", "minimum": 1, "maximum": LONGEST}
    names = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "uniqueItems": True}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["lever"],
        "properties": {
            "lever": {"enum": list(levers)},
            "start": month | {"default": 1, "description": "First month."},
            "ramp": {"type": "integer", "minimum": 0, "maximum": LONGEST, "description": "Months to full strength."},
            "end": month | {"description": "Last month; never if missing."},
            "strength": _number(0, 1, 1, "Intensity in those who adopt."),
            "adoption": _number(0, 1, 1, "Share of the target that takes it up."),
            "target": {"anyOf": [{"const": "all"}, names], "default": "all", "description": "Who may take it up."},
            "funding": {"enum": list(FUNDING), "default": "new", "description": "Whose money."},
            "options": {"type": "object"},
            "set": {"type": "object"},
        },
        "allOf": [_lever(lever) for lever in levers.values()],
    }


def _lever(lever: Lever) -> dict[str, Any]:
    """What ``options`` and ``set`` may hold when the policy uses this lever."""
    options = {o.name: {"enum": list(o.values), "default": o.default, "description": o.meaning} for o in lever.options.values()}
    sizes = {
        c.channel: _number(
            min(d.low for d in lever.contributions if d.channel == c.channel),
            max(d.high for d in lever.contributions if d.channel == c.channel),
            c.value,
            BY_NAME[c.channel].meaning,
        )
        for c in lever.contributions
    }
    properties = {
        "lever": {"description": f"{lever.id}: {lever.title}"},
        "ramp": {"default": lever.ramp},
        "options": {"additionalProperties": False, "properties": options},
        "set": {"additionalProperties": False, "properties": sizes},
    }
    return {"if": {"properties": {"lever": {"const": lever.name}}}, "then": {"properties": properties}}


def _number(low: float, high: float, default: float, description: str) -> dict[str, Any]:
    return {"type": "number", "minimum": low, "maximum": high, "default": default, "description": description}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}
