"""Agent-based simulation of UN partnership ecosystems: policies compared on one world of luck.

Import as ``import partnersim as ps``. Names are loaded when first used, so that the import itself is quick.

- ``load_scenario(name or file)`` gives a ``Scenario``, or raises ``ScenarioError``, which says what is wrong and what is allowed
- ``simulate(scenario, seeds)`` gives ``Runs``: ``outcomes``, a row a seed, and ``monthly``, tidy paths; ``simulate_many`` several
- ``compare([reference, other, ...], seeds)`` gives a ``Comparison``: ``table``, ``headline()``, ``findings()``, ``plot()``
- ``open_study(folder)`` gives an ``OpenedStudy``: tidy frames of a study's runs, finished or not
- ``run(scenario, seed)`` gives a ``Story``: one run told in sentences, with its years, events and records
- ``case(name, scenario, seeds)`` gives a ``CaseStory``: a case of the report's boxes, planted into runs and told
- ``PartnershipModel(scenario, rng=seed)`` is a Mesa model of ``UNEntity``, ``Company``, ``Government`` and ``CivilSociety``
- ``OUTCOMES``, ``SERIES`` and ``CHANNELS`` are the tables behind it, with units and meanings
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("partnersim")
except PackageNotFoundError:
    __version__ = "0"

_PLACES = {
    "load_scenario": "scenario",
    "Scenario": "scenario",
    "ScenarioError": "scenario",
    "simulate": "simulate",
    "simulate_many": "simulate",
    "Runs": "ensemble",
    "run": "stories",
    "Story": "stories",
    "case": "cases",
    "CaseStory": "cases",
    "compare": "study.compare",
    "Comparison": "study.comparison",
    "open_study": "study.opened",
    "OpenedStudy": "study.opened",
    "PartnershipModel": "model",
    "UNEntity": "agents",
    "Company": "agents",
    "Government": "agents",
    "CivilSociety": "agents",
    "OUTCOMES": "ledger",
    "SERIES": "ledger",
    "CHANNELS": "channels",
}
__all__ = sorted(_PLACES)


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"partnersim.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'partnersim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
