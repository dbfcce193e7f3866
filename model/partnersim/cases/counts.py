"""A case over many seeds: how often it came to what, and how often otherwise under another policy. Counts, no averages of few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

from partnersim.cases.follow import Contacts, Fate
from partnersim.cases.reading import CRITERIA


def counted(fates: Sequence[Fate], quoted: float | None) -> dict[str, Any]:
    """How often a case came to what. ``quoted``: the figure of people told, to hold reach against.

    ``criteria`` counts seeds in which each was met in some month of performing; medians are over those that came so far,
    None where none did.
    """
    signed, started = [f for f in fates if f.signed], [f for f in fates if f.started]
    return {
        "seeds": len(fates),
        "designed": sum(bool(f.designed) for f in fates),
        "signed": len(signed),
        "delivered": len(started),
        "performed": sum(f.months_performing > 0 for f in fates),
        "transformative": sum(f.transformative is not None for f in fates),
        "not_signed": dict(Counter(f.reason or "open" for f in fates if not f.signed).most_common()),
        "months_to_agreement": middle([f.signed - 1 for f in signed if f.signed]),
        "months_to_delivery": middle([f.started - 1 for f in started if f.started]),
        "days_to_signing": middle([f.days_to_signing for f in signed if f.days_to_signing is not None]),
        "people_most": middle([f.people_most for f in started]),
        "people_as_quoted": None if quoted is None else sum(f.people_most >= quoted for f in fates),
        "criteria": {name: sum(f.criteria[name] > 0 for f in fates) for name in CRITERIA},
        "government_joined": sum(f.designed.get("government", False) for f in fates),
        "civil_joined": sum(f.designed.get("civil", False) for f in fates),
    }


def middle(values: Sequence[float]) -> float | None:
    """The median, None of nothing."""
    return float(median(values)) if values else None


def changed(here: Sequence[Fate], there: Sequence[Fate]) -> dict[str, Any]:
    """What another policy changed, seed by seed: in how many seeds more and in how many less."""
    pairs = list(zip(here, there, strict=True))
    both = [(a, b) for a, b in pairs if a.signed and b.signed]
    return {
        "same_course": sum(a.course == b.course for a, b in pairs),
        "signed": more_and_less([(a.signed is not None, b.signed is not None) for a, b in pairs]),
        "transformative": more_and_less([(a.transformative is not None, b.transformative is not None) for a, b in pairs]),
        "signed_in_both": len(both),
        "months_to_agreement": more_and_less([(a.signed, b.signed) for a, b in both]),
        "days_to_signing": more_and_less([(a.days_to_signing, b.days_to_signing) for a, b in both]),
        "months_performing": more_and_less([(a.months_performing, b.months_performing) for a, b in pairs]),
        "people_most": more_and_less([(a.people_most, b.people_most) for a, b in pairs]),
    }


def more_and_less(pairs: Sequence[tuple[Any, Any]]) -> tuple[int, int]:
    """In how many pairs the second is more, and in how many less."""
    return sum(b > a for a, b in pairs), sum(b < a for a, b in pairs)


def counted_contacts(found: Sequence[Contacts]) -> dict[str, Any]:
    """What contacts changed for their entity, seed by seed: more and less with the case than without, and medians of both."""
    out: dict[str, Any] = {"seeds": len(found)}
    for name in ("known", "insiders", "skill", "signed"):
        pairs = [(getattr(c, name)[1], getattr(c, name)[0]) for c in found]
        out[name] = {
            "with": middle([b for _, b in pairs]),
            "without": middle([a for a, _ in pairs]),
            "more_and_less": more_and_less(pairs),
        }
    return out
