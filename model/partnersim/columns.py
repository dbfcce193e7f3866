"""One table declares every column of the state: name, type, shape, unit, meaning; the dtypes and the documentation come from it.

Only 64-bit floats, 64-bit integers, 64-bit unsigned keys and booleans are used, since narrower types widen differently in
compiled and uncompiled code.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from partnersim import channels, ledger
from partnersim.kinds import (
    FIRST_ENTITY,
    FIRST_STATE,
    MAX_COUNTRIES,
    MAX_ENTITIES,
    MAX_FIRMS,
    MAX_POLICIES,
    MAX_SECTORS,
    N_GOALS,
    N_HISTOGRAM,
    N_REGIONS,
)


class Column(NamedTuple):
    """One field of a record: type f8, i8, u8 (a 64-bit key) or bool."""

    name: str
    type: str
    shape: tuple[int, ...]
    unit: str
    meaning: str


def _columns(text: str) -> list[Column]:
    rows = []
    for line in text.strip().splitlines():
        name, type_, unit, meaning = (part.strip() for part in line.split("|"))
        name, _, shape = name.partition("[")
        size = tuple(int(n) for n in shape.rstrip("]").split("x")) if shape else ()
        rows.append(Column(name, type_, size, unit, meaning))
    return rows


COLUMNS: dict[str, list[Column]] = {
    "system": _columns(f"""
        seed | u8 | key | seed of this run
        month | i8 | months | months since the start of burn-in
        study_month | i8 | months | month of the study, 1 is the first; 0 and below is burn-in
        scale | f8 | ratio | world_scale: staff-days, desks and lever costs are multiplied by it
        n_declared | i8 | firms | companies declared by the population
        n_alive | i8 | firms | companies alive
        n_left | i8 | firms | companies that left this month
        n_worst | i8 | firms | companies alive that belong to the worst tenth by integrity
        n_open | i8 | attempts | attempts between idea and agreement
        n_live | i8 | partnerships | signed partnerships in the register, ended ones included while they matter
        n_free | i8 | rows | unused rows of the register
        convener | i8 | row | entity that convenes country teams, -1 none
        n_hidden | i8 | firms | firms whose misconduct is still hidden
        n_events | i8 | firms | firms whose misconduct became public this month
        waiting[4] | i8 | cases | at the four desks, before those dropped elsewhere are taken off
        n_traced | i8 | rows | records written to the trace
        n_delivering | i8 | partnerships | delivering this month
        n_reported | i8 | partnerships | of which reported as successful
        n_overflow | i8 | records | ideas and companies refused because their table was full; must stay 0
        agenda[64] | i8 | row | first company due in each month to come, -1 none; see turnover
        days[6x15] | f8 | staff-days | days of the window by side and activity
        lever_days[{MAX_POLICIES}] | f8 | staff-days | days charged under each policy's name
        histogram[3x{N_HISTOGRAM}] | i8 | attempts | attempts begun in the window by months until signed, dropped, or still open
        weight[{FIRST_STATE - FIRST_ENTITY}] | f8 | weight | of each entity as a further member, while a design invites
        mix[3x8] | f8 | - | company classes, see the columns named in population/firms.py
        sector[{MAX_SECTORS}x10] | f8 | - | sectors: competence by goal, cumulative share, misconduct multiplier
        desk_pool | f8 | staff-days | time left this month that any central desk may use
        desk_capacity[3] | f8 | staff-days | time left this month at the coordination, screening and advisory desk
    """),
    "entity": _columns("""
        key | u8 | key | identity in keyed draws
        seat | i8 | row | government of the headquarters' country, -1 where this world lacks it
        tier | i8 | class | 0 hub, 1 middle, 2 small
        staff_hq | f8 | full-time staff | partnership staff at headquarters
        staff_country | f8 | full-time staff | partnership staff in country offices
        mandate[8] | f8 | weight | mandate over goal areas, sums to 1
        strictness | f8 | SD | own deviation of the rejection threshold from the common one
        skill | f8 | 0-1 | partnering skill of staff
        skill_before | f8 | 0-1 | skill before this month's lessons, so that the order of entities does not matter
        reputation | f8 | points | reputation, 0-100
        belief[5] | f8 | 0-1 | believed success of each type of partnership
        belief_before[5] | f8 | 0-1 | beliefs before this month's lessons, as skill_before
        evidence[5] | f8 | results | evaluated results behind each belief
        budget[2] | f8 | staff-days | days of this month, headquarters and country
        left[2] | f8 | staff-days | days of this month not yet assigned
        screen_left | f8 | staff-days | screeners' days not yet assigned
        screen_cases | i8 | cases | checks that screeners divide the month among
        invited | i8 | cases | checks of firms of cases it was asked to join, as expected this month: as many as last month
        invitations | i8 | cases | such checks asked for so far this month
        care[2] | f8 | partnerships | live partnerships to care for, headquarters and country
        attention[2] | f8 | ratio | care given against care needed this month
        backlog[2] | f8 | staff-days | work known to be left on open cases
        room[2] | f8 | staff-days | work on new cases that its open ones leave room for
        absent | f8 | staff-days | days of staff away on exchanges, still to come
        seats | i8 | firms | firms with a seat in its company advisory group
        slack | f8 | staff-days | unused days of this month
        used[2] | f8 | staff-days | days of this month booked so far, headquarters and country
        spent | f8 | staff-days | all days booked since the start of the window, slack included
        budgeted | f8 | staff-days | all days budgeted since the start of the window
        hit | f8 | points | severity of the event being attributed to it
        n_led | i8 | partnerships | live partnerships it leads
        n_joined | f8 | participations | participations in multi-entity agreements signed in the window
        n_appraised | i8 | attempts | appraisals that policy added, since levers were last charged
        n_planned | i8 | attempts | exit plans that policy added, likewise
        n_exchanged | i8 | exchanges | exchanges that policy added, likewise
        n_handed | i8 | partnerships | of its partnerships that ended performing, those with an exit plan that policy added
    """),
    "company": _columns("""
        key | u8 | key | identity in keyed draws: a founder's number or (month, arrival)
        home | i8 | row | government of its home country
        size | i8 | class | SME, large or multinational
        sector | i8 | class | sector of the company file
        maturity | f8 | 0-1 | sustainability maturity
        capacity | i8 | partnerships | live partnerships it can carry
        n_live | i8 | partnerships | live partnerships
        n_open | i8 | attempts | open cases after its acceptance
        alive | bool | - | this row holds a living company
        member | bool | - | Global Compact member
        cost_belief | f8 | 0-1 | what it believes dealing with the UN costs
        last_contact | i8 | month | last month of contact with the UN
        spent | f8 | staff-days | days it spent since the start of the window
        fatigue | f8 | approaches | weight of approaches, as it stood in the month of the last one
        fatigued | i8 | month | month of the last approach
        courted_by | i8 | row | entity of the last approach
        courted_until | i8 | month | an approach is live until this month
        courting_case | i8 | row | case of that approach
        integrity | f8 | SD | hidden truth, standard normal; the worst decile lies below -1.2816
        p_misconduct | f8 | per month | hazard that misconduct begins
        p_exit | f8 | per month | hazard of leaving while in contact
        due | i8 | month | next month in which misconduct or leaving could befall it
        next_due | i8 | row | next company in the same list of the agenda, -1 none
        hidden_since | i8 | month | start of misconduct that is still hidden, NEVER if none
        disclosed | i8 | partnerships | live partnerships that are disclosed
        last_ended | i8 | month | last month in which one of its partnerships ended
        proposed | i8 | month | last month in which it proposed
        tied | i8 | bits | entities tied to it, while they are counted
        check_month | i8 | month | month of the last check on file
        check_by | i8 | row | entity that made it, -1 the shared desk
        check_signal | f8 | SD | standardised reading of that check
        flag_month | i8 | month | last month in which an entity rejected it
        flag_by | i8 | row | entity that rejected it
    """),
    "government": _columns("""
        key | u8 | key | identity in keyed draws
        crisis | i8 | months | months of crisis left
        performing | f8 | partnerships | performing partnerships last month
        people | f8 | people | population
        ldc | bool | - | least developed country in 2011
        low_income | bool | - | low or lower-middle income
        country_team | bool | - | has a UN country team
        offices | i8 | bits | entities with an office here
        desk_left | f8 | staff-days | country desk's time left this month
        desk_paid | f8 | staff-days | of which levers have paid already
        spent | f8 | staff-days | days it spent since the start of the window
        need[8] | f8 | share | share of people in need for each goal area
        institution[8] | f8 | 0-1 | how far markets and rules for each goal carry partnerships
        reached[8] | f8 | people | people reached this month at sample scale, before counting people once
        civil_available[8] | i8 | 0 or 1 | some civil society organisation with competence for the goal works here
        region | i8 | class | region of the population file
        effectiveness | f8 | 0-1 | government-effectiveness proxy
        support | f8 | 0-1 | support for partnerships before policy
        local_network | f8 | 0 or 1 | has a Global Compact local network
        first_firm | i8 | row | first company row of firms at home here
        firm_rows | i8 | rows | company rows kept for them
        home_cdf | f8 | 0-1 | cumulative share of company homes
    """),
    "civil": _columns("""
        key | u8 | key | identity in keyed draws
        type | i8 | class | type of the civil society file
        home | i8 | row | its home country
        presence | f8 | probability | chance that it works in another country
        competence[8] | f8 | 0-1 | competence over goal areas
        legitimacy | f8 | 0-1 | standing with people concerned
        capacity | i8 | partnerships | live partnerships it can carry
        n_live | i8 | partnerships | live partnerships
        spent | f8 | staff-days | days it spent since the start of the window
    """),
    # In lines of eight numbers in the order in which loops use them, since a loop reads whole lines of memory: what every month
    # asks of an open case, down to the lead; further UN members; what it asks of a live one; then the rest.
    "partnership": _columns(f"""
        stage | i8 | class | Stage
        desk | i8 | class | Desk where it waits
        office | i8 | class | 0 handled at headquarters, 1 in the country office
        work_left | f8 | staff-days | UN lead's work left in this stage
        grant | f8 | staff-days | days the lead gives it this month
        n_granting | i8 | entities | UN members that give days this month, the lead among them
        n_entity | i8 | entities | UN members
        entity[{MAX_ENTITIES}] | i8 | row | UN members, the UN lead first
        since | i8 | month | start of the present stage
        key | u8 | key | (lead, company, goal, country, attempt)
        goal | i8 | class | goal area
        months_left | f8 | months | elapsed time left in this stage
        m_started | i8 | month | first delivering month
        government | bool | - | the host government is a member
        systemic | bool | - | targets a market or rule, with a replication plan
        kpis | bool | - | KPIs designed in, evaluated later
        business_case | bool | - | pays without grants
        exit_plan | bool | - | has a handover plan
        disclosed | bool | - | partner and terms published
        sectors_met | bool | - | every relevant sector is a member
        performing | bool | - | performs this month
        found | bool | - | known to fail
        reported | bool | - | reported as successful
        approached | bool | - | the firm has been approached
        bypassed | bool | - | went round a desk
        reused | bool | - | screening rests on a check on file
        reviewed | bool | - | the advisory group has reviewed it
        central | bool | - | the shared desk makes the check
        requested | bool | - | the host government asked for it
        n_firm | i8 | firms | company members
        firm[{MAX_FIRMS}] | i8 | row | company members, the main one first
        firm_key[{MAX_FIRMS}] | u8 | key | their keys, since rows are used again
        tie | i8 | slot | where the lead's tie to the main firm was last found
        civil | i8 | row | civil society member, -1 none
        n_country | i8 | countries | countries it works in
        country[{MAX_COUNTRIES}] | i8 | row | countries, its seat first
        latent | f8 | SD | luck in delivery, drawn once
        fit | f8 | SD | true fit of the main firm
        lift | f8 | logit | gain from having been fixed
        shock | f8 | logit | luck of this year of delivery
        months_performing | i8 | months | consecutive performing months
        reach | f8 | people | people it reaches now, at sample scale
        potential | f8 | people | people it can reach at most, at sample scale
        scale | f8 | ratio | how far scaling up has multiplied it
        days | f8 | staff-days | days of all sides so far
        counted | f8 | people | reach after people are counted once
        months_all | i8 | months | consecutive performing months with all four criteria
        m_transformative | i8 | month | met the test of transformation
        institution | f8 | 0-1 | rise of the institution index that is its own doing
        m_signed | i8 | month | agreed
        core_share | f8 | share | share of value from members' core competence
        persists | f8 | months | months of benefit left after the end
        depth | f8 | 0-1 | how deeply members are involved
        visibility | f8 | 0-1 | how far logo and name are lent
        type | i8 | class | Kind
        lead_kind | i8 | class | Agent that leads
        reason | i8 | class | Reason of drop or end
        begun | i8 | month | idea
        m_screened | i8 | month | left screening
        m_approved | i8 | month | left design
        m_ended | i8 | month | ended or dropped
        waited | i8 | months | months at the present desk
        desk_left | f8 | staff-days | desk time this case still needs
        check_days | f8 | staff-days | days wanted for the present check
        scale_limit | f8 | ratio | most that scaling up can multiply
        value | f8 | dollars | money value
        issues | f8 | issues | open issues at the start of negotiation
        crisis | bool | - | begun in a crisis
        told | i8 | bits | choices it came with, see Told; 0 for every record but a planted one
        days_firms | f8 | staff-days | of its days those of companies, their monthly care for a live partnership apart
        days_hosts | f8 | staff-days | of its days those of the government and civil society
        days_desks | f8 | staff-days | of its days those of desks
        second | i8 | row | firm that came second in the search, -1 none
        second_key | u8 | key | its key
    """),
    "tie": _columns("""
        row | i8 | row | the other agent, -1 none
        key | u8 | key | its key
        strength | f8 | 0-1 | collaboration: grows by working together, fades without
        event | f8 | 0-1 | met at an event, fades
        staff | i8 | months | months that a seconded or exchanged person still counts as an insider
        check_month | i8 | month | own check of the firm
        check_signal | f8 | SD | its standardised reading
        check_passed | bool | - | it passed
        seat | bool | - | has a seat in the entity's advisory group
    """),
    "peer": _columns("""
        strength | f8 | 0-1 | collaboration between two entities
        event | f8 | 0-1 | met at a focal-point meeting
    """),
    "book": _columns(f"""
        days_signed | f8 | staff-days | days on attempts signed in the window
        days_dropped | f8 | staff-days | days on attempts dropped in the window
        months_signed | f8 | months | summed months to agreement, attempts begun and signed in the window
        n_signed | f8 | attempts | of which there were so many
        largest_cascade | f8 | entities | most entities hit by one event
        exposed_sum | f8 | entities | entities tied to worst-decile firms, over firm-years
        exposed_squares | f8 | entities squared | the same, squared
        exposed_three | f8 | firm-years | firm-years with three or more
        exposed_n | f8 | firm-years | worst-decile firm-years
        days_region[{N_REGIONS}] | f8 | staff-days | days on attempts signed or dropped, by region of the host country
        days_goal[{N_GOALS}] | f8 | staff-days | the same by goal
        reach_region[{N_REGIONS}] | f8 | person-months | people reached by all partnerships, by region of the country
        reach_goal[{N_GOALS}] | f8 | person-months | the same by goal
        n_transformative | f8 | partnerships | met the test in the window
        months_transformative | f8 | months | summed months from first delivery to the test met
        meets_sectors | f8 | partnership-months | performing months with criterion (i)
        meets_competence | f8 | partnership-months | with criterion (ii)
        meets_institutions | f8 | partnership-months | with criterion (iii)
        meets_scale | f8 | partnership-months | with criterion (iv)
        lever_days | f8 | staff-days | set-up and running cost of levers, desks apart
        desk_days | f8 | staff-days | desks' paid time
        transaction_before | f8 | staff-days | transaction days booked up to last month
        central_before | f8 | staff-days | days of desks and levers booked up to last month
        new_days[6] | f8 | staff-days | days of levers and desks paid by new money, by side
    """),
}

TYPES = {"f8": np.float64, "i8": np.int64, "u8": np.uint64, "bool": np.bool_}
LINE = 64
"""Bytes that a processor reads at once: records start on such a line, so that a loop reads as few of them as it must."""
BY_LINE = ("company", "government", "partnership", "tie")
"""Kinds that loops visit in scattered order."""


def _dtype(kind: str) -> np.dtype:
    packed = np.dtype([(c.name, TYPES[c.type], c.shape) for c in COLUMNS[kind]], align=True)
    if kind not in BY_LINE:
        return packed
    fields = dict(packed.fields or {})
    layout: Any = {
        "names": list(fields),
        "formats": [field[0] for field in fields.values()],
        "offsets": [field[1] for field in fields.values()],
        "itemsize": -(-packed.itemsize // LINE) * LINE,
    }
    return np.dtype(layout, align=True)


DTYPES = {kind: _dtype(kind) for kind in COLUMNS}

SERIES_DTYPE = np.dtype([(s.name, "f8") for s in ledger.SERIES])
CHANNEL_DTYPE = np.dtype([(c.name, "f8") for c in channels.CHANNELS])


def system_dtype(param_dtype: np.dtype) -> np.dtype:
    """The system's record, with the parameters and the books in it."""
    fields = [(c.name, DTYPES["system"][c.name]) for c in COLUMNS["system"]]
    return np.dtype([*fields, ("param", param_dtype), ("book", DTYPES["book"])], align=True)
