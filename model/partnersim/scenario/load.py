"""From a scenario file to a :class:`Scenario`: differences from the baseline, checked and put in one order."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from partnersim.channels import BY_NAME, CHANNELS
from partnersim.scenario.levers import Lever, lever_folder, load_levers
from partnersim.scenario.library import find_population, find_scenario, library
from partnersim.scenario.parameters import Parameter, load_parameters
from partnersim.scenario.policy import Policy, days, read_policy, refuse_contradictions, sizes
from partnersim.scenario.reading import ScenarioError, Table, read_toml

KEYS = ("title", "question", "note", "extends", "population", "set", "policy")
POPULATION = "un-2011"
DATA = (".csv", ".toml")
"""Suffixes of the population files that the model reads; a README beside them may change freely."""


@dataclass(frozen=True)
class Scenario:
    """What is assumed and what is chosen.

    ``values`` are the changes of ``[set]`` to parameters and channel baselines, in their units, sorted by name, and
    ``set_by`` says which scenario made each; ``policies`` are sorted by lever name, then start, and ``levers`` are those
    that they use. ``population`` is a
    name of the library or a folder. ``extends`` are the names of the scenarios it builds on, the nearest first.
    Equal ``digest`` means equal content, whatever the titles, comments and order in the files.
    """

    name: str
    title: str
    question: str
    note: str
    population: str
    values: Mapping[str, float]
    policies: tuple[Policy, ...]
    path: Path | None
    extends: tuple[str, ...]
    set_by: Mapping[str, str]
    levers: Mapping[str, Lever]
    digest: str


def load_scenario(
    text: str | Path,
    parameters: Mapping[str, Parameter] | None = None,
    levers: Mapping[str, Lever] | None = None,
) -> Scenario:
    """The scenario of a file, or of a name in the library.

    ``parameters`` default to the library's, ``levers`` to the library's with those in a folder ``levers`` beside the file
    or beside one it extends. Raises :class:`ScenarioError` for every mistake in these files.
    """
    parameters = load_parameters() if parameters is None else parameters
    chain = _chain(find_scenario(text))
    levers = _levers(path for path, _ in chain) if levers is None else levers
    values: dict[str, float] = {}
    set_by: dict[str, str] = {}
    policies: list[Policy] = []
    population = POPULATION
    for path, table in reversed(chain):
        here = checked_values(table.table("set"), str(path), parameters)
        values |= here
        set_by |= dict.fromkeys(here, path.stem)
        blocks = enumerate(table.tables("policy"), 1)
        policies += [read_policy(data, levers, str(path), number) for number, data in blocks]
        if "population" in table.data:
            population = _population(table, path)
    path, table = chain[0]
    return make_scenario(
        path.stem,
        policies,
        values,
        parameters=parameters,
        levers=levers,
        title=table.text("title"),
        question=table.text("question", ""),
        note=table.text("note", ""),
        population=population,
        path=path,
        extends=tuple(p.stem for p, _ in chain[1:]),
        set_by=set_by,
    )


def make_scenario(
    name: str,
    policies: Iterable[Policy] = (),
    values: Mapping[str, float] | None = None,
    *,
    parameters: Mapping[str, Parameter],
    levers: Mapping[str, Lever],
    title: str = "",
    question: str = "",
    note: str = "",
    population: str = POPULATION,
    path: Path | None = None,
    extends: tuple[str, ...] = (),
    set_by: Mapping[str, str] | None = None,
) -> Scenario:
    """A scenario from its parts, as studies build them; policies come from :func:`read_policy`.

    Checks ``values``, sorts the parts, refuses contradicting policies (:class:`ScenarioError`) and computes the digest.
    """
    ordered = tuple(sorted(policies, key=Policy.order))
    refuse_contradictions(ordered, levers)
    values = checked_values(dict(values or {}), str(path or name), parameters)
    set_by = dict.fromkeys(values, name) if set_by is None else dict(sorted(set_by.items()))
    digest = _digest(values, ordered, population, parameters, levers)
    used = {policy.lever: levers[policy.lever] for policy in ordered}
    return Scenario(name, title or name, question, note, population, values, ordered, path, extends, set_by, used, digest)


def _chain(path: Path) -> list[tuple[Path, Table]]:
    """The file and those it extends, the nearest first."""
    chain: list[tuple[Path, Table]] = []
    seen: list[Path] = []
    while True:
        table = Table(read_toml(path), str(path), "", KEYS)
        chain.append((path, table))
        seen.append(path.resolve())
        if "extends" not in table.data:
            return chain
        parent = table.text("extends")
        try:
            path = find_scenario(parent, path.parent)
        except ScenarioError as error:
            raise table.error("extends", str(error)) from None
        if path.resolve() in seen:
            names = " -> ".join([p.stem for p, _ in chain] + [path.stem])
            raise table.error("extends", f"goes round in a circle: {names}; allowed: a chain that ends")


def _levers(files: Iterable[Path]) -> dict[str, Lever]:
    """The library's levers and those in folders beside these files."""
    beside = {lever_folder(path.resolve().parent) for path in files}
    own = sorted(folder for folder in beside - {lever_folder().resolve()} if folder.is_dir())
    return load_levers(lever_folder(), *own)


def _population(table: Table, path: Path) -> str:
    written = table.text("population")
    try:
        folder = find_population(written, path.parent)
    except ScenarioError as error:
        raise table.error("population", str(error)) from None
    return written if folder.parent == library() / "populations" else str(folder.resolve())


def checked_values(data: object, file: str, parameters: Mapping[str, Parameter]) -> dict[str, float]:
    """The numbers of a ``[set]``, each within the range of its parameter or the bounds of its channel."""
    table = Table(data, file, "[set]", parameters.keys() | BY_NAME.keys(), "parameter or channel")
    for name in table.data:
        if name in BY_NAME and math.isnan(BY_NAME[name].baseline):
            raise table.error(name, "cannot be set; the population gives it for each member")
    limits = {name: parameters.get(name) or BY_NAME[name] for name in sorted(table.data)}
    return {name: table.number(name, thing.low, thing.high) for name, thing in limits.items()}


def _digest(
    values: Mapping[str, float],
    policies: Iterable[Policy],
    population: str,
    parameters: Mapping[str, Parameter],
    levers: Mapping[str, Lever],
) -> str:
    """Hexadecimal SHA-256 of everything that can change a run: effective numbers, policies and population files."""
    numbers = {name: p.value for name, p in parameters.items()} | {c.name: c.baseline for c in CHANNELS} | dict(values)
    content = {
        "numbers": numbers,
        "policies": [_content(policy, levers[policy.lever]) for policy in policies],
        "population": _files(find_population(population)),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _content(policy: Policy, lever: Lever) -> dict[str, Any]:
    """A policy with its effective contributions and charges in place of the names of its options."""
    return {
        "lever": policy.lever,
        "months": [policy.start, policy.ramp, policy.end],
        "share": [policy.strength, policy.adoption],
        "target": policy.target,
        "funding": policy.funding,
        "contributions": [[c.channel, value] for c, value in sizes(policy, lever)],
        "charges": [[c.name, n, c.per, c.payer] for c, n in days(policy, lever)],
    }


def _files(folder: Path) -> list[list[str]]:
    """Names and digests of the data files in a population folder."""
    files = sorted(p for p in folder.rglob("*") if p.suffix in DATA)
    return [[p.relative_to(folder).as_posix(), hashlib.sha256(p.read_bytes()).hexdigest()] for p in files]
