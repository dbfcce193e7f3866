"""The words of the brief."""

import tomllib

import pytest

from partnersim.languages.catalogue import Catalogue, languages


def test_a_number_chooses_its_form_and_lists_have_their_length():
    """Fails when one is told as many, or a list loses a text."""
    say = Catalogue("brief")
    assert say("scenarios.and_more", n=1) == " and one more"
    assert say("scenarios.and_more", n=7) == " and 7 more"
    assert len(say.every("paragraph.63.not_said")) == 2 and say.every("paragraph.1.not_said") == []


@pytest.mark.parametrize("key, values", [("no.such", {}), ("page.made", {}), ("scenarios.and_more", {})])
def test_a_missing_text_or_number_is_a_fault(key, values):
    """Fails when the page would show a hole where a text or number should be."""
    with pytest.raises(KeyError):
        Catalogue("brief")(key, **values)


def test_every_recommendation_has_its_words():
    """Fails when a page of paragraphs 63 to 77 lacks what the report asks, or what is not said."""
    say = Catalogue("brief")
    for paragraph in range(63, 78):
        assert say(f"paragraph.{paragraph}.asks")
        assert say.every(f"paragraph.{paragraph}.not_said")


@pytest.mark.parametrize("language", languages("brief"))
def test_options_named_in_the_words_are_options_of_a_lever(language):
    """Fails when a page tells of an option that no lever of that recommendation has."""
    import re

    from partnersim.brief.names import named
    from partnersim.scenario import scenario_names

    say = Catalogue("brief", language)
    about = {told.paragraph: told for name in scenario_names() if (told := named(name)).paragraph}
    assert sorted(about) == list(range(63, 78))
    for paragraph, told in about.items():
        for text in say.every(f"paragraph.{paragraph}.not_said"):
            for found in re.findall(r"options = (\{.*?\})", text):
                option, value = tomllib.loads(f"options = {found}")["options"].popitem()
                levers = [told.scenario.levers[policy.lever] for policy in told.scenario.policies]
                assert any(value in lever.options[option].values for lever in levers if option in lever.options), text
