"""The page of one world: a single run of what is set, played as a living network."""

from __future__ import annotations

from fastapi import Request
from nicegui import context, ui

from partnersim import sharing
from partnersim.app.frame import frame
from partnersim.app.parts import markup, mistake
from partnersim.app.site import Site
from partnersim.app.watch import MOST_SEED, watch_view
from partnersim.scenario import Scenario, ScenarioError


def register(site: Site) -> None:
    """Make the page known."""

    @ui.page("/watch")
    def watch(request: Request) -> None:
        with frame(request, "watch") as words:
            context.client.title = f"{words.say('nav.watch')} · {words.say('page.title')}"
            link, seed = request.query_params.get("s"), request.query_params.get("seed", "0")
            scenario: Scenario = sharing.shipped_scenario(sharing.BASELINE)
            try:
                if link:
                    scenario = sharing.scenario_from_text(sharing.from_link(link))
            except ScenarioError as error:
                markup(mistake(words.say("mistake.title"), words.say("mistake.link", error=str(error))))
            number = min(int(seed), MOST_SEED) if seed.isdecimal() and seed.isascii() and len(seed) < 6 else 0
            watch_view(scenario, number, words.language, pool=site.pool, months=site.ensembles.months)
