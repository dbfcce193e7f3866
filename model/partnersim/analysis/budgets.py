"""What packages cost in staff-days, the best that a budget allows, and the smallest that reaches most of the best.

Staff-days are those of the real system a year, over the years after burn-in, as runs book them: what is charged under the names
of levers (setting them up included), their desks and the learning that they add, each against the reference of the same seed;
and the time for partnering that a lever takes from other work, which no run books as a cost.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from partnersim.analysis.trials import RESAMPLES, Trials, improvements
from partnersim.channels import BY_NAME
from partnersim.population.sizes import SIZES
from partnersim.scenario import Lever, load_parameters
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL
from partnersim.study.pareto import NAMES, SIGNS, objectives

BOOKED = ("days_lever", "days_desk", "days_learning")
"""Outcomes in which a lever's own cost is booked; work that follows from it is in the transaction cost."""
COLUMNS = (*BOOKED, "slack_days", "utilisation")
"""Outcomes that :func:`spent` reads."""
TIME = "partnering_time"
MOST = 0.8
"""Share of the best improvement that is most of it."""
ALL = "all"
"""Stands for all objectives at once."""


@functools.cache
def real_days(size: str) -> float:
    """Staff-days of the real system for one of the sample, of the library's numbers."""
    return max(load_parameters()["firms_active"].value / SIZES[size].companies, 1.0)


def time_taken(used: Sequence[str], levers: Mapping[str, Lever], months: int, ramp: int = 0, start: int = 1) -> float:
    """Share of all staff-days for partnering that these levers take from other work, at default options, over ``months``."""
    added = 0.0
    for name in used:
        options = {key: option.default for key, option in levers[name].options.items()}
        added += sum(c.value for c in levers[name].active_contributions(options) if c.channel == TIME)
    channel = BY_NAME[TIME]
    at_work = max(months - (start - 1) - max(ramp - 1, 0) / 2, 0.0) / months
    return min(added, channel.high - channel.baseline) / channel.baseline * at_work


def spent(runs: pd.DataFrame, reference: str, size: str, taken: Mapping[str, float] | None = None) -> pd.Series:
    """Staff-days a year of the real system by package (the index): mean over seeds that it shares with the reference.

    ``runs``: ``scenario, seed`` and :data:`COLUMNS`; ``taken``: :func:`time_taken` by package, none where it is not named.
    """
    own = runs.set_index("seed").assign(days=runs[list(BOOKED)].sum(axis=1, skipna=False).to_numpy())
    base = own[own["scenario"] == reference]
    if base.empty:
        raise StudyError(f"The reference {reference} was not run; without it nobody knows what packages add.")
    budget = (base["slack_days"] / (1.0 - base["utilisation"])).mean()
    more = (own["days"] - base["days"].reindex(own.index)).groupby(own["scenario"], sort=False, observed=True).mean()
    share = pd.Series({name: (taken or {}).get(name, 0.0) for name in more.index}, dtype=float)
    return ((more + share * budget) * real_days(size)).rename("spent").rename_axis("package")


def within(
    found: pd.DataFrame, days: pd.Series, judged: Trials, reference: str, budgets: Sequence[float] | None = None
) -> pd.DataFrame:
    """The best package that each budget allows, objective by objective.

    ``found``: package x objective by which is chosen; ``days``: :func:`spent`; ``judged``: trials, on other seeds where there are
    some, by which is told what was chosen; packages without trials are not chosen. ``budgets``: staff-days a year, all at which
    another package becomes the best unless given.

    A row an objective and budget: ``objective, budget, package, spent``, then ``improvement, low, high`` over the reference, in
    units, positive is better, see :func:`improvements`. The reference is chosen, with an improvement of 0, where no package
    within the budget is better.
    """
    names = [name for name in judged.names if name in found.index and name in days.index]
    if reference not in names:
        raise StudyError(f"The reference {reference} has no run of these seeds; without it no improvement can be taken.")
    rows = []
    for j, objective in enumerate(NAMES):
        gain = -SIGNS[j] * (found.loc[names, objective] - found.at[reference, objective])
        order = pd.DataFrame({"days": days.loc[names].clip(lower=0.0), "gain": gain})
        order.loc[reference, "days"] = 0.0
        order = order.sort_values(["days", "gain"], kind="stable").drop_duplicates("days", keep="last")
        best = order[order["gain"] > order["gain"].cummax().shift(fill_value=-np.inf)]
        for budget in best["days"].tolist() if budgets is None else budgets:
            affordable = best[best["days"] <= budget]
            rows.append((objective, float(budget), affordable.index[-1]))
    table = pd.DataFrame(rows, columns=["objective", "budget", "package"])
    table["spent"] = table["package"].map(days)
    return _judged(table, judged, reference)


def _judged(table: pd.DataFrame, judged: Trials, reference: str) -> pd.DataFrame:
    """With ``improvement, low, high`` of each row's package in its objective."""
    chosen = [name for name in dict.fromkeys(table["package"]) if name != reference]
    nothing = {"improvement": 0.0, "low": 0.0, "high": 0.0}
    if not chosen:
        return table.assign(**nothing)
    told = improvements(judged, reference, chosen)
    rows = [
        nothing if package == reference else told.loc[(package, objective)].to_dict()
        for package, objective in zip(table["package"], table["objective"], strict=True)
    ]
    return pd.concat([table, pd.DataFrame(rows, index=table.index)], axis=1)


def smallest(
    found: pd.DataFrame,
    sizes: pd.Series,
    judged: Trials,
    reference: str,
    share: float = MOST,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """The package of the fewest levers that reaches a share of the best improvement in each objective, and in all at once.

    ``found``: package x objective by which is chosen; ``sizes``: levers by package; ``judged``: trials by which is told, on other
    seeds where there are some; packages without trials are not chosen. Of equal size the one that reaches most is chosen.

    A row an objective, then ``all`` where some package reaches it in all of them: ``objective, package, levers, best,
    best_levers``, ``reached`` (share of the best's improvement, on the seeds that judge) with ``low, high`` (percentiles over
    resamples of whole seeds, of this package against that one), ``clear``: whether the best itself improves this objective
    clearly (its interval excludes zero, see :func:`improvements`), without which shares of it say nothing. For all at once,
    ``best`` is empty, ``reached`` the least and ``clear`` of all. An objective that no package improves has no row.
    """
    if not 0 < share <= 1:
        raise StudyError(f"A share of {share:g} of the best; wanted: above 0 and at most 1, such as {MOST}.")
    names = [name for name in judged.names if name in found.index]
    if reference not in names:
        raise StudyError(f"The reference {reference} has no run of these seeds; without it no improvement can be taken.")
    gains = -(found.loc[names, list(NAMES)] - found.loc[reference, list(NAMES)]) * SIGNS
    size = sizes.loc[names]
    best = {name: str(gains[name].idxmax()) for name in NAMES if gains[name].max() > 0}
    reached = pd.DataFrame({name: gains[name] / gains[name].max() for name in best})
    picks = {name: _fewest(size, reached[name], share) for name in best}
    picks[ALL] = _fewest(size, reached.min(axis=1), share) if len(best) == len(NAMES) else None
    mine = judged.only(list(dict.fromkeys([reference, *best.values(), *(p for p in picks.values() if p)])))
    is_clear = _clear(judged, reference, best)
    drawn = np.stack([objectives(mine.values), *mine.resampled(resamples)])
    rows = []
    for name, package in picks.items():
        if package is None:
            continue
        of = [name] if name != ALL else list(best)
        ratios = np.min([_ratio(drawn, mine, package, best[one], reference, one) for one in of], axis=0)
        low, high = np.quantile(ratios[1:], [(1 - level) / 2, (1 + level) / 2])
        top = best.get(name, "")
        clear = all(is_clear[one] for one in of)
        rows.append((name, package, size[package], top, size[top] if top else np.nan, ratios[0], low, high, clear))
    columns = ["objective", "package", "levers", "best", "best_levers", "reached", "low", "high", "clear"]
    return pd.DataFrame(rows, columns=columns)


def _clear(judged: Trials, reference: str, best: Mapping[str, str]) -> dict[str, bool]:
    """Whether each objective's best package improves it clearly."""
    if not best:
        return {}
    told = improvements(judged, reference, list(best.values()))
    return {objective: bool(told.loc[(package, objective), "low"] > 0) for objective, package in best.items()}


def _fewest(size: pd.Series, reached: pd.Series, share: float) -> str | None:
    """Of the packages that reach the share the smallest, of these the best; None where there is none."""
    enough = reached[reached >= share]
    if enough.empty:
        return None
    fewest = enough[size.loc[enough.index] == size.loc[enough.index].min()]
    return str(fewest.idxmax())


def _ratio(drawn: np.ndarray, mine: Trials, package: str, best: str, reference: str, objective: str) -> np.ndarray:
    """Improvement of a package over that of the best, in each resample; 1 where they are the same package."""
    if package == best:
        return np.ones(len(drawn))
    j = NAMES.index(objective)
    own, top, base = (drawn[:, mine.place(name), j] for name in (package, best, reference))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num((own - base) / (top - base), nan=1.0, posinf=np.finfo(float).max, neginf=np.finfo(float).min)
