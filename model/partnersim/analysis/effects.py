"""What each lever does on average over the others, and what two do together: seed-blocked contrasts of a factorial.

Under common random numbers a seed is a block that all cells share. So each effect is a contrast of one seed's cells, a number
a seed, and its interval is that of a mean over seeds; what seeds have in common, however large, drops out (Box, Hunter and
Hunter 2005, Statistics for Experimenters, ch. 5 and 6; Kleijnen 2015, Design and Analysis of Simulation Experiments, ch. 2).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from partnersim.analysis.cells import Cells, contrasted, factorial_cells
from partnersim.ledger import HEADLINES
from partnersim.study import words
from partnersim.study.factorial import aliases
from partnersim.study.files import StudyError
from partnersim.study.paired import LEVEL, simultaneous

if TYPE_CHECKING:
    from partnersim.study.opened import OpenedStudy


def effects(study: OpenedStudy, outcomes: Sequence[str] = HEADLINES, pairs: bool = True, level: float = LEVEL) -> pd.DataFrame:
    """Main effects and interactions of two levers in a full or fractional factorial, averaged over worlds where these vary.

    A row an outcome and effect, for each outcome the main effects, then the pairs:

    - ``outcome, unit``; ``term``: ``a``, or ``a:b`` for a pair; ``first, second``: its levers, the second empty for one
    - ``estimate``: of a lever, mean over cells with it minus mean over cells without; of a pair, what the two do together
      beyond the sum of each alone, ``Y11 - Y10 - Y01 + Y00`` averaged over the other levers, which is twice the interaction
      of textbooks that halve it to give all effects one variance
    - ``low, high``: simultaneous with probability ``level`` in two families, one of all main effects of all ``outcomes``, one of
      all their pairs
    - ``percent, percent_low, percent_high``: of the ``mean`` of the whole design; NaN where that is zero
    - ``verdict``: in words, from the interval
    - ``aliased_with``: other main effects and pairs that the design cannot tell from this one, with ``-`` in front where they
      enter with the other sign; empty from resolution 5 on. Effects of three and more levers are never told apart
      from all others in a fraction
    - ``runs``: seeds used; ``missing``: seeds left out, since a cell of theirs has no number

    Raises :class:`StudyError` for a study without such a design, and for fewer than 3 whole seeds.
    """
    return effects_of(factorial_cells(study, outcomes), pairs, level)


def effects_of(cells: Cells, pairs: bool = True, level: float = LEVEL) -> pd.DataFrame:
    """The same of cells; ``unit`` is empty for an outcome that the model does not know."""
    confounded = aliased(cells.levels)
    seen = {outcome: cells.whole(outcome) for outcome in cells.values}
    tables = [_family(cells, seen, confounded, level, is_pair) for is_pair in ((False, True) if pairs else (False,))]
    table = pd.concat(tables, ignore_index=True)
    place = [list(seen).index(outcome) for outcome in table["outcome"]]
    return table.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)


def contrasts(signs: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Main effects (seeds x levers) and interactions (seeds x pairs, in the order of :func:`itertools.combinations`).

    ``signs``: cells x levers, -1 and +1, of a balanced design; ``values``: seeds x cells. Scaled as :func:`effects` says.
    """
    first, second = np.triu_indices(signs.shape[1], 1)
    n = len(signs)
    return contrasted(values, signs * (2 / n)), contrasted(values, signs[:, first] * signs[:, second] * (4 / n))


def _family(cells: Cells, seen: dict[str, np.ndarray], confounded: dict[str, str], level: float, is_pair: bool) -> pd.DataFrame:
    """All main effects of all outcomes, or all pairs, judged together."""
    chosen = list(itertools.combinations(cells.levers, 2)) if is_pair else [(name, "") for name in cells.levers]
    found = {o: pd.DataFrame(contrasts(cells.signs, values)[is_pair], index=cells.seeds) for o, values in seen.items()}
    judged = simultaneous(pd.concat(found, axis=1), level)
    outcomes, n = list(seen), len(chosen)
    terms = [f"{first}:{second}" if second else first for first, second in chosen]
    mean = np.repeat([float(np.nanmean(values)) for values in seen.values()], n)
    scale = 100 / np.where(mean == 0, math.nan, np.abs(mean))
    estimate, low, high, runs = (judged[name].to_numpy() for name in ("difference", "low", "high", "runs"))
    columns = {
        "outcome": [outcome for outcome in outcomes for _ in chosen],
        "unit": [words.UNITS.get(outcome, "") for outcome in outcomes for _ in chosen],
        "term": terms * len(outcomes),
        "first": [first for first, _ in chosen] * len(outcomes),
        "second": [second for _, second in chosen] * len(outcomes),
        "estimate": estimate,
        "low": low,
        "high": high,
        "percent": scale * estimate,
        "percent_low": scale * low,
        "percent_high": scale * high,
        "verdict": [words.verdict(*ends) for ends in zip(low, high, strict=True)],
        "aliased_with": [confounded[term] for term in terms] * len(outcomes),
        "mean": mean,
        "runs": runs,
        "missing": len(cells.seeds) - runs,
    }
    return pd.DataFrame(columns)


def aliased(levels: pd.DataFrame) -> dict[str, str]:
    """For each main effect and pair of a regular design (cells x levers) those it is confounded with, as in :func:`effects`."""
    table = aliases(levels)
    groups = {group: list(zip(rows["effect"], rows["sign"], strict=True)) for group, rows in table.groupby("group")}
    if unseen := groups.get(0):
        raise StudyError(f"The design cannot tell {unseen[0][0]} from the mean; take one of resolution 3 or more.")
    return {
        effect: ", ".join(f"{'-' if sign != other_sign else ''}{other}" for other, other_sign in groups[group] if other != effect)
        for effect, group, sign in zip(table["effect"], table["group"], table["sign"], strict=True)
    }


def interplay(outcome: str, verdict: str) -> str:
    """``helps`` or ``spoils`` for a clear interaction, by the outcome's good direction; empty where nothing can be said.

    Two levers that spoil each other may still do more together than either alone: what is said is only how the sum of the two
    misses what they do together.
    """
    better = words.BETTER.get(outcome, "none")
    if verdict not in words.CLEAR or better == "none":
        return ""
    return "helps" if verdict == better else "spoils"
