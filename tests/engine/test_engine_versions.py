"""The exact versions are written once and exported once."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_constraints_are_those_of_the_project() -> None:
    """A failure means that constraints.txt is stale.

    Renew it by ``uv export --frozen --no-hashes --no-emit-project --no-header --no-annotate > constraints.txt``.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = {line.replace('"', "'").strip() for line in project["tool"]["uv"]["constraint-dependencies"]}
    exported = {line.replace('"', "'").strip() for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    assert listed == exported
