"""Engines that make blocks of runs on this machine: in this process, or in worker processes that may be killed.

An engine takes blocks while it has ``room`` and hands back, in any order, each block with what was :class:`Produced` or, where
its worker died, :class:`Lost`. Workers neither write nor choose: one process does, so that nobody who was left behind by a
killed parent can touch the results.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import socket
import struct
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from multiprocessing import connection, resource_tracker
from typing import Any, NamedTuple, Protocol

from partnersim.study.files import StudyError
from partnersim.study.runs import CRASHED, TIMEOUT, Block, Produced, Simulator, work

AHEAD = 2
"""Blocks that a worker has: the one it makes, and the next, so that it never waits for the parent."""
GRACE = 30.0
"""Seconds beyond its limit after which a run that does not look at the clock is ended with its worker."""
WATCH = 1.0
"""Seconds between two looks at workers that say nothing."""
START = 900.0
"""Seconds that a worker may take to start, which includes compiling the engine."""
START_DEATHS = 5
"""Workers that may die in a row without having begun a run, before the study is given up."""


INNOCENT = -1


class EngineLost(StudyError):
    """An engine that cannot go on; what it made so far is whole."""


class Lost(NamedTuple):
    """A block whose worker died.

    ``suspect``: number of the run it was making, None where that is not known, INNOCENT where none was begun.
    """

    suspect: int | None
    status: str = CRASHED


class Engine(Protocol):
    """Makes blocks."""

    @property
    def width(self) -> int:
        """How many blocks it makes at a time."""
        ...

    @property
    def room(self) -> int:
        """How many more blocks it takes now."""
        ...

    def submit(self, block: Block) -> None:
        """Take a block."""

    def next(self) -> tuple[Block, Produced | Lost]:
        """Wait for one of the blocks taken."""
        ...

    def close(self) -> None:
        """Stop, whatever is being made."""


class InProcess:
    """Runs in this process: one after the other, or in threads, since the compiled engine lets go of the interpreter."""

    def __init__(self, simulator: Simulator, workers: int = 1) -> None:
        self._simulator, self._workers = simulator, workers
        self._pool = ThreadPoolExecutor(workers) if workers > 1 else None
        self._is_prepared = False
        self._taken: deque[Block] = deque()
        self._made: dict[Future[Produced], Block] = {}
        self._cancelled = threading.Event()

    @property
    def width(self) -> int:
        """Threads."""
        return self._workers

    @property
    def room(self) -> int:
        """One block at a time where there are no threads."""
        return AHEAD * self._workers - len(self._made) if self._pool else 1 - len(self._taken)

    def submit(self, block: Block) -> None:
        """Begin the block, or keep it for :meth:`next`; nothing is prepared before there is one."""
        if not self._is_prepared:
            self._simulator.prepare()
            self._is_prepared = True
        if self._pool:
            self._made[self._pool.submit(work, self._simulator, block, self._begin)] = block
        else:
            self._taken.append(block)

    def _begin(self, number: int) -> None:
        if self._cancelled.is_set():
            raise KeyboardInterrupt

    def next(self) -> tuple[Block, Produced | Lost]:
        """The next block that is done."""
        if not self._pool:
            block = self._taken.popleft()
            return block, work(self._simulator, block)
        done, _ = wait(self._made, return_when=FIRST_COMPLETED)
        future = done.pop()
        return self._made.pop(future), future.result()

    def close(self) -> None:
        """End the threads after the run that each is making."""
        self._cancelled.set()
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """A worker process, its end of the pipe, and what it has to do, the block being made first."""

    def __init__(self, process: Any, pipe: connection.Connection, number: int) -> None:
        self.process, self.pipe, self.number = process, pipe, number
        self.blocks: deque[Block] = deque()
        self.made = 0
        self.status = CRASHED
        self.seen: tuple[int, int] = (-1, -1)
        self.since = time.monotonic()


class Processes:
    """Worker processes, started afresh (never forked). ``time_limit``: seconds that a run may take."""

    def __init__(self, simulator: Simulator, workers: int, time_limit: float) -> None:
        self._simulator, self._limit = simulator, time_limit
        self._context = multiprocessing.get_context("spawn")
        # For each worker, how many blocks it has begun and the number of the run it is making: read when it is dead or silent.
        self._places = self._context.RawArray("q", 2 * workers)
        self._deaths = 0
        self._workers: list[_Worker] = []
        self._ready: deque[tuple[Block, Produced | Lost]] = deque()
        try:
            for number in range(workers):
                self._workers.append(self._start(number))
        except BaseException:
            self.close()
            raise

    def _start(self, number: int) -> _Worker:
        self._places[2 * number] = self._places[2 * number + 1] = -1
        try:
            ours, theirs = self._context.Pipe()
            with theirs:
                _be_patient(ours)
                process = self._context.Process(
                    target=_serve,
                    args=(theirs, self._simulator, self._places, number),
                    daemon=True,
                    name=f"partnersim-worker-{number}",
                )
                with _without_interrupts():
                    process.start()
        except OSError as error:
            raise StudyError(f"A worker process cannot be started ({error.strerror}); ask for fewer with --workers.") from None
        return _Worker(process, ours, number)

    @property
    def pids(self) -> list[int]:
        """Process numbers of the workers."""
        return [worker.process.pid for worker in self._workers]

    @property
    def width(self) -> int:
        """Workers."""
        return len(self._workers)

    @property
    def room(self) -> int:
        """Blocks that workers would take."""
        return sum(AHEAD - len(worker.blocks) for worker in self._workers)

    def submit(self, block: Block) -> None:
        """Give the block to the worker that has least to do."""
        worker = min(self._workers, key=lambda w: len(w.blocks))
        worker.blocks.append(block)
        try:
            worker.pipe.send(block)
        except OSError:  # it is dead, or does not listen: next() notices, which has its blocks
            worker.process.kill()

    def next(self) -> tuple[Block, Produced | Lost]:
        """Wait for a block; workers that died, or hang, are replaced."""
        while not self._ready:
            waited: dict[Any, _Worker] = {}
            for worker in self._workers:
                waited |= {worker.pipe: worker, worker.process.sentinel: worker}
            for worker in {id(waited[x]): waited[x] for x in connection.wait(list(waited), WATCH)}.values():
                self._listen(worker)
            for worker in list(self._workers):
                self._watch(worker)
        return self._ready.popleft()

    def _listen(self, worker: _Worker) -> None:
        """Take all that a worker sent before anything is said of its death."""
        try:
            while worker.pipe.poll():
                produced = worker.pipe.recv()
                self._ready.append((worker.blocks.popleft(), produced))
                worker.made += 1
                self._deaths = 0
            is_gone = not worker.process.is_alive() and not worker.pipe.poll()
        except (EOFError, OSError):  # its end of the pipe is closed, which is how most deaths are noticed
            is_gone = True
            worker.process.join(1.0)
            worker.process.kill()
        if is_gone:
            self._bury(worker)

    def _watch(self, worker: _Worker) -> None:
        """End a worker whose run takes too long without looking at the clock."""
        place = (self._places[2 * worker.number], self._places[2 * worker.number + 1])
        now = time.monotonic()
        if place != worker.seen or not worker.blocks:
            worker.seen, worker.since = place, now
        limit = START if place[0] < 0 else 2 * self._limit + GRACE  # burn-in, and the run after it
        if worker.blocks and now - worker.since > limit and worker.process.is_alive():
            worker.status = TIMEOUT
            worker.process.kill()
            worker.process.join()
            self._listen(worker)

    def _bury(self, worker: _Worker) -> None:
        """Hand back the blocks of a dead worker, of which only one that it had begun can have killed it, and start another."""
        begun, run = self._places[2 * worker.number], self._places[2 * worker.number + 1]
        worker.process.join()
        worker.pipe.close()
        if begun < 0:
            self._deaths += 1
            if self._deaths >= START_DEATHS:
                raise StudyError(
                    f"{self._deaths} worker processes in a row ended before their first run (exit code "
                    f'{worker.process.exitcode}). In a script, start studies below `if __name__ == "__main__":`; '
                    "--workers 1 does without processes."
                )
        for number, block in enumerate(worker.blocks, worker.made):
            suspect = INNOCENT if number > begun else int(run) if 0 <= run < len(block) else None
            self._ready.append((block, Lost(suspect, worker.status)))
        self._workers[self._workers.index(worker)] = self._start(worker.number)

    def close(self) -> None:
        """Kill the workers: what they are making is not wanted."""
        for worker in self._workers:
            worker.process.kill()
            worker.process.join()
            worker.pipe.close()


def _be_patient(pipe: connection.Connection) -> None:
    """Let the parent wait in the middle of a message, but not for ever: for a worker that was stopped it would."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(pipe.fileno())) as end:
        end.setblocking(True)  # whatever is usual in this program
        for option, seconds in ((socket.SO_SNDTIMEO, START), (socket.SO_RCVTIMEO, GRACE)):
            end.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", int(seconds), int(seconds % 1 * 1e6)))


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Start a process that no Ctrl-C reaches, not even before it can say so."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # by the first process otherwise, with interrupts let through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: connection.Connection, simulator: Simulator, places: Any, number: int) -> None:
    """The life of a worker: blocks in, parts out. It ends with its parent, whatever it is making just then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    blocks: queue.Queue[Block] = queue.Queue()

    def listen() -> None:
        # In a thread of its own, so that the parent can always send: it must never wait for a worker that waits for it.
        try:
            while True:
                blocks.put(pipe.recv())
        except (EOFError, OSError):
            pass
        except BaseException:  # a block that cannot be read here
            traceback.print_exc()
        os._exit(1)

    def begin(run: int) -> None:
        places[2 * number + 1] = run

    threading.Thread(target=listen, daemon=True).start()
    simulator.prepare()
    import pandas  # noqa: F401 - what writes parts looks for it, and to load them takes longer than a block
    import pyarrow.parquet  # noqa: F401

    while True:
        block = blocks.get()
        begin(INNOCENT)
        places[2 * number] += 1
        produced = work(simulator, block, begin)
        try:
            pipe.send(produced)
        except OSError:
            return
