"""Match the free parameters to the quantitative patterns, in waves that can be interrupted and go on.

uv run python experiments/04_calibration/run.py              eight waves of 320 sets, about twenty minutes on two cores
uv run python experiments/04_calibration/run.py --out DIR    elsewhere, for a try with --sets and --waves
uv run python experiments/04_calibration/run.py --retell     run nothing; docs/validation.md from the kept tables
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from telling import block
from tqdm import tqdm

from partnersim.scenario.library import library
from partnersim.study.files import StudyError, write_csv, write_json
from partnersim.study.page import exit_if_stale, fill
from partnersim.study.versions import engine_digest
from partnersim.validation.calibration import (
    CUT,
    Space,
    Target,
    accepted,
    finalists,
    first_wave,
    implausibility,
    moves,
    next_wave,
    reachable,
    simulate_sets,
)
from partnersim.validation.targets import load_patterns

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "results" / HERE.name
PAGE = HERE.parents[1] / "docs" / "validation.md"
TABLES = ("waves", "before", "moves", "best", "chosen")
KEPT = library() / "calibration"
FREE = (
    "size_continuation", "coordination_cost", "convener_invited", "invite_mandate_least", "invite_unknown", "perform_base",
    "end_performing", "end_found", "end_lingering", "exit_sme", "exit_large", "misconduct_spread",
    "misconduct_mended", "hidden_months", "search_poorer", "quality_base", "lapse_rate", "months_start", "accept_base",
    "backlog_months",
)  # fmt: skip
"""Parameters that are varied. Some are derived from a pattern by an arithmetic that leaves out what the model adds."""
FIXED = {"backlog_months": 4.0}
"""What is fixed for the final, see README.md."""
HELD_OUT = {
    "V3": "held out: what comes out of partnerships one by one, where the level of all is set by V5",
    "rich_partners": "homes of companies are a file, no parameter",
    "low_income_reach": "held out, with the agreements in such countries matched",
}
"""Patterns and measures that take no part, so that they can still test the result."""
SIZE = "size"
SIZES = (
    Target("ideas_a_month", 60.0, 100.0, SIZE),
    Target("signed_a_year", 70.0, 100.0, SIZE),
    Target("live", 400.0, 500.0, SIZE),
)
"""Sizes that the sample is to have, derived from its staff (docs/validation.md)."""
SEEDS, SETS, WAVES, BLOCK = 3, 320, 8, 20
FINALISTS, FINAL, TIMES = 1 / 16, 1000, 10
"""The best and the most promising sets, each so many of the sets of a wave, are run with so many times the seeds, from this one
on; the least implausible by the patterns is chosen."""


def targets() -> tuple[Target, ...]:
    """The measures of V1 to V9 at baseline, with the ranges of scenarios/validation/, and the sizes."""
    found = [
        Target(check.name, check.low, check.high, name)
        for name, pattern in load_patterns().items()
        if name[0] == "V" and int(name[1:]) <= 9 and name not in HELD_OUT
        for check in pattern.checks
        if check.kind == "measure" and check.here.name == "baseline" and check.name not in HELD_OUT
    ]
    return (*found, *SIZES)


def run_wave(
    space: Space, sets: np.ndarray, wave: int, wanted: Sequence[Target], seeds: Sequence[int], path: Path
) -> pd.DataFrame:
    """Simulate a wave, going on from what its file holds; a file of other sets is refused."""
    plan = pd.DataFrame(sets, columns=list(space.names))
    plan.insert(0, "wave", wave)
    plan.insert(1, "set", range(len(sets)))
    done = pd.read_csv(path) if path.exists() else plan.iloc[:0]
    if not np.allclose(done[list(space.names)].to_numpy(float), sets[: len(done)]):
        raise StudyError(f"{path} holds other sets than this wave's. Name another folder with --out, or delete it.")
    with tqdm(total=len(sets), initial=len(done), desc=f"wave {wave}", unit="set", disable=not sys.stderr.isatty()) as bar:
        for first in range(len(done), len(sets), BLOCK):
            part = plan.iloc[first : first + BLOCK].reset_index(drop=True)
            found = pd.DataFrame(simulate_sets(space, sets[first : first + BLOCK], wanted, seeds))
            done = pd.concat([done, pd.concat([part, found], axis=1)] if len(done) else [pd.concat([part, found], axis=1)])
            write_csv(done, path)
            bar.update(len(part))
    return pd.read_csv(path)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=SETS, help="sets in a wave")
    parser.add_argument("--waves", type=int, default=WAVES)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds of each set")
    parser.add_argument("--out", type=Path, default=RESULTS, help="another folder for waves and tables")
    parser.add_argument("--retell", action="store_true", help="run nothing; fill the page from the kept tables")
    parser.add_argument("--check", action="store_true", help="run nothing; exit with 1 where the page is stale")
    asked = parser.parse_args()
    if asked.check:
        exit_if_stale(PAGE, blocks(), f"experiments/{HERE.name}/run.py --retell")
    elif asked.retell:
        fill(PAGE, blocks())
    else:
        run_waves(asked)


def run_waves(asked: argparse.Namespace) -> None:
    """Run wave after wave, keep the tables, and fill the page unless they are kept elsewhere."""
    asked.out.mkdir(parents=True, exist_ok=True)
    space, wanted = Space.of(FREE, tomllib.loads((KEPT / "before.toml").read_text(encoding="utf-8"))["set"]), targets()
    setting = {"sets": asked.sets, "seeds": asked.seeds, "months": 120, "size": "system", "engine": engine_digest()}
    setting_file = asked.out / "setting.json"
    if setting_file.exists() and json.loads(setting_file.read_text(encoding="utf-8")) != setting:
        sys.exit(f"{setting_file} says that other runs are kept here. Name another folder with --out, or delete this one.")
    write_json(setting, setting_file)
    waves, told = [], []
    sets = first_wave(space, asked.sets)
    for wave in range(1, asked.waves + 1):
        waves.append(run_wave(space, sets, wave, targets(), range(asked.seeds), asked.out / f"wave_{wave}.csv"))
        table = pd.concat(waves, ignore_index=True)
        if wave == 1:
            every, wanted = wanted, tuple(reachable(table, wanted))
        worst = implausibility(table, wanted).max(axis=1)[table["wave"] == wave]
        report = {"wave": wave, "sets": len(sets), "accepted": int((worst < CUT).sum()), "median": float(worst.median())}
        sets, more = next_wave(space, table, wanted, wave + 1, asked.sets)
        told.append({**report, "least": float(worst.min()), **more})
        print({key: told[-1][key] for key in ("wave", "sets", "accepted", "median", "least", "space_left")}, flush=True)
    last = finalists(space, table, wanted, asked.waves + 1, int(asked.sets * FINALISTS))
    for name, value in FIXED.items():
        last[:, space.names.index(name)] = value
    seeds = range(FINAL, FINAL + TIMES * asked.seeds)
    final = run_wave(space, last, asked.waves + 1, every, seeds, asked.out / "wave_final.csv")
    keep(space, table, every, wanted, pd.DataFrame(told), asked.out, setting)
    choose(space, final, every, wanted, asked.out)
    if asked.out.resolve() == RESULTS:
        fill(PAGE, blocks())


def blocks() -> dict[str, str]:
    """What the kept tables say, by the name of its place in the page."""
    return {"calibration": block({name: pd.read_csv(RESULTS / f"{name}.csv") for name in TABLES})}


def keep(
    space: Space,
    table: pd.DataFrame,
    every: Sequence[Target],
    wanted: Sequence[Target],
    told: pd.DataFrame,
    out: Path,
    setting: dict[str, object],
) -> None:
    """Tables of the waves, of the values before and of what was accepted; the accepted sets go to scenarios/calibration/ too."""
    each, matched = implausibility(table, every), [t.measure for t in wanted]
    worst = each[matched].max(axis=1)
    write_csv(told, out / "waves.csv")
    found = accepted(table, wanted)
    best = table.assign(implausibility=worst).sort_values("implausibility", kind="stable").head(max(len(found), 20))
    before = pd.DataFrame(
        {
            "pattern": [t.pattern for t in every],
            "measure": [t.measure for t in every],
            "low": [t.low for t in every],
            "high": [t.high for t in every],
            "matched": [t in wanted for t in every],
            "before": [table[t.measure][0] for t in every],
            "implausibility": [each[t.measure][0] for t in every],
            "least_implausible": [best[t.measure].iloc[0] for t in every],
            "sets_inside": [float((each[t.measure] < CUT).mean()) for t in every],
        }
    )
    write_csv(before, out / "before.csv")
    write_csv(moves(space, found if len(found) else best, best).reset_index(), out / "moves.csv")
    write_csv(best, out / "best.csv")
    head = ["wave", "set", "digest", "implausibility"]
    kept = found[[*head, *space.names]].assign(seeds=f"0-{int(str(setting['seeds'])) - 1}", engine=setting["engine"])
    folder = KEPT if out.resolve() == RESULTS else out
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(kept, folder / "accepted.csv")


def choose(space: Space, final: pd.DataFrame, every: Sequence[Target], wanted: Sequence[Target], out: Path) -> None:
    """Tables of the finalist least implausible by the patterns: what it does, and its values beside those accepted."""
    each = implausibility(final, every)
    known = [t.measure for t in wanted if t.pattern != SIZE]
    best = int(each[known].max(axis=1).to_numpy().argmin())
    row = final.iloc[best]
    chosen = pd.DataFrame(
        {
            "pattern": [t.pattern for t in every],
            "measure": [t.measure for t in every],
            "low": [t.low for t in every],
            "high": [t.high for t in every],
            "value": [row[t.measure] for t in every],
            "error": [row[f"{t.measure}_error"] for t in every],
            "implausibility": [each[t.measure].iloc[best] for t in every],
        }
    )
    write_csv(chosen.assign(inside=chosen["value"].between(chosen["low"], chosen["high"])), out / "chosen.csv")
    moved = pd.read_csv(out / "moves.csv")
    write_csv(moved.assign(chosen=[row[name] for name in space.names], least=space.low, most=space.high), out / "moves.csv")


if __name__ == "__main__":
    main()
