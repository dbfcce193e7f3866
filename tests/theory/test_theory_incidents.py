"""Incidents in three limits with known answers: no misconduct, screening that sees the truth, a constant hazard."""

from __future__ import annotations

import dataclasses

import numpy as np
import power
import pytest
from scipy.stats import chi2, norm
from worlds import laboratory

from partnersim.kinds import LIVE_ROWS, NEVER, Stage
from partnersim.population.firms import HAZARD, MISCONDUCT
from partnersim.simulate import advance, run_one
from partnersim.world import World

SCREENING_SEES_ALL = {"check_ceiling": 1.0, "check_half_days": 0.0, "gaming": 0.0, "delegation": 0.0}
"""Accuracy 1 whatever the days, at headquarters, and nothing to game."""
ONE_STANDARD = {"strictness_spread": 0.0, "insider_leniency": 0.0}
BLIND_TO_PUBLICITY = {"accept_exposure": 0.0}
"""Firms' answers do not depend on their hidden integrity, so that only screening sorts them."""


def test_no_misconduct_no_incidents() -> None:
    """A failure means that incidents come from somewhere else than from companies' misconduct.

    Exact, and with misconduct there are some. Three times ten years are watched: a source of one incident in 13 years is
    seen with power 0.9.
    """
    names = ["incidents", "incident_events", "incident_hits", "incident_loss", "partner_misconduct"]
    for seed in range(3):
        for rate in (0.0, 1.0):
            lab = laboratory(months=120, beyond={"misconduct_rate": rate})
            world = run_one(lab, lab.settled(seed))
            totals = np.array([world.series[name].sum() for name in names])
            assert (totals == 0.0).all() if rate == 0.0 else (totals > 0.0).all(), dict(zip(names, totals, strict=True))


def main_partners(world: World) -> np.ndarray:
    """Rows of companies that are the main member, the one that was screened, of a live partnership."""
    live = world.partnership[world.rows[LIVE_ROWS, : world.system["n_live"][0]]]
    return np.unique(live["firm"][live["stage"] != Stage.ENDED, 0])


@pytest.fixture(scope="module")
def partners() -> dict[str, np.ndarray]:
    """Integrity and hazard of screened partners under perfect signals, from 120 worlds after seven years."""
    lab = laboratory(beyond={**SCREENING_SEES_ALL, **ONE_STANDARD, **BLIND_TO_PUBLICITY, "misconduct_rate": 1.0}, burn_in=60)
    found = []
    for seed in range(120):
        world = run_one(lab, lab.settled(seed))
        firms = world.company[main_partners(world)]
        usual = world.system[0]["mix"][firms["size"], MISCONDUCT] * world.system[0]["sector"][firms["sector"], HAZARD]
        assert (usual > 0.0).all(), "a firm of no declared sector"
        found.append((firms["integrity"], 12.0 * firms["p_misconduct"] / usual))
    integrity, relative = np.concatenate(found, axis=1)
    return {"integrity": integrity, "relative": relative, "param": lab.values}


def test_perfect_signals_let_no_firm_below_the_threshold_pass(partners: dict[str, np.ndarray]) -> None:
    """A failure means that a partnership can be had without passing the check, or that a true signal is distorted.

    Exact: a way round the check that one partner in 3,000 takes is seen with power 0.9.
    """
    assert power.of_never(partners["integrity"].size) < 1 / 3000
    assert partners["integrity"].min() >= partners["param"]["common_threshold"]


def test_perfect_signals_give_the_mean_hazard_above_the_threshold(partners: dict[str, np.ndarray]) -> None:
    """A failure means that partners' hazard is not that of firms above the threshold: another selection is at work.

    With integrity z standard normal, threshold t and hazard exp(-s z - s^2 / 2) of the usual one, the mean above t is
    Q(t + s) / Q(t), Q the upper tail: 0.530. Seeded, two-sided at 3.5 standard errors: an error of 5 % is seen with power
    0.9, and the hazard of real checks, 0.685 at accuracy 0.735, for certain.
    """
    s, t = partners["param"]["misconduct_spread"], partners["param"]["common_threshold"]
    mean = norm.sf(t + s) / norm.sf(t)
    variance = np.exp(s * s) * norm.sf(t + 2.0 * s) / norm.sf(t) - mean * mean
    error = np.sqrt(variance / partners["relative"].size)
    assert power.of_mean(error, 3.5) < 0.05 * mean
    assert abs(partners["relative"].mean() - mean) < 3.5 * error


def test_constant_hazard_gives_a_poisson_count_of_public_events() -> None:
    """A failure means that misconduct becomes public in clusters, or more evenly than chance: firms share luck; or that
    events are lost or made up.

    All firms have one hazard, mend their ways, and are found out after a month. The events of a month are then Poisson given
    the firms that were free to begin in the month before (but for the one in sixty of a Bernoulli), so over 400 years of
    40 worlds the sum of (N - L)^2 / L is chi-square, and the total is normal. Two-sided at 0.001 each, with power 0.9 for an
    error of 4 % in the mean and for a dispersion below 0.71 or above 1.38; a hazard that varies by a fifth from year to
    year makes one above 2.
    """
    lab = laboratory(months=120, burn_in=0, beyond={"misconduct_spread": 0.0, "misconduct_mended": 1.0, "hidden_months": 1.0})
    lab.values |= {"hidden_months_disclosed": 1.0, "misconduct_rate": 1.0, "misconduct_sme": 0.2, "misconduct_large": 0.2}
    lab.values |= {"exit_sme": 0.0, "exit_large": 0.0}
    sector = {**lab.population.sector, "misconduct": np.ones(len(lab.population.sectors))}
    lab.population = dataclasses.replace(lab.population, sector=sector)
    hazard = 0.2 / 12.0
    events, expected = np.zeros((40, 10)), np.zeros((40, 10))
    for seed in range(40):
        world, tables = lab.start(lab.settled(seed))
        free = 0
        for month in range(120):
            expected[seed, month // 12] += hazard * free
            free = (world.company["alive"] & (world.company["hidden_since"] == NEVER)).sum()
            advance(world, tables, 1)
            events[seed, month // 12] += world.system["n_events"][0]
        np.testing.assert_allclose(world.company["p_misconduct"][world.company["alive"]], hazard)
    error = np.sqrt(expected.sum() * (1.0 - hazard))
    assert power.of_mean(error, norm.ppf(0.9995)) < 0.04 * expected.sum()
    assert abs(events.sum() - expected.sum()) < norm.ppf(0.9995) * error
    below, above = power.of_dispersion(events.size, 0.001)
    assert 0.71 < below < above < 1.38
    dispersion = ((events - expected) ** 2 / (expected * (1.0 - hazard))).sum()
    assert chi2.ppf(0.0005, events.size) < dispersion < chi2.ppf(0.9995, events.size)
