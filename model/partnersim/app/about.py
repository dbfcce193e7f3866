"""What the page can tell and what it cannot, with every number behind it."""

from __future__ import annotations

import functools

from fastapi import Request
from nicegui import context, ui

from partnersim import sharing
from partnersim.app.frame import frame, inputs
from partnersim.app.parts import markup
from partnersim.app.render import rendered
from partnersim.app.site import Site
from partnersim.app.words import words
from partnersim.channels import CHANNELS, Channel
from partnersim.population.sizes import SIZES
from partnersim.scenario import Parameter


def register(site: Site) -> None:
    """Make the page known."""

    @ui.page("/about")
    def about(request: Request) -> None:
        with frame(request, "about") as spoken:
            context.client.title = f"{spoken.say('nav.about')} · {spoken.say('page.title')}"
            markup(_page(spoken.language, site.ensembles.size))


@functools.cache
def _page(language: str, size: str) -> str:
    spoken, world = words(language), SIZES[size]
    numbers: list[tuple[float, Parameter | Channel]] = [(number.value, number) for number in sharing.known()[0].values()]
    numbers += [(channel.baseline, channel) for channel in CHANNELS if channel.baseline == channel.baseline]
    rows = []
    for value, number in numbers:
        named = spoken.names.number(number.name)
        rows.append({
            "name": named.title, "value": spoken.plain(value), "unit": named.unit,
            "range": f"{spoken.plain(number.low)} – {spoken.plain(number.high)}",
            "status": spoken.say(f"about.status_{number.status}"),
        })  # fmt: skip
    return rendered(
        "about.html", say=spoken.say, rows=rows, points=spoken.say.every("about.cannot_points"), companies=world.companies,
        entities=world.entities, **inputs(),
    )  # fmt: skip
