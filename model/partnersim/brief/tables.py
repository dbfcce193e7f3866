"""Tables that a brief tells of: made of runs, kept as CSV beside them, and always read back from there.

So a page rests on what is on disk alone: who has the tables without the runs gets the same page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from partnersim.brief.names import in_words
from partnersim.study.files import StudyError, write_csv

FOLDER, SETTING = "analysis", "setting"
"""Where tables are kept, and the one that every part has: its scenarios in order, and how many worlds."""

WORDS = ("second", "aliased_with", "like", "best")
"""Columns of words that may all be empty, which a file does not tell from numbers that are missing."""


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name, ``part/table``, read when they are asked for, in the language that is spoken then."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._read: dict[str, pd.DataFrame] = {}

    def keep(self, part: str, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write the tables of a part in place of those that it had."""
        folder = self._folder / part
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob("*.csv"):
                if old.stem not in tables:
                    old.unlink()
        except OSError as error:
            raise StudyError(f"{folder}: cannot be written ({error.strerror}).") from None
        for name, table in tables.items():
            write_csv(table, folder / f"{name}.csv")
            self._read.pop(f"{part}/{name}", None)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            path = self._folder / f"{name}.csv"
            if not path.is_file():
                raise KeyError(name)
            table = pd.read_csv(path, keep_default_na=False, na_values=[""])
            said = [c for c, kind in table.dtypes.items() if c in WORDS or not pd.api.types.is_any_real_numeric_dtype(kind)]
            table = table.astype({column: object for column in said if column in WORDS})
            self._read[name] = in_words(table.fillna(dict.fromkeys(said, "")))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return (path.relative_to(self._folder).with_suffix("").as_posix() for path in sorted(self._folder.glob("*/*.csv")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def has(self, name: str) -> bool:
        """Whether there is such a table."""
        return (self._folder / f"{name}.csv").is_file()
