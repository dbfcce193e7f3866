"""What a story of one agent or one partnership is: paragraphs, what nobody in it knew, and links to who else is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from partnersim.english import sentence
from partnersim.languages.catalogue import Catalogue


class Link(NamedTuple):
    """Where a reader can go on."""

    to: str
    """agent or partnership."""
    number: int
    """Of the node, or of the partnership."""
    text: str


@dataclass
class Telling:
    """The story of one agent or partnership in a language."""

    title: str
    paragraphs: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    """What nobody in the story knew, a paragraph each; to be shown under that heading and nowhere else."""
    agents: list[Link] = field(default_factory=list)
    partnerships: list[Link] = field(default_factory=list)

    def text(self, hidden_title: str) -> str:
        """All of it in plain text, the hidden part under its heading."""
        parts = [self.title, *self.paragraphs]
        return "\n\n".join([*parts, hidden_title, *self.hidden] if self.hidden else parts) + "\n"


class Sentences:
    """Sentences from a table of the catalogue, joined as the language joins them."""

    def __init__(self, say: Catalogue, table: str) -> None:
        self.say, self.table = say, table
        self.said: list[str] = []

    def __call__(self, key: str, **values: object) -> Sentences:
        """Add the sentence ``key`` of the table."""
        self.said.append(sentence(self.say(f"{self.table}.{key}", **values)))
        return self

    def paragraph(self, into: list[str]) -> None:
        """Put what was said so far into a list as one paragraph, where anything was."""
        if self.said:
            into.append(self.say("list.sentences").join(self.said))
        self.said = []


def most_first(items: Iterable[tuple[int, float]]) -> list[int]:
    """The keys of (key, size) pairs, the largest sum of sizes first, equal ones in the order of the keys."""
    total: dict[int, float] = {}
    for key, size in items:
        total[key] = total.get(key, 0.0) + size
    return sorted(total, key=lambda key: (-total[key], key))
