"""From the books of one run to the row of outcomes: the formulas of the outcome table, in its order."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from partnersim.kinds import DROPPED, LIVE_ROWS, OPEN, OPEN_ROWS, SIGNED, Stage
from partnersim.ledger import N_TRANSACTION, OUTCOMES, PLACES, SERIES, Activity, Side
from partnersim.world import World


def ratio(top: float, bottom: float) -> float:
    """``top / bottom``, or NaN where there is nothing to divide by."""
    return float(top) / float(bottom) if bottom else math.nan


def median_months(histogram: np.ndarray) -> float:
    """Median months to signing among those who will sign, by the Aalen-Johansen estimator.

    ``histogram``: int (3, months) of attempts by months since the idea: signed, dropped, still open at the end. Dropping
    is a competing event and open attempts are censored. NaN when nothing was signed.
    """
    at_risk = histogram.sum()
    survival, incidence = 1.0, np.zeros(histogram.shape[1])
    for t in range(histogram.shape[1]):
        if at_risk > 0:
            incidence[t] = survival * histogram[SIGNED, t] / at_risk
            survival *= 1.0 - (histogram[SIGNED, t] + histogram[DROPPED, t]) / at_risk
        at_risk -= histogram[:, t].sum()
    total = incidence.sum()
    return float(np.searchsorted(np.cumsum(incidence), 0.5 * total)) if total > 0 else math.nan


def censor(world: World) -> np.ndarray:
    """The histogram of durations with the attempts still open at the end added, those begun in the window."""
    system = world.system[0]
    out = system["histogram"].copy()
    start = system["month"] - system["study_month"]
    open_rows = world.partnership[world.rows[OPEN_ROWS, : system["n_open"]]]
    begun = open_rows["begun"][open_rows["begun"] > start]
    np.add.at(out[OPEN], np.minimum(system["month"] - begun, out.shape[1] - 1), 1)
    return out


def _by_place(what: str, by_region: np.ndarray, by_goal: np.ndarray, per: float) -> dict[str, float]:
    """Outcomes of regions and goals, in the order of ``PLACES``."""
    return {f"{what}_{where}": float(value) / per for where, value in zip(PLACES, (*by_region, *by_goal), strict=True)}


def outcomes_of(world: World, months: int) -> dict[str, float]:
    """Every outcome of the outcome table for a finished run; yearly figures are window totals / (months / 12)."""
    years = months / 12.0
    series, system = world.series[:months], world.system[0]
    book, days = system["book"], system["days"]
    total = {s.name: float(series[s.name].sum()) for s in SERIES}
    mean = {name: value / months for name, value in total.items()}
    transaction = float(days[:, :N_TRANSACTION].sum())
    central = float(book["lever_days"] + book["desk_days"])
    performing_years = total["performing"] / 12.0
    delivering = total["delivering"]
    cases = world.partnership[world.rows[LIVE_ROWS, : system["n_live"]]]
    active = cases[(cases["stage"] != Stage.ENDED) & (cases["m_started"] >= 0)]
    durations = censor(world)
    spent = float(days[[Side.HQ, Side.COUNTRY]].sum())
    slack = float(days[:, Activity.SLACK].sum())
    tied = (world.firm_tie["row"] >= 0).sum(axis=1)
    joined = np.sort(world.entity["n_joined"])[::-1]
    exposed = ratio(book["exposed_sum"], book["exposed_n"])
    out = {
        "transaction_cost": ratio(transaction, performing_years),
        "transaction_cost_net": ratio(transaction - central, performing_years),
        "days_per_signed": ratio(book["days_signed"] + book["days_dropped"], total["signed"]),
        "months_to_agreement": ratio(book["months_signed"], book["n_signed"]),
        "months_to_agreement_median": median_months(durations),
        "wasted_share": ratio(book["days_dropped"], book["days_signed"] + book["days_dropped"]),
        "duplicate_courting": ratio(total["duplicate_approaches"], total["approaches"]),
        "duplicate_checks": ratio(total["duplicate_checks"], total["checks"]),
        "slack_days": slack / years,
        **{f"days_{s.name.lower()}": float(days[s, :N_TRANSACTION].sum()) / years for s in Side},
        **{f"days_{a.name.lower()}": float(days[:, a].sum()) / years for a in Activity if a != Activity.SLACK},
        **_by_place("days", book["days_region"], book["days_goal"], years),
        "largest_cascade": float(book["largest_cascade"]),
        "exposed_by_bad_firm": exposed,
        "exposed_by_bad_firm_variance": ratio(book["exposed_squares"], book["exposed_n"]) - exposed * exposed,
        "exposed_three_share": ratio(book["exposed_three"], book["exposed_n"]),
        "incidents_per_100": ratio(total["incidents"], total["live"] / 12.0 / 100.0),
        "transformative_reach": total["transformative_reach"] / 12.0,
        "reach_all": total["reach_all"] / 12.0,
        "reach_low_income_share": ratio(total["reach_low_income"], total["reach_all"]),
        **_by_place("reach", book["reach_region"], book["reach_goal"], 12.0),
        "reach_rate_end": float(series["transformative_reach"][-12:].mean()),
        "transformative_count": float(book["n_transformative"]),
        "transformative_share": ratio((active["m_transformative"] >= 0).sum(), active.size),
        "transformative_pending": float(((active["months_all"] > 0) & (active["m_transformative"] < 0)).sum()),
        "months_to_transformative": ratio(book["months_transformative"], book["n_transformative"]),
        **{f"meets_{c}": float(book[f"meets_{c}"]) / months for c in ("sectors", "competence", "institutions", "scale")},
        "self_reported_success": ratio(total["reported_performing"], delivering),
        "true_success": ratio(total["performing"], delivering),
        "utilisation": ratio(spent - slack, spent),
        "companies": float(system["n_alive"]),
        "tie_density": float(tied.sum()) / (world.entity.size * max(int(system["n_alive"]), 1)),
        "tie_concentration": ratio(np.sort(tied)[::-1][:5].sum(), tied.sum()),
        "top5_participation": ratio(joined[:5].sum(), joined.sum()),
    }
    for s in SERIES:
        if s.name not in out:
            out[s.name] = total[s.name] / years if s.kind == "flow" else mean[s.name]
    return {o.name: out[o.name] for o in OUTCOMES}


def monthly_values(series: np.ndarray) -> np.ndarray:
    """Paths of one run, months x series, as numbers; the same memory."""
    return series.view(np.float64).reshape(series.size, len(SERIES))


def monthly_frame(seeds: list[int], paths: list[np.ndarray]) -> pd.DataFrame:
    """Paths of several runs as a tidy frame: ``seed, month`` (1 is the first), then a column a series."""
    months = paths[0].size
    values = np.concatenate([monthly_values(path) for path in paths])
    frame = pd.DataFrame(values, columns=[s.name for s in SERIES])
    frame.insert(0, "seed", np.repeat(seeds, months))
    frame.insert(1, "month", np.tile(np.arange(1, months + 1), len(seeds)))
    return frame
