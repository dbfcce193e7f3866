"""Names of the library's things in every language."""

from __future__ import annotations

import pytest

from partnersim.analysis.robustness import SHARE
from partnersim.analysis.sensitivity import LUCK
from partnersim.channels import BY_NAME
from partnersim.languages.catalogue import LANGUAGE, Catalogue, languages
from partnersim.languages.names import LeverWords, Names, OutcomeWords, ScenarioWords, names
from partnersim.ledger import OUTCOMES, SERIES, Side
from partnersim.scenario import load_levers, load_parameters, load_scenario, scenario_names
from partnersim.scenario.levers import PER
from partnersim.study import words

OTHERS = [language for language in languages("languages") if language != LANGUAGE]


def wanted() -> set[str]:
    """Keys that a language must have: one for each word of the library that readers see."""
    keys = {f"lever.{name}.{part}" for name in load_levers() for part in LeverWords._fields}
    for name, lever in load_levers().items():
        for option in lever.options.values():
            at = f"lever.{name}.option.{option.name}"
            keys |= {f"{at}.title", f"{at}.meaning"}
            keys |= {f"{at}.value.{value}" for value in option.values if isinstance(value, str)}
    keys |= {f"scenario.{name}.{part}" for name in scenario_names() for part in ScenarioWords._fields}
    counted = {o.name for o in OUTCOMES}
    keys |= {f"outcome.{name}.{part}" for name in counted for part in ("title", "meaning")}
    keys |= {f"series.{s.name}.meaning" for s in SERIES} | {f"series.{s.name}.title" for s in SERIES if s.name not in counted}
    keys |= {f"parameter.{name}" for name in load_parameters()} | {f"channel.{name}" for name in BY_NAME}
    keys |= {f"scenario.{name}.short" for name in scenario_names()} | {f"per.{name}" for name in PER}
    keys |= {f"unit.{x.unit}" for x in (*OUTCOMES, *SERIES, *load_parameters().values(), *BY_NAME.values())}
    keys |= {f"unit.{SHARE}", f"unit.{LUCK.unit}"}
    return keys | {key for key in Catalogue("languages").own if key.partition(".")[0] not in ("outcome", "series", "large")}


@pytest.mark.parametrize("language", OTHERS)
def test_every_name_of_the_library_is_there_and_no_other(language):
    """Fails when a reader of a language would meet an English name, or a name of something that is gone stays behind."""
    there = {key for key in Catalogue("languages", language).own if not key.startswith("large.")}
    assert sorted(wanted() - there) == [] and sorted(there - wanted()) == []


def test_english_is_what_the_library_says():
    """Fails when an English name differs from the one that its file, the ledger or the tables give."""
    said = names()
    for name, lever in load_levers().items():
        assert said.lever(name) == LeverWords(lever.title, lever.mechanism, lever.trade_off)
        for option in lever.options.values():
            assert said.option(name, option.name).meaning == option.meaning
    assert said.scenario("baseline").question == "What happens if nothing new is decided?"
    assert said.outcome("incidents") == OutcomeWords(
        "Incidents", words.UNITS["incidents"], next(o.meaning for o in OUTCOMES if o.name == "incidents")
    )
    assert said.number("days_courting") == ("Courting a firm", "staff-days")
    assert said.number("handoffs").title == "Hand-offs between headquarters and country office"
    assert said.goal("food") == "Food" and said.region("Africa") == "Africa" and said.payer("entities") == "UN entities"
    assert len({said.side(side.name.lower()) for side in Side}) == len(Side)
    assert said.option("secondments", "model_agreement").values == {False: "no", True: "yes"}


def test_another_language_says_it_in_its_own_words():
    """Fails when a name in Chinese comes out in English, or a unit or value keeps its English form."""
    said = Names("zh")
    assert said.lever("legal_templates").title == "协定样板"
    assert said.option("shared_screening", "rule").values["veto"] == "否决"
    assert said.scenario("63-strategic-approach").title.startswith("建议63")
    assert said.outcome("transaction_cost") == ("交易成本", "人日/有成效伙伴关系年", said.outcome("transaction_cost").meaning)
    assert said.series("signed").title == said.outcome("signed").title
    assert said.side("hq") == "联合国总部" and said.goal("food") == "粮食" and said.region("Africa") == "非洲"
    assert said.payer("country_offices") == "联合国国家办事处"


def test_what_a_user_names_stays_as_the_user_named_it(tmp_path):
    """Fails when a scenario or lever of a user is shown under the translated title of a namesake in the library."""
    file = tmp_path / "baseline.toml"
    file.write_text('title = "Mine"\nquestion = "Why?"\nnote = ""\n', encoding="utf-8")
    assert Names("zh").scenario(load_scenario(file)) == ("Mine", "Why?")


@pytest.mark.parametrize("ask", ["lever", "scenario", "outcome", "series", "number", "payer", "per"])
def test_what_there_is_not_has_no_name(ask):
    """Fails when a mistyped name passes for a thing of the library."""
    with pytest.raises(KeyError):
        getattr(names(), ask)("no_such_thing")
