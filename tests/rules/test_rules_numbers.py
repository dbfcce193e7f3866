"""No number without unit, range, source and status: a rule reads its numbers from parameters and channels.

What may stand in code: indices, shares and months of a year; guards that keep a logarithm or a division lawful; the parts of
keys of draws; and constants with a name in capitals and a docstring that says what they are. So ``0.5`` and ``2.0`` need a
name or a parameter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import partnersim
from partnersim.channels import BY_NAME, CHANNELS
from partnersim.kinds import MAX_FIRMS, Kind
from partnersim.population.build import BY_KIND, param_record
from partnersim.rules import meeting, scouting
from partnersim.scenario import load_parameters, load_scenario, parameter_values

HERE = Path(partnersim.__file__).parent
FILES = [*sorted((HERE / "rules").glob("*.py")), *sorted((HERE / "population").glob("*.py")), HERE / "choice.py"]
WHOLE = {0, 1, 2, 12}
FLOATS = {0.0, 1.0, 12.0, 1e-12, 1e-9, 1e9}
KEYED = {"draw", "normal", "key"}


def named_constants(tree: ast.Module) -> Iterator[ast.AST]:
    """Nodes of module-level constants, with a name in capitals, that a docstring follows."""
    for statement, following in pairwise(tree.body):
        if not isinstance(statement, ast.Assign) or not isinstance(following, ast.Expr):
            continue
        names = [node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)]
        documented = isinstance(following.value, ast.Constant) and isinstance(following.value.value, str)
        if documented and all(name.isupper() for name in names):
            yield from ast.walk(statement)


def parts_of_keys(tree: ast.Module) -> Iterator[ast.AST]:
    """Whole numbers handed as they are to a keyed draw: they tell draws apart and measure nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYED:
            yield from (a for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, int))


def bare_numbers(source: str) -> list[str]:
    """Numbers in a source that are neither allowed, named nor part of a key, with their lines."""
    tree = ast.parse(source)
    lawful = {id(node) for node in (*named_constants(tree), *parts_of_keys(tree))}
    return [
        f"line {node.lineno}: {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and type(node.value) in (int, float)
        and id(node) not in lawful
        and node.value not in (WHOLE if type(node.value) is int else FLOATS)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_number_of_the_model_hides_in_code(path: Path) -> None:
    """A failure names a line with a number that nobody can see, doubt or sweep: make it a parameter."""
    found = bare_numbers(path.read_text(encoding="utf-8"))
    assert not found, f"{path}: {'; '.join(found)}"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(x):\n    return 0.35 * x", ["line 2: 0.35"]),
        ("def f(x):\n    return x > 3", ["line 2: 3"]),
        ("def f(x):\n    return 2.0 * x - 1.0", ["line 2: 2.0"]),
        ("def f(x, y=0.5):\n    return x", ["line 1: 0.5"]),
        ("SHARE = 0.4", ["line 1: 0.4"]),
        ("SHARE = 0.4\nOTHER = 0.3\n'''Words.'''", ["line 1: 0.4"]),
        ("share = 0.4\n'''Words.'''", ["line 1: 0.4"]),
        ("def f():\n    SHARE = 0.4\n    '''Words.'''", ["line 2: 0.4"]),
        ("SHARE = 0.4\n'''Words.'''", []),
        ("def f(s, x):\n    return draw(s, U, x, 0, 3) + x[2] / 12.0", []),
        ("def f(s, x):\n    return draw(s, U, x, 0, 0.7)", ["line 2: 0.7"]),
        ("def f(x):\n    return math.log(max(x, 1e-12))", []),
    ],
)
def test_the_search_for_numbers_finds_them(source: str, found: list[str]) -> None:
    """A failure means that the test above lets a hidden number pass, or cries at one that is in the open."""
    assert bare_numbers(source) == found


def parameters_read(source: str) -> set[str]:
    """Names that stand as a subscript of the parameters: ``param`` in rules, ``values`` where a world is built."""
    return {
        str(node.slice.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and (ast.unparse(node.value) in ("param", "values") or ast.unparse(node.value).endswith("['param']"))
    }


def test_every_parameter_is_read() -> None:
    """A failure names a parameter that neither a rule nor the building of a world reads; a comment does not count."""
    read = set().union(*(parameters_read(path.read_text(encoding="utf-8")) for path in (*FILES, HERE / "month.py")))
    read |= {f"{name}_{kind.name.lower()}" for name in set(BY_KIND) & read for kind in Kind}
    assert load_parameters().keys() - read == set()


def channels_read(source: str) -> set[str]:
    """Channels whose names stand as a subscript; ``case`` is a partnership, which has columns of its own by such names."""
    return {
        node.slice.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value in BY_NAME
        and not (isinstance(node.value, ast.Name) and node.value.id == "case")
    }


def test_channels_name_the_rules_that_read_them() -> None:
    """A failure names channels whose table sends a reader to the wrong rules, or that no rule reads."""
    read = {path.stem: channels_read(path.read_text(encoding="utf-8")) for path in (HERE / "rules").glob("*.py")}
    found = {c.name: {module for module, names in read.items() if c.name in names} for c in CHANNELS}
    assert found == {c.name: set(c.readers) for c in CHANNELS}
    assert all(found.values())


def test_rows_by_kind_hold_the_parameters_of_that_kind() -> None:
    """A failure means that a rule reads the number of another type of partnership."""
    record = param_record(parameter_values(load_scenario("baseline"), parameters := load_parameters()))[0]
    assert set(record.dtype.names) == parameters.keys() - {f"{n}_{k.name.lower()}" for n in BY_KIND for k in Kind} | set(BY_KIND)
    for name in BY_KIND:
        for kind in Kind:
            assert record[name][kind] == parameters[f"{name}_{kind.name.lower()}"].value


def test_ranges_stay_within_the_room_of_the_engine() -> None:
    """A failure means that a sweep asks for more than arrays and keys of draws have room for."""
    high = {name: parameter.high for name, parameter in load_parameters().items()}
    assert high["candidates"] <= scouting.MOST_CANDIDATES
    assert high["country_tries"] <= scouting.MOST_TRIES
    assert high["forum_draws"] <= meeting.MOST_DRAWS
    assert high["portal_list"] * scouting.FAR < meeting.FAR
    assert max(high["firms_systemic"], high["firms_large"]) <= MAX_FIRMS - 1
