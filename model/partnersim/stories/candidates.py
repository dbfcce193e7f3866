"""Every event of a run that could be told, kind by kind, each with its sentence. Kinds: ``events.TASTES``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from partnersim.english import an, counted, dollars, lasting, often, ordinal, people, sentence, sized, some, told
from partnersim.kinds import NEVER, Reason, Stage
from partnersim.population.firms import WORST_DECILE
from partnersim.stories.events import Event
from partnersim.stories.names import DESK_WORDS, Names, firm_code
from partnersim.stories.noted import Incident, Observed

ENDINGS = {
    Reason.DECLINED: "the company declined",
    Reason.NO_CAPACITY: "the company had no place left",
    Reason.FLAGGED: "another entity's warning stopped it",
    Reason.SCREENED_OUT: "the company was turned down for its risk",
    Reason.QUALITY: "the design was found wanting",
    Reason.APPRAISAL: "an appraisal found that it would not pay",
    Reason.LAPSED: "the talks lapsed",
    Reason.PARTNER_LEFT: "the company left",
}
REFUSALS = (Reason.SCREENED_OUT, Reason.FLAGGED)
Kind = Callable[["Run"], Iterator[Event]]


class Run:
    """What the kinds look at: the observed run, names, and records by number."""

    def __init__(self, observed: Observed, names: Names) -> None:
        self.observed, self.names = observed, names
        self.records, self.notes = observed.records, observed.notes
        self.end = int(observed.world.system["month"][0])
        self.in_study = {name: self.records[name] > observed.start for name in ("begun", "m_signed", "m_ended")}

    def month(self, engine_month: int) -> int:
        """A month of the study."""
        return int(engine_month) - self.observed.start

    def whose(self, number: int) -> str:
        """``WHO's health partnership in Kenya with a large food company from Peru (C-3F2AB7)``."""
        record = self.records[number]
        return f"{self.names.lead(record)}'s {self.names.case(record)}"

    def event(self, month: int, kind: str, size: float, text: str, *records: int) -> Event:
        """An event about some records, with their companies and entities, in a month of the engine."""
        cases = self.records[list(records)]
        firms = {firm_code(int(key)): None for case in cases for key in case["firm_key"][: case["n_firm"]]}
        entities = {code: None for case in cases for code in self.names.members(case)}
        return Event(self.month(month), kind, float(size), text, records, tuple(firms), tuple(entities))

    def largest(self, sizes: np.ndarray, among: np.ndarray, most: int = 5) -> list[int]:
        """Numbers of the records with the largest sizes among those allowed, the largest first."""
        rows = np.flatnonzero(among & (sizes > 0))
        return [int(i) for i in rows[np.argsort(-sizes[rows], kind="stable")[:most]]]

    def attempts(self, field: str) -> dict[int, list[int]]:
        """Records of the study by main company (``firm``), or by UN lead and company (``pair``), in the order of ideas."""
        out: dict[int, list[int]] = {}
        lead = self.records["entity"][:, 0]
        for i in np.flatnonzero(self.in_study["begun"]):
            key = int(self.records["firm_key"][i, 0])
            out.setdefault(key if field == "firm" else key * 64 + int(lead[i]), []).append(int(i))
        return out

    def integrity(self, key: int) -> float:
        """Hidden integrity of a company in SD, 0 where it is not known."""
        row = self.names.firm_row(key)
        return 0.0 if row is None else float(self.names.firms["integrity"][row])


def incidents(run: Run) -> Iterator[Event]:
    """Public misconduct laid at the door of UN entities."""
    for incident in run.observed.incidents:
        hit = sorted(incident.entities, key=lambda e: e != incident.worst)
        codes = [run.names.entities[e] for e in hit]
        records = tuple(hit.record for hit in incident.hits)
        through = f" through {told(len(records), 'partnership')}" if len(records) > 1 else ""
        doors = f"{codes[0]}'s door{through}"
        if len(codes) > 1:
            doors = f"the doors of {told(len(codes), 'UN entity')}{through}: {some(codes)}"
        text = f"A scandal at {run.names.firm(incident.firm)} was laid at {doors}."
        text += f" The misconduct had stayed hidden for {lasting(incident.months_hidden)}"
        if incident.before - incident.after >= 1.0:
            after = counted(round(incident.after), "point")
            text += f", and {codes[0]}'s reputation fell from {incident.before:.0f} to {after}"
        event = run.event(incident.month, "incident", len(codes), f"{text}.", *records)
        yield replace(event, companies=(firm_code(incident.firm),), entities=tuple(codes))


def slipped_through(run: Run) -> Iterator[Event]:
    """A company of the worst tenth by integrity that checks let pass and that exposed several entities."""
    by_firm: dict[int, list[Incident]] = {}
    for incident in run.observed.incidents:
        by_firm.setdefault(incident.firm, []).append(incident)
    attempts = run.attempts("firm")
    for key, scandals in by_firm.items():
        last = scandals[-1].month
        case = run.records[attempts.get(key, [])]
        passed = int(((case["m_screened"] != NEVER) & (case["m_screened"] <= last)).sum())
        refused = int((np.isin(case["reason"], REFUSALS) & (case["m_ended"] <= last)).sum())
        hit = sorted({e for incident in scandals for e in incident.entities})
        if run.integrity(key) >= WORST_DECILE or passed == 0 or len(hit) < 2:
            continue
        codes = [run.names.entities[e] for e in hit]
        turned_down = f" and was turned down {often(refused)}" if refused else ""
        text = f"{sentence(run.names.firm(key))} belonged to the worst tenth by integrity, which nobody could see."
        text += f" In the study it passed screening {often(passed)}{turned_down}; by now"
        text += f" {told(len(scandals), 'scandal')} had exposed {some(codes)}."
        records = tuple(dict.fromkeys(h.record for incident in scandals for h in incident.hits))
        event = run.event(last, "slipped through", len(hit), text, *records)
        yield replace(event, companies=(firm_code(key),), entities=tuple(codes))


def transformative(run: Run) -> Iterator[Event]:
    """Partnerships that met the test of transformation, the first of them named as such."""
    met = run.records["m_transformative"]
    first = True
    for i in np.argsort(met, kind="stable"):
        if met[i] <= run.observed.start:
            continue
        case, reached = run.records[i], float(run.notes["people_most"][i])
        partners = ["the host government"] * bool(case["government"]) + ["a civil society organisation"] * bool(
            case["civil"] >= 0
        )
        which = "the study's first" if first else "a further"
        aboard = [*run.names.members(case)[1:], *partners]
        text = f"{run.whose(i)} became {which} transformative partnership,"
        text += f" {lasting(int(met[i] - case['m_started']))} after it began to deliver"
        text += f"; {some(aboard)} {'was' if len(aboard) == 1 else 'were'} on board too" if aboard else ""
        text += f". At its peak it reached {people(reached)}."
        yield run.event(met[i], "first transformative" if first else "transformative", reached, text, int(i))
        first = False


def scaled_up(run: Run) -> Iterator[Event]:
    """What worked, paid and had a willing host, and grew."""
    note = run.notes
    for i in run.largest(note["people_most"], note["m_scaled"] > run.observed.start):
        case = run.records[i]
        countries = [run.names.states[c] for c in case["country"][: case["n_country"]]]
        where = f" and worked in {some(countries)}" if len(countries) > 1 else ""
        peak, reached = run.month(note["m_people_most"][i]), people(float(note["people_most"][i]))
        text = f"{run.whose(i)} began to scale up. At its peak, in month {peak}, it reached {reached}."
        size = sized(float(case["scale"]))
        grown = "hardly grown" if size == "1" else f"grown to {size} times its first size"
        text += f" In the end it had {grown}{where}."
        yield run.event(note["m_scaled"][i], "scaled up", note["people_most"][i], text, i)


def fixed(run: Run) -> Iterator[Event]:
    """A failure that an evaluation found and that was put right."""
    note, case = run.notes, run.records
    since = np.where(case["m_ended"] != NEVER, case["m_ended"] - 1, run.end) - note["m_fixed"]
    lasting_ones = (note["m_fixed"] > run.observed.start) & (2 * note["months_performing_fixed"] >= since)
    for i in run.largest(note["person_years"], lasting_ones, 2):
        good, months = int(note["months_performing_fixed"][i]), int(since[i])
        late = "at last " if note["m_found"][i] < note["m_fixed"][i] else ""
        which = "every month" if good == months else f"{good} of the {months} months"
        text = f"An evaluation found {run.whose(i)} failing, and {late}it was fixed."
        text += f" It performed in {which} that followed, and reached {people(float(note['people_most'][i]))} at most."
        yield run.event(note["m_fixed"][i], "fixed", note["person_years"][i], text, i)


def false_success(run: Run) -> Iterator[Event]:
    """A failure that lingered while it was reported as a success; of equal ones, those worth most."""
    months, case = run.notes["months_idle_most"], run.records
    rows = np.flatnonzero(months >= 12)
    for i in rows[np.lexsort((-case["value"][rows], -months[rows]))][:2]:
        stretch = f"For {lasting(int(months[i]))} on end"
        if months[i] == run.end - run.observed.start:
            stretch = "All through the study"
        looked = "its evaluations did not notice" if case["kpis"][i] else "no evaluation was planned"
        if case["found"][i]:
            looked = "an evaluation had found out, to no effect"
        text = f"{stretch} {run.whose(i)}, worth {dollars(float(case['value'][i]))}, was reported as a success without"
        text += f" performing in a single month; {looked}."
        yield run.event(run.notes["m_idle_last"][i], "false success", months[i], text, int(i))


def lapsed(run: Run) -> Iterator[Event]:
    """Large deals that came to nothing."""
    case = run.records
    among = (case["reason"] == Reason.LAPSED) & (case["m_screened"] != NEVER)
    for i in run.largest(case["value"], among, 2):
        months = int(case["m_ended"][i] - case["begun"][i])
        where = "in negotiation" if case["work_left"][i] != -1.0 else "while it waited at a desk"
        text = f"A deal worth {dollars(float(case['value'][i]))} lapsed {where}: {run.whose(i)} was given up after"
        text += f" {lasting(months)} and {told(float(case['days'][i]), 'staff-day')} of all sides."
        yield run.event(case["m_ended"][i], "lapsed", case["value"][i], text, i)


def wasted(run: Run) -> Iterator[Event]:
    """Attempts that took much work and were dropped."""
    case = run.records
    for i in run.largest(case["days"], case["stage"] == Stage.DROPPED, 2):
        n = int(case["n_entity"][i] + case["n_firm"][i] + case["government"][i] + (case["civil"][i] >= 0))
        text = f"{run.whose(i)}, {told(n)} parties in all, had cost all sides {told(float(case['days'][i]), 'staff-day')}"
        text += f" when {ENDINGS.get(Reason(int(case['reason'][i])), 'it was dropped')}."
        yield run.event(case["m_ended"][i], "wasted", case["days"][i], text, i)


def long_road(run: Run) -> Iterator[Event]:
    """The longest way from an idea to a signature."""
    case = run.records
    road = case["m_signed"] - case["begun"]
    for i in run.largest(road, run.in_study["m_signed"], 2):
        parts = (
            ("courting and screening", case["m_screened"][i] - case["begun"][i]),
            ("design", case["m_approved"][i] - case["m_screened"][i]),
            ("negotiation", case["m_signed"][i] - case["m_approved"][i]),
        )
        longest, months = max(parts, key=lambda part: part[1])
        text = f"{run.names.lead(case[i])} signed {an(run.names.case(case[i]))}, {lasting(int(road[i]))} after the idea"
        text += f"; {lasting(int(months))} of that went into {longest}."
        yield run.event(case["m_signed"][i], "long road", road[i], text, i)


def negotiation(run: Run) -> Iterator[Event]:
    """The longest negotiation that ended in a signature."""
    case = run.records
    months = case["m_signed"] - case["m_approved"]
    for i in run.largest(months, run.in_study["m_signed"], 2):
        host = ", with the host government at the table" if case["government"][i] else ""
        text = f"After {lasting(int(months[i]))} of negotiation over {told(float(case['issues'][i]), 'open issue')}{host},"
        text += f" {run.names.lead(case[i])} signed {an(run.names.case(case[i]))}."
        yield run.event(case["m_signed"][i], "negotiation", months[i], text, i)


def coalition(run: Run) -> Iterator[Event]:
    """Agreements that many UN entities signed together."""
    case = run.records
    for i in run.largest(case["n_entity"], run.in_study["m_signed"] & (case["n_entity"] > 2), 2):
        months = int(case["m_signed"][i] - case["begun"][i])
        text = f"{sentence(told(int(case['n_entity'][i]), 'UN entity'))} signed one {run.names.case(case[i])}:"
        text += f" {some(run.names.members(case[i]))}. It had taken {lasting(months)} and"
        text += f" {told(float(run.notes['days_to_signing'][i]), 'staff-day')} of all sides."
        yield run.event(case["m_signed"][i], "coalition", case["n_entity"][i], text, i)


def courted(run: Run) -> Iterator[Event]:
    """Companies that many entities courted at once."""
    case = run.records
    busiest = sorted(run.observed.courting.items(), key=lambda item: (-len(item[1].entities), item[1].month, item[0]))
    for key, courting in busiest[:5]:
        numbers = np.array(courting.records)
        signed = int((case["m_signed"][numbers] != NEVER).sum())
        waiting = bool((case["m_signed"][numbers] == NEVER)[case["stage"][numbers] != Stage.DROPPED].any())
        led = "led to an agreement" if not waiting else "has led to an agreement so far"
        come = f"{told(signed)} of these approaches led to agreements" if signed > 1 else f"one of these approaches {led}"
        come = come if signed else f"none of these approaches {led}"
        codes = [run.names.entities[e] for e in courting.entities]
        text = f"{sentence(told(len(codes)))} entities, {some(codes)}, courted {run.names.firm(key)} at once; {come}."
        event = run.event(courting.month, "courted", len(codes), text, *courting.records)
        yield replace(event, companies=(firm_code(key),), entities=tuple(codes))


def persistence(run: Run) -> Iterator[Event]:
    """An entity that tried the same company again and again, in vain or until it signed."""
    case = run.records
    for numbers in run.attempts("pair").values():
        if len(numbers) < 6:
            continue
        rows = np.array(numbers)
        signed = rows[case["m_signed"][rows] != NEVER]
        first = int(case["m_signed"][signed].min()) if signed.size else run.end + 1
        failed = rows[(case["stage"][rows] == Stage.DROPPED) & (case["m_ended"][rows] <= first)]
        if failed.size < 6:
            continue
        lead, firm = run.names.lead(case[rows[0]]), run.names.firm(int(case["firm_key"][rows[0], 0]))
        declined = int((case["reason"][failed] == Reason.DECLINED).sum())
        if signed.size:
            i = int(signed[np.argmin(case["m_signed"][signed])])
            text = f"After {told(failed.size)} attempts that failed, {lead} signed its first agreement of the study with {firm}."
            yield run.event(first, "persistence", failed.size, text, i, *(int(n) for n in failed))
        elif failed.size == rows.size:
            text = f"An idea of {lead} with {firm} came to nothing for the {ordinal(failed.size)} time in the study, without one"
            text += f" signature; the company had declined {often(declined)}."
            yield run.event(case["m_ended"][failed].max(), "persistence", failed.size, text, *(int(n) for n in failed))


def queue(run: Run) -> Iterator[Event]:
    """The longest queues at desks."""
    for desk, waiting in run.observed.waiting.items():
        text = (
            f"{sentence(told(len(waiting.records), 'case'))} waited at {DESK_WORDS[desk]}, the longest queue there in the study;"
        )
        text += f" the oldest had waited {lasting(waiting.oldest)}."
        if len(waiting.records) > 2:
            yield run.event(waiting.month, "queue", len(waiting.records), text, *waiting.records)


def false_alarm(run: Run) -> Iterator[Event]:
    """A sound company that several entities turned down."""
    case = run.records
    for key, numbers in run.attempts("firm").items():
        rows = np.array(numbers)
        refused = rows[np.isin(case["reason"][rows], REFUSALS)]
        codes = sorted({run.names.lead(case[i]) for i in refused})
        share = int(100 * NormalDist().cdf(run.integrity(key)))
        if share < 60 or len(codes) < 2:
            continue
        text = f"{sentence(run.names.firm(key))}, sounder than {share} in 100 companies though nobody could know,"
        text += f" had by now been turned down at screening by {some(codes)}."
        yield run.event(case["m_ended"][refused].max(), "false alarm", len(codes), text, *(int(i) for i in refused))


def handed_over(run: Run) -> Iterator[Event]:
    """Benefit that outlived its partnership."""
    note = run.notes
    for i in run.largest(note["months_after_end"], run.in_study["m_ended"], 2):
        months = int(note["months_after_end"][i])
        on = f"on, still so at the end of the study {lasting(months)} later" if run.records["persists"][i] > 0 else ""
        text = f"{run.whose(i)} ended, but its host carried the benefit {on or f'on for {lasting(months)}'}."
        yield run.event(run.records["m_ended"][i], "handed over", months, text, i)


KINDS: tuple[Kind, ...] = (
    incidents, slipped_through, transformative, scaled_up, fixed, false_success, lapsed, wasted, long_road, negotiation,
    coalition, courted, persistence, queue, false_alarm, handed_over,
)  # fmt: skip


def candidates(observed: Observed, names: Names) -> list[Event]:
    """Every event that could be told."""
    run = Run(observed, names)
    return [event for kind in KINDS for event in kind(run)]
