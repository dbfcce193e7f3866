"""What the parts share: scenarios made in Python, and what is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

import partnersim as ps
from partnersim.ledger import HEADLINES, OUTCOMES, PLACES
from partnersim.scenario import load_levers, load_parameters, load_scenario, make_scenario, read_policy
from partnersim.scenario.show import by_id

LEVERS = {lever.name: lever for lever in sorted(load_levers().values(), key=by_id)}
"""By name, in the order of their ids."""
RANKED = [name for name, lever in LEVERS.items() if lever.role == "lever"]
"""Policies alone: nobody chooses a shock."""
PARAMETERS = load_parameters()
MONTHS = 120
OWN_BOOKS = ("days_", "queue_", "slack_days", "utilisation")
"""Beginnings of outcomes that a lever moves by being paid for, or by having a desk."""
PARTS = tuple(f"reach_{where}" for where in PLACES)
"""Parts of reach_all by region and goal: reach_all speaks for them."""
MOVED = [o.name for o in OUTCOMES if not o.name.startswith(OWN_BOOKS) and o.name not in PARTS]
"""Outcomes in which a lever may show that it does something."""
Tables = dict[str, pd.DataFrame]

Use = tuple[str, Mapping[str, object]] | str
"""A lever, or a lever with keys of its policy."""


def scenario(name: str, *uses: Use, world: str = "baseline", values: Mapping[str, float] | None = None) -> ps.Scenario:
    """These levers in use from the first month, with the ramp of their files, in a world of the library."""
    base = load_scenario(world)
    pairs = [(use, {}) if isinstance(use, str) else use for use in uses]
    policies = [read_policy({"lever": lever, "start": 1, **keys}, LEVERS, name) for lever, keys in pairs]
    return make_scenario(
        name, [*base.policies, *policies], {**base.values, **(values or {})}, parameters=PARAMETERS, levers=LEVERS
    )


def flat(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Intervals with their labels as columns of these names."""
    return frame.rename_axis(index=list(names)).reset_index()


__all__ = ["HEADLINES", "LEVERS", "MONTHS", "MOVED", "RANKED", "Tables", "flat", "scenario"]
