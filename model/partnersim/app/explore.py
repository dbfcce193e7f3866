"""The page of policies: every move re-runs a paired ensemble and redraws."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import context, ui
from nicegui.events import GenericEventArguments

from partnersim import sharing
from partnersim.app.adds import Adds
from partnersim.app.answer import Answer
from partnersim.app.controls import Change, Levers
from partnersim.app.document import Setting
from partnersim.app.figure import Figure
from partnersim.app.frame import frame
from partnersim.app.parts import button, markup, mistake, tag
from partnersim.app.picture import Picture
from partnersim.app.site import Site
from partnersim.app.words import Words
from partnersim.live import Pair, Ticket
from partnersim.population.sizes import SIZES
from partnersim.scenario import ScenarioError

FIGURES = ("cost", "incidents", "reach", "pipeline", "payers", "queue")
LARGEST_FILE = 64
"""KiB of a scenario file that is opened in the page."""
FILE, REFERENCE = "my-policies.toml", "reference.toml"
FEW = 3
"""Pages open at once up to which there is idle time worth using."""
GUESSED = (5, -5, 10, -10)
"""Steps of a slider, in percent, whose answers are made before anybody asks, where nobody waits for any other."""
READ_FILE = f"""(event) => {{
  const file = event.target.files[0];
  if (!file) return;
  if (file.size > {LARGEST_FILE * 1024}) emit(null);
  else file.text().then((text) => emit(text));
  event.target.value = "";
}}"""
"""The file is read in the browser: only its text comes to the server, never a name or a path."""


def register(site: Site) -> None:
    """Make the page known."""

    @ui.page("/")
    def explore(request: Request) -> RedirectResponse | None:
        asked = request.query_params
        if "exercise" in asked:
            return RedirectResponse(f"/exercise/{quote(asked['exercise'][:100], safe='')}")
        with frame(request, "explore") as words:
            Explorer(site, words).build(asked.get("s"), asked.get("scenario"))
        return None


class Explorer:
    """One student's page: what is set, what is waited for, what is shown."""

    def __init__(self, site: Site, words: Words) -> None:
        self.site, self.words = site, words
        self.setting = Setting(words.say("document.title"))
        self.client, self.loop = context.client, asyncio.get_running_loop()
        self.ticket: Ticket | None = None
        self.number = 0
        """Of the latest question; an answer to another is dropped."""
        self.picture: Picture | None = None
        self.moved: Change = {}
        """The control that was moved last, from which the next question is guessed where a hand is at it."""
        self.is_at_one = False
        self.guesses: list[Ticket] = []
        site.pages += 1
        self.client.on_delete(self._gone)

    def build(self, link: str | None, name: str | None) -> None:
        """Lay out the page, and ask what the address asks: a ``link`` that holds a scenario, or the ``name`` of one."""
        say = self.words.say
        wrong = self._asked(link, name)
        size = SIZES[self.site.ensembles.size]
        counts = {"companies": size.companies, "entities": size.entities, "governments": size.governments, "civil": size.civil}
        tag("h1", text=say("explore.title"))
        tag("p", "lead", say("explore.lead", seeds=self.site.ensembles.seeds, **counts))
        with tag("div", "explore-grid"):
            with tag("section", "panel controls", aria_labelledby="controls-title"):
                tag("h2", text=say("explore.controls"), id="controls-title")
                self._tools()
                self.mistake = markup(role="alert")
                self.levers = Levers(self.words.language, self.setting.shown(), self.changed)
            with tag("section", "results", aria_labelledby="results-title"):
                tag("h2", text=say("explore.results"), id="results-title")
                tag("div", "status", role="status", id="status")
                tag("div", "cards", id="cards")
            with tag("div", "figures"):
                self.figures = {key: Figure(key, self.words, self._rows) for key in FIGURES}
            self.adds = Adds(self.site, self.words)
            with tag("section", "panel"):
                tag("p", "help", say("tool.command"))
                tag("pre", "command", id="command")
        tag("div", "strip-place", id="strip")
        self.answer = Answer()
        if wrong:
            self.mistake.set_content(mistake(say("mistake.title"), say("mistake.link", error=wrong)))
        self._ask()

    def _asked(self, link: str | None, name: str | None) -> str:
        """Take what the address holds; what is wrong with it, if anything is."""
        try:
            if link:
                self.setting.open(sharing.from_link(link))
            elif name:
                self.setting.put(sharing.document_of(sharing.shipped_scenario(name)))
        except ScenarioError as error:
            return str(error)
        return ""

    def _tools(self) -> None:
        say = self.words.say
        with tag("div", "tools"):
            button(say("tool.undo"), lambda: self._step(self.setting.undo), "small", id="undo")
            button(say("tool.redo"), lambda: self._step(self.setting.redo), "small", id="redo")
            button(say("tool.replay"), self._replay, "small", id="replay")
            button(say("tool.reset"), lambda: self._step(self.setting.reset), "small", id="reset")
            button(say("tool.share"), self._share, "small", id="share")
            button(say("tool.save"), self._save, "small", id="save")
            with tag("label", "button small", for_="open-file"):
                tag("span", text=say("tool.open"))
                opener = tag("input", "visually-hidden", type="file", id="open-file", accept=".toml,text/plain")
            opener.on("change", self._opened, js_handler=READ_FILE)
            tag("a", "button small", say("tool.watch"), id="watch", href="/watch")
        self.shared = markup(role="status", id="shared", classes="help")

    # What a student does

    def changed(self, changes: list[Change]) -> None:
        """Take the changes of a frame; what cannot be is said and undone."""
        for change in changes:
            try:
                self.setting.apply(change)
                self.is_at_one = change.get("lever") == self.moved.get("lever")
                self.moved = change
            except (ScenarioError, KeyError, TypeError, ValueError) as error:
                said = self.words.say("mistake.contradiction", error=str(error))
                self.mistake.set_content(mistake(self.words.say("mistake.title"), said))
                self.levers.show(self.setting.shown())
                return
        self.mistake.set_content("")
        if any("preset" in change for change in changes):
            self.levers.show(self.setting.shown())
        self._ask()

    def _step(self, step: Any) -> None:
        step()
        self.mistake.set_content("")
        self.levers.show(self.setting.shown())
        self._ask()

    async def _replay(self) -> None:
        """Show the last change again: as it was before, then as it is."""
        if self.setting.can_undo:
            self._step(self.setting.undo)
            await asyncio.sleep(1.5)
            self._step(self.setting.redo)

    def _share(self) -> None:
        say = self.words.say
        link = f"?s={sharing.to_link(self.setting.document)}"
        self.client.run_javascript(
            f"const url = location.origin + location.pathname + {json.dumps(link)};"
            f"const done = await partnersim.copy(url); const place = document.getElementById({json.dumps('shared')});"
            f"place.textContent = done ? {json.dumps(say('tool.shared'))} : {json.dumps(say('tool.share_by_hand'))} + ' ' + url;"
        )

    def _save(self) -> None:
        self._download(FILE, sharing.text_of(self.setting.document), "application/toml")
        if self._held_against() == REFERENCE:
            reference = sharing.document_of(self.setting.reference)
            self._download(REFERENCE, sharing.text_of(reference), "application/toml")

    def _held_against(self) -> str:
        """What the command line compares with: the world's name, or a file where the world has numbers or shocks of its own."""
        world = self.setting.world
        return world if self.setting.reference.digest == sharing.shipped_scenario(world).digest else REFERENCE

    def _download(self, name: str, text: str, kind: str) -> None:
        self.client.run_javascript(f"partnersim.saveText({json.dumps(name)}, {json.dumps(text)}, {json.dumps(kind)})")

    def _opened(self, event: GenericEventArguments) -> None:
        say = self.words.say
        text = event.args if isinstance(event.args, str) else None
        try:
            if text is None or len(text) > LARGEST_FILE * 1024:
                raise ScenarioError(say("mistake.large", n=LARGEST_FILE))
            self.setting.open(text)
        except ScenarioError as error:
            self.mistake.set_content(mistake(say("mistake.title"), say("mistake.file", error=str(error))))
            return
        self._step(lambda: None)
        opened = say("tool.opened", title=self.setting.document["title"])
        self.client.run_javascript(f"document.getElementById('shared').textContent = {json.dumps(opened)}")

    # Questions and answers

    def _ask(self) -> None:
        """Ask about what is set; whatever was asked before is waited for no longer."""
        setting, say = self.setting, self.words.say
        self.number += 1
        number = self.number
        self._leave()
        link = f"?s={sharing.to_link(setting.document)}" if setting.is_changed or setting.world != sharing.BASELINE else ""
        language = self.words.language

        def tell(pair: Pair) -> None:
            picture = self.site.picture(pair, language)
            self.loop.call_soon_threadsafe(self._draw, number, picture)

        self.answer.asked(
            number,
            say("explore.busy", of=self.site.ensembles.seeds),
            disabled={"undo": not setting.can_undo, "redo": not setting.can_redo, "replay": not setting.can_undo},
            href={"watch": f"/watch{link}"},
            address=link,
            html={
                "command": f"partnersim compare {self._held_against()} {FILE} --size class --seeds {self.site.ensembles.seeds}"
            },
        )
        self.ticket = self.site.ensembles.ask(setting.scenario, setting.reference, tell)
        self.adds.changed(setting)

    def _draw(self, number: int, picture: Picture) -> None:
        """Show an answer, unless the question is no longer the latest."""
        if number != self.number or self.client.is_deleted:
            return
        self.picture, shown = picture, picture.view
        answer = {"cards": {"answer": f"{number}:{shown.n}"}}
        self.answer.answered(html=picture.html, data=answer, figures=picture.figures)
        for figure in self.figures.values():
            figure.answered()
        if shown.n == shown.of and self.site.pages <= FEW and not self.site.ensembles.answering:
            self._guess()

    def _guess(self) -> None:
        """While nobody waits, run what the same slider would ask next; a hand goes on from where it is."""
        if not self.guesses and self.is_at_one and "lever" in self.moved:
            name, at, language = str(self.moved["lever"]), round(float(self.moved["strength"])), self.words.language
            reference = self.setting.reference
            for step in GUESSED:
                if 0 < at + step <= 100:
                    document = self.setting.with_lever(name, (at + step) / 100, self.moved["options"], self.moved["funding"])
                    tell = partial(self.site.picture, language=language)
                    self.guesses.append(self.site.ensembles.ask(sharing.scenario_of(document), reference, tell, is_idle=True))

    def _rows(self, key: str) -> Any:
        """The chart that is shown under ``key``, or None before the first answer."""
        if self.picture is None:
            return None
        return next(chart for chart in self.picture.view.charts if chart.key == key)

    def _gone(self) -> None:
        self.site.pages -= 1
        self._leave()

    def _leave(self) -> None:
        """Nobody waits here any more for what was asked."""
        for ticket in (*self.guesses, *filter(None, [self.ticket])):
            self.site.ensembles.cancel(ticket)
        self.guesses = []
