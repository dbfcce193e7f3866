"""What does the model answer to the questions of the exercises, and does it answer the same in other worlds?

uv run python experiments/08_classroom_answers/run.py             about four minutes on one core
uv run python experiments/08_classroom_answers/run.py --many 200  a quick look

Afterwards ``uv run python docs/teaching/make.py`` writes the pages anew.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from partnersim.exercises import MONTHS, SEEDS, SIZE, ask, load_exercises, n_runs
from partnersim.study.files import write_csv, write_json
from partnersim.study.versions import engine_digest

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "results" / HERE.name
MANY = 1000
"""Other worlds, to see what a class cannot."""


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
    made = {name: {"first_seed": chosen.start, "seeds": len(chosen)} for name, chosen in seeds.items()}
    write_json({"months": MONTHS, "size": SIZE, "engine": engine_digest(), **made}, asked.out / "manifest.json")


def measured(name: str, seeds: Iterable[int], workers: int | None) -> pd.DataFrame:
    """The answers on these seeds, with a progress bar."""
    exercises, chosen = load_exercises(), list(seeds)
    with tqdm(total=n_runs(exercises, len(chosen)), desc=name, unit="run", disable=not sys.stderr.isatty()) as bar:
        return ask(exercises, chosen, workers=workers, progress=bar.update)


def surprises(name: str, table: pd.DataFrame) -> Iterable[str]:
    """Answers other than the explanations were written for: with all that these rely on, or in many worlds the answers alone."""
    told = {(e.name, q.id, q.outcome): q.in_many_worlds for e in load_exercises() for q in e.questions}
    for row in table.itertuples():
        wanted = row.told if name == "answers" else told.get((row.exercise, row.question, row.outcome), row.verdict)
        if row.verdict != wanted:
            yield f"{name}: {row.exercise}, {row.question}, {row.outcome} is {row.verdict}, told {wanted}"


if __name__ == "__main__":
    main()
