"""A folder of results made into a brief: analysed, tables kept, sections written, rendered, held against the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd

from partnersim.brief import factorial, methods, packages, recommendations, scenarios, sensitivity, worlds
from partnersim.brief.blocks import Section, Sentence
from partnersim.brief.brief import Brief
from partnersim.brief.claims import check
from partnersim.brief.page import render
from partnersim.brief.parts import KINDS, Part, find_parts, require
from partnersim.brief.precise import require_precision
from partnersim.brief.tables import SETTING, Tables
from partnersim.figures import light_png, light_svg
from partnersim.figures.style import FONTS, unshown_in
from partnersim.languages.catalogue import LANGUAGE, Catalogue, languages
from partnersim.languages.speaking import catalogue, listed, speaking, spoken
from partnersim.scenario.reading import unknown
from partnersim.study.files import StudyError, write_bytes, write_csv, write_text
from partnersim.study.notebook import read_question
from partnersim.study.paired import LEVEL

PAGE, FIGURES = "brief", "figures"
MOST_SIGNS = 8
"""Signs that no font has which are named."""
WRITERS: dict[str, ModuleType] = {
    "scenarios": scenarios,
    "factorial": factorial,
    "worlds": worlds,
    "sensitivity": sensitivity,
    "search": packages,
}
"""Who analyses and tells of each kind of study: ``analyse(part)``, ``answer(brief, part)``, ``sections(brief, part)``."""


@dataclass(frozen=True)
class Report:
    """What was made. ``claims``: differences stated, each held against its table; ``missing``: what the page marks as missing."""

    page: Path
    claims: int
    figures: int
    missing: Sequence[str]


def report(
    folder: str | Path,
    sections: Sequence[str] = (),
    any_version: bool = False,
    language: str = LANGUAGE,
    precision: str | None = None,
    tell: Callable[[str], object] = lambda text: None,
) -> Report:
    """Make the brief of the study in a folder, or of the studies in the folders within it.

    Writes ``brief.html``, ``analysis/`` (the tables it tells of) and ``figures/`` (PNG, SVG, CSV); in another ``language`` than
    English ``brief.LANGUAGE.html`` and ``figures.LANGUAGE/``, of the same tables. Where runs are not here, the tables kept are
    told of. ``sections``: such as must be there, see :data:`partnersim.brief.parts.NEEDS`; ``precision``: see
    :func:`~partnersim.brief.precise.require_precision`; ``tell`` is told what goes on.
    Raises :class:`StudyError` for a language that the brief is not written in, a folder without studies, runs of another model
    version unless ``any_version``, sections that need another design, and tables that are nowhere.
    """
    if language not in languages("brief"):
        raise StudyError(f"{unknown('language', language, languages('brief'))}.")
    with speaking(language):
        return _report(Path(folder), sections, any_version, language, precision, tell)


def _report(
    folder: Path, sections: Sequence[str], any_version: bool, language: str, precision: str | None, tell: Callable[[str], object]
) -> Report:
    parts = find_parts(folder, any_version)
    require(parts, list(sections), folder)
    parts.sort(key=lambda part: (KINDS.index(part.kind), part.name))
    tables = Tables(folder)
    missing = [text for part in parts for text in part.missing]
    for part in parts:
        missing += _analyse(part, tables, tell)
    brief = Brief(folder, parts, tables, Catalogue("brief", language))
    if precision is not None:
        require_precision(brief, precision)
    answer, body = _told(brief)
    title, question, note = _asked(folder, parts)
    body.append(methods.section(brief, _commands(folder, parts, language)))
    images = {name: light_svg(picture) for name, picture in brief.pictures.items()}
    figures, file = folder / _named(FIGURES, language), folder / f"{_named(PAGE, language)}.html"
    asked = (title, question, note)
    missing += (lacking := _unshown(brief))
    page = render(brief.say, asked, missing, answer, _sure(brief), body, brief.pictures, images, figures.name)
    claims = check(page, tables, brief.say)
    figures.mkdir(parents=True, exist_ok=True)
    for name, picture in brief.pictures.items():
        if lacking:
            (figures / f"{name}.png").unlink(missing_ok=True)
        else:
            write_bytes(light_png(picture), figures / f"{name}.png")
        write_bytes(images[name], figures / f"{name}.svg")
        write_csv(picture.data, figures / f"{name}.csv")
    write_text(page, file)
    return Report(file, claims, len(brief.pictures), missing)


def _analyse(part: Part, tables: Tables, tell: Callable[[str], object]) -> list[str]:
    """Make the tables of a part of its runs, or find those kept; returns what could not be made."""
    if not part.has_runs:
        if not any(name.startswith(f"{part.name}/") for name in tables):
            raise StudyError(
                f"{part.folder} has neither runs nor tables of an earlier analysis. "
                f"`partnersim study run {part.folder / 'study.toml'} --out {part.folder}` makes its runs."
            )
        tell(f"{part.folder}: the runs are not here; its kept tables are told of.")
        return []
    tell(f"{part.folder}: analysing.")
    with speaking(LANGUAGE):
        found, lacking = WRITERS[part.kind].analyse(part)
    points = part.opened.points
    setting = pd.DataFrame({"scenario": part.opened.scenarios, "worlds": points["world"].nunique()})
    tables.keep(part.name, found | {SETTING: setting})
    return [catalogue("brief")(key, study=part.name) for key in lacking]


def _unshown(brief: Brief) -> list[str]:
    """That no PNG is written, where it would show boxes in place of signs that no font installed here has."""
    signs = sorted({sign for picture in brief.pictures.values() for sign in unshown_in(picture)})
    some = "".join(signs[:MOST_SIGNS]) + ("…" if len(signs) > MOST_SIGNS else "")
    return [brief.say("missing.font", signs=some, fonts=listed(FONTS[1:], "or"))] if signs else []


def _told(brief: Brief) -> tuple[list[Sentence], list[Section]]:
    answer: list[Sentence] = []
    body: list[Section] = []
    for part in brief.parts:
        answer += WRITERS[part.kind].answer(brief, part)
        body += WRITERS[part.kind].sections(brief, part)
    pages = recommendations.pages(brief)
    return answer, [*body, *pages]


def _asked(folder: Path, parts: Sequence[Part]) -> tuple[str, str, str]:
    """Title, question and note: of the folder's question file in the language spoken, of its only study, or of the first."""
    asked = read_question(folder, spoken()) or parts[0].opened.study
    return asked.title, asked.question, asked.note


def _sure(brief: Brief) -> str:
    inputs = methods.inputs_of(brief.parts)
    if inputs is None:
        return brief.say("head.sure_small", level=f"{LEVEL:.0%}")
    return brief.say("head.sure", level=f"{LEVEL:.0%}", assumed=inputs[0], inputs=inputs[1])


def _named(name: str, language: str) -> str:
    return name if language == LANGUAGE else f"{name}.{language}"


def _commands(folder: Path, parts: Sequence[Part], language: str) -> list[str]:
    """What makes the studies and the brief again, from study files that each folder keeps a copy of."""
    made = [f"partnersim study run {part.folder / 'study.toml'} --out {part.folder}" for part in parts]
    return [*made, f"partnersim report {folder}" + ("" if language == LANGUAGE else f" --language {language}")]
