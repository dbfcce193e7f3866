"""Scenarios made of a scenario and levers in use: which levers there are, packages of them, and what those are called."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from partnersim.scenario import (
    Lever,
    Parameter,
    Policy,
    Scenario,
    library,
    load_levers,
    load_scenario,
    make_scenario,
    read_policy,
)
from partnersim.scenario.levers import lever_folder
from partnersim.scenario.reading import unknown
from partnersim.study.files import StudyError

if TYPE_CHECKING:
    import pandas as pd

SHELF = "packages"
"""Folder of the library with packages that somebody has thought of."""


def levers_for(folder: Path, bases: Sequence[Scenario]) -> dict[str, Lever]:
    """Levers of the library, in a folder ``levers`` beside a study's file, and of its scenarios."""
    shipped, own = lever_folder(), lever_folder(folder)
    is_own = own.is_dir() and own.resolve() != shipped.resolve()
    levers = load_levers(shipped, own) if is_own else dict(load_levers())
    for base in bases:
        levers |= base.levers
    return levers


def named_levers(names: Sequence[str], levers: Mapping[str, Lever], at: str) -> list[str]:
    """The levers meant: those that somebody chooses where none or "all" are named. ``StudyError`` for one there is not."""
    if tuple(names) in ((), ("all",)):
        return recommended(levers)
    for name in names:
        if name not in levers:
            raise StudyError(f"{at}: {unknown('lever', name, levers)}.")
    return list(names)


def recommended(levers: Mapping[str, Lever]) -> list[str]:
    """All levers that somebody chooses, in the order of the report's list, then a user's; not shocks, which are of the world."""
    listed = {name: re.fullmatch(r"L(\d+)", lever.id) for name, lever in levers.items() if lever.role == "lever"}
    return sorted(listed, key=lambda name: (int(found[1]) if (found := listed[name]) else math.inf, name))


class Packages:
    """Makes scenarios of a base and levers of given strengths, from month ``start`` with ``ramp`` months."""

    def __init__(
        self,
        base: Scenario,
        levers: Mapping[str, Lever],
        parameters: Mapping[str, Parameter],
        start: int = 1,
        ramp: int = 0,
        by_id: bool = True,
    ) -> None:
        self._base, self._levers, self._parameters = base, levers, parameters
        self._start, self._ramp, self._by_id = start, ramp, by_id

    def scenario(self, row: pd.Series, prefix: str = "") -> Scenario:
        """The base with levers in use. ``row``: strength (0-1) by lever; ``prefix``: what the name begins with, if anything.

        The name joins ids (L9) or, without ``by_id``, names; without a lever it is the prefix or the base's.
        """
        used = {str(name): float(strength) for name, strength in row.items() if strength > 0.0}
        base = self._base
        named = self._named(prefix, used) or base.name
        titles = " + ".join(self._levers[name].title for name in used) if len(used) < 3 else ""
        return make_scenario(
            named,
            [*base.policies, *(self._policy(name, strength, named, n) for n, (name, strength) in enumerate(used.items(), 1))],
            base.values,
            parameters=self._parameters,
            levers=self._levers,
            title=titles if used else base.title,
            population=base.population,
            path=base.path,
            extends=base.extends,
            set_by=base.set_by,
        )

    def _policy(self, name: str, strength: float, file: str, number: int) -> Policy:
        block = {"lever": name, "strength": strength, "start": self._start, "ramp": self._ramp}
        return read_policy(block, self._levers, file, number)

    def _named(self, prefix: str, used: Mapping[str, float]) -> str:
        names = {name: self._levers[name].id if self._by_id else name for name in used}
        parts = [f"{names[name]}{'' if strength == 1.0 else f'={strength:g}'}" for name, strength in used.items()]
        return ", ".join(part for part in (prefix, "+".join(parts)) if part)


def first_rows(names: Sequence[str]) -> pd.DataFrame:
    """Row x lever, 0 or 1, each row once: nothing, each lever alone, all, then what the library's packages have of these."""
    import pandas as pd

    files = sorted((library() / SHELF).glob("*.toml"))
    thought_of = [{policy.lever for policy in load_scenario(path).policies} for path in files]
    sets = [set[str](), *({name} for name in names), set(names), *thought_of]
    rows = [[int(name in used) for name in names] for used in sets]
    return pd.DataFrame(rows, columns=list(names)).drop_duplicates(ignore_index=True)
