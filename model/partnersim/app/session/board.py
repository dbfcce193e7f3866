"""What the packages of a round did, as pages show it: in shares of today, which is the calm world without any package."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import pandas as pd

from partnersim.classroom import scores
from partnersim.classroom.records import Result, Session
from partnersim.classroom.summary import VERDICTS
from partnersim.ledger import HEADLINES
from partnersim.study.words import BETTER, CLEAR


@dataclass(frozen=True)
class Place:
    """An outcome with a package, in shares of today (0: as today); NaN where it could not be told.

    ``low``, ``high``: 95 % interval of the mean difference that the package makes in this world, drawn around where it ends up.
    ``verdict``: lower, higher, none, unclear or few; ``tone``: better, worse or neutral.
    """

    mean: float
    low: float
    high: float
    verdict: str
    tone: str


@dataclass(frozen=True)
class Played:
    """A world in which all packages were played. ``shift``: by outcome where it lies without any package, in shares of today.

    ``beaten``: by team those that clearly beat it; ``unbeaten``: teams that no other is ahead of on average in all outcomes.
    ``pairs``: how many pairs of teams there are, and ``clear`` in how many of them an outcome clearly differs.
    """

    world: str
    places: dict[tuple[int, str], Place]
    shift: dict[str, float]
    unbeaten: tuple[int, ...]
    beaten: dict[int, tuple[int, ...]]
    pairs: int
    clear: dict[str, int]


@dataclass(frozen=True, eq=False)
class Board:
    """A round: ``teams`` with results, what came of them in the calm world and, once it has struck, in the held-out one.

    ``effects``: :func:`scores.effects` of the calm world, against which predictions are held.
    """

    round: int
    teams: tuple[int, ...]
    calm: Played
    struck: Played | None
    effects: pd.DataFrame = field(repr=False)

    @property
    def worlds(self) -> list[Played]:
        """Those that were played."""
        return [self.calm, *([self.struck] if self.struck else [])]


def make_board(session: Session, shown: Iterable[Result], teams: Collection[int]) -> Board | None:
    """The board of the round, from the results that may be ``shown``; None until ``teams`` have all been played.

    A held-out world of which results are still missing is left out.
    """
    played = scores.played(shown, session.round)
    calm = played.get(session.calm)
    if calm is None or not teams or not calm.packages.keys() >= set(teams):
        return None
    found = scores.effects(calm)
    base = {outcome: _mean(calm.reference[outcome]) for outcome in HEADLINES}
    hit = played.get(session.world or "")
    if hit is not None and not hit.packages.keys() >= set(teams):
        hit = None
    return Board(
        session.round,
        tuple(sorted(teams)),
        _played(session.calm, calm, found, base),
        None if hit is None else _played(session.world or "", hit, scores.effects(hit), base),
        found,
    )


def _mean(values: pd.Series) -> float:
    return float(values.mean())


def _played(world: str, played: scores.Played, found: pd.DataFrame, base: dict[str, float]) -> Played:
    duels = scores.duels(played)
    standing = scores.standing(played, duels)
    differing = duels[duels["clear"] == "better"].groupby("outcome").size() if len(duels) else {}
    return Played(
        world,
        {(team, outcome): _place(row, outcome, base[outcome]) for (team, outcome), row in found.iterrows()},
        {outcome: _share(_mean(played.reference[outcome]) - base[outcome], base[outcome]) for outcome in HEADLINES},
        tuple(int(team) for team, row in standing.iterrows() if row["unbeaten"]),
        {int(team): row["clearly_beaten_by"] for team, row in standing.iterrows() if row["clearly_beaten_by"]},
        math.comb(len(played.packages), 2),
        {outcome: int(differing.get(outcome, 0)) for outcome in HEADLINES},
    )


def _share(value: float, base: float) -> float:
    return value / abs(base) if base else float("nan")


def _place(row: pd.Series, outcome: str, base: float) -> Place:
    verdict = row["verdict"] if row["verdict"] in CLEAR else VERDICTS[row["verdict"]]
    tone = "neutral" if verdict not in CLEAR else "better" if verdict == BETTER[outcome] else "worse"
    start = row["reference_mean"] - base
    mean, low, high = (_share(start + row[end], base) for end in ("difference", "low", "high"))
    return Place(mean, low, high, verdict, tone)
