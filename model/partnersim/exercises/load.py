"""Exercise files: predict, run, explain. Read strictly, the questions in the order in which they teach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from partnersim.ledger import OUTCOMES
from partnersim.scenario import Scenario, ScenarioError
from partnersim.scenario.levers import LAST_PARAGRAPH
from partnersim.scenario.library import library, shipped
from partnersim.scenario.reading import Table, described, read_toml, unknown
from partnersim.sharing import BASELINE, scenario_of, shipped_scenario
from partnersim.study.words import UNCLEAR

DIRECTIONS = ("lower", UNCLEAR, "higher")
"""What a prediction can be, and an answer: ``mine`` lower, not clearly different, or higher than what it is held against."""
KEYS, QUESTION_KEYS = (
    ("number", "paragraphs", "question", "scenario"),
    ("id", "scenario", "against", "outcome", "told", "in_many_worlds", "evidence"),
)
_OUTCOMES = tuple(o.name for o in OUTCOMES)


@dataclass(frozen=True)
class Question:
    """What becomes of an outcome under one scenario, held against another on common seeds."""

    id: str
    mine: Scenario
    against: Scenario
    outcome: str
    """A name of ``ledger.OUTCOMES``."""
    told: str
    """The one of DIRECTIONS that the explanation is written for; the answer itself is always measured."""
    in_many_worlds: str
    """The same where far more seeds were asked, among which smaller differences are clear."""
    evidence: Mapping[str, str]
    """Other outcomes that show the mechanism, each with the one of DIRECTIONS that the explanation relies on."""

    def scenarios(self) -> tuple[Scenario, Scenario]:
        """What is held against, and what is asked about."""
        return self.against, self.mine

    def relies_on(self) -> dict[str, str]:
        """Every outcome that the explanation speaks of, the one asked about first, with its direction."""
        return {self.outcome: self.told, **self.evidence}


@dataclass(frozen=True)
class Exercise:
    """One of the report's great tensions as a sequence of questions. ``paragraphs`` are those of A/66/320."""

    name: str
    number: int
    paragraphs: tuple[int, ...]
    questions: tuple[Question, ...]

    def question(self, text: str) -> Question:
        """The question with this id; ``ScenarioError`` with the nearest for another."""
        found = {question.id: question for question in self.questions}
        if text not in found:
            raise ScenarioError(f"exercise {self.name}: {unknown('question', text, found)}")
        return found[text]


def load_exercises(folder: Path | None = None) -> tuple[Exercise, ...]:
    """The exercises of a folder, the library's unless given, by number. Raises :class:`ScenarioError` for every mistake."""
    folder = library() / "exercises" if folder is None else folder
    found = sorted((_exercise(path) for path in sorted(folder.glob("*.toml"))), key=lambda exercise: exercise.number)
    numbers = [exercise.number for exercise in found]
    if numbers != list(range(1, len(found) + 1)):
        raise ScenarioError(
            f"{folder}: exercises are numbered {', '.join(map(str, numbers)) or 'not at all'}; wanted: 1, 2, 3 ..."
        )
    return tuple(found)


def load_exercise(name: str) -> Exercise:
    """The library's exercise of this name; ``ScenarioError`` with the nearest for another."""
    found = {exercise.name: exercise for exercise in load_exercises()}
    if name not in found:
        raise ScenarioError(unknown("exercise", name, found))
    return found[name]


def _exercise(path: Path) -> Exercise:
    table = Table(read_toml(path), str(path), "", KEYS)
    own = _scenarios(table)
    questions = [_question(data, table.file, n, own) for n, data in enumerate(table.tables("question"), 1)]
    if not questions:
        raise table.error("question", "is missing; wanted: tables written as [[question]]")
    ids = [question.id for question in questions]
    if twice := [text for n, text in enumerate(ids) if text in ids[:n]]:
        raise table.error("question", f"two questions have the id {twice[0]}")
    if idle := sorted(own.keys() - {scenario.name for question in questions for scenario in question.scenarios()}):
        raise table.error("scenario", f"no question asks about {idle[0]}")
    paragraphs = table.distinct("paragraphs", int, f"paragraphs of the report, 1 to {LAST_PARAGRAPH}")
    if wrong := [n for n in paragraphs if not 1 <= n <= LAST_PARAGRAPH]:
        raise table.error("paragraphs", f"{wrong[0]} is out of range; wanted: paragraphs of the report, 1 to {LAST_PARAGRAPH}")
    return Exercise(path.stem, table.whole("number", 1, 99), tuple(paragraphs), tuple(questions))


def _scenarios(table: Table) -> dict[str, Scenario]:
    """The exercise's own scenarios, each in the keys of a scenario file; its name is its title unless it gives one."""
    own: dict[str, Scenario] = {}
    for name, document in table.table("scenario").items():
        place = f"{table.file}, [scenario.{name}]"
        if not isinstance(document, dict):
            raise ScenarioError(f"{place}: a table is wanted, this is {described(document)}")
        if name in shipped():
            raise ScenarioError(f"{place}: the library has a scenario of this name; allowed: another name")
        try:
            own[name] = scenario_of({"title": name, **document}, name)
        except ScenarioError as error:
            raise ScenarioError(f"{place}: {error}") from None
    return own


def _question(data: object, file: str, number: int, own: Mapping[str, Scenario]) -> Question:
    table = Table(data, file, f"[[question]] {number}", QUESTION_KEYS)
    outcome = table.choice("outcome", _OUTCOMES)
    rest = Table(
        table.table("evidence"), file, f"{table.at}, evidence", [name for name in _OUTCOMES if name != outcome], "outcome"
    )
    evidence = {name: rest.choice(name, DIRECTIONS) for name in rest.data}
    mine, against = (_meant(table, key, default, own) for key, default in (("scenario", None), ("against", BASELINE)))
    if mine.digest == against.digest:
        raise table.error("against", f"{against.name} is the same as {mine.name}; wanted: another scenario")
    told = table.choice("told", DIRECTIONS)
    many = table.choice("in_many_worlds", DIRECTIONS, told)
    return Question(table.text("id"), mine, against, outcome, told, many, evidence)


def _meant(table: Table, key: str, default: str | None, own: Mapping[str, Scenario]) -> Scenario:
    name = table.text(key) if default is None else table.text(key, default)
    if name in own:
        return own[name]
    if name not in shipped():
        raise table.error(key, unknown("scenario", name, [*own, *shipped()]))
    return shipped_scenario(name)
