"""Where the shipped files are, and how a name becomes a file."""

from __future__ import annotations

import os
from pathlib import Path

from partnersim.scenario.reading import ScenarioError, unknown

SHELVES = ("", "recommendations", "packages", "worlds")
"""Folders of the library that hold scenarios; names are unique over all of them."""
PACKAGE = Path(__file__).resolve().parents[1]


def library() -> Path:
    """The folder of the shipped scenarios: inside an installed package, else beside ``model/`` in a clone."""
    packed = PACKAGE / "_scenarios"
    return packed if packed.is_dir() else PACKAGE.parents[1] / "scenarios"


def shipped() -> dict[str, Path]:
    """Files of the shipped scenarios by name."""
    return {path.stem: path for shelf in SHELVES for path in sorted((library() / shelf).glob("*.toml"))}


def scenario_names() -> list[str]:
    """Names of the shipped scenarios, sorted."""
    return sorted(shipped())


def find_scenario(text: str | Path, beside: Path | None = None) -> Path:
    """The scenario file meant by ``text``: an existing file, else a name in the library with or without ``.toml``.

    ``beside`` is the folder from which a relative path is read (default: the current one). Raises
    :class:`ScenarioError` with the nearest name when there is neither.
    """
    path = (beside or Path()) / text
    if os.path.isfile(path):
        return path
    files = shipped()
    name = str(text).removesuffix(".toml")
    if name in files:
        return files[name]
    if os.path.isdir(path):
        raise ScenarioError(f"{path}: this is a folder, a scenario file or name is wanted")
    raise ScenarioError(f"no file {path}; {unknown('scenario', name, files)}")


def find_population(text: str | Path, beside: Path | None = None) -> Path:
    """The population folder meant by ``text``: an existing folder, else a name in the library.

    ``beside`` as in :func:`find_scenario`. Raises :class:`ScenarioError` with the nearest name.
    """
    populations = library() / "populations"
    names = sorted(path.name for path in populations.glob("*") if path.is_dir())
    if str(text) in names:
        return populations / text
    path = (beside or Path()) / text
    if os.path.isdir(path):
        return path
    raise ScenarioError(f"no folder {path}; {unknown('population', str(text), names)}")
