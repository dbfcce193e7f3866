"""Numbers of patterns from the tallies of runs taken together: small pure functions, one a measure.

Each takes tallies that are sums over runs (see :mod:`census`) and returns one number, NaN where there is nothing to divide by.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from partnersim.kinds import Size
from partnersim.outcomes import ratio
from partnersim.validation.census import Tally

MEASURES: dict[str, Callable[[Tally], float]] = {}
"""By the name that a check of scenarios/validation/ uses."""


def measure(function: Callable[[Tally], float]) -> Callable[[Tally], float]:
    """Enter a function in the table of measures under its name."""
    MEASURES[function.__name__] = function
    return function


def total(tally: Tally, name: str) -> float:
    """The sum of one tally."""
    return float(tally[name].sum())


def per_run(tally: Tally, outcome: str) -> float:
    """The mean over runs of an outcome of the outcome table."""
    return ratio(total(tally, f"outcome_{outcome}"), total(tally, "runs"))


def _size_share(tally: Tally, most: int) -> float:
    return ratio(tally["sizes"][2 : most + 1].sum(), tally["sizes"][2:].sum())


@measure
def size_at_most_four(tally: Tally) -> float:
    """Share of multi-entity agreements with at most four entities."""
    return _size_share(tally, 4)


@measure
def size_at_most_five(tally: Tally) -> float:
    """Share of multi-entity agreements with at most five entities."""
    return _size_share(tally, 5)


@measure
def size_mean(tally: Tally) -> float:
    """Mean number of entities of a multi-entity agreement."""
    sizes = tally["sizes"][2:]
    return ratio((sizes * np.arange(2, 2 + sizes.size)).sum(), sizes.sum())


@measure
def size_largest(tally: Tally) -> float:
    """Entities of the largest agreement of a run, mean over runs."""
    return ratio(total(tally, "largest"), total(tally, "runs"))


@measure
def top_five_share(tally: Tally) -> float:
    """Share of participations in multi-entity agreements that the five most active entities of a run hold."""
    return ratio(total(tally, "top_five"), total(tally, "participations"))


@measure
def most_active_share(tally: Tally) -> float:
    """Share of multi-entity agreements in which a run's most active entity takes part."""
    return ratio(total(tally, "most_active"), total(tally, "multi"))


@measure
def never_performed(tally: Tally) -> float:
    """Share of partnerships signed three years before that have not performed in any month."""
    return ratio(total(tally, "cohort_never"), total(tally, "cohort"))


@measure
def always_performed(tally: Tally) -> float:
    """Share of partnerships signed three years before that have performed in every month of delivery."""
    return ratio(total(tally, "cohort_always"), total(tally, "cohort"))


def survival(tally: Tally, months: int) -> float:
    """Kaplan-Meier share alive so many months after signing; partnerships enter at the age at which the window finds them."""
    alive = 1.0
    for at_risk, ended in zip(tally["at_risk"][: months + 1], tally["ended"][: months + 1], strict=True):
        if at_risk <= 0:
            return math.nan
        alive *= 1.0 - ended / at_risk
    return float(alive)


@measure
def alive_after_4_years(tally: Tally) -> float:
    """Share alive 48 months after signing."""
    return survival(tally, 48)


@measure
def alive_after_10_years(tally: Tally) -> float:
    """Share alive 120 months after signing."""
    return survival(tally, 120)


@measure
def self_report(tally: Tally) -> float:
    """Share of delivering partnerships that their staff report as successful."""
    return ratio(total(tally, "series_reported_performing"), total(tally, "series_delivering"))


@measure
def measured_success(tally: Tally) -> float:
    """Share of delivering partnerships that truly perform."""
    return ratio(total(tally, "series_performing"), total(tally, "series_delivering"))


@measure
def success_gap(tally: Tally) -> float:
    """Self-reported less measured success."""
    return self_report(tally) - measured_success(tally)


@measure
def entry_over_exit(tally: Tally) -> float:
    """Companies that enter for each that leaves."""
    return ratio(total(tally, "entries"), total(tally, "exits"))


@measure
def sme_exit_ratio(tally: Tally) -> float:
    """Rate at which SMEs leave over that of larger firms."""
    exits, months = tally["exits"], tally["firm_months"]
    sme = ratio(exits[Size.SME], months[Size.SME])
    return ratio(sme, ratio(exits[Size.SME + 1 :].sum(), months[Size.SME + 1 :].sum()))


@measure
def flagged_again(tally: Tally) -> float:
    """Share of firms flagged in one year that are flagged in the next."""
    return ratio(total(tally, "flagged_again"), total(tally, "flagged"))


@measure
def first_timers(tally: Tally) -> float:
    """Share of firms flagged in a year that were never flagged before, burn-in included."""
    return ratio(total(tally, "flagged_first"), total(tally, "flagged_all"))


@measure
def low_income_reach(tally: Tally) -> float:
    """Share of reach in low and lower-middle income countries."""
    return ratio(total(tally, "series_reach_low_income"), total(tally, "series_reach_all"))


@measure
def low_income_agreements(tally: Tally) -> float:
    """Share of agreements whose country is of low or lower-middle income."""
    return ratio(total(tally, "signed_low_income"), total(tally, "signed"))


@measure
def rich_partners(tally: Tally) -> float:
    """Share of agreements whose main firm is at home in Europe or North America."""
    return ratio(total(tally, "signed_rich_partner"), total(tally, "signed"))


@measure
def approved_of_ideas(tally: Tally) -> float:
    """Attempts that leave design over attempts begun."""
    return ratio(total(tally, "series_approved"), total(tally, "series_ideas"))


@measure
def signed_of_approved(tally: Tally) -> float:
    """Agreements signed over attempts that leave design."""
    return ratio(total(tally, "series_signed"), total(tally, "series_approved"))


@measure
def running_early(tally: Tally) -> float:
    """Share of the ideas of two years that deliver at the end of them."""
    return ratio(total(tally, "snapshot_running"), total(tally, "snapshot_ideas"))


@measure
def ideas_a_month(tally: Tally) -> float:
    """Ideas begun a month."""
    return per_run(tally, "ideas") / 12.0


@measure
def signed_a_year(tally: Tally) -> float:
    """Agreements signed a year."""
    return per_run(tally, "signed")


@measure
def live(tally: Tally) -> float:
    """Mean number of live partnerships."""
    return per_run(tally, "live")


@measure
def transformative_share(tally: Tally) -> float:
    """Share of delivering partnerships that have met the test of transformation, all months."""
    return ratio(total(tally, "series_transformative"), total(tally, "series_delivering"))


def _among_equals(tally: Tally, what: str) -> float:
    """Mean of those that became transformative less that of all agreements of the same types."""
    (n_all, n), (x_all, x) = tally["signed_kind"], tally[what]
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = np.where(n_all > 0, x_all / n_all, 0.0)
    return ratio((x - n * usual)[n_all > 0].sum(), n[n_all > 0].sum())


@measure
def transformative_months(tally: Tally) -> float:
    """Months from idea to agreement of those that became transformative, less those of all agreements of their types."""
    return _among_equals(tally, "signed_months")


@measure
def transformative_parties(tally: Tally) -> float:
    """Parties of those that became transformative, less those of all agreements of their types."""
    return _among_equals(tally, "signed_parties")


def _with_government(tally: Tally, what: str, systemic: slice) -> float:
    """Share meeting a criterion with the government less without, among equals by aim and type (weights: with it)."""
    n, met = tally["criteria_n"][systemic], tally[what][systemic]
    both = (n > 0).all(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(n > 0, met / n, 0.0)
    weight = n[..., 1] * both
    return ratio((weight * (share[..., 1] - share[..., 0])).sum(), weight.sum())


@measure
def government_institution(tally: Tally) -> float:
    """Share of performing partnerships with a systemic aim that moved an institution: with the government less without."""
    return _with_government(tally, "criteria_institution", slice(1, 2))


@measure
def government_scale(tally: Tally) -> float:
    """Share of performing partnerships with scale and a life of their own: with the government less without."""
    return _with_government(tally, "criteria_scale", slice(0, 2))


@measure
def cost_per_dollar_slope(tally: Tally) -> float:
    """Slope of log days per dollar on log value, among agreements of one type."""
    return ratio(tally["size_cost"][0], tally["size_cost"][1])


@measure
def experience_slope(tally: Tally) -> float:
    """Slope of log days to an agreement on log (1 + agreements led before), within entities."""
    return ratio(tally["experience_cost"][0], tally["experience_cost"][1])


@measure
def network_exit_ratio(tally: Tally) -> float:
    """Rate of leaving of firms whose home has a local network over that of others, at the size mix of the former."""
    months, exits = tally["network_months"], tally["network_exits"]
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = np.where(months > 0, exits / months, 0.0)
    return ratio((months[:, 1] * rates[:, 1]).sum(), (months[:, 1] * rates[:, 0]).sum())
