"""A chart as an element of the page: ECharts, which NiceGUI ships, drawn only while it is on the screen."""

from __future__ import annotations

from nicegui.element import Element
from nicegui.elements.echart.echart import EChart

LIBRARY = EChart
"""Importing it makes ECharts known to the browser as ``nicegui-echart``."""


class Chart(Element, component="chart.js"):
    """Draws what :mod:`partnersim.app.charts` makes, when :class:`partnersim.app.answer.Answer` hands it on."""
