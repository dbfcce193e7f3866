"""Case files: the cases told in the report's boxes, described by their features and read strictly.

A file says what the box tells and nothing else: where it is silent, the word ``silent`` stands, and the model decides.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from partnersim.channels import BY_NAME
from partnersim.kinds import GOALS, MAX_COUNTRIES, MAX_ENTITIES, REGIONS, Kind
from partnersim.population.load import CLASSES, Population, load_population
from partnersim.scenario.levers import LAST_PARAGRAPH
from partnersim.scenario.library import find_population, library, scenario_names
from partnersim.scenario.load import POPULATION
from partnersim.scenario.reading import ScenarioError, Table, read_toml, unknown

SILENT = "silent"
TYPES = {
    "A": "core business and value chain",
    "B": "social investment and philanthropy",
    "C": "advocacy and policy",
    "T": "transformative",
    "F": "innovative finance",
    "H": "humanitarian",
    "K": "convening",
    "G": "governance and advice",
    "S": "staff exchange",
    "I": "inter-agency",
}
"""Types of the boxes, by letter: the report's three, and those that its other boxes need."""
HELD_AS = {
    "partnership": "",
    "forum": "forum_ties",
    "seats": "advisory_seats",
    "exchange": "secondments",
}
"""How the model holds a case: as a partnership, or as a channel of its lead, which moves contacts and no deal."""
SECTORS = {
    "companies": "company",
    "governments": "government",
    "civil_society": "civil",
    "foundations": "civil",
    "producers": "civil",
    "unions_and_employers": "civil",
    "research": "civil",
    "finance_institutions": "",
    "intergovernmental": "",
    "donors": "",
    "celebrities": "",
    "public": "",
}
"""Sectors of partners as the boxes name them, and the kind of agent that stands for them; none does for the last ones."""
AIMS, LEADS, SHOWN, PLANS = (
    ("systemic", "plain", SILENT),
    ("un", "companies", SILENT),
    ("public", SILENT),
    ("plan", "none", SILENT),
)
KPIS, OFFICES, HOMES = ("yes", "no", SILENT), ("country", SILENT), ("abroad", "host", SILENT)
KEYS = (
    "box", "title", "types", "held_as", "kind", "goals", "mapping", "signals", "paragraphs", "source", "compare_with",
    "un", "partner", "where", "company", "design", "scale", "held",
)  # fmt: skip
MOST = 1e12
"""A figure above which a file must hold a mistake."""
PARTNERSHIP_ONLY = ("kind", "company", "design")
KINDS = tuple(kind.name.lower() for kind in Kind)


@dataclass(frozen=True)
class Partner:
    """Partners of one sector."""

    sector: str
    """A key of SECTORS."""
    who: str


@dataclass(frozen=True)
class Scale:
    """A figure as it is quoted."""

    value: float
    unit: str
    quoted: str
    counts_people: bool
    """It counts people whom the partnership serves, so that reach can be held against it."""
    source: str


@dataclass(frozen=True)
class Case:
    """One case of the report's boxes by its features; ``silent`` where the box does not tell."""

    name: str
    box: str
    title: str
    types: tuple[str, ...]
    """Letters of TYPES."""
    held_as: str
    """A key of HELD_AS."""
    kind: str
    """A name of ``kinds.Kind`` in lower case; empty for what is no partnership."""
    goals: tuple[str, ...]
    """The first is the one that the model's record has."""
    mapping: str
    """Why the model holds the case so, and what it leaves out."""
    signals: str
    """Signs of transformation as reported."""
    paragraphs: tuple[int, ...]
    source: str
    compare_with: str
    """Name of a scenario whose policies bear on the case."""
    lead: str
    others: tuple[str, ...]
    """Codes of UN members besides the lead."""
    open_to_others: bool
    """The box speaks of further UN entities without a name."""
    un_note: str
    office: str
    partners: tuple[Partner, ...]
    where: str
    countries: tuple[str, ...]
    """ISO codes, where the box names countries; the first is the seat. Else it is drawn as for any search."""
    in_crisis: bool
    """It was begun in a crisis of the country."""
    size: str
    sector: str
    home: str
    aim: str
    led_by: str
    visibility: str
    exit: str
    kpis: str
    scales: tuple[Scale, ...]
    amount: float
    """Value of the channel that stands for a case that is no partnership, a year."""
    months: int
    """For how many months of the study, 0 for all of it."""

    @property
    def goal(self) -> str:
        """The goal of the record; empty for what is no partnership."""
        return self.goals[0] if self.goals else ""

    @property
    def quoted(self) -> Scale | None:
        """The first figure that counts people."""
        return next((scale for scale in self.scales if scale.counts_people), None)

    @property
    def members(self) -> set[str]:
        """Kinds of agent that the box names as partners: company, government, civil."""
        return {SECTORS[partner.sector] for partner in self.partners} - {""}

    @property
    def silent(self) -> list[str]:
        """What the box does not tell and the model decides, in words."""
        told = {
            "the country": self.countries,
            "the company's size": self.size != SILENT,
            "its sector": self.sector != SILENT,
            "the aim": self.aim != SILENT,
            "who leads": self.led_by != SILENT,
            "visibility": self.visibility != SILENT,
            "an exit plan": self.exit != SILENT,
            "KPIs": self.kpis != SILENT,
            "a figure of people": self.quoted,
        }
        return [name for name, known in told.items() if not known]


def case_names() -> list[str]:
    """Names of the shipped cases, in the order of boxes."""
    return [case.name for case in load_cases()]


def load_cases(folder: Path | None = None, population: Population | None = None) -> list[Case]:
    """All cases of a folder (default: the library's ``cases``), in the order of boxes.

    Raises :class:`ScenarioError` for an unlawful file and for a box given twice.
    """
    folder = folder or library() / "cases"
    if not folder.is_dir():
        raise ScenarioError(f"{folder}: there is no such folder of case files")
    population = population or load_population(find_population(POPULATION))
    cases = [read_case(path, population) for path in sorted(folder.glob("*.toml"))]
    owner: dict[str, str] = {}
    for case in cases:
        if case.box in owner:
            raise ScenarioError(f"{folder / case.name}.toml, key box: {case.box} is also the box of {owner[case.box]}")
        owner[case.box] = case.name
    return sorted(cases, key=lambda case: (int(case.box.rstrip("ab")), case.box))


def load_case(text: str | Path, population: Population | None = None) -> Case:
    """The case of a file, or of a name in the library. Raises :class:`ScenarioError`."""
    population = population or load_population(find_population(POPULATION))
    if os.path.isfile(text):
        return read_case(Path(text), population)
    shipped = sorted(path.stem for path in (library() / "cases").glob("*.toml"))
    name = str(text).removesuffix(".toml")
    if name not in shipped:
        raise ScenarioError(f"no file {text}; {unknown('case', name, shipped)}")
    return read_case(library() / "cases" / f"{name}.toml", population)


def read_case(path: Path, population: Population) -> Case:
    """The case of one file, named by the file, with entities and countries of ``population``. Raises :class:`ScenarioError`."""
    table = Table(read_toml(path), str(path), "", KEYS)
    held_as = table.choice("held_as", HELD_AS)
    deal = held_as == "partnership"
    for key in table.data:
        if (key in PARTNERSHIP_ONLY and not deal) or (key == "held" and deal):
            raise table.error(key, f"is not wanted where held_as is {held_as}")
    paragraphs = table.distinct("paragraphs", int, f"a list of paragraphs, 1 to {LAST_PARAGRAPH}")
    if wrong := [p for p in paragraphs if not 1 <= p <= LAST_PARAGRAPH]:
        raise table.error("paragraphs", f"{wrong[0]} is not a paragraph of the report; allowed: 1 to {LAST_PARAGRAPH}")
    box = table.text("box")
    if not box.rstrip("ab").isdigit():
        raise table.error("box", f'"{box}" is no box; wanted: a number, with a or b where a box tells two cases')
    un, where = (
        _sub(table, "un", ("lead", "with", "others", "note", "office")),
        _sub(table, "where", ("told", "countries", "crisis")),
    )
    company, design = (
        _sub(table, "company", ("size", "sector", "home")),
        _sub(table, "design", ("aim", "led_by", "visibility", "exit", "kpis")),
    )
    held = _sub(table, "held", ("amount", "months"))
    lead, others = un.text("lead"), _names(un, "with", population.codes, "entity", MAX_ENTITIES - 1)
    if lead not in population.codes:
        raise un.error("lead", unknown("entity", lead, population.codes))
    if lead in others:
        raise un.error("with", f"{lead} leads; wanted: the other UN members")
    channel = BY_NAME.get(HELD_AS[held_as])
    compare_with = table.text("compare_with")
    if compare_with not in scenario_names():
        raise table.error("compare_with", unknown("scenario", compare_with, scenario_names()))
    return Case(
        name=path.stem,
        box=box,
        title=table.text("title"),
        types=tuple(_choices(table, "types", TYPES, "type")),
        held_as=held_as,
        kind=table.choice("kind", KINDS) if deal else "",
        goals=tuple(_choices(table, "goals", GOALS, "goal")) if deal or "goals" in table.data else (),
        mapping=table.text("mapping"),
        signals=table.text("signals"),
        paragraphs=tuple(paragraphs),
        source=table.text("source"),
        compare_with=compare_with,
        lead=lead,
        others=others,
        open_to_others=bool(un.value("others", False, bool, "true where further UN entities are spoken of")),
        un_note=un.text("note", ""),
        office=un.choice("office", OFFICES, SILENT),
        partners=tuple(_partner(table, i, data) for i, data in enumerate(table.tables("partner"), 1)),
        where=where.text("told"),
        countries=_names(where, "countries", population.iso3, "country", MAX_COUNTRIES),
        in_crisis=bool(where.value("crisis", False, bool, "true where it was begun in a crisis")),
        size=company.choice("size", (*CLASSES, SILENT)) if deal else SILENT,
        sector=company.choice("sector", (*population.sectors, SILENT)) if deal else SILENT,
        home=company.choice("home", (*HOMES, *REGIONS)) if deal else SILENT,
        aim=design.choice("aim", AIMS) if deal else SILENT,
        led_by=design.choice("led_by", LEADS) if deal else SILENT,
        visibility=design.choice("visibility", SHOWN) if deal else SILENT,
        exit=design.choice("exit", PLANS) if deal else SILENT,
        kpis=design.choice("kpis", KPIS) if deal else SILENT,
        scales=tuple(_scale(table, i, data) for i, data in enumerate(table.tables("scale"), 1)),
        amount=held.number("amount", channel.low, channel.high) if channel else 0.0,
        months=held.whole("months", 0, 1200) if channel else 0,
    )


def _sub(table: Table, key: str, keys: tuple[str, ...]) -> Table:
    return Table(table.table(key), table.file, f"[{key}]", keys)


def _choices(table: Table, key: str, allowed: Mapping[str, str] | tuple[str, ...], what: str) -> list[str]:
    values = table.distinct(key, str, f"a list of {what}s")
    for value in values:
        if value not in allowed:
            raise table.error(key, unknown(what, value, allowed))
    return values


def _names(table: Table, key: str, allowed: list[str], what: str, most: int) -> tuple[str, ...]:
    """A list of codes that may be missing but not be wrong or longer than ``most``."""
    if key not in table.data:
        return ()
    wanted = {name: name for name in allowed}
    values = _choices(table, key, wanted, what)
    if len(values) > most:
        raise table.error(key, f"holds {len(values)}; the model has room for {most}")
    return tuple(values)


def _partner(case: Table, i: int, data: object) -> Partner:
    table = Table(data, case.file, f"[[partner]] {i}", ("sector", "who"))
    return Partner(table.choice("sector", SECTORS), table.text("who"))


def _scale(case: Table, i: int, data: object) -> Scale:
    table = Table(data, case.file, f"[[scale]] {i}", ("value", "unit", "quoted", "counts_people", "source"))
    people = table.value("counts_people", False, bool, "true where people served are counted")
    return Scale(table.number("value", 0.0, MOST), table.text("unit"), table.text("quoted"), people, table.text("source"))
