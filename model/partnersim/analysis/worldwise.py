"""World by world: the side on which a policy comes out, how much of its spread is luck, and worlds that were calibrated."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from partnersim.analysis.crossed import Crossed
from partnersim.analysis.shares import wilson
from partnersim.study import words
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL, simultaneous, t_value

SAME, OPPOSITE, OPEN = "same side", "other side", "not clear"


def by_world(data: Crossed) -> pd.DataFrame:
    """Paired differences to the reference in each world: ``policy, outcome, world, difference, low, high, side``.

    ``low, high``: t intervals over seeds, one at a time; ``side``: ``better``, ``worse`` or ``equal``, of the mean alone.
    """
    n = len(data.seeds)
    paired = data.values[:, 1:] - data.values[:, :1]
    difference = paired.mean(axis=3)
    half = t_value(LEVEL, n) * paired.std(axis=3, ddof=1) / np.sqrt(n)
    side = np.sign(difference) * data.signs[:, None, None]
    labels = list(itertools.product(data.policies[1:], data.outcomes, data.worlds.tolist()))
    table = pd.DataFrame(labels, columns=["policy", "outcome", "world"])
    for column, numbers in (("difference", difference), ("low", difference - half), ("high", difference + half)):
        table[column] = numbers.swapaxes(0, 1).ravel()
    table["side"] = np.array(["worse", "equal", "better"])[side.swapaxes(0, 1).ravel().astype(int) + 1]
    return table


def sides(data: Crossed) -> pd.DataFrame:
    """How many worlds are on the better side: ``policy, outcome, better, low, high, equal, worse, clear_better, clear_worse,
    worlds``.

    Shares of worlds, of mean differences as they are; ``low, high``: Wilson's interval (1927) of ``better`` over worlds, seeds
    taken as they are (:func:`partnersim.analysis.robustness.robustness` has intervals over both). ``clear_better`` and
    ``clear_worse``: shares of worlds whose interval over seeds excludes zero, at a level divided by the number of worlds
    (Bonferroni), so that with probability LEVEL not one of a policy's is wrong.
    """
    n, n_worlds = len(data.seeds), len(data.worlds)
    gains = (data.values[:, 1:] - data.values[:, :1]) * data.signs[:, None, None, None]
    mean = gains.mean(axis=3)
    half = t_value(1 - (1 - LEVEL) / n_worlds, n) * gains.std(axis=3, ddof=1) / np.sqrt(n)
    table = pd.DataFrame(list(itertools.product(data.policies[1:], data.outcomes)), columns=["policy", "outcome"])
    shares = {"better": mean > 0, "equal": mean == 0, "worse": mean < 0}
    shares |= {"clear_better": mean > half, "clear_worse": mean < -half}
    found = {name: where.mean(axis=2).T.ravel() for name, where in shares.items()}
    low, high = wilson(shares["better"].sum(axis=2).T.ravel(), n_worlds)
    ordered = {"better": found["better"], "low": low, "high": high, **{k: v for k, v in found.items() if k != "better"}}
    return table.assign(**ordered, worlds=n_worlds)


def spreads(data: Crossed) -> pd.DataFrame:
    """How much of a policy's spread comes from worlds and how much from luck, of its values and of its differences.

    ``policy, outcome, unit, of`` (``value`` or ``difference`` to the reference), ``mean, sd_worlds, sd_seeds, world_share``:
    standard deviations between worlds (parametric) and between seeds within a world (aleatory), and the worlds' share of
    the variance, by the law of total variance. Seeds are common to all worlds, so that what a seed does in all of them is
    no difference between worlds: the part between worlds is (MS worlds - MS rest) / S of the two-way table, zero where
    that is negative.
    """
    parts = []
    for of, values, policies in (
        ("value", data.values, data.policies),
        ("difference", data.values[:, 1:] - data.values[:, :1], data.policies[1:]),
    ):
        _, _, n_worlds, n_seeds = values.shape
        worlds, seeds = values.mean(axis=3, keepdims=True), values.mean(axis=2, keepdims=True)
        mean = worlds.mean(axis=2, keepdims=True)
        rest = ((values - worlds - seeds + mean) ** 2).sum(axis=(2, 3)) / ((n_worlds - 1) * (n_seeds - 1))
        between = np.maximum(worlds[..., 0].var(axis=2, ddof=1) - rest / n_seeds, 0.0)
        within = values.var(axis=3, ddof=1).mean(axis=2)
        part = pd.DataFrame(list(itertools.product(policies, data.outcomes)), columns=["policy", "outcome"])
        part["unit"], part["of"] = part["outcome"].map(words.UNITS).fillna(""), of
        total = between + within
        share = np.divide(between, total, out=np.full_like(total, np.nan), where=total > 0)
        told = {"mean": mean[..., 0, 0], "sd_worlds": between**0.5, "sd_seeds": within**0.5, "world_share": share}
        parts.append(part.assign(**{name: numbers.T.ravel() for name, numbers in told.items()}))
    return pd.concat(parts, ignore_index=True)


def sign_check(data: Crossed, calibrated: Crossed) -> pd.DataFrame:
    """Do mean differences keep their side in worlds that show the known patterns?

    ``calibrated``: a study of the same policies in the worlds of a calibration. ``policy, outcome, unit, difference, low, high``,
    the same with ``calibrated_`` in front, ``verdict``: SAME or OPPOSITE where both intervals exclude zero, else OPEN. A seed's
    number is its mean over worlds; intervals are simultaneous over all rows of each study (max-t over seeds). Raises
    :class:`StudyError` where the studies have other references, or no other policy or outcome in common.
    """
    if data.policies[0] != calibrated.policies[0]:
        raise StudyError(
            f"The studies compare with {data.policies[0]} and with {calibrated.policies[0]}; "
            "give both the same scenario first, and say `partnersim study run FILE`."
        )
    found = _mean_differences(data).join(_mean_differences(calibrated).add_prefix("calibrated_"), how="inner")
    if found.empty:
        raise StudyError("The study of calibrated worlds has no policy and outcome in common with this one; give both the same.")
    before = [words.verdict(low, high) for low, high in zip(found["low"], found["high"], strict=True)]
    after = [words.verdict(low, high) for low, high in zip(found["calibrated_low"], found["calibrated_high"], strict=True)]
    clear = set(words.CLEAR)
    found["verdict"] = [OPEN if not {a, b} <= clear else SAME if a == b else OPPOSITE for a, b in zip(before, after, strict=True)]
    found = found.reset_index()
    found.insert(2, "unit", found["outcome"].map(words.UNITS).fillna(""))
    return found


def _mean_differences(data: Crossed) -> pd.DataFrame:
    """``difference, low, high`` by policy and outcome, of means over worlds."""
    means = data.values.mean(axis=2)
    paired = (means[:, 1:] - means[:, :1]).transpose(2, 1, 0).reshape(len(data.seeds), -1)
    columns = pd.MultiIndex.from_product([data.policies[1:], data.outcomes], names=["policy", "outcome"])
    return simultaneous(pd.DataFrame(paired, index=data.seeds, columns=columns))[["difference", "low", "high"]]
