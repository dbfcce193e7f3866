"""An answer as the page shows it in one language: made once, for everybody who asks the same."""

from __future__ import annotations

from typing import Any, NamedTuple

from partnersim.app import charts
from partnersim.app.render import rendered
from partnersim.app.view import Chart, View, view
from partnersim.app.words import Words
from partnersim.live import Pair

FULL_TIME = 220.0
"""Working days a year of one member of staff, as in the model."""


class Picture(NamedTuple):
    """What an answer says; markup by the id of its place; figures by key, each with ``finding, label, note, options``."""

    view: View
    html: dict[str, str]
    figures: dict[str, dict[str, Any]]


def picture(pair: Pair, words: Words) -> Picture:
    """An answer drawn."""
    say, shown = words.say, view(pair, words)
    used = any(pair.mine.scenario.levers[policy.lever].role == "lever" for policy in pair.mine.scenario.policies)
    told = [say("explore.whole" if shown.n == shown.of else "explore.some", n=shown.n, of=shown.of)]
    told += [say("explore.failed", n=shown.failures)] if shown.failures else []
    told += [] if used else [say("explore.nothing")]
    html = {
        "status": "".join(f"<span>{text}</span>" for text in told),
        "cards": rendered(
            "cards.html", say=say, view=shown, used=used, price=words.integer(shown.price), people=people(shown.price, words)
        ),
        "strip": rendered("strip.html", say=say, view=shown),
    }
    return Picture(shown, html, {chart.key: _figure(chart, shown.n, words) for chart in shown.charts})


def people(days: float, words: Words) -> str:
    """How many people full-time staff-days a year are."""
    full_time = days / FULL_TIME
    return words.integer(full_time) if abs(full_time) >= 3 else words.plain(round(full_time, 1))


def _figure(chart: Chart, n: int, words: Words) -> dict[str, Any]:
    return {
        "finding": chart.finding,
        "label": f"{words.say(f'figure.{chart.key}.title')}. {chart.finding}",
        "note": words.say("figure.note_bars" if chart.kind == "bars" else "figure.note", n=n),
        "options": charts.options(chart, words),
    }
