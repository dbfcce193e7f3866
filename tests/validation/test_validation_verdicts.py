"""Verdicts from estimates with intervals: every one can come out, and none is given without its interval."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from partnersim.validation import telling
from partnersim.validation.targets import Check, Pattern
from partnersim.validation.validate import optimum, summary, table
from partnersim.validation.verdicts import reading, together, verdict

INF = math.inf


@pytest.mark.parametrize(
    ("low", "high", "least", "most", "wanted", "why"),
    [
        (0.70, 0.74, 0.67, 0.77, "met", ""),
        (0.60, 0.66, 0.67, 0.77, "missed", "below the range"),
        (0.80, 0.84, 0.67, 0.77, "missed", "above the range"),
        (0.70, 0.80, 0.67, 0.77, "missed", "not clear: the interval reaches beyond the range"),
        (0.75, 0.85, 0.67, 0.77, "missed", "not clear: the interval reaches into the range"),
        (0.1, 0.3, 0.0, INF, "met", ""),
        (0.0, 0.3, 0.0, INF, "missed", "not clear: the interval reaches beyond the range"),
        (-0.3, 0.0, -INF, 0.0, "missed", "not clear: the interval reaches beyond the range"),
        (-0.3, -0.1, -INF, 0.0, "met", ""),
        (0.67, 0.77, 0.67, 0.77, "met", ""),
        (math.nan, math.nan, 0.0, INF, "missed", "too few runs for an interval"),
    ],
)
def test_a_check_is_met_only_where_its_whole_interval_lies_in_the_range(low, high, least, most, wanted, why):
    value = 0.2 if math.isnan(low) else (low + high) / 2
    assert (verdict(low, high, least, most), reading(value, low, high, least, most)) == (wanted, why)


def test_nothing_to_divide_by_is_missed():
    assert reading(math.nan, math.nan, math.nan, 0, 1) == "nothing to divide by"
    assert verdict(math.nan, math.nan, 0, 1) == "missed"


def test_a_pattern_takes_the_worst_of_its_checks():
    assert together(["met", "met"]) == "met"
    assert together(["met", "not in the model"]) == "not in the model"
    assert together(["missed", "not in the model", "met"]) == "missed"


def _pattern(name: str, *ranges: tuple[float, float], label: str = "emerged") -> Pattern:
    checks = tuple(Check(f"check {i}", "measure", "x", "t", *ends, "share", label) for i, ends in enumerate(ranges))
    return Pattern(name, f"title of {name}", "S1", label, "because", checks)


@pytest.fixture
def judged() -> tuple[dict[str, Pattern], pd.DataFrame]:
    patterns = {p.id: p for p in (_pattern("V1", (0, 1)), _pattern("V2", (0, 1), (0, 0.1)), _pattern("T1", (0, 1), (0, INF)))}
    row = pd.Series({"difference": 0.5, "low": 0.4, "high": 0.6, "runs": 9})
    rows = {("V1", 0): row, ("V2", 0): row, ("V2", 1): row, ("T1", 0): row}
    return patterns, table(patterns, rows, {("T1", 1): "there is no lever x in the library"})


def test_the_table_holds_each_verdict(judged):
    patterns, checks = judged
    assert checks["verdict"].tolist() == ["met", "met", "missed", "met", "not in the model"]
    assert summary(patterns, checks)["verdict"].tolist() == ["met", "missed", "not in the model"]
    assert summary(patterns, checks)["checks"].tolist() == ["1 of 1", "1 of 2", "1 of 2"]


def test_words_say_what_the_table_holds(judged):
    said = telling.screen(*judged)
    assert "V1 title of V1: met (emerged)" in said
    assert "1 of 2 patterns met, 1 of them emerged (V1)." in said
    assert "not in the model: there is no lever x in the library" in said
    page = telling.blocks(*judged)
    assert "above the range" in page["patterns"] and "| 0.50 (0.40 to 0.60) |" in page["patterns"]
    assert "not in the model: T1" in page["verdicts"]


def _sweep(peak: list[float], seeds: int = 40) -> dict[float, pd.Series]:
    luck = np.random.default_rng(5).normal(100.0, 5.0, seeds)
    noise = np.random.default_rng(6)
    return {float(i): pd.Series(luck + gain + noise.normal(0, 1, seeds)) for i, gain in enumerate(peak)}


def test_an_optimum_in_the_middle_is_told_from_a_slope():
    """Two-sided: an inverted U of 10 % against noise of 1 % is seen; a slope and a plain are not taken for one."""
    assert optimum(_sweep([0, 5, 10, 5, 0]))["low"] > 5
    assert optimum(_sweep([0, 3, 6, 9, 12]))["high"] < 0
    assert optimum(_sweep([0, 0, 0, 0, 0]))["low"] < 0
