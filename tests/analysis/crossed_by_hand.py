"""Policies in worlds made by hand: a known table of means, with as much luck as a test wants."""

from __future__ import annotations

import numpy as np
import pandas as pd

from partnersim.analysis.crossed import Crossed

OUTCOMES = ("transaction_cost", "incidents", "transformative_reach")
SIGNS = {"transaction_cost": -1.0, "incidents": -1.0, "transformative_reach": 1.0}


def block(means: np.ndarray, luck: np.ndarray | float = 0.0, n_seeds: int = 4, first_seed: int = 0, inputs=None) -> Crossed:
    """``means``: outcome x policy x world; ``luck``: added, of a shape that fits outcome x policy x world x seed."""
    o, p, w = means.shape
    values = means[..., None] + np.zeros(n_seeds) + luck
    outcomes, policies = OUTCOMES[-o:], ("baseline", *(f"policy-{k}" for k in range(1, p)))
    signs = np.array([SIGNS[name] for name in outcomes])
    known = (
        pd.DataFrame(index=range(w)) if inputs is None else pd.DataFrame(inputs, columns=[f"x{j}" for j in range(len(inputs[0]))])
    )
    return Crossed(outcomes, policies, np.arange(w), first_seed + np.arange(n_seeds), values, signs, known)


def frame(data: Crossed) -> pd.DataFrame:
    """The same as a study gives it: a row a run."""
    o, p, w, s = data.values.shape
    index = pd.MultiIndex.from_product([data.policies, data.worlds, data.seeds], names=["scenario", "world", "seed"])
    return pd.DataFrame(data.values.reshape(o, -1).T, index=index, columns=list(data.outcomes)).reset_index()


def strata(n: int, columns: int, seed: int) -> np.ndarray:
    """A Latin hypercube of middles of strata: world x input."""
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(n) + 0.5 for _ in range(columns)]).T / n
