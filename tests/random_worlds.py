"""Small worlds, assumptions and sets of policies drawn by Hypothesis, anywhere within the ranges that files must keep."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from worlds import LEVERS, PARAMETERS, laboratory, policy, scenario

from partnersim.channels import CHANNELS
from partnersim.scenario import Policy
from partnersim.simulate import Laboratory

RANGES = {name: (p.low, p.high) for name, p in PARAMETERS.items()} | {
    c.name: (c.low, c.high) for c in CHANNELS if not math.isnan(c.baseline)
}
TARGETS = (["UNDP"], ["UNICEF", "small"], ["hub"], ["ldc"], ["Africa", "hub"])

seeds = st.integers(0, 2**31)


@st.composite
def assumptions(draw: st.DrawFn) -> dict[str, float]:
    """Up to eight parameters and channel baselines, each somewhere in its range or at an end of it."""
    names = draw(st.lists(st.sampled_from(sorted(RANGES)), max_size=8, unique=True))
    place = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))
    return {name: min(max(low + draw(place) * (high - low), low), high) for name in names for low, high in [RANGES[name]]}


@st.composite
def one_policy(draw: st.DrawFn, lever: str, **fixed: Any) -> Policy:
    """A policy of this lever with any months, strength, adoption, target, funding and options, but for those ``fixed``."""
    keys = {
        "start": draw(st.integers(1, 12)),
        "ramp": draw(st.integers(0, 12)),
        "strength": draw(st.sampled_from([0.3, 1.0])),
        "adoption": draw(st.sampled_from([0.4, 1.0])),
        "target": draw(st.sampled_from(["all", *TARGETS])),
        "funding": draw(st.sampled_from(["new", "absorbed"])),
        "options": {name: draw(st.sampled_from(option.values)) for name, option in LEVERS[lever].options.items()},
    }
    if draw(st.booleans()):
        keys["end"] = keys["start"] + draw(st.integers(0, 12))
    return policy(lever, **{**keys, **fixed})


@st.composite
def policies(draw: st.DrawFn, least: int = 0, **fixed: Any) -> list[Policy]:
    """A set of policies, each of another lever."""
    levers = draw(st.lists(st.sampled_from(sorted(LEVERS)), min_size=least, unique=True))
    return [draw(one_policy(lever, **fixed)) for lever in levers]


@st.composite
def sizes(draw: st.DrawFn) -> dict[str, int]:
    """Numbers of agents and months of burn-in."""
    return {
        "entities": draw(st.integers(1, 40)),
        "companies": draw(st.integers(1, 300)),
        "governments": draw(st.sampled_from([1, 7, 40, 193])),
        "civil": draw(st.integers(0, 40)),
        "burn_in": draw(st.sampled_from([0, 5, 24])),
    }


@st.composite
def laboratories(draw: st.DrawFn, months: int = 24) -> Laboratory:
    """A laboratory for a random world with random policies."""
    chosen, size = scenario(*draw(policies()), **draw(assumptions())), draw(sizes())
    note(f"{size}, {dict(chosen.values)}, {chosen.policies}")
    return laboratory(chosen, months=months, **size)
