"""Compiled code stays inside its arrays: one process with Numba's bounds checks, worlds large, small and crowded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
from worlds import LEVERS, laboratory, policy, scenario
from partnersim.compiled import config
from partnersim.outcomes import outcomes_of
from partnersim.simulate import run_one

assert config.BOUNDSCHECK == 1

rules = [policy("shared_screening", options={"rule": rule, "depth": True}) for rule in ("pooled", "veto")]
others = [policy(lever, funding="absorbed", ramp=1) for lever in LEVERS if lever != "shared_screening"]
worlds = [
    ("baseline", {}),
    ("all-three", {}),
    *((scenario(rule, *others), {}) for rule in rules),
    ("all-three", {"entities": 1, "companies": 1, "governments": 1, "civil": 0, "burn_in": 12}),
    ("all-three", {"entities": 60, "companies": 40, "governments": 193, "civil": 1, "burn_in": 12}),
]
crowded = {"days_search": 0.75, "candidates": 12.0, "forum_ties": 20.0, "secondments": 5.0, "inbound_rate": 3.0,
           "single_entity_share": 0.0, "size_continuation": 1.0, "coordination_cost": 0.0, "systemic_aim": 1.0, "join_share": 1.0,
           "lead_visibility": 1.0, "yield_or_join": 1.0, "exit_plan_share": 1.0, "perform_base": 9.0, "scale_months": 36.0}
runs = [(what, {}, size) for what, size in worlds] + [("all-three", crowded, {}), ("all-three", crowded, {"entities": 40})]
for what, beyond, size in runs:
    lab = laboratory(what, 36, beyond, **size)
    world = run_one(lab, lab.settled(1))
    assert outcomes_of(world, 36)["ideas"] >= 0.0
print(len(runs))
"""


def test_no_index_leaves_its_array() -> None:
    """A failure means that compiled code reads or writes memory that is not its own, which goes unseen without checks."""
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_DISABLE_JIT": "0", "PYTHONPATH": str(tests)}
    done = subprocess.run([sys.executable, "-W", "error", "-c", SCRIPT], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["8"]
