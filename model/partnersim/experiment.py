"""The driver of experiments that measure parts, keep their tables, draw figures of them and fill a page of ``docs/``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd
from tqdm import tqdm

from partnersim.figures import keep
from partnersim.figures.style import Picture
from partnersim.study.files import write_csv, write_json
from partnersim.study.page import exit_if_stale, fill
from partnersim.study.versions import engine_digest

MANIFEST = "manifest.json"
Tables = dict[str, pd.DataFrame]
Settings = dict[str, dict[str, int | str]]
"""Seeds, months, size and engine, by the name of a part."""


@dataclass(frozen=True)
class Experiment:
    """What differs between experiments. ``folder`` is that of ``run.py``, ``page`` a name in ``docs/``.

    ``parts`` are modules with ``SEEDS``, ``MONTHS``, ``measure`` and ``n_runs``; ``footers`` says below each drawing what
    it was made of; ``blocks`` are the places of the page; ``kind`` is what the command line calls a part.
    """

    folder: Path
    page: str
    parts: Mapping[str, ModuleType]
    drawings: Mapping[str, Callable[[Tables, str], Picture]]
    footers: Callable[[Settings], Mapping[str, str]]
    blocks: Mapping[str, Callable[[Tables], str]]
    kind: str = "part"

    def main(self, about: str | None) -> None:
        """Parse the command line and run; ``about`` is what ``--help`` begins with."""
        root, name = self.folder.parents[1], self.folder.name
        results, page = root / "results" / name, root / "docs" / self.page
        asked = self._parser(about, results).parse_args()
        if asked.check:
            exit_if_stale(page, self._told(read(results)), f"experiments/{name}/run.py")
            return
        asked.out.mkdir(parents=True, exist_ok=True)
        for part in self.parts:
            if not asked.redraw and asked.only in (None, part):
                self._measure(part, asked.seeds, asked.out)
        tables = read(asked.out)
        self._draw(tables, asked.out)
        fill(page, self._told(tables), page if asked.out.resolve() == results else asked.out / page.name)

    def _parser(self, about: str | None, results: Path) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--check", action="store_true", help="run nothing; exit with 1 where the page is stale")
        parser.add_argument("--redraw", action="store_true", help="run nothing; figures and page from the kept tables")
        parser.add_argument("--only", choices=self.parts, help=f"measure one {self.kind} and keep the tables of the others")
        parser.add_argument("--seeds", type=int, help=f"seeds of each {self.kind}, fewer for a quick look")
        parser.add_argument("--out", type=Path, default=results, help="another folder for tables, figures and the page")
        return parser

    def _measure(self, name: str, n_seeds: int | None, out: Path) -> None:
        """Run a part with a progress bar and keep its tables and what they were made with."""
        part = self.parts[name]
        n = n_seeds or part.SEEDS
        with tqdm(total=part.n_runs(n), desc=name, unit="run", disable=not sys.stderr.isatty()) as bar:
            tables = part.measure(range(n), bar.update)
        for table, frame in tables.items():
            write_csv(frame, out / f"{table}.csv")
        setting = {"seeds": n, "months": part.MONTHS, "size": "system", "engine": engine_digest()}
        write_json(settings(out) | {name: setting}, out / MANIFEST)

    def _draw(self, tables: Tables, out: Path) -> None:
        footers = self.footers(settings(out))
        for name, draw in self.drawings.items():
            keep(draw(tables, footers[name]), out / f"figure_{name}")

    def _told(self, tables: Tables) -> dict[str, str]:
        return {name: say(tables) for name, say in self.blocks.items()}


def settings(folder: Path) -> Settings:
    """What the kept tables were made with; empty where nothing was kept."""
    manifest = folder / MANIFEST
    return json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}


def read(folder: Path) -> Tables:
    """The tables of a folder by name."""
    return {path.stem: pd.read_csv(path) for path in sorted(folder.glob("*.csv"))}
