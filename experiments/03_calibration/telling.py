"""What the tables of a calibration say: the block ``calibration`` of docs/validation.md."""

from __future__ import annotations

import pandas as pd

from partnersim.analysis.calibration import CUT
from partnersim.english import counted, listed
from partnersim.study.page import markdown

MINUS = "\N{MINUS SIGN}"
MOVED = 0.15
"""Share of its range by which a parameter counts as moved."""
Tables = dict[str, pd.DataFrame]


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", MINUS)


def sentences(tables: Tables) -> list[str]:
    """Waves, the defaults, and what was accepted."""
    waves, default, moves, best = (tables[name] for name in ("waves", "default", "moves", "best"))
    n, kept = int(waves["sets"].sum()), int((best["implausibility"] < CUT).sum())
    out = default[default["implausibility"] >= CUT]
    said = [f"{counted(len(waves), 'wave')}, {n:,} parameter sets in all, {counted(kept, 'set')} not ruled out."]
    worst = out.sort_values("implausibility", ascending=False)
    named = [f"{row.measure} of {row.pattern} ({_number(row.implausibility)})" for row in worst.itertuples()]
    said.append(
        f"The defaults are ruled out, by {listed(named)}; {CUT:g} or more rules out."
        if named
        else f"The defaults are not ruled out; their largest implausibility is {_number(default['implausibility'].max())}."
    )
    far = moves[moves["moved"].abs() >= MOVED].sort_values("moved", key=abs, ascending=False)
    steps = [f"`{row.parameter}` {_number(row.default)} to {_number(row.nearest)}" for row in far.itertuples()]
    which = "accepted set nearest to the defaults" if kept else "set nearest to the defaults among the least implausible ones"
    said.append(f"The {which} moves {listed(steps) if steps else 'nothing far'}.")
    centre = tables["centre"]
    outside = centre[~centre["inside"]]
    names = listed([f"{row.measure} ({row.pattern}, {_number(row.value)})" for row in outside.itertuples()])
    said.append(
        f"Their middle (medians), run with ten times as many seeds, lies in {int(centre['inside'].sum())} of {len(centre)} ranges"
        + (f", all but {names}." if len(outside) else ".")
    )
    aside = default[~default["matched"]]
    if len(aside):
        names = listed([f"{row.measure} ({row.pattern})" for row in aside.itertuples()])
        said.append(f"No set of the first wave meets {names}: set aside, a miss that these parameters cannot mend.")
    return said


def block(tables: Tables) -> str:
    """Sentences, waves, targets, parameters."""
    waves, default, moves, best = (tables[name] for name in ("waves", "default", "moves", "best"))
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
            "target": [f"{row.pattern} `{row.measure}`" for row in default.itertuples()],
            "range": [f"{_number(row.low)} to {_number(row.high)}" for row in default.itertuples()],
            "defaults": default["default"].map(_number),
            "implausibility": default["implausibility"].map(_number),
            "least implausible set": default["least_implausible"].map(_number),
            "sets within": default["sets_inside"].map(lambda x: f"{x:.0%}"),
        }
    )
    values = pd.DataFrame(
        {
            "parameter": [f"`{name}`" for name in moves["parameter"]],
            "default": moves["default"].map(_number),
            "nearest accepted": moves["nearest"].map(_number),
            "middle": moves["middle"].map(_number),
            f"5 % to 95 % of the {len(best)} least implausible sets": [
                f"{_number(row.low)} to {_number(row.high)}" for row in moves.itertuples()
            ],
            "width over that of the range": moves["shrunk"].map(lambda x: f"{x:.0%}"),
        }
    )
    said = "\n".join(f"- {text}" for text in sentences(tables))
    return "\n\n".join([said, *(markdown(frame) for frame in (head, goals, values))])
