"""How many runs does it take to choose among six packages? The choice made again and again, on common and independent seeds.

uv run partnersim study run experiments/07_best_package/many.toml --out results/07_many
uv run python experiments/07_best_package/repeat.py results/07_many
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import partnersim as ps
from partnersim.study.files import write_csv
from partnersim.study.selection import BestOf

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "results" / HERE.name / "repeated.csv"
ASKED = (("transaction_cost", "2%"), ("transaction_cost", "1%"), ("incidents", "5%"), ("transformative_reach", "10%"))
CHOICES, CAP, STEP, KEY = 200, 1500, 25, 7


def choose(outcomes: dict[str, pd.DataFrame], outcome: str, delta: str) -> tuple[str, int]:
    """Who is chosen, and after how many runs; seeds are judged one by one, so the step between looks does not count."""
    rule = BestOf(list(outcomes), outcome, delta, cap=CAP, step=STEP)
    n: int | None = rule.first
    while n is not None:
        n = rule.look({name: frame.iloc[:n] for name, frame in outcomes.items()}).next
    table = rule.table(outcomes).set_index("scenario")
    at = table["eliminated_at"]
    last = int(at.max()) if (at == 0).sum() == 1 else CAP
    return str(table.index[table["status"] == "best"][0]), int(at.replace(0, last).sum())


def dealt(wide: pd.DataFrame, rng: np.random.Generator, common: bool, outcome: str) -> dict[str, pd.DataFrame]:
    """Each scenario's outcomes in a new order of seeds: the same for all, or for each its own."""
    order = rng.permutation(len(wide))
    orders = {name: order if common else rng.permutation(len(wide)) for name in wide.columns}
    return {name: pd.DataFrame({outcome: wide[name].to_numpy()[order]}) for name, order in orders.items()}


def main() -> None:
    """Read the runs, choose, and write the table."""
    frame = ps.open_study(sys.argv[1]).outcomes([*{outcome for outcome, _ in ASKED}])
    rows = []
    for outcome, delta in ASKED:
        wide = frame.pivot(index="seed", columns="scenario", values=outcome).dropna()
        better = next(o.better for o in ps.OUTCOMES if o.name == outcome)
        means = wide.mean() if better == "lower" else -wide.mean()
        best = str(means.idxmin())
        near = set(means.index[means - means.min() <= float(delta[:-1]) / 100 * abs(means.iloc[0])])
        for common in (True, False):
            rng = np.random.default_rng(KEY)
            made = [choose(dealt(wide, rng, common, outcome), outcome, delta) for _ in range(CHOICES)]
            runs = np.array([n for _, n in made])
            told = {"outcome": outcome, "delta": delta, "seeds": "common" if common else "independent", "best": best}
            told |= {"runs_mean": runs.mean(), "runs_median": np.median(runs), "runs_q95": np.quantile(runs, 0.95)}
            told |= {"within_twice_the_floor": (runs <= 120).mean(), "right": np.mean([name in near for name, _ in made])}
            rows.append({**told, "choices": CHOICES})
            print(rows[-1], flush=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    write_csv(pd.DataFrame(rows), OUT)


if __name__ == "__main__":
    main()
