"""Controls and their answer: what a student sets is asked at once, and the latest answer shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import context

from partnersim.app.answer import Answer
from partnersim.app.asking import Asking
from partnersim.app.controls import Change, Levers
from partnersim.app.document import Setting
from partnersim.app.parts import button, markup, mistake, tag
from partnersim.app.picture import Picture
from partnersim.app.site import Site
from partnersim.app.words import Words
from partnersim.scenario import ScenarioError


class Workbench(ABC):
    """A page, or part of one, with the controls of policies. A subclass lays it out and says what else follows a question."""

    def __init__(self, site: Site, words: Words, title: str) -> None:
        self.site, self.words, self.client = site, words, context.client
        self.setting = Setting(title)
        self.asking = Asking(site.ensembles)
        self.picture: Picture | None = None
        """The latest answer, once there is one."""

    @abstractmethod
    def link(self) -> str:
        """The query under which the address holds what is set; empty where nothing is."""

    @abstractmethod
    def asked(self) -> dict[str, Any]:
        """A question was asked: what else is to be put on the page, see :class:`partnersim.app.answer.Answer`."""

    @abstractmethod
    def drawn(self, picture: Picture) -> None:
        """An answer is on the page."""

    def took(self, change: Change) -> None:  # noqa: B027
        """A change of the controls stands; a subclass that has nothing to do with it leaves this as it is."""

    def lay_controls(self, tools: Callable[[], None], is_package: bool = False) -> None:
        """The section of controls, with undo, redo and reset before ``tools``."""
        say = self.words.say
        with tag("section", "panel controls", aria_labelledby="controls-title"):
            tag("h2", text=say("explore.controls"), id="controls-title")
            with tag("div", "tools"):
                button(say("tool.undo"), lambda: self.step(self.setting.undo), "small", id="undo")
                button(say("tool.redo"), lambda: self.step(self.setting.redo), "small", id="redo")
                button(say("tool.reset"), lambda: self.step(self.setting.reset), "small", id="reset")
                tools()
            self.mistake = markup(role="alert")
            self.levers = Levers(self.words.language, self.setting.shown(), self.changed, is_package=is_package)

    def lay_results(self) -> None:
        """The section of cards."""
        with tag("section", "results", aria_labelledby="results-title"):
            tag("h2", text=self.words.say("explore.results"), id="results-title")
            tag("div", "status", role="status", id="status")
            tag("div", "cards", id="cards")

    def lay_end(self) -> None:
        """What stands last, in the page's sense: the verdicts that follow along on small screens."""
        tag("div", "strip-place", id="strip")
        self.answer = Answer()

    def refuse(self, key: str, error: str) -> None:
        """Say why something cannot be."""
        self.mistake.set_content(mistake(self.words.say("mistake.title"), self.words.say(key, error=error)))

    def changed(self, changes: list[Change]) -> None:
        """Take the changes of a frame; what cannot be is said and undone, and what can be stands."""
        self.mistake.set_content("")
        shows_other = any("preset" in change for change in changes)
        for change in changes:
            try:
                self.setting.apply(change)
                self.took(change)
            except (ScenarioError, KeyError, TypeError, ValueError) as error:
                self.refuse("mistake.contradiction", str(error))
                shows_other = True
        if shows_other:
            self.levers.show(self.setting.shown())
        self.ask()

    def step(self, step: Callable[[], object]) -> None:
        """Change what is set by something else than the controls, which follow."""
        step()
        self.mistake.set_content("")
        self.levers.show(self.setting.shown())
        self.ask()

    def ask(self) -> None:
        """Ask about what is set."""
        setting, ensembles = self.setting, self.site.ensembles
        picture = partial(self.site.picture, language=self.words.language)
        number = self.asking.ask(setting.scenario, setting.reference, picture, self._draw)
        more = self.asked()
        disabled = {"undo": not setting.can_undo, "redo": not setting.can_redo, **more.pop("disabled", {})}
        busy = self.words.say("explore.busy", of=ensembles.seeds)
        self.answer.asked(number, busy, disabled=disabled, address=self.link(), **more)

    def _draw(self, picture: Picture) -> None:
        self.picture = picture
        answer = {"cards": {"answer": f"{self.asking.number}:{picture.view.n}"}}
        self.answer.answered(html=picture.html, data=answer, figures=picture.figures)
        self.drawn(picture)
