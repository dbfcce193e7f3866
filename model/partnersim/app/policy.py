"""A page for each policy: what it is, how it works, who pays, what it changes and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping

from fastapi import Request
from nicegui import context, ui

from partnersim import sharing
from partnersim.app.controls import costs
from partnersim.app.frame import frame
from partnersim.app.parts import markup, tag
from partnersim.app.render import rendered
from partnersim.app.site import Site
from partnersim.app.words import Words
from partnersim.channels import BY_NAME
from partnersim.languages.names import OptionWords
from partnersim.scenario import Lever
from partnersim.scenario.levers import Contribution
from partnersim.scenario.show import gives


def register(site: Site) -> None:
    """Make the page known."""

    @ui.page("/policy/{name}")
    def policy(request: Request, name: str) -> None:
        lever = sharing.known()[1].get(name)
        with frame(request, "explore") as words:
            if lever is None:
                tag("h1", text=words.say("policy.unknown"))
                tag("a", "button", words.say("policy.back"), href="/")
                return
            context.client.title = f"{words.names.lever(lever).title} · {words.say('page.title')}"
            markup(rendered("policy.html", **told(lever, words)))


def told(lever: Lever, words: Words) -> dict[str, object]:
    """What the page of a lever says."""
    names = words.names.lever(lever)
    document = {"title": words.say("document.title"), "extends": sharing.BASELINE, "policy": [{"lever": lever.name}]}
    options = {option: words.names.option(lever.name, option) for option in lever.options}
    return {
        "say": words.say,
        "plain": words.say(f"plain.{lever.name}"),
        "names": names,
        "id": lever.id,
        "paragraphs": words.paragraphs(lever.paragraphs),
        "costs": costs(lever, words),
        "options": list(options.values()),
        "changes": [change(c, options, words) for c in lever.contributions],
        "link": f"/?s={sharing.to_link(document)}",
    }


def change(c: Contribution, options: Mapping[str, OptionWords], words: Words) -> dict[str, str]:
    """One row of what a lever changes: values that it gives, or where the baseline differs from place to place, what it adds."""
    channel, named = BY_NAME[c.channel], words.names.channel(c.channel)
    known = not math.isnan(channel.baseline)
    after, low, high = (words.plain(gives(channel, x)) if known else f"+{words.plain(x)}" for x in (c.value, c.low, c.high))
    return {
        "name": named.title,
        "when": when(c, options, words),
        "before": words.plain(channel.baseline) if known else "–",
        "after": after,
        "range": f"{low} – {high}",
        "unit": named.unit,
        "status": words.say(f"about.status_{c.status}"),
        "source": c.source,
    }


def when(c: Contribution, options: Mapping[str, OptionWords], words: Words) -> str:
    """The options under which a change counts; empty where it always does."""
    told = []
    for option, values in c.when.items():
        either = words.listed([options[option].values[value] for value in values], "or")
        told.append(words.say("policy.when", option=options[option].title, values=either))
    return words.listed(told)
