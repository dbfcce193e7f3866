"""Study files: what is asked, read strictly from TOML.

A study asks a question of scenarios, which are files, levers put to use by a design, or both, in worlds, which an uncertainty
design draws, on common seeds. docs/studies.md shows every key.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from partnersim.ledger import HEADLINES, OUTCOMES, SERIES
from partnersim.population.sizes import SIZES
from partnersim.scenario.library import find_scenario
from partnersim.scenario.reading import ScenarioError, Table, read_toml, unknown
from partnersim.study.packages_asked import LAST_SEED, MOST_SEEDS, SEARCH_KEYS, SearchDesign, read_search, seeds_of_search

KEYS = (
    "title", "question", "note", "scenarios", "levers", "uncertainties", "seeds", "first_seed", "months", "size",
    "outcomes", "monthly", "precision", "best", "search", "time_limit",
)  # fmt: skip
LEVER_DESIGNS = ("one-at-a-time", "full-factorial", "fractional-factorial", "grid")
WORLD_DESIGNS = ("latin-hypercube", "sobol", "saltelli", "morris", "grid", "one-at-a-time", "calibration")
LEVER_KEYS = ("design", "names", "resolution", "strengths", "start", "ramp")
WORLD_KEYS = ("design", "names", "points", "ranges", "values", "key", "second_order", "file")
LISTS = {"outcomes": tuple(o.name for o in OUTCOMES), "monthly": tuple(s.name for s in SERIES)}
"""What tables tell of, and which paths are kept, where a study does not choose."""
TIME_LIMIT = 600.0
"""Seconds that a run may take where a study file does not say: fifty times the longest run of the largest size."""


@dataclass(frozen=True)
class LeverDesign:
    """Which levers are in use in which scenario.

    ``names``: levers, empty for all; ``strengths``: for a grid, the strengths (0-1) of each lever. A lever in use has full
    strength otherwise, from month ``start`` with ``ramp`` months.
    """

    design: str
    names: tuple[str, ...] = ()
    resolution: int = 4
    strengths: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    start: int = 1
    ramp: int = 0


@dataclass(frozen=True)
class WorldDesign:
    """Which worlds the scenarios are run in: a row of parameters and channel baselines each, in their units.

    ``names``: what varies over its declared range, and ``ranges`` what varies over another one; ``values``: for a grid and
    one at a time, the values of each. ``points`` are drawn with ``key``. ``file``: accepted sets of a calibration, CSV.
    """

    design: str
    names: tuple[str, ...] = ()
    points: int = 0
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    values: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    key: int = 1
    second_order: bool = False
    file: str = ""


@dataclass(frozen=True)
class Study:
    """A study file, checked as far as that is possible without the model.

    ``scenarios``: names and files, the reference first; ``seeds``, ascending and common to all, or the first one
    where the data decide on their number; ``months`` after burn-in;
    ``outcomes`` are those that tables tell of; ``monthly`` are the paths that are kept. ``precision`` and ``best``: the
    tables of these names, as they stand in the file. ``search``: how packages of levers on the one scenario are looked for.
    ``time_limit``: seconds that a run may take.
    """

    title: str
    question: str
    note: str = ""
    scenarios: tuple[str, ...] = ("baseline",)
    levers: LeverDesign | None = None
    uncertainties: WorldDesign | None = None
    seeds: Sequence[int] = range(100)
    months: int = 120
    size: str = "system"
    outcomes: tuple[str, ...] = LISTS["outcomes"]
    monthly: tuple[str, ...] = LISTS["monthly"]
    precision: Mapping[str, Any] | None = None
    best: Mapping[str, Any] | None = None
    search: SearchDesign | None = None
    time_limit: float = TIME_LIMIT
    path: Path | None = field(default=None, compare=False)

    @property
    def is_factorial(self) -> bool:
        """Whether its scenarios are cells of a factorial, told of by contrasts over all of them and not each for itself."""
        return self.levers is not None and self.levers.design.endswith("factorial")

    @property
    def folder(self) -> Path:
        """Where the files that it names are looked for."""
        return self.path.parent if self.path else Path()

    def content(self) -> dict[str, Any]:
        """What is asked as plain data, for the manifest and for telling two studies apart."""
        content = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "path"}
        content["seeds"] = stretches(self.seeds)
        for part, names in LISTS.items():
            content[part] = "all" if content[part] == names else content[part]
        for part in ("levers", "uncertainties", "search"):
            content[part] = dataclasses.asdict(content[part]) if content[part] else None
        if content["search"] is None:  # as it was before there were searches
            del content["search"]
        plain: dict[str, Any] = json.loads(json.dumps(content))
        return plain

    @classmethod
    def of_content(cls, content: Mapping[str, Any], path: Path) -> Study:
        """The study that :meth:`content` told of; files are looked for beside ``path``."""
        lists = {part: names if content[part] == "all" else tuple(content[part]) for part, names in LISTS.items()}
        levers, worlds, search = content["levers"], content["uncertainties"], content.get("search")
        return cls(
            **{
                **content,
                **lists,
                "scenarios": tuple(content["scenarios"]),
                "seeds": seeds_of(content["seeds"]),
                "levers": LeverDesign(**levers) if levers else None,
                "uncertainties": WorldDesign(**worlds) if worlds else None,
                "search": SearchDesign(**{**search, "names": tuple(search["names"])}) if search else None,
                "path": path,
            }
        )


def stretches(seeds: Sequence[int]) -> list[list[int]]:
    """Ascending seeds as [first, last] stretches without a gap."""
    if isinstance(seeds, range):
        return [[seeds[0], seeds[-1]]] if seeds else []
    found: list[list[int]] = []
    for seed in seeds:
        if found and seed == found[-1][1] + 1:
            found[-1][1] = seed
        else:
            found.append([seed, seed])
    return found


def seeds_of(found: Sequence[Sequence[int]]) -> Sequence[int]:
    """The seeds of :func:`stretches`."""
    if len(found) == 1:
        return range(found[0][0], found[0][1] + 1)
    return tuple(seed for first, last in found for seed in range(first, last + 1))


def load_study(path: str | Path) -> Study:
    """Read a study file, or that in a folder (``study.toml``). ``ScenarioError`` for what is wrong in it."""
    path = Path(path)
    if path.is_dir():
        path = path / "study.toml"
    table = Table(read_toml(path), str(path), "", KEYS)
    search = _search(table)
    return Study(
        title=table.text("title"),
        question=table.text("question"),
        note=table.text("note", ""),
        scenarios=_scenarios(table, path.parent),
        levers=_levers(table),
        uncertainties=_worlds(table),
        seeds=_seeds(table, search),
        months=table.whole("months", 1, 12_000, 120),
        size=_size(table),
        outcomes=_chosen(table, "outcomes", LISTS["outcomes"], "outcome"),
        monthly=_monthly(table) if search is None or "monthly" in table.data else (),
        precision=_precision(table),
        best=table.table("best") or None,
        search=search,
        time_limit=table.number("time_limit", 0.001, 1e7, TIME_LIMIT),
        path=path,
    )


def _scenarios(table: Table, folder: Path) -> tuple[str, ...]:
    """Names of the library and files, said from the study file's folder; each is there."""
    if "scenarios" not in table.data:
        return ("baseline",)
    found = table.distinct("scenarios", str, "a list of scenarios, the reference first")
    for text in found:
        try:
            find_scenario(text, folder)
        except ScenarioError as error:
            raise table.error("scenarios", str(error)) from None
    return tuple(found)


def _seeds(table: Table, search: SearchDesign | None = None) -> Sequence[int]:
    """A number of seeds from ``first_seed`` on, or the seeds themselves; the first one alone where the data decide."""
    if search is not None:
        return seeds_of_search(table, search)
    decided = next((key for key in ("precision", "best") if key in table.data), None)
    if decided and "seeds" in table.data:
        raise table.error("seeds", f"{decided} decides on their number; leave this out, or write cap in [{decided}]")
    if isinstance(table.data.get("seeds"), list):
        if "first_seed" in table.data:
            raise table.error("first_seed", "has no meaning beside a list of seeds")
        seeds = sorted(table.distinct("seeds", int, "a number of seeds, or a list of them"))
        if seeds[0] < 0 or seeds[-1] > LAST_SEED:
            raise table.error("seeds", f"seeds go from 0 to {LAST_SEED}")
        return tuple(seeds)
    first = table.whole("first_seed", 0, LAST_SEED, 0)
    if decided:
        return range(first, first + 1)
    return range(first, first + table.whole("seeds", 1, MOST_SEEDS, 100))


def _size(table: Table) -> str:
    size = table.text("size", "system")
    if size not in SIZES:
        raise table.error("size", unknown("size", size, SIZES))
    return size


def _chosen(table: Table, key: str, allowed: Collection[str], what: str) -> tuple[str, ...]:
    """A list of names that are all allowed, in the order of ``allowed``; all where the key is missing."""
    if key not in table.data:
        return tuple(allowed)
    wanted = table.distinct(key, str, f"a list of {what}s")
    for name in wanted:
        if name not in allowed:
            raise table.error(key, unknown(what, name, allowed))
    return tuple(name for name in allowed if name in wanted)


def _monthly(table: Table) -> tuple[str, ...]:
    everything = LISTS["monthly"]
    if isinstance(table.data.get("monthly"), bool):
        return everything if table.data["monthly"] else ()
    return _chosen(table, "monthly", everything, "monthly path")


def _precision(table: Table) -> Mapping[str, Any] | None:
    if isinstance(table.data.get("precision"), dict):
        return table.table("precision")
    return precision_asked(table.value("precision", None, (str, int, float), 'a text such as "1%", or a table of outcomes'))


def precision_asked(precision: Any) -> Mapping[str, Any] | None:
    """One precision for the three headline outcomes, or a mapping as it is."""
    return precision if precision is None or isinstance(precision, Mapping) else dict.fromkeys(HEADLINES, precision)


def _levers(table: Table) -> LeverDesign | None:
    if "levers" not in table.data:
        return None
    part = Table(table.table("levers"), table.file, "[levers]", LEVER_KEYS)
    design = part.choice("design", LEVER_DESIGNS)
    _refuse(part, design, {"resolution": ("fractional-factorial",), "strengths": ("grid",)})
    if design == "grid" and "names" in part.data:
        raise part.error("names", "a grid takes its levers from [levers.strengths]; leave this out")
    strengths = _lists(part, "strengths", 0.0, 1.0)
    if design == "grid" and not strengths:
        raise part.error("strengths", "is missing; wanted: a table [levers.strengths] of lever = [strengths from 0 to 1]")
    return LeverDesign(
        design,
        _names(part),
        part.whole("resolution", 3, 27, 4),
        strengths,
        part.whole("start", 1, 12_000, 1),
        part.whole("ramp", 0, 12_000, 0),
    )


def _search(table: Table) -> SearchDesign | None:
    if "search" not in table.data:
        return None
    part = Table(table.table("search"), table.file, "[search]", SEARCH_KEYS)
    return read_search(table, part, _names(part, "levers"))


def _worlds(table: Table) -> WorldDesign | None:
    if "uncertainties" not in table.data:
        return None
    part = Table(table.table("uncertainties"), table.file, "[uncertainties]", WORLD_KEYS)
    design = part.choice("design", WORLD_DESIGNS)
    drawn, listed = ("latin-hypercube", "sobol", "saltelli", "morris"), ("grid", "one-at-a-time")
    _refuse(
        part,
        design,
        {
            "points": (*drawn, "calibration"),
            "names": (*drawn, "one-at-a-time"),
            "ranges": (*drawn, "one-at-a-time"),
            "key": drawn,
            "values": listed,
            "second_order": ("saltelli",),
            "file": ("calibration",),
        },
    )
    bounds = Table(part.table("ranges"), part.file, "[uncertainties.ranges]", part.table("ranges"))
    found = WorldDesign(
        design,
        _names(part),
        part.whole("points", 1, MOST_SEEDS) if design in drawn or "points" in part.data else 0,
        {name: bounds.interval(name) for name in bounds.data},
        _lists(part, "values"),
        part.whole("key", 0, 2**32, 1),
        part.value("second_order", False, bool, "true or false"),
        part.text("file", ""),
    )
    if design != "calibration" and not (found.names or found.ranges or found.values):
        what = "[uncertainties.values]" if design == "grid" else "names, or [uncertainties.ranges]"
        raise part.error("design", f"nothing is varied; wanted: {what}")
    return found


def _refuse(part: Table, design: str, only: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse keys that mean nothing in this design."""
    for key, designs in only.items():
        if key in part.data and design not in designs:
            raise part.error(key, f"has no meaning in the design {design}; it belongs to {', '.join(designs)}")


def _names(part: Table, key: str = "names") -> tuple[str, ...]:
    if part.data.get(key, "all") == "all":
        return ("all",) if key in part.data else ()
    return tuple(part.distinct(key, str, '"all", or a list of names'))


def _lists(part: Table, key: str, low: float = -1e300, high: float = 1e300) -> dict[str, tuple[float, ...]]:
    """A table of lists of numbers."""
    lists = Table(part.table(key), part.file, f"{part.at[:-1]}.{key}]", part.table(key))
    found = {}
    for name in lists.data:
        values = lists.distinct(name, (int, float), "a list of numbers")
        for value in values:
            Table({name: value}, lists.file, lists.at, (name,)).number(name, low, high)
        found[name] = tuple(float(value) for value in values)
    return found
