"""Finding 2: a coordination desk hurts when it is small; whether a large one helps depends on what rival approaches cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from partnersim.kinds import OPEN_ROWS, Desk
from partnersim.month import PHASES, step_policy, step_scout
from partnersim.scenario import Scenario
from partnersim.simulate import Laboratory
from partnersim.study.paired import paired_differences, simultaneous
from partnersim.study.resampling import RESAMPLES, generator
from partnersim.validation.worlds import Progress, outcomes, use, variant

SEEDS, MONTHS, LOAD_SEEDS = 300, 120, 6
LEVER, DESK = "partner_coordination", "desk_days_coordination"
AMPLE = 960.0
"""A desk at which nothing waits: the upper end of the lever's range, staff-days a month."""
WORLDS: dict[str, dict[str, float]] = {"as assumed": {}, "firms do not tire": {"accept_fatigue": 0.0}}
BYPASS = (0.0, 0.5, 1.0)
TIMES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)
"""Capacity of the desk over its offered load."""
SHOWN = ("signed", "performing", "months_to_agreement", "reach_all")
BESIDE = ("transformative_reach", "transaction_cost", "transaction_cost_net", "duplicate_courting", "queue_coordination")
CAUSES: dict[str, dict[str, float]] = {
    "as assumed": {},
    "no joint bids": {"join_share": 0.0},
    "firms take few at once": {"accept_busy": 3.0},
    "firms tire fast": {"accept_fatigue": 1.0},
    "firms do not tire": {"accept_fatigue": 0.0},
}
CAUSE_OUTCOMES = ("ideas", "signed", "performing", "transaction_cost_net", "duplicate_courting")


def measure(seeds: Sequence[int], progress: Progress) -> dict[str, pd.DataFrame]:
    """Tables ``coordination_load``, ``coordination``, ``coordination_crossing`` and ``coordination_causes``."""
    loads = {world: offered_load(values) for world, values in WORLDS.items()}
    tables, crossings = [], []
    for world, values in WORLDS.items():
        family = pd.concat({b: sweep(b, loads[world], values, seeds, progress) for b in BYPASS}, axis=1, names=["bypass"])
        judged = simultaneous(family.loc[:, family.columns.get_level_values("outcome").isin(SHOWN)])
        alone = simultaneous(family.loc[:, ~family.columns.get_level_values("outcome").isin(SHOWN)])
        tables.append(pd.concat([judged, alone]).reset_index().assign(world=world, load=loads[world]))
        for b in BYPASS:
            for outcome in SHOWN:
                crossings.append((world, b, outcome, *crossing(family[b].xs(outcome, axis=1, level="outcome"))))
    columns = ["world", "bypass", "outcome", "times", "low", "high", "resamples_crossing"]
    return {
        "coordination": pd.concat(tables),
        "coordination_load": pd.DataFrame(loads.items(), columns=["world", "load"]),
        "coordination_crossing": pd.DataFrame(crossings, columns=columns),
        "coordination_causes": causes(seeds, progress),
    }


def offered_load(values: Mapping[str, float], n_seeds: int = LOAD_SEEDS) -> float:
    """Work that entities bring to the desk, real-world staff-days a month, when nothing waits there."""
    lab = Laboratory(variant("load", values, use(LEVER, sizes={DESK: AMPLE})), months=MONTHS)
    brought = scale = 0.0
    for seed in range(n_seeds):
        world, tables = lab.start(lab.settled(seed))
        scale = world.system["scale"][0]
        for _ in range(MONTHS):
            for phase in PHASES:
                phase(world, tables) if phase is step_policy else phase(world)
                if phase is step_scout:
                    cases = world.partnership[world.rows[OPEN_ROWS, : world.system["n_open"][0]]]
                    new = (cases["begun"] == world.system["month"][0]) & (cases["desk"] == Desk.COORDINATION)
                    brought += cases["desk_left"][new].sum()
    return float(brought / (n_seeds * MONTHS * scale))


def sweep(
    bypass: float,
    load: float,
    values: Mapping[str, float],
    seeds: Sequence[int],
    progress: Progress,
    times: Sequence[float] = TIMES,
) -> pd.DataFrame:
    """Desk minus no desk, in percent of the mean without: seeds x (times, outcome)."""
    world = {**values, "bypass": bypass}
    desks = {str(t): variant(str(t), world, use(LEVER, sizes={DESK: round(t * load, 1)})) for t in times}
    return _percent(variant("none", world), list(desks.values()), [*SHOWN, *BESIDE], seeds, progress).rename_axis(
        columns=["times", "outcome"]
    )


def _percent(
    reference: Scenario,
    others: Sequence[Scenario],
    wanted: Sequence[str],
    seeds: Sequence[int],
    progress: Progress,
) -> pd.DataFrame:
    found = outcomes([reference, *others], seeds, MONTHS, progress)
    base = found.pop(reference.name)
    differences = paired_differences(base, found, wanted)
    means = base[list(wanted)].mean().replace(0.0, np.nan)
    scale = 100 / means.reindex(differences.columns.get_level_values(1)).abs()
    return (differences * scale.fillna(1.0).to_numpy()).rename_axis(columns=["scenario", "outcome"])


def crossing(differences: pd.DataFrame) -> tuple[float, float, float, float]:
    """Capacity over load from which on the desk's mean difference is at least zero, with its bootstrap interval.

    ``differences``: seeds x times. Infinite where it is below zero at the largest desk, 0 where it never is below. The
    last number is the share of resamples of seeds with a finite crossing.
    """
    ordered = differences[[str(t) for t in TIMES]]
    values = ordered.to_numpy()
    n = len(values)
    counts = generator(ordered.index.to_numpy(), "crossing").multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    drawn = np.array([_crossing(mean) for mean in counts @ values / n])
    low, high = np.quantile(drawn, [0.025, 0.975], method="nearest")
    return _crossing(values.mean(axis=0)), float(low), float(high), float(np.isfinite(drawn).mean())


def _crossing(means: np.ndarray) -> float:
    below = np.flatnonzero(means < 0)
    if not below.size:
        return 0.0
    last = below[-1]
    if last == len(means) - 1:
        return float("inf")
    x, y = np.log(TIMES[last : last + 2]), means[last : last + 2]
    return float(np.exp(x[0] - y[0] * (x[1] - x[0]) / (y[1] - y[0])))


def causes(seeds: Sequence[int], progress: Progress) -> pd.DataFrame:
    """What an ample desk changes, in percent, when joint bids are ruled out and when rival approaches cost more or less."""
    family = {}
    for name, values in CAUSES.items():
        desk = variant("desk", values, use(LEVER, sizes={DESK: AMPLE}))
        family[name] = _percent(variant("none", values), [desk], CAUSE_OUTCOMES, seeds, progress)["desk"]
    return simultaneous(pd.concat(family, axis=1, names=["world", "outcome"])).reset_index()


def n_runs(n_seeds: int) -> int:
    """How many runs :func:`measure` reports to ``progress``."""
    return n_seeds * (len(WORLDS) * len(BYPASS) * (len(TIMES) + 1) + 2 * len(CAUSES))
