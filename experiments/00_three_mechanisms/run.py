"""Measure the three mechanisms, draw them, and write what came out into docs/findings.md.

uv run python experiments/00_three_mechanisms/run.py           everything, about ten minutes on two cores
uv run python experiments/00_three_mechanisms/run.py --check   whether the page says what the kept tables hold
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pandas as pd
from common import PAGE, RESULTS
from drawing import DRAWINGS, HOLLOW
from telling import BLOCKS, summary_block
from tqdm import tqdm

from partnersim.analysis.mechanisms import coordination, screening, volume
from partnersim.figures import keep
from partnersim.study.files import write_csv, write_json, write_text
from partnersim.study.page import filled
from partnersim.study.paired import LEVEL
from partnersim.study.store import engine_digest

FINDINGS = {"screening": screening, "coordination": coordination, "volume": volume}


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="run nothing; exit with 1 where the page is stale")
    parser.add_argument("--redraw", action="store_true", help="run nothing; figures and page from the kept tables")
    parser.add_argument("--only", choices=FINDINGS, help="measure one finding and keep the tables of the others")
    parser.add_argument("--seeds", type=int, help="seeds of each finding, fewer for a quick look")
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
    for name, finding in FINDINGS.items():
        if asked.redraw or asked.only not in (None, name):
            continue
        n = asked.seeds or finding.SEEDS
        with tqdm(total=finding.n_runs(n), desc=name, unit="run", disable=not sys.stderr.isatty()) as bar:
            tables = finding.measure(range(n), bar.update)
        for table, frame in tables.items():
            write_csv(frame, asked.out / f"{table}.csv")
        settings[name] = {"seeds": n, "months": finding.MONTHS, "size": "system", "engine": engine_digest()}
        write_json(settings, manifest)
    tables = read(asked.out)
    for name, draw in DRAWINGS.items():
        keep(draw(tables, footer(settings[name])), asked.out / f"figure_{name}")
    target = PAGE if asked.out.resolve() == RESULTS else asked.out / PAGE.name
    write_text(filled(page, blocks(tables)), target)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of a folder by name."""
    return {path.stem: pd.read_csv(path) for path in sorted(folder.glob("*.csv"))}


def blocks(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    """What goes into the page, by the name of its place."""
    return {"summary": summary_block(tables), **{name: say(tables) for name, say in BLOCKS.items()}}


def footer(setting: dict[str, int | str]) -> str:
    """Runs and intervals of a figure, in words."""
    return (
        f"{setting['seeds']} common seeds, {setting['months']} months after burn-in, size {setting['size']}. Lines and bands: "
        f"{LEVEL:.0%} intervals of differences between runs on common seeds, simultaneous (max-t, bootstrap over seeds).{HOLLOW}"
    )


if __name__ == "__main__":
    main()
