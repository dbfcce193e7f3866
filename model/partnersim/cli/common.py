"""What commands have in common: options, messages, progress. Data goes to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

SEED = click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The seed, or the first of them.")
MONTHS = click.option("--months", type=click.IntRange(1), default=120, show_default=True, help="Length after burn-in.")
SIZE = click.option("--size", default="system", show_default=True, help="class, system, full or stress.")
QUIET = click.option("--quiet", is_flag=True, help="No messages and no progress bar.")


class Interrupted(click.Abort):
    """Interrupted by the user; says what is left."""


def say(text: str, quiet: bool = False) -> None:
    if not quiet:
        click.echo(text, err=True)


@contextmanager
def progress_bar(total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    from tqdm import tqdm

    with tqdm(total=total, unit="run", file=sys.stderr, disable=quiet or not sys.stderr.isatty()) as bar:
        yield lambda n: bar.update(n) and None


def announce_compiling(quiet: bool) -> None:
    from partnersim import compiled

    if compiled.IS_COMPILED and not compiled.is_warm():
        say("Compiling the engine; this happens once and takes about a minute.", quiet)
