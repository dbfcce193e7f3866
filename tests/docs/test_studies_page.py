"""The page on studies: its files are read and planned, its tables name every key, its commands print what it shows."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import partnersim as ps
from partnersim.cli import main
from partnersim.study import spec
from partnersim.study.conduct import How, conduct
from partnersim.study.plan import Plan, make_plan

FOLDER = Path(__file__).resolve().parents[2] / "docs"
PAGE = (FOLDER / "studies.md").read_text(encoding="utf-8")
FILES = re.findall(r"```toml\n(.*?)```\n\n(.*?)\n", PAGE, re.DOTALL)
HEAD = 'title = "Try"\nquestion = "What changes?"\n'
TABLES = {"key": spec.KEYS, "key of `[levers]`": spec.LEVER_KEYS, "key of `[uncertainties]`": spec.WORLD_KEYS}
TABLES["key of `[search]`"] = spec.SEARCH_KEYS


def planned(text: str, folder: Path) -> Plan:
    path = folder / "first.toml"
    path.write_text(text if text.startswith("title") else HEAD + text, encoding="utf-8")
    return make_plan(spec.load_study(path))


def rows(head: str) -> dict[str, list[str]]:
    """Cells by key of the table whose first column is called so."""
    (body,) = re.findall(rf"^\| {re.escape(head)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body.splitlines()]
    return {re.sub(r"[`\[\]]", "", first.strip()): rest for first, *rest in cells}


@pytest.mark.parametrize("head", TABLES)
def test_every_key_is_told_of(head: str) -> None:
    """A failure means that a key of study files is missing from the page, or that the page names one there is not."""
    assert sorted(rows(head)) == sorted(TABLES[head])


def test_defaults_are_as_told() -> None:
    """A failure means that a study whose file leaves a key out is another one than the page says."""
    study, levers, worlds = rows("key"), rows("key of `[levers]`"), rows("key of `[uncertainties]`")
    defaults = {f.name: f.default for f in dataclasses.fields(spec.Study)}
    assert study["seeds"][1] == str(len(defaults["seeds"])) and study["first_seed"][1] == str(defaults["seeds"][0])
    assert study["months"][1] == str(defaults["months"]) and study["size"][1] == f'`"{defaults["size"]}"`'
    assert float(study["time_limit"][1]) == defaults["time_limit"]
    lever, world = spec.LeverDesign("grid"), spec.WorldDesign("grid")
    assert [levers[key][1] for key in ("resolution", "start", "ramp")] == [
        str(lever.resolution),
        str(lever.start),
        str(lever.ramp),
    ]
    search, asked = rows("key of `[search]`"), spec.SearchDesign()
    told = {key: search[key][1] for key in search if key not in ("levers", "confirm_from")}
    assert told == {key: str(getattr(asked, key)) for key in told}
    assert worlds["key"][1] == str(world.key) and worlds["second_order"][1] == f"`{str(world.second_order).lower()}`"


def test_every_design_has_an_example() -> None:
    """A failure means that a design cannot be learnt from the page."""
    for part, designs in (("levers", spec.LEVER_DESIGNS), ("uncertainties", spec.WORLD_DESIGNS)):
        shown = [re.search(r'design = "(.*)"', text)[1] for text, _ in FILES if text.startswith(f"[{part}]")]
        assert sorted(shown) == sorted(designs)


@pytest.mark.parametrize(("text", "said"), FILES)
def test_a_file_of_the_page_is_a_study(text: str, said: str, tmp_path: Path) -> None:
    """A failure means that an example of the page is refused, or that it makes other scenarios or worlds than the page says."""
    plan = planned(text, tmp_path)
    if said.startswith("Worlds"):
        first, last = re.fullmatch(r"Worlds: (\d+) to (\d+)\.", said).groups()
        assert plan.table()["world"].tolist() == list(range(int(first), int(last) + 1))
    elif text.startswith("[levers]"):
        names = re.findall(r"`(.*?)`", said)
        number = re.search(r"Scenarios: (\d+)", said)
        assert plan.names[: len(names)] == names and len(plan.names) == (int(number[1]) if number else len(names))


def test_scenarios_made_of_several_are_named_as_told(tmp_path: Path) -> None:
    """A failure means that readers look for a scenario under another name than it has in the tables."""
    levers = '[levers]\ndesign = "full-factorial"\nnames = ["legal_templates"]\n'
    plan = planned(f'{HEAD}scenarios = ["baseline", "all-three"]\n{levers}', tmp_path)
    assert plan.names == ["baseline", "baseline, L1", "all-three", "all-three, L1"]


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ('design = "latin-hypercube"\npoints = 4\n', 'design = "latin-hypercube"\npoints = 8\n', 4),
        ('design = "latin-hypercube"\npoints = 4\n', 'design = "latin-hypercube"\npoints = 6\n', 0),
        ('design = "sobol"\npoints = 4\n', 'design = "sobol"\npoints = 7\n', 4),
        ('design = "saltelli"\npoints = 4\n', 'design = "saltelli"\npoints = 6\n', 12),
        ('design = "morris"\npoints = 4\n', 'design = "morris"\npoints = 6\n', 8),
    ],
)
def test_worlds_stay_as_told(before: str, after: str, kept: int, tmp_path: Path) -> None:
    """A failure means that a study which is enlarged as the page says makes finished runs again."""
    head = f"{HEAD}[uncertainties]\n"
    names = 'names = ["accept_fatigue"]\n'
    small, large = planned(head + before + names, tmp_path), planned(head + after + names, tmp_path)
    assert len(set(small.digests) & set(large.digests)) == len(set(small.digests)) * bool(kept)
    assert large.digests[:kept] == small.digests[:kept]
    more = planned(head + before + 'names = ["accept_fatigue", "accept_busy"]\n', tmp_path)
    assert not set(small.digests) & set(more.digests)


def shown(command: str) -> list[str]:
    """The lines that the page shows below a command, numbers left out."""
    (block,) = re.findall(rf"^`{re.escape(command)}`[^`]*```\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    return plain(block)


def plain(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not line.startswith(("Time", "Disk"))]
    return [re.sub(r"transaction cost.*", "", line) for line in lines]


def test_commands_print_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure means that a reader sees other lines than the page shows, or other files than it lists."""
    plan = planned(FILES[0][0], tmp_path)
    monkeypatch.chdir(tmp_path)
    conduct(plan, Path("results/first"), How())
    for command in ("partnersim study plan first.toml", "partnersim study status results/first"):
        monkeypatch.setattr("sys.argv", command.split())
        main()
        assert plain("".join(capsys.readouterr())) == shown(command)
    assert plain(ps.open_study("results/first").comparison().findings()[0]) == shown("partnersim study run first.toml")[:1]
    listed = {name for name in re.findall(r"^\| `(?:runs/)?([\w.*/]+)`", PAGE, re.MULTILINE)}
    made = {path.name for path in Path("results/first").iterdir() if not path.name.startswith(".")}
    assert made - listed <= {"runs"}
    monkeypatch.setattr("sys.argv", re.search(r"^partnersim study replay .*$", PAGE, re.MULTILINE)[0].split())
    main()
    assert "bit for bit" in capsys.readouterr().err


def test_the_two_pages_read_the_same_study() -> None:
    """A failure means that a reader who goes on to the page on results has other runs than it reads."""
    assert f"```toml\n{FILES[0][0]}```" in (FOLDER / "results.md").read_text(encoding="utf-8")
