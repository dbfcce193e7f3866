"""The wall's pictures as SVG: forests of intervals, and two outcomes against each other; the back row can read them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import numpy as np
from matplotlib.ticker import MaxNLocator

from partnersim.app.session.board import Board, Place, Played
from partnersim.app.session.marks import drawn
from partnersim.app.words import MINUS, Words
from partnersim.classroom.records import Team
from partnersim.study.words import BETTER

WIDE = 620.0
ROW, LARGEST_ROW, ROWS = 37.0, 70.0, 260.0
"""Of a forest: the least and most height of a row, and what all are to fill."""
TALL, FLAT, MANY = 470.0, 350.0, 6
"""Of a chart of two outcomes, and of one of so many teams, whose forests leave less room on the wall."""
BEYOND = 1.2
"""Intervals are drawn so many times the spread of the means beyond them; where they go on, an arrow says so."""
LEAST = 0.05
"""Share of today that an axis shows at least to either side."""


@dataclass(frozen=True)
class Axis:
    """From shares of today to places in a drawing."""

    low: float
    high: float
    start: float
    end: float

    def at(self, share: float) -> float:
        """Where a share lies, at the rim where it lies beyond."""
        inside = min(max(share, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)

    def holds(self, share: float) -> bool:
        """Whether a share lies on it."""
        return self.low <= share <= self.high

    @property
    def ticks(self) -> list[float]:
        """Round places on it."""
        found = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(self.low, self.high)
        return [float(tick) for tick in found if self.holds(tick)]


def axis(board: Board, outcome: str, start: float, end: float) -> Axis:
    """An axis on which all means of an outcome lie, with today, and of intervals as much as lets the means be told apart."""
    places = [place for world in board.worlds for (_, name), place in world.places.items() if name == outcome]
    means = [0.0, *(place.mean for place in places), *(world.shift[outcome] for world in board.worlds)]
    means = [mean for mean in means if math.isfinite(mean)]
    ends = [edge for place in places for edge in (place.low, place.high) if math.isfinite(edge)]
    room = BEYOND * max(max(means) - min(means), 2 * LEAST)
    low = max(min([*means, *ends]), min(means) - room)
    high = min(max([*means, *ends]), max(means) + room)
    margin = 0.06 * max(high - low, 2 * LEAST)
    return Axis(min(low, -LEAST) - margin, max(high, LEAST) + margin, start, end)


def percent(share: float, words: Words) -> str:
    """A share of today with its sign, such as +12 %."""
    if not math.isfinite(share):
        return "–"
    sign = "+" if share > 0 else MINUS if share < 0 else ""
    return f"{sign}{words.percent(share)}%"


def _ticks(scale: Axis, words: Words) -> list[tuple[float, str]]:
    step = float(np.min(np.diff(scale.ticks))) if len(scale.ticks) > 1 else 1.0
    signs = [(tick, "+" if tick > 1e-9 else MINUS if tick < -1e-9 else "") for tick in scale.ticks]
    return [(tick, f"{sign}{100 * abs(tick):.{0 if step >= 0.0099 else 1}f}%") for tick, sign in signs]


def _line(x1: float, y1: float, x2: float, y2: float, look: str, **more: str) -> str:
    extra = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in more.items())
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{look}"{extra}/>'


def _text(x: float, y: float, words: str, look: str = "", anchor: str = "start", turn: bool = False) -> str:
    turned = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turn else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{look}"{turned}>{escape(words)}</text>'


def _whisker(scale: Axis, place: Place, across: float, colour: str, upright: bool = False) -> list[str]:
    """An interval with its ends; an arrow where it goes on beyond the drawing. ``across``: the other coordinate."""
    if not (math.isfinite(place.low) and math.isfinite(place.high)):
        return []

    def line(a: float, b: float, c: float, d: float, look: str) -> str:
        """From a place along and across to another."""
        return _line(b, a, d, c, look, stroke=colour) if upright else _line(a, b, c, d, look, stroke=colour)

    first, last = scale.at(place.low), scale.at(place.high)
    drawn_parts = [line(first, across, last, across, "whisker")]
    for end, edge in ((first, place.low), (last, place.high)):
        if scale.holds(edge):
            drawn_parts.append(line(end, across - 6, end, across + 6, "whisker"))
        else:
            back = 9.0 if (edge < scale.low) == (scale.end > scale.start) else -9.0
            drawn_parts += [line(end + back, across + side, end, across, "whisker") for side in (-6.0, 6.0)]
    return drawn_parts


def _svg(tall: float, name: str, parts: Iterable[str]) -> str:
    return (
        f'<svg class="picture" viewBox="0 0 {WIDE:.0f} {tall:.0f}" role="img" aria-label="{escape(name)}">{"".join(parts)}</svg>'
    )


def _arrow(x1: float, y1: float, x2: float, y2: float, colour: str) -> list[str]:
    """From the calm world to the struck one, short of the mark that stands there."""
    length = math.hypot(x2 - x1, y2 - y1)
    if length < 16:
        return []
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    x, y = x2 - 12 * ux, y2 - 12 * uy
    corners = ((x, y), (x - 13 * ux - 7 * uy, y - 13 * uy + 7 * ux), (x - 13 * ux + 7 * uy, y - 13 * uy - 7 * ux))
    tip = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
    return [_line(x1, y1, x - 8 * ux, y - 8 * uy, "arrow", stroke=colour), f'<polygon points="{tip}" fill="{colour}"/>']


def forest(board: Board, outcome: str, words: Words, own: int | None = None) -> str:
    """One outcome: a row a team, its mean and interval against today; the held-out world, once struck, as an arrow to it."""
    scale = axis(board, outcome, 66.0, WIDE - 214.0)
    rows = [Team.of(team) for team in board.teams]
    n = len(rows) + (1 if board.struck else 0)
    row = min(max(ROWS / n, ROW), LARGEST_ROW)
    tall = 40.0 + row * n + 12.0
    parts = [_line(scale.at(tick), 34, scale.at(tick), tall - 6, "grid") for tick, _ in _ticks(scale, words)]
    parts += [_text(scale.at(tick), 24, label, "tick", "middle") for tick, label in _ticks(scale, words)]
    parts.append(_line(scale.at(0), 30, scale.at(0), tall - 4, "today"))
    for number, team in enumerate(rows):
        y = 40.0 + row * (number + 0.5)
        if team.number == own:
            parts.append(f'<rect x="0" y="{y - row / 2 + 1:.1f}" width="{WIDE:.0f}" height="{row - 2:.1f}" class="own"/>')
        parts += [drawn(team, 16, y, 11), _text(34, y + 8, team.letter, "letter")]
        calm = board.calm.places[team.number, outcome]
        last = calm
        if board.struck:
            last = board.struck.places[team.number, outcome]
            parts += _arrow(scale.at(calm.mean), y, scale.at(last.mean), y, team.colour)
            parts.append(drawn(team, scale.at(calm.mean), y, 8, "calm"))
        parts += _whisker(scale, last, y, team.colour)
        if math.isfinite(last.mean):
            parts.append(drawn(team, scale.at(last.mean), y, 11))
        parts.append(_text(WIDE - 204, y + 8, percent(last.mean, words), "number"))
        parts.append(_text(WIDE, y + 8, words.say(f"class.tone.{last.tone}"), f"tone {last.tone}", "end"))
    if board.struck:
        y = 40.0 + row * (len(rows) + 0.5)
        shift = board.struck.shift[outcome]
        parts += _arrow(scale.at(0), y, scale.at(shift), y, "#000")
        parts += [_none(scale.at(shift), y), _none(16, y), _text(WIDE - 204, y + 8, percent(shift, words), "number")]
        parts.append(_text(WIDE, y + 8, words.say("class.chart.none"), "tick", "end"))
    return _svg(tall, words.say(f"card.{SHORT[outcome]}"), parts)


SHORT = {"transaction_cost": "cost", "incidents": "incidents", "transformative_reach": "reach"}
"""Outcomes as the page calls them."""


def _none(x: float, y: float) -> str:
    """The mark of no package: a black cross in a ring."""
    return (
        f'<g class="none"><circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="#fff" stroke="#000" stroke-width="2.5"/>'
        f'<path d="M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10" stroke="#000" stroke-width="2.5"/></g>'
    )


def scatter(board: Board, across: str, up: str, words: Words, own: int | None = None) -> str:
    """Two outcomes against each other: a mark a team with both intervals, today as a cross; arrows lead to the struck world."""
    tall = TALL if len(board.teams) < MANY else FLAT
    x, y = axis(board, across, 96.0, WIDE - 16.0), axis(board, up, tall - 76.0, 20.0)
    parts = [_line(x.at(tick), y.end, x.at(tick), y.start, "grid") for tick, _ in _ticks(x, words)]
    parts += [_line(x.start, y.at(tick), x.end, y.at(tick), "grid") for tick, _ in _ticks(y, words)]
    parts += [_line(x.at(0), y.end, x.at(0), y.start, "today"), _line(x.start, y.at(0), x.end, y.at(0), "today")]
    parts += [_text(x.at(tick), y.start + 24, label, "tick", "middle") for tick, label in _ticks(x, words)]
    parts += [_text(x.start - 8, y.at(tick) + 7, label, "tick", "end") for tick, label in _ticks(y, words)]
    parts.append(_text((x.start + x.end) / 2, tall - 12, _named(across, words), "name", "middle"))
    parts.append(_text(20, (y.start + y.end) / 2, _named(up, words), "name", "middle", turn=True))
    is_left = BETTER[across] == "lower"
    corner = (x.start + 8, "start") if is_left else (x.end - 8, "end")
    parts.append(_text(corner[0], y.end + 24, words.say("class.chart.corner"), "corner", corner[1]))
    parts.append(_none(x.at(0), y.at(0)))
    if board.struck:
        to = (x.at(board.struck.shift[across]), y.at(board.struck.shift[up]))
        parts += [*_arrow(x.at(0), y.at(0), *to, "#000"), _none(*to)]
    for world in board.worlds:
        is_last = world is board.worlds[-1]
        for team in map(Team.of, board.teams):
            parts += _point(board, world, team, (x, across), (y, up), is_last, own)
    return _svg(tall, words.say("class.chart.against", a=_named(across, words), b=_named(up, words)), parts)


def _point(
    board: Board, world: Played, team: Team, x: tuple[Axis, str], y: tuple[Axis, str], is_last: bool, own: int | None
) -> list[str]:
    a, b = world.places[team.number, x[1]], world.places[team.number, y[1]]
    if not (math.isfinite(a.mean) and math.isfinite(b.mean)):
        return []
    left, top = x[0].at(a.mean), y[0].at(b.mean)
    if not is_last:
        end = board.worlds[-1]
        to = (x[0].at(end.places[team.number, x[1]].mean), y[0].at(end.places[team.number, y[1]].mean))
        return [*_arrow(left, top, *to, team.colour), drawn(team, left, top, 8, "calm")]
    parts = [*_whisker(x[0], a, top, team.colour), *_whisker(y[0], b, left, team.colour, upright=True)]
    ring = f'<circle cx="{left:.1f}" cy="{top:.1f}" r="20" class="ring"/>' if team.number == own else ""
    return [*parts, ring, drawn(team, left, top, 12), _text(left + 15, top - 12, team.letter, "letter")]


def _named(outcome: str, words: Words) -> str:
    return words.say(f"class.short.{SHORT[outcome]}")
