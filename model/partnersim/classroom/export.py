"""A session in one zip: tables as CSV, every package as a scenario file, a page to read, and a README of what is in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pandas as pd

from partnersim import sharing
from partnersim.classroom.errors import ROOM
from partnersim.classroom.packages import in_world
from partnersim.classroom.store import Book
from partnersim.classroom.summary import page
from partnersim.classroom.whole import (
    Whole,
    decisions_table,
    letter,
    log_table,
    members_table,
    predictions_table,
    read_whole,
    results_table,
    stem,
)
from partnersim.languages.catalogue import Catalogue
from partnersim.mistakes import Mistake
from partnersim.study.files import FLOAT_FORMAT

TABLES = {
    "members": members_table,
    "decisions": decisions_table,
    "predictions": predictions_table,
    "results": results_table,
    "log": log_table,
}
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""First signs of a text that a spreadsheet would take for a formula."""
FIRST = (1980, 1, 1, 0, 0, 0)
"""The time of all files in it, so that the same session makes the same bytes."""


def archive(book: Book, session: int) -> bytes:
    """The zip of a session. Nothing in it runs: no scripts in the page, no formulas in the tables."""
    whole = read_whole(book, session)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in _files(whole):
            info = zipfile.ZipInfo(name, FIRST)
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, data)
    return content.getvalue()


def _files(whole: Whole) -> Iterator[tuple[str, str]]:
    yield "README.txt", _readme(whole)
    yield "summary.html", page(whole)
    for name, table in TABLES.items():
        yield f"{name}.csv", as_csv(table(whole))
    for proposal in whole.proposals:
        yield f"packages/{stem(proposal)}.toml", proposal.text
    yield from _in_worlds(whole)


def _in_worlds(whole: Whole) -> Iterator[tuple[str, str]]:
    """The packages that count, each in the worlds in which its round was played."""
    for number, held_out in whole.worlds.items():
        for team, proposal in whole.latest(number).items():
            try:
                package = sharing.scenario_from_text(proposal.text, proposal.label)
            except Mistake:
                continue  # a lever has changed since; the text as it was proposed is kept above
            for world in dict.fromkeys([whole.session.calm, held_out or whole.session.calm]):
                yield f"worlds/{world}/round-{number}-team-{letter(team)}.toml", in_world(package, world)


def as_csv(table: pd.DataFrame) -> str:
    """A table that spreadsheets open as it is: UTF-8 with its mark, and no text that they would compute."""
    return "\ufeff" + table.map(_cell).to_csv(index=False, float_format=FLOAT_FORMAT, lineterminator="\n")


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


def _readme(whole: Whole) -> str:
    session = whole.session
    say = Catalogue(ROOM, session.language)
    setting = f"--seeds {session.seeds} --months {session.months} --size {session.size}"
    return say("zip.readme", title=session.title, calm=session.calm, setting=setting)
