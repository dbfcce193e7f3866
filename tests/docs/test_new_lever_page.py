"""The page on levers of one's own, followed to the letter."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import partnersim as ps
from partnersim.cli import main
from partnersim.study.plan import make_plan
from partnersim.study.spec import load_study

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "new-lever.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's folder with the files of the page, named as the page names them."""
    blocks = re.findall(r"`([\w/]+\.toml)`:\n\n```toml\n(.*?)```", PAGE, re.DOTALL)
    assert [name for name, _ in blocks] == ["levers/small_firm_helpdesk.toml", "helpdesk.toml"]
    for name, text in blocks:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_lever_of_ones_own_takes_one_file(folder: Path) -> None:
    """A failure means that following the page does not add a lever, or that adding one needs code."""
    comparison = ps.compare(["baseline", str(folder / "helpdesk.toml")], seeds=4, months=36, size="class")
    differences = comparison.runs["helpdesk"].outcomes - comparison.runs["baseline"].outcomes
    assert (differences["days_lever"] > 0).all(), "it is paid for"
    assert (differences["ideas"] != 0).any(), "it does something"


@pytest.mark.parametrize("command", re.findall(r"partnersim (check [\w.]+|levers [\w/.]+)", PAGE))
def test_commands_of_the_page_work(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure means that a command which the page names does not know the user's lever."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["partnersim", *command.split()])
    main()
    said = capsys.readouterr().out
    assert "small_firm_helpdesk" in said and "advisers" in said and "660" in said


def test_sizes_and_options_of_a_lever_of_ones_own_are_set_in_a_policy(folder: Path) -> None:
    """A failure means that a user's lever obeys a policy less than those of the library."""
    path = folder / "helpdesk.toml"
    path.write_text(path.read_text(encoding="utf-8") + "strength = 0.5\noptions = { outreach = false }\n", encoding="utf-8")
    scenario = ps.load_scenario(path)
    assert scenario.policies[0].options == {"outreach": False}
    assert np.isfinite(ps.simulate(scenario, seeds=1, months=6, size="class").outcomes["days_lever"].iloc[0])


def test_a_study_varies_a_lever_of_ones_own(folder: Path) -> None:
    """A failure means that a study knows the library's levers alone, or that all of them leave out the user's."""
    head = 'title = "Try"\nquestion = "Does it help?"\n[levers]\ndesign = "one-at-a-time"\n'
    (folder / "some.toml").write_text(f'{head}names = ["small_firm_helpdesk"]\n', encoding="utf-8")
    (folder / "all.toml").write_text(head, encoding="utf-8")
    assert make_plan(load_study(folder / "some.toml")).names == ["baseline", "small_firm_helpdesk"]
    assert make_plan(load_study(folder / "all.toml")).names[-1] == "small_firm_helpdesk"
