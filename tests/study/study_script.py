"""A program that runs a real study in two worker processes, so that tests may kill it.

With a folder it runs the study there. Without one it loads what a study needs and then, for each folder that it reads, begins
a copy of itself that runs the study there: it writes the copy's process number and, when that has ended, its exit code.
Beside the folder, in a file that ends in ``.events``, each finished block leaves a line, and so does the finished study.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path

SCENARIOS = ("baseline", "shared-screening", "all-three")
SEEDS, MONTHS = 40, 24


def run(out: Path) -> None:
    """Run the study of this program. What it needs is imported here, since workers import this file as well."""
    from partnersim.study.conduct import How, conduct
    from partnersim.study.plan import make_plan
    from partnersim.study.spec import Study

    with open(f"{out}.events", "a", buffering=1, encoding="utf-8") as events:
        study = Study("Kills", "Is anything lost?", scenarios=SCENARIOS, seeds=range(SEEDS), months=MONTHS, size="class")
        done = conduct(make_plan(study), out, How(2, report=lambda tally, n: events.write(f"{n}\n")))
        assert done.is_complete and not done.failures
        events.write("done\n")


def serve() -> None:
    """Run it in copies of this process, one after another."""
    import partnersim.study.conduct
    import partnersim.study.tables  # noqa: F401

    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)  # programs begun in the background ignore it
            code = 1
            try:
                run(Path(line.strip()))
                code = 0
            except BaseException:
                traceback.print_exc()
            os._exit(code)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1])) if len(sys.argv) > 1 else serve()
