"""The trace of a run: every partnership's record as a readable frame, codes and words in place of row numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from partnersim.kinds import GOALS, NEVER, Agent, Desk, Kind, Reason, Stage
from partnersim.stories.names import Names, firm_code
from partnersim.stories.noted import Observed

STATUS = {Stage.DROPPED: "dropped", Stage.ENDED: "ended", Stage.DELIVERING: "live", Stage.FIXED: "live", Stage.SCALED: "live"}
"""Where a record stood at the end of the run; ``open`` is any stage before the signature."""


def records_frame(observed: Observed, names: Names) -> pd.DataFrame:
    """A row for each record that was open or live in the study, in the order of ideas.

    Months count from the start of the study: 1 is its first month, 0 and below lie before it. A cell is empty where
    a record never came so far: what design decides is empty for one dropped at screening. ``found_failing``, ``fixed`` and
    ``scaled_up`` are 0 where that lay before the study. ``days`` are staff-days of all sides at sample scale, ``value`` is
    in dollars, people are at world scale. ``months_falsely_reported`` is the longest stretch of the study in which the
    partnership did not perform and was reported as a success.
    """
    r, note = observed.records, observed.notes
    designed = r["m_screened"] != NEVER
    negotiated = (r["m_approved"] != NEVER) & (r["work_left"] != -1.0)
    signed = r["m_signed"] != NEVER
    started = r["m_started"] != NEVER
    firms = [names.kind_of_firm(int(key)) or (None, None, None) for key in r["firm_key"][:, 0]]
    columns: dict[str, object] = {
        "record": note["record"],
        "status": [STATUS.get(Stage(s), "open") for s in r["stage"]],
        "stage": _words(Stage, r["stage"]),
        "reason": _words(Reason, r["reason"]),
        "lead": [names.lead(case) for case in r],
        "goal": [GOALS[g] for g in r["goal"]],
        "country": [names.iso3[c] for c in r["country"][:, 0]],
        "company": [firm_code(int(key)) for key in r["firm_key"][:, 0]],
        "company_size": [size for size, _, _ in firms],
        "company_sector": [sector for _, sector, _ in firms],
        "company_home": [home for _, _, home in firms],
        "type": _where(designed, _words(Kind, r["type"])),
        "led_by": _where(designed, _words(Agent, r["lead_kind"])),
        "entities": [" ".join(names.members(case)) for case in r],
        "companies": [" ".join(firm_code(int(k)) for k in case["firm_key"][: case["n_firm"]]) for case in r],
        "countries": [" ".join(names.iso3[c] for c in case["country"][: case["n_country"]]) for case in r],
        "government": _yes(designed, r["government"]),
        "civil_society": [names.civil[c] if c >= 0 else None for c in r["civil"]],
        "office": np.where(r["office"] == 1, "country", "headquarters"),
        "waits_at": _words(Desk, r["desk"]),
        "in_crisis": r["crisis"],
        "asked_by_host": r["requested"],
    }
    for name, column in {"begun": "begun", "screened": "m_screened", "approved": "m_approved", "signed": "m_signed",
                         "started": "m_started", "transformative": "m_transformative", "ended": "m_ended"}.items():  # fmt: skip
        columns[name] = _month(observed, r[column])
    for name, column in {"found_failing": "m_found", "fixed": "m_fixed", "scaled_up": "m_scaled"}.items():
        columns[name] = _month(observed, note[column])
    columns |= {
        "days": r["days"],
        "days_to_signing": _number(signed & (r["m_signed"] > observed.start), note["days_to_signing"]),
        "value": _number(designed, r["value"]),
        "issues": _number(negotiated, r["issues"]),
        "fit": r["fit"],
        "core_share": _number(designed, r["core_share"]),
        "depth": _number(designed, r["depth"]),
        "visibility": _number(designed, r["visibility"]),
    }
    for name in ("systemic", "kpis", "exit_plan", "business_case", "disclosed", "sectors_met"):
        columns[name] = _yes(designed, r[name])
    for name in ("reused", "central", "reviewed", "bypassed"):
        columns[name] = r[name]
    columns |= {
        "performing": _yes(started & (r["stage"] != Stage.ENDED), r["performing"]),
        "months_performing": note["months_performing"],
        "months_falsely_reported": note["months_idle_most"],
        "people_most": _number(started, note["people_most"]),
        "person_years": note["person_years"],
        "scale": _number(started, r["scale"]),
        "institution": _number(started, r["institution"]),
        "incidents": note["incidents"],
    }
    return pd.DataFrame(columns)


def _words(kind: type[Stage] | type[Reason] | type[Kind] | type[Agent] | type[Desk], values: np.ndarray) -> list[str | None]:
    """Names of an enum; NONE is an empty cell."""
    return [None if (name := kind(v).name) == "NONE" else name.lower() for v in values]


def _where(known: np.ndarray, words: list[str | None]) -> list[str | None]:
    return [word if k else None for k, word in zip(known, words, strict=True)]


def _yes(known: np.ndarray, values: np.ndarray) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(values.astype(bool), ~known)


def _number(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.where(known, values, np.nan)


def _month(observed: Observed, values: np.ndarray) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(values - observed.start, values == NEVER)
