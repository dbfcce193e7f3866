"""How agents, places, numbers and months are called in one language, from the catalogue of this room."""

from __future__ import annotations

import functools
import string
from collections.abc import Sequence

from partnersim.kinds import GOALS, REGIONS, Desk, Kind, Size
from partnersim.languages.catalogue import Catalogue
from partnersim.population.load import TIERS
from partnersim.stories.living import Living
from partnersim.stories.names import firm_code

DIGITS = 2
"""Significant digits of people and money in running text."""


def letters(row: int) -> str:
    """``A`` to ``Z``, then ``AA``: the letter of an entity."""
    before, last = divmod(row, len(string.ascii_uppercase))
    return (letters(before - 1) if before else "") + string.ascii_uppercase[last]


@functools.cache
def catalogue(language: str) -> Catalogue:
    """This room's texts in a language, read once."""
    return Catalogue("stories", language)


class Words:
    """Names and numbers of a run in a ``language``; with ``real`` the codes of UN entities in place of their roles."""

    def __init__(self, living: Living, language: str, real: bool = False) -> None:
        self.living, self.real, self.language = living, real, language
        self.say = catalogue(language)

    # Numbers.

    def number(self, value: float) -> str:
        """A whole number with its thousands set apart: ``1,240``."""
        return f"{round(value):,}"

    def days(self, value: float) -> str:
        """Staff-days: ``12``, ``0.4``."""
        return f"{value:,.0f}" if value >= 9.5 else f"{value:.1f}".removesuffix(".0")

    def size(self, value: float) -> str:
        """Two significant digits in the language's own steps: ``1.3 million``, ``24万``."""
        value = float(f"{value:.{DIGITS}g}")
        for step, text in zip(self.say.every("number.steps"), self.say.every("number.words"), strict=True):
            if value >= float(step):
                return text.format(
                    n=f"{value / float(step):,.{DIGITS}g}" if value < 100 * float(step) else f"{value / float(step):,.0f}"
                )
        return f"{value:,.0f}"

    def people(self, value: float) -> str:
        """``1.3 million people``, ``hardly anybody``."""
        return self.say("number.people", n=self.size(value)) if value >= 1.5 else self.say("number.nobody")

    def lasting(self, months: int) -> str:
        """``one month`` to ``23 months``, then years and months."""
        years, rest = divmod(months, 12)
        if months < 24:
            return self.say("number.months", n=months)
        whole = self.say("number.years", n=years)
        return self.say("number.years_months", years=whole, months=self.say("number.months", n=rest)) if rest else whole

    def when(self, month: int) -> str:
        """At the start of a sentence: ``In month 12``; ``Three months before the study``."""
        return self.say("when.month", month=month) if month >= 1 else self.say("when.before", time=self.lasting(1 - month))

    def by(self, month: int) -> str:
        """Within a sentence: ``in month 12``; ``3 months before the study``."""
        return self.say("when.in_month", month=month) if month >= 1 else self.say("when.in_before", time=self.lasting(1 - month))

    def listed(self, items: Sequence[str], most: int = 6) -> str:
        """``a, b and c``; of many the last ones are only counted."""
        left = len(items) - most
        shown = [*items[:most], self.say("list.more", n=left)] if left > 1 else list(items)
        if len(shown) == 1:
            return shown[0]
        return self.say("list.comma").join(shown[:-1]) + self.say("list.last") + shown[-1]

    # Places and things.

    def state(self, row: int) -> str:
        """A country as it stands after a preposition."""
        code = self.living.names.iso3[row]
        return self.say(f"state.{code}") if self.say.has(f"state.{code}") else self.living.names.states[row]

    def country(self, row: int) -> str:
        """A country by itself, as in a label."""
        return self.state(row).removeprefix("the ")

    def region(self, row: int) -> str:
        """A region of host countries."""
        return self.say(f"region.{REGIONS[row].lower()}")

    def goal(self, row: int) -> str:
        """A goal area as it stands before "partnership"."""
        return self.say(f"goal.{GOALS[row]}")

    def field(self, row: int) -> str:
        """A goal area in one word."""
        return self.say(f"field.{GOALS[row]}")

    def desk(self, desk: Desk) -> str:
        """A desk where cases wait."""
        return self.say(f"desk.{desk.name.lower()}")

    def type(self, kind: int) -> str:
        """A type of partnership in the report's words."""
        return self.say(f"type.{Kind(kind).name.lower()}")

    def sector(self, row: int) -> str:
        """A sector as it stands before "company"; that of a user's own file in the file's word."""
        name = self.living.names.sectors[row]
        return self.say(f"sector.{name}") if self.say.has(f"sector.{name}") else name.replace("_", " ")

    # Agents.

    def entity(self, row: int) -> str:
        """An entity in running text: ``entity C (health)``; its code where real names are asked for."""
        if self.real:
            return self.living.names.entities[row]
        return self.say("role.entity_short", letter=letters(row), goal=self.field(int(self.living.mandates[row].argmax())))

    def firm(self, key: int) -> str:
        """A company in running text: ``a large food company from Kenya (C-3F2AB7)``."""
        row = self.living.names.firm_row(key)
        if row is None:
            return self.say("role.company_gone", code=firm_code(key))
        firm = self.living.firms[row]
        size = Size(int(firm["size"])).name.lower()
        sector, home = self.sector(int(firm["sector"])), self.state(int(firm["home"]))
        return self.say(f"role.company.{size}", sector=sector, home=home, code=firm_code(key))

    def government(self, row: int) -> str:
        """A government in running text."""
        return self.say("role.government", state=self.state(row))

    def civil(self, row: int) -> str:
        """A civil society organisation in running text."""
        living = self.living
        kind = living.civil_types[int(living.civil["type"][row])]
        what = self.say(f"role.civil.{kind}") if self.say.has(f"role.civil.{kind}") else kind.replace("_", " ")
        return self.say(
            "role.civil_society", what=what, home=self.state(int(living.civil["home"][row])), code=living.names.civil[row]
        )

    def short(self, node: int) -> str:
        """A node in a few signs: the letter of an entity, the code of a company, the country of a government."""
        kind, row = self.living.kind_of(node)
        if kind == "company":
            return firm_code(int(self.living.firms["key"][row]))
        if kind == "civil_society":
            return self.living.names.civil[row]
        return letters(row) if kind == "entity" else self.country(row)

    def name(self, node: int) -> str:
        """A node in running text."""
        kind, row = self.living.kind_of(node)
        if kind == "company":
            return self.firm(int(self.living.firms["key"][row]))
        return {"entity": self.entity, "government": self.government, "civil_society": self.civil}[kind](row)

    def role(self, node: int) -> str:
        """What a node is, in full, as a label: ``A: hub UN entity for jobs and governance, headquarters in the Americas``."""
        kind, row = self.living.kind_of(node)
        if kind == "entity":
            mandate, seat = self.living.mandates[row], int(self.living.seats[row])
            goals = [g for g in mandate.argsort(kind="stable")[::-1] if mandate[g] >= 0.5 * mandate.max()][:2]
            text = self.say(
                f"role.entity.{TIERS[int(self.living.tiers[row])]}",
                letter=letters(row),
                goals=self.listed([self.goal(int(g)) for g in goals]),
            )
            where = self.say("role.seat", region=self.region(int(self.living.regions[seat]))) if seat >= 0 else ""
            return text + where
        if kind == "company":
            firm = self.living.firms[row]
            size = Size(int(firm["size"])).name.lower()
            sector, home = self.sector(int(firm["sector"])), self.country(int(firm["home"]))
            return self.say(f"role.label.{size}", sector=sector, home=home, code=firm_code(int(firm["key"])))
        text = self.name(node)
        return text[:1].upper() + text[1:]

    def case(self, number: int) -> str:
        """``health partnership in Kenya``."""
        record = self.living.records[number]
        return self.say("role.case", goal=self.goal(int(record["goal"])), state=self.state(int(record["country"][0])))
