"""Are the intervals as narrow as somebody needs them; and if not, how many seeds would do?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from partnersim.study import words
from partnersim.study.files import StudyError
from partnersim.study.sequential import Precision

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part
    from partnersim.study.amounts import Amount

JUDGED = {"scenarios": "headline", "factorial": "effects"}
"""Tables whose intervals are held against what is asked, by kind of study: differences of scenarios, main effects of levers."""


def require_precision(brief: Brief, asked: str) -> None:
    """``StudyError`` where an interval is wider than asked; says how many seeds would do.

    ``asked``: half-widths such as ``2%`` of the reference's mean for the headline outcomes, or ``transaction_cost=1%,
    incidents=0.2``, as :meth:`Precision.parse` reads them.
    """
    wanted = Precision.parse(asked).wanted
    for kind, name in JUDGED.items():
        for part in brief.of_kind(kind):
            found = brief.table(part, name)
            if found is not None:
                rows = found[1][found[1]["outcome"].isin(list(wanted))]
                _require(rows if "second" not in rows else rows[rows["second"] == ""], wanted, part, asked)


def _require(rows: pd.DataFrame, wanted: Mapping[str, Amount], part: Part, asked: str) -> None:
    """The same of the rows of one table."""
    half = (rows["high"] - rows["low"]) / 2
    excess = half / [wanted[o].of(mean) for o, mean in zip(rows["outcome"], rows["reference_mean"], strict=True)]
    if not len(rows) or not excess.max() > 1:
        return
    worst = excess.idxmax()
    row, needed = rows.loc[worst], math.ceil(rows.loc[worst, "runs"] * excess[worst] ** 2)
    width = f"{words.number(half[worst])} {words.UNITS[row['outcome']]}"
    share = words.number(100 * half[worst] / abs(row["reference_mean"]))
    raise StudyError(
        f"{part.folder}: {row['runs']:,.0f} seeds give {words.label(row['outcome']).lower()} of {row['name']} an interval of "
        f"half-width {width}, {share}% of the reference; asked is {asked}. About {needed:,} "
        f"seeds would do: write seeds = {needed} in the study file, and say "
        f"`partnersim study expand {part.folder / 'study.toml'} --out {part.folder}`."
    )
