"""A study asked for again, enlarged, shared out or retried: nothing is made twice, mixed, or left out."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from study_stub import Stub, made
from study_synthetic import BASELINE, COORDINATION, SCREENING
from study_trials import SERIES, plan_of, results, run_stub

from partnersim.scenario import Scenario, ScenarioError, load_scenario
from partnersim.study import conduct as conduct_module
from partnersim.study.compare import compare
from partnersim.study.conduct import How, conduct
from partnersim.study.files import StudyError
from partnersim.study.opened import open_study
from partnersim.study.plan import make_plan
from partnersim.study.runner import Shard
from partnersim.study.spec import Study, WorldDesign
from partnersim.study.store import Folder

PAIR = [BASELINE, COORDINATION]
pytestmark = pytest.mark.usefixtures("in_time")


@pytest.fixture
def stub(tmp_path) -> Stub:
    """One that notes its runs."""
    (tmp_path / "notes").mkdir()
    return Stub(notes=tmp_path / "notes")


def test_an_equal_study_is_reused_and_nothing_is_written(engine, tmp_path):
    """Fails when asking twice repeats the runs or touches the folder."""
    first = compare(PAIR, seeds=4, months=2, out=tmp_path / "s")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")}
    engine.ran.clear()
    second = compare(PAIR, seeds=4, months=2, out=tmp_path / "s")
    assert engine.ran == [] and (first.reused, second.reused) == (0, 8)
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")}
    pd.testing.assert_frame_equal(first.table, second.table)
    pd.testing.assert_frame_equal(open_study(tmp_path / "s").comparison().table, first.table)


def test_a_study_grows_by_seeds_and_scenarios(engine, tmp_path):
    """Fails when enlarging a study repeats finished runs, or gives other tables than the large study at once."""
    compare(PAIR, seeds=3, months=2, out=tmp_path / "s")
    engine.ran.clear()
    grown = compare([*PAIR, SCREENING], seeds=5, months=2, out=tmp_path / "s")
    assert sorted(engine.ran) == sorted(
        [(s.name, seed) for s in (*PAIR, SCREENING) for seed in (3, 4)] + [("shared_screening", seed) for seed in range(3)]
    )
    assert grown.reused == 6
    compare([*PAIR, SCREENING], seeds=5, months=2, out=tmp_path / "once")
    assert results(tmp_path / "s") == results(tmp_path / "once")


def test_kept_or_not_and_in_any_order_a_comparison_is_the_same(engine, tmp_path):
    """Fails when results depend on whether runs went through a folder, or on the order of seeds."""
    one = compare(PAIR, seeds=range(5), months=3, out=tmp_path / "a", workers=1)
    two = compare(PAIR, seeds=[4, 2, 0, 1, 3], months=3, out=tmp_path / "b", workers=3)
    bare = compare(PAIR, seeds=[3, 4, 2, 0, 1], months=3)
    assert results(tmp_path / "a") == results(tmp_path / "b")
    for other in (two, bare):
        for name in one.runs:
            pd.testing.assert_frame_equal(one.runs[name].outcomes, other.runs[name].outcomes)
            pd.testing.assert_frame_equal(one.runs[name].monthly, other.runs[name].monthly)
        pd.testing.assert_frame_equal(one.table, other.table)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"months": 3}, "months: 2 there, 3 asked"),
        ({"size": "class"}, "size: system there, class asked"),
        ({"seeds": 2}, "seeds: 3 (0 to 2) there, 2 (0 to 1) asked"),
        ({"scenarios": [BASELINE, SCREENING]}, "[baseline, coordination] there, [baseline, shared_screening] asked"),
        ({"scenarios": [COORDINATION, BASELINE]}, "[baseline, coordination] there, [coordination, baseline] asked"),
        ({"scenarios": [BASELINE, replace(COORDINATION, digest="0000ff")]}, "content of coordination: what its files say"),
    ],
)
def test_another_study_is_refused_and_left_alone(engine, tmp_path, change, words):
    """Fails when one study overwrites another, or the message does not say what differs and what to do."""
    asked = {"scenarios": PAIR, "seeds": 3, "months": 2, "size": "system"}
    compare(**asked, out=tmp_path / "s")
    before = results(tmp_path / "s")
    with pytest.raises(StudyError) as refusal:
        compare(**{**asked, **change}, out=tmp_path / "s")
    assert words in str(refusal.value) and "--out" in str(refusal.value) and str(tmp_path / "s") in str(refusal.value)
    assert results(tmp_path / "s") == before and open_study(tmp_path / "s").is_complete


@pytest.mark.parametrize("change", [{"months": 3}, {"size": "class"}, {"scenarios": [COORDINATION, BASELINE]}])
def test_an_unfinished_study_is_not_taken_over_by_another(engine, tmp_path, monkeypatch, change):
    """Fails when a mistyped command turns an interrupted study into another one."""
    asked = {"scenarios": PAIR, "seeds": 3, "months": 2, "size": "system"}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(conduct_module, "write_tables", interrupt)
        compare(**asked, out=tmp_path / "s")
    before = (tmp_path / "s" / "manifest.json").read_bytes()
    with pytest.raises(StudyError, match="another study"):
        compare(**{**asked, **change}, out=tmp_path / "s")
    assert (tmp_path / "s" / "manifest.json").read_bytes() == before


def interrupt(*args, **more):
    """What Ctrl-C does."""
    raise KeyboardInterrupt


def test_another_model_version_is_refused(engine, tmp_path, monkeypatch):
    """Fails when runs of two versions of the model are mixed in one table."""
    compare(PAIR, seeds=2, months=2, out=tmp_path / "s")
    monkeypatch.setattr(conduct_module, "engine_digest", lambda: "newer")
    with pytest.raises(StudyError, match="model version drawn; this is newer"):
        compare(PAIR, seeds=2, months=2, out=tmp_path / "s")


def test_a_folder_remembers_how_much_is_assumed(engine, tmp_path, monkeypatch):
    """Fails when results read back keep quiet about assumptions, or a source that was found makes another study of them."""
    compare(PAIR, 2, months=2, out=tmp_path / "out")
    assert open_study(tmp_path / "out").comparison().inputs == (3, 5)
    monkeypatch.setattr(conduct_module, "inputs_used", lambda scenarios: (2, 5))
    again = compare(PAIR, 2, months=2, out=tmp_path / "out")
    assert (again.inputs, again.reused) == ((2, 5), 4)
    assert open_study(tmp_path / "out").comparison().inputs == (2, 5)


def test_interrupted_a_study_says_so_and_goes_on(tmp_path, stub):
    """Fails when Ctrl-C loses finished runs, leaves the folder locked, or is followed by other tables."""
    plan = plan_of(range(30))
    run_stub(plan, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run_stub(plan, tmp_path / "s", stub, report=interrupt)
    assert not open_study(tmp_path / "s").is_complete and len(open_study(tmp_path / "s").outcomes()) == len(made(stub)) > 0
    done = run_stub(plan, tmp_path / "s", stub)
    assert done.is_complete and len(made(stub)) == len(set(made(stub))) == 60
    assert results(tmp_path / "s") == results(tmp_path / "whole")
    events = [line["event"] for line in Folder(tmp_path / "s").journal()]
    assert events.count("begun") == events.count("ended") == 2


def test_one_folder_takes_one_process(tmp_path):
    """Fails when two processes make the same runs at once, or the second is told nothing."""
    told = []

    def again(tally, n):
        if not told:
            with pytest.raises(StudyError) as refusal:
                run_stub(plan_of(), tmp_path / "s")
            told.append(str(refusal.value))

    run_stub(plan_of(), tmp_path / "s", report=again)
    assert "another process is running this study" in told[0] and open_study(tmp_path / "s").is_complete


@pytest.mark.parametrize("together", [False, True])
def test_shards_make_a_study_between_them(tmp_path, stub, together):
    """Fails when shards leave runs to nobody, make runs twice, or the last of them does not write the tables."""
    plan, slow = plan_of(range(20)), replace(stub, raises=[4], cost=0.002 * together)
    run_stub(plan, tmp_path / "whole", Stub(raises=[4]))
    done = {}

    def run(number):
        done[number] = run_stub(plan, tmp_path / "s", slow, shard=Shard(number, 3))

    order = [threading.Thread(target=run, args=(number,)) for number in (2, 1, 3)]
    for thread in order:
        thread.start()
        if not together:
            thread.join()
    for thread in order:
        thread.join()
    assert len(made(stub)) == len(set(made(stub))) == 40
    assert results(tmp_path / "s") == results(tmp_path / "whole") and open_study(tmp_path / "s").is_complete
    assert {number: d.tally.finished + d.tally.failed for number, d in done.items()} == {1: 14, 2: 14, 3: 12}
    assert together or [done[number].left for number in (2, 1, 3)] == [26, 12, 0]


def test_failed_runs_are_made_again_when_asked(tmp_path, stub):
    """Fails when a failed run is never tried again, always tried again, or counts as failed when it has succeeded."""
    plan = plan_of(scenarios=["baseline"])
    run_stub(plan, tmp_path / "whole")
    first = run_stub(plan, tmp_path / "s", replace(stub, raises=[1, 2]))
    assert (first.tally.failed, first.failures) == (2, 2) and len(open_study(tmp_path / "s").failures()) == 2
    again = run_stub(plan, tmp_path / "s", stub)
    assert (again.tally.failed + again.tally.finished, again.failures, len(made(stub))) == (0, 2, 6)
    still = run_stub(plan, tmp_path / "s", replace(stub, raises=[2]), retry=True)
    assert (still.tally.finished, still.tally.failed, still.failures, len(made(stub))) == (1, 1, 1, 8)
    run_stub(plan, tmp_path / "s", stub, retry=True)
    assert results(tmp_path / "s") == results(tmp_path / "whole")


def test_a_retry_forgets_what_failed_before_it_and_nothing_later(tmp_path):
    """Fails when a retry in one journal forgets a later failure in another, so that its run is made for ever."""
    plan = plan_of(range(8), scenarios=["baseline"])
    run_stub(plan, tmp_path / "s", Stub(raises=[3]))
    run_stub(plan, tmp_path / "s", Stub(), retry=True)
    more = plan_of(range(12), scenarios=["baseline"])
    for number in (1, 2):
        done = run_stub(more, tmp_path / "s", Stub(raises=[10]), shard=Shard(number, 2), expand=True)
    assert done.is_complete and done.failures == 1
    again = run_stub(more, tmp_path / "s", Stub(raises=[10]))
    assert (again.tally.failed, again.failures) == (0, 1)
    for number in (2, 1):
        done = run_stub(more, tmp_path / "s", Stub(), shard=Shard(number, 2), retry=True)
    run_stub(more, tmp_path / "whole")
    assert done.failures == 0 and results(tmp_path / "s") == results(tmp_path / "whole")


def test_shards_that_all_retry_what_fails_each_time_come_to_an_end(tmp_path, stub):
    """Fails when a shard forgets what another one has retried in vain, so that none of them ever writes the tables."""
    plan, failing = plan_of(range(8), scenarios=["baseline"]), replace(stub, raises=[3, 4])
    for retry in (False, True, True):
        for number in (1, 2):
            done = run_stub(plan, tmp_path / "s", failing, shard=Shard(number, 2), retry=retry)
        assert done.is_complete and done.failures == 2
    assert len(made(stub)) == 8 + 2 + 2


def test_a_study_can_stop_at_the_first_failed_run(tmp_path, stub):
    """Fails when a study that is to stop goes on, loses the failed run, or cannot be continued without it."""
    plan, failing = plan_of(scenarios=["baseline"]), replace(stub, raises=[2])
    with pytest.raises(StudyError, match=r"Run \w{16}-2 failed: ValueError: seed 2 is odd. The study stops as asked."):
        run_stub(plan, tmp_path / "s", failing, stop_on_error=True)
    assert len(made(stub)) == 4 and not open_study(tmp_path / "s").is_complete
    done = run_stub(plan, tmp_path / "s", failing, stop_on_error=True)
    assert done.is_complete and (done.failures, len(made(stub))) == (1, 6)


def test_more_seeds_scenarios_worlds_and_months_repeat_nothing(tmp_path, stub):
    """Fails when a study that is enlarged repeats a run, loses one, or ends in other tables than the large one at once."""
    worlds = {"uncertainties": WorldDesign("latin-hypercube", ("accept_fatigue",), 3)}
    steps = [
        plan_of(range(3), scenarios=["baseline"]),
        plan_of(range(5)),
        plan_of(range(5), months=4),
        plan_of(range(2, 6), **worlds),
        plan_of(range(6), **worlds),
        plan_of(range(5)),
    ]
    for number, plan in enumerate(steps):
        run_stub(plan, tmp_path / "s", stub, expand=number > 0)
        run_stub(plan, tmp_path / f"once-{number}")
        assert results(tmp_path / "s") == results(tmp_path / f"once-{number}"), number
    assert len(made(stub)) == len(set(made(stub))) == 10 + 10 + 2 * 3 * 6
    assert not list((tmp_path / "s").rglob("*.damaged"))


def test_equal_points_under_two_names_are_run_once(tmp_path, stub):
    """Fails when a copy of a scenario is run again, or has no runs in the tables."""
    base = load_scenario("baseline")
    twin = replace(base, name="twin")
    study = Study("t", "q", seeds=range(4), months=3, size="class", scenarios=("baseline", "twin"), monthly=SERIES)
    run_stub(make_plan(study, [base, twin]), tmp_path / "s", stub)
    assert len(made(stub)) == 4
    frame = open_study(tmp_path / "s").outcomes()
    assert frame["scenario"].tolist() == ["baseline", "twin"] * 4
    numbers = frame.drop(columns=["scenario", "world", "seed"]).to_numpy()
    np.testing.assert_array_equal(numbers[::2], numbers[1::2])
    assert (open_study(tmp_path / "s").table("comparison")["difference"].dropna() == 0).all()


def named(name: str) -> Scenario:
    """The baseline under another name and with other content."""
    return replace(load_scenario("shared-screening"), name=name)


@pytest.mark.parametrize("name", ["NA", "null", "1e5", "a, b"])
def test_scenarios_may_have_any_name(tmp_path, name):
    """Fails when a name that a table reader takes for a number or for nothing is lost."""
    study = Study("t", "q", seeds=range(2), months=3, size="class", scenarios=("baseline", name), monthly=SERIES)
    run_stub(make_plan(study, [load_scenario("baseline"), named(name)]), tmp_path / "s")
    assert open_study(tmp_path / "s").scenarios == ["baseline", name]
    assert open_study(tmp_path / "s").outcomes()["scenario"].tolist() == ["baseline", name] * 2


DESIGNS = {
    "one scenario": {"scenarios": ["baseline"]},
    "two": {},
    "worlds": {"uncertainties": WorldDesign("sobol", ("accept_fatigue",), 2)},
}
FAILING = {
    "all": lambda points: {"raises": range(9)},
    "the reference": lambda points: {"raises": range(9), "only": points[::2]},
    "the other": lambda points: {"raises": range(9), "only": points[1::2]},
    "first and last seed": lambda points: {"raises": [0, 3]},
    "all but one": lambda points: {"raises": range(1, 9)},
}


@pytest.mark.parametrize("monthly", [(), SERIES])
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("failing", FAILING)
def test_runs_may_fail_wherever_they_are(tmp_path, design, failing, monthly):
    """Fails when tables cannot be written, or runs not be read back, because of which runs have no result."""
    plan = plan_of(range(4), monthly=monthly, **DESIGNS[design])
    stub = Stub(**FAILING[failing](plan.digests))
    done = run_stub(plan, tmp_path / "s", stub)
    study = open_study(tmp_path / "s")
    assert done.is_complete and done.failures == len(study.failures()) == len(study.table("failures"))
    assert len(study.outcomes()) == 4 * len(plan) - done.failures
    assert len(study.monthly()) == 3 * len(study.outcomes()) * bool(monthly)
    assert list(study.monthly().columns) == ["scenario", "world", "seed", "month", *monthly]
    assert study.table("summary")["missing"].sum() == 0
    assert run_stub(plan, tmp_path / "s", stub).reused == 4 * len(plan)


RULES = {
    "precision": {"incidents": "1%", "first": 4, "cap": 8},
    "best": {"outcome": "incidents", "delta": "1%", "first": 4, "cap": 8},
}


@pytest.mark.parametrize("rule", RULES)
def test_the_data_decide_in_spite_of_failed_runs(tmp_path, rule):
    """Fails when failed runs stop a study that adds seeds until the data are enough, or an interruption changes its end."""
    plan = plan_of(range(1), **{rule: RULES[rule]})
    run_stub(plan, tmp_path / "whole", Stub(raises=[1, 5]))
    with pytest.raises(KeyboardInterrupt):
        run_stub(plan, tmp_path / "s", Stub(raises=[1, 5]), report=interrupt)
    run_stub(plan, tmp_path / "s", Stub(raises=[1, 5]))
    assert results(tmp_path / "s") == results(tmp_path / "whole") and f"{rule}.csv" in results(tmp_path / "s")
    with pytest.raises(StudyError, match="No run of shared-screening was finished"):
        run_stub(plan, tmp_path / "none", Stub(raises=range(9), only=plan.digests[1:]))


def test_what_is_wrong_with_a_study_is_said_before_the_folder_is_touched(tmp_path):
    """Fails when a study of a size that does not exist is made, of failed runs alone."""
    with pytest.raises(ScenarioError, match='unknown size "galaxy"'):
        conduct(make_plan(Study("t", "q", seeds=range(2), months=3, size="galaxy")), tmp_path / "s", How())
    assert not (tmp_path / "s").exists()


def test_the_journal_names_no_machine(tmp_path):
    """Fails when results give away on whose machine they were made."""
    run_stub(plan_of(), tmp_path / "s", Stub(raises=[1]))
    text = (tmp_path / "s" / "journal.jsonl").read_text()
    assert os.uname().nodename not in text and all(json.loads(line) for line in text.splitlines())
