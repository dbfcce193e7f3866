"""What the study runner adds to runs, beside Mesa's ``batch_run`` and the EMA Workbench, with a stub in the model's place.

``python benchmarks/runner.py`` prints the tables of docs/benchmarks.md; ``--quick`` repeats less. The EMA Workbench, psutil
(processor time) and DuckDB (another reader) are used where they are installed. Repetitions of all tools take turns, and medians
are printed, since machines are noisy.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

from stub import SERIES_NAMES, Kept, Stub

KEPT = {
    "outcomes": Kept(0, 120),
    "outcomes and one series of 200": Kept(1, 200),
    "outcomes and 37 series of 120 months": Kept(len(SERIES_NAMES), 120),
}
SCENARIOS = ("baseline", "shared-screening", "central-coordination", "advisory-groups", "all-three")
RUNS = {"partnersim": 10_000, "Mesa": 2_000, "EMA Workbench": 2_000}
"""Runs timed of a stub that costs nothing."""
LONG, LONG_RUNS = 0.005, 2_000
"""Seconds of a run and runs timed for efficiency."""
PART_RUNS = 100
"""Runs of a part where runs take ten milliseconds, as those of the model do."""

Measured = dict[str, float]
Make = Callable[[int, Callable[[], object]], None]
"""Makes so many runs, and calls when all workers are there."""


class Spent:
    """Seconds since it was made: of the clock, and of the processor for this process, its children and those it has outlived."""

    def __init__(self) -> None:
        self._processor = _processor()
        self.clock = time.perf_counter()

    def now(self) -> tuple[float, float]:
        """Clock and processor."""
        clock = time.perf_counter() - self.clock
        return clock, _processor() - self._processor


def _processor() -> float:
    try:
        import psutil
    except ImportError:
        return math.nan
    total = sum(os.times()[:4])
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            total += sum(child.cpu_times()[:2])
    return total


class OnePoint:
    """A plan of one point."""

    digests = ("0123456789abcdef",)
    groups = ((0,),)

    def content(self, point: int) -> None:
        """Stubs need nothing."""


@contextlib.contextmanager
def with_partnersim(kept: Kept, seconds: float, workers: int) -> Iterator[Make]:
    """The study runner with results on disk, whose workers start here."""
    import pandas as pd

    from partnersim.study.runner import everything, make
    from partnersim.study.runs import Block, Cell, Strip
    from partnersim.study.store import Asked, Folder, Stored
    from partnersim.study.workers import InProcess, Processes

    plan, stub = OnePoint(), Stub(kept, seconds)
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(Path(name))
        folder.begin(Asked({}, "", ""), pd.DataFrame(), Path(name), {})
        engine = InProcess(stub) if workers == 1 else Processes(stub, workers, time_limit=60)

        def make_runs(runs: int, begun: Callable[[], object]) -> None:
            begun()
            make(plan, everything(plan, range(runs)), Stored(), folder, engine, workers, lambda *a: None)

        try:
            for seed in range(workers):
                engine.submit(Block((Strip((Cell("start", None),), (seed,)),)))
            for _ in range(workers):
                engine.next()
            yield make_runs
        finally:
            engine.close()
            folder.close({})


def tools() -> list[str]:
    """Those that are there."""
    return [tool for tool in RUNS if tool != "EMA Workbench" or importlib.util.find_spec("ema_workbench")]


def measure(tool: str, kept: Kept, seconds: float, workers: int, runs: int) -> Measured:
    """Seconds that workers take to start, and of the clock and the processor that ``runs`` take then."""
    import beside

    ways = {"partnersim": with_partnersim, "Mesa": beside.with_mesa, "EMA Workbench": beside.with_workbench}
    spent = [Spent()]
    with ways[tool](kept, seconds, workers) as make:
        make(runs, lambda: spent.append(Spent()))
        clock, processor = spent[1].now()
    return {"start": spent[1].clock - spent[0].clock, "clock": clock, "processor": processor}


def repeated(what: list[tuple[str, Kept, float, int, int]], times: int) -> list[Measured]:
    """Medians of what is measured, whose repetitions take turns."""
    found: list[list[Measured]] = [[] for _ in what]
    for turn in range(times):
        for k, asked in enumerate(what):
            print(f"\rturn {turn + 1} of {times}, {k + 1} of {len(what)}", end="", file=sys.stderr, flush=True)
            found[k].append(measure(*asked))
    print(file=sys.stderr)
    return [{key: statistics.median(one[key] for one in of) for key in of[0]} for of in found]


def overheads(times: int) -> None:
    """Microseconds that a tool adds to a run: of the clock, for each worker, and of the processor, of all processes together."""
    what = [(tool, kept, 0.0, workers, RUNS[tool]) for kept in KEPT.values() for workers in (1, 2) for tool in tools()]
    found = dict(zip(what, repeated(what, times), strict=True))
    rows = []
    for told, kept in KEPT.items():
        for workers in (1, 2):
            row, ours = [f"{told}, {workers} worker{'s' * (workers > 1)}", f"at most {50 * workers}"], 0.0
            for tool in tools():
                one, runs = next((found[w], w[4]) for w in what if w[:2] == (tool, kept) and w[3] == workers)
                clock = 1e6 * one["clock"] * workers / runs
                ours = ours or clock
                ratio = f", {clock / ours:.1f} times" if tool != "partnersim" else ""
                row.append(f"{clock:.0f} ({_number(1e6 * one['processor'] / runs)}){ratio}")
            rows.append(row)
    starts = [statistics.median(found[w]["start"] for w in what if w[0] == tool and w[3] == 2) for tool in tools()]
    rows.append(["start of two workers", "reported", *(f"{start:.1f} s" for start in starts)])
    table(["us a run that costs nothing: clock x workers (processor)", "asked", *tools()], rows)


def efficiency(times: int) -> None:
    """Share of two cores, and of the processor time used, that goes into runs of five milliseconds."""
    what = [(tool, kept, LONG, 2, LONG_RUNS) for kept in KEPT.values() for tool in tools()]
    found = dict(zip(what, repeated(what, times), strict=True))
    rows = []
    for told, kept in KEPT.items():
        row = [told, "95 %"]
        for tool in tools():
            one, useful = found[tool, kept, LONG, 2, LONG_RUNS], LONG * LONG_RUNS
            row.append(f"{100 * useful / (2 * one['clock']):.1f} % ({_number(100 * useful / one['processor'], '.1f')} %)")
        rows.append(row)
    table(["runs of 5 ms on two workers: share of two cores (of processor time)", "asked", *tools()], rows)


def _number(value: float, form: str = ".0f") -> str:
    return "-" if math.isnan(value) else f"{value:{form}}"


def large_study(runs: int, series: int, workers: int, part_runs: int) -> dict[str, float]:
    """A whole study of five scenarios, tables included: memory in MiB before and at most, seconds, parts, seconds of a scan."""
    from partnersim.study import conduct, runner
    from partnersim.study.plan import make_plan
    from partnersim.study.spec import Study
    from partnersim.study.store import Folder

    runner.LARGEST_BLOCK = part_runs  # of this process, which does nothing else
    kept = Kept(series, 120)
    study = Study("Memory", "", scenarios=SCENARIOS, seeds=range(runs // 5), months=120, monthly=SERIES_NAMES[:series])
    plan = make_plan(study)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "study")
        before, started, made = peak(), time.perf_counter(), 0.0

        def report(tally: object, runs: int) -> None:
            nonlocal made
            made = time.perf_counter() - started

        conduct.conduct(plan, path, conduct.How(workers, report=report), Stub(kept, 0.0))
        whole, most = time.perf_counter() - started, peak()
        scan = min(_timed(lambda: Folder(path).stored(120 if series else 0)) for _ in range(3))
        parts = len(Folder(path).parts())
    return {"before": before, "most": most, "made": made, "whole": whole, "parts": parts, "scan": scan}


def peak() -> float:
    """Most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def memory(quick: bool) -> None:
    """Large studies, each in a process of its own."""
    all_series = len(SERIES_NAMES)
    cases = [(20_000, 0, 1, 500), (20_000, all_series, 2, PART_RUNS)]
    if not quick:
        cases = [(100_000, 0, 1, 500), (200_000, 0, 1, 500), (100_000, 0, 2, 500), (100_000, all_series, 2, PART_RUNS)]
    rows, most = [], []
    for case in cases:
        asked = [sys.executable, __file__, "--large-study", json.dumps(case)]
        told = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        runs, series, workers, _ = case
        most.append(told["most"])
        kept = f"{series} series of 120 months" if series else "outcomes"
        what = f"{runs:,} runs, {workers} worker{'s' * (workers > 1)}, {kept}"
        size = f"{told['most']:.0f} MiB, {told['before']:.0f} of them before the first run"
        scan = f"{told['scan']:.2f} s, {told['parts']:,} parts"
        rows.append([what, "at most 400 MiB", size, f"{told['made']:.0f} s", f"{told['whole'] - told['made']:.0f} s", scan])
    if not quick:
        rows.append(["each 100,000 runs more, outcomes", "reported", f"{most[1] - most[0]:.0f} MiB", "", "", ""])
    table(["study of 5 scenarios", "asked", "peak memory of the parent", "runs", "tables", "scan to resume"], rows)


def queries() -> None:
    """Mean and quantiles by scenario and month over 2,000 runs, all series kept."""
    import pandas as pd

    import partnersim as ps
    from partnersim.study import conduct, runner
    from partnersim.study.plan import make_plan
    from partnersim.study.spec import Study

    plan = make_plan(Study("Query", "", scenarios=SCENARIOS[:4], seeds=range(500)))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "study")
        with patch.object(runner, "LARGEST_BLOCK", PART_RUNS):  # and no longer: what is timed next has parts of its own size
            conduct.conduct(plan, path, conduct.How(), Stub(Kept(len(SERIES_NAMES), 120), 0.0))

        def plain() -> object:
            frame = pd.read_parquet(path / "runs" / "monthly", columns=["point", "month", "signed"])
            frame = frame.astype({"point": "category"}).merge(pd.read_csv(path / "points.csv"), on="point")
            by = frame.groupby(["scenario", "month"], observed=True)["signed"]
            return pd.concat([by.mean(), by.quantile([0.05, 0.95]).unstack()], axis=1)

        def duckdb() -> object:
            import duckdb

            what = "avg(signed), quantile_cont(signed, [0.05, 0.95])"
            joined = f"'{path}/runs/monthly/*.parquet' join read_csv('{path}/points.csv') using (point)"
            return duckdb.sql(f"select scenario, month, {what} from {joined} group by all order by all").fetchall()

        readers = {"`ps.open_study(...).paths`": lambda: ps.open_study(path).paths("signed"), "pandas and PyArrow": plain}
        if importlib.util.find_spec("duckdb"):
            readers["DuckDB"] = duckdb
        rows = []
        for reader, ask in readers.items():
            times = [_timed(ask) for _ in range(8)]
            rows.append([reader, f"{times[0]:.2f} s", f"{statistics.median(times[1:]):.2f} s", "under 0.5 s"])
    table(["mean and quantiles by scenario and month, 2,000 runs", "first time", "then", "asked"], rows)


def table(head: list[str], rows: list[list[str]]) -> None:
    """Print a table."""
    print("\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]), "\n", flush=True)


def main() -> None:
    """Print the tables."""
    if "--large-study" in sys.argv:
        print(json.dumps(large_study(*json.loads(sys.argv[-1]))))
        return
    os.environ["PYTHONWARNINGS"] = "ignore"  # of workers of the EMA Workbench, each time that they start
    quick = "--quick" in sys.argv
    memory(quick)  # first: a child's peak counts from that of the process that starts it
    queries()
    overheads(1 if quick else 5)
    efficiency(1 if quick else 3)


if __name__ == "__main__":
    main()
