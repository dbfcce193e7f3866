"""One run as a living network: who is there in each month, who is tied to whom by which partnership, what incidents hit.

Made of what the observer brings back (``observe``), so the run is the one that :func:`partnersim.simulate` makes for the seed.
Months are those of the study: 1 is its first, 0 stands for all before it, NEVER for what did not happen.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.recfunctions import repack_fields

from partnersim.kinds import NEVER
from partnersim.ledger import ticks
from partnersim.scenario import Scenario, find_population
from partnersim.scenario.reading import read_toml
from partnersim.simulate import Laboratory
from partnersim.stories.layout import CIVIL, COMPANY, ENTITY, GOVERNMENT, KINDS, Links, positions
from partnersim.stories.names import Names
from partnersim.stories.noted import Incident, Observed, Scandal
from partnersim.stories.observe import observe

TALKS_WEIGHT = 0.15
"""What a month of talks counts in the layout against a month of a live partnership."""
FURTHER_WEIGHT = 0.2
"""What a further entity of a partnership counts in the layout against its lead."""
STEPS = ("idea", "signed", "started", "transformative", "found", "fixed", "ended")
"""Months of a partnership that the picture needs; see :attr:`Living.steps`."""
COUNTS = (
    "talks", "signed", "live", "delivering", "transformative", "dropped", "ended", "incidents", "incident_events", "companies",
)  # fmt: skip
"""What is counted each month; the names are those of the monthly paths, talks are their ``open_cases``."""
PLACES = 1000
"""Steps of a radius in which positions go to the browser."""


class Member(NamedTuple):
    """A node in a partnership, and what it is there."""

    node: int
    part: str
    """lead, entity, main (company), company, government or civil_society."""


@dataclass(frozen=True)
class Living:
    """One run, to be watched. Nodes are numbered by kind: UN entities, companies, governments, civil society."""

    scenario: Scenario
    seed: int
    months: int
    size: str
    start: int
    """The engine's month before the first of the study."""
    records: np.ndarray
    """Every partnership and attempt by its number, as the register holds it; months are the engine's."""
    notes: np.ndarray
    """What the observer noted of the same."""
    firms: np.ndarray
    """Companies that lived in the study, sorted by key; see ``observe.FIRMS``."""
    entities: np.ndarray
    """State of the UN entities (months + 1, entities): before the study, then at the end of each month."""
    incidents: list[Incident]
    scandals: list[Scandal]
    names: Names
    """Codes and English names. Real codes of entities are shown to those who ask for them, never else."""
    tiers: np.ndarray
    seats: np.ndarray
    """Row of the State of each entity's headquarters, -1 where this world lacks it."""
    mandates: np.ndarray
    regions: np.ndarray
    """Region of each State, see ``kinds.REGIONS``."""
    civil: np.ndarray
    """key, type and home of civil society organisations."""
    civil_types: list[str]
    company_care: float
    """Staff-days a month that a company gives each partnership that delivers."""
    kind: np.ndarray
    """Kind of each node, see ``layout.KINDS``."""
    row: np.ndarray
    """Row of each node among those of its kind: of ``firms`` for a company."""
    x: np.ndarray
    y: np.ndarray
    """Positions in the unit circle, the same in all months."""
    members: list[list[Member]]
    """Of each partnership: the UN lead, further entities, the main company, further ones, government, civil society."""

    # Who is who.

    def kind_of(self, node: int) -> tuple[str, int]:
        """Kind and row of a node; ``IndexError`` for a number that no node has."""
        if not 0 <= node < self.kind.size:
            raise IndexError(f"node {node}: there are {self.kind.size}")
        return KINDS[self.kind[node]], int(self.row[node])

    def node(self, kind: int, row: int) -> int | None:
        """Number of a node by kind (of ``layout``) and row; None for a company nobody had to do with."""
        first = int(np.searchsorted(self.kind, kind))
        of_kind = self.row[first : int(np.searchsorted(self.kind, kind, side="right"))]
        at = int(np.searchsorted(of_kind, row))
        return first + at if at < of_kind.size and of_kind[at] == row else None

    def firm_node(self, key: int) -> int | None:
        """Number of a company's node, None for one that had left before the study."""
        row = self.names.firm_row(key)
        return None if row is None else self.node(COMPANY, row)

    # When what happened.

    def month(self, engine_month: int) -> int:
        """A month of the study, NEVER where there was none; 0 and below lie before it."""
        return NEVER if engine_month == NEVER else int(engine_month) - self.start

    @functools.cached_property
    def steps(self) -> dict[str, np.ndarray]:
        """STEPS of every partnership by number: months, 0 for all before the study and NEVER for what did not happen."""
        r, note = self.records, self.notes
        columns = (
            r["begun"],
            r["m_signed"],
            r["m_started"],
            r["m_transformative"],
            note["m_found"],
            note["m_fixed"],
            r["m_ended"],
        )
        return {
            name: np.where(months == NEVER, NEVER, np.maximum(months - self.start, 0))
            for name, months in zip(STEPS, columns, strict=True)
        }

    def stages(self, month: int) -> np.ndarray:
        """Where each partnership stands at the end of a month: "", talks, signed, delivering or transformative."""
        s = self.steps
        out = np.full(self.records.size, "", dtype="<U14")
        out[s["idea"] <= month] = "talks"
        for stage, step in (("signed", "signed"), ("delivering", "started"), ("transformative", "transformative"), ("", "ended")):
            out[(s[step] != NEVER) & (s[step] <= month)] = stage
        return out

    def counts(self) -> dict[str, np.ndarray]:
        """COUNTS by month (months,): what the picture shows, in numbers."""
        s, months = self.steps, np.arange(1, self.months + 1)

        def until_now(when: np.ndarray) -> np.ndarray:
            return np.searchsorted(np.sort(when), months, side="right")

        def now(when: np.ndarray) -> np.ndarray:
            return np.bincount(when[when >= 1], minlength=self.months + 1)[1:]

        signed, has_ended = s["signed"] != NEVER, s["ended"] != NEVER
        out = {"talks": until_now(s["idea"]) - until_now(s["signed"][signed]) - until_now(s["ended"][has_ended & ~signed])}
        out["signed"] = now(s["signed"])
        for name, step in (("live", "signed"), ("delivering", "started"), ("transformative", "transformative")):
            met = s[step] != NEVER
            out[name] = until_now(s[step][met]) - until_now(s["ended"][met & has_ended])
        out["dropped"], out["ended"] = now(s["ended"][~signed]), now(s["ended"][signed])
        out["incidents"], out["incident_events"] = np.zeros(self.months, dtype=int), np.zeros(self.months, dtype=int)
        for incident in self.incidents:
            out["incidents"][self.month(incident.month) - 1] += len(incident.entities)
            out["incident_events"][self.month(incident.month) - 1] += 1
        came, left = self.firms["m_seen"] - self.start, self.firms["m_left"]
        out["companies"] = until_now(came) - until_now(left[left != NEVER] - self.start)
        return out

    def records_of(self, node: int) -> list[int]:
        """Numbers of the partnerships and attempts that a node is a member of, in the order of ideas."""
        return self._of_node.get(node, [])

    @functools.cached_property
    def _of_node(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, members in enumerate(self.members):
            for member in members:
                found.setdefault(member.node, []).append(number)
        return found

    def incidents_of(self, number: int) -> list[Incident]:
        """Incidents laid at the door of a partnership, in the order of months."""
        return [incident for incident in self.incidents if any(hit.record == number for hit in incident.hits)]

    def days_of(self, number: int) -> tuple[float, float, float, float]:
        """Staff-days on a partnership so far: of UN entities, companies, government and civil society, and desks.

        The entities' care for what they deliver is not kept by partnership, so it is not in it.
        """
        case = self.records[number]
        last = self.start + self.months if case["m_ended"] == NEVER else int(case["m_ended"])
        delivering = 0 if case["m_started"] == NEVER else last - int(case["m_started"]) + 1
        firms = float(case["days_firms"]) + int(case["n_firm"]) * delivering * self.company_care
        hosts, desks = float(case["days_hosts"]), float(case["days_desks"])
        return float(case["days"]) - firms - hosts - desks, firms, hosts, desks

    def frames(self) -> dict[str, Any]:
        """All that the browser needs to play the run, without words: plain lists, by node, by tie, by incident, by month.

        A tie is a partnership; its ``member`` stand in one list, ``size`` of them for each tie, the lead first. Months are those
        of :attr:`steps`, -1 for never. ``company`` is the main company's place among the members, -1 where it is not drawn.
        """
        s = {name: np.where(months == NEVER, -1, months).tolist() for name, months in self.steps.items()}
        main = [next((k for k, m in enumerate(members) if m.part == "main"), -1) for members in self.members]
        firms = self.kind == COMPANY
        came, left = np.zeros(self.kind.size, dtype=int), np.full(self.kind.size, -1)
        rows = self.row[firms]
        came[firms] = self.firms["m_seen"][rows] - self.start
        left[firms] = np.where(self.firms["m_left"][rows] == NEVER, -1, self.firms["m_left"][rows] - self.start)
        return {
            "months": self.months,
            "kinds": list(KINDS),
            "node": {
                "kind": self.kind.tolist(),
                "x": np.round(self.x * PLACES).astype(int).tolist(),
                "y": np.round(self.y * PLACES).astype(int).tolist(),
                "came": came.tolist(),
                "left": left.tolist(),
            },
            "tie": {
                "size": [len(members) for members in self.members],
                "member": [m.node for members in self.members for m in members],
                "company": main,
                "goal": self.records["goal"].tolist(),
                "region": self.regions[self.records["country"][:, 0]].tolist(),
                **s,
            },
            "incident": [
                {
                    "month": self.month(i.month),
                    "company": self.firm_node(i.firm),
                    "entities": i.entities,
                    "ties": [hit.record for hit in i.hits],
                }
                for i in self.incidents
            ],
            "count": {name: values.tolist() for name, values in self.counts().items()},
        }


def living(scenario: Scenario | str, seed: int, months: int = 120, size: str = "class") -> Living:
    """Run a scenario once and keep what can be watched of it.

    ``scenario``: a loaded one, a name or a file; ``months`` after burn-in. Raises ``ScenarioError`` for a wrong scenario, seed,
    length or size.
    """
    lab = Laboratory(scenario, size, months)
    seen = observe(lab, seed)
    entity, civil, param = seen.world.entity, seen.world.civil, seen.world.system["param"][0]
    kind, row = _nodes(seen)
    members = _members(seen, kind, row)
    x, y = positions(kind, _links(seen, members))
    types = list(read_toml(find_population(lab.scenario.population) / "civil_society.toml")["type"])
    return Living(
        scenario=lab.scenario,
        seed=seed,
        months=months,
        size=size,
        start=seen.start,
        records=seen.records,
        notes=seen.notes,
        firms=seen.firms,
        entities=seen.entities,
        incidents=seen.incidents,
        scandals=seen.scandals,
        names=Names(lab, seen),
        tiers=entity["tier"].copy(),
        seats=entity["seat"].copy(),
        mandates=entity["mandate"].copy(),
        regions=seen.world.government["region"].copy(),
        civil=repack_fields(civil[["type", "home"]]),
        civil_types=types,
        company_care=float(ticks(param["company_days_live"])),
        kind=kind,
        row=row,
        x=x,
        y=y,
        members=members,
    )


def _nodes(seen: Observed) -> tuple[np.ndarray, np.ndarray]:
    """Kind and row of every node: all UN entities, governments and civil society, and companies somebody had to do with."""
    case, world = seen.records, seen.world
    member = np.arange(case["firm_key"].shape[1]) < case["n_firm"][:, None]
    firms = np.flatnonzero(np.isin(seen.firms["key"], case["firm_key"][member]))
    rows = (np.arange(world.entity.size), firms, np.arange(world.government.size), np.arange(world.civil.size))
    return np.repeat(np.arange(len(KINDS)), [r.size for r in rows]), np.concatenate(rows)


def _members(seen: Observed, kind: np.ndarray, row: np.ndarray) -> list[list[Member]]:
    """Members of every record; a company that had left before the study has no node."""
    number = {(k, r): node for node, (k, r) in enumerate(zip(kind.tolist(), row.tolist(), strict=True))}
    by_key = {int(key): number.get((COMPANY, i)) for i, key in enumerate(seen.firms["key"])}
    out = []
    for case in seen.records:
        entities, keys = case["entity"][: case["n_entity"]].tolist(), case["firm_key"][: case["n_firm"]].tolist()
        found = [Member(number[ENTITY, e], "entity" if k else "lead") for k, e in enumerate(entities)]
        for k, key in enumerate(keys):
            node = by_key.get(key)
            if node is not None:
                found.append(Member(node, "company" if k else "main"))
        if case["government"]:
            found.append(Member(number[GOVERNMENT, int(case["country"][0])], "government"))
        if case["civil"] >= 0:
            found.append(Member(number[CIVIL, int(case["civil"])], "civil_society"))
        out.append(found)
    return out


def _links(seen: Observed, members: list[list[Member]]) -> Links:
    """How long nodes had to do with each other: the main company with all other members of each partnership."""
    case, end = seen.records, int(seen.world.system["month"][0])
    over = np.where(case["m_ended"] == NEVER, end, case["m_ended"])
    signed = np.where(case["m_signed"] == NEVER, over, case["m_signed"])
    live = np.maximum(over - np.maximum(signed, seen.start), 0)
    talks = np.maximum(signed - np.maximum(case["begun"], seen.start), 0)
    weight = live + TALKS_WEIGHT * (talks + 1)
    ties = [
        (main.node, other.node, weight[number] * (FURTHER_WEIGHT if other.part == "entity" else 1.0))
        for number, found in enumerate(members)
        for main in found
        if main.part == "main"
        for other in found
        if other is not main
    ]
    a, b, w = (np.array(column) for column in zip(*ties, strict=True))
    return Links(a, b, w)
