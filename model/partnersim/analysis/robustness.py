"""Does a policy hold up in worlds that nobody can rule out? Regret, worst worlds, shares of worlds, and how firm the ranks are.

Measures of a policy and an outcome, over the worlds of a study (taxonomy: McPhail et al. 2018, Earth's Future 6(2)):

=================  =====================================================================================  ======
measure            is                                                                                     better
=================  =====================================================================================  ======
``mean``           mean over worlds                                                                       as the outcome
``worst``          value in the policy's worst world (maximin, Wald 1950)                                 as the outcome
``mean_regret``    mean over worlds of the regret: how much better the best policy of that world is       lower
``p90_regret``     regret that nine worlds in ten do not exceed                                           lower
``max_regret``     largest regret in any world (minimax regret, Savage 1951)                              lower
``no_worse``       share of worlds in which it is no worse than the reference (satisficing, Starr 1963)   higher
``clear_gain``     share of worlds in which it is better than the reference by at least ``by`` percent    higher
                   of it, and better at all where that is zero
=================  =====================================================================================  ======

The shares are also given of all outcomes at once, as outcome ``all``. How luck within worlds is kept out of these numbers, and
where intervals come from, is said in :mod:`partnersim.analysis.resampled`. ``max_regret`` and ``worst`` are of the worlds
of the study: other worlds may be worse, which no resampling of these can tell, so their intervals are over seeds alone.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from partnersim.analysis.crossed import Crossed
from partnersim.analysis.resampled import RESAMPLES, SAME, Estimate, estimated
from partnersim.study import words
from partnersim.study.files import StudyError

MEASURES = ("mean", "worst", "mean_regret", "p90_regret", "max_regret", "no_worse", "clear_gain")
VALUES_AT, REGRETS_AT, SHARES_AT = slice(0, 2), slice(2, 5), slice(5, 7)
REGRETS, SHARES = MEASURES[REGRETS_AT], MEASURES[SHARES_AT]
EXTREMES = ("worst", "max_regret")
SHARE = "share of worlds"
"""The unit of measures that count worlds."""
ALL = "all"
"""The outcome of shares of worlds in which a policy does well in every outcome."""
MOST = 0.9
"""Share of worlds that the percentile regret speaks of."""
BY: Mapping[str, float] = {"transaction_cost": 5.0, "incidents": 10.0, "transformative_reach": 10.0}
"""Percent of the reference by which a gain is worth the trouble: a choice of ours that whoever decides may replace."""
OTHER = 10.0
"""The same for other outcomes."""
RANK_ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class Robustness:
    """What :func:`robustness` found.

    ``table``: a row a measure, outcome and policy: ``measure, outcome, policy, unit, value, low, high, raw, rank, mean_rank,
    rank_low, rank_high, p_best``. ``raw`` is uncorrected; ranks count from 1, ties share the mean of theirs, and the
    interval is the 5 to 95 % range over resamples of seeds and worlds; ``p_best`` is the share of resamples in which the
    policy is first, ties shared. Shares of worlds have no row of the reference.

    ``ranks``: ``measure, outcome, policy, rank, share``: share of resamples in which the policy has that rank, ties rounded.
    ``by``: percent that count as a clear gain, by outcome.
    """

    table: pd.DataFrame
    ranks: pd.DataFrame
    by: Mapping[str, float]
    described: str


def robustness(data: Crossed, by: Mapping[str, float] = BY, resamples: int = RESAMPLES) -> Robustness:
    """All measures of all policies; ``by``: percent for ``clear_gain`` by outcome, BY and else OTHER unless given.

    Raises :class:`StudyError` for percents of outcomes that are not here, and negative ones.
    """
    asked = {} if by is BY else by
    if wrong := [name for name, percent in asked.items() if name not in data.outcomes or not percent >= 0]:
        raise StudyError(f"by, {wrong[0]}: wanted are percents from 0 on, for: {', '.join(data.outcomes)}.")
    percents = {name: {**BY, **asked}.get(name, OTHER) for name in data.outcomes}
    shares = np.array(list(percents.values())) / 100
    statistic, least = functools.partial(_measured, shares=shares), functools.partial(_least, len(data.worlds))
    extreme = np.isin(MEASURES, EXTREMES)[:, None, None].astype(float)
    found = estimated(statistic, data, "robustness", resamples, *_bounds(data), extreme, least)
    # Corrected one by one, the largest regret could come out below others.
    largest = MEASURES.index("max_regret")
    found.value[largest] = found.value[REGRETS_AT].min(axis=0)
    found.low[largest] = np.minimum(found.low[largest], found.value[largest])
    ranks = np.array([_ranks(draw) for draw in found.draws])
    return Robustness(_table(data, found, ranks), _rank_shares(data, ranks), percents, data.described())


def regrets(gains: np.ndarray) -> np.ndarray:
    """How much better the best policy of each world is; of gains outcome x policy x world, in the same shape."""
    return gains.max(axis=1, keepdims=True) - gains


def _measured(gains: np.ndarray, worlds: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Measure x outcome and ALL x policy, turned so that more is better; NaN where a measure is not of an outcome."""
    drawn = gains[:, :, worlds]
    regret = regrets(drawn)
    place = int(np.ceil(MOST * len(worlds) - 1e-9)) - 1
    most = np.partition(regret, place, axis=2)[:, :, place]
    found = np.full((len(MEASURES), len(gains) + 1, gains.shape[1]), np.nan)
    found[VALUES_AT, :-1] = drawn.mean(axis=2), drawn.min(axis=2)
    found[REGRETS_AT, :-1] = -regret.mean(axis=2), -most, -regret.max(axis=2)
    reference = drawn[:, :1]
    better = drawn[:, 1:] - reference
    least, same = shares[:, None, None] * np.abs(reference), SAME * np.abs(gains).max(axis=(1, 2), keepdims=True)
    for row, does_well in zip(found[SHARES_AT], (better >= -same, (better >= least - same) & (better > same)), strict=True):
        row[:-1, 1:] = does_well.mean(axis=2)
        row[-1, 1:] = does_well.all(axis=0).mean(axis=1)
    return found


def _bounds(data: Crossed) -> tuple[np.ndarray, np.ndarray]:
    """Ends of each measure and outcome, turned so that more is better.

    A regret is never negative, a share between 0 and 1, and an outcome that is negative in no run is not so in its mean.
    """
    low, high = (np.full((len(MEASURES), len(data.outcomes) + 1, 1), end) for end in (-np.inf, np.inf))
    positive = (data.values >= 0).all(axis=(1, 2, 3))
    low[VALUES_AT, :-1][:, positive & (data.signs > 0)] = 0.0
    high[VALUES_AT, :-1][:, positive & (data.signs < 0)] = 0.0
    high[REGRETS_AT] = 0.0
    low[SHARES_AT], high[SHARES_AT] = 0.0, 1.0
    return low, high


def _least(n_worlds: int, value: np.ndarray) -> np.ndarray:
    """Of shares: the variance that so many worlds leave, even where all of them agree (Agresti and Coull 1998, Am. Stat. 52)."""
    found = np.zeros_like(value)
    p = (value[SHARES_AT] * n_worlds + 2) / (n_worlds + 4)
    found[SHARES_AT] = p * (1 - p) / (n_worlds + 4)
    return found


def _ranks(turned: np.ndarray) -> np.ndarray:
    """Ranks over the last axis, 1 the largest; equal ones share the mean of theirs, and NaN has none."""
    ahead = turned[..., None, :] - turned[..., :, None]
    same = SAME * np.nanmax(np.abs(turned), axis=-1, initial=0.0)[..., None, None]
    equal = (np.abs(ahead) <= same).sum(axis=-1)
    return np.where(np.isnan(turned), np.nan, 1 + (ahead > same).sum(axis=-1) + (equal - 1) / 2)


def _rows(data: Crossed) -> list[tuple[int, int, int]]:
    """Places of measure, outcome and policy in the order of the tables."""
    n, all_of_them = len(data.policies), len(data.outcomes)
    return [
        (m, o, p)
        for m, measure in enumerate(MEASURES)
        for o in range(all_of_them + 1)
        for p in range(n)
        if measure in SHARES and p > 0 or measure not in SHARES and o < all_of_them
    ]


def _labels(data: Crossed) -> pd.DataFrame:
    outcomes = [*data.outcomes, ALL]
    rows = [(MEASURES[m], outcomes[o], data.policies[p]) for m, o, p in _rows(data)]
    return pd.DataFrame(rows, columns=["measure", "outcome", "policy"])


def _table(data: Crossed, found: Estimate, ranks: np.ndarray) -> pd.DataFrame:
    places = tuple(np.array(_rows(data)).T)
    table = _labels(data)
    is_share = table["measure"].isin(SHARES)
    table["unit"] = table["outcome"].map(words.UNITS).fillna("").mask(is_share, SHARE)
    signs = np.append(data.signs, 1.0)[places[1]]
    signs = np.where(is_share, 1.0, np.where(table["measure"].isin(REGRETS), -1.0, signs))
    ends = np.sort([(signs * end[places]) for end in (found.low, found.high)], axis=0)
    # + 0.0 makes zero of minus zero.
    for column, numbers in (("value", signs * found.value[places]), ("low", ends[0]), ("high", ends[1])):
        table[column] = numbers + 0.0
    table["raw"] = signs * found.raw[places] + 0.0
    table["rank"] = _ranks(found.value)[places]
    drawn = ranks[(slice(None), *places)]
    table["mean_rank"] = drawn.mean(axis=0)
    table["rank_low"], table["rank_high"] = np.quantile(drawn, RANK_ENDS, axis=0)
    first = ranks == np.nanmin(ranks, axis=-1, keepdims=True, initial=np.inf)
    table["p_best"] = (first / np.maximum(first.sum(axis=-1, keepdims=True), 1)).mean(axis=0)[places]
    return table


def _rank_shares(data: Crossed, drawn: np.ndarray) -> pd.DataFrame:
    """Rows ``measure, outcome, policy, rank, share`` of ranks resample x measure x outcome x policy."""
    n = len(data.policies)
    places = tuple(np.array(_rows(data)).T)
    ours = np.floor(drawn[(slice(None), *places)] + 0.5)
    shares = (ours[:, :, None] == np.arange(1, n + 1)).mean(axis=0)
    rows = _labels(data)
    table = rows.loc[rows.index.repeat(n)].reset_index(drop=True)
    table["rank"] = np.tile(np.arange(1, n + 1), len(rows))
    table["share"] = shares.ravel()
    return table[table["rank"] <= n - table["measure"].isin(SHARES)].reset_index(drop=True)
