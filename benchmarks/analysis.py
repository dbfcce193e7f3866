"""How long the analysis of stored runs takes, and how much memory: ``python benchmarks/analysis.py results/03_recommendations``.

Times what a brief needs before anything is drawn, study by study. The folder must have its runs, which are not in the repository.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from partnersim.brief.parts import find_parts
from partnersim.brief.report import WRITERS
from partnersim.study.reading import TABLE


def main(folder: Path) -> None:
    """Print runs and seconds of each study, then of all, with the largest memory."""
    runs, begun = 0, time.perf_counter()
    for part in find_parts(folder):
        start = time.perf_counter()
        WRITERS[part.kind].analyse(part)
        n = pq.ParquetFile(part.folder / TABLE).metadata.num_rows
        runs += n
        print(f"{part.name:<20}{n:>9,} runs {time.perf_counter() - start:>7.1f} s", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{'all':<20}{runs:>9,} runs {time.perf_counter() - begun:>7.1f} s, {memory:,} MiB at most")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
