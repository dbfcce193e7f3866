"""The reference table: key outcomes of the main scenarios in small worlds. Run as a script, it writes the table anew."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from partnersim.cli.studies import MAIN_SCENARIOS
from partnersim.simulate import simulate_many

FILE = Path(__file__).with_name("golden.csv")
COMMAND = "uv run python tests/reference/golden.py"
SEEDS, MONTHS, SIZE = (0, 1, 2), 36, "class"
OUTCOMES = (
    "transaction_cost",
    "months_to_agreement",
    "wasted_share",
    "duplicate_courting",
    "incidents",
    "exposed_by_bad_firm",
    "reach_all",
    "transformative_reach",
    "ideas",
    "signed",
    "performing",
    "skill",
    "reputation",
    "tie_density",
)
TOLERANCE = 1e-6
"""Relative. Processors and mathematics libraries may differ in a last bit; a decision that turns out otherwise for it, which
is rare, shows as a large difference."""

Table = dict[tuple[str, str, str], float]
"""Values by scenario, seed and outcome."""


def table() -> Table:
    """The table as the model gives it now."""
    runs = simulate_many(MAIN_SCENARIOS, SEEDS, MONTHS, SIZE)
    return {
        (name, str(seed), outcome): float(run.outcomes.loc[seed, outcome])
        for name, run in runs.items()
        for seed in SEEDS
        for outcome in OUTCOMES
    }


def read(path: Path = FILE) -> Table:
    """The table on file."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["scenario"], row["seed"], o): float(row[o]) for row in csv.DictReader(file) for o in OUTCOMES if row.get(o)}


def write(values: Table, path: Path = FILE) -> None:
    """Write a table: a row a scenario and seed, a column an outcome."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["scenario", "seed", *OUTCOMES])
        for scenario, seed in dict.fromkeys(key[:2] for key in values):
            out.writerow([scenario, seed, *(format(values[scenario, seed, outcome], ".12g") for outcome in OUTCOMES)])


def compare(wanted: Table, found: Table) -> list[str]:
    """A line for each value that differs by more than the tolerance, or stands in one table only."""
    lines = []
    for key in wanted | found:
        was, now = wanted.get(key), found.get(key)
        if was is None or now is None:
            lines.append(f"{' / '.join(key)}: {'new' if was is None else 'gone'}")
        elif not (math.isclose(was, now, rel_tol=TOLERANCE, abs_tol=1e-12) or (math.isnan(was) and math.isnan(now))):
            change = f" ({(now - was) / was:+.2%})" if was and math.isfinite(now - was) else ""
            lines.append(f"{' / '.join(key)}: was {was:.9g}, is {now:.9g}{change}")
    return lines


if __name__ == "__main__":
    write(table())
    print(f"written: {FILE}")
