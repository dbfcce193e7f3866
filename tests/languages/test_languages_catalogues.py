"""Every room's texts in every language."""

from __future__ import annotations

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
