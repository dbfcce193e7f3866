"""Scenarios against a reference, on common seeds: run or read back, compared, tabled."""

from __future__ import annotations

import functools
import operator
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pandas as pd

from partnersim.english import counted
from partnersim.ledger import HEADLINES
from partnersim.study import words
from partnersim.study.files import StudyError, write_csv
from partnersim.study.paired import compare_paired, paired_differences, seed_year_quantile, simultaneous
from partnersim.study.store import Folder, Identity, StudyKey, engine_digest, read_manifest

if TYPE_CHECKING:
    import networkx as nx

    from partnersim.figures.style import Picture
    from partnersim.scenario.load import Scenario
    from partnersim.simulate import Progress, Runs

FIRST_BLOCK, LARGEST_BLOCK, BLOCK_SECONDS = 8, 100, 10.0
"""Seeds in the first block that is stored, and in the largest: blocks grow while one takes less than the seconds."""


@dataclass(frozen=True)
class Comparison:
    """Scenarios compared with ``reference``.

    ``runs``: by scenario name, the reference first. ``table``: a row per scenario and outcome, with ``scenario,
    outcome, unit`` and the columns of :func:`partnersim.study.paired.compare_paired`, whose intervals hold one at a
    time. ``reused``: how many runs came from the folder instead of being made. ``inputs``: how many of the scenarios'
    inputs are assumed, of how many, where that is known.
    """

    reference: str
    runs: Mapping[str, Runs]
    table: pd.DataFrame
    reused: int = 0
    inputs: tuple[int, int] | None = None

    @classmethod
    def of(cls, runs: Mapping[str, Runs], reused: int = 0, inputs: tuple[int, int] | None = None) -> Comparison:
        """Compare runs made on equal seeds with the first of them; ``inputs`` are counted if not given."""
        reference, *others = runs
        tables = {name: compare_paired(runs[reference].outcomes, runs[name].outcomes) for name in others}
        table = pd.concat(tables, names=["scenario"]).reset_index()
        table.insert(2, "unit", table["outcome"].map(words.UNITS))
        return cls(reference, dict(runs), table, reused, inputs or _inputs([run.scenario for run in runs.values()]))

    @property
    def others(self) -> list[str]:
        """Names of the scenarios that are compared with the reference."""
        return [name for name in self.runs if name != self.reference]

    @property
    def setting(self) -> Runs:
        """Runs of the reference, which carry the months, size and seeds that all share."""
        return self.runs[self.reference]

    def described(self) -> str:
        """Seeds, months and size in words, and how much is assumed."""
        seeds = counted(len(self.setting.seeds), "paired seed")
        setting = f"{seeds}, {counted(self.setting.months, 'month')} after burn-in, size {self.setting.size}."
        return f"{setting} {self.assumed()}".rstrip()

    def assumed(self) -> str:
        """A sentence on how many inputs are assumed; nothing where that is not known."""
        return "Of {1} inputs {0} are assumed.".format(*self.inputs) if self.inputs else ""

    def name(self, scenario: str) -> str:
        """A scenario's name for readers: short and unlike the others, which titles need not be."""
        plain = scenario.replace("-", " ").replace("_", " ")
        return plain[:1].upper() + plain[1:]

    def headline(self) -> pd.DataFrame:
        """The three headline outcomes, a row per scenario and outcome, judged together.

        ``low, high`` are *simultaneous* over all these rows (max-t over seeds), ``percent`` is of the reference
        mean, ``verdict`` in words is from these intervals. ``reference_bad_year`` and ``other_bad_year``: for
        incidents, the 95th percentile over seed-years (pairs).
        """
        return self._headline.copy()

    @functools.cached_property
    def _headline(self) -> pd.DataFrame:
        keep = ["scenario", "outcome", "unit", "reference_mean", "other_mean", "difference"]
        rest = ["variance_reduction", "correlation", "other_sign_share", "median_difference", "runs", "missing"]
        rows = self.table[self.table["outcome"].isin(HEADLINES)].set_index(["scenario", "outcome"], drop=False)
        others = {name: self.runs[name].outcomes for name in self.others}
        family = simultaneous(paired_differences(self.setting.outcomes, others, HEADLINES))
        found = rows[keep].assign(percent=100 * rows["difference"] / rows["reference_mean"].abs().replace(0, float("nan")))
        found[["low", "high"]] = family.loc[found.index, ["low", "high"]]
        found["verdict"] = [words.verdict(low, high) for low, high in zip(found["low"], found["high"], strict=True)]
        found[rest] = rows[rest]
        bad = {name: seed_year_quantile(runs.monthly, "incidents") for name, runs in self.runs.items()}
        is_incident = found["outcome"] == "incidents"
        found["reference_bad_year"] = bad[self.reference]
        found["other_bad_year"] = found["scenario"].map(bad)
        found.loc[~is_incident, ["reference_bad_year", "other_bad_year"]] = float("nan")
        return found.reset_index(drop=True)

    def findings(self) -> list[str]:
        """A sentence per scenario; none claims a difference whose simultaneous interval holds zero."""
        head = self.headline()
        return [words.finding(head[head["scenario"] == name], self.name(name)) for name in self.others]

    def to_csv(self, path: str | Path) -> None:
        """Write the table; raises :class:`StudyError` where that is not possible."""
        write_csv(self.table, Path(path))

    def network(self) -> nx.MultiGraph | None:
        """The reference's network at the end of its first seed, run again; None where only the scenario's name is kept."""
        runs = self.setting
        if not hasattr(runs.scenario, "policies"):
            return None
        from partnersim.network import end_graph

        return end_graph(runs.scenario, runs.seeds[0], runs.months, runs.size)

    def plot(self, folder: str | Path | None = None) -> dict[str, Picture]:
        """The figures by name; with a folder also written there as PNG, SVG and CSV of their data."""
        from partnersim.figures import draw, draw_all

        return draw(self) if folder is None else draw_all(self, Path(folder))


def compare(
    scenarios: Sequence[Scenario | str],
    seeds: int | Iterable[int] = 100,
    months: int = 120,
    size: str = "system",
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run scenarios on the same seeds and compare them with the first, seed by seed.

    ``scenarios``: loaded ones, or names and files as :func:`partnersim.scenario.load_scenario` takes them.
    ``seeds``: a number n for 0 to n - 1, or the seeds; their order does not matter. ``months`` after burn-in.
    ``out``: a folder to keep runs and tables in; equal runs in it are reused (``Comparison.reused``), and a study
    killed there goes on where it stopped. ``workers`` and ``progress`` are handed to the simulation.
    Raises :class:`StudyError` for a wrong question and for a folder that cannot be used, and ``ScenarioError`` for
    what is wrong with a scenario or a size.
    """
    asked, chosen = _loaded(scenarios), seed_list(seeds)
    names = [scenario.name for scenario in asked]
    if len(names) < 2:
        raise StudyError(f"A comparison needs a reference and at least one other scenario; {len(names)} given.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise StudyError(f"Scenarios need different names; given more than once: {', '.join(twice)}.")
    if operator.index(months) < 1:
        raise StudyError(f"months is {months}; at least 1 is needed.")

    from partnersim.simulate import laboratories, simulate_many

    laboratories(asked, size, months)  # what is wrong with them is said before the folder is touched

    def simulate(which: Sequence[Scenario], seeds: Sequence[int]) -> Mapping[str, Runs]:
        return simulate_many(which, seeds, months=months, size=size, workers=workers, progress=progress)

    if out is None:
        runs = simulate(asked, chosen)
        return Comparison.of({name: runs[name] for name in names})
    identities = tuple(Identity(s.name, s.title, s.digest) for s in asked)
    key = StudyKey(identities, tuple(chosen), operator.index(months), str(size), engine_digest(), _inputs(asked))
    return _kept(Folder(Path(out), key), asked, simulate)


def _loaded(scenarios: Sequence[Scenario | str]) -> list[Scenario]:
    ready = [scenario for scenario in scenarios if not isinstance(scenario, str)]
    if len(ready) == len(scenarios):
        return ready
    from partnersim.scenario import load_scenario

    return [load_scenario(scenario) if isinstance(scenario, str) else scenario for scenario in scenarios]


def _inputs(scenarios: Sequence[Scenario]) -> tuple[int, int] | None:
    """How many inputs of the scenarios are assumed, of how many; None where only their names are kept."""
    if not all(hasattr(scenario, "policies") for scenario in scenarios):
        return None
    from partnersim.scenario import inputs_used

    return inputs_used(scenarios)


def seed_list(seeds: int | Iterable[int]) -> list[int]:
    """Ascending seeds: 0 to n - 1 for a number n. ``StudyError`` for none, negative ones or one given twice."""
    try:
        found = sorted(map(operator.index, seeds if isinstance(seeds, Iterable) else range(operator.index(seeds))))
    except TypeError:
        raise StudyError(f"seeds is {seeds!r}; a number of seeds, or whole numbers, are needed.") from None
    if not found or found[0] < 0 or len(set(found)) < len(found):
        asked = f"seeds is {seeds}; " if isinstance(seeds, int) else ""
        raise StudyError(f"{asked}seeds must be at least one, none negative and none given twice.")
    return found


def load(folder: str | Path) -> Comparison:
    """The comparison kept in a folder, without running anything. ``StudyError`` where it is not complete."""
    manifest = read_manifest(Path(folder))
    kept = Folder(Path(folder), StudyKey.from_json(manifest["key"]))
    if not kept.is_complete:
        raise StudyError(f"{folder} holds a study that is not finished; run the same comparison again to finish it.")
    known = cast("Sequence[Scenario]", kept.key.scenarios)  # name, title and digest are all that a comparison looks at
    return _read_back(kept, known, len(kept.key.scenarios) * len(kept.key.seeds))


def _kept(folder: Folder, scenarios: Sequence[Scenario], simulate: Callable[..., Mapping[str, Runs]]) -> Comparison:
    """Run what the folder lacks, block by block, then compare what it holds."""
    missing = folder.missing()
    reused = len(scenarios) * len(folder.key.seeds) - sum(map(len, missing.values()))
    if folder.is_complete:
        return _read_back(folder, scenarios, reused)
    started = time.monotonic()
    folder.begin()
    by_name = dict(zip((s.name for s in scenarios), zip(scenarios, folder.key.scenarios, strict=True), strict=True))
    for names, block in _blocks(missing):
        runs = simulate([by_name[name][0] for name in names], block)
        for name in names:
            folder.add(by_name[name][1], runs[name].outcomes, runs[name].monthly)
    comparison = _read_back(folder, scenarios, reused)
    comparison.to_csv(folder.path / "comparison.csv")
    write_csv(comparison.headline(), folder.path / "headline.csv")
    folder.finish(time.monotonic() - started)
    return comparison


def _blocks(missing: Mapping[str, Sequence[int]]) -> Iterator[tuple[list[str], list[int]]]:
    """(scenario names, seeds) to run together; each block is sized by how long the caller took over the last."""
    names_by_seed: dict[int, list[str]] = {}
    for name, seeds in missing.items():
        for seed in seeds:
            names_by_seed.setdefault(seed, []).append(name)
    groups: dict[tuple[str, ...], list[int]] = {}
    for seed, names in sorted(names_by_seed.items()):
        groups.setdefault(tuple(names), []).append(seed)
    size = FIRST_BLOCK
    for group, seeds in groups.items():
        done = 0
        while done < len(seeds):
            started = time.monotonic()
            yield list(group), seeds[done : done + size]
            done += size
            seconds = time.monotonic() - started
            if seconds < BLOCK_SECONDS:
                size = min(2 * size, LARGEST_BLOCK)
            elif seconds > 3 * BLOCK_SECONDS:
                size = max(size // 2, 1)


def _read_back(folder: Folder, scenarios: Sequence[Scenario], reused: int) -> Comparison:
    from partnersim.simulate import Runs

    key, runs = folder.key, {}
    for scenario, identity in zip(scenarios, key.scenarios, strict=True):
        outcomes, monthly = folder.read(identity)
        runs[scenario.name] = Runs(
            scenario=scenario, seeds=list(key.seeds), months=key.months, size=key.size, outcomes=outcomes, monthly=monthly
        )
    return Comparison.of(runs, reused, key.inputs)
