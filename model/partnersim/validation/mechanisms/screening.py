"""Finding 1: a reused check keeps mean exposure and fattens the tail; pooling lowers the mean; a veto lowers both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.integrate import quad
from scipy.stats import norm

from partnersim.outcomes import outcomes_of
from partnersim.rules import screening as rule
from partnersim.scenario import load_parameters
from partnersim.simulate import Laboratory, advance
from partnersim.study.paired import paired_differences, pseudo_values, simultaneous
from partnersim.validation.worlds import Progress, ensemble, use, variant
from partnersim.world import World

SEEDS, MONTHS, SETTLING = 300, 240, 24
"""Seeds, months of a run, and months until checks on file were made under the rule."""
RULES = ("independent", "reused", "pooled", "veto")
ENTITIES, READINGS = 3, 3.0
MONTHLY = ("exposed_by_bad_firm", "exposed_by_bad_firm_variance", "exposed_three_share", "largest_cascade")
FILES = ("let_in_share", "all_in_share")
MOST = 6
"""Entities that considered a firm are counted up to this number less one."""


def measure(seeds: Sequence[int], progress: Progress) -> dict[str, pd.DataFrame]:
    """Tables ``screening_attempts``, ``screening_month`` and ``screening_files``."""
    return {"screening_attempts": attempts(), **month(seeds, progress)}


def attempts(firms: int = 20_000) -> pd.DataFrame:
    """Three entities consider one firm: what is exposed, by the normal model and by the engine's own functions.

    ``mean``: entities exposed by a firm of the worst tenth, of three; ``all_three``: chance that all are; ``variance``;
    ``sound_blocked``: chance that a given entity is kept from a firm of the other nine tenths.
    """
    p = {name: parameter.value for name, parameter in load_parameters().items()}
    r = _plain(rule.accuracy)(rule.FULL_CHECK, p["check_ceiling"], p["check_half_days"])
    limit = _plain(rule.threshold)(p["common_threshold"], 0.0, 0.0, False, 0.0)
    edge, rng = norm.cdf(rule.WORST_DECILE), np.random.default_rng(13)
    u = rng.random(firms)
    made = {
        kind: _signals(norm.ppf(v), r, p["rater_common"]) for kind, v in {"bad": edge * u, "sound": edge + (1 - edge) * u}.items()
    }
    bad, sound = ({k: (v >= limit).sum(axis=1) for k, v in _by_rule(signals).items()} for signals in made.values())
    rows = []
    for name, exact in _closed_forms(r, limit).items():
        x, y = bad[name], sound[name]
        seen = (x.mean(), (x == ENTITIES).mean(), x.var(), 1 - y.mean() / ENTITIES)
        error = np.sqrt([x.var() / firms, seen[1] * (1 - seen[1]) / firms, np.nan, y.var() / ENTITIES**2 / firms])
        quantities = ("mean", "all_three", "variance", "sound_blocked")
        rows += [(name, q, e, s, d) for q, e, s, d in zip(quantities, exact, seen, error, strict=True)]
    return pd.DataFrame(rows, columns=["rule", "quantity", "closed_form", "engine", "engine_error"])


def _plain(function: Callable) -> Callable:
    return getattr(function, "py_func", function)


def _signals(truth: np.ndarray, r: float, common: float) -> np.ndarray:
    """(firm, 5): the signals of three entities' own raters, of the shared desk, and of the desk with pooled readings."""
    keys = np.random.default_rng(17).integers(2**63, size=truth.size, dtype=np.uint64)
    signal, raters = _plain(rule.pooled_signal), [np.uint64(k) for k in (11, 22, 33)]
    ways = [*((rater, 1.0) for rater in raters), (rule.CENTRAL_RATER, 1.0), (rule.CENTRAL_RATER, READINGS)]
    with np.errstate(over="ignore"):
        return np.array(
            [[signal(np.uint64(1), w, key, 0, z, r, k, common) for w, k in ways] for key, z in zip(keys, truth, strict=True)]
        )


def _by_rule(signals: np.ndarray) -> dict[str, np.ndarray]:
    """(firm, entity) signals by which each rule decides; a veto is taken at once or in turn, entity by entity."""
    own, desk, pooled = signals[:, :ENTITIES], signals[:, 3:4], signals[:, 4:5]
    everywhere = np.ones(ENTITIES)
    return {
        "independent": own,
        "reused": desk * everywhere,
        "pooled": pooled * everywhere,
        "veto": own.min(axis=1, keepdims=True) * everywhere,
        "veto in turn": np.minimum.accumulate(own, axis=1),
    }


def _closed_forms(r: float, limit: float) -> dict[str, tuple[float, float, float, float]]:
    """Mean, chance of all three, variance, and sound firms blocked, under the normal model with independent errors."""
    pooled = r / np.sqrt(r * r + (1 - r * r) / READINGS)

    def moments(rr: float, bad: bool) -> list[float]:
        def density(z: float, power: int) -> float:
            return norm.pdf(z) * norm.cdf((rr * z - limit) / np.sqrt(1 - rr * rr)) ** power

        ends = (-np.inf, rule.WORST_DECILE) if bad else (rule.WORST_DECILE, np.inf)
        mass = np.diff(norm.cdf(ends))[0]
        return [quad(density, *ends, args=(power,))[0] / mass for power in (1, 2, 3)]

    (p1, p2, p3), (s1, _, s3), (q1, _, _), (t1, _, _) = (moments(a, b) for a in (r, pooled) for b in (True, False))
    s2 = moments(r, False)[1]

    def row(chances: Sequence[float], blocked: float) -> tuple[float, float, float, float]:
        mean = sum(k * c for k, c in enumerate(chances))
        return mean, chances[3], sum(k * k * c for k, c in enumerate(chances)) - mean * mean, blocked

    return {
        "independent": row((0, 3 * (p1 - 2 * p2 + p3), 3 * (p2 - p3), p3), 1 - s1),
        "reused": row((0, 0, 0, p1), 1 - s1),
        "pooled": row((0, 0, 0, q1), 1 - t1),
        "veto": row((0, 0, 0, p3), 1 - s3),
        "veto in turn": row((0, p1 - p2, p2 - p3, p3), 1 - (s1 + s2 + s3) / 3),
    }


def month(seeds: Sequence[int], progress: Progress, months: int = MONTHS) -> dict[str, pd.DataFrame]:
    """The four rules in the full month, against independent checks: exposure, and what entities' files on bad firms say."""
    labs = [Laboratory(variant(name, None, use("shared_screening", {"rule": name})), months=months) for name in RULES]

    def read(lab: Laboratory, settled: World) -> tuple[dict[str, float], np.ndarray]:
        world, tables = lab.start(settled)
        files = np.zeros((MOST, MOST))
        for at in range(12, months + 1, 12):
            advance(world, tables, 12)
            if at > SETTLING:
                files += considered(world)
        return outcomes_of(world, months), files

    found = ensemble(labs, seeds, read, Laboratory.settled, progress)
    frames = {name: pd.DataFrame([run[0] for run in runs], index=pd.Index(seeds, name="seed")) for name, runs in found.items()}
    files = {name: np.array([run[1] for run in runs]) for name, runs in found.items()}
    family = paired_differences(frames["independent"], {name: frames[name] for name in RULES[1:]}, MONTHLY)
    levels = pseudo_values(lambda weights: _files(files, weights), seeds)
    levels.columns = pd.MultiIndex.from_tuples(levels.columns, names=["scenario", "outcome"])
    against = pd.concat({name: levels[name] - levels["independent"] for name in ("reused", "pooled")}, axis=1)
    against = against.loc[:, against.columns.get_level_values(1).isin(FILES)].rename_axis(columns=["scenario", "outcome"])
    judged = simultaneous(pd.concat([family, against], axis=1)).reset_index().rename(columns={"scenario": "rule"})
    whole = _files(files, np.ones(len(seeds)))
    means = {(name, o): frames[name][o].mean() for name in RULES for o in MONTHLY}
    means |= {key: value for key, value in whole.items() if key[1] in FILES}
    judged.insert(2, "independent", [means["independent", o] for o in judged["outcome"]])
    judged.insert(3, "mean", [means[key] for key in zip(judged["rule"], judged["outcome"], strict=True)])
    facts = whole[[key for key in whole.index if key[1] not in FILES]].rename("value").rename_axis(["rule", "fact"]).reset_index()
    return {"screening_month": judged, "screening_files": facts}


def considered(world: World) -> np.ndarray:
    """Worst-decile firms by number of entities with a valid check of them on file (row) and that let them in (column)."""
    firms, file = world.company, world.firm_tie
    bad = firms["alive"] & (firms["integrity"] < rule.WORST_DECILE)
    row = np.maximum(file["row"], 0)
    age = world.system["month"][0] - file["check_month"]
    valid = (
        (file["row"] >= 0) & (firms["key"][row] == file["key"]) & (age < world.system["param"]["check_validity"][0]) & bad[row]
    )
    by_firm = [np.bincount(row[which], minlength=firms.size)[bad] for which in (valid, valid & file["check_passed"])]
    table = np.zeros((MOST, MOST))
    np.add.at(table, tuple(np.minimum(n, MOST - 1) for n in by_firm), 1)
    return table


def _files(files: dict[str, np.ndarray], weights: np.ndarray) -> pd.Series:
    """By rule: how many entities consider a bad firm, and of those considered by two or more, who let it in."""
    found, k = {}, np.arange(MOST)
    for name, tables in files.items():
        table = np.tensordot(weights, tables, 1)
        several, any_ = table[2:], table[1:].sum()
        n = several.sum()
        found[name, "let_in_share"] = (several @ k / k[2:]).sum() / n
        found[name, "all_in_share"] = np.trace(several[:, 2:]) / n
        found[name, "considered_by_one"] = table[1].sum() / any_
        found[name, "considered_by_three"] = table[3:].sum() / any_
    return pd.Series(found)


def n_runs(n_seeds: int) -> int:
    """How many runs :func:`measure` reports to ``progress``."""
    return n_seeds * len(RULES)
