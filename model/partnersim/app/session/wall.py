"""The wall: what a whole class looks at. No controls; everything that students may know, and nothing else."""

from __future__ import annotations

from fastapi import Request
from markupsafe import Markup
from nicegui import context, ui

from partnersim.app.frame import frame
from partnersim.app.parts import markup, mistake
from partnersim.app.render import rendered
from partnersim.app.safety import client_of
from partnersim.app.session import charts, showing, telling
from partnersim.app.session.addresses import qr
from partnersim.app.session.follower import Follower, clock
from partnersim.app.session.hub import LONGEST_WAIT, Hub
from partnersim.app.session.look import Look
from partnersim.app.session.marks import named
from partnersim.app.words import Words
from partnersim.classroom.errors import ClassroomError
from partnersim.classroom.phases import Phase
from partnersim.ledger import HEADLINES


def register(hub: Hub) -> None:
    """Make the page known."""

    @ui.page("/wall/{code}", response_timeout=LONGEST_WAIT)
    async def wall(request: Request, code: str) -> None:
        look = None
        refused: ClassroomError | None = None
        try:
            look = await hub.look(hub.classroom.seats.find(code, client_of(request)))
        except ClassroomError as error:
            refused = error
        language = look.session.language if look else None
        with frame(request, "wall", look.session.title if look else "", wall=True, language=language) as spoken_words:
            if look is None:
                context.client.status_code = 404
                text = refused.text(spoken_words.language) if refused else spoken_words.say("class.gone")
                markup(mistake(spoken_words.say("class.refused"), text))
            else:
                Wall(hub, spoken_words, look).build()


class Wall(Follower):
    """One projector."""

    def build(self) -> None:
        """Room for what the class looks at."""
        self.place = markup(classes="wall-page", id="wall")
        self.show()

    def show(self) -> None:
        """Draw it anew where it has changed."""
        self.place.set_content(content(self.hub, self.look, self.words))
        self.place.props["data-phase"] = self.look.session.phase


def content(hub: Hub, look: Look, words: Words) -> str:
    """Markup of the wall. Of the session only what students may see is taken."""
    say, session = words.say, look.session.shown()
    phase = session.phase
    address = hub.addresses[0] if hub.addresses else ""
    is_shown = phase in (Phase.REVEAL, Phase.STRIKE, Phase.DISCUSS, Phase.CLOSED) and look.is_revealed
    return rendered(
        "class_wall.html",
        say=say,
        session=session,
        clock=clock(look, words),
        address=f"{address}/class",
        is_open=hub.is_open,
        qr=Markup(qr(f"{address}/class?code={session.code}")) if phase is Phase.LOBBY else "",
        teams=[
            (Markup(named(team, words)), words.listed([m.nickname for m in look.team(team.number)])) for team in session.teams
        ],
        observers=words.listed([member.nickname for member in look.team(None)]),
        people=max(len(look.members), 1),
        story=telling.story(session, words),
        task=telling.task(session, words),
        outcomes=HEADLINES,
        short=charts.SHORT,
        progress=progress(look, words),
        world=say(f"world.{session.world}") if session.world else "",
        question=words.names.scenario(session.world).question if session.world else "",
        results=Markup(showing.results(look, words, is_wall=True)) if is_shown else "",
        foretold=Markup(showing.foretold(look, words)) if is_shown else "",
        questions=say.every("class.discuss.questions"),
    )


def progress(look: Look, words: Words) -> list[tuple[Markup, bool, str]]:
    """How far each team with members is, without what it thinks: its mark, whether it is done, and that in words."""
    rows = []
    is_predicting = look.session.phase is Phase.PREDICT
    for team in look.session.teams:
        members = look.team(team.number)
        if not members:
            continue
        if is_predicting:
            done = sum(telling.own_prediction(look, member.id) is not None for member in members)
            told = words.say("class.predict.progress", n=done, of=len(members))
            rows.append((Markup(named(team, words)), done >= len(members), told))
        else:
            proposal = look.latest.get(team.number)
            told = words.say("class.decide.open") if proposal is None else words.say("class.decide.has", n=proposal.revision)
            rows.append((Markup(named(team, words)), proposal is not None, told))
    return rows


def there(look: Look, team: int | None, words: Words) -> str:
    """Names of a team's members, or of those who look on."""
    return words.listed([member.nickname for member in look.team(team)])
