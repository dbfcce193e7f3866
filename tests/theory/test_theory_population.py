"""A world is what the population's files declare: its companies have their shares, its entities their seats.

Companies: seeded, 20,000 companies, chi-square or Kolmogorov-Smirnov, two-sided at 0.001: two shares in ten that are off by an
eighth of themselves would be seen with a chance above 0.99.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, kstest
from worlds import PARAMETERS, differences, laboratory, scenario

from partnersim.population.build import choose_states
from partnersim.population.load import Population
from partnersim.population.sizes import SIZES, WorldSize
from partnersim.world import World

COMPANIES = 20_000


@pytest.fixture(scope="module")
def declared() -> tuple[Population, World]:
    lab = laboratory(companies=COMPANIES, governments=193)
    return lab.population, lab.before(3)


def follows(counts: np.ndarray, shares: np.ndarray) -> bool:
    """Chi-square on the classes that expect more than five, two-sided."""
    expected = shares / shares.sum() * counts.sum()
    some = expected > 5.0
    assert counts[shares == 0.0].sum() == 0
    distance = ((counts[some] - expected[some]) ** 2 / expected[some]).sum()
    freedom = some.sum() - (1 if some.all() else 0)
    return bool(chi2.ppf(0.0005, freedom) < distance < chi2.ppf(0.9995, freedom))


@pytest.mark.parametrize("column", ["sector", "size", "home"])
def test_companies_have_the_declared_shares(declared: tuple[Population, World], column: str) -> None:
    """A failure means that the world has other companies than its files say."""
    population, world = declared
    shares = {"sector": population.sector["share"], "size": population.classes["share"], "home": population.home_weight}[column]
    drawn = world.company[column][world.company["alive"]]
    assert drawn.size == COMPANIES
    assert set(drawn.tolist()) <= set(range(shares.size)), "a class that no file declares"
    assert follows(np.bincount(drawn, minlength=shares.size), shares)


def test_integrity_is_standard_normal_in_every_class(declared: tuple[Population, World]) -> None:
    """A failure means that the worst tenth is not a tenth, or that a size class or sector hides more bad firms than its hazard
    says."""
    company = declared[1].company[declared[1].company["alive"]]
    for column in ("size", "sector"):
        for kind in np.unique(company[column]):
            p = kstest(company["integrity"][company[column] == kind], "norm").pvalue
            assert 0.0001 < p < 0.9999, (column, kind)


def test_members_have_the_declared_share_in_their_class(declared: tuple[Population, World]) -> None:
    """A failure means that the badge of the Global Compact is worn by others than the files say."""
    population, world = declared
    company = world.company[world.company["alive"]]
    for kind, share in enumerate(population.classes["compact_member"]):
        member = company["member"][company["size"] == kind]
        assert abs(member.mean() - share) < 4.0 * np.sqrt(share * (1.0 - share) / member.size)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_entities_have_their_seat_and_an_office_there(size: WorldSize) -> None:
    """A failure means that a small world puts headquarters into some other country than the files do."""
    lab = laboratory(entities=size.entities, governments=size.governments, companies=1)
    world, states, seats = lab.before(1), choose_states(lab.population, lab.size), lab.population.entity["seat"]
    n = min(size.entities, seats.size)
    assert states[world.entity["seat"][:n]].tolist() == seats[:n].tolist()
    assert all(world.government["offices"][seat] >> e & 1 for e, seat in enumerate(world.entity["seat"]))


def test_a_seat_outside_a_tiny_world_is_nowhere() -> None:
    """A failure means that an entity has an office where it has neither its seat nor a country team to join."""
    lab = laboratory(entities=12, governments=1, companies=1)
    world = lab.before(1)
    assert [lab.population.iso3[i] for i in choose_states(lab.population, lab.size)] == ["USA"]
    inside = {i for i, code in enumerate(lab.population.codes[:12]) if code in ("UNDP", "UNICEF", "UNFPA", "UNWOMEN")}
    assert set(np.flatnonzero(world.entity["seat"] == 0).tolist()) == inside
    assert {e for e in range(12) if world.government["offices"][0] >> e & 1} == inside


def test_assumptions_move_no_company() -> None:
    """A failure means that an assumption about companies changes the rows in which others are, and so all luck."""
    chosen = {name: PARAMETERS[name] for name in ("entry_rate", "exit_sme", "exit_large", "misconduct_large")}
    low, high = (
        laboratory(scenario(**{name: getattr(p, end) for name, p in chosen.items()})).before(1) for end in ("low", "high")
    )
    assert "company.p_exit" in (moved := differences(low, high))
    assert not {"company.key", "company.home", "company.alive", "government.first_firm", "government.firm_rows"} & set(moved)
