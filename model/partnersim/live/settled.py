"""Worlds after burn-in, kept small, and memory to run them in.

A settled world of size class takes 2.6 MB, nearly all of it rows of the register that were never used. Without those it takes a
sixth, and is soon copied into memory that is used again and again; a new copy would cost a fifth of a run.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from partnersim.world import World, copy_world


def rows_used(register: np.ndarray) -> int:
    """Rows of a register up to the last that ever held a partnership, whose key is never 0 (but once in 2^64)."""
    used = np.flatnonzero(register["key"])
    return int(used[-1]) + 1 if used.size else 0


def _bytes(array: np.ndarray) -> np.ndarray:
    """The same memory as bytes in a row: copied as a block, in a quarter of the time that records take."""
    return array.view(np.uint8).reshape(-1)


class Settled:
    """A world after burn-in without the rows at the end of its register that hold nothing."""

    def __init__(self, world: World) -> None:
        self.shape = tuple(array.shape for array in world)
        self.rows = rows_used(world.partnership)
        register = world.partnership
        kept = _bytes(register[: self.rows]).copy().view(register.dtype)  # all of it, what lies between columns too
        self.world = world._replace(partnership=kept)
        self.blocks = [_bytes(array) for array in self.world]
        self.nbytes = sum(block.size for block in self.blocks)

    def roomy(self) -> World:
        """A world of its own, of the full shape and equal to the one that was kept."""
        register = np.zeros(self.shape[World._fields.index("partnership")], self.world.partnership.dtype)
        register[: self.rows] = self.world.partnership
        return copy_world(self.world._replace(partnership=register))


class Room(threading.local):
    """Memory for one world, of each thread its own."""

    world: World | None = None
    shape: tuple = ()

    def filled(self, settled: Settled) -> World:
        """The thread's world, made equal to ``settled``; it holds until the thread asks again."""
        if self.world is None or self.shape != settled.shape:
            self.world, self.shape = settled.roomy(), settled.shape
            self.blocks = [_bytes(array) for array in self.world]
            return self.world
        used = rows_used(self.world.partnership)
        for there, here in zip(self.blocks, settled.blocks, strict=True):
            there[: here.size] = here
        self.world.partnership[settled.rows : used] = 0
        return self.world


class Shelf:
    """Settled worlds by world and seed, those of the worlds asked for last: at most ``most`` bytes, and always one world."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.nbytes = 0
        """Memory that the worlds take."""
        self._lock = threading.Lock()
        self._worlds: OrderedDict[tuple, dict[int, Settled]] = OrderedDict()

    def get(self, key: tuple, seed: int, make: Callable[[], World]) -> Settled:
        """The settled world of a seed, made by ``make`` where it is not there."""
        with self._lock:
            world = self._worlds.setdefault(key, {})
            self._worlds.move_to_end(key)
            if seed in world:
                return world[seed]
        settled = Settled(make())
        with self._lock:
            world = self._worlds.setdefault(key, {})
            if seed not in world:
                world[seed] = settled
                self.nbytes += settled.nbytes
            while self.nbytes > self.most and len(self._worlds) > 1:
                _, dropped = self._worlds.popitem(last=False)
                self.nbytes -= sum(old.nbytes for old in dropped.values())
            return world[seed]
