"""Names that rules, files and books share: goals, regions, kinds of agents and cases, stages, and how long lists may be."""

from __future__ import annotations

from enum import IntEnum

GOALS = ("income", "food", "health", "environment", "gender", "skills", "humanitarian", "governance")
N_GOALS = len(GOALS)
REGIONS = ("Africa", "Americas", "Asia", "Europe", "Oceania")
"""Regions of host countries: the continental ones of the United Nations' M49 standard."""
N_REGIONS = len(REGIONS)
HUMANITARIAN = GOALS.index("humanitarian")

MAX_ENTITIES = 16
"""UN members of one partnership; the largest joint programme had 16 (S5)."""
MAX_FIRMS = 3
MAX_COUNTRIES = 3
WAYS = 8
"""Slots in which an entity's tie to one company can be; the number of its slots is a multiple."""
NEVER = -1_000_000
"""A month that lies before every month."""


class Stage(IntEnum):
    """Where a partnership stands in its life."""

    NONE = 0
    PROPOSED = 1
    COURTED = 2
    SCREENING = 3
    DESIGN = 4
    AGREEMENT = 5
    DELIVERING = 6
    FIXED = 7
    SCALED = 8
    ENDED = 9
    DROPPED = 10


class Desk(IntEnum):
    """Where a case waits."""

    NONE = 0
    COORDINATION = 1
    SCREENING = 2
    ADVISORY = 3
    COUNTRY = 4


class Kind(IntEnum):
    """The report's types of partnership (paras 8-10, 28, 32)."""

    CORE_BUSINESS = 0
    SOCIAL_INVESTMENT = 1
    ADVOCACY = 2
    FINANCE = 3
    HUMANITARIAN = 4


class Size(IntEnum):
    """Company size classes."""

    SME = 0
    LARGE = 1
    MULTINATIONAL = 2


class Agent(IntEnum):
    """Kinds of agent, as the lead of a partnership."""

    ENTITY = 0
    COMPANY = 1
    GOVERNMENT = 2
    CIVIL = 3


class Told(IntEnum):
    """Choices that a record came with when it was opened, as bits; the model does not make them again.

    No rule ever tells a record anything: only a case that is planted into a run comes with some (see ``cases/``). What was
    told stands in the columns of the record.
    """

    ANSWER = 1
    """The company takes part."""
    TYPE = 2
    AIM = 4
    VISIBILITY = 8
    EXIT_PLAN = 16
    KPIS = 32
    LEAD = 64
    """Which kind of agent leads."""
    ENTITIES = 128
    """No further UN entity is invited."""
    GOVERNMENT = 256
    """The host government is invited."""
    CIVIL = 512
    """A civil society organisation is invited."""


class Reason(IntEnum):
    """Why an attempt was dropped, or a partnership ended."""

    NONE = 0
    UNFIT = 1
    YIELDED = 2
    JOINED = 3
    DECLINED = 4
    NO_CAPACITY = 5
    FLAGGED = 6
    SCREENED_OUT = 7
    QUALITY = 8
    APPRAISAL = 9
    LAPSED = 10
    PARTNER_LEFT = 11
    COMPLETED = 12
    CLOSED = 13


N_ROW_LISTS = 5
OPEN_ROWS, LIVE_ROWS, FREE_ROWS, HIDDEN_ROWS, EVENT_ROWS = range(N_ROW_LISTS)
"""Lists of rows in ``World.rows``: open attempts and signed partnerships (oldest first), unused register rows, firms
whose misconduct is hidden, firms whose misconduct became public this month."""
SYSTEM_ROW, FIRST_CLASS, FIRST_ENTITY, FIRST_STATE = 0, 1, 4, 64
"""Rows of the channel tables: the system, company classes, entities (at most 60), states."""
MAX_SECTORS, MAX_POLICIES = 16, 64
"""Sectors of a population and policies of a scenario that the system's record has room for."""
N_HISTOGRAM = 181
"""Months that the histograms of durations hold; longer ones count in the last cell."""
SIGNED, DROPPED, OPEN = 0, 1, 2
"""Rows of the histogram of months since the idea."""
