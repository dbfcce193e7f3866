"""One run counted month by month from outside: sums that add up over runs, from which ``measures`` makes its numbers.

Nothing here touches the run: the world is read after each month, as it stands. A tally is an array whose sum over runs
means the same for the runs together.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from partnersim.columns import DTYPES
from partnersim.kinds import EVENT_ROWS, FIRST_STATE, LIVE_ROWS, MAX_ENTITIES, NEVER, REGIONS, Kind, Size, Stage
from partnersim.outcomes import outcomes_of
from partnersim.rules.reach import criteria
from partnersim.simulate import Laboratory, advance
from partnersim.world import World

Tally = Mapping[str, np.ndarray]
COHORT = 36
"""Months since signing after which a partnership is judged: younger ones are still made up of those about to fail (S90)."""
SNAPSHOT = 24
"""Months between snapshots of the pipeline: about the age of the fund that was seen early on (S52)."""
AGES = 241
"""Months since signing that survival is followed for, at most."""
RICH = ("USA", "CAN")
RICH_REGION = "Europe"
"""North America and Europe, as S44 counts them."""
FIELDS = [
    "key", "stage", "type", "n_entity", "n_firm", "government", "civil", "systemic", "performing", "begun", "m_signed",
    "m_started", "m_ended", "m_transformative", "days", "value",
]  # fmt: skip
CASE = np.dtype([(name, DTYPES["partnership"][name]) for name in FIELDS])


def settle(lab: Laboratory, seed: int) -> tuple[World, dict[int, int]]:
    """The world of a seed after burn-in, and the last year in which each firm's misconduct became public."""
    flagged: dict[int, int] = {}
    return lab.settled(seed, look=lambda world: _note_flags(world, flagged, year_of(world))), flagged


def year_of(world: World) -> int:
    """The year of the study that the last month belongs to; 0 and below lie in burn-in."""
    return (int(world.system["study_month"][0]) - 1) // 12


def _flagged_firms(world: World) -> np.ndarray:
    rows = world.rows[EVENT_ROWS, : world.system["n_events"][0]]
    return world.company["key"][rows]


def _note_flags(world: World, flagged: dict[int, int], year: int) -> None:
    for key in _flagged_firms(world):
        flagged[int(key)] = year


def count(lab: Laboratory, start: tuple[World, dict[int, int]]) -> Tally:
    """Every tally of one run of ``lab`` from the world that :func:`settle` made."""
    settled, flagged = start
    world, tables = lab.start(settled)
    census = _Census(world, lab, dict(flagged))
    for _ in range(lab.months):
        advance(world, tables, 1)
        census.month()
    found = {name: np.atleast_1d(np.asarray(value, float)) for name, value in census.tally.items()}
    sums = {f"series_{name}": world.series[name].sum(keepdims=True) for name in world.series.dtype.names or ()}
    numbers = {f"outcome_{name}": np.array([value]) for name, value in outcomes_of(world, lab.months).items()}
    return {**found, **sums, **numbers, "runs": np.ones(1), **census.last()}


class _Census:
    def __init__(self, world: World, lab: Laboratory, flagged: dict[int, int]) -> None:
        self.world, self.start = world, int(world.system["month"][0])
        n, kinds, sizes = world.partnership.size, len(Kind), len(Size)
        self.flagged, self.flags_of_year, self.year = flagged, set[int](), 0
        names = lab.population.iso3
        region = REGIONS.index(RICH_REGION)
        iso = np.array([name in RICH for name in names])[: world.government.size]
        self.rich = iso | (world.government["region"] == region)
        self.delivering, self.performed = np.zeros(n), np.zeros(n)
        self.judged = np.zeros(n, bool)
        self.led = np.zeros(world.entity.size)
        self.points: list[np.ndarray] = []
        self.begun_at: list[tuple[int, int]] = []
        self.ideas: list[float] = []
        self.firms = self._firms()
        self.joined = np.zeros(world.entity.size)
        self.tally: dict[str, np.ndarray] = {
            "sizes": np.zeros(MAX_ENTITIES + 1),
            "at_risk": np.zeros(AGES),
            "ended": np.zeros(AGES),
            "cohort": np.zeros(1),
            "cohort_never": np.zeros(1),
            "cohort_always": np.zeros(1),
            "signed": np.zeros(1),
            "signed_low_income": np.zeros(1),
            "signed_rich_partner": np.zeros(1),
            "firm_months": np.zeros(sizes),
            "exits": np.zeros(sizes),
            "entries": np.zeros(1),
            "network_months": np.zeros((sizes, 2)),
            "network_exits": np.zeros((sizes, 2)),
            "flagged": np.zeros(1),
            "flagged_again": np.zeros(1),
            "flagged_first": np.zeros(1),
            "flagged_all": np.zeros(1),
            "signed_kind": np.zeros((2, kinds)),
            "signed_months": np.zeros((2, kinds)),
            "signed_parties": np.zeros((2, kinds)),
            "criteria_n": np.zeros((2, kinds, 2)),
            "criteria_institution": np.zeros((2, kinds, 2)),
            "criteria_scale": np.zeros((2, kinds, 2)),
        }

    def month(self) -> None:
        """Count what the month that has just run brought."""
        world, now = self.world, int(self.world.system["month"][0])
        rows = world.rows[LIVE_ROWS, : world.system["n_live"][0]]
        case = np.empty(rows.size, CASE)
        for name in FIELDS:
            case[name] = world.partnership[name][rows]
        self._signed(rows, case, now)
        self._survival(case, now)
        self._cohort(rows, case, now)
        self._companies()
        self._flags()
        if now % 12 == 0:
            self._government(rows, case)
        self.ideas.append(float(world.series["ideas"][now - self.start - 1]))
        started = case["m_started"] == now
        self.begun_at += [(int(begun), now) for begun in case["begun"][started]]

    def _signed(self, rows: np.ndarray, case: np.ndarray, now: int) -> None:
        world, tally = self.world, self.tally
        new = case["m_signed"] == now
        rows, case = rows[new], case[new]
        self.delivering[rows], self.performed[rows], self.judged[rows] = 0.0, 0.0, False
        np.add.at(tally["sizes"], case["n_entity"], 1)
        members = world.partnership["entity"][rows]
        for entities, n in zip(members, case["n_entity"], strict=True):
            if n > 1:
                self.joined[entities[:n]] += 1
        tally["signed"] += rows.size
        tally["signed_low_income"] += world.government["low_income"][world.partnership["country"][rows, 0]].sum()
        homes = world.company["home"][world.partnership["firm"][rows, 0]]
        tally["signed_rich_partner"] += self.rich[homes].sum()
        parties = case["n_entity"] + case["n_firm"] + case["government"] + (case["civil"] >= 0)
        self._by_kind(0, case, parties)
        lead = members[:, 0]
        for e, days, value, kind in zip(lead, case["days"], case["value"], case["type"], strict=True):
            self.points.append(np.array([e, kind, np.log(value), np.log(days), np.log1p(self.led[e])]))
            self.led[e] += 1

    def _by_kind(self, which: int, case: np.ndarray, parties: np.ndarray) -> None:
        """Add agreements (0: all that were signed; 1: those that became transformative) by type."""
        np.add.at(self.tally["signed_kind"][which], case["type"], 1)
        np.add.at(self.tally["signed_months"][which], case["type"], case["m_signed"] - case["begun"])
        np.add.at(self.tally["signed_parties"][which], case["type"], parties)

    def _survival(self, case: np.ndarray, now: int) -> None:
        age = np.minimum(now - case["m_signed"], AGES - 1)
        ended = case["m_ended"] == now
        np.add.at(self.tally["at_risk"], age[ended | (case["stage"] != Stage.ENDED)], 1)
        np.add.at(self.tally["ended"], age[ended], 1)
        met = case["m_transformative"] == now
        if met.any():
            case = case[met]
            parties = case["n_entity"] + case["n_firm"] + case["government"] + (case["civil"] >= 0)
            self._by_kind(1, case, parties)

    def _cohort(self, rows: np.ndarray, case: np.ndarray, now: int) -> None:
        """What partnerships signed at least three years before have come to, those that ended since among them."""
        over = case["m_ended"] == now
        delivers = (case["m_started"] != NEVER) & (case["stage"] != Stage.ENDED)
        self.delivering[rows[delivers]] += 1.0
        self.performed[rows[delivers & case["performing"]]] += 1.0
        old = now - case["m_signed"] >= COHORT
        signed_early = (case["m_signed"] > self.start) & (case["m_signed"] <= self.start + self.world.series.size - COHORT)
        due = (over | old) & signed_early & ~self.judged[rows] & (self.delivering[rows] > 0)
        ready = rows[due]
        self.judged[ready] = True
        done, all_ = self.performed[ready], self.delivering[ready]
        self.tally["cohort"] += ready.size
        self.tally["cohort_never"] += (done == 0).sum()
        self.tally["cohort_always"] += (done == all_).sum()

    def _firms(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        company = self.world.company
        return company["key"].copy(), company["alive"].copy(), company["size"].copy(), company["home"].copy()

    def _companies(self) -> None:
        """Entries and exits since the month before, by size and by whether the home has a local network."""
        key, alive, size, home = self.firms
        self.firms = new_key, new_alive, _, _ = self._firms()
        same = key == new_key
        gone = alive & ~(new_alive & same)
        network = (self.world.government["local_network"][home] > 0).astype(int)
        np.add.at(self.tally["firm_months"], size[alive], 1)
        np.add.at(self.tally["exits"], size[gone], 1)
        np.add.at(self.tally["network_months"], (size[alive], network[alive]), 1)
        np.add.at(self.tally["network_exits"], (size[gone], network[gone]), 1)
        self.tally["entries"] += (new_alive & ~(alive & same)).sum()

    def _flags(self) -> None:
        """Firms whose misconduct became public, a firm once a year: whether before, and whether again the year after."""
        self.flags_of_year |= {int(key) for key in _flagged_firms(self.world)}
        if int(self.world.system["study_month"][0]) % 12:
            return
        year = year_of(self.world)
        last_year = [key for key, flagged in self.flagged.items() if flagged == year - 1]
        self.tally["flagged"] += len(last_year)
        self.tally["flagged_again"] += sum(key in self.flags_of_year for key in last_year)
        self.tally["flagged_all"] += len(self.flags_of_year)
        self.tally["flagged_first"] += sum(key not in self.flagged for key in self.flags_of_year)
        self.flagged |= dict.fromkeys(self.flags_of_year, year)
        self.flags_of_year = set()

    def _government(self, rows: np.ndarray, case: np.ndarray) -> None:
        """Who meets criteria (iii) and (iv), by systemic aim, type and whether the government is a member."""
        world = self.world
        param = world.system["param"][0]
        for row, one in zip(rows[case["performing"]], case[case["performing"]], strict=True):
            country = world.partnership["country"][row, 0]
            state = world.government[country]
            need = state["need"][world.partnership["goal"][row]] * state["people"]
            host = world.chan["host_support"][FIRST_STATE + country]
            _, _, institution, scale = criteria(param, world.partnership[row], need, host)
            at = int(one["systemic"]), int(one["type"]), int(one["government"])
            self.tally["criteria_n"][at] += 1
            self.tally["criteria_institution"][at] += bool(institution)
            self.tally["criteria_scale"][at] += bool(scale)

    def last(self) -> dict[str, np.ndarray]:
        """Tallies that need the whole run."""
        multi = self.tally["sizes"][2:].sum()
        largest = np.flatnonzero(self.tally["sizes"]).max(initial=1)
        counts = np.sort(self.joined)[::-1]
        running = ideas = 0.0
        for end in range(SNAPSHOT, len(self.ideas) + 1, SNAPSHOT):
            first = end - SNAPSHOT
            ideas += sum(self.ideas[first:end])
            running += sum(self.start + first < begun and now <= self.start + end for begun, now in self.begun_at)
        points = np.array(self.points).reshape(-1, 5)
        return {
            "multi": np.array([multi]),
            "largest": np.array([float(largest)]),
            "most_active": counts[:1],
            "top_five": counts[:5].sum(keepdims=True),
            "participations": counts.sum(keepdims=True),
            "snapshot_ideas": np.array([ideas]),
            "snapshot_running": np.array([running]),
            "size_cost": within(points[:, 1], points[:, 2], points[:, 3] - points[:, 2]),
            "experience_cost": within(points[:, 0], points[:, 4], points[:, 3]),
        }


def within(group: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Sums of xy and xx about the means of each group: their ratio is the slope of ``y`` on ``x`` among equals."""
    xy = xx = 0.0
    for g in np.unique(group):
        a, b = x[group == g], y[group == g]
        xy += float(((a - a.mean()) * (b - b.mean())).sum())
        xx += float(((a - a.mean()) ** 2).sum())
    return np.array([xy, xx])
