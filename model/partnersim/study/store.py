"""A study's folder: what was asked, the runs in parts that never change, a journal, and tables made of them.

::

    manifest.json                  what was asked, model version, library versions, platform, git state, time used
    points.csv                     a row a point: its digest, scenario, world, strengths of levers, numbers of the world
    journal.jsonl                  what happened, line by line: begun, parts, failed runs, ended; one for each shard
    runs/outcomes/<part>.parquet   point, seed, then the outcomes; written last, so it vouches for both
    runs/monthly/<part>.parquet    point, seed, month, then the series
    *.csv, outcomes.parquet        made of the runs at the end, and at any time again

A run is known by its point, a digest of everything that makes it, and its seed. Parts never change once they have their name.
Whoever is killed leaves whole parts; asked again, only the missing runs are made, and the tables are those of an undisturbed
study. Several processes may write, each with a shard of its own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import json
import os
import platform
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnersim.study.files import PARTIAL, StudyError, append_line, write_bytes, write_csv, write_json
from partnersim.study.runs import Failure, Produced
from partnersim.study.versions import git_state, model_digest, versions

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

FORMAT = "partnersim study 2"
ADVICE = "Name another folder with --out."
MANIFEST, JOURNAL, DAMAGED = "manifest.json", "journal", ".damaged"
OUTCOMES, MONTHLY = Path("runs", "outcomes"), Path("runs", "monthly")
RUNNING, COMPLETE = "running", "complete"


@dataclass(frozen=True)
class Asked:
    """What makes two studies the same. ``study``: as :meth:`Study.content` gives it; ``points``: digest of all points."""

    study: Mapping[str, Any]
    points: str
    engine: str
    inputs: tuple[int, int] | None = None
    """How many of the scenarios' inputs are assumed, of how many."""

    def to_json(self) -> dict[str, Any]:
        """Plain content for the manifest."""
        return {**dataclasses.asdict(self), "inputs": list(self.inputs) if self.inputs else None}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Asked:
        """What a manifest holds."""
        inputs = tuple(content["inputs"]) if content.get("inputs") else None
        return cls(dict(content["study"]), content["points"], content["engine"], inputs)


@dataclass
class Stored:
    """What is in the parts: seeds by point, and failed runs by (point, seed)."""

    seeds: dict[str, set[int]] = field(default_factory=dict)
    failures: dict[tuple[str, int], Failure] = field(default_factory=dict)

    def has(self, point: str, seed: int) -> bool:
        """Whether a run is finished, or known to fail."""
        return seed in self.seeds.get(point, ()) or (point, seed) in self.failures

    def add(self, point: str, seeds: Iterable[int]) -> None:
        """Note finished runs."""
        self.seeds.setdefault(point, set()).update(seeds)


class Folder:
    """A study's folder, opened to write with a ``shard`` name of its own ("" alone).

    Raises :class:`StudyError` where the folder holds anything but a study, or cannot be used; writes nothing before
    :meth:`begin`.
    """

    def __init__(self, path: Path, shard: str = "") -> None:
        self.path, self.shard = Path(path), shard
        self.manifest = read_manifest(self.path) if self._is_in_use() else None
        self._journal = self.path / f"{JOURNAL}{f'-{shard}' if shard else ''}.jsonl"
        self._lock: Any = None
        self._beside = ""

    def _is_in_use(self) -> bool:
        if not self.path.exists():
            return False
        if not self.path.is_dir():
            raise StudyError(f"{self.path} is a file; results need a folder. {ADVICE}")
        try:
            names = [p.name for p in self.path.iterdir() if not p.name.startswith(".") and p.name != "study.toml"]
        except OSError as error:
            raise StudyError(f"{self.path}: cannot be read ({error.strerror}). {ADVICE}") from None
        if names and MANIFEST not in names:
            raise StudyError(
                f"{self.path} holds files that are not from a study ({', '.join(sorted(names)[:3])}) and stays as it is. {ADVICE}"
            )
        return bool(names)

    @property
    def asked(self) -> Asked | None:
        """What the folder's study asks; None for a new folder."""
        return Asked.from_json(self.manifest["asked"]) if self.manifest else None

    @property
    def is_complete(self) -> bool:
        """Whether the manifest says that nothing is missing."""
        return self.manifest is not None and self.manifest["status"] == COMPLETE

    def begin(self, asked: Asked, points: pd.DataFrame, beside: Path, told: Mapping[str, Any]) -> None:
        """Declare the study as running, before its first run; clears what a killed process left half written.

        ``beside``: the folder from which the study names files; ``told`` goes into the journal. Raises :class:`StudyError`
        where the folder cannot be written, or another process is at work with the same shard.
        """
        from filelock import FileLock, Timeout

        self._beside = _seen_from(beside, self.path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self.path / f".{self._journal.stem}.lock")
            self._lock.acquire(timeout=0)
            for left in [p for where in ("", "runs/*/") for p in self.path.glob(f"{where}.*{self.mark}{PARTIAL}")]:
                left.unlink()
            self._write_manifest(asked, RUNNING)  # first, since a folder of files without it is taken for another's
            for part in (OUTCOMES, MONTHLY):
                (self.path / part).mkdir(parents=True, exist_ok=True)
            self.keep_points(points)
            self.note({"event": "begun", "time": _now(), **told})
        except Timeout:
            raise StudyError(f"{self.path}: another process is running this study. Wait for it, or use --shard.") from None
        except OSError as error:
            self._let_go()
            raise StudyError(f"{self.path}: cannot be written ({error.strerror}). {ADVICE}") from None
        except BaseException:
            self._let_go()
            raise

    def keep_points(self, points: pd.DataFrame) -> None:
        """Write the points anew, where a search has found more while it runs."""
        write_csv(points, self.path / "points.csv", self.mark)

    @property
    def mark(self) -> str:
        """Tells the temporary files of this shard from those of others, which may be at work."""
        return f".{self.shard or 'one'}"

    def close(self, told: Mapping[str, Any], asked: Asked | None = None, tables: Sequence[str] = (), **more: Any) -> None:
        """Note how the work ended, and let others in.

        With ``asked`` the study is declared complete, with its ``tables``; ``more`` goes into the manifest: ``seeds`` of each
        scenario that they are made of, as stretches.
        """
        try:
            with contextlib.suppress(StudyError):  # a full disk has been told already
                self.note({"event": "ended", "time": _now(), **told})
            if asked is not None:
                self._write_manifest(asked, COMPLETE, tables={name: _digest(self.path / name) for name in tables}, **more)
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.release()

    def has_tables(self) -> bool:
        """Whether the tables of a complete study are there as they were written."""
        digests = (self.manifest or {}).get("tables") or {}
        return bool(digests) and all(_digest(self.path / name) == digest for name, digest in digests.items())

    def _write_manifest(self, asked: Asked, status: str, **more: Any) -> None:
        used = [line for line in self.journal() if line.get("event") == "ended"]
        content = {
            "format": FORMAT,
            "status": status,
            "asked": asked.to_json(),
            "model": model_digest(),
            "beside": self._beside,
            "seeds": None,
            "tables": None,
            "packages": versions(),
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.machine()}",
            "git": git_state(),
            "wall_seconds": round(sum(line["wall_seconds"] for line in used), 3),
            "cpu_seconds": round(sum(line["cpu_seconds"] for line in used), 3),
            **more,
        }
        write_json(content, self.path / MANIFEST, self.mark)
        self.manifest = json.loads(json.dumps(content))

    def note(self, line: Mapping[str, Any], sync: bool = True) -> None:
        """Add a line to the journal and, unless nothing is read from it, force it to disk."""
        append_line(json.dumps(line), self._journal, sync)

    def note_retry(self, runs: Sequence[tuple[str, int]]) -> None:
        """Forget the failures of these runs noted so far, in whichever journal."""
        lines = {name: len(lines) for name, lines in self._journals().items()}
        self.note({"event": "retried", "runs": runs, "lines": lines})

    def journal(self) -> Iterator[dict[str, Any]]:
        """The lines of all journals, of each in its order; a line that a killed process left half written is passed over."""
        for lines in self._journals().values():
            yield from lines

    def _journals(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for path in sorted(self.path.glob(f"{JOURNAL}*.jsonl")):
            found[path.name] = []
            for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    line = json.loads(text)
                except ValueError:
                    continue
                if isinstance(line, dict):
                    found[path.name].append(line)
        return found

    def add(self, name: str, produced: Produced) -> None:
        """Keep a block's parts and note its failures; on return they are on disk."""
        if produced.failures:
            lines = [json.dumps({"event": "failed", **failure._asdict()}) for failure in produced.failures]
            append_line("\n".join(lines), self._journal)
        if produced.outcomes is None:
            return
        if produced.monthly is not None:
            write_bytes(produced.monthly, self.path / MONTHLY / f"{name}.parquet", self.mark)
        write_bytes(produced.outcomes, self.path / OUTCOMES / f"{name}.parquet", self.mark)
        told = {"event": "part", "part": name, "runs": produced.finished, "seconds": round(produced.seconds, 4)}
        self.note(told, sync=False)  # the part itself tells what is finished

    def parts(self) -> list[Path]:
        """The parts with outcomes, by name."""
        return sorted((self.path / OUTCOMES).glob("*.parquet"))

    def stored(self, months: int = 0, look_only: bool = False) -> Stored:
        """What is finished or known to fail. A part that is not whole is set aside, and its runs count as missing.

        ``months``: 0 where no paths are kept, so that parts without them are whole. ``look_only``: nothing is
        set aside, since another process may be at work.
        """
        found = Stored()
        for part in self.parts():
            rows = _keys(part)
            if rows is None or (months and not self._has_paths(part.name, len(rows[0]))):
                if not look_only:
                    self._set_aside(part)
                continue
            for code, point in enumerate(rows[2]):
                found.add(point, rows[1][rows[0] == code].tolist())
        journals = self._journals()
        retried: dict[tuple[str, int], list[dict[str, int]]] = {}
        for line in itertools.chain(*journals.values()):
            if line.get("event") == "retried":
                for point, seed in line.get("runs", ()):
                    retried.setdefault((point, seed), []).append(line["lines"])
        for name, lines in journals.items():
            for number, line in enumerate(lines):
                if line.get("event") == "failed":
                    failure = Failure(*(line.get(key, "") for key in Failure._fields))
                    run = failure.point, failure.seed
                    if not any(number < seen.get(name, 0) for seen in retried.get(run, ())):
                        found.failures[run] = failure
        for point, seed in list(found.failures):
            if seed in found.seeds.get(point, ()):
                del found.failures[point, seed]
        return found

    def _has_paths(self, name: str, runs: int) -> bool:
        """Whether a part with paths is whole: some months of each run, how many its points know."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            rows = pq.read_metadata(self.path / MONTHLY / name).num_rows
        except (OSError, ValueError, KeyError, pa.ArrowException):
            return False
        return bool(rows and rows % runs == 0)

    def _set_aside(self, part: Path) -> None:
        """Give what is damaged a name that nothing reads."""
        for path in (part, self.path / MONTHLY / part.name):
            try:
                path.replace(path.with_name(path.name + DAMAGED))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StudyError(f"{path} is damaged, and cannot be set aside ({error.strerror}).") from None


def read_part(path: Path, columns: Sequence[str]) -> pa.Table:
    """Columns of a part, checked. Raises ``OSError``, ``ValueError`` or ``ArrowException`` where it is not whole."""
    import pyarrow.parquet as pq

    # Twice as quick as read_table, which plans for many files; parts are too small to share among threads.
    with pq.ParquetFile(path, read_dictionary=["point"], page_checksum_verification=True) as file:
        table = file.read(list(columns), use_threads=False)
    if table.num_columns < len(columns):
        raise ValueError(f"it lacks {', '.join(sorted(set(columns) - set(table.column_names)))}")
    return table


def _keys(part: Path) -> tuple[np.ndarray, np.ndarray, list[str]] | None:
    """For each row of a part the code of its point and its seed, and the points by code; None where it is not whole."""
    import pyarrow as pa

    try:
        table = read_part(part, ["point", "seed"])
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None
    point = table.column("point").combine_chunks()
    point = point.chunk(0) if isinstance(point, pa.ChunkedArray) else point
    return point.indices.to_numpy(), table.column("seed").to_numpy(), point.dictionary.to_pylist()


def _digest(path: Path) -> str | None:
    """Sixteen hexadecimal digits of a file's content; None where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return None


def _seen_from(path: Path, start: Path) -> str:
    """A path said from another one, so that a folder names no machine's; in full where they have nothing in common."""
    try:
        return Path(os.path.relpath(path.absolute(), start.absolute())).as_posix()
    except ValueError:
        return str(path.absolute())


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a study's folder; :class:`StudyError` where there is none of ours."""
    path = Path(folder) / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(f"{folder} holds no study: there is no {MANIFEST} in it.") from None
    except (OSError, ValueError) as error:
        raise StudyError(f"{path}: cannot be read as a study's manifest ({error}). {ADVICE}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise StudyError(f"{path} is not a manifest of the form {FORMAT!r}. {ADVICE}")
    try:
        Asked.from_json(content["asked"])
    except (KeyError, TypeError, ValueError):
        raise StudyError(f"{path} is a study's manifest, but what it asks is not whole. {ADVICE}") from None
    return content
