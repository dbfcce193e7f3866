"""The story of one agent of a run: whom it worked with, what it began and lost, what it learned, what hit it."""

from __future__ import annotations

import numpy as np

from partnersim.kinds import NEVER, Kind, Reason, Stage
from partnersim.stories.layout import COMPANY, ENTITY
from partnersim.stories.living import Living
from partnersim.stories.noted import Incident, Scandal
from partnersim.stories.partnership_story import sounder_than
from partnersim.stories.telling import Link, Sentences, Telling, most_first
from partnersim.stories.words import Words

PARTNERS, SCANDALS, REASONS = 5, 4, 2
"""Most partners, incidents and reasons that are told one by one."""
MOVED = 0.5
"""Points of reputation that are worth a word."""


def agent_story(living: Living, node: int, language: str = "en", real: bool = False) -> Telling:
    """The story of the agent ``node`` in a language; with ``real`` UN entities bear their codes.

    ``IndexError`` for a number that no node has.
    """
    kind, _ = living.kind_of(node)
    words = Words(living, language, real)
    agent = {"entity": _Entity, "company": _Company, "government": _Government, "civil_society": _Civil}[kind]
    return agent(living, node, words).told()


class _Agent:
    """What the stories of all kinds share: what it was a member of, with whom, and how long."""

    def __init__(self, living: Living, node: int, words: Words) -> None:
        self.living, self.node, self.words = living, node, words
        self.kind, self.row = living.kind_of(node)
        self.numbers = np.array(living.records_of(node), dtype=int)
        self.cases = living.records[self.numbers]
        self.say = Sentences(words.say, self.kind)
        steps = living.steps
        self.signed, self.ended, self.idea = (steps[name][self.numbers] for name in ("signed", "ended", "idea"))
        self.is_signed = self.signed != NEVER
        self.until = np.where(self.ended == NEVER, living.months + 1, self.ended)
        self.months_live = np.where(self.is_signed, self.until - np.maximum(self.signed, 1), 0)

    def live(self) -> np.ndarray:
        """Partnerships live before the study, then at the end of each month."""
        months = np.arange(self.living.months + 1)[:, None]
        return ((self.signed <= months) & self.is_signed & (months < self.until)).sum(axis=1)

    def told(self) -> Telling:
        """The whole story."""
        told = Telling(self.words.role(self.node))
        for part in (self.who, self.work, self.partners, self.learned, self.struck):
            part()
            self.say.paragraph(told.paragraphs)
        self.hidden()
        self.say.paragraph(told.hidden)
        told.agents = [Link("agent", node, self.words.name(node)) for node in self.companions()[: 2 * PARTNERS]]
        told.partnerships = [self.link(int(number)) for number in self.numbers[self.is_signed & (self.until > 0)]]
        return told

    def link(self, number: int) -> Link:
        """A partnership in a line: what, with whom, from when to when."""
        k = int(np.flatnonzero(self.numbers == number)[0])
        until = "now" if self.ended[k] == NEVER else "ended"
        until += "" if self.signed[k] >= 1 else "_before"
        main, case = int(self.cases["firm_key"][k, 0]), self.words.case(number)
        if self.living.firm_node(main) != self.node:
            case = self.words.say("list.with", case=case, firm=self.words.firm(main))
        text = self.words.say(f"list.{until}", case=case, start=int(self.signed[k]), end=int(self.ended[k]))
        return Link("partnership", number, text)

    def companions(self) -> list[int]:
        """Other agents by how long it was in live partnerships with them, the longest first."""
        return most_first(
            (member.node, float(months))
            for number, months in zip(self.numbers, self.months_live, strict=True)
            if months > 0
            for member in self.living.members[number]
            if member.node != self.node
        )

    def of_kind(self, kind: int) -> list[int]:
        """Those of a kind."""
        return [node for node in self.companions() if self.living.kind[node] == kind]

    def names(self, nodes: list[int]) -> str:
        """Their names, of many the first ones."""
        return self.words.listed([self.words.name(node) for node in nodes], PARTNERS)

    def who(self) -> None:
        """Who it is, beyond its role."""

    def work(self) -> None:
        """What it began, and what came of it."""

    def partners(self) -> None:
        """Whom it worked with."""
        for kind, key in ((COMPANY, "companies"), (ENTITY, "entities")):
            nodes = self.of_kind(kind)
            if nodes:
                self.say(key, n=len(nodes), names=self.names(nodes))

    def stock(self) -> None:
        """Live partnerships at the start, at the most and at the end."""
        live = self.live()
        if not live.any():
            self.say("never_live")
            return
        most = int(live.argmax())
        at = {"n": int(live[0]), "last": int(live[-1]), "most": int(live[most])}
        self.say("stock" if most else "stock_first", **at, month=most)

    def learned(self) -> None:
        """What it learned."""

    def struck(self) -> None:
        """Incidents."""

    def hidden(self) -> None:
        """What nobody knew."""

    def goals(self) -> None:
        """What most of its live partnerships were for."""
        goals = most_first((int(goal), float(months)) for goal, months in zip(self.cases["goal"], self.months_live, strict=True))
        share = self.months_live[self.cases["goal"] == goals[0]].sum() / max(self.months_live.sum(), 1) if goals else 0.0
        if share:
            self.say("goal" if share < 1.0 else "goal_only", goal=self.words.goal(goals[0]), share=f"{share:.0%}")

    def why(self, dropped: np.ndarray) -> str:
        """The most frequent reasons for which attempts came to nothing, with how often."""
        reasons = most_first((int(reason), 1.0) for reason in self.cases["reason"][dropped])[:REASONS]
        told = [
            self.words.say(f"reason.{Reason(reason).name.lower()}", n=int((self.cases["reason"][dropped] == reason).sum()))
            for reason in reasons
        ]
        return self.words.listed(told)


class _Entity(_Agent):
    def who(self) -> None:
        mandate = self.living.mandates[self.row]
        goals = mandate.argsort(kind="stable")[::-1][:3]
        shares = [
            self.words.say("entity.share", goal=self.words.goal(int(g)), share=f"{mandate[g]:.0%}") for g in goals if mandate[g]
        ]
        self.say("who", shares=self.words.listed(shares))

    def work(self) -> None:
        lead = self.cases["entity"][:, 0] == self.row
        begun = lead & (self.idea >= 1)
        dropped = begun & (self.cases["stage"] == Stage.DROPPED)
        self.say("begun", n=int(begun.sum()), signed=int((begun & self.is_signed).sum()), dropped=int(dropped.sum()))
        if dropped.any():
            self.say("why", reasons=self.why(dropped))
        rivals = self.living.notes["rivals"][self.numbers][begun] != 0
        if rivals.any():
            self.say("rivals", n=int(rivals.sum()))
        joined = ~lead & (self.signed >= 1)
        if joined.any():
            self.say("joined", n=int(joined.sum()))
        self.stock()
        ended = self.is_signed & (self.ended >= 1)
        closed = ended & (self.cases["reason"] == Reason.CLOSED)
        if ended.any():
            self.say("lost", n=int(ended.sum()), closed=int(closed.sum()))
        transformative = int((self.cases["m_transformative"] > self.living.start).sum())
        if transformative:
            self.say("transformative", n=transformative)

    def partners(self) -> None:
        super().partners()
        self.goals()

    def learned(self) -> None:
        before, after = self.living.entities[0, self.row], self.living.entities[-1, self.row]
        self.say("skill", before=f"{100 * before['skill']:.0f}", after=f"{100 * after['skill']:.0f}")
        lead = self.cases["entity"][:, 0] == self.row
        note = self.living.notes[self.numbers]
        found = lead & (note["m_found"] > self.living.start)
        if found.any():
            self.say("found", n=int(found.sum()), fixed=int((found & (note["m_fixed"] != NEVER)).sum()))
        seen = after["evidence"] - before["evidence"]
        if seen.max() >= 1:
            kind = int(seen.argmax())
            belief = {"before": f"{before['belief'][kind]:.0%}", "after": f"{after['belief'][kind]:.0%}"}
            self.say("belief", n=round(float(seen[kind])), type=self.words.say(f"types.{Kind(kind).name.lower()}"), **belief)

    def struck(self) -> None:
        living, words = self.living, self.words
        mine = [incident for incident in living.incidents if self.row in incident.entities]
        reputation = living.entities["reputation"][:, self.row]
        if not mine:
            self.say("no_incident")
        else:
            self.say("incidents", n=len(mine))
            for incident in mine[:SCANDALS]:
                self.say("incident", when=words.when(living.month(incident.month)), firm=words.firm(incident.firm))
            if len(mine) > SCANDALS:
                self.say("more_incidents", n=len(mine) - SCANDALS)
        low = int(reputation.argmin())
        numbers = {"before": f"{reputation[0]:.0f}", "after": f"{reputation[-1]:.0f}", "low": f"{reputation[low]:.0f}"}
        deep = min(reputation[0], reputation[-1]) - reputation[low] >= MOVED
        self.say("reputation_low" if deep else "reputation", month=low, **numbers)


class _Company(_Agent):
    def __init__(self, living: Living, node: int, words: Words) -> None:
        super().__init__(living, node, words)
        self.firm = living.firms[self.row]
        self.key = int(self.firm["key"])

    def who(self) -> None:
        came, left = int(self.firm["m_seen"]) - self.living.start, self.living.month(self.firm["m_left"])
        self.say("came" if came >= 1 else "was_there", month=came)
        if left != NEVER:
            self.say("left", month=left)
        if self.firm["member"]:
            self.say("member")

    def work(self) -> None:
        main = (self.cases["firm_key"][:, 0] == np.uint64(self.key)) & (self.idea >= 1)
        note, reason = self.living.notes[self.numbers], self.cases["reason"]
        asked = main & ~note["proposed"]
        entities = np.unique(self.cases["entity"][asked, 0]).size
        if asked.any():
            self.say("asked", n=int(asked.sum()), entities=self.words.say("company.by", n=entities))
        rivals = int((note["rivals"][asked] != 0).sum())
        if rivals:
            self.say("courted", n=rivals)
        if (main & note["proposed"]).any():
            self.say("proposed", n=int((main & note["proposed"]).sum()))
        dropped = main & (self.cases["stage"] == Stage.DROPPED)
        if dropped.any():
            self.say("dropped", n=int(dropped.sum()), reasons=self.why(dropped))
        passed = int((main & (self.cases["m_screened"] != NEVER)).sum())
        refused = int((main & np.isin(reason, (Reason.SCREENED_OUT, Reason.FLAGGED))).sum())
        if passed or refused:
            self.say("screening", passed=passed, refused=refused)
        signed = int((self.signed >= 1).sum())
        self.say("signed" if signed else "none_signed", n=signed)
        self.stock()

    def partners(self) -> None:
        super().partners()
        self.goals()

    def struck(self) -> None:
        living, words = self.living, self.words
        for incident in [i for i in living.incidents if i.firm == self.key]:
            hit = words.listed([words.entity(e) for e in incident.entities])
            self.say("incident", when=words.when(living.month(incident.month)), entities=hit)
        elsewhere = [words.number(living.month(s.month)) for s in living.scandals if s.firm == self.key]
        if elsewhere:
            self.say("scandals", n=len(elsewhere), months=words.listed(elsewhere))

    def hidden(self) -> None:
        living, words = self.living, self.words
        self.say("integrity", share=sounder_than(float(self.firm["integrity"])))
        events: list[Incident | Scandal] = [*living.incidents, *living.scandals]
        for event in sorted((event for event in events if event.firm == self.key), key=lambda event: event.month):
            self.say("was_hidden", month=living.month(event.month), time=words.lasting(event.months_hidden))
        if self.firm["m_hidden"] != NEVER:
            since = words.lasting(living.start + living.months - int(self.firm["m_hidden"]))
            self.say("still_hidden", time=since)


class _Government(_Agent):
    def who(self) -> None:
        self.say("who", region=self.words.region(int(self.living.regions[self.row])))

    def work(self) -> None:
        here = (self.living.records["country"][:, 0] == self.row) & (self.living.records["m_signed"] > self.living.start)
        asked = (self.living.records["country"][:, 0] == self.row) & self.living.records["requested"]
        asked &= self.living.records["begun"] > self.living.start
        party = int((self.signed >= 1).sum())
        self.say("hosted" if here.any() else "hosted_none", n=int(here.sum()))
        if party:
            self.say("party", n=party)
        if asked.any():
            self.say("asked", n=int(asked.sum()))
        self.stock()

    def partners(self) -> None:
        super().partners()
        self.goals()


class _Civil(_Agent):
    def work(self) -> None:
        signed = int((self.signed >= 1).sum())
        self.say("signed" if signed else "signed_none", n=signed)
        self.stock()

    def partners(self) -> None:
        super().partners()
        self.goals()
