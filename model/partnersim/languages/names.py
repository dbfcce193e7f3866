"""What the library's things are called in a language: levers, scenarios, outcomes, numbers, units.

English stands where each thing is declared (``scenarios/``, the ledger), or else in ``text/en.toml``; other languages have all
of it in ``text/LANGUAGE.toml`` by the same names, and what one of them lacks stays English.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

from partnersim.channels import BY_NAME
from partnersim.english import sentence
from partnersim.languages.catalogue import LANGUAGE, Catalogue
from partnersim.languages.speaking import spoken
from partnersim.ledger import OUTCOMES, SERIES
from partnersim.scenario.levers import PER, Choice, Lever, load_levers
from partnersim.scenario.library import find_scenario, shipped
from partnersim.scenario.load import Scenario, load_scenario
from partnersim.scenario.parameters import load_parameters


class LeverWords(NamedTuple):
    """A lever: what it is called, how it works, what it costs in more than days."""

    title: str
    mechanism: str
    trade_off: str


class OptionWords(NamedTuple):
    """An option of a lever, what it chooses, and its values by value (texts, or false and true)."""

    title: str
    meaning: str
    values: Mapping[Choice, str]


class ScenarioWords(NamedTuple):
    """A scenario of the library, and what it asks."""

    title: str
    question: str


class OutcomeWords(NamedTuple):
    """An outcome or a monthly path: a short title, its unit, and what exactly is counted."""

    title: str
    unit: str
    meaning: str


class NumberWords(NamedTuple):
    """A parameter, or the baseline of a channel, with its unit."""

    title: str
    unit: str


class Names:
    """Names in one ``language``; ask :func:`names` for one. ``KeyError`` for what the library does not have."""

    def __init__(self, language: str = LANGUAGE) -> None:
        self.language = language
        self._say = Catalogue("languages", language)

    def _told(self, key: str, english: str) -> str:
        """The language's own text of ``key``, else the English one."""
        return self._say.own.get(key, english)

    def lever(self, lever: str | Lever) -> LeverWords:
        """A lever of the library by name, or one of a user's, which stays in the words of its file."""
        known = lever if isinstance(lever, Lever) else _levers()[lever]
        keys = LeverWords._fields if known.name in _levers() else ()
        own = LeverWords(known.title, known.mechanism, known.trade_off)
        return own._replace(**{key: self._told(f"lever.{known.name}.{key}", getattr(own, key)) for key in keys})

    def lever_label(self, lever: str | Lever) -> str:
        """A lever after its id: ``L1 Agreement templates``."""
        known = lever if isinstance(lever, Lever) else _levers()[lever]
        return f"{known.id} {self.lever(known).title}"

    def lever_name(self, lever: str) -> str:
        """A lever of the library in a few words: its title, in English its name."""
        return self._told(f"lever.{lever}.title", lever.replace("_", " "))

    def option(self, lever: str, option: str) -> OptionWords:
        """An option of a lever of the library."""
        known, at = _levers()[lever].options[option], f"lever.{lever}.option.{option}"
        title = self._told(f"{at}.title", option.replace("_", " "))
        values = {value: self._value(f"{at}.value", value) for value in known.values}
        return OptionWords(title, self._told(f"{at}.meaning", known.meaning), values)

    def _value(self, at: str, value: Choice) -> str:
        return self._say(f"value.{str(value).lower()}") if isinstance(value, bool) else self._told(f"{at}.{value}", value)

    def scenario(self, scenario: str | Scenario) -> ScenarioWords:
        """A scenario of the library by name, or one of a user's, which stays in the words of its file."""
        known = scenario if isinstance(scenario, Scenario) else _scenario(scenario)
        own = ScenarioWords(known.title, known.question)
        if known.path != shipped().get(known.name):
            return own
        return own._replace(**{key: self._told(f"scenario.{known.name}.{key}", getattr(own, key)) for key in own._fields})

    def short(self, scenario: str) -> str:
        """A scenario of the library in a few words, a recommendation after its paragraph; empty in English, where names serve."""
        text, number = self._told(f"scenario.{scenario}.short", ""), scenario.partition("-")[0]
        return f"{number} {text}" if text and number.isdigit() else text

    def label(self, name: str) -> str:
        """The short title of an outcome or monthly path; of anything else its name."""
        keys = (f"outcome.{name}.title", f"series.{name}.title")
        return next((self._say(key) for key in keys if self._say.has(key)), sentence(name.replace("_", " ")))

    def outcome(self, name: str) -> OutcomeWords:
        """A column of the outcome frame."""
        known = _OUTCOMES[name]
        return OutcomeWords(self.label(name), self.unit(known.unit), self._told(f"outcome.{name}.meaning", known.meaning))

    def series(self, name: str) -> OutcomeWords:
        """A monthly path."""
        known = _SERIES[name]
        return OutcomeWords(self.label(name), self.unit(known.unit), self._told(f"series.{name}.meaning", known.meaning))

    def parameter(self, name: str) -> NumberWords:
        """A number of the model that is no channel."""
        known = _parameters()[name]
        return NumberWords(self._told(f"parameter.{name}", known.title), self.unit(known.unit))

    def channel(self, name: str) -> NumberWords:
        """What levers move: the first clause of its meaning, which says what it is."""
        known = BY_NAME[name]
        return NumberWords(self._told(f"channel.{name}", known.meaning.partition(";")[0].rstrip(".")), self.unit(known.unit))

    def number(self, name: str) -> NumberWords:
        """A parameter or a channel, whichever has the name: what may differ between worlds."""
        return self.channel(name) if name in BY_NAME else self.parameter(name)

    def titled(self, name: str, title: str) -> str:
        """What may differ between worlds, where the library knows it, else its ``title``."""
        return self.number(name).title if name in BY_NAME or name in _parameters() else title

    def payer(self, name: str) -> str:
        """Who pays a cost of a lever, such as ``country_offices``, in running text."""
        return self._say(f"payer.{name}")

    def per(self, name: str) -> str:
        """How often a cost of a lever is charged, such as ``adopter_year``, in running text."""
        return self._told(f"per.{name}", PER[name])

    def side(self, name: str) -> str:
        """Who spends staff-days, such as ``hq``: the sides of the ledger in lower case."""
        return self._say(f"side.{name}")

    def goal(self, name: str) -> str:
        """A goal, such as ``food``."""
        return self._say(f"goal.{name}")

    def region(self, name: str) -> str:
        """A region, such as ``Africa``."""
        return self._say(f"region.{name.lower()}")

    def unit(self, english: str) -> str:
        """A unit, as the ledger and the files of parameters have it; one that is not known stays as it is."""
        return self._told(f"unit.{english}", english)


def names(language: str = "") -> Names:
    """The names in a language, or in the one that is spoken; English where this room has none in it."""
    return _names(language or spoken())


_names = functools.cache(Names)
_OUTCOMES = {o.name: o for o in OUTCOMES}
_SERIES = {s.name: s for s in SERIES}
_levers, _parameters = functools.cache(load_levers), functools.cache(load_parameters)


@functools.cache
def _scenario(name: str) -> Scenario:
    if name not in shipped():
        raise KeyError(name)
    return load_scenario(find_scenario(shipped()[name]))
