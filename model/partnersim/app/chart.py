"""A chart as an element of the page: ECharts, which NiceGUI ships, drawn only while it is on the screen."""

from __future__ import annotations

from nicegui.element import Element
from nicegui.elements.echart.echart import EChart

from partnersim.app.charts import Options

LIBRARY = EChart
"""Importing it makes ECharts known to the browser as ``nicegui-echart``."""


class Chart(Element, component="chart.js"):
    """Draws what :mod:`partnersim.app.charts` makes; nothing before the first :meth:`show`."""

    def __init__(self) -> None:
        super().__init__()
        self._props["options"] = {"series": []}

    def show(self, options: Options) -> None:
        """Draw these options, which many pages may share."""
        self._props["options"] = options
        self.update()
