"""The story of one partnership or attempt, from the idea to the end, in words of a catalogue."""

from __future__ import annotations

from statistics import NormalDist

from partnersim.kinds import NEVER, Agent, Desk, Reason, Stage
from partnersim.stories.living import Living
from partnersim.stories.telling import Link, Sentences, Telling
from partnersim.stories.words import Words

EVALUATED = 13
"""Delivering months after which a partnership with evaluation has been evaluated at least once."""


def partnership_story(living: Living, number: int, language: str = "en", real: bool = False) -> Telling:
    """The story of partnership ``number`` in a language; with ``real`` under the codes of its UN entities.

    ``IndexError`` for a number that the run does not have.
    """
    if not 0 <= number < living.records.size:
        raise IndexError(f"partnership {number}: there are {living.records.size}")
    return _Partnership(living, number, Words(living, language, real)).told()


def sounder_than(integrity: float) -> int:
    """In how many of a hundred companies the hidden integrity (SD) is lower."""
    return round(100 * NormalDist().cdf(integrity))


class _Partnership:
    def __init__(self, living: Living, number: int, words: Words) -> None:
        self.living, self.number, self.words = living, number, words
        self.case, self.note = living.records[number], living.notes[number]
        self.entities = [int(e) for e in self.case["entity"][: self.case["n_entity"]]]
        self.keys = [int(key) for key in self.case["firm_key"][: self.case["n_firm"]]]
        self.say = Sentences(words.say, "partnership")

    def month(self, column: str) -> int:
        """A month of the record in study months, NEVER if it has none."""
        return self.living.month(self.case[column])

    def when(self, column: str) -> str:
        return self.words.when(self.month(column))

    def told(self) -> Telling:
        words = self.words
        told = Telling(words.say("partnership.title", number=self.number, case=words.case(self.number)))
        for part in (self.idea, self.courting, self.screening, self.design, self.waiting, self.agreement, self.delivery,
                     self.evaluation, self.incidents, self.end, self.days):  # fmt: skip
            part()
            if part in (self.courting, self.screening, self.waiting, self.agreement, self.evaluation, self.incidents, self.days):
                self.say.paragraph(told.paragraphs)
        self.hidden()
        self.say.paragraph(told.hidden)
        told.agents = [Link("agent", m.node, words.name(m.node)) for m in self.living.members[self.number]]
        return told

    def idea(self) -> None:
        words, case = self.words, self.case
        who = {"lead": words.entity(self.entities[0]), "firm": words.firm(self.keys[0]), "case": words.case(self.number)}
        self.say("proposed" if self.note["proposed"] else "idea", when=self.when("begun"), **who)
        if case["requested"]:
            self.say("requested")
        if case["crisis"]:
            self.say("crisis")

    def courting(self) -> None:
        case, words, lead = self.case, self.words, self.entities[0]
        bits = int(self.note["rivals"])
        others = [words.entity(e) for e in range(bits.bit_length()) if bits >> e & 1 and e != lead]
        if others:
            self.say("rivals", others=words.listed(others))
        elif case["approached"] and self.month("begun") >= 1:
            self.say("alone")
        accepted = self.living.month(self.note["m_accepted"])
        if accepted != NEVER:
            self.say("accepted_proposal" if self.note["proposed"] else "accepted", by=words.by(accepted))
        if case["m_screened"] == NEVER:
            self.dropped()

    def dropped(self) -> None:
        """Where an attempt ended without an agreement, and why."""
        if self.case["stage"] != Stage.DROPPED:
            return
        reason = Reason(int(self.case["reason"])).name.lower()
        by_group = reason == "screened_out" and self.case["m_approved"] != NEVER
        self.say(f"dropped.{'advisory' if by_group else reason}", when=self.when("m_ended"))

    def screening(self) -> None:
        case = self.case
        if case["m_screened"] == NEVER:
            return
        how = "reused" if case["reused"] else "central" if case["central"] else "earlier" if case["check_days"] < 0 else "own"
        self.say("screened", when=self.when("m_screened"), how=self.words.say(f"partnership.how.{how}"))

    def design(self) -> None:
        case, words = self.case, self.words
        if case["m_screened"] == NEVER:
            return
        self.say("designed", type=words.type(int(case["type"])), value=words.say("number.dollars", n=words.size(case["value"])))
        if case["lead_kind"] != Agent.ENTITY:
            self.say(f"led_by.{Agent(int(case['lead_kind'])).name.lower()}")
        others = [words.entity(e) for e in self.entities[1:]] + [words.firm(key) for key in self.keys[1:]]
        others += [words.government(int(case["country"][0]))] if case["government"] else []
        others += [words.civil(int(case["civil"]))] if case["civil"] >= 0 else []
        if others:
            self.say("others", others=words.listed(others, 9))
        else:
            self.say("two")
        self.say("kpis" if case["kpis"] else "no_kpis")
        for name in ("exit_plan", "systemic"):
            if case[name]:
                self.say(name)
        if case["m_approved"] == NEVER:
            self.dropped()

    def waiting(self) -> None:
        case, words = self.case, self.words
        if case["m_approved"] != NEVER:
            self.say("approved", by=words.by(self.month("m_approved")))
        for desk, months in zip(list(Desk)[1:], self.note["waited"], strict=True):
            if months:
                self.say("waited", time=words.lasting(int(months)), desk=words.desk(desk))
        if case["bypassed"]:
            self.say("bypassed")
        if case["reviewed"]:
            self.say("reviewed")

    def agreement(self) -> None:
        case, words = self.case, self.words
        if case["m_approved"] == NEVER:
            return
        if case["m_signed"] == NEVER:
            self.dropped()
            return
        road, talks = int(case["m_signed"] - case["begun"]), int(case["m_signed"] - case["m_approved"])
        self.say("signed", when=self.when("m_signed"), road=words.lasting(road), talks=words.lasting(talks))
        if case["issues"] > 0:
            self.say("issues", n=round(float(case["issues"])))
        if self.month("m_signed") >= 1:
            self.say("days_to_signing", days=words.days(float(self.note["days_to_signing"])))

    def delivery(self) -> None:
        case, note, words = self.case, self.note, self.words
        if case["m_signed"] == NEVER:
            return
        if case["m_started"] == NEVER:
            self.say("not_started")
            return
        self.say("started", by=words.by(self.month("m_started")))
        scaled = self.living.month(note["m_scaled"])
        if scaled != NEVER:
            self.say("scaled" if scaled >= 1 else "scaled_before", month=scaled, times=words.size(float(case["scale"])))
        if case["n_country"] > 1:
            self.say("countries", countries=words.listed([words.state(int(c)) for c in case["country"][: case["n_country"]]]))
        if case["m_transformative"] != NEVER:
            self.say("transformative", when=self.when("m_transformative"))
        most = float(note["people_most"])
        if most >= 1.5:
            peak = self.living.month(note["m_people_most"])
            self.say("people", month=peak, people=words.people(most), years=words.size(float(note["person_years"])))
        else:
            self.say("reached_nobody")

    def evaluation(self) -> None:
        case, words = self.case, self.words
        found, fixed = self.living.month(self.note["m_found"]), self.living.month(self.note["m_fixed"])
        if found == NEVER:
            if case["kpis"] and self.delivered() >= EVALUATED:
                self.say("never_found")
            return
        self.say("found" if found >= 1 else "found_before", month=found)
        if fixed == NEVER:
            self.say("not_fixed")
        elif found >= 1:
            self.say("fixed", by=words.by(fixed))
        else:
            self.say("fixed_before" if fixed < 1 else "fixed", by=words.by(fixed))

    def incidents(self) -> None:
        words = self.words
        for incident in self.living.incidents_of(self.number):
            month = self.living.month(incident.month)
            over = self.case["m_ended"] != NEVER and incident.month > self.case["m_ended"]
            who = words.listed([words.entity(e) for e in self.entities])
            firm = words.say("partnership.the_company") if incident.firm == self.keys[0] else words.firm(incident.firm)
            self.say("incident_after" if over else "incident", when=words.when(month), firm=firm, entities=who)
            if incident.worst in self.entities and incident.before - incident.after >= 0.5:
                self.say(
                    "reputation",
                    entity=words.entity(incident.worst),
                    before=f"{incident.before:.0f}",
                    after=f"{incident.after:.0f}",
                )

    def end(self) -> None:
        case, note, words = self.case, self.note, self.words
        if case["stage"] == Stage.DROPPED:
            return
        if case["stage"] != Stage.ENDED:
            self.say(f"open.{'talks' if case['m_signed'] == NEVER else 'live'}")
            return
        time = words.lasting(int(case["m_ended"] - case["m_started"]))
        self.say(f"ended.{Reason(int(case['reason'])).name.lower()}", when=self.when("m_ended"), time=time)
        if note["months_after_end"]:
            self.say("carried_on", time=words.lasting(int(note["months_after_end"])))

    def days(self) -> None:
        words = self.words
        un, firms, hosts, desks = self.living.days_of(self.number)
        total = words.days(un + firms + hosts + desks)
        sides = {"entities": un, "companies": firms, "hosts": hosts, "desks": desks}
        parts = [words.say(f"partnership.side.{side}", days=words.days(spent)) for side, spent in sides.items() if spent >= 0.05]
        if not parts:
            self.say("no_days")
            return
        self.say("days", total=total, sides=words.say("list.comma").join(parts))
        if self.case["m_started"] != NEVER:
            self.say("care")

    def delivered(self) -> int:
        """Months of the study in which it delivered, that of its end apart."""
        case, start = self.case, self.living.start
        if case["m_started"] == NEVER:
            return 0
        last = start + self.living.months if case["m_ended"] == NEVER else int(case["m_ended"]) - 1
        return max(last - max(int(case["m_started"]), start + 1) + 1, 0)

    def hidden(self) -> None:
        words, note = self.words, self.note
        if self.delivered():
            months = int(note["months_performing"])
            self.say("performed" if months else "performed_never", months=months, n=self.delivered())
        if note["months_idle_most"]:
            self.say("idle", time=words.lasting(int(note["months_idle_most"])))
        for incident in self.living.incidents_of(self.number):
            self.say("was_hidden", month=self.living.month(incident.month), time=words.lasting(incident.months_hidden))
        for key in self.keys:
            row = self.living.names.firm_row(key)
            if row is not None:
                self.say("integrity", firm=words.firm(key), share=sounder_than(float(self.living.firms["integrity"][row])))
