"""The studies that a folder of results holds, each with what it can tell and what of it is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from partnersim.english import listed
from partnersim.languages.speaking import catalogue
from partnersim.study.files import StudyError
from partnersim.study.opened import OpenedStudy, open_study
from partnersim.study.reading import TABLE
from partnersim.study.store import MANIFEST, OUTCOMES
from partnersim.study.versions import model_digest

if TYPE_CHECKING:
    from partnersim.study.spec import Study

KINDS = ("scenarios", "factorial", "search", "worlds", "sensitivity")
"""What a study is by its design, in the order of the page: scenarios compared, cells of a factorial, a search for packages,
scenarios in worlds, or worlds drawn to tell what matters in them."""
DRAWN_FOR_SENSITIVITY = ("saltelli", "morris")
PARTIAL = "partial"


@dataclass(frozen=True)
class Part:
    """A study of a brief. ``missing``: what it lacks, in sentences; ``has_runs``: they are here, not their tables alone."""

    name: str
    kind: str
    opened: OpenedStudy
    has_runs: bool
    missing: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.opened.path

    @property
    def is_calibrated(self) -> bool:
        """Whether its worlds are accepted sets of a calibration, and not drawn over ranges."""
        design = self.opened.study.uncertainties
        return design is not None and design.design == "calibration"


def find_parts(folder: Path, any_version: bool = False) -> list[Part]:
    """The study in a folder, or those in the folders within it, by name.

    ``StudyError`` where there is none, and for runs of another version of the model unless ``any_version``.
    """
    folders = [folder] if (folder / MANIFEST).is_file() else sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    if not folders:
        raise StudyError(
            f"{folder} holds no study, nor do the folders in it. `partnersim study run FILE --out {folder}` makes one."
        )
    return [_part(path, any_version) for path in folders]


def _part(folder: Path, any_version: bool) -> Part:
    opened = open_study(folder)
    say, missing = catalogue("brief"), []
    made_by, now = opened.manifest.get("model", say("missing.earlier")), model_digest()
    if made_by != now:
        told = f"{folder} was made by another version of the model ({made_by}; this is {now})"
        if not any_version:
            raise StudyError(
                f"{told}, so its numbers are not those of this one. Make it anew with `partnersim study run "
                f"{folder / 'study.toml'} --out NEW_FOLDER`, or read it as it is with --any-version."
            )
        missing.append(say("missing.version", folder=folder, made=made_by, now=now))
    has_runs = (folder / TABLE).is_file() or any((folder / OUTCOMES).glob("*.parquet"))
    if not opened.is_complete:
        missing.append(_unfinished(opened))
    elif has_runs and (n := len(opened.table("failures"))):
        missing.append(say("missing.failed", study=folder.name, n=n))
    return Part(folder.name, kind_of(opened.study), opened, has_runs, missing)


def _unfinished(opened: OpenedStudy) -> str:
    from partnersim.study.status import status

    found = status(opened.path)
    command = f"partnersim study run {opened.path / 'study.toml'} --out {opened.path}"
    key, there = "missing.unfinished" if found["planned"] else "missing.going_on", {"finished": found["finished"]}
    planned = {"planned": found["planned"]} if found["planned"] else {}
    return catalogue("brief")(key, study=opened.path.name, command=command, **there, **planned)


def kind_of(study: Study) -> str:
    """Which of :data:`KINDS` a study is."""
    if getattr(study, "search", None):
        return "search"
    if study.uncertainties is not None:
        return "sensitivity" if study.uncertainties.design in DRAWN_FOR_SENSITIVITY else "worlds"
    return "factorial" if study.is_factorial else "scenarios"


NEEDS = {
    "effects": ("factorial", '[levers] with design = "fractional-factorial" and resolution = 5'),
    "shares": ("factorial", '[levers] with design = "full-factorial" and at most ten names'),
    "robustness": ("worlds", '[uncertainties] with design = "latin-hypercube" and at least 60 points'),
    "backfire": ("worlds", '[uncertainties] with design = "latin-hypercube" and at least 60 points'),
    "sensitivity": ("sensitivity", '[uncertainties] with design = "morris" or "saltelli"'),
    "packages": ("search", "[search], a search for packages"),
}
"""Sections that may be asked for, with the kind of study and the design that each needs."""


def require(parts: list[Part], wanted: list[str], folder: Path) -> None:
    """``StudyError`` where a section is asked for that no study here can give; says the design, and the command."""
    kinds = {part.kind for part in parts}
    for name in wanted:
        if name not in NEEDS:
            raise StudyError(f"There is no section {name!r}; allowed are {listed(sorted(NEEDS), 'or')}.")
        kind, design = NEEDS[name]
        if kind not in kinds:
            raise StudyError(
                f"{name} needs a study with {design}; {folder} has none. Write one (docs/studies.md), and make it with "
                f"`partnersim study run FILE --out {folder / name}`."
            )
