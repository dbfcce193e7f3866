"""Packages of levers: the front, what a budget buys, the smallest that does most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from partnersim.brief.blocks import Section, Sentence

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part


def analyse(part: Part) -> tuple[dict[str, pd.DataFrame], list[str]]:
    return {}, []


def answer(brief: Brief, part: Part) -> list[Sentence]:
    return []


def sections(brief: Brief, part: Part) -> list[Section]:
    return []
