"""The books: what is counted, in which unit, and the one table of outcomes that code, files, figures and docs share.

Staff time is kept in ticks of 1/1024 day (about half a minute). Every amount is rounded to whole ticks when it is
spent, and sums of whole ticks are exact in a float, so the days that agents spend equal the days booked by activity
to the last bit, in whatever order they were added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from partnersim.compiled import compiled
from partnersim.kinds import GOALS, REGIONS


class Side(IntEnum):
    """Who spends staff-days."""

    HQ = 0
    COUNTRY = 1
    CENTRAL = 2
    COMPANY = 3
    GOVERNMENT = 4
    CIVIL = 5


class Activity(IntEnum):
    """What staff-days are spent on. All but the last three are transaction activities."""

    SEARCH = 0
    TRIAGE = 1
    COURTING = 2
    SCREENING = 3
    DESIGN = 4
    NEGOTIATION = 5
    COORDINATION = 6
    FOLLOW_UP = 7
    REPORTING = 8
    EVALUATION = 9
    DESK = 10
    LEVER = 11
    DELIVERY = 12
    LEARNING = 13
    SLACK = 14


class Payer(IntEnum):
    """Who pays what a lever costs."""

    ENTITIES = 0
    SECRETARIAT = 1
    COMPANIES = 2
    GOVERNMENTS = 3
    COUNTRY_OFFICES = 4


class Per(IntEnum):
    """What a lever's cost is charged for: once, or for each of these that belongs to an adopter.

    From PARTNERSHIP on these are cases of this world, which is a sample already, so world scale does not apply.
    """

    SYSTEM = 0
    ENTITY = 1
    COUNTRY = 2
    TEAM = 3
    MEMBER = 4
    STAFF = 5
    OFFICE = 6
    PARTNERSHIP = 7
    APPRAISAL = 8
    PLAN = 9
    EXCHANGE = 10
    HANDOVER = 11


N_SIDES, N_ACTIVITIES = len(Side), len(Activity)
N_TRANSACTION = int(Activity.DELIVERY)
"""Activities below this number make up the transaction cost."""

TICKS = 1024.0


@compiled
def ticks(days):
    """Staff-days rounded to whole ticks of 1/1024 day, so that sums are exact."""
    return math.floor(days * TICKS + 0.5) / TICKS


@compiled
def whole_ticks(days):
    """The whole ticks within ``days``: what can be spent without spending more."""
    return math.floor(days * TICKS) / TICKS


@dataclass(frozen=True)
class Series:
    """One monthly path: a flow is summed over a window, a stock is averaged."""

    name: str
    unit: str
    kind: str
    meaning: str


SERIES: tuple[Series, ...] = (
    Series("ideas", "attempts a month", "flow", "Attempts begun: an entity and a firm look at a goal and a country."),
    Series("approved", "attempts a month", "flow", "Attempts that leave design."),
    Series("signed", "agreements a month", "flow", "Agreements signed."),
    Series("started", "partnerships a month", "flow", "Partnerships in their first delivering month."),
    Series("dropped", "attempts a month", "flow", "Attempts dropped at any gate."),
    Series("ended", "partnerships a month", "flow", "Partnerships that ended."),
    Series("open_cases", "attempts", "stock", "Attempts between idea and agreement."),
    Series("live", "partnerships", "stock", "Partnerships signed and not ended."),
    Series("delivering", "partnerships", "stock", "Live partnerships that have begun to deliver."),
    Series("performing", "partnerships", "stock", "Live partnerships that truly perform this month."),
    Series("reported_performing", "partnerships", "stock", "Live partnerships that their staff report as successful."),
    Series("evaluated", "partnerships", "stock", "Live partnerships designed with KPIs and evaluation."),
    Series("transformative", "partnerships", "stock", "Live partnerships that have met the test of transformation."),
    Series("transaction_days", "staff-days a month", "flow", "Staff-days of all sides on transaction activities."),
    Series("central_days", "staff-days a month", "flow", "Staff-days of desks and lever costs within them."),
    Series("slack_days", "staff-days a month", "flow", "Unused staff-days of UN entities: booked, no cost."),
    Series("incidents", "pairs a month", "flow", "(public event, UN entity) pairs."),
    Series("incident_events", "events a month", "flow", "Public events with at least one pair."),
    Series("incident_hits", "partnerships a month", "flow", "Partnerships to which a public event was attributed."),
    Series("incident_loss", "points a month", "flow", "Reputation lost by UN entities, spillover included."),
    Series("partner_misconduct", "partnerships a month", "flow", "Partnerships whose firm began misconduct, public or not."),
    Series("risks_screened_out", "firms a month", "flow", "Worst-decile firms rejected by a check."),
    Series("sound_rejected", "firms a month", "flow", "Other firms rejected by a check."),
    Series("approaches", "approaches a month", "flow", "Approaches that reached firms."),
    Series(
        "duplicate_approaches", "approaches a month", "flow", "Approaches made while another entity approached the same firm."
    ),
    Series("checks", "checks a month", "flow", "Own checks made by entities."),
    Series("duplicate_checks", "checks a month", "flow", "Own checks made while a valid one by another entity existed."),
    Series(
        "reach_all", "people served", "stock", "People reached by all performing partnerships, each counted once, at world scale."
    ),
    Series("transformative_reach", "people served", "stock", "People reached by partnerships that met the test, at world scale."),
    Series("reach_low_income", "people served", "stock", "Part of reach_all in low and lower-middle income countries."),
    Series("queue_coordination", "cases", "stock", "Cases waiting at the coordination desk."),
    Series("queue_screening", "cases", "stock", "Cases waiting at the shared screening desk."),
    Series("queue_advisory", "cases", "stock", "Cases waiting at the advisory group."),
    Series("queue_country", "cases", "stock", "Cases waiting at country-team desks."),
    Series("reputation", "points, 0-100", "stock", "Mean reputation of UN entities."),
    Series("skill", "0-1", "stock", "Mean partnering skill, weighted by staff."),
    Series("companies", "firms", "stock", "Companies alive."),
)
"""Every monthly path, in the order of the engine's records."""


@dataclass(frozen=True)
class Outcome:
    """One column of the outcome frame: a single number for a run's window."""

    name: str
    unit: str
    better: str
    """lower, higher or none."""
    group: str
    """transaction_cost, incidents, transformative_reach, pipeline, learning or network."""
    meaning: str
    headline: bool = False


PLACES = {
    **{f"in_{region.lower()}": f"in {region}" for region in REGIONS},
    **{f"for_{goal}": f"for the goal {goal}" for goal in GOALS},
}
"""Where days go and people are reached, by the names that outcomes have for it: regions of the host country, then goals."""

HEADLINES = ("transaction_cost", "incidents", "transformative_reach")


def _outcomes() -> tuple[Outcome, ...]:
    cost, inc, reach, pipe = "transaction_cost", "incidents", "transformative_reach", "pipeline"
    sides = {s: s.name.lower() for s in Side}
    rows = [
        Outcome(
            "transaction_cost",
            "staff-days per performing partnership-year",
            "lower",
            cost,
            "Staff-days of all sides on transaction activities / performing partnership-years.",
            True,
        ),
        Outcome(
            "transaction_cost_net",
            "staff-days per performing partnership-year",
            "lower",
            cost,
            "The same without desks and lever costs.",
        ),
        Outcome(
            "days_per_signed",
            "staff-days per agreement",
            "lower",
            cost,
            "Days on attempts signed or dropped in the window / number signed.",
        ),
        Outcome(
            "months_to_agreement",
            "months",
            "lower",
            cost,
            "Mean months from idea to agreement, attempts begun and signed in the window.",
        ),
        Outcome(
            "months_to_agreement_median",
            "months",
            "lower",
            cost,
            "Median months from idea to agreement among those signed, by Aalen-Johansen with dropping as competing event.",
        ),
        Outcome("wasted_share", "share", "lower", cost, "Days on attempts dropped / days on attempts signed or dropped."),
        Outcome(
            "duplicate_courting",
            "share",
            "lower",
            cost,
            "Share of approaches made while another entity approaches the same firm.",
        ),
        Outcome(
            "duplicate_checks", "share", "lower", cost, "Share of own checks made while a valid one by another entity exists."
        ),
        Outcome("slack_days", "staff-days a year", "none", cost, "Unused staff-days of UN entities."),
    ]
    rows += [
        Outcome(f"days_{name}", "staff-days a year", "lower", cost, f"Transaction staff-days of the side: {name}.")
        for name in sides.values()
    ]
    rows += [
        Outcome(
            f"days_{a.name.lower()}",
            "staff-days a year",
            "none",
            cost,
            f"Staff-days of all sides on {a.name.lower().replace('_', ' ')}.",
        )
        for a in Activity
        if a != Activity.SLACK
    ]
    rows += [
        Outcome(f"days_{where}", "staff-days a year", "none", cost, f"Days on attempts signed or dropped, {told}.")
        for where, told in PLACES.items()
    ]
    rows += [
        Outcome(
            "incidents",
            "(event, entity) pairs a year",
            "lower",
            inc,
            "Public misconduct events attributed to a UN entity, pairs a year.",
            True,
        ),
        Outcome("incident_events", "events a year", "lower", inc, "Public events with at least one pair."),
        Outcome("incident_hits", "partnerships a year", "lower", inc, "Partnerships to which a public event was attributed."),
        Outcome(
            "incident_loss",
            "points of reputation a year",
            "lower",
            inc,
            "Severity x depth x visibility x UN multiplier, plus spillover.",
        ),
        Outcome("largest_cascade", "entities", "lower", inc, "Most entities hit by one event in the window."),
        Outcome(
            "exposed_by_bad_firm",
            "entities",
            "lower",
            inc,
            "Mean number of entities tied to a truly worst-decile firm, over firm-years.",
        ),
        Outcome("exposed_by_bad_firm_variance", "entities squared", "lower", inc, "Variance of that number over firm-years."),
        Outcome(
            "exposed_three_share", "share", "lower", inc, "Share of worst-decile firm-years with three or more entities tied."
        ),
        Outcome(
            "partner_misconduct", "partnerships a year", "lower", inc, "Partnerships whose firm began misconduct, public or not."
        ),
        Outcome(
            "incidents_per_100",
            "pairs per 100 live partnership-years",
            "lower",
            inc,
            "Incidents against the stock of partnerships.",
        ),
        Outcome("risks_screened_out", "firms a year", "higher", inc, "Worst-decile firms rejected by a check."),
        Outcome("sound_rejected", "firms a year", "lower", inc, "Other firms rejected by a check."),
        Outcome(
            "transformative_reach",
            "person-years",
            "higher",
            reach,
            "People reached by partnerships that met the test, over the window.",
            True,
        ),
        Outcome("reach_all", "person-years", "higher", reach, "People reached by all partnerships, over the window."),
        Outcome("reach_low_income_share", "share", "none", reach, "Share of reach_all in low and lower-middle income countries."),
        *(
            Outcome(f"reach_{where}", "person-years", "higher", reach, f"Part of reach_all {told}.")
            for where, told in PLACES.items()
        ),
        Outcome("reach_rate_end", "person-years a year", "higher", reach, "transformative_reach in the last 12 months."),
        Outcome("transformative_count", "partnerships", "higher", reach, "Partnerships that met the test in the window."),
        Outcome(
            "transformative_share",
            "share",
            "higher",
            reach,
            "Of delivering partnerships in the last month, those that have met the test.",
        ),
        Outcome(
            "transformative_pending", "partnerships", "none", reach, "Hold all four criteria at the end for fewer than 12 months."
        ),
        Outcome(
            "months_to_transformative",
            "months",
            "lower",
            reach,
            "Mean months from first delivery to the test met, among those that met it.",
        ),
        Outcome(
            "meets_sectors",
            "partnerships",
            "higher",
            reach,
            "Mean number of performing partnerships with every relevant sector on board.",
        ),
        Outcome(
            "meets_competence",
            "partnerships",
            "higher",
            reach,
            "Mean number that draw at least half of their value from core competence.",
        ),
        Outcome("meets_institutions", "partnerships", "higher", reach, "Mean number that moved or hold an institution."),
        Outcome("meets_scale", "partnerships", "higher", reach, "Mean number with scale and a life beyond their own funding."),
        Outcome("ideas", "attempts a year", "none", pipe, "Attempts begun."),
        Outcome("approved", "attempts a year", "none", pipe, "Attempts that leave design."),
        Outcome("signed", "agreements a year", "none", pipe, "Agreements signed."),
        Outcome("started", "partnerships a year", "none", pipe, "Partnerships that began to deliver."),
        Outcome("live", "partnerships", "none", pipe, "Mean number of live partnerships."),
        Outcome("performing", "partnerships", "higher", pipe, "Mean number of truly performing partnerships."),
        Outcome("evaluated", "partnerships", "none", pipe, "Mean number designed with KPIs and evaluation."),
        Outcome(
            "self_reported_success",
            "share",
            "none",
            pipe,
            "Share of delivering partnerships reported as successful by their staff.",
        ),
        Outcome("true_success", "share", "higher", pipe, "Share of delivering partnerships that truly perform."),
        Outcome("queue_coordination", "cases", "lower", pipe, "Mean cases waiting at the coordination desk."),
        Outcome("queue_screening", "cases", "lower", pipe, "Mean cases waiting at the shared screening desk."),
        Outcome("queue_advisory", "cases", "lower", pipe, "Mean cases waiting at the advisory group."),
        Outcome("queue_country", "cases", "lower", pipe, "Mean cases waiting at country-team desks."),
        Outcome("utilisation", "share", "none", pipe, "Used share of UN entities' staff-days."),
        Outcome("companies", "firms", "none", pipe, "Companies alive at the end."),
        Outcome("reputation", "points, 0-100", "higher", "learning", "Mean reputation of UN entities."),
        Outcome("skill", "0-1", "higher", "learning", "Mean partnering skill of staff."),
        Outcome("tie_density", "share", "none", "network", "Share of entity-firm pairs with a tie at the end."),
        Outcome(
            "tie_concentration", "share", "none", "network", "Share of entity-firm ties held by the five best-tied entities."
        ),
        Outcome(
            "top5_participation",
            "share",
            "none",
            "network",
            "Share of participations in multi-entity partnerships held by the five most active entities.",
        ),
    ]
    return tuple(rows)


OUTCOMES: tuple[Outcome, ...] = _outcomes()
"""Every column of the outcome frame, in its order; docs/outcomes.md shows them."""
