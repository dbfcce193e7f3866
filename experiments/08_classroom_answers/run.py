"""What does the model answer to the questions of the exercises, and does it answer the same in other worlds?

uv run python experiments/08_classroom_answers/run.py             about five minutes on one core
uv run python experiments/08_classroom_answers/run.py --many 200  a quick look

Afterwards ``uv run python docs/teaching/make.py`` writes the pages anew.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from partnersim import sharing
from partnersim.analysis.budgets import COLUMNS, spent
from partnersim.exercises import MONTHS, SEEDS, SIZE, ask, load_exercises, n_runs
from partnersim.ledger import HEADLINES
from partnersim.live.price import time_taken
from partnersim.scenario import Scenario
from partnersim.scenario.library import library
from partnersim.study.files import write_csv, write_json
from partnersim.study.page import in_blocks
from partnersim.study.paired import compare_paired
from partnersim.study.versions import engine_digest
from partnersim.study.words import verdict

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "results" / HERE.name
MANY = 1000
"""Other worlds, to see what a class cannot."""
DAYS = "staff_days"
TOLD = [*HEADLINES, "exposed_by_bad_firm"]
"""Outcomes that are told of packages."""
WITHOUT = {"integrity-first": "integrity_transparency"}
"""Controls: a package without the lever that is said to carry what it does where firms hide their misconduct longest."""


def main() -> None:
    """Parse the command line, run, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--many", type=int, default=MANY, help="other worlds")
    parser.add_argument("--workers", type=int, help="threads, all cores unless given")
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    seeds = {"answers": range(SEEDS), "in_many_worlds": range(SEEDS, SEEDS + asked.many)}
    for name, chosen in seeds.items():
        table = measured(name, chosen, asked.workers)
        write_csv(table, asked.out / f"{name}.csv")
        print("\n".join(surprises(name, table)), end="", file=sys.stderr)
    write_csv(packages(range(SEEDS), asked.workers), asked.out / "packages.csv")
    made = {name: {"first_seed": chosen.start, "seeds": len(chosen)} for name, chosen in seeds.items()}
    write_json({"months": MONTHS, "size": SIZE, "engine": engine_digest(), **made}, asked.out / "manifest.json")


def measured(name: str, seeds: Iterable[int], workers: int | None) -> pd.DataFrame:
    """The answers on these seeds, with a progress bar."""
    exercises, chosen = load_exercises(), list(seeds)
    with tqdm(total=n_runs(exercises, len(chosen)), desc=name, unit="run", disable=not sys.stderr.isatty()) as bar:
        return ask(exercises, chosen, workers=workers, progress=bar.update)


def packages(seeds: Sequence[int], workers: int | None) -> pd.DataFrame:
    """What the library's packages do, in today's world and in those that may strike a class.

    ``package, world, outcome`` and the columns of a comparison with the same world without any package; ``staff_days`` a year of
    the real system that the package takes there.
    """
    shelf = {
        path.stem: sharing.document_of(sharing.shipped_scenario(path.stem)) for path in (library() / "packages").glob("*.toml")
    }
    for name, lever in WITHOUT.items():
        shelf[f"{name}-without-{lever}"] = _without(shelf[name], lever)
    parts = []
    for world in sharing.worlds():
        arms = [sharing.scenario_of(document | {"extends": world}, name) for name, document in sorted(shelf.items())]
        runs = in_blocks([sharing.shipped_scenario(world), *arms], seeds, MONTHS, size=SIZE, workers=workers)
        days = _price(arms, runs, world)
        for arm in arms:
            table = compare_paired(runs[world][TOLD], runs[arm.name][TOLD]).reset_index()
            parts.append(table.assign(package=arm.name, world=world, **{DAYS: days[arm.name]}))
    table = pd.concat(parts, ignore_index=True)
    table["verdict"] = [verdict(low, high) for low, high in zip(table["low"], table["high"], strict=True)]
    return table[["package", "world", DAYS, "outcome", "reference_mean", "difference", "low", "high", "verdict", "runs"]]


def _without(document: sharing.Document, lever: str) -> sharing.Document:
    return document | {"policy": [block for block in document["policy"] if block["lever"] != lever]}


def _price(arms: Sequence[Scenario], runs: Mapping[str, pd.DataFrame], world: str) -> pd.Series:
    """Staff-days a year that packages take, as the page prices them."""
    frames = [runs[name][list(COLUMNS)].reset_index().assign(scenario=name) for name in (world, *(arm.name for arm in arms))]
    return spent(pd.concat(frames), world, SIZE, {arm.name: time_taken(arm, MONTHS) for arm in arms})


def surprises(name: str, table: pd.DataFrame) -> Iterable[str]:
    """Answers other than the explanations were written for: with all that these rely on, or in many worlds the answers alone."""
    told = {(e.name, q.id, q.outcome): q.in_many_worlds for e in load_exercises() for q in e.questions}
    for row in table.itertuples():
        wanted = row.told if name == "answers" else told.get((row.exercise, row.question, row.outcome), row.verdict)
        if row.verdict != wanted:
            yield f"{name}: {row.exercise}, {row.question}, {row.outcome} is {row.verdict}, told {wanted}"


if __name__ == "__main__":
    main()
