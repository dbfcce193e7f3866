"""The state of the world in memory: one record array for each kind of agent, the register of partnerships, ties and books."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from partnersim.columns import DTYPES, LINE

KIND_OF = {"company": "company", "government": "government", "partnership": "partnership", "firm_tie": "tie"}


def records(shape: int | tuple[int, ...], kind: str) -> np.ndarray:
    """Records of zeros that start on a line of memory."""
    dtype, size = DTYPES[kind], int(np.prod(shape))
    memory = np.zeros(size * dtype.itemsize + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    return memory[start : start + size * dtype.itemsize].view(dtype).reshape(shape)


class World(NamedTuple):
    """Everything that changes in a run. Few arrays, since each costs at every call in compiled code."""

    system: np.ndarray
    """(1,) record: clock, counters, company mix, parameters and books."""
    entity: np.ndarray
    company: np.ndarray
    government: np.ndarray
    civil: np.ndarray
    home: np.ndarray
    """(company row,) home of the living company in it, -1 where there is none: search asks this of many rows."""
    partnership: np.ndarray
    """Register: rows are used again once a partnership no longer matters."""
    rows: np.ndarray
    """(5, n) lists of rows, see OPEN_ROWS."""
    firm_tie: np.ndarray
    """(entity, slot) record of ties to companies."""
    peer: np.ndarray
    """(entity, entity) record of ties between entities."""
    country_cdf: np.ndarray
    """(goal, government) cumulative share of people in need."""
    country_guide: np.ndarray
    """(goal, step) where to start looking in it, see choice.guided."""
    chan: np.ndarray
    """(member,) record of channels today, see SYSTEM_ROW; a member uses the channels of its axis."""
    base: np.ndarray
    """The same before any policy."""
    series: np.ndarray
    """(month of the window,) record of monthly paths."""
    trace: np.ndarray
    """Finished records, where a trace is asked for; else empty."""


def copy_world(world: World) -> World:
    """A world of its own with equal content."""
    copies = []
    for kind, array in zip(World._fields, world, strict=True):
        copy = records(array.shape, KIND_OF[kind]) if kind in KIND_OF else np.empty_like(array)
        copy[...] = array
        copies.append(copy)
    return World(*copies)
