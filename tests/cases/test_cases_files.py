"""The model's reading of the report's cases is that of the report's table, and a wrong file is refused in one sentence."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from partnersim.cases import Answer, criteria, load_case, load_cases
from partnersim.cases.file import read_case
from partnersim.cases.reading import CRITERIA
from partnersim.population.load import load_population
from partnersim.scenario import ScenarioError, find_population, library, load_parameters

POPULATION = load_population(find_population("un-2011"))
VALUES = {p.name: p.value for p in load_parameters().values()}
YES, OPEN, NO = Answer.YES, Answer.OPEN, Answer.NO


class Row(NamedTuple):
    """A row of the report's table of cases, and what the model should make of it."""

    types: str
    held_as: str
    kind: str
    lead: str
    others: tuple[str, ...]
    members: str
    """Kinds of partner that the model has, by first letter: company, government, civil society."""
    goal: str
    countries: tuple[str, ...]
    people: float | None
    """The first figure that counts people."""
    criteria: tuple[Answer, ...]
    """Relevant sectors, core competence, institutions, scale and life of its own."""


DEAL = "partnership"
TABLE = {
    "1a": Row("A", DEAL, "core_business", "IFAD", (), "cgz", "food", ("UGA",), 3_000, (YES, YES, YES, YES)),
    "1b": Row("A", DEAL, "core_business", "ITC", (), "cz", "income", ("KEN",), 7_000, (YES, YES, OPEN, YES)),
    "2a": Row("B", DEAL, "social_investment", "UNHCR", (), "c", "humanitarian", (), None, (OPEN, YES, NO, OPEN)),
    "2b": Row("B", DEAL, "social_investment", "UNIDO", (), "cz", "income", (), 42_000, (YES, YES, OPEN, OPEN)),
    "3a": Row("C", DEAL, "advocacy", "UNAIDS", (), "c", "health", (), None, (OPEN, YES, NO, OPEN)),
    "3b": Row("CT", DEAL, "advocacy", "ILO", (), "cgz", "income", (), None, (YES, YES, YES, YES)),
    "4": Row("K", "forum", "", "UNGC", (), "cgz", "income", (), None, ()),
    "5": Row("T", DEAL, "core_business", "WFP", (), "cg", "food", ("BGD", "IDN"), 2_480_000, (OPEN, YES, YES, YES)),
    "6": Row("F", DEAL, "finance", "WFP", (), "c", "food", (), 200_000, (OPEN, NO, NO, OPEN)),
    "7a": Row("C", DEAL, "advocacy", "UNWOMEN", ("UNGC",), "c", "gender", (), None, (OPEN, YES, YES, OPEN)),
    "7b": Row("A", DEAL, "core_business", "UNDP", (), "cz", "income", ("SDN",), 5_000, (YES, YES, OPEN, YES)),
    "8a": Row("H", DEAL, "humanitarian", "OCHA", (), "cz", "humanitarian", ("LBY",), None, (OPEN, YES, NO, NO)),
    "8b": Row("HB", DEAL, "humanitarian", "WFP", (), "cz", "humanitarian", (), None, (OPEN, YES, OPEN, OPEN)),
    "9": Row("G", "seats", "", "UNISDR", (), "c", "humanitarian", (), None, ()),
    "10a": Row("TK", DEAL, "advocacy", "UNOP", (), "cgz", "health", (), None, (YES, YES, YES, OPEN)),
    "10b": Row("CT", DEAL, "advocacy", "UNGC", ("UNODC",), "cg", "governance", (), None, (OPEN, YES, YES, OPEN)),
    "11a": Row("S", "exchange", "", "UNICEF", (), "c", "", ("CMR", "MKD", "MRT"), None, ()),
    "11b": Row("S", "exchange", "", "UNESCO", (), "z", "", (), None, ()),
    "12": Row("I", DEAL, "advocacy", "UNODC", ("ILO", "OHCHR", "UNICEF"), "cz", "governance", (), None, (OPEN, YES, OPEN, OPEN)),
}
LETTERS = {"company": "c", "government": "g", "civil": "z"}
CASES = {case.box: case for case in load_cases()}


def test_every_row_of_the_table_is_a_case() -> None:
    """A failure means that a case of the report is missing, or one was made up."""
    assert list(CASES) == list(TABLE)


@pytest.mark.parametrize("box", TABLE)
def test_the_reading_of_a_case_is_that_of_the_table(box: str) -> None:
    """A failure means that a file, or the table of relevant sectors, tells of another case than the report."""
    case, row = CASES[box], TABLE[box]
    read = criteria(case, POPULATION, VALUES)
    found = Row(
        "".join(case.types),
        case.held_as,
        case.kind,
        case.lead,
        case.others,
        "".join(sorted(LETTERS[name] for name in case.members)),
        case.goal,
        case.countries,
        case.quoted.value if case.quoted else None,
        tuple(read[name].answer for name in CRITERIA) if read else (),
    )
    assert found == row
    assert all(verdict.why for verdict in read.values())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('box = "5"', 'boxx = "5"', ['"boxx"', "nearest: box"]),
        ('box = "5"', 'box = "five"', ["key box", '"five"', "a number"]),
        ('lead = "WFP"', 'lead = "WFPP"', ["[un], key lead", '"WFPP"', "nearest: WFP"]),
        ('lead = "WFP"', 'lead = "WFP"\nwith = ["UNICEFF"]', ["key with", "nearest: UNICEF"]),
        ('lead = "WFP"', 'lead = "WFP"\nwith = ["WFP"]', ["key with", "WFP leads"]),
        ('["BGD", "IDN"]', '["BGD", "IDO"]', ["[where], key countries", '"IDO"', "nearest: ", "IDN"]),
        ('["BGD", "IDN"]', '["BGD", "IDN", "IND", "PAK"]', ["key countries", "holds 4", "room for 3"]),
        ('goals = ["food", "health"]', 'goals = ["foods"]', ["key goals", '"foods"', "nearest: food"]),
        ('types = ["T"]', 'types = ["X"]', ["key types", '"X"', "allowed: A, B"]),
        ('kind = "core_business"', 'kind = "core"', ["key kind", '"core"', "nearest: core_business"]),
        ('size = "multinational"', 'size = "huge"', ["[company], key size", '"huge"', "allowed: large"]),
        ('sector = "silent"', 'sector = "food"', ["[company], key sector", '"food"', "agriculture_food"]),
        ('exit = "plan"', 'exit = "planned"', ["[design], key exit", "nearest: plan"]),
        ('kpis = "silent"', "", ["[design], key kpis", "is missing"]),
        ('sector = "governments"', 'sector = "government"', ["[[partner]] 2, key sector", "nearest: governments"]),
        ("value = 2480000", 'value = "many"', ["[[scale]] 1, key value", "a number from 0", '"many"']),
        ("paragraphs = [25, 26, 27]", "paragraphs = [84]", ["key paragraphs", "84", "1 to 83"]),
        ('compare_with = "all-three"', 'compare_with = "all-tree"', ["key compare_with", "nearest: all-three"]),
        ('held_as = "partnership"', 'held_as = "forum"', ["key kind", "is not wanted where held_as is forum"]),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, old: str, new: str, words: list[str]) -> None:
    """A failure means that a slip in a case file is believed, or ends in a traceback."""
    text = (library() / "cases" / "laser-beam.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        read_case(path, POPULATION)
    message = str(error.value)
    assert message.startswith(str(path)) and "\n" not in message
    assert all(word in message for word in words), message


def test_an_unknown_case_and_a_box_told_twice_are_refused(tmp_path) -> None:
    """A failure means that a mistyped name gives no hint, or that one case hides another."""
    with pytest.raises(ScenarioError, match='unknown case "lazer-beam"; nearest: laser-beam'):
        load_case("lazer-beam")
    text = (library() / "cases" / "hibiscus.toml").read_text(encoding="utf-8")
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="7b is also the box of one"):
        load_cases(tmp_path)
