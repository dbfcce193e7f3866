"""The engine of a Dask cluster: any number of workers on other machines, which come and go.

One client submits blocks and writes what comes back; workers write nothing. Dask blames all that a dead worker had for its death,
so it is not asked: a block that had not been begun is made again as if nothing had happened. One that had is made again with
word of each run, and the run at which that ends too is made with nothing else in flight. Only what ends its worker alone, after
all that, is lost for good.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import pickle
import queue
import sys
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

from partnersim.english import counted, time_told
from partnersim.study import remote
from partnersim.study.files import StudyError
from partnersim.study.remote import Died, Refused
from partnersim.study.runs import Block, Produced, Simulator
from partnersim.study.workers import AHEAD, GRACE, INNOCENT, EngineLost, Lost

CONNECT = 10.0
"""Seconds that a scheduler may take to answer at first."""
WATCH = 1.0
"""Seconds between two looks at how many workers there are."""
ANSWER = 60.0
"""Seconds that a scheduler may take to answer later on."""
FETCH = 600.0
"""Seconds that a finished block may take to arrive."""
PATIENCE, WAIT = 10.0, 600.0
"""Seconds without any worker until that is said, and until the study is given up."""
MISHAPS = 5
"""How often a block may be lost before it is begun, with as many workers as Dask allows each time, or end in an error of Dask."""
LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application", "asyncio")
"""Who would tell of lost connections at length; what matters is said in a sentence."""
EXAMPLE = "Wanted: one such as tcp://10.0.0.1:8786, or a scheduler file."


def tell(text: str) -> None:
    """Say something on standard error, above a progress bar if there is one."""
    from tqdm import tqdm

    tqdm.write(f"partnersim: {text}", file=sys.stderr)


class Cluster:
    """Runs on the workers of a Dask scheduler, given by its address or scheduler file.

    ``time_limit``: seconds that a run may take; ``say``: called with what whoever waits wants to know, on standard error unless
    given. Raises :class:`StudyError` where Dask is not installed, the scheduler does not answer, or a worker has no model or
    another version of it.
    """

    def __init__(
        self, simulator: Simulator, address: str, time_limit: float = math.inf, say: Callable[[str], object] | None = None
    ) -> None:
        self._say, self._address = say or tell, address
        self._levels: dict[str, int] = {}
        self._client: Any = None
        self._study = f"partnersim-{uuid.uuid4().hex[:12]}"
        self._number = 0
        self._flight: dict[str, tuple[Any, Block]] = {}
        self._ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._doubtful: set[str] = set()
        self._suspects: set[str] = set()
        self._held: deque[Block] = deque()
        self._is_alone, self._is_reached = False, True
        self._mishaps: Counter[str] = Counter()
        self._threads, self._looked, self._empty = 0, 0.0, 0.0
        try:
            self._client = self._connected()
            self._check()
            self._client.set_metadata(self._study, [remote.version(), pickle.dumps(simulator), 2 * time_limit + GRACE])
            self._look()
        except BaseException:
            self.close()
            raise

    def _connected(self) -> Any:
        """A client; what the libraries log is silenced first."""
        try:
            from distributed import Client
        except ImportError as error:
            raise StudyError(f"--cluster needs Dask ({error}). Install it by `pip install 'partnersim[cluster]'`.") from None
        for name in LOGGERS:
            self._levels[name] = logging.getLogger(name).level
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        address = _address(self._address)
        try:
            with ThreadPoolExecutor(1) as pool:  # here a loop may be running already, in a notebook
                pool.submit(asyncio.run, _ask(address)).result()
            return Client(address, timeout=CONNECT, set_as_default=False, direct_to_workers=False)
        except OSError:
            raise StudyError(f"{address}: no Dask scheduler answered within {CONNECT:g} seconds.") from None
        except Exception as error:
            raise StudyError(f"{address!r} is no address of a Dask scheduler ({_line(error)}). {EXAMPLE}") from None

    def _check(self) -> None:
        """Refuse what lacks this package, or has another version of the model."""
        try:
            found = self._client.run(remote.version, on_error="return")
        except Exception as error:
            self._give_up(error)
        wanted = remote.version()
        # One that ended meanwhile gives an OSError.
        wrong = {worker: answer for worker, answer in found.items() if answer != wanted and not isinstance(answer, OSError)}
        for worker, answer in wrong.items():
            what = f"no such partnersim ({_line(answer)})" if isinstance(answer, Exception) else f"model version {answer}"
            more = f" So with {counted(len(wrong) - 1, 'other worker')}." if len(wrong) > 1 else ""
            self._refuse(f"Worker {worker} has {what}; this study is of model version {wanted}.{more}")

    def _refuse(self, what: str) -> NoReturn:
        raise EngineLost(f"{what} All workers need the same partnersim, Numba, NumPy and Python as this process.")

    def _give_up(self, error: BaseException | str) -> NoReturn:
        self._is_reached = False
        raise EngineLost(f"The connection to the Dask scheduler at {self._address} was lost ({_line(error)}).") from None

    @property
    def width(self) -> int:
        """Threads of all workers, at least one."""
        return max(self._threads, 1)

    @property
    def room(self) -> int:
        """Blocks that workers would take; none where a suspect is, or waits, to be made alone."""
        return 0 if self._held or self._is_alone else max(AHEAD * self.width - len(self._flight), 0)

    def submit(self, block: Block) -> None:
        """Send the block, or keep it until it can be made alone."""
        if block.name in self._suspects:
            self._held.append(block)
        else:
            self._send(block)

    def _send(self, block: Block) -> None:
        self._number += 1
        key = f"{self._study}-{self._number}"
        try:
            call = remote.Call(self._study, key, block, block.name in self._doubtful)
            future = self._client.submit(pickle.loads, pickle.dumps(call), key=key, pure=False)
            self._flight[key] = future, block
            future.add_done_callback(self._ended.put)
        except Exception as error:
            self._give_up(error)

    def next(self) -> tuple[Block, Produced | Lost]:
        """Wait for a block; for workers too, where there are none."""
        while True:
            if self._held and not self._flight:
                self._is_alone = True
                self._send(self._held.popleft())
            self._look()
            try:
                future = self._ended.get(timeout=WATCH)
            except queue.Empty:
                continue
            _, block = self._flight.pop(future.key)
            self._is_alone = False
            return block, self._outcome(block, future)

    def _look(self) -> None:
        """See now and then how many workers there are, and that somebody answers."""
        now = time.monotonic()
        if now - self._looked < WATCH:
            return
        try:
            self._threads = sum(self._client.nthreads(callback_timeout=ANSWER).values())
        except Exception as error:
            self._give_up(error)
        if self._threads or not self._looked:
            self._empty = now
        without = now - self._empty
        if without > WAIT:
            raise EngineLost(f"The cluster at {self._address} has had no workers for {time_told(WAIT)}.")
        if without > PATIENCE >= self._looked - self._empty:
            self._say(f"The cluster at {self._address} has no workers; waiting for up to {time_told(WAIT)}.")
        self._looked = now

    def _outcome(self, block: Block, future: Any) -> Produced | Lost:
        """What became of a block."""
        from distributed import KilledWorker

        try:
            made = future.result(timeout=FETCH)
        except KilledWorker:
            return self._killed(block, future.key)
        except Exception as error:
            if future.status != "error":
                self._give_up(error)
            if isinstance(error, (ImportError, AttributeError)):
                self._refuse(f"A worker has no such partnersim ({_line(error)}).")
            return self._unbegun(block, error)
        if isinstance(made, Refused):
            self._refuse(f"Worker {made.worker} {made.why}.")
        return made if isinstance(made, Produced) else self._begun(block, made)

    def _killed(self, block: Block, key: str) -> Lost:
        """Of a block that Dask says killed its workers, which it says of all that they had."""
        try:
            found = self._client.get_metadata(key, default=None)
        except Exception as error:
            self._give_up(error)
        if found is None:
            return self._unbegun(block, "its workers died, each time before it was begun")
        return self._begun(block, Died(*found))

    def _unbegun(self, block: Block, error: BaseException | str) -> Lost:
        """Of a block that came to nothing for no fault of its own."""
        self._mishaps[block.name] += 1
        if self._mishaps[block.name] >= MISHAPS:
            raise EngineLost(f"A block of runs failed {MISHAPS} times on the cluster at {self._address} ({_line(error)}).")
        return Lost(INNOCENT)

    def _begun(self, block: Block, died: Died) -> Lost:
        """Of a block that ended with its worker: the run to make alone next, as far as that is known."""
        is_known = 0 <= died.place < len(block)
        if len(block) > 1 and not is_known:
            self._doubtful.add(block.name)
            return Lost(None, died.status)
        number = died.place if is_known else 0
        suspect = block.singles()[number].name
        is_new = suspect not in self._suspects
        self._suspects.add(suspect)
        # One that was not alone is not to blame yet.
        return Lost(INNOCENT if len(block) == 1 and is_new else number, died.status)

    def close(self) -> None:
        """Leave the scheduler, which then drops what is in flight, and let libraries log again."""
        if self._client is not None:
            with contextlib.suppress(Exception):
                if self._is_reached and self._client.status == "running":
                    self._client.set_metadata(self._study, None)
            with contextlib.suppress(Exception):
                self._client.close(timeout=CONNECT)
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)


def _address(text: str) -> str:
    """An address, from a scheduler file where that is what is given."""
    if not text.endswith(".json"):
        return text
    try:
        return str(json.loads(Path(text).read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StudyError(f"{text} is not the file of a running Dask scheduler ({_line(error)}). {EXAMPLE}") from None


async def _ask(address: str) -> None:
    """Have a scheduler answer within its time. A client would wait for ever for one that takes calls but says nothing."""
    from distributed import rpc
    from distributed.security import Security

    async def ask() -> None:
        async with rpc(address, timeout=CONNECT, connection_args=Security().get_connection_args("client")) as scheduler:
            await scheduler.identity()

    await asyncio.wait_for(ask(), CONNECT)


def _line(error: BaseException | str) -> str:
    """An error in a line."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return (text.strip().splitlines() or [""])[0][:300]
