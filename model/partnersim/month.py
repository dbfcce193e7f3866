"""The order of a month, written once. Each phase is a function that Python may also call by itself.

1. World: needs drift, crises strike, companies misbehave, leave and arrive, staff turn over.
2. Policy: channels from levers' strength today, charges, desks, and what staff-days go to.
3. Scout: what time is left looks for partners.
4. Court: the coordination desk, proposals, approaches and answers.
5. Screen: the shared desk, checks, vetoes.
6. Design: members, roles, gates, and the advisory review.
7. Agree: the advisory and country desks, negotiation, signing; the register is tidied.
8. Deliver: care, ties of working together, performance, evaluation, reach and the test of transformation.
9. Incidents: misconduct becomes public.
10. Close: partnerships end and are handed over.
11. Meet and learn: ties, skill, beliefs, reputation.
12. Book: stocks of the month and unused days.
"""

from __future__ import annotations

from collections.abc import Callable

from partnersim.compiled import entry
from partnersim.folding import recompute
from partnersim.kinds import Desk, Stage
from partnersim.ledger import N_TRANSACTION
from partnersim.rules import (
    agreement,
    closing,
    courting,
    delivery,
    design,
    desks,
    incidents,
    learning,
    meeting,
    needs,
    reach,
    reputation,
    scouting,
    screening,
    ties,
    turnover,
    work,
)
from partnersim.rules.records import path, tidy

ENDED = int(Stage.ENDED)
COORDINATION, SCREENING, ADVISORY, COUNTRY = (
    int(Desk.COORDINATION),
    int(Desk.SCREENING),
    int(Desk.ADVISORY),
    int(Desk.COUNTRY),
)


@entry
def step_world(w):
    """Phase 1."""
    needs.drift(w)
    needs.strike(w)
    turnover.firms(w)
    turnover.discovery(w)
    turnover.newcomers(w)
    turnover.staff(w)


@entry
def step_policy(w, policy):
    """Phase 2. Channels are rebuilt only in months in which some lever's strength differs from the month before."""
    month = w.system[0]["study_month"]
    if month >= 1:
        change = False
        for k in range(policy.intensity.shape[1]):
            change = change or policy.intensity[month, k] != policy.intensity[month - 1, k]
        if change:
            now = policy.intensity[month]
            recompute(policy.now, policy.base, policy.bounds, policy.rows, policy.values, now, policy.adopted)
    work.budgets(w)
    if month >= 1:
        work.charge(w, policy.charge_rows, policy.charge_days[month], policy.adopted)
    desks.capacity(w, policy.desk_rows)
    desks.share_pool(w.system[0], w.system[0]["param"]["central_pooling"])
    work.assign(w)


@entry
def step_scout(w):
    """Phase 3."""
    first = w.system[0]["n_open"]
    scouting.scout(w)
    courting.route(w, first)


@entry
def step_court(w):
    """Phase 4."""
    path(w)["queue_coordination"] += desks.serve(w, COORDINATION)
    courting.court(w)
    courting.propose(w)


@entry
def step_screen(w):
    """Phase 5."""
    screening.screen(w)
    path(w)["queue_screening"] += desks.serve(w, SCREENING)


@entry
def step_design(w):
    """Phase 6."""
    design.design(w)
    path(w)["queue_advisory"] += desks.serve(w, ADVISORY)


@entry
def step_agree(w):
    """Phase 7."""
    agreement.agree(w)
    path(w)["queue_country"] += desks.serve(w, COUNTRY)
    tidy(w)


@entry
def step_deliver(w):
    """Phase 8."""
    delivery.care(w)
    delivery.deliver(w)
    reach.count(w)


@entry
def step_incidents(w):
    """Phase 9."""
    incidents.exposure(w)
    incidents.happen(w)


@entry
def step_close(w):
    """Phase 10."""
    closing.close(w)


@entry
def step_learn(w):
    """Phase 11."""
    ties.fade(w)
    meeting.meet(w)
    learning.practise(w)
    learning.diffuse(w)
    reputation.recover(w)


@entry
def step_book(w):
    """Phase 12."""
    work.close_books(w)
    system, row = w.system[0], path(w)
    row["open_cases"] += system["n_open"]
    row["companies"] += system["n_alive"]
    transaction = 0.0
    for side in range(w.system[0]["days"].shape[0]):
        for activity in range(N_TRANSACTION):
            transaction += w.system[0]["days"][side, activity]
    row["transaction_days"] += transaction - w.system[0]["book"]["transaction_before"]
    w.system[0]["book"]["transaction_before"] = transaction
    central = w.system[0]["book"]["lever_days"] + w.system[0]["book"]["desk_days"]
    row["central_days"] += central - w.system[0]["book"]["central_before"]
    w.system[0]["book"]["central_before"] = central
    skill = staff = standing = 0.0
    for e in range(w.entity.shape[0]):
        entity = w.entity[e]
        size = entity["staff_hq"] + entity["staff_country"]
        skill += entity["skill"] * size
        staff += size
        standing += entity["reputation"]
        row["slack_days"] += entity["slack"]
    row["skill"] += skill / max(staff, 1e-9)
    row["reputation"] += standing / w.entity.shape[0]


@entry
def begin(w):
    """The next month begins."""
    w.system[0]["month"] += 1
    w.system[0]["study_month"] += 1


@entry
def run(w, policy, months):
    """So many months, one after the other."""
    for _ in range(months):
        begin(w)
        step_world(w)
        step_policy(w, policy)
        step_scout(w)
        step_court(w)
        step_screen(w)
        step_design(w)
        step_agree(w)
        step_deliver(w)
        step_incidents(w)
        step_close(w)
        step_learn(w)
        step_book(w)


PHASES: tuple[Callable[..., None], ...] = (
    begin,
    step_world,
    step_policy,
    step_scout,
    step_court,
    step_screen,
    step_design,
    step_agree,
    step_deliver,
    step_incidents,
    step_close,
    step_learn,
    step_book,
)
