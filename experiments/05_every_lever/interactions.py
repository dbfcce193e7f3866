"""The eight interactions: arms on common seeds, and contrasts of them that would be zero if nothing interacted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from common import MONTHS, Tables, Use, flat, scenario

import partnersim as ps
from partnersim.study.page import in_blocks
from partnersim.study.paired import simultaneous

SEEDS = 100
Contrast = tuple[str, Mapping[str, float], tuple[str, ...]]
"""What it says, the weight of each arm, and the outcomes it is taken of."""


@dataclass(frozen=True)
class Question:
    """One interaction: what is expected, the arms that show it, and the contrasts that decide."""

    key: str
    expected: str
    arms: Mapping[str, ps.Scenario]
    contrasts: tuple[Contrast, ...]
    signs: tuple[tuple[str, str, str], ...]
    """Contrast, outcome, and ``higher``, ``lower`` or ``not higher``: what should come out if the expectation holds."""


def effect(arm: str, of: str) -> dict[str, float]:
    """What ``arm`` changes against ``of``."""
    return {arm: 1.0, of: -1.0}


def together(both: str, one: str, other: str, neither: str) -> dict[str, float]:
    """What both change beyond the sum of what each changes."""
    return {both: 1.0, one: -1.0, other: -1.0, neither: 1.0}


def arms(
    prefix: str, world: str = "baseline", values: Mapping[str, float] | None = None, **uses: Sequence[Use]
) -> dict[str, ps.Scenario]:
    """Scenarios by short name, run under a name of their own."""
    return {name: scenario(f"{prefix} {name}", *used, world=world, values=values) for name, used in uses.items()}


def with_options(lever: str, **options: object) -> Use:
    """A lever under other options than its defaults."""
    return lever, {"options": options}


SCREEN, EVALUATE, PORTAL = "shared_screening", "evaluation_from_design", "matching_portal"
OPEN_PORTAL = with_options(PORTAL, filter=False)
DESKS = ("internal_advisory_group", "single_entry_point", SCREEN)
SMALL_DESKS: tuple[Use, ...] = (
    ("internal_advisory_group", {"set": {"desk_days_advisory": 30.0}}),
    ("single_entry_point", {"set": {"desk_days_country": 0.5}}),
    (SCREEN, {"set": {"desk_days_screening": 150.0}}),
)
PLENTY = {"capacity_large": 8.0, "capacity_multinational": 30.0, "entry_rate": 0.16, "exit_large": 0.03}
COUNTS = with_options("leadership_incentives", reward="counts")
CHECKED = ("ex_ante_cost_benefit", EVALUATE)
SKILLS = ("staff_training", "private_sector_hiring", "secondments")
MEMORY = "knowledge_platform"
REFORM = ("transformative_guidance", "convening", "exit_sustainability", "entity_strategy")
GOVERNMENTS = "member_state_support"


def questions() -> tuple[Question, ...]:
    """The eight of the list of levers."""
    return (
        Question(
            "1 screening and evaluation",
            "L18 and L24 are substitutes for incidents and not for reach",
            arms("1", none=(), screening=(SCREEN,), evaluation=(EVALUATE,), both=(SCREEN, EVALUATE)),
            (
                ("screening alone", effect("screening", "none"), ("incidents", "transformative_reach")),
                ("evaluation alone", effect("evaluation", "none"), ("incidents", "transformative_reach")),
                (
                    "both, beyond the sum",
                    together("both", "screening", "evaluation", "none"),
                    ("incidents", "transformative_reach"),
                ),
            ),
            (("both, beyond the sum", "incidents", "higher"), ("both, beyond the sum", "transformative_reach", "not higher")),
        ),
        Question(
            "2 portal without filter",
            "L8 without filter or L18 brings more matches, more load and more incidents",
            arms("2", none=(), filtered=(PORTAL,), open=(OPEN_PORTAL,), screened=(SCREEN,), open_screened=(OPEN_PORTAL, SCREEN)),
            (
                ("portal with filter", effect("filtered", "none"), ("signed", "days_triage", "incidents")),
                ("portal without filter", effect("open", "none"), ("signed", "days_triage", "incidents")),
                ("what the filter is worth", effect("open", "filtered"), ("signed", "days_triage", "incidents")),
                (
                    "screening beside it, beyond the sum",
                    together("open_screened", "open", "screened", "none"),
                    ("signed", "incidents"),
                ),
            ),
            (
                ("portal without filter", "signed", "higher"),
                ("what the filter is worth", "days_triage", "higher"),
                ("what the filter is worth", "incidents", "higher"),
            ),
        ),
        Question(
            "3 coordination and scarcity",
            "with few valuable companies L9 saves what rivalry wastes; with plenty there is nothing to save",
            {
                **arms("3", world="scarce-companies", scarce=(), scarce_coordinated=("partner_coordination",)),
                **arms("3", values=PLENTY, plenty=(), plenty_coordinated=("partner_coordination",)),
            },
            (
                (
                    "where companies are few",
                    effect("scarce_coordinated", "scarce"),
                    ("signed", "wasted_share", "transaction_cost"),
                ),
                ("where they are plenty", effect("plenty_coordinated", "plenty"), ("signed", "wasted_share", "transaction_cost")),
                (
                    "the difference",
                    together("scarce_coordinated", "scarce", "plenty_coordinated", "plenty"),
                    ("signed", "wasted_share", "transaction_cost"),
                ),
            ),
            (("where companies are few", "wasted_share", "lower"), ("the difference", "signed", "higher")),
        ),
        Question(
            "4 central desks",
            "capacity decides whether L3, L11 and L18 help or hurt, and more so where they share one queue",
            {
                **arms("4 separate", none=(), ample=DESKS, short=SMALL_DESKS),
                **{
                    f"pooled_{k}": s
                    for k, s in arms("4 pooled", values={"central_pooling": 1.0}, ample=DESKS, short=SMALL_DESKS).items()
                },
            },
            (
                ("desks of the default size", effect("ample", "none"), ("signed", "months_to_agreement", "transaction_cost")),
                ("a quarter of it", effect("short", "none"), ("signed", "months_to_agreement", "transaction_cost")),
                ("a quarter, one queue", effect("pooled_short", "none"), ("signed", "months_to_agreement", "transaction_cost")),
                (
                    "one queue, short against default",
                    together("pooled_short", "pooled_ample", "short", "ample"),
                    ("signed", "months_to_agreement"),
                ),
            ),
            (
                ("desks of the default size", "signed", "higher"),
                ("a quarter of it", "signed", "lower"),
                ("one queue, short against default", "months_to_agreement", "higher"),
            ),
        ),
        Question(
            "5 templates and transformation",
            "L1 alone shifts the mix to small deals, since L13 needs custom law",
            arms(
                "5",
                none=(),
                templates=("legal_templates",),
                guidance=("transformative_guidance",),
                both=("legal_templates", "transformative_guidance"),
            ),
            (
                ("templates alone", effect("templates", "none"), ("signed", "sectors_share", "transformative_share")),
                ("guidance alone", effect("guidance", "none"), ("signed", "sectors_share", "transformative_share")),
                (
                    "both, beyond the sum",
                    together("both", "templates", "guidance", "none"),
                    ("signed", "transformative_reach"),
                ),
            ),
            (("templates alone", "sectors_share", "lower"), ("guidance alone", "sectors_share", "higher")),
        ),
        Question(
            "6 rewards for counts",
            "L5 that rewards counts raises numbers and not the performing share, unless L21 and L24 check",
            arms("6", none=(), counts=(COUNTS,), checks=CHECKED, both=(COUNTS, *CHECKED), results=("leadership_incentives",)),
            (
                ("rewards for counts", effect("counts", "none"), ("signed", "true_success", "performing")),
                ("rewards for results", effect("results", "none"), ("signed", "true_success", "performing")),
                ("counts, with appraisal and evaluation", effect("both", "checks"), ("signed", "true_success", "performing")),
                ("the difference checks make", together("both", "counts", "checks", "none"), ("signed", "true_success")),
            ),
            (
                ("rewards for counts", "signed", "higher"),
                ("rewards for counts", "true_success", "not higher"),
                ("the difference checks make", "true_success", "higher"),
            ),
        ),
        Question(
            "7 skills and memory",
            "where staff leave often, L15, L16 and L17 are worth more with the memory of L23",
            arms("7", world="high-turnover", none=(), skills=SKILLS, memory=(MEMORY,), both=(*SKILLS, MEMORY)),
            (
                ("skills alone", effect("skills", "none"), ("skill", "performing", "transaction_cost")),
                ("memory alone", effect("memory", "none"), ("skill", "performing", "transaction_cost")),
                (
                    "both, beyond the sum",
                    together("both", "skills", "memory", "none"),
                    ("skill", "performing", "transaction_cost"),
                ),
            ),
            (("both, beyond the sum", "skill", "higher"),),
        ),
        Question(
            "8 reform without governments",
            "without L6 reform on the UN side alone may give little reach where governments support it weakly",
            {
                **arms("8 weak", world="weak-governments", weak=(), weak_reform=REFORM, weak_both=(*REFORM, GOVERNMENTS)),
                **arms("8", none=(), reform=REFORM, both=(*REFORM, GOVERNMENTS)),
            },
            (
                ("reform, governments as they are", effect("reform", "none"), ("transformative_reach", "transformative_count")),
                ("reform, weak governments", effect("weak_reform", "weak"), ("transformative_reach", "transformative_count")),
                ("with L6, weak governments", effect("weak_both", "weak"), ("transformative_reach", "transformative_count")),
                (
                    "L6 on top of reform, as they are",
                    effect("both", "reform"),
                    ("transformative_reach", "transformative_count"),
                ),
                (
                    "what weakness takes from reform",
                    together("weak_reform", "weak", "reform", "none"),
                    ("transformative_reach", "transformative_count"),
                ),
            ),
            (
                ("what weakness takes from reform", "transformative_count", "lower"),
                ("L6 on top of reform, as they are", "transformative_count", "higher"),
            ),
        ),
    )


def measure(seeds: Sequence[int], progress: Callable[[int], None]) -> Tables:
    """Table ``interactions``: every contrast, with intervals that hold together over all eight questions."""
    columns, levels = {}, {}
    for question in questions():
        found = in_blocks(list(question.arms.values()), seeds, MONTHS, progress)
        frames = {name: _with_shares(found[arm.name]) for name, arm in question.arms.items()}
        for said, weights, outcomes in question.contrasts:
            against = [*weights][-1]
            for outcome in outcomes:
                key = question.key, said, outcome
                columns[key] = sum(weight * frames[arm][outcome] for arm, weight in weights.items())
                levels[key] = frames[against][outcome].mean()
    table = flat(simultaneous(pd.concat(columns, axis=1)), ["question", "contrast", "outcome"])
    table["level"] = [levels[key] for key in zip(table["question"], table["contrast"], table["outcome"], strict=True)]
    order = {key: i for i, key in enumerate(columns)}
    keys = zip(table["question"], table["contrast"], table["outcome"], strict=True)
    return {"interactions": table.assign(order=[order[key] for key in keys]).sort_values("order").drop(columns="order")}


def _with_shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Outcomes with the share of performing partnerships in which every relevant sector is a member."""
    return frame.assign(sectors_share=frame["meets_sectors"] / frame["performing"])


def n_runs(n_seeds: int) -> int:
    """How many runs :func:`measure` reports to ``progress``."""
    return n_seeds * sum(len(question.arms) for question in questions())
