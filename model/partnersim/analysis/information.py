"""What should be found out first: the value of information, in the outcome's own unit.

A policy has to be chosen before anybody knows in which world it will work. With perfect information the best policy of each world
could be taken: what that would gain on average over the best single policy is the expected value of perfect information
(EVPI = E max - max E; Raiffa and Schlaifer 1961). To know one uncertain number alone gains its EVPPI, in which E given that
number is a smooth curve fitted to each policy's gain over the reference (Strong, Oakley and Brennan 2014, Medical Decision
Making 34(3)), see :mod:`partnersim.analysis.smooth`. Worlds are as likely as the design draws them, that is evenly over the
ranges; nobody has said that they are, and in worlds of a calibration the answer may differ.

Both are biased upward, as all maxima of noisy numbers are. EVPI: corrected by resampling seeds, and told beside what a policy
picked on other seeds gains (``held_out``), which is never above the truth on average. EVPPI: compared with what inputs that mean
nothing would be found to be worth, the same numbers dealt to the worlds anew; the ``floor`` is what the largest of so many
meaningless inputs exceeds in 5 % of deals.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from partnersim.analysis.crossed import WEIGHTED, Crossed
from partnersim.analysis.inworlds import WORLDS_NEEDED, input_of
from partnersim.analysis.resampled import RESAMPLES, SAME, estimated
from partnersim.analysis.smooth import Smoother
from partnersim.study import words
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL
from partnersim.study.resampling import generator

DEALT, DEALS = 20_000, (100, 1000)
"""Meaningless inputs for the floor, and the ends of how often all inputs are dealt anew to get as many."""
CURVES = 100
"""Resamples for the intervals of EVPPI, each of which fits every curve anew."""
WORTH, NOT_TOLD, SETTLED = "worth finding out", "not told from noise", "would not change the choice"
UNIT_OF_WEIGHTS = "units of the weights"


def perfect_information(data: Crossed, weights: Mapping[str, float] | None = None, resamples: int = RESAMPLES) -> pd.DataFrame:
    """What it would be worth to know the world before choosing, a row an outcome.

    ``outcome, unit, choice``: the policy that is best on average; ``mean``: its mean over worlds; ``value, low, high``: EVPI,
    corrected for luck, with its interval over seeds and worlds; ``raw``: uncorrected; ``held_out``: each seed in turn left
    out, policies picked on the others and measured on it; ``percent``: the value in percent of the reference's mean;
    ``changes``: share of worlds in which another policy than the choice is better. With ``weights`` one row, see
    :meth:`Crossed.weighted`.
    """
    data = data if weights is None else data.weighted(weights)
    found = estimated(_evpi, data, "perfect information", resamples, 0.0)
    means = data.gains.mean(axis=(0, 3))
    choice = means.argmax(axis=1)
    gains, own = data.gains.mean(axis=0), np.arange(len(data.outcomes))
    table = pd.DataFrame({"outcome": data.outcomes, "unit": _units(data), "choice": [data.policies[p] for p in choice]})
    table["mean"] = means[own, choice] * data.signs
    for column in ("value", "low", "high", "raw"):
        table[column] = getattr(found, column)
    table["held_out"] = held_out(data.gains)
    table["percent"] = 100 * table["value"] / np.where(means[:, 0] == 0, np.nan, np.abs(means[:, 0]))
    same = SAME * np.abs(gains).max(axis=(1, 2))[:, None]
    table["changes"] = (gains.max(axis=1) > gains[own, choice] + same).mean(axis=1)
    return table


def _evpi(gains: np.ndarray, worlds: np.ndarray) -> np.ndarray:
    drawn = gains[:, :, worlds]
    found = drawn.max(axis=1).mean(axis=1) - drawn.mean(axis=2).max(axis=1)
    return np.where(found < SAME * np.abs(gains).max(axis=(1, 2)), 0.0, found)


def held_out(gains: np.ndarray) -> np.ndarray:
    """EVPI of each outcome with picks on all seeds but one, measured on that one; of seed x outcome x policy x world."""
    n = len(gains)
    found = np.zeros(gains.shape[1])
    for seed, rest in zip(gains, (gains.sum(axis=0) - gains) / (n - 1), strict=True):
        best = np.take_along_axis(seed, rest.argmax(axis=1, keepdims=True), axis=1)[:, 0].mean(axis=1)
        choice = rest.mean(axis=2).argmax(axis=1)
        found += (best - seed.mean(axis=2)[np.arange(len(choice)), choice]) / n
    return found


def information(data: Crossed, weights: Mapping[str, float] | None = None, resamples: int = CURVES) -> pd.DataFrame:
    """What it would be worth to know each uncertain number, the most valuable of an outcome first.

    ``outcome, unit, uncertainty, title, uncertainty_unit``; ``value, low, high``: EVPPI with its interval over seeds and worlds,
    in ``unit``; ``floor``: of the largest of so many meaningless inputs; ``floor_alone``: of one of them; ``noise``: the
    mean that a meaningless input would get; ``verdict``: WORTH above the floor, SETTLED where no value of the number would
    change the choice, else NOT_TOLD. With ``weights`` one outcome. Raises :class:`StudyError` where it is not known what worlds
    differ in.
    """
    if not len(data.inputs.columns):
        raise StudyError(f"The worlds of this study differ in no number that is known. {WORLDS_NEEDED}")
    data = data if weights is None else data.weighted(weights)
    inputs = data.inputs.to_numpy(float)
    found = estimated(functools.partial(_evppi, inputs), data, "information", resamples)
    most = estimated(_evpi, data, "perfect information", resamples, 0.0).high[:, None]
    low, high = np.maximum(found.raw - found.half, 0.0), np.maximum(np.minimum(found.raw + found.half, most), found.raw)
    dealt = _dealt(data, inputs)
    floor, alone = np.quantile(dealt.max(axis=2), LEVEL, axis=0), np.quantile(dealt, LEVEL, axis=(0, 2))
    about = [input_of(name) for name in data.inputs.columns]
    titles, units = [of.title for of in about], [of.unit for of in about]
    parts = []
    for o, (outcome, unit) in enumerate(zip(data.outcomes, _units(data), strict=True)):
        part = pd.DataFrame({"outcome": outcome, "unit": unit, "uncertainty": data.inputs.columns})
        part["title"], part["uncertainty_unit"] = titles, units
        for column, numbers in (("value", found.raw), ("low", low), ("high", high)):
            part[column] = numbers[o]
        part["floor"], part["floor_alone"], part["noise"] = floor[o], alone[o], dealt[:, o].mean()
        told = np.where(part["value"] > part["floor"], WORTH, NOT_TOLD)
        part["verdict"] = np.where(part["value"] == 0, SETTLED, told)
        parts.append(part.sort_values("value", ascending=False, kind="stable"))
    return pd.concat(parts, ignore_index=True)


def _evppi(inputs: np.ndarray, gains: np.ndarray, worlds: np.ndarray) -> np.ndarray:
    """Outcome x input, for mean gains and drawn worlds."""
    return _worth(Smoother(inputs[worlds]), gains[:, :, worlds])


def _worth(smoother: Smoother, gains: np.ndarray) -> np.ndarray:
    """EVPPI: outcome x input, none worth more than to know the world, which curves through outliers would have it.

    Gains over the reference are fitted, for what all policies share decides nothing.
    """
    over = gains[:, 1:] - gains[:, :1]
    found = np.empty((len(over), len(smoother.weights)))
    for o, numbers in enumerate(over):
        curves = smoother.curves(numbers.T)
        best = np.maximum(curves.max(axis=2), 0.0)
        means = np.einsum("ip,ipc->ic", smoother.weights, curves)
        found[o] = (smoother.weights * best).sum(axis=1) - np.maximum(means.max(axis=1), 0.0)
    found = np.minimum(found, _evpi(gains, np.arange(gains.shape[2]))[:, None])
    return np.where(found < SAME * np.abs(over).max(axis=(1, 2))[:, None], 0.0, found)


def _dealt(data: Crossed, inputs: np.ndarray) -> np.ndarray:
    """EVPPI of inputs dealt to the worlds anew, whole rows of them: deal x outcome x input."""
    deals = int(np.clip(DEALT / inputs.shape[1], *DEALS))
    rng = generator(data.seeds, "deals")
    gains, smoother = data.gains.mean(axis=0), Smoother(inputs)
    # To deal the gains anew is the same, and spares new curves.
    return np.array([_worth(smoother, gains[:, :, rng.permutation(len(inputs))]) for _ in range(deals)])


def _units(data: Crossed) -> list[str]:
    return [UNIT_OF_WEIGHTS if name == WEIGHTED else words.UNITS.get(name, "") for name in data.outcomes]
