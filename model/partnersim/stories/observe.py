"""An observer of one run: what happened to whom, noted between the phases of each month, without touching the run.

The register gives a record's row to another idea once the record no longer matters, and company rows are used again
too. So the observer numbers every record when it first sees it, takes finished records out of the trace each month,
and keeps what a record does not hold: whom incidents hit, when a failure was found and fixed, people reached over
the years, who courted whom at once, how long cases waited at desks.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.recfunctions import repack_fields

from partnersim import month
from partnersim.columns import DTYPES
from partnersim.kinds import EVENT_ROWS, FREE_ROWS, LIVE_ROWS, NEVER, OPEN_ROWS, Desk, Stage
from partnersim.simulate import Laboratory, step_by_phases
from partnersim.stories.noted import (
    ENTITY_FIELDS,
    FIRM_FIELDS,
    FIRMS,
    MONTHS_NOTED,
    NOTES,
    Courting,
    Hit,
    Incident,
    Observed,
    Scandal,
    Waiting,
)
from partnersim.world import World


class _Observer:
    def __init__(self, world: World) -> None:
        self.world = world
        self.start = int(world.system["month"][0])
        self.notes = np.zeros(world.partnership.size, dtype=NOTES)
        self.known_firm = np.zeros(world.company.size, dtype=np.uint64)
        self.n_records = 0
        self.free_before_ends = 0
        self.finished: list[tuple[np.ndarray, np.ndarray]] = []
        self.firms: list[np.ndarray] = []
        self.left: dict[int, int] = {}
        self.entities: list[np.ndarray] = []
        self.incidents: list[Incident] = []
        self.scandals: list[Scandal] = []
        self.fresh: list[tuple[int, int, tuple[Hit, ...]]] = []
        self.reputation = world.entity["reputation"].copy()
        self.courting: dict[int, Courting] = {}
        self.waiting: dict[Desk, Waiting] = {}
        self.watches: dict[str, tuple[Callable[[], None], ...]] = {
            "step_court": (self.see_ideas,),
            "step_agree": (self.see_signed,),
            "step_deliver": (self.see_delivery, self.foresee_incidents),
            "step_incidents": (self.see_incidents,),
            "step_close": (self.see_performance,),
            "step_book": (self.see_ends,),
        }
        self.meet_firms()
        self.entities.append(repack_fields(world.entity[list(ENTITY_FIELDS)]))
        for rows in (self.rows(LIVE_ROWS), self.rows(OPEN_ROWS)):
            self.number(rows)
        case = world.partnership[self.rows(LIVE_ROWS)]
        for name, before in (("m_found", case["found"]), ("m_fixed", case["lift"] > 0.0), ("m_scaled", case["scale"] > 1.0)):
            self.notes[name][self.rows(LIVE_ROWS)[before]] = self.start

    @property
    def month(self) -> int:
        return int(self.world.system["month"][0])

    def rows(self, kind: int) -> np.ndarray:
        """A copy of one of the world's lists of rows."""
        counter = {LIVE_ROWS: "n_live", OPEN_ROWS: "n_open", FREE_ROWS: "n_free", EVENT_ROWS: "n_events"}[kind]
        return self.world.rows[kind, : int(self.world.system[counter][0])].copy()

    def look(self, phase: str) -> None:
        """Called after each phase of a month."""
        for see in self.watches.get(phase, ()):
            see()

    def number(self, rows: np.ndarray) -> None:
        """Give the records in these rows the next numbers and empty notes."""
        fresh = np.zeros(rows.size, dtype=NOTES)
        for name in MONTHS_NOTED:
            fresh[name] = NEVER
        fresh["record"] = np.arange(self.n_records, self.n_records + rows.size)
        self.notes[rows] = fresh
        self.n_records += rows.size

    def meet_firms(self) -> None:
        """Keep the lasting traits of companies not seen before, and who has left: rows may be used again."""
        company = self.world.company
        changed = np.flatnonzero(np.where(company["alive"], company["key"], 0) != self.known_firm)
        self.left |= {int(key): self.month for key in self.known_firm[changed] if key}
        new = changed[company["alive"][changed]]
        self.known_firm[changed] = 0
        self.known_firm[new] = company["key"][new]
        firms = np.zeros(new.size, dtype=FIRMS)
        for name in FIRM_FIELDS:
            firms[name] = company[name][new]
        firms["m_seen"] = self.month
        self.firms.append(firms)

    def all_firms(self) -> np.ndarray:
        """FIRMS of all companies met, sorted by key."""
        firms = np.concatenate(self.firms)
        firms["m_left"] = [self.left.get(int(key), NEVER) for key in firms["key"]]
        company = self.world.company[self.world.company["alive"]]
        hidden = dict(zip(company["key"].tolist(), company["hidden_since"].tolist(), strict=True))
        firms["m_hidden"] = [hidden.get(int(key), NEVER) for key in firms["key"]]
        return firms[np.argsort(firms["key"])]

    def see_ideas(self) -> None:
        """New records, which companies take part, and which ones several entities court at once."""
        register, rows = self.world.partnership, self.rows(OPEN_ROWS)
        new = rows[register["begun"][rows] == self.month]
        self.number(new)
        self.notes["proposed"][new] = register["stage"][new] == Stage.PROPOSED
        accepted = (register["stage"][rows] == Stage.SCREENING) & (register["since"][rows] == self.month)
        self.notes["m_accepted"][rows[accepted]] = self.month
        courting = rows[(register["stage"][rows] == Stage.COURTED) & register["approached"][rows]]
        by_firm: dict[int, list[int]] = {}
        for row in courting:
            by_firm.setdefault(int(register["firm_key"][row, 0]), []).append(int(row))
        for firm, cases in by_firm.items():
            entities = tuple(sorted({int(register["entity"][row, 0]) for row in cases}))
            if len(entities) > 1:
                self.notes["rivals"][cases] |= sum(1 << e for e in entities)
            if len(entities) > max(1, len(self.courting[firm].entities) if firm in self.courting else 0):
                records = tuple(int(self.notes["record"][row]) for row in cases)
                self.courting[firm] = Courting(self.month, entities, records)
        self.free_before_ends = int(self.world.system["n_free"][0])

    def see_signed(self) -> None:
        """Days that signed attempts took so far; the record goes on counting while it delivers."""
        rows = self.rows(LIVE_ROWS)
        rows = rows[self.world.partnership["m_signed"][rows] == self.month]
        self.notes["days_to_signing"][rows] = self.world.partnership["days"][rows]

    def see_delivery(self) -> None:
        """People reached, failures found and fixed, scaling up."""
        rows = self.rows(LIVE_ROWS)
        case, note = self.world.partnership[rows], self.notes[rows]
        people = case["counted"] / self.world.system["scale"][0]
        note["person_years"] += people / 12.0
        more = people > note["people_most"]
        note["people_most"][more] = people[more]
        note["m_people_most"][more] = self.month
        note["months_after_end"] += (case["stage"] == Stage.ENDED) & (people > 0.0)
        fixed = (case["stage"] == Stage.FIXED) & (case["since"] == self.month)
        scaled = (case["stage"] == Stage.SCALED) & (case["since"] == self.month)
        for name, now in (("m_found", case["found"]), ("m_fixed", fixed), ("m_scaled", scaled)):
            note[name][now & (note[name] == NEVER)] = self.month
        self.notes[rows] = note

    def see_performance(self) -> None:
        """Performance as it is and as reported, of partnerships that did not end this month, as the monthly paths count it."""
        rows = self.rows(LIVE_ROWS)
        case, note = self.world.partnership[rows], self.notes[rows]
        running = (case["m_started"] != NEVER) & (case["stage"] != Stage.ENDED)
        note["months_performing"] += running & case["performing"]
        note["months_performing_fixed"] += running & case["performing"] & (note["m_fixed"] != NEVER)
        idle = running & ~case["performing"] & case["reported"]
        note["months_idle"] = np.where(idle, note["months_idle"] + 1, 0)
        longer = note["months_idle"] > note["months_idle_most"]
        note["months_idle_most"][longer] = note["months_idle"][longer]
        note["m_idle_last"][longer] = self.month
        self.notes[rows] = note

    def foresee_incidents(self) -> None:
        """Ask the engine which partnerships this month's public events are laid at, one event and partnership at a time."""
        world, register = self.world, self.world.partnership
        self.fresh, self.reputation = [], world.entity["reputation"].copy()
        events = self.rows(EVENT_ROWS)
        if not events.size:
            return
        live = self.rows(LIVE_ROWS)
        members, keys = register["firm"][live], register["firm_key"][live]
        is_member = np.arange(members.shape[1]) < register["n_firm"][live][:, None]
        trial = _trial(world)
        for row in events:
            firm = world.company[row]
            holds = (is_member & (members == row) & (keys == firm["key"])).any(axis=1)
            hits = []
            for case in live[holds]:
                if _is_attributed(trial, int(row), int(case)):
                    entities = tuple(int(e) for e in register["entity"][case, : register["n_entity"][case]])
                    hits.append(Hit(int(self.notes["record"][case]), entities))
                    self.notes["incidents"][case] += 1
            hidden = self.month - int(firm["hidden_since"])
            if hits:
                self.fresh.append((int(firm["key"]), hidden, tuple(hits)))
            else:
                self.scandals.append(Scandal(self.month, int(firm["key"]), hidden))

    def see_incidents(self) -> None:
        """What this month's incidents cost the entity hit hardest."""
        after = self.world.entity["reputation"]
        for firm, hidden, hits in self.fresh:
            worst = max(sorted({e for hit in hits for e in hit.entities}), key=lambda e: self.reputation[e] - after[e])
            before, now = float(self.reputation[worst]), float(after[worst])
            self.incidents.append(Incident(self.month, firm, hidden, hits, worst, before, now))

    def see_ends(self) -> None:
        """Take finished records out of the trace, meet newcomers, and look at who still waits at desks."""
        world = self.world
        n = int(world.system["n_traced"][0])
        rows = self.rows(FREE_ROWS)[self.free_before_ends :]
        records = world.trace[:n].copy()
        if rows.size != n or (world.partnership["key"][rows] != records["key"]).any():
            raise RuntimeError("records were freed and traced in different order; the engine and its observer disagree")
        self.finished.append((records, self.notes[rows]))
        world.system["n_traced"] = 0
        self.meet_firms()
        self.entities.append(repack_fields(world.entity[list(ENTITY_FIELDS)]))
        open_rows = self.rows(OPEN_ROWS)
        desk = world.partnership["desk"][open_rows]
        for k in list(Desk)[1:]:
            cases = open_rows[desk == k]
            self.notes["waited"][cases, k - 1] += 1
            if cases.size > (len(self.waiting[k].records) if k in self.waiting else 0):
                waiting = tuple(int(r) for r in self.notes["record"][cases])
                self.waiting[k] = Waiting(self.month, waiting, int(world.partnership["waited"][cases].max()))

    def all_records(self) -> tuple[np.ndarray, np.ndarray]:
        """Finished records and those still in the register, by number, each with its notes."""
        left = np.concatenate([self.rows(LIVE_ROWS), self.rows(OPEN_ROWS)])
        parts = [*self.finished, (self.world.partnership[left], self.notes[left])]
        records, notes = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(notes["record"])
        return records[order], notes[order]


def _trial(world: World) -> World:
    """A world in which one event may be tried on one partnership: its clock, books, entities and lists are copies."""
    system = world.system.copy()
    # Outside the window the yearly count of exposure rests.
    system["study_month"], system["n_events"], system["n_live"] = 0, 1, 1
    return world._replace(system=system, entity=world.entity.copy(), rows=world.rows.copy(), series=world.series[:1].copy())


def _is_attributed(trial: World, firm: int, case: int) -> bool:
    """True when the public event of the company in row ``firm`` is laid at the door of the partnership in row ``case``."""
    before = trial.company[firm].copy()
    trial.rows[EVENT_ROWS, 0], trial.rows[LIVE_ROWS, 0] = firm, case
    trial.series["incident_hits"] = 0.0
    month.step_incidents(trial)
    trial.company[firm] = before
    return bool(trial.series["incident_hits"][0] > 0.0)


def _stocks(world: World) -> dict[str, float]:
    """Stocks before the first month of the study."""
    live = world.partnership[world.rows[LIVE_ROWS, : world.system["n_live"][0]]]
    live = live[live["stage"] != Stage.ENDED]
    running = live[live["m_started"] != NEVER]
    return {
        "open_cases": float(world.system["n_open"][0]),
        "live": float(live.size),
        "delivering": float(running.size),
        "performing": float(running["performing"].sum()),
        "reported_performing": float(running["reported"].sum()),
        "evaluated": float(live["kpis"].sum()),
        "transformative": float((running["m_transformative"] != NEVER).sum()),
        "reputation": float(world.entity["reputation"].mean()),
        "companies": float(world.system["n_alive"][0]),
    }


def observe(lab: Laboratory, seed: int) -> Observed:
    """Run a scenario once and observe it. Memory grows with the records, not with the months."""
    # In a month no row is freed twice, since rows are taken before any is freed: the register's size is room enough.
    settled = lab.settled(seed)
    world, tables = lab.start(settled, traced=settled.partnership.size)
    stocks = _stocks(world)
    observer = _Observer(world)
    for _ in range(lab.months):
        step_by_phases(world, tables, observer.look)
    records, notes = observer.all_records()
    return Observed(
        world._replace(trace=np.zeros(0, dtype=DTYPES["partnership"])),
        observer.start,
        records,
        notes,
        observer.all_firms(),
        np.stack(observer.entities),
        observer.incidents,
        observer.scandals,
        observer.courting,
        observer.waiting,
        stocks,
    )
