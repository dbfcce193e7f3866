"""The words of the classroom, in every language, for everything that it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import partnersim.classroom
from partnersim.classroom import limits
from partnersim.classroom import session as session_module
from partnersim.classroom.errors import ClassroomError
from partnersim.classroom.records import Team
from partnersim.languages.catalogue import LANGUAGE, Catalogue, languages

FILES = {file: file.read_text(encoding="utf-8") for file in Path(partnersim.classroom.__file__).parent.rglob("*.py")}


def test_both_languages_have_the_same_texts_with_the_same_braces():
    """Fails when a text of one language is missing in another, or leaves out a number."""
    assert {"en", "zh"} <= set(languages("classroom"))
    wanted = Catalogue("classroom", LANGUAGE).fields()
    for language in languages("classroom"):
        assert Catalogue("classroom", language).fields() == wanted


def raised() -> set[str]:
    """Every key that the code can refuse something under, those made of two parts included."""
    source = "\n".join(FILES.values())
    keys = set(re.findall(r"(?:ClassroomError|NotAllowed|BookError)\(\s*\"([a-z_.0-9]+)\"", source))
    keys |= set(re.findall(r"SQLITE_\w+: \"([a-z_.]+)\"", source))
    keys |= {f"open.{what}" for what in re.findall(r"limits\.(?:among|within)\(\"(\w+)\"", source)}
    for what in {"name", *re.findall(r"limits\.line\(.*?, \"(\w+)\"(?:, least=0)?\)", source)}:
        keys |= {f"{what}.length", f"{what}.signs"}
    return keys | {"predict.not_now", "propose.not_now"}


def test_everything_that_is_refused_has_its_words_and_no_words_are_left_over():
    """Fails when a student meets a refusal without words, or the catalogue keeps words of what is no longer refused."""
    texts = {key.removeprefix("error.") for key in Catalogue("classroom").own if key.startswith("error.")}
    assert raised() == texts


def test_code_asks_for_no_text_that_is_not_there():
    """Fails when a page of the zip asks for a text that no catalogue has."""
    known = set(Catalogue("classroom").own)
    template = Path(partnersim.classroom.__file__).parent / "templates" / "summary.html"
    for text in (*FILES.values(), template.read_text(encoding="utf-8")):
        for key in re.findall(r"""say\(["']([a-z_.0-9]+)["']""", text):
            assert key in known, key


def test_an_error_says_its_sentence_in_each_language():
    """Fails when a value is lost on its way into the words, or a language without the text has none at all."""
    error = ClassroomError("propose.over_budget", days=12345, budget=9000)
    assert str(error) == "The package takes 12,345 staff-days a year; the budget is 9,000."
    assert "12,345" in error.text("zh") and error.values == {"days": 12345, "budget": 9000}
    with pytest.raises(KeyError):
        ClassroomError("no.such")
    hostile = ClassroomError("propose.unreadable", reason="{0} {reason} {x}")
    assert str(hostile).endswith("{0} {reason} {x}")


def test_teams_are_told_apart_without_colours():
    """Fails when two teams share both colour and shape, or a mark has no words."""
    teams = [Team.of(number) for number in range(1, 9)]
    assert [team.letter for team in teams] == list("ABCDEFGH")
    for language in languages("classroom"):
        assert len({team.mark(language) for team in teams}) == len({team.name(language) for team in teams}) == 8
    assert teams[0].mark("en") == "blue circle" and teams[0].mark("zh") == "蓝色圆形"


def test_the_page_on_the_classroom_names_the_limits_that_hold():
    """Fails when a teacher plans by a limit that is another in the program."""
    page = (Path(__file__).parents[2] / "docs" / "classroom.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", page.partition("## Limits")[2], re.MULTILINE)[1:]
    numbers = {what: int(re.findall(r"\d+", limit)[-1]) for what, limit in rows}
    assert numbers == {
        "teams": 8,
        "seats in a session": limits.MOST_MEMBERS,
        "seats ever given in a session": limits.MOST_EVER,
        "nickname": limits.LONGEST_NAME,
        "title of a session": limits.LONGEST_TITLE,
        "label of a package": limits.LONGEST_LABEL,
        "reason of a prediction": limits.LONGEST_WHY,
        "answers in a prediction": limits.MOST_ANSWERS,
        "predictions of a member in a minute": limits.PREDICTIONS_A_MINUTE,
        "package": limits.LARGEST_PACKAGE // 1024,
        "policies in a package": limits.MOST_POLICIES,
        "packages of a member in a minute": limits.PROPOSALS_A_MINUTE,
        "revisions of a team's package in a round": limits.MOST_REVISIONS,
        "wrong codes of a machine in five minutes": limits.WRONG_CODES,
        "wrong codes of all in a minute": limits.WRONG_CODES_OF_ALL,
    }


def test_the_room_needs_no_page():
    """Fails when rules of a class depend on the framework that shows them."""
    for file, text in FILES.items():
        assert "nicegui" not in text.lower() and "partnersim.app" not in text, file
    assert session_module.Classroom.__doc__
