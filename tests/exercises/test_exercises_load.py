"""Exercise files are read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnersim.exercises import DIRECTIONS, load_exercise, load_exercises
from partnersim.scenario import ScenarioError
from partnersim.sharing import document_of, scenario_of

GOOD = """number = 1
paragraphs = [39]

[[question]]
id = "desk"
scenario = "small"
outcome = "signed"
told = "lower"
evidence = { ideas = "lower" }

[[scenario.small.policy]]
lever = "partner_coordination"
set = { desk_days_coordination = 10.0 }
"""


def written(folder: Path, text: str = GOOD) -> Path:
    (folder / "one.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_library_has_an_exercise_for_each_of_six_tensions():
    """Fails when an exercise is missing, out of order, or too short or long for a lesson."""
    found = load_exercises()
    assert [exercise.number for exercise in found] == [1, 2, 3, 4, 5, 6]
    assert all(3 <= len(exercise.questions) <= 5 for exercise in found)


def test_every_scenario_of_an_exercise_travels():
    """Fails when a scenario that is asked about cannot be put into a link or a download."""
    for exercise in load_exercises():
        for question in exercise.questions:
            for scenario in question.scenarios():
                assert scenario_of(document_of(scenario)).digest == scenario.digest


def test_a_question_knows_what_is_held_against_what(tmp_path):
    """Fails when the two scenarios of a question are swapped, or the default is not the baseline."""
    (exercise,) = load_exercises(written(tmp_path))
    against, mine = exercise.question("desk").scenarios()
    assert (against.name, mine.name) == ("baseline", "small")
    assert mine.policies[0].set == {"desk_days_coordination": 10.0}
    assert exercise.questions[0].relies_on() == {"signed": "lower", "ideas": "lower"}
    assert exercise.questions[0].in_many_worlds == "lower"


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("number = 1", "number = 2", "wanted: 1, 2, 3"),
        ("number = 1\n", "", "key number: is missing"),
        ("[39]", "[84]", "key paragraphs: 84 is out of range"),
        ('id = "desk"\n', "", "key id: is missing"),
        ('scenario = "small"', 'scenario = "smal"', "nearest: small"),
        ('scenario = "small"', 'scenario = "small"\nagainst = "small"', "the same as small"),
        ('scenario = "small"', 'scenario = "baseline"', "the same as baseline"),
        ('scenario = "small"', 'scenario = "scarce-companies"', "no question asks about small"),
        ('scenario = "small"', 'scenario = "/etc/hosts"', "unknown scenario"),
        ('outcome = "signed"', 'outcome = "sined"', "nearest: signed"),
        ('told = "lower"', 'told = "down"', 'unknown value "down"'),
        ('told = "lower"', 'told = "lower"\nin_many_worlds = "up"', 'unknown value "up"'),
        ("ideas", "signed", 'unknown outcome "signed"'),
        ('ideas = "lower"', 'ideas = "less"', 'unknown value "less"'),
        ("[[question]]", "[[questions]]", "nearest: question"),
        ("partner_coordination", "partner_cordination", "nearest: partner_coordination"),
        ("10.0", "1e9", "out of range"),
        ("scenario.small.policy", "scenario.baseline.policy", "the library has a scenario of this name"),
        ("[[scenario.small.policy]]", '[scenario.small]\nextends = "../x.toml"\n[[scenario.small.policy]]', "cannot name a file"),
        (GOOD[GOOD.index("[[question]]") :], "scenario = { small = 3 }", "a table is wanted"),
        (GOOD[GOOD.index("[[question]]") : GOOD.index("[[scenario")], "", "key question: is missing"),
    ],
)
def test_a_mistake_in_a_file_is_said_in_words(tmp_path, old, new, said):
    """Fails when a mistake in an exercise passes unseen or ends in anything but a sentence that names the file."""
    assert old in GOOD
    with pytest.raises(ScenarioError, match=said) as error:
        load_exercises(written(tmp_path, GOOD.replace(old, new, 1)))
    assert str(tmp_path) in str(error.value)


def test_two_questions_cannot_have_one_id(tmp_path):
    """Fails when a link to a question could mean two."""
    question = GOOD[GOOD.index("[[question]]") : GOOD.index("[[scenario")]
    with pytest.raises(ScenarioError, match="two questions have the id desk"):
        load_exercises(written(tmp_path, GOOD.replace(question, question + question)))


def test_names_that_are_not_there_are_said_with_the_nearest():
    """Fails when a mistyped exercise or question is answered with a traceback."""
    with pytest.raises(ScenarioError, match="nearest: counting-deals"):
        load_exercise("counting-deal")
    with pytest.raises(ScenarioError, match="nearest: the-desk"):
        load_exercise("zero-sum-courting").question("the-dek")
    assert DIRECTIONS == ("lower", "no clear difference", "higher")
