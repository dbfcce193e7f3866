"""Rankings per staff-day over the ranges of what is assumed: a Latin hypercube over each lever's contributions and costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from common import HEADLINES, LEVERS, MONTHS, RANKED, Tables, scenario
from effects import PER, spent
from scipy.stats import qmc

from partnersim.ledger import OUTCOMES
from partnersim.scenario import read_policy
from partnersim.study.page import in_blocks

SEEDS, POINTS = 30, 12
SIGN = {o.name: -1.0 if o.better == "lower" else 1.0 for o in OUTCOMES}


def measure(seeds: Sequence[int], progress: Callable[[int], None]) -> Tables:
    """Tables ``ranges`` (effect, days and place of each lever at each point) and ``places`` (their spread)."""
    base = in_blocks([scenario("baseline")], seeds, MONTHS, progress)["baseline"]
    rows = []
    for k, name in enumerate(RANKED):
        sets = points(name, k)
        arms = [scenario(f"{name} {i}", (name, {"set": chosen})) for i, chosen in enumerate(sets)]
        for i, frame in enumerate(in_blocks(arms, seeds, MONTHS, progress).values()):
            days = float(spent(base, frame, name).mean())
            for outcome in HEADLINES:
                effect = float((frame[outcome] - base[outcome]).mean())
                rows.append((name, i, outcome, effect, days, PER * effect / days))
    table = pd.DataFrame(rows, columns=["lever", "point", "outcome", "effect", "spent", "per_day"])
    better = table["outcome"].map(SIGN)
    for column, place in (("effect", "place"), ("per_day", "place_per_day")):
        worth = (table[column] * better).groupby([table["outcome"], table["point"]])
        table[place] = worth.rank(ascending=False).astype(int)
    places = table.groupby(["lever", "outcome"], sort=False)[["place", "place_per_day"]].agg(["min", "median", "max"])
    places.columns = [f"{place}_{what}" for place, what in places.columns]
    return {"ranges": table, "places": places.reset_index()}


def points(name: str, key: int) -> list[dict[str, float]]:
    """Sizes of a lever's contributions at each point of its design; sizes that files fix are left alone."""
    policy = read_policy({"lever": name}, LEVERS)
    active = LEVERS[name].active_contributions(policy.options)
    free = [c for c in active if c.high > c.low and [d.channel for d in active].count(c.channel) == 1]
    sample = qmc.LatinHypercube(len(free), rng=np.random.default_rng(key)).random(POINTS)
    return [{c.channel: float(c.low + u * (c.high - c.low)) for c, u in zip(free, row, strict=True)} for row in sample]


def n_runs(n_seeds: int) -> int:
    """How many runs :func:`measure` reports to ``progress``."""
    return n_seeds * (len(RANKED) * POINTS + 1)
