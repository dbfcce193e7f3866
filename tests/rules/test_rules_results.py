"""Delivering, ending, incidents, reputation, learning and reach: values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import PARAM, record, records

from partnersim.channels import Rule
from partnersim.folding import fold
from partnersim.kinds import NEVER, Reason, Stage
from partnersim.outcomes import median_months
from partnersim.rules import closing, delivery, incidents, learning, meeting, reach, reputation, turnover
from partnersim.rules import records as register


def test_performance() -> None:
    """A failure means that fit, skill, hosts, diversity or attention move performance otherwise than documented."""
    assert [delivery.diversity(PARAM, *pair) for pair in ((2, 2), (4, 5), (4, 8))] == pytest.approx([0.0, 0.52, -0.02])
    assert delivery.performance_score(PARAM, 0.0, 0.5, 0.4, 0.0, 0.25, 1.0, 0.0, 0.0, 0.0) == 0.35
    # 0.35 + 0.35 + 0.25 - 0.15 + 0.2 + 0.1 - 0.75 + 0.52 + 1.5 - 0.3
    assert delivery.performance_score(PARAM, 1.0, 0.6, 0.3, 0.2, 0.5, 0.5, 0.52, 1.5, -0.3) == pytest.approx(2.07)


def test_growth() -> None:
    """A failure means that reach grows while a partnership fails, or institutions move without the government's help."""
    assert delivery.next_reach(100.0, 1000.0, True, 0.06, 0.9) == pytest.approx(154.0)
    assert delivery.next_reach(100.0, 1000.0, False, 0.06, 0.9) == pytest.approx(90.0)
    assert delivery.institution_rise(PARAM, True, 0.5, 0.5, 0.5) == pytest.approx(0.001)
    assert delivery.institution_rise(PARAM, False, 0.5, 0.5, 0.5) == pytest.approx(0.00015)
    assert delivery.institution_rise(PARAM, True, 1.0, 1.0, 1.0) == 0.0
    case = record("partnership", stage=Stage.SCALED, scale=1.0, scale_limit=1.1)
    with np.errstate(over="ignore"):
        delivery.scale_up(np.uint64(1), 30, PARAM, 24, case, 1.0)
        assert case["scale"] == pytest.approx(100.0 ** (1 / 60), abs=1e-12)
        delivery.scale_up(np.uint64(1), 31, PARAM, 24, case, 1.0)
    assert case["scale"] == 1.1


def test_who_is_scaled_up() -> None:
    """A failure means that what fails, does not pay or has no willing host is scaled up."""
    ready = {"stage": Stage.DELIVERING, "months_performing": 24, "systemic": True, "business_case": True}
    for lacking in ({}, {"months_performing": 23}, {"systemic": False}, {"business_case": False}):
        case = record("partnership", **ready | lacking)
        with np.errstate(over="ignore"):
            delivery.scale_up(np.uint64(1), 30, PARAM, 24, case, 1.0)
        assert case["stage"] == (Stage.DELIVERING if lacking else Stage.SCALED)
    case = record("partnership", **ready)
    with np.errstate(over="ignore"):
        delivery.scale_up(np.uint64(1), 30, PARAM, 24, case, 0.0)
    assert case["stage"] == Stage.DELIVERING, "no host"


def test_reports_and_beliefs() -> None:
    """A failure means that failures are admitted without candour, or that beliefs move without evidence."""
    param, seed = {"optimism": 1.0}, np.uint64(1)
    with np.errstate(over="ignore"):
        assert delivery.reported(seed, {"optimism": 0.0}, record("partnership", performing=True), 1.0)
        assert delivery.reported(seed, param, record("partnership"), 1.0), "nobody knows of the failure"
        assert delivery.reported(seed, param, record("partnership", found=True), 0.0)
        assert not delivery.reported(seed, param, record("partnership", found=True), 1.0)
    lead = record("entity", belief=[0.5] * 5, evidence=[0.0, 20.0, 0.0, 0.0, 0.0])
    delivery.learn(lead, 0, True, 0.1, 0.05)
    delivery.learn(lead, 1, False, 0.1, 0.05)
    assert lead["belief"].tolist() == pytest.approx([0.55, 0.475, 0.5, 0.5, 0.5])
    assert lead["evidence"].tolist() == [1.0, 21.0, 0.0, 0.0, 0.0]


def test_ends() -> None:
    """A failure means that partnerships end at another pace, or that members stay bound after the end."""
    assert closing.monthly(0.14) == pytest.approx(0.012490, abs=1e-6)
    assert closing.monthly(0.6) == pytest.approx(0.073515, abs=1e-6)
    case = record("partnership", n_firm=1, firm=[1], civil=0, disclosed=True, lead_kind=1, office=1)
    lead, firms, civil = (
        record("entity", n_led=2, care=[0.0, 1.6]),
        records("company", 2, n_live=1, disclosed=1),
        records("civil", 1, n_live=1),
    )
    closing.release(PARAM, case, lead, firms, civil, 50)
    assert firms["last_ended"].tolist() == [0, 50]
    assert firms["n_live"].tolist() == firms["disclosed"].tolist() == [1, 0]
    assert (civil["n_live"][0], lead["n_led"]) == (0, 1)
    assert lead["care"].tolist() == [0.0, 1.0]


def test_handover() -> None:
    """A failure means that benefit persists without a plan, a host or a working partnership."""
    with np.errstate(over="ignore"):
        for lacking in ({"exit_plan": False}, {"performing": False}):
            case = record("partnership", **{"exit_plan": True, "performing": True} | lacking)
            assert closing.months_handed_over(np.uint64(1), PARAM, case, 1.0) == 0.0
        case = record("partnership", exit_plan=True, performing=True)
        assert closing.months_handed_over(np.uint64(1), PARAM, case, 0.0) == 0.0
        months = closing.months_handed_over(np.uint64(1), PARAM, case, 1.0)
    assert months >= 1.0 and months == int(months)


def test_attribution() -> None:
    """A failure means that visibility, depth or distance change who is blamed otherwise than documented."""
    cases = ((0.0, 1.0, False), (1.0, 1.0, False), (0.5, 0.5, False), (0.5, 0.5, True))
    assert [incidents.attribution(PARAM, *case) for case in cases] == pytest.approx([0.2, 0.8, 0.35, 0.175])
    assert incidents.severity(0, 0.03, 0.8) == pytest.approx(0.8)
    assert incidents.severity(10, 0.03, 1.2) == pytest.approx(1.56)
    assert [incidents.ones(bits) for bits in (0, 1, 0b10110, 2**40)] == [0, 1, 3, 1]
    case = record("partnership", n_firm=2, firm=[3, 4], firm_key=[30, 40])
    assert incidents.holds(case, 4, np.uint64(40))
    assert not incidents.holds(case, 4, np.uint64(41)), "the row has another tenant"


def test_spillover() -> None:
    """A failure means that more than all of a loss reaches neighbours, or that strangers bear none."""
    assert reputation.spillover(0.12, 0.5, 0.01) == pytest.approx(0.07)
    assert reputation.spillover(0.12, 3.0, 0.01) == pytest.approx(0.13)


def test_skill() -> None:
    """A failure means that practice, training or turnover move skill otherwise than documented."""
    assert learning.by_doing(0.4, 2.0, 2.0, 0.006) == pytest.approx(0.4036)
    assert learning.by_doing(0.4, 9.0, 2.0, 0.006) == pytest.approx(0.4036), "full practice is full"
    assert learning.by_doing(0.4, 1.0, 2.0, 0.006) == pytest.approx(0.4018)
    assert learning.by_training(0.4, 12.0, 0.01) == pytest.approx(0.406)
    assert turnover.skill_after_turnover(0.6, 0.1, 0.2, 0.3) == pytest.approx(0.576)
    assert turnover.skill_after_turnover(0.6, 0.1, 1.0, 0.3) == 0.6, "memory keeps all"
    factors = [turnover.leaving_factor(PARAM, months, 0.5) for months in (0, 24, 25)]
    assert factors == pytest.approx([0.8, 0.8, 1.2])


def test_criteria() -> None:
    """A failure means that the test of transformation is passed with less, or asks for more, than documented."""
    full = {"sectors_met": True, "core_share": 0.5, "institution": 0.02, "business_case": True, "counted": 50_000.0}
    need = 10e6
    assert reach.criteria(PARAM, record("partnership", **full), need, 0.0) == (True, True, True, True)
    lacking = {"sectors_met": False, "core_share": 0.49, "institution": 0.019, "counted": 49_999.0}
    for place, name in enumerate(lacking):
        met = reach.criteria(PARAM, record("partnership", **full | {name: lacking[name]}), need, 0.0)
        assert [i for i in range(4) if not met[i]] == [place]
    plan = record("partnership", **full | {"business_case": False, "exit_plan": True})
    assert [reach.criteria(PARAM, plan, need, host)[3] for host in (0.44, 0.45)] == [False, True]
    assert [reach.has_scale(people, 20_000.0, 50_000.0, 0.05) for people in (999.0, 1000.0)] == [False, True]


def test_people_counted_once() -> None:
    """A failure means that overlap in one country is charged to another, or not shared in proportion."""
    need = np.zeros((2, 8))
    need[:, 3] = [0.5, 0.5]
    states = records("government", 2, need=need, people=[4000.0, 8000.0], low_income=[False, True])
    states["reached"][:, 3] = [1000.0, 800.0]
    case = record("partnership", goal=3, reach=600.0, n_country=2, country=[0, 1])
    # At a scale of 1/4, 500 of 1,000 reached are in need in the first country, and 1,000, more than 800, in the second.
    states["region"] = [0, 2]
    book = record("book")
    assert reach.counted_once(case, states, 0.25, book) == pytest.approx((150.0 + 300.0, 300.0))
    assert book["reach_region"].tolist() == pytest.approx([600.0, 0.0, 1200.0, 0.0, 0.0])
    assert book["reach_goal"].tolist() == pytest.approx([0.0, 0.0, 0.0, 1800.0, 0.0, 0.0, 0.0, 0.0])
    assert not reach.serves(record("partnership", stage=Stage.ENDED, performing=True))
    assert reach.serves(record("partnership", stage=Stage.ENDED, persists=1.0))


def test_insiders() -> None:
    """A failure means that exchanges and seats go to strangers, or twice to the same firm."""
    ties = records("tie", 4, row=[1, 2, 3, -1], strength=[0.2, 0.6, 0.3, 0.9], event=[0.2, 0.2, 0.0, 0.0], staff=[0, 5, 0, 0])
    assert meeting.strongest_outside(ties) == 0
    ties["seat"][0] = True
    assert meeting.strongest_outside(ties) == 2
    ties["seat"][2] = True
    assert meeting.strongest_outside(ties) == -1


def test_dropping_frees_members() -> None:
    """A failure means that a dropped attempt goes on to bind its members, or is not counted."""
    for stage, left in ((Stage.COURTED, [1, 1]), (Stage.DESIGN, [1, 0])):
        firms, civil, row = records("company", 2, n_open=1), records("civil", 1, n_live=1), {"dropped": 0.0}
        case = record("partnership", stage=stage, n_firm=1, firm=[1], civil=0, desk=1)
        register.drop(case, Reason.QUALITY, 12, firms, civil, row)
        assert (case["stage"], case["reason"], case["desk"], case["m_ended"]) == (Stage.DROPPED, Reason.QUALITY, 0, 12)
        assert (firms["n_open"].tolist(), civil["n_live"][0], row["dropped"]) == (left, 0, 1.0)


def test_the_window() -> None:
    """A failure means that attempts begun in burn-in are counted in the study, or the first month's are not."""
    system = {"study_month": 3, "month": 123}
    assert [register.in_window(system, month) for month in (NEVER, 120, 121, 123)] == [False, False, True, True]
    assert not register.in_window({"study_month": 0, "month": 120}, 120)


@pytest.mark.parametrize(
    ("rule", "today", "value", "expected"),
    [
        (Rule.SCALE, 2.0, 0.25, 1.0),
        (Rule.ADD, 2.0, 3.0, 3.5),
        (Rule.UNION, 0.2, 0.5, 0.4),
        (Rule.MAX, 0.3, 0.9, 0.5),
        (Rule.MAX, 0.7, 0.9, 0.7),
        (Rule.CAP, 0.3, 0.0, 0.05),
        (Rule.CAP, 0.02, 0.0, 0.02),
    ],
)
def test_how_contributions_combine(rule: Rule, today: float, value: float, expected: float) -> None:
    """A failure means that levers combine by another rule than their channel declares. Baseline 0.1, half intensity."""
    assert fold(rule, 0.1, today, value, 0.5) == pytest.approx(expected)
    assert fold(rule, 0.1, today, value, 0.0) == today


def test_median_months_to_agreement() -> None:
    """A failure means that attempts dropped or still open count as signed late, or as never begun."""
    histogram = np.zeros((3, 10), dtype=int)
    histogram[0, [2, 6]] = [4, 4]
    assert median_months(histogram) == 2.0
    histogram[1, 3], histogram[2, 4] = 2, 1
    # At risk 11 and 4 at months 2 and 6; 4 / 11 signed, then (7 - 2) / 7 of 7 / 11 = 5 / 11 left, all signed in month 6.
    assert median_months(histogram) == 6.0
