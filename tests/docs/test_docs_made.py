"""The pages that are made from the code's tables stay true to them."""

import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs"
MAKE = runpy.run_path(str(FOLDER / "make.py"))
PAGES = MAKE["pages"]()


@pytest.mark.parametrize("name", PAGES)
def test_a_made_page_is_up_to_date(name):
    """A failure means that a table was changed and its page was not made again."""
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name], f"docs/{name} is stale; run: {MAKE['COMMAND']}"
