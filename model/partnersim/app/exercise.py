"""Predict, run, explain: an exercise asks for a prediction before it shows the answer."""

from __future__ import annotations

from html import escape

import pandas as pd
from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import context, ui
from nicegui.events import GenericEventArguments

from partnersim import sharing
from partnersim.app.asking import Asking
from partnersim.app.frame import frame
from partnersim.app.parts import attribute, button, markup, tag
from partnersim.app.render import rendered
from partnersim.app.site import Site
from partnersim.app.view import dots
from partnersim.app.words import Words
from partnersim.exercises import DIRECTIONS, Exercise, Question, answer, load_exercise, load_exercises, telling
from partnersim.live import Pair
from partnersim.scenario import ScenarioError


def register(site: Site) -> None:
    """Make the pages known."""

    @ui.page("/exercises")
    def exercises(request: Request) -> None:
        with frame(request, "exercises") as words:
            tell, say = telling(words.language), words.say
            tag("h1", text=say("exercise.list"))
            tag("p", "lead", say("exercise.lead"))
            with tag("ol", "exercises"):
                for exercise in load_exercises():
                    with tag("li", "panel"):
                        tag("a", "title", tell.about(exercise, "title"), href=f"/exercise/{exercise.name}")
                        tag("p", text=tell.about(exercise, "tension"))
                        tag("p", "help", words.paragraphs(exercise.paragraphs))

    @ui.page("/exercise/{name}")
    def one(request: Request, name: str) -> RedirectResponse | None:
        try:
            exercise = load_exercise(name)
        except ScenarioError:
            return RedirectResponse("/exercises")
        with frame(request, "exercises") as words:
            Worksheet(site, words, exercise).build()
        return None


class Worksheet:
    """One student at one exercise: the questions in their order, each open once the one before is answered."""

    def __init__(self, site: Site, words: Words, exercise: Exercise) -> None:
        self.site, self.words, self.exercise = site, words, exercise
        self.telling = telling(words.language)
        self.right = 0

    def build(self) -> None:
        """The story, the first question, and room for what follows."""
        tell, exercise, say = self.telling, self.exercise, self.words.say
        context.client.title = f"{tell.about(exercise, 'title')} · {say('page.title')}"
        tag("p", "help", say("exercise.number", n=exercise.number, of=len(load_exercises())))
        tag("h1", text=tell.about(exercise, "title"))
        tag("p", "tension", tell.about(exercise, "tension"))
        tag("p", "story panel", tell.about(exercise, "story"))
        self.place = tag("div", "asked")
        self._ask(0)

    def _ask(self, number: int) -> None:
        with self.place:
            if number < len(self.exercise.questions):
                Asked(self, number)
            else:
                self._end()

    def answered(self, number: int, is_right: bool) -> None:
        """A question has its answer: count it and ask the next."""
        self.right += is_right
        self._ask(number + 1)

    def _end(self) -> None:
        tell, exercise, say = self.telling, self.exercise, self.words.say
        with tag("section", "panel end", aria_labelledby="end-title"):
            tag("h2", text=say("exercise.end"), id="end-title")
            tag("p", text=say("exercise.right", n=self.right, of=len(exercise.questions)))
            tag("h3", text=say("exercise.debrief"))
            with tag("ul"):
                for question in tell.debrief(exercise):
                    tag("li", text=question)
            tag("h3", text=say("exercise.transfer"))
            tag("p", text=tell.about(exercise, "transfer"))
            tag("h3", text=say("exercise.limits"))
            tag("p", text=tell.about(exercise, "limits"))
            tag("a", "button", say("exercise.more"), href="/exercises")


class Asked:
    """One question: a prediction, then the answer of a hundred worlds, then why."""

    def __init__(self, sheet: Worksheet, number: int) -> None:
        self.sheet, self.number = sheet, number
        self.question: Question = sheet.exercise.questions[number]
        self.prediction = ""
        self.is_locked = False
        self.client, self.asking = context.client, Asking(sheet.site.ensembles)
        self._build()

    def _build(self) -> None:
        sheet, say, question = self.sheet, self.sheet.words.say, self.question
        tell, exercise = sheet.telling, sheet.exercise
        with tag("section", "panel question", aria_labelledby=f"question-{self.number}", id=question.id):
            count = say("exercise.question", n=self.number + 1, of=len(exercise.questions))
            tag("h2", text=count, id=f"question-{self.number}")
            tag("p", "prompt", tell.prompt(exercise, question), id=f"prompt-{self.number}")
            reasons = tell.reasons(exercise, question)
            with tag("fieldset"):
                tag("legend", text=say("exercise.predict", outcome=tell.outcome(question.outcome)))
                for way in DIRECTIONS:
                    name = f"predict-{self.number}"
                    with tag("label", "way"):
                        radio = tag("input", type="radio", name=name, value=way, id=f"{name}-{DIRECTIONS.index(way)}")
                        radio.on("change", self._chosen, js_handler="(e) => emit(e.target.value)")
                        tag("strong", text=tell.direction(way))
                        if way in reasons:
                            tag("span", "help", reasons[way])
            self.run = button(say("exercise.run"), self._run, "main", id=f"run-{self.number}")
            attribute(self.run, "disabled", True)
            self.answer = markup(classes="answer", role="status", id=f"answer-{self.number}")

    def _chosen(self, event: GenericEventArguments) -> None:
        if event.args in DIRECTIONS and not self.is_locked:
            self.prediction = str(event.args)
            attribute(self.run, "disabled", None)

    def _run(self) -> None:
        """The prediction is locked; ask the worlds."""
        if not self.prediction or self.is_locked:
            return
        self.is_locked = True
        attribute(self.run, "disabled", True)
        self.client.run_javascript(f"document.querySelectorAll('[name=predict-{self.number}]').forEach(e => e.disabled = true)")
        self.answer.set_content(f"<p>{escape(self.sheet.words.say('explore.busy', of=self.sheet.site.ensembles.seeds))}</p>")

        against, mine = self.question.scenarios()
        self.asking.ask(mine, against, self._answered, self._show)

    def _answered(self, pair: Pair) -> tuple[Pair, pd.DataFrame]:
        outcomes = tuple(self.question.relies_on())
        return pair, answer(self.question, pair.reference.frame(pair.n, outcomes), pair.mine.frame(pair.n, outcomes))

    def _show(self, made: tuple[Pair, pd.DataFrame]) -> None:
        pair, table = made
        sheet, say, question = self.sheet, self.sheet.words.say, self.question
        tell, exercise = sheet.telling, sheet.exercise
        outcome = question.outcome
        is_right = self.prediction == table.loc[outcome, "verdict"]
        differences = (
            (pair.mine.frame(pair.n, (outcome,)) - pair.reference.frame(pair.n, (outcome,)))[outcome].dropna().to_numpy()
        )
        against, mine = question.scenarios()
        self.answer.set_content(
            rendered(
                "answer.html",
                say=say,
                is_whole=pair.is_whole,
                n=pair.n,
                of=pair.of,
                verdict=tell.verdict(table.loc[outcome]),
                predicted=tell.direction(self.prediction),
                is_right=is_right,
                dots=dots(differences) if differences.any() else [],
                explanation=tell.explanation(exercise, question, table) if pair.is_whole else "",
                evidence=[tell.verdict(row) for name, row in table.iterrows() if name != outcome],
                held=say("exercise.held", mine=tell.scenario(exercise, mine), against=tell.scenario(exercise, against)),
                link=f"/?s={sharing.to_link(sharing.document_of(mine))}",
            )
        )
        if pair.is_whole:
            sheet.answered(self.number, is_right)
