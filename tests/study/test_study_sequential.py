"""Seeds until the intervals are narrow enough: the rule step by step, and what the intervals hold after stopping."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from partnersim.ledger import HEADLINES
from partnersim.study import resampling
from partnersim.study.amounts import Amount
from partnersim.study.files import StudyError
from partnersim.study.sequential import Precision, UntilPrecise, Verdict, schedule

MOST = 320
"""Seeds drawn for a study."""


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the resamples, for speed; their noise costs a third of a percent of coverage."""
    monkeypatch.setattr(resampling, "RESAMPLES", 199)


def frame(values: object, outcome: str = "incidents", start: int = 0) -> pd.DataFrame:
    """One outcome by seed."""
    found = np.asarray(values, float)
    return pd.DataFrame({outcome: found}, index=pd.RangeIndex(start, start + len(found), name="seed"))


def drive(rule: UntilPrecise, reference: pd.DataFrame, others: dict[str, pd.DataFrame]) -> list[Verdict]:
    """All looks, as the runner makes them: seeds are only there once they were asked for."""
    looks, n = [], rule.first
    while n is not None:
        looks.append(rule.look(reference.iloc[:n], {name: other.iloc[:n] for name, other in others.items()}))
        n = looks[-1].next
    return looks


def wanting(size: float, **options: int) -> UntilPrecise:
    """A rule for incidents in units."""
    return UntilPrecise(Precision({"incidents": Amount(size)}, **options))


def test_texts_of_a_precision():
    """Fails when a precision means other outcomes or amounts than it says, or is not read back."""
    assert Precision.parse("1%").wanted == dict.fromkeys(HEADLINES, Amount(0.01, is_share=True))
    table = Precision.parse({"transaction_cost": "1%", "incidents": 0.2}, first=10, cap=50)
    assert table.texts() == {"transaction_cost": "1%", "incidents": "0.2"} and (table.first, table.cap) == (10, 50)
    assert Precision.parse("transaction_cost=1%, incidents = 0.2", first=10, cap=50) == table
    assert Precision.parse(table.texts(), first=10, cap=50) == table


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("0.5", "units of transaction_cost, incidents, transformative_reach differ"),
        ("abc", 'precision is "abc"; allowed are a share'),
        ("0%", 'precision is "0%"; allowed'),
        ({"incidents": -1}, "precision of incidents is -1; allowed"),
        ({"incident": "1%"}, "nearest: incidents"),
        ({}, "names no outcome; the headline outcomes are transaction_cost"),
        ("incidents=1%,incidents=2%", "names an outcome twice"),
        (None, "precision is None; allowed"),
    ],
)
def test_nonsense_is_refused(asked, said):
    """Fails when a study runs for a precision that nobody can have meant."""
    with pytest.raises(StudyError, match=said):
        Precision.parse(asked)


@pytest.mark.parametrize("options", [{"first": 2}, {"cap": 19}, {"level": 95}, {"ahead": -1}])
def test_numbers_out_of_range_are_refused(options):
    """Fails when a cap below the first seeds, or a level in per cent, is taken."""
    with pytest.raises(StudyError, match="|".join(options)):
        Precision.parse("1%", **options)


def test_looks_grow_by_a_quarter_up_to_the_cap():
    """Fails when the looks, and with them the seeds used, change."""
    assert schedule(20, 100) == [20, 25, 32, 40, 50, 63, 79, 99, 100]
    assert schedule(3, 6) == [3, 4, 5, 6] and schedule(7, 7) == [7]


def test_a_precision_must_hold_at_the_seeds_ahead():
    """Fails when one lucky look ends a study: what is met at 20 and lost at 25 goes on along the schedule."""
    rng = np.random.default_rng(2)
    zero, other = frame(np.zeros(MOST)), frame(rng.normal(0, 1, MOST))
    other.iloc[20:25] = [[9.0], [-9], [9], [-9], [9]]
    looks = drive(wanting(0.9), zero, {"s": other})
    assert [look.seeds for look in looks][:3] == [20, 25, 32] and looks[0].is_met and not looks[1].is_met
    assert looks[-1].ended == "met" and looks[-2].is_met and looks[-1].seeds == looks[-2].seeds + 5
    assert [look.seeds for look in drive(wanting(0.9, ahead=0), zero, {"s": other})] == [20]


def test_look_ahead_is_a_share_above_a_hundred_and_ends_at_the_cap():
    """Fails when large studies look ahead by no more than small ones, or beyond the seeds allowed."""
    zero, other = frame(np.zeros(MOST)), frame(np.random.default_rng(3).normal(0, 1, MOST))
    looks = drive(wanting(0.9, first=200), zero, {"s": other})
    assert [look.seeds for look in looks] == [200, 210] and looks[-1].ended == "met"
    looks = drive(wanting(0.9, first=20, cap=22), zero, {"s": other})
    assert [look.seeds for look in looks] == [20, 22] and looks[-1].ended == "met"
    last = drive(wanting(0.01, first=20, cap=30), zero, {"s": other})[-1]
    assert last.ended == "cap" and last.seeds == 30 and not last.is_met


def test_the_table_tells_what_is_wanted_of_the_reference():
    """Fails when a share is taken of the difference, or of another scenario's mean."""
    rng = np.random.default_rng(4)
    a = frame(rng.normal(50, 5, 40)).join(frame(rng.normal(8, 1, 40), "transaction_cost"))
    b = a + rng.normal(0, 1, a.shape)
    rule = UntilPrecise(Precision.parse({"incidents": "2%", "transaction_cost": 0.5}, first=40))
    verdict = rule.look(a, {"s": b, "t": 10 * b})
    table = verdict.table.set_index(["scenario", "outcome"])
    assert table.loc[("t", "incidents"), "wanted"] == pytest.approx(0.02 * a["incidents"].mean())
    assert table.loc[("t", "transaction_cost"), "wanted"] == 0.5 and (table["runs"] == 40).all()
    assert table["met"].to_dict() == {
        ("s", "incidents"): True,
        ("s", "transaction_cost"): True,
        ("t", "incidents"): False,
        ("t", "transaction_cost"): False,
    }


def test_a_met_look_reports_no_more_than_was_asked_for():
    """Fails when the widening that pays for stopping at a good moment exceeds what was wanted, or is left out."""
    zero, other = frame(np.zeros(MOST)), frame(np.random.default_rng(5).normal(0, 1, MOST))
    last = drive(wanting(0.3), zero, {"s": other})[-1]
    row, interval = last.table.iloc[0], last.intervals.iloc[0]
    plain = interval["critical"] * other["incidents"].iloc[: last.seeds].std() / math.sqrt(last.seeds)
    assert plain <= row["half_width"] <= 0.3 and row["half_width"] / plain == pytest.approx(min(1.118, 0.3 / plain), 1e-3)
    assert (interval["high"] - interval["low"]) / 2 == pytest.approx(row["half_width"])


def test_seeds_not_asked_for_change_nothing():
    """Fails when what is found depends on runs that happened to be there, or on their order."""
    zero, other = frame(np.zeros(MOST)), frame(np.random.default_rng(6).normal(0, 1, MOST))
    alone = drive(wanting(0.3), zero, {"s": other})
    rule, n = wanting(0.3), 0
    while n is not None:
        verdict = rule.look(zero[::-1], {"s": other.sample(frac=1, random_state=n)})
        n = verdict.next
    assert verdict.seeds == alone[-1].seeds
    pd.testing.assert_frame_equal(verdict.intervals, alone[-1].intervals)


def test_no_difference_at_all_is_believed_after_a_hundred_pairs():
    """Fails when twenty pairs without difference end a study, though one pair in thirty might differ, or none ever does."""
    zero = frame(np.zeros(MOST))
    looks = drive(wanting(0.3), zero, {"s": zero})
    assert not any(look.is_met for look in looks if look.seeds < 100) and looks[-1].ended == "met"
    assert looks[-1].seeds < 140 and looks[-1].table.loc[0, "half_width"] == 0


def test_few_differing_pairs_are_not_believed_early():
    """Fails when two small differences in twenty pairs pass for all there is."""
    d = np.zeros(MOST)
    d[[3, 11]] = 0.1
    looks = drive(wanting(0.3), frame(np.zeros(MOST)), {"s": frame(d)})
    assert looks[0].table.loc[0, "half_width"] < 0.3 and not looks[0].is_met and looks[-1].ended == "met"


def test_a_share_of_nothing_is_never_met_by_what_varies():
    """Fails when a reference without incidents ends a study at once, or in a division by zero."""
    zero, other = frame(np.zeros(60)), frame(np.random.default_rng(7).poisson(1, 60))
    rule = UntilPrecise(Precision.parse({"incidents": "1%"}, cap=60))
    last = drive(rule, zero, {"s": other})[-1]
    assert last.ended == "cap" and last.table.loc[0, "wanted"] == 0 and not last.is_met


def test_missing_numbers_count_as_missing_pairs():
    """Fails when runs that failed spoil a look, or an outcome without numbers is called precise."""
    rng = np.random.default_rng(8)
    zero, other = frame(np.zeros(MOST)), frame(rng.normal(0, 1, MOST))
    other.iloc[::4] = math.nan
    last = drive(wanting(0.3), zero, {"s": other.drop(index=[1, 2])})[-1]
    assert last.ended == "met" and last.table.loc[0, "runs"] < 0.8 * last.seeds
    nothing = wanting(0.3, cap=30).look(zero, {"s": frame(np.full(40, math.nan))})
    assert not nothing.is_met and math.isnan(nothing.table.loc[0, "half_width"])


def heavy(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Difference of two lognormal outcomes that share two thirds of their luck, and its mean."""
    common = 0.8 * rng.normal(size=MOST)
    a, b = (np.exp(1.2 * (common + 0.6 * rng.normal(size=MOST))) for _ in range(2))
    return 1.3 * b - a, 0.3 * math.exp(1.2**2 / 2)


def fewer_incidents(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Half an incident of two prevented on average."""
    return -rng.poisson(0.5, MOST).astype(float), -0.5


def mostly_nothing(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Nine pairs in ten do not differ."""
    return (rng.random(MOST) < 0.1) * (1 + rng.lognormal(0, 0.5, MOST)), 0.1 * (1 + math.exp(0.125))


def held(draws: Callable[[np.random.Generator], tuple[pd.DataFrame, np.ndarray]], wanted: dict[str, float], seed: int) -> float:
    """Share of 200 studies, each with seeds of its own, whose last intervals all hold the truth."""
    rng, hits = np.random.default_rng(seed), 0
    for study in range(200):
        differences, truths = draws(rng)
        differences.index = pd.RangeIndex(1000 * study, 1000 * study + MOST, name="seed")
        rule = UntilPrecise(Precision({name: Amount(size) for name, size in wanted.items()}, cap=MOST))
        n = rule.first
        while n is not None:
            verdict = rule.judge(differences.iloc[:n], wanted)
            n = verdict.next
        found = verdict.intervals
        hits += ((found["low"] <= truths) & (truths <= found["high"])).all()
    return hits / 200


@pytest.mark.parametrize(("draw", "sd"), [(heavy, 2.3), (mostly_nothing, 0.68)])
def test_coverage_after_stopping(draw, sd):
    """Fails when intervals hold the truth too seldom because the data chose when to stop: a coverage of 90 % is found with
    power 0.92."""

    def differences(rng):
        d, truth = draw(rng)
        return pd.DataFrame({("s", "incidents"): d}).rename_axis(columns=["scenario", "outcome"]), np.array([truth])

    assert 0.93 <= held(differences, {"incidents": 1.96 * sd / math.sqrt(25)}, 21) <= 0.998


def test_coverage_of_a_family_after_stopping():
    """Fails when claims of a study that stopped itself are wrong together too often: a family-wise coverage of 90 % is
    found with power 0.92."""
    wanted = {"incidents": 0.35, "transaction_cost": 0.6, "transformative_reach": 1.4}

    def differences(rng):
        reach, gain = heavy(rng)
        days = 0.5 * rng.normal(size=(MOST, 1)) + rng.normal(size=(MOST, 2))
        columns = [fewer_incidents(rng)[0], days[:, 0], reach, fewer_incidents(rng)[0], days[:, 1], days.sum(axis=1)]
        names = pd.MultiIndex.from_product([["s", "t"], wanted], names=["scenario", "outcome"])
        return pd.DataFrame(np.column_stack(columns), columns=names), np.array([-0.5, 0, gain, -0.5, 0, 0])

    assert 0.93 <= held(differences, wanted, 22) <= 0.998
