"""The table of checks in words: for the screen, for the folder of results, and for docs/validation.md."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping

import pandas as pd

from partnersim.english import counted, listed
from partnersim.study.page import markdown
from partnersim.study.words import rounded
from partnersim.validation.targets import Pattern
from partnersim.validation.validate import summary
from partnersim.validation.verdicts import ABSENT, MET

MINUS = "\N{MINUS SIGN}"
WIDTH = 100
NEEDED = ("V7", "V11", "V12", "V13")
"""Patterns that decide whether the model is worth anything."""


def measured(row: pd.Series) -> str:
    """``0.83 (0.80 to 0.86)``, in the unit of the check; a dash where nothing was measured."""
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    if math.isnan(value):
        return "\N{EN DASH}"
    if low == high or math.isnan(low):
        return f"{value:.3g}".replace("-", MINUS)
    texts = [text.replace("-", MINUS) for text in rounded((value, low, high), (high - low) / 2)]
    return f"{texts[0]} ({texts[1]} to {texts[2]})"


def judged(row: pd.Series) -> str:
    """The verdict, with the reason where it is not met."""
    return str(row["verdict"]) + (f": {row['reading']}" if row["reading"] else "")


def counts(patterns: Mapping[str, Pattern], checks: pd.DataFrame) -> list[str]:
    """How many patterns and tensions are met, which emerged, wholly or in some check, and which are not in the model."""
    table = summary(patterns, checks).set_index("pattern")
    some = set(checks["pattern"][checks["label"] == "emerged"])
    said = []
    for letter, kind in (("V", "pattern"), ("T", "tension")):
        part = table[table.index.str.startswith(letter)]
        if part.empty:
            continue
        held = part[part["verdict"] == MET]
        emerged = held[held["label"] == "emerged"]
        absent = part[part["verdict"] == ABSENT]
        text = f"{len(held)} of {counted(len(part), kind)} met"
        text += f", {len(emerged)} of them emerged ({listed(list(emerged.index))})" if len(emerged) else ", none of them emerged"
        partly = [name for name in held.index if held["label"][name] != "emerged" and name in some]
        text += f", {len(partly)} in part ({listed(partly)})" if partly else ""
        text += f"; not in the model: {listed(list(absent.index))}" if len(absent) else ""
        said.append(text + ".")
    needed = table[table.index.isin(NEEDED)]
    if len(needed):
        said.append(f"Of those that decide: {', '.join(f'{name} {row.verdict}' for name, row in needed.iterrows())}.")
    whole = checks[checks["verdict"] != ABSENT]
    unclear = whole["reading"].str.startswith("not clear").sum()
    said.append(
        f"{counted((whole['verdict'] == MET).sum(), 'check')} met of {len(whole)} measured; {unclear} of the rest not clear."
    )
    return said


def screen(patterns: Mapping[str, Pattern], checks: pd.DataFrame) -> str:
    """The table for a terminal, at most WIDTH columns wide."""
    lines = []
    table = summary(patterns, checks).set_index("pattern")
    for name, pattern in patterns.items():
        verdict = table.loc[name, "verdict"]
        lines += textwrap.wrap(f"{name} {pattern.title}: {verdict} ({pattern.label})", WIDTH, subsequent_indent="    ")
        for _, row in checks[checks["pattern"] == name].iterrows():
            unit = "" if row["unit"] in ("share", "ratio") else f" {row['unit']}"
            text = f"{row['says']}: {measured(row)}{unit}, target {row['target']}; {judged(row)}"
            lines += textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="      ")
    return "\n".join([*lines, "", *(line for text in counts(patterns, checks) for line in textwrap.wrap(text, WIDTH))])


def blocks(patterns: Mapping[str, Pattern], checks: pd.DataFrame) -> dict[str, str]:
    """What goes into the page, by the name of its place: ``verdicts``, ``patterns``, ``tensions``."""
    verdicts = summary(patterns, checks)
    verdicts["title"] = [f"{name} {title}" for name, title in zip(verdicts["pattern"], verdicts["title"], strict=True)]
    head = verdicts.drop(columns="pattern").rename(columns={"title": "pattern", "checks": "checks met"})
    found = {"verdicts": "\n".join(f"- {text}" for text in counts(patterns, checks)) + "\n\n" + markdown(head)}
    for name, letter in (("patterns", "V"), ("tensions", "T")):
        found[name] = details({k: p for k, p in patterns.items() if k[0] == letter}, checks)
    return found


def details(patterns: Mapping[str, Pattern], checks: pd.DataFrame) -> str:
    """A table of checks, and why each pattern bears its label."""
    part = checks[checks["pattern"].isin(patterns)]
    rows = pd.DataFrame(
        {
            "": part["pattern"],
            "what": part["says"],
            "target (range)": [f"{row.target}{_range(row)}" for row in part.itertuples()],
            "source": [_source(row.source) for row in part.itertuples()],
            "model": [measured(row) for _, row in part.iterrows()],
            "unit": part["unit"],
            "label": part["label"],
            "verdict": [judged(row) for _, row in part.iterrows()],
        }
    )
    why = "\n".join(f"- **{name}** ({pattern.label}): {pattern.why}" for name, pattern in patterns.items())
    return f"{markdown(rows)}\n\n{why}"


def _source(text: str) -> str:
    return text.partition(":")[0].partition(" (")[0]


def _range(row: object) -> str:
    """The range in brackets where the target is a number with two ends."""
    least, most = row.least, row.most  # type: ignore[attr-defined]
    return "" if math.isinf(least) or math.isinf(most) else f" ({least:g} to {most:g})".replace("-", MINUS)
