"""The parameters: every number of the model that is not a channel, with its unit, range, role, status and source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from partnersim.channels import BY_NAME
from partnersim.scenario.library import library
from partnersim.scenario.reading import STATUSES, ScenarioError, Table, read_toml, span

ROLES = ("uncertainty", "constant")
KEYS = ("title", "value", "unit", "range", "role", "status", "source")


@dataclass(frozen=True)
class Parameter:
    """One number of the model.

    An *uncertainty* is about the world and may be swept from ``low`` to ``high``; a *constant* is neither varied
    nor chosen. ``value``, ``low`` and ``high`` are in ``unit``; ``group`` is the name of the file.
    """

    name: str
    title: str
    value: float
    unit: str
    low: float
    high: float
    role: str
    status: str
    source: str
    group: str


def load_parameters(folder: Path | None = None) -> dict[str, Parameter]:
    """All parameters of the TOML files in ``folder`` (default: the library's ``parameters``), sorted by name.

    Raises :class:`ScenarioError` for an incomplete or unlawful entry and for a name given twice, in two files or as
    a channel.
    """
    folder = folder or library() / "parameters"
    if not folder.is_dir():
        raise ScenarioError(f"{folder}: there is no such folder of parameter files")
    found: dict[str, Parameter] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, data in read_toml(path).items():
            parameter = _parameter(name, data, path)
            if name in found:
                raise ScenarioError(f"{path}, [{name}]: also given in {found[name].group}.toml; one place is allowed")
            if name in BY_NAME:
                raise ScenarioError(f"{path}, [{name}]: a channel has this name; choose another")
            found[name] = parameter
    return dict(sorted(found.items()))


def _parameter(name: str, data: object, path: Path) -> Parameter:
    table = Table(data, str(path), f"[{name}]", KEYS)
    if not name.isidentifier():
        raise ScenarioError(f"{table.place()}: a name is wanted of letters, digits and underscores")
    low, high = table.interval("range")
    value = table.number("value")
    if not low <= value <= high:
        raise table.error("value", f"{value:g} is out of its range; allowed: {span(low, high)}")
    return Parameter(
        name=name,
        title=table.text("title"),
        value=value,
        unit=table.text("unit"),
        low=low,
        high=high,
        role=table.choice("role", ROLES),
        status=table.choice("status", STATUSES),
        source=table.text("source"),
        group=path.stem,
    )
