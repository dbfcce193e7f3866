"""How long a run takes, once compiled: sizes, twice the companies, compiled against not, a first compilation.

``python benchmarks/engine.py`` prints the table of docs/benchmarks.md; ``--quick`` leaves out the largest size and the
first compilation. Times are of one core and exclude start-up, burn-in and copying the world after it, which the
scenarios of a seed share. Machines are noisy: read the ratios, and the minimum of several runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace

from partnersim.population import sizes
from partnersim.simulate import Laboratory, advance

ASKED = {"class": ("at most 4 ms", 120, 15), "system": ("at most 10 ms", 120, 15), "full": ("under 100 ms", 240, 5)}
"""What was asked of each size, months of a run, and runs timed."""
UNCOMPILED = "import benchmarks.engine as b; print(b.run_seconds('class', 12, 1))"


def run_seconds(size: str, months: int, runs: int) -> float:
    """Least seconds of ``runs`` runs of baseline after burn-in; uncompiled, burn-in is left out to save hours."""
    lab = Laboratory("baseline", size, months)
    settled = lab.settled(1) if "NUMBA_DISABLE_JIT" not in os.environ else lab.before(1)
    least = float("inf")
    for k in range(runs):
        world, tables = lab.start(settled, keep=k < runs - 1)
        start = time.perf_counter()
        advance(world, tables, months)
        least = min(least, time.perf_counter() - start)
    return least


def own_process(code: str, **environment: str) -> str:
    """Last line that ``code`` prints in a fresh interpreter."""
    told = {**os.environ, "PYTHONPATH": os.getcwd(), **environment}
    return subprocess.run([sys.executable, "-c", code], env=told, check=True, capture_output=True, text=True).stdout.split("\n")[
        -2
    ]


def young_world_seconds() -> float:
    """The same year of a class world without burn-in that is timed uncompiled."""
    lab = Laboratory("baseline", "class", 12)
    world, tables = lab.start(lab.before(1))
    advance(world, tables, 12)
    world, tables = lab.start(lab.before(1))
    start = time.perf_counter()
    advance(world, tables, 12)
    return time.perf_counter() - start


def twice_the_companies(companies: int) -> float:
    """Time of 120 months with twice so many companies against the time with them, world scale 1 in both."""
    for k in (1, 2):
        sizes.SIZES[f"x{k}"] = replace(sizes.SIZES["full"], name=f"x{k}", companies=k * companies)
    return run_seconds("x2", 120, 5) / run_seconds("x1", 120, 5)


def stress() -> str:
    """Seconds of a stress run and peak memory of its process, from a world of 24 months."""
    code = "import benchmarks.engine as b, resource as r; t = b.run_seconds('stress', 120, 1); "
    return own_process(code + "print(f'{t:.1f} s, {r.getrusage(r.RUSAGE_SELF).ru_maxrss / 1024 / 1024:.2f} GiB')")


def main() -> None:
    """Print the table."""
    quick = "--quick" in sys.argv
    rows = [("what", "measured", "asked")]
    for size, (asked, months, runs) in ASKED.items():
        rows.append((f"{size}, {months} months", f"{1000 * run_seconds(size, months, runs):.1f} ms", asked))
    for n in (2_000, 20_000):
        rows.append((f"{2 * n:,} companies against {n:,}", f"{twice_the_companies(n):.2f} times", "less than 1.3 times"))
    plain = float(own_process(UNCOMPILED, NUMBA_DISABLE_JIT="1"))
    rows.append(("uncompiled against compiled, class, 12 months", f"{plain / young_world_seconds():.0f} times", "reported"))
    if not quick:
        rows.append(("stress, 120 months", stress(), "under 20 s and 1.5 GiB"))
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            own_process("import benchmarks.engine as b; print(b.run_seconds('class', 1, 1))", PARTNERSIM_CACHE=folder)
            rows.append(("first run, compilation included", f"{time.perf_counter() - start:.0f} s", "30 s wished"))
    rows.insert(1, tuple("---" for _ in rows[0]))
    print("\n".join("| " + " | ".join(row) + " |" for row in rows))


if __name__ == "__main__":
    main()
