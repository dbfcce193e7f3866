"""Commands about many runs: scenarios compared, and studies planned, run, looked at, replayed and enlarged."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from partnersim.cli.common import MONTHS, QUIET, SEED, SIZE, Interrupted, announce_compiling, heed, say

if TYPE_CHECKING:
    from partnersim.study.conduct import Conducted, How
    from partnersim.study.plan import Plan
    from partnersim.study.runner import Tally

MAIN_SCENARIOS = ("baseline", "central-coordination", "shared-screening", "advisory-groups", "all-three")
ALL_FIGURES = 4
"""Scenarios beside the reference up to which every figure of a comparison is drawn, where all monthly paths are kept; else
only the headlines."""
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("scenarios", nargs=-1)
@click.option("--seeds", type=click.IntRange(1), default=100, show_default=True, help="Number of seeds, common to all scenarios.")
@SEED
@MONTHS
@SIZE
@click.option(
    "--precision",
    help='As many seeds as it takes, --seeds at most if given, for intervals of a half-width such as "1%" of the reference '
    'mean in the headline outcomes; or "transaction_cost=1%, incidents=0.2".',
)
@click.option("--resume", is_flag=True, help="Go on with the comparison in --out, whatever it asks.")
@click.option("--workers", type=click.IntRange(1), help="Threads; all cores unless given.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results/compare"), show_default=True, help="Folder for results."
)
@QUIET
@click.pass_context
def compare(
    context: click.Context,
    scenarios: tuple[str, ...],
    seeds: int,
    seed: int,
    months: int,
    size: str,
    precision: str | None,
    resume: bool,
    workers: int | None,
    out: Path,
    quiet: bool,
) -> None:
    """Compare SCENARIOs, names or files; the first is the reference (no argument: the five main ones)."""
    from partnersim.study import compare as study
    from partnersim.study.conduct import How
    from partnersim.study.opened import open_study
    from partnersim.study.table import format_table

    chosen: Any = range(seed, seed + seeds)
    if resume:
        _refuse_beside_resume(context)
        scenarios, chosen, months, size, precision = study.asked_in(out)
    asked = study.checked(scenarios or MAIN_SCENARIOS, months)
    announce_compiling(quiet)
    wanted: Any = precision
    if precision is not None and not resume:
        wanted = study.precision_of(precision, _given(context, "seeds") and seeds)
    with _Bar(quiet, out) as bar:
        how = How(workers or os.cpu_count() or 1, in_process=True, grow=True, report=bar.report, begin=bar.begin)
        comparison = study.compare_kept(asked, chosen, months, size, out, how, wanted)
    if comparison.reused:
        say(f"{comparison.reused} equal earlier runs in {out} were reused.", quiet)
    click.echo(format_table(comparison))
    if precision is not None:
        click.echo(open_study(out).decided())
    _draw(comparison, out)
    say(f"Tables, runs and figures: {out}", quiet)


def _refuse_beside_resume(context: click.Context) -> None:
    """Options that say what is asked have no place beside ``--resume``, which takes it from the folder."""
    given = [
        f"--{name}" if name != "scenarios" else "SCENARIOS"
        for name in ("scenarios", "seeds", "seed", "months", "size", "precision")
        if _given(context, name) and context.params[name]
    ]
    if given:
        raise click.UsageError(f"--resume takes from the folder what is asked; leave out {', '.join(given)}.")


def _given(context: click.Context, name: str) -> bool:
    """Whether the user wrote it."""
    return context.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE


def _draw(comparison: Any, out: Path) -> None:
    """Draw what is not drawn yet."""
    from partnersim.study import drawn

    if drawn.are_drawn(out):
        return
    from partnersim.ledger import SERIES

    if len(comparison.others) <= ALL_FIGURES and {s.name for s in SERIES} <= set(comparison.setting.series):
        comparison.plot(out / drawn.FIGURES)
    else:
        from partnersim.figures import draw_headlines, save

        save(draw_headlines(comparison), out / drawn.FIGURES, "headline_differences")
    drawn.mark_drawn(out)


class _Bar:
    """A progress bar with rate, time left and failures, only where standard error is a terminal; says what an interrupt left."""

    def __init__(self, quiet: bool, out: Path) -> None:
        from tqdm import tqdm

        self._off = quiet or not os.isatty(2)
        self._out, self._tqdm, self._bar, self._failed = out, tqdm, None, 0

    def begin(self, to_make: int, reused: int) -> None:
        """So many runs are to be made, beside those there are."""
        self._close()
        self._bar = self._tqdm(total=to_make + reused, initial=reused, unit="run", disable=self._off)

    def report(self, tally: Tally, ended: int) -> None:
        """So many runs have just ended."""
        heed()
        if self._bar is not None:
            self._bar.update(ended)
            if tally.failed:
                self._bar.set_postfix(failed=tally.failed)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._close()
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            raise Interrupted(f"Finished blocks of runs, if any, are kept in {self._out}; the same command goes on from them.")


@click.group()
def study() -> None:
    """Plan and run a study: a file that asks a question of many scenarios, worlds and seeds."""


def _asks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of commands that take a study file."""
    options = [
        click.argument("file", type=click.Path(path_type=Path)),
        click.option("--seeds", type=click.IntRange(1), help="Another number of seeds than the file says."),
        click.option("--workers", type=click.IntRange(1), help="Worker processes; one for each core unless given."),
        click.option("--small", is_flag=True, help="A small world, short, few seeds and worlds: to try, not to believe."),
        click.option("--out", type=FOLDER, help="Folder for results; results/NAME of the study unless given."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _runs(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of commands that run."""
    options = [
        click.option("--shard", help="The part i/n of the runs, for batch arrays; all parts share the folder."),
        click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler whose workers make the runs."),
        click.option(
            "--on-error",
            type=click.Choice(["record", "stop"]),
            default="record",
            show_default=True,
            help="What a failed run does: it is recorded and the others go on, or it ends the study.",
        ),
        click.option("--retry", is_flag=True, help="Make runs again that failed, timed out or crashed."),
        QUIET,
    ]
    for option in reversed(options):
        command = option(command)
    return _asks(command)


def _planned(file: Path, seeds: int | None, is_small: bool, out: Path | None) -> tuple[Plan, Path]:
    from partnersim.study.notebook import results_of, small
    from partnersim.study.plan import make_plan
    from partnersim.study.spec import load_study

    asked = load_study(file)
    if seeds is not None and (asked.precision or asked.best or asked.search):
        raise click.UsageError("--seeds has no meaning here: the study says that the data decide on their number.")
    if seeds is not None:
        asked = dataclasses.replace(asked, seeds=range(asked.seeds[0], asked.seeds[0] + seeds))
    return make_plan(small(asked) if is_small else asked), results_of(file, out, is_small)


@study.command()
@_asks
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
def plan(file: Path, seeds: int | None, workers: int | None, small: bool, out: Path | None, as_json: bool) -> None:
    """Say how many runs the study FILE has, how long they take and how large they are; nothing is kept.

    FILE is a study file, the folder of one, or a folder of several with a question.toml.
    """
    from partnersim.study.notebook import study_files

    for one in study_files(file):
        _plan(one, seeds, workers, small, out, as_json)


def _plan(file: Path, seeds: int | None, workers: int | None, small: bool, out: Path | None, as_json: bool) -> None:
    from partnersim.study.conduct import check_room, free_bytes, to_make
    from partnersim.study.estimate import estimate, told
    from partnersim.study.stages import rule_of
    from partnersim.study.store import Stored

    found, folder = _planned(file, seeds, small, out)
    announce_compiling(False)
    guess = estimate(found)
    n = workers or os.cpu_count() or 1
    if as_json:
        click.echo(json.dumps({**dataclasses.asdict(guess), "seconds": guess.seconds, "workers": n}, indent=2))
    else:
        click.echo(told(found, guess, n, free_bytes(folder)))
    check_room(found, to_make(found, rule_of(found.study, found.names), Stored()), folder)
    say(f"Nothing was run. `partnersim study run {file}` writes to {folder}.", as_json)


@study.command()
@_runs
def run(file: Path, **options: Any) -> None:
    """Run the study FILE, or what is missing of it, and write its tables.

    FILE is a study file, the folder of one, or a folder of several with a question.toml, which are run one after the other.
    """
    _conduct_all(file, expand=False, **options)


@study.command()
@_runs
def expand(file: Path, **options: Any) -> None:
    """Add to a study what its changed FILE asks more: seeds, scenarios or worlds; no finished run is repeated.

    Other months are other runs: those there are stay, and all are made anew.
    """
    _conduct_all(file, expand=True, **options)


def _conduct_all(file: Path, small: bool, out: Path | None, quiet: bool, **options: Any) -> None:
    from partnersim.study.files import write_text
    from partnersim.study.notebook import STUDY, question_files, read_question, results_of, study_files

    files = study_files(file)
    for number, one in enumerate(files, 1):
        if len(files) > 1:
            say(f"Study {number} of {len(files)}: {one}", quiet)
        _conduct(one, small=small, out=out, quiet=quiet, **options)
        if one.name != STUDY and not one.is_dir() and read_question(one.parent) is not None:
            for asked in question_files(one.parent):
                write_text(asked.read_text(encoding="utf-8-sig"), results_of(one, out, small).parent / asked.name)


def _conduct(
    file: Path,
    seeds: int | None,
    workers: int | None,
    small: bool,
    out: Path | None,
    shard: str | None,
    cluster: str | None,
    on_error: str,
    retry: bool,
    quiet: bool,
    expand: bool,
) -> None:
    from partnersim.study.conduct import How, conduct

    found, folder = _planned(file, seeds, small, out)
    announce_compiling(quiet)
    with _Bar(quiet, folder) as bar:
        how = How(
            workers=workers or os.cpu_count() or 1,
            cluster=cluster,
            shard=_shard(shard),
            expand=expand,
            retry=retry,
            stop_on_error=on_error == "stop",
            report=bar.report,
            begin=bar.begin,
            say=(lambda text: None) if quiet else None,
        )
        done = conduct(found, folder, how)
    _tell(found, folder, done, how, quiet)


def _shard(text: str | None) -> Any:
    from partnersim.study.runner import Shard

    if text is None:
        return Shard()
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise click.UsageError(f"--shard {text}: wanted is i/n, a part from 1/n to n/n.")
    return Shard(int(number), int(of))


def _tell(found: Plan, folder: Path, done: Conducted, how: How, quiet: bool) -> None:
    """What came out, or what is left to do."""
    if done.reused:
        say(f"{done.reused:,} equal earlier runs in {folder} were reused.", quiet)
    if done.failures:
        say(f"{done.failures:,} runs have no result: `partnersim study status {folder}` says why, and how to replay them.", quiet)
    if not done.is_complete:
        say(f"This shard is done; {done.left:,} runs are left to the others. The last of them writes the tables.", quiet)
        return
    if found.study.search is not None:
        _tell_packages(folder)
    elif found.study.is_factorial:
        say(f"`partnersim report {folder}` says what each lever does, alone and with others.", quiet)
    elif len(found.scenarios) > 1:
        from partnersim.study.opened import open_study

        opened = open_study(folder)
        comparison = opened.comparison(found.scenarios)
        click.echo("\n".join(filter(None, [opened.decided(), *comparison.findings()])))
        _draw(comparison, folder)
    say(f"Tables, runs and figures: {folder}", quiet)


def _tell_packages(folder: Path) -> None:
    """What a search found, said, written and drawn."""
    from partnersim.analysis.packages import evidence_of, tables, told
    from partnersim.study import drawn
    from partnersim.study.files import write_csv
    from partnersim.study.opened import open_study

    evidence = evidence_of(open_study(folder))
    click.echo("\n".join(told(evidence)))
    for name, table in tables(evidence).items():
        write_csv(table, folder / f"{name}.csv")
    if not drawn.are_drawn(folder):
        from partnersim.figures import save
        from partnersim.figures.fronts import draw_packages

        for name, picture in draw_packages(evidence).items():
            save(picture, folder / drawn.FIGURES, name)
        drawn.mark_drawn(folder)


@study.command()
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
def status(folder: Path, as_json: bool) -> None:
    """Say how far the study in FOLDER is: runs finished, failed and missing; also while it runs."""
    from partnersim.study import status as study_status

    found = study_status.status(folder)
    click.echo(json.dumps(found, indent=2) if as_json else study_status.told(folder, found))


@study.command()
@click.argument("key")
@click.option("--in", "folder", type=FOLDER, required=True, help="The study's folder.")
@click.option("--json", "as_json", is_flag=True, help="Outcomes as JSON.")
def replay(key: str, folder: Path, as_json: bool) -> None:
    """Make the run KEY of a study again, and print its outcomes, or the traceback of what it raises.

    KEY stands in failures.csv and in `partnersim study status`; SCENARIO:SEED and SCENARIO:WORLD:SEED go as well.
    """
    from partnersim.study.replay import replay as again
    from partnersim.study.words import UNITS, number

    announce_compiling(False)
    found = again(folder, key)
    where = f"{found.scenario}, world {found.world}, seed {found.seed}"
    if found.error is not None:
        import traceback

        click.echo("".join(traceback.format_exception(found.error)), err=True)
        click.echo(f"{where} fails again.", err=True)
        raise SystemExit(1)
    assert found.outcomes is not None
    if as_json:
        click.echo(json.dumps(found.outcomes, indent=2))
        return
    click.echo(where)
    click.echo("\n".join(f"  {name:<32}{number(value):>10}  {UNITS[name]}" for name, value in found.outcomes.items()))
    said = {None: "No such run is stored.", True: "Equal to the stored run, bit for bit.", False: "DIFFERS from the stored run."}
    say(said[found.equal])
