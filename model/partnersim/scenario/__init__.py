"""Scenarios: what is assumed (parameters), what is chosen (levers as policies), read strictly from TOML."""

from partnersim.scenario.check import Row, effective_table, format_check, scenario_warnings
from partnersim.scenario.levers import Contribution, Cost, Lever, Option, load_levers
from partnersim.scenario.library import find_population, find_scenario, library, scenario_names
from partnersim.scenario.load import Scenario, load_scenario, make_scenario
from partnersim.scenario.parameters import Parameter, load_parameters
from partnersim.scenario.policy import Policy, read_policy, refuse_unknown_targets
from partnersim.scenario.provenance import inputs_used
from partnersim.scenario.reading import ScenarioError
from partnersim.scenario.schema import json_schema
from partnersim.scenario.show import find_lever, format_lever, format_levers
from partnersim.scenario.tables import (
    Charge,
    baseline_values,
    charges,
    contributions,
    intensity,
    parameter_values,
)

__all__ = [
    "Charge",
    "Contribution",
    "Cost",
    "Lever",
    "Option",
    "Parameter",
    "Policy",
    "Row",
    "Scenario",
    "ScenarioError",
    "baseline_values",
    "charges",
    "contributions",
    "effective_table",
    "find_lever",
    "find_population",
    "find_scenario",
    "format_check",
    "format_lever",
    "format_levers",
    "inputs_used",
    "intensity",
    "json_schema",
    "library",
    "load_levers",
    "load_parameters",
    "load_scenario",
    "make_scenario",
    "parameter_values",
    "read_policy",
    "refuse_unknown_targets",
    "scenario_names",
    "scenario_warnings",
]
