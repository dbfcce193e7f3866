"""Commands about the model itself: one run, one case, what files say, how believable it is."""

from __future__ import annotations

import json
from pathlib import Path

import click

from partnersim.cli.common import MONTHS, QUIET, SEED, SIZE, Interrupted, announce_compiling, progress_bar, say


@click.command()
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
    announce_compiling(quiet)
    story = stories.run(asked, seed, months, size)
    click.echo(json.dumps(story.as_dict(), indent=2) if as_json else story.text(), nl=as_json)
    if path:
        write_frame(story.records, path)
        say(f"Records of {len(story.records):,} partnerships: {path}", quiet)


@click.command()
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
    announce_compiling(quiet)
    with progress_bar(seeds, quiet) as progress:
        story = cases.case(name, scenario, range(seed, seed + seeds), against, months, size, progress=progress)
    click.echo(json.dumps(story.as_dict(), indent=2) if as_json else story.text(), nl=as_json)


@click.command()
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


@click.command()
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
    from partnersim.validation import telling
    from partnersim.validation.record import Record
    from partnersim.validation.targets import chosen, load_patterns
    from partnersim.validation.validate import Effort, n_runs
    from partnersim.validation.validate import validate as measure

    if names and page:
        raise click.UsageError("A page holds all patterns; leave out --page or the names.")
    patterns, effort = chosen(load_patterns(), names), Effort.of(seeds, quick)
    record = Record(out, page)
    announce_compiling(quiet)
    try:
        with progress_bar(n_runs(patterns, effort), quiet) as progress:
            checks = measure(patterns, effort, progress)
    except KeyboardInterrupt:
        raise Interrupted("Nothing was written.") from None
    click.echo(telling.screen(patterns, checks))
    record.keep(patterns, checks, effort)
    say(f"Tables and figures: {out}", quiet)


@click.command()
@click.argument("name", required=False)
def levers(name: str | None) -> None:
    """List all levers, or show all about the lever NAME: a name, an id such as L18, or a lever file."""
    from partnersim.population.load import load_population
    from partnersim.scenario import find_lever, find_population, format_lever, format_levers, load_levers
    from partnersim.scenario.load import POPULATION

    numbers = load_population(find_population(POPULATION)).numbers()
    click.echo(format_lever(find_lever(name), numbers) if name else format_levers(load_levers(), numbers), nl=False)


@click.command()
def schema() -> None:
    """Print the JSON schema of scenario files, for editors."""
    from partnersim.scenario import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
