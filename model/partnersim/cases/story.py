"""A case told: what the report says of it, what the model makes of it, and what became of it when planted into runs."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from partnersim.cases.counts import changed, counted, counted_contacts
from partnersim.cases.file import TYPES, Case, load_case, load_cases
from partnersim.cases.follow import Fate, plain, run_seeds
from partnersim.cases.reading import CRITERIA, CRITERION_WORDS, WORDS, Verdict, criteria
from partnersim.english import an, lasting, listed, people, sentence, sized, told
from partnersim.english import counted as number
from partnersim.kinds import Size
from partnersim.scenario import Scenario, ScenarioError
from partnersim.simulate import laboratories
from partnersim.stories.names import GOAL_WORDS, SECTORS, SIZES, with_article

WIDTH, MARGIN = 88, 11
KIND_WORDS = {
    "core_business": "core-business",
    "social_investment": "social-investment",
    "advocacy": "advocacy",
    "finance": "innovative-finance",
    "humanitarian": "humanitarian",
}
HELD_WORDS = {
    "forum": "ties that {lead} makes to companies at a forum",
    "seats": "seats for companies in an advisory group of {lead}",
    "exchange": "staff exchanges of {lead} with companies",
}
ENDINGS = {
    "yielded": "the UN lead gave way to another entity",
    "joined": "the UN lead joined another entity's bid",
    "no_capacity": "the company had no place left",
    "flagged": "another entity's warning stopped it",
    "screened_out": "the company was turned down for its risk",
    "quality": "the design was found wanting",
    "appraisal": "an appraisal found that it would not pay",
    "lapsed": "it lapsed",
    "partner_left": "the company left",
    "completed": "it came to its end",
    "closed": "it was found to fail and closed",
    "open": "it was still open at the end",
}
CONTACT_WORDS = {
    "known": "companies it knows after a year",
    "insiders": "insiders among them",
    "skill": "partnering skill after a year (0-1)",
    "signed": "agreements it signed in the study",
}


@dataclass(frozen=True)
class CaseStory:
    """One case, planted into runs of one scenario and of another on common seeds, and told."""

    case: Case
    scenario: Scenario
    against: Scenario
    seeds: tuple[int, ...]
    months: int
    size: str
    verdicts: dict[str, Verdict]
    """Which criteria of transformation the case can meet; empty for what is no partnership."""
    results: dict[str, list[Any]]
    """A :class:`~partnersim.cases.follow.Fate`, or :class:`~partnersim.cases.follow.Contacts`, for each seed, by scenario."""
    state_names: dict[str, str]

    @property
    def told_seed(self) -> int:
        """The first seed in which the partnership was signed, else the first."""
        fates = self.results[self.scenario.name]
        if not self.case.kind:
            return self.seeds[0]
        return next((fate.seed for fate in fates if fate.signed), self.seeds[0])

    def of(self, scenario: Scenario) -> Any:
        """What became of the case in the seed that is told."""
        return self.results[scenario.name][self.seeds.index(self.told_seed)]

    def counts(self, scenario: Scenario) -> dict[str, Any]:
        """How often the case came to what under a scenario; keys: :mod:`partnersim.cases.counts`."""
        found = self.results[scenario.name]
        quoted = self.case.quoted.value if self.case.quoted else None
        return counted(found, quoted) if self.case.kind else counted_contacts(found)

    def as_dict(self) -> dict[str, Any]:
        """Plain content, for JSON."""
        both = (self.scenario, self.against)
        out = {
            "case": asdict(self.case),
            "scenario": self.scenario.name,
            "against": self.against.name,
            "seeds": list(self.seeds),
            "months": self.months,
            "size": self.size,
            "told_seed": self.told_seed,
            "criteria": {name: {"answer": v.answer.value, "why": v.why} for name, v in self.verdicts.items()},
            "told": {s.name: plain(self.of(s)) for s in both},
            "counts": {s.name: self.counts(s) for s in both},
        }
        if self.case.kind:
            out["changed"] = changed(self.results[self.scenario.name], self.results[self.against.name])
        return out

    def text(self) -> str:
        """The story for a terminal of 88 columns."""
        parts = [_filled(line) for line in self._opening()]
        parts += self._partnership() if self.case.kind else self._contacts()
        return "\n\n".join(parts) + "\n"

    def _opening(self) -> list[str]:
        case = self.case
        paragraphs = listed([str(p) for p in case.paragraphs])
        types = listed([TYPES[t] for t in case.types])
        places = f"paragraph{'s' * (len(case.paragraphs) > 1)} {paragraphs}"
        head = f"{case.title} ({case.name}): box {case.box} of A/66/320, see {places}."
        side = listed([case.lead, *case.others]) + (f" ({case.un_note.rstrip('.')})" if case.un_note else "")
        says = f"The report tells of a case of type {'/'.join(case.types)}, {types}. On the UN side: {side}."
        says += f" With {'; '.join(p.who for p in case.partners)}."
        says += f" Where: {case.where}."
        if case.scales:
            says += f" As quoted: {'; '.join(f'{s.quoted} ({s.source})' for s in case.scales)}."
        says += f" Signs of transformation: {case.signals[:1].lower()}{case.signals[1:]}"
        if case.kind:
            says += f" It does not tell {listed(case.silent, 'or')}: the model decides." if case.silent else ""
            holds = f"The model holds it as {an(KIND_WORDS[case.kind])} partnership for {self._goal()}."
        else:
            holds = f"No partnership in the model's sense. It is held as {HELD_WORDS[case.held_as].format(lead=case.lead)}."
        return [head, says, f"{holds} {case.mapping}"]

    def _goal(self) -> str:
        return GOAL_WORDS.get(self.case.goal, self.case.goal)

    def _partnership(self) -> list[str]:
        fate, name = self.of(self.scenario), self.scenario.name
        n = len(self.seeds)
        which = f"seed {fate.seed}"
        if n > 1:
            which += ", the first in which it was signed" if fate.signed else ", the first; it was signed in none"
        parts = ["What the test of transformation could find, by what the box tells"]
        parts.append(_rows([(v.answer.value, f"{CRITERION_WORDS[k]}: {v.why}") for k, v in self.verdicts.items()]))
        parts.append(f"Planted in month 1 of {name}, {which}")
        parts.append(_rows([(f"Month {month}", text) for month, text in self._months(fate)]))
        parts += [_filled(self._days(fate)), _filled(self._delivery(fate))]
        if fate.months_performing:
            parts += [_rows(self._test(fate)), _filled(self._reach(fate))]
        if n > 1:
            parts.append(f"In {n} seeds under {name}")
            parts.append(_filled(self._often(self.counts(self.scenario))))
        parts.append(f"Under another policy: {self.against.title} ({self.against.name})")
        parts.append(_filled(self._otherwise(fate, self.of(self.against))))
        if n > 1:
            parts.append(_filled(self._changed()))
        return parts

    def _company(self, fate: Fate) -> str:
        size, sector, home = fate.company
        words = [SIZES[Size[size.upper()]], SECTORS.get(sector, sector.replace("_", " ")), "company"]
        return f"a {' '.join(words)} from {self._state(home)}"

    def _state(self, iso3: str) -> str:
        return self.state_names.get(iso3, iso3)

    def _months(self, fate: Fate) -> list[tuple[int, str]]:
        """What happened to the planted record, by month."""
        case, design = self.case, fate.designed
        first = [c for c in fate.countries if c in case.countries] or fate.countries[:1]
        where = listed([self._state(c) for c in first])
        lines = [(1, f"{listed([case.lead, *case.others])} set out with {self._company(fate)} for {self._goal()} in {where}.")]
        if fate.screened:
            lines.append((fate.screened, "The company passed screening, and design began."))
        if fate.approved:
            aboard = [WORDS[name] for name in ("government", "civil") if design[name]] or ["neither government nor civil society"]
            with_un = told(len(design["entities"]), "UN entity")
            text = f"The design was approved: {with_un}, {told(design['companies'], 'company')}, {listed(aboard)}"
            features = [words for key, words in FEATURES.items() if design[key]] or [
                "no aim at a market or rule, KPIs or exit plan"
            ]
            lines.append((fate.approved, f"{text}; {listed(features)}."))
        if fate.signed:
            lines.append((fate.signed, f"The agreement was signed, {lasting(fate.signed - 1)} after the idea."))
        if fate.started:
            lines.append((fate.started, f"It began to deliver, {lasting(fate.started - 1)} after the idea."))
        if fate.transformative:
            lines.append((fate.transformative, "It met the test of transformation."))
        if fate.ended:
            lines.append((fate.ended, f"{sentence(ENDINGS[fate.reason])}."))
        else:
            lines.append((self.months, f"At the end of the study it was {STAGES.get(fate.stage, fate.stage)}."))
        return lines

    def _days(self, fate: Fate) -> str:
        sides = [f"{side} {told_days(days)}" for side, days in fate.days.items()]
        return f"Staff-days: {told_days(fate.total)} in all; {listed(sides)}."

    def _delivery(self, fate: Fate) -> str:
        if not fate.started:
            return "It never delivered, so the test of transformation had nothing to find."
        if not fate.months_performing:
            text = f"In {number(fate.months_delivering, 'month')} of delivery it never performed: it reached nobody, and no"
            return f"{text} criterion of the test of transformation could be met."
        text = f"Of {number(fate.months_delivering, 'month')} of delivery it performed in {fate.months_performing:,}."
        if fate.transformative:
            months = fate.transformative - fate.started
            return f"{text} It passed the test of transformation {lasting(months)} after it began to deliver:"
        return f"{text} It did not pass the test of transformation, all four criteria for a year on end:"

    def _test(self, fate: Fate) -> list[tuple[str, str]]:
        """Which criteria were met in some month of performing and which were missed, and why."""
        design = fate.designed
        missing = listed([WORDS[name] for name in design["missing"]]) if design["missing"] else ""
        life = "it lives beyond its funding" if fate.lives_on else "it has no life beyond its funding"
        why = {
            "sectors": "all are members" if design["sectors_met"] else f"without {missing}",
            "competence": f"{design['core_share']:.0%} of the value comes from it",
            "institutions": f"it raised the index of its country and goal by {fate.institution:.3f}",
            "scale": f"{people(fate.people_most)} at most, where {people(fate.people_asked)} are asked, and {life}",
        }
        heads = [f"{months} months" if (months := fate.criteria[name]) else "missed" for name in CRITERIA]
        return [(head, f"{CRITERION_WORDS[name]}: {why[name]}") for head, name in zip(heads, CRITERIA, strict=True)]

    def _reach(self, fate: Fate) -> str:
        quoted = self.case.quoted
        text = f"At its peak it reached {people(fate.people_most)}"
        if quoted:
            ratio = fate.people_most / quoted.value
            text += f"; the figure quoted is {quoted.value:,.0f} {quoted.unit} ({quoted.source}), {_times(ratio)}"
        else:
            text += "; the report quotes no figure of people to hold against it"
        return f"{text}. Over the study that is {sized(fate.person_years)} person-years."

    def _often(self, count: dict[str, Any]) -> str:
        reasons = [f"{ENDINGS[reason]} ({m})" for reason, m in count["not_signed"].items()]
        text = f"It was signed in {_of(count['signed'])} of {count['seeds']}, delivered in {_of(count['delivered'])}, performed"
        text += f" at all in {_of(count['performed'])}, and became transformative in {_of(count['transformative'])}."
        text += f" Else {'; '.join(reasons)}." if reasons else ""
        if count["signed"]:
            text += f" Medians: {_number(count['months_to_agreement'])} months and {_number(count['days_to_signing'])} staff-days"
            text += " of all sides from the idea to the signature"
            if count["delivered"]:
                months = _number(count["months_to_delivery"])
                text += f", {months} months to first delivery, {people(count['people_most'])} at the peak"
            text += "."
        if self.case.quoted:
            text += f" It reached as many as quoted in {_of(count['people_as_quoted'])}."
        if count["performed"]:
            met = [f"{CRITERION_WORDS[name]} in {_of(m)}" for name, m in count["criteria"].items()]
            text += f" Seeds in which a criterion was met in some month: {listed(met)}."
        return text

    def _otherwise(self, here: Fate, there: Fate) -> str:
        """What became of the told seed under the other policy."""
        if plain(here) == plain(there):
            return f"In seed {here.seed} nothing would have changed for it."
        end = f"{ENDINGS[there.reason]} in month {there.ended}" if there.ended else "it went on to the end of the study"
        days = f"{told_days(there.total)} staff-days of all sides"
        if not there.signed:
            return f"In seed {here.seed} it would not have been signed: {end}, after {days}."
        text = f"In seed {here.seed} it would have been signed in month {there.signed}, performed in"
        text += f" {number(there.months_performing, 'month')} and reached {people(there.people_most)} at its peak"
        text += f", transformative from month {there.transformative}" if there.transformative else ""
        return f"{text}, with {days}; {end}."

    def _changed(self) -> str:
        here, there = self.results[self.scenario.name], self.results[self.against.name]
        n, count = len(self.seeds), changed(here, there)
        same = count["same_course"]
        text = f"On the same {n} seeds its months, its end and its reason were the same in {_of(same)}."
        if same == n:
            return text
        both, (won, lost) = count["signed_in_both"], count["signed"]
        text += f" It gained an agreement in {_of(won)} and lost one in {_of(lost)}."
        if both:
            (later, sooner), (dearer, cheaper) = count["months_to_agreement"], count["days_to_signing"]
            text += f" Of {both} signed either way it came sooner in {_of(sooner)} and later in {_of(later)}, with fewer"
            text += f" staff-days in {_of(cheaper)} and more in {_of(dearer)}."
        (higher, lower), (won, lost) = count["people_most"], count["transformative"]
        text += f" Its peak was higher in {_of(higher)} and lower in {_of(lower)}; it gained the transformation in {_of(won)} and"
        return f"{text} lost it in {_of(lost)}."

    def _contacts(self) -> list[str]:
        case, parts = self.case, []
        for scenario in (self.scenario, self.against):
            count = self.counts(scenario)
            rows = []
            for name, words in CONTACT_WORDS.items():
                more, less = count[name]["more_and_less"]
                head = f"{_number(count[name]['with'])} : {_number(count[name]['without'])}"
                rows.append((head, f"{words}; more with it in {_of(more)}, fewer in {_of(less)} of {count['seeds']}"))
            seeds = number(len(self.seeds), "seed")
            title = f"{case.lead} with the case : without it, medians of {seeds} under {scenario.title} ({scenario.name})"
            parts += [_filled(title), _rows(rows, 15)]
        text = "It serves no people itself, so the test of transformation does not apply. Exchanges cost the lead staff-days; a"
        return [*parts, _filled(f"{text} conference and a group are planted without their cost, which flatters them.")]


FEATURES = {
    "systemic": "an aim at a market or rule",
    "kpis": "KPIs",
    "exit_plan": "an exit plan",
    "business_case": "a business case",
}
STAGES = {
    "delivering": "still delivering",
    "fixed": "still delivering, after a fix",
    "scaled": "being scaled up",
    "ended": "over",
}


def _of(n: int) -> str:
    return str(n) if n else "none"


def _rows(rows: Sequence[tuple[str, str]], margin: int = MARGIN) -> str:
    return "\n".join(_hanging(head, text if text.endswith(".") else f"{text}.", margin) for head, text in rows)


def _times(ratio: float) -> str:
    if ratio >= 1.0:
        return f"which it reached {ratio:.1f} times over"
    return f"of which it reached {ratio:.0%}"


def told_days(days: float) -> str:
    """Staff-days, whole."""
    return f"{days:,.0f}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def _filled(paragraph: str) -> str:
    return textwrap.fill(paragraph, WIDTH, break_on_hyphens=False)


def _hanging(head: str, text: str, margin: int) -> str:
    return textwrap.fill(f"{head:<{margin}}{text}", WIDTH, subsequent_indent=" " * margin, break_on_hyphens=False)


def case(
    name: str | Path,
    scenario: Scenario | str = "baseline",
    seeds: int | Sequence[int] = 100,
    against: Scenario | str | None = None,
    months: int = 120,
    size: str = "system",
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> CaseStory:
    """Plant a case of the report's boxes into runs, and tell what became of it.

    ``name``: a case of the library or a file; ``scenario``: where it is planted; ``against``: the other policy on the same
    seeds, the case's own choice unless given (baseline where that is the scenario); ``seeds``: a number n for seeds 0 to
    n - 1, or the seeds; ``progress`` is called with 1 for each seed done. Raises ``ScenarioError`` for what is wrong with any.
    """
    found = load_case(name)
    labs = laboratories([scenario], size, months)
    other = against if against is not None else found.compare_with
    if against is None and other == labs[0].scenario.name:
        other = "baseline"
    labs = laboratories([labs[0].scenario, other], size, months)
    wanted = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
    if not wanted:
        raise ScenarioError(f"seeds is {seeds}; allowed are 1 and more")
    lab = labs[0]
    return CaseStory(
        found,
        lab.scenario,
        labs[1].scenario,
        wanted,
        months,
        size,
        criteria(found, lab.population, lab.values),
        run_seeds(found, labs, wanted, workers, progress),
        {code: with_article(n) for code, n in zip(lab.population.iso3, lab.population.state_names, strict=True)},
    )


def listing() -> str:
    """The shipped cases, a line each."""
    rows = [(c.name, c.box, "/".join(c.types), c.title) for c in load_cases()]
    width = max(len(name) for name, *_ in rows)
    return "\n".join(f"{name:<{width}}  box {box:<3}  {types:<3}  {title}" for name, box, types, title in rows) + "\n"
