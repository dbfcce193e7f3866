"""The exercises as they are asked: from the command line, and again in a few worlds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from partnersim.cli import cli
from partnersim.exercises import ask, load_exercise, n_runs

RESULTS = Path(__file__).resolve().parents[2] / "results" / "08_classroom_answers"
FEW = 12


def test_a_few_worlds_agree_with_the_kept_answers():
    """Fails when the kept answers are no longer those of the model: signs that 100 worlds made very clear turn in twelve."""
    asked = [
        dataclasses.replace(exercise, questions=(exercise.question(question),))
        for exercise, question in (
            (load_exercise("zero-sum-courting"), "too-small"),
            (load_exercise("fear-of-evaluation"), "work-improves"),
        )
    ]
    runs: list[int] = []
    table = ask(asked, FEW, workers=1, progress=runs.append).set_index(["exercise", "question", "outcome"])
    assert sum(runs) == n_runs(asked, FEW) == 3 * FEW  # both are held against the same baseline
    kept = pd.read_csv(RESULTS / "answers.csv").set_index(["exercise", "question", "outcome"]).loc[table.index]
    error = (kept["high"] - kept["low"]) / 2 * np.sqrt(kept["runs"] / FEW)
    sure = kept["difference"].abs() > 2 * error
    assert sure.sum() >= 5
    assert (np.sign(table["difference"]) == np.sign(kept["difference"]))[sure].all()
    assert ((table["difference"] - kept["difference"]).abs() < 2 * error + 1e-9).all()


@pytest.fixture
def told():
    def run(*arguments: str, given: str | None = None) -> str:
        result = CliRunner().invoke(cli, ["exercise", "--quiet", *arguments], input=given)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_the_list_names_every_exercise(told):
    """Fails when a student in a terminal cannot find an exercise."""
    lines = told().splitlines()
    assert len(lines) == 6 and lines[0].startswith("1  zero-sum-courting: UN entities compete")


def test_a_prediction_comes_before_the_answer(told):
    """Fails when the answer can be read before a prediction is made, or a prediction is judged wrongly."""
    arguments = ("zero-sum-courting", "--question", "too-small", "--seeds", "6")
    right, wrong = (told(*arguments, given=f"{n}\n") for n in (1, 3))
    assert right.index("Your prediction") < right.index("Agreements signed: lower")
    assert "You said: lower. So do these worlds." in right
    assert "You said: higher. These worlds say otherwise." in wrong
    stopped = CliRunner().invoke(cli, ["exercise", "--quiet", *arguments], input="")
    assert stopped.exit_code != 0 and "Agreements signed" not in stopped.output


def test_it_can_be_told_in_chinese_without_asking(told):
    """Fails when a teacher cannot read the answers out, in either language."""
    text = told("zero-sum-courting", "--question", "too-small", "--seeds", "6", "--tell", "--language", "zh")
    assert "签署的协定：更低" in text and "你的预测" not in text


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["zero-sum"], "nearest: zero-sum-courting"),
        (["zero-sum-courting", "--question", "desk"], "nearest: the-desk"),
        (["--language", "xx"], "allowed: en, zh"),
    ],
)
def test_a_mistyped_name_is_answered_in_words(arguments, said):
    """Fails when a mistyped exercise, question or language is answered by a traceback."""
    result = CliRunner().invoke(cli, ["exercise", *arguments])
    assert result.exit_code != 0 and said in f"{result.output} {result.exception}"
