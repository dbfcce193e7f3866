"""The numbers of a chart as a table on the page and as a file."""

from __future__ import annotations

from html import escape

from partnersim.app.view import Chart
from partnersim.app.words import Words

COLUMNS = ("without", "with", "difference", "low", "high")


def heads(chart: Chart, words: Words) -> list[str]:
    """What stands above the columns."""
    first = words.say("table.year" if chart.kind == "lines" else "table.what")
    return [first, *(words.say(f"table.{column}") for column in COLUMNS)]


def table(chart: Chart, words: Words) -> str:
    """Markup of a table, for those who cannot see the chart or want its numbers."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads(chart, words))
    body = ""
    for row in chart.rows.itertuples(index=False):
        values = [words.number(row[1]), words.number(row[2]), *(words.signed(value) for value in row[3:])]
        cells = "".join(f"<td>{value}</td>" for value in values)
        body += f'<tr><th scope="row">{escape(str(row[0]))}</th>{cells}</tr>'
    caption = escape(words.say(f"figure.{chart.key}.title"))
    unit = escape(words.say(f"figure.{chart.key}.unit"))
    return f"<table><caption>{caption} – {unit}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def csv(chart: Chart, words: Words) -> str:
    """The same as a file that spreadsheets open, with a mark by which they know its letters."""
    frame = chart.rows.copy()
    frame.columns = heads(chart, words)
    return "\ufeff" + frame.to_csv(index=False, lineterminator="\r\n")
