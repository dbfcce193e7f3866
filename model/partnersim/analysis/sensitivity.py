"""Which uncertain numbers matter: Sobol indices or elementary effects of outcomes and of what policies change, against luck.

Of a study of the design *saltelli* come the indices S1 (share of variance that goes with an input alone) and ST (with all its
interactions; Saltelli and others 2010, Computer Physics Communications 181(2)); of *morris*, mu_star and sigma (mean size and
spread of the effect of moving an input through its range, in the outcome's unit; Campolongo and others 2007, Environmental
Modelling & Software 22(10)). SALib computes both.

*Luck is an input as well*, and the floor of all others. Under common seeds an input that nothing reads has an index of
exactly zero, so a dummy would say nothing; but an input of hardly any effect may deal all cards anew. Hence each base point or
trajectory is given two halves of the seeds, drawn anew for each: rows have means over the first half, but where luck is moved
those over the second; then the halves change places, and both estimates are averaged. An input that did nothing but deal anew
would have luck's index: to be told from luck it must have more. All indices are those of means over half the seeds. Luck that is
the same in all worlds is counted up to twice, since what one half has more the other has less. Two halves that were the same
for all points would be a single draw of luck.

A block (base point or trajectory) in which a run is missing is left out whole, since its rows only make sense together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from partnersim.analysis.inworlds import Input, InWorlds, input_of, numbers_of_worlds, read_in_worlds, require_design
from partnersim.languages.catalogue import Catalogue
from partnersim.ledger import HEADLINES
from partnersim.study.designs import MORRIS_LEVELS
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL
from partnersim.study.resampling import generator

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy

LUCK = Input(Catalogue("analysis")("title.luck"), "seeds")
LUCK_NAME = "luck"
FEWEST_SEEDS = 4
FEWEST_BLOCKS = 8
"""Blocks below which no interval is given."""
RESAMPLES = 100
SALIB_SEED = 1
INDICES = {"saltelli": ("S1", "ST"), "morris": ("mu_star", "sigma")}
ABOVE, WITHIN, FLOOR, CONSTANT = "above the floor", "not above the floor", "the floor", "does not vary"
COLUMNS = (
    "outcome", "scenario", "of", "input", "title", "unit", "index", "value", "low", "high", "floor", "verdict",
    "blocks", "left_out",
)  # fmt: skip


@dataclass(frozen=True)
class _Blocks:
    """A design as blocks of rows that belong together. ``x``: block x row x input; ``runs``: outcomes by world and seed."""

    design: str
    names: list[str]
    x: np.ndarray
    runs: InWorlds

    @property
    def rows(self) -> int:
        return int(self.x.shape[1])


def sensitivity(opened: OpenedStudy, outcomes: Sequence[str] = HEADLINES, scenarios: Sequence[str] | None = None) -> pd.DataFrame:
    """Indices of each input and of luck: for outcomes of scenarios (all unless given), and for differences to the reference.

    A row an outcome, scenario, ``of`` (*outcome* or *difference*), ``input`` and ``index``: ``title`` and ``unit`` of the
    input; ``value`` (S1, ST: share of variance; mu_star, sigma: outcome's unit for the whole range of the input) with ``low,
    high``, which hold together for all inputs of an outcome (Bonferroni over them; bootstrap over blocks; NaN for sigma, and
    for fewer than eight blocks); ``floor``: the high end of luck's index; ``verdict``: *above the floor* where ``low`` is above
    it, *not above the floor*, *the floor* for luck, *does not vary* where nothing moves the outcome, and nothing where there
    is no interval; ``blocks`` used and ``left_out``. Intervals are over points of the design: what other seeds would do is
    what luck's row says. They are cautious, since they take the points for independent: those of Ishigami's function held in
    all of 120 studies of 128 and 512 points. Estimates of S1 may be below zero by chance.

    Raises :class:`StudyError` for other designs, fewer than four seeds, and names that are not in the study.
    """
    blocks = _blocks(opened, outcomes, scenarios)
    return _table(blocks, scenarios, len(blocks.x))


def convergence(opened: OpenedStudy, outcomes: Sequence[str] = HEADLINES, scenarios: Sequence[str] | None = None) -> pd.DataFrame:
    """The same from the first eighth, quarter, half and all blocks of the design; ``drawn``: how many those are."""
    blocks = _blocks(opened, outcomes, scenarios)
    n = len(blocks.x)
    sizes = sorted({n // part for part in (8, 4, 2, 1)} - {0})
    return pd.concat([_table(blocks, scenarios, size).assign(drawn=size) for size in sizes], ignore_index=True)


def _blocks(opened: OpenedStudy, outcomes: Sequence[str], scenarios: Sequence[str] | None) -> _Blocks:
    needed = (
        'what matters is read from designs made for it: [uncertainties] with design = "saltelli", names and points = 512 '
        '(indices; few numbers), or design = "morris" and points = 30 (many numbers), then `partnersim study run FILE`.'
    )
    require_design(opened, tuple(INDICES), needed)
    worlds = opened.study.uncertainties
    assert worlds is not None
    from partnersim.scenario.reading import unknown

    for name in scenarios or ():
        if name not in opened.scenarios:
            raise StudyError(f"{unknown('scenario', name, opened.scenarios)}.")
    runs = read_in_worlds(opened, outcomes)
    if len(runs.seeds) < FEWEST_SEEDS:
        raise StudyError(
            f"{opened.path} has {len(runs.seeds)} seeds; at least {FEWEST_SEEDS} are needed to tell what matters from luck. Set "
            "seeds in the study file, then `partnersim study expand FILE`."
        )
    numbers = numbers_of_worlds(opened)
    names = [str(name) for name in numbers.columns]
    d = len(names)
    size = 2 * d + 2 if worlds.second_order else d + 2 if worlds.design == "saltelli" else d + 1
    x = numbers.to_numpy().reshape(-1, size, d)
    return _Blocks(worlds.design, names, x, runs)


def _table(blocks: _Blocks, scenarios: Sequence[str] | None, size: int) -> pd.DataFrame:
    runs = blocks.runs
    reference, parts = runs.policies[0], []
    for scenario in scenarios if scenarios is not None else runs.policies:
        for outcome in runs.outcomes:
            targets = {"outcome": runs.of(scenario, outcome)}
            if scenario != reference:
                targets["difference"] = runs.difference(scenario, outcome)
            for of, values in targets.items():
                y = values.reshape(len(blocks.x), blocks.rows, -1)[:size]
                part = _judged(_indices(blocks, y))
                parts.append(part.assign(outcome=outcome, scenario=scenario, of=of))
    table = pd.concat(parts, ignore_index=True)
    known = {LUCK_NAME: LUCK, **{name: input_of(name) for name in blocks.names}}
    table["title"] = [known[name].title for name in table["input"]]
    table["unit"] = [known[name].unit for name in table["input"]]
    return table[list(COLUMNS)]


def _judged(found: pd.DataFrame) -> pd.DataFrame:
    """With floor and verdict."""
    is_luck = found["input"] == LUCK_NAME
    floor = found["index"].map(found[is_luck].set_index("index")["high"])
    verdict = np.where(found["low"] > floor, ABOVE, WITHIN).astype(object)
    verdict[found["low"].isna().to_numpy()] = ""
    verdict[is_luck.to_numpy()] = FLOOR
    verdict[found["value"].isna().to_numpy()] = CONSTANT
    return found.assign(floor=floor, verdict=verdict)


def _indices(blocks: _Blocks, y: np.ndarray) -> pd.DataFrame:
    """``input, index, value, low, high, blocks, left_out`` of ``y``, block x row x seed, luck last."""
    whole = ~np.isnan(y).any(axis=(1, 2))
    first, second = (np.einsum("brs,bs->br", y, half)[whole] for half in _halves(len(y), blocks.runs.seeds))
    names = [*blocks.names, LUCK_NAME]
    n, x, estimate = len(first), blocks.x[: len(y)][whole], _saltelli if blocks.design == "saltelli" else _morris
    told = {"blocks": n, "left_out": len(y) - n}
    unknown = np.full(len(names), math.nan)
    found = dict.fromkeys(INDICES[blocks.design], unknown)
    halves = ((first, second), (second, first))
    # Variance is that of A and B, one of either half.
    spread = [np.c_[one[:, 0], other[:, -1]] for one, other in halves] if blocks.design == "saltelli" else [np.r_[first, second]]
    if n > 1 and all(map(_varies, spread)):
        both = [estimate(names, x, *pair) for pair in halves]
        found = {name: (both[0][name] + both[1][name]) / 2 for name in both[0]}
    parts = []
    for index in INDICES[blocks.design]:
        value, half = found[index], found.get(f"{index}_conf", unknown) if n >= FEWEST_BLOCKS else unknown
        parts.append(pd.DataFrame({"input": names, "index": index, "value": value, "low": value - half, "high": value + half}))
    return pd.concat(parts, ignore_index=True).assign(**told)


def _halves(n: int, seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two halves of the seeds for each of ``n`` blocks as weights (block x seed); of an odd number one seed is in neither.

    More blocks change none of those before.
    """
    place, size = generator(seeds, "luck").random((n, len(seeds))).argsort(axis=1).argsort(axis=1), len(seeds) // 2
    return (place < size) / size, (place >= len(seeds) - size) / size


def _varies(values: np.ndarray) -> bool:
    """Whether values differ by more than rounding."""
    return bool(np.ptp(values) > 1e-12 * np.abs(values).max())


def _confidence(names: Sequence[str]) -> float:
    """Of each interval, so that those of all inputs hold together."""
    return 1 - (1 - LEVEL) / len(names)


def _saltelli(names: list[str], x: np.ndarray, first: np.ndarray, second: np.ndarray) -> dict[str, np.ndarray]:
    """S1 and ST of block x row: A and A with each input of B at the first half; A again, and B, at the second."""
    from SALib.analyze import sobol

    d = len(names) - 1
    y = np.c_[first[:, : d + 1], second[:, 0], second[:, -1]]
    found: dict[str, Any] = sobol.analyze(
        {"names": names, "num_vars": d + 1, "bounds": [[0, 1]] * (d + 1)},
        y.ravel(),
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=_confidence(names),
        seed=SALIB_SEED,
    )
    return {name: np.asarray(found[name], float) for name in ("S1", "S1_conf", "ST", "ST_conf")}


def _morris(names: list[str], x: np.ndarray, first: np.ndarray, second: np.ndarray) -> dict[str, np.ndarray]:
    """mu_star and sigma of trajectories at the first half, each with a last step from the first half to the second.

    SALib divides a difference by the step of the design, two thirds of a range; that of luck as well, so that both say what
    a whole range does.
    """
    from SALib.analyze import morris

    n, rows, d = x.shape
    longer = np.zeros((n, rows + 1, d + 1))
    longer[:, :rows, :d], longer[:, rows, :d], longer[:, rows, d] = x, x[:, -1], 1.0
    found: dict[str, Any] = morris.analyze(
        {"names": names, "num_vars": d + 1, "bounds": [[0, 1]] * (d + 1)},
        longer.reshape(-1, d + 1),
        np.c_[first, second[:, -1]].ravel(),
        num_resamples=RESAMPLES,
        conf_level=_confidence(names),
        num_levels=MORRIS_LEVELS,
        seed=SALIB_SEED,
    )
    return {index: np.asarray(found[index], float) for index in ("mu_star", "mu_star_conf", "sigma")}
