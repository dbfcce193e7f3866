"""The page on reading results elsewhere: its code is run on the study it names, and all readers say the same."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import partnersim as ps
from partnersim.study.conduct import How, conduct
from partnersim.study.plan import make_plan
from partnersim.study.spec import load_study

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "results.md").read_text(encoding="utf-8")
STUDY = re.search(r"from `first.toml`:\n\n```toml\n(.*?)```", PAGE, re.DOTALL)[1]
COLUMNS = ["mean", "q05", "q95"]


def code(head: str) -> list[str]:
    """The Python blocks below a heading."""
    (below,) = re.findall(rf"^## {head}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return re.findall(r"```python\n(.*?)```", below, re.DOTALL)


def make(text: str) -> None:
    """What the study command does, but for figures."""
    Path("first.toml").write_text(text, encoding="utf-8")
    conduct(make_plan(load_study("first.toml")), Path("results/first"), How(expand=True))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which the page's study was run, entered."""
    folder, before = tmp_path_factory.mktemp("results"), Path.cwd()
    os.chdir(folder)
    make(STUDY)
    yield folder
    os.chdir(before)


def run(*heads: str) -> dict[str, Any]:
    """What the names of the page are after its code under these headings."""
    names: dict[str, Any] = {}
    for head in heads:
        for block in code(head):
            exec(block, names)
    return names


def expected() -> pd.DataFrame:
    paths = ps.open_study("results/first").paths("signed")
    return paths.sort_values(["scenario", "month"]).set_index(["scenario", "month"])[COLUMNS]


def same(found: pd.DataFrame, columns: list[str] = COLUMNS) -> bool:
    return np.allclose(found[columns].to_numpy(), expected()[columns].to_numpy(), rtol=1e-12, atol=0)


def test_every_python_block_is_run() -> None:
    """A failure means that a block was added to the page under a heading that no test runs."""
    heads = ("partnersim", "pandas", "DuckDB", "Polars", "Two things to beware of")
    assert PAGE.count("```python") == sum(len(code(head)) for head in heads)


def test_partnersim_opens_the_study(lab: Path) -> None:
    """A failure means that the first way the page shows does not work, or that it says other columns than there are."""
    names = run("partnersim")
    assert list(names["outcomes"].columns) == ["scenario", "world", "seed", "transaction_cost", "incidents"]
    assert list(names["paths"].columns) == ["scenario", "month", *COLUMNS] and len(names["paths"]) == 48
    assert len(names["headline"]) == 3
    assert names["study"].outcomes("incidents").equals(names["outcomes"].drop(columns="transaction_cost"))


def test_pandas_says_the_same(lab: Path) -> None:
    """A failure means that pandas reads other numbers than partnersim's own tables hold."""
    names = run("pandas")
    assert same(names["by_pandas"]) and list(names["by_pandas"].index) == list(expected().index)
    table = ps.open_study("results/first").table("comparison").set_index("outcome").loc["transaction_cost"]
    found = (names["difference"].mean(), names["difference"].std())
    assert found == pytest.approx((table["difference"], table["sd_difference"]), rel=1e-9)


def test_duckdb_says_the_same(lab: Path) -> None:
    """A failure means that DuckDB reads other numbers than partnersim does."""
    pytest.importorskip("duckdb")
    names = run("DuckDB")
    assert same(names["by_duckdb"]) and names["by_duckdb"]["scenario"].tolist() == [s for s, _ in expected().index]


def test_polars_says_the_same(lab: Path) -> None:
    """A failure means that Polars reads other numbers than partnersim does."""
    pytest.importorskip("polars")
    assert same(run("Polars")["by_polars"].to_pandas())


def test_what_to_beware_of_is_dealt_with(lab: Path) -> None:
    """A failure means that runs made twice, runs left over or damaged parts get into sums which the page calls safe."""
    pytest.importorskip("duckdb")
    whole = pd.read_parquet("results/first/outcomes.parquet")
    for part in (*Path("results/first/runs/monthly").glob("*"), *Path("results/first/runs/outcomes").glob("*")):
        shutil.copy(part, part.with_name(f"twice-{part.name}"))
        part.with_name(f"broken-{part.name}.damaged").write_bytes(b"")
    assert same(run("pandas")["by_pandas"]) and same(run("DuckDB")["by_duckdb"])
    fewer = STUDY.replace("seeds = 6", "seeds = 4")
    make(fewer)
    assert len(pd.read_parquet("results/first/outcomes.parquet")) == 8 < len(whole)
    names = run("DuckDB", "Two things to beware of")
    assert same(names["by_outcomes"], ["mean"]) and not same(names["by_duckdb"], ["mean"])


@pytest.fixture
def holed(tmp_path: Path) -> Path:
    """A file with a number missing, as parts have it."""
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"x": pa.array(np.array([1.0, np.nan, 3.0]))}), path)
    return path


def test_duckdb_takes_missing_numbers_as_the_page_says(holed: Path) -> None:
    """A failure means that the page's advice on missing numbers is wrong for DuckDB, or that pandas counts them."""
    duckdb = pytest.importorskip("duckdb")
    plain, told = duckdb.sql(f"SELECT avg(x), avg(x) FILTER (NOT isnan(x)) FROM '{holed}'").fetchall()[0]
    assert np.isnan(plain) and told == 2.0 == pd.read_parquet(holed)["x"].mean()


def test_polars_takes_missing_numbers_as_the_page_says(holed: Path) -> None:
    """A failure means that the page's advice on missing numbers is wrong for Polars."""
    pl = pytest.importorskip("polars")
    x = pl.read_parquet(holed).select(plain=pl.col("x").mean(), told=pl.col("x").fill_nan(None).mean())
    assert np.isnan(x["plain"][0]) and x["told"][0] == 2.0
