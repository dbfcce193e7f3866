"""The mark of a team: its colour and its shape, as SVG."""

from __future__ import annotations

from html import escape

from partnersim.app.words import Words
from partnersim.classroom.records import Team

OUTLINES = {
    "square": ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    "triangle": ((0.0, -1.1), (1.1, 0.85), (-1.1, 0.85)),
    "triangle_down": ((0.0, 1.1), (1.1, -0.85), (-1.1, -0.85)),
    "diamond": ((0.0, -1.25), (1.1, 0.0), (0.0, 1.25), (-1.1, 0.0)),
    "plus": ((-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4), (0.4, 1.1), (-0.4, 1.1), (-0.4, 0.4),
             (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4)),
}  # fmt: skip
"""Corners of shapes of equal weight, around the middle, for a radius of one."""


def drawn(team: Team, x: float, y: float, radius: float, classes: str = "") -> str:
    """The mark in a drawing, its middle at a place."""
    look = f'fill="{team.colour}" class="team-mark {classes}"'
    if team.shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {look}/>'
    corners = " ".join(f"{x + radius * dx:.1f},{y + radius * dy:.1f}" for dx, dy in OUTLINES[team.shape])
    return f'<polygon points="{corners}" {look}/>'


def mark(team: Team) -> str:
    """The mark as a picture in a line of text; what it looks like is said by :func:`named`."""
    return f'<svg class="mark" viewBox="-14 -14 28 28" aria-hidden="true">{drawn(team, 0, 0, 10)}</svg>'


def named(team: Team, words: Words) -> str:
    """Mark and name, such as Team A, as markup."""
    language = words.language
    told = f'<span class="visually-hidden"> ({escape(team.mark(language))})</span>'
    return f'<span class="team">{mark(team)}<span>{escape(team.name(language))}{told}</span></span>'
