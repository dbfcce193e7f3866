"""Every room's texts in every language."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from partnersim.languages.catalogue import LANGUAGE, Catalogue, languages

ROOMS = ("analysis", "brief", "figures")


@pytest.mark.parametrize("room", ROOMS)
def test_every_language_has_the_same_texts_with_the_same_braces(room):
    """Fails when a text of one language is missing in another, or leaves out a number."""
    wanted = Catalogue(room, LANGUAGE).fields()
    assert len(languages(room)) > 1
    for language in languages(room):
        assert Catalogue(room, language).fields() == wanted


@pytest.mark.parametrize("room", ROOMS)
def test_code_asks_for_no_text_that_is_not_there(room):
    """Fails when a key in the code has no text: seen only on the page that needs it."""
    known = set(Catalogue(room).fields())
    tables, asked = {key.rpartition(".")[0] for key in known}, 0
    for file in Path(importlib.import_module(f"partnersim.{room}").__file__).parent.rglob("*"):
        if file.suffix in (".py", ".html"):
            for key in re.findall(r"""say\(["']([A-Za-z_.0-9]+)["']""", file.read_text(encoding="utf-8")):
                assert key in known or key in tables, f"{file.name}: {key}"
                asked += 1
    assert asked > 10
