"""The pages made from tables in the code and in scenarios/: ``uv run python docs/make.py`` writes them anew."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from partnersim.cases.file import HELD_AS, TYPES, load_cases
from partnersim.cases.reading import CRITERIA, CRITERION_WORDS, criteria
from partnersim.channels import AXES, CHANNELS
from partnersim.columns import COLUMNS
from partnersim.ledger import OUTCOMES, SERIES
from partnersim.population.load import load_population
from partnersim.scenario import find_population, library, load_levers, load_parameters, load_scenario
from partnersim.scenario.levers import PER, Lever
from partnersim.scenario.library import SHELVES
from partnersim.scenario.load import POPULATION
from partnersim.scenario.reading import STATUSES
from partnersim.scenario.show import by_id, changes, condition, told, usual_days

FOLDER = Path(__file__).resolve().parent
COMMAND = "uv run python docs/make.py"
BETTER = {"lower": "lower", "higher": "higher", "none": "-"}
KINDS = {
    "system": "The system",
    "entity": "UN entities",
    "company": "Companies",
    "government": "Governments",
    "civil": "Civil society organisations",
    "partnership": "Partnerships, one record from the idea to the end",
    "tie": "Ties of an entity to companies",
    "peer": "Ties between entities",
    "book": "Books of the window",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines])


def page(title: str, *parts: str) -> str:
    """A page with its title and the command that makes it."""
    return "\n\n".join([f"# {title}", f"Made by `{COMMAND}`; edit the tables it is made from, not this page.", *parts]) + "\n"


def number(value: float) -> str:
    """Up to six significant digits, as in the files."""
    return "population" if math.isnan(value) else f"{value:.6g}"


def outcomes() -> str:
    """Every outcome by group, then every monthly path: the tables of ``ledger.py``."""
    parts = [
        "An outcome is one number for a run's window, the months after burn-in. Yearly figures are window totals / (months / 12);"
        " nothing is discounted or projected beyond the window, and a figure without anything to divide by is not a number."
        " The three headline outcomes are in bold. [ODD.md](ODD.md) says how each is counted.",
        "## Outcomes",
    ]
    for group, found in groupby(OUTCOMES, key=lambda o: o.group):
        rows = [(f"**`{o.name}`**" if o.headline else f"`{o.name}`", o.unit, BETTER[o.better], o.meaning) for o in found]
        parts += [f"### {group.replace('_', ' ').capitalize()}", table(("outcome", "unit", "better", "meaning"), rows)]
    rows = [(f"`{s.name}`", s.unit, s.kind, s.meaning) for s in SERIES]
    parts += [
        "## Monthly paths",
        "A flow is what happened in the month, summed over a window; a stock is how things stand in it, averaged.",
        table(("path", "unit", "kind", "meaning"), rows),
    ]
    return page("Outcomes", *parts)


def parameters() -> str:
    """Every parameter of ``scenarios/parameters/``, a table a file."""
    known = sorted(load_parameters().values(), key=lambda p: (p.group, p.name))
    count = [f"{sum(p.status == status for p in known)} {status}" for status in STATUSES]
    parts = [
        f"{len(known)} numbers: {', '.join(count)}. An *uncertainty* is about the world and may be swept over its range; a"
        " *constant* is neither varied nor chosen. What policy moves are [channels](channels.md). Identifiers such as S5 stand"
        " in [sources.md](sources.md). A scenario changes a number under `[set]`."
    ]
    for group, found in groupby(known, key=lambda p: p.group):
        rows = [
            (f"`{p.name}`", p.title, number(p.value), p.unit, f"{p.low:g} to {p.high:g}", p.role, p.status, p.source)
            for p in found
        ]
        head = ("parameter", "what", "value", "unit", "range", "role", "status", "source")
        parts += [f"## {group}.toml", table(head, rows)]
    return page("Parameters", *parts)


def channel_table() -> str:
    """Every channel, a table an axis."""
    parts = [
        "A channel is a mechanism parameter that policy may move. Each lever contributes to some of them, and contributions"
        " combine by the channel's one rule, in the order of lever names; then the value is held within the bounds."
        " `partnersim check` shows what a scenario moves.",
        table(
            ("rule", "value today, for contributions at intensity s (0-1)"),
            [
                ("scale", "times factor^s"),
                ("add", "plus s x amount"),
                ("union", "1 - (1 - today) x (1 - s x share)"),
                ("max", "at least baseline + s x (level - baseline)"),
                ("cap", "at most baseline + s x (level - baseline)"),
            ],
        ),
    ]
    for axis, meaning in AXES.items():
        rows = [
            (
                f"`{c.name}`",
                c.meaning,
                c.unit,
                number(c.baseline) + (f" x {c.baseline_from}" if c.baseline_from and not math.isnan(c.baseline) else ""),
                f"{c.low:g} to {c.high:g}",
                c.rule.name.lower(),
                ", ".join(c.readers),
                c.status,
                c.source,
            )
            for c in CHANNELS
            if c.axis == axis
        ]
        head = ("channel", "what", "unit", "baseline", "bounds", "rule", "read by", "status", "source")
        parts += [f"## One value for {meaning} ({axis})", table(head, rows)]
    return page("Channels", *parts)


def levers() -> str:
    """Every lever of ``scenarios/levers/``: a table of all, then each."""
    known = sorted(load_levers().values(), key=by_id)
    numbers = load_population(find_population(POPULATION)).numbers()
    sizes = [c.status for lever in known for c in (*lever.contributions, *lever.costs)]
    count = ", ".join(f"{sizes.count(status)} {status}" for status in STATUSES if status in sizes)
    rows = []
    for lever in known:
        once, running = usual_days(lever, numbers)
        payers = ", ".join(sorted({c.payer.replace("_", " ") for c in lever.costs})) or "nobody"
        link = f"[{lever.title}](#{lever.id.lower()}-{lever.name})"
        rows.append((lever.id, link, ", ".join(map(str, lever.paragraphs)), payers, once, running))
    parts = [
        f"{len(known)} levers with {len(sizes)} sizes: {count}. A lever changes [channels](channels.md), never an outcome, and"
        " takes somebody's staff-days. Days are those of the whole real system, at full strength and default options, if all take"
        " the lever up; what a mechanism takes by itself, such as days of training, comes on top. A shock is a state of the world"
        " that nobody chooses or pays for. `partnersim levers NAME` shows the same on the screen; [new-lever.md](new-lever.md)"
        " adds one. What the levers did in runs is told in [every-lever.md](every-lever.md).",
        table(("id", "lever", "paragraphs", "paid by", "days to set up", "days a year"), rows),
        *(part for lever in known for part in lever_parts(lever)),
    ]
    return page("Levers", *parts)


def scenarios() -> str:
    """Every scenario of the library, a table a folder."""
    shelves = {
        "": "The main ones",
        "recommendations": "One for each recommendation of the report",
        "packages": "Packages that a policy maker would name",
        "worlds": "Adverse worlds, to try policies in",
    }
    parts = [
        "Scenarios are differences from baseline. `partnersim compare baseline NAME` compares them, `partnersim check NAME` says"
        " what one changes, and a file of your own builds on one with `extends`. Levers are described in [levers.md](levers.md)."
    ]
    for shelf in SHELVES:
        known = [load_scenario(path) for path in sorted((library() / shelf).glob("*.toml"))]
        rows = [(f"`{s.name}`", s.title, s.question, ", ".join(f"`{p.lever}`" for p in s.policies) or "-", s.note) for s in known]
        parts += [f"## {shelves[shelf]}", table(("name", "title", "question", "levers", "note"), rows)]
    return page("Scenarios", *parts)


def lever_parts(lever: Lever) -> list[str]:
    """Heading, sentences and tables of one lever."""
    parts = [
        f"## {lever.id} {lever.name}",
        f"**{lever.title}** (paragraphs {', '.join(map(str, lever.paragraphs))}). {lever.mechanism}"
        f" *Trade-off*: {lever.trade_off} *Source*: {lever.source}.",
    ]
    if lever.options:
        rows = [(f"`{o.name}`", ", ".join(map(told, o.values)), told(o.default), o.meaning) for o in lever.options.values()]
        parts.append(table(("option", "values", "default", "what"), rows))
    rows = [(f"`{c.channel}`", *changes(c), condition(c) or "-", c.status, c.source) for c in lever.contributions]
    parts.append(table(("changes", "baseline", "rule", "by", "to", "range", "if", "status", "source"), rows))
    if lever.costs:
        rows = [
            (
                c.name,
                f"{c.days:g}",
                f"{c.low:g} to {c.high:g}",
                PER[c.per],
                c.payer.replace("_", " "),
                condition(c) or "-",
                c.status,
                c.source,
            )
            for c in lever.costs
        ]
        parts.append(table(("costs", "days", "range", "how often", "paid by", "if", "status", "source"), rows))
    return parts


def state() -> str:
    """Every state variable: the column tables of ``columns.py``."""
    parts = [
        "Types: f8 is a 64-bit float, i8 a 64-bit integer, u8 a 64-bit key, bool true or false; a shape follows in brackets."
        " A month counts from the start of burn-in; a row is a place in another table."
    ]
    for kind, columns in COLUMNS.items():
        rows = [
            (f"`{c.name}`", c.type + (f" [{' x '.join(map(str, c.shape))}]" if c.shape else ""), c.unit, c.meaning)
            for c in columns
        ]
        parts += [f"## {KINDS[kind]}", table(("variable", "type", "unit", "meaning"), rows)]
    return page("State variables", *parts)


def cases() -> str:
    """Every case of ``scenarios/cases/``: its features, what the model makes of it, and which criteria it can meet."""
    known = load_cases()
    population, values = load_population(find_population("un-2011")), {p.name: p.value for p in load_parameters().values()}
    features, readings, verdicts = [], [], []
    for case in known:
        command = f"`{case.name}`"
        side = ", ".join([case.lead, *case.others]) + (f". {case.un_note}" if case.un_note else "")
        partners = "; ".join(f"{p.who} ({p.sector.replace('_', ' ')})" for p in case.partners)
        scale = "; ".join(f"{s.quoted} ({s.source})" for s in case.scales) or "not given"
        goals = ", ".join(case.goals) or "none"
        features.append((case.box, command, "/".join(case.types), side, partners, case.where, scale, goals, case.signals))
        held = f"{case.kind.replace('_', ' ')} partnership" if case.kind else f"channel `{HELD_AS[case.held_as]}` of {case.lead}"
        silent = ", ".join(case.silent) if case.kind else "-"
        readings.append((case.box, command, held, case.goal or "-", case.mapping, silent))
        found = criteria(case, population, values)
        cells = [f"**{found[name].answer.value}**: {found[name].why}" if found else "does not apply" for name in CRITERIA]
        verdicts.append((case.box, command, *cells))
    letters = "; ".join(f"{letter} {words}" for letter, words in TYPES.items())
    parts = [
        "The report A/66/320 tells 19 cases in its boxes. Each is a file of features in `scenarios/cases/`, planted into a run by"
        " `partnersim case NAME`, which tells what became of it, or `partnersim.case(NAME)` in Python. Boxes are showcases: a"
        " case that comes to nothing in most seeds says how hard the road is in the model, not that the report is wrong."
        " [ODD.md](ODD.md#720-planted-cases-cases) says how a case is planted.",
        "## Features, as told",
        f"Types: {letters}. S-numbers stand in [sources.md](sources.md).",
        table(("box", "case", "type", "UN side", "partners (sector)", "where", "scale, as quoted", "goals", "signals"), features),
        "## How the model holds them",
        "Where a box is silent the model decides, as for any record. What is no partnership in the model's sense is held as a"
        " channel of its lead, and brings contacts.",
        table(("box", "case", "held as", "goal", "why, and what is left out", "silent about"), readings),
        "## Criteria of transformation they can meet",
        "By what the boxes tell, at baseline. *Can*: the features allow it; *open*: the box is silent and the model decides;"
        " *cannot*: out of reach. All four have to hold for a year of performing months.",
        table(("box", "case", *CRITERION_WORDS.values()), verdicts),
    ]
    return page("The report's cases", *parts)


def pages() -> dict[str, str]:
    """Text of every page by its file's name."""
    return {
        "outcomes.md": outcomes(),
        "parameters.md": parameters(),
        "channels.md": channel_table(),
        "levers.md": levers(),
        "scenarios.md": scenarios(),
        "state.md": state(),
        "cases.md": cases(),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
