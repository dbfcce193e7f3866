"""Small parts of pages: native elements with their attributes, since those can be used with a keyboard and be read aloud."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement


def tag(name: str, /, classes: str = "", text: str | None = None, **attributes: Any) -> ui.element:
    """An element of HTML; underscores of attributes stand for hyphens, and a text is escaped by the browser."""
    made = ui.element(name) if text is None else TextElement(tag=name, text=text)
    if classes:
        made.classes(classes)
    for key, value in attributes.items():
        made.props[key.strip("_").replace("_", "-")] = value
    return made


def markup(text: str = "", classes: str = "", **attributes: Any) -> ui.html:
    """Trusted markup: made of catalogues and templates that escape what anybody wrote."""
    made = ui.html(text, sanitize=False)
    if classes:
        made.classes(classes)
    for key, value in attributes.items():
        made.props[key.strip("_").replace("_", "-")] = value
    return made


def button(text: str, pressed: Callable[[], object] | None, classes: str = "", **attributes: Any) -> TextElement:
    """A native button."""
    made = tag("button", classes, text, type="button", **attributes)
    assert isinstance(made, TextElement)
    if pressed is not None:
        made.on("click", lambda: pressed(), args=[])
    return made


def mistake(title: str, text: str) -> str:
    """Markup of a message about what a user did."""
    return f'<div class="mistake"><strong>{escape(title)}</strong><br>{escape(text)}</div>'


def attribute(element: ui.element, name: str, value: Any) -> None:
    """Give an element that is on the page an attribute, or, with None, take it away; nothing is sent where it has it already."""
    if element.props.get(name) != value:
        if value is None:
            element.props.pop(name, None)
        else:
            element.props[name] = value
        element.update()
