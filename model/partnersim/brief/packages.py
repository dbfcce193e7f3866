"""Packages of levers: the front on seeds that the search never saw, what a budget buys, the smallest that does most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from partnersim.analysis import budgets
from partnersim.analysis.cells import lever_labels
from partnersim.analysis.fronts import agreement
from partnersim.analysis.packages import LIKELY, Evidence, evidence_of
from partnersim.analysis.packages import tables as tables_of
from partnersim.analysis.trials import Trials, improvements
from partnersim.brief.blocks import Bullets, Claim, Grid, Paragraph, Section, Sentence
from partnersim.figures.fronts import draw_packages, numbered
from partnersim.languages.speaking import commas
from partnersim.ledger import HEADLINES
from partnersim.study.pareto import OBJECTIVES

if TYPE_CHECKING:
    from partnersim.brief.brief import Brief
    from partnersim.brief.parts import Part


def analyse(part: Part) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """What is known of packages (``found, judged, levers, ids``), and what follows from it (``front, budgets`` and others).

    Then, as of every kind of study, the texts of the catalogue that say what is missing.
    """
    if not part.opened.is_complete:
        return {}, ["missing.search"]
    known = evidence_of(part.opened)
    judged = known.judged
    rows = pd.MultiIndex.from_product([judged.names, judged.seeds], names=["scenario", "seed"])
    runs = pd.DataFrame(judged.values.reshape(-1, len(HEADLINES)), index=rows, columns=list(HEADLINES))
    kept = {
        "found": known.found.reset_index(),
        "judged": runs.reset_index(),
        "levers": known.levers.assign(spent=known.days).reset_index(),
        "ids": known.ids.rename_axis("lever").rename("id").reset_index(),
    }
    return kept | tables_of(known) | {"gains": _gains(known)}, []


def _gains(known: Evidence) -> pd.DataFrame:
    """Front packages against the reference, a row a package and mean, as claims take them; intervals hold all together."""
    front = known.front
    names = [name for name in front.index[front["front"]] if name != known.reference]
    if not names:
        return pd.DataFrame(columns=["name", "outcome", "reference_mean", "difference", "low", "high"])
    told, base = improvements(known.judged, known.reference, names), known.judged.table().loc[known.reference]
    rows = []
    for objective in OBJECTIVES:
        if objective.quantile is None:
            for name, row in told.xs(objective.name, level="objective").iterrows():
                ends = sorted(-objective.sign * row[end] for end in ("low", "high"))
                rows.append((name, objective.outcome, base[objective.name], -objective.sign * row["improvement"], *ends))
    return pd.DataFrame(rows, columns=["name", "outcome", "reference_mean", "difference", "low", "high"])


def restored(brief: Brief, part: Part) -> Evidence:
    """What is known of packages, from its tables."""

    def table(name: str) -> pd.DataFrame:
        return brief.tables[f"{part.name}/{name}"]

    found, levers = table("found").set_index("package"), table("levers").set_index("package")
    ids = table("ids").set_index("lever")["id"]
    found["front"] = found["front"].astype(bool)
    judged = Trials.of(table("judged"))
    used = levers.drop(columns="spent")
    return Evidence(str(used.index[0]), found, judged, part.opened.study.search is not None, used, ids, levers["spent"])


def answer(brief: Brief, part: Part) -> list[Sentence]:
    """How many packages are on the front, and the smallest that does most; of the first search alone."""
    if brief.table(part, "front") is None or _before(brief, part) is not None:
        return []
    return [[brief.sentences(_front_told(brief, part), *_small_told(brief, part))]]


def _front_told(brief: Brief, part: Part) -> str:
    table = brief.tables[f"{part.name}/front"]
    front = table[table["front"].astype(bool)]
    return brief.say(
        "packages.front",
        n=len(front),
        run=f"{len(brief.tables[f'{part.name}/found']):,}",
        sure=int((front["stays"] > LIKELY).sum()),
        kinds=front["like"].nunique(),
        again=int(table.loc[table["found"].astype(bool), "front"].astype(bool).sum()) if "found" in table else len(front),
        promised=int(table["found"].astype(bool).sum()) if "found" in table else len(front),
    )


def _levers_of(package: str) -> str:
    """A package's levers with blanks between them, so that lines can break."""
    return package.replace("+", " ")


def _small_told(brief: Brief, part: Part) -> list[str]:
    small = brief.tables[f"{part.name}/smallest"]
    said = []
    for row in small[small["clear"].astype(bool)].itertuples():
        name = brief.say(f"packages.objective.{row.objective}")
        said.append(
            brief.say(
                "packages.small",
                package=_levers_of(row.package),
                n=int(row.levers),
                most=f"{budgets.MOST:.0%}",
                objective=name,
                reached=f"{row.reached:.0%}",
                low=f"{row.low:.0%}",
                high=f"{row.high:.0%}",
            )
        )
    return said


def sections(brief: Brief, part: Part) -> list[Section]:
    """The front, its levers, budgets and small packages."""
    if brief.table(part, "front") is None:
        return []
    if (first := _before(brief, part)) is not None:
        again = [[brief.say("packages.again_intro", again=part.name)], [_again_told(brief, first, part)]]
        return [Section(f"{part.name}-packages", brief.say("packages.again_title"), [Bullets(again)])]
    known, search = restored(brief, part), part.opened.study.search
    section = Section(f"{part.name}-packages", brief.say("packages.title"), is_page=True)
    if search is not None:
        intro = brief.say(
            "packages.intro", levers=len(known.ids), seeds=search.seeds, held=len(known.judged.seeds), runs=f"{search.runs:,}"
        )
        section.blocks.append(Paragraph([intro]))
    titles = lever_labels(part.opened)
    levers = commas(titles.get(str(name), str(name)) for name in known.ids.index)
    section.blocks.append(Paragraph([brief.say("packages.levers", levers=levers)], "note"))
    items: list[Sentence] = [[_front_told(brief, part)], *([text] for text in _small_told(brief, part))]
    if brief.table(part, "optimism"):
        items += [[text] for text in _promise_told(brief, part)]
    section.blocks.append(Bullets(items))
    captions = {name: brief.say(f"packages.figure_{name}") for name in ("front", "levers_in_front", "budgets")}
    for name, picture in draw_packages(known).items():
        section.blocks.append(brief.drawing(f"{part.name}_{name}", picture, captions[name]))
        if name == "front":
            section.blocks.append(_grid(brief, part, known))
    return [section]


def _before(brief: Brief, part: Part) -> Part | None:
    """The search that stands before this one, which then serves to tell how far that one is met again."""
    searches = [one for one in brief.of_kind("search") if brief.table(one, "front") is not None]
    return searches[0] if searches and searches[0].name != part.name else None


def _again_told(brief: Brief, first: Part, second: Part) -> str:
    fronts = [brief.tables[f"{one.name}/front"] for one in (first, second)]
    one, other = (table[table["front"].astype(bool)].set_index("package") for table in fronts)
    reference = brief.scenarios(first)[0]
    base = [table.set_index("package").loc[[reference]] for table in fronts]
    both = [pd.concat([mine.drop(index=reference, errors="ignore"), own]) for mine, own in zip((one, other), base, strict=True)]
    told = agreement(both[0], both[1], reference)
    levers = [restored(brief, part).levers.loc[list(front.index)].mean() for part, front in ((first, one), (second, other))]
    alike = levers[0].corr(levers[1])
    shares = {
        name: f"{told[name]:.0%}" for name in ("first_again", "second_again", "first_volume", "second_volume", "volume_ratio")
    }
    counts = {name: int(told[name]) for name in ("first", "second", "both")}
    return brief.say("packages.again", **counts, **shares, alike=f"{alike:.2f}")


def _promise_told(brief: Brief, part: Part) -> list[str]:
    table = brief.tables[f"{part.name}/optimism"]
    return [
        brief.say("packages.left", objective=brief.say(f"packages.objective.{row.objective}"), left=f"{row.left:.0%}")
        for row in table.dropna(subset=["left"]).itertuples()
    ]


def _grid(brief: Brief, part: Part, known: Evidence) -> Grid:
    """The front's packages that figures number, with what each changes on seeds held out."""
    table, colon = f"{part.name}/gains", brief.say("word.colon")
    gains = brief.tables[table]
    rows: list[list[Sentence]] = []
    for name, row in numbered(known).iterrows():
        cells: list[list[str | Claim]] = []
        for outcome in HEADLINES:
            here = gains.index[(gains["name"] == name) & (gains["outcome"] == outcome)]
            cells.append([brief.claim(table, place, "cell") for place in here] or [brief.say("packages.reference")])
        rows.append(
            [
                [f"{int(row['number'])}{colon}{_levers_of(str(name))}"],
                *cells,
                [f"{row['spent']:,.0f}"],
                [f"{row['stays']:.0%}"],
            ]
        )
    heads = [brief.say("packages.head_package"), *(brief.say(f"outcome.{o}") for o in HEADLINES)]
    return Grid(brief.say("packages.caption"), [*heads, brief.say("packages.head_spent"), brief.say("packages.head_stays")], rows)
