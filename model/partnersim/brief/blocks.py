"""What a brief is made of, before it is a page: sections of paragraphs, lists, tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from partnersim.figures.style import Picture


@dataclass(frozen=True)
class Claim:
    """A clause that states a difference: made from one row of a table, and held against it again once the page is made.

    ``table``: name of the table; ``row``: place in it; ``key``: text of the catalogue, whose last word is the verdict claimed.
    """

    text: str
    table: str
    row: int
    key: str


Sentence = Sequence["str | Claim"]
"""Pieces that follow each other; white space and stops stand in the plain ones."""


@dataclass(frozen=True)
class Paragraph:
    """A sentence, or several."""

    pieces: Sentence
    kind: str = "text"
    """``text``, ``note`` or ``badge``."""


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[Sentence]


@dataclass(frozen=True)
class Grid:
    """A table: heads of columns, rows of cells, the first cell of a row its head."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Sentence]]
    wide: bool = False


@dataclass(frozen=True)
class Drawing:
    """A figure by file name, with the sentence below it."""

    name: str
    picture: Picture
    caption: str
    data: pd.DataFrame | None = None


Block = Paragraph | Bullets | Grid | Drawing


@dataclass
class Section:
    """A part of the page with a heading; ``at``: its address in the page; ``parts`` stand below it."""

    at: str
    title: str
    blocks: list[Block] = field(default_factory=list)
    parts: list[Section] = field(default_factory=list)
    is_page: bool = False
    """Whether it begins on a page of its own in print."""
