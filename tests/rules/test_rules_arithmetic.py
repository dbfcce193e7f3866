"""Compiled functions use only what gives the same bits uncompiled; rules know no lever, scenario or file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import partnersim
from partnersim.columns import COLUMNS
from partnersim.scenario import load_levers, scenario_names

HERE = Path(partnersim.__file__).parent
TREES = {path.relative_to(HERE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(HERE.rglob("*.py"))}
RULES = {
    name: tree
    for name, tree in TREES.items()
    if name.startswith("rules/") or name in ("month.py", "choice.py", "population/firms.py")
}
SAME_MATH = {"exp", "log", "log1p", "expm1", "log2", "log10", "sqrt", "tanh", "erf", "sin", "cos", "atan", "floor", "ceil"}
SAME_BUILTINS = {"int", "min", "max", "abs", "round", "range", "bool"}
REFUSED_OPERATORS = (ast.Pow, ast.MatMult)
ROOMS = {"choice", "channels", "compiled", "folding", "kinds", "ledger", "population.firms", "randomness", "rules", "world"}
"""What rules may import from the package: no scenario, no policy, no file, no Mesa."""
PLAIN = {"__future__", "collections.abc", "math"}
"""And from elsewhere."""


def compiled_functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Functions that are compiled: decorated by ``compiled`` or ``entry``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(getattr(d, "id", "") in ("compiled", "entry") for d in node.decorator_list):
            yield node


KNOWN = {function.name for tree in TREES.values() for function in compiled_functions(tree)}
MODULES = {Path(name).stem for name in TREES if name.startswith("rules/")}


def is_same(function: ast.expr) -> bool:
    """True for a call whose result has the same bits compiled and uncompiled."""
    if isinstance(function, ast.Name):
        return function.id in SAME_BUILTINS | KNOWN | {"U"}
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        place = function.value.id
        return function.attr in SAME_MATH if place == "math" else place in MODULES and function.attr in KNOWN
    return False


def differing(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and text of everything in compiled functions that could differ in a bit between compiled and uncompiled."""
    found = []
    for function in compiled_functions(tree):
        for node in ast.walk(ast.Module(function.body, [])):
            calls = isinstance(node, ast.Call) and not is_same(node.func)
            powers = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, REFUSED_OPERATORS)
            if calls or powers:
                found.append((node.lineno, ast.unparse(node)))
    return found


@pytest.mark.parametrize("name", [name for name, tree in TREES.items() if any(compiled_functions(tree))])
def test_arithmetic_is_the_same_compiled(name: str) -> None:
    """A failure names a line whose result could differ in the last bit between compiled and uncompiled code."""
    assert differing(TREES[name]) == []


@pytest.mark.parametrize(
    "line",
    [
        "y = x**2",
        "y = 2.0**x",
        "x **= 0.5",
        "y = pow(x, 2.0)",
        "y = math.pow(x, 0.5)",
        "y = math.lgamma(x)",
        "y = math.hypot(x, x)",
        "y = sum(a)",
        "y = a.sum()",
        "y = a.mean() + a.std()",
        "y = np.exp(x)",
        "y = numpy.log(x)",
        "y = exp(x)",
        "y = np.float32(x)",
        "y = w.company['trust'].max()",
        "y = a @ a",
    ],
)
def test_what_differs_is_found(line: str) -> None:
    """A failure means that the test above lets pass what is known to differ."""
    assert differing(ast.parse(f"@compiled\ndef rule(x, a, w):\n    {line}\n    return y"))


def test_fields_are_wide() -> None:
    """A failure means that a field is of a type which compiled code widens before it adds, and uncompiled code does not."""
    assert {column.type for columns in COLUMNS.values() for column in columns} <= {"f8", "i8", "u8", "bool"}


@pytest.mark.parametrize("name", RULES)
def test_all_of_a_rule_is_compiled(name: str) -> None:
    """A failure means that a function escapes the compiler, and with it the tests of arithmetic."""
    functions = [node for node in ast.walk(RULES[name]) if isinstance(node, ast.FunctionDef)]
    assert functions == list(compiled_functions(RULES[name]))


@pytest.mark.parametrize("name", RULES)
def test_no_rule_knows_a_lever_or_scenario(name: str) -> None:
    """A failure means that a policy acts by its name and not by a mechanism."""
    names = {*load_levers(), *scenario_names()} - {"baseline"}
    strings = {node.value for node in ast.walk(RULES[name]) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    # A channel may bear the name of the practice it measures.
    assert strings & names <= {"secondments"}


@pytest.mark.parametrize("name", RULES)
def test_rules_import_only_from_the_rooms_above(name: str) -> None:
    """A failure means that a rule can reach scenarios, files or Mesa, and so act on what it should not know."""
    imported = set()
    for node in ast.walk(RULES[name]):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(f"{'.' * node.level}{node.module}")
    own = {place.removeprefix("partnersim.") for place in imported if place.startswith("partnersim")}
    assert {room for room in own if room not in ROOMS and not room.startswith("rules.")} == set()
    assert {place for place in imported if not place.startswith("partnersim")} <= PLAIN
