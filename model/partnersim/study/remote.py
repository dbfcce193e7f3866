"""What a Dask worker does: fetch a study's simulator once, see that its model is the same version, and make blocks.

Before a block is begun its scheduler is told, and of a block that was lost before each run, which takes two milliseconds. Whoever
is given the block after its worker died thus knows that it was begun, and perhaps at which run, and hands that back instead of
trying in turn: what is made again, and with whom, is the study's business.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import threading
import time
from typing import Any, NamedTuple

from partnersim.study.runs import CRASHED, TIMEOUT, Block, Produced, Simulator, work

UNKNOWN = -1
"""Place of a block that was begun, at which run nobody knows."""
KEPT = 4
"""Simulators of different studies that a worker keeps."""
WATCH = 1.0
"""Seconds between two looks at runs that do not end."""


class Refused(NamedTuple):
    """A worker that cannot make blocks, and why."""

    worker: str
    why: str


class Died(NamedTuple):
    """A block whose former worker died: at which run, counted from 0, or UNKNOWN; and CRASHED, or TIMEOUT for a run that hung."""

    place: int
    status: str


class _Ready(NamedTuple):
    """A simulator, and the seconds after which a run that does not look at the clock is ended with its worker."""

    simulator: Simulator
    limit: float


_ready: dict[str, _Ready | Refused] = {}
_lock = threading.Lock()
_making: dict[str, tuple[float, int, Any]] = {}
"""By task: when its run is to end, which run it is, and the client that is told."""


def version() -> str:
    """The model version of whoever calls."""
    from partnersim.study.versions import engine_digest

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

    ``study``: where the scheduler keeps model version, pickled simulator and limit; ``key``: where it is told of the block, until
    it forgets the task of that name; ``careful``: tell of each run.
    """
    from distributed import get_client

    with _lock:
        client = get_client()
        ready = _fetched(client, study)
    if isinstance(ready, Refused):
        return ready
    before = client.get_metadata(key, default=None)
    if before is not None:
        return Died(*before)
    client.set_metadata(key, [UNKNOWN, CRASHED])

    def begin(number: int) -> None:
        _making[key] = time.monotonic() + ready.limit, number, client
        if careful:
            client.set_metadata(key, [number, CRASHED])

    try:
        return work(ready.simulator, block, begin)
    finally:
        _making.pop(key, None)


def _fetched(client: Any, study: str) -> _Ready | Refused:
    """The study's simulator, made ready at its first block here."""
    from distributed import get_worker

    if not _ready:
        threading.Thread(target=_watch, daemon=True, name="partnersim-watch").start()
    if study not in _ready:
        while len(_ready) >= KEPT:
            del _ready[next(iter(_ready))]
        _ready[study] = _made_ready(get_worker().address, *client.get_metadata(study))
    return _ready[study]


def _made_ready(worker: str, wanted: str, packed: bytes, limit: float) -> _Ready | Refused:
    if wanted != version():
        return Refused(worker, f"has model version {version()}; this study is of {wanted}")
    try:
        import pandas  # noqa: F401 - what writes parts looks for it, and to load them takes longer than a block
        import pyarrow.parquet  # noqa: F401

        simulator: Simulator = pickle.loads(packed)
        simulator.prepare()
    except Exception as error:
        return Refused(worker, f"cannot make itself ready ({type(error).__name__}: {error})")
    return _Ready(simulator, limit)


def _watch() -> None:
    """End this process where a run takes too long without looking at the clock; a thread cannot be ended."""
    while True:
        time.sleep(WATCH)
        for key, (end, number, client) in list(_making.items()):
            if time.monotonic() > end:
                with contextlib.suppress(Exception):
                    client.set_metadata(key, [number, TIMEOUT])
                os._exit(1)
