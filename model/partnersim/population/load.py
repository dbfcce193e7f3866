"""A population folder as arrays: UN entities, Member States, the company mix and civil society, with their source note."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from partnersim.kinds import GOALS, MAX_SECTORS, REGIONS
from partnersim.scenario.reading import ScenarioError, read_toml

INCOMES = ("low", "lower_middle", "upper_middle", "high")
TIERS = ("hub", "middle", "small")
CLASSES = ("sme", "large", "multinational")
KEY_BYTES = 8
"""Bytes of a key."""
BEST_GRADE = 3
"""Grades of government effectiveness run from 0 to this one."""
MILLION = 1e6
"""People in the unit of a population file."""
MOST_PEOPLE, MOST_STAFF = 2_000, 10_000
"""Millions of people, and partnership staff, above which a file must hold a mistake."""
ROUNDING = 0.005
"""How far the weights of a mandate, written with three digits, may add up to something else than 1."""


@dataclass(frozen=True)
class Population:
    """What a population folder says. Rows keep the order of the files; shares are cumulated where the engine draws."""

    name: str
    codes: list[str]
    """Entity codes."""
    entity: dict[str, np.ndarray]
    """Per entity: tier, seat (row of a State), hq_staff, country_staff, field_share, convenes, mandate (entity, goal)."""
    iso3: list[str]
    government: dict[str, np.ndarray]
    """Per State: region, ldc, people, income, effectiveness (0-1), support (0-1), local_network, country_team, need."""
    state_names: list[str]
    classes: dict[str, np.ndarray]
    """Per company class: share, presence, compact_member, maturity mean and sd."""
    sectors: list[str]
    sector: dict[str, np.ndarray]
    """Per sector: share, misconduct, competence (sector, goal)."""
    home_weight: np.ndarray
    """Per State: share of company homes."""
    civil: dict[str, np.ndarray]
    """Per type: share, competence, countries, legitimacy, capacity (low, high), wealthy home."""

    def targets(self) -> set[str]:
        """Every word a policy's target may use."""
        return {*self.codes, *TIERS, *self.iso3, *REGIONS, *INCOMES, "ldc"}

    def numbers(self) -> dict[str, float]:
        """How many there are of what levers cost money for, by the words of ``scenario.levers.PER``; offices as expected."""
        teams = float(self.government["country_team"].sum())
        return {
            "adopter": float(len(self.codes)),
            "country": float(len(self.iso3)),
            "team": teams,
            "staff": float(self.entity["hq_staff"].sum() + self.entity["country_staff"].sum()),
            "office": float(self.entity["field_share"].sum()) * teams,
        }


def stable_key(text: str) -> np.uint64:
    """A 64-bit key from a code, so that draws do not depend on the order of a file."""
    return np.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:KEY_BYTES], "little"))


def _rows(path: Path, wanted: set[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = wanted - set(reader.fieldnames or ())
            if missing:
                raise ScenarioError(f"{path}: column {sorted(missing)[0]!r} is missing; wanted are {', '.join(sorted(wanted))}")
            rows = list(reader)
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror})") from None
    if not rows:
        raise ScenarioError(f"{path}: no rows; at least one is wanted")
    return rows


def _numbers(path: Path, rows: list[dict[str, str]], column: str, low: float, high: float) -> np.ndarray:
    out = np.empty(len(rows))
    for i, row in enumerate(rows):
        try:
            out[i] = float(row[column])
        except ValueError:
            raise ScenarioError(f"{path}: line {i + 2}, column {column!r}: {row[column]!r} is not a number") from None
        if not low <= out[i] <= high:
            raise ScenarioError(f"{path}: line {i + 2}, column {column!r}: {out[i]:g} lies outside {low:g} to {high:g}")
    return out


def _classes(path: Path, rows: list[dict[str, str]], column: str, allowed: tuple[str, ...]) -> np.ndarray:
    for i, row in enumerate(rows):
        if row[column] not in allowed:
            raise ScenarioError(f"{path}: line {i + 2}, column {column!r}: {row[column]!r}; allowed are {', '.join(allowed)}")
    return np.array([allowed.index(row[column]) for row in rows], dtype=np.int64)


def load_population(folder: Path) -> Population:
    """Read a population folder; raises ScenarioError naming file, line and column of a mistake."""
    note = read_toml(folder / "population.toml")
    governments = _load_governments(folder / "governments.csv", note)
    entities = _load_entities(folder / "entities.csv", governments[0])
    classes, sectors, sector, home_share = _load_companies(folder / "companies.toml")
    civil = _load_civil(folder / "civil_society.toml")
    iso3, names, government = governments
    home = np.zeros(len(iso3))
    weight = government["people"] * np.array([note["rules"]["firm_weight"][INCOMES[i]] for i in government["income"]])
    for name, share in home_share.items():
        here = government["region"] == REGIONS.index(name) if name in REGIONS else np.zeros(len(iso3), bool)
        if here.any():
            home[here] = share * weight[here] / weight[here].sum()
    return Population(
        folder.name,
        *entities,
        iso3,
        government,
        names,
        classes,
        sectors,
        sector,
        home / home.sum(),
        civil,
    )


def _load_governments(path: Path, note: dict) -> tuple[list[str], list[str], dict[str, np.ndarray]]:
    needs = [f"need_{goal}" for goal in GOALS]
    wanted = {
        "iso3",
        "name",
        "region",
        "ldc",
        "people_m",
        "income_group",
        "effectiveness",
        "local_network",
        "country_team",
        *needs,
    }
    rows = _rows(path, wanted)
    grade = _numbers(path, rows, "effectiveness", 0, BEST_GRADE)
    support = np.array(note["rules"]["host_support"]["by_effectiveness"], dtype=float)
    return (
        [row["iso3"] for row in rows],
        [row["name"] for row in rows],
        {
            "region": _classes(path, rows, "region", REGIONS),
            "ldc": _numbers(path, rows, "ldc", 0, 1),
            "people": _numbers(path, rows, "people_m", 0, MOST_PEOPLE) * MILLION,
            "income": _classes(path, rows, "income_group", INCOMES),
            "effectiveness": grade / BEST_GRADE,
            "support": support[grade.astype(int)],
            "local_network": _numbers(path, rows, "local_network", 0, 1),
            "country_team": _numbers(path, rows, "country_team", 0, 1),
            "need": np.column_stack([_numbers(path, rows, column, 0, 1) for column in needs]),
        },
    )


def _load_entities(path: Path, iso3: list[str]) -> tuple[list[str], dict[str, np.ndarray]]:
    weights = [f"w_{goal}" for goal in GOALS]
    rows = _rows(path, {"code", "tier", "seat", "hq_staff", "country_staff", "field_share", "convenes", *weights})
    mandate = np.column_stack([_numbers(path, rows, column, 0, 1) for column in weights])
    off = np.flatnonzero(np.abs(mandate.sum(axis=1) - 1.0) > ROUNDING)
    if off.size:
        raise ScenarioError(f"{path}: line {off[0] + 2}: mandate weights add up to {mandate[off[0]].sum():.3f}; 1 is wanted")
    convenes = _numbers(path, rows, "convenes", 0, 1) > 0
    if convenes.sum() > 1:
        raise ScenarioError(f"{path}: column 'convenes' is 1 for {convenes.sum()} entities; one at most convenes country teams")
    return [row["code"] for row in rows], {
        "tier": _classes(path, rows, "tier", TIERS),
        "seat": np.array([iso3.index(row["seat"]) if row["seat"] in iso3 else -1 for row in rows], dtype=np.int64),
        "hq_staff": _numbers(path, rows, "hq_staff", 0, MOST_STAFF),
        "country_staff": _numbers(path, rows, "country_staff", 0, MOST_STAFF),
        "field_share": _numbers(path, rows, "field_share", 0, 1),
        "convenes": convenes,
        "mandate": mandate / mandate.sum(axis=1, keepdims=True),
    }


def _load_companies(path: Path) -> tuple[dict[str, np.ndarray], list[str], dict[str, np.ndarray], dict[str, float]]:
    data = read_toml(path)
    if len(data.get("sector", ())) > MAX_SECTORS:
        raise ScenarioError(f"{path}: {len(data['sector'])} sectors; allowed are at most {MAX_SECTORS}")
    try:
        classes = [data["size_class"][name] for name in CLASSES]
        sectors = data["sector"]
        return (
            {
                "share": np.array([c["share"] for c in classes], dtype=float),
                "presence": np.array([c["presence"] for c in classes], dtype=float),
                "compact_member": np.array([c["compact_member"] for c in classes], dtype=float),
                "maturity": np.array([(c["maturity"]["mean"], c["maturity"]["sd"]) for c in classes], dtype=float),
            },
            list(sectors),
            {
                "share": np.array([s["share"] for s in sectors.values()], dtype=float),
                "misconduct": np.array([s["misconduct"] for s in sectors.values()], dtype=float),
                "competence": np.array([s["competence"] for s in sectors.values()], dtype=float),
            },
            dict(data["home"]["region"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ScenarioError(f"{path}: {error} is missing or of the wrong form; see un-2011/companies.toml") from None


def _load_civil(path: Path) -> dict[str, np.ndarray]:
    try:
        types = list(read_toml(path)["type"].values())
        return {
            "share": np.array([t["share"] for t in types], dtype=float),
            "competence": np.array([t["competence"] for t in types], dtype=float),
            "countries": np.array([t["countries"] for t in types], dtype=float),
            "legitimacy": np.array([t["legitimacy"] for t in types], dtype=float),
            "capacity": np.array([t["capacity"] for t in types], dtype=float),
            "wealthy": np.array([t["home"] == "wealth" for t in types], dtype=bool),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ScenarioError(f"{path}: {error} is missing or of the wrong form; see un-2011/civil_society.toml") from None
