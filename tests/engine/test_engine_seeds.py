"""A seed means one run, in whatever process, thread, block or company it is run."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pandas as pd

from partnersim.simulate import simulate_many

SCENARIOS = ["baseline", "all-three", "shared-screening"]
SEEDS = [5, 0, 3, 9]
SCRIPT = """
import hashlib, sys
from partnersim.simulate import simulate_many
runs = simulate_many(sys.argv[1:3], [3], 12, "class")
for run in runs.values():
    print(hashlib.sha256(run.outcomes.to_numpy().tobytes() + run.monthly.to_numpy().tobytes()).hexdigest())
"""


def test_threads_blocks_and_order_do_not_matter() -> None:
    """A failure means that results depend on the number of cores, or on what else was run."""
    together = simulate_many(SCENARIOS, SEEDS, 12, "class", workers=3)
    alone = simulate_many(SCENARIOS[::-1], sorted(SEEDS), 12, "class", workers=1)
    single = simulate_many(["all-three"], [9], 12, "class", workers=1)["all-three"]
    for name in SCENARIOS:
        pd.testing.assert_frame_equal(together[name].outcomes.sort_index(), alone[name].outcomes, check_exact=True)
        paths = [runs[name].monthly.sort_values(["seed", "month"], ignore_index=True) for runs in (together, alone)]
        pd.testing.assert_frame_equal(*paths, check_exact=True)
    pd.testing.assert_frame_equal(single.outcomes, alone["all-three"].outcomes.loc[[9]], check_exact=True)


def test_another_process_gives_the_same_bytes() -> None:
    """A failure means that results depend on what a process did before, on its hash seed, or on its memory."""
    names = SCENARIOS[:2]
    here = [
        hashlib.sha256(run.outcomes.to_numpy().tobytes() + run.monthly.to_numpy().tobytes()).hexdigest()
        for run in simulate_many(names, [3], 12, "class").values()
    ]
    done = subprocess.run([sys.executable, "-W", "error", "-c", SCRIPT, *names], capture_output=True, text=True, check=True)
    assert done.stdout.split() == here
