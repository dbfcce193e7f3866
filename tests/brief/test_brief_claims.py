"""Sentences held against the tables that they are made of."""

import math

import pandas as pd
import pytest

from partnersim.brief.claims import UnfoundedClaim, check, claim
from partnersim.languages.catalogue import Catalogue

SAY = Catalogue("brief")


def row(low, high, outcome="transaction_cost", base=200.0):
    return {"outcome": outcome, "reference_mean": base, "difference": (low + high) / 2, "low": low, "high": high, "name": "63"}


def page(*claims):
    spans = (f'<span data-claim="{c.key}" data-table="{c.table}" data-row="{c.row}">{c.text}</span>' for c in claims)
    return f"<p>{' and '.join(spans)}</p>"


@pytest.mark.parametrize(
    "ends, said",
    [
        ((-12.0, -8.0), "transaction cost lower by 5.0% (4.0 to 6.0), better"),
        ((8.0, 12.0), "transaction cost higher by 5.0% (4.0 to 6.0), worse"),
        ((-2.0, 6.0), "no clear difference in transaction cost (-1.0 to +3.0%)"),
        ((0.0, 0.0), "no difference in transaction cost"),
        ((math.nan, math.nan), "too few runs to judge transaction cost"),
    ],
)
def test_a_clause_says_what_its_interval_allows(ends, said):
    """Fails when a difference is claimed whose interval holds zero, or a clear one is not."""
    tables = {"t": pd.DataFrame([row(*ends)])}
    assert claim(SAY, tables, "t", 0).text == said


def test_the_check_finds_whatever_is_not_what_the_table_says():
    """Fails when a page may claim a difference that its table does not bear out, with other numbers or another verdict."""
    tables = {"t": pd.DataFrame([row(-12.0, -8.0), row(-2.0, 6.0), row(8.0, 12.0, "transformative_reach")])}
    claims = [claim(SAY, tables, "t", n) for n in range(3)]
    assert check(page(*claims), tables, SAY) == 3
    assert claims[2].text.endswith("better")
    for changed in (row(-14.0, -10.0), row(-14.0, 2.0), row(-12.0, -8.0, base=100.0), row(8.0, 12.0)):
        with pytest.raises(UnfoundedClaim):
            check(page(claims[0]), {"t": pd.DataFrame([changed])}, SAY)
    with pytest.raises(UnfoundedClaim):
        check(page(claims[0]).replace("5.0%", "6.0%"), tables, SAY)
    unfounded = page(claims[1]).replace("unclear", "lower")
    with pytest.raises(UnfoundedClaim, match="claims a difference"):
        check(unfounded, tables, SAY)


def test_an_interval_that_ends_at_zero_is_not_clear():
    """Fails when a bound of exactly zero counts as excluding zero."""
    tables = {"t": pd.DataFrame([row(-4.0, 0.0)])}
    assert claim(SAY, tables, "t", 0).key.endswith("unclear")


def test_tables_are_read_back_as_they_were(tmp_path):
    """Fails when a column of empty words comes back as missing numbers, as where no effect has an alias."""
    from partnersim.brief.tables import Tables

    table = pd.DataFrame({"first": ["L1", "L2"], "aliased_with": ["", ""], "low": [math.nan, math.nan], "n": [1, 2]})
    tables = Tables(tmp_path)
    tables.keep("part", {"effects": table})
    found = tables["part/effects"]
    assert found["aliased_with"].tolist() == ["", ""] and found["low"].isna().all() and found["n"].tolist() == [1, 2]
    assert list(tables) == ["part/effects"]
    tables.keep("part", {"other": table})
    assert list(tables) == ["part/other"]
