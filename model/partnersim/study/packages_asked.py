"""What a study file asks of a search for packages of levers, see :mod:`partnersim.study.search`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partnersim.scenario.reading import Table

MOST_SEEDS, LAST_SEED = 10_000_000, 2**53
SEARCH_KEYS = ("levers", "runs", "seeds", "population", "key", "confirm", "confirm_seeds", "confirm_from", "start", "ramp")


@dataclass(frozen=True)
class SearchDesign:
    """Which packages of levers are looked for, and with how many runs, see :mod:`partnersim.study.search`.

    ``names``: levers, empty for all; ``runs``: the most of all; ``seeds`` of each package while it searches; ``population``: of
    packages that are run at a time; ``key`` of the search's own draws; ``confirm``: packages that are run again with
    ``confirm_seeds`` that the search has not seen, from ``confirm_from`` on, or those that follow. A lever in use has full
    strength from month ``start`` with ``ramp`` months.
    """

    names: tuple[str, ...] = ()
    runs: int = 50_000
    seeds: int = 12
    population: int = 100
    key: int = 1
    confirm: int = 60
    confirm_seeds: int = 100
    confirm_from: int | None = None
    start: int = 1
    ramp: int = 0

    @property
    def blocks(self) -> int:
        """Populations of new packages that fit into the runs, each with ``seeds`` of its own."""
        return max((self.runs - self.confirm * self.confirm_seeds) // (self.seeds * self.population), 1)

    def all_seeds(self, first: int) -> Sequence[int]:
        """Those with which it looks for packages, from ``first`` on, then those that confirm them, ascending."""
        last = first + self.blocks * self.seeds
        if self.confirm_from is None:
            return range(first, last + self.confirm_seeds)
        return (*range(first, last), *range(self.confirm_from, self.confirm_from + self.confirm_seeds))


def read_search(table: Table, part: Table, names: tuple[str, ...]) -> SearchDesign:
    """The table [search], ``part``, of a study file, ``table``; ``names`` are its levers. ``ScenarioError`` for what is wrong."""
    for key in ("levers", "uncertainties", "precision", "best"):
        if key in table.data:
            raise table.error(key, "has no meaning beside [search], which says itself which levers and seeds; leave one out")
    if "seeds" in table.data:
        raise table.error("seeds", "a search says in [search] how many seeds it takes; leave this out, or write seeds there")
    if len(table.data.get("scenarios", [None])) != 1:
        raise table.error("scenarios", "a search looks for packages on one scenario; wanted: a list of one, or leave this out")
    found = SearchDesign(
        names,
        part.whole("runs", 1, MOST_SEEDS, SearchDesign.runs),
        part.whole("seeds", 3, 10_000, SearchDesign.seeds),
        part.whole("population", 8, 10_000, SearchDesign.population),
        part.whole("key", 0, 2**31 - 1, SearchDesign.key),
        part.whole("confirm", 2, 10_000, SearchDesign.confirm),
        part.whole("confirm_seeds", 3, 10_000, SearchDesign.confirm_seeds),
        part.whole("confirm_from", 0, LAST_SEED) if "confirm_from" in part.data else None,
        part.whole("start", 1, 12_000, SearchDesign.start),
        part.whole("ramp", 0, 12_000, SearchDesign.ramp),
    )
    least = found.confirm * found.confirm_seeds + found.seeds * found.population
    if found.runs < least:
        raise part.error(
            "runs",
            f"{found.runs:,} are too few: to confirm {found.confirm} packages with {found.confirm_seeds} seeds, after a first "
            f"population of {found.population} with {found.seeds}, takes {least:,}; allow more, or ask for less",
        )
    return found


def seeds_of_search(table: Table, search: SearchDesign) -> Sequence[int]:
    """All seeds of a search; ``ScenarioError`` where those that confirm are among those that it looks with."""
    first = table.whole("first_seed", 0, LAST_SEED, 0)
    last = first + search.blocks * search.seeds
    if search.confirm_from is not None and search.confirm_from < last:
        text = f"confirm_from must be {last:,} or more, since the search sees the seeds before; this is {search.confirm_from:,}"
        raise table.error("search", text)
    return search.all_seeds(first)
