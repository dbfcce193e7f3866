"""What packages of levers do, smoothed: a surface over levers and pairs of levers, fitted to all packages that were run.

A package is run with few seeds, and a search that took its luck for merit would find the luckiest. But packages have levers
in common: the surface (each lever, each pair, by ridge regression, its strength by generalised cross-validation: Golub,
Heath and Wahba 1979, Technometrics 21(2)) tells what thousands of runs say of each. A package's estimate lies between the
surface and its own mean (Fay and Herriot 1979, Journal of the American Statistical Association 74(366)), as near to its own
as what it has beside the surface shows again in the other half of the seeds.
"""

from __future__ import annotations

import numpy as np

STRENGTHS = np.logspace(-1, 4, 21)
"""Ridges that are tried, in units of the features' squares."""
MOST_USED = 0.8
"""Share of the packages that a fit may have degrees of freedom: beyond, cross-validation says too little."""


class Surface:
    """Fitted to ``levers`` (package x lever, 0 or 1) and ``found`` (package x objective), with ``halves`` (2 x package x
    objective): the same, of either half of the seeds. Packages of one ``block`` (package) have the same seeds; they are compared
    with each other alone, so that the luck of their seeds goes. ``estimates``: package x objective, as in the first block.
    """

    def __init__(self, levers: np.ndarray, found: np.ndarray, halves: np.ndarray, block: np.ndarray) -> None:
        self._block = np.unique(block, return_inverse=True)[1]
        features = _features(levers)
        self._features = self._within(features)
        self._middle = features[self._block == 0].mean(axis=0)
        squares, self._axes = np.linalg.eigh(self._features.T @ self._features)
        self._squares = np.maximum(squares, 0.0)
        self._mean = found[self._block == 0].mean(axis=0)
        self._slopes = self._fitted(found)
        rest, *apart = (self._within(one) - self._features @ self._fitted(one) for one in (found, *halves))
        again, all_of_it = (apart[0] * apart[1]).mean(axis=0), (rest**2).mean(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            own = np.where(all_of_it > 0, np.clip(again / all_of_it, 0.0, 1.0), 0.0)
        self.estimates = self(levers) + own * rest

    def _within(self, rows: np.ndarray) -> np.ndarray:
        """Rows less the mean of their block."""
        n = np.bincount(self._block)
        sums = np.zeros((len(n), rows.shape[1]))
        np.add.at(sums, self._block, rows)
        return rows - (sums / n[:, None])[self._block]

    def _fitted(self, found: np.ndarray) -> np.ndarray:
        """Feature x objective."""
        centred = self._within(found)
        along = self._axes.T @ (self._features.T @ centred)
        n = len(found)
        fits = []
        for ridge in STRENGTHS:
            weights = 1.0 / (self._squares + ridge)
            used = self._block.max() + 1.0 + (self._squares * weights).sum()
            if used > MOST_USED * n and ridge < STRENGTHS[-1]:
                continue
            slopes = self._axes @ (along * weights[:, None])
            error = ((centred - self._features @ slopes) ** 2).mean(axis=0) / max(1.0 - used / n, 1.0 - MOST_USED) ** 2
            fits.append((error, slopes))
        best = np.argmin([error for error, _ in fits], axis=0)
        return np.stack([fits[fit][1][:, j] for j, fit in enumerate(best)], axis=1)

    def __call__(self, levers: np.ndarray) -> np.ndarray:
        """Package x objective of packages that were not run."""
        return self._mean + (_features(levers) - self._middle) @ self._slopes


def _features(levers: np.ndarray) -> np.ndarray:
    """Each lever as -1 or 1, and the product of each pair."""
    signs = 2.0 * levers - 1.0
    first, second = np.triu_indices(levers.shape[1], 1)
    return np.hstack([signs, signs[:, first] * signs[:, second]])
