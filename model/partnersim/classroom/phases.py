"""The phases of a round, and which follows which."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """What a class does now."""

    LOBBY = "lobby"
    BRIEF = "brief"
    PREDICT = "predict"
    DECIDE = "decide"
    REVEAL = "reveal"
    STRIKE = "strike"
    DISCUSS = "discuss"
    CLOSED = "closed"


def _order(has_world: bool) -> list[Phase]:
    """All phases; where no world is held out for this round, nothing strikes."""
    return [phase for phase in Phase if has_world or phase is not Phase.STRIKE]


def following(phase: Phase, has_world: bool) -> Phase | None:
    """The next phase, ``has_world`` telling whether a world is held out; None after the last."""
    order = _order(has_world)
    place = order.index(phase) + 1
    return order[place] if place < len(order) else None


def preceding(phase: Phase, has_world: bool) -> Phase | None:
    """The phase before; None before the first."""
    order = _order(has_world)
    place = order.index(phase)
    return order[place - 1] if place else None


def is_revealed(phase: Phase) -> bool:
    """Whether the results of this round are on the wall."""
    return phase in (Phase.REVEAL, Phase.STRIKE, Phase.DISCUSS, Phase.CLOSED)


def is_struck(phase: Phase) -> bool:
    """Whether the held-out world of this round is known to all."""
    return phase in (Phase.STRIKE, Phase.DISCUSS, Phase.CLOSED)
