"""What the tables say, in sentences and in the tables of the page. No sentence claims what its interval does not hold."""

from __future__ import annotations

import pandas as pd
from common import HEADLINES, LEVERS, RANKED, Tables
from interactions import Question, questions
from ranges import SIGN

from partnersim.english import listed
from partnersim.study.page import interval, markdown
from partnersim.study.words import label, number, verdict

PERCENT = "\N{NO-BREAK SPACE}%"
NUMBER = "transformative_count"
"""Shown beside reach, whose tail is heavy."""
FIRST, NEXT_TO_NOTHING = 10, 50.0
"""Places that count as first; staff-days a year below which any effect is large for each of them."""
PLUS, MINUS = "+", "\N{MINUS SIGN}"
CLEAR = ("lower", "higher")


def is_clear(row: pd.Series) -> bool:
    """Whether the interval excludes zero."""
    return verdict(row["low"], row["high"]) in CLEAR


def told(row: pd.Series, scale: float = 1.0, unit: str = "") -> str:
    """A difference with its interval, in bold where that excludes zero."""
    text = interval(row[["difference", "low", "high"]].astype(float) * scale, unit)
    return f"**{text}**" if is_clear(row) else text


def named(lever: str) -> str:
    """Id and title of a lever, for readers."""
    return f"{LEVERS[lever].id} {LEVERS[lever].title}"


def clear_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Rows whose interval excludes zero."""
    return table[table.apply(is_clear, axis=1)]


def effects_findings(tables: Tables) -> list[str]:
    """Which levers clearly better each headline outcome."""
    clear = clear_rows(tables["effects"])
    clear = clear[clear["lever"].isin(RANKED)]
    said = []
    for outcome in HEADLINES:
        part = clear[clear["outcome"] == outcome]
        sides = {
            word: [LEVERS[n].id for n in part.loc[(part["difference"] * SIGN[outcome] > 0) == (word == "better"), "lever"]]
            for word in ("better", "worse")
        }
        texts = [f"clearly {word} with {listed(ids)}" if ids else f"with none clearly {word}" for word, ids in sides.items()]
        said.append(f"{label(outcome)}: {'; '.join(texts)}.")
    return said


def places_findings(tables: Tables) -> list[str]:
    """How firm rankings are against the sizes assumed."""
    table, places = tables["places"], ranked(tables).set_index(["lever", "outcome"])["place"]
    said = []
    for outcome in HEADLINES:
        part = table[table["outcome"] == outcome].set_index("lever")
        best = [n for n in part.index if max(part.loc[n, "place_per_day_max"], places[n, outcome]) <= FIRST]
        ids = listed([LEVERS[n].id for n in best]) if best else "none"
        said.append(f"{label(outcome)} per staff-day: among the first ten at the defaults and all over the ranges: {ids}.")
    return said


def ranked(tables: Tables) -> pd.DataFrame:
    """``per_day`` with the place of each lever at the defaults."""
    table = tables["per_day"].copy()
    worth = table["difference"] * table["outcome"].map(SIGN)
    table["place"] = worth.groupby(table["outcome"]).rank(ascending=False).astype(int)
    return table


def summary_block(tables: Tables) -> str:
    """How many levers move anything."""
    moved, head = (set(clear_rows(tables[name])["lever"]) for name in ("moved", "effects"))
    still = [name for name in LEVERS if name not in moved | head]
    lines = [
        f"{len(moved | head)} of {len(LEVERS)} levers (the shock among them) move at least one outcome clearly, "
        f"{len(head)} of them a headline outcome.",
        *effects_findings(tables),
    ]
    if still:
        lines += [f"{named(name)} moves none clearly." for name in still]
    return "\n".join(f"- {line}" for line in lines)


def effects_block(tables: Tables) -> str:
    """A row a lever: headline outcomes, what else it moves, what is spent on it."""
    head = tables["effects"].set_index(["lever", "outcome"])
    moved = clear_rows(tables["moved"])
    moved = moved.assign(t=moved["difference"].abs() / (moved["high"] - moved["low"])).sort_values("t", ascending=False)
    spent, every = tables["spent"].set_index("lever")["spent"], tables["moved"].set_index(["lever", "outcome"])
    rows = []
    for name in LEVERS:
        cells = [told(head.loc[(name, o)], 100 / head.loc[(name, o), "baseline"], PERCENT) for o in HEADLINES]
        row = every.loc[(name, NUMBER)]
        cells.append(told(row, 100 / row["baseline"], PERCENT))
        others = moved[(moved["lever"] == name) & ~moved["outcome"].isin([*HEADLINES, NUMBER])]
        first = [f"{label(r.outcome).lower()} {PLUS if r.difference > 0 else MINUS}" for r in others.head(4).itertuples()]
        more = f" and {len(others) - 4} more" if len(others) > 4 else ""
        days = number(spent[name]) if name in spent else "-"
        rows.append((named(name), *cells, (", ".join(first) + more) or "none", days))
    head_row = ["lever", *(label(o).lower() for o in (*HEADLINES, NUMBER)), "what else it moves clearly", "staff-days a year"]
    return markdown(pd.DataFrame(rows, columns=head_row))


def ranking_block(tables: Tables) -> str:
    """Effect per thousand staff-days at the defaults, and places over the ranges."""
    table, places = ranked(tables).set_index(["lever", "outcome"]), tables["places"].set_index(["lever", "outcome"])
    rows = []
    for name in RANKED:
        cells = []
        for outcome in HEADLINES:
            row, spread = table.loc[(name, outcome)], places.loc[(name, outcome)]
            ends = [int(spread[f"place_per_day_{end}"]) for end in ("min", "max")]
            cells += [told(row), f"{int(row['place'])} ({ends[0]} to {ends[1]})"]
        rows.append((named(name), *cells))
    columns = ["lever"]
    for outcome in HEADLINES:
        columns += [label(outcome).lower(), "place"]
    spent = tables["spent"]
    cheap = listed([LEVERS[n].id for n in spent.loc[spent["spent"] < NEXT_TO_NOTHING, "lever"]])
    said = [*places_findings(tables), f"Fewer than {NEXT_TO_NOTHING:g} staff-days a year go to {cheap}: their places say little."]
    return "\n\n".join(["\n".join(f"- {text}" for text in said), markdown(pd.DataFrame(rows, columns=columns))])


def outcome_name(outcome: str) -> str:
    """An outcome in words within a sentence."""
    return "share with all sectors" if outcome == "sectors_share" else label(outcome).lower()


def came_out(question: Question, table: pd.DataFrame) -> str:
    """Each sign expected, and whether it came out, by intervals alone."""
    rows = table.set_index(["contrast", "outcome"])
    said = []
    for contrast, outcome, expected in question.signs:
        found = verdict(*rows.loc[(contrast, outcome), ["low", "high"]])
        if expected == "not higher":
            answer = "no" if found == "higher" else "yes"
        else:
            answer = "yes" if found == expected else "no, the other way" if found in CLEAR else "not clear"
        said.append(f"{outcome_name(outcome)} {expected} ({contrast}): {answer}")
    return "; ".join(said)


def interactions_block(tables: Tables) -> str:
    """A table a question."""
    table = tables["interactions"]
    parts = []
    for question in questions():
        part = table[table["question"] == question.key]
        rows = []
        for row in part.to_dict("records"):
            line = pd.Series(row)
            percent = 100 / abs(row["level"]) if row["level"] else float("nan")
            rows.append(
                (row["contrast"], outcome_name(row["outcome"]), number(row["level"]), told(line), told(line, percent, PERCENT))
            )
        columns = ["contrast", "outcome", "level it is taken from", "difference", "in % of that level"]
        parts.append(f"### {question.key[:1]}. {question.key[2:].capitalize()}")
        parts.append(f"*Expected*: {question.expected}. *Came out*: {came_out(question, part)}.")
        parts.append(markdown(pd.DataFrame(rows, columns=columns)))
    return "\n\n".join(parts)


BLOCKS = {
    "summary": summary_block,
    "effects": effects_block,
    "ranking": ranking_block,
    "interactions": interactions_block,
}
