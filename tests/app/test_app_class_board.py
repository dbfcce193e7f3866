"""What pages show of a class: boards from results, pictures, sentences, and what nobody may see yet; without a browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from classes import PACKAGE, Class

from partnersim.app.session import charts, showing, telling, wall
from partnersim.app.session.addresses import addresses, here, is_local, qr
from partnersim.app.session.hub import Hub
from partnersim.app.session.look import Look, Looking
from partnersim.app.words import words
from partnersim.classroom.phases import Phase
from partnersim.classroom.records import Session, Team
from partnersim.classroom.scores import kept
from partnersim.ledger import HEADLINES

SEEDS = 30
COST, INCIDENTS, REACH = HEADLINES
WORLD = "repeated-crises"


def runs(shift: float, spread: float = 0.01, worse: float = 0.0) -> pd.DataFrame:
    """Outcomes around 100 (1 + ``worse``), moved by a share ``shift``: cost and incidents down, reach up."""
    noise = np.random.default_rng(7).normal(0.0, 1.0, SEEDS)
    own = np.random.default_rng(int(1e6 * (1 + shift))).normal(0.0, 100 * spread, SEEDS)
    level = 100.0 * (1.0 + worse) + noise
    columns = {COST: level - 100 * shift + own, INCIDENTS: level - 100 * shift + own, REACH: level + 100 * shift + own}
    return pd.DataFrame(columns, index=pd.RangeIndex(SEEDS, name="seed"))


class Taught:
    """A class of two teams that has proposed and been played."""

    def __init__(self, klass: Class) -> None:
        self.klass, self.room = klass, klass.room
        self.session: Session = klass.session(n_teams=2, seeds=SEEDS)
        self.members = klass.join(self.session, "Ana", "Bob")
        self.looking = Looking(self.room)

    def propose(self) -> None:
        """Both teams, after both have predicted."""
        self.klass.to(self.session, Phase.PREDICT)
        for member in self.members:
            self.room.work.predict(member.token, {COST: "lower", INCIDENTS: "none", REACH: "lower"}, "so I think")
        self.klass.to(self.session, Phase.DECIDE)
        for member, label in zip(self.members, ("Secret of A", "Secret of B"), strict=True):
            self.room.work.propose(member.token, PACKAGE, 100.0, label)

    def play(self, *shifts: float, world: str = "baseline", worse: float = 0.0, spread: float = 0.01) -> None:
        """Record results: of no package, then of each team's."""
        self.room.work.record(self.session.id, world, None, kept(runs(0.0, 0.0, worse)))
        for shift, proposal in zip(shifts, self.room.work.latest(self.session.id, 1).values(), strict=False):
            self.room.work.record(self.session.id, world, proposal.id, kept(runs(shift, spread, worse)))

    def look(self) -> Look:
        """As pages see it."""
        found = self.looking.look(self.session.id, {})
        assert found is not None
        return found

    def wall(self, language: str = "en") -> str:
        """Markup of the wall."""
        hub = SimpleNamespace(addresses=["http://192.168.1.7:8080"], is_open=True)
        return wall.content(hub, self.look(), words(language))


@pytest.fixture
def taught(tmp_path) -> Iterator[Taught]:
    klass = Class(tmp_path / "class.sqlite")
    yield Taught(klass)
    klass.book.close()


@pytest.fixture
def struck(taught) -> Taught:
    """Revealed and struck: both teams far from today, the world half worse."""
    taught.propose()
    taught.room.strike(taught.klass.secret, taught.session.id, WORLD)
    taught.klass.to(taught.session, Phase.STRIKE)
    taught.play(0.2, 0.1)
    taught.play(0.2, 0.1, world=WORLD, worse=0.5)
    return taught


def test_places_are_shares_of_today(taught):
    """Fails when the wall's numbers are not the mean differences over the mean of today."""
    taught.propose()
    taught.klass.to(taught.session, Phase.REVEAL)
    taught.play(0.2, 0.1)
    board = taught.look().board
    a = board.calm.places[1, COST]
    expected = (runs(0.2)[COST] - runs(0.0, 0.0)[COST]).mean() / runs(0.0, 0.0)[COST].mean()
    assert a.mean == pytest.approx(expected) and a.low < a.mean < a.high < 0
    assert (a.verdict, a.tone) == ("lower", "better")
    assert (board.calm.places[2, REACH].verdict, board.calm.places[2, REACH].tone) == ("higher", "better")
    assert board.struck is None and board.calm.shift == dict.fromkeys(HEADLINES, 0.0)


def test_a_struck_world_is_seen_from_today(struck):
    """Fails when arrows do not start and end where the outcomes are."""
    board = struck.look().board
    assert board.struck.shift[COST] == pytest.approx(0.5, abs=0.01)
    assert board.struck.places[1, COST].mean == pytest.approx(0.3, abs=0.01)
    assert board.struck.places[1, COST].tone == "better"  # against no package there, though above today


def test_there_is_no_board_before_all_have_been_played(taught):
    """Fails when a team whose package is still being played is left off the wall."""
    taught.propose()
    taught.klass.to(taught.session, Phase.REVEAL)
    taught.play(0.2)
    look = taught.look()
    assert look.board is None and len(look.missing) == 1
    assert "are being played" in showing.results(look, words("en"))


def test_nothing_is_shown_early(taught):
    """Fails when the wall tells packages, results or the held-out world before the teacher does."""
    taught.propose()
    taught.room.strike(taught.klass.secret, taught.session.id, WORLD)
    taught.play(0.2, 0.1)
    taught.play(0.2, 0.1, world=WORLD, worse=0.5)
    assert taught.look().board is None
    assert "Secret of" not in taught.wall() and "crisis" not in taught.wall().lower()
    taught.klass.to(taught.session, Phase.REVEAL)
    assert "Secret of A" in taught.wall() and "crisis" not in taught.wall().lower()
    assert taught.look().board.struck is None
    taught.klass.to(taught.session, Phase.STRIKE)
    assert "Crisis after crisis" in taught.wall()


def test_who_is_ahead_is_said_as_far_as_it_is_known(struck):
    """Fails when teams are ranked beyond luck, or a clear order is not said."""
    said = " ".join(telling.standing(struck.look().board.calm, (1, 2), words("en")))
    assert "Not beaten: Team A" in said and "Clearly beaten" in said and "B by A" in said
    assert "What clearly differs between the two: Cost of partnering, Scandals and Reach" in said


def test_an_order_that_may_be_luck_is_called_so(taught):
    """Fails when two packages within each other's noise are told apart."""
    taught.propose()
    taught.klass.to(taught.session, Phase.REVEAL)
    taught.play(0.001, 0.0, spread=0.3)
    said = " ".join(telling.standing(taught.look().board.calm, (1, 2), words("en")))
    assert "Clearly beaten" not in said
    assert "Nothing clearly differs between the two" in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pictures_hold_every_team_its_interval_and_today(struck, language):
    """Fails when a picture is no SVG, leaves a team or an interval out, draws outside, or says nothing to who cannot see it."""
    board = struck.look().board
    drawn = [charts.forest(board, outcome, words(language)) for outcome in HEADLINES]
    drawn += [charts.scatter(board, across, up, words(language)) for across, up in showing.PAIRS]
    for picture in drawn:
        root = ElementTree.fromstring(picture)
        assert root.get("aria-label")
        assert picture.count("whisker") >= 2 * 3 and 'class="today"' in picture
        assert {"A", "B"} <= {text.text for text in root.iter("text")}
        wide, tall = map(float, root.get("viewBox").split()[2:])
        for line in root.iter("line"):
            assert all(0 <= float(line.get(end)) <= wide for end in ("x1", "x2"))
            assert all(0 <= float(line.get(end)) <= tall for end in ("y1", "y2"))
        assert "nan" not in picture


def test_an_interval_far_beyond_the_means_goes_on_as_an_arrow(taught):
    """Fails when one noisy team presses all others into one place."""
    taught.propose()
    taught.klass.to(taught.session, Phase.REVEAL)
    taught.play(0.1, 0.05, spread=6.0)
    board = taught.look().board
    scale = charts.axis(board, COST, 0.0, 100.0)
    place = board.calm.places[1, COST]
    assert not (scale.holds(place.low) and scale.holds(place.high))
    assert scale.at(place.low) >= 0.0 and scale.at(place.high) <= 100.0
    assert scale.holds(0.0) and scale.holds(place.mean)


def test_predictions_are_told_by_team_with_what_came(struck):
    """Fails when the debrief miscounts who was right."""
    cells = telling.foretold(struck.look(), words("en"))[1]
    assert (cells[COST].expected, cells[COST].right, cells[COST].judged) == ({"lower": 1}, 1, 1)
    assert (cells[REACH].right, cells[REACH].judged, cells[REACH].verdict) == (0, 1, "higher")
    assert cells[COST].size == "−20%" and cells[COST].after == "+30%"


def test_every_team_has_its_own_mark():
    """Fails when two of eight teams look the same, or a mark is told by its colour alone."""
    teams = [Team.of(number) for number in range(1, 9)]
    assert len({(team.colour, team.shape) for team in teams}) == 8
    assert len({(team.shape, team.mark("en")) for team in teams}) == 8
    assert len({team.shape for team in teams[:6]}) == 6


def test_what_cannot_be_played_is_said_and_holds_nobody_up(taught):
    """Fails when one broken package keeps the wall waiting for ever."""
    taught.propose()
    broken = taught.room.work.latest(taught.session.id, 1)[2].id
    with taught.room.book.write() as db:
        db.execute("UPDATE proposal SET text = ? WHERE id = ?", 'title = "x"\n[[policy]]\nlever = "gone"\n', broken)
    taught.klass.to(taught.session, Phase.REVEAL)
    site = SimpleNamespace(ensembles=SimpleNamespace(seeds=SEEDS, months=120, size="class", ask=lambda *_: None))

    async def told() -> Look:
        hub = Hub(site, taught.room, True)
        await hub.look(taught.session.id)
        taught.play(0.2)
        found = await hub.look(taught.session.id)
        assert found is not None
        return found

    look = asyncio.run(told())
    assert look.missing == () and look.board.teams == (1,)
    assert "Team B could not be played" in showing.results(look, words("en"))


def test_pages_follow_changes_of_anybody_and_deadlines_that_pass(taught, monkeypatch):
    """Fails when a page stays behind: after a change here, one of another process, a deadline, or a deletion."""
    monkeypatch.setattr("partnersim.app.session.hub.TICK", 0.02)
    site = SimpleNamespace(ensembles=SimpleNamespace(seeds=SEEDS, months=120, size="class", ask=lambda *_: None))
    number, secret = taught.session.id, taught.klass.secret
    other = Class.__new__(Class)
    other.path, other.clock, other.ticks = taught.klass.path, taught.klass.clock, taught.klass.ticks
    other.open()

    async def follow() -> None:
        hub = Hub(site, taught.room, True)
        hub.start([])
        seen: asyncio.Queue[Look | None] = asyncio.Queue()
        hub.follow(number, seen.put_nowait)

        async def until(holds) -> None:
            async with asyncio.timeout(10):
                while not holds(await seen.get()):
                    pass

        await asyncio.to_thread(taught.room.advance, secret, number)
        await until(lambda look: look.session.phase is Phase.BRIEF)
        await asyncio.to_thread(other.room.set_timer, secret, number, 60.0, True)
        await until(lambda look: look.left == 60.0 and not look.is_over)
        taught.klass.clock.now += 61.0
        await until(lambda look: look.is_over)
        await asyncio.to_thread(taught.room.delete, secret, number)
        await until(lambda look: look is None)
        for task in list(hub._tasks):
            task.cancel()

    try:
        asyncio.run(follow())
    finally:
        other.book.close()


def test_addresses_are_of_networks_that_students_are_on():
    """Fails when the wall shows an address that no student can reach, or the server says it is closed when it is not."""
    known = ["http://localhost:8080", "http://127.0.0.1:8080", "http://169.254.3.4:8080", "http://10.0.0.5:8080"]
    found = addresses("0.0.0.0", 8080, known)
    assert "http://10.0.0.5:8080" in found
    assert not any(part in address for address in found for part in ("localhost", "127.", "169.254."))
    assert addresses("127.0.0.1", 8080, known) == ["http://127.0.0.1:8080"]
    assert addresses("::1", 80) == ["http://[::1]:80"]
    assert here("0.0.0.0", 8080) == "http://127.0.0.1:8080"
    assert [is_local(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "192.168.0.3")] == [True] * 3 + [
        False
    ] * 3


def test_the_code_to_point_a_telephone_at_is_drawn_on_the_page():
    """Fails when the wall's QR code is no picture of its own, or does not differ between addresses."""
    one, other = qr("http://10.0.0.5:8080/class?code=BCDFGH"), qr("http://10.0.0.5:8080/class?code=BCDFGJ")
    assert re.match(r"<svg [^>]*viewBox", one) and "href" not in one
    assert one != other
