"""One run, told: its years, its most telling events, and every partnership's record."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import pandas as pd

from partnersim.english import counted, listed, often, sentence, sized, told
from partnersim.outcomes import outcomes_of
from partnersim.scenario import Policy, Scenario
from partnersim.simulate import Laboratory
from partnersim.stories.candidates import candidates
from partnersim.stories.events import Event, choose
from partnersim.stories.names import Names
from partnersim.stories.noted import Observed
from partnersim.stories.observe import observe
from partnersim.stories.trace import records_frame
from partnersim.stories.years import Years, years_frame

WIDTH = 88
MARGIN = 11


@dataclass(frozen=True)
class Story:
    """One run of a scenario, told."""

    scenario: Scenario
    seed: int
    months: int
    size: str
    outcomes: dict[str, float]
    """The row of the outcome table."""
    years: pd.DataFrame
    """A row a year; columns: :func:`partnersim.stories.years.years_frame`."""
    events: list[Event]
    """The most telling events, at most ten, by month."""
    records: pd.DataFrame
    """A row a partnership; columns: :func:`partnersim.stories.trace.records_frame`."""
    opening: list[str]
    """The world, the policies and how things stand, a paragraph each."""
    chapters: list[str]
    """A paragraph a year."""
    closing: list[str]
    """The whole run in a paragraph, and what the words mean."""

    def text(self) -> str:
        """The story for a terminal of 88 columns."""
        parts = [*map(_filled, self.opening), "What happened, year by year"]
        parts += [_hanging(f"Year {year}", text) for year, text in zip(self.years["year"], self.chapters, strict=True)]
        if self.events:
            parts.append(
                f"The {told(len(self.events), 'most telling event')}" if len(self.events) > 1 else "The most telling event"
            )
            parts += [_hanging(f"Month {event.month}", event.text) for event in self.events]
        parts += map(_filled, self.closing)
        return "\n\n".join(parts) + "\n"

    def as_dict(self) -> dict[str, object]:
        """Plain content, for JSON; what has no number is None."""
        years = self.years.astype(object).where(self.years.notna(), None).to_dict("records")
        return {
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "digest": self.scenario.digest,
            "seed": self.seed,
            "months": self.months,
            "size": self.size,
            "outcomes": {name: value if value == value else None for name, value in self.outcomes.items()},
            "years": [row | {"text": text} for row, text in zip(years, self.chapters, strict=True)],
            "events": [event.as_dict() for event in self.events],
        }


def run(scenario: Scenario | str = "baseline", seed: int = 0, months: int = 120, size: str = "system") -> Story:
    """Run a scenario once and tell it. ``scenario``: a loaded one, a name or a file; ``months`` after burn-in.

    The run is the one that :func:`partnersim.simulate` makes for this seed, to the bit. Raises ``ScenarioError`` for a
    wrong scenario, seed, length or size.
    """
    lab = Laboratory(scenario, size, months)
    observed = observe(lab, seed)
    names = Names(lab, observed)
    frame = years_frame(observed.world.series)
    largest = [0] * len(frame)
    for incident in observed.incidents:
        year = (incident.month - observed.start - 1) // 12
        largest[year] = max(largest[year], len(incident.entities))
    years = Years(frame, observed.stocks, largest)
    return Story(
        lab.scenario,
        seed,
        months,
        size,
        outcomes_of(observed.world, months),
        frame,
        choose(candidates(observed, names)),
        records_frame(observed, names),
        _opening(lab, observed.stocks, seed, float(observed.world.system["scale"][0])),
        [years.told(i) for i in range(len(frame))],
        _closing(frame, observed),
    )


def _opening(lab: Laboratory, stocks: dict[str, float], seed: int, scale: float) -> list[str]:
    scenario, size = lab.scenario, lab.size
    title = f"{scenario.title} ({scenario.name}), seed {seed}, {counted(lab.months, 'month')}, size {size.name}."
    world = f"The world: {told(size.entities, 'UN entity')}, {told(size.governments, 'government')},"
    world += f" {told(stocks['companies'], 'company')} and {told(size.civil, 'civil society organisation')}."
    if scale < 1.0:
        world += f" Companies are a sample of one in {told(1 / scale)}: partnerships, staff-days and scandals are the sample's,"
        world += " people reached are the world's."
    start = f"At the start {told(stocks['live'], 'partnership')} {'is' if stocks['live'] == 1 else 'are'} live."
    if stocks["delivering"]:
        start += f" Staff report {stocks['reported_performing'] / stocks['delivering']:.0%} of those that deliver as successes;"
        start += f" {stocks['performing'] / stocks['delivering']:.0%} truly perform."
    start += f" The entities' mean reputation is {stocks['reputation']:.0f} points of 100."
    policies = [_policy(lab, policy) for policy in scenario.policies] or ["No policy is in use."]
    return [title, world, "\n".join(policies), start]


def _closing(frame: pd.DataFrame, observed: Observed) -> list[str]:
    total = frame.sum(numeric_only=True)
    book = observed.world.system["book"][0]
    days = book["days_dropped"] + book["days_signed"]
    share = f", with {book['days_dropped'] / days:.0%} of the staff-days that went into attempts" if days else ""
    text = f"In all, {told(total['ideas'], 'idea')} were begun and {told(total['signed'], 'agreement')} signed;"
    text += f" {told(total['dropped'])} were dropped{share}."
    if total["incidents"]:
        by = told(total["incident_events"], "scandal")
        text += f" UN entities were hit {often(total['incidents'])}, by {by}."
    else:
        text += " No scandal hit a UN entity."
    text += f" {sentence(told(float(book['n_transformative']), 'partnership'))} became transformative. The people reached add up"
    by_them = sized(total["transformative_reach"]) if total["transformative_reach"] else "none"
    text += f" to {sized(total['reach_all'])} person-years, {by_them} of them by transformative ones."
    words = "A scandal is misconduct of a company that becomes public and is laid at the door of a UN entity tied to it. A"
    words += " partnership is transformative once it has had all relevant sectors, their core competence, moved institutions"
    words += (
        " and scale together for twelve months. Companies are made up; a code means the same one in every scenario of a seed."
    )
    return [text, words]


def _policy(lab: Laboratory, policy: Policy) -> str:
    text = f"Policy: {lab.levers[policy.lever].title}, from month {policy.start}"
    if policy.full > policy.start:
        text += f", at full strength from month {policy.full}"
    if policy.end is not None:
        text += f", until month {policy.end}"
    if policy.target != "all":
        text += f", for {listed(list(policy.target))}"
    if policy.strength < 1.0:
        text += f", at strength {policy.strength:g}"
    if policy.adoption < 1.0:
        text += f", taken up by {policy.adoption:.0%}"
    chosen = [f"{name} {value}" if isinstance(value, str) else f"with {name}" for name, value in policy.options.items() if value]
    options = f" ({', '.join(chosen)})" if chosen else ""
    return f"{text}, on {'new money' if policy.funding == 'new' else 'existing budgets'}{options}."


def _filled(paragraph: str) -> str:
    return "\n".join(textwrap.fill(line, WIDTH, break_on_hyphens=False) for line in paragraph.split("\n"))


def _hanging(head: str, text: str) -> str:
    indent = " " * MARGIN
    return textwrap.fill(f"{head:<{MARGIN}}{text}", WIDTH, subsequent_indent=indent, break_on_hyphens=False)
