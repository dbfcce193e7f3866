"""What policies take, as runs book it: the same measure by which packages are priced in studies."""

from __future__ import annotations

import math

import pandas as pd

from partnersim.analysis.budgets import COLUMNS, TIME, spent
from partnersim.channels import BY_NAME
from partnersim.live.sample import Pair
from partnersim.scenario import Scenario

REFERENCE, MINE = "reference", "mine"


def price(pair: Pair) -> float:
    """Staff-days a year of the real system that ``mine`` takes more than ``reference``; see :mod:`partnersim.analysis.budgets`.

    Charges of policies, desks and learning as booked, mean over the pair's seeds, and the time for partnering that policies take
    from other work. NaN where no pair of runs is whole.
    """
    if pair.mine is pair.reference:
        return 0.0
    frames = {name: sample.frame(pair.n, COLUMNS) for name, sample in ((REFERENCE, pair.reference), (MINE, pair.mine))}
    whole = ~pd.concat(frames, axis=1).isna().any(axis=1)
    if not whole.any():
        return math.nan
    runs = pd.concat([frame[whole].reset_index().assign(scenario=name) for name, frame in frames.items()])
    taken = time_taken(pair.mine.scenario, pair.mine.months) - time_taken(pair.reference.scenario, pair.reference.months)
    return float(spent(runs, REFERENCE, pair.mine.size, {MINE: taken})[MINE])


def time_taken(scenario: Scenario, months: int) -> float:
    """Share of all staff-days for partnering that a scenario's policies take from other work, mean over ``months``."""
    channel = BY_NAME[TIME]
    added = 0.0
    for policy in scenario.policies:
        full = max(min(policy.last, months) - policy.full + 1, 0)
        rising = max(min(policy.full - 1, months) - policy.start + 1, 0)
        at_work = policy.strength * policy.adoption * (full + rising / 2) / months
        active = scenario.levers[policy.lever].active_contributions(policy.options)
        added += at_work * sum(policy.set.get(c.channel, c.value) for c in active if c.channel == TIME)
    return min(added, channel.high - channel.baseline) / channel.baseline
