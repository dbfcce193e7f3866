"""A planted run, and what became of the case in it. Looking changes nothing: the record is read between months."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from partnersim.cases.file import HELD_AS, Case
from partnersim.cases.plant import Site, end_contacts, plant_contacts, plant_record
from partnersim.cases.reading import CRITERIA, sectors_needed
from partnersim.kinds import FIRST_ENTITY, FIRST_STATE, LIVE_ROWS, NEVER, Agent, Kind, Reason, Size, Stage
from partnersim.ledger import ticks
from partnersim.rules.reach import criteria
from partnersim.rules.records import willing
from partnersim.rules.work import care_weight
from partnersim.simulate import Laboratory, advance, step_by_phases
from partnersim.world import World

SIDES = ("UN entities", "central and country desks", "companies", "governments and civil society")


@dataclass
class Fate:
    """What became of a planted partnership in one seed. Months count from the start of the study, None is never."""

    seed: int
    company: tuple[str, str, str]
    """Size class, sector and home (ISO code) of the main company."""
    countries: list[str]
    stage: str = ""
    reason: str = ""
    """Why it was dropped or ended; empty while it goes on."""
    ended: int | None = None
    screened: int | None = None
    approved: int | None = None
    signed: int | None = None
    started: int | None = None
    transformative: int | None = None
    designed: dict[str, Any] = field(default_factory=dict)
    """What its design came to: members and features; empty where it never came to a design."""
    days: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SIDES, 0.0))
    """Staff-days by side, the care for the live partnership included."""
    days_to_signing: float | None = None
    months_delivering: int = 0
    months_performing: int = 0
    criteria: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CRITERIA, 0))
    """Performing months in which each criterion of transformation was met."""
    institution: float = 0.0
    people_most: float = 0.0
    """Most people reached in a month, counted once: the partnership's own."""
    people_asked: float = 0.0
    """People that make scale, for criterion (iv)."""
    lives_on: bool = False
    """It pays without grants, or has an exit plan and a willing host."""
    person_years: float = 0.0

    @property
    def course(self) -> tuple[Any, ...]:
        """Its months, where it stood at last, and why."""
        months = (self.screened, self.approved, self.signed, self.started, self.transformative, self.ended)
        return self.stage, self.reason, *months

    @property
    def total(self) -> float:
        """Staff-days of all sides."""
        return sum(self.days.values())


@dataclass
class Contacts:
    """What came of contacts planted with an entity in one seed, in a run with them and in one without."""

    seed: int
    known: tuple[int, int]
    """Companies that the lead has a tie to after a year, with and without the case."""
    insiders: tuple[int, int]
    """Of these, companies that count as insiders."""
    skill: tuple[float, float]
    """Its skill after a year, 0-1."""
    signed: tuple[int, int]
    """Agreements that it signed as lead in the study."""


def follow(lab: Laboratory, site: Site, settled: World, seed: int) -> Fate:
    """Plant a partnership into one run and follow its record until it no longer matters, or to the end of the study."""
    world, tables = lab.start(settled, traced=settled.partnership.size)
    follower: list[_Follower] = []

    def plant(phase: str) -> None:
        if phase == "step_policy":
            follower.append(_Follower(world, lab, site, plant_record(world, site), seed))

    step_by_phases(world, tables, plant)
    for _ in range(lab.months - 1):
        if not follower[0].note():
            return follower[0].fate
        advance(world, tables, 1)
    follower[0].note()
    return follower[0].fate


class _Follower:
    def __init__(self, world: World, lab: Laboratory, site: Site, row: int, seed: int) -> None:
        self.world, self.row, self.site = world, row, site
        self.key = world.partnership["key"][row]
        self.start = int(world.system["month"][0]) - 1
        self.iso3 = site.iso3
        self.codes = site.codes
        case = world.partnership[row]
        firm = world.company[case["firm"][0]]
        kind = Size(int(firm["size"])).name.lower(), site.population.sectors[int(firm["sector"])], self.iso3[int(firm["home"])]
        self.fate = Fate(seed, kind, [self.iso3[c] for c in case["country"][: case["n_country"]]])
        self.care = self.firms_care = 0.0

    def note(self) -> bool:
        """Read the record at the end of a month; False once it has left the register."""
        world = self.world
        n = int(world.system["n_traced"][0])
        # Another record may be the same idea had twice; only a planted one was told anything.
        traced = world.trace[:n]
        gone = np.flatnonzero((traced["key"] == self.key) & (traced["told"] != 0))
        case = traced[gone[0]] if gone.size else world.partnership[self.row]
        world.system["n_traced"] = 0
        self.read(case, int(world.system["month"][0]))
        return not gone.size

    def read(self, case: np.void, month: int) -> None:
        """Bring the fate up to date."""
        fate, world = self.fate, self.world
        param, lead = world.system[0]["param"], world.entity[case["entity"][0]]
        state = world.government[case["country"][0]]
        support = float(world.chan[FIRST_STATE + case["country"][0]]["host_support"])
        fate.stage = Stage(int(case["stage"])).name.lower()
        fate.reason = "" if case["m_ended"] == NEVER else Reason(int(case["reason"])).name.lower()
        fate.ended, fate.screened = self.since(case["m_ended"]), self.since(case["m_screened"])
        fate.approved, fate.signed = self.since(case["m_approved"]), self.since(case["m_signed"])
        fate.started, fate.transformative = self.since(case["m_started"]), self.since(case["m_transformative"])
        if case["m_screened"] != NEVER and case["work_left"] != -1.0 and not fate.designed:
            fate.designed = self.design(case)
        fate.countries = [self.iso3[c] for c in case["country"][: case["n_country"]]]
        live = case["m_signed"] != NEVER and (case["m_ended"] == NEVER or case["m_ended"] == month)
        if case["m_signed"] == month:
            fate.days_to_signing = float(case["days"])
        if live and case["m_signed"] < month:
            self.care += param["days_care"] * lead["attention"][case["office"]] * care_weight(param, case["lead_kind"])
        if live and case["m_started"] != NEVER:
            reporting = ticks(param["company_days_live"] * param["reporting_share"])
            self.firms_care += case["n_firm"] * (reporting + (ticks(param["company_days_live"]) - reporting))
            fate.months_delivering += 1
        need = float(state["need"][case["goal"]] * state["people"])
        if case["performing"]:
            fate.months_performing += 1
            for name, met in zip(CRITERIA, criteria(param, case, need, support), strict=True):
                fate.criteria[name] += bool(met)
        fate.institution = float(case["institution"])
        fate.people_asked = float(min(param["scale_people"], param["scale_share"] * need))
        fate.lives_on = bool(case["business_case"] or (case["exit_plan"] and willing(case, support) >= param["willing_host"]))
        if case["m_started"] != NEVER:
            fate.people_most = max(fate.people_most, float(case["counted"]))
            fate.person_years += float(case["counted"]) / 12.0
        others = (case["days_desks"], case["days_firms"] + self.firms_care, case["days_hosts"])
        days = (case["days"] - sum(others) + self.care, *others)
        fate.days = dict(zip(SIDES, map(float, days), strict=True))

    def since(self, month: int) -> int | None:
        return None if month == NEVER else int(month) - self.start

    def design(self, case: np.void) -> dict[str, Any]:
        """What the design came to."""
        here = {"government": bool(case["government"]), "civil": bool(case["civil"] >= 0)}
        return {
            "type": Kind(int(case["type"])).name.lower(),
            "entities": [self.codes[int(e)] for e in case["entity"][: case["n_entity"]]],
            "companies": int(case["n_firm"]),
            **here,
            "missing": sorted(name for name in sectors_needed(self.site.case) if not here[name]),
            "sectors_met": bool(case["sectors_met"]),
            "led_by": Agent(int(case["lead_kind"])).name.lower(),
            "core_share": float(case["core_share"]),
            "visibility": float(case["visibility"]),
            **{name: bool(case[name]) for name in ("systemic", "kpis", "exit_plan", "business_case", "disclosed")},
        }


def compare_contacts(lab: Laboratory, site: Site, settled: World, seed: int) -> Contacts:
    """Run a seed with the contacts that stand for a case, and without."""
    pairs = zip(_contacts(lab, site, settled, True), _contacts(lab, site, settled, False), strict=True)
    known, insiders, skill, signed = pairs
    return Contacts(seed, known, insiders, skill, signed)


def _contacts(lab: Laboratory, site: Site, settled: World, planted: bool) -> tuple[Any, ...]:
    world, tables = lab.start(settled)
    e, case = site.entities[0], site.case
    before, signed, at_year = float(world.base[HELD_AS[case.held_as]][FIRST_ENTITY + e]), 0, (0, 0, 0.0)

    def plant(phase: str) -> None:
        if planted and phase == "step_policy":
            plant_contacts(world, tables, site, 1)

    for month in range(1, lab.months + 1):
        if month == 1:
            step_by_phases(world, tables, plant)
        else:
            advance(world, tables, 1)
        if planted and month == case.months:
            end_contacts(world, tables, site, month, before)
        if month == min(12, lab.months):
            ties = world.firm_tie[e]
            ties = ties[ties["row"] >= 0]
            at_year = ties.size, int((ties["seat"] | (ties["staff"] > 0)).sum()), float(world.entity["skill"][e])
        live = world.partnership[world.rows[LIVE_ROWS, : world.system["n_live"][0]]]
        signed += int(((live["m_signed"] == world.system["month"][0]) & (live["entity"][:, 0] == e)).sum())
    return (*at_year, signed)


def run_seeds(
    case: Case, labs: Sequence[Laboratory], seeds: Sequence[int], workers: int | None, progress: Callable[[int], None] | None
) -> dict[str, list[Any]]:
    """A Fate, or Contacts, of the case for each scenario and seed, by scenario name, in the order of ``seeds``."""
    sites = {lab.scenario.name: Site(case, lab) for lab in labs}
    one = follow if case.kind else compare_contacts

    def block(seed: int) -> dict[str, Any]:
        worlds: dict[tuple, World] = {}
        found = {}
        for lab in labs:
            if lab.world_key not in worlds:
                worlds[lab.world_key] = lab.settled(seed)
            found[lab.scenario.name] = one(lab, sites[lab.scenario.name], worlds[lab.world_key], seed)
        return found

    done: dict[int, dict[str, Any]] = {}
    pool = ThreadPoolExecutor(workers or os.cpu_count() or 1)
    try:
        jobs = {pool.submit(block, seed): seed for seed in dict.fromkeys(seeds)}
        for job in as_completed(jobs):
            done[jobs[job]] = job.result()
            if progress:
                progress(1)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return {lab.scenario.name: [done[seed][lab.scenario.name] for seed in seeds] for lab in labs}


def plain(result: Fate | Contacts) -> dict[str, Any]:
    """A result for JSON."""
    return asdict(result)
