"""The page of policies: every move re-runs a paired ensemble and redraws."""

from __future__ import annotations

import asyncio
import json
from html import escape
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import ui
from nicegui.events import GenericEventArguments

from partnersim import sharing
from partnersim.app.adds import Adds
from partnersim.app.controls import Change
from partnersim.app.figure import Figure
from partnersim.app.frame import frame
from partnersim.app.guesses import Guesses
from partnersim.app.parts import button, tag
from partnersim.app.picture import Picture
from partnersim.app.site import Site
from partnersim.app.view import Chart
from partnersim.app.words import Words
from partnersim.app.workbench import Workbench
from partnersim.population.sizes import SIZES
from partnersim.scenario import ScenarioError
from partnersim.sharing import LONGEST_TEXT

FIGURES = ("cost", "incidents", "reach", "pipeline", "payers", "queue")
FILE, REFERENCE = "my-policies.toml", "reference.toml"
READ_FILE = f"""(event) => {{
  const file = event.target.files[0];
  if (!file) return;
  if (file.size > {LONGEST_TEXT}) emit(null);
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


class Explorer(Workbench):
    """One student's page of policies."""

    def __init__(self, site: Site, words: Words) -> None:
        super().__init__(site, words, words.say("document.title"))
        self.guesses = Guesses(site, words.language)
        site.pages += 1
        self.client.on_delete(self._gone)

    def build(self, link: str | None, name: str | None) -> None:
        """Lay out the page, and ask what the address asks: a ``link`` that holds a scenario, or the ``name`` of one."""
        say = self.words.say
        wrong = self._begin(link, name)
        size = SIZES[self.site.ensembles.size]
        counts = {"companies": size.companies, "entities": size.entities, "governments": size.governments, "civil": size.civil}
        tag("h1", text=say("explore.title"))
        tag("p", "lead", say("explore.lead", seeds=self.site.ensembles.seeds, **counts))
        with tag("div", "explore-grid"):
            self.lay_controls(self._tools)
            self.lay_results()
            with tag("div", "figures"):
                self.figures = {key: Figure(key, self.words, self._rows) for key in FIGURES}
            self.adds = Adds(self.site, self.words)
            with tag("section", "panel"):
                tag("p", "help", say("tool.command"))
                tag("pre", "command", id="command")
        self.lay_end()
        if wrong:
            self.refuse("mistake.link", wrong)
        self.ask()

    def _begin(self, link: str | None, name: str | None) -> str:
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
        button(say("tool.replay"), self._replay, "small", id="replay")
        button(say("tool.share"), self._share, "small", id="share")
        button(say("tool.save"), self._save, "small", id="save")
        with tag("label", "button small", for_="open-file"):
            tag("span", text=say("tool.open"))
            opener = tag("input", "visually-hidden", type="file", id="open-file", accept=".toml,text/plain")
        opener.on("change", self._opened, js_handler=READ_FILE)
        tag("a", "button small", say("tool.watch"), id="watch", href="/watch")
        tag("span", "help shared", role="status", id="shared")

    # What a student does

    def took(self, change: Change) -> None:
        """A change of the controls stands."""
        self.guesses.took(change)

    async def _replay(self) -> None:
        """Show the last change again: as it was before, then as it is."""
        if self.setting.can_undo:
            self.step(self.setting.undo)
            await asyncio.sleep(1.5)
            self.step(self.setting.redo)

    def _share(self) -> None:
        say = self.words.say
        link = f"?s={sharing.to_link(self.setting.document)}"
        self.client.run_javascript(
            f"const url = location.origin + location.pathname + {json.dumps(link)};"
            f"const done = await partnersim.copy(url); const place = document.getElementById('shared');"
            f"place.textContent = done ? {json.dumps(say('tool.shared'))} : {json.dumps(say('tool.share_by_hand'))} + ' ' + url;"
        )

    def _save(self) -> None:
        self._download(FILE, self.setting.document)
        if self._held_against() == REFERENCE:
            self._download(REFERENCE, sharing.document_of(self.setting.reference))

    def _download(self, name: str, document: sharing.Document) -> None:
        text = json.dumps(sharing.text_of(document))
        self.client.run_javascript(f"partnersim.saveText({json.dumps(name)}, {text}, 'application/toml')")

    def _held_against(self) -> str:
        """What the command line compares with: the world's name, or a file where the world has numbers or shocks of its own."""
        world = self.setting.world
        return world if self.setting.reference.digest == sharing.shipped_scenario(world).digest else REFERENCE

    def _opened(self, event: GenericEventArguments) -> None:
        say = self.words.say
        try:
            if not isinstance(event.args, str):
                raise ScenarioError(say("mistake.large", n=LONGEST_TEXT // 1024))
            self.setting.open(event.args)
        except ScenarioError as error:
            self.refuse("mistake.file", str(error))
            return
        self.step(lambda: None)
        self.answer.put(html={"shared": escape(say("tool.opened", title=self.setting.document["title"]))})

    # Questions and answers

    def link(self) -> str:
        """The query under which the address holds what is set."""
        setting = self.setting
        return f"?s={sharing.to_link(setting.document)}" if setting.is_changed or setting.world != sharing.BASELINE else ""

    def asked(self) -> dict[str, Any]:
        """What else follows a question: guesses end, the command line and the way to one world change."""
        self.guesses.forget()
        self.adds.changed(self.setting)
        command = f"partnersim compare {self._held_against()} {FILE} --size class --seeds {self.site.ensembles.seeds}"
        return {
            "disabled": {"replay": not self.setting.can_undo},
            "href": {"watch": f"/watch{self.link()}"},
            "html": {"command": command},
        }

    def drawn(self, picture: Picture) -> None:
        """An answer is on the page: tables follow, and what may be asked next is run."""
        for figure in self.figures.values():
            figure.answered()
        if picture.view.n == picture.view.of:
            self.guesses.make(self.setting)

    def _rows(self, key: str) -> Chart | None:
        """The chart that is shown under ``key``, or None before the first answer."""
        charts = self.picture.view.charts if self.picture else []
        return next((chart for chart in charts if chart.key == key), None)

    def _gone(self) -> None:
        self.site.pages -= 1
        self.guesses.forget()
