"""The compact table of a comparison for a terminal."""

from __future__ import annotations

import math
import textwrap

import pandas as pd

from partnersim.study import words
from partnersim.study.comparison import Comparison
from partnersim.study.paired import LEVEL

WIDTH = 100
ROW = "{:<27}{:>9}{:>11} {:<20}{:>6}{:>6} {:<19}"


def format_table(comparison: Comparison) -> str:
    """The headline outcomes and their parts, a block per scenario, at most 100 columns wide.

    Headline rows (marked *) carry simultaneous intervals and are judged by them; the parts' intervals hold one at a
    time.
    """
    head = comparison.headline().set_index(["scenario", "outcome"])
    table = comparison.table.set_index(["scenario", "outcome"])
    worth = is_worth_a_line(table)
    lines = []
    for scenario in comparison.others:
        lines += _wrapped(f"{_entitled(comparison, scenario)}, against {_entitled(comparison, comparison.reference)}")
        lines += [ROW.format("", "reference", "mean", f"{LEVEL:.0%} interval", "fewer", "other", "").rstrip()]
        lines += [ROW.format("", "mean", "difference", "of the mean", "runs", "sign", "reading").rstrip()]
        lines += ["-" * WIDTH]
        for headline, parts in words.PARTS.items():
            lines += [f"{words.label(headline)}: {words.UNITS[headline]}"]
            for outcome in parts:
                row = table.loc[(scenario, outcome)].copy()
                if outcome == headline:
                    row[["low", "high"]] = head.loc[(scenario, outcome), ["low", "high"]]
                if outcome == headline or worth[scenario, outcome]:
                    lines += [_line(outcome, row, outcome == headline)]
        lines += [""]
    return "\n".join([*lines, *_notes(comparison, head)])


def is_worth_a_line(table: pd.DataFrame) -> pd.Series:
    """Whether either scenario has anything of an outcome, row by row: a desk that nobody has is left out."""
    return (table["reference_mean"] != 0) | (table["other_mean"] != 0)


def _line(outcome: str, row: pd.Series, is_headline: bool) -> str:
    reduction = row["variance_reduction"]
    shares = row["other_sign_share"]
    return ROW.format(
        f"{'*' if is_headline else ' '} {words.label(outcome)[:25]}",
        words.number(row["reference_mean"]),
        *words.measured(row["difference"], row["low"], row["high"]),
        "n/a" if math.isnan(reduction) else f"x{words.number(reduction)}",
        "n/a" if math.isnan(shares) else f"{shares:.0%}",
        words.judged(row["low"], row["high"], outcome),
    ).rstrip()


def _notes(comparison: Comparison, head: pd.DataFrame) -> list[str]:
    bad = head.xs("incidents", level="outcome")
    years = ", ".join(f"{words.number(row.other_bad_year)} in {name}" for name, row in bad.iterrows())
    reference = words.number(bad["reference_bad_year"].iloc[0])
    missing = int(head["missing"].max())
    notes = [
        f"{comparison.described()} M: million, bn: thousand million.",
        f"* judged together: simultaneous {LEVEL:.0%} intervals over the headline outcomes of all scenarios.",
        *(
            ["  The data decided on the number of seeds, which these intervals allow for."]
            if comparison.intervals is not None
            else []
        ),
        "  Other rows hold one at a time. Shares are 0 to 1; days are staff-days a year.",
        "fewer runs: how many times fewer than with independent seeds. other sign: pairs against the mean.",
        f"Incidents in a bad year (95th percentile of seed-years): {reference} in {comparison.reference}; {years}.",
    ]
    if missing:
        notes.append(f"Up to {missing} pairs had no number in a headline outcome (nothing to divide by) and are left out.")
    return [line for note in notes for line in _wrapped(note)]


def _entitled(comparison: Comparison, scenario: str) -> str:
    title = comparison.runs[scenario].scenario.title
    return f"{scenario} ({title})" if title else scenario


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ")
