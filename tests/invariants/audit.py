"""What must hold in every world at the end of every month, recounted from scratch. One function for each kind of claim."""

from __future__ import annotations

import numpy as np

from partnersim.channels import CHANNELS
from partnersim.columns import COLUMNS
from partnersim.kinds import FREE_ROWS, LIVE_ROWS, NEVER, OPEN_ROWS, Agent, Reason, Stage
from partnersim.ledger import Side
from partnersim.population.build import axis_rows
from partnersim.population.firms import WORST_DECILE
from partnersim.world import World

LISTS = {OPEN_ROWS: "n_open", LIVE_ROWS: "n_live", FREE_ROWS: "n_free"}
COUNTS = ("months", "staff-days", "people", "partnerships", "attempts", "firms", "entities", "ratio", "bits")
LIMITS = {
    "0-1": (0.0, 1.0),
    "share": (0.0, 1.0),
    "probability": (0.0, 1.0),
    "0 or 1": (0, 1),
    "per month": (0.0, 0.4),
    "points": (0.0, 100.0),
    **dict.fromkeys(COUNTS, (0.0, np.inf)),
}
"""Least and greatest value by unit."""
SIGNED = ("months_left", "work_left", "check_days", "room", "hit")
"""Columns that may run below zero: time overdrawn, and the mark of work not begun."""


def cases(world: World, which: int) -> np.ndarray:
    """The records of one list of rows."""
    return world.partnership[world.rows[which, : world.system[LISTS[which]][0]]]


def tally(size: int, *groups: np.ndarray) -> np.ndarray:
    """How often each row below ``size`` occurs."""
    return sum((np.bincount(g, minlength=size) for g in groups), np.zeros(size, int))


def members(records: np.ndarray, kind: str, column: str = "") -> np.ndarray:
    """Rows (or another ``column``) of all members of one kind, one entry for each membership."""
    filled = np.arange(records[kind].shape[1]) < records[f"n_{kind}"][:, None]
    return records[column or kind][filled]


class Books:
    """Days that agents spent are days booked, side by side; remembers companies, whose rows are used again."""

    def __init__(self) -> None:
        self.companies: dict[int, float] = {}

    def __call__(self, world: World) -> None:
        """A failure means that time was spent without being booked, or booked without being spent."""
        days, new = world.system["days"][0], world.system["book"]["new_days"][0]
        booked = days.sum(axis=1) - new
        assert booked[Side.HQ] + booked[Side.COUNTRY] == world.entity["spent"].sum() == world.entity["budgeted"].sum()
        assert booked[Side.CENTRAL] == 0.0
        self.companies |= zip(world.company["key"].tolist(), world.company["spent"].tolist(), strict=True)
        assert booked[Side.COMPANY] == sum(self.companies.values())
        assert booked[Side.GOVERNMENT] == world.government["spent"].sum()
        assert booked[Side.CIVIL] == world.civil["spent"].sum()
        assert (world.entity["slack"] >= 0.0).all()
        book, charged = world.system["book"][0], world.system["lever_days"].sum()
        assert book["lever_days"] <= charged <= book["lever_days"] + book["desk_days"]
        assert book["days_region"].sum() == book["days_goal"].sum() == book["days_signed"] + book["days_dropped"]
        people = world.series["reach_all"].sum()
        for part in ("reach_region", "reach_goal"):
            np.testing.assert_allclose(book[part].sum(), people, rtol=1e-9, err_msg=part)


class Flows:
    """Attempts and partnerships come and go through the counted doors only; remembers where the window started."""

    def __init__(self, world: World) -> None:
        self.open, self.live = int(world.system["n_open"][0]), (cases(world, LIVE_ROWS)["stage"] != Stage.ENDED).sum()

    def __call__(self, world: World) -> None:
        """A failure means that attempts or partnerships appear or vanish uncounted, or a histogram misses some."""
        total = {name: int(world.series[name].sum()) for name in ("ideas", "dropped", "signed", "ended", "started")}
        system = world.system[0]
        live = cases(world, LIVE_ROWS)
        assert system["n_open"] == self.open + total["ideas"] - total["dropped"] - total["signed"]
        assert (live["stage"] != Stage.ENDED).sum() == self.live + total["signed"] - total["ended"]
        begun = cases(world, OPEN_ROWS)["begun"] > system["month"] - system["study_month"]
        assert system["histogram"].sum() == total["ideas"] - begun.sum()
        assert system["histogram"][0].sum() == system["book"]["n_signed"] <= total["signed"]
        assert system["n_overflow"] == 0


def counts(world: World) -> None:
    """A failure means that a counter kept along the way has lost count of what it counts."""
    system, company, entity = world.system[0], world.company, world.entity
    live, being = cases(world, LIVE_ROWS), cases(world, OPEN_ROWS)
    running, accepted = live[live["stage"] != Stage.ENDED], being[being["stage"] > Stage.COURTED]
    rows = np.sort(np.concatenate([world.rows[which, : system[count]] for which, count in LISTS.items()]))
    np.testing.assert_array_equal(rows, np.arange(world.partnership.size), "each register row in one list")
    here = company["alive"]
    assert (here & (company["integrity"] < WORST_DECILE)).sum() == system["n_worst"]
    assert here.sum() == system["n_alive"] == np.unique(company["key"][here]).size
    np.testing.assert_array_equal(world.home, np.where(here, company["home"], -1), "where living companies are at home")
    for name, count in {
        "n_live": tally(company.size, members(running, "firm")),
        "n_open": tally(company.size, members(accepted, "firm")),
        "disclosed": tally(company.size, members(running[running["disclosed"]], "firm")),
    }.items():
        np.testing.assert_array_equal(company[name][here], count[here], f"company.{name}")
    for records in (running, accepted):
        firms = members(records, "firm")
        np.testing.assert_array_equal(company["key"][firms], members(records, "firm", "firm_key"), "members are who they were")
        assert here[firms].all(), "members are alive"
    np.testing.assert_array_equal(entity["n_led"], tally(entity.size, running["entity"][:, 0]), "entity.n_led")
    np.testing.assert_array_equal(entity["seats"], world.firm_tie["seat"].sum(axis=1), "entity.seats")
    civil = [records["civil"][records["civil"] >= 0] for records in (running, being)]
    np.testing.assert_array_equal(world.civil["n_live"], tally(world.civil.size, *civil), "civil.n_live")
    assert (world.civil["n_live"] <= world.civil["capacity"]).all()
    care = np.zeros((entity.size, 2))
    weight = np.where(running["lead_kind"] == Agent.ENTITY, 1.0, system["param"]["support_work"])
    np.add.at(care, (running["entity"][:, 0], running["office"]), weight)
    np.testing.assert_allclose(entity["care"], care, atol=1e-9, err_msg="entity.care")
    delivering = running[running["m_started"] != NEVER]
    assert system["n_delivering"] == delivering.size
    assert system["n_reported"] == delivering["reported"].sum()


def lives(world: World) -> None:
    """A failure means that a partnership took a gate before an earlier one, or bears marks of a gate it has not passed."""
    now = world.system["month"][0]
    being, live = cases(world, OPEN_ROWS), cases(world, LIVE_ROWS)
    assert np.isin(being["stage"], range(Stage.PROPOSED, Stage.DELIVERING)).all()
    assert np.isin(live["stage"], range(Stage.DELIVERING, Stage.DROPPED)).all()
    for records in (being, live):
        stage, ended = records["stage"], records["stage"] == Stage.ENDED
        reached = {
            "begun": stage > Stage.NONE,
            "m_screened": stage > Stage.SCREENING,
            "m_approved": stage > Stage.DESIGN,
            "m_signed": stage > Stage.AGREEMENT,
            "m_started": records["m_started"] != NEVER,
            "m_ended": ended,
        }
        before = records["begun"]
        for name, passed in reached.items():
            assert (records[name][~passed] == NEVER).all(), name
            assert (records[name][passed] >= before[passed]).all(), name
            assert (records[name][passed] <= now).all(), name
            before = np.where(passed, records[name], before)
        assert (reached["m_signed"] | ~reached["m_started"]).all()
        assert (reached["m_started"] | ~np.isin(stage, [Stage.FIXED, Stage.SCALED, Stage.ENDED])).all()
        assert ((records["since"] >= records["begun"]) & (records["since"] <= now)).all()
        met = records["m_transformative"] != NEVER
        assert (records["m_transformative"][met] >= records["m_started"][met] + 11).all()
        assert (np.isin(records["reason"], [Reason.COMPLETED, Reason.CLOSED]) == ended).all()
        assert (records["months_all"] <= records["months_performing"]).all() or ended.any()
        assert (records["performing"] <= reached["m_started"]).all()
        for kind in ("entity", "firm", "country"):
            count, rows = records[f"n_{kind}"], records[kind]
            assert ((count >= 1) & (count <= rows.shape[1])).all()
            for case, n in zip(rows, count, strict=True):
                assert len(set(case[:n].tolist())) == n, f"a {kind} twice in one partnership"


def bounds(world: World) -> None:
    """A failure means that a value left the range of its unit, or is no number."""
    kinds = ("system", "entity", "company", "government", "civil", "peer")
    tables = {kind: getattr(world, kind) for kind in kinds} | {"tie": world.firm_tie, "book": world.system["book"]}
    tables["partnership"] = np.concatenate([cases(world, OPEN_ROWS), cases(world, LIVE_ROWS)])
    for kind, columns in COLUMNS.items():
        for column in columns:
            values = tables[kind][column.name]
            if column.type == "f8":
                assert np.isfinite(values).all(), f"{kind}.{column.name}"
            if column.unit in LIMITS and column.name not in SIGNED and values.size:
                low, high = LIMITS[column.unit]
                assert low <= values.min() <= values.max() <= high, f"{kind}.{column.name}"
    assert all(np.isfinite(world.series[name]).all() for name in world.series.dtype.names)
    known = {c.name: c for c in CHANNELS}
    for axis, (first, last) in axis_rows(world.entity.size, world.government.size).items():
        for channel in known.values():
            if channel.axis == axis:
                values = world.chan[channel.name][first:last]
                assert channel.low <= values.min() <= values.max() <= channel.high, channel.name


def reach(world: World) -> None:
    """A failure means that people reached do not add up, or are counted twice. Holds right after delivery."""
    live, scale = cases(world, LIVE_ROWS), world.system["scale"][0]
    performing = live[live["performing"]]
    serving = np.concatenate([performing, live[(live["stage"] == Stage.ENDED) & (live["persists"] > 0.0)]])
    need = world.government["need"] * world.government["people"][:, None] * scale
    reached, counted = np.zeros_like(need), np.zeros_like(need)
    place = members(serving, "country"), np.repeat(serving["goal"], serving["n_country"])
    part = np.repeat(serving["reach"] / serving["n_country"], serving["n_country"])
    np.add.at(reached, place, part)
    np.testing.assert_allclose(world.government["reached"], reached, rtol=1e-9, err_msg="government.reached")
    share = np.minimum(1.0, np.divide(need, reached, out=np.ones_like(need), where=reached > 0.0))
    np.add.at(counted, place, part * share[place])
    assert (counted <= need * (1.0 + 1e-9)).all(), "more people reached than are in need"
    np.testing.assert_allclose(serving["counted"].sum(), counted.sum(), rtol=1e-9)
    at_home = tally(world.government.size, performing["country"][:, 0])
    np.testing.assert_array_equal(world.government["performing"], at_home, "government.performing")
