"""Names for readers. Companies are synthetic and bear no name: a code made of their key, and what they are."""

from __future__ import annotations

import numpy as np

from partnersim.kinds import GOALS, Desk, Size
from partnersim.population.build import choose_states, entity_codes
from partnersim.simulate import Laboratory
from partnersim.stories.noted import Observed

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIZES = {Size.SME: "small", Size.LARGE: "large", Size.MULTINATIONAL: "multinational"}
SECTORS = {
    "agriculture_food": "food",
    "mining_energy": "mining and energy",
    "chemicals_pharma": "pharmaceutical",
    "retail_consumer": "consumer goods",
    "construction_utilities": "construction and utility",
}
"""Sectors of companies.toml whose own name would read badly before "company"."""
GOAL_WORDS = {"income": "jobs", "humanitarian": "relief"}
DESK_WORDS = {
    Desk.COORDINATION: "the coordination desk",
    Desk.SCREENING: "the shared screening desk",
    Desk.ADVISORY: "the advisory group",
    Desk.COUNTRY: "country-team desks",
}
WITH_THE = {"Bahamas", "Comoros", "Gambia", "Maldives", "Netherlands", "Philippines"}


def firm_code(key: int) -> str:
    """A company's code, made of the first 30 bits of its key: the same in every scenario of a seed."""
    return "C-" + "".join(LETTERS[(key >> shift) & 31] for shift in range(59, 33, -5))


def with_article(state: str) -> str:
    """A country's name as it stands after a preposition: ``Kenya``, ``the Netherlands``."""
    bears_the = state in WITH_THE or state.startswith("United ") or state.endswith((" Islands", " Republic"))
    return f"the {state}" if bears_the else state


class Names:
    """Names of everybody in a run, by the rows and keys that the engine knows them by."""

    def __init__(self, lab: Laboratory, observed: Observed) -> None:
        population, states = lab.population, choose_states(lab.population, lab.size)
        self.entities = entity_codes(population, lab.size)
        self.iso3 = [population.iso3[i] for i in states]
        self.states = [with_article(population.state_names[i]) for i in states]
        # The engine's table has room for more sectors than the population names.
        self.sectors = population.sectors
        self.civil = ["S-" + firm_code(int(key))[2:] for key in observed.world.civil["key"]]
        self.firms = observed.firms

    def firm_row(self, key: int) -> int | None:
        """Row of a company in ``firms``, None for one that had left before the study."""
        row = int(np.searchsorted(self.firms["key"], np.uint64(key)))
        return row if row < self.firms.size and self.firms["key"][row] == key else None

    def kind_of_firm(self, key: int) -> tuple[str, str, str] | None:
        """Size class, sector and home (ISO code) as the files call them, None where they are not known any more."""
        row = self.firm_row(key)
        if row is None:
            return None
        firm = self.firms[row]
        return Size(int(firm["size"])).name.lower(), self.sectors[int(firm["sector"])], self.iso3[int(firm["home"])]

    def firm(self, key: int, seen_from: int = -1) -> str:
        """``a large food company from Kenya (C-3F2AB7)``; a local one where it is seen from its home, a row of a State."""
        row = self.firm_row(key)
        if row is None:
            return f"a company that has since left ({firm_code(key)})"
        firm = self.firms[row]
        sector = self.sectors[int(firm["sector"])]
        size, home = Size(int(firm["size"])), int(firm["home"])
        words = [SIZES[size], SECTORS.get(sector, sector.replace("_", " ")), "company"]
        if home == seen_from:
            words.insert(0 if size == Size.MULTINATIONAL else 1, "local")
        else:
            words.append(f"from {self.states[home]}")
        return f"a {' '.join(word for word in words if word)} ({firm_code(key)})"

    def goal(self, goal: int) -> str:
        """A goal area as it stands before "partnership"."""
        return GOAL_WORDS.get(GOALS[goal], GOALS[goal])

    def case(self, record: np.void) -> str:
        """``health partnership in Kenya with a large local food company (C-3F2AB7)``."""
        country = int(record["country"][0])
        others = int(record["n_firm"]) - 1
        more = "" if others < 1 else " and another company" if others == 1 else " and two more companies"
        firm = self.firm(int(record["firm_key"][0]), country)
        return f"{self.goal(int(record['goal']))} partnership in {self.states[country]} with {firm}{more}"

    def lead(self, record: np.void) -> str:
        """Code of the UN entity that leads the UN's side."""
        return self.entities[int(record["entity"][0])]

    def members(self, record: np.void) -> list[str]:
        """Codes of all UN members."""
        return [self.entities[int(e)] for e in record["entity"][: record["n_entity"]]]
