"""Hypothesis repeats the same examples in every run, so that a failure is found again; a missing browser is said loudly."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: threads for small matrices only get in each other's way

from browsers import HAS_BROWSER, MISSING
from hypothesis import Phase, settings

from partnersim.compiled import IS_COMPILED

settings.register_profile(
    "seeded",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=40 if IS_COMPILED else 2,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
settings.load_profile("seeded")


def pytest_terminal_summary(terminalreporter) -> None:
    """Say it loudly where there is no browser."""
    if not HAS_BROWSER:
        terminalreporter.section(MISSING, red=True, bold=True)
