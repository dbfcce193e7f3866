"""What the pages say by name exists: files, headings, parameters, channels, rules."""

import re
import tomllib
from pathlib import Path

import pytest

from partnersim.channels import BY_NAME
from partnersim.columns import COLUMNS
from partnersim.ledger import OUTCOMES, SERIES
from partnersim.scenario import load_parameters

ROOT = Path(__file__).resolve().parents[2]
ODD = (ROOT / "docs" / "ODD.md").read_text(encoding="utf-8")
KIT = [page for page in sorted((ROOT / "docs" / "teaching").rglob("*.md")) if page.parent.name != "templates"]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")), *KIT]


def anchors(page: Path) -> set[str]:
    """Anchors that headings of a page have where Markdown is shown."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """A failure means that a reader who follows a link of the page finds nothing."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http:", "https:")):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


def test_the_odd_names_every_parameter_channel_and_rule():
    """A failure means that the description misses a part of the model: write the sentence that says what it does."""
    words = set(re.findall(r"\w+", ODD))
    families = tuple(re.findall(r"(\w+_)(?:<|\*)", ODD))
    numbers = [*load_parameters(), *BY_NAME]
    assert [name for name in numbers if name not in words and not name.startswith(families)] == []
    rules = sorted(path.name for path in (ROOT / "model" / "partnersim" / "rules").glob("*.py") if path.stem != "__init__")
    assert [name for name in rules if f"`{name}`" not in ODD] == []


def test_the_odd_names_nothing_that_is_not_there():
    """A failure means that the description speaks of a number or column that was renamed or removed."""
    known = {*load_parameters(), *BY_NAME, *(o.name for o in OUTCOMES), *(s.name for s in SERIES), "world_scale"}
    known |= {column.name for columns in COLUMNS.values() for column in columns}
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", ODD))
    assert named - known == set()


def test_the_citation_bears_the_version_of_the_package():
    """A failure means that whoever cites the software cites a version that it is not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project['version']}\n" in citation
    assert f"\n## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
