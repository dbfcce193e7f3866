"""The command line: parses, calls, prints. Data goes to standard output or files, messages and progress to standard error.

Exit codes: 0 done, 1 failed or interrupted, 2 wrong use or bad input.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from partnersim.mistakes import Mistake

MAIN_SCENARIOS = ("baseline", "central-coordination", "shared-screening", "advisory-groups", "all-three")
SEED = click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The seed, or the first of them.")
MONTHS = click.option("--months", type=click.IntRange(1), default=120, show_default=True, help="Length after burn-in.")
SIZE = click.option("--size", default="system", show_default=True, help="class, system, full or stress.")
QUIET = click.option("--quiet", is_flag=True, help="No messages and no progress bar.")


class Interrupted(click.Abort):
    """Interrupted by the user; says what is left."""


@click.group()
@click.version_option(package_name="partnersim")
def cli() -> None:
    """Simulate partnership ecosystems of the United Nations and compare policies."""


def _say(text: str, quiet: bool = False) -> None:
    if not quiet:
        click.echo(text, err=True)


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    from tqdm import tqdm

    with tqdm(total=total, unit="run", file=sys.stderr, disable=quiet or not sys.stderr.isatty()) as bar:
        yield lambda n: bar.update(n) and None


def _announce_compiling(quiet: bool) -> None:
    from partnersim import compiled

    if compiled.IS_COMPILED and not compiled.is_warm():
        _say("Compiling the engine; this happens once and takes about a minute.", quiet)


@cli.command()
@click.argument("scenarios", nargs=-1)
@click.option("--seeds", type=click.IntRange(1), default=100, show_default=True, help="Number of seeds, common to all scenarios.")
@SEED
@MONTHS
@SIZE
@click.option("--workers", type=click.IntRange(1), help="Threads; all cores unless given.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results/compare"), show_default=True, help="Folder for results."
)
@QUIET
def compare(
    scenarios: tuple[str, ...], seeds: int, seed: int, months: int, size: str, workers: int | None, out: Path, quiet: bool
) -> None:
    """Compare SCENARIOs, names or files; the first is the reference (no argument: the five main ones)."""
    from partnersim.simulate import laboratories
    from partnersim.study import compare as study
    from partnersim.study import drawn
    from partnersim.study.table import format_table

    asked = [lab.scenario for lab in laboratories(scenarios or MAIN_SCENARIOS, size, months)]
    _announce_compiling(quiet)
    try:
        with _progress(len(asked) * seeds, quiet) as progress:
            comparison = study.compare(
                asked, range(seed, seed + seeds), months=months, size=size, workers=workers, out=out, progress=progress
            )
    except KeyboardInterrupt:
        raise Interrupted(f"Finished blocks of runs, if any, are kept in {out}; the same command goes on from them.") from None
    if comparison.reused:
        _say(f"{comparison.reused} equal earlier runs in {out} were reused.", quiet)
    click.echo(format_table(comparison))
    if not drawn.are_drawn(out):
        comparison.plot(out / drawn.FIGURES)
        drawn.mark_drawn(out)
    _say(f"Tables, runs and figures: {out}", quiet)


@cli.command()
@click.argument("scenario", default="baseline")
@SEED
@MONTHS
@SIZE
@click.option(
    "--trace", type=click.Path(path_type=Path), help="File (.parquet or .csv) or folder for every partnership's record."
)
@click.option("--overwrite", is_flag=True, help="Let the trace take the place of a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="Outcomes, years and events as JSON.")
@QUIET
def run(
    scenario: str, seed: int, months: int, size: str, trace: Path | None, overwrite: bool, as_json: bool, quiet: bool
) -> None:
    """Run SCENARIO, a name or a file, once, and tell what happened, year by year."""
    from partnersim import stories
    from partnersim.simulate import laboratories
    from partnersim.study.files import frame_file, write_frame

    asked = laboratories([scenario], size, months)[0].scenario
    path = frame_file(trace, f"{asked.name}-seed{seed}.parquet", overwrite) if trace else None
    _announce_compiling(quiet)
    story = stories.run(asked, seed, months, size)
    click.echo(json.dumps(story.as_dict(), indent=2) if as_json else story.text(), nl=as_json)
    if path:
        write_frame(story.records, path)
        _say(f"Records of {len(story.records):,} partnerships: {path}", quiet)


@cli.command()
@click.argument("name", required=False)
@click.option("--scenario", default="baseline", show_default=True, help="Where the case is planted.")
@click.option("--against", help="The other policy on the same seeds; unless given, one that bears on the case.")
@SEED
@click.option("--seeds", type=click.IntRange(1), default=100, show_default=True, help="Number of seeds.")
@MONTHS
@SIZE
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
@QUIET
def case(
    name: str | None,
    scenario: str,
    against: str | None,
    seed: int,
    seeds: int,
    months: int,
    size: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Plant a case of the report's boxes, by NAME or file, into runs and tell what becomes of it (no argument: list them)."""
    from partnersim import cases
    from partnersim.simulate import laboratories

    if name is None:
        click.echo(cases.listing(), nl=False)
        return
    cases.load_case(name)
    laboratories([scenario], size, months)
    _announce_compiling(quiet)
    with _progress(seeds, quiet) as progress:
        story = cases.case(name, scenario, range(seed, seed + seeds), against, months, size, progress=progress)
    click.echo(json.dumps(story.as_dict(), indent=2) if as_json else story.text(), nl=as_json)


@cli.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--all", "everything", is_flag=True, help="Every number, not only those that differ from baseline.")
def check(files: tuple[str, ...], everything: bool) -> None:
    """Check scenario FILES and print what they change."""
    from partnersim.policy import PolicyPlan
    from partnersim.population.load import load_population
    from partnersim.population.sizes import SIZES
    from partnersim.scenario import find_population, format_check, load_scenario

    for name in files:
        scenario = load_scenario(name)
        population = load_population(find_population(scenario.population))
        PolicyPlan(scenario, scenario.levers, population, SIZES["system"], 120)
        click.echo(format_check(scenario, everything=everything))


@cli.command()
@click.argument("names", nargs=-1, metavar="[PATTERN]...")
@click.option("--quick", is_flag=True, help="Few seeds, under a minute: wide intervals, so more is missed.")
@click.option("--seeds", type=click.IntRange(3), help="Seeds of most checks (60; with --quick 8); others follow in proportion.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results/validation"), show_default=True, help="Folder for results."
)
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Also fill the marked places of this page.")
@QUIET
def validate(names: tuple[str, ...], quick: bool, seeds: int | None, out: Path, page: Path | None, quiet: bool) -> None:
    """Hold the model against what is known: each PATTERN named, or all, V1 to V16 and the report's tensions T1 to T20."""
    from partnersim.analysis import telling
    from partnersim.analysis.record import Record
    from partnersim.analysis.targets import chosen, load_patterns
    from partnersim.analysis.validate import Effort, n_runs
    from partnersim.analysis.validate import validate as measure

    if names and page:
        raise click.UsageError("A page holds all patterns; leave out --page or the names.")
    patterns, effort = chosen(load_patterns(), names), Effort.of(seeds, quick)
    record = Record(out, page)
    _announce_compiling(quiet)
    try:
        with _progress(n_runs(patterns, effort), quiet) as progress:
            checks = measure(patterns, effort, progress)
    except KeyboardInterrupt:
        raise Interrupted("Nothing was written.") from None
    click.echo(telling.screen(patterns, checks))
    record.keep(patterns, checks, effort)
    _say(f"Tables and figures: {out}", quiet)


@cli.command()
@click.argument("name", required=False)
def levers(name: str | None) -> None:
    """List all levers, or show all about the lever NAME: a name, an id such as L18, or a lever file."""
    from partnersim.population.load import load_population
    from partnersim.scenario import find_lever, find_population, format_lever, format_levers, load_levers
    from partnersim.scenario.load import POPULATION

    numbers = load_population(find_population(POPULATION)).numbers()
    click.echo(format_lever(find_lever(name), numbers) if name else format_levers(load_levers(), numbers), nl=False)


@cli.command()
def schema() -> None:
    """Print the JSON schema of scenario files, for editors."""
    from partnersim.scenario import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


def main() -> None:
    """Run the command line, turning a user's mistakes into messages and exit codes."""
    gc.set_threshold(100_000)  # seldom: a figure is many small objects, and looking through them all takes an eighth of the time
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
