"""Smooth curves through many points at once: what one input says about many numbers.

Penalised cubic B-splines (Eilers and Marx 1996, Statistical Science 11(2)) in the *rank* of the input, since what is expected
given a number does not depend on the scale it is written in. On ranks all inputs share one basis, turned so that smoothing is
a shrinkage of each coefficient by itself (Demmler and Reinsch 1975), and how smooth each curve is comes from generalised cross-
validation, in which a degree of freedom counts 1.4-fold against curves that follow the noise (Kim and Gu 2004, JRSS B 66(2)).
Inputs of few values, as a grid has, get a mean for each value.
"""

from __future__ import annotations

import functools

import numpy as np

TERMS = 10
"""Basis functions of a curve; with few worlds one for four of them, at least 4."""
POINTS = 64
"""Places at which a curve is read, evenly over the ranks."""
COUNTED = 1.4
STRENGTHS = (0.0, *np.geomspace(1e-5, 1e3, 9), 1e9)
"""Penalties tried, relative to that of the smoothest curve that is not straight: from none to a straight line."""


class Smoother:
    """Curves in each column of ``inputs`` (world x input).

    ``weights``: input x place, what share of the worlds each place of a curve stands for.
    """

    def __init__(self, inputs: np.ndarray) -> None:
        n, k = inputs.shape
        basis, self._places, penalties = _basis(n)
        self._kept = 1 / (1 + np.multiply.outer(np.array(STRENGTHS), penalties))
        order = inputs.argsort(axis=0, kind="stable")
        rank = np.empty((k, n), dtype=int)
        np.put_along_axis(rank, order.T, np.arange(n)[None], axis=1)
        self._basis = basis[rank]  # input x world x term
        self.weights = np.full((k, POINTS), 1 / POINTS)
        ordered = np.take_along_axis(inputs, order, axis=0)
        self._few = np.flatnonzero((ordered[1:] > ordered[:-1]).sum(axis=0) < len(penalties))
        for j in self._few:
            _, value = np.unique(inputs[:, j], return_inverse=True)
            self._basis[j] = value[:, None] == np.arange(len(penalties))
            self.weights[j] = np.bincount(value, minlength=POINTS) / n

    def curves(self, numbers: np.ndarray) -> np.ndarray:
        """What each input says of ``numbers`` (world x column), at each place: input x place x column."""
        n = len(numbers)
        mean = numbers.mean(axis=0)
        centred = numbers - mean
        found = self._basis.transpose(0, 2, 1) @ centred  # input x term x column
        explained = np.einsum("lk,ikc->ilc", 2 * self._kept - self._kept**2, found**2)
        residual = np.maximum((centred**2).sum(axis=0) - explained, 0.0)
        lost = n - COUNTED * self._kept.sum(axis=1)
        strength = (residual / lost[:, None] ** 2).argmin(axis=1)  # input x column
        curves = self._places @ (self._kept[strength].transpose(0, 2, 1) * found)
        for j in self._few:
            curves[j] = 0.0
            share = np.maximum(self.weights[j, : found.shape[1]] * n, 1.0)
            curves[j, : found.shape[1]] = found[j] / share[:, None]
        return curves + mean


@functools.lru_cache(maxsize=4)
def _basis(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rank x term, orthonormal; the same at the places; and penalties, that of the first curve that is not straight being 1."""
    from scipy.interpolate import BSpline

    terms = min(TERMS, max(4, n // 4))
    knots = np.concatenate([np.zeros(3), np.linspace(0, 1, terms - 2), np.ones(3)])
    plain, places = (BSpline.design_matrix((np.arange(m) + 0.5) / m, knots, 3).toarray() for m in (n, POINTS))
    rough = np.diff(np.eye(terms), 2, axis=0)
    root = np.linalg.inv(np.linalg.cholesky(plain.T @ plain))
    penalties, turn = np.linalg.eigh(root @ rough.T @ rough @ root.T)
    penalties[:2] = 0.0  # a constant and a straight line, but for the last bits
    return plain @ root.T @ turn, places @ root.T @ turn, penalties / penalties[2]
