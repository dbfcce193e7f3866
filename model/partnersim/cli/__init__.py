"""The command line: parses, calls, prints. Data goes to standard output or files, messages and progress to standard error.

Exit codes: 0 done, 1 failed or interrupted, 2 wrong use or bad input.
"""

from __future__ import annotations

import gc
import sys

import click

from partnersim.cli.briefs import report
from partnersim.cli.classroom import app
from partnersim.cli.common import listen
from partnersim.cli.exercises import exercise
from partnersim.cli.studies import compare, study
from partnersim.cli.world import case, check, levers, run, schema, validate
from partnersim.mistakes import Mistake


@click.group()
@click.version_option(package_name="partnersim")
def cli() -> None:
    """Simulate partnership ecosystems of the United Nations and compare policies."""


for command in (compare, study, report, app, exercise, run, case, check, levers, validate, schema):
    cli.add_command(command)


def main() -> None:
    """Run the command line, turning a user's mistakes into messages and exit codes."""
    gc.set_threshold(100_000)  # seldom: a figure is many small objects, and looking through them all takes an eighth of the time
    listen()
    try:
        cli.main(prog_name="partnersim", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt) as error:
        click.echo(f"Interrupted. {error}".rstrip(), err=True)
        sys.exit(1)
    except Mistake as error:
        click.echo(f"partnersim: {error}", err=True)
        sys.exit(2)
