"""The search for packages: what was planted is found, within the runs allowed, and an interrupt changes nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from study_planted import Planted

from partnersim.scenario import ScenarioError, load_levers
from partnersim.study import search as search_module
from partnersim.study.conduct import How, conduct
from partnersim.study.files import StudyError
from partnersim.study.opened import open_study
from partnersim.study.packages import recommended
from partnersim.study.plan import Plan, make_plan
from partnersim.study.runner import Shard
from partnersim.study.spec import SearchDesign, Study, load_study
from partnersim.study.status import status
from partnersim.study.surface import Surface

LEVERS = recommended(load_levers())
HEAD = 'title = "Try"\nquestion = "Which?"\nsize = "class"\nmonths = 3\n[search]\n'


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few generations on the surface, which is enough for planted ones."""
    monkeypatch.setattr(search_module, "GENERATIONS", 6)


def plan_of(n: int = 14, first_seed: int = 0, **asked) -> Plan:
    """A search over the first levers, small unless asked otherwise."""
    small = {"runs": 900, "seeds": 3, "population": 40, "confirm": 30, "confirm_seeds": 4}
    design = SearchDesign(tuple(LEVERS[:n]), **{**small, **asked})
    seeds = range(first_seed, first_seed + design.blocks * design.seeds + design.confirm_seeds)
    return make_plan(Study("Try", "Which?", size="class", months=3, monthly=(), seeds=seeds, search=design))


def planted(n: int = 14, luck: float = 0.0, **more) -> Planted:
    """The first four levers lower cost and reach alike, so that all sixteen of their packages are on the front; of the others
    every second is good in all, and the rest bad in all."""
    adds = {name: (-(2.0**i), 0.0, -10 * 2.0**i) for i, name in enumerate(LEVERS[:4])}
    adds |= {name: (-1.0, -0.5, 10.0) if i % 2 else (1.0, 0.5, -10.0) for i, name in enumerate(LEVERS[4:n])}
    return Planted(adds, own=luck, shared=luck, **more)


def run(plan: Plan, folder: Path, simulator: Planted, **how) -> pd.DataFrame:
    """The packages of a search, conducted in this process."""
    conduct(plan, folder, How(**how), simulator)
    return open_study(folder).table("packages").set_index("scenario")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted([*folder.glob("*.csv"), folder / "outcomes.parquet"])}


def on_the_front(n: int = 14) -> set[tuple[int, ...]]:
    """The planted front: the good levers, none of the bad, and any of the first four."""
    good = tuple(i % 2 for i in range(n - 4))
    return {(*first, *good) for first in itertools.product((0, 1), repeat=4)}


def test_few_levers_are_searched_whole(tmp_path) -> None:
    """A failure means that where all packages can be run some are not, or that the front is not the planted one."""
    table = run(plan_of(6), tmp_path / "s", planted(6))
    points = open_study(tmp_path / "s").points.set_index("scenario")[LEVERS[:6]]
    assert len(table) == 64 == len(points.drop_duplicates())
    assert {tuple(row) for row in points[table["front"]].to_numpy()} == on_the_front(6)
    assert table["chosen"].sum() == 30 and (table["confirmed"] == table["front"]).all()


def test_a_planted_front_is_found_whole_in_a_share_of_all_runs(tmp_path) -> None:
    """A failure means that the search misses what it should find: of 16,384 packages 260 are run, with all of the front."""
    table = run(plan_of(), tmp_path / "s", planted())
    opened = open_study(tmp_path / "s")
    points = opened.points.set_index("scenario")[LEVERS[:14]]
    assert len(table) <= 260 and len(opened.outcomes(["incidents"])) <= 900
    assert {tuple(row) for row in points[table["front"]].to_numpy()} == on_the_front()
    assert (table["confirmed"] == table["front"]).all()


def test_equal_questions_give_equal_bytes_and_other_keys_other_paths(tmp_path) -> None:
    """A failure means that a search cannot be repeated, or that a second search is the first one again."""
    simulator = planted(luck=1.0)
    one, two, other = (run(plan_of(key=key), tmp_path / name, simulator) for name, key in (("a", 1), ("b", 1), ("c", 2)))
    assert files(tmp_path / "a") == files(tmp_path / "b") and one.equals(two)
    assert 0.1 < len(set(one.index) & set(other.index)) / len(one) < 0.9


@pytest.mark.parametrize("stop", [1, 400, 850])
def test_an_interrupted_search_goes_on_and_makes_no_run_twice(stop, tmp_path) -> None:
    """A failure means that a killed search gives other tables, or repeats finished runs."""
    whole, notes = planted(luck=1.0), tmp_path / "made"
    run(plan_of(), tmp_path / "whole", whole)

    class Stop(Exception):
        pass

    ended = []

    def report(tally, n):
        ended.append(n)
        if sum(ended) >= stop:
            raise Stop

    noting = replace(whole, notes=notes)
    for _ in range(2 if stop == 400 else 1):
        with pytest.raises(Stop):
            conduct(plan_of(), tmp_path / "s", How(report=report), noting)
    told = status(tmp_path / "s")
    assert told["status"] == "running" and told["planned"] is None and told["finished"] > 0
    run(plan_of(), tmp_path / "s", noting)
    assert files(tmp_path / "s") == files(tmp_path / "whole")
    made = notes.read_text(encoding="utf-8").splitlines()
    assert len(made) == len(set(made))


def test_a_finished_search_is_left_alone_and_a_larger_one_adds_to_it(tmp_path) -> None:
    """A failure means that asking again costs runs, or that more runs make the finished ones again."""
    notes = tmp_path / "made"
    simulator = planted(luck=1.0, notes=notes)
    run(plan_of(), tmp_path / "s", simulator)
    first = notes.read_text(encoding="utf-8").splitlines()
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")}
    again = conduct(plan_of(), tmp_path / "s", How(), simulator)
    assert again.tally.finished == 0 and again.reused == len(first) and again.is_complete
    assert times == {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")}
    with pytest.raises(StudyError, match="search.runs: 900 there, 1000 asked"):
        run(plan_of(runs=1000), tmp_path / "s", simulator)
    run(plan_of(runs=1000), tmp_path / "s", simulator, expand=True)
    made = notes.read_text(encoding="utf-8").splitlines()
    assert len(first) < len(made) == len(set(made)) < len(first) + 1000
    assert files(tmp_path / "s").keys() == {"failures.csv", "outcomes.parquet", "packages.csv", "points.csv"}


def test_a_package_that_fails_takes_no_part(tmp_path) -> None:
    """A failure means that one failed run ends the search, or that its package is judged by fewer seeds than others."""
    used = frozenset({LEVERS[0]})
    table = run(plan_of(6), tmp_path / "s", planted(6, raises=(used, 1)))
    row = table.loc["L1"]
    assert np.isnan(row["incidents"]) and not row["front"] and not row["chosen"] and len(table) == 64
    assert len(open_study(tmp_path / "s").table("failures")) == 1


def test_chosen_packages_are_judged_on_seeds_that_the_search_has_not_seen(tmp_path) -> None:
    """A failure means that held-out seeds were seen, or that packages that were not chosen take their runs."""
    plan = plan_of(6, first_seed=50)
    table = run(plan, tmp_path / "s", planted(6, luck=1.0))
    runs = open_study(tmp_path / "s").outcomes(["incidents"])
    for name, seeds in runs.groupby("scenario", observed=True)["seed"]:
        assert sorted(seeds) == [50, 51, 52, *([68, 69, 70, 71] if table.at[name, "chosen"] else [])]
    held = runs[(runs["scenario"] == "baseline") & (runs["seed"] >= 68)]["incidents"].mean()
    assert table.at["baseline", "held_incidents"] == pytest.approx(held) and table.at["baseline", "chosen"]


def test_each_population_has_seeds_of_its_own(tmp_path) -> None:
    """A failure means that one dozen of seeds decides which levers are good, or that packages run at a time have other seeds."""
    table = run(plan_of(), tmp_path / "s", planted(luck=1.0))
    runs = open_study(tmp_path / "s").outcomes(["incidents"])
    searched = runs[runs["seed"] < 18].groupby("scenario", observed=True)["seed"].agg(["min", "max", "count"])
    assert (searched["count"] == 3).all() and (searched["max"] - searched["min"] == 2).all()
    starts = searched.loc[table.index, "min"]
    assert starts.tolist()[:40] == [0] * 40 and set(starts) == {0, 3, 6, 9, 12, 15}


def test_a_surface_sees_through_luck() -> None:
    """A failure means that estimates of packages are no better than their own few seeds, or ruin what is no luck."""
    rng = np.random.default_rng(1)
    levers = rng.integers(0, 2, (400, 10))
    truth = (levers @ rng.normal(0, 1, (10, 2))) + 0.5 * (levers[:, :1] * levers[:, 1:2])
    halves = truth + rng.normal(0, 3.0, (2, 400, 2))
    surface = Surface(levers, halves.mean(axis=0), halves, np.zeros(400))
    own, better = (np.sqrt(((found - truth) ** 2).mean()) for found in (halves.mean(axis=0), surface.estimates))
    assert better < 0.45 * own and np.sqrt(((surface(levers) - truth) ** 2).mean()) < 0.45 * own
    exact = truth + rng.normal(0, 2.0, truth.shape)  # what no surface has, and both halves show
    assert np.allclose(Surface(levers, exact, np.stack([exact, exact]), np.zeros(400)).estimates, exact)


def test_luck_of_seeds_is_no_part_of_a_surface() -> None:
    """A failure means that packages run with lucky seeds look better than those run with others."""
    rng = np.random.default_rng(2)
    levers, block = rng.integers(0, 2, (400, 6)), np.repeat(np.arange(4), 100)
    truth = levers @ rng.normal(0, 1, (6, 1))
    lucky = truth + np.array([[0.0], [50.0], [-30.0], [9.0]])[block]
    estimates = Surface(levers, lucky, np.stack([lucky, lucky]), block).estimates
    assert np.allclose(estimates, truth, atol=0.02)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("level = 3", 'unknown key "level"'),
        ('levers = ["shared_screning"]', "nearest: shared_screening"),
        ("seeds = 2", "2 is out of range"),
        ("confirm_from = 50", "confirm_from must be 432 or more"),
        ("runs = 1000", "1,000 are too few: to confirm 60 packages with 100 seeds"),
        ("[precision]\ncap = 3", "key precision: has no meaning beside [search]"),
        ('[levers]\ndesign = "full-factorial"', "key levers: has no meaning beside [search]"),
        ('[uncertainties]\ndesign = "sobol"', "key uncertainties: has no meaning beside [search]"),
    ],
)
def test_wrong_searches_are_refused(text, words, tmp_path) -> None:
    """A failure means that a mistake in a search is found late, or not named."""
    path = tmp_path / "s.toml"
    path.write_text(f"{HEAD}{text}\n", encoding="utf-8")
    with pytest.raises((ScenarioError, StudyError)) as caught:
        make_plan(load_study(path))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [("seeds = 20", "write seeds there"), ('scenarios = ["baseline", "all-three"]', "a search looks for packages on one")],
)
def test_keys_that_a_search_says_itself_are_refused(line, words, tmp_path) -> None:
    """A failure means that a study says its seeds or scenarios and is not heard."""
    path = tmp_path / "s.toml"
    path.write_text(f"{line}\n{HEAD}", encoding="utf-8")
    with pytest.raises(ScenarioError, match=words):
        load_study(path)


def test_a_search_is_read_and_kept_whole(tmp_path) -> None:
    """A failure means that a study read from its folder asks something else than its file."""
    path = tmp_path / "s.toml"
    path.write_text(f'first_seed = 7\n{HEAD}levers = ["legal_templates", "shared_screening"]\nruns = 9000\nkey = 4\n')
    study = load_study(path)
    assert study.search == SearchDesign(("legal_templates", "shared_screening"), runs=9000, key=4)
    assert study.search.blocks == 2 and study.seeds == range(7, 7 + 24 + 100) and study.monthly == ()
    assert Study.of_content(study.content(), path) == study
    path.write_text(f"{HEAD}confirm_from = 5000\nconfirm_seeds = 20\n")
    apart = load_study(path)
    assert apart.seeds[apart.search.blocks * 12 :] == tuple(range(5000, 5020))
    assert Study.of_content(apart.content(), path).seeds == apart.seeds
    assert make_plan(study).names == ["baseline", "L1", "L18", "L1+L18"]


def test_shards_and_comparisons_of_a_search_are_refused(tmp_path) -> None:
    """A failure means that shards search apart, or that thousands of packages are compared one by one."""
    with pytest.raises(StudyError, match="leave out --shard"):
        conduct(plan_of(6), tmp_path / "s", How(shard=Shard(1, 2)), planted(6))
    run(plan_of(6), tmp_path / "s", planted(6))
    with pytest.raises(StudyError, match=r"packages\.csv"):
        open_study(tmp_path / "s").comparison()
