"""Predict: what the own team's package will do, before anybody knows."""

from __future__ import annotations

import json
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from nicegui.events import GenericEventArguments

from partnersim.app.parts import attribute, markup, tag
from partnersim.app.session import telling
from partnersim.app.session.charts import SHORT
from partnersim.app.session.follower import CHANGED, SUBMIT
from partnersim.classroom.limits import LONGEST_WHY
from partnersim.classroom.scores import EXPECTED
from partnersim.ledger import HEADLINES

if TYPE_CHECKING:
    from partnersim.app.session.seat import Seat


class Predict:
    """Three directions and a reason. What is typed and not sent outlives a loading of the page, and is said not to be sent."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        say = seat.words.say
        own = telling.own_prediction(seat.look, seat.me.id)
        self.is_changed = False
        self.draft = f"class-{seat.look.session.id}-{seat.look.session.round}-{seat.me.id}"
        with tag("form", "asked-form", id="predict", aria_labelledby="predict-title", data_draft=self.draft) as form:
            tag("h2", text=say("class.predict.question"), id="predict-title")
            tag("p", "help", say("class.predict.help"))
            for outcome in HEADLINES:
                self._ask(outcome, own.answers.get(outcome) if own else None)
            tag("label", text=say("class.predict.why"), for_="why")
            tag("textarea", id="why", name="why", maxlength=LONGEST_WHY, rows=3, defaultValue=own.why if own else "")
            self.send = tag("button", "main", say("class.predict.send"), type="submit", id="send")
            self.status = markup(role="status", id="predict-status", classes="status")
        form.on("submit", self._sent, js_handler=SUBMIT)
        form.on("input", lambda: self._changed(), js_handler=CHANGED)
        seat.client.run_javascript("partnersim.restoreDraft(document.getElementById('predict'))")
        self.team = markup(classes="help")
        self.show()

    def _ask(self, outcome: str, answered: str | None) -> None:
        say = self.seat.words.say
        with tag("fieldset", "directions"):
            tag("legend", text=say(f"card.{SHORT[outcome]}"))
            tag("p", "help", say(f"card.{SHORT[outcome]}_term"))
            for way in EXPECTED:
                with tag("label", "direction"):
                    tag("input", type="radio", name=outcome, value=way, required=True, id=f"{SHORT[outcome]}-{way}",
                        checked=way == answered)  # fmt: skip
                    tag("span", text=say(f"class.expect.{way}"))

    def _changed(self) -> None:
        self.is_changed = True
        self.show()

    async def _sent(self, event: GenericEventArguments) -> None:
        given = event.args if isinstance(event.args, dict) else {}
        answers = {outcome: str(given[outcome]) for outcome in HEADLINES if outcome in given}
        seat = self.seat
        predict = seat.hub.classroom.work.predict
        if await seat.do(partial(predict, seat.token, answers, str(given.get("why", "")))):
            self.is_changed = False
            seat.client.run_javascript(f"sessionStorage.removeItem({json.dumps(self.draft)})")
            self.show()

    def show(self) -> None:
        """Whether the prediction is kept, and how far the team is."""
        look, say, me = self.seat.look, self.seat.words.say, self.seat.me
        own = telling.own_prediction(look, me.id)
        is_shut = look.is_over or look.session.is_revealed
        attribute(self.send, "disabled", True if is_shut else None)
        key = (
            "seen"
            if look.session.is_revealed
            else "over"
            if look.is_over
            else "changed"
            if self.is_changed
            else "kept"
            if own
            else "open"
        )
        mark = "✓ " if key == "kept" else ""
        self.status.set_content(f'<p class="{key}">{mark}{escape(say(f"class.predict.{key}"))}</p>')
        members = look.team(me.team)
        done = sum(telling.own_prediction(look, member.id) is not None for member in members)
        self.team.set_content(escape(say("class.predict.team", n=done, of=len(members))))
