"""From runs of packages on common seeds to what the wall shows: differences with intervals, and how far teams can be ranked.

Frames of outcomes are seeds x outcomes (index ``seed``), at least the three headline outcomes. Nothing here adds them into one
score: a team is better than another in an outcome, and only where the interval of their paired difference excludes zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from partnersim.classroom.records import Prediction, Result
from partnersim.ledger import HEADLINES
from partnersim.study.paired import compare_paired, paired_differences, simultaneous
from partnersim.study.pareto import non_dominated
from partnersim.study.words import BETTER, CLEAR, NONE, UNCLEAR, verdict

EXPECTED = ("lower", "none", "higher")
"""Answers to what a package does to an outcome."""
SIGNS = pd.Series({name: -1.0 if BETTER[name] == "higher" else 1.0 for name in HEADLINES})
"""Times an outcome gives a loss: less is better."""


class Played(NamedTuple):
    """Runs in one world: without any package, and of each team's package by the team's number."""

    reference: pd.DataFrame
    packages: dict[int, pd.DataFrame]


def kept(outcomes: pd.DataFrame, **about: Any) -> dict[str, Any]:
    """Outcomes as plain lists and numbers, for :meth:`Work.record`, with what is said ``about`` them (such as ``staff_days``)."""
    columns = {str(name): [None if math.isnan(x) else x for x in outcomes[name].tolist()] for name in outcomes.columns}
    return {**about, "seeds": [int(seed) for seed in outcomes.index], "outcomes": columns}


def frame(content: Mapping[str, Any]) -> pd.DataFrame:
    """Outcomes again from what :func:`kept` made, bit by bit."""
    return pd.DataFrame(content["outcomes"], index=pd.Index(content["seeds"], name="seed"), dtype=float)


def played(results: Iterable[Result], round_number: int) -> dict[str, Played]:
    """By world, from kept results of the packages that count; a world of which the reference was not played is left out."""
    found = list(results)
    worlds: dict[str, Played] = {r.world: Played(frame(r.content), {}) for r in found if r.proposal is None}
    for result in sorted((r for r in found if r.round == round_number and r.world in worlds), key=lambda r: (r.team, r.id)):
        assert result.team is not None
        worlds[result.world].packages[result.team] = frame(result.content)
    return worlds


def effects(world: Played) -> pd.DataFrame:
    """What each package changes: by (``team``, ``outcome``), the columns of :func:`compare_paired` and a ``verdict`` in words.

    Intervals are of the mean difference from no package on the same seeds, each for itself.
    """
    reference = world.reference[list(HEADLINES)]
    parts = {team: compare_paired(reference, package[list(HEADLINES)]) for team, package in world.packages.items()}
    if not parts:
        return pd.DataFrame(columns=["reference_mean", "other_mean", "difference", "low", "high", "runs", "verdict"])
    table = pd.concat(parts, names=["team", "outcome"])
    return table.assign(verdict=[verdict(low, high) for low, high in zip(table["low"], table["high"], strict=True)])


def duels(world: Played) -> pd.DataFrame:
    """Each team against each other: ``difference`` (team minus other), ``low, high, clear`` by ``team``, ``other``, ``outcome``.

    The intervals hold all together (max-t over seeds), since among many teams some pair would always seem to differ. ``clear`` is
    ``better`` or ``worse`` for the team where its interval excludes zero, else empty.
    """
    columns = ["difference", "low", "high", "clear"]
    teams = sorted(world.packages)
    if len(teams) < 2:
        return pd.DataFrame(columns=columns)
    parts = {}
    for second in teams[1:]:
        others = {team: world.packages[team] for team in teams if team < second}
        parts[second] = paired_differences(world.packages[second], others, HEADLINES)  # type: ignore[arg-type]
    half = simultaneous(pd.concat(parts, axis=1)).reorder_levels([1, 0, 2])
    half.index.names = ["team", "other", "outcome"]
    mirrored = half.assign(difference=-half["difference"], low=-half["high"], high=-half["low"]).swaplevel(0, 1)
    mirrored.index.names = half.index.names
    table = pd.concat([half, mirrored])[columns[:3]].sort_index()
    sign = table.index.get_level_values("outcome").map(SIGNS).to_numpy(float)
    worst, best = np.maximum(sign * table["low"], sign * table["high"]), np.minimum(sign * table["low"], sign * table["high"])
    return table.assign(clear=np.select([worst < 0, best > 0], ["better", "worse"], ""))


def standing(world: Played, found: pd.DataFrame | None = None) -> pd.DataFrame:
    """How far teams can be ranked: by ``team``, ``unbeaten`` and ``clearly_beaten_by``; ``found``: their :func:`duels`, if known.

    ``unbeaten``: no other team's means are as good in all three outcomes and better in one (the front). The front alone says more
    than is known: a team beside it may be as good. ``clearly_beaten_by``: teams whose means are as good in all three and that are
    *clearly* better in one (:func:`duels`).
    """
    teams = sorted(world.packages)
    if not teams:
        return pd.DataFrame(columns=["unbeaten", "clearly_beaten_by"])
    means = np.array([world.packages[team][list(HEADLINES)].mean().to_numpy() for team in teams]) * SIGNS.to_numpy()
    table = duels(world) if found is None else found
    beaten: dict[int, list[int]] = {team: [] for team in teams}
    for a, b in combinations(range(len(teams)), 2):
        for winner, loser in ((a, b), (b, a)):
            is_clear = (table.loc[(teams[winner], teams[loser]), "clear"] == "better").any()
            if is_clear and (means[winner] <= means[loser]).all():
                beaten[teams[loser]].append(teams[winner])
    found = {"unbeaten": non_dominated(means), "clearly_beaten_by": [tuple(sorted(beaten[team])) for team in teams]}
    return pd.DataFrame(found, index=pd.Index(teams, name="team"))


def struck(calm: Played, hit: Played) -> pd.DataFrame:
    """What another world does to each package: by (``team``, ``outcome``), for teams that were played in both.

    ``level, level_low, level_high``: the outcome with the package in the struck world minus the same in the calm one.
    ``effect, effect_low, effect_high``: how much more the package adds to the outcome there than here: (package minus none,
    struck) minus (package minus none, calm). Both are paired by seed; intervals are of the mean, each for itself.
    """
    wanted = list(HEADLINES)
    parts = {}
    for team in sorted(calm.packages.keys() & hit.packages.keys()):
        here, there = calm.packages[team][wanted], hit.packages[team][wanted]
        level = compare_paired(here, there)[["difference", "low", "high"]]
        effect = compare_paired(here - calm.reference[wanted], there - hit.reference[wanted])[["difference", "low", "high"]]
        level.columns, effect.columns = ["level", "level_low", "level_high"], ["effect", "effect_low", "effect_high"]
        parts[team] = level.join(effect)
    if not parts:
        return pd.DataFrame(columns=["level", "level_low", "level_high", "effect", "effect_low", "effect_high"])
    return pd.concat(parts, names=["team", "outcome"])


def came_true(prediction: Prediction, found: pd.DataFrame) -> dict[str, bool]:
    """Which answers of a prediction came true, by outcome; ``found``: :func:`effects` of the round in the calm world.

    ``lower`` and ``higher`` come true where the interval says so, ``none`` where there is no clear difference. Answers to other
    questions, and those on outcomes that could not be judged (no package, too few runs), are left out.
    """
    judged = {}
    for outcome, expected in prediction.answers.items():
        place = (prediction.team, outcome)
        if expected in EXPECTED and place in found.index:
            word = str(found.loc[place, "verdict"])
            if word in (*CLEAR, NONE, UNCLEAR):
                judged[outcome] = word == expected if word in CLEAR else expected == "none"
    return judged


def hits(predictions: Iterable[Prediction], found: pd.DataFrame) -> pd.DataFrame:
    """Predictions that came true: a row a prediction, ``member, team, right, judged`` (numbers of answers)."""
    rows = [(p.member, p.team, sum(true.values()), len(true)) for p in predictions for true in [came_true(p, found)]]
    return pd.DataFrame(rows, columns=["member", "team", "right", "judged"])
