"""Amounts that users ask for: in an outcome's unit (``0.5``) or as a share of a mean (``1%``)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from partnersim.ledger import OUTCOMES
from partnersim.study.files import StudyError

ALLOWED = 'allowed are a share of the mean such as "1%", or a number above zero in the outcome\'s unit such as 0.5'


@dataclass(frozen=True)
class Amount:
    """``size`` in the outcome's unit, or (``is_share``) as a share of a mean: 0.01 is one per cent."""

    size: float
    is_share: bool = False

    @classmethod
    def parse(cls, value: object, what: str) -> Amount:
        """Read ``"1%"``, ``"0.5"`` or 0.5. ``StudyError``, which begins with ``what``, for all that is no amount above zero."""
        if isinstance(value, Amount):
            return value
        text = value.strip() if isinstance(value, str) else value
        is_share = isinstance(text, str) and text.endswith("%")
        try:
            if isinstance(text, bool) or not isinstance(text, str | int | float):
                raise ValueError
            size = float(text.removesuffix("%")) / 100 if isinstance(text, str) and is_share else float(text)
        except (ValueError, OverflowError):
            raise StudyError(f"{what} is {_shown(value)}; {ALLOWED}.") from None
        if not 0 < size < math.inf:
            raise StudyError(f"{what} is {_shown(value)}; {ALLOWED}.")
        return cls(size, is_share)

    def of(self, mean: float) -> float:
        """The amount in the outcome's unit where the mean it may be a share of is ``mean``; 0 for a share of zero."""
        return self.size * abs(mean) if self.is_share else self.size

    def __str__(self) -> str:
        return f"{self.size * 100:.10g}%" if self.is_share else f"{self.size:.10g}"


def checked_outcome(name: object) -> str:
    """``name`` where it is an outcome's; else ``StudyError`` with the nearest names."""
    names = [outcome.name for outcome in OUTCOMES]
    if name in names:
        return str(name)
    from partnersim.scenario.reading import unknown

    raise StudyError(f"{unknown('outcome', str(name), names)}.")


def _shown(value: object) -> str:
    return f'"{value[:40]}"' if isinstance(value, str) else repr(value)[:40]
