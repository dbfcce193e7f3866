"""Looking for partners, courting them and checking them: values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from by_hand import PARAM, record, records

from partnersim import choice
from partnersim.kinds import MAX_ENTITIES, NEVER, WAYS, Reason, Stage
from partnersim.ledger import N_ACTIVITIES, N_SIDES, Activity, Side
from partnersim.rules import courting, scouting, screening, ties


def test_choices() -> None:
    """A failure means that a draw picks another thing than its share says."""
    assert [choice.clip(x, 0.0, 1.0) for x in (-0.5, 0.25, 1.5)] == [0.0, 0.25, 1.0]
    assert choice.logistic(0.0) == 0.5
    assert choice.logistic(math.log(3.0)) == pytest.approx(0.75, abs=1e-15)
    assert 0.0 < choice.logistic(-1e9) < 1e-17 < 1.0 - 1e-15 < choice.logistic(1e9) <= 1.0
    shares = np.array([0.2, 0.5, 1.0])
    assert [choice.pick(shares, u) for u in (0.0, 0.19, 0.2, 0.49, 0.5, 0.999)] == [0, 0, 1, 1, 2, 2]
    assert [choice.occurrences(2.25, u) for u in (0.0, 0.7, 0.75, 0.999)] == [2, 2, 3, 3]
    assert choice.occurrences(0.0, 0.999) == 0


def test_fit_and_what_is_seen_of_it() -> None:
    """A failure means that entities judge firms by other things, or other weights, than the model says."""
    assert scouting.true_fit(PARAM, 0.70, 0.4, True) == pytest.approx(1.3)
    assert scouting.true_fit(PARAM, 0.45, 0.9, False) == pytest.approx(-0.2)
    assert scouting.seen_value(PARAM, 1.0, -0.5, 0.3, 2, 0.4) == pytest.approx(1.4)
    assert scouting.seen_value(PARAM, 1.0, 0.0, 1.0, 2, 0.0) == 1.0, "a big name counts nothing where core competence is all"


def test_where_candidates_come_from() -> None:
    """A failure means that local firms, the portal, own ties and cold contacts have other shares than their channels say."""
    found = [scouting.source(PARAM, u, 0.2, 0.05, 0.5) for u in (0.0, 0.14, 0.16, 0.21, 0.232, 0.25, 0.6, 0.69, 0.71, 0.99)]
    local, portal, own, cold = scouting.LOCAL, scouting.PORTAL, scouting.OWN_TIE, scouting.COLD
    assert found == [local, local, cold, portal, portal, own, own, own, cold, cold]
    assert scouting.source(PARAM, 0.19, 0.2, 0.05, 1.0) == local, "a perfect broker misses nobody"


def test_goals_by_mandate() -> None:
    """A failure means that entities look for partners outside their mandate."""
    mandate = np.array([0.5, 0.25, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert [scouting.choose_goal(mandate, u) for u in (0.0, 0.49, 0.5, 0.74, 0.75, 0.99)] == [0, 0, 1, 1, 2, 2]


def test_willingness() -> None:
    """A failure means that firms weigh fit, ties, reputation, cost, fatigue or exposure otherwise than documented."""
    assert courting.willingness(PARAM, 1.0, 0.5, 80.0, 0.7, 2.0, 0, -1.5, 0.4) == pytest.approx(-0.1)
    assert courting.willingness(PARAM, 1.0, 0.5, 80.0, 0.7, 2.0, 0, 1.5, 0.4) == pytest.approx(0.5), "the sound fear no publicity"
    assert courting.willingness(PARAM, 0.0, 0.0, 60.0, 0.5, 0.0, 0, 0.0, 1.0) == 0.0
    assert courting.willingness(PARAM, 0.0, 0.0, 60.0, 0.5, 0.0, 2, 0.0, 1.0) == -2.0, "at work on two cases"


@pytest.mark.parametrize(
    ("sees", "yields", "joins", "way"),
    [
        (0.0, 1.0, 1.0, Reason.NONE),
        (1.0, 0.0, 1.0, Reason.NONE),
        (1.0, 1.0, 0.0, Reason.YIELDED),
        (1.0, 1.0, 1.0, Reason.JOINED),
    ],
)
def test_contests(sees: float, yields: float, joins: float, way: Reason) -> None:
    """A failure means that coordination works without being seen, or not when it is."""
    now = {"lead_visibility": sees, "yield_or_join": yields}
    with np.errstate(over="ignore"):
        assert courting.contest(np.uint64(1), np.uint64(2), 3, now, joins) == way


def test_factors() -> None:
    """A failure means that a line through two given points runs through others."""
    assert [choice.graded(1.25, x) for x in (0.0, 0.5, 1.0)] == [1.25, 1.0, 0.75]
    assert [choice.up_to_one(0.3, x) for x in (0.0, 0.5, 1.0)] == pytest.approx([0.3, 0.65, 1.0])
    assert [choice.around_one(u, 0.5) for u in (0.0, 0.5, 0.75)] == [0.5, 1.0, 1.25]


def test_an_idea_had_twice() -> None:
    """A failure means that one idea is courted twice, or that it can never be had again."""
    register = records("partnership", 3, key=[7, 7, 8], stage=[Stage.COURTED, Stage.COURTED, Stage.COURTED])
    assert courting.twin(register, 0, 1, np.uint64(7))
    assert not courting.twin(register, 0, 0, np.uint64(7)), "itself"
    assert not courting.twin(register, 0, 2, np.uint64(8)), "another idea"
    assert not courting.twin(register, -1, 1, np.uint64(7)), "nobody courted it"
    for gone in (Stage.NONE, Stage.DROPPED, Stage.ENDED):
        register["stage"][0] = gone
        assert not courting.twin(register, 0, 1, np.uint64(7))


def test_an_approach_tires_and_shows() -> None:
    """A failure means that being courted leaves no trace, so that others cannot see it."""
    case, firm = record("partnership", entity=[4], months_left=2.25), record("company", fatigue=2.0, fatigued=29)
    courting.approach(case, 17, firm, 30, 0.25)
    assert case["approached"]
    assert firm["fatigue"] == pytest.approx(2.5), "three quarters of the 2 of last month, and 1"
    assert (firm["fatigued"], firm["last_contact"], firm["courted_by"], firm["courting_case"]) == (30, 30, 4, 17)
    assert firm["courted_until"] == 33


def test_joining_a_bid() -> None:
    """A failure means that joint bids are had for free, twice, or too late."""
    days, entities = np.zeros((N_SIDES, N_ACTIVITIES)), records("entity", 20, left=[3.0, 3.0])
    bid = record("partnership", stage=Stage.COURTED, n_entity=1, entity=[2], office=1)
    assert courting.join(bid, 5, 2, entities, days, 1.0)
    assert (bid["n_entity"], bid["entity"][1], bid["days"]) == (2, 5, 1.0)
    assert days[Side.COUNTRY, Activity.COORDINATION] == 1.0 == entities[5]["used"][1]
    assert not courting.join(bid, 5, 2, entities, days, 1.0), "it is a member"
    assert not courting.join(bid, 6, 3, entities, days, 1.0), "another leads it"
    bid["stage"] = Stage.DESIGN
    assert not courting.join(bid, 6, 2, entities, days, 1.0), "too late"
    bid["stage"], bid["n_entity"] = Stage.SCREENING, MAX_ENTITIES
    assert not courting.join(bid, 6, 2, entities, days, 1.0), "full"
    assert days.sum() == 1.0


def test_reading_proposals() -> None:
    """A failure means that unfit proposals pass, or that a firm turned down learns nothing from it."""
    firm = record("company", cost_belief=0.5, capacity=2, n_live=1)
    assert courting.triage(record("partnership", fit=0.1), firm, PARAM) == Reason.NONE
    assert courting.triage(record("partnership", fit=-0.1), firm, PARAM) == Reason.UNFIT
    assert firm["cost_belief"] == pytest.approx(0.65)
    firm["n_open"] = 1
    assert courting.triage(record("partnership", fit=0.1), firm, PARAM) == Reason.NO_CAPACITY


def test_addressing_by_mandate() -> None:
    """A failure means that well-addressed proposals reach entities without the mandate or without staff."""
    mandate = np.zeros((3, 8))
    mandate[:, 0] = [0.5, 0.0, 0.25]
    entities = records("entity", 3, mandate=mandate, staff_hq=[1.0, 9.0, 1.0], staff_country=[1.0, 9.0, 1.0])
    assert [courting.by_mandate(entities, 0, u) for u in (0.0, 0.6, 0.7, 0.99)] == [0, 0, 2, 2]


def test_thresholds_and_days_of_a_check() -> None:
    """A failure means that strictness, insiders, badges or crises move a check otherwise than documented."""
    assert screening.threshold(-1.28, 0.4, 0.25, False, 0.1) == pytest.approx(-0.98)
    assert screening.threshold(-1.28, 0.4, 0.25, True, 0.1) == pytest.approx(-1.08)
    assert screening.threshold(-1.28, 0.4, 1.0, False, 0.1) == -1.28, "one standard for all"
    assert screening.wanted_days(6.0, 0.3, False, False, 0.4) == 6.0
    assert screening.wanted_days(6.0, 0.3, True, False, 0.4) == pytest.approx(4.2)
    assert screening.wanted_days(6.0, 0.3, True, True, 0.4) == pytest.approx(1.68)


def test_a_common_error_is_common() -> None:
    """A failure means that raters who share all error still disagree, or those who share none agree."""
    with np.errstate(over="ignore"):
        seed, firm = np.uint64(7), np.uint64(99)
        raters = [np.uint64(r) for r in range(4)]
        assert len({screening.reading(seed, r, firm, 0, 1.0) for r in raters}) == 1
        assert len({screening.reading(seed, r, firm, 0, 0.0) for r in raters}) == 4
        mixed = screening.reading(seed, raters[0], firm, 0, 0.36)
        own, common = (screening.reading(seed, raters[0], firm, 0, share) for share in (0.0, 1.0))
    assert mixed == pytest.approx(0.8 * own + 0.6 * common)


def test_ties() -> None:
    """A failure means that ties strengthen without limit, are forgotten in the wrong order, or are mistaken for others."""
    assert ties.stronger(0.5, 0.08) == pytest.approx(0.54)
    assert ties.stronger(1.0, 0.5) == 1.0
    full = list(range(WAYS))
    own = records("tie", WAYS, row=full, key=[8 * k for k in full], strength=[0.9, 0.8, 0.3, 0.01, 0.2, 0.7, 0.6, 0.5], event=0.1)
    own["seat"][3] = True
    with np.errstate(over="ignore"):
        assert [ties.find(own, k, np.uint64(8 * k)) for k in full] == full
        assert ties.find(own, 5, np.uint64(41)) == -1, "the row has another tenant"
        assert ties.find_or_make(own, 2, np.uint64(16), NEVER) == 2
        assert ties.find_or_make(own, 9, np.uint64(90), NEVER) == 4, "the weakest goes, but for one with a seat"
        assert ties.find(own, 4, np.uint64(32)) == -1
        own["row"][7] = -1
        assert ties.find_or_make(own, 10, np.uint64(100), NEVER) == 7, "an empty slot before any"
    assert (own[4]["row"], own[4]["key"], own[4]["strength"], own[4]["check_month"]) == (9, 90, 0.0, NEVER)


def test_ties_fade() -> None:
    """A failure means that ties last without contact, or that exchanges and seats never end."""
    company = records("company", 3, alive=[1, 1, 0], key=[1, 2, 3])
    own = records(
        "tie", 4, row=[0, 1, 2, 0], key=[1, 2, 3, 1], strength=[0.5, 0.01, 0.5, 0.0], staff=[2, 0, 0, 1], seat=[0, 0, 1, 0]
    )
    ties.fade_ties(own, company, 0.9, 0.01)
    assert own["strength"].tolist() == pytest.approx([0.45, 0.009, 0.45, 0.0])
    assert own["row"].tolist() == [0, -1, 2, -1]
    assert own["staff"].tolist() == [1, 0, 0, 0]
    assert not own["seat"][2], "a seat does not outlast its company"
