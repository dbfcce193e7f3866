"""The Mesa face is the same engine, seen as agents."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest
from worlds import differences

import partnersim as ps
from partnersim.simulate import run_one


@pytest.fixture
def model() -> ps.PartnershipModel:
    return ps.PartnershipModel("all-three", rng=4, size="class", months=12)


@pytest.mark.parametrize("hooks", [None, {"step_court": lambda model: None}])
def test_step_by_step_gives_the_bytes_of_a_run(hooks: dict | None) -> None:
    """A failure means that looking at a model month by month, or phase by phase, changes what happens in it."""
    model = ps.PartnershipModel("all-three", rng=4, size="class", months=12, hooks=hooks)
    for _ in range(12):
        model.step()
    run = run_one(model.laboratory, model.laboratory.settled(4))
    assert differences(run, model.world) == []


def test_agents_are_those_of_the_world(model: ps.PartnershipModel) -> None:
    """A failure means that Mesa shows agents that do not exist, or hides some that do."""
    for _ in range(12):
        model.step()
        counts = {kind.__name__: len(agents) for kind, agents in model.agents_by_type.items()}
        alive = int(model.world.system["n_alive"][0])
        assert counts == {"UNEntity": 12, "Company": alive, "Government": 40, "CivilSociety": 30}
    integrity = model.agents_by_type[ps.Company].agg("integrity", np.mean)
    assert integrity == pytest.approx(model.world.company["integrity"][model.world.company["alive"]].mean())
    assert len(model.agents.select(lambda a: isinstance(a, ps.UNEntity) and a.code == "UNDP")) == 1


def test_views_refuse_writes(model: ps.PartnershipModel) -> None:
    """A failure means that a notebook could change the world behind the books."""
    with pytest.raises(AttributeError, match="read-only"):
        next(iter(model.agents_by_type[ps.UNEntity])).skill = 1.0


def test_data_collector_records(model: ps.PartnershipModel) -> None:
    """A failure means that Mesa's own recorder does not work on the model."""
    collector = mesa.DataCollector(model_reporters={"live": lambda m: int(m.world.system["n_live"][0])})
    for _ in range(3):
        model.step()
        collector.collect(model)
    assert len(collector.get_model_vars_dataframe()) == 3


def test_books_have_an_end() -> None:
    """A failure means that stepping on would write outside the books."""
    model = ps.PartnershipModel(rng=1, size="class", months=1)
    model.step()
    with pytest.raises(ValueError, match="room for 1 months"):
        model.step()


def test_models_are_forgotten() -> None:
    """A failure means that a sweep of models fills the memory."""
    model = ps.PartnershipModel(rng=1, size="class", months=1)
    assert len(model.agents) > 0
    known = weakref.ref(model)
    del model
    gc.collect()
    assert known() is None


def test_graph_holds_all_kinds(model: ps.PartnershipModel) -> None:
    """A failure means that the network cannot be drawn or measured with networkx."""
    graph = model.graph()
    assert {data["kind"] for _, data in graph.nodes(data=True)} == {"entity", "company", "government", "civil_society"}
    assert {data["kind"] for *_, data in graph.edges(data=True)} >= {"collaboration", "event", "membership"}
