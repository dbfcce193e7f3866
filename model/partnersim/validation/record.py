"""A validation's folder: tables as CSV and Markdown, a figure a pattern, what it was made with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from partnersim.study.files import StudyError, try_writing, write_csv, write_json, write_text
from partnersim.study.page import filled
from partnersim.study.versions import engine_digest
from partnersim.validation import telling
from partnersim.validation.targets import Pattern
from partnersim.validation.validate import Effort, summary

CHECKS, PATTERNS, SETTING, TABLE = "checks.csv", "patterns.csv", "validation.json", "validation.md"


class Record:
    """Where a validation is kept, tried before anything is run.

    ``page``: a page whose marked places are filled too. Raises :class:`StudyError` for a folder that cannot be written or holds
    something else, and for a page without the places.
    """

    def __init__(self, folder: Path, page: Path | None = None) -> None:
        self.folder, self.page = Path(folder), page
        try_writing(self.folder / SETTING, " Name another folder with --out.")
        if (self.folder / "manifest.json").exists():
            raise StudyError(f"{self.folder} holds a study, which stays as it is. Name another folder with --out.")
        if page is not None:
            self._fill(dict.fromkeys(("verdicts", "patterns", "tensions"), ""))

    def keep(self, patterns: Mapping[str, Pattern], checks: pd.DataFrame, effort: Effort) -> None:
        """Write tables, figures and page, in place of those of an earlier validation."""
        from partnersim.figures import save
        from partnersim.figures.validation import draw_overview, draw_pattern, footer

        write_csv(checks, self.folder / CHECKS)
        write_csv(summary(patterns, checks), self.folder / PATTERNS)
        write_json({**dataclasses.asdict(effort), "engine": engine_digest(), "size": "system"}, self.folder / SETTING)
        blocks = telling.blocks(patterns, checks)
        heads = {"verdicts": "# Validation", "patterns": "## Patterns", "tensions": "## Tensions"}
        write_text("\n\n".join(f"{heads[name]}\n\n{text}" for name, text in blocks.items()) + "\n", self.folder / TABLE)
        below = footer(effort.seeds)
        for name, pattern in patterns.items():
            save(draw_pattern(pattern, checks, below), self.folder / "figures", name)
        save(draw_overview(patterns, checks, telling.counts(patterns, checks)), self.folder, "overview")
        if self.page is not None:
            write_text(self._fill(blocks), self.page)

    def _fill(self, blocks: Mapping[str, str]) -> str:
        page = self.page
        assert page is not None
        try:
            return filled(page.read_text(encoding="utf-8"), blocks)
        except OSError as error:
            raise StudyError(f"{page}: cannot be read ({error.strerror})") from None
        except ValueError as error:
            raise StudyError(f"{page}: {error}") from None
