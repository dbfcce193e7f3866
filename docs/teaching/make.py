"""The made pages of the teaching kit, in each language: ``uv run python docs/teaching/make.py`` writes them anew, without a run.

Worksheets and the answers in the instructor guide come from the exercises, their words, and the kept tables of
``experiments/08_classroom_answers``; the notebook comes from ``notebook.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from partnersim.exercises import Exercise, Telling, load_exercises, of_question, telling
from partnersim.languages.catalogue import LANGUAGE, languages
from partnersim.languages.names import names
from partnersim.ledger import HEADLINES
from partnersim.study.page import filled, markdown
from partnersim.study.words import CLEAR

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER.parents[1] / "results" / "08_classroom_answers"
WORLDS = ("baseline", "low-integrity", "scarce-companies")
"""Where the guide tells of packages: today's world, and two that may strike."""
READING, EACH, TALKING = 5, 6, 10
"""Minutes of a worksheet: to read the story, for a question, to talk."""
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER / "templates"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)
HEADS = {"en": ["", "exercise", "goal", "paragraphs"], "zh": ["", "练习", "目标", "段落"]}


def pages() -> dict[str, str]:
    """Text of every made page by its path in this folder."""
    found = {"notebook.ipynb": notebook((FOLDER / "notebook.py").read_text(encoding="utf-8"))}
    for language in languages("exercises"):
        say = telling(language)
        for exercise in load_exercises():
            found[sheet_name(exercise, language)] = worksheet(exercise, say)
        guide = f"instructor-guide{ending(language)}"
        blocks = {"overview": overview(say), "packages": packages(say), "answers": answers(say)}
        found[guide] = filled((FOLDER / guide).read_text(encoding="utf-8"), blocks)
    return found


def ending(language: str) -> str:
    """How the file of a page in a language ends."""
    return ".md" if language == LANGUAGE else f".{language}.md"


def sheet_name(exercise: Exercise, language: str) -> str:
    """Path of a worksheet in this folder."""
    return f"worksheets/{exercise.number}-{exercise.name}{ending(language)}"


def kept(name: str) -> pd.DataFrame:
    """A kept table."""
    return pd.read_csv(RESULTS / f"{name}.csv")


def setting() -> dict[str, Any]:
    """What the kept tables were made with."""
    made = json.loads((RESULTS / "manifest.json").read_text(encoding="utf-8"))
    return {"made": made, "few": made["answers"]["seeds"], "many": f"{made['in_many_worlds']['seeds']:,}"}


def worksheet(exercise: Exercise, say: Telling) -> str:
    """One worksheet."""
    questions = [
        {"id": q.id, "prompt": say.prompt(exercise, q), "outcome": say.outcome(q.outcome), **say.reasons(exercise, q)}
        | {"against": say.scenario(exercise, q.against), "mine": say.scenario(exercise, q.mine)}
        for q in exercise.questions
    ]
    other = next(language for language in languages("exercises") if language != say.language)
    return TEMPLATES.get_template(f"worksheet.{say.language}.md").render(
        exercise=exercise,
        about=lambda key: say.about(exercise, key),
        debrief=say.debrief(exercise),
        minutes=READING + EACH * len(exercise.questions) + TALKING,
        other=Path(sheet_name(exercise, other)).name,
        paragraphs=paragraphs(exercise, say),
        questions=questions,
    )


def paragraphs(exercise: Exercise, say: Telling) -> str:
    """Paragraphs of the report, as a language lists them."""
    return ("、" if say.language == "zh" else ", ").join(map(str, exercise.paragraphs))


def overview(say: Telling) -> str:
    """The exercises in a table, with their worksheets."""
    rows = [
        (
            str(exercise.number),
            f"[{say.about(exercise, 'title')}]({sheet_name(exercise, say.language)})",
            say.about(exercise, "goal"),
            paragraphs(exercise, say),
        )
        for exercise in load_exercises()
    ]
    return markdown(pd.DataFrame(rows, columns=HEADS[say.language]))


def answers(say: Telling) -> str:
    """What the model answers, and why, from the kept tables."""
    few, many = kept("answers"), kept("in_many_worlds")
    told = [
        {"number": e.number, "title": say.about(e, "title"), "limits": say.about(e, "limits")}
        | {"questions": list(_answered(e, say, few, many))}
        for e in load_exercises()
    ]
    return TEMPLATES.get_template(f"answers.{say.language}.md").render(exercises=told, **setting()).strip()


def _answered(exercise: Exercise, say: Telling, few: pd.DataFrame, many: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for question in exercise.questions:
        table, others = (of_question(answers, exercise, question) for answers in (few, many))
        row, other = table.loc[question.outcome], others.loc[question.outcome]
        yield {
            "prompt": say.prompt(exercise, question),
            "outcome": say.outcome(question.outcome),
            "against": say.scenario(exercise, question.against),
            "mine": say.scenario(exercise, question.mine),
            "direction": say.direction(row["verdict"]),
            "size": say.size(row),
            "many_direction": say.direction(other["verdict"]),
            "many_size": say.size(other),
            "explanation": say.explanation(exercise, question, table),
            "evidence": [say.verdict(table.loc[name]) for name in question.evidence],
        }


def packages(say: Telling) -> str:
    """What the library's packages do to the headlines, in some worlds that may strike."""
    table, named = kept("packages"), names(say.language)
    worlds = []
    for world in WORLDS:
        found = []
        for package, rows in table[table["world"] == world].groupby("package"):
            name, _, without = str(package).partition("-without-")
            told = [_told(row, say) for _, row in rows.set_index("outcome").loc[list(HEADLINES)].iterrows()]
            days = f"{rows['staff_days'].iloc[0]:,.0f}"
            title = named.scenario(name).title
            found.append({"title": title, "without": named.lever(without).title if without else "", "days": days, "told": told})
        worlds.append({"title": named.scenario(world).title, "packages": found})
    return TEMPLATES.get_template(f"packages.{say.language}.md").render(worlds=worlds, **setting()).strip()


def _told(row: pd.Series, say: Telling) -> str:
    direction = say.direction(row["verdict"])
    return f"**{direction}** {say.size(row)}" if row["verdict"] in CLEAR else direction


def notebook(script: str) -> str:
    """The notebook of a script in cells: ``# %%`` begins one of code, ``# %% [markdown]`` one of text. It holds no outputs."""
    import nbformat

    cells = []
    for part in re.split(r"^# %%", script, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        if head.strip() == "[markdown]":
            text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines())
            cells.append(nbformat.v4.new_markdown_cell(text))
        else:
            cells.append(nbformat.v4.new_code_cell(body.strip()))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    about = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=about)) + "\n"


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
