"""The exercises in a terminal, for those without the page: predict, run, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from partnersim.cli.common import QUIET, announce_compiling, progress_bar

if TYPE_CHECKING:
    from partnersim.exercises import Exercise, Question, Telling


@click.command()
@click.argument("name", required=False)
@click.option("--question", "only", help="The id of one question; all unless given.")
@click.option("--language", default="en", show_default=True, help="en or zh.")
@click.option("--seeds", type=click.IntRange(3), default=100, show_default=True, help="Paired worlds.")
@click.option("--ask/--tell", "asks", default=True, help="Ask for a prediction before each answer, or only tell the answers.")
@QUIET
def exercise(name: str | None, only: str | None, language: str, seeds: int, asks: bool, quiet: bool) -> None:
    """Work through the exercise NAME: predict, run, explain (no argument: list them)."""
    from partnersim.exercises import load_exercise, load_exercises, telling
    from partnersim.languages.catalogue import languages

    if language not in languages("exercises"):
        raise click.UsageError(f"--language is {language}; allowed: {', '.join(languages('exercises'))}")
    words = telling(language)
    if name is None:
        for known in load_exercises():
            click.echo(f"{known.number}  {known.name}: {words.about(known, 'tension')}")
        return
    found = load_exercise(name)
    questions = found.questions if only is None else (found.question(only),)
    click.echo(f"{words.about(found, 'title')}\n\n{words.about(found, 'story')}\n")
    announce_compiling(quiet)
    for question in questions:
        _work_through(found, question, words, seeds, asks, quiet)


def _work_through(exercise: Exercise, question: Question, words: Telling, seeds: int, asks: bool, quiet: bool) -> None:
    """One question: ask for a prediction, run both scenarios, tell what came out and why."""
    import dataclasses

    from partnersim.exercises import DIRECTIONS, ask, n_runs, of_question

    click.echo(words.prompt(exercise, question))
    for way, reason in words.reasons(exercise, question).items():
        click.echo(f"  {words.say('perhaps', direction=words.direction(way))} {reason}")
    if asks:
        ways = {str(n): words.direction(way) for n, way in enumerate(DIRECTIONS, 1)}
        menu = ", ".join(f"{n} {way}" for n, way in ways.items())
        predicted = ways[click.prompt(f"{words.say('predict')} ({menu})", type=click.Choice(list(ways)), show_choices=False)]
    alone = [dataclasses.replace(exercise, questions=(question,))]
    with progress_bar(n_runs(alone, seeds), quiet) as progress:
        table = of_question(ask(alone, seeds, progress=progress), exercise, question)
    click.echo(f"\n{words.verdict(table.iloc[0])}")
    if asks:
        right = predicted == words.direction(table["verdict"].iloc[0])
        click.echo(words.say("predicted_right" if right else "predicted_otherwise", direction=predicted))
    click.echo(f"{words.explanation(exercise, question, table)}\n")
