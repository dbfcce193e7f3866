"""Where agents stand in a picture of a run: once for all its months, so that nothing moves but what happens.

UN entities stand on an inner ring, in an order that puts those with common partners side by side; each company stands in a
band around them, at the side of those it works with; governments and civil society stand on the outer rings, at the side of
the companies they meet. Positions are linear in the ties, without chance.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

KINDS = ("entity", "company", "government", "civil_society")
"""Kinds of agent, in the order in which nodes are numbered."""
ENTITY, COMPANY, GOVERNMENT, CIVIL = range(len(KINDS))
ENTITY_RING, BAND, OUTER_RINGS = 0.36, (0.49, 0.81), (0.9, 0.985)
"""Radii in a unit circle: of the entities; inner and outer of the companies; of governments and of civil society."""
GOLDEN = 0.6180339887498949
"""Multiples of the golden section, modulo 1, keep neighbours in rank far apart."""
LEAST_ARC = 1.2
"""Arc that an entity has however few companies are its own, against that of the average entity's companies."""
TURNS = 40
"""Most rounds in which two entities change places."""


class Links(NamedTuple):
    """Weighted ties between nodes ``a`` and ``b`` (rows)."""

    a: np.ndarray
    b: np.ndarray
    weight: np.ndarray


def positions(kind: np.ndarray, links: Links) -> tuple[np.ndarray, np.ndarray]:
    """Positions of nodes in the unit circle. ``kind``: of each node, see KINDS; ``links``: how much they had to do."""
    n = kind.size
    where = [np.flatnonzero(kind == k) for k in range(len(KINDS))]
    pull = np.zeros((n, where[ENTITY].size))
    column = np.full(n, -1)
    column[where[ENTITY]] = np.arange(where[ENTITY].size)
    for one, other in ((links.a, links.b), (links.b, links.a)):
        to = column[other] >= 0
        np.add.at(pull, (one[to], column[other[to]]), links.weight[to])
    angle, radius = np.zeros(n), np.zeros(n)
    firms = where[COMPANY]
    order = _ring_order(pull[firms].T @ pull[firms] + pull[where[ENTITY]])
    own = np.bincount(pull[firms].argmax(axis=1), minlength=where[ENTITY].size) + LEAST_ARC * firms.size / max(order.size, 1)
    ends = np.cumsum(own[order])
    angle[where[ENTITY][order]] = 2 * math.pi * (ends - own[order] / 2) / ends[-1]
    radius[where[ENTITY]] = ENTITY_RING
    direction = np.exp(1j * angle[where[ENTITY]])
    _spread(angle, firms, pull[firms] @ direction)
    for k in (GOVERNMENT, CIVIL):
        sums = np.zeros(n, dtype=complex)
        for one, other in ((links.a, links.b), (links.b, links.a)):
            to = kind[other] == COMPANY
            np.add.at(sums, one[to], links.weight[to] * np.exp(1j * angle[other[to]]))
        _spread(angle, where[k], sums[where[k]])
        radius[where[k]] = OUTER_RINGS[k - GOVERNMENT]
    rank = np.argsort(np.argsort(angle[firms], kind="stable"), kind="stable")
    inner, outer = BAND
    # Equal areas of the band hold equally many.
    radius[firms] = np.sqrt(inner**2 + (outer**2 - inner**2) * (rank * GOLDEN % 1.0))
    return radius * np.cos(angle), radius * np.sin(angle)


def _ring_order(common: np.ndarray) -> np.ndarray:
    """An order round a circle in which those with much in ``common`` (n, n) stand near each other.

    From the order of the numbers on, the two whose exchange shortens the ring most change places, until none does.
    """
    n = len(common)
    weight = common + common.T
    np.fill_diagonal(weight, 0.0)
    gap = np.abs(np.arange(n)[:, None] - np.arange(n))
    gap = np.minimum(gap, n - gap)
    order = np.arange(n)
    for _ in range(TURNS):
        here = weight[np.ix_(order, order)]
        # Gain of exchanging places i and j, by the lengths each has now and would have at the other's place.
        cost = here @ gap
        now = np.diag(cost)
        gain = now[:, None] + now - cost - cost.T - 2 * here * gap
        i, j = np.unravel_index(np.argmax(gain), gain.shape)
        if gain[i, j] <= 1e-9:
            break
        order[[i, j]] = order[[j, i]]
    return order


def _spread(angle: np.ndarray, rows: np.ndarray, pull: np.ndarray) -> None:
    """Set ``rows`` round the circle at equal distances, in the order of the directions of ``pull`` (complex)."""
    if not rows.size:
        return
    wish = np.round(np.angle(pull) % (2 * math.pi), 9)
    order = np.argsort(wish, kind="stable")
    place = 2 * math.pi * (np.arange(rows.size) + 0.5) / rows.size
    # Turned as a whole to where they wish to be on average.
    turn = np.angle(np.exp(1j * (wish[order] - place)).sum())
    angle[rows[order]] = (place + turn) % (2 * math.pi)
