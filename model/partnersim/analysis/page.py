"""Numbers and tables as pages of docs/ show them, and the places of a page that a command fills."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from partnersim.study import words

MINUS = "\N{MINUS SIGN}"


def interval(row: pd.Series, unit: str = "") -> str:
    """``+1.2 (0.4 to 2.0)`` of a row with ``difference, low, high``."""
    value, ends = words.measured(row["difference"], row["low"], row["high"])
    low, high = ends.strip("[]").split(", ")
    return f"{value}{unit} ({low} to {high})".replace("-", MINUS)


def markdown(frame: pd.DataFrame) -> str:
    """A frame of words as a table of the page."""
    rows = [list(frame.columns), ["---"] * frame.shape[1], *frame.astype(str).to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def filled(page: str, blocks: Mapping[str, str]) -> str:
    """The page with each ``<!-- begin NAME -->`` to ``<!-- end NAME -->`` filled anew. ``ValueError`` for a missing one."""
    for name, text in blocks.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        parts = re.split(f"{begin}.*?{end}", page, maxsplit=1, flags=re.DOTALL)
        if len(parts) < 2:
            raise ValueError(f"the page has no place {begin} ... {end}")
        page = f"{begin}\n{text}\n{end}".join(parts)
    return page
