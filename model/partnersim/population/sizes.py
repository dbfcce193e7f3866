"""The sizes a world can have: how many of each kind of agent, and for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WorldSize:
    """Numbers of agents and what the size serves."""

    name: str
    entities: int
    companies: int
    governments: int
    civil: int
    months: int
    """Usual length of a study, in months."""
    burn_in: int
    """Months at baseline before the study, in which partnerships, ties and skill come about."""
    horizon: int
    """Months of company growth that the company rows leave room for."""
    purpose: str


SIZES = {
    s.name: s
    for s in (
        WorldSize("class", 12, 200, 40, 30, 120, 120, 240, "live teaching"),
        WorldSize("system", 34, 500, 193, 60, 120, 120, 240, "studies"),
        WorldSize("full", 34, 20_000, 193, 2_000, 240, 120, 240, "the whole Global Compact"),
        WorldSize("stress", 40, 1_000_000, 193, 20_000, 120, 24, 144, "proof that cost grows no faster than the work"),
    )
}
"""Sizes by name."""
