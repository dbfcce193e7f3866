"""Effects of levers: planted ones are found, exactly without noise, and nothing is claimed where there is nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import planted
import pytest

from partnersim.analysis.cells import seed_means
from partnersim.analysis.effects import aliased, effects, effects_of, interplay
from partnersim.figures.effects import draw_effects
from partnersim.figures.pairs import draw_pairs
from partnersim.study import resampling
from partnersim.study.designs import one_at_a_time
from partnersim.study.factorial import fractional_factorial, full_factorial, resolution_of
from partnersim.study.files import StudyError

FIVE = [f"lever_{letter}" for letter in "abcde"]
EIGHT = [f"lever_{letter}" for letter in "abcdefgh"]
ALONE = np.array([4.0, -3.0, 0.0, 2.5, 0.0, 1.0, -1.0, 0.0])
TOGETHER = {(0, 1): 2.0, (2, 3): -1.5, (1, 4): 0.75}


def designs() -> list[pd.DataFrame]:
    """All combinations of five levers, and a fraction of eight in which no pair is confounded with another."""
    fraction = fractional_factorial(EIGHT, resolution=5)
    assert len(fraction) < 2**8
    return [full_factorial(FIVE), fraction]


@pytest.mark.parametrize("levels", designs(), ids=["full", "fraction"])
def test_planted_effects_are_found_to_rounding(levels: pd.DataFrame) -> None:
    """Fails when an effect is scaled or signed otherwise than told, or when what seeds have in common does not drop out."""
    k = levels.shape[1]
    seeds = np.array([0.0, 1000.0, -500.0, 37.0])[:, None]
    y = planted.response(levels, ALONE[:k], TOGETHER)
    table = effects_of(planted.cells(levels, {"incidents": y + seeds}))
    mains, pairs = table[table["second"] == ""], table[table["second"] != ""]
    expected = planted.mains_of(ALONE[:k], TOGETHER)
    np.testing.assert_allclose(mains["estimate"], expected, atol=1e-9)
    np.testing.assert_allclose(pairs["estimate"], [TOGETHER.get(p, 0.0) for p in itertools.combinations(range(k), 2)], atol=1e-9)
    np.testing.assert_allclose(table[["low", "high"]].sub(table["estimate"], axis=0), 0.0, atol=1e-9)
    assert (table["aliased_with"] == "").all()
    assert mains["term"].tolist() == list(levels.columns)
    mean = (y + seeds).mean()
    np.testing.assert_allclose(table["mean"], mean)
    np.testing.assert_allclose(mains["percent"], 100 * expected / mean, atol=1e-9)


def test_what_changes_nothing_is_seen_to_change_nothing() -> None:
    """Fails when rounding passes for an effect: a lever without any would be told "clear" by chance."""
    levels = full_factorial(FIVE)
    y = np.random.default_rng(5).lognormal(5.0, 1.0, (40, 16))
    table = effects_of(planted.cells(levels, {"incidents": np.tile(y, 2)})).set_index("term")  # the last lever does nothing
    assert table.loc[table.index.str.contains("lever_e"), "verdict"].eq("no difference").all()


def test_noise_stays_within_the_intervals() -> None:
    """Fails when intervals of a noisy study miss what was planted, or are so wide that large effects are not seen."""
    levels = fractional_factorial(EIGHT, resolution=5)
    rng = np.random.default_rng(7)
    blocks, unlike = rng.normal(0, 50, (20, 1)), rng.normal(0, 0.5, (20, 8)) @ levels.to_numpy().T
    y = planted.response(levels, ALONE, TOGETHER) + blocks + unlike + rng.normal(0, 2, (20, len(levels)))
    table = effects_of(planted.cells(levels, {"incidents": y})).set_index("term")
    truth = pd.Series(planted.mains_of(ALONE, TOGETHER), EIGHT)
    assert ((table.loc[EIGHT, "low"] <= truth) & (truth <= table.loc[EIGHT, "high"])).all()
    assert table.loc["lever_a", "verdict"] == "higher" and table.loc["lever_b", "verdict"] == "lower"
    pair = table.loc["lever_a:lever_b"]
    assert pair["verdict"] == "higher" and pair["low"] <= 2.0 <= pair["high"]
    assert table.loc["lever_c:lever_d", "verdict"] == "lower"
    assert table.loc["lever_g:lever_h", "verdict"] not in ("lower", "higher")


@pytest.mark.parametrize(("names", "resolution"), [(EIGHT, 4), (EIGHT[:7], 3)])
def test_a_fraction_names_what_it_cannot_tell_apart(names: list[str], resolution: int) -> None:
    """Fails when an effect that is confounded passes for clean, or is said to be confounded with the wrong one or sign."""
    levels = fractional_factorial(names, resolution=resolution)
    assert resolution_of(levels) == resolution
    signs = 2 * levels - 1
    columns = {name: signs[name] for name in names}
    columns |= {f"{a}:{b}": signs[a] * signs[b] for a, b in itertools.combinations(names, 2)}
    found = aliased(levels)
    for effect, column in columns.items():
        same = {other for other, its in columns.items() if other != effect and (its == column).all()}
        turned = {f"-{other}" for other, its in columns.items() if (its == -column).all()}
        assert set(filter(None, found[effect].split(", "))) == same | turned
    assert any(":" in found[name] for name in names) == (resolution == 3)
    assert any(found[term] for term in columns if ":" in term)


def test_a_confounded_effect_is_the_signed_sum() -> None:
    """Fails when the sign of an alias is not that with which it enters the estimate."""
    levels = fractional_factorial(EIGHT[:7], resolution=3)
    a, (b, c) = "lever_a", next(pair.lstrip("-").split(":") for pair in aliased(levels)["lever_a"].split(", "))
    sign = -1 if f"-{b}:{c}" in aliased(levels)[a] else 1
    place = {name: i for i, name in enumerate(levels)}
    alone, together = np.zeros(7), {(place[b], place[c]): 3.0}
    y = np.tile(planted.response(levels, alone, together), (3, 1))
    table = effects_of(planted.cells(levels, {"incidents": y})).set_index("term")
    assert table.loc[a, "estimate"] == pytest.approx(sign * 3.0 / 2)


def test_nothing_is_claimed_where_nothing_was_planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when a family of effects errs in more than one study in twenty: one in ten is found with power 0.88."""
    monkeypatch.setattr(resampling, "RESAMPLES", 199)
    rng, levels, studies = np.random.default_rng(21), full_factorial(FIVE[:3]), 240
    errors = np.zeros(2)
    for _ in range(studies):
        blocks = rng.normal(0, 30, (20, 1))
        values = {"transaction_cost": 50 + blocks + rng.normal(size=(20, 8))}
        values["transformative_reach"] = np.exp(rng.normal(size=(20, 1)) + rng.normal(size=(20, 8)))
        table = effects_of(planted.cells(levels, values))
        clear = table["verdict"].isin(["lower", "higher"])
        errors += [(clear & (table["second"] == "")).any(), (clear & (table["second"] != "")).any()]
    assert (errors / studies <= 0.075).all()
    assert (errors / studies >= 0.005).any()  # intervals that are never wrong are too wide


def test_worlds_are_averaged_and_broken_seeds_left_out(tmp_path) -> None:
    """Fails when a world counts as a seed, or when a seed that lacks one run of one world is used all the same."""
    levels = full_factorial(FIVE[:2])
    rng = np.random.default_rng(3)
    y = planted.response(levels, np.array([4.0, -2.0]), {(0, 1): 1.0}) + rng.normal(0, 0.1, (2, 6, 4))
    made = planted.study(levels, {"incidents": y, "signed": y + 1}, path=tmp_path)
    whole = effects(made, ["incidents"])
    np.testing.assert_allclose(whole["estimate"].iloc[0], (y.mean(axis=0) @ [-1, 1, -1, 1]).mean() / 2)
    assert (whole["runs"] == 6).all() and (whole["missing"] == 0).all()
    made.runs.loc[7, "incidents"] = np.nan
    made.runs = made.runs.drop(index=40)
    holed = effects(made, ["incidents", "signed"])
    seeds = {made.runs.loc[7, "seed"], 40 // 4 - 6}
    kept = [s for s in range(6) if s not in seeds]
    table = holed[holed["outcome"] == "incidents"]
    assert (table["runs"] == 4).all() and (table["missing"] == 2).all()
    np.testing.assert_allclose(table["estimate"].iloc[0], (y.mean(axis=0)[kept] @ [-1, 1, -1, 1]).mean() / 2)
    assert (holed.loc[holed["outcome"] == "signed", "missing"] == 1).all()


def test_seed_means_are_in_the_order_of_scenarios() -> None:
    """Fails when a number is given to another scenario than its own, whatever the order of the runs."""
    y = np.arange(24.0).reshape(2, 3, 4)
    made = planted.study(full_factorial(FIVE[:2]), {"incidents": y})
    made.runs = made.runs.sample(frac=1, random_state=1)
    seeds, means = seed_means(made, ["incidents"])
    assert seeds.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(means["incidents"], y.mean(axis=0))


@pytest.mark.parametrize(
    ("strengths", "wanted"),
    [
        (one_at_a_time(dict.fromkeys(FIVE, (1.0,)), dict.fromkeys(FIVE, 0.0)), "no full or fractional factorial"),
        (full_factorial(FIVE[:2]) * 0.5, "lever_a has strength 0.5"),
        (pd.DataFrame(index=range(3)), "no lever is off in some"),
    ],
    ids=["one-at-a-time", "half", "none"],
)
def test_a_study_without_a_factorial_is_told_what_to_do(strengths: pd.DataFrame, wanted: str) -> None:
    """Fails when effects are given of a design that has none, or when nobody learns which design would do."""
    made = planted.study(strengths, {"incidents": np.ones((4, len(strengths)))})
    with pytest.raises(StudyError, match=wanted) as caught:
        effects(made, ["incidents"])
    assert 'design = "fractional-factorial"' in str(caught.value) and "partnersim study run FILE" in str(caught.value)


def test_several_bases_and_few_seeds_are_refused() -> None:
    """Fails when effects of two bases are mixed, or when two seeds are given an interval."""
    levels = full_factorial(FIVE[:2])
    twice = pd.concat([levels, levels], ignore_index=True)
    with pytest.raises(StudyError, match="one base"):
        effects(planted.study(twice, {"incidents": np.ones((4, 8))}), ["incidents"])
    with pytest.raises(StudyError, match=r"incidents: 2 seeds .* need 3"):
        effects(planted.study(levels, {"incidents": np.ones((2, 4))}), ["incidents"])


def test_pairs_help_in_the_good_direction_alone() -> None:
    """Fails when what makes an outcome worse is said to help."""
    assert interplay("incidents", "lower") == "helps" and interplay("incidents", "higher") == "spoils"
    assert interplay("transformative_reach", "higher") == "helps"
    assert interplay("incidents", "no clear difference") == "" and interplay("signed", "lower") == ""


def test_figures_say_what_is_clear_and_nothing_else() -> None:
    """Fails when a title claims an effect whose interval holds zero, or keeps silent on one that is clear."""
    rng, levels = np.random.default_rng(4), full_factorial(FIVE)
    y = planted.response(levels, np.array([6.0, -5.0, 0, 0, 0]), {(0, 1): 4.0}) + rng.normal(0, 0.5, (12, 32))
    reach = 1000 + rng.normal(0, 10, (12, 32))
    table = effects_of(planted.cells(levels, {"incidents": y, "transformative_reach": reach}))
    labels = {name: f"L{i} The {name}" for i, name in enumerate(FIVE, 1)}
    picture = draw_effects(table, labels, "12 seeds.")
    assert "Incidents: lower with L2" in picture.alt and "higher with L1" in picture.alt
    assert "Transformative reach: no clear difference with any." in picture.alt
    assert picture.axes[0].get_yticklabels()[0].get_text() == "L2 The lever_b"
    assert len(picture.data) == 10
    pairs = draw_pairs(table, "incidents", labels)
    assert "of 10 pairs of levers, 0 clearly help and 1 spoil" in pairs.alt
    assert "L1 The lever_a and L2 The lever_b, higher by" in pairs.alt
    assert "none clearly" in draw_pairs(table, "transformative_reach", labels).alt


def test_a_figure_claims_no_pair_that_the_design_cannot_tell() -> None:
    """Fails when all pairs that are confounded with a clear one are said to help or spoil each other."""
    rng, levels = np.random.default_rng(4), fractional_factorial(EIGHT, resolution=4)
    y = planted.response(levels, np.zeros(8), {(0, 1): 4.0}) + rng.normal(0, 0.5, (12, len(levels)))
    picture = draw_pairs(effects_of(planted.cells(levels, {"incidents": y})), "incidents", {})
    others = aliased(levels)["lever_a:lever_b"].split(", ")
    assert "none clearly" in picture.alt and f"{len(others) + 1} differ from it but cannot be told" in picture.alt
    assert "The design cannot tell 28 pairs from other effects" in picture.alt


def test_an_outcome_of_zeros_is_drawn_without_percents() -> None:
    """Fails when an outcome that never happens ends in a warning, or gets a percent of nothing."""
    table = effects_of(planted.cells(full_factorial(FIVE), {"incidents": np.zeros((4, 32))}))
    assert table["percent"].isna().all() and (table["verdict"] == "no difference").all()
    for picture in (draw_effects(table, {}), draw_pairs(table, "incidents", {})):
        assert "clear difference with any" in picture.alt or "none clearly" in picture.alt
