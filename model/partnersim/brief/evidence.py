"""How strong the evidence on a scenario is, by a rule that the page states, over all studies of a brief."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from partnersim.brief import backfire
from partnersim.languages.speaking import listed
from partnersim.ledger import HEADLINES
from partnersim.study import words

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief

SAME_SIDE = 0.9
"""Share of calibrated worlds that must be on the same side for evidence to be clear."""


@dataclass(frozen=True)
class Evidence:
    """How strong the evidence on a scenario is. ``strength``: helps, harms, mixed or none; ``reason``: why, in a sentence."""

    strength: str
    reason: str
    backfires: bool = False

    def badge(self, brief: Brief) -> str:
        """In two or three words."""
        text = brief.say(f"evidence.{self.strength}")
        return f"{text}{brief.say('word.semicolon')}{brief.say('evidence.backfires')}" if self.backfires else text


def evidence(brief: Brief, name: str) -> Evidence:
    """Of one scenario that a study of the brief compares, over all studies."""
    rows = headline(brief, name)[1]
    verdicts = dict(zip(rows["outcome"], rows["verdict"], strict=True))
    better = [o for o in HEADLINES if verdicts.get(o) in words.CLEAR and verdicts[o] == words.BETTER[o]]
    worse = [o for o in HEADLINES if verdicts.get(o) in words.CLEAR and verdicts[o] != words.BETTER[o]]
    backfires = bool(regions(brief, name))
    if not better and not worse:
        return Evidence("none", brief.say("evidence.why_none"), backfires)
    doubts = {outcome: _doubt(brief, name, outcome, outcome in better) for outcome in [*better, *worse]}
    up, down = ([outcome for outcome in some if not doubts[outcome]] for some in (better, worse))
    strength = "helps" if up and not worse else "harms" if down and not better else "mixed"
    why = strength if strength != "mixed" else "mixed_both" if better and worse else "mixed_open"
    moved = {"better": better, "worse": worse, "moved": [*better, *worse]}
    lists = {key: listed([brief.say(f"label.{o}") for o in outcomes]) if outcomes else "" for key, outcomes in moved.items()}
    said = [brief.say(f"evidence.why_{why}", **lists), *filter(None, doubts.values())]
    if up or down:
        is_asked = len(in_worlds(brief, "robustness", calibrated=True)) > 0
        said.append(brief.say("evidence.holds" if is_asked else "evidence.not_asked", share=f"{SAME_SIDE:.0%}"))
    return Evidence(strength, brief.sentences(*said), backfires)


def _doubt(brief: Brief, name: str, outcome: str, is_better: bool) -> str:
    """Why a clear difference at the default numbers does not count; empty where it does."""
    told = brief.say(f"label.{outcome}")
    for table in in_worlds(brief, "robustness", calibrated=True):
        rows = table[(table["policy"] == name) & (table["outcome"] == outcome) & (table["measure"] == "no_worse")]
        share = rows["value"].iloc[0] if is_better else 1 - rows["value"].iloc[0]
        if share < SAME_SIDE:
            return brief.say("evidence.few_worlds", outcome=told, share=f"{share:.0%}")
    for table in in_worlds(brief, "headline", calibrated=False):
        rows = table[(table["scenario"] == name) & (table["outcome"] == outcome)]
        verdict = rows["verdict"].iloc[0]
        if verdict in words.CLEAR and (verdict == words.BETTER[outcome]) != is_better:
            return brief.say("evidence.turns", outcome=told)
    return ""


def in_worlds(brief: Brief, name: str, calibrated: bool) -> list[pd.DataFrame]:
    """A table of studies in worlds that are calibrated, or drawn over whole ranges."""
    parts = [part for part in brief.of_kind("worlds") if part.is_calibrated == calibrated]
    return [found[1] for part in parts if (found := brief.table(part, name)) is not None]


def headline(brief: Brief, name: str) -> tuple[str, pd.DataFrame]:
    """Headline rows of a scenario with the name of their table, of the first study that compares it."""
    for part in brief.of_kind("scenarios"):
        found = brief.table(part, "headline")
        if found and (found[1]["scenario"] == name).any():
            return found[0], found[1][found[1]["scenario"] == name]
    raise KeyError(name)


def regions(brief: Brief, name: str) -> list[str]:
    """Sentences on confirmed regions in which a scenario does harm."""
    return [
        backfire.sentence_of(brief, part, row)
        for part in brief.of_kind("worlds")
        for _, row in backfire.confirmed(brief, part, name).iterrows()
    ]
