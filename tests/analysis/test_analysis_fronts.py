"""Fronts of packages: hand-made tables whose front, luck and likeness are known."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from partnersim.analysis import fronts
from partnersim.analysis.trials import Trials, improvements
from partnersim.ledger import HEADLINES
from partnersim.study.files import StudyError
from partnersim.study.pareto import NAMES, SIGNS, non_dominated, objectives


def trials_of(
    means: dict[str, tuple[float, float, float]], n: int = 40, own: float = 0.0, shared: float = 0.0, seed: int = 1
) -> Trials:
    """Packages of these means, with normal luck of each package and seed, and of each seed alone."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, shared, (1, n, 3))
    values = np.array(list(means.values()))[:, None] + common + rng.normal(0, own, (len(means), n, 3))
    return Trials(tuple(means), np.arange(n), values)


def test_none_that_another_beats_is_on_the_front() -> None:
    """A failure means that the front differs from what comparing every pair says, with ties, equal rows and gaps."""
    rng = np.random.default_rng(3)
    for size in (1, 5, 300):
        losses = rng.integers(0, 6, (size, 4)).astype(float) * [1, 1, 1e-9, 1e9]
        losses[size // 2 : size // 2 + 1, 1] = np.nan
        beaten = [np.isnan(row).any() or any((other <= row).all() and (other < row).any() for other in losses) for row in losses]
        assert non_dominated(losses).tolist() == [not b for b in beaten]


def test_a_front_of_two_of_which_one_wins_by_a_hair() -> None:
    """A failure means that objectives are not means and percentile over seeds, or that more reach counts as worse."""
    values = np.array([[[1.0, s, 10.0] for s in range(21)], [[1.0, s, 10.1] for s in range(21)]])
    found = fronts.front(Trials(("a", "b"), np.arange(21), values))
    assert found.loc["b", list(NAMES)].tolist() == pytest.approx([1.0, 10.0, 19.0, 10.1])
    assert found["front"].tolist() == [False, True] and found["stays"].tolist() == [0.0, 1.0]


def test_the_percentile_is_that_of_numpy() -> None:
    """A failure means that the quicker percentile is another one."""
    values = np.random.default_rng(0).normal(size=(4, 13, 3))
    assert np.allclose(objectives(values)[:, 2], np.quantile(values[:, :, 1], 0.95, axis=1))
    values[1, 5] = np.nan
    assert np.isnan(objectives(values)[1]).all() and not np.isnan(objectives(values)[[0, 2, 3]]).any()


def test_shared_luck_does_not_shake_a_front_and_own_luck_does() -> None:
    """A failure means that seeds are resampled package by package, which makes packages look less sure than they are."""
    means = {"cheap": (1.0, 5.0, 5.0), "safe": (5.0, 1.0, 5.0), "worse": (5.3, 1.3, 4.7)}
    together = fronts.front(trials_of(means, shared=3.0))
    assert together["stays"].tolist() == [1.0, 1.0, 0.0]
    alone = fronts.front(trials_of(means, own=3.0))
    assert 0.1 < alone.at["worse", "stays"] < 0.999


def test_promise_that_is_luck_is_not_kept() -> None:
    """A failure means that the winner's curse goes unseen: forty equal packages, of which the search takes the luckiest."""
    means = {"none": (10.0, 10.0, 10.0)} | {f"p{i}": (9.0, 9.0, 11.0) for i in range(40)}
    search, held = trials_of(means, n=8, own=2.0), trials_of(means, n=60, own=2.0, seed=2)
    search.values[0] = held.values[0] = 10.0  # the reference's own luck would be in all improvements
    search.values[0, ::2, 1], held.values[0, ::2, 1] = 8.0, 8.0
    search.values[0, 1::2, 1], held.values[0, 1::2, 1] = 12.0, 12.0
    found = fronts.front(search, 20)
    table = fronts.confirmed(found.index, found, held)
    told = fronts.optimism(table, "none")
    means_of = told.loc[["transaction_cost", "incidents", "transformative_reach"]]
    assert (means_of["left"] < 0.8).all() and (means_of["held"] > 0.5).all()
    assert (told.loc[["transaction_cost", "incidents", "transformative_reach"], "worse"] > 0.5).all()
    assert table["found"].sum() == found["front"].sum()
    with pytest.raises(StudyError, match="reference nothing"):
        fronts.optimism(table, "nothing")


def test_packages_that_cannot_be_told_apart_have_one_name() -> None:
    """A failure means that indifference is missed, or that packages clearly apart are thrown together."""
    means = {"a": (1.0, 1.0, 1.0), "b": (1.0, 1.0, 1.01), "c": (1.0, 3.0, 1.0), "d": (1.0, 3.0, 1.02)}
    sizes = pd.Series({"a": 4, "b": 2, "c": 1, "d": 1})
    like = fronts.alike(trials_of(means, own=0.5, shared=5.0), sizes)
    assert like.to_dict() == {"a": "b", "b": "b", "c": "c", "d": "c"}
    assert fronts.alike(trials_of({"a": means["a"]}), sizes).to_dict() == {"a": "a"}


def test_a_front_is_met_again_where_another_is_as_good() -> None:
    """A failure means that two searches that found equal packages under other names are said to disagree, or the reverse."""
    one = trials_of({"a": (1.0, 5.0, 9.0), "b": (5.0, 1.0, 9.0), "c": (9.0, 9.0, 30.0)}, own=0.3)
    two = trials_of({"x": (1.0, 5.0, 9.0), "y": (4.0, 1.0, 9.0), "z": (9.0, 9.0, 20.0)}, own=0.3, seed=2)
    assert fronts.met_again(one, two).to_dict() == {"a": True, "b": True, "c": False}
    assert fronts.met_again(two, one).to_dict() == {"x": True, "y": False, "z": True}
    with pytest.raises(StudyError, match="confirm_from"):
        fronts.met_again(one, trials_of({"x": (1.0, 5.0, 9.0)}, n=20))


def test_hypervolume_of_boxes() -> None:
    """A failure means that the size of a front is not the share of the box that it beats."""
    best, worst = np.zeros(4), np.full(4, 2.0)
    half = np.array([[1.0, 0, 0, 0]])
    assert fronts.hypervolume(half, best, worst) == pytest.approx(0.5)
    assert fronts.hypervolume(np.vstack([half, [0, 1.0, 0, 0]]), best, worst) == pytest.approx(0.75)
    assert fronts.hypervolume(np.array([[3.0, 0, 0, 0]]), best, worst) == 0.0


def frame(rows: dict[str, tuple[float, float, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows.values(), index=pd.Index(rows, name="package"), columns=list(NAMES))


def test_equal_fronts_agree_and_others_do_so_far() -> None:
    """A failure means that "the same front" has no measure, or one that luck common to all packages moves."""
    one = frame({"none": (10, 10, 10, 10), "a": (5, 9, 9, 10), "b": (9, 5, 5, 10)})
    moved = one + 3.0
    same = fronts.agreement(one, moved, "none")
    assert same[["jaccard", "volume_ratio", "first_again"]].tolist() == pytest.approx([1.0, 1.0, 1.0]) and same["both"] == 2
    assert same["first_short"] == 0 == same["second_short"]
    less = fronts.agreement(one.drop(index="none"), one.loc[["b"]])
    assert (less["first_again"], less["second_again"], less["jaccard"]) == (0.5, 1.0, 0.5)
    assert less["first_volume"] == pytest.approx(1.0) and less["second_volume"] < 0.95
    assert less["first_short"] == 0 and less["second_short"] == pytest.approx(1.0)
    with pytest.raises(StudyError, match="must be in both"):
        fronts.agreement(one, one.drop(index="none"), "none")


def test_improvements_hold_the_truth_together() -> None:
    """A failure means that intervals are of the wrong sign, or hold all truths in too few studies."""
    means = {"none": (10.0, 10.0, 10.0), "a": (8.0, 11.0, 12.0), "b": (10.0, 10.0, 10.0)}
    truth = {("a", "transaction_cost"): 2.0, ("a", "incidents"): -1.0, ("a", "transformative_reach"): 2.0}
    held = 0
    for seed in range(30):
        told = improvements(trials_of(means, own=1.0, shared=2.0, seed=seed), "none")
        kept = told.drop(index="incidents_q95", level="objective")
        right = [row.low <= truth.get(key, 0.0) <= row.high for key, row in zip(kept.index, kept.itertuples(), strict=True)]
        held += all(right)
    assert held >= 26
    assert told.index.tolist() == list(itertools.product("ab", NAMES))
    assert told.loc[("a", "transaction_cost"), "low"] > 0 > told.loc[("a", "incidents"), "high"]


def runs(n: int = 3) -> pd.DataFrame:
    rows = [(name, 0, seed, *np.arange(3.0)) for name in ("x", "y") for seed in range(n)]
    return pd.DataFrame(rows, columns=["scenario", "world", "seed", *HEADLINES])


def test_packages_without_all_numbers_are_left_out_and_said() -> None:
    """A failure means that packages are compared on different seeds."""
    table = runs()
    table.loc[4, "incidents"] = np.nan
    found = Trials.of(table)
    assert found.names == ("x",) and found.missing == ("y",) and found.values.shape == (1, 3, 3)
    worlds = pd.concat([runs(), runs().assign(world=1, incidents=3.0)])
    assert np.allclose(Trials.of(worlds).values[:, :, 1], 2.0)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: Trials.of(runs(2)), "2 seeds say nothing"),
        (lambda: Trials.of(runs(), names=["z"]), "No package 'z'"),
        (lambda: Trials.of(runs().assign(incidents=np.nan)), "No package has a run of each"),
        (lambda: improvements(Trials.of(runs()).only(["x"]), "x"), "only package"),
        (lambda: fronts.alike(trials_of({f"p{i}": (1.0, 1.0, 1.0) for i in range(301)}, 4), pd.Series()), "too many to compare"),
        (lambda: fronts.confirmed(["z"], pd.DataFrame(), Trials.of(runs())), "None of the packages chosen"),
    ],
)
def test_what_cannot_be_said_is_refused(ask, words) -> None:
    """A failure means that a user meets a traceback, or a number of nothing."""
    with pytest.raises(StudyError, match=words):
        ask()


def test_signs_say_what_is_better() -> None:
    """A failure means that an objective is sought in the wrong direction."""
    assert dict(zip(NAMES, SIGNS, strict=True)) == {
        "transaction_cost": 1,
        "incidents": 1,
        "incidents_q95": 1,
        "transformative_reach": -1,
    }
