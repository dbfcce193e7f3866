"""Worlds that scenario files cannot express, built through the Python interface, and how two worlds differ."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np

from partnersim.channels import BY_AXIS, BY_NAME
from partnersim.policy import PolicyPlan
from partnersim.population.load import Population
from partnersim.population.sizes import SIZES
from partnersim.scenario import Policy, Scenario, load_levers, load_parameters, make_scenario, read_policy
from partnersim.simulate import Laboratory
from partnersim.world import World

LEVERS, PARAMETERS = load_levers(), load_parameters()


def policy(lever: str, **keys: object) -> Policy:
    """One ``[[policy]]`` block."""
    return read_policy({"lever": lever} | keys, LEVERS)


def scenario(*policies: Policy, **values: float) -> Scenario:
    """A scenario of these policies and of parameters and channel baselines within their ranges."""
    return make_scenario("test", policies, values, parameters=PARAMETERS, levers=LEVERS)


def laboratory(
    what: Scenario | str = "baseline",
    months: int = 24,
    beyond: Mapping[str, float] | None = None,
    population: Population | None = None,
    **size: int,
) -> Laboratory:
    """A laboratory for a world of the ``class`` size with other numbers of agents or months of burn-in.

    ``beyond``: parameters and channel baselines that may leave the ranges which scenario files must keep;
    ``population``: in place of the scenario's.
    """
    lab = Laboratory(what, "class", months)
    lab.size = dataclasses.replace(SIZES["class"], **size)
    lab.population = population or lab.population
    lab.plan = PolicyPlan(lab.scenario, lab.levers, lab.population, lab.size, months)
    return varied(lab, beyond or {})


def varied(lab: Laboratory, beyond: Mapping[str, float]) -> Laboratory:
    """A laboratory with other parameters and channel baselines, whatever their ranges, and all else shared."""
    lab = copy.copy(lab)
    lab.values, lab.base = dict(lab.values), {axis: row.copy() for axis, row in lab.base.items()}
    for name, value in beyond.items():
        if name in BY_NAME:
            axis = BY_NAME[name].axis
            lab.base[axis][[c.name for c in BY_AXIS[axis]].index(name)] = value
        else:
            assert name in lab.values, name
            lab.values[name] = value
    return lab


def fields(world: World) -> Iterator[tuple[str, np.ndarray]]:
    """Every field of every table as ``table.field``; the bytes between fields belong to nobody."""

    def below(name: str, table: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        if table.dtype.names is None:
            yield name, table
        else:
            for field in table.dtype.names:
                yield from below(f"{name}.{field}", table[field])

    for name, table in world._asdict().items():
        yield from below(name, table)


def differences(a: World, b: World) -> list[str]:
    """Names of the fields in which two worlds differ in a byte."""
    return [name for (name, x), (_, y) in zip(fields(a), fields(b), strict=True) if x.tobytes() != y.tobytes()]
