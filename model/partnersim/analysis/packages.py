"""Which package of levers? Read from a search's folder, or from a full factorial, where all packages were run."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import pandas as pd

from partnersim.analysis import budgets, fronts
from partnersim.analysis.trials import Trials
from partnersim.english import counted, listed
from partnersim.ledger import HEADLINES
from partnersim.scenario import find_scenario, load_scenario
from partnersim.study.files import StudyError
from partnersim.study.opened import OpenedStudy
from partnersim.study.packages import levers_for
from partnersim.study.pareto import NAMES, OBJECTIVES

LIKELY = 0.5
"""Share of resamples from which on a package's place on the front counts as held."""


@dataclass(frozen=True)
class Evidence:
    """What is known of packages. ``reference``: the one without a lever.

    ``found``: package x objective, with ``front``, as the search estimates it (of a factorial: as all seeds say); ``judged``:
    trials on seeds held out (of a factorial: all); ``is_held_out``: which of these; ``levers``: package x lever, 0 or 1, with
    names of levers as columns; ``ids``: of levers by name; ``days``: staff-days a year of each package.
    """

    reference: str
    found: pd.DataFrame
    judged: Trials
    is_held_out: bool
    levers: pd.DataFrame
    ids: pd.Series
    days: pd.Series

    @property
    def sizes(self) -> pd.Series:
        """Levers of each package."""
        return self.levers.sum(axis=1).rename("levers")

    @functools.cached_property
    def front(self) -> pd.DataFrame:
        """Packages that were chosen (of a factorial: all on the front), the surest of the front first.

        Index ``package``; the objectives in units, on the seeds that judge; ``front``: whether none beats it there, ``stays``: in
        which share of resamples; ``levers``, ``spent``; ``like``: the smallest package it cannot be told apart from; of a search
        ``found`` and ``found_...``, see :func:`fronts.confirmed`.
        """
        table = self._front()
        trials = self.judged.only(list(table.index))
        told = table.assign(levers=self.sizes, spent=self.days)
        told["like"] = fronts.alike(trials, self.sizes)
        return told.sort_values(["front", "stays"], ascending=False, kind="stable")

    def _front(self) -> pd.DataFrame:
        if self.is_held_out:
            return fronts.confirmed(self.judged.names, self.found, self.judged)
        table = fronts.front(self.judged)
        best = table[table["front"]].nlargest(fronts.TOGETHER, "stays").index
        return table.loc[[name for name in table.index if name in set(best) | {self.reference}]]

    def optimism(self) -> pd.DataFrame:
        """See :func:`fronts.optimism`. ``StudyError`` of a factorial, which has no seeds held out."""
        if not self.is_held_out:
            raise StudyError("A factorial holds no seeds out, so nobody knows how far it flatters; a [search] does.")
        return fronts.optimism(self.front, self.reference)

    def within(self, limits: list[float] | None = None) -> pd.DataFrame:
        """See :func:`budgets.within`."""
        return budgets.within(self.found, self.days, self.judged, self.reference, limits)

    def smallest(self, share: float = budgets.MOST) -> pd.DataFrame:
        """See :func:`budgets.smallest`."""
        return budgets.smallest(self.found, self.sizes, self.judged, self.reference, share)


def evidence_of(opened: OpenedStudy) -> Evidence:
    """From a finished search, or a finished full factorial of levers in one world or several.

    ``StudyError`` for other studies, and those that are not finished.
    """
    study = opened.study
    design = study.search or study.levers
    if design is None or (study.levers is not None and study.levers.design != "full-factorial"):
        raise StudyError(f"{opened.path} holds no packages; a study with [search], or of a full factorial of levers, does.")
    if not opened.is_complete:
        raise StudyError(f"{opened.path} holds a study that is not finished; run the same study again to finish it.")
    if len(study.scenarios) > 1:
        raise StudyError(f"{opened.path} has packages on {counted(len(study.scenarios), 'scenario')}; make a study of each.")
    known = levers_for(study.folder, [load_scenario(find_scenario(study.scenarios[0], study.folder))])
    points = opened.points.drop_duplicates("scenario").set_index("scenario").rename_axis("package")
    levers = points[[name for name in points.columns if name in known]].astype(int)
    reference = str(levers.index[0])
    runs = opened.outcomes([*HEADLINES, *budgets.COLUMNS])
    taken = {
        str(name): budgets.time_taken([n for n in levers.columns if row[n]], known, study.months, design.ramp, design.start)
        for name, row in levers.iterrows()
    }
    days = budgets.spent(runs, reference, study.size, taken)
    if study.search is not None:
        table = opened.table("packages").set_index("scenario").rename_axis("package")
        found = table[[*NAMES, "front"]].astype({"front": bool})
        judged = Trials.of(
            runs, study.seeds[study.search.blocks * study.search.seeds :], list(table.index[table["chosen"].astype(bool)])
        )
    else:
        judged = Trials.of(runs)
        whole = judged.table()
        found = whole.assign(front=fronts.non_dominated(whole.to_numpy() * fronts.SIGNS))
    ids = pd.Series({name: known[str(name)].id for name in levers.columns})
    return Evidence(reference, found, judged, study.search is not None, levers, ids, days)


def tables(evidence: Evidence) -> dict[str, pd.DataFrame]:
    """By name of file: ``front``, ``budgets``, ``smallest``, and ``optimism`` where seeds are held out; see :class:`Evidence`."""
    found = {"front": evidence.front.reset_index(), "budgets": evidence.within(), "smallest": evidence.smallest()}
    return found | ({"optimism": evidence.optimism().reset_index()} if evidence.is_held_out else {})


def told(evidence: Evidence) -> list[str]:
    """What came out, a sentence each: the front, how much of it holds, what is left of its promise, small packages."""
    table = evidence.front
    front = table[table["front"]]
    sure = int((front["stays"] > LIKELY).sum())
    kinds = front["like"].nunique()
    lines = [
        f"{counted(len(front), 'package')} of {counted(len(evidence.found), 'package')} run "
        f"{'is' if len(front) == 1 else 'are'} beaten by no other{' on seeds held out' if evidence.is_held_out else ''}; "
        f"{sure} of them stay so in more than half of the resamples of seeds, and "
        f"{kinds} can be told apart."
    ]
    if evidence.is_held_out:
        promised = int(evidence.found["front"].sum())
        again = int((table["found"] & table["front"]).sum())
        lines.append(
            f"The search's own front has {counted(promised, 'package')}; {int(table['found'].sum())} of them were run again, "
            f"and {again} hold on seeds held out."
        )
        left = evidence.optimism()["left"]
        shown = [f"{left[o.name]:.0%} in {o.label.lower()}" for o in OBJECTIVES if not math.isnan(left[o.name])]
        if shown:
            lines.append(f"Of what the packages that promised most improve, these seeds leave {listed(shown)}.")
    labels = {o.name: o.label.lower() for o in OBJECTIVES} | {budgets.ALL: "all objectives at once"}
    small = evidence.smallest()
    if unclear := [labels[name] for name in small.loc[~small["clear"], "objective"] if name != budgets.ALL]:
        lines.append(
            f"The best that the search found has no clear improvement in {listed(unclear, 'or')} on the seeds that judge."
        )
    for row in small[small["clear"]].itertuples():
        lines.append(
            f"{row.package} ({counted(int(row.levers), 'lever')}) is the smallest that promised {budgets.MOST:.0%} of the "
            f"best in {labels[row.objective]}; it reaches {row.reached:.0%} of it (interval {row.low:.0%} to {row.high:.0%})."
        )
    return lines
