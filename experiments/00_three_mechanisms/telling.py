"""What the tables say, in sentences and in the tables of the page. No sentence claims what its interval does not hold."""

from __future__ import annotations

import math

import pandas as pd

from partnersim.study.page import interval, markdown
from partnersim.study.words import label, number, verdict
from partnersim.validation.mechanisms.coordination import BYPASS, SHOWN, TIMES, WORLDS
from partnersim.validation.mechanisms.screening import FILES, MONTHLY, RULES
from partnersim.validation.mechanisms.volume import JUDGED, OTHERS, VOLUMES, WAYS

Tables = dict[str, pd.DataFrame]
NAMES = {
    "veto": "veto, at once",
    "exposed_by_bad_firm": "Entities tied",
    "exposed_by_bad_firm_variance": "Variance",
    "exposed_three_share": "Three or more",
    "largest_cascade": "Largest cascade",
    "let_in_share": "An entity\nlets it in",
    "all_in_share": "All who checked\nlet it in",
    "incidents": "Incidents",
    "incident_events": "Public events",
}
PERCENT = "\N{NO-BREAK SPACE}%"
SMALL, LARGE = str(TIMES[0]), str(TIMES[-1])


def told(row: pd.Series, unit: str = "", scale: float = 1.0) -> str:
    """``+1.2 (0.4 to 2.0)``, with a word where the interval holds zero."""
    row = row[["difference", "low", "high"]].astype(float) * scale
    return interval(row, unit) + ("" if verdict(row["low"], row["high"]) in ("lower", "higher") else ", not clear")


def screening_findings(tables: Tables) -> list[str]:
    """Fixed attempts; firms that several entities considered; all firms."""
    exact = tables["screening_attempts"].set_index(["rule", "quantity"])["closed_form"]
    judged = tables["screening_month"].set_index(["rule", "outcome"])
    fixed = [f"{name} {exact[name, 'mean']:.2f} and {exact[name, 'all_three']:.0%}" for name in RULES]
    base = judged.loc[("reused", "exposed_by_bad_firm"), "independent"]
    means = [f"{name} {told(judged.loc[(name, 'exposed_by_bad_firm')], PERCENT, 100 / base)}" for name in RULES[1:]]
    reused, pooled = (
        {o: told(judged.loc[(name, o)], " points", 100) for o in ("all_in_share", "let_in_share")}
        for name in ("reused", "pooled")
    )
    return [
        f"Of three entities exposed, and chance of all three: {', '.join(fixed)}.",
        f"Bad firms that several checked: with reuse all let it in {reused['all_in_share']}, each {reused['let_in_share']}; "
        f"pooled each {pooled['let_in_share']}.",
        f"Entities tied per bad firm: {'; '.join(means)}.",
    ]


def coordination_findings(tables: Tables) -> list[str]:
    """What a small and a large desk do to agreements signed, by world."""
    table = tables["coordination"].set_index(["world", "times", "bypass", "outcome"])
    said = []
    for world in WORLDS:
        parts = []
        for times, size in ((SMALL, "a quarter of its load"), (LARGE, "four times")):
            values = [f"{told(table.loc[(world, float(times), b, 'signed')], PERCENT)}" for b in (BYPASS[0], BYPASS[-1])]
            parts.append(f"{size} {values[0]} without bypass and {values[1]} with the easiest")
        said.append(f"Signed, {world}: desk at {'; at '.join(parts)}.")
    return said


def volume_findings(tables: Tables) -> list[str]:
    """Elasticities, their difference, and the depth of checks."""
    slopes = tables["volume_elasticity"].set_index(["way", "outcome"])["difference"]
    less = tables["volume_difference"].set_index(["way", "outcome"])
    depth = tables["volume"].set_index(["way", "outcome", "volume"])["mean"]
    values = ", ".join(f"{slopes[way, 'incidents']:.2f} {way}" for way in WAYS)
    days = [f"{depth['fixed', 'days_per_check', v]:.1f}" for v in (VOLUMES[0], VOLUMES[-1])]
    return [
        f"Elasticity of incidents to live partnerships, by screening days: {values}.",
        f"Fixed less in proportion {told(less.loc[('in proportion', 'incidents')])}; "
        f"less the same depth {told(less.loc[('same depth', 'incidents')])}.",
        f"With fixed days a check takes {days[0]} days at the smallest volume and {days[1]} at the largest.",
    ]


def screening_block(tables: Tables) -> str:
    """Sentences and tables of finding 1."""
    attempts = tables["screening_attempts"].pivot(index="rule", columns="quantity")
    order = list(dict.fromkeys(tables["screening_attempts"]["rule"]))
    rows = pd.DataFrame({"rule": [NAMES.get(name, name) for name in order]})
    for quantity, title in (
        ("mean", "mean exposed of three"), ("all_three", "all three exposed"),
        ("variance", "variance"), ("sound_blocked", "sound firm blocked"),
    ):  # fmt: skip
        both = [attempts.loc[name, [("closed_form", quantity), ("engine", quantity)]] for name in order]
        rows[f"{title}: model / engine"] = [f"{a:.3f} / {b:.3f}" for a, b in both]
    judged = tables["screening_month"].set_index(["rule", "outcome"])
    month = pd.DataFrame({"in the full month": [NAMES[o].replace("\n", " ") for o in (*MONTHLY, *FILES)]})
    month["independent"] = [number(judged.loc[("reused", o), "independent"]) for o in (*MONTHLY, *FILES)]
    for name in RULES[1:]:
        month[f"{name}: difference"] = [
            interval(judged.loc[(name, o)]) if (name, o) in judged.index else "" for o in (*MONTHLY, *FILES)
        ]
    facts = tables["screening_files"].set_index(["rule", "fact"])["value"]
    why = (
        "Of the bad firms that any entity has a valid check of under independent checks, "
        f"{facts['independent', 'considered_by_one']:.0%} were considered by one entity only and "
        f"{facts['independent', 'considered_by_three']:.1%} by three or more."
    )
    return "\n\n".join([*_bullets(screening_findings(tables)), markdown(rows), markdown(month), why])


def _bullets(sentences: list[str]) -> list[str]:
    return ["\n".join(f"- {text}" for text in sentences)]


def coordination_block(tables: Tables) -> str:
    """Sentences, the effect of the smallest and largest desk, crossings, and causes."""
    table = tables["coordination"].set_index(["world", "times", "bypass", "outcome"])
    cross = tables["coordination_crossing"].set_index(["world", "bypass", "outcome"])
    rows = []
    for world in WORLDS:
        for outcome in SHOWN:
            for b in BYPASS:
                ends = [interval(table.loc[(world, float(t), b, outcome)], PERCENT) for t in (SMALL, LARGE)]
                crossed = _crossing(cross.loc[(world, b, outcome)]) if outcome != "months_to_agreement" else "it has none"
                rows.append((world, label(outcome).lower(), f"{b:g}", *ends, crossed))
    effects = pd.DataFrame(
        rows, columns=["world", "outcome", "bypass", "desk at 0.25 of load", "at 4 times", "zero at (times load)"]
    )
    causes = tables["coordination_causes"].set_index(["world", "outcome"])
    order = list(dict.fromkeys(tables["coordination_causes"]["outcome"]))
    why = pd.DataFrame({"desk at which nothing waits, in a world": list(dict.fromkeys(tables["coordination_causes"]["world"]))})
    for outcome in order:
        why[label(outcome).lower()] = [interval(causes.loc[(w, outcome)], PERCENT) for w in why.iloc[:, 0]]
    loads = ", ".join(f"{row.load:.0f} ({row.world})" for row in tables["coordination_load"].itertuples())
    load = f"Load that entities bring to the desk, staff-days a month of the real system: {loads}; the lever's default is 240."
    return "\n\n".join([*_bullets(coordination_findings(tables)), load, markdown(effects), markdown(why)])


def _crossing(row: pd.Series) -> str:
    if math.isinf(row["times"]):
        return f"none up to 4 (in {1 - row['resamples_crossing']:.0%} of resamples)"
    ends = ["below 0.25" if e == 0 else "beyond 4" if math.isinf(e) else f"{e:.2f}" for e in (row["low"], row["high"])]
    return f"{'below 0.25' if row['times'] == 0 else format(row['times'], '.2f')} ({ends[0]} to {ends[1]})"


def volume_block(tables: Tables) -> str:
    """Sentences, levels and elasticities of finding 3."""
    table = tables["volume"].set_index(["way", "outcome", "volume"])
    levels = ("live", "incidents", "incident_events", "days_per_check", "months_to_agreement")
    rows = [
        (
            way,
            f"{v:g}",
            f"{table.loc[(way, 'live', v), 'screening_share']:.3f}",
            *(number(table.loc[(way, o, v), "mean"]) for o in levels),
        )
        for way in WAYS
        for v in VOLUMES
    ]
    columns = ["screening days", "staff time", "share of HQ time for checks", *(label(o).lower() for o in levels)]
    slopes, less = (tables[f"volume_{name}"].set_index(["way", "outcome"]) for name in ("elasticity", "difference"))
    elastic = pd.DataFrame({"elasticity to live partnerships": [*WAYS, *(f"fixed less {way}" for way in OTHERS)]})
    for o in (*JUDGED, "days_per_check"):
        below = [interval(less.loc[(way, o)]) if o in JUDGED else "" for way in OTHERS]
        elastic[label(o).lower()] = [*(interval(slopes.loc[(way, o)]).lstrip("+") for way in WAYS), *below]
    return "\n\n".join([*_bullets(volume_findings(tables)), markdown(elastic), markdown(pd.DataFrame(rows, columns=columns))])


def summary_block(tables: Tables) -> str:
    """One line a pattern: did it emerge, by intervals alone."""
    month = tables["screening_month"].set_index(["rule", "outcome"])
    table = tables["coordination"].set_index(["world", "times", "bypass", "outcome"])
    slopes, less = (tables[f"volume_{name}"].set_index(["way", "outcome"]) for name in ("elasticity", "difference"))

    def is_so(row: pd.Series, wanted: str) -> bool:
        return verdict(row["low"], row["high"]) == wanted

    kept = not is_so(month.loc[("reused", "exposed_by_bad_firm")], "higher") and not is_so(
        month.loc[("reused", "exposed_by_bad_firm")], "lower"
    )
    fatter = is_so(month.loc[("reused", "all_in_share")], "higher")
    everywhere = is_so(month.loc[("reused", "exposed_by_bad_firm_variance")], "higher")
    pooled, veto = (is_so(month.loc[(n, "exposed_by_bad_firm")], "lower") for n in ("pooled", "veto"))
    rows = [
        ("reuse keeps mean exposure", _yes(kept)),
        (
            "reuse fattens the tail among bad firms that several entities checked / over all",
            f"{_yes(fatter)} / {_yes(everywhere)}",
        ),
        ("pooling / a veto lowers mean exposure", f"{_yes(pooled)} / {_yes(veto)}"),
    ]
    for world in WORLDS:
        small = all(is_so(table.loc[(world, float(SMALL), b, "signed")], "lower") for b in BYPASS)
        large = [all(is_so(table.loc[(world, float(LARGE), b, o)], "higher") for b in BYPASS) for o in ("signed", "performing")]
        rows.append((f"{world}: a small desk lowers agreements signed at every bypass", _yes(small)))
        rows.append((f"{world}: a large desk raises signed / performing at every bypass", " / ".join(map(_yes, large))))
    rows.append(
        (
            "incidents grow faster with fixed screening days than in proportion / at the same depth",
            " / ".join(_yes(is_so(less.loc[(way, "incidents")], "higher")) for way in ("in proportion", "same depth")),
        )
    )
    rows.append(("checks get shallower under load", _yes(is_so(slopes.loc[("fixed", "days_per_check")], "lower"))))
    return markdown(pd.DataFrame(rows, columns=["expected", "clear in the results"]))


def _yes(is_clear: bool) -> str:
    return "yes" if is_clear else "no"


BLOCKS = {"summary": summary_block, "screening": screening_block, "coordination": coordination_block, "volume": volume_block}
