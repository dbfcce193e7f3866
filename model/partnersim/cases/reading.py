"""What the model makes of a case before anything is run: its sectors, and which criteria of transformation it can meet.

The test of transformation is that of ``rules/reach.py``. A criterion is *met as told*, where the features settle it; *open*,
where the box is silent and the model decides; or *out of reach*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from statistics import NormalDist

import numpy as np

from partnersim.cases.file import SILENT, Case
from partnersim.channels import BY_NAME
from partnersim.choice import clip
from partnersim.english import listed
from partnersim.kinds import GOALS, Kind
from partnersim.population.firms import EVEN
from partnersim.population.load import Population
from partnersim.rules.inviting import CIVIL_RELEVANT, GOVERNMENT_RELEVANT

SELDOM = 0.05
"""Chance below which a firm of the sector is said to be out of reach of a criterion."""
EVEN_LUCK = (np.arange(200) + 0.5) / 200.0
"""Numbers spread evenly over [0, 1)."""
CRITERIA = ("sectors", "competence", "institutions", "scale")
CRITERION_WORDS = {
    "sectors": "every relevant sector on board",
    "competence": "members' core competence",
    "institutions": "institutions moved",
    "scale": "scale with a life of its own",
}


class Answer(Enum):
    """Whether a case can meet a criterion."""

    YES = "can"
    OPEN = "open"
    NO = "cannot"


@dataclass(frozen=True)
class Verdict:
    """Whether a case can meet one criterion, and why."""

    answer: Answer
    why: str


def sectors_needed(case: Case) -> set[str]:
    """Kinds of agent that criterion (i) asks of the case's type and goal, beside the UN and a company."""
    kind, goal = Kind[case.kind.upper()], GOALS.index(case.goal)
    return {name for name, table in (("government", GOVERNMENT_RELEVANT), ("civil", CIVIL_RELEVANT)) if table[kind][goal]}


def criteria(case: Case, population: Population, values: dict[str, float]) -> dict[str, Verdict]:
    """The verdict on each of CRITERIA at baseline; none for a case that is no partnership. ``values``: parameters."""
    if not case.kind:
        return {}
    return {
        "sectors": _sectors(case),
        "competence": _competence(case, population, values),
        "institutions": _institutions(case),
        "scale": _scale(case, population, values),
    }


WORDS = {"government": "the government", "civil": "civil society"}


def _sectors(case: Case) -> Verdict:
    needed = sectors_needed(case)
    if not needed:
        return Verdict(Answer.YES, "the type and goal need nobody beside the UN and a company")
    missing = sorted(needed - case.members)
    if missing:
        text = listed([WORDS[name] for name in missing])
        return Verdict(Answer.OPEN, f"{text} would have to be noticed and asked: the box names none as a partner")
    text, be = listed([WORDS[name] for name in sorted(needed)]), "is" if len(needed) == 1 else "are"
    return Verdict(Answer.YES, f"{text} {be} named as a partner, and asked")


def competence_chance(case: Case, population: Population, values: dict[str, float]) -> float:
    """Chance that a firm of the case's sector gives at least the share of core competence asked, at baseline."""
    kind, goal = Kind[case.kind.upper()].name.lower(), GOALS.index(case.goal)
    data = population.sector
    weight = data["share"] if case.sector == SILENT else np.array([s == case.sector for s in population.sectors], float)
    chance = 0.0
    for share, middle in zip(weight / weight.sum(), data["competence"][:, goal], strict=True):
        for u in EVEN_LUCK:
            skill = clip(middle + values["competence_sd"] * EVEN * (u - 0.5), 0.0, 1.0)
            base = values[f"core_base_{kind}"]
            mean = (
                base
                + (values["core_share_weight"] * BY_NAME["core_competence_weight"].baseline + values["core_share_skill"]) * skill
            )
            chance += (
                share / EVEN_LUCK.size * (1.0 - NormalDist(mean, values["core_share_spread"]).cdf(values["core_share_least"]))
            )
    return float(chance)


def _competence(case: Case, population: Population, values: dict[str, float]) -> Verdict:
    chance = competence_chance(case, population, values)
    firms = "firms" if case.sector == SILENT else f"firms of its sector ({case.sector.replace('_', ' ')})"
    return Verdict(Answer.YES if chance >= SELDOM else Answer.NO, f"{chance:.0%} of {firms} would give the share asked")


def _institutions(case: Case) -> Verdict:
    if case.kind == "finance":
        return Verdict(Answer.NO, "money for the name moves no market or rule")
    if case.aim == "plain":
        return Verdict(Answer.NO, "it aims at no market or rule")
    state = "with the government" if "government" in case.members else "slowly unless the government joins"
    if case.aim == SILENT:
        return Verdict(Answer.OPEN, f"the box tells no aim at a market or rule; with one, {state}")
    return Verdict(Answer.YES, f"it aims at a market or rule, {state}")


def _scale(case: Case, population: Population, values: dict[str, float]) -> Verdict:
    support = population.government["support"][population.iso3.index(case.countries[0])] if case.countries else None
    willing = support is None or "government" in case.members or support >= values["willing_host"]
    pays = case.kind == "core_business"
    if pays:
        return Verdict(
            Answer.YES, "core business can pay without grants" + (UNWILLING if case.exit == "plan" and not willing else "")
        )
    if case.exit == "none":
        return Verdict(Answer.NO, "it neither pays by itself nor is handed over")
    if not willing:
        return Verdict(Answer.NO, f"it does not pay by itself{UNWILLING}")
    if case.exit == SILENT:
        return Verdict(Answer.OPEN, "it does not pay by itself, and the box tells no exit plan")
    return Verdict(Answer.YES, "its exit plan needs a willing host")


UNWILLING = "; a plan to hand over counts only where the host is willing, and at baseline this one is not"
