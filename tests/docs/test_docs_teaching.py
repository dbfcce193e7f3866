"""The teaching kit: pages made from what was measured, in both languages, and a notebook that runs."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from partnersim.ledger import HEADLINES
from partnersim.scenario.library import library

ROOT = Path(__file__).resolve().parents[2]
KIT = ROOT / "docs" / "teaching"
MADE = runpy.run_path(str(KIT / "make.py"))["pages"]()
TWINS = [page for page in sorted(KIT.rglob("*.md")) if not re.search(r"\.(zh|en)\.md$|^README", page.name)]
"""Pages to be had in both languages; the Chinese entrance leaves the making of exercises to the English one."""


def test_made_pages_are_those_of_the_kept_answers():
    """Fails when a worksheet, the guide or the notebook says other than the exercises, their words and the kept tables."""
    stale = [name for name, text in MADE.items() if (KIT / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run docs/teaching/make.py"
    sheets = {f"worksheets/{path.name}" for path in (KIT / "worksheets").iterdir()}
    assert sheets == {name for name in MADE if name.startswith("worksheets/")}


@pytest.mark.parametrize("page", TWINS, ids=lambda page: page.name)
def test_both_languages_have_the_same_pages_and_headings(page):
    """Fails when a page is missing in Chinese, or lacks a part there."""
    other = page.with_name(f"{page.stem}.zh.md")
    heads, others = (re.findall(r"^(#+) ", text.read_text(encoding="utf-8"), re.MULTILINE) for text in (page, other))
    assert heads == others


def test_what_the_guide_says_of_packages_is_what_they_did():
    """Fails when a teacher is told what to expect of packages, and the kept runs say otherwise."""
    table = pd.read_csv(ROOT / "results" / "08_classroom_answers" / "packages.csv")
    verdicts = table.set_index(["world", "package", "outcome"]).sort_index()["verdict"]
    shelf = {path.stem for path in (library() / "packages").glob("*.toml")}
    today = verdicts.loc["baseline"].unstack()
    assert set(today.index) - shelf == {"integrity-first-without-integrity_transparency"}
    assert list(today.index[today["transformative_reach"] == "higher"]) == ["scale-first"]
    assert today.loc["scale-first", "transaction_cost"] == "higher"
    assert set(today.loc[["no-new-money", "learning-organisation"], "transaction_cost"]) == {"lower"}
    hidden = verdicts.loc["low-integrity"].unstack()
    assert dict(hidden.loc["integrity-first", ["incidents", "exposed_by_bad_firm"]]) == {
        "incidents": "higher",
        "exposed_by_bad_firm": "lower",
    }
    assert today.loc["integrity-first", "incidents"] == "lower"
    assert hidden.loc["integrity-first-without-integrity_transparency", "incidents"] == "lower"
    assert set(HEADLINES) <= set(today.columns)
    days = table.groupby("package")["staff_days"].max()
    assert days["integrity-first"] < 10_000 < days["delivering-as-one"] and days["scale-first"] < 5_000


def test_the_notebook_runs(monkeypatch, tmp_path):
    """Fails when the first lesson no longer works with the package, or no longer finds what it tells."""
    monkeypatch.setenv("PARTNERSIM_LESSON_SEEDS", "6")
    book = nbformat.reads((KIT / "notebook.ipynb").read_text(encoding="utf-8"), as_version=4)
    assert all(not cell.get("outputs") for cell in book.cells)
    NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    told = [str(output) for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("You said lower, these worlds say higher." in text for text in told)
    assert any("image/png" in text for text in told)
    assert sum("duplicate_courting" in text for text in told) == 2
    assert list(tmp_path.iterdir()) == []
