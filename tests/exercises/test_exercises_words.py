"""What is said of exercises: whole in every language, without figures by hand, and held against what was measured."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from partnersim.exercises import DIRECTIONS, Telling, answer, is_as_told, load_exercise, load_exercises, of_question, telling
from partnersim.languages.catalogue import LANGUAGE, Catalogue, languages

RESULTS = Path(__file__).resolve().parents[2] / "results" / "08_classroom_answers"
LANGUAGES = languages("exercises")
ANSWERS, IN_MANY_WORLDS = (pd.read_csv(RESULTS / f"{name}.csv") for name in ("answers", "in_many_worlds"))


def test_languages_have_the_same_texts_with_the_same_braces():
    """Fails when a text of one language is missing in another, or leaves out an answer."""
    wanted = Catalogue("exercises", LANGUAGE).fields()
    assert LANGUAGES == ["en", "zh"]
    assert all(Catalogue("exercises", language).fields() == wanted for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_exercise_has_all_its_words_and_no_others(language):
    """Fails when a page, worksheet or explanation would lack a text, or a text outlives its question or scenario."""
    wanted = set()
    for e in load_exercises():
        wanted |= {f"{e.name}.{key}" for key in ("title", "tension", "goal", "story", "transfer", "limits")}
        for q in e.questions:
            wanted |= {f"{e.name}.question.{q.id}.{key}" for key in ("prompt", "lower", "higher", "explanation")}
            wanted |= {f"{e.name}.question.{q.id}.many"} if q.in_many_worlds != q.told else set()
            wanted |= {f"{e.name}.scenario.{s.name}" for s in q.scenarios()}
    names = tuple(f"{e.name}." for e in load_exercises())
    there = {key for key in telling(language).say.own if key.startswith(names) and ".debrief." not in key}
    assert sorted(wanted - there) == [] and sorted(there - wanted) == []
    assert all(len(telling(language).debrief(e)) >= 3 for e in load_exercises())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_is_written_by_hand(language):
    """Fails when an explanation states a figure that nobody measured; exercises and paragraphs may be named by number."""
    for key, text in telling(language).say.own.items():
        if key.endswith((".explanation", ".many")):
            assert not re.search(r"\d", re.sub(r"\{\w+\}|Exercise \d|练习\d|\(paragraph \d+\)|（第\d+段）", "", text)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_explanation_fits_what_was_measured(language):
    """Fails when an answer, or anything that its explanation relies on, is not what the kept runs gave."""
    say = telling(language)
    for e in load_exercises():
        for q in e.questions:
            table, others = of_question(ANSWERS, e, q), of_question(IN_MANY_WORLDS, e, q)
            assert list(table.index) == list(q.relies_on()) and dict(table["told"]) == q.relies_on()
            assert is_as_told(table), f"{e.name}, {q.id}: {dict(table['verdict'])}"
            assert others.loc[q.outcome, "verdict"] == q.in_many_worlds, f"{e.name}, {q.id}, in many worlds"
            said = say.explanation(e, q, table)
            assert "{" not in said and say.say("otherwise") not in said
            assert q.in_many_worlds == q.told or said.endswith(say.say(f"{e.name}.question.{q.id}.many"))


def test_an_explanation_that_does_not_fit_says_so():
    """Fails when a reader is told a mechanism that these runs do not show."""
    exercise = load_exercise("zero-sum-courting")
    question, say = exercise.questions[0], telling()
    table = of_question(ANSWERS, exercise, question)
    assert not say.explanation(exercise, question, table).startswith(say.say("otherwise"))
    for name in question.relies_on():
        other = table.copy()
        other.loc[name, "verdict"] = next(way for way in DIRECTIONS if way != table.loc[name, "told"])
        assert say.explanation(exercise, question, other).startswith(say.say("otherwise"))


def test_an_answer_compares_mine_with_what_it_is_held_against():
    """Fails when a difference has the wrong sign or base, or an interval that holds zero is called clear."""
    question = load_exercise("zero-sum-courting").question("too-small")
    seeds = pd.RangeIndex(30, name="seed")
    against = pd.DataFrame({name: 10.0 + seeds % 3 for name in question.relies_on()}, index=seeds)
    mine = against - 1.0 + 0.1 * (seeds % 2).to_numpy()[:, None]
    mine["transaction_cost"] = against["transaction_cost"] + (seeds % 2 - 0.5)
    table = answer(question, against, mine)
    assert table.loc["signed", "difference"] == pytest.approx(-0.95) and table.loc["signed", "reference_mean"] == 11.0
    assert list(table["verdict"]) == ["lower", "lower", "lower", "no clear difference"]
    assert Telling("en").size(table.loc["signed"]).startswith("8.6")
    assert Telling("en").size(table.loc["transaction_cost"]).startswith("+0.0")
    assert Telling("zh").verdict(table.loc["signed"]).startswith("签署的协定：更低，8.6")
