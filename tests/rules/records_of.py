"""Single records for rules to work on."""

from __future__ import annotations

import numpy as np

from partnersim.world import DTYPES


def record(kind: str, **fields: object) -> np.void:
    """One record of a kind with these fields, all others zero."""
    return records(kind, 1, **fields)[0]


def records(kind: str, n: int, **fields: object) -> np.ndarray:
    """``n`` records of a kind with these fields, all others zero; members of lists fill the first places."""
    table = np.zeros(n, dtype=DTYPES[kind])
    for name, value in fields.items():
        if table[name].ndim == 2:
            table[name][:, : np.shape(value)[-1]] = value
        else:
            table[name] = value
    return table
