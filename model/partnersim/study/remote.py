"""What a Dask worker does: fetch a study's simulator once, see that its model is the same version, and make blocks.

Before a block is begun its scheduler is told, and of a block that was lost before each run, which takes two milliseconds. Whoever
is given the block after its worker died thus knows that it was begun, and perhaps at which run, and hands that back instead of
trying in turn: what is made again, and with whom, is the study's business.
"""

from __future__ import annotations

import pickle
import threading
from typing import Any, NamedTuple

from partnersim.study.runs import Block, Produced, Simulator, work

UNKNOWN = -1
"""Place of a block that was begun, at which run nobody knows."""
KEPT = 4
"""Simulators of different studies that a worker keeps."""


class Refused(NamedTuple):
    """A worker that cannot make blocks, and why."""

    worker: str
    why: str


class Died(NamedTuple):
    """A block whose former worker died: at which run, counted from 0, or UNKNOWN."""

    place: int


_simulators: dict[str, Simulator | Refused] = {}
_lock = threading.Lock()


def version() -> str:
    """The model version of whoever calls."""
    from partnersim.study.store import engine_digest

    return engine_digest()


class Call:
    """A block to make: unpickled, it makes it, and what it gives is that of :func:`make`.

    Thus schedulers need not have this package, and workers that lack it say so; given the function, they would end.
    """

    def __init__(self, study: str, key: str, block: Block, careful: bool) -> None:
        self._call = study, key, block, careful

    def __reduce__(self) -> tuple[Any, ...]:
        """The call in its place."""
        return make, self._call


def make(study: str, key: str, block: Block, careful: bool) -> Produced | Died | Refused:
    """Make a block.

    ``study``: where the scheduler keeps the pickled simulator and the model version; ``key``: where it is told of the block,
    until it forgets the task of that name; ``careful``: tell of each run.
    """
    from distributed import get_client

    with _lock:
        client = get_client()
        simulator = _simulator(client, study)
    if isinstance(simulator, Refused):
        return simulator
    place = client.get_metadata(key, default=None)
    if place is not None:
        return Died(place)
    client.set_metadata(key, UNKNOWN)
    if careful:
        return work(simulator, block, lambda number: client.set_metadata(key, number))
    return work(simulator, block)


def _simulator(client: Any, study: str) -> Simulator | Refused:
    """The study's simulator, made ready at its first block here."""
    from distributed import get_worker

    if study not in _simulators:
        while len(_simulators) >= KEPT:
            del _simulators[next(iter(_simulators))]
        _simulators[study] = _fetched(get_worker().address, *client.get_metadata(study))
    return _simulators[study]


def _fetched(worker: str, wanted: str, packed: bytes) -> Simulator | Refused:
    if wanted != version():
        return Refused(worker, f"has model version {version()}; this study is of {wanted}")
    try:
        simulator: Simulator = pickle.loads(packed)
        simulator.prepare()
        import pyarrow.parquet  # noqa: F401  # takes a second, which would count as work of the first block
    except Exception as error:
        return Refused(worker, f"cannot make ready ({type(error).__name__}: {error})")
    return simulator
