"""Scenarios against a reference, on common seeds: run or read back, then compared."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnersim.study.comparison import Comparison
from partnersim.study.files import StudyError

if TYPE_CHECKING:
    from partnersim.scenario.load import Scenario
    from partnersim.simulate import Progress
    from partnersim.study.conduct import How

QUESTION = "How do scenarios differ from the first?"


def compare(
    scenarios: Sequence[Scenario | str],
    seeds: int | Iterable[int] = 100,
    months: int = 120,
    size: str = "system",
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    precision: Any = None,
) -> Comparison:
    """Run scenarios on the same seeds and compare them with the first, seed by seed.

    ``scenarios``: loaded ones, or names and files as :func:`partnersim.scenario.load_scenario` takes them.
    ``seeds``: a number n for 0 to n - 1, or the seeds; their order does not matter. ``months`` after burn-in.
    ``out``: a folder to keep runs and tables in; equal runs in it are reused (``Comparison.reused``), and a study
    killed there goes on where it stopped. ``workers``: threads, all cores unless given. ``progress`` is called with the
    number of runs just finished. ``precision``, with ``out``: as many seeds as it takes, see
    :class:`partnersim.study.sequential.Precision`, instead of ``seeds``. Raises :class:`StudyError` for a wrong question and
    for a folder that cannot be used, and ``ScenarioError`` for what is wrong with a scenario or a size.
    """
    from partnersim.study.conduct import How

    chosen = seed_list(seeds)
    asked = checked(scenarios, months)
    if out is None:
        if precision is not None:
            raise StudyError("A precision is reached step by step, for which runs are kept; name a folder with out.")
        return _in_memory(asked, chosen, months, size, workers, progress)
    how = How(
        workers or os.cpu_count() or 1, in_process=True, grow=True, report=lambda tally, n: progress(n) if progress else None
    )
    wanted = None if precision is None else precision_of(precision)
    return compare_kept(asked, chosen, months, size, Path(out), how, wanted)


def compare_kept(
    scenarios: Sequence[Scenario], seeds: Sequence[int], months: int, size: str, out: Path, how: How, precision: Any = None
) -> Comparison:
    """A comparison whose folder is a study's folder; run as ``how`` says."""
    from partnersim.study.conduct import conduct
    from partnersim.study.opened import open_study
    from partnersim.study.plan import make_plan
    from partnersim.study.spec import Study

    study = Study(
        title="Comparison",
        question=QUESTION,
        scenarios=tuple(_said(scenario) for scenario in scenarios),
        seeds=seeds if precision is None else seeds[:1],
        months=operator.index(months),
        size=str(size),
        precision=precision,
    )
    plan = make_plan(study, scenarios)
    done = conduct(plan, out, how)
    return open_study(out).comparison(scenarios, done.reused)


def precision_of(precision: Any, cap: int | None = None) -> dict[str, Any]:
    """A precision as studies hold it: outcomes and amounts, and the most seeds that it may take."""
    from partnersim.study.sequential import Precision

    return {**Precision.parse(precision).texts(), **({"cap": cap} if cap else {})}


def asked_in(out: Path) -> tuple[tuple[str, ...], Sequence[int], int, str, Any]:
    """Scenarios, seeds, months, size and precision of the comparison in a folder, scenarios as paths where they are files."""
    from partnersim.study.opened import open_study

    study = open_study(out).study
    found = []
    for text in study.scenarios:
        path = study.folder / text
        found.append(str(path) if path.is_file() else text)
    return tuple(found), study.seeds, study.months, study.size, study.precision


def checked(scenarios: Sequence[Scenario | str], months: int) -> list[Scenario]:
    """The scenarios loaded, and what is wrong with the question said; what only the model finds wrong, it says before it runs."""
    asked = _loaded(scenarios)
    names = [scenario.name for scenario in asked]
    if len(names) < 2:
        raise StudyError(f"A comparison needs a reference and at least one other scenario; {len(names)} given.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise StudyError(f"Scenarios need different names; given more than once: {', '.join(twice)}.")
    if operator.index(months) < 1:
        raise StudyError(f"months is {months}; at least 1 is needed.")
    return asked


def _said(scenario: Scenario) -> str:
    """How the folder names a scenario: by its name where it is the library's, else by its path from the current folder."""
    from partnersim.scenario import library

    path = scenario.path
    if path is None or path.resolve().is_relative_to(library().resolve()):
        return scenario.name
    return Path(os.path.relpath(path)).as_posix()


def _in_memory(
    asked: Sequence[Scenario], seeds: Sequence[int], months: int, size: str, workers: int | None, progress: Progress | None
) -> Comparison:
    from partnersim.scenario import inputs_used
    from partnersim.simulate import simulate_many

    runs = simulate_many(asked, seeds, months=months, size=size, workers=workers, progress=progress)
    return Comparison.of({scenario.name: runs[scenario.name] for scenario in asked}, inputs=inputs_used(asked))


def _loaded(scenarios: Sequence[Scenario | str]) -> list[Scenario]:
    from partnersim.scenario import load_scenario

    return [load_scenario(scenario) if isinstance(scenario, str) else scenario for scenario in scenarios]


def seed_list(seeds: int | Iterable[int]) -> Sequence[int]:
    """Ascending seeds: 0 to n - 1 for a number n. ``StudyError`` for none, negative ones or one given twice."""
    try:
        if isinstance(seeds, range) and seeds.step == 1:
            found: Sequence[int] = seeds
        else:
            found = sorted(map(operator.index, seeds if isinstance(seeds, Iterable) else range(operator.index(seeds))))
    except TypeError:
        raise StudyError(f"seeds is {seeds!r}; a number of seeds, or whole numbers, are needed.") from None
    if not found or found[0] < 0 or len(set(found)) < len(found):
        asked = f"seeds is {seeds}; " if isinstance(seeds, int) else ""
        raise StudyError(f"{asked}seeds must be at least one, none negative and none given twice.")
    return range(found[0], found[-1] + 1) if found[-1] - found[0] == len(found) - 1 else tuple(found)
