"""From a brief's sections to one page of HTML that needs nothing beside it."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

import pandas as pd
from markupsafe import Markup

from partnersim.brief.blocks import Section, Sentence
from partnersim.figures.style import Picture
from partnersim.figures.twin import in_words
from partnersim.languages.catalogue import Catalogue
from partnersim.study import words

MOST_ROWS = 60
"""Rows up to which a figure's data stands below it as a table; longer ones are in its CSV file."""


def render(
    say: Catalogue,
    asked: tuple[str, str, str],
    missing: Sequence[str],
    answer: Sequence[Sentence],
    sure: str,
    sections: Sequence[Section],
    pictures: Mapping[str, Picture],
    images: Mapping[str, bytes],
    folder: str,
) -> str:
    """The page. ``asked``: title, question and note; ``pictures``: its figures by name; ``images``: the same as SVG, which stands
    in the page; ``folder``: where its files lie, beside the page."""
    title, question, note = asked
    return _template().render(
        say=say,
        title=title,
        question=question,
        note=note,
        missing=missing,
        answer=answer,
        sure=sure,
        sections=sections,
        folder=folder,
        images={name: _address(image) for name, image in images.items()},
        twins={name: _twin(picture.data) for name, picture in pictures.items()},
        style=Markup(_file("brief.css")),
        version=metadata.version("partnersim"),
    )


@functools.cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("partnersim.brief")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template("brief.html")


def _file(name: str) -> str:
    from importlib import resources

    return (resources.files("partnersim.brief") / "templates" / name).read_text(encoding="utf-8")


def _address(image: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(image).decode()}"


def _twin(data: pd.DataFrame) -> Markup:
    """The data of a figure as a table, for who cannot see it; nothing where it is long."""
    if len(data) > MOST_ROWS:
        return Markup()
    plain = in_words(data).map(lambda value: words.number(value) if isinstance(value, float) else value)
    return Markup(plain.to_html(index=False, border=0, na_rep="", justify="left"))
