"""Records and parameters with which values were worked out by hand; the parameters need not be today's."""

from __future__ import annotations

import numpy as np

from partnersim.columns import DTYPES

PARAM = {
    # Looking for partners and courting them.
    "fit_competence_usual": 0.45,
    "fit_competence_sd": 0.25,
    "fit_maturity": 1.0,
    "fit_maturity_usual": 0.4,
    "fit_present": 0.3,
    "fit_absent": -0.7,
    "seen_name": 0.5,
    "seen_tie": 0.5,
    "local_without_broker": 0.5,
    "search_ties": 0.6,
    "accept_base": 0.0,
    "accept_fit": 0.6,
    "accept_tie": 1.0,
    "accept_reputation": 0.5,
    "accept_cost": 2.0,
    "accept_fatigue": 0.35,
    "accept_busy": 1.0,
    "accept_exposure": 1.0,
    "reputation_neutral": 60.0,
    "proposal_fit": 0.0,
    "cost_belief_step": 0.3,
    # Designing and agreeing.
    "belief_weight": 2.0,
    "type_share_core_business": 0.36,
    "type_share_social_investment": 0.36,
    "type_share_advocacy": 0.28,
    "core_share_weight": 0.75,
    "core_share_skill": 0.25,
    "core_share_spread": 0.10,
    "quality_base": 0.6,
    "quality_fit": 0.4,
    "quality_skill": 2.0,
    "quality_party": 0.1,
    "appraisal_fit": 0.6,
    "appraisal_value": 0.1,
    "appraisal_skill": 0.5,
    "appraisal_party": 0.15,
    "appraisal_day": 0.01,
    "business_case_base": 0.35,
    "business_case_maturity": 0.3,
    "business_case_fit": 0.1,
    "review_parties": 4.0,
    "review_value": 3e6,
    "review_hazard": 1.2,
    "review_visibility": 0.8,
    "issues_standard": 6.0,
    "issues_party": 2.0,
    "issues_core_business": 1.0,
    "deal_median": 4e5,
    "issues_systemic": 4.0,
    "issues_value": 1.0,
    "issues_sector": 1.0,
    "months_start": 3.0,
    "start_spread": 0.5,
    # Work.
    "support_work": 0.6,
    "effort_unskilled": 1.25,
    "days_after_courting": 12.0,
    "days_after_screening": 16.0,
    "days_after_design": 10.0,
    # Delivering and ending.
    "perform_base": 0.35,
    "perform_fit": 0.35,
    "perform_skill": 2.5,
    "perform_host": 1.5,
    "host_usual": 0.4,
    "perform_institution": 1.0,
    "perform_broker": 0.4,
    "broker_usual": 0.25,
    "perform_attention": 1.5,
    "perform_sector": 0.35,
    "perform_crowd": 0.02,
    "institution_rate": 0.004,
    "institution_without_state": 0.15,
    "institution_unsupported": 0.5,
    "scale_limit": 100.0,
    "scale_months": 60.0,
    "persist_months": 36.0,
    "core_share_least": 0.5,
    "institution_least": 0.02,
    "scale_people": 50_000.0,
    "scale_share": 0.05,
    "willing_host": 0.45,
    # Incidents and turnover.
    "attribution_base": 0.2,
    "attribution_visibility": 0.6,
    "attribution_ended": 0.5,
    "exit_out_of_contact": 1.5,
    "contact_months": 24.0,
    "network_relief": 0.4,
}


def record(kind: str, **fields: object) -> np.void:
    """One record of a kind with these fields, all others zero."""
    return records(kind, 1, **fields)[0]


def records(kind: str, n: int, **fields: object) -> np.ndarray:
    """``n`` records of a kind with these fields, all others zero; members of lists fill the first places."""
    table = np.zeros(n, dtype=DTYPES[kind])
    for name, value in fields.items():
        if table[name].ndim == 2:
            table[name][:, : np.shape(value)[-1]] = value
        else:
            table[name] = value
    return table
