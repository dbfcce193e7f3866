"""From a folder of results to its brief: the same page from the tables alone, what is missing marked, mistakes told."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from click.testing import CliRunner

from partnersim.brief.report import report
from partnersim.cli import cli
from partnersim.study.files import StudyError


@pytest.fixture
def alone(results, tmp_path):
    """A folder of results of its own with the study of three scenarios alone."""
    shutil.copytree(results / "alone", tmp_path / "r" / "alone")
    return tmp_path / "r"


def manifest(folder, **changes):
    path = folder / "alone" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def text_of(page):
    return re.sub(r"<[^>]+>|\s+", " ", page.read_text(encoding="utf-8"))


def test_every_part_is_told_of_and_every_claim_is_held_against_its_table(made, results):
    """Fails when a study of the folder is left out, or the page states differences that nothing checks."""
    text = text_of(made.page)
    for wanted in (
        "Scenarios side by side", "What is owed to each lever", "Does it hold up over everything", "Paragraph 63", "Paragraph 73",
        "partnersim study run", "inputs are assumed", "Packages of levers",
            "Would a second search find the same?", "Which numbers matter?",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert made.claims > 20 and made.figures > 10 and not made.missing
    for name in re.findall(r"figures/[\w-]+\.(?:png|svg|csv)", text):
        assert (results / name).is_file(), name
    assert str(results.parent) not in text.replace(str(results), "")


def test_the_tables_alone_give_the_same_page(alone):
    """Fails when a brief cannot be made where the runs are not kept, or differs from that of who has them."""
    first = report(alone).page.read_bytes()
    assert report(alone).page.read_bytes() == first
    shutil.rmtree(alone / "alone" / "runs")
    for bulk in ("outcomes.parquet", "points.csv", "summary.csv", "comparison.csv"):
        (alone / "alone" / bulk).unlink()
    said = []
    assert report(alone, tell=said.append).page.read_bytes() == first
    assert "kept tables" in said[0]
    shutil.rmtree(alone / "analysis")
    with pytest.raises(StudyError, match="neither runs nor tables.*partnersim study run"):
        report(alone)


def test_what_is_missing_is_said_and_the_rest_told_of(alone):
    """Fails when an unfinished study stops the brief, or is told of as if it were whole; the command's code is 2."""
    parts = sorted((alone / "alone" / "runs" / "outcomes").glob("*.parquet"))
    manifest(alone, status="running")
    (alone / "alone" / "outcomes.parquet").unlink()
    parts[-1].unlink()
    found = CliRunner().invoke(cli, ["report", str(alone)])
    assert found.exit_code == 2
    text = text_of(alone / "brief.html")
    assert "Not everything is here" in text and "is not finished" in text and "makes the rest" in text
    assert "is not finished" in found.output


@pytest.mark.parametrize(
    "changes, arguments, wanted",
    [
        ({"model": "0123456789abcdef"}, [], "another version of the model.*study run.*--any-version"),
        ({}, ["--with", "sensitivity"], 'design = "morris" or "saltelli".*partnersim study run FILE'),
        ({}, ["--with", "effects"], 'design = "fractional-factorial".*partnersim study run FILE'),
        ({}, ["--with", "wisdom"], "no section 'wisdom'; allowed are backfire"),
        ({}, ["--precision", "0.1%"], "6 seeds give .* About [0-9,]+ seeds would do.*study expand"),
        ({}, ["--precision", "transaction_cost=0.01"], "staff-days per performing partnership-year, .*% of the reference"),
        ({}, ["--precision", "much"], "precision is .*allowed are"),
    ],
)
def test_mistakes_are_told_with_what_helps(alone, changes, arguments, wanted):
    """Fails when a user's mistake ends in a traceback, or in a message without a way out."""
    manifest(alone, **changes)
    from partnersim.mistakes import Mistake

    found = CliRunner().invoke(cli, ["report", str(alone), *arguments])
    assert isinstance(found.exception, Mistake)
    assert re.search(wanted, str(found.exception).replace("\n", " "))
    assert not (alone / "brief.html").exists()


def test_another_version_is_read_when_asked_and_marked(alone):
    """Fails when results of an earlier model can be taken for those of this one."""
    manifest(alone, model="0123456789abcdef")
    made = report(alone, any_version=True)
    assert "another version of the model" in made.missing[0] and "another version of the model" in text_of(made.page)


def test_a_folder_without_a_study_is_told_of(tmp_path):
    """Fails when an empty folder ends in a traceback."""
    with pytest.raises(StudyError, match="holds no study.*partnersim study run"):
        report(tmp_path)
