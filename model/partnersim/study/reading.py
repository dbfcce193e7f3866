"""Runs read back from a study's parts, in the order of its points and seeds, however they were cut and whoever made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from partnersim.study.files import StudyError, write_whole
from partnersim.study.store import MONTHLY, OUTCOMES, read_part

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "outcomes.parquet"
CHUNK = 20_000
"""Runs held at once while the table of outcomes is written."""
KEPT = 64
"""Parts kept open while it is written: blocks of neighbouring runs lie in neighbouring parts."""
LABELS = ["scenario", "world", "seed"]


def read_points(folder: Path) -> pd.DataFrame:
    """The points of a study's folder. :class:`StudyError` where they cannot be read."""
    try:
        return read_table(folder / "points.csv")
    except (OSError, ValueError) as error:
        raise StudyError(f"{folder}: the points of the study cannot be read ({error}).") from None


def read_table(path: Path) -> pd.DataFrame:
    """A table as it was written: words are words, even where a scenario is named "null" or "1e5"."""
    return pd.read_csv(path, dtype={"point": str, "scenario": str}, keep_default_na=False, na_values=[""])


def read_outcomes(
    folder: Path, points: pd.DataFrame, seeds: Mapping[str, Sequence[int]] | None, columns: Sequence[str]
) -> pd.DataFrame:
    """``scenario, world, seed``, then the ``columns``: a row a run.

    ``points``: a frame with ``point, scenario, world``, in the order wanted. ``seeds``: those wanted of each scenario; None for
    all there are.
    """
    files = sorted((folder / OUTCOMES).glob("*.parquet"))
    return _tidy(_read(files, ["point", "seed", *columns]), points, seeds, [])


def read_monthly(
    folder: Path, points: pd.DataFrame, seeds: Mapping[str, Sequence[int]] | None, series: Sequence[str]
) -> pd.DataFrame:
    """``scenario, world, seed, month``, then the ``series``: a row a month of a run; arguments as :func:`read_outcomes`."""
    return _tidy(_read(_paths(folder) if series else [], ["point", "seed", "month", *series]), points, seeds, ["month"])


class Where(NamedTuple):
    """Where the runs wanted are: the parts, and for each run its place among the points, its seed, its part and its row there."""

    parts: Sequence[Path]
    place: np.ndarray
    seed: np.ndarray
    part: np.ndarray
    row: np.ndarray


def find_runs(folder: Path, points: pd.DataFrame, seeds: Mapping[str, Sequence[int]] | None) -> Where:
    """The runs wanted, sorted by world, seed and scenario; arguments as :func:`read_outcomes`."""
    parts = sorted((folder / OUTCOMES).glob("*.parquet"))
    return Where(parts, *_index(parts, points, seeds))


def read_sums(folder: Path, points: pd.DataFrame, where: Where, series: str, months: int, width: int) -> dict[str, pd.DataFrame]:
    """Sums of a path of ``months`` over each ``width`` months, by scenario of one world: seeds x last months of them.

    Summed part by part, since the months of many runs do not fit in memory. Months after the last whole stretch are left out.
    """
    count = months // width
    sums = np.empty((len(where.place), count))
    for number in np.unique(where.part).tolist():
        here = np.flatnonzero(where.part == number)
        path = folder / MONTHLY / where.parts[number].name
        values = _part(path, [series]).column(series).to_numpy().reshape(-1, months)[where.row[here]]
        sums[here] = values[:, : width * count].reshape(len(here), count, width).sum(axis=2)
    names, ends = points["scenario"].to_numpy(), pd.Index(range(width, width * count + 1, width), name="month")
    found = {}
    for name in dict.fromkeys(names):
        mine = np.isin(where.place, np.flatnonzero(names == name))
        found[str(name)] = pd.DataFrame(sums[mine], index=pd.Index(where.seed[mine], name="seed"), columns=ends)
    return found


def _paths(folder: Path) -> list[Path]:
    """Parts of paths. Those without outcomes were left by a killed process, and nothing vouches for them."""
    return [folder / MONTHLY / path.name for path in sorted((folder / OUTCOMES).glob("*.parquet"))]


def _read(files: Sequence[Path], columns: Sequence[str]) -> pd.DataFrame:
    import pyarrow as pa

    tables = [_part(path, columns) for path in files]
    if not tables:
        types = {"point": "category", "seed": "int64", "month": "int64"}
        return pd.DataFrame({name: pd.Series(dtype=types.get(name, "float64")) for name in columns})
    return pa.concat_tables(tables).unify_dictionaries().to_pandas()


def _part(path: Path, columns: Sequence[str]) -> pa.Table:
    """Columns of a part, checked."""
    import pyarrow as pa

    try:
        return read_part(path, columns)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise StudyError(f"{path} is damaged ({error}). Delete this file; its runs will be made again.") from None


def _tidy(frame: pd.DataFrame, points: pd.DataFrame, seeds: Mapping[str, Sequence[int]] | None, more: list[str]) -> pd.DataFrame:
    """Rows of the points wanted, labelled, sorted by world, seed, scenario and ``more``; runs made twice count once."""
    labels = points[["point", "scenario", "world"]].assign(place=np.arange(len(points)))
    # Whole numbers in place of words: a path has a hundred rows for each run.
    known = pd.Index(labels["point"]).unique()
    frame = frame.assign(point=_codes(frame["point"], known))
    frame = frame[frame["point"] >= 0]
    labels["point"] = known.get_indexer(labels["point"])
    if labels["point"].is_unique:
        rows = labels.set_index("point").loc[frame["point"]]
        frame = frame.drop(columns="point")
        for name in ("scenario", "world", "place"):
            frame[name] = rows[name].to_numpy()
    else:
        frame = frame.merge(labels, on="point").drop(columns="point")
    if seeds is not None:
        frame = frame[_are_wanted(frame["scenario"], frame["seed"], seeds)]
    key = ["world", "seed", "place", *more]
    frame = frame.sort_values(key, kind="stable").drop_duplicates(key, ignore_index=True).drop(columns="place")
    rest = [name for name in frame.columns if name not in (*LABELS, *more)]
    return frame[[*LABELS, *more, *rest]]


def _are_wanted(scenario: pd.Series, seed: pd.Series, seeds: Mapping[str, Sequence[int]]) -> np.ndarray:
    """Whether each run's seed is wanted of its scenario; most often all scenarios have the same."""
    by_seeds: dict[Any, list[str]] = {}
    for name, of in seeds.items():
        by_seeds.setdefault(of if isinstance(of, range) else tuple(of), []).append(name)
    wanted = np.zeros(len(seed), dtype=bool)
    for of, names in by_seeds.items():
        inside = (seed >= of.start) & (seed < of.stop) if isinstance(of, range) else seed.isin(of)
        wanted |= (inside if len(names) == len(seeds) else inside & scenario.isin(names)).to_numpy()
    return wanted


def _codes(column: pd.Series, known: pd.Index) -> np.ndarray:
    """Place in ``known`` of each word of a categorical column, -1 where it is not there."""
    places = known.get_indexer(column.cat.categories)
    return places[column.cat.codes.to_numpy()]


def write_outcomes(
    folder: Path, points: pd.DataFrame, seeds: Mapping[str, Sequence[int]], columns: Sequence[str], mark: str = ""
) -> None:
    """Write the table of all runs wanted, ``point, scenario, world, seed`` and the columns, in the order of the points.

    Holds some thousand runs at a time. Equal runs give equal bytes, whoever made them. ``mark`` as in :func:`write_whole`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts, place, seed, part, row = find_runs(folder, points, seeds)
    names = points["scenario"].unique().tolist()
    scenario_code = pd.Index(names).get_indexer(points["scenario"])
    worlds = points["world"].to_numpy(dtype=np.int64)
    digests = points["point"].to_numpy(dtype=object)
    schema = pa.schema(
        [("point", pa.string()), ("scenario", pa.dictionary(pa.int32(), pa.string())), ("world", pa.int64()),
         ("seed", pa.int64()), *((name, pa.float64()) for name in columns)]
    )  # fmt: skip
    kept: dict[int, pa.Table] = {}

    def write(path: Path) -> None:
        options: dict[str, Any] = {"compression": "zstd", "use_dictionary": ["point", "scenario", "world", "seed"]}
        with pq.ParquetWriter(path, schema, use_byte_stream_split=list(columns), write_statistics=False, **options) as writer:
            for first in range(0, max(len(place), 1), CHUNK):
                some = slice(first, first + CHUNK)
                values = _rows(parts, kept, part[some], row[some], columns)
                here = place[some]
                scenario = pa.DictionaryArray.from_arrays(pa.array(scenario_code[here].astype(np.int32)), pa.array(names))
                labels = [pa.array(digests[here], pa.string()), scenario, pa.array(worlds[here]), pa.array(seed[some])]
                writer.write_table(pa.Table.from_arrays([*labels, *values], schema=schema))

    write_whole(folder / TABLE, write, mark)


def _index(
    parts: Sequence[Path], points: pd.DataFrame, seeds: Mapping[str, Sequence[int]] | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For each run wanted, sorted by world, seed and scenario: its place in ``points``, seed, part and row there.

    In whole numbers throughout, since this alone is held for all runs at once.
    """
    known = pd.Index(points["point"]).unique()
    code = known.get_indexer(points["point"])
    places = np.argsort(code, kind="stable")  # by code; scenarios with equal content share one
    first, often = np.searchsorted(code[places], np.arange(len(known))), np.bincount(code, minlength=len(known))
    found: list[tuple[np.ndarray, ...]] = []
    for number, path in enumerate(parts):
        table = _part(path, ["point", "seed"]).to_pandas()
        at = _codes(table["point"], known)
        row = np.flatnonzero(at >= 0).astype(np.int32)
        times = often[at[row]]
        nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        place = places[np.repeat(first[at[row]], times) + nth].astype(np.int32)
        row = np.repeat(row, times)
        found.append((place, table["seed"].to_numpy()[row], np.full(len(row), number, dtype=np.int32), row))
    if not found:
        return tuple(np.zeros(0, dtype=np.int64) for _ in range(4))  # type: ignore[return-value]
    place, seed, part, row = (np.concatenate(some) for some in zip(*found, strict=True))
    order = np.lexsort((place, seed, points["world"].to_numpy()[place]))
    place, seed = place[order], seed[order]
    keep = np.ones(len(place), dtype=bool)
    if seeds is not None:
        keep = _are_wanted(pd.Series(points["scenario"].to_numpy()[place]), pd.Series(seed), seeds)
    keep[1:] &= (place[1:] != place[:-1]) | (seed[1:] != seed[:-1])  # runs made twice count once
    return place[keep], seed[keep], part[order][keep], row[order][keep]


def _rows(
    parts: Sequence[Path], kept: dict[int, pa.Table], part: np.ndarray, row: np.ndarray, columns: Sequence[str]
) -> list[pa.Array]:
    """Columns of the given rows of parts."""
    values = np.empty((len(columns), len(part)))
    for number in np.unique(part).tolist():
        if number not in kept:
            while len(kept) >= KEPT:
                del kept[next(iter(kept))]
            kept[number] = _part(parts[number], columns)
        here = np.flatnonzero(part == number)
        rows = row[here]
        for k, name in enumerate(columns):
            values[k, here] = kept[number].column(name).to_numpy()[rows]
    import pyarrow as pa

    return [pa.array(column) for column in values]
