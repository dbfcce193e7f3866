"""How contributions to a channel combine, compiled: kept apart from the table, which is read without the compiler."""

from __future__ import annotations

import math

from partnersim.compiled import compiled


@compiled
def fold(rule, baseline, today, value, intensity):
    """Value of a channel after one more contribution.

    ``rule`` is a :class:`Rule`; ``baseline`` and ``today`` are in the channel's unit; ``intensity`` is in 0-1 and
    zero returns ``today`` untouched.
    """
    if intensity == 0.0:
        return today
    if rule == 0:
        return today * math.exp(intensity * math.log(value))
    if rule == 1:
        return today + intensity * value
    if rule == 2:
        return 1.0 - (1.0 - today) * (1.0 - intensity * value)
    level = baseline + intensity * (value - baseline)
    if rule == 3:
        return max(today, level)
    return min(today, level)


@compiled
def recompute(now, base, bounds, rows, values, intensity, adopted):
    """Rebuild every channel from its baseline.

    ``now`` and ``base``: float (member, channel); ``bounds``: (channel, 2); ``rows``: int (contribution, 5) of channel,
    rule, policy, and first and last-but-one member of the channel's axis, in the order of lever names; ``values``:
    (contribution,); ``intensity``: (policy,) of this month; ``adopted``: bool (policy, member).
    """
    for m in range(now.shape[0]):
        for c in range(now.shape[1]):
            now[m, c] = base[m, c]
    for k in range(rows.shape[0]):
        c, rule, policy = rows[k, 0], rows[k, 1], rows[k, 2]
        for m in range(rows[k, 3], rows[k, 4]):
            if adopted[policy, m]:
                now[m, c] = fold(rule, base[m, c], now[m, c], values[k], intensity[policy])
    for k in range(rows.shape[0]):
        c = rows[k, 0]
        for m in range(rows[k, 3], rows[k, 4]):
            now[m, c] = min(max(now[m, c], bounds[c, 0]), bounds[c, 1])
