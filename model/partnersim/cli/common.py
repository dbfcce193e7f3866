"""What commands have in common: options, messages, progress. Data goes to standard output, everything else to standard error."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

SEED = click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The seed, or the first of them.")
MONTHS = click.option("--months", type=click.IntRange(1), default=120, show_default=True, help="Length after burn-in.")
SIZE = click.option("--size", default="system", show_default=True, help="class, system, full or stress.")
QUIET = click.option("--quiet", is_flag=True, help="No messages and no progress bar.")


_pressed = threading.Event()


def listen() -> None:
    """Remember an interrupt: Numba loses one that arrives while it hands over machine code. Ignored ones stay ignored."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:

        def press(number: int, frame: FrameType | None) -> None:
            _pressed.set()
            signal.default_int_handler(number, frame)

        signal.signal(signal.SIGINT, press)


def heed() -> None:
    """Be interrupted now, where an interrupt was lost before."""
    if _pressed.is_set():
        raise KeyboardInterrupt


class Interrupted(click.Abort):
    """Interrupted by the user; says what is left."""


def say(text: str, quiet: bool = False) -> None:
    if not quiet:
        click.echo(text, err=True)


@contextmanager
def progress_bar(total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    from tqdm import tqdm

    with tqdm(total=total, unit="run", file=sys.stderr, disable=quiet or not sys.stderr.isatty()) as bar:

        def done(n: int) -> None:
            heed()
            bar.update(n)

        yield done


def announce_compiling(quiet: bool) -> None:
    from partnersim import compiled

    if compiled.IS_COMPILED and not compiled.is_warm():
        say("Compiling the engine; this happens once and takes about a minute.", quiet)
