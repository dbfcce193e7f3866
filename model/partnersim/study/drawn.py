"""Whether a study's figures need no drawing: made of the same runs by the same code, and untouched since."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from partnersim.study.files import write_text
from partnersim.study.store import read_manifest
from partnersim.study.versions import versions

PACKAGE = Path(__file__).resolve().parents[1]
FIGURES, MARK = "figures", "figures.digest"


def are_drawn(study: Path) -> bool:
    """Whether the figures in a study's folder are those that would be drawn now."""
    mark = study / MARK
    return mark.is_file() and mark.read_bytes() == _digest(study).encode()


def mark_drawn(study: Path) -> None:
    """Remember that the figures in a study's folder have just been drawn."""
    write_text(_digest(study), study / MARK)


def _digest(study: Path) -> str:
    """Changes with the question, a library, a source, a run or a figure; all sources, since it costs a few milliseconds."""
    h = hashlib.sha256(json.dumps([read_manifest(study)["asked"], versions()]).encode())
    for folder, kind in ((PACKAGE, "*.py"), (study / "runs", "*.parquet"), (study / FIGURES, "*.*")):
        for path in sorted(folder.rglob(kind)):
            h.update(f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return h.hexdigest()
