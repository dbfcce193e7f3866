"""Markup of what a class has done: results, packages, predictions. The wall, students and the teacher show the same."""

from __future__ import annotations

import functools
from typing import Any

from markupsafe import Markup

from partnersim.app.render import rendered
from partnersim.app.session import charts, telling
from partnersim.app.session.board import Board
from partnersim.app.session.look import Look
from partnersim.app.session.marks import named
from partnersim.app.words import Words
from partnersim.classroom.records import Team
from partnersim.classroom.scores import EXPECTED
from partnersim.ledger import HEADLINES
from partnersim.study.words import BETTER

PAIRS = (("transaction_cost", "transformative_reach"), ("incidents", "transformative_reach"))
"""Outcomes that are drawn against each other, across and up."""
SIGNS = {"lower": "↓", "none": "≈", "higher": "↑", "unclear": "≈", "few": "?"}
"""Of expectations, then of verdicts."""


def results(look: Look, words: Words, own: int | None = None, is_wall: bool = False) -> str:
    """Pictures of the round with what may be said of them; instead what is waited for, while results are missing.

    ``own``: a team to point out. The table of numbers is there for all; on the wall only for who has the page read out.
    """
    say, board = words.say, look.board
    troubles = [
        say("class.trouble", team=telling.team_name(team, words), reason=reason) for team, reason in look.troubles.items()
    ]
    if board is None:
        key = "computing" if look.latest and look.missing else "no_packages"
        return f'<p class="waiting">{Markup.escape(say(f"class.{key}", n=look.session.seeds))}</p>'
    more = [say("class.computing_world", n=look.session.seeds)] if look.is_struck and board.struck is None else []
    return rendered(
        "class_results.html",
        **_drawn(board, words, own),
        say=say,
        is_wall=is_wall,
        more=more,
        troubles=troubles,
        note=say("class.note_struck" if board.struck else "class.note", n=look.session.seeds),
        labels=[(Markup(named(Team.of(team), words)), look.latest[team].label) for team in board.teams if team in look.latest],
    )


@functools.lru_cache(maxsize=200)
def _drawn(board: Board, words: Words, own: int | None) -> dict[str, Any]:
    """What a board gives in a language to a team: made once for all who look at it."""
    return {
        "outcomes": HEADLINES,
        "short": charts.SHORT,
        "better": BETTER,
        "forests": {outcome: Markup(charts.forest(board, outcome, words, own)) for outcome in HEADLINES},
        "scatters": [Markup(charts.scatter(board, across, up, words, own)) for across, up in PAIRS],
        "sentences": telling.standing(board.worlds[-1], board.teams, words),
        "rows": telling.effect_rows(board, words),
        "teams": {team: telling.team_name(team, words) for team in board.teams},
    }


def packages(look: Look, words: Words, only: int | None = None) -> str:
    """What teams have proposed, or one of them."""
    shown = [
        (
            Markup(named(Team.of(team), words)),
            proposal.label,
            telling.proposed(proposal, look, words),
            telling.policies(proposal.text, words),
        )
        for team, proposal in look.latest.items()
        if only in (None, team)
    ]
    return rendered("class_packages.html", say=words.say, packages=shown) if shown else ""


def foretold(look: Look, words: Words) -> str:
    """Who predicted what, by team, and what came true."""
    table = telling.foretold(look, words)
    rows = [
        (
            Markup(named(Team.of(team), words)),
            look.latest[team].label if team in look.latest else "",
            [cells[outcome] for outcome in HEADLINES],
        )
        for team, cells in table.items()
    ]
    return rendered(
        "class_foretold.html",
        say=words.say,
        outcomes=HEADLINES,
        short=charts.SHORT,
        rows=rows,
        signs=list(SIGNS.items())[: len(EXPECTED)],
        came=SIGNS,
        is_struck=look.board is not None and look.board.struck is not None,
    )


def reasons(look: Look, words: Words) -> str:
    """Who predicted what and why, by name: for the teacher."""
    rows = [
        (
            look.names.get(prediction.member, ""),
            telling.team_name(prediction.team, words),
            [prediction.answers.get(outcome, "") for outcome in HEADLINES],
            prediction.why,
        )
        for prediction in look.predictions
    ]
    return rendered("class_reasons.html", say=words.say, outcomes=HEADLINES, short=charts.SHORT, rows=rows) if rows else ""
