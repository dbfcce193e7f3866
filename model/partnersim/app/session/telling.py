"""What is said of a session in words: packages, who is ahead, what predictions came true."""

from __future__ import annotations

import functools
import math
from collections import Counter
from dataclasses import dataclass

from partnersim import sharing
from partnersim.app.picture import people
from partnersim.app.session.board import Board, Played
from partnersim.app.session.charts import SHORT, percent
from partnersim.app.session.look import Look
from partnersim.app.words import Words
from partnersim.classroom import scores
from partnersim.classroom.records import Prediction, Proposal, Session, Team
from partnersim.exercises import load_exercises, telling
from partnersim.ledger import HEADLINES
from partnersim.mistakes import Mistake


@dataclass(frozen=True)
class Cell:
    """What a team expected of an outcome, and what came: numbers of members by answer, the verdict, how many were right."""

    expected: dict[str, int]
    verdict: str
    size: str
    right: int
    judged: int
    after: str
    """Where the outcome is once the held-out world has struck."""


def team_name(number: int, words: Words) -> str:
    """Such as Team A."""
    return Team.of(number).name(words.language)


def listed(teams: tuple[int, ...], words: Words) -> str:
    """Names of teams, one after the other: Team A, or teams A and B."""
    if len(teams) == 1:
        return team_name(teams[0], words)
    return words.say("class.teams", list=words.listed([Team.of(team).letter for team in teams]))


@functools.lru_cache(maxsize=400)
def policies(text: str, words: Words) -> tuple[str, ...]:
    """What a package does, a line a policy."""
    try:
        scenario = sharing.scenario_from_text(text)
        blocks = sharing.document_of(scenario).get("policy", [])
    except Mistake:
        return ()
    lines = []
    for block in blocks:
        told = words.say(f"plain.{block['lever']}")
        strength = round(100 * block.get("strength", 1.0))
        lines.append(told if strength == 100 else words.say("class.policy", policy=told, percent=strength))
    return tuple(lines)


def days(value: float, words: Words) -> str:
    """Staff-days a year, and how many people that is."""
    return words.say("class.days", days=words.integer(value), people=people(value, words))


def standing(played: Played, teams: tuple[int, ...], words: Words) -> list[str]:
    """Who is ahead and how far that is known, a sentence a group."""
    if len(teams) < 2:
        return []
    say = words.say
    unbeaten = tuple(team for team in teams if team in played.unbeaten)
    close = tuple(team for team in teams if team not in unbeaten and team not in played.beaten)
    said = [say("class.standing.unbeaten", n=len(unbeaten), teams=listed(unbeaten, words))]
    if played.beaten:
        losers = [
            say("class.standing.by", team=Team.of(team).letter, others=words.listed([Team.of(other).letter for other in others]))
            for team, others in played.beaten.items()
        ]
        said.append(say("class.standing.beaten", list=words.listed(losers)))
    if close:
        said.append(say("class.standing.close", n=len(close), teams=listed(close, words)))
    if played.pairs == 1:
        differing = [say(f"class.short.{SHORT[outcome]}") for outcome in HEADLINES if played.clear[outcome]]
        said.append(say("class.standing.pair", list=words.listed(differing)) if differing else say("class.standing.pair_none"))
    else:
        clear = {SHORT[outcome]: played.clear[outcome] for outcome in HEADLINES}
        said.append(say("class.standing.pairs", of=played.pairs, **clear))
    return said


def effect_rows(board: Board, words: Words) -> list[tuple[int, list[str]]]:
    """The table twin of the pictures: by team and outcome, in words, in each world."""
    rows = []
    for team in board.teams:
        cells = []
        for outcome in HEADLINES:
            told = []
            for world in board.worlds:
                place = world.places[team, outcome]
                ends = (percent(place.low, words), percent(place.high, words))
                interval = words.say("card.range", low=ends[0], high=ends[1]) if math.isfinite(place.low) else ""
                told.append(
                    words.say(
                        "class.cell", percent=percent(place.mean, words), range=interval, verdict=verdict(place.verdict, words)
                    )
                )
            cells.append(" → ".join(told))
        rows.append((team, cells))
    return rows


def verdict(word: str, words: Words) -> str:
    """lower, higher, none, unclear or few in the words of the page."""
    return words.say(f"class.verdict.{word}")


def foretold(look: Look, words: Words) -> dict[int, dict[str, Cell]]:
    """By team and outcome what its members expected, and what came true of it as far as results are shown."""
    board = look.board
    found = board.effects if board else None
    table: dict[int, dict[str, Cell]] = {}
    for team in sorted({prediction.team for prediction in look.predictions} | set(board.teams if board else ())):
        mine = [prediction for prediction in look.predictions if prediction.team == team]
        true = [scores.came_true(prediction, found) for prediction in mine] if found is not None else []
        table[team] = {}
        for outcome in HEADLINES:
            judged = [judgement[outcome] for judgement in true if outcome in judgement]
            came, size, after = "", "", ""
            if board and team in board.teams:
                came, size = board.calm.places[team, outcome].verdict, percent(board.calm.places[team, outcome].mean, words)
                after = percent(board.struck.places[team, outcome].mean, words) if board.struck else ""
            counts = Counter(prediction.answers[outcome] for prediction in mine if outcome in prediction.answers)
            table[team][outcome] = Cell(dict(counts), came, size, sum(judged), len(judged), after)
    return table


def own_prediction(look: Look, member: int) -> Prediction | None:
    """What a member predicted in this round."""
    return next((prediction for prediction in look.predictions if prediction.member == member), None)


def held(look: Look, prediction: Prediction, words: Words) -> list[tuple[str, str, str, bool | None]]:
    """A prediction against what came: outcome, expected, what came, whether it came true (None where that is not known)."""
    true = scores.came_true(prediction, look.board.effects) if look.board else {}
    rows = []
    for outcome in HEADLINES:
        if outcome in prediction.answers:
            came = ""
            if look.board and prediction.team in look.board.teams:
                came = verdict(look.board.calm.places[prediction.team, outcome].verdict, words)
            expected = words.say(f"class.expect.{prediction.answers[outcome]}")
            rows.append((words.say(f"card.{SHORT[outcome]}"), expected, came, true.get(outcome)))
    return rows


def story(session: Session, words: Words) -> str:
    """The situation: that of the session's exercise, else the one that fits all."""
    exercise = next((exercise for exercise in load_exercises() if exercise.name == session.exercise), None)
    return words.say("class.brief.situation") if exercise is None else telling(words.language).about(exercise, "story")


def task(session: Session, words: Words) -> str:
    """What teams are to do."""
    if session.budget is None:
        return words.say("class.brief.task_free")
    return words.say("class.brief.task", days=days(session.budget, words))


def proposed(proposal: Proposal, look: Look, words: Words) -> str:
    """Which revision, by whom, what it takes."""
    who = look.names.get(proposal.member, "")
    return words.say("class.proposed", n=proposal.revision, who=who, days=days(proposal.staff_days, words))
