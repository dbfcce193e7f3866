"""``partnersim validate`` from the command line, and its page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from partnersim.cli import cli
from partnersim.mistakes import Mistake
from partnersim.study.page import filled
from partnersim.validation import telling
from partnersim.validation.targets import load_patterns

ROOT = Path(__file__).parents[2]
PAGE, KEPT = ROOT / "docs" / "validation.md", ROOT / "results" / "validation"


def _run(*words: str):
    return CliRunner().invoke(cli, ["validate", *words], catch_exceptions=True)


def test_a_quick_validation_writes_its_tables_and_figures(tmp_path):
    """One of each kind: measures, a contrast, and a lever that is not in the library or is."""
    done = _run("V3", "V16", "T10", "--quick", "--seeds", "3", "--quiet", "--out", str(tmp_path / "v"))
    assert done.exit_code == 0, done.output
    checks = pd.read_csv(tmp_path / "v" / "checks.csv")
    assert checks["pattern"].tolist() == ["V3", "V3", "V16", "V16", "T10", "T10"]
    assert set(checks["verdict"]) <= {"met", "missed", "not in the model"}
    measured = checks[checks["verdict"] != "not in the model"]
    assert ((measured["low"] <= measured["value"]) & (measured["value"] <= measured["high"])).all()
    assert "V3 Many partnerships never perform" in done.output
    made = {path.name for path in (tmp_path / "v" / "figures").iterdir()}
    assert {f"{name}.{ending}" for name in ("V3", "V16", "T10") for ending in ("png", "svg", "csv")} == made
    assert "# Validation" in (tmp_path / "v" / "validation.md").read_text(encoding="utf-8")


def _refused(*words: str) -> str:
    done = _run(*words)
    assert done.exit_code != 0
    return str(done.exception) if isinstance(done.exception, Mistake) else done.output


def test_bad_input_is_refused_before_anything_is_run(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "cannot be written" in _refused("--out", str(tmp_path / "file"))
    assert "cannot be written" in _refused("--out", str(tmp_path / "file" / "below"))
    assert "unknown pattern" in _refused("V17", "--out", str(tmp_path / "v"))
    assert "has no place" in _refused("--out", str(tmp_path / "v"), "--page", str(tmp_path / "file"))
    assert "cannot be read" in _refused("--out", str(tmp_path / "v"), "--page", str(tmp_path / "none.md"))
    assert "leave out --page" in _refused("V3", "--out", str(tmp_path / "v"), "--page", str(PAGE))
    study = tmp_path / "study"
    study.mkdir()
    (study / "manifest.json").write_text("{}", encoding="utf-8")
    assert "holds a study" in _refused("--out", str(study))


@pytest.mark.skipif(not KEPT.exists(), reason="the kept tables are not part of a package")
def test_page_of_validation_is_fresh():
    """A failure means that docs/validation.md says other than the kept tables: run the command it names."""
    page = PAGE.read_text(encoding="utf-8")
    assert (
        filled(
            page, telling.blocks(load_patterns(), pd.read_csv(KEPT / "checks.csv", keep_default_na=True).fillna({"reading": ""}))
        )
        == page
    )
