"""How far a study is, read from its folder while it runs, after it was killed, or when it is finished."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from partnersim.english import counted, listed, time_told
from partnersim.study.opened import OpenedStudy
from partnersim.study.store import Folder


def status(path: Path) -> dict[str, Any]:
    """``title, status, points, planned`` (None where the data decide), ``finished, failed`` (by kind), times, ``failures``."""
    opened = OpenedStudy(path)
    study = opened.study
    folder = Folder(path)
    stored = folder.stored(look_only=True)
    points = opened.points["point"].tolist()
    adaptive = bool(study.precision or study.best or study.search)
    wanted = set(study.seeds)
    finished = sum(len(stored.seeds.get(p, set()) if adaptive else stored.seeds.get(p, set()) & wanted) for p in points)
    failed = [f for f in stored.failures.values() if f.point in set(points)]
    labels = dict(zip(opened.points["point"], zip(opened.points["scenario"], opened.points["world"], strict=True), strict=True))
    used = [line for line in folder.journal() if line.get("event") == "ended"]
    return {
        "title": study.title,
        "question": study.question,
        "status": opened.manifest["status"],
        "points": len(points),
        "planned": None if adaptive else len(points) * len(wanted),
        "finished": finished,
        "failed": dict(Counter(f.status for f in failed)),
        "wall_seconds": round(sum(line["wall_seconds"] for line in used), 3),
        "failures": [
            {"key": f"{f.point}-{f.seed}", "scenario": labels[f.point][0], "world": labels[f.point][1], "seed": f.seed}
            | {"status": f.status, "error": f.error}
            for f in failed
        ],
    }


def told(path: Path, found: dict[str, Any], most: int = 5) -> str:
    """The status in a few lines, with how to go on and how to replay what failed."""
    of = f" of {found['planned']:,}" if found["planned"] is not None else ""
    lines = [
        found["title"],
        f"Question: {found['question']}",
        f"{found['finished']:,}{of} runs are finished ({found['status']}).",
    ]
    if found["wall_seconds"]:
        lines.append(f"Time used: {time_told(found['wall_seconds'])}.")
    if found["failed"]:
        kinds = listed([f"{counted(n, 'run')} {kind}" for kind, n in sorted(found["failed"].items())])
        lines.append(f"Without a result: {kinds}.")
        for failure in found["failures"][:most]:
            where = f"{failure['scenario']}, world {failure['world']}, seed {failure['seed']}"
            lines.append(f"  {where}: {failure['error']}\n    partnersim study replay {failure['key']} --in {path}")
        if len(found["failures"]) > most:
            lines.append(f"  and {len(found['failures']) - most} more, see failures.csv or --json")
    if found["status"] != "complete":
        lines.append("The command that began it goes on from here.")
    return "\n".join(lines)
