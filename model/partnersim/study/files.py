"""Files that are there whole or not at all, with bytes that depend on their content alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnersim.mistakes import Mistake

if TYPE_CHECKING:
    import pandas as pd

FLOAT_FORMAT = "%.10g"
PARTIAL = ".partial"
"""Ending of names (which begin with a dot) of files that are being written."""


class StudyError(Mistake):
    """A study that cannot be made as asked, or kept where asked, said in sentences for the one who asked."""


def write_whole(path: Path, write: Callable[[Path], object], mark: str = "") -> None:
    """Let ``write`` fill a temporary file beside ``path``, force it to disk, then give it its name in one step.

    A process killed at any moment leaves the former file or the new one, never a part. ``mark`` tells the temporary files of
    one writer from those of others. Raises :class:`StudyError` where the folder cannot be written.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}{mark or f'.{os.getpid()}'}{PARTIAL}")
    try:
        try:
            write(partial)
            with open(partial, "rb+") as file:
                os.fsync(file.fileno())
            os.replace(partial, path)
            _sync_folder(path.parent)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise StudyError(f"{path}: cannot be written ({error.strerror or error})") from error


def _sync_folder(folder: Path) -> None:
    """Force the new name to disk as well; only POSIX systems let a folder be opened for that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(content: bytes, path: Path, mark: str = "") -> None:
    """Bytes as they are; ``mark`` as in :func:`write_whole`."""
    write_whole(path, lambda partial: partial.write_bytes(content), mark)


def remove(path: Path) -> None:
    """Delete a file if it is there. Raises :class:`StudyError` where that is not possible."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StudyError(f"{path}: cannot be written ({error.strerror or error})") from error


def append_line(text: str, path: Path, sync: bool = True) -> None:
    """Add lines to a file, below what a killed process left half written, if anything; ``sync``: force them to disk."""
    try:
        with open(path, "ab+") as file:
            file.seek(0, os.SEEK_END)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                text = text if file.read(1) == b"\n" else f"\n{text}"
            file.write(f"{text}\n".encode())
            file.flush()
            if sync:
                os.fsync(file.fileno())
    except OSError as error:
        raise StudyError(f"{path}: cannot be written ({error.strerror or error})") from error


def write_text(text: str, path: Path, mark: str = "") -> None:
    """UTF-8 text with the line ends it has; ``mark`` as in :func:`write_whole`, here and below."""
    write_bytes(text.encode(), path, mark)


def write_json(content: Any, path: Path, mark: str = "") -> None:
    """Indented JSON with sorted keys."""
    write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n", path, mark)


def write_csv(frame: pd.DataFrame, path: Path, mark: str = "") -> None:
    """Columns (never the index) with ten significant digits, LF line ends and empty cells for NaN."""
    write_text(frame.to_csv(index=False, float_format=FLOAT_FORMAT, lineterminator="\n"), path, mark)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Columns (never the index), exact; whole numbers and words get a dictionary, which for other numbers costs time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    repeating = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
    options = {"use_dictionary": repeating, "compression": "zstd", "write_statistics": False}
    write_whole(path, lambda partial: pq.write_table(table, partial, **options))


WRITERS = {".parquet": write_parquet, ".csv": write_csv}
"""How a frame is written, by the ending of the file's name."""


def frame_file(where: Path, name: str, overwrite: bool = False) -> Path:
    """The file that ``where`` means for a frame: itself where it ends in .parquet or .csv, else ``name`` in that folder.

    Makes the folder and tries it, so that a long run is not made in vain. Raises :class:`StudyError` for another
    ending, a file that is there already unless ``overwrite``, and a folder that cannot be written.
    """
    where = Path(where)
    is_file = where.suffix in WRITERS and not where.is_dir()
    path = where if is_file else where / name
    if not is_file and (where.is_file() or (where.suffix and not where.is_dir())):
        raise StudyError(f"{where}: allowed are files ending in {' or '.join(WRITERS)}, or a folder.")
    if path.exists() and not overwrite:
        raise StudyError(f"{path} is there already and stays as it is. Name another file, or allow it to be overwritten.")
    try_writing(path)
    return path


def try_writing(path: Path, advice: str = "") -> None:
    """Make the folder of ``path`` and try a file beside it; raises :class:`StudyError`, with ``advice``, where that fails."""
    trial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise StudyError(f"{path}: cannot be written ({error.strerror}).{advice}") from None


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame by the ending of the path, see :data:`WRITERS`."""
    WRITERS[path.suffix](frame, path)
