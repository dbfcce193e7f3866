"""How much does each number matter? Both ends of every range, one at a time, against the baseline on common seeds.

uv run python experiments/06_every_number/run.py             about ten minutes on a free core
uv run python experiments/06_every_number/run.py --seeds 4   a quick look
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

import partnersim as ps
from partnersim.channels import CHANNELS
from partnersim.ledger import HEADLINES, OUTCOMES
from partnersim.scenario import load_levers, load_parameters, make_scenario
from partnersim.study.files import write_csv, write_json
from partnersim.study.paired import paired_differences, simultaneous
from partnersim.study.versions import engine_digest

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "results" / HERE.name
SEEDS, MONTHS = 20, 120
BATCH = 16
"""Scenarios run together, between two signs of life."""


def ends() -> Iterator[tuple[str, str, float, float]]:
    """Number, end, value there, usual value: parameters, and channels whose baseline does not come from the population."""
    known = [(p.name, p.low, p.value, p.high) for p in load_parameters().values()]
    known += [(c.name, c.low, c.baseline, c.high) for c in CHANNELS if not math.isnan(c.baseline)]
    for name, low, value, high in known:
        yield from ((name, end, at, value) for end, at in (("low", low), ("high", high)) if at != value)


def judged(reference: pd.DataFrame, other: pd.DataFrame) -> dict[str, object]:
    """How an end moves outcomes: intervals that hold together for the three headlines, and for all outcomes to count them."""
    families = [list(HEADLINES), [o.name for o in OUTCOMES]]
    heads, every = (simultaneous(paired_differences(reference, {"end": other}, f)).loc["end"] for f in families)
    row: dict[str, object] = {}
    for name, found in heads.iterrows():
        share = 100.0 / abs(reference[name].mean())
        row |= {f"{name}_{part}": share * found[column] for part, column in (("percent", "difference"), ("low", "low"))}
        row[f"{name}_high"] = share * found["high"]
    clear = every[(every["low"] > 0.0) | (every["high"] < 0.0)]
    moved = (clear["difference"] / reference.std()[clear.index]).abs().replace(np.inf, np.nan)
    return row | {"outcomes_clear": len(clear), "most_moved": moved.idxmax() if moved.notna().any() else ""}


def main() -> None:
    """Parse the command line, run, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    parameters, levers = load_parameters(), load_levers()
    reference = ps.simulate("baseline", asked.seeds, MONTHS).outcomes
    rows, tried = [], list(ends())
    with tqdm(total=len(tried) * asked.seeds, unit="run", disable=not sys.stderr.isatty()) as bar:
        for part in (tried[i : i + BATCH] for i in range(0, len(tried), BATCH)):
            worlds = {f"{name} {end}": {name: at} for name, end, at, _ in part}
            asked_for = [make_scenario(n, [], values, parameters=parameters, levers=levers) for n, values in worlds.items()]
            runs = ps.simulate_many(asked_for, asked.seeds, MONTHS, progress=bar.update)
            for name, end, at, value in part:
                found = judged(reference, runs[f"{name} {end}"].outcomes)
                rows.append({"number": name, "end": end, "value": at, "usual": value} | found)
    write_csv(pd.DataFrame(rows), asked.out / "numbers.csv")
    setting = {"seeds": asked.seeds, "months": MONTHS, "size": "system", "engine": engine_digest()}
    write_json(setting, asked.out / "manifest.json")


if __name__ == "__main__":
    main()
