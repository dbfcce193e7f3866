"""Rules use only arithmetic that gives the same bits compiled and uncompiled, and know no lever or scenario by name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import partnersim
from partnersim.scenario import load_levers, scenario_names

HERE = Path(partnersim.__file__).parent
FILES = [*sorted((HERE / "rules").glob("*.py")), HERE / "month.py", HERE / "choice.py", HERE / "population" / "firms.py"]
REFUSED_NAMES = {"sum", "pow"}
REFUSED_ATTRIBUTES = {"sum", "mean", "std", "var", "lgamma", "pow", "dot", "prod"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_arithmetic_is_the_same_compiled(path: Path) -> None:
    """A failure names a line whose result could differ in the last bit between compiled and uncompiled code."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            found.append((node.lineno, "**"))
        if isinstance(node, ast.Call):
            name = node.func
            if isinstance(name, ast.Name) and name.id in REFUSED_NAMES:
                found.append((node.lineno, name.id))
            if isinstance(name, ast.Attribute) and name.attr in REFUSED_ATTRIBUTES:
                found.append((node.lineno, name.attr))
            if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name) and name.value.id == "np":
                found.append((node.lineno, f"np.{name.attr}"))
    assert found == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_rule_knows_a_lever_or_scenario(path: Path) -> None:
    """A failure means that a policy acts by its name and not by a mechanism."""
    names = {*load_levers(), *scenario_names()} - {"baseline"}
    strings = {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # A channel may bear the name of the practice it measures.
    assert strings & names <= {"secondments"}
