"""Watch one run: its living network, and beside it the story of whom or what is chosen."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, NamedTuple

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from partnersim.app.network import STYLE, Network, network_props
from partnersim.languages.catalogue import Catalogue
from partnersim.scenario import Scenario, ScenarioError, load_scenario
from partnersim.stories.agent_story import agent_story
from partnersim.stories.living import Living, living
from partnersim.stories.partnership_story import partnership_story
from partnersim.stories.telling import Link, Telling

MOST_SEED = 9_999
WORLDS = 100
"""Another world is one of so many, so that a class often meets the same ones."""
LISTED = 40
"""Most partnerships that a story lists."""
KEPT = 8
"""Runs kept for all pages together, some megabytes each."""


class Watched(NamedTuple):
    """A run, and what the browser gets of it in a language."""

    run: Living
    props: dict[str, Any]


class _Kept:
    """The last runs, by scenario, seed, length and language: a class that watches one world costs one run."""

    def __init__(self) -> None:
        self._runs: OrderedDict[tuple[str, int, int, str], Watched] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, scenario: Scenario, seed: int, months: int, language: str) -> Watched:
        """The run; made where it is not kept. Called from threads."""
        key = (scenario.digest, seed, months, language)
        with self._lock:
            if key in self._runs:
                self._runs.move_to_end(key)
                return self._runs[key]
            same = next((kept.run for other, kept in self._runs.items() if other[:3] == key[:3]), None)
        run = same or living(scenario, seed, months, "class")
        made = Watched(run, network_props(run, language))
        with self._lock:
            self._runs[key] = made
            while len(self._runs) > KEPT:
                self._runs.popitem(last=False)
        return made


_kept = _Kept()


def watch_view(
    scenario: Scenario | str,
    seed: int,
    language: str,
    *,
    pool: Executor,
    months: int = 120,
    on_seed: Callable[[int], Any] | None = None,
) -> None:
    """Build the view in the current container; the run of ``seed`` comes into it once the page is there.

    ``scenario``: a loaded one, a name or a file (``ScenarioError`` for a wrong one); ``pool``: threads in which runs are made;
    ``on_seed`` is called with the number of every other world that is asked for.
    """
    view = _View(load_scenario(scenario) if isinstance(scenario, str) else scenario, language, pool, months, on_seed)
    view.build(seed)
    ui.timer(0.0, lambda: view.show(seed), once=True)


def text(tag: str, content: str) -> TextElement:
    """An element with a text in it."""
    return TextElement(tag=tag, text=content)


class _View:
    def __init__(
        self, scenario: Scenario, language: str, pool: Executor, months: int, on_seed: Callable[[int], Any] | None
    ) -> None:
        self.scenario, self.language, self.pool, self.months, self.on_seed = scenario, language, pool, months, on_seed
        self.say = Catalogue("stories", language)
        self.real = False
        self.asked = 0
        self.watched: Watched | None = None
        self.network: Network | None = None
        self.read: list[tuple[str, int]] = []
        """What was opened, the last one shown."""

    def build(self, seed: int) -> None:
        """Everything but the run."""
        say = self.say
        ui.add_css(STYLE)
        text("h1", say("watch.title"))
        text("p", say("watch.lead")).classes("lead")
        self.notice = text("p", say("watch.notice")).classes("ps-watch-notice")
        with ui.element("div").classes("ps-watch-bar"):
            with ui.element("label"):
                text("span", say("watch.seed"))
                self.seed = ui.element("input").props(f'type=number min=0 max={MOST_SEED} step=1 value={seed} id="ps-seed"')
                self.seed.on("change", self._asked, js_handler="(e) => emit(e.target.value)")
            text("button", say("watch.another")).props("type=button").on("click", self._another)
            with ui.element("label"):
                ui.element("input").props('type=checkbox id="ps-real"').on(
                    "change", self._named, js_handler="(e) => emit(e.target.checked)"
                )
                text("span", say("watch.real"))
        self.status = text("p", "").props("role=status").classes("ps-watch-notice")
        with ui.element("div").classes("ps-watch"):
            self.place = ui.element("div")
            self.aside = ui.element("aside").classes("ps-watch-story").props(f'tabindex=-1 aria-label="{say("watch.story")}"')
        self._empty()

    async def show(self, seed: int) -> None:
        """Run a world and put it in the place of the one before; a later question overtakes an earlier one."""
        self.asked += 1
        mine = self.asked
        self.status.text = self.say("watch.computing")
        loop = asyncio.get_running_loop()
        try:
            watched = await loop.run_in_executor(self.pool, _kept.get, self.scenario, seed, self.months, self.language)
        except ScenarioError as error:
            self.status.text = self.say("watch.failed", why=error)
            return
        if mine != self.asked or self.place.is_deleted:
            return
        self.status.text, self.watched, self.read = "", watched, []
        self.place.clear()
        with self.place:
            self.network = Network(watched.props, self.open, self.real)
        self._empty()

    async def _asked(self, event: GenericEventArguments) -> None:
        try:
            seed = int(event.args)
        except (TypeError, ValueError):
            return
        await self._turn(min(max(seed, 0), MOST_SEED))

    async def _another(self) -> None:
        now = self.watched.run.seed if self.watched else 0
        await self._turn((now + random.randrange(1, WORLDS)) % WORLDS)

    async def _turn(self, seed: int) -> None:
        self.seed.props(f"value={seed}")
        if self.on_seed:
            self.on_seed(seed)
        await self.show(seed)

    def _named(self, event: GenericEventArguments) -> None:
        self.real = bool(event.args)
        self.notice.text = self.say("watch.notice_real" if self.real else "watch.notice")
        if self.network:
            self.network.set_real(self.real)
        if self.read:
            self._tell(focus=False)

    def open(self, kind: str, number: int) -> None:
        """Show the story of an agent or a partnership of the run."""
        if self.watched is None or number not in range(self._numbers(kind)):
            return
        self.read.append((kind, number))
        self._tell()

    def _numbers(self, kind: str) -> int:
        run = self.watched.run if self.watched else None
        return 0 if run is None else run.kind.size if kind == "agent" else run.records.size

    def _tell(self, focus: bool = True) -> None:
        assert self.watched is not None
        kind, number = self.read[-1]
        tell = agent_story if kind == "agent" else partnership_story
        told = tell(self.watched.run, number, self.language, self.real)
        self.aside.clear()
        with self.aside:
            self._story(told)
        if focus:
            ui.run_javascript(
                f"const story = getHtmlElement({self.aside.id}); story.focus({{preventScroll: true}}); story.scrollTop = 0;"
                "if (innerWidth < 1000) story.scrollIntoView({block: 'start'});"
            )

    def _story(self, told: Telling) -> None:
        say = self.say
        if len(self.read) > 1:
            text("button", f"← {say('watch.back')}").props("type=button").on("click", self._back)
        text("h2", told.title)
        for paragraph in told.paragraphs:
            text("p", paragraph)
        if told.hidden:
            with ui.element("section").classes("ps-watch-hidden"):
                text("h3", say("watch.hidden"))
                for paragraph in told.hidden:
                    text("p", paragraph)
        self._links(say("watch.with"), told.agents)
        self._links(say("watch.partnerships"), told.partnerships[-LISTED:][::-1])
        if len(told.partnerships) > LISTED:
            text("p", say("watch.more", n=len(told.partnerships) - LISTED))
        if self.network:
            text("button", say("watch.picture")).props("type=button").on("click", self.network.focus)

    def _links(self, title: str, links: list[Link]) -> None:
        if not links:
            return
        text("h3", title)
        with ui.element("ul"):
            for link in links:
                with ui.element("li"):
                    text("button", link.text).props("type=button").on("click", lambda link=link: self._follow(link))

    def _follow(self, link: Link) -> None:
        if self.network:
            self.network.choose(link.to, link.number)
        self.open(link.to, link.number)

    def _back(self) -> None:
        self.read.pop()
        if self.network:
            self.network.choose(*self.read[-1])
        self._tell()

    def _empty(self) -> None:
        self.aside.clear()
        with self.aside:
            text("h2", self.say("watch.story"))
            text("p", self.say("watch.empty"))
