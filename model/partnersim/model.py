"""The Mesa face: a real Mesa model whose step is one month of the same compiled engine as every other run.

It leans on nothing that Mesa 4 deletes, and keeps its own month.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import mesa
import numpy as np

from partnersim import month as engine
from partnersim.agents import KINDS, Company, View
from partnersim.outcomes import outcomes_of
from partnersim.population.build import choose_states, entity_codes
from partnersim.scenario import Scenario
from partnersim.simulate import Laboratory, advance, step_by_phases

Hook = Callable[["PartnershipModel"], None]


class PartnershipModel(mesa.Model):
    """A partnership ecosystem, month by month; without arguments the baseline.

    ``scenario``: name, file or :class:`Scenario`; ``rng``: seed, a whole number (drawn when not given, see ``seed_used``);
    ``size`` as in ``partnersim.population.sizes``; ``months``: months the model's books have room for; ``hooks``: functions
    to call after a phase, by the phase's name (``"step_world"`` to ``"step_book"``). Making it runs the burn-in of the seed.
    Raises ScenarioError for a wrong scenario, size, length or seed, and ValueError for a hook on no phase.
    """

    def __init__(
        self,
        scenario: str | Scenario = "baseline",
        *,
        rng: int | None = None,
        size: str = "system",
        months: int = 120,
        hooks: Mapping[str, Hook] | None = None,
    ) -> None:
        self.seed_used = secrets.randbelow(2**31) if rng is None else int(rng)
        self._views: dict[type[View], dict[int, View]] = {kind: {} for kind in KINDS}
        self._seen = -1
        super().__init__(rng=self.seed_used)
        unknown = set(hooks or ()) - {phase.__name__ for phase in engine.PHASES}
        if unknown:
            names = ", ".join(phase.__name__ for phase in engine.PHASES)
            raise ValueError(f"hook for {sorted(unknown)[0]!r}; the phases are {names}")
        self.hooks = dict(hooks or {})
        self.laboratory = Laboratory(scenario, size, months)
        self.world, self.tables = self.laboratory.start(self.laboratory.settled(self.seed_used), keep=False)
        population, states = (
            self.laboratory.population,
            choose_states(self.laboratory.population, self.laboratory.size),
        )
        self.entity_codes = entity_codes(population, self.laboratory.size)
        self.state_codes = [population.iso3[i] for i in states]
        self.running = True

    @property
    def month(self) -> int:
        """Months of the study so far."""
        return int(self.world.system["study_month"][0])

    def step(self) -> None:
        """One month. Raises ValueError when the books are full."""
        if self.month >= self.laboratory.months:
            raise ValueError(f"the books have room for {self.laboratory.months} months; make the model with more months")
        if not self.hooks:
            advance(self.world, self.tables, 1)
        else:
            step_by_phases(self.world, self.tables, self._call_hook)
        self.running = self.month < self.laboratory.months

    def _call_hook(self, phase: str) -> None:
        if phase in self.hooks:
            self.hooks[phase](self)

    def outcomes(self) -> dict[str, float]:
        """The outcome table for the months so far, which must be at least one."""
        return outcomes_of(self.world, self.month)

    def graph(self) -> Any:
        """The network as a networkx graph; see :func:`partnersim.network.world_graph`."""
        from partnersim.network import world_graph

        return world_graph(self.world, self.entity_codes, self.state_codes)

    @property
    def agents(self) -> mesa.agent.AgentSet:
        """All agents alive, as views; made when first asked for."""
        self._make_views()
        return super().agents

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], mesa.agent.AgentSet]:
        """The same by kind."""
        self._make_views()
        return super().agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The four kinds."""
        self._make_views()
        return super().agent_types

    def _make_views(self) -> None:
        if not hasattr(self, "world") or self._seen == self.month:
            return
        self._seen = self.month
        for kind in KINDS:
            table, views = getattr(self.world, kind.kind), self._views[kind]
            rows = np.flatnonzero(table["alive"]) if kind is Company else range(table.size)
            wanted = {int(table["key"][row]): int(row) for row in rows}
            for key in [key for key in views if key not in wanted]:
                views.pop(key).remove()
            for key, row in wanted.items():
                if key not in views:
                    views[key] = kind(self, row)
        # Mesa 3.3 keeps every model alive through this table.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
