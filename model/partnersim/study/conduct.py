"""A study from its plan to its tables: fits its folder, runs what is missing stage by stage, finishes or says what is left."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from partnersim.english import bytes_told, counted
from partnersim.ledger import OUTCOMES
from partnersim.scenario import inputs_used
from partnersim.study import runner, stages
from partnersim.study.files import StudyError, write_text
from partnersim.study.plan import Plan
from partnersim.study.reading import read_points
from partnersim.study.runner import Shard, Tally
from partnersim.study.runs import PartnershipSimulator, Simulator
from partnersim.study.search import Search, last_plan
from partnersim.study.spec import Study, seeds_of, stretches
from partnersim.study.store import ADVICE, Asked, Folder, Stored
from partnersim.study.tables import write_tables
from partnersim.study.versions import engine_digest
from partnersim.study.workers import Engine, EngineLost, InProcess, Processes

OUTCOME_BYTES, MONTH_BYTES = 48.0, 2.6
"""Bytes on disk of an outcome of a run (in parts of a second's work, and in the table) and of a month of a path, as measured."""
SPARE = 0.95
"""Share of the free disk that a study may be expected to fill."""


@dataclass(frozen=True)
class How:
    """How a study is run, none of which changes a table.

    ``workers``: processes, or threads where ``in_process``; ``cluster``: address of a Dask scheduler instead. ``expand``: a
    changed study may add to what the folder has, with ``grow`` one that only gets larger. ``retry``: failed runs are made
    again. ``report``: called with the tally and how many runs have just ended; ``begin``: called with the number of runs to
    make and of those there were; ``say``: called with what whoever waits for a cluster wants to know, on standard error unless
    given.
    """

    workers: int = 1
    in_process: bool = False
    cluster: str | None = None
    shard: Shard = field(default_factory=Shard)
    expand: bool = False
    grow: bool = False
    retry: bool = False
    stop_on_error: bool = False
    report: Callable[[Tally, int], object] = lambda tally, n: None
    begin: Callable[[int, int], object] = lambda to_make, reused: None
    say: Callable[[str], object] | None = None


@dataclass(frozen=True)
class Conducted:
    """How it ended. ``reused``: runs that were there; ``left``: runs that other shards have to make."""

    folder: Path
    tally: Tally
    reused: int
    left: int
    failures: int

    @property
    def is_complete(self) -> bool:
        """Whether the tables are there."""
        return not self.left


def question(plan: Plan) -> Asked:
    """What a plan asks, as it stands in the manifest."""
    points = hashlib.sha256("".join(plan.digests).encode()).hexdigest()[:16]
    return Asked(plan.study.content(), points, engine_digest(), inputs_used(plan.scenarios))


def conduct(plan: Plan, out: Path, how: How, simulator: Simulator | None = None) -> Conducted:
    """Run what the folder lacks, then write the tables.

    ``simulator``: another one than the model's, for tests and measurements. Raises :class:`StudyError` for a folder that holds
    another study, a design that the disk cannot hold, a disk that is full and a cluster that cannot be reached; finished runs
    stay, and the same call goes on from them.
    """
    study, asked = plan.study, question(plan)
    folder = Folder(out, how.shard.name)
    rule = stages.rule_of(study, plan.names)
    if how.shard.of > 1 and rule is not None:
        raise StudyError("What is run next is decided on all runs together; leave out --shard, or precision, best and search.")
    if folder.asked is not None:
        check_fits(folder, asked, plan, how.expand or (how.grow and only_grows(folder, asked, plan)))
    stored = folder.stored(study.months if study.monthly else 0)
    wanted = stages.first(plan, rule)
    retried = runner.failed(plan, wanted, stored, how.shard) if how.retry else []
    for run in retried:
        del stored.failures[run]
    if folder.is_complete and folder.asked == asked and not runner.missing(plan, wanted, stored):
        seeds = stages.kept(folder.manifest or {})
        last = last_plan(plan, read_points(folder.path)) if study.search is not None else plan
        wanted = {point: seeds[last.label(point)[0]] for point in range(len(last))}
        if not runner.missing(last, wanted, stored) and folder.has_tables():
            return Conducted(folder.path, Tally(), runner.total(wanted), 0, _failed(last, wanted, stored))
    check_room(plan, to_make(plan, rule, stored), folder.path)
    if simulator is None:
        check_scenarios(plan)
    return _carry_out(plan, folder, asked, stored, retried, how, simulator or simulator_of(plan), rule)


def check_scenarios(plan: Plan) -> None:
    """``ScenarioError`` for what only a model finds wrong with a scenario, a size or a length, before the folder is touched."""
    from partnersim.simulate import Laboratory

    for scenario in plan.scenarios:
        Laboratory(scenario, plan.study.size, plan.study.months)


def simulator_of(plan: Plan) -> PartnershipSimulator:
    """The model, set to make the runs of a plan."""
    study = plan.study
    return PartnershipSimulator(study.months, study.size, study.monthly, study.time_limit)


def _engine(how: How, simulator: Simulator, time_limit: float) -> Engine:
    if how.cluster:
        from partnersim.study.cluster import Cluster

        return Cluster(simulator, how.cluster, time_limit, how.say)
    if how.in_process or how.workers == 1:
        return InProcess(simulator, how.workers)
    return Processes(simulator, how.workers, time_limit)


def _carry_out(
    plan: Plan,
    folder: Folder,
    asked: Asked,
    stored: Stored,
    retried: list[tuple[str, int]],
    how: How,
    simulator: Simulator,
    rule: stages.Rule | Search | None,
) -> Conducted:
    wall, cpu, total, reused = time.perf_counter(), time.process_time(), Tally(), 0
    is_elsewhere = bool(how.cluster) or (not how.in_process and how.workers > 1)
    began, complete = False, dict[str, Any]()
    is_busy = rule is not None or runner.missing(plan, stages.first(plan, rule), stored)
    engine = _engine(how, simulator, plan.study.time_limit) if is_busy else InProcess(simulator)
    try:
        folder.begin(
            asked,
            plan.table(),
            plan.study.folder,
            {"shard": how.shard.name, "workers": how.workers, "cluster": bool(how.cluster)},
        )
        began = True
        if plan.study.path is not None and plan.study.path.is_file():
            write_text(plan.study.path.read_text(encoding="utf-8-sig"), folder.path / "study.toml", folder.mark)
        if retried:
            folder.note_retry(retried)
        for grown, wanted in stages.run(plan, rule, folder.path):
            if grown is not plan:
                plan = grown
                folder.keep_points(plan.table())
            lacking = runner.missing(plan, wanted, stored)
            if not total.finished:
                reused = runner.total(wanted) - runner.total(lacking)
            how.begin(runner.to_make(plan, lacking, how.shard), reused)
            tally = runner.make(plan, wanted, stored, folder, engine, engine.width, how.report, how.shard, how.stop_on_error)
            total = Tally(total.finished + tally.finished, total.failed + tally.failed, total.seconds + tally.seconds)
        if how.shard.of > 1:
            stored = folder.stored(plan.study.months if plan.study.monthly else 0)
        left = runner.total(runner.missing(plan, wanted, stored))
        if not left:
            seeds = stages.by_scenario(plan, wanted)
            tables = write_tables(plan, folder, stored, seeds, rule)
            complete = {"asked": asked, "tables": tables, "seeds": {name: stretches(of) for name, of in seeds.items()}}
    except EngineLost as error:
        raise StudyError(f"{error} Finished runs are kept in {folder.path}; the same command goes on from them.") from None
    finally:
        try:
            engine.close()
        finally:
            used = time.process_time() - cpu + total.seconds * is_elsewhere
            told = {"wall_seconds": round(time.perf_counter() - wall, 3), "cpu_seconds": round(used, 3)}
            told |= {"finished": total.finished, "failed": total.failed}
            if began:
                folder.close(told, **complete)
    return Conducted(folder.path, total, reused, left, _failed(plan, wanted, stored))


def _failed(plan: Plan, wanted: runner.Wanted, stored: Stored) -> int:
    return sum((plan.digests[point], seed) in stored.failures for point, seeds in wanted.items() for seed in seeds)


def expected_bytes(plan: Plan, runs: int) -> float:
    """Room on disk that so many runs take."""
    study = plan.study
    return runs * (OUTCOME_BYTES * len(OUTCOMES) + MONTH_BYTES * study.months * len(study.monthly))


def free_bytes(path: Path) -> int:
    """Room on the disk of a folder that may not be there yet."""
    there = next(parent for parent in [path.absolute(), *path.absolute().parents] if parent.exists())
    return shutil.disk_usage(there).free


def to_make(plan: Plan, rule: stages.Rule | Search | None, stored: Stored) -> int:
    """Runs that are missing of the first stage; of a search the most that it may still make."""
    if isinstance(rule, Search):
        return max(rule.most(plan) - sum(map(len, stored.seeds.values())), 0)
    return runner.total(runner.missing(plan, stages.first(plan, rule), stored))


def check_room(plan: Plan, runs: int, path: Path) -> None:
    """Raise :class:`StudyError` where the disk cannot hold so many runs."""
    need, free = expected_bytes(plan, runs), free_bytes(path)
    if need > SPARE * free:
        raise StudyError(
            f"{counted(runs, 'run')} need about {bytes_told(need)} on disk; {path} has {bytes_told(free)} free. "
            "Keep fewer monthly paths (monthly = false keeps none), ask for fewer runs, or name another folder with --out."
        )


def only_grows(folder: Folder, asked: Asked, plan: Plan) -> bool:
    """Whether all that a folder's study asks is asked again, among other things; of an unfinished one reference, months, size."""
    held = folder.asked
    assert held is not None
    same_first = held.study["scenarios"][0] == asked.study["scenarios"][0]
    if not folder.is_complete:
        return same_first and all(held.study[key] == asked.study[key] for key in ("months", "size"))
    before = {(str(row.scenario), str(row.point)) for row in read_points(folder.path).itertuples()}
    now = {(plan.label(point)[0], digest) for point, digest in enumerate(plan.digests)}
    return same_first and before <= now and set(seeds_of(held.study["seeds"])) <= set(plan.study.seeds)


def check_fits(folder: Folder, asked: Asked, plan: Plan, expand: bool) -> None:
    """Refuse a folder with another study, and say what differs; with ``expand`` only what cannot be added to."""
    held = folder.asked
    assert held is not None
    if held.engine != asked.engine and folder.parts():  # kept tables without runs can be made anew by any version
        raise StudyError(
            f"{folder.path} holds runs of model version {held.engine}; this is {asked.engine}, which could give other numbers. "
            f"Its tables stay as they are. {ADVICE}"
        )
    there = Study.of_content(held.study, folder.path).monthly
    if added := sorted(set(plan.study.monthly) - set(there)):
        raise StudyError(f"{folder.path} holds runs without the monthly paths {', '.join(added)}; they cannot be added. {ADVICE}")
    differing = differences(folder, asked, plan)
    if differing and not expand:
        raise StudyError(
            f"{folder.path} holds another study and stays as it is. It differs in:\n  "
            + "\n  ".join(differing)
            + f"\n`partnersim study expand` adds to what is there without repeating a run. {ADVICE}"
        )


def differences(folder: Folder, asked: Asked, plan: Plan) -> list[str]:
    """What is asked now against what the folder's study asks, in words; titles and notes do not count."""
    held = folder.asked
    assert held is not None
    found = list(_differing(_plain(held.study), _plain(asked.study), ""))
    if not found and held.points != asked.points:
        before = read_points(folder.path)
        merged = before.merge(plan.table(), on=["scenario", "world"], how="outer", suffixes=("", "_now"))
        other = merged[merged["point"] != merged["point_now"]]["scenario"].unique()
        found.append(f"content of {', '.join(map(str, other[:3]))}: what its files say has changed")
    return found


def _plain(study: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in study.items() if key not in ("title", "question", "note", "time_limit", "outcomes")}


def _differing(before: Any, now: Any, at: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in [*before, *(k for k in now if k not in before)]:
            yield from _differing(before.get(key), now.get(key), f"{at}.{key}" if at else str(key))
    elif before != now:
        yield f"{at}: {_short(before)} there, {_short(now)} asked"


def _short(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list):
        return f"{sum(last - first + 1 for first, last in value):,} ({', '.join(f'{a} to {b}' for a, b in value[:3])})"
    if isinstance(value, Sequence) and not isinstance(value, str):
        text = ", ".join(map(str, value))
        return f"[{text if len(text) < 90 else text[:90] + ' ...'}]"
    return "nothing" if value is None else str(value)
