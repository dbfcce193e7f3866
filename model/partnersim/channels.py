"""The channels: every mechanism parameter that policy may move, and how contributions combine.

A channel has a baseline, bounds, an axis (the system S, each UN entity E, each country C, each company class K) and one
rule by which the contributions of levers combine. No channel is a cost, an incident rate, a success rate or a reach:
a policy changes a mechanism, never an outcome.

Contributions are folded in the order of lever names, never of a file, because floating-point sums depend on their
order. An intensity of zero skips the lever, so a lever that is off leaves the baseline bit for bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum


class Rule(IntEnum):
    """How a contribution with intensity s moves the value today."""

    SCALE = 0
    """times value**s: a positive factor."""
    ADD = 1
    """plus s * value: an amount in the channel's unit."""
    UNION = 2
    """1 - (1 - today) * (1 - s * value): a probability or share."""
    MAX = 3
    """at least baseline + s * (value - baseline): a level."""
    CAP = 4
    """at most baseline + s * (value - baseline): a ceiling."""


AXES = {"S": "the system", "E": "each UN entity", "C": "each country", "K": "each company class"}


@dataclass(frozen=True)
class Channel:
    """One mechanism parameter that policy may move."""

    name: str
    axis: str
    unit: str
    baseline: float
    low: float
    high: float
    rule: Rule
    readers: tuple[str, ...]
    meaning: str
    status: str = "assumed"
    source: str = "model choice; no source read gives it"
    baseline_from: str = ""
    """Column of the government table that multiplies or, with baseline NaN, replaces the baseline."""


SCALE, ADD, UNION, MAX = Rule.SCALE, Rule.ADD, Rule.UNION, Rule.MAX

CHANNELS: tuple[Channel, ...] = (
    Channel(
        "crisis_rate",
        "C",
        "crises per country-year",
        0.05,
        0.0,
        1.0,
        SCALE,
        ("needs",),
        "How often a humanitarian crisis strikes a country; only a shock moves it.",
    ),
    Channel("entrant_skill", "E", "skill, 0-1", 0.30, 0.0, 1.0, ADD, ("turnover",), "Partnering skill of newly hired staff."),
    Channel(
        "memory_retention",
        "E",
        "share",
        0.20,
        0.0,
        0.95,
        UNION,
        ("turnover",),
        "Share of a leaver's skill that the organisation keeps.",
    ),
    Channel(
        "broker_quality",
        "C",
        "0-1",
        0.50,
        0.0,
        1.0,
        ADD,
        ("turnover", "scouting", "delivery"),
        "How well the local network knows needs and firms; 0 where there is none.",
        "assumed",
        "coverage 0.46 of States: S24; quality assumed",
        "local_network",
    ),
    Channel(
        "partnering_time",
        "E",
        "ratio",
        1.0,
        0.3,
        2.0,
        ADD,
        ("work",),
        "Staff-days for partnering against those of the population file.",
        "derived",
        "docs/parameters: scale of staff",
    ),
    Channel(
        "desk_days_screening",
        "S",
        "staff-days a month",
        0.0,
        0.0,
        5000.0,
        ADD,
        ("desks",),
        "Capacity of the shared screening desk.",
    ),
    Channel(
        "desk_days_coordination",
        "S",
        "staff-days a month",
        0.0,
        0.0,
        5000.0,
        ADD,
        ("desks",),
        "Capacity of the central coordination desk.",
    ),
    Channel(
        "desk_days_advisory",
        "S",
        "staff-days a month",
        0.0,
        0.0,
        5000.0,
        ADD,
        ("desks",),
        "Capacity of the internal advisory group.",
    ),
    Channel(
        "desk_days_country", "C", "staff-days a month", 0.5, 0.0, 500.0, ADD, ("desks",), "Capacity of a country team's desk."
    ),
    Channel(
        "bid_selectivity", "E", "z-score", -0.5, -2.0, 2.0, ADD, ("scouting",), "Expected value below which no approach is made."
    ),
    Channel(
        "local_search_share", "E", "share", 0.20, 0.0, 0.9, ADD, ("scouting",), "Share of scouting spent on local firms and SMEs."
    ),
    Channel(
        "company_info_noise",
        "E",
        "SD of fit",
        1.0,
        0.3,
        2.0,
        SCALE,
        ("scouting",),
        "Error made in judging a company's fit from outside.",
    ),
    Channel(
        "portal_reach",
        "E",
        "probability",
        0.05,
        0.0,
        0.9,
        UNION,
        ("scouting",),
        "Chance that a fitting firm outside own ties is seen in a search.",
        "assumed",
        "portal since 2010: report para 20; size assumed",
    ),
    Channel(
        "finance_model_share",
        "E",
        "share",
        0.05,
        0.0,
        0.5,
        ADD,
        ("design",),
        "Share of new ideas of type innovative finance.",
        "derived",
        "1 of the 19 cases in the report's boxes",
    ),
    Channel(
        "inbound_rate",
        "K",
        "proposals per company-year",
        0.15,
        0.0,
        3.0,
        SCALE,
        ("courting",),
        "Unsolicited proposals of a firm: an SME makes a third of them (parameter inbound_sme_ratio).",
    ),
    Channel(
        "proposal_filter",
        "S",
        "probability",
        0.10,
        0.0,
        0.95,
        UNION,
        ("courting",),
        "Chance that an unfit proposal is stopped before staff see it.",
    ),
    Channel(
        "mandate_clarity",
        "K",
        "probability",
        0.40,
        0.0,
        1.0,
        UNION,
        ("courting",),
        "Chance that a proposal is addressed to the right entity.",
    ),
    Channel(
        "lead_visibility",
        "E",
        "probability",
        0.10,
        0.0,
        1.0,
        UNION,
        ("courting",),
        "Chance of seeing another entity's live approach to the same firm.",
    ),
    Channel(
        "yield_or_join",
        "E",
        "probability",
        0.30,
        0.0,
        1.0,
        UNION,
        ("courting",),
        "Chance of yielding or bidding jointly once it is seen.",
    ),
    Channel(
        "desk_routing_coordination",
        "E",
        "share",
        0.0,
        0.0,
        1.0,
        MAX,
        ("courting",),
        "Share of approaches that must pass the coordination desk.",
    ),
    Channel(
        "desk_routing_advisory",
        "E",
        "share",
        0.0,
        0.0,
        1.0,
        MAX,
        ("design",),
        "Share of high-risk or large designs that the advisory group reviews.",
    ),
    Channel(
        "desk_routing_country",
        "E",
        "share",
        0.1,
        0.0,
        1.0,
        MAX,
        ("agreement",),
        "Share of agreements that pass the country team's desk.",
    ),
    Channel(
        "check_days",
        "E",
        "staff-days",
        6.0,
        1.0,
        30.0,
        SCALE,
        ("screening",),
        "Staff-days of an own full check.",
        "assumed",
        "between 2 light and 10 deep, both assumed",
    ),
    Channel(
        "country_risk_accuracy",
        "E",
        "correlation",
        0.60,
        0.3,
        0.85,
        ADD,
        ("screening",),
        "Correlation with the truth of a full check done in a country office (headquarters: 0.735, derived from S81).",
    ),
    Channel(
        "check_reuse",
        "E",
        "share",
        0.0,
        0.0,
        1.0,
        UNION,
        ("screening",),
        "Share of checks replaced by a valid existing one.",
        "assumed",
        "no common vetting procedure: S2",
    ),
    Channel(
        "raters_pooled",
        "S",
        "readings",
        1.0,
        1.0,
        5.0,
        MAX,
        ("screening",),
        "Independent readings averaged in one check.",
        "derived",
        "S81, normal model",
    ),
    Channel(
        "flag_sharing",
        "E",
        "probability",
        0.05,
        0.0,
        1.0,
        UNION,
        ("screening",),
        "Chance that another entity's rejection is seen and honoured.",
    ),
    Channel(
        "criteria_convergence",
        "E",
        "share",
        0.20,
        0.0,
        1.0,
        UNION,
        ("screening",),
        "Share of the gap between own and common threshold that is closed.",
        "assumed",
        "guidelines exist: report para 35; size assumed",
    ),
    Channel(
        "criteria_published",
        "S",
        "share",
        0.10,
        0.0,
        1.0,
        MAX,
        ("courting", "screening"),
        "Share of criteria and results that is public.",
    ),
    Channel(
        "badge_trust",
        "E",
        "share",
        0.30,
        0.0,
        0.9,
        SCALE,
        ("screening",),
        "Share of check effort skipped for a Global Compact member.",
        "assumed",
        "sign: S2; size assumed",
    ),
    Channel(
        "insider_leniency",
        "E",
        "SD",
        0.10,
        0.0,
        1.0,
        ADD,
        ("screening",),
        "Drop of the threshold for firms with a seat or a secondee inside.",
    ),
    Channel(
        "sector_invitation",
        "E",
        "probability",
        0.35,
        0.0,
        1.0,
        UNION,
        ("design",),
        "Chance that a missing relevant sector is noticed and invited.",
    ),
    Channel(
        "core_competence_weight",
        "E",
        "weight",
        0.30,
        0.0,
        1.0,
        ADD,
        ("scouting", "design"),
        "Weight of core competence against money and name in choosing partners and roles.",
    ),
    Channel(
        "systemic_aim",
        "E",
        "share",
        0.10,
        0.0,
        1.0,
        UNION,
        ("design",),
        "Share of designs that target a market or rule and carry a replication plan.",
    ),
    Channel(
        "support_role_share",
        "E",
        "share",
        0.10,
        0.0,
        0.9,
        ADD,
        ("design",),
        "Share of multi-sector designs in which the UN supports and another leads.",
    ),
    Channel(
        "gate_share",
        "E",
        "share",
        0.15,
        0.0,
        1.0,
        UNION,
        ("design",),
        "Share of designs that pass an ex-ante cost-benefit appraisal.",
    ),
    Channel(
        "evaluation_share",
        "E",
        "share",
        0.58,
        0.0,
        1.0,
        UNION,
        ("design",),
        "Share of designs with KPIs and later evaluation.",
        "measured",
        "report para 60: 42 % without",
    ),
    Channel("exit_plan_share", "E", "share", 0.15, 0.0, 1.0, UNION, ("design",), "Share of designs with a handover plan."),
    Channel(
        "template_coverage",
        "E",
        "share",
        0.25,
        0.0,
        0.95,
        UNION,
        ("agreement",),
        "Share of standard clauses settled beforehand if the other side accepts the template.",
        "assumed",
        "end point of the range derived from S46, S47",
    ),
    Channel(
        "handoffs",
        "E",
        "hand-offs per agreement",
        3.0,
        0.0,
        8.0,
        SCALE,
        ("agreement",),
        "Hand-offs between headquarters and country office.",
    ),
    Channel(
        "delegation",
        "E",
        "share",
        0.30,
        0.0,
        1.0,
        ADD,
        ("screening", "agreement"),
        "Share of cases decided in the country office.",
    ),
    Channel(
        "host_support",
        "C",
        "0-1",
        math.nan,
        0.0,
        1.0,
        ADD,
        ("design", "agreement", "delivery", "closing"),
        "Government support for partnerships.",
        "assumed",
        "population file: proxy by effectiveness class",
        "support",
    ),
    Channel(
        "reward_results",
        "E",
        "weight",
        0.30,
        0.0,
        1.0,
        ADD,
        ("work", "scouting"),
        "Weight of results against counts in what staff are rewarded for.",
    ),
    Channel("candour", "E", "probability", 0.30, 0.0, 1.0, ADD, ("delivery",), "Chance that a known failure is reported."),
    Channel(
        "disclosure",
        "E",
        "share",
        0.20,
        0.0,
        1.0,
        UNION,
        ("courting", "design", "incidents"),
        "Share of partnerships with partner and terms published.",
    ),
    Channel(
        "forum_ties",
        "E",
        "ties per entity-year",
        1.0,
        0.0,
        20.0,
        ADD,
        ("meeting",),
        "New ties to firms and civil society from forums.",
        "assumed",
        "forum is yearly: report para 17; size assumed",
    ),
    Channel(
        "peer_ties",
        "E",
        "ties per entity-year",
        2.0,
        0.0,
        20.0,
        ADD,
        ("meeting",),
        "New ties between entities from focal-point meetings.",
        "assumed",
        "meeting is yearly: report para 18; size assumed",
    ),
    Channel(
        "secondments",
        "E",
        "exchanges per entity-year",
        0.2,
        0.0,
        5.0,
        ADD,
        ("work", "meeting"),
        "Staff exchanges started.",
        "assumed",
        "report box 11",
    ),
    Channel(
        "training_days", "E", "days per staff-year", 1.0, 0.0, 20.0, ADD, ("work", "learning"), "Training of partnership staff."
    ),
    Channel(
        "lesson_diffusion_skill",
        "E",
        "share per tie-month",
        0.010,
        0.0,
        0.2,
        ADD,
        ("learning",),
        "Share of a skill gap closed along a tie in a month.",
    ),
    Channel(
        "lesson_diffusion_beliefs",
        "E",
        "share per tie-month",
        0.005,
        0.0,
        0.2,
        ADD,
        ("learning",),
        "Share of a gap in beliefs about designs closed along a tie in a month.",
    ),
    Channel(
        "advisory_seats",
        "E",
        "member firms",
        0.0,
        0.0,
        20.0,
        ADD,
        ("meeting",),
        "Seats for firms in an entity's company advisory group.",
        "assumed",
        "report box 9: 14 members in one group",
    ),
)

BY_NAME = {c.name: c for c in CHANNELS}
BY_AXIS = {axis: tuple(c for c in CHANNELS if c.axis == axis) for axis in AXES}
COLUMN = {c.name: i for i, c in enumerate(CHANNELS)}


def __getattr__(name: str) -> object:
    """``recompute`` of the engine, for those who look for it here: the table alone does not wait for the compiler."""
    if name == "recompute":
        from partnersim.folding import recompute

        return recompute
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
