"""Differences said in clauses, and the check that none says more than its interval allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

import pandas as pd

from partnersim.brief.blocks import Claim
from partnersim.languages.catalogue import Catalogue
from partnersim.study import words

DIGITS = 3
"""Most digits of a size, unless its interval ends nearer to zero than they tell."""
COLUMNS = ("outcome", "reference_mean", "difference", "low", "high")
"""What a row must have for its difference to be said; ``low, high`` are simultaneous over its table's family."""


class UnfoundedClaim(RuntimeError):
    """A sentence that its table does not bear out: a mistake in the brief's code, never a user's."""


def clear_ones(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose difference is clear, the largest first."""
    return rows[rows["verdict"].isin(words.CLEAR)].sort_values("difference", key=abs, ascending=False, kind="stable")


def claim(catalogue: Catalogue, tables: Mapping[str, pd.DataFrame], table: str, row: int, style: str = "difference") -> Claim:
    """What row ``row`` of ``table`` says, in the words ``style`` of the catalogue, such as "transaction cost lower by 5.1 %"."""
    found = tables[table].iloc[row]
    key = f"claim.{style}.{_word(found)}"
    return Claim(_text(catalogue, key, found), table, row, key)


def _word(row: pd.Series) -> str:
    verdict = words.verdict(row["low"], row["high"])
    return verdict if verdict in words.CLEAR else {words.NONE: "none", words.TOO_FEW: "few"}.get(verdict, "unclear")


def _text(catalogue: Catalogue, key: str, row: pd.Series) -> str:
    size, unit, low, high = words.amount_parts(row, DIGITS)
    better = words.BETTER.get(row["outcome"], "none")
    side = "neutral" if better == "none" or _word(row) not in words.CLEAR else "better" if _word(row) == better else "worse"
    label = f"label.{row['outcome']}"
    return catalogue(
        key,
        outcome=catalogue(label) if catalogue.has(label) else words.label(row["outcome"]).lower(),
        size=size,
        unit=unit,
        low=low,
        high=high,
        side=catalogue(f"side.{side}"),
        name=row.get("name", ""),
    )


def check(page: str, tables: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> int:
    """Hold every claim of a page against its table; returns how many there are.

    A claim of a difference needs an interval without zero, and every claim must be what its row says now. Raises
    :class:`UnfoundedClaim` for the first that is not.
    """
    n = 0
    for found in _claims(page):
        row = tables[found.table].iloc[found.row]
        said = found.key.rpartition(".")[2]
        if said in words.CLEAR and not (row["high"] < 0 if said == "lower" else row["low"] > 0):
            raise UnfoundedClaim(
                f"{found.text!r} claims a difference; {found.table}, row {found.row}: {row['low']} to {row['high']}"
            )
        if found.text != _text(catalogue, found.key, row) or said != _word(row):
            raise UnfoundedClaim(f"{found.text!r} is not what {found.table}, row {found.row}, says")
        n += 1
    return n


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Claim] = []
        self._open: dict[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "data-claim" in told:
            self._open, self._text = told, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open is not None and tag == "span":
            told, self._open = self._open, None
            self.found.append(Claim(self._text, told["data-table"], int(told["data-row"]), told["data-claim"]))


def _claims(page: str) -> Iterator[Claim]:
    reader = _Reader()
    reader.feed(page)
    yield from reader.found
