"""What the sections of a brief share while it is made: studies, tables, words, figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from partnersim.brief.blocks import Claim, Drawing, Sentence
from partnersim.brief.claims import claim
from partnersim.brief.parts import Part
from partnersim.brief.tables import SETTING, Tables
from partnersim.figures.style import Picture
from partnersim.languages.catalogue import Catalogue
from partnersim.languages.speaking import catalogue


@dataclass
class Brief:
    """A brief in the making. ``pictures``: figures by file name, in the order of the page."""

    folder: Path
    parts: list[Part]
    tables: Tables
    say: Catalogue
    pictures: dict[str, Picture] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[Part]:
        """The studies of a kind."""
        return [part for part in self.parts if part.kind == kind]

    def table(self, part: Part, name: str) -> tuple[str, pd.DataFrame] | None:
        """A table of a part with its full name; None where the part has none such."""
        full = f"{part.name}/{name}"
        return (full, self.tables[full]) if self.tables.has(full) else None

    def scenarios(self, part: Part) -> list[str]:
        """Names of a study's scenarios, the reference first."""
        return [str(name) for name in self.tables[f"{part.name}/{SETTING}"]["scenario"]]

    def worlds(self, part: Part) -> int:
        """How many worlds a study has."""
        return int(self.tables[f"{part.name}/{SETTING}"]["worlds"].iloc[0])

    def claim(self, table: str, row: int, style: str = "difference") -> Claim:
        """A clause made of a row."""
        return claim(self.say, self.tables, table, int(row), style)

    def drawing(self, name: str, picture: Picture, caption: str) -> Drawing:
        """A figure of the page, remembered to be written."""
        self.pictures[name] = picture
        return Drawing(name, picture, caption, picture.data)

    def listed(self, pieces: Sequence[Sentence], kind: str = "list") -> list[str | Claim]:
        """Several names as one, ``a, b and c``, or several ``clauses``."""
        say, joined = catalogue("languages"), list[str | Claim]()
        for number, piece in enumerate(pieces):
            if number:
                joined.append(say(f"{kind}.and" if number == len(pieces) - 1 else f"{kind}.comma"))
            joined += piece
        return joined

    def sentences(self, *said: str) -> str:
        """Whole sentences one after the other."""
        return self.say("word.space").join(said)
