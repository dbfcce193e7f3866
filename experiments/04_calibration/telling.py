"""What the tables of a calibration say: the block ``calibration`` of docs/validation.md."""

from __future__ import annotations

import pandas as pd

from partnersim.english import counted, listed
from partnersim.study.page import markdown
from partnersim.validation.calibration import CUT

MINUS = "\N{MINUS SIGN}"
MOVED = 0.15
"""Share of its range by which a parameter counts as moved."""
Tables = dict[str, pd.DataFrame]


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", MINUS)


def sentences(tables: Tables) -> list[str]:
    """Waves, where they started, and what was chosen."""
    waves, before, moves, best, chosen = (tables[name] for name in ("waves", "before", "moves", "best", "chosen"))
    n, kept = int(waves["sets"].sum()), int((best["implausibility"] < CUT).sum())
    out = before[before["implausibility"] >= CUT].sort_values("implausibility", ascending=False)
    said = [f"{counted(len(waves), 'wave')}, {n:,} parameter sets in all, {counted(kept, 'set')} not ruled out."]
    named = [f"{row.measure} of {row.pattern} ({_number(row.implausibility)})" for row in out.itertuples()]
    said.append(
        f"The values before are ruled out, by {listed(named)}; {CUT:g} or more rules out."
        if named
        else f"The values before are not ruled out; their largest implausibility is {_number(before['implausibility'].max())}."
    )
    far = moves.assign(step=(moves["chosen"] - moves["default"]) / (moves["most"] - moves["least"]))
    far = far[far["step"].abs() >= MOVED].sort_values("step", key=abs, ascending=False)
    steps = [f"`{row.parameter}` {_number(row.default)} to {_number(row.chosen)}" for row in far.itertuples()]
    outside = chosen[~chosen["inside"]]
    names = [f"{row.measure} ({row.pattern}, {_number(row.value)})" for row in outside.itertuples()]
    worst = float(chosen["implausibility"][chosen["pattern"] != "size"].max())
    said.append(
        f"The chosen set, the defaults of today, lies in {int(chosen['inside'].sum())} of {len(chosen)} ranges"
        + (f", all but {listed(names)}" if names else "")
        + f"; its largest implausibility over the patterns, with thirty seeds that no wave used, is {_number(worst)}."
    )
    said.append(f"It moves {listed(steps) if steps else 'nothing far'}.")
    aside = before[~before["matched"]]
    if len(aside):
        names = listed([f"{row.measure} ({row.pattern})" for row in aside.itertuples()])
        said.append(f"No set of the first wave meets {names}: set aside, a miss that these parameters cannot mend.")
    return said


def block(tables: Tables) -> str:
    """Sentences, waves, targets, parameters."""
    waves, before, moves, best, chosen = (tables[name] for name in ("waves", "before", "moves", "best", "chosen"))
    head = pd.DataFrame(
        {
            "wave": waves["wave"],
            "sets": waves["sets"],
            "not ruled out": waves["accepted"],
            "least implausibility": waves["least"].map(_number),
            "median": waves["median"].map(_number),
            "share of the ranges the emulator leaves": waves["space_left"].map(lambda x: f"{x:.2%}"),
        }
    )
    goals = pd.DataFrame(
        {
            "target": [f"{row.pattern} `{row.measure}`" for row in before.itertuples()],
            "range": [f"{_number(row.low)} to {_number(row.high)}" for row in before.itertuples()],
            "before": before["before"].map(_number),
            "implausibility": before["implausibility"].map(_number),
            "chosen": chosen["value"].map(_number),
            "its implausibility": chosen["implausibility"].map(_number),
            "sets within": before["sets_inside"].map(lambda x: f"{x:.0%}"),
        }
    )
    values = pd.DataFrame(
        {
            "parameter": [f"`{name}`" for name in moves["parameter"]],
            "before": moves["default"].map(_number),
            "chosen": moves["chosen"].map(_number),
            "middle of those accepted": moves["middle"].map(_number),
            f"5 % to 95 % of the {len(best)} least implausible sets": [
                f"{_number(row.low)} to {_number(row.high)}" for row in moves.itertuples()
            ],
            "width over that of the range": moves["shrunk"].map(lambda x: f"{x:.0%}"),
        }
    )
    said = "\n".join(f"- {text}" for text in sentences(tables))
    return "\n\n".join([said, *(markdown(frame) for frame in (head, goals, values))])
