"""Packages of levers that no other package beats, and how sure that is.

A front picks the best of many noisy means, so some of its members owe their place to luck. What is said against that: how
often each stays when whole seeds are drawn again; whether it stays on seeds that the search has not seen, and how much of its
promise is then left; which packages cannot be told apart; and whether another search finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from partnersim.analysis.trials import RESAMPLES, Trials
from partnersim.ledger import HEADLINES
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL, simultaneous
from partnersim.study.pareto import NAMES, SIGNS, non_dominated

WORST = 1.1
"""Of the range of all packages compared, from its best end: where the hypervolume is measured from, as is usual."""
BEST = 0.25
"""Share of a front whose promise in an objective is held against what came of it."""
TOGETHER = 300
"""Packages up to which all pairs are compared."""


def front(trials: Trials, resamples: int = RESAMPLES) -> pd.DataFrame:
    """A row a package (the index), in the order of the trials: the objectives in units; ``front``; ``stays``.

    ``front``: no other package is as good in all objectives and better in one. ``stays``: in which share of resamples of
    whole seeds, common to all packages, that is so; half of them and less is as good as a toss.
    """
    table = trials.table()
    stays = np.zeros(len(table))
    for found in trials.resampled(resamples):
        stays += non_dominated(found * SIGNS)
    return table.assign(front=non_dominated(table.to_numpy() * SIGNS), stays=stays / resamples)


def confirmed(chosen: Sequence[str], found: pd.DataFrame, held: Trials, resamples: int = RESAMPLES) -> pd.DataFrame:
    """The packages ``chosen`` judged on seeds that the search has not seen: :func:`front` of ``held``, then what was promised.

    ``found``: package x objective as the search has it, with a column ``front``. Adds ``found`` (it was on the search's front)
    and ``found_...``, the objectives there. Only packages with a number of all seeds held out take part.
    """
    names = [name for name in held.names if name in set(chosen)]
    if not names:
        raise StudyError("None of the packages chosen was run with seeds held out; `partnersim study run` makes these runs.")
    table = front(held.only(names), resamples)
    before = found.loc[names]
    return table.assign(found=before["front"].astype(bool), **{f"found_{name}": before[name] for name in NAMES})


def optimism(table: pd.DataFrame, reference: str) -> pd.DataFrame:
    """What the search promised of its front and what seeds held out leave of it: a row an objective (the index).

    ``table``: of :func:`confirmed`, with the reference, against which both are taken, so that luck common to all packages goes.
    ``promised``, ``held``: mean improvement, in units, of the quarter of the search's front that promised most of this
    objective; ``left``: one over the other; ``worse``: share of the front's packages that improve less than promised.
    """
    if reference not in table.index:
        raise StudyError(f"The reference {reference} was not run with seeds held out; without it no improvement can be taken.")
    mine = table[table["found"] & (table.index != reference)]
    rows = []
    for name, sign in zip(NAMES, SIGNS, strict=True):
        promised = -sign * (mine[f"found_{name}"] - table.at[reference, f"found_{name}"])
        held = -sign * (mine[name] - table.at[reference, name])
        most = promised.nlargest(max(round(BEST * len(mine)), 1)).index
        told, kept = promised[most].mean(), held[most].mean()
        rows.append((told, kept, kept / told if len(mine) and told else np.nan, (held < promised).mean()))
    return pd.DataFrame(rows, index=pd.Index(NAMES, name="objective"), columns=["promised", "held", "left", "worse"])


def alike(trials: Trials, sizes: pd.Series, level: float = LEVEL) -> pd.Series:
    """For each package the smallest one that it cannot be told apart from, itself where it stands alone (indifference).

    Two packages can be told apart where the interval of their paired difference excludes zero in the mean of cost, incidents or
    reach; intervals hold together over all pairs and means. The percentile is no mean and has no say. ``sizes``: levers by
    package; of equal size the first. Packages are dealt out from the smallest on, since to be alike is not transitive.
    """
    n = len(trials.names)
    if n > TOGETHER:
        raise StudyError(f"{n} packages are too many to compare in pairs; at most {TOGETHER}. Compare those of the front.")
    if n < 2:
        return pd.Series(list(trials.names), index=pd.Index(trials.names, name="package"), name="like", dtype=object)
    first, second = np.triu_indices(n, 1)
    differences = trials.values[second] - trials.values[first]
    wide = differences.transpose(1, 0, 2).reshape(len(trials.seeds), -1)
    found = simultaneous(pd.DataFrame(wide, index=pd.Index(trials.seeds, name="seed")), level)
    apart = ((found["low"] > 0) | (found["high"] < 0)).to_numpy().reshape(-1, len(HEADLINES)).any(axis=1)
    same = np.eye(n, dtype=bool)
    same[first, second] = same[second, first] = ~apart
    order = np.argsort(sizes.loc[list(trials.names)].to_numpy(), kind="stable")
    like = np.full(n, -1)
    for leader in order:
        if like[leader] < 0:
            like[same[leader] & (like < 0)] = leader
    return pd.Series([trials.names[i] for i in like], index=pd.Index(trials.names, name="package"), name="like", dtype=object)


def met_again(first: Trials, second: Trials, level: float = LEVEL) -> pd.Series:
    """For each package of the first front whether one of the second is as good, as far as anybody can tell.

    As good: in none of the means of cost, incidents and reach is it clearly worse, by intervals of the paired differences that
    hold together over all pairs of the two fronts. Both must have the same seeds, or ``StudyError``; give two searches one
    ``confirm_from``. Few seeds make everything as good as anything: judge with as many as a difference that matters takes.
    """
    if first.seeds.tolist() != second.seeds.tolist():
        raise StudyError("The two fronts were judged on different seeds; give both searches the same confirm_from in [search].")
    if len(first.names) * len(second.names) > TOGETHER**2 / 2:
        raise StudyError(f"Fronts of {len(first.names)} and {len(second.names)} packages are too many to compare in pairs.")
    differences = second.values[None, :] - first.values[:, None]
    wide = differences.transpose(2, 0, 1, 3).reshape(len(first.seeds), -1)
    found = simultaneous(pd.DataFrame(wide, index=pd.Index(first.seeds, name="seed")), level)
    shape = (len(first.names), len(second.names), len(HEADLINES))
    low, high = (found[end].to_numpy().reshape(shape) for end in ("low", "high"))
    signs = SIGNS[[NAMES.index(name) for name in HEADLINES]]
    is_worse = np.where(signs > 0, low > 0, high < 0).any(axis=2)
    return pd.Series(~is_worse.all(axis=1), index=pd.Index(first.names, name="package"), name="met_again")


def hypervolume(losses: np.ndarray, best: np.ndarray, worst: np.ndarray) -> float:
    """Share of the box from ``best`` to ``worst`` that some row beats (Zitzler and Thiele 1999, IEEE TEC 3(4))."""
    from pymoo.indicators.hv import HV

    span = np.where(worst > best, worst - best, 1.0)
    inside = np.minimum((losses - best) / span, 1.0)
    return float(HV(ref_point=np.ones(losses.shape[1]))(np.maximum(inside, 0.0))) if len(losses) else 0.0


def agreement(first: pd.DataFrame, second: pd.DataFrame, reference: str | None = None) -> pd.Series:
    """How far two fronts are the same. Each: package (the index) x objective, in units, the front's packages alone.

    ``both``: packages in both; ``first_again``, ``second_again``: share of one's packages that are in the other; ``jaccard``:
    both over all; ``first_volume``, ``second_volume``: share of the two fronts' common hypervolume that each has;
    ``volume_ratio``: the smaller of these over the larger; ``first_short``, ``second_short``: by how much each must be moved, as
    a share of the range, to be as good as the other everywhere (additive epsilon: Zitzler et al. 2003, IEEE TEC 7(2)).
    With a ``reference`` in both, objectives are taken against it, so that luck common to all packages goes; it is no member.
    """
    a, b = (frame[list(NAMES)] for frame in (first, second))
    if reference is not None:
        if reference not in a.index or reference not in b.index:
            raise StudyError(f"The reference {reference} must be in both fronts' tables, to take the others against it.")
        a, b = (frame.sub(frame.loc[reference]).drop(index=reference) for frame in (a, b))
    if a.empty or b.empty:
        raise StudyError("A front without packages agrees with nothing.")
    left, right = a.to_numpy() * SIGNS, b.to_numpy() * SIGNS
    together = np.vstack([left, right])
    best = together.min(axis=0)
    span = np.where(together.max(axis=0) > best, together.max(axis=0) - best, 1.0)
    worst = best + WORST * span
    joint = hypervolume(together[non_dominated(together)], best, worst)
    volumes = [hypervolume(losses, best, worst) / joint for losses in (left, right)]
    both = len(a.index.intersection(b.index))
    return pd.Series(
        {
            "first": len(a),
            "second": len(b),
            "both": both,
            "first_again": both / len(a),
            "second_again": both / len(b),
            "jaccard": both / len(a.index.union(b.index)),
            "first_volume": volumes[0],
            "second_volume": volumes[1],
            "volume_ratio": min(volumes) / max(volumes),
            "first_short": _short(left / span, right / span),
            "second_short": _short(right / span, left / span),
        }
    )


def _short(mine: np.ndarray, other: np.ndarray) -> float:
    """The least that every one of mine must lose for some of mine to be as low as each of the other; 0 where they are."""
    moved = (mine[:, None, :] - other[None, :, :]).max(axis=2).min(axis=0)
    return float(max(moved.max(), 0.0))
