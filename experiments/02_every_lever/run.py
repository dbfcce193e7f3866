"""Run every lever, rank them, test the eight interactions, and write what came out into docs/every-lever.md.

uv run python experiments/02_every_lever/run.py           everything, about a quarter of an hour on two cores
uv run python experiments/02_every_lever/run.py --check   whether the page says what the kept tables hold
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import effects
import interactions
import pandas as pd
import ranges
from common import MONTHS, PAGE, RESULTS
from drawing import DRAWINGS
from telling import BLOCKS
from tqdm import tqdm

from partnersim.figures import keep
from partnersim.study.files import write_csv, write_json, write_text
from partnersim.study.page import filled
from partnersim.study.paired import LEVEL
from partnersim.study.store import engine_digest

PARTS = {"effects": effects, "ranges": ranges, "interactions": interactions}


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="run nothing; exit with 1 where the page is stale")
    parser.add_argument("--redraw", action="store_true", help="run nothing; figures and page from the kept tables")
    parser.add_argument("--only", choices=PARTS, help="measure one part and keep the tables of the others")
    parser.add_argument("--seeds", type=int, help="seeds of each part, fewer for a quick look")
    parser.add_argument("--out", type=Path, default=RESULTS, help="another folder for tables, figures and the page")
    asked = parser.parse_args()
    page = PAGE.read_text(encoding="utf-8")
    if asked.check:
        if filled(page, blocks(read(RESULTS))) != page:
            sys.exit(f"{PAGE.name} is stale: run experiments/{RESULTS.name}/run.py")
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    manifest = asked.out / "manifest.json"
    settings = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    for name, part in PARTS.items():
        if asked.redraw or asked.only not in (None, name):
            continue
        n = asked.seeds or part.SEEDS
        with tqdm(total=part.n_runs(n), desc=name, unit="run", disable=not sys.stderr.isatty()) as bar:
            tables = part.measure(range(n), lambda done, bar=bar: bar.update(done) and None)
        for table, frame in tables.items():
            write_csv(frame, asked.out / f"{table}.csv")
        settings[name] = {"seeds": n, "months": MONTHS, "size": "system", "engine": engine_digest()}
        write_json(settings, manifest)
    tables = read(asked.out)
    footers = {"effects": effects_footer(settings), "places": places_footer(settings)}
    for name, draw in DRAWINGS.items():
        keep(draw(tables, footers[name]), asked.out / f"figure_{name}")
    target = PAGE if asked.out.resolve() == RESULTS else asked.out / PAGE.name
    write_text(filled(page, blocks(tables)), target)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of a folder by name."""
    return {path.stem: pd.read_csv(path) for path in sorted(folder.glob("*.csv"))}


def blocks(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    """What goes into the page, by the name of its place."""
    return {name: say(tables) for name, say in BLOCKS.items()}


def effects_footer(settings: dict[str, dict[str, int]]) -> str:
    """Runs and intervals of the first figure."""
    setting = settings["effects"]
    return (
        f"{setting['seeds']} common seeds, {MONTHS} months after burn-in, size system. Each lever alone, at full strength,"
        f" default options and sizes, which are assumed. Lines: {LEVEL:.0%} intervals of mean differences from baseline,"
        " simultaneous over the figure (max-t, bootstrap over seeds). Hollow: the interval holds zero. Lines end at the edge"
        " where they go beyond. X1 is a shock and no policy. Spent: charged under the lever's name, its desk, and the time its"
        " mechanism takes."
    )


def places_footer(settings: dict[str, dict[str, int]]) -> str:
    """Runs of the second figure."""
    return (
        f"Mean effect over mean staff-days spent on a lever, best first. Defaults: {settings['effects']['seeds']} common seeds. "
        f"Over the ranges: {ranges.POINTS} points of a Latin hypercube over the assumed sizes of each lever, "
        f"{settings['ranges']['seeds']} seeds each. Places of levers of small effect are mostly luck; levers that cost next to "
        "nothing take the ends."
    )


if __name__ == "__main__":
    main()
