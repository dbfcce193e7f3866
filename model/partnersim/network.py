"""The multiplex network of a world as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partnersim.kinds import LIVE_ROWS, Stage
from partnersim.world import World

if TYPE_CHECKING:
    import networkx as nx

    from partnersim.scenario import Scenario


def world_graph(world: World, entity_codes: list[str], state_codes: list[str]) -> nx.MultiGraph:
    """Nodes (kind, row) with ``kind`` and ``label``; edges with ``kind`` (collaboration, event, staff, membership), ``weight``.

    Collaboration and event ties join entities with companies and with each other; live partnerships add their
    government and civil society members; staff ties are exchanges and seats; membership joins companies of the Global
    Compact to the state of their local network. Companies without any tie are left out.
    """
    import networkx as nx

    graph = nx.MultiGraph()
    for i, code in enumerate(entity_codes):
        graph.add_node(("entity", i), kind="entity", label=code)
    for i, code in enumerate(state_codes):
        graph.add_node(("government", i), kind="government", label=code)
    for i in range(world.civil.size):
        graph.add_node(("civil_society", i), kind="civil_society", label="")
    for e, ties in enumerate(world.firm_tie):
        for tie in ties[ties["row"] >= 0]:
            firm = world.company[tie["row"]]
            if firm["alive"] and firm["key"] == tie["key"]:
                _tie(graph, e, tie)
    for e, f in np.argwhere(np.triu(world.peer["strength"] + world.peer["event"], 1) > 0.01):
        for kind, column in (("collaboration", "strength"), ("event", "event")):
            weight = float(world.peer[column][e, f])
            if weight > 0.01:
                graph.add_edge(("entity", int(e)), ("entity", int(f)), kind=kind, weight=weight)
    live = world.partnership[world.rows[LIVE_ROWS, : world.system["n_live"][0]]]
    for case in live[live["stage"] != Stage.ENDED]:
        lead = ("entity", int(case["entity"][0]))
        if case["government"]:
            graph.add_edge(lead, ("government", int(case["country"][0])), kind="collaboration", weight=1.0)
        if case["civil"] >= 0:
            graph.add_edge(lead, ("civil_society", int(case["civil"])), kind="collaboration", weight=1.0)
    for node in [n for n in graph if n[0] == "company"]:
        firm = world.company[node[1]]
        if firm["member"] and world.government["local_network"][firm["home"]] > 0:
            graph.add_edge(node, ("government", int(firm["home"])), kind="membership", weight=1.0)
    return graph


def end_graph(scenario: Scenario | str, seed: int, months: int = 120, size: str = "system") -> nx.MultiGraph:
    """The network at the end of one run; see :func:`world_graph`. Raises ScenarioError as :func:`simulate` does."""
    from partnersim.population.build import choose_states, entity_codes
    from partnersim.simulate import Laboratory, run_one

    lab = Laboratory(scenario, size, months)
    world = run_one(lab, lab.settled(seed), keep=False)
    states = choose_states(lab.population, lab.size)
    return world_graph(world, entity_codes(lab.population, lab.size), [lab.population.iso3[i] for i in states])


def _tie(graph: nx.MultiGraph, e: int, tie: np.void) -> None:
    node = ("company", int(tie["row"]))
    graph.add_node(node, kind="company", label="")
    for kind, weight in (("collaboration", tie["strength"]), ("event", tie["event"])):
        if weight > 0.01:
            graph.add_edge(("entity", e), node, kind=kind, weight=float(weight))
    if tie["seat"] or tie["staff"] > 0:
        graph.add_edge(("entity", e), node, kind="staff", weight=1.0)
