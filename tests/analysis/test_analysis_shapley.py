"""Shapley shares of games whose shares are known."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import planted
import pytest

from partnersim.analysis.shapley import ALL, shapley, shapley_of, weights
from partnersim.figures.shapley import draw_shapley
from partnersim.study.factorial import fractional_factorial, full_factorial
from partnersim.study.files import StudyError

Game = Callable[[frozenset[int]], float]


def shares_of(game: Game, k: int, reverse: bool = False) -> pd.DataFrame:
    """Table of a game that is the same in each of three seeds; ``reverse``: with the cells in another order."""
    levels = full_factorial([f"player_{i}" for i in range(k)])
    levels = levels[::-1].reset_index(drop=True) if reverse else levels
    worth = np.array([game(frozenset(np.flatnonzero(row).tolist())) for row in levels.to_numpy()])
    return shapley_of(planted.cells(levels, {"incidents": np.tile(worth, (3, 1))})).set_index("lever")


def glove(players: frozenset[int]) -> float:
    """A pair is worth 1; player 0 has a left glove, 1 and 2 a right one each."""
    return float(0 in players and bool(players & {1, 2}))


RUNWAYS = [1.0, 2.0, 2.0, 5.0, 9.0]


def airport(players: frozenset[int]) -> float:
    """The runway must be as long as the longest that one of the planes needs (Littlechild and Owen 1973)."""
    return max((RUNWAYS[p] for p in players), default=0.0)


@pytest.mark.parametrize("reverse", [False, True], ids=["standard", "reversed"])
@pytest.mark.parametrize(
    ("game", "shares"),
    [
        (glove, [2 / 3, 1 / 6, 1 / 6]),
        (lambda players: 7.0 + sum([3.0, -1.0, 0.5, 0.0][p] for p in players), [3.0, -1.0, 0.5, 0.0]),
        (airport, [1 / 5, 1 / 5 + 1 / 4, 1 / 5 + 1 / 4, 1 / 5 + 1 / 4 + 3 / 2, 1 / 5 + 1 / 4 + 3 / 2 + 4]),
        (lambda players: float(len(players) >= 3), [1 / 5] * 5),
    ],
    ids=["glove", "additive", "airport", "majority"],
)
def test_known_games(game: Game, shares: list[float], reverse: bool) -> None:
    """Fails when a lever gets another share than game theory gives it, or when shares hang on the order of the cells."""
    table = shares_of(game, len(shares), reverse)
    np.testing.assert_allclose(table["share"].drop(ALL), shares, atol=1e-12)
    everybody = frozenset(range(len(shares)))
    for i in everybody:
        assert table.loc[f"player_{i}", "alone"] == pytest.approx(game(frozenset({i})) - game(frozenset()))
        assert table.loc[f"player_{i}", "last"] == pytest.approx(game(everybody) - game(everybody - {i}))


def test_shares_are_means_over_all_orders() -> None:
    """Fails when the weights are not those of Shapley: a random game is told from its definition."""
    rng, k = np.random.default_rng(8), 5
    worth = {frozenset(s): rng.normal() for n in range(k + 1) for s in itertools.combinations(range(k), n)}
    expected = np.zeros(k)
    for order in itertools.permutations(range(k)):
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            expected[player] += (worth[before | {player}] - worth[before]) / math.factorial(k)
    np.testing.assert_allclose(shares_of(worth.__getitem__, k)["share"].drop(ALL), expected, atol=1e-12)


def test_ten_levers_share_all_that_there_is() -> None:
    """Fails when shares do not add up, when like levers get unlike shares, or when a lever that does nothing gets one."""
    levels = full_factorial([f"player_{i}" for i in range(10)])
    rng = np.random.default_rng(9)
    random = rng.lognormal(10, 1, (6, 1024))
    table = shapley_of(planted.cells(levels, {"incidents": random})).set_index("lever")
    total = (random[:, -1] - random[:, 0]).mean()
    assert table["share"].drop(ALL).sum() == pytest.approx(total, rel=1e-12)
    assert table.loc[ALL, ["share", "alone", "last"]].tolist() == pytest.approx([total] * 3, rel=1e-12)
    assert table["percent"].drop(ALL).sum() == pytest.approx(table.loc[ALL, "percent"], rel=1e-10)
    # The first two are alike, since only their number counts; the last does nothing.
    number, rest = levels["player_0"] + levels["player_1"], levels.to_numpy()[:, 2:9] @ (1 << np.arange(7))
    alike = rng.normal(50, 9, (6, 3, 128))[:, number, rest]
    table = shapley_of(planted.cells(levels, {"incidents": alike})).set_index("lever")
    assert table.loc["player_0", "share"] == pytest.approx(table.loc["player_1", "share"], abs=1e-10)
    nothing = table.loc["player_9"]
    assert nothing[["share", "low", "high"]].tolist() == [0, 0, 0] and nothing["verdict"] == "no difference"


def test_weights_take_only_what_a_lever_adds() -> None:
    """Fails when a share hangs on what happens where no lever is in use."""
    for k in (1, 2, 10):
        found = weights(full_factorial([str(i) for i in range(k)]).to_numpy())
        np.testing.assert_allclose(found.sum(axis=1), 0.0, atol=1e-12)
        np.testing.assert_allclose(np.where(found > 0, found, 0).sum(axis=1), 1.0, atol=1e-12)


def test_intervals_hold_the_true_shares() -> None:
    """Fails when the intervals of shares miss the truth too often: a coverage of 85 % is found with power 0.8."""
    levels = full_factorial([f"player_{i}" for i in range(4)])
    truth = np.array([2.0, -1.0, 0.0, 0.5])
    rng, held = np.random.default_rng(10), 0
    for _ in range(100):
        y = 20 + levels.to_numpy() @ truth + rng.normal(0, 10, (15, 1)) + rng.normal(0, 1, (15, 16))
        table = shapley_of(planted.cells(levels, {"incidents": y}))
        wanted = [*truth, truth.sum()]
        held += bool(((table["low"] <= wanted) & (wanted <= table["high"])).all())
    assert 89 <= held <= 100


def test_other_designs_are_told_what_to_do() -> None:
    """Fails when shares are given of a fraction or of too many levers, or when nobody learns which design would do."""
    names = [f"player_{i}" for i in range(11)]
    for levels, wanted in (
        (full_factorial(names), "up to 10 levers; here are 11"),
        (fractional_factorial(names[:6], resolution=4), "all 64 combinations of 6 levers; here are"),
    ):
        made = planted.study(levels, {"incidents": np.ones((3, len(levels)))})
        with pytest.raises(StudyError, match=wanted) as caught:
            shapley(made, ["incidents"])
        assert 'design = "full-factorial"' in str(caught.value) and "partnersim study run FILE" in str(caught.value)
        assert ("Name at most 10" in str(caught.value)) == (len(levels.columns) > 10)


def test_the_figure_names_clear_shares_alone() -> None:
    """Fails when a title claims a share whose interval holds zero."""
    levels = full_factorial(["a", "b", "c"])
    draw_shapley(shapley_of(planted.cells(levels, {"incidents": np.zeros((3, 8))})), {})  # nothing to take percents of
    rng = np.random.default_rng(2)
    y = 50 + levels.to_numpy() @ [5.0, 0.0, -2.0] + rng.normal(0, 0.4, (12, 8))
    still = 50 + rng.normal(0, 5, (12, 8))
    table = shapley_of(planted.cells(levels, {"incidents": y, "signed": still}))
    picture = draw_shapley(table, {"a": "L1 One", "b": "L2 Two", "c": "L3 Three"})
    assert "Incidents: all levers together +6" in picture.alt and "largest clear shares: L1 +9.86%, L3 -3.69%" in picture.alt
    assert "L2" not in picture.alt
    assert "Agreements signed: all levers together make no clear difference; no lever has a clear share." in picture.alt
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == ["L3 Three", "L2 Two", "L1 One", "all together"]
