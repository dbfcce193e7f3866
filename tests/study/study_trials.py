"""Studies for tests: plans of library scenarios, conducted with stubs, and what is left of them in their folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
from study_stub import Stub

from partnersim.ledger import HEADLINES, OUTCOMES
from partnersim.study.conduct import Conducted, How, conduct
from partnersim.study.opened import open_study
from partnersim.study.plan import Plan, make_plan
from partnersim.study.spec import Study

SERIES = ("incidents", "live")


def plan_of(seeds: Sequence[int] = range(6), scenarios: Sequence[str] = ("baseline", "shared-screening"), **asked) -> Plan:
    """A plan of the library's scenarios, short unless asked otherwise."""
    known = {"title": "Trial", "question": "Is it so?", "months": 3, "size": "class", "monthly": SERIES, "outcomes": HEADLINES}
    return make_plan(Study(seeds=seeds, scenarios=tuple(scenarios), **{**known, **asked}))


def run_stub(plan: Plan, folder: Path, stub: Stub | None = None, **how) -> Conducted:
    """Conduct a plan with a stub, in one thread unless told otherwise."""
    fitting = replace(
        stub or Stub(), outcomes=tuple(o.name for o in OUTCOMES), months=plan.study.months, series=plan.study.monthly
    )
    return conduct(plan, folder, How(**how), fitting)


def results(folder: Path) -> dict[str, bytes]:
    """Bytes of all tables of a study, and of its monthly paths in their order."""
    found = {path.name: path.read_bytes() for path in sorted([*folder.glob("*.csv"), folder / "outcomes.parquet"])}
    return found | {"monthly": frame_bytes(open_study(folder).monthly())}


def frame_bytes(frame: pd.DataFrame) -> bytes:
    """Bytes that tell two frames apart: types, names, order and every digit."""
    head = f"{list(frame.columns)} {list(map(str, frame.dtypes))} {len(frame)}".encode()
    return head + b"".join(pd.util.hash_pandas_object(frame[name], index=True).to_numpy().tobytes() for name in frame)
