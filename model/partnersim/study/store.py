"""A study's folder: what was asked (``manifest.json``), the runs (Parquet parts) and the tables made of them.

::

    manifest.json                                    the key, status running or complete, versions, wall time
    runs/<scenario digest>/monthly-<block>.parquet   seed, month, series, value
    runs/<scenario digest>/outcomes-<block>.parquet  seed, then the outcomes; written last, so it vouches for both
    *.csv, *.png, *.svg                              made from the runs, at any time again
    figures.digest                                   what the figures were made of, see :mod:`drawn`

Parts never change once they have their name. Whoever is killed leaves whole parts and a manifest that says
``running``; asked again, only the missing runs are made, and the tables are those of an undisturbed study. One
process at a time writes to a folder.
"""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from partnersim.study.files import PARTIAL, StudyError, write_json, write_parquet

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "partnersim study 1"
PACKAGES = ("numpy", "numba", "pandas", "pyarrow", "scipy", "matplotlib")
ADVICE = "Name another folder with --out."


class Identity(NamedTuple):
    """What the store needs to know of a scenario."""

    name: str
    title: str
    digest: str


@dataclass(frozen=True)
class StudyKey:
    """What makes two studies the same: scenarios (the reference first), ascending seeds, months, size, engine."""

    scenarios: tuple[Identity, ...]
    seeds: tuple[int, ...]
    months: int
    size: str
    engine: str
    inputs: tuple[int, int] | None = None
    """How many of the scenarios' inputs are assumed, of how many; where that has changed, tables and figures are made anew."""

    def to_json(self) -> dict[str, Any]:
        """Plain content for the manifest; seeds as [first, last] stretches."""
        return {
            "scenarios": [scenario._asdict() for scenario in self.scenarios],
            "seeds": stretches(self.seeds),
            "months": self.months,
            "size": self.size,
            "engine": self.engine,
            "inputs": self.inputs,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> StudyKey:
        """The key in a manifest."""
        scenarios = tuple(Identity(**scenario) for scenario in content["scenarios"])
        seeds = tuple(seed for first, last in content["seeds"] for seed in range(first, last + 1))
        inputs = tuple(content["inputs"]) if content.get("inputs") else None
        return cls(scenarios, seeds, content["months"], content["size"], content["engine"], inputs)


def stretches(seeds: Sequence[int]) -> list[list[int]]:
    """Ascending seeds as [first, last] stretches without a gap."""
    found: list[list[int]] = []
    for seed in seeds:
        if found and seed == found[-1][1] + 1:
            found[-1][1] = seed
        else:
            found.append([seed, seed])
    return found


def engine_digest() -> str:
    """Sixteen hexadecimal digits that change when a run could: sources of engine and scenario reading, Numba, NumPy, Python."""
    from partnersim import compiled

    files = [compiled.HERE / f"{room}.py" for room in ("simulate", "policy", "outcomes")]
    h = hashlib.sha256(compiled.digest().encode())
    for path in [*files, *sorted((compiled.HERE / "scenario").glob("*.py"))]:
        h.update(path.read_bytes())
    return h.hexdigest()[:16]


@functools.cache
def versions() -> dict[str, str]:
    """Versions of the libraries that make results and figures."""
    return {name: metadata.version(name) for name in PACKAGES}


class Folder:
    """A study's folder, opened for one key. ``is_complete``: it holds this very study, finished."""

    def __init__(self, path: Path, key: StudyKey):
        """Open or make the folder.

        Raises :class:`StudyError` where it holds anything but this study, a smaller one or an interrupted one of the
        same scenarios, months, size and engine, and where it cannot be written. Nothing is written before that is
        known, and nothing at all for a complete study.
        """
        self.path, self.key = Path(path), key
        manifest = read_manifest(self.path) if self._is_in_use() else None
        self.wall_seconds = 0.0
        if manifest is not None:
            _check_fits(self.path, manifest, key)
            self.wall_seconds = manifest["wall_seconds"]
        self.is_complete = (
            manifest is not None
            and StudyKey.from_json(manifest["key"]) == key
            and manifest["status"] == "complete"
            and not any(self.missing().values())
        )

    def _is_in_use(self) -> bool:
        if not self.path.exists():
            return False
        if not self.path.is_dir():
            raise StudyError(f"{self.path} is a file; results need a folder. {ADVICE}")
        try:
            names = [p.name for p in self.path.iterdir() if not p.name.endswith(PARTIAL)]
        except OSError as error:
            raise StudyError(f"{self.path}: cannot be read ({error.strerror}). {ADVICE}") from None
        if names and "manifest.json" not in names:
            raise StudyError(
                f"{self.path} holds files that are not from a study ({', '.join(sorted(names)[:3])}) and stays as it is. {ADVICE}"
            )
        return bool(names)

    def begin(self) -> None:
        """Declare the study as running, before its first run; clears what a killed process left half written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            for left in self.path.rglob(f".*{PARTIAL}"):
                left.unlink()
        except OSError as error:
            raise StudyError(f"{self.path}: cannot be written ({error.strerror}). {ADVICE}") from None
        self._write_manifest("running")

    def finish(self, wall_seconds: float) -> None:
        """Declare the study as complete; ``wall_seconds`` is added to those of earlier, interrupted attempts."""
        self.wall_seconds += wall_seconds
        self.is_complete = True
        self._write_manifest("complete")

    def _write_manifest(self, status: str) -> None:
        content = {
            "format": FORMAT,
            "status": status,
            "key": self.key.to_json(),
            "packages": versions(),
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.machine()}",
            "wall_seconds": round(self.wall_seconds, 3),
        }
        write_json(content, self.path / "manifest.json")

    def missing(self) -> dict[str, list[int]]:
        """Seeds still to be run, for each scenario name."""
        return {s.name: sorted(set(self.key.seeds) - self._stored(s)) for s in self.key.scenarios}

    def _stored(self, scenario: Identity) -> set[int]:
        return {int(seed) for part, _ in self._parts(scenario) for seed in _read(part, columns=["seed"])["seed"]}

    def _parts(self, scenario: Identity) -> list[tuple[Path, Path]]:
        folder = self.path / "runs" / scenario.digest[:16]
        pairs = [(part, folder / part.name.replace("outcomes", "monthly", 1)) for part in folder.glob("outcomes-*.parquet")]
        return sorted(pair for pair in pairs if pair[1].exists())

    def add(self, scenario: Identity, outcomes: pd.DataFrame, monthly: pd.DataFrame) -> None:
        """Keep a block of runs: outcomes indexed by ``seed``, and their tidy monthly frame."""
        seeds = sorted(int(seed) for seed in outcomes.index)
        mark = hashlib.sha256(repr(seeds).encode()).hexdigest()[:8]
        block = f"{seeds[0]:06d}-{seeds[-1]:06d}-{mark}.parquet"
        folder = self.path / "runs" / scenario.digest[:16]
        folder.mkdir(parents=True, exist_ok=True)
        write_parquet(monthly, folder / f"monthly-{block}")
        write_parquet(outcomes.rename_axis("seed").reset_index(), folder / f"outcomes-{block}")

    def read(self, scenario: Identity) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Outcomes (indexed by seed) and monthly paths of the key's seeds, by seed and month, however they were cut."""
        import pandas as pd

        wanted = set(self.key.seeds)
        outcomes, monthly = [], []
        for of_outcomes, of_paths in self._parts(scenario):
            found, paths = _read(of_outcomes), _read(of_paths)
            seeds = wanted & set(found["seed"])
            wanted -= seeds
            outcomes.append(found[found["seed"].isin(seeds)])
            monthly.append(paths[paths["seed"].isin(seeds)])
        paths = pd.concat(monthly).sort_values(["seed", "month"], kind="stable", ignore_index=True)
        return pd.concat(outcomes).set_index("seed").sort_index(), paths


def _read(part: Path, columns: list[str] | None = None) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(part, columns=columns)
    except (OSError, ValueError):
        raise StudyError(f"{part} is damaged. Delete this file; its runs will be made again.") from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a study's folder; :class:`StudyError` where there is none of ours."""
    path = Path(folder) / "manifest.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(f"{folder} holds no study: there is no manifest.json in it.") from None
    except (OSError, ValueError) as error:
        raise StudyError(f"{path}: cannot be read as a study's manifest ({error}). {ADVICE}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise StudyError(f"{path} is not a manifest of the form {FORMAT!r}. {ADVICE}")
    try:
        StudyKey.from_json(content["key"])
    except (KeyError, TypeError, ValueError):
        raise StudyError(f"{path} is a study's manifest, but its key is not whole. {ADVICE}") from None
    return content


def _check_fits(path: Path, manifest: dict[str, Any], key: StudyKey) -> None:
    """Refuse another study: a finished one may only grow, an interrupted one may be asked with any seeds."""
    held = StudyKey.from_json(manifest["key"])
    differing = [
        f"{what} {before} (asked: {now})"
        for what, before, now in (
            ("months", held.months, key.months),
            ("size", held.size, key.size),
            ("model version", held.engine, key.engine),
            ("reference", held.scenarios[0].name, key.scenarios[0].name),
        )
        if before != now
    ]
    asked = {scenario.name: scenario.digest for scenario in key.scenarios}
    complete = manifest["status"] == "complete"
    for scenario in held.scenarios:
        if scenario.name not in asked:
            differing += [f"scenario {scenario.name} (not asked for)"] if complete else []
        elif asked[scenario.name] != scenario.digest:
            differing.append(f"scenario {scenario.name} with other content")
    if complete and (gone := set(held.seeds) - set(key.seeds)):
        differing.append(f"{len(gone)} seeds that are not asked for, such as {min(gone)}")
    if differing:
        raise StudyError(
            f"{path} holds another study, with {'; '.join(differing)}, and stays as it is. "
            f"A study may be continued, or enlarged by seeds and scenarios. {ADVICE}"
        )
