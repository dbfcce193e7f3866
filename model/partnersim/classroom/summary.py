"""The page of a session to keep: what teams chose and what came of it. Without scripts, without anything beside it."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd

from partnersim.classroom import scores
from partnersim.classroom.errors import ROOM
from partnersim.classroom.records import Prediction
from partnersim.classroom.whole import Whole, moment
from partnersim.languages.catalogue import Catalogue
from partnersim.languages.names import names
from partnersim.ledger import HEADLINES
from partnersim.study.words import BETTER, CLEAR, NONE, TOO_FEW, UNCLEAR, measured

VERDICTS = {NONE: "none", UNCLEAR: "unclear", TOO_FEW: "few"}
"""Keys of the verdicts that name no direction."""


def page(whole: Whole) -> str:
    """The page, in the session's language. Everything that somebody typed is escaped by the template."""
    session = whole.session
    say, named = Catalogue(ROOM, session.language), names(session.language)
    outcomes = {name: named.outcome(name) for name in HEADLINES}
    rounds = [_round(whole, n, say) for n in whole.worlds]
    everybody = [m for m in whole.members.values() if m.gone is None]
    return str(
        _template().render(
            say=say,
            session=session,
            opened=moment(session.opened),
            teams=[(team, [m.nickname for m in everybody if m.team == team.number]) for team in session.teams],
            observers=[m.nickname for m in everybody if m.team is None],
            outcomes=outcomes,
            worlds={world: named.scenario(world).title for world in {r.world for r in whole.results} | {session.calm}},
            rounds=rounds,
        )
    )


def _round(whole: Whole, n: int, say: Catalogue) -> dict[str, Any]:
    """What the page tells of a round."""
    played, calm, latest = whole.played(n), whole.session.calm, whole.latest(n)
    found = scores.effects(played[calm]) if calm in played else pd.DataFrame()
    predictions = [p for p in whole.predictions if p.round == n]
    held_out = whole.worlds[n]
    return {
        "number": n,
        "packages": [(whole.session.teams[team - 1], p, whole.members[p.member].nickname) for team, p in latest.items()],
        "played": [(world, _effects(world_played, say), _standing(world_played, say)) for world, world_played in played.items()],
        "hits": _hits(predictions, found, say),
        "struck": _struck(played[calm], played[held_out], say) if calm in played and held_out in played else [],
        "held_out": held_out,
    }


def _team(team: int, say: Catalogue) -> str:
    return say("team.name", letter=chr(ord("A") + team - 1))


def _effects(played: scores.Played, say: Catalogue) -> list[tuple[str, list[tuple[str, str]]]]:
    """A row a team: its name, then by outcome the difference with its interval, and the verdict."""
    found = scores.effects(played)
    rows = []
    for team in sorted(played.packages):
        cells = []
        for outcome in HEADLINES:
            row = found.loc[(team, outcome)]
            size, interval = measured(row["difference"], row["low"], row["high"])
            word = row["verdict"]
            side = "better" if word == BETTER[outcome] else "worse"
            told = say(f"verdict.{word}_{side}" if word in CLEAR else f"verdict.{VERDICTS[word]}")
            cells.append((f"{size} {interval}", told))
        rows.append((_team(team, say), cells))
    return rows


def _standing(played: scores.Played, say: Catalogue) -> list[str]:
    """A sentence a team: whether another beats it, and whether that is clear."""
    if len(played.packages) < 2:
        return []
    sentences = []
    for team, row in scores.standing(played).iterrows():
        others = say("summary.comma").join(_team(other, say) for other in row["clearly_beaten_by"])
        key = "beaten" if others else "unbeaten" if row["unbeaten"] else "close"
        sentences.append(say(f"summary.{key}", team=_team(int(team), say), others=others))
    return sentences


def _hits(predictions: list[Prediction], found: pd.DataFrame, say: Catalogue) -> list[str]:
    """A sentence a team: how many answers of its members came true."""
    table = scores.hits(predictions, found).groupby("team")[["right", "judged"]].sum()
    table = table[table["judged"] > 0]
    return [
        say("summary.hits", team=_team(int(team), say), right=int(row["right"]), judged=int(row["judged"]))
        for team, row in table.iterrows()
    ]


def _struck(calm: scores.Played, hit: scores.Played, say: Catalogue) -> list[tuple[str, list[tuple[str, str]]]]:
    """A row a team: by outcome, how it changes in the held-out world, and how what the package adds changes."""
    table = scores.struck(calm, hit)
    rows = []
    for team in table.index.unique("team"):
        cells = []
        for outcome in HEADLINES:
            row = table.loc[(team, outcome)]
            level = measured(row["level"], row["level_low"], row["level_high"])
            effect = measured(row["effect"], row["effect_low"], row["effect_high"])
            cells.append((" ".join(level), " ".join(effect)))
        rows.append((_team(int(team), say), cells))
    return rows


@functools.cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("partnersim.classroom")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template("summary.html")
